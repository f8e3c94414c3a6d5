//! Programs that run: threads, allocations, the clock, paths of JSON programs.

#![cfg(test)]

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use probelang_check::{Options, judge};
use probelang_compile::compile;
use probelang_diagnostic::{Class, fault};
use probelang_dialect::ProgramKind;
use probelang_host::{Budget, Clock, Names, RunLimits};
use probelang_redact::Policy;
use probelang_snapshot::Document;
use probelang_syntax::{Limits, SourceKind, Tree, parse, wire};
use probelang_vm::{Linked, Program, RawFault, Verdict};

fn program(source: &str, kind: ProgramKind) -> Arc<Program> {
    let tree = parse(source, kind.source(), &Limits::default()).tree.unwrap();
    compiled(tree, kind)
}

fn compiled(tree: Tree, kind: ProgramKind) -> Arc<Program> {
    compile(&judge(tree, Options::of(kind)).accepted.unwrap()).unwrap()
}

fn link(source: &str, kind: ProgramKind, names: &mut Names) -> Linked {
    program(source, kind).link(names, &Arc::new(Policy::built_in()))
}

fn condition(source: &str, document: &str, budget: &mut Budget<'_>) -> Verdict {
    let mut names = Names::new();
    let linked = link(source, ProgramKind::Condition, &mut names);
    let document = Document::parse(document.as_bytes()).unwrap();
    linked.condition(&document.view(&names), budget)
}

