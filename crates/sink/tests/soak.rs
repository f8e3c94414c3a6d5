//! Many events from many threads, for receivers that fail in every way in turn: the counters add up and memory is bounded.
//!
//! `crates/sink/soak` runs it with a million events.

#![cfg(test)]

mod events;
mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use events::{events, settings};
use probelang_probe::event::{Event, Output as _};
use probelang_sink::agent::{Agent, AgentOptions};
use probelang_sink::console::Console;
use probelang_sink::lines::Lines;
use probelang_sink::otlp::{Otlp, OtlpOptions};
use probelang_sink::statsd::{Statsd, StatsdOptions};
use probelang_sink::{Kinds, Sinks};
use support::{Reply, Server, ok};

const THREADS: u64 = 4;

/// Bytes of memory of the process.
fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| pages * 4_096)
}

/// A receiver that fails at every second request, each time in another way.
fn unsteady() -> Server {
    let asked = AtomicU64::new(0);
    Server::forgetful(move |_| match asked.fetch_add(1, Ordering::SeqCst) % 16 {
        1 => Reply::Status(500, Vec::new()),
        3 => Reply::Reset,
        5 => Reply::With(503, "Retry-After", "0".to_owned()),
        7 => Reply::Garbage,
        9 => Reply::Status(413, Vec::new()),
        11 => Reply::Never,
        13 => Reply::Status(200, b"\xff\xff".to_vec()),
        15 => Reply::Status(429, Vec::new()),
        _ => ok(),
    })
}

#[test]
fn counters_add_up_and_memory_is_bounded_whatever_receivers_do() {
    let wanted: u64 =
        std::env::var("PROBELANG_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let (one, two) = (unsteady(), unsteady());
    let mut otlp = OtlpOptions::new(&one.url()).unwrap();
    let mut agent = AgentOptions::new(&two.url()).unwrap();
    (otlp.timeout, agent.timeout) = (Duration::from_millis(200), Duration::from_millis(200));
    (otlp.interval, agent.interval) = (Duration::from_millis(20), Duration::from_millis(20));
    let unread = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let statsd = StatsdOptions::new(&unread.local_addr().unwrap().to_string()).unwrap();
    let full = if cfg!(target_os = "linux") { "/dev/full" } else { "/dev/null" };
    let sinks = Sinks::builder(settings())
        .with(Otlp::new(otlp))
        .with(Agent::new(agent))
        .with(Statsd::new(statsd))
        .with(Lines::open(full).unwrap())
        .with(Console::to(std::io::sink(), "nowhere"))
        .start();
    let emitted = [Kinds::RECORDS, Kinds::METRICS, Kinds::SPANS, Kinds::TAGS, Kinds::STATUSES]
        .map(|kind| (kind, AtomicU64::new(0)));
    let all = AtomicU64::new(0);
    let highest = AtomicU64::new(0);
    let before = memory();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while all.load(Ordering::Relaxed) < wanted {
                    for event in events(50) {
                        let kind = Kinds::of(&event);
                        emitted.iter().filter(|(one, _)| *one == kind).for_each(|(_, count)| {
                            count.fetch_add(1, Ordering::Relaxed);
                        });
                        all.fetch_add(1, Ordering::Relaxed);
                        sinks.emit(event);
                    }
                    highest.fetch_max(memory().unwrap_or(0), Ordering::Relaxed);
                }
            });
        }
    });
    let reports = sinks.close(Sinks::EXIT);
    for report in &reports {
        println!("{report}");
        let takes = |kind: Kinds| match report.name.as_str() {
            "agent" => kind.has(Kinds::RECORDS.and(Kinds::STATUSES)),
            "statsd" => kind.has(Kinds::METRICS),
            _ => true,
        };
        let expected: u64 = emitted
            .iter()
            .filter(|(kind, _)| takes(*kind))
            .map(|(_, count)| count.load(Ordering::Relaxed))
            .sum();
        assert_eq!((report.delivered + report.lost(), report.waiting), (expected, 0), "{report}");
    }
    assert!(reports.iter().filter(|report| report.name != "jsonl").all(|report| report.delivered > 0));
    if let Some(before) = before {
        let grown = highest.load(Ordering::Relaxed).saturating_sub(before);
        println!("{} events; the process has grown by {} MiB", all.load(Ordering::Relaxed), grown >> 20);
        // five queues, what their threads encode, and what the allocator keeps
        assert!(grown < 200 << 20, "{grown}");
    }
}

#[test]
fn the_soak_has_events_of_all_kinds() {
    let all = events(2);
    for kind in ["log", "snapshot", "error", "metric", "span", "tags", "status"] {
        assert!(all.iter().any(|event: &Event| event.kind() == kind), "{kind}");
    }
}
