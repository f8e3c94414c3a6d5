//! Compiler and VM against the reference evaluator, over generated frames and programs.
//!
//! `PROBELANG_DIFF` is the number of programs; `PROBELANG_DIFF_FROM` the first seed.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_diagnostic::{Class, Code};
use probelang_dialect::{Dialect, Preset, ProgramKind, Row};
use probelang_redact::{Mode, Policy};
use probelang_syntax::Tree;
use probelang_syntax::function::{FUNCTIONS, Takes};
use probelang_syntax::tree::Root;
use probelang_testkit::cases::{AMPLE, Answer, Setup, walker_run, walker_saying};
use probelang_testkit::choices::Choices;
use probelang_testkit::engine::vm;
use probelang_testkit::generate::{Freedom, any_type, expression_over_frame, template_over_frame, world};
use probelang_testkit::host::TestHost;
use probelang_testkit::value::Given;
use probelang_testkit::word::Word;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A program, its values, and how it is run.
struct Drawn {
    frame: Vec<(&'static str, Given)>,
    tree: Tree,
    setup: Setup,
}

fn draw(seed: u64) -> Drawn {
    let choices = &mut Choices::seeded(seed);
    let kind = ProgramKind::ALL[choices.below(4)];
    let mut dialect = Preset::ALL[choices.below(8)].dialect();
    if choices.chance(100) {
        for row in Row::ALL {
            if choices.chance(40) {
                row.set(&mut dialect, choices.below(row.choices().len()));
            }
        }
    }
    let policy = match choices.below(4) {
        0 => Policy::built_in(),
        1 => {
            Policy::built_in().with_names(["city", "READ"]).without_names(["password"]).with_types(["Addr*"])
        }
        _ => Policy::built_in().with_types(["com.acme.Card*"]),
    };
    let text = match choices.below(4) {
        0 => TextLimits::default().with_depth(2).with_items(1).with_fields(2).with_string(2).with_message(12),
        1 => TextLimits::default().with_depth(0).with_items(0).with_fields(0).with_string(0).with_message(40),
        _ => TextLimits::default(),
    };
    let freedom = Freedom {
        element_outside: dialect.element_outside != Dialect::default().element_outside,
        computed_patterns: dialect.computed_pattern != Dialect::default().computed_pattern,
        open_substrings: dialect.substring_end != Dialect::default().substring_end,
    };
    let frame = world::frame(choices);
    let tree = match kind {
        ProgramKind::Template => template_over_frame(choices, freedom),
        ProgramKind::Condition => expression_over_frame(choices, world::Type::Bool, freedom),
        ProgramKind::Metric => expression_over_frame(choices, world::Type::Number, freedom),
        ProgramKind::Value => {
            let want = any_type(choices);
            expression_over_frame(choices, want, freedom)
        }
    };
    let policy = match choices.below(6) {
        0 | 1 => {
            let policy = policy.with_mode(Mode::Targeted);
            let words = ["bc", "na", "me", "0", "=", "Ci", "depth"];
            words
                .iter()
                .filter(|_| choices.chance(100))
                .fold(policy, |policy, word| policy.with_pattern(word, Arc::new(Word(word))))
        }
        2 => policy.with_mode(Mode::Strict),
        _ => policy,
    };
    Drawn { frame, tree, setup: Setup { kind, dialect, policy, text, steps: AMPLE } }
}

fn host(frame: &[(&'static str, Given)]) -> TestHost {
    TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())))
}

fn is_limit(code: Code) -> bool {
    code.class() == Class::Limit
}

/// Whether two answers with ample budgets are one. Of a refusal, that it is one: which of several reasons is
/// told first is the compiler's affair.
fn same(vm: &Answer, walker: &Answer) -> bool {
    match (vm, walker) {
        (Answer::Refused(_), Answer::Refused(_)) => true,
        (Answer::Text { text: a, faults: x, cut: c }, Answer::Text { text: b, faults: y, cut: d }) => {
            // of a part that does not compile, that it does not
            let refused = |code: Code| !code.text().starts_with("PL1");
            let one = |(x, y): (&(Code, _), &(Code, _))| x == y || refused(x.0) && refused(y.0);
            a == b && c == d && x.len() == y.len() && x.iter().zip(y).all(one)
        }
        (vm, walker) => vm == walker,
    }
}

