//! What the checker says, one diagnostic a line, with its notes and edits below it.

#![cfg(test)]

use std::fmt::Write;

use probelang_check::{Form, Options, Schema, check, fix};
use probelang_diagnostic::{Applicability, Diagnostic, lint};
use probelang_dialect::{Preset, ProgramKind};

const SCHEMA: &str = r#"{"names": {
    "user": {"type": "object", "name": "com.acme.User", "fields": {
        "name": "string", "age": "integer", "nick": "string | null", "active": "Boolean",
        "address": {"type": "object", "fields": {"city": "string"}}}},
    "xs": "list<integer>",
    "tags": "set<string>",
    "stock": "map<string, integer>",
    "rows": {"type": "list", "of": {"type": "list", "of": "string", "maxItems": 50}, "maxItems": 20},
    "total": "number",
    "text": "string",
    "flag": "Boolean",
    "secret": "redacted"}}"#;

/// Expressions by what they show.
const LINTS: &[(&str, ProgramKind, &[&str])] = &[
    (
        "kinds",
        ProgramKind::Condition,
        &[
            "len(5) > 1",
            "user.age",
            "len(total) > 3",
            "user.age && flag",
            "any(text, {@it == 1})",
            "any(xs, {@it})",
            "text < 5",
            "total < \"5\"",
            "startsWith(user.nick, \"a\")",
            "user.nick != null && startsWith(user.nick, \"a\")",
            "user.nick == null || startsWith(user.nick, \"a\")",
            "len(user.nick) > 1 && startsWith(user.nick, \"a\")",
            "xs[\"a\"] == 1",
            "contains(text, 5)",
            "matches(text, 5)",
        ],
    ),
    ("metrics", ProgramKind::Metric, &["text", "xs", "len(xs)", "flag", "total"]),
    (
        "names",
        ProgramKind::Condition,
        &[
            "totla > 1",
            "TOTAL > 1",
            "city == \"a\"",
            "user.adress.city == \"a\"",
            "user.address.age > 1",
            "customer > 1",
            "text.length > 3",
            "xs[-1] == 1",
            "user.password == \"a\"",
            "secret == 1",
            "stock[1] == 1",
        ],
    ),
    (
        "logic",
        ProgramKind::Condition,
        &[
            "1 == 1",
            "total == \"5\"",
            "text == 5",
            "flag == \"true\"",
            "len(xs) == null",
            "any(xs, {@it > 1}) == null",
            "len(xs) >= 0",
            "len(xs) == -1",
            "true || flag",
            "flag && true",
            "flag && false && total > 1",
            "flag || flag",
            "total > 1 && total > 1",
            "flag && !flag",
            "total == 1 && total == 2",
            "text == \"a\" && text == \"b\"",
            "total != 1 || total != 2",
            "total > 5 && total < 3",
            "total == total",
            "isDefined(5)",
            "any(xs, {true})",
        ],
    ),
    (
        "texts",
        ProgramKind::Condition,
        &[
            "matches(text, \"foo\")",
            "matches(text, \"^foo\")",
            "matches(text, \"\\\\.txt$\")",
            "matches(text, \"^foo$\")",
            "matches(user, \"^foo$\")",
            "matches(text, \"\")",
            "matches(text, \"(a\")",
            "matches(text, \"(?=a)\")",
            "user instanceof \"String\"",
            "total instanceof \"integer\"",
        ],
    ),
];

const PORTABILITY: &[&str] = &[
    "matches(text, \"foo\")",
    "matches(text, \"^foo$\")",
    "contains(xs, 1)",
    "contains(stock, \"a\")",
    "stock.apples > 1",
    "any(stock, {@it.value > 1})",
    "flag && total > 1",
    "!isUndefined(total)",
    "100 < @duration",
    "total == 3000000000",
    "len(text) > 3",
    "user.password == \"a\"",
    "substring(text, 0, 2) == \"ab\"",
    "(flag || total > 1) && total > 2",
    "total > 1",
    "unknown.member == 1",
];

