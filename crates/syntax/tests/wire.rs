//! The wire form against the data files of `conformance/wire`, and what no file can say.

#![cfg(test)]

use std::fmt::Write as _;

use probelang_diagnostic::{Diagnostic, Severity};
use probelang_syntax::{Limits, Parsed, Root, SourceKind, print, wire};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'c> {
    #[serde(borrow, default)]
    json: Raw<'c>,
    json_text: Option<String>,
    kind: Option<String>,
    text: Option<String>,
    #[serde(borrow, default)]
    written: Raw<'c>,
    #[serde(default)]
    warnings: Vec<Expected>,
    #[serde(default)]
    errors: Vec<Expected>,
    fixed: Option<String>,
}

/// The text of a field that is there; `null` is a text too.
#[derive(Default)]
struct Raw<'c>(Option<&'c RawValue>);

impl<'de: 'c, 'c> Deserialize<'de> for Raw<'c> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    path: String,
    says: String,
}

/// The lines of a file that are cases, each with its place.
fn cases(file: &str) -> Vec<(String, String)> {
    let path = format!("{}/../../conformance/wire/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("//"));
    lines.map(|(at, line)| (format!("{file}:{}", at + 1), line.to_owned())).collect()
}

fn kind_of(case: &Case<'_>) -> SourceKind {
    match case.kind.as_deref() {
        Some("template") => SourceKind::Template,
        Some(other) => panic!("unknown kind {other}"),
        None => SourceKind::Expression,
    }
}

fn compare(expected: &[Expected], found: &[Diagnostic], severity: Severity) -> Result<(), String> {
    let found: Vec<_> = found.iter().filter(|found| found.severity == severity).collect();
    let alike = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| {
            found.code.text() == expected.code
                && found.path.as_deref() == Some(expected.path.as_str())
                && found.message.contains(&expected.says)
        });
    if alike { Ok(()) } else { Err(format!("found {found:#?}")) }
}

/// The JSON text of a case, byte for byte, and what it is read as.
fn given(line: &str) -> Result<(String, SourceKind), String> {
    let case: Case<'_> = serde_json::from_str(line).map_err(|error| format!("no case: {error}"))?;
    let json = match (&case.json_text, case.json.0) {
        (Some(text), None) => text.clone(),
        (None, Some(json)) => json.get().to_owned(),
        _ => return Err("json or json_text".to_owned()),
    };
    Ok((json, kind_of(&case)))
}

fn check(line: &str) -> Result<(), String> {
    let (json, kind) = given(line)?;
    let case: Case<'_> = serde_json::from_str(line).map_err(|error| format!("no case: {error}"))?;
    let Parsed { tree, diagnostics, .. } = wire::read(&json, kind, &Limits::default());
    compare(&case.warnings, &diagnostics, Severity::Warning)?;
    compare(&case.errors, &diagnostics, Severity::Error)?;
    if let Some(fixed) = &case.fixed {
        let edit = diagnostics.first().and_then(|first| first.edits.first()).ok_or("no edit")?;
        let found = edit.apply(&json).ok_or("an edit outside of the text")?;
        if found != *fixed {
            return Err(format!("fixed to {found}"));
        }
        let again = wire::read(&found, kind, &Limits::default());
        if again.tree.is_none() {
            return Err(format!("not fixed: {:?}", again.diagnostics));
        }
    }
    match (tree, &case.text) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(format!("refused: {diagnostics:?}")),
        (Some(tree), None) => Err(format!("read as {}", print::tree(&tree))),
        (Some(tree), Some(text)) => {
            let printed = print::tree(&tree);
            if printed != *text || tree.source().as_ref() != text {
                return Err(format!("printed as {printed}"));
            }
            let written = wire::write(&tree);
            let expected = case.written.0.map_or_else(|| without_space(&json), |raw| raw.get().to_owned());
            if written != expected {
                return Err(format!("written as {written}"));
            }
            Ok(())
        }
    }
}

/// JSON without the white space between its tokens.
fn without_space(json: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    let mut escaped = false;
    for c in json.chars() {
        if inside || !c.is_ascii_whitespace() {
            out.push(c);
        }
        if escaped {
            escaped = false;
        } else if inside && c == '\\' {
            escaped = true;
        } else if c == '"' {
            inside = !inside;
        }
    }
    out
}

