//! Receivers of other makers: what arrives there is what was sent. `crates/sink/test` installs and runs them.

#![cfg(test)]

mod events;
#[path = "support/receiver.rs"]
mod receiver;
mod support;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::process::Command;

use events::{events, settings};
use probelang_probe::event::{Event, Output as _};
use probelang_sink::agent::{Agent, AgentOptions};
use probelang_sink::otlp::{Encoding, Otlp, OtlpOptions};
use probelang_sink::statsd::{Statsd, StatsdOptions};
use probelang_sink::{Loss, Sink, SinkReport, Sinks};
use receiver::{Process, TestAgent, all, elements, folder, free_port, named};
use serde_json::Value;
use support::LONG;

fn send(sink: impl Sink + 'static, events: Vec<Event>) -> SinkReport {
    let sinks = Sinks::builder(settings()).with(sink).with_patience(LONG).start();
    events.into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG).remove(0)
}

fn texts(values: Vec<&Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut texts: Vec<String> = values.into_iter().map(text).collect();
    texts.sort();
    texts
}

fn messages(all: &[Event]) -> Vec<String> {
    let mut messages: Vec<String> = all
        .iter()
        .filter_map(|event| match event {
            Event::Log(record) | Event::Snapshot(record) | Event::Error(record) => {
                Some(record.message.clone())
            }
            Event::Status(report) => Some(report.to_string()),
            Event::Tags(tags) => Some(format!("Tags of probe {} for a span.", tags.probe.id)),
            Event::Metric(_) | Event::Span(_) => None,
        })
        .collect();
    messages.sort();
    messages
}

#[test]
#[ignore = "needs receivers: crates/sink/test"]
fn the_test_agent_of_datadog_reads_logs_metrics_and_spans_of_both_encodings() {
    let agent = TestAgent::start();
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        agent.clear();
        let mut options = OtlpOptions::new(&format!("http://127.0.0.1:{}", agent.otlp)).unwrap();
        options.encoding = encoding;
        let count = events(20).len() as u64;
        let report = send(Otlp::new(options), events(20));
        assert_eq!((report.delivered, report.lost()), (count, 0), "{report}");
        let read = |kind: &str| agent.received(kind);
        if std::env::var_os("PROBELANG_SHOW").is_some() {
            for signal in ["logs", "metrics", "traces"] {
                println!("{encoding:?} {signal}: {}", read(signal));
            }
        }
        let logs = read("logs");
        let mut bodies = Vec::new();
        all(&logs, "body", &mut bodies);
        let bodies =
            bodies.into_iter().flat_map(|body| named(body, &["string_value", "stringValue"])).collect();
        assert_eq!(texts(bodies), messages(&events(20)));
        let names = texts(named(&logs, &["event_name", "eventName"]));
        let count = |name: &str| names.iter().filter(|one| *one == name).count();
        let kinds = |kind: &str| events(20).iter().filter(|event| event.kind() == kind).count();
        for (name, kind) in [
            ("probelang.log", "log"),
            ("probelang.snapshot", "snapshot"),
            ("probelang.evaluation.error", "error"),
            ("probelang.probe.status", "status"),
            ("probelang.span.tags", "tags"),
        ] {
            assert_eq!(count(name), kinds(kind), "{name}");
        }
        assert!(!logs.to_string().contains("qwertz"));
        let metrics = read("metrics");
        let points = |names: &[&str]| named(&metrics, names);
        let sums: i64 = points(&["sum"])
            .iter()
            .flat_map(|sum| named(sum, &["as_int", "asInt"]))
            .map(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap())
            .sum();
        assert_eq!(sums, 20);
        let histograms = points(&["exponential_histogram", "exponentialHistogram"]);
        let counted: u64 = histograms
            .iter()
            .flat_map(|histogram| named(histogram, &["count"]))
            .map(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap())
            .sum();
        assert_eq!(counted, 40);
        let traces = read("traces");
        let spans: Vec<&Value> = elements(&traces, &["spans"]);
        assert_eq!(spans.len(), 20);
        assert!(spans.iter().all(|span| span["name"] == "shop.Cart.pay"));
    }
    // it has no place for the events of probes, as old agents
    let report =
        send(Agent::new(AgentOptions::new(&format!("http://127.0.0.1:{}", agent.port)).unwrap()), events(3));
    assert_eq!((report.delivered, report.of(Loss::Rejected)), (0, report.lost()));
    assert!(report.to_string().contains("7.49 or newer"), "{report}");
}

