//! What leaves a program under each mode of redaction: planted secrets in fields, results, errors, keys, tags and panics.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use common::{Gone, Program, file, log};
use probelang_tracing::{Mode, probe_point};
use serde_json::{Value, json};
use tracing::instrument;

/// What no mode but *off* shows.
const CARD: &str = "4111 1111 1111 1111";
/// What *strict* hides too.
const WORD: &str = "vermilion";

fn of(name: &str) -> Value {
    json!({"typeName": "redaction", "methodName": name})
}

fn snapshot(id: &str, place: Value) -> Value {
    json!({"id": id, "type": "LOG_PROBE", "where": place, "template": "", "captureSnapshot": true})
}

fn tags(id: &str, name: &str, value: &str) -> Value {
    json!({"id": id, "type": "SPAN_DECORATION_PROBE", "where": of(name), "targetSpan": "ACTIVE",
        "decorations": [{"tags": [{"name": id, "value": {"template": value}}]}]})
}

#[instrument(ret, err)]
fn pay(note: &str, total: i64) -> Result<String, String> {
    tracing::info!(name: "paid", text = note, debug = ?[note]);
    let cards = BTreeMap::from([(note.to_owned(), total)]);
    probe_point!("kept", cards);
    if total > 100 { Err(format!("declined: {note}")) } else { Ok(format!("receipt of {note}")) }
}

#[instrument]
fn explode(note: &str) {
    assert!(note.is_empty(), "no: {note}");
}

/// What leaves under a mode.
fn run(mode: Mode) -> Gone {
    let mut failed = log("failed", of("pay"), "failed: {@exception}");
    failed["when"] = json!({"dsl": "isDefined(@exception)"});
    let mut done = log("done", of("pay"), "done: {note} {@return}");
    done["when"] = json!({"dsl": "total <= 100"});
    let mut kept = log("kept", of("kept"), "kept: {cards}");
    kept["captureSnapshot"] = json!(true);
    // a condition sees what is hidden
    let mut asked = log("asked", of("paid"), "asked {len(text)}");
    asked["when"] = json!({"dsl": "contains(text, \"4111\")"});
    let probes = [
        failed,
        done,
        kept,
        asked,
        snapshot("whole", of("pay")),
        snapshot("event", of("paid")),
        snapshot("panic", of("explode")),
        log("line", of("paid"), "line: {text} {debug}"),
        tags("tag.event", "paid", "{text}"),
        tags("tag.end", "pay", "{note}"),
        json!({"id": "span", "type": "SPAN_PROBE", "where": of("pay")}),
        json!({"id": "spanned", "type": "SPAN_PROBE", "where": of("explode")}),
    ];
    let name = format!("redaction-{mode}");
    let program = Program::start_with(&name, &file(&probes), |settings| settings.with_redaction_mode(mode));
    program.within(|| {
        let note = format!("{WORD} {CARD}");
        let _ = (pay(&note, 7), pay(&note, 120));
        assert!(std::panic::catch_unwind(|| explode(&note)).is_err());
    });
    assert_eq!(
        program.probing.status().redaction.as_deref(),
        Some(mode.name()).filter(|name| *name != "off")
    );
    program.end()
}

/// The events of a kind as text.
fn of_kind(gone: &Gone, kind: &str) -> Vec<String> {
    gone.events.iter().filter(|event| event["kind"] == kind).map(Value::to_string).collect()
}

#[test]
fn without_a_mode_texts_leave_as_they_are() {
    let gone = run(Mode::Off);
    assert_eq!(gone.messages("failed"), [format!("failed: declined: {WORD} {CARD}")]);
    let all: String = gone.events.iter().map(Value::to_string).collect();
    assert!(!all.contains("redactedValue") && !all.contains("\"masked\""));
}

#[test]
fn targeted_hides_a_card_wherever_it_is() {
    let gone = run(Mode::Targeted);
    assert_eq!(gone.messages("failed"), ["failed: declined: vermilion {redacted}"]);
    let done = gone.messages("done");
    assert_eq!(done.len(), 1);
    assert!(done[0].starts_with("done: vermilion {redacted} ") && done[0].contains("receipt of"), "{done:?}");
    assert_eq!(gone.messages("asked"), ["asked 29", "asked 29"]);
    leaves_no(&gone, CARD, Mode::Targeted);
    let tags = of_kind(&gone, "tags");
    assert_eq!(tags.len(), 4);
    assert!(tags.iter().all(|tags| tags.contains("vermilion {redacted}")), "{tags:?}");
}

#[test]
fn strict_hides_every_text() {
    let gone = run(Mode::Strict);
    assert_eq!(gone.messages("failed"), ["failed: {redacted}"]);
    assert_eq!(gone.messages("asked"), ["asked 29", "asked 29"]);
    leaves_no(&gone, CARD, Mode::Strict);
    leaves_no(&gone, WORD, Mode::Strict);
    leaves_no(&gone, "declined", Mode::Strict);
    let tags = of_kind(&gone, "tags");
    assert_eq!(tags.len(), 4);
    assert!(tags.iter().all(|tags| tags.contains("{redacted}")), "{tags:?}");
}

/// No event has the secret, and those that had it say so.
fn leaves_no(gone: &Gone, secret: &str, mode: Mode) {
    for event in &gone.events {
        let text = event.to_string();
        assert!(!text.contains(secret) && !text.contains("4111"), "{text}");
    }
    for id in ["whole", "event", "panic", "kept"] {
        let events = gone.of(id);
        assert!(!events.is_empty(), "{id}");
        for event in events {
            let text = event.to_string();
            assert!(text.contains("redactedValue") && text.contains("\"masked\":"), "{id}: {text}");
            assert!(text.contains(&format!("\"mode\":\"{mode}\"")), "{id}: {text}");
        }
    }
}