fn line(out: &mut String, diagnostic: &Diagnostic, source: &str) {
    let Diagnostic { code, severity, message, span, .. } = diagnostic;
    let _ = writeln!(out, "  {} {code} [{}] {message}", severity.name(), span.slice(source));
    for label in &diagnostic.labels {
        let _ = writeln!(out, "      | [{}] {}", label.span.slice(source), label.text);
    }
    for note in &diagnostic.notes {
        let _ = writeln!(out, "      = {note}");
    }
    for edit in &diagnostic.edits {
        let _ = writeln!(out, "      > {:?}: {}", edit.applicability, edit.apply(source).expect("in it"));
    }
}

fn options(kind: ProgramKind) -> Options {
    Options::of(kind).with_schema(Schema::parse(SCHEMA).unwrap())
}

fn told(source: &str, options: &Options) -> String {
    let mut out = format!("{source}\n");
    for diagnostic in &check(source, options).diagnostics {
        line(&mut out, diagnostic, source);
    }
    out
}

#[test]
fn lints_as_they_are_told() {
    for (name, kind, sources) in LINTS {
        let told: Vec<String> = sources.iter().map(|source| told(source, &options(*kind))).collect();
        insta::assert_snapshot!(*name, told.join("\n"));
    }
}

#[test]
fn portability_as_it_is_told() {
    let targets = Preset::ALL.into_iter().filter(|preset| *preset != Preset::Portable);
    let options = options(ProgramKind::Condition).with_targets(targets);
    let told: Vec<String> = PORTABILITY.iter().map(|source| told(source, &options)).collect();
    insta::assert_snapshot!("portability", told.join("\n"));
}

#[test]
fn cost_names_what_dominates_and_shows_nested_loops() {
    let mut out = String::new();
    for source in [
        "total > 1",
        "any(xs, {@it > 1})",
        "flag && any(rows, {any(@it, {matches(@it, \"[0-9]+\")})})",
        "len(filter(unknown, {contains(@it, 1)})) > 3",
        "unknown == other",
    ] {
        let report = check(source, &options(ProgramKind::Condition).with_max_cost(0));
        let cost = &report.analysis.as_ref().unwrap().cost;
        let _ = writeln!(out, "{source}: {} steps", cost.steps);
        for diagnostic in report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
            line(&mut out, diagnostic, source);
        }
    }
    insta::assert_snapshot!("cost", out);
}

#[test]
fn strict_refuses_what_is_certain_and_nothing_else() {
    let strict = options(ProgramKind::Condition).with_strict(true);
    for (_, _, sources) in LINTS {
        for source in *sources {
            let report = check(source, &strict);
            for diagnostic in &report.diagnostics {
                let refused = diagnostic.code == lint::CERTAIN_KIND || diagnostic.code.number() < 700;
                assert_eq!(diagnostic.is_error(), refused, "{source}: {}", diagnostic.message);
            }
        }
    }
}

#[test]
fn an_edit_removes_its_diagnostic_and_a_safe_one_adds_none() {
    let told = |report: &probelang_check::Report| {
        let mut told: Vec<_> = report
            .diagnostics
            .iter()
            .map(|diagnostic| (diagnostic.code, diagnostic.message.clone()))
            .collect();
        told.sort();
        told
    };
    let mut edits = 0u32;
    for (_, kind, sources) in LINTS {
        for source in *sources {
            let options = options(*kind);
            let report = check(source, &options);
            for diagnostic in &report.diagnostics {
                for edit in &diagnostic.edits {
                    let mut left = told(&report);
                    let at =
                        left.iter().position(|told| *told == (diagnostic.code, diagnostic.message.clone()));
                    left.remove(at.unwrap());
                    let edited = edit.apply(source).unwrap();
                    let after = told(&check(&edited, &options));
                    let adds_none = after.iter().all(|after| {
                        let at = left.iter().position(|told| told == after);
                        at.map(|at| left.remove(at)).is_some()
                    });
                    // a suggestion may leave something to say
                    let safe = edit.applicability == Applicability::Safe;
                    assert!(adds_none || !safe, "{source} -> {edited}: {after:?}");
                    edits += u32::from(adds_none);
                }
            }
        }
    }
    assert!(edits > 20, "{edits}");
}

