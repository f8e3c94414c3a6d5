//! The text form against the data files of `conformance/syntax`, and the whole of what is told as golden files.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, LineIndex, Severity};
use probelang_syntax::{Limits, NodeId, Parsed, Root, SourceKind, Tree, lex, parse, print, tree::Part};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    kind: Option<String>,
    canonical: Option<String>,
    #[serde(default)]
    warnings: Vec<Expected>,
    #[serde(default)]
    errors: Vec<Expected>,
    #[serde(default)]
    unfinished: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    at: String,
    says: String,
    fixed: Option<String>,
    or: Option<String>,
}

impl Case {
    fn kind(&self) -> SourceKind {
        match self.kind.as_deref() {
            Some("template") => SourceKind::Template,
            Some(other) => panic!("unknown kind {other}"),
            None => SourceKind::Expression,
        }
    }
}

fn read(source: &str, kind: SourceKind) -> Parsed {
    parse(source, kind, &Limits::default())
}

/// The files of cases, each with its name and its cases, each with its place.
fn files() -> Vec<(String, Vec<(String, Case)>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../conformance/syntax");
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    paths.sort();
    let file = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("//"));
        let case = |(at, line): (usize, &str)| {
            let place = format!("{name}.ndjson:{}", at + 1);
            let case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            (place, case)
        };
        let cases = lines.map(case).collect();
        (name, cases)
    };
    paths.into_iter().map(file).collect()
}

/// How many diagnostics there are of each code.
fn counts(parsed: &Parsed) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for told in &parsed.diagnostics {
        *counts.entry(told.code.text()).or_default() += 1;
    }
    counts
}

/// An edit removes what it was offered for; a safe one adds nothing.
fn check_edit(source: &str, kind: SourceKind, told: &Diagnostic, edit: &Edit) -> Result<String, String> {
    let fixed = edit.apply(source).ok_or("the edit does not lie in the source")?;
    let (before, after) = (counts(&read(source, kind)), counts(&read(&fixed, kind)));
    let count = |counts: &BTreeMap<&str, usize>, code: &str| counts.get(code).copied().unwrap_or(0);
    let code = told.code.text();
    if count(&after, code) >= count(&before, code) {
        return Err(format!("{code} is still told of {fixed:?}"));
    }
    let added = after.iter().find(|(code, after)| **after > count(&before, code));
    match added.filter(|_| edit.applicability == Applicability::Safe) {
        Some((code, _)) => Err(format!("{code} is new in {fixed:?}")),
        None => Ok(fixed),
    }
}

fn check_told(case: &Case, parsed: &Parsed, severity: Severity, expected: &[Expected]) -> Result<(), String> {
    let told: Vec<_> = parsed.diagnostics.iter().filter(|told| told.severity == severity).collect();
    if told.len() != expected.len() {
        return Err(format!("{} {}s are told: {told:#?}", told.len(), severity.name()));
    }
    for (told, expected) in told.into_iter().zip(expected) {
        let at = told.span.slice(&case.text);
        if told.code.text() != expected.code || at != expected.at || !told.message.contains(&expected.says) {
            return Err(format!("{} at {at:?}: {}", told.code, told.message));
        }
        let mut edits = told.edits.iter();
        for wanted in [&expected.fixed, &expected.or] {
            let fixed = edits.next().map(|edit| check_edit(&case.text, case.kind(), told, edit));
            let fixed = fixed.transpose().map_err(|error| format!("{}: {error}", told.message))?;
            if fixed != *wanted {
                return Err(format!("{}: an edit gives {fixed:?}", told.message));
            }
        }
        for edit in edits {
            check_edit(&case.text, case.kind(), told, edit)?;
        }
    }
    Ok(())
}

fn check(case: &Case) -> Result<(), String> {
    let parsed = read(&case.text, case.kind());
    check_told(case, &parsed, Severity::Warning, &case.warnings)?;
    check_told(case, &parsed, Severity::Error, &case.errors)?;
    if parsed.incomplete != case.unfinished {
        return Err(format!("unfinished is {}", parsed.incomplete));
    }
    match parsed.tree {
        Some(tree) => {
            let (printed, canonical) = (print::tree(&tree), case.canonical.as_ref().unwrap_or(&case.text));
            if printed != *canonical {
                return Err(format!("printed as {printed}"));
            }
            let back = read(&printed, case.kind()).tree.ok_or("the canonical text is refused")?;
            if back.same(&tree) { Ok(()) } else { Err(format!("{printed} is another program")) }
        }
        None if case.errors.is_empty() => Err("refused".to_owned()),
        None => Ok(()),
    }
}

