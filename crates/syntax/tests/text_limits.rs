//! Limits on text hold before the work that they bound, on the stack of a test thread.

#![cfg(test)]

use probelang_diagnostic::{Code, limit, template};
use probelang_syntax::{Limits, Parsed, SourceKind, lex, parse};

fn read(source: &str) -> Parsed {
    parse(source, SourceKind::Expression, &Limits::default())
}

/// Limits on the text alone.
fn long() -> Limits {
    Limits::default().with_source_bytes(usize::MAX)
}

fn only(parsed: &Parsed) -> (Code, &str) {
    assert_eq!(parsed.diagnostics.len(), 1, "{:?}", parsed.diagnostics);
    assert!(parsed.tree.is_none() && !parsed.incomplete);
    (parsed.diagnostics[0].code, &parsed.diagnostics[0].message)
}

#[test]
fn fifty_thousand_brackets_are_one_error_at_the_first_that_is_too_many() {
    for bracket in ["(", "[", "a[", "len(", "any(x, {", "{", "!(", "(-", "[{("] {
        let source = bracket.repeat(50_000);
        let parsed = parse(&source, SourceKind::Expression, &long());
        let (code, message) = only(&parsed);
        assert_eq!(code, limit::NESTED_TOO_DEEPLY, "{bracket}");
        assert!(message.starts_with("nested too deeply"), "{message}");
        assert!(parsed.diagnostics[0].span.end < 3000, "{bracket}");
    }
}

#[test]
fn two_hundred_and_fifty_six_brackets_are_read_and_one_more_is_not() {
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(read(&nested(256)).is_ok());
    assert_eq!(only(&read(&nested(257))).0, limit::NESTED_TOO_DEEPLY);
    // Brackets that follow one another are not open at one time.
    assert!(read(&vec!["(a)"; 300].join(" && ")).is_ok());
}

#[test]
fn ten_megabytes_are_refused_before_a_byte_is_read() {
    for source in [format!("\"{}\"", "a".repeat(10 << 20)), "(".repeat(10 << 20), "é".repeat(5 << 20)] {
        for kind in [SourceKind::Expression, SourceKind::Template] {
            let parsed = parse(&source, kind, &Limits::default());
            assert_eq!(only(&parsed).0, limit::SOURCE_TOO_LONG);
        }
    }
    let exact = format!("\"{}\"", "a".repeat(64 * 1024 - 2));
    assert!(read(&exact).is_ok());
    assert_eq!(only(&read(&format!("{exact} "))).0, limit::SOURCE_TOO_LONG);
}

#[test]
fn a_thousand_nodes_are_read_and_one_more_is_not() {
    // An n-ary operator is one node, whatever it holds.
    let chain = |n: usize| vec!["a"; n].join(" && ");
    assert!(read(&chain(999)).is_ok());
    assert_eq!(only(&read(&chain(1000))).0, limit::TOO_MANY_NODES);
    let template = |n: usize| format!("{{{}}}{{{}}}", chain(499), chain(n));
    assert!(parse(&template(499), SourceKind::Template, &Limits::default()).is_ok());
    let parsed = parse(&template(500), SourceKind::Template, &Limits::default());
    assert_eq!(only(&parsed).0, limit::TOO_MANY_NODES);
    // What splicing removes does not count.
    let pairs = |n: usize| vec!["(a && a)"; n].join(" && ");
    assert!(read(&pairs(499)).is_ok());
}

type Nested = fn(usize) -> String;

#[test]
fn sixty_four_levels_are_read_and_one_more_is_not() {
    let cases: [(&str, Nested); 6] = [
        ("member", |n| format!("a{}", ".b".repeat(n - 1))),
        ("index", |n| format!("a{}", "[0]".repeat(n - 1))),
        ("not", |n| format!("{}a", "!".repeat(n - 1))),
        ("word", |n| format!("{}a", "not ".repeat(n - 1))),
        ("call", |n| format!("{}a{}", "len(".repeat(n - 1), ")".repeat(n - 1))),
        ("not and call", |n| {
            format!(
                "{}{}a{}",
                if n % 2 == 0 { "!" } else { "" },
                "!len(".repeat((n - 1) / 2),
                ")".repeat((n - 1) / 2)
            )
        }),
    ];
    for (what, nested) in cases {
        assert!(read(&nested(64)).is_ok(), "{what}");
        for n in [65, 66, 200] {
            assert_eq!(only(&read(&nested(n))).0, limit::NESTED_TOO_DEEPLY, "{what} {n}");
        }
    }
    // Parentheses and splicing are no levels.
    assert!(read(&format!("{}a{}", "(b && ".repeat(200), ")".repeat(200))).is_ok());
}

