//! `conformance/capture`: one value, what a snapshot records of it under limits, redaction and a budget. Each `¦` is left
//! out, so that no tool takes the file for a leak.

#![cfg(test)]

use std::path::Path;

use probelang_capture::{About, Binding, Capture, CaptureLimits, Group, HostReader, Moment};
use probelang_host::Budget;
use probelang_redact::{Mode, Policy};
use probelang_testkit::host::TestHost;
use probelang_testkit::schema;
use probelang_testkit::value::Given;
use serde_json::Value as Json;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    value: Json,
    #[serde(default)]
    limits: Limits,
    #[serde(default, rename = "redactTypes")]
    redact_types: Vec<String>,
    #[serde(default)]
    mode: Option<String>,
    steps: Option<u64>,
    captured: Json,
    why: String,
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Limits {
    depth: Option<usize>,
    items: Option<usize>,
    length: Option<usize>,
    fields: Option<usize>,
}

fn captured(case: &Case) -> Json {
    let mut host = TestHost::new([("x", Given::from_json(&case.value))]);
    let name = host.names().symbol("x");
    let mode = case.mode.as_deref().map_or(Mode::Off, |mode| Mode::find(mode).unwrap());
    let policy = Policy::built_in().with_types(&case.redact_types).with_mode(mode);
    let default = CaptureLimits::default();
    let limits = default
        .with_depth(case.limits.depth.unwrap_or(default.depth))
        .with_items(case.limits.items.unwrap_or(default.items))
        .with_length(case.limits.length.unwrap_or(default.length))
        .with_fields(case.limits.fields.unwrap_or(default.fields));
    let mut budget = Budget::steps(case.steps.unwrap_or(10_000));
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let mut capture = Capture::new();
    capture.moment(Moment::Return);
    capture.group(Group::Locals);
    // a variable is written whatever the limit of names
    let limits_of_names = limits.with_fields(limits.fields.max(1));
    capture.name(&mut reader, "x", Binding::Variable(name), &limits_of_names).unwrap();
    let mut out = String::new();
    capture.write_snapshot(&About::default(), 1 << 20, &mut out);
    let json = schema::snapshot(&out).unwrap_or_else(|error| panic!("{}: {error}", case.id)).unwrap();
    json["captures"]["return"]["locals"]["x"].clone()
}

#[test]
fn every_case_is_captured_as_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/capture/values.ndjson");
    let text = std::fs::read_to_string(file).unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        // no file has a whole secret
        let line = &line.replace('¦', "");
        let case: Case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(!case.why.is_empty());
        let found = captured(&case);
        if found != case.captured {
            wrong
                .push(format!("{}: {}\n  expected {}\n  found    {found}", case.id, case.why, case.captured));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 50);
}
