//! Damaged JSON, and trees deeper than any input: refused or read, never a panic, and the same verdict on what
//! is JSON as another reader has.

#![cfg(test)]

use probelang_diagnostic::{Span, wire as codes};
use probelang_syntax::tree::Builder;
use probelang_syntax::{Limits, Node, Root, SourceKind, print, wire};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{self, Shape, Want, for_each_seed};
use serde_json::value::RawValue;

/// Pieces that damage a JSON text.
const PIECES: &[&str] = &[
    "",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "'",
    "0",
    "-",
    ".",
    "e5",
    "1e999",
    "null",
    "tru",
    " ",
    "\n",
    "\t",
    "\u{feff}",
    "\u{a0}",
    "é",
    "😀",
    "\\u12",
    "\\ud800",
    "\\udc00",
    "\0",
    "\u{7f}",
    "/",
    "//",
    "#",
    "\"ref\":",
    "{\"ref\":\"a\"}",
    "[[[[",
    "{\"len\":",
    "{}",
    "\"and\"",
    "NaN",
    "+",
    "01",
];

fn damage(choices: &mut Choices<'_>, json: &str) -> String {
    let mut json = json.to_owned();
    for _ in 0..=choices.below(3) {
        let places: Vec<usize> = json.char_indices().map(|(at, _)| at).chain([json.len()]).collect();
        let from = choices.below(places.len());
        let to = (from + choices.below(4)).min(places.len() - 1);
        let piece = choices.pick(PIECES);
        json.replace_range(places[from]..places[to], piece);
    }
    json
}

#[test]
fn damaged_json_is_judged_as_another_reader_judges_it() {
    for_each_seed(10_000, |choices| {
        let template = choices.chance(64);
        let (tree, kind) = if template {
            (generate::template(choices, &Shape::READABLE), SourceKind::Template)
        } else {
            (generate::expression(choices, &Shape::READABLE, Want::Any), SourceKind::Expression)
        };
        let spelled = generate::wire_json(choices, &tree);
        let json = damage(choices, &spelled);
        let parsed = wire::read(&json, kind, &Limits::default());
        let is_json = serde_json::from_str::<&RawValue>(&json).is_ok();
        let no_json = parsed.diagnostics.iter().any(|found| found.code == codes::BAD_JSON);
        if is_json == no_json {
            return Err(format!("{json}: {:?}", parsed.diagnostics));
        }
        if parsed.tree.is_some() == parsed.diagnostics.iter().any(|found| found.is_error()) {
            return Err(format!("{json}: a tree and errors, or neither"));
        }
        for found in parsed.diagnostics.iter().filter(|found| found.is_error()) {
            let labelled = found.labels.iter().all(|label| label.span.end as usize <= json.len());
            if found.path.is_none() || !found.span.is_empty() || !labelled || found.message.contains('\n') {
                return Err(format!("{json}: {found:?}"));
            }
        }
        let Some(tree) = parsed.tree else { return Ok(()) };
        let back = wire::read(&wire::write(&tree), kind, &Limits::default());
        match back.tree {
            Some(back) if back.same(&tree) => Ok(()),
            _ => Err(format!("{json} is written as {}", wire::write(&tree))),
        }
    });
}

#[test]
fn every_beginning_of_a_json_text_is_incomplete() {
    let json = r#"{"and": [{"eq": [{"ref": "a"}, -1.5e3]}, {"not": true}, "\u00e9\n", null]}"#;
    for (end, _) in json.char_indices() {
        let parsed = wire::read(&json[..end], SourceKind::Expression, &Limits::default());
        assert!(parsed.incomplete && parsed.tree.is_none(), "{}", &json[..end]);
    }
    for json in ["{\"and\" [", "[1 ", "{\"a\": x"] {
        let parsed = wire::read(json, SourceKind::Expression, &Limits::default());
        assert_eq!(parsed.incomplete, json == "[1 ", "{json}");
    }
}

#[test]
fn trees_deeper_than_any_stack_are_printed_written_and_read() {
    let limits = Limits::default().with_depth(u16::MAX).with_nodes(1 << 20).with_source_bytes(1 << 24);
    let none = Span::default();
    let mut builder = Builder::new(&limits, "");
    let name = builder.text("a");
    let mut id = builder.push(Node::Name(name), none, none).unwrap();
    for _ in 0..20_000 {
        id = builder.push(Node::Not { operand: id }, none, none).unwrap();
        id = builder.push(Node::Member { base: id, name }, none, none).unwrap();
    }
    let tree = builder.finish_canonical(Root::Expression(id));
    let text = print::tree(&tree);
    assert!(text.starts_with("(!(!(!") && text.ends_with("a).a).a).a"), "{}", &text[..20]);
    let back = wire::read(&wire::write(&tree), SourceKind::Expression, &limits).tree.unwrap();
    assert_eq!(print::tree(&back), text);
}
