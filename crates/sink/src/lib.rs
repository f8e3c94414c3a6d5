//! Where the events of probes go.
//!
//! Hits give events ([`probelang_probe::event`]). [`Sinks`] hands them to the sinks that a process has: each has a bounded
//! queue and a thread of its own, so that a hit never waits for a receiver, and a receiver that is slow or gone costs
//! events, which are counted, but never memory.
//!
//! ```
//! use std::time::Duration;
//! use probelang_probe::settings::Settings;
//! use probelang_sink::{Sinks, console::Console};
//!
//! let sinks = Sinks::builder(Settings::default()).with(Console::stderr()).start();
//! // `sinks` is the output of `probelang_probe::Probes`
//! for report in sinks.close(Duration::from_secs(2)) {
//!     assert_eq!(report.to_string(), "console stderr: 0 delivered");
//! }
//! ```
//!
//! | module | where events go | feature |
//! |---|---|---|
//! | [`console`] | one readable line per event | |
//! | [`lines`] | a file of JSON lines | |
#![cfg_attr(feature = "otlp", doc = "| [`otlp`] | OpenTelemetry, over HTTP | `otlp` |")]
#![cfg_attr(feature = "agent", doc = "| [`agent`] | the Datadog agent | `agent` |")]
#![cfg_attr(feature = "statsd", doc = "| [`statsd`] | DogStatsD | `statsd` |")]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(feature = "agent")]
pub mod agent;
pub mod console;
#[cfg(feature = "http")]
pub mod http;
pub mod lines;
#[cfg(feature = "otlp")]
pub mod otlp;
mod queue;
mod report;
mod sink;
mod sinks;
#[cfg(feature = "statsd")]
pub mod statsd;
pub mod time;
mod totals;
mod weight;
mod worker;

pub use report::{Loss, SinkReport};
pub use sink::{Batch, Context, Kinds, Metrics, Next, Profile, Shared, Sink};
pub use sinks::{Builder, Sinks};
pub use totals::Total;
pub use weight::of as weight_of;
pub use worker::is_own_thread;

/// Takes a lock. What a thread that panicked left there is as good as before: nothing here is changed in two steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An address that is wrong, as an error shows it: without what may be a password (before the last `@`) or a token (from
/// the first `?` on), and at most 200 characters of the rest.
#[cfg(any(feature = "http", feature = "statsd"))]
pub(crate) fn shown(address: &str) -> String {
    let (mark, rest) = address.rsplit_once('@').map_or(("", address), |(_, rest)| ("…@", rest));
    let (rest, end) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?…"));
    let rest: String = rest.chars().take(200).collect();
    format!("{mark}{rest}{end}")
}
