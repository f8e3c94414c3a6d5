//! Events of every kind, from recorded hits.

#![allow(dead_code, reason = "each test file needs other parts")]

use probelang::Engine;
use probelang::snapshot::{InputReader, Mode, Vars};
use probelang_probe::config::Reader;
use probelang_probe::event::Event;
use probelang_probe::replay::{Options, Replay};
use probelang_probe::settings::{Process, Settings};

/// Probes of each type at one function.
pub const PROBES: &str = r#"[
  {"id": "log", "version": 3, "type": "LOG_PROBE", "tags": ["team:pay"], "where": {"typeName": "shop.Cart", "methodName": "pay"},
   "template": "paid {total} by {user}"},
  {"id": "snap", "version": 1, "type": "LOG_PROBE", "where": {"typeName": "shop.Cart", "methodName": "pay"},
   "template": "paid {total} with {missing}", "captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000000}},
  {"id": "broken", "type": "LOG_PROBE", "where": {"typeName": "shop.Cart", "methodName": "pay"},
   "template": "x", "when": {"dsl": "missing > 1"}},
  {"id": "count", "type": "METRIC_PROBE", "kind": "COUNT", "metricName": "cart.paid", "tags": ["team:pay"],
   "where": {"typeName": "shop.Cart", "methodName": "pay"}, "evaluateAt": "EXIT"},
  {"id": "gauge", "type": "METRIC_PROBE", "kind": "GAUGE", "metricName": "cart.total", "value": {"dsl": "total"},
   "where": {"typeName": "shop.Cart", "methodName": "pay"}, "evaluateAt": "EXIT"},
  {"id": "hist", "type": "METRIC_PROBE", "kind": "HISTOGRAM", "metricName": "cart.sizes", "value": {"dsl": "total"},
   "where": {"typeName": "shop.Cart", "methodName": "pay"}, "evaluateAt": "EXIT"},
  {"id": "dist", "type": "METRIC_PROBE", "kind": "DISTRIBUTION", "metricName": "cart.spread", "value": {"dsl": "total"},
   "where": {"typeName": "shop.Cart", "methodName": "pay"}, "evaluateAt": "EXIT"},
  {"id": "span", "type": "SPAN_PROBE", "tags": ["team:pay"], "where": {"typeName": "shop.Cart", "methodName": "pay"}},
  {"id": "tags", "type": "SPAN_DECORATION_PROBE", "where": {"typeName": "shop.Cart", "methodName": "pay"},
   "targetSpan": "ACTIVE", "decorations": [{"tags": [{"name": "cart.total", "value": {"template": "{total}"}}]}]}
]"#;

/// A recorded call of that function, `at` milliseconds after some time in 2025. An odd one has thrown.
pub fn hit(at: u64, total: i64) -> String {
    let ending = if total % 2 == 0 {
        r#""@return": {"type": "str", "value": "ok"}}, "throwable": null"#.to_owned()
    } else {
        r#""@exception": {"type": "PayError", "fields": {}}}, "throwable": {"type": "shop.PayError",
            "message": "no money", "stacktrace": [{"fileName": "shop/cart.py", "function": "pay", "lineNumber": 44}]}"#
            .to_owned()
    };
    format!(
        r#"{{"service": "shop", "timestamp": {now}, "duration": 2500000, "message": "m",
        "dd": {{"trace_id": "4d1a9b1c2e3f40516273849506a7b8c9", "span_id": "17"}},
        "logger": {{"name": "shop.Cart", "method": "pay", "version": 2, "thread_id": 31, "thread_name": "main"}},
        "debugger": {{"snapshot": {{"id": "x", "timestamp": {now}, "duration": 2500000, "language": "python",
        "probe": {{"id": "x", "version": 0, "location": {{"type": "shop.Cart", "method": "pay"}}}},
        "stack": [{{"fileName": "shop/cart.py", "function": "pay", "lineNumber": 42}},
                  {{"fileName": "shop/main.py", "function": "main", "lineNumber": 7}}],
        "captures": {{"return": {{"arguments": {{"user": {{"type": "str", "value": "ann\nb"}},
            "password": {{"type": "str", "value": "qwertz"}},
            "boss": {{"type": "User", "isNull": true}}}},
            "locals": {{"total": {{"type": "int", "value": "{total}"}}, {ending}}}}}}}}}}}"#,
        now = 1_760_000_000_000 + at,
    )
}

/// Settings of the process of those events.
pub fn settings() -> Settings {
    Settings::default().with_process(
        Process::default()
            .with_service(Some("shop".to_owned()), Some("test".to_owned()), Some("1.2".to_owned()))
            .with_language("python")
            .with_ids(Some("box".to_owned()), Some("run-1".to_owned())),
    )
}

/// What the probes give at hits.
pub fn events_of(probes: &str, hits: impl IntoIterator<Item = String>) -> Vec<Event> {
    events_with(&Engine::new(), probes, hits)
}

/// What probes that `engine` compiles give at hits.
pub fn events_with(engine: &Engine, probes: &str, hits: impl IntoIterator<Item = String>) -> Vec<Event> {
    let file = Reader::new(engine).read(probes);
    let wrong: Vec<_> =
        file.probes.iter().flat_map(|entry| &entry.diagnostics).filter(|one| one.is_error()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut replay = Replay::new(engine, file, settings(), Options::default());
    let (mut reader, vars) = (InputReader::new(), Vars::new());
    for hit in hits {
        for item in reader.read(hit.as_bytes(), Mode::Auto).expect("a snapshot") {
            replay.hit(&item.expect("a snapshot"), &vars).expect("a hit");
        }
    }
    replay.take()
}

/// Events of all kinds: those of as many calls.
pub fn events(calls: u64) -> Vec<Event> {
    events_of(PROBES, (0..calls).map(|at| hit(at * 10, i64::try_from(at).unwrap())))
}

/// The events as JSON lines.
pub fn lines(events: impl IntoIterator<Item = Event>) -> Vec<String> {
    let line = |mut event: Event| {
        let mut line = String::new();
        event.write_json(&settings(), &mut line);
        line
    };
    events.into_iter().map(line).collect()
}
