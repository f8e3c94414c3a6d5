//! Nothing that a sink writes holds a secret: planted ones of each shape, in each place from which text comes.

#![cfg(test)]

mod events;
mod support;

use std::io::{self, Write};
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use events::{events_with, settings};
use probelang::Engine;
use probelang::redact::{Mode, Policy};
use probelang_probe::event::{Event, Output as _};
use probelang_sink::agent::{Agent, AgentOptions};
use probelang_sink::console::Console;
use probelang_sink::lines::Lines;
use probelang_sink::otlp::{CaptureForm, Encoding, Otlp, OtlpOptions};
use probelang_sink::statsd::{Statsd, StatsdOptions};
use probelang_sink::{Sink, Sinks};
use serde_json::json;
use support::{LONG, Reply, Server, ok};

/// A text with a secret, and the part of it that nobody may see. Whole, none of them is in this file.
fn planted() -> Vec<(String, String)> {
    let plant = |before: &str, parts: [&str; 2], after: &str| {
        let secret = parts.concat();
        (format!("{before}{secret}{after}"), secret)
    };
    vec![
        plant("paid with ", ["4111 1111 ", "1111 1111"], " today"),
        plant("key ", ["AKIA", "IOSFODNN7ZQXWVBT"], ""),
        plant("", ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"], ""),
        plant("slack ", ["xoxb-", "123456789012-abcdefghijklmnopqrstuvwx"], "."),
        plant("stripe ", ["sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"], ""),
        plant(
            "jwt ",
            ["eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"],
            "",
        ),
        plant("Authorization: Bearer ", ["mF_9.B5f-4.1JqM", "abcdefgh"], ""),
        plant("postgres://app:", ["hunter2-", "Zq91"], "@db.example.org/shop"),
    ]
}

const PLACE: &str = r#""where": {"typeName": "shop.Cart", "methodName": "pay"}"#;

/// Probes of each type, whose outputs have the text of the program wherever they can.
fn probes() -> String {
    format!(
        r#"[
  {{"id": "log", "type": "LOG_PROBE", {PLACE}, "template": "paid: {{note}} {{items}} {{book}}"}},
  {{"id": "snap", "type": "LOG_PROBE", {PLACE}, "template": "{{user}} {{@exception}}", "captureSnapshot": true,
   "sampling": {{"snapshotsPerSecond": 1000000}}}},
  {{"id": "expressions", "type": "LOG_PROBE", {PLACE}, "template": "x", "sampling": {{"snapshotsPerSecond": 1000000}},
   "captureExpressions": [{{"name": "n", "expr": {{"dsl": "note"}}}}, {{"name": "b", "expr": {{"dsl": "book"}}}}]}},
  {{"id": "broken", "type": "LOG_PROBE", {PLACE}, "template": "x", "when": {{"dsl": "lost > 1"}}}},
  {{"id": "hist", "type": "METRIC_PROBE", "kind": "HISTOGRAM", "metricName": "n", "value": {{"dsl": "@duration"}}, {PLACE}, "evaluateAt": "EXIT",
   "metricTags": [{{"name": "note", "value": {{"template": "{{note}}"}}}}]}},
  {{"id": "span", "type": "SPAN_PROBE", {PLACE}}},
  {{"id": "tags", "type": "SPAN_DECORATION_PROBE", {PLACE}, "targetSpan": "ACTIVE",
   "decorations": [{{"tags": [{{"name": "note", "value": {{"template": "{{note}} {{lost}}"}}}}]}}]}}
]"#
    )
}

/// A recorded call that has the text wherever one can be.
fn hit(at: u64, text: &str, throws: bool) -> String {
    let string = |text: &str| json!({"type": "str", "value": text});
    let now = 1_760_000_000_000 + at;
    let mut locals = json!({
        "items": {"type": "list", "size": 1, "elements": [string(text)]},
        "book": {"type": "dict", "size": 1, "entries": [[string(text), string(text)]]},
        "user": {"type": "User", "fields": {"note": string(text)}},
        "lost": {"type": "str", "notCapturedReason": format!("failed: {text}")},
        "long": string(&format!("{}{text}", "x ".repeat(120))),
    });
    if throws {
        locals["@exception"] = json!({"type": "PayError", "fields": {"note": string(text)}});
    }
    let thrown = json!({"type": "shop.PayError", "message": format!("declined: {text}"),
        "stacktrace": [{"fileName": "shop/cart.py", "function": "pay", "lineNumber": 44}]});
    json!({
        "service": "shop", "timestamp": now, "duration": 2_500_000, "message": text,
        "logger": {"name": "shop.Cart", "method": "pay", "version": 2, "thread_id": 31, "thread_name": text},
        "debugger": {"snapshot": {
            "id": "x", "timestamp": now, "duration": 2_500_000, "language": "python",
            "probe": {"id": "x", "version": 0, "location": {"type": "shop.Cart", "method": "pay"}},
            "captures": {"return": {
                "arguments": {"note": string(text)}, "locals": locals,
                "throwable": if throws { thrown } else { json!(null) },
            }},
        }},
    })
    .to_string()
}