/// What is wrong with a program, if anything.
fn differ(drawn: &Drawn) -> Option<String> {
    let Drawn { frame, tree, setup } = drawn;
    let host = &mut host(frame);
    let vm_run = vm(tree, host, setup);
    let (walker, value, steps) = walker_run(tree, host, setup, &vm_run.messages);
    if !same(&vm_run.answer, &walker) {
        return Some(format!("vm:     {}\nwalker: {walker}", vm_run.answer));
    }
    if let (Some(of_vm), Some(of_walker)) = (&vm_run.value, &value)
        && of_vm != of_walker
    {
        return Some(format!("vm:     {of_vm:?}\nwalker: {of_walker:?}"));
    }
    // what leads up to a fault may be charged before it arises, also of one that `isDefined` answers
    let mut functions = tree.ids().filter_map(|id| tree.node(id).function());
    let swallows = functions.any(|function| function.takes(Takes::Anything));
    let answered = match &walker {
        _ if swallows => false,
        Answer::Value(_) => true,
        Answer::Text { faults, .. } => faults.is_empty(),
        Answer::Fault(..) | Answer::Refused(_) => false,
    };
    if answered && vm_run.steps > steps {
        return Some(format!("vm: {} steps, walker: {steps}\nboth: {walker}", vm_run.steps));
    }
    // a budget below the need: a limit fault, or the same answer
    if vm_run.steps > 1 && setup.kind != ProgramKind::Template {
        let few = Setup { steps: vm_run.steps / 2, ..setup.clone() };
        let limited = vm(tree, host, &few).answer;
        let told = matches!(limited, Answer::Fault(code, _) if is_limit(code));
        if !told && limited != vm_run.answer {
            return Some(format!(
                "of {} steps {} allowed\nvm: {limited}\nboth: {walker}",
                vm_run.steps, few.steps
            ));
        }
        let (limited, _) = walker_saying(tree, host, &few, &vm_run.messages);
        let told = matches!(limited, Answer::Fault(code, _) if is_limit(code));
        if !told && limited != walker {
            return Some(format!(
                "of {steps} steps {} allowed\nwalker: {limited}\nboth: {walker}",
                few.steps
            ));
        }
    }
    None
}

/// The case as it is printed: expression, values, rows.
fn shown(seed: u64, drawn: &Drawn, what: &str) -> String {
    let Drawn { frame, tree, setup } = drawn;
    let mut text = format!("seed {seed}, {:?}: {}\n{what}\n", setup.kind, tree.source());
    for row in Row::ALL {
        let choice = row.get(&setup.dialect);
        if choice > 0 {
            let _ = writeln!(text, "  {} = {}", row.name(), row.choices()[choice]);
        }
    }
    for (name, value) in frame {
        let _ = writeln!(text, "  {name}: {}", value.to_json());
    }
    text
}

/// Makes a failing case smaller: variables away, rows back to portable.
fn shrink(mut drawn: Drawn) -> Drawn {
    let mut at = 0;
    while at < drawn.frame.len() {
        let gone = drawn.frame.remove(at);
        if differ(&drawn).is_none() {
            drawn.frame.insert(at, gone);
            at += 1;
        }
    }
    for at in 0..drawn.frame.len() {
        while let Some(smaller) = smaller(&drawn.frame[at].1).into_iter().find(|smaller| {
            let kept = std::mem::replace(&mut drawn.frame[at].1, smaller.clone());
            let still = differ(&drawn).is_some();
            drawn.frame[at].1 = kept;
            still
        }) {
            drawn.frame[at].1 = smaller;
        }
    }
    for row in Row::ALL {
        let choice = row.get(&drawn.setup.dialect);
        row.set(&mut drawn.setup.dialect, 0);
        if differ(&drawn).is_none() {
            row.set(&mut drawn.setup.dialect, choice);
        }
    }
    drawn
}

