//! The corpus: what it holds, and that every case of it is met or explained.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use probelang_conformance::engine::Engine;
use probelang_conformance::engines::{CInterface, Vm, Walker};
use probelang_conformance::ledger::Ledger;
use probelang_conformance::run::{CaseFile, Runner, read_files};
use probelang_conformance::{portable, report};

fn read(directory: &str) -> Vec<CaseFile> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    read_files(&[root.join(directory)]).unwrap()
}

fn corpus() -> Vec<CaseFile> {
    read("corpus")
}

fn ids(files: &[CaseFile]) -> BTreeSet<&str> {
    files.iter().flat_map(|file| &file.lines).map(|line| line.id.as_str()).collect()
}

#[test]
fn the_corpus_is_whole_and_every_line_is_a_case() {
    let files = corpus();
    let lines: Vec<_> = files.iter().flat_map(|file| &file.lines).collect();
    assert_eq!((files.len(), lines.len(), ids(&files).len()), (8, 860, 860));
    let core = lines.iter().filter(|line| line.case.as_ref().unwrap().is_core()).count();
    assert_eq!(core, 651);
}

#[test]
fn the_ledger_names_cases_of_the_corpus_and_hardly_any_of_its_core() {
    let files = corpus();
    let ids = ids(&files);
    let ledger = Ledger::of_the_project().unwrap();
    let unknown: Vec<_> =
        ledger.iter().map(|entry| entry.id.as_str()).filter(|id| !ids.contains(id)).collect();
    assert!(unknown.is_empty(), "no case is called {unknown:?}");
    let excused = files.iter().flat_map(|file| &file.lines).filter(|line| {
        line.case.as_ref().is_ok_and(probelang_conformance::case::Case::is_core)
            && ledger.get(&line.id).is_some()
    });
    assert!(excused.count() <= 6, "at least 99 % of the core are met");
}

/// How many cases were met, after it was seen that the ledger explains the others.
fn every_case_is_met_or_explained(engine: &dyn Engine) -> usize {
    let ledger = Ledger::of_the_project().unwrap();
    let runner = Runner { engine, dialect: None, ledger: &ledger };
    let files: Vec<_> = ["corpus", "own"].into_iter().flat_map(read).collect();
    let reports: Vec<_> = files.iter().map(|file| runner.file(file)).collect();
    for file in &reports {
        assert_eq!(file.passed + file.failed + file.ledger, file.cases, "{}", file.path);
        assert_eq!(file.failed, file.failures.len(), "{}", file.path);
    }
    let failed: usize = reports.iter().map(|file| file.failed).sum();
    assert_eq!(failed, 0, "\n{}", report::run_table(&reports));
    reports.iter().map(|file| file.passed).sum()
}

#[test]
fn the_c_interface_meets_the_same_cases_as_the_engine() {
    assert_eq!(every_case_is_met_or_explained(&CInterface), every_case_is_met_or_explained(&Vm));
}

#[test]
fn the_engine_meets_the_corpus() {
    every_case_is_met_or_explained(&Vm);
}

#[test]
fn the_reference_evaluator_meets_the_corpus() {
    every_case_is_met_or_explained(&Walker);
}

#[test]
fn rows_of_the_table_explain_all_that_differs_from_portable() {
    let ledger = Ledger::of_the_project().unwrap();
    let reports: Vec<_> = corpus().iter().map(|file| portable::file(&Vm, &ledger, file)).collect();
    let failed: usize = reports.iter().map(|file| file.failed).sum();
    assert_eq!(failed, 0, "\n{}", report::portable_table(&reports));
}

#[test]
fn the_tables_of_the_readme_are_those_of_today() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let ledger = Ledger::of_the_project().unwrap();
    let runner = Runner { engine: &Vm, dialect: None, ledger: &ledger };
    let mut files: Vec<_> = ["corpus", "own"].into_iter().flat_map(read).collect();
    for file in &mut files {
        let inside = file.path.split_once("/../").map(|(_, inside)| format!("conformance/{inside}"));
        file.path = inside.unwrap();
    }
    let run = report::run_table(&files.iter().map(|file| runner.file(file)).collect::<Vec<_>>());
    assert!(readme.contains(&run), "conformance/README.md should show\n{run}");
    let second: Vec<_> = files[..8].iter().map(|file| portable::file(&Vm, &ledger, file)).collect();
    let second = report::portable_table(&second);
    // the tables, without the list of cases
    let (_, tables) = second.split_once("\n\n").unwrap();
    assert!(readme.contains(tables), "conformance/README.md should show\n{tables}");
}
