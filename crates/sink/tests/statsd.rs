//! What a DogStatsD receiver gets, by a parser that is stricter than any.

#![cfg(test)]

mod events;

use std::net::UdpSocket;
use std::time::Duration;

use events::{PROBES, events, events_of, hit, settings};
use probelang::host::Number;
use probelang_probe::event::{Event, Output as _};
use probelang_probe::settings::Process;
use probelang_sink::statsd::{ProbeTag, Statsd, StatsdOptions};
use probelang_sink::{Loss, SinkReport, Sinks};

const LONG: Duration = Duration::from_secs(60);

/// A metric as it came.
#[derive(Debug, PartialEq)]
struct Line {
    name: String,
    value: f64,
    kind: String,
    tags: Vec<String>,
}

/// Reads a datagram, and insists on the grammar.
fn parse(datagram: &str) -> Vec<Line> {
    datagram
        .split('\n')
        .map(|line| {
            let parts: Vec<&str> = line.split('|').collect();
            let [value, kind, tags] = parts[..] else { panic!("{line}") };
            let (name, value) = value.split_once(':').expect("a value");
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            assert!(
                name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name),
                "{name}"
            );
            assert!(["c", "g", "h", "d"].contains(&kind), "{line}");
            let value: f64 = value.parse().expect("a number");
            assert!(value.is_finite());
            let tags: Vec<String> =
                tags.strip_prefix('#').expect("tags").split(',').map(str::to_owned).collect();
            for tag in &tags {
                let (key, value) = tag.split_once(':').unwrap_or((tag, "x"));
                let bad = |c: char| c.is_control() || "|:#@".contains(c);
                assert!(!key.is_empty() && !key.contains(bad) && !value.contains(bad), "{tag}");
            }
            Line { name: name.to_owned(), value, kind: kind.to_owned(), tags }
        })
        .collect()
}

/// Receives until everything was sent.
fn receive(socket: &UdpSocket, send: impl FnOnce(&str) -> SinkReport) -> (Vec<Line>, SinkReport, Vec<usize>) {
    let address = socket.local_addr().unwrap().to_string();
    let report = send(&address);
    // a datagram on the loopback interface is there when it was sent
    socket.set_nonblocking(true).unwrap();
    let mut buffer = [0; 65_536];
    let (mut lines, mut sizes) = (Vec::new(), Vec::new());
    while let Ok(length) = socket.recv(&mut buffer) {
        lines.extend(parse(std::str::from_utf8(&buffer[..length]).unwrap()));
        sizes.push(length);
    }
    (lines, report, sizes)
}

fn send(options: StatsdOptions, process: Process, events: Vec<Event>) -> SinkReport {
    let mut options = options;
    options.interval = LONG;
    let sinks = Sinks::builder(settings().with_process(process)).with(Statsd::new(options)).start();
    assert!(sinks.flush(LONG));
    events.into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG).remove(0)
}

fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").expect("a free port")
}

fn metrics(calls: u64) -> Vec<Event> {
    events(calls).into_iter().filter(|event| event.kind() == "metric").collect()
}

#[test]
fn each_kind_of_metric_has_its_type_and_tags() {
    let own = settings().process.with_tags(vec!["region:eu".to_owned()]);
    let (lines, report, _) =
        receive(&socket(), |address| send(StatsdOptions::new(address).unwrap(), own, metrics(3)));
    assert_eq!((report.delivered, report.lost()), (12, 0), "{report}");
    let of = |name: &str| -> Vec<(f64, &str)> {
        let name = format!("dynamic.instrumentation.metric.probe.{name}");
        lines.iter().filter(|line| line.name == name).map(|line| (line.value, line.kind.as_str())).collect()
    };
    assert_eq!(of("cart.paid"), [(3.0, "c")]);
    assert_eq!(of("cart.total"), [(2.0, "g")]);
    assert_eq!(of("cart.sizes"), [(0.0, "h"), (1.0, "h"), (2.0, "h")]);
    assert_eq!(of("cart.spread"), [(0.0, "d"), (1.0, "d"), (2.0, "d")]);
    let count = lines.iter().find(|line| line.kind == "c").unwrap();
    assert_eq!(
        count.tags,
        ["service:shop", "env:test", "version:1.2", "region:eu", "team:pay", "debugger.probeid:count"]
    );
}

#[test]
fn the_id_of_a_probe_is_under_the_tag_that_was_asked_for() {
    for (tag, expected) in [
        (ProbeTag::Dotted, &["debugger.probeid:count"][..]),
        (ProbeTag::Dashed, &["probe-id:count"]),
        (ProbeTag::Both, &["debugger.probeid:count", "probe-id:count"]),
    ] {
        let (lines, ..) = receive(&socket(), |address| {
            send(StatsdOptions::new(address).unwrap().with_probe_tag(tag), Process::default(), metrics(1))
        });
        let count = lines.iter().find(|line| line.kind == "c").unwrap();
        assert_eq!(count.tags[1..], *expected);
    }
}

