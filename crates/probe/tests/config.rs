//! Configurations as data: `conformance/probes`.

#![cfg(test)]
#![cfg(not(loom))]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs};

use probelang::Engine;
use probelang::diagnostic::{Diagnostic, probe};
use probelang::host::Clock;
use probelang_probe::config::{Outcome, PROBES, Reader};
use probelang_probe::probe::{Action, Captures, Probe};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/probes")
}

fn says(diagnostics: &[Diagnostic]) -> Value {
    diagnostics
        .iter()
        .map(|one| {
            let mut line = format!("{} {}: {}", one.code, one.path.as_deref().unwrap_or(""), one.message);
            for note in &one.notes {
                line.push_str(" | ");
                line.push_str(note);
            }
            Value::from(line)
        })
        .collect()
}

/// A probe in one line.
fn describe(probe: &Probe) -> String {
    let mut line = format!("{} v{} at {} {}", probe.id, probe.version, probe.place, probe.moment.name());
    if let Some(when) = &probe.when {
        line.push_str(&format!(", when {}", when.source()));
    }
    if probe.life != Default::default() {
        line.push_str(&format!(", life {:?}", probe.life));
    }
    if let Some(targets) = &probe.targets {
        line.push_str(&format!(", to {}", targets.join(" and ")));
    }
    match &probe.action {
        Action::Log(log) => {
            let message = log.message.as_ref().map_or("<place>", |message| message.source());
            line.push_str(&format!(", log {message:?} at {}/s", log.rate));
            match &log.captures {
                Captures::Nothing => {}
                Captures::Frame(limits) => line.push_str(&format!(", captures the frame {limits:?}")),
                Captures::Expressions(all) => {
                    for one in all {
                        line.push_str(&format!(
                            ", captures {}={} {:?}",
                            one.name,
                            one.value.source(),
                            one.limits
                        ));
                    }
                }
            }
        }
        Action::Metric(metric) => {
            let value = metric.value.as_ref().map_or("1", |value| value.source());
            line.push_str(&format!(", {} {} of {value}", metric.kind.name(), metric.name));
            line.extend(metric.unit.iter().map(|unit| format!(" {unit}")));
            line.extend(metric.tags.iter().map(|tag| format!(", tag {}={}", tag.name, tag.value.source())));
        }
        Action::Span => line.push_str(", span"),
        Action::Tags(tags) => {
            line.push_str(&format!(", tags of the {} span", tags.target.name()));
            for group in &tags.groups {
                let when = group.when.as_ref().map_or("always", |when| when.source());
                let set: Vec<String> =
                    group.tags.iter().map(|tag| format!("{}={}", tag.name, tag.value.source())).collect();
                line.push_str(&format!(", {when}: {}", set.join(" ")));
            }
        }
    }
    line
}

fn outcome(case: &Map<String, Value>) -> (Value, Value) {
    let engine = Engine::new();
    let mut reader = Reader::new(&engine);
    if let Some(name) = case.get("service") {
        reader = reader.service(name.as_str().unwrap());
    }
    if let Some(name) = case.get("env") {
        reader = reader.env(name.as_str().unwrap());
    }
    if let Some(name) = case.get("version") {
        reader = reader.version(name.as_str().unwrap());
    }
    let text = case["file"].to_string();
    let read = reader.read(&text);
    let probes: Value = read
        .probes
        .iter()
        .map(|entry| {
            for diagnostic in &entry.diagnostics {
                let part = diagnostic.span.slice(&text);
                assert!(!part.is_empty(), "{diagnostic:?} has no place in {text}");
            }
            let mut object = Map::new();
            let outcome = match &entry.outcome {
                Outcome::Ready(probe) => {
                    object.insert("is".to_owned(), describe(probe).into());
                    "ready"
                }
                Outcome::Rejected => "rejected",
                Outcome::Elsewhere => "elsewhere",
            };
            object.insert("outcome".to_owned(), outcome.into());
            if !entry.diagnostics.is_empty() {
                object.insert("says".to_owned(), says(&entry.diagnostics));
            }
            Value::Object(object)
        })
        .collect();
    let mut file = says(&read.diagnostics);
    if !read.enabled {
        file.as_array_mut().unwrap().push("disabled".into());
    }
    if let Some(rate) = read.snapshots_per_second {
        file.as_array_mut().unwrap().push(format!("{rate} snapshots per second").into());
    }
    (probes, file)
}