fn given(mode: Mode) -> Vec<Event> {
    let engine = Engine::new().policy(Policy::built_in().with_mode(mode));
    let hits = planted().into_iter().enumerate().flat_map(|(at, (text, _))| {
        let at = u64::try_from(at).unwrap() * 1_000;
        [hit(at, &text, false), hit(at + 500, &text, true)]
    });
    events_with(&engine, &probes(), hits)
}

/// A stream that can be looked at.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn deliver(sink: impl Sink + 'static, events: Vec<Event>) {
    let sinks = Sinks::builder(settings()).with(sink).start();
    assert!(sinks.flush(LONG));
    events.into_iter().for_each(|event| sinks.emit(event));
    let report = sinks.close(LONG).remove(0);
    assert!(report.delivered > 0 && report.lost() == 0, "{report}");
}

/// What each sink writes of the events, as text. Protobuf has its texts as they are.
fn written(mode: Mode) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let out = Buffer::default();
    deliver(Lines::to(out.clone(), "buffer".to_owned()), given(mode));
    all.push(("jsonl".to_owned(), out.text()));
    let out = Buffer::default();
    deliver(Console::to(out.clone(), "buffer"), given(mode));
    all.push(("console".to_owned(), out.text()));
    for (encoding, form) in [
        (Encoding::Protobuf, CaptureForm::Structured),
        (Encoding::Json, CaptureForm::Structured),
        (Encoding::Json, CaptureForm::Json),
    ] {
        let server = Server::start(|_| ok());
        let mut options = OtlpOptions::new(&server.url()).unwrap();
        (options.encoding, options.captures) = (encoding, form);
        deliver(Otlp::new(options), given(mode));
        all.push((format!("otlp {encoding:?} {form:?}"), bodies(&server)));
    }
    let server = Server::start(|request| match request.is_at("/info") {
        true => Reply::Status(
            200,
            br#"{"version": "7.80.0", "endpoints": ["/debugger/v2/input", "/debugger/v1/diagnostics"]}"#
                .to_vec(),
        ),
        false => Reply::Status(202, Vec::new()),
    });
    deliver(Agent::new(AgentOptions::new(&server.url()).unwrap()), given(mode));
    all.push(("agent".to_owned(), bodies(&server)));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let options = StatsdOptions::new(&socket.local_addr().unwrap().to_string()).unwrap();
    deliver(Statsd::new(options), given(mode));
    let (mut text, mut buffer) = (String::new(), [0; 65_536]);
    while let Ok(length) = socket.recv(&mut buffer) {
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
    all.push(("statsd".to_owned(), text));
    all
}

fn bodies(server: &Server) -> String {
    server.requests().iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect()
}

/// What of a secret shows that it came out: its end, which no rule leaves alone, without what a receiver writes otherwise.
fn trace(secret: &str) -> &str {
    &secret[secret.len() - 8..]
}

#[test]
fn no_sink_writes_a_planted_secret() {
    for (sink, text) in written(Mode::Targeted) {
        for (_, secret) in planted() {
            assert!(!text.contains(trace(&secret)), "{sink}: {secret}\n{text}");
        }
        // statsd allows no braces
        assert!(text.contains("redacted"), "{sink}");
        let says = text.contains("targeted");
        assert!(says || sink == "statsd", "{sink}\n{text}");
    }
}

#[test]
fn no_sink_writes_a_text_of_the_program_where_every_text_is_hidden() {
    for (sink, text) in written(Mode::Strict) {
        for (whole, secret) in planted() {
            assert!(!text.contains(trace(&secret)), "{sink}: {secret}\n{text}");
            let words = whole.split(' ').filter(|word| word.len() > 4);
            words.for_each(|word| assert!(!text.contains(word), "{sink}: {word}\n{text}"));
        }
        assert!(text.contains("strict") || sink == "statsd", "{sink}\n{text}");
    }
}

#[test]
fn the_places_have_texts_and_the_formats_stay_as_they_were_where_the_mode_is_off() {
    for (sink, text) in written(Mode::Off) {
        for (_, secret) in planted() {
            assert!(text.contains(trace(&secret)) || sink == "statsd", "{sink}: {secret}");
        }
        assert!(!text.contains("redaction"), "{sink}");
    }
}

#[test]
fn an_event_says_the_mode_and_how_much_is_hidden() {
    let line = |mut event: Event| {
        let mut line = String::new();
        event.write_json(&settings(), &mut line);
        serde_json::from_str::<serde_json::Value>(&line).unwrap()
    };
    let lines: Vec<_> = given(Mode::Targeted).into_iter().map(line).collect();
    let mut kinds = std::collections::BTreeSet::new();
    for line in &lines {
        let kind = line["kind"].as_str().unwrap();
        let redaction = match kind {
            "status" => continue,
            "log" | "snapshot" | "error" => &line["event"]["debugger"]["snapshot"]["redaction"],
            _ => &line["redaction"],
        };
        assert_eq!(redaction["mode"], "targeted", "{line}");
        let threw = kind != "span" || !line["error"].is_null();
        assert_eq!(redaction["masked"].as_u64().unwrap() > 0, threw, "{line}");
        kinds.insert(kind);
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}