fn sample(change: impl FnOnce(&mut probelang_probe::event::Sample)) -> Event {
    let mut event = metrics(1)
        .into_iter()
        .find(|event| matches!(event, Event::Metric(one) if &*one.name == "cart.sizes"))
        .unwrap();
    if let Event::Metric(sample) = &mut event {
        change(sample);
    }
    event
}

#[test]
fn nothing_in_a_name_or_tag_makes_a_second_metric() {
    let evil = sample(|sample| {
        sample.name = "a|b:1\nq\u{e4}".into();
        sample.tags = ["x\ny:1|c", "k:http://a#b,c@d", "\u{7f}bare|", ":v", "  ", "\u{2028}:\u{2029}"]
            .map(str::to_owned)
            .into();
    });
    let (lines, report, _) = receive(&socket(), |address| {
        send(StatsdOptions::new(address).unwrap(), Process::default(), vec![evil])
    });
    assert_eq!(report.delivered, 1);
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(line.name, "dynamic.instrumentation.metric.probe.a_b_1_q_");
    assert_eq!(line.tags, ["x_y:1_c", "k:http_//a_b_c_d", "_bare_", "debugger.probeid:hist"]);
}

#[test]
fn numbers_are_written_short_and_those_that_are_none_are_not_sent() {
    let numbers = [
        Number::Float(1e300),
        Number::Float(-2.5e-200),
        Number::Float(0.1),
        Number::Int(i64::MIN),
        Number::Uint(u64::MAX),
        Number::Float(f64::NAN),
        Number::Float(f64::INFINITY),
    ];
    let all = numbers.map(|number| sample(|sample| sample.value = number)).into();
    let (lines, report, sizes) =
        receive(&socket(), |address| send(StatsdOptions::new(address).unwrap(), Process::default(), all));
    assert_eq!((report.delivered, report.of(Loss::Invalid)), (5, 2));
    let values: Vec<f64> = lines.iter().map(|line| line.value).collect();
    assert_eq!(values, [1e300, -2.5e-200, 0.1, i64::MIN as f64, u64::MAX as f64]);
    assert!(sizes.iter().sum::<usize>() < 600);
}

#[test]
fn lines_share_datagrams_that_fit_a_frame() {
    let (lines, report, sizes) = receive(&socket(), |address| {
        send(StatsdOptions::new(address).unwrap(), Process::default(), metrics(100))
    });
    assert_eq!((lines.len(), report.delivered), (202, 400));
    assert!(sizes.len() > 10 && sizes.iter().all(|size| *size <= 1_432), "{sizes:?}");
    // what does not fit goes by itself or not at all
    let long = |bytes: usize| {
        sample(|sample| sample.tags = (0..bytes / 100).map(|at| format!("{at}:{}", "x".repeat(97))).collect())
    };
    let (lines, report, _) = receive(&socket(), |address| {
        send(StatsdOptions::new(address).unwrap(), Process::default(), vec![long(4_000), long(10_000)])
    });
    assert_eq!((lines.len(), report.delivered, report.of(Loss::TooLarge)), (1, 1, 1));
}

#[test]
fn a_name_that_nobody_knows_is_reported() {
    let report =
        send(StatsdOptions::new("no-such-host.invalid:8125").unwrap(), Process::default(), metrics(1));
    assert_eq!((report.delivered, report.of(Loss::Unreachable)), (0, 4), "{report}");
    assert!(report.last_error.is_some());
}

#[test]
#[cfg(unix)]
fn a_unix_socket_that_vanishes_loses_what_was_sent_meanwhile() {
    use std::os::unix::net::UnixDatagram;

    let path = std::env::temp_dir().join(format!("probelang-statsd-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let options = StatsdOptions::new(&format!("unix://{}", path.display())).unwrap();
    let sinks = Sinks::builder(settings()).with(Statsd::new(options)).start();
    let emit = || {
        metrics(1).into_iter().for_each(|event| sinks.emit(event));
        assert!(sinks.flush(LONG));
    };
    let mut buffer = [0; 65_536];
    for round in 0..3_u64 {
        let socket = UnixDatagram::bind(&path).unwrap();
        emit();
        let length = socket.recv(&mut buffer).unwrap();
        assert_eq!(parse(std::str::from_utf8(&buffer[..length]).unwrap()).len(), 4);
        drop(socket);
        std::fs::remove_file(&path).unwrap();
        emit();
        let report = sinks.reports().remove(0);
        assert_eq!((report.delivered, report.of(Loss::Unreachable)), ((round + 1) * 4, (round + 1) * 4));
    }
}

#[test]
fn other_kinds_of_events_are_not_for_it() {
    let options = StatsdOptions::new("127.0.0.1:9").unwrap();
    let sinks = Sinks::builder(settings()).with(Statsd::new(options)).start();
    events_of(PROBES, [hit(0, 2)])
        .into_iter()
        .filter(|event| event.kind() == "log")
        .for_each(|event| sinks.emit(event));
    assert_eq!((sinks.untaken(), sinks.close(LONG)[0].delivered), (1, 0));
}
