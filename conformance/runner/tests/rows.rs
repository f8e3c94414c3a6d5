//! Every choice of a preset is pinned by a case that misses when the choice is taken back, and the evidence
//! that the table names is such a case.

#![cfg(test)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use probelang::dialect::{Evidence, PresetChoice, Row};
use probelang_conformance::case::Case;
use probelang_conformance::engines::Vm;
use probelang_conformance::forms;
use probelang_conformance::ledger::Ledger;
use probelang_conformance::run::{misses, read_files};

/// Choices that no program can tell from the portable one under their preset: a start beyond the string
/// means that the end lies beyond it too, and that is a fault there; every name that is not there is null in
/// Ruby, with or without an `@`.
const UNOBSERVABLE: [(&str, &str); 3] =
    [("start_beyond", "java"), ("start_beyond", "dotnet"), ("unknown_at_name", "ruby")];

fn cases() -> Vec<Case> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = read_files(&[root.join("corpus"), root.join("own")]).unwrap();
    files.into_iter().flat_map(|file| file.lines).map(|line| line.case.unwrap()).collect()
}

/// Whether a case that its preset meets misses with the portable choice of one row.
fn pins(case: &Case, row: Row, choice: &PresetChoice) -> bool {
    let own = choice.preset.dialect();
    let mut reversed = own;
    row.set(&mut reversed, 0);
    let forms = forms::read(case);
    misses(&Vm, case, &forms, own).is_empty() && !misses(&Vm, case, &forms, reversed).is_empty()
}

#[test]
fn a_choice_taken_back_fails_a_case() {
    let ledger = Ledger::of_the_project().unwrap();
    let cases = cases();
    let mut by_preset: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| ledger.get(&case.id).is_none()) {
        by_preset.entry(case.preset().unwrap().name()).or_default().push(case);
    }
    let mut free = Vec::new();
    for row in Row::ALL {
        for choice in row.presets() {
            // the case that is meant for the choice stands among the last
            let of_preset = by_preset.get(choice.preset.name()).into_iter().flatten().rev();
            let is_pinned = of_preset.copied().any(|case| pins(case, row, choice));
            let is_unobservable = UNOBSERVABLE.contains(&(row.name(), choice.preset.name()));
            if is_pinned == is_unobservable {
                free.push(format!("{} of {}: pinned {is_pinned}", row.name(), choice.preset.name()));
            }
        }
    }
    assert!(free.is_empty(), "{free:#?}");
}

#[test]
fn the_evidence_of_a_choice_is_a_case_that_pins_it() {
    let ledger = Ledger::of_the_project().unwrap();
    let cases = cases();
    let by_id: BTreeMap<&str, &Case> = cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let mut wrong = Vec::new();
    for row in Row::ALL {
        for choice in row.presets() {
            let (name, preset) = (row.name(), choice.preset.name());
            match choice.evidence {
                Evidence::Facts => {}
                Evidence::Live if choice.preset.live().is_some() => {}
                Evidence::Live => wrong.push(format!("{name}: {preset} was not run")),
                Evidence::Source(id) if by_id.contains_key(id) => {
                    wrong.push(format!("{name} of {preset}: the corpus holds {id}"));
                }
                Evidence::Source(_) => {}
                Evidence::Case(id) => match by_id.get(id) {
                    None => wrong.push(format!("{name} of {preset}: there is no case {id}")),
                    Some(case) if case.preset().unwrap() != choice.preset => {
                        wrong.push(format!("{name} of {preset}: {id} is a case of another runtime"));
                    }
                    // it shows the choice to a reader, in a form that is not met
                    Some(_) if ledger.get(id).is_some() => {}
                    Some(case) if pins(case, row, choice) => {}
                    Some(_) => wrong.push(format!("{name} of {preset}: {id} does not pin it")),
                },
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