#[test]
fn configurations_are_read_as_the_cases_say() {
    let path = folder().join("cases.ndjson");
    let text = fs::read_to_string(&path).unwrap();
    let (mut updated, mut wrong) = (String::new(), Vec::new());
    for line in text.lines() {
        let mut case: Map<String, Value> = serde_json::from_str(line).unwrap();
        let (probes, file) = outcome(&case);
        let expected = (case.get("probes").cloned(), case.get("says").cloned());
        if expected != (Some(probes.clone()), Some(file.clone())) {
            wrong.push(format!("{}\n  {probes:#}\n  {file:#}", case["what"]));
        }
        case.insert("probes".to_owned(), probes);
        case.insert("says".to_owned(), file);
        updated.push_str(&Value::Object(case).to_string());
        updated.push('\n');
    }
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(path, updated).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn configurations_of_the_tracers_own_tests_are_read() {
    let mut read = 0;
    for file in fs::read_dir(folder().join("system-tests")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut probes: Vec<Map<String, Value>> =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for (index, probe) in probes.iter_mut().enumerate() {
            // what the suite fills in
            let type_name = if probe.contains_key("decorations") {
                "SPAN_DECORATION_PROBE"
            } else if probe.contains_key("metricName") {
                "METRIC_PROBE"
            } else if name.contains("span") {
                "SPAN_PROBE"
            } else {
                "LOG_PROBE"
            };
            probe.insert("type".to_owned(), type_name.into());
            probe.insert("id".to_owned(), format!("{name}-{index}").into());
            let place = probe["where"].as_object_mut().unwrap();
            if place.get("methodName").is_some_and(|method| method == "") {
                place.insert("methodName".to_owned(), "run".into());
            }
        }
        let text = Value::from_iter(probes.clone()).to_string();
        let found = Reader::new(&Engine::new()).read(&text);
        assert_eq!(found.probes.len(), probes.len(), "{name}");
        for entry in &found.probes {
            let is_invalid = name == "probe_invalid_condition_dsl.json";
            assert_eq!(
                matches!(entry.outcome, Outcome::Rejected),
                is_invalid,
                "{name}: {:?}",
                entry.diagnostics
            );
            read += 1;
        }
    }
    assert!(read >= 12, "{read}");
}

#[test]
fn a_set_has_bounds() {
    let engine = Engine::new();
    let many = (0..=PROBES)
        .map(|id| json!({"id": id.to_string(), "type": "SPAN_PROBE", "where": {"methodName": "f"}}));
    let read = Reader::new(&engine).read(&Value::from_iter(many).to_string());
    let rejected: Vec<_> =
        read.probes.iter().filter(|entry| !matches!(entry.outcome, Outcome::Ready(_))).collect();
    assert_eq!((read.probes.len(), rejected.len()), (PROBES + 1, 1));
    assert_eq!(rejected[0].diagnostics[0].code, probe::TOO_MUCH);

    let long = format!("[\"{}\"]", "x".repeat(16 << 20));
    let read = Reader::new(&engine).read(&long);
    assert_eq!((read.probes.len(), read.diagnostics[0].code), (0, probe::TOO_MUCH));

    // each pattern counts as a mebibyte or more
    let heavy = (0..200).map(|id| {
        let when = format!(r#"matches(s, "\\d{{190}}{id}")"#);
        json!({"id": id.to_string(), "type": "SPAN_PROBE", "where": {"methodName": "f"}, "when": {"dsl": when}})
    });
    let read = Reader::new(&engine).read(&Value::from_iter(heavy).to_string());
    let ready = read.probes.iter().filter(|entry| matches!(entry.outcome, Outcome::Ready(_))).count();
    assert!((1..=64).contains(&ready), "{ready}");
    assert_eq!(read.probes[199].diagnostics[0].code, probe::TOO_MUCH);
}

#[test]
fn what_takes_too_long_to_compile_is_rejected_probe_by_probe() {
    /// A clock by which each reading comes 300 ms after the one before.
    #[derive(Default)]
    struct Slow(AtomicU64);

    impl Clock for Slow {
        fn now(&self) -> u64 {
            self.0.fetch_add(300_000_000, Ordering::Relaxed)
        }
    }

    let engine = Engine::new();
    let probes = (0..20).map(|id| {
        json!({"id": id.to_string(), "type": "SPAN_PROBE", "where": {"methodName": "f"}, "when": {"dsl": "a > 1"}})
    });
    let clock = Slow::default();
    let read = Reader::new(&engine).clock(&clock).read(&Value::from_iter(probes).to_string());
    let ready = read.probes.iter().take_while(|entry| matches!(entry.outcome, Outcome::Ready(_))).count();
    assert!((1..20).contains(&ready), "{ready}");
    for entry in &read.probes[ready..] {
        assert_eq!(entry.diagnostics[0].code, probe::TOO_MUCH);
    }
}

/// What the reader takes is what `grammar/probe.schema.json` allows, and what misses a key or has a wrong value is not.
#[test]
fn the_schema_and_the_reader_agree() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar/probe.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let text = fs::read_to_string(folder().join("cases.ndjson")).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for line in text.lines() {
        let case: Map<String, Value> = serde_json::from_str(line).unwrap();
        let read = Reader::new(&Engine::new()).read(&case["file"].to_string());
        let mut errors = read
            .probes
            .iter()
            .flat_map(|entry| &entry.diagnostics)
            .chain(&read.diagnostics)
            .filter(|one| one.is_error())
            .map(|one| one.code)
            .peekable();
        // a schema can express neither errors inside programs nor rules that compare two places
        let schematic =
            [probe::MISSING_KEY, probe::WRONG_VALUE, probe::UNKNOWN_PROBE_TYPE, probe::NO_PROBE_FILE];
        let is_valid = errors.peek().is_none();
        if !is_valid && !errors.any(|code| schematic.contains(&code)) {
            continue;
        }
        // a range that ends before it begins, and a line beyond 32 bits
        if case["what"].as_str().unwrap().starts_with("no line: ") && !is_valid {
            continue;
        }
        assert_eq!(validator.is_valid(&case["file"]), is_valid, "{}", case["what"]);
        if is_valid { valid += 1 } else { invalid += 1 }
    }
    assert!(valid > 25 && invalid > 25, "{valid} {invalid}");
}

#[test]
fn the_text_of_a_line_is_kept_without_the_space_around_it() {
    let read = |place: &str| {
        let file = format!(r#"{{"id": "p", "type": "LOG_PROBE", "template": "x", "where": {place}}}"#);
        let file = Reader::new(&Engine::new()).read(&file);
        assert!(file.probes[0].diagnostics.is_empty(), "{:?}", file.probes[0].diagnostics);
        let Outcome::Ready(probe) = &file.probes[0].outcome else { panic!("{file:?}") };
        probe.line_text.clone()
    };
    let text = read(r#"{"sourceFile": "a.py", "lines": ["3"], "lineText": "    return due  "}"#);
    assert_eq!(text.as_deref(), Some("return due"));
    for nothing in [r#""  ""#, "null"] {
        assert_eq!(
            read(&format!(r#"{{"sourceFile": "a.py", "lines": ["3"], "lineText": {nothing}}}"#)),
            None
        );
    }
    assert_eq!(read(r#"{"sourceFile": "a.py", "lines": ["3"]}"#), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Damaged configurations: every case with one piece taken out or doubled.
    #[test]
    fn no_file_makes_the_reader_fail(line in any::<prop::sample::Index>(), start in any::<prop::sample::Index>(), len in 0_usize..40, doubled in any::<bool>()) {
        let text = fs::read_to_string(folder().join("cases.ndjson")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let case: Map<String, Value> = serde_json::from_str(lines[line.index(lines.len())]).unwrap();
        let file = case["file"].to_string();
        let chars: Vec<char> = file.chars().collect();
        let at = start.index(chars.len());
        let end = (at + len).min(chars.len());
        let mut damaged: String = chars[..at].iter().collect();
        if doubled {
            damaged.extend(&chars[at..end]);
            damaged.extend(&chars[at..end]);
        }
        damaged.extend(&chars[end..]);
        let read = Reader::new(&Engine::new()).read(&damaged);
        for entry in &read.probes {
            let has_error = entry.diagnostics.iter().any(Diagnostic::is_error);
            prop_assert_eq!(matches!(entry.outcome, Outcome::Rejected), has_error, "{}", damaged);
        }
    }
}
