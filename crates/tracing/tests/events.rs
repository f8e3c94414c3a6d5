//! Probes at events.

#![cfg(test)]

mod common;

use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Program, file, log};
use serde_json::{Value, json};

/// A place of this file.
fn at(line: u32) -> Value {
    json!({"sourceFile": file!(), "lines": [line.to_string()]})
}

fn when(mut probe: Value, condition: &str) -> Value {
    probe["when"] = json!({"dsl": condition});
    probe
}

/// A named event in a module of this file.
fn named(name: &str) -> Value {
    json!({"typeName": "events", "methodName": name})
}

#[test]
fn a_probe_fires_at_the_line_of_an_event_whose_fields_match() {
    let line = line!() + 1;
    let pay = |total: i64, user: &str| tracing::info!(total, user, "paid");
    let program = Program::start(
        "line",
        &file(&[
            when(log("big", at(line), "{user} pays {total}: {message}"), "total > 100"),
            log("other", at(line + 1), "never"),
        ]),
    );
    let (status, _) = program.status("big");
    assert!(status.starts_with("RECEIVED: no span, event or `probe_point!` at line"), "{status}");
    program.within(|| {
        pay(99, "bob");
        pay(120, "eve");
    });
    assert_eq!(program.status("big").0, "EMITTING: ");
    assert!(program.status("big").1.starts_with("hit 2 times, 1 event: 1 not matched"));
    let (status, verdict) = program.status("other");
    assert!(status.contains(&format!("those that have are at line {line}")), "{status}");
    assert_eq!(verdict, "never hit: no place of the program was found for it");
    let gone = program.end();
    assert_eq!(gone.messages("big"), ["eve pays 120: paid"]);
    assert!(gone.of("other").is_empty());
}

#[test]
fn an_event_with_a_name_is_found_by_its_target_and_name() {
    mod inner {
        pub fn pay() {
            tracing::info!(name: "pay", total = 1);
        }
    }
    let place = json!({"typeName": "inner", "methodName": "pay"});
    let program = Program::start("named", &file(&[log("p", place, "{total}")]));
    program.within(inner::pay);
    assert_eq!(program.end().messages("p"), ["1"]);
}

#[test]
fn two_modules_that_fit_a_name_are_an_error_that_names_both() {
    mod one {
        pub fn run() {
            tracing::info!(name: "twin", "one");
        }
    }
    mod two {
        pub fn run() {
            tracing::info!(name: "twin", "two");
        }
    }
    let program = Program::start("twins", &file(&[log("p", json!({"methodName": "twin"}), "x")]));
    program.within(|| {
        one::run();
        two::run();
        one::run();
    });
    let (status, _) = program.status("p");
    assert!(status.starts_with("ERROR: two places fit it: `events::"), "{status}");
    // the one that was alone at first had its hit
    assert_eq!(program.end().messages("p"), ["x"]);
}

#[test]
fn two_events_of_one_name_in_one_module_are_both_places() {
    let program = Program::start("both", &file(&[log("p", named("both"), "{at}")]));
    program.within(|| {
        tracing::info!(name: "both", at = 1);
        tracing::info!(name: "both", at = 2);
    });
    assert_eq!(program.end().messages("p"), ["1", "2"]);
}

#[test]
fn fields_are_variables_of_their_types() {
    let run = || {
        tracing::info!(
            name: "kinds",
            int = -3_i64,
            uint = u64::MAX,
            wide = i128::MIN,
            float = 1.5,
            yes = true,
            text = "a b",
            debug = ?Some(1),
            display = %'c',
            narrow = 7_u128,
        );
    };
    let conditions: [&str; 9] = [
        "int == -3",
        "uint == 18446744073709551615",
        "wide < -1000000000000000000",
        "float > 1.4 && float < 1.6",
        "yes",
        "len(text) == 3",
        "debug == \"Some(1)\"",
        "display == \"c\"",
        "narrow == 7",
    ];
    let probes: Vec<Value> = conditions
        .iter()
        .map(|condition| when(log(condition, named("kinds"), "{wide} {float}"), condition))
        .collect();
    let program = Program::start("kinds", &file(&probes));
    program.within(run);
    let gone = program.end();
    for condition in conditions {
        assert_eq!(gone.messages(condition), [format!("{} 1.5", i128::MIN)], "{condition}");
    }
}

#[test]
fn a_name_with_dots_is_a_path() {
    let template = "{http.method} {http.status} {http.method == \"GET\"} {user} {user.name}";
    let program = Program::start(
        "dots",
        &file(&[when(log("p", named("dots"), template), "http.status > 200 && user.name == \"eve\"")]),
    );
    program.within(|| {
        tracing::info!(name: "dots", user = 7, http.method = "GET", http.status = 201, user.name = "eve");
        tracing::info!(name: "dots", user = 7, http.method = "GET", http.status = 200, user.name = "eve");
    });
    assert_eq!(program.end().messages("p"), ["GET 201 true 7 eve"]);
}

#[test]
fn an_event_has_one_moment_and_the_status_says_what_follows_from_that() {
    let mut entry = log("entry", named("moment"), "x");
    entry["evaluateAt"] = json!("ENTRY");
    let span = json!({"id": "span", "type": "SPAN_PROBE", "where": named("moment")});
    let program = Program::start("moment", &file(&[entry, span]));
    program.within(|| tracing::info!(name: "moment", "x"));
    let statuses: Vec<Value> = {
        let (span, _) = program.status("span");
        assert!(span.starts_with("ERROR: `events::moment` is an event, which has one moment"), "{span}");
        program.end().events
    };
    let remark = "`evaluateAt` is not used: an event has one moment";
    assert!(statuses.iter().any(|event| event.to_string().contains(remark)), "{statuses:?}");
}

