//! Every case as data, by every engine.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use probelang_dialect::Row;
use probelang_syntax::function::FUNCTIONS;
use probelang_syntax::{Limits, Tree, parse};
use probelang_testkit::cases::{self, Answer, Case, RowCase, walker};
use probelang_testkit::engine::vm;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance").join(name)
}

fn read(case: &Case) -> Tree {
    let parsed = parse(&case.expr, case.kind.source(), &Limits::default());
    parsed
        .tree
        .unwrap_or_else(|| panic!("{}: `{}` does not read: {:?}", case.id, case.expr, parsed.diagnostics))
}

fn all() -> Vec<Case> {
    let mut all = cases::semantics(&directory("semantics"));
    all.extend(cases::rows(&directory("dialects")).into_iter().flat_map(|row| row.cases));
    all
}

#[test]
fn the_reference_evaluator_meets_every_case() {
    let failures: Vec<_> = all()
        .iter()
        .filter_map(|case| {
            let tree = read(case);
            let (answer, _) = walker(&tree, &mut case.host(), &case.setup());
            case.judge(&tree, &answer).err()
        })
        .collect();
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_function_has_a_case() {
    let mut missing: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    for tree in cases::semantics(&directory("semantics")).iter().map(read) {
        for function in tree.ids().filter_map(|id| tree.node(id).function()) {
            missing.remove(function.name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_two_cases_have_one_name() {
    let mut ids = BTreeSet::new();
    for case in all() {
        assert!(ids.insert(case.id.clone()), "{}", case.id);
    }
}

#[test]
fn each_choice_of_each_dialect_row_is_told_from_every_other_by_a_case() {
    let cases = cases::rows(&directory("dialects"));
    for row in Row::ALL {
        let of_row: Vec<&RowCase> = cases.iter().filter(|case| case.row == row).collect();
        for one in 0..row.choices().len() {
            for other in 0..one {
                assert!(
                    of_row.iter().any(|case| case.cases[one].expect != case.cases[other].expect),
                    "no case of {} tells {:?} from {:?}",
                    row.name(),
                    row.choices()[one],
                    row.choices()[other]
                );
            }
        }
    }
}

#[test]
fn the_engine_meets_every_case() {
    let failures: Vec<_> = all()
        .iter()
        .filter_map(|case| {
            let tree = read(case);
            let run = vm(&tree, &mut case.host(), &case.setup());
            let answer = match run.answer {
                Answer::Text { mut text, faults, cut } => {
                    for (message, (code, _)) in run.messages.iter().zip(&faults) {
                        text = text.replacen(message, code.text(), 1);
                    }
                    Answer::Text { text, faults, cut }
                }
                answer => answer,
            };
            case.judge(&tree, &answer).err()
        })
        .collect();
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