#[test]
fn a_fix_applies_sure_edits_until_there_is_none_in_text_and_json() {
    let options = options(ProgramKind::Condition);
    for (source, expected) in [
        ("flag && true && true", "flag"),
        ("matches(text, \"^a\") && matches(text, \"^a\")", "startsWith(text, \"a\")"),
        ("text.length > 3", "len(text) > 3"),
        ("xs.size() > 3", "len(xs) > 3"),
        ("total > 1", "total > 1"),
    ] {
        let fixed = fix(source, &options);
        assert_eq!(fixed.text, expected, "{source}");
        assert_eq!(fixed.applied.is_empty(), source == expected);
        assert!(fixed.report.is_ok());
    }
    let wire = options.with_form(Form::Wire);
    let json = r#"{"and": [{"ref": "flag"}, true]}"#;
    assert_eq!(fix(json, &wire).text, r#"{"ref":"flag"}"#);
    let untouched = r#"{ "ref": "flag" }"#;
    assert_eq!(fix(untouched, &wire).text, untouched);
}

#[test]
fn a_wrong_argument_always_faults_only_where_its_kind_is_always_asked_for() {
    for (preset, source, always) in [
        (Preset::Portable, "startsWith(user.nick, 5)", true),
        // null is no text here: the answer is false, whatever the argument
        (Preset::Ruby, "startsWith(user.nick, 5)", false),
        (Preset::Ruby, "startsWith(\"abc\", 5)", true),
        (Preset::Ruby, "contains(user.nick, 5)", true),
        // null is the empty text here
        (Preset::Php, "endsWith(user.nick, 5)", true),
        // another subject answers false here
        (Preset::Java, "startsWith(total, 5)", false),
        (Preset::Java, "startsWith(text, 5)", true),
    ] {
        let options = options(ProgramKind::Condition).with_dialect(preset);
        let report = check(source, &options);
        assert_eq!(
            report.analysis.as_ref().unwrap().ty.is_never(),
            always,
            "{source} under {}",
            preset.name()
        );
        assert!(!report.diagnostics.is_empty(), "{source} under {}", preset.name());
    }
}

#[test]
fn a_schema_reads_back_as_it_was_written_and_says_where_it_does_not_read() {
    let schema = Schema::parse(SCHEMA).unwrap();
    assert_eq!(Schema::parse(&schema.to_json()).unwrap(), schema);
    for (json, path, message) in [
        ("{", "", "not JSON"),
        ("[]", "", "an object with the key names belongs here, not a list"),
        (r#"{"nams": {}}"#, "/nams", "a schema has no key \"nams\", did you mean names?"),
        (r#"{"names": {"a": 5}}"#, "/names/a", "a type belongs here, not a number"),
        (r#"{"names": {"a": "strng"}}"#, "/names/a", "\"strng\" is no type, did you mean string?"),
        (r#"{"names": {"a": "list<"}}"#, "/names/a", "a type is missing"),
        (
            r#"{"names": {"a/b": {"type": "list", "of": {"type": "x"}}}}"#,
            "/names/a~1b/of/type",
            "\"x\" is no type",
        ),
        (
            r#"{"names": {"a": {"type": "string", "maxItems": 3}}}"#,
            "/names/a/maxItems",
            "maxItems belongs to a list, a set or a map",
        ),
        (
            r#"{"names": {"a": {"type": "list", "maxItems": -1}}}"#,
            "/names/a/maxItems",
            "an integer from 0 belongs here",
        ),
        (r#"{"names": {"a": "integer", "a": "string"}}"#, "/names/a", "the key is given twice"),
        (r#"{"names": {"a": {"of": "integer"}}}"#, "/names/a", "a type has the key type"),
    ] {
        let errors = Schema::parse(json).unwrap_err();
        assert_eq!(errors[0].path.as_deref(), Some(path), "{json}: {}", errors[0].message);
        assert!(errors[0].message.starts_with(message), "{json}: {}", errors[0].message);
    }
}
