//! The fuzz targets on decisions of seeds, and on programs of the conformance cases with a byte changed: their
//! short form.

#![cfg(test)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use probelang_safety::oracle::TARGETS;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::cases;

/// Programs as text, out of the conformance cases.
fn programs() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/semantics");
    let files = std::fs::read_dir(directory).expect("the cases").map(|entry| entry.expect("a file").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let mut programs = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "ndjson")) {
        let text = std::fs::read_to_string(file).expect("a case file");
        // the program stands as a JSON string; its escapes make it odder
        programs.extend(text.lines().filter_map(|line| {
            let (_, rest) = line.split_once("\"expr\": \"")?;
            Some(rest.split_once("\", ")?.0.replace("\\\"", "\""))
        }));
    }
    assert!(programs.len() > 100, "{}", programs.len());
    programs
}

#[test]
fn every_target_holds_on_decisions_of_seeds() {
    let programs = programs();
    for (name, check) in TARGETS {
        for seed in 0..cases(400) {
            let choices = &mut Choices::seeded(seed);
            let length = choices.below(600);
            let mut data: Vec<u8> = (0..length).map(|_| choices.byte()).collect();
            if choices.chance(128) {
                data = [&[choices.byte()], programs[choices.below(programs.len())].as_bytes()].concat();
                for _ in 0..choices.below(3) {
                    let at = choices.below(data.len());
                    data[at] = choices.byte() & 0x7f;
                }
            }
            let run = catch_unwind(AssertUnwindSafe(|| check(&data)));
            assert!(run.is_ok(), "{name}, seed {seed}: {:?}", String::from_utf8_lossy(&data));
        }
    }
}

#[test]
fn what_a_fuzzer_found_is_found_no_more() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut count = 0;
    for file in std::fs::read_dir(directory).expect("the regressions") {
        let path = file.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (target, _) = name.split_once('-').expect("target-what");
        let (_, check) = TARGETS.iter().find(|(known, _)| *known == target).expect("a target");
        let data = std::fs::read(&path).expect("bytes");
        let run = catch_unwind(AssertUnwindSafe(|| check(&data)));
        assert!(run.is_ok(), "{name}");
        count += 1;
    }
    assert!(count >= 11, "{count} regressions");
}
