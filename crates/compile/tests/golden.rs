//! The code of programs, as text.

#![cfg(test)]

use probelang_check::{Options, judge};
use probelang_compile::compile;
use probelang_dialect::{Dialect, Preset, ProgramKind};
use probelang_syntax::{Limits, parse};

fn code(source: &str, kind: ProgramKind, dialect: Dialect) -> String {
    let tree = parse(source, kind.source(), &Limits::default()).tree.unwrap();
    let judged = judge(tree, Options::of(kind).with_dialect(dialect));
    let program = compile(&judged.accepted.unwrap()).unwrap();
    let mut out = format!("{source}\n{}", program.disassemble());
    for warning in judged.diagnostics {
        out.push_str(&format!("warning {}: {}\n", warning.code, warning.message));
    }
    out
}

/// One golden file for all conditions of a topic.
fn conditions(sources: &[&str], dialect: Dialect) -> String {
    let all: Vec<_> = sources.iter().map(|source| code(source, ProgramKind::Condition, dialect)).collect();
    all.join("\n")
}

#[test]
fn conditions_are_jumps_and_repeated_places_are_kept() {
    insta::assert_snapshot!(conditions(
        &[
            "user.age > 30 && user.name == \"alice\"",
            "a || !(b && c) || d",
            "a.b.c == 1 && a.b.d == 2 && a.e == 3",
            "xs[0].id == m[\"k\"].id",
            "isDefined(a.b) && a.b != null",
            "isDefined(len(xs) > 2)",
            "(a && b) == c",
            "a instanceof \"pkg.Type\"",
            "matches(s, \"^a+$\") || contains(s, \"b\") || startsWith(s, t) || isEmpty(s)",
        ],
        Dialect::default(),
    ));
}

#[test]
fn loops_name_their_predicates() {
    insta::assert_snapshot!(conditions(
        &[
            "any(xs, {@it.a.x > 1 && @it.a.y < limit})",
            "all(m, {@key != \"a\" || any(@value, {@it == top})})",
            "len(filter(xs, {@it > 1})) > 2",
            "filter(xs, {@it.ok})[0].name == \"a\"",
            "contains(filter(m, {@value > 1}), k)",
        ],
        Dialect::default(),
    ));
}

#[test]
fn operands_are_read_in_order() {
    insta::assert_snapshot!(conditions(
        &["a == len(b)", "a.b == c.d", "substring(s, i, len(t)) == s", "m[len(k)] == m[k]"],
        Dialect::default(),
    ));
}

#[test]
fn the_dialect_decides_the_code() {
    let sources = ["a && b", "(a || b) == c", "undefined == a", "matches(s, \"a\")", "isEmpty(null)"];
    let mut all = String::new();
    for preset in [Preset::Python, Preset::Node, Preset::Java] {
        all.push_str(&format!("== {}\n{}\n", preset.name(), conditions(&sources, preset.dialect())));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn values_metrics_and_templates_end_in_a_value() {
    let mut all = code("filter(xs, {@it > 1})", ProgramKind::Value, Dialect::default());
    all.push('\n');
    all.push_str(&code("len(xs)", ProgramKind::Metric, Dialect::default()));
    all.push('\n');
    all.push_str(&code("Hello {user.name} ({user.age}){{}}", ProgramKind::Template, Dialect::default()));
    insta::assert_snapshot!(all);
}

#[test]
fn redacted_names_and_certain_kinds_warn() {
    insta::assert_snapshot!(conditions(
        &[
            "user.password == \"x\"",
            "m[\"Access-Token\"] == 1",
            "len(5) == 1 && 3",
            "null < 1",
            "startsWith(1, \"a\")"
        ],
        Dialect::default(),
    ));
}