/// Values with one part less.
fn smaller(value: &Given) -> Vec<Given> {
    let mut all = Vec::new();
    match value {
        Given::List(items) | Given::Set(items) => {
            for at in 0..items.items.len() {
                let mut with = vec![];
                let mut less = items.clone();
                less.items.remove(at);
                with.push(less);
                for part in smaller(&items.items[at]) {
                    let mut less = items.clone();
                    less.items[at] = part;
                    with.push(less);
                }
                let is_list = matches!(value, Given::List(_));
                all.extend(
                    with.into_iter()
                        .map(|items| if is_list { Given::List(items) } else { Given::Set(items) }),
                );
            }
        }
        Given::Map(map) => {
            for at in 0..map.entries.len() {
                let mut less = map.clone();
                less.entries.remove(at);
                all.push(Given::Map(less));
                for part in smaller(&map.entries[at].1) {
                    let mut less = map.clone();
                    less.entries[at].1 = part;
                    all.push(Given::Map(less));
                }
            }
        }
        Given::Object(object) => {
            for at in 0..object.fields.len() {
                let mut less = object.clone();
                less.fields.remove(at);
                all.push(Given::Object(less));
                for part in smaller(&object.fields[at].1) {
                    let mut less = object.clone();
                    less.fields[at].1 = part;
                    all.push(Given::Object(less));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn every_function_is_drawn() {
    let mut missing: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    for tree in (0..5000).map(|seed| draw(seed).tree) {
        for function in tree.ids().filter_map(|id| tree.node(id).function()) {
            missing.remove(function.name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_engine_answers_as_the_reference_evaluator_does() {
    let (from, count) = (number("PROBELANG_DIFF_FROM", 0), number("PROBELANG_DIFF", 100_000));
    let most = usize::try_from(number("PROBELANG_DIFF_SHOW", 1)).expect("small");
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut found = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let seeds =
                        (from + worker..from + count).step_by(usize::try_from(threads).expect("small"));
                    let failing = seeds.filter(|&seed| differ(&draw(seed)).is_some());
                    failing.take(most).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect::<Vec<_>>()
    });
    found.sort_unstable();
    let shown: Vec<_> = found
        .iter()
        .map(|&seed| {
            let small = shrink(draw(seed));
            let what = differ(&small).expect("a failing case");
            shown(seed, &small, &what)
        })
        .collect();
    assert!(shown.is_empty(), "{} of {count} differ, at least:\n{}", shown.len(), shown.join("\n"));
}

#[test]
fn most_programs_give_a_value() {
    let count = 2_000;
    let answered = (0..count).filter(|&seed| {
        let drawn = draw(seed);
        let (answer, _) = walker_saying(&drawn.tree, &mut host(&drawn.frame), &drawn.setup, &[]);
        match answer {
            Answer::Value(_) => true,
            Answer::Text { faults, .. } => faults.is_empty(),
            _ => false,
        }
    });
    let answered = answered.count();
    assert!(answered * 5 > usize::try_from(count).expect("small") * 2, "only {answered} of {count}");
}

#[test]
fn every_fault_occurs_but_those_that_only_much_data_meets() {
    let mut codes = BTreeSet::new();
    for seed in 0..30_000 {
        let drawn = draw(seed);
        if matches!(drawn.tree.root(), Root::Template(_)) {
            continue;
        }
        if let (Answer::Fault(code, _), _) =
            walker_saying(&drawn.tree, &mut host(&drawn.frame), &drawn.setup, &[])
        {
            codes.insert(code);
        }
    }
    let never: Vec<_> = Code::all()
        .filter(|code| code.text().starts_with("PL1") && !codes.contains(code))
        .map(|code| code.title())
        .collect();
    assert_eq!(
        never,
        [
            "too many steps",
            "out of time",
            "compared values nest too deeply",
            "collection too large to search",
            "defect of the engine",
        ]
    );
}