#[test]
#[ignore = "needs receivers: crates/sink/test"]
fn oteltap_reads_every_signal_with_order_and_nulls() {
    let port = free_port();
    let mut tap = Process::start(
        "oteltap",
        Command::new(folder().join("venv/bin/oteltap")).args(["--port", &port.to_string()]),
    );
    tap.wait(|_| TcpStream::connect(("127.0.0.1", port)).ok());
    let mut options = OtlpOptions::new(&format!("http://127.0.0.1:{port}")).unwrap();
    // it does not know gzip
    options.gzip = false;
    let report = send(Otlp::new(options), events(20));
    assert!(report.is_complete(), "{report}");
    let expected = messages(&events(20));
    // it prints each record as it comes
    let lines = tap.wait(|text| {
        if std::env::var_os("PROBELANG_SHOW").is_some() {
            println!("{text}");
        }
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let spans = lines.iter().filter(|line| line.to_string().contains("shop.Cart.pay")).count();
        (lines.len() >= expected.len() + 20 && spans >= 20).then_some(lines)
    });
    let text = serde_json::to_string(&lines).unwrap();
    for part in [
        "probelang.snapshot",
        "probelang.evaluation.error",
        "notCapturedReason",
        "cart.sizes",
        "cart.paid",
        "exception.type",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("qwertz"));
}

#[test]
#[ignore = "needs receivers: crates/sink/test"]
fn statsd_adds_up_counts_and_keeps_the_last_gauge() {
    let (port, management) =
        (UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(), free_port());
    let config = std::env::temp_dir().join(format!("probelang-statsd-{}.js", std::process::id()));
    let text = format!(
        "{{ port: {port}, address: '127.0.0.1', mgmt_port: {management}, mgmt_address: '127.0.0.1', flushInterval: 3600000, backends: [] }}"
    );
    std::fs::write(&config, text).unwrap();
    let mut statsd = Process::start(
        "statsd",
        Command::new("node").arg(folder().join("npm/node_modules/statsd/stats.js")).arg(&config),
    );
    let ask = |what: &str| -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", management)).ok()?;
        stream.set_read_timeout(Some(LONG)).ok()?;
        writeln!(stream, "{what}").ok()?;
        let mut answer = String::new();
        let mut buffer = [0; 4_096];
        while !answer.contains("END") {
            let length = stream.read(&mut buffer).ok()?;
            answer.push_str(std::str::from_utf8(&buffer[..length]).ok()?);
        }
        Some(answer)
    };
    statsd.wait(|_| ask("counters"));
    let metrics =
        events(20).into_iter().filter(|event| matches!(event, Event::Metric(_))).collect::<Vec<_>>();
    let report = send(Statsd::new(StatsdOptions::new(&format!("127.0.0.1:{port}")).unwrap()), metrics);
    assert_eq!((report.delivered, report.lost()), (80, 0));
    // an object as it is printed: names in quotes, then numbers
    let numbers = |text: &str| -> BTreeMap<String, f64> {
        let pair = |line: &str| {
            let (name, value) = line.trim().trim_end_matches(',').rsplit_once(": ")?;
            Some((name.trim_matches(['\'', '"']).to_owned(), value.parse().ok()?))
        };
        text.lines().filter_map(pair).collect()
    };
    let prefix = "dynamic.instrumentation.metric.probe.";
    let find = |all: &BTreeMap<String, f64>, name: &str| {
        all.iter()
            .find(|(key, _)| key.starts_with(&format!("{prefix}{name}")))
            .map(|(key, value)| (key.clone(), *value))
    };
    // datagrams are read when the receiver comes to it
    let (name, count) = statsd.wait(|_| find(&numbers(&ask("counters")?), "cart.paid"));
    assert_eq!(count, 20.0);
    assert!(name.contains("team=pay") || name.contains("team:pay"), "{name}");
    let (_, last) = statsd.wait(|_| find(&numbers(&ask("gauges")?), "cart.total"));
    assert_eq!(last, 19.0);
    let bad = numbers(&ask("counters").unwrap());
    assert_eq!(bad.get("statsd.bad_lines_seen").copied().unwrap_or_default(), 0.0);
    std::fs::remove_file(config).unwrap();
}
