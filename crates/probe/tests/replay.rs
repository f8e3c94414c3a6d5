//! Replay over every recording that the repository has.

#![cfg(test)]
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};

use probelang::Engine;
use probelang::snapshot::{InputReader, Item, Mode, Vars};
use probelang_probe::ProbeReport;
use probelang_probe::config::Reader;
use probelang_probe::count::Cause;
use probelang_probe::replay::{Matching, Options, Replay};
use probelang_probe::settings::Settings;

const PROBES: &str = r#"[
    {"id": "line", "type": "LOG_PROBE", "where": {"sourceFile": "x.py", "lines": ["1"]}, "captureSnapshot": true,
     "template": "{this} {@return}", "sampling": {"snapshotsPerSecond": 1000000}},
    {"id": "call", "type": "LOG_PROBE", "where": {"methodName": "x"}, "captureSnapshot": true, "template": "{@duration}",
     "sampling": {"snapshotsPerSecond": 1000000}},
    {"id": "entry", "type": "METRIC_PROBE", "where": {"methodName": "x"}, "kind": "COUNT", "metricName": "hits"},
    {"id": "when", "type": "LOG_PROBE", "where": {"methodName": "x"}, "when": {"dsl": "isDefined(user)"}, "template": "x"},
    {"id": "span", "type": "SPAN_PROBE", "where": {"methodName": "x"}}
]"#;

/// All recordings: the snapshots and the recordings of the tracers.
fn recordings() -> Vec<PathBuf> {
    let conformance = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let mut files: Vec<PathBuf> = ["snapshots", "recordings"]
        .iter()
        .flat_map(|folder| fs::read_dir(conformance.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// Replays all recordings; gives what was printed, the hits that were replayed, how many of them are plain documents, and
/// the reports.
fn replay(matching: Matching) -> (String, u64, u64, Vec<ProbeReport>) {
    let engine = Engine::new();
    let file = Reader::new(&engine).read(PROBES);
    let options = Options::default().with_matching(matching);
    let mut replay = Replay::new(&engine, file, Settings::default(), options);
    let (mut reader, vars, mut text) = (InputReader::new(), Vars::new(), String::new());
    let (mut hits, mut plain) = (0, 0);
    for path in recordings() {
        let bytes = fs::read(&path).unwrap();
        let Ok(items) = reader.read(&bytes, Mode::Auto) else { continue };
        for item in items {
            let Ok(item) = item else { continue };
            hits += u64::from(replay.hit(&item, &vars).is_ok());
            plain += u64::from(matches!(item, Item::Plain(_)));
            for mut event in replay.take() {
                event.write_json(replay.settings(), &mut text);
                text.push('\n');
            }
        }
    }
    replay.end();
    (text, hits, plain, replay.reports())
}

#[test]
fn every_recording_is_a_hit_of_every_probe_where_all_match() {
    let (text, hits, plain, reports) = replay(Matching::All);
    assert!(plain < hits);
    assert!(hits > 40, "{hits}");
    for report in &reports {
        assert_eq!(report.counts.hits(), hits, "{report:?}");
    }
    let emitted = |kind: &str| {
        let kind = format!("{{\"kind\":\"{kind}\"");
        text.lines().filter(|line| line.starts_with(&kind)).count() as u64
    };
    let of = |id: &str| {
        reports.iter().find(|report| &*report.id == id).map_or(0, |report| report.counts.of(Cause::Emitted))
    };
    assert_eq!(emitted("snapshot"), of("line") + of("call"));
    assert_eq!((emitted("metric"), emitted("span"), emitted("log")), (of("entry"), of("span"), of("when")));
    assert_eq!((of("entry"), of("span")), (hits, hits));
    // what is printed can be read again, as hits that were captured
    for line in text.lines().filter(|line| line.starts_with("{\"kind\":\"snapshot\"")) {
        let event = serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].to_string();
        let mut reader = InputReader::new();
        let item = reader.read(event.as_bytes(), Mode::Auto).unwrap().next().unwrap();
        assert!(item.is_ok(), "{line}");
    }
}

#[test]
fn two_replays_are_equal_byte_for_byte() {
    for matching in [Matching::Location, Matching::All] {
        assert_eq!(replay(matching).0, replay(matching).0);
    }
}

#[test]
fn a_recording_is_no_hit_of_probes_elsewhere() {
    let (_, hits, plain, reports) = replay(Matching::Location);
    // only documents, which have no place, are
    assert!(plain < hits && reports.iter().all(|report| report.counts.hits() == plain));
}
