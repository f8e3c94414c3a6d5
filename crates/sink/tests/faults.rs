//! Receivers that are gone, slow, broken or hostile: the program runs on, memory stays bounded, and the counters add up.

#![cfg(test)]

mod events;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use events::{PROBES, events_of, hit, settings};
use probelang_probe::event::{Event, Output as _};
use probelang_sink::agent::{Agent, AgentOptions};
use probelang_sink::otlp::{Otlp, OtlpOptions};
use probelang_sink::{Loss, SinkReport, Sinks};
use support::{LONG, Reply, Server, dead_port, ok};

/// Logs and snapshots of some calls.
fn records(calls: u64) -> Vec<Event> {
    let all = events_of(PROBES, (0..calls).map(|at| hit(at * 1_000, 2)));
    all.into_iter().filter(|event| matches!(event, Event::Log(_) | Event::Snapshot(_))).collect()
}

/// Events for a receiver at this address, by both sinks over HTTP; they are closed within `patience`.
fn deliver(url: &str, patience: Duration) -> (u64, Vec<SinkReport>) {
    let mut otlp = OtlpOptions::new(url).unwrap();
    let mut agent = AgentOptions::new(url).unwrap();
    (otlp.timeout, agent.timeout) = (Duration::from_millis(300), Duration::from_millis(300));
    let sinks = Sinks::builder(settings()).with(Otlp::new(otlp)).with(Agent::new(agent)).start();
    let all = records(20);
    let count = all.len() as u64;
    all.into_iter().for_each(|event| sinks.emit(event));
    (count, sinks.close(patience))
}

#[track_caller]
fn assert_lost(url: &str) {
    let (count, reports) = deliver(url, Duration::from_millis(1_500));
    for report in reports {
        assert_eq!((report.delivered, report.waiting, report.lost()), (0, 0, count), "{report}");
        assert_eq!(report.of(Loss::Unreachable) + report.of(Loss::Exit), count, "{report}");
        assert!(report.last_error.is_some() || report.of(Loss::Exit) > 0, "{report}");
    }
}

#[test]
fn a_receiver_that_is_not_there_is_reported_with_what_was_lost() {
    let url = format!("http://127.0.0.1:{}", dead_port());
    let (count, reports) = deliver(&url, Duration::from_secs(5));
    for report in reports {
        assert_eq!(report.of(Loss::Unreachable), count, "{report}");
        let text = report.to_string();
        assert!(
            text.starts_with(&format!("{} {url}: 0 delivered, {count} not delivered: ", report.name)),
            "{text}"
        );
        assert!(text.contains("the receiver cannot be reached") && text.contains("efused"), "{text}");
    }
}

#[test]
fn a_receiver_that_resets_is_one_that_is_gone() {
    assert_lost(&Server::start(|_| Reply::Reset).url());
}

#[test]
fn a_receiver_that_answers_garbage_is_one_that_is_gone() {
    assert_lost(&Server::start(|_| Reply::Garbage).url());
}

#[test]
fn a_receiver_that_never_answers_does_not_hold_up_the_end() {
    let server = Server::start(|_| Reply::Never);
    let start = Instant::now();
    assert_lost(&server.url());
    assert!(start.elapsed() < LONG);
}

#[test]
fn a_receiver_that_fails_is_counted() {
    for status in [500, 413, 301] {
        let server = Server::start(move |_| Reply::Status(status, b"no".to_vec()));
        let (count, reports) = deliver(&server.url(), Duration::from_millis(1_500));
        for report in reports {
            assert_eq!((report.delivered, report.lost()), (0, count), "{status}: {report}");
        }
    }
}

#[test]
fn a_receiver_that_comes_back_gets_what_waited() {
    let asked = AtomicU64::new(0);
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Reset,
        1 => Reply::With(503, "Retry-After", "0".to_owned()),
        2 => Reply::Status(429, Vec::new()),
        _ => ok(),
    });
    let sinks = Sinks::builder(settings()).with(Otlp::new(OtlpOptions::new(&server.url()).unwrap())).start();
    let all = records(5);
    let count = all.len() as u64;
    all.into_iter().for_each(|event| sinks.emit(event));
    // each flush cuts the pause short once
    while sinks.reports()[0].delivered < count {
        sinks.flush(Duration::from_millis(20));
    }
    let report = sinks.close(LONG).remove(0);
    assert_eq!((report.delivered, report.lost()), (count, 0));
    assert_eq!(server.requests().len(), 4);
    assert!(
        server.requests().windows(2).all(|two| two[0].body == two[1].body),
        "the same request, and once taken"
    );
}

#[test]
fn a_slow_receiver_costs_events_and_no_memory() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(30));
        ok()
    });
    let sinks = Sinks::builder(settings()).with(Otlp::new(OtlpOptions::new(&server.url()).unwrap())).start();
    let mut count = 0;
    let mut worst = Duration::ZERO;
    for _ in 0..20 {
        for event in records(250) {
            let start = Instant::now();
            sinks.emit(event);
            worst = worst.max(start.elapsed());
            count += 1;
        }
        assert!(sinks.reports()[0].waiting <= 3 * 8_192);
    }
    let report = sinks.close(LONG).remove(0);
    assert_eq!(report.delivered + report.lost(), count, "{report}");
    assert_eq!(report.lost(), report.of(Loss::QueueFull) + report.of(Loss::QueueBytes), "{report}");
    println!("the longest call of `emit` took {worst:?}");
}

#[test]
fn an_end_in_the_middle_of_a_flush_counts_each_event_once() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(20));
        ok()
    });
    let sinks = Sinks::builder(settings()).with(Otlp::new(OtlpOptions::new(&server.url()).unwrap())).start();
    let all = records(50);
    let count = all.len() as u64;
    all.into_iter().for_each(|event| sinks.emit(event));
    let flushing = Arc::clone(&sinks);
    let thread = std::thread::spawn(move || flushing.flush(LONG));
    let report = sinks.close(LONG).remove(0);
    assert!(thread.join().unwrap());
    assert_eq!((report.delivered, report.lost()), (count, 0), "{report}");
}
