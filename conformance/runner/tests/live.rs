//! What live tracers answered, kept as data, against the engine of today.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use probelang::dialect::{Evidence, Row};
use probelang_conformance::live::command::read;
use probelang_conformance::live::ledger::Causes;
use probelang_conformance::live::outcome::Outcome;
use probelang_conformance::live::program::{Program, Runtime};

fn file(runtime: Runtime) -> PathBuf {
    let name = format!("{}.ndjson", runtime.preset().name());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../live").join(name)
}

fn programs() -> Vec<Program> {
    Runtime::ALL.iter().flat_map(|runtime| read(&file(*runtime)).unwrap()).collect()
}

fn agrees(program: &Program, ours: &Outcome) -> bool {
    program.tracer.as_ref().is_some_and(|tracer| ours.agrees(tracer, program.runtime))
}

/// Whether an answer is not the tracer's: another value, or a failure at another stage, where what is `ours` fails at the
/// stage of the tracer.
fn contradicts(program: &Program, ours: &Outcome, other: &Outcome) -> bool {
    let stage = |outcome: &Outcome| match outcome {
        Outcome::Failed { error, .. } => error.clone(),
        Outcome::Value { .. } => String::new(),
    };
    let tracer = program.tracer.as_ref().map(stage);
    !agrees(program, other) || (Some(stage(ours)) == tracer && Some(stage(other)) != tracer)
}

#[test]
fn a_cause_explains_nothing_but_what_it_says() {
    let causes = Causes::of_the_project().unwrap();
    // maps are passed over there; a disagreement of another origin over the same values stays without this cause
    let program = |tracer: &str| {
        Program::read(&format!(
            r#"{{"id": "x", "runtime": "node", "kind": "value", "json": {{"any": [{{"ref": "m"}}, {{"eq": [{{"ref": "@key"}}, "a"]}}]}},
            "vars": {{"m": {{"$type": "map", "entries": [["a", 1]]}}}}, "tracer": {tracer}}}"#
        ))
        .unwrap()
    };
    let found = |program: &Program| causes.find(program).map(|cause| cause.id.clone());
    assert_eq!(found(&program(r#"{"value": false}"#)).as_deref(), Some("map-loop"));
    assert_eq!(found(&program(r#"{"value": "a"}"#)), None);
    assert_eq!(found(&program(r#"{"error": "run", "message": "TypeError"}"#)), None);
}

#[test]
fn what_the_tracers_answered_is_answered_here_or_has_a_cause() {
    let wrong: Vec<String> = programs()
        .iter()
        .filter(|program| agrees(program, &program.ours()) == program.cause.is_some())
        .map(|program| format!("{}: ours {}", program.line(), program.ours().text()))
        .collect();
    assert!(wrong.is_empty(), "{} differ from what is written:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_cause_is_in_the_ledger() {
    let causes = Causes::of_the_project().unwrap();
    let used: BTreeSet<String> = programs().into_iter().filter_map(|program| program.cause).collect();
    for id in &used {
        assert!(causes.get(id).is_some(), "{id}");
    }
}

#[test]
fn a_row_that_a_tracer_confirmed_cannot_be_taken_back() {
    let programs = programs().into_iter().map(|program| {
        let ours = program.ours();
        (program, ours)
    });
    let programs: Vec<(Program, Outcome)> = programs.collect();
    let mut free = Vec::new();
    for row in Row::ALL {
        for choice in row.presets().iter().filter(|choice| choice.evidence == Evidence::Live) {
            let Some(runtime) = Runtime::ALL.into_iter().find(|runtime| runtime.preset() == choice.preset)
            else {
                continue;
            };
            let mut dialect = choice.preset.dialect();
            row.set(&mut dialect, 0);
            let fails = |(program, ours): &(Program, Outcome)| {
                program.runtime == runtime
                    && program.cause.is_none()
                    && contradicts(program, ours, &program.ours_under(&dialect))
            };
            // those of the rows come first
            if !programs.iter().any(fails) {
                free.push(format!("{} of {}", row.name(), choice.preset.name()));
            }
        }
    }
    assert!(free.is_empty(), "{free:#?}");
}
