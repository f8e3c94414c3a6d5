//! Places that many threads meet at once, while the first of them makes them known.

#![cfg(test)]

mod common;

use std::sync::Barrier;
use std::thread;

use common::{Program, file, log};
use probelang_tracing::probe_point;
use serde_json::json;
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

const THREADS: usize = 8;

/// Wants everything, and does nothing.
struct Empty;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Empty {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {}
}

/// An array of functions, each with a place of its own, which does not run before it is called.
macro_rules! places {
    ($place:expr) => {
        places!(@ $place; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    };
    (@ $place:expr; $($number:literal)*) => {
        [$({
            const _: u8 = $number;
            (|| $place) as fn()
        }),*]
    };
}

/// Runs each place in all threads at the same moment, and gives how many hits there should be.
fn meet(dispatch: &Dispatch, places: &[fn()]) -> usize {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                tracing::dispatcher::with_default(dispatch, || {
                    for place in places {
                        barrier.wait();
                        place();
                    }
                });
            });
        }
    });
    places.len() * THREADS
}

/// Meets places with a probe, also next to a layer that wants all events, and looks whether each hit has come.
fn all_are_hit(name: &str, [alone, beside]: [&[fn()]; 2]) {
    let place = json!({"typeName": "meeting", "methodName": name});
    let mut probe = log("p", place, "x");
    probe["sampling"] = json!({"snapshotsPerSecond": 1e9});
    let program = Program::start(name, &file(&[probe]));
    let probing = &program.probing;
    let mut hits = meet(&Dispatch::new(tracing_subscriber::registry().with(probing.layer())), alone);
    hits += meet(&Dispatch::new(tracing_subscriber::registry().with(Empty).with(probing.layer())), beside);
    let (status, verdict) = program.status("p");
    assert_eq!(verdict, format!("hit {hits} times, and gave an event each time"), "{status}");
    assert_eq!(program.end().messages("p").len(), hits);
}

#[test]
fn no_hit_of_an_event_is_lost_while_it_becomes_known() {
    all_are_hit(
        "new_event",
        [&places!(tracing::info!(name: "new_event", "x")), &places!(tracing::info!(name: "new_event", "x"))],
    );
}

#[test]
fn no_hit_of_a_span_is_lost_while_it_becomes_known() {
    all_are_hit(
        "new_span",
        [
            &places!(drop(tracing::info_span!("new_span").entered())),
            &places!(drop(tracing::info_span!("new_span").entered())),
        ],
    );
}

#[test]
fn no_hit_of_a_point_is_lost_while_it_becomes_known() {
    all_are_hit("new_point", [&places!(probe_point!("new_point")), &places!(probe_point!("new_point"))]);
}
