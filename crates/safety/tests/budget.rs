//! One budget for everything that a program does to values of any size.

#![cfg(test)]

use std::time::Duration;

use probelang::diagnostic::{Code, fault};
use probelang::dialect::Preset;
use probelang::host::{Budget, Clock, Names, RunLimits};
use probelang::{Bound, Engine, Program, ProgramKind};
use probelang_safety::clock::TestClock;
use probelang_safety::giant::{Giant, text};
use probelang_safety::observe::{self, Seen};

const USUAL: u64 = 1_000_000;

fn bound(kind: ProgramKind, preset: Preset, source: &str) -> (Bound<Program>, Names) {
    let program = Engine::new().dialect(preset).compile(kind, source);
    let program = program.unwrap_or_else(|error| panic!("{source}: {error}"));
    let mut names = Names::new();
    let bound = program.bind(&mut names);
    (bound, names)
}

fn run(kind: ProgramKind, preset: Preset, source: &str, budget: &mut Budget<'_>) -> Seen {
    let (bound, names) = bound(kind, preset, source);
    observe::run(&bound, &Giant::new(names), budget)
}

fn condition(source: &str) -> Seen {
    run(ProgramKind::Condition, Preset::Portable, source, &mut Budget::steps(USUAL))
}

/// Programs whose work no budget pays for.
const ENDLESS: &[(&str, Preset)] = &[
    ("any(rows, {any(columns, {@it == n})})", Preset::Portable),
    ("all(rows, {all(columns, {@it != n})})", Preset::Portable),
    ("len(filter(rows, {len(filter(columns, {@it == n})) > 0})) == 0", Preset::Portable),
    ("contains(text, \"ba\")", Preset::Portable),
    ("contains(text, half) && contains(same, half)", Preset::Portable),
    ("endsWith(text, same) && startsWith(same, text)", Preset::Portable),
    ("matches(text, \"a+c\")", Preset::Portable),
    ("len(text) > 0", Preset::Portable),
    ("len(substring(text, 1, 9999999999)) == 0", Preset::Portable),
    ("text == same && same == text", Preset::Portable),
    ("text < same || same < text", Preset::Portable),
    ("cut < text", Preset::Portable),
    ("cut == text", Preset::Portable),
    ("tree == twin", Preset::Portable),
    ("tree != twin", Preset::Portable),
    ("contains(rows, tree) || contains(rows, n) || any(rows, {contains(columns, n)})", Preset::Portable),
    ("any(rows, {dict[n] == 1})", Preset::Ruby),
    ("any(rows, {contains(dict, n)})", Preset::Portable),
    ("any(texts, {@it == \"a\"})", Preset::Portable),
    ("any(texts, {@it != text})", Preset::Portable),
    ("contains(texts, \"a\")", Preset::Portable),
    ("filter(texts, {false}) == filter(texts, {false})", Preset::Portable),
    ("any(rows, {isUndefined(filter(columns, {@it == n}))})", Preset::Portable),
    ("any(text, {@it == \"c\"})", Preset::Python),
    ("any(rows, {text < n})", Preset::Node),
    ("any(rows, {matches(text, text)})", Preset::Python),
];

#[test]
fn work_without_end_ends_in_the_limits_own_fault() {
    for (source, preset) in ENDLESS {
        let seen = run(ProgramKind::Condition, *preset, source, &mut Budget::steps(USUAL));
        let computed = [fault::COMPUTED_PATTERN];
        assert!(seen.codes == [fault::STEPS] || seen.codes == computed, "{source}: {seen:?}");
        assert_eq!(seen.answer, "", "{source}");
        assert!(seen.steps <= USUAL, "{source}: {}", seen.steps);
    }
}

#[test]
fn what_can_be_answered_within_the_budget_is() {
    let cases = [
        ("any(rows, {@it == 99999})", "true"),
        ("any(rows, {any(columns, {@it == 0})})", "true"),
        ("contains(text, \"aa\")", "true"),
        ("startsWith(text, \"aaa\")", "true"),
        ("endsWith(text, \"ab\")", "true"),
        ("isEmpty(text)", "false"),
        ("text == \"a\"", "false"),
        ("len(rows) == 100000", "true"),
        ("len(texts) > 100000", "true"),
        ("texts[9] == \"a\"", "false"),
        ("rows == columns", "true"),
        ("tree == rows", "false"),
        ("contains(dict, 99999)", "true"),
        ("contains(dict, \"a\")", "false"),
        ("half == text", "false"),
    ];
    for (source, answer) in cases {
        assert_eq!(condition(source).answer, answer, "{source}");
    }
}

#[test]
fn values_that_hold_themselves_nest_too_deeply() {
    assert_eq!(condition("deep == deeper").codes, [fault::NESTING]);
    assert_eq!(condition("contains(deep, deeper)").codes, [fault::NESTING]);
}

#[test]
fn a_pattern_over_a_giant_text_is_answered_where_the_budget_pays_for_it() {
    let price = text().len() as u64 / 16;
    let mut budget = Budget::steps(2 * price);
    let seen = run(ProgramKind::Condition, Preset::Portable, "matches(text, \"ab$\")", &mut budget);
    assert_eq!((seen.answer.as_str(), seen.steps >= price), ("true", true), "{seen:?}");
}

