//! Probes in running Rust programs, at the spans and events of `tracing` and at places of your own.
//!
//! A **probe** is a log line, a metric, a span or a span tag that is added to a running program, by a file that the program
//! watches. This crate is the adapter for Rust: a layer of `tracing` that shows spans and events to probes,
//! [`probe_point!`] for places with richer values, and [`init`] to start both.
//!
//! ```
//! use tracing_subscriber::prelude::*;
//!
//! let probing = probelang_tracing::init().probes("probes.json").sink("console").start();
//! tracing_subscriber::registry().with(probing.layer()).init();
//!
//! tracing::info!(total = 120, user = "eve", "paid");
//! probing.stop();
//! ```
//!
//! Then a file such as this one takes effect while the program runs, and each time that it changes:
//!
//! ```json
//! {"probes": [{
//!   "id": "big-orders", "type": "LOG_PROBE",
//!   "where": {"sourceFile": "src/main.rs", "lines": ["6"]},
//!   "when": {"dsl": "total > 100"},
//!   "template": "{user} pays {total}"
//! }]}
//! ```
//!
//! # Places
//!
//! | `where` | what it names |
//! |---|---|
//! | `typeName`, `methodName` | the target (the path of the module) and the name of a span, of a [`probe_point!`], or of an event with a `name:` |
//! | `sourceFile`, `lines` | the line of a macro: `span!`, `info!`, `#[instrument]`, `probe_point!` |
//!
//! A place is known once its code has run. Until then a probe is RECEIVED; [`Probing::places`] lists what was met.
//!
//! # What is seen
//!
//! The fields of a span or event are variables: Booleans, numbers and strings as they are, everything else as the text
//! that `Debug` or `Display` writes. A field `http.method` is the member `method` of `http`. `#[instrument(ret, err)]` gives
//! `@return` and `@exception`, as text. A span has `@duration`, from the first time that it was entered to its end, so that the
//! pauses of an `async` function count.
//!
//! A layer does not see locals that are not fields, other lines, results without `ret` and `err`, spans that began before
//! the probe came, or what `release_max_level_*` has removed. The status of such a probe says so.
//!
//! An event, and a point, has one moment: `evaluateAt` is not used there, and a span probe is an error.
//!
//! # Cost
//!
//! Where no probe is, `tracing` is told that the place is of no interest, and a [`probe_point!`] is one load.
//! Only the fields that probes read are looked at.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `agent`, `otlp`, `statsd` | yes | the sinks of the same names |
//! | `opentelemetry` | yes | span tags are set on the active or the root span of OpenTelemetry, and events have its ids. For version 0.33 of its API |
//! | `tls` | no | https for the sinks |
//!
//! For Unix systems. `docs/rust.md` in the repository is the guide.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod adapter;
mod context;
mod fields;
mod find;
pub mod inspect;
mod judge;
mod layer;
mod marks;
mod near;
mod place;
mod point;
mod process;
mod setup;
mod shape;

/// The settings, the sinks and the status socket, for programs that need more than [`init`].
pub use probelang_control as control;

pub use inspect::Inspect;
pub use place::{MetPlace, PlaceKind};
/// What of texts is hidden because of what they say, for [`Setup::redaction`].
pub use probelang::redact::Mode;
/// What may be asked over the status socket, for [`Setup::access`].
pub use probelang_control::Access;
pub use probelang_derive::Inspect;
pub use setup::{Probing, Setup, init};

/// What macros write.
#[doc(hidden)]
pub mod __private {
    pub use crate::point::Point;
}
