//! Reading what a program reads, over the recordings of `conformance/`, as they are and damaged.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;

use probelang::dialect::Preset;
use probelang::redact::Policy;
use probelang::{Engine, Program};
use probelang_safety::oracle::projection_of;
use probelang_safety::project::{damaged, same};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::cases;

const PROGRAMS: &[&str] = &[
    "isDefined(a)",
    "a",
    "name == \"x\" || len(children) > 1",
    "any(children, {@it.Age > 20}) && isDefined(@return)",
    "this.shape == \"paper\" || shape == \"rock\"",
    "@duration > 1 && @exception != null",
    "user.address.city",
    "filter(stock, {@value == 3})",
    "captures.entry.arguments.a.value == \"1\"",
    "len(debugger.snapshot.captures) + 1 == 2",
];

fn files() -> Vec<Vec<u8>> {
    let conformance = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let folders = ["snapshots", "recordings"].into_iter();
    let files = folders.flat_map(|folder| std::fs::read_dir(conformance.join(folder)).expect("a folder"));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("bytes")).collect()
}

fn programs(policy: &Arc<Policy>) -> Vec<Program> {
    let dialects = [Preset::Portable, Preset::Java, Preset::Node, Preset::Python];
    let programs = PROGRAMS.iter().zip(dialects.into_iter().cycle());
    let compiled = programs.map(|(text, dialect)| {
        let engine = Engine::new().dialect(dialect).policy(Arc::clone(policy));
        engine.expression(*text).map(Program::from)
    });
    let compiled: Vec<_> = compiled.flatten().collect();
    assert!(compiled.len() + 1 >= PROGRAMS.len());
    compiled
}

#[test]
fn any_program_answers_over_what_it_reads_of_any_text_as_over_the_whole() {
    for seed in 0..cases(600) {
        projection_of(&mut Choices::seeded(seed));
    }
}

#[test]
fn recordings_answer_as_the_whole_of_them() {
    let policy = Arc::new(Policy::built_in().with_types(["*Card*"]));
    let (files, programs) = (files(), programs(&policy));
    assert!(files.len() > 40, "{} files", files.len());
    let texts: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    for program in &programs {
        same(program, &policy, &texts, program.source());
    }
}

#[test]
fn damaged_recordings_answer_or_fail_as_the_whole_of_them() {
    let policy = Arc::new(Policy::built_in());
    let (files, programs) = (files(), programs(&policy));
    let choices = &mut Choices::seeded(7);
    for _ in 0..cases(600) {
        let file = &files[choices.below(files.len())];
        // of a large one a few lines do
        if file.len() > 20_000 && choices.chance(230) {
            continue;
        }
        let program = &programs[choices.below(programs.len())];
        let text = damaged(file.clone(), choices);
        same(program, &policy, &[&text], program.source());
    }
}