#[test]
fn what_is_no_field_cannot_be_seen_and_the_status_says_which_fields_there_are() {
    let program = Program::start(
        "unseen",
        &file(&[
            when(log("needed", named("unseen"), "x"), "local > 5"),
            when(log("perhaps", named("unseen"), "x"), "total > 5 && local > 5"),
            log("shown", named("unseen"), "{total} {local}"),
            json!({"id": "metric", "type": "METRIC_PROBE", "where": named("unseen"), "kind": "COUNT",
                "metricName": "m", "value": {"dsl": "@duration"}}),
        ]),
    );
    program.within(|| tracing::info!(name: "unseen", total = 5));
    let (needed, _) = program.status("needed");
    assert!(needed.starts_with("ERROR: `local` is not defined"), "{needed}");
    assert!(needed.ends_with("its fields are total"), "{needed}");
    assert!(program.status("metric").0.starts_with("ERROR: "), "{}", program.status("metric").0);
    assert!(program.status("perhaps").0.starts_with("INSTALLED: `local` cannot be seen here"));
    // what is said of the place stays true
    assert!(
        program.status("shown").0.starts_with("EMITTING: `local` cannot be seen here; its fields are total")
    );
    let shown = program.end().messages("shown");
    assert!(shown.len() == 1 && shown[0].starts_with("5 {"), "{shown:?}");
}

#[test]
fn a_redacted_name_is_redacted_here_too() {
    let capture = json!({"id": "c", "type": "LOG_PROBE", "where": named("secret"), "template": "{user.password}",
        "captureSnapshot": true});
    let program = Program::start("secret", &file(&[log("p", named("secret"), "{password}"), capture]));
    program.within(|| tracing::info!(name: "secret", password = "hunter2", user.password = "hunter2"));
    let gone = program.end();
    assert_eq!(gone.messages("p"), ["{redacted}"]);
    let text = serde_json::to_string(&gone.events).unwrap();
    assert!(!text.contains("hunter2") && text.contains("redactedIdent"), "{text}");
}

#[test]
fn a_snapshot_shows_the_fields_of_an_event() {
    let probe = json!({"id": "c", "type": "LOG_PROBE", "where": named("shot"), "template": "", "captureSnapshot": true});
    let program = Program::start("shot", &file(&[probe]));
    program.within(|| {
        tracing::info!(name: "shot", total = 5, http.method = "GET", unset = tracing::field::Empty);
    });
    let gone = program.end();
    let text = gone.of("c")[0].to_string();
    let lines = &gone.of("c")[0]["debugger"]["snapshot"]["captures"]["lines"];
    let locals = &lines.as_object().unwrap().values().next().unwrap()["locals"];
    assert_eq!(locals["total"]["value"], "5", "{text}");
    assert_eq!(locals["http"]["fields"]["method"]["value"], "GET", "{text}");
}

/// Logs when it is written.
struct Talks;

impl Debug for Talks {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        tracing::info!(name: "talk", what = ?Self);
        f.write_str("talks")
    }
}

/// Panics when it is written.
struct Fails;

impl Debug for Fails {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        panic!("a Debug that panics")
    }
}

#[test]
fn what_the_program_logs_while_its_value_is_written_is_no_hit() {
    let program = Program::start("talks", &file(&[log("p", named("talk"), "{what}")]));
    program.within(|| tracing::info!(name: "talk", what = ?Talks));
    assert_eq!(program.end().messages("p"), ["talks"]);
}

#[test]
fn a_value_whose_code_panics_is_unreadable_and_the_program_goes_on() {
    let program = Program::start("fails", &file(&[log("p", named("fails"), "{total} {what}")]));
    program.within(|| tracing::info!(name: "fails", what = ?Fails, total = 1));
    let messages = program.end().messages("p");
    assert!(messages.len() == 1 && messages[0].starts_with("1 {"), "{messages:?}");
}

#[test]
fn a_place_without_a_probe_is_not_even_looked_at() {
    static LOOKED: AtomicUsize = AtomicUsize::new(0);
    let run = || {
        tracing::info!(name: "idle", looked = LOOKED.fetch_add(1, Ordering::Relaxed));
        tracing::info!(name: "busy", "x");
    };
    let program = Program::start("idle", &file(&[log("p", named("busy"), "x")]));
    program.within(|| {
        run();
        run();
    });
    assert_eq!(program.end().messages("p"), ["x", "x"]);
    assert_eq!(LOOKED.load(Ordering::Relaxed), 0);
}

#[test]
fn metrics_and_tags_are_taken_at_events() {
    let metric = json!({"id": "m", "type": "METRIC_PROBE", "where": named("sold"), "kind": "HISTOGRAM",
        "metricName": "sold", "value": {"dsl": "total"}, "when": {"dsl": "total > 1"}});
    let tags = json!({"id": "t", "type": "SPAN_DECORATION_PROBE", "where": named("sold"), "targetSpan": "ACTIVE",
        "decorations": [{"tags": [{"name": "total", "value": {"template": "{total}"}}]}]});
    let program = Program::start("sold", &file(&[metric, tags]));
    program.within(|| {
        for total in 1..=3 {
            tracing::info!(name: "sold", total);
        }
    });
    let gone = program.end();
    let of =
        |kind: &str| gone.events.iter().filter(|event| event["kind"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!(of("metric").len(), 2, "{:?}", gone.events);
    assert_eq!(of("tags").len(), 3, "{:?}", gone.events);
}