fn failed(verdict: Verdict) -> RawFault {
    match verdict {
        Verdict::Failed(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn programs_are_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Program>();
    shared::<Linked>();
}

#[test]
fn a_condition_or_metric_allocates_nothing() {
    let document = r#"{"user": {"name": "alice", "age": 31, "tags": ["a", "b"]}, "xs": [1, 2, 3, 4, 5],
        "m": {"a": 1, "b": 2}, "s": "user-12345", "ys": [[1, 2], [3]], "zs": [[1, 2], [3]]}"#;
    let document = Document::parse(document.as_bytes()).unwrap();
    let conditions = [
        "user.age > 30 && user.name == \"alice\"",
        "any(xs, {@it > 4}) && all(xs, {@it > 0}) && len(filter(xs, {@it > 2})) == 3",
        "matches(s, \"^user-[0-9]+$\") && contains(s, \"123\") && startsWith(s, \"user\")",
        "any(m, {@key == \"b\" && @value == 2}) && m[\"a\"] == 1 && contains(m, \"b\")",
        "substring(s, 0, 4) == \"user\" && !isEmpty(s) && isDefined(user.tags[1])",
        "isDefined(user.nope) || ys == zs",
        "any(ys, {any(@it, {@it == 3})}) && filter(xs, {@it > 1})[0] == 2 && filter(ys, {true}) == ys",
    ];
    for source in conditions {
        let mut names = Names::new();
        let linked = link(source, ProgramKind::Condition, &mut names);
        let view = document.view(&names);
        // a regular expression makes its scratch space at its first match
        assert_eq!(linked.condition(&view, &mut Budget::steps(100_000)), Verdict::Matched, "{source}");
        let counted = allocation_counter::measure(|| {
            let _ = linked.condition(&view, &mut Budget::steps(100_000));
        });
        assert_eq!(counted.count_total, 0, "{source}");
    }
    // far more loops than fit into a frame of the usual size
    let many = vec!["any(xs, {@it == 1})"; 120].join(" && ");
    let mut names = Names::new();
    let linked = link(&many, ProgramKind::Condition, &mut names);
    let view = document.view(&names);
    let counted = allocation_counter::measure(|| {
        assert_eq!(linked.condition(&view, &mut Budget::steps(100_000)), Verdict::Matched);
    });
    assert_eq!(counted.count_total, 0);
    let mut names = Names::new();
    let linked = link("len(filter(xs, {@it > user.age || @it > 1}))", ProgramKind::Metric, &mut names);
    let view = document.view(&names);
    let counted = allocation_counter::measure(|| {
        linked.metric(&view, &mut Budget::steps(100_000)).unwrap();
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_template_allocates_nothing_but_its_output() {
    let document = Document::parse(br#"{"user": {"name": "alice", "age": 31}, "xs": [1, 2]}"#).unwrap();
    let mut names = Names::new();
    let linked = link("User {user.name} ({user.age}): {xs}", ProgramKind::Template, &mut names);
    let view = document.view(&names);
    let mut out = String::with_capacity(256);
    let counted = allocation_counter::measure(|| {
        let rendered = linked.render(&view, &mut Budget::steps(100_000), &Default::default(), &mut out);
        assert!(rendered.errors.is_empty());
    });
    assert_eq!(out, "User alice (31): [1, 2]");
    assert_eq!(counted.count_total, 0);
}

#[test]
fn faults_of_json_programs_carry_path_and_span() {
    let json = r#"{"and": [{"ref": "ok"}, {"gt": [{"getmember": [{"ref": "user"}, "age"]}, 1]}]}"#;
    let tree = wire::read(json, SourceKind::Expression, &Limits::default()).tree.unwrap();
    let program = compiled(tree, ProgramKind::Condition);
    let mut names = Names::new();
    let linked = program.link(&mut names, &Arc::new(Policy::built_in()));
    let document = Document::parse(br#"{"ok": true, "user": {}}"#).unwrap();
    let fault = failed(linked.condition(&document.view(&names), &mut Budget::steps(100)));
    assert_eq!(fault.expression(&program), "user.age");
    assert_eq!(fault.path(&program).as_deref(), Some("/and/1/gt/0"));
    assert_eq!(fault.message(&program), "no key `age` in the map");
}

#[test]
fn the_policy_of_the_process_adds_to_that_of_the_compiler() {
    let mut names = Names::new();
    let program = program("user.badge == 1", ProgramKind::Condition);
    let document = Document::parse(br#"{"user": {"badge": 1, "password": 2}}"#).unwrap();
    let open = program.link(&mut names, &Arc::new(Policy::none()));
    let closed = program.link(&mut names, &Arc::new(Policy::none().with_names(["Badge"])));
    let view = document.view(&names);
    assert_eq!(open.condition(&view, &mut Budget::steps(100)), Verdict::Matched);
    let fault = failed(closed.condition(&view, &mut Budget::steps(100)));
    assert_eq!(fault.code, fault::REDACTED_NAME);
}

#[test]
fn exhaustion_is_a_fault_and_never_a_non_match() {
    let xs: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    let document = format!("{{\"xs\": [{}]}}", xs.join(","));
    let source = "any(xs, {@it == 9999})";
    assert_eq!(condition(source, &document, &mut Budget::steps(100_000)), Verdict::Matched);
    for steps in [0, 1, 2, 5, 100, 9_999] {
        let fault = failed(condition(source, &document, &mut Budget::steps(steps)));
        assert_eq!((fault.code, fault.class()), (fault::STEPS, Class::Limit), "{steps}");
    }
}

/// A clock that goes on by `each` nanoseconds a reading, and knows how often it was read.
struct Ticking {
    now: Cell<u64>,
    each: u64,
    readings: Cell<u32>,
}

impl Ticking {
    fn new(each: u64) -> Self {
        Self { now: Cell::new(0), each, readings: Cell::new(0) }
    }
}

impl Clock for Ticking {
    fn now(&self) -> u64 {
        self.readings.set(self.readings.get() + 1);
        self.now.set(self.now.get() + self.each);
        self.now.get()
    }
}

fn limits(deadline: u64) -> RunLimits {
    RunLimits::default().with_steps(u64::MAX).with_deadline(Duration::from_nanos(deadline))
}

#[test]
fn a_short_run_never_reads_the_clock() {
    let clock = Ticking::new(1);
    let document = r#"{"a": 1, "b": "x"}"#;
    let verdict = condition("a == 1 && b == \"x\"", document, &mut Budget::new(limits(0), &clock));
    assert_eq!((verdict, clock.readings.get()), (Verdict::Matched, 0));
}

#[test]
fn work_behind_the_deadline_is_below_two_thousand_steps_and_64_kib() {
    let text = "a".repeat(3_000_000);
    let numbers: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
    let document = format!(
        "{{\"s\": \"{text}b\", \"t\": \"{text}c\", \"xs\": [{n}], \"ys\": [{n}]}}",
        n = numbers.join(",")
    );
    let sources = [
        "contains(s, \"bb\")",
        "s == t",
        "s < t",
        "len(s) == 1",
        "startsWith(s, t)",
        "endsWith(s, t)",
        "substring(s, 2999990, 2999999) == \"b\"",
        "all(xs, {@it >= 0})",
        "all(xs, {any(xs, {@it == 49999})})",
        "len(filter(xs, {@it > 1})) == 0",
        "contains(xs, -1)",
        "xs == ys",
        "filter(xs, {true}) == ys",
    ];
    for source in sources {
        // the third reading is behind the deadline: from there on nothing more is done
        let clock = Ticking::new(10);
        let mut budget = Budget::new(limits(15), &clock);
        let fault = failed(condition(source, &document, &mut budget));
        assert_eq!(fault.code, fault::DEADLINE, "{source}");
        assert_eq!(clock.readings.get(), 3, "{source}");
        // 512 steps to the first reading, 1,024 to each further one, and one piece of work
        assert!(budget.spent() < 512 + 3 * 2_048, "{source}: {}", budget.spent());
    }
}

#[test]
fn a_pattern_over_a_long_text_has_the_clock_on_both_sides() {
    let document = format!("{{\"s\": \"{}\"}}", "a".repeat(200_000));
    let clock = Ticking::new(10);
    let verdict = condition("matches(s, \"b$\")", &document, &mut Budget::new(limits(1_000_000), &clock));
    assert_eq!(verdict, Verdict::NotMatched);
    assert!(clock.readings.get() >= 2);
}

#[test]
fn comparing_what_nests_too_deeply_is_a_limit() {
    let nest = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    for (levels, expected) in [(32, None), (33, Some(fault::NESTING)), (200, Some(fault::NESTING))] {
        let document = format!("{{\"a\": {n}, \"b\": {n}}}", n = nest(levels));
        let verdict = condition("a == b", &document, &mut Budget::steps(100_000));
        match expected {
            None => assert_eq!(verdict, Verdict::Matched, "{levels}"),
            Some(code) => assert_eq!(failed(verdict).code, code, "{levels}"),
        }
    }
}