#[test]
fn a_template_over_giant_texts_is_cut_and_a_giant_value_is_a_fault() {
    let template = |source| run(ProgramKind::Template, Preset::Portable, source, &mut Budget::steps(USUAL));
    let seen = template("{text}, {texts}, {rows}, {tree}, {dict}, {deep}");
    assert!(seen.answer.ends_with("...") && seen.answer.len() < 9_000, "{} bytes", seen.answer.len());
    assert!(seen.codes.is_empty() && seen.steps < 5_000, "{:?} {}", seen.codes, seen.steps);
    // a lazy filter is reached to its end, behind the last element that is shown
    assert_eq!(template("{filter(texts, {true})}").codes, [fault::STEPS]);
    let value = |source| run(ProgramKind::Value, Preset::Portable, source, &mut Budget::steps(USUAL));
    for source in ["text", "texts", "tree", "[deep]", "deep"] {
        let seen = value(source.trim_matches(['[', ']']));
        let small = seen.answer.len() < 10_000;
        assert!(seen.codes == [fault::STEPS] || small, "{source}: {:?} {}", seen.codes, seen.answer.len());
    }
}

#[test]
fn a_giant_text_is_not_copied_to_learn_that_it_is_no_pattern() {
    let (bound, names) = bound(ProgramKind::Condition, Preset::Python, "matches(text, text)");
    let host = Giant::new(names);
    assert!(text().len() > 1 << 20);
    let mut codes = Vec::new();
    let allocated = allocation_counter::measure(|| {
        codes = observe::run(&bound, &host, &mut Budget::steps(USUAL)).codes;
    });
    assert_eq!(codes, [fault::COMPUTED_PATTERN]);
    assert!(allocated.bytes_total < 64 * 1024, "{allocated:?}");
}

/// Steps spent when the host was called for the `call`th time.
fn spent_at(bound: &Bound<Program>, names: &Names, call: u64) -> u64 {
    let calls = |steps| {
        let host = Giant::new(names.clone());
        let _ = observe::run(bound, &host, &mut Budget::steps(steps));
        host.calls.get()
    };
    let (mut low, mut high) = (0, USUAL);
    while low < high {
        let middle = low.midpoint(high);
        if calls(middle) >= call { high = middle } else { low = middle + 1 }
    }
    low
}

#[test]
fn little_is_done_after_the_deadline() {
    let limits = RunLimits::default().with_steps(USUAL).with_deadline(Duration::from_millis(50));
    for (source, preset) in ENDLESS {
        let (bound, names) = bound(ProgramKind::Condition, *preset, source);
        for call in [1, 2, 700, 3_000] {
            let clock = TestClock::default();
            let host = Giant::new(names.clone()).slow_at(&clock, call);
            let mut budget = Budget::since(limits, &clock, clock.now());
            let seen = observe::run(&bound, &host, &mut budget);
            if host.calls.get() < call {
                continue;
            }
            let spent = seen.steps - spent_at(&bound, &names, call).min(seen.steps);
            let late: &[&[Code]] = &[&[fault::DEADLINE], &[fault::COMPUTED_PATTERN], &[fault::STEPS]];
            assert!(late.contains(&seen.codes.as_slice()), "{source} at call {call}: {seen:?}");
            // a step pays for 64 bytes at most, so that this holds the bytes too
            assert!(spent < 2_048, "{source}: {spent} steps after the deadline, at call {call}");
        }
    }
}

#[test]
fn the_clock_is_read_after_512_steps_and_then_every_1024() {
    let limits = RunLimits::default();
    for (source, preset) in &ENDLESS[..3] {
        for reading in 1..6 {
            let clock = TestClock::jumping(reading + 1);
            let start = clock.now();
            let mut budget = Budget::since(limits, &clock, start);
            let seen = run(ProgramKind::Condition, *preset, source, &mut budget);
            assert_eq!(seen.codes, [fault::DEADLINE], "{source}");
            let most = 512 + (reading - 1) * 1_024;
            assert!(seen.steps <= most + 64, "{source}: {} steps at reading {reading}", seen.steps);
        }
    }
    // a short run never reads it
    let clock = TestClock::default();
    let mut budget = Budget::new(limits, &clock);
    let seen = run(ProgramKind::Condition, Preset::Portable, "any(rows, {@it == 99})", &mut budget);
    assert_eq!((seen.answer.as_str(), clock.readings.get()), ("true", 0));
}

#[test]
fn a_bulk_operation_is_between_two_readings_of_the_clock() {
    // all of the text in one call of the library
    let limits =
        RunLimits::default().with_steps(text().len() as u64).with_deadline(Duration::from_millis(50));
    let clock = TestClock::default();
    let mut budget = Budget::new(limits, &clock);
    let seen = run(ProgramKind::Condition, Preset::Portable, "matches(text, \"ab$\")", &mut budget);
    assert_eq!((seen.answer.as_str(), clock.readings.get() >= 2), ("true", true), "{:?}", clock.readings);
}

#[test]
fn steps_that_are_given_back_are_not_given_back_for_ever() {
    // of two filters the left one ends the comparison, whatever the right one had cost by then: that is given
    // back, in a loop that is not ended by the fault
    let source = "any(rows, {isDefined(filter(rows, {@it == 0 || nothing}) == filter(rows, {any(columns, {@it == n})}))})";
    let (bound, names) = bound(ProgramKind::Condition, Preset::Portable, source);
    let host = Giant::new(names);
    let seen = observe::run(&bound, &host, &mut Budget::steps(USUAL));
    assert!(host.calls.get() < 8 * USUAL, "{} calls for {} steps", host.calls.get(), seen.steps);
}
