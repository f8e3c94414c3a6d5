//! Canonical spelling against the data files of `conformance/print`.

use std::fmt::Write as _;

use probelang_syntax::{Limits, SourceKind, Tree, parse, print, wire};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'c> {
    text: String,
    canonical: Option<String>,
    kind: Option<String>,
    #[serde(borrow)]
    json: Option<&'c RawValue>,
}

fn read(text: &str, kind: SourceKind) -> Result<Tree, String> {
    let parsed = parse(text, kind, &Limits::default());
    parsed.tree.ok_or_else(|| format!("{text} is refused: {:?}", parsed.diagnostics))
}

fn check(line: &str) -> Result<(), String> {
    let case: Case<'_> = serde_json::from_str(line).map_err(|error| format!("no case: {error}"))?;
    let kind = match case.kind.as_deref() {
        Some("template") => SourceKind::Template,
        Some(other) => return Err(format!("unknown kind {other}")),
        None => SourceKind::Expression,
    };
    let canonical = case.canonical.as_ref().unwrap_or(&case.text);
    let tree = read(&case.text, kind)?;
    let printed = print::tree(&tree);
    if printed != *canonical {
        return Err(format!("printed as {printed}"));
    }
    let back = read(&printed, kind)?;
    if !back.same(&tree) || print::tree(&back) != printed {
        return Err(format!("read back as {}", print::tree(&back)));
    }
    let written = wire::write(&tree);
    if case.json.is_some_and(|json| json.get() != written) {
        return Err(format!("written as {written}"));
    }
    let json = wire::read(&written, kind, &Limits::default());
    match json.tree {
        Some(json) if json.source().as_ref() == canonical && wire::write(&json) == written => Ok(()),
        _ => Err(format!("{written} does not come back: {:?}", json.diagnostics)),
    }
}

#[test]
fn canonical_spelling() {
    let path = format!("{}/../../conformance/print/canonical.ndjson", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut wrong = String::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    {
        if let Err(message) = check(line) {
            let _ = writeln!(wrong, "canonical.ndjson:{}: {line}\n    {message}", at + 1);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Span and focus of every node, below the canonical text.
#[test]
fn places() {
    let mut shown = String::new();
    for (text, kind) in [
        ("!(a || b.c[0]) && any(xs, {@it > -1}) && substring(s, 1, 2) == \"x\"", SourceKind::Expression),
        ("(!a)[`b c`] instanceof \"T\"", SourceKind::Expression),
        ("n: {len(xs)}, {{{!x}}}", SourceKind::Template),
    ] {
        let tree = read(text, kind).unwrap();
        let located = print::located(&tree);
        assert_eq!(located.text, text);
        let _ = writeln!(shown, "{text}");
        for part in &located.parts {
            let _ = writeln!(shown, "    part {}", part.slice(text));
        }
        for id in tree.ids() {
            let (span, focus) = (located.spans[id.0 as usize], located.focus[id.0 as usize]);
            assert_eq!((span, focus), (tree.span(id), tree.focus(id)));
            let _ = writeln!(shown, "    {}    by {}", span.slice(text), focus.slice(text));
        }
    }
    insta::assert_snapshot!(shown);
}