fn all_hold(file: &str) {
    let mut wrong = String::new();
    for (place, line) in cases(file) {
        if let Err(message) = check(&line) {
            let _ = writeln!(wrong, "{place}: {line}\n    {message}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn what_is_read() {
    all_hold("read.ndjson");
}

#[test]
fn what_is_refused() {
    all_hold("errors.ndjson");
}

#[test]
fn segments() {
    all_hold("segments.ndjson");
}

fn read(json: &str) -> Parsed {
    wire::read(json, SourceKind::Expression, &Limits::default())
}

#[track_caller]
fn one_error(parsed: &Parsed) -> &Diagnostic {
    assert!(parsed.tree.is_none());
    let [error] = parsed.diagnostics.as_slice() else { panic!("{:?}", parsed.diagnostics) };
    error
}

fn wide() -> Limits {
    Limits::default().with_source_bytes(1 << 24)
}

#[test]
fn a_tree_ten_thousand_deep_is_one_clear_error() {
    for (open, leaf, close) in [
        ("{\"not\":", "true", "}"),
        ("{\"len\":", "1", "}"),
        ("{\"eq\":[1,", "1", "]}"),
        ("{\"eq\":[", "1", ",1]}"),
        ("{\"getmember\":[", "1", ",\"a\"]}"),
        ("{\"and\":[1,{\"or\":[2,", "1", "]}]}"),
    ] {
        let json = format!("{}{leaf}{}", open.repeat(10_000), close.repeat(10_000));
        let parsed = wire::read(&json, SourceKind::Expression, &wide());
        let error = one_error(&parsed);
        assert_eq!(error.code.text(), "PL0502", "{open}");
        assert_eq!(error.message, "nested too deeply: at most 64 levels of operations are read");
        assert!(error.path.as_ref().unwrap().len() < 1000);
        assert_eq!(wire::read(&json[..5000], SourceKind::Expression, &wide()).diagnostics.len(), 1);
    }
    for json in ["[".repeat(10_000), "{\"a\":".repeat(10_000), "[{\"a\":".repeat(10_000)] {
        let parsed = wire::read(&json, SourceKind::Expression, &wide());
        let error = one_error(&parsed);
        assert_eq!(error.code.text(), "PL0401");
        assert!(error.path.as_ref().unwrap().len() < 1000);
        assert!(parsed.incomplete);
    }
    let lists = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(one_error(&wire::read(&lists, SourceKind::Expression, &wide())).code.text(), "PL0411");
}

#[test]
fn a_text_above_the_limit_is_not_read() {
    let json = format!("\"{}\"", "a".repeat(10 << 20));
    let parsed = read(&json);
    assert_eq!(one_error(&parsed).message, "the source is longer than 65536 bytes, the most that is read");
}

#[test]
fn nested_and_counts_as_one_level_however_it_nests() {
    // 999 names and one `and`: as many nodes as there may be.
    let left = format!("{}{{\"ref\":\"a\"}}{}", "{\"and\":[".repeat(998), ",{\"ref\":\"b\"}]}".repeat(998));
    let right = format!("{}{{\"ref\":\"a\"}}{}", "{\"and\":[{\"ref\":\"b\"},".repeat(998), "]}".repeat(998));
    for json in [left, right] {
        let tree = read(&json).tree.expect("1,000 nodes are allowed");
        let Root::Expression(root) = *tree.root() else { panic!("no expression") };
        assert_eq!((tree.len(), tree.depth(root), tree.children(root).count()), (1000, 2, 999));
        // What is written nests by the logarithm: 10 levels of two brackets, and the name's own.
        let written = wire::write(&tree);
        let mut depth = 0usize;
        let mut deepest = 0usize;
        for byte in written.bytes() {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        assert_eq!(deepest, 21);
        assert!(read(&written).tree.unwrap().same(&tree));
        let more = format!("{{\"and\":[{json},true]}}");
        assert_eq!(one_error(&read(&more)).code.text(), "PL0503");
    }
    let alone = format!("{}true{}", "{\"or\":[{\"and\":[".repeat(2000), "]}]}".repeat(2000));
    assert_eq!(print::tree(&read(&alone).tree.unwrap()), "true");
}

#[test]
fn limits_are_exact() {
    let nested = |levels: usize| format!("{}true{}", "{\"not\":".repeat(levels - 1), "}".repeat(levels - 1));
    assert!(read(&nested(64)).tree.is_some());
    assert_eq!(one_error(&read(&nested(65))).path.as_deref(), Some("/not".repeat(64).as_str()));
    let template = |count: usize| format!("[{}]", vec!["{\"json\":1}"; count].join(","));
    let read_template = |count| wire::read(&template(count), SourceKind::Template, &Limits::default());
    assert!(read_template(64).tree.is_some());
    let parsed = read_template(65);
    assert_eq!((one_error(&parsed).code.text(), one_error(&parsed).path.as_deref()), ("PL0504", Some("/64")));
}

#[test]
fn at_most_twenty_errors_are_told() {
    let parsed = read(&format!("{{\"and\":[{}]}}", vec!["{}"; 50].join(",")));
    assert_eq!(parsed.diagnostics.len(), 20);
    assert_eq!(parsed.diagnostics[19].notes, ["only the first 20 errors are shown"]);
    let repeated = vec!["{\"a\":1,\"a\":2}"; 50].join(",");
    assert_eq!(read(&format!("[{repeated}]")).diagnostics.len(), 20);
}

#[test]
fn a_node_keeps_its_path_as_it_was_written() {
    let parsed = read(
        r#"{"dsl":"x","json":{"&&":[{"hasAny":[{"ref":"xs"},{"==":[{"getmember":[{"ref":"@it"},"a/b"]},1]}]},{"!":{"ref":"b"}}]}}"#,
    );
    let tree = parsed.tree.unwrap();
    let mut shown = String::new();
    for id in tree.ids() {
        let _ = writeln!(shown, "{} at {}", tree.span(id).slice(tree.source()), tree.path(id).unwrap());
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_warning_speaks_of_the_canonical_text() {
    let warning = |json: &str| {
        let Parsed { tree, diagnostics, .. } = wire::read(json, SourceKind::Template, &Limits::default());
        let (tree, warning) = (tree.unwrap(), diagnostics[0].clone());
        let fixed = warning.edits.first().map(|edit| edit.apply(tree.source()).unwrap());
        (warning.span.slice(tree.source()).to_owned(), fixed)
    };
    let found = warning(r#"[{"str":"{x}"},{"json":{"not":{"ref":"a.b"}}}]"#);
    assert_eq!(found, ("`a.b`".to_owned(), Some("{{x}}{!a.b}".to_owned())));
    let found = warning(r#"[{"str":"é"},{"json":{"getmember":[{"ref":"a"},"b.c"]}}]"#);
    assert_eq!(found, ("`b.c`".to_owned(), Some("é{a.b.c}".to_owned())));
    // Text that is canonical keeps the place and the edits, other text the node.
    let found = warning(r#"[{"str":"x"},{"dsl":"!a == b"}]"#);
    assert_eq!(found, ("!".to_owned(), Some("x{(!a) == b}".to_owned())));
    let found = warning(r#"[{"str":"x"},{"dsl":" !a==b"}]"#);
    assert_eq!(found, ("!a".to_owned(), None));
}

#[test]
fn an_error_has_its_path_and_no_span_and_its_labels_speak_of_the_json() {
    let json = r#"{"eq": [1, {"len": ["é"]}]}"#;
    let parsed = read(json);
    let error = one_error(&parsed);
    assert!(error.span.is_empty() && error.span.start == 0);
    assert_eq!(error.labels[0].span.slice(json), "[\"é\"]");
}

/// What an author sees, for every case that is refused or warned about.
#[test]
fn messages() {
    let mut shown = String::new();
    for file in ["errors.ndjson", "segments.ndjson", "read.ndjson"] {
        for (_, line) in cases(file) {
            let (json, kind) = given(&line).unwrap();
            let found = wire::read(&json, kind, &Limits::default()).diagnostics;
            if found.is_empty() {
                continue;
            }
            let _ = writeln!(shown, "{json}");
            for found in found {
                let path = found.path.unwrap();
                let _ = writeln!(
                    shown,
                    "    {} {} at {path:?}: {}",
                    found.severity.name(),
                    found.code,
                    found.message
                );
                for label in &found.labels {
                    let _ = writeln!(shown, "        {:?} {}", label.span.slice(&json), label.text);
                }
                for note in &found.notes {
                    let _ = writeln!(shown, "        note: {note}");
                }
                for edit in &found.edits {
                    let text: Vec<_> = edit.changes.iter().map(|change| change.text.as_str()).collect();
                    let _ = writeln!(
                        shown,
                        "        edit ({:?}): {}: {}",
                        edit.applicability,
                        edit.title,
                        text.join(" ... ")
                    );
                }
            }
        }
    }
    insta::assert_snapshot!(shown);
}
