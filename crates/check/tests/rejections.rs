//! What `judge` rejects, and what it warns of.

#![cfg(test)]

use std::sync::Arc;

use probelang_check::{Options, judge};
use probelang_diagnostic::{Code, Diagnostic, limit, lint, program};
use probelang_dialect::{Preset, ProgramKind};
use probelang_redact::Policy;
use probelang_syntax::{Limits, SourceKind, parse, wire};

fn diagnostics(source: &str, options: &Options) -> Vec<Diagnostic> {
    let tree = parse(source, SourceKind::Expression, &Limits::default()).tree.unwrap();
    let judged = judge(tree, options.clone());
    assert_eq!(judged.accepted.is_none(), judged.diagnostics.iter().any(Diagnostic::is_error), "{source}");
    judged.diagnostics
}

fn refused(source: &str) -> (Code, String) {
    let found = diagnostics(source, &Options::of(ProgramKind::Condition));
    let error = found.iter().find(|d| d.is_error()).unwrap_or_else(|| panic!("{source} compiles"));
    (error.code, error.message.clone())
}

#[test]
fn portable_refuses_what_it_can_only_read() {
    assert_eq!(refused("@it > 1").0, program::ELEMENT_OUTSIDE);
    assert_eq!(refused("any(xs, {true}) && @key == 1").0, program::ELEMENT_OUTSIDE);
    assert_eq!(refused("substring(s, 1) == \"\"").0, program::SUBSTRING_WITHOUT_END);
    assert_eq!(refused("matches(s, t)").0, program::COMPUTED_PATTERN);
}

#[test]
fn a_pattern_that_needs_backtracking_is_named() {
    let constructs = [
        (r"(?=a)", "a look-ahead"),
        (r"a(?!b)", "a look-ahead"),
        (r"(?<=a)b", "a look-behind"),
        (r"(?<!a)b", "a look-behind"),
        (r"(a)\1", "a back-reference"),
        (r"(?P<n>a)(?P=n)", "a back-reference"),
        (r"(?<n>a)\k<n>", "a back-reference"),
        (r"(?>a+)b", "an atomic group"),
        (r"\Gab", "a continuation anchor"),
    ];
    for (pattern, name) in constructs {
        let source = format!("matches(s, \"{}\")", pattern.replace('\\', "\\\\"));
        let (code, message) = refused(&source);
        assert_eq!(code, program::PATTERN_CONSTRUCT, "{pattern}: {message}");
        assert!(message.contains(name), "{pattern}: {message}");
    }
}

#[test]
fn a_pattern_is_read_and_bounded_before_it_is_compiled() {
    assert_eq!(refused("matches(s, \"[\")").0, program::BAD_PATTERN);
    assert_eq!(refused("matches(s, \"a{3,1}\")").0, program::BAD_PATTERN);
    assert_eq!(refused(&format!("matches(s, \"{}\")", "a".repeat(1025))).0, limit::PATTERN_TOO_LONG);
    assert_eq!(refused("matches(s, \"\\\\w{500}{500}\")").0, limit::PATTERN_TOO_LARGE);
    let nested = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(refused(&format!("matches(s, \"{nested}\")")).0, limit::PATTERN_TOO_LARGE);
}

#[test]
fn the_patterns_of_a_program_are_bounded_together() {
    let condition = |patterns: &[String]| {
        let calls = patterns.iter().map(|pattern| format!("matches(s, \"{pattern}\")"));
        calls.collect::<Vec<_>>().join(" || ")
    };
    let large = |i: usize| format!("{}{i}", "[0-9]".repeat(3) + "\\\\d{190}");
    let found = |patterns: &[String]| diagnostics(&condition(patterns), &Options::of(ProgramKind::Condition));
    let usual: Vec<String> = (0..200).map(|i| format!("^/api/v[0-9]+/users/{i}$")).collect();
    assert_eq!(found(&usual), []);
    // one text is compiled once, however often it stands there
    assert_eq!(found(&vec![large(0); 100]), []);
    let many: Vec<String> = (0..100).map(large).collect();
    let refused = found(&many);
    let first = refused.first().expect("too large together");
    assert_eq!(first.code, limit::PATTERN_TOO_LARGE);
    assert!(first.message.contains("together"), "{}", first.message);
    // each of them is within the limit of one
    for pattern in &many {
        assert_eq!(found(std::slice::from_ref(pattern)), []);
    }
}

#[test]
fn a_verbose_pattern_keeps_its_comment_to_itself() {
    let options = Options::of(ProgramKind::Condition).with_dialect(Preset::Java);
    assert_eq!(diagnostics("matches(s, \"(?x)a # comment\")", &options), []);
    // what closes a group that only the anchors would open is no pattern
    let found = diagnostics("matches(s, \"a)(b\")", &options);
    assert_eq!(found.first().map(|d| d.code), Some(program::BAD_PATTERN));
}

#[test]
fn strict_mode_refuses_what_can_never_be_right() {
    let lax = Options::of(ProgramKind::Condition);
    let strict = lax.clone().with_strict(true);
    for source in ["len(5) > 1", "!3", "any(5, {true})", "null < a", "substring(1, 0, 1) == a", "1"] {
        let warnings = diagnostics(source, &lax);
        assert!(warnings.iter().any(|d| d.code == lint::CERTAIN_KIND && !d.is_error()), "{source}");
        assert!(diagnostics(source, &strict).iter().any(Diagnostic::is_error), "{source}");
    }
    // right somewhere, so not certain
    for source in ["len(a) > 1", "!a", "isEmpty(\"\")", "1 == \"a\"", "a < 1", "contains(\"a\", b)"] {
        assert_eq!(diagnostics(source, &strict), [], "{source}");
    }
}

#[test]
fn a_redacted_name_warns_once_where_it_stands_by_the_policy_given() {
    let custom = Arc::new(Policy::none().with_names(["badge"]));
    let options = Options::of(ProgramKind::Value).with_policy(custom);
    let found = diagnostics("user.badge", &options);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].span.start), (lint::REDACTED_NAME, 5));
    assert_eq!(diagnostics("user.password", &options), []);
}

#[test]
fn diagnostics_of_json_carry_the_path() {
    let json = r#"{"and": [true, {"matches": [{"ref": "s"}, "["]}]}"#;
    let tree = wire::read(json, SourceKind::Expression, &Limits::default()).tree.unwrap();
    let found = judge(tree, Options::of(ProgramKind::Condition)).diagnostics;
    let error = found.iter().find(|one| one.is_error()).unwrap();
    assert_eq!(error.path.as_deref(), Some("/and/1/matches/1"));
}