#[test]
fn every_case_reads_as_written() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (place, case) in files().into_iter().flat_map(|(_, cases)| cases) {
        count += 1;
        if let Err(error) = check(&case) {
            failures.push(format!("{place} {:?}: {error}", case.text));
        }
    }
    assert!(count > 700, "{count} cases were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The page of a code shows a command; where it hands in a text that the parser judges, the code is told of it.
#[test]
fn the_example_on_the_page_of_a_code_shows_it() {
    let mut shown = 0;
    for code in Code::all().filter(|code| (101..400).contains(&code.number())) {
        let example = code.page().example.unwrap_or_else(|| panic!("{code} has no example"));
        let (command, rest) = example.split_once(" '").unwrap_or_else(|| panic!("{example}"));
        let source = rest.split('\'').next().unwrap_or("");
        let kind = if command == "render" { SourceKind::Template } else { SourceKind::Expression };
        let parsed = read(source, kind);
        assert!(
            parsed.diagnostics.iter().any(|told| told.code == code),
            "{example}: {:?}",
            parsed.diagnostics
        );
        shown += 1;
    }
    assert!(shown > 25, "{shown}");
}

/// A diagnostic as people read it.
fn render(out: &mut String, source: &str, told: &Diagnostic) {
    let index = LineIndex::new(source);
    let (line, start) = index.line_of(told.span.start);
    let place = index.line_column(told.span.start);
    let column = told.span.start - start;
    let width = told.span.slice(source).chars().take_while(|c| *c != '\n').count().max(1);
    let indent = source[start as usize..(start + column) as usize].chars().count();
    let _ = writeln!(out, "{}[{}]: {}", told.severity.name(), told.code, told.message);
    let _ = writeln!(out, "  {}:{} | {}", place.line, place.column, index.line_text(source, line));
    let gutter = format!("  {}:{} | ", place.line, place.column).len();
    let _ = writeln!(out, "{}{}", " ".repeat(gutter + indent), "^".repeat(width));
    for label in &told.labels {
        let _ = writeln!(out, "  {:?}: {}", label.span.slice(source), label.text);
    }
    for note in &told.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    for edit in &told.edits {
        let word = if edit.applicability == Applicability::Safe { "fix" } else { "or" };
        let _ = writeln!(out, "  {word}: {} -> {}", edit.title, edit.apply(source).unwrap_or_default());
    }
}

/// Escapes what would not be seen in a golden file, line breaks apart.
fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c != '\n'
            && (c.is_control()
                || (!c.is_ascii()
                    && (c.is_whitespace()
                        || !c.is_alphanumeric() && "\u{ad}\u{200b}\u{202e}\u{feff}".contains(c))))
    };
    text.chars()
        .flat_map(|c| if hidden(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

#[test]
fn what_is_told_of_every_refused_case() {
    for (name, cases) in files() {
        let mut out = String::new();
        for (_, case) in cases {
            let parsed = read(&case.text, case.kind());
            for told in &parsed.diagnostics {
                render(&mut out, &case.text, told);
            }
            if !parsed.diagnostics.is_empty() {
                out.push('\n');
            }
        }
        insta::assert_snapshot!(format!("told_{}", name.replace('-', "_")), visible(&out));
    }
}

const PROGRAMS: &[(SourceKind, &str)] = &[
    (SourceKind::Expression, "any(xs, {@it.name == \"a\" && len(@it.`b c`) > -1}) || !x.null[0]"),
    (SourceKind::Expression, "(a && (b && c)) || not (d instanceof java.util.List) == e"),
    (SourceKind::Expression, "substring('it\\'s', 0, 1.5e3) != x['k'].len && filter(m, @value)"),
    (SourceKind::Expression, "len (a) == count + 1 // x\u{a0}@foo 'open"),
    (SourceKind::Template, "{{text}} {user.id} of {len(filter(xs, {@it > 1}))}%} {\"}\"}"),
];

#[test]
fn lexemes_of_some_programs() {
    let mut out = String::new();
    for (kind, source) in PROGRAMS {
        let _ = writeln!(out, "{source}");
        for lexeme in lex(source, *kind) {
            let _ = writeln!(out, "  {:<12} {}", lexeme.class.name(), lexeme.span.slice(source));
        }
    }
    insta::assert_snapshot!("lexemes", visible(&out));
}

/// A tree as an outline: each node with the text under it and the word that makes it.
fn outline(out: &mut String, tree: &Tree, id: NodeId, indent: usize) {
    let (span, focus) = (tree.span(id), tree.focus(id));
    let node = format!("{:?}", tree.node(id));
    let name = node.split([' ', '(']).next().unwrap_or("");
    let _ = writeln!(
        out,
        "{}{name} {}..{} {:?} by {:?}",
        "  ".repeat(indent),
        span.start,
        span.end,
        span.slice(tree.source()),
        focus.slice(tree.source())
    );
    for child in tree.children(id) {
        outline(out, tree, child, indent + 1);
    }
}

#[test]
fn trees_of_some_programs() {
    let mut out = String::new();
    for (kind, source) in PROGRAMS {
        let Some(tree) = read(source, *kind).tree else { continue };
        let _ = writeln!(out, "{source}");
        match tree.root() {
            Root::Expression(root) => outline(&mut out, &tree, *root, 1),
            Root::Template(parts) => {
                for part in parts {
                    match part {
                        Part::Text { text, span } => {
                            let _ =
                                writeln!(out, "  Text {:?} of {:?}", tree.text(*text), span.slice(source));
                        }
                        Part::Expression { root, span, label } => {
                            let label = label.map(|label| tree.text(label));
                            let _ = writeln!(out, "  Part {:?} labelled {label:?}", span.slice(source));
                            outline(&mut out, &tree, *root, 2);
                        }
                    }
                }
            }
        }
    }
    insta::assert_snapshot!("trees", out);
}
