use super::*;
use crate::{Applicability, Change, lex, lint, parse, wire};

const HUMAN: Human = Human { palette: Palette::PLAIN, width: 60 };

fn render(text: &str, diagnostic: &Diagnostic) -> String {
    HUMAN.render(&SourceText::new("<expression>", text), diagnostic)
}

fn method_call() -> Diagnostic {
    Diagnostic::new(parse::METHOD_CALL, Span::new(0, 15), "a method call; `contains` is a function here")
        .note("the language has no methods")
        .edit(Edit::replace(
            Span::new(0, 15),
            "contains(s, \"x\")",
            "write `contains(s, \"x\")`",
            Applicability::Safe,
        ))
}

#[test]
fn a_message_its_line_a_note_and_a_repair() {
    insta::assert_snapshot!(render("s.contains(\"x\") && t", &method_call()));
}

#[test]
fn labels_stand_below_the_carets() {
    let diagnostic =
        Diagnostic::new(lint::NOT_BEFORE_COMPARISON, Span::new(0, 2), "`!` binds tighter than `==`")
            .label(Span::new(3, 5), "this comparison");
    insta::assert_snapshot!(render("!a == b", &diagnostic));
}

#[test]
fn tabs_and_wide_characters_stay_aligned() {
    let diagnostic =
        Diagnostic::new(lex::UNKNOWN_CHARACTER, Span::new(12, 13), "`#` is no part of the language");
    insta::assert_snapshot!(render("\t\"漢字\" ==#", &diagnostic));
}

#[test]
fn a_place_behind_the_end_has_a_caret_too() {
    let diagnostic = Diagnostic::new(parse::INCOMPLETE, Span::new(5, 5), "an operand is missing behind `==`");
    insta::assert_snapshot!(render("a == ", &diagnostic));
}

#[test]
fn a_place_over_several_lines_shows_its_first_and_its_last() {
    let text = "any(xs,\n  {@it\n   > 3}\n) && (1 < 2\n < 3)";
    let diagnostic = Diagnostic::new(parse::CHAINED_COMPARISON, Span::new(32, 44), "a chained comparison");
    insta::assert_snapshot!(render(text, &diagnostic));
}

#[test]
fn a_long_line_is_cut_round_the_caret() {
    let text = format!("{} || wrong# || {}", "a == 1 || ".repeat(20), "b == 2 || ".repeat(20));
    let diagnostic =
        Diagnostic::new(lex::UNKNOWN_CHARACTER, Span::new(209, 210), "`#` is no part of the language");
    insta::assert_snapshot!(render(&text, &diagnostic));
}

#[test]
fn an_edit_that_only_removes_shows_what_remains() {
    let edit = Edit {
        title: "take the comma away".into(),
        changes: vec![Change { span: Span::new(5, 6), text: String::new() }],
        applicability: Applicability::Safe,
    };
    let diagnostic =
        Diagnostic::new(parse::TRAILING_COMMA, Span::new(5, 6), "a comma without an argument behind it")
            .edit(edit);
    insta::assert_snapshot!(render("len(x,)", &diagnostic));
}

#[test]
fn a_path_stands_for_line_and_column() {
    let diagnostic =
        Diagnostic::new(parse::ARITY, Span::empty(0), "`len` takes one operand").at_path("/eq/0/len");
    insta::assert_snapshot!(HUMAN.render(&SourceText::nowhere("<json>"), &diagnostic));
}

#[test]
fn errors_of_a_json_text_show_their_labels() {
    let text = "{\"len\":\n  [x]}";
    let diagnostic = Diagnostic::new(wire::OPERAND_FORM, Span::empty(0), "`len` takes one bare operand")
        .at_path("/len")
        .label(Span::new(10, 13), "here")
        .edit(Edit::replace(Span::new(10, 13), "x", "write the operand alone", Applicability::Safe));
    insta::assert_snapshot!(HUMAN.render(&SourceText::unread_json("<json>", text), &diagnostic));
}

#[test]
fn nothing_that_a_terminal_would_obey_is_written() {
    let diagnostic = Diagnostic::new(lex::UNKNOWN_CHARACTER, Span::new(0, 1), "evil \u{1b}[31m");
    let out = render("\u{1b}[2J\u{202e}x", &diagnostic);
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{out:?}");
    insta::assert_snapshot!(out);
}

#[test]
fn a_palette_wraps_the_same_text() {
    const STARTS: [&str; 5] = ["{error}", "{label}", "{gutter}", "{help}", "{strong}"];
    let [error, label, gutter, help, strong] = STARTS.map(|start| Style { start, end: "{}" });
    let palette = Palette { error, warning: Style::PLAIN, label, gutter, help, strong };
    let text = "s.contains(\"x\") && t";
    let diagnostic = method_call().label(Span::new(1, 2), "this dot");
    let styled = Human { palette, ..HUMAN }.render(&SourceText::new("<expression>", text), &diagnostic);
    let plain = STARTS.iter().fold(styled.replace("{}", ""), |styled, start| {
        assert!(styled.contains(start), "no {start} in {styled}");
        styled.replace(start, "")
    });
    assert_eq!(plain, render(text, &diagnostic));
}

#[test]
fn a_help_line_does_not_repeat_its_message() {
    let and = |text: &str, fits| {
        let span = Span::new(2, 5);
        let told = Diagnostic::new(parse::FOREIGN_OPERATOR, span, "`and` is not read: write `&&`");
        render(text, &told.edit(Edit::replace(span, "&&", "write `&&`", fits)))
    };
    assert!(and("a and b", Applicability::Safe).ends_with("help: corrected\n  |\n1 | a && b\n  |   ~~\n"));
    assert!(and("a and b", Applicability::Maybe).contains("\nhelp: perhaps\n"));
    let whole = Diagnostic::new(parse::FOREIGN_OPERATOR, Span::new(0, 3), "a call: write `f(x)`")
        .edit(Edit::replace(Span::new(0, 3), "f(x)", "write `f(x)`", Applicability::Safe));
    assert!(!render("x.f", &whole).contains("help"));
}
