//! The judge and the runner, with an engine that answers what a test says.

#![cfg(test)]

use probelang::diagnostic::{Code, fault};
use probelang::host::{Budget, Host, Value};
use probelang::output::HostReader;
use probelang::redact::Policy;
use probelang::syntax::Tree;
use probelang_conformance::answer::{Answer, Failure, Outcome};
use probelang_conformance::case::Case;
use probelang_conformance::engine::{Engine, Setup};
use probelang_conformance::ledger::Ledger;
use probelang_conformance::run::{CaseFile, FileReport, Runner, read_lines};
use probelang_conformance::world::World;
use probelang_conformance::{judge, tagged};

/// Answers the variable `answer` of the case.
struct Echo;

impl Engine for Echo {
    fn run(&self, _: &Tree, _: &Setup, world: &World) -> Outcome {
        let name = world.symbol("answer");
        let mut value = Value::Absent;
        world.var(name, &mut value);
        assert!(value != Value::Str("panic"), "as the test says");
        let (policy, mut budget) = (Policy::none(), Budget::steps(1_000_000));
        let mut reader = HostReader::new(world, &policy, &mut budget);
        Outcome::Value(Answer::read(value, &mut reader, None).unwrap())
    }
}

fn case(text: &str) -> Case {
    Case::read(text.as_bytes()).unwrap()
}

/// Whether an answer, written as a tagged value, passes for an expected value.
fn is(answer: &str, expected: &str, source: &str) -> bool {
    let case = case(&format!(
        r#"{{"id": "t", "source": "{source}", "json": 1, "kind": "value", "vars": {{"answer": {answer}}}, "expect": {{"value": {expected}}}}}"#
    ));
    let world = tagged::world(&case).unwrap();
    let outcome = Echo.run(
        &probelang::syntax::wire::read(
            "1",
            probelang::syntax::SourceKind::Expression,
            &probelang::syntax::Limits::default(),
        )
        .tree
        .unwrap(),
        &setup(&case),
        &world,
    );
    judge::passes(&case, &outcome, &world).unwrap()
}

fn setup(case: &Case) -> Setup {
    Setup::new(case, case.kind, probelang::dialect::Dialect::default())
}

