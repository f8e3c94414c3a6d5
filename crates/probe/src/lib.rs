//! Probes as a pure engine: configuration in, events out.
//!
//! A runtime adapter says what happened and when; this crate decides what becomes of it. It does no I/O, starts no
//! thread and reads no clock: the time of a hit, ids and CPU time are handed in, so a recorded run can be replayed
//! exactly.
//!
//! [`Probes`] is the set of the probes of a process; the example there shows the whole way from a configuration to an
//! event.
//!
//! | module | what it decides |
//! |---|---|
//! | [`config`] | what a configuration means, and what is wrong with it |
//! | [`settings`] | what the embedding program allows |
//! | [`runtime`] | what an adapter hands in |
//! | [`event`] | what comes out |
//! | [`replay`] | what would have come of hits that were recorded |
//! | [`place`] | whether a probe belongs to a place of the program |
//! | [`limit`] | how often it may fire, and what it may cost |
//! | [`life`] | when it ends, and which of its hits count |
//! | [`status`] | what is reported about it |
//! | [`count`] | why it is silent |

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[cfg(not(loom))]
pub mod config;
pub mod count;
#[cfg(not(loom))]
pub mod draft;
#[cfg(not(loom))]
pub mod event;
#[cfg(not(loom))]
mod hit;
pub mod life;
pub mod limit;
#[cfg(not(loom))]
mod misses;
#[cfg(not(loom))]
mod near;
#[cfg(not(loom))]
mod notices;
pub mod place;
#[cfg(not(loom))]
pub mod probe;
#[cfg(not(loom))]
pub mod replay;
#[cfg(not(loom))]
mod report;
#[cfg(not(loom))]
pub mod runtime;
#[cfg(not(loom))]
mod set;
#[cfg(not(loom))]
pub mod settings;
#[cfg(not(loom))]
mod site;
#[cfg(not(loom))]
mod slots;
#[cfg_attr(loom, allow(dead_code))]
mod sorted;
#[cfg(not(loom))]
mod state;
pub mod status;
mod sync;
mod time;

#[cfg(not(loom))]
pub use near::Found;
#[cfg(not(loom))]
pub use report::ProbeReport;
#[cfg(not(loom))]
pub use set::{AddError, ArmError, Change, Outlet, Probes, Switches, Terms, TermsError};
#[cfg(not(loom))]
pub use site::{Moments, Pending, Site};
pub use time::{Timestamp, TimestampError};
