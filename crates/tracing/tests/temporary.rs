//! Temporary probes, created in a running program: at events, spans and points, until they end.

#![cfg(test)]

mod common;

use std::path::Path;

use common::{Program, file, log, until};
use probelang_tracing::control::protocol::{Create, Poll, Samples};
use probelang_tracing::control::{AskError, Socket, sockets};
use probelang_tracing::{Access, probe_point};
use serde_json::{Value, json};
use tracing::{info, info_span};

/// A program that takes temporary probes, and its socket.
fn start(name: &str, probes: &[Value]) -> (Program, Socket) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).join("s");
    let program = Program::start_with(name, &file(probes), |settings| {
        settings.with_access(Access::Write).with_sockets(vec![folder.clone()])
    });
    let (all, errors) = sockets(&[folder]);
    assert!(errors.is_empty(), "{errors:?}");
    let [socket] = all.as_slice() else { panic!("{all:?}") };
    (program, socket.clone())
}

fn at(name: &str) -> Value {
    json!({"typeName": "temporary", "methodName": name})
}

fn create(probe: &Value) -> Create {
    let mut probe = probe.clone();
    if probe["type"] == "LOG_PROBE" {
        probe["sampling"] = json!({"snapshotsPerSecond": 1_000});
    }
    Create::new(probe.to_string())
}

fn samples(socket: &Socket, id: &str) -> Samples {
    socket.samples(&Poll::new(id)).unwrap()
}

fn events(samples: &Samples) -> Vec<Value> {
    samples.samples.iter().map(|sample| serde_json::from_str(sample.json().unwrap()).unwrap()).collect()
}

fn messages(samples: &Samples) -> Vec<String> {
    events(samples).iter().map(|event| event["event"]["message"].as_str().unwrap().to_owned()).collect()
}

fn pay(total: u64, user: &str) {
    probe_point!("pay", total, user);
}

/// What the events and spans of the program are.
fn ship(total: u64, user: &str) {
    let _span = info_span!("shipping", total, user).entered();
    info!(name: "shipped", total, user);
}

#[test]
fn a_point_that_runs_already_is_probed_until_the_hit_limit() {
    let (program, socket) = start("temporary-point", &[log("f", at("pay"), "{total}")]);
    pay(1, "hunter2");
    let mut one = create(&log("t", at("pay"), "{user} {total}"));
    one.hits = Some(2);
    let created = socket.create(&one).unwrap();
    assert_eq!((created.status.as_str(), created.limits.redaction.as_str()), ("INSTALLED", "strict"));
    for total in 2..6 {
        pay(total, "hunter2");
    }
    let all = samples(&socket, "t");
    assert_eq!(messages(&all), ["{redacted} 2", "{redacted} 3"]);
    assert!(!all.samples.iter().any(|sample| sample.json().unwrap().contains("hunter2")));
    assert_eq!(all.ended.as_deref(), Some("hit limit reached"));
    assert!(program.status("t").0.starts_with("DONE: "));
    let gone = program.end();
    assert!(gone.of("t").is_empty() && gone.messages("f").contains(&"1".to_owned()));
}

#[test]
fn events_and_spans_are_probed_until_they_are_cancelled() {
    let (program, socket) = start("temporary-layer", &[]);
    program.within(|| {
        ship(1, "hunter2");
        socket.create(&create(&log("event", at("shipped"), "{total}"))).unwrap();
        let mut capture = log("span", at("shipping"), "{total}");
        capture["captureSnapshot"] = json!(true);
        socket.create(&create(&capture)).unwrap();
        ship(2, "hunter2");
        assert_eq!(messages(&samples(&socket, "event")), ["2"]);
        let [span] = events(&samples(&socket, "span")).try_into().unwrap();
        assert!(span["event"]["debugger"]["snapshot"]["captures"].is_object(), "{span}");
        assert!(!span.to_string().contains("hunter2"), "{span}");
        for id in ["event", "span"] {
            assert_eq!(socket.cancel(id).unwrap().probe.hits, 1);
        }
        ship(3, "hunter2");
        assert_eq!(program.probing.status().count, 0);
        assert!(matches!(socket.samples(&Poll::new("event")), Err(AskError::Refused(_))));
    });
}

#[test]
fn a_reload_and_the_kill_switch_do_to_it_what_they_should() {
    let (program, socket) = start("temporary-reload", &[log("f", at("pay"), "{total}")]);
    socket.create(&create(&log("t", at("pay"), "{total}"))).unwrap();
    let mut other = log("f", at("pay"), "other {total}");
    other["version"] = json!(7);
    program.change(&file(&[other]), "f", 7);
    pay(1, "eve");
    program.probing.switch_off(true);
    pay(2, "eve");
    program.probing.switch_off(false);
    pay(3, "eve");
    assert_eq!(messages(&samples(&socket, "t")), ["1", "3"]);
    assert!(program.end().of("t").is_empty());
}

#[test]
fn it_ends_with_its_time_and_is_refused_where_it_can_be_nowhere() {
    let (program, socket) = start("temporary-time", &[]);
    let mut short = create(&log("t", at("pay"), "{total}"));
    short.expires = Some(1);
    socket.create(&short).unwrap();
    until("its time is over", || program.status("t").0.starts_with("EXPIRED"));
    until("it is taken out", || samples(&socket, "t").ended.as_deref() == Some("expired"));
    pay(1, "eve");
    assert!(samples(&socket, "t").samples.is_empty());
    // one whose place was not met yet waits
    let waiting = socket.create(&create(&log("w", at("never_met"), "x"))).unwrap();
    assert_eq!(waiting.status, "RECEIVED");
    let mut wrong = log("x", at("pay"), "x");
    wrong["when"] = json!({"dsl": "total >"});
    assert!(matches!(socket.create(&create(&wrong)), Err(AskError::Refused(_))));
    assert_eq!(program.probing.status().count, 2);
}