#[test]
fn values_are_equal_by_kind_and_contents() {
    let same = [
        ("1", r#"{"$type": "float", "value": 1.0}"#),
        (r#"{"$type": "float", "value": "NaN"}"#, r#"{"$type": "float", "value": "NaN"}"#),
        (r#"{"$type": "float", "value": 2.0}"#, "2"),
        (r#"{"$type": "decimal", "value": "18446744073709551615"}"#, "18446744073709551615"),
        (r#"{"b": 1, "a": 2}"#, r#"{"a": 2, "b": 1}"#),
        (r#"{"$type": "set", "items": [1, 2]}"#, r#"{"$type": "set", "items": [2, 1]}"#),
        (r#"{"$type": "tuple", "items": [1]}"#, r#"[1]"#),
        (r#"{"$type": "map", "entries": [[1, "a"]]}"#, r#"{"$type": "map", "entries": [[1, "a"]]}"#),
        (r#"{"$type": "undefined"}"#, r#"{"$type": "undefined"}"#),
        (
            r#"{"$type": "enum", "class": "C", "value": "A"}"#,
            r#"{"$type": "enum", "class": "C", "value": "A"}"#,
        ),
        (
            r#"{"$type": "exception", "class": "E", "message": "m"}"#,
            r#"{"$type": "exception", "class": "E", "message": "m"}"#,
        ),
        (r#"["a", "b"]"#, r#"{"$type": "collection", "of": "list", "count": 2}"#),
        (r#"{"$type": "sequence", "of": "list", "start": 3, "count": 2, "prefix": "x"}"#, r#"["x3", "x4"]"#),
        (r#"{"$type": "repeat", "text": "ab", "count": 2, "then": "!"}"#, r#""abab!""#),
        (r#"{"$type": "char", "value": "c"}"#, r#""c""#),
    ];
    for (answer, expected) in same {
        assert!(is(answer, expected, "docs"), "{answer} is {expected}");
    }
    let other = [
        ("1", "true"),
        ("1", "1.5"),
        ("null", r#"{"$type": "undefined"}"#),
        (r#""1""#, "1"),
        ("[1, 2]", "[2, 1]"),
        ("[1]", "[1, 2]"),
        ("[1]", r#"{"$type": "set", "items": [1]}"#),
        (r#"{"$type": "set", "items": [1, 1]}"#, r#"{"$type": "set", "items": [1, 2]}"#),
        (r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#),
        (r#"{"a": 1}"#, r#"{"a": 2}"#),
        (r#"{"$type": "object", "class": "C"}"#, r#"{"$type": "object", "class": "D"}"#),
        (r#"["a"]"#, r#"{"$type": "collection", "of": "list", "count": 2}"#),
        (r#"["a"]"#, r#"{"$type": "collection", "of": "map", "count": 1}"#),
        (r#"["a"]"#, r#"{"$type": "collection", "of": "list", "count": 1, "truncated": true}"#),
        (r#"["a"]"#, r#"{"$type": "collection", "of": "list", "count": 1, "items": ["b"]}"#),
    ];
    for (answer, expected) in other {
        assert!(!is(answer, expected, "docs"), "{answer} is not {expected}");
    }
}

#[test]
fn a_plain_object_of_javascript_equals_a_map() {
    for source in ["dd-trace-js", "docs"] {
        assert!(is(r#"{"a": 1}"#, r#"{"a": 1}"#, source));
        assert!(is(r#"{"$type": "map", "entries": [["a", 1]]}"#, r#"{"a": 1}"#, source));
    }
}

fn judged(expect: &str, outcome: &Outcome) -> bool {
    let case = case(&format!(
        r#"{{"id": "t", "source": "docs", "json": [], "kind": "template", "expect": {expect}}}"#
    ));
    judge::passes(&case, outcome, &tagged::world(&case).unwrap()).unwrap()
}

#[test]
fn errors_are_judged_by_their_kind() {
    let failed = |code: Code| Outcome::Failed(Failure { code: Some(code), message: String::new() });
    let refused = Outcome::Refused(String::new());
    // (outcome, parse, undefined, evaluation)
    let table = [
        (refused, true, false, true),
        (failed(fault::UNKNOWN_NAME), false, true, false),
        (failed(fault::INDEX_OUT_OF_RANGE), false, true, false),
        (failed(fault::FIELD_OF_NULL), false, false, true),
        (failed(fault::INDEX_OF_NULL), false, false, true),
        (failed(fault::REDACTED_NAME), false, false, true),
        (failed(fault::STEPS), false, false, true),
        (Outcome::Value(Answer::Null), false, false, false),
        (Outcome::Unrunnable(String::new()), false, false, false),
    ];
    for (outcome, parse, undefined, evaluation) in table {
        for (kind, passes) in [("parse", parse), ("undefined", undefined), ("evaluation", evaluation)] {
            assert_eq!(judged(&format!(r#"{{"error": "{kind}"}}"#), &outcome), passes, "{kind}: {outcome}");
        }
    }
}

#[test]
fn a_message_is_judged_by_text_and_number_of_errors() {
    let text = |text: &str, errors: usize| Outcome::Text {
        text: text.to_owned(),
        errors: vec![Failure { code: Some(fault::UNKNOWN_NAME), message: String::new() }; errors],
    };
    assert!(judged(r#"{"value": "a b"}"#, &text("a b", 0)));
    assert!(!judged(r#"{"value": "a b"}"#, &text("a  b", 0)));
    assert!(judged(r#"{"value": "x", "errors": [{}, {}]}"#, &text("x", 2)));
    assert!(!judged(r#"{"value": "x", "errors": [{}, {}]}"#, &text("x", 1)));
    assert!(judged(r#"{"value": {"$type": "text", "regex": "^\\d+$"}}"#, &text("42", 0)));
    assert!(!judged(r#"{"value": {"$type": "text", "regex": "^\\d+$"}}"#, &text("x42", 0)));
    let both = r#"{"value": {"$type": "text", "contains": ["a", "b"], "not_contains": ["c"]}}"#;
    assert!(judged(both, &text("b a", 0)));
    assert!(!judged(both, &text("b", 0)));
    assert!(!judged(both, &text("abc", 0)));
}

fn run(lines: &str, ledger: &str) -> FileReport {
    let file = CaseFile { path: "t".to_owned(), lines: read_lines(lines.as_bytes()) };
    let ledger = Ledger::read(ledger).unwrap();
    Runner { engine: &Echo, dialect: None, ledger: &ledger }.file(&file)
}

fn line(id: &str, rest: &str) -> String {
    format!(r#"{{"id": "{id}", "source": "docs", "json": true, "kind": "value", {rest}}}"#)
}

#[test]
fn every_line_counts_once() {
    let lines = [
        line("met", r#""vars": {"answer": 1}, "expect": {"value": 1}"#),
        line("not-met", r#""vars": {"answer": 1}, "expect": {"value": 2}"#),
        line(
            "both-forms",
            r#""dsl": "1", "dsl_matches_json": true, "vars": {"answer": 1}, "expect": {"value": 2}"#,
        ),
        line("panics", r#""vars": {"answer": "panic"}, "expect": {"value": 1}"#),
        line("no-value", r#""vars": {"answer": {"$type": "flux"}}, "expect": {"value": 1}"#),
        line("dangling", r#""vars": {"answer": {"$type": "ref", "id": "x"}}, "expect": {"value": 1}"#),
        line("no-outcome", r#""vars": {"answer": 1}, "expect": {}"#),
        line("no-judgement", r#""vars": {"answer": 1}, "expect": {"value": {"$type": "flux"}}"#),
        line("touched", r#""vars": {"answer": {"$type": "trap"}}, "expect": {"error": "evaluation"}"#),
        r#"{"id": "whose", "source": "nobody", "json": 1, "kind": "value", "expect": {"value": 1}}"#
            .to_owned(),
        r#"{"id": "half", "source": "docs"}"#.to_owned(),
        "{".to_owned(),
        "   ".to_owned(),
    ];
    let report = run(&lines.join("\n"), "");
    assert_eq!((report.cases, report.passed, report.failed, report.ledger), (12, 1, 11, 0));
    assert_eq!(report.failures.len(), 11);
    let ids: Vec<&str> = report.failures.iter().map(|failed| failed.id.as_str()).collect();
    assert_eq!(ids[1], "both-forms");
    assert_eq!(report.failures[1].actual, "wire: 1; text: 1");
    assert_eq!(&ids[9..], ["half", "line 12"]);
}

#[test]
fn bytes_that_are_no_text_are_a_failed_case() {
    let file = CaseFile { path: "t".to_owned(), lines: read_lines(b"\xff\xfe\n\n") };
    let report = Runner { engine: &Echo, dialect: None, ledger: &Ledger::empty() }.file(&file);
    assert_eq!((report.cases, report.failed), (1, 1));
}

#[test]
fn the_ledger_excuses_what_is_not_met_and_nothing_else() {
    let lines = [
        line("a", r#""vars": {"answer": 1}, "expect": {"value": 2}"#),
        line("b", r#""vars": {"answer": 1}, "expect": {"value": 1}"#),
    ];
    let entry = |id: &str| format!(r#"{{"id": "{id}", "class": "host-fact", "why": "so"}}"#);
    let report = run(&lines.join("\n"), &entry("a"));
    assert_eq!((report.passed, report.failed, report.ledger), (1, 0, 1));
    // a case of the ledger that is met fails
    let report = run(&lines.join("\n"), &format!("{}\n{}", entry("a"), entry("b")));
    assert_eq!((report.passed, report.failed, report.ledger), (0, 1, 1));
    assert_eq!(report.failures[0].id, "b");
}

#[test]
fn a_ledger_gives_a_reason_and_names_a_case_once() {
    let entry = r#"{"id": "a", "class": "host-fact", "why": "so"}"#;
    assert!(Ledger::read(&format!("{entry}\n{entry}")).is_err());
    assert!(Ledger::read(r#"{"id": "a", "class": "host-fact", "why": " "}"#).is_err());
    assert!(Ledger::read(r#"{"id": "a", "class": "mood", "why": "so"}"#).is_err());
}