#[test]
fn prefix_operators_are_refused_before_they_are_read() {
    for prefix in ["!", "not ", "-", "~", "!-", "+", "- !("] {
        let parsed = parse(&prefix.repeat(50_000), SourceKind::Expression, &long());
        assert_eq!(only(&parsed).0, limit::NESTED_TOO_DEEPLY, "{prefix}");
    }
}

#[test]
fn sixty_four_parts_are_read_and_one_more_is_not() {
    let parts = |n: usize| "text {a}".repeat(n);
    assert!(parse(&parts(64), SourceKind::Template, &Limits::default()).is_ok());
    let parsed = parse(&parts(65), SourceKind::Template, &Limits::default());
    assert_eq!(only(&parsed).0, limit::TOO_MANY_PARTS);
    let parsed = parse(&"{".repeat(50_000), SourceKind::Template, &Limits::default());
    assert!(parsed.is_ok(), "escapes are no parts");
    let parsed = parse(&format!("{{a{}", " {".repeat(200)), SourceKind::Template, &Limits::default());
    assert_eq!(parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [template::UNCLOSED_PART]);
}

#[test]
fn twenty_errors_are_reported_and_the_last_says_that_there_are_more() {
    for source in [
        "☃ ",
        "a = ",
        "f(,) && ",
        "\"\\d\" == ",
        ") ",
        "( ] ",
        "(a b) && ",
        "@x || ",
        "'a\n",
        "1 < 2 < 3 && ",
    ] {
        let parsed = read(&source.repeat(100));
        let errors: Vec<_> = parsed.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.len() <= 20, "{source}: {}", errors.len());
        assert!(parsed.diagnostics.is_sorted_by_key(|d| d.span), "{source}");
        if errors.len() == 20 {
            assert!(errors[19].notes.iter().any(|note| note.contains("first 20 errors")), "{source}");
        }
    }
    let few = parse("☃ && ☃ && ☃", SourceKind::Expression, &Limits::default().with_errors(2));
    assert_eq!(few.diagnostics.len(), 2);
    let all = parse("☃ && ☃", SourceKind::Expression, &Limits::default().with_errors(2));
    assert!(all.diagnostics.iter().all(|d| d.notes.is_empty()));
}

/// A source of 64 KiB of anything takes no longer than a few passes over it. The guard is the size: what is not
/// linear does not come back from these.
#[test]
fn a_full_source_of_anything_is_read_in_linear_time() {
    let pieces = [
        "a b ",
        "a.b().",
        "1 < ",
        "(a ",
        "(a) ",
        "a, ",
        "f(x y, ",
        "a ? b : c ? ",
        "{ a: ",
        "[1, ",
        "]",
        "}",
        ")",
        "a = ",
        "a + ",
        "a in [b] && ",
        "xs.f(x -> ",
        "!a == b && ",
        "a instanceof B< ",
        "a instanceof B<C<",
        "// \n",
        "/* ",
        "'\\",
        "\"\\d",
        "`",
        "@",
        "1.",
        ".5",
        "1_",
        "is not ",
        "not in ",
        "a => ",
        "?.[",
        "“",
        "\u{a0}",
        "\u{200b}a",
        "x++ ",
        "a; ",
        "a ?? ",
        "a.0",
        "(]",
        "[)",
        "({",
        "a.b(c d).e(",
        "contains([1, 2], x) || ",
        "f(a,",
        "-1.e5 ",
        "a==b==",
        "☃ ☃",
    ];
    for piece in pieces {
        let starts = [
            (SourceKind::Expression, ""),
            (SourceKind::Expression, "len(x, any(y, {"),
            (SourceKind::Template, "{"),
        ];
        for (kind, start) in starts {
            let mut source = start.to_owned();
            while source.len() + piece.len() < 64 * 1024 {
                source.push_str(piece);
            }
            let parsed = parse(&source, kind, &Limits::default());
            assert!(parsed.diagnostics.iter().filter(|d| d.is_error()).count() <= 20, "{piece}");
            let lexemes = lex(&source, kind);
            assert_eq!(lexemes.last().map(|lexeme| lexeme.span.end as usize), Some(source.len()));
        }
    }
}
