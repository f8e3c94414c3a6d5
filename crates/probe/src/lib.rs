//! Probes as a pure engine: configuration in, events out.
//!
//! A runtime adapter says what happened and when; this crate decides what becomes of it. It does no I/O, starts no
//! thread and reads no clock: the time of a hit, ids and CPU time are handed in, so a recorded run can be replayed
//! exactly.
//!
//! | module | what it decides |
//! |---|---|
//! | [`config`] | what a configuration means, and what is wrong with it |
//! | [`place`] | whether a probe belongs to a place of the program |
//! | [`limit`] | how often it may fire, and what it may cost |
//! | [`life`] | when it ends, and which of its hits count |
//! | [`status`] | what is reported about it |
//! | [`count`] | why it is silent |

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[cfg(not(loom))]
pub mod config;
pub mod count;
pub mod life;
pub mod limit;
pub mod place;
#[cfg(not(loom))]
pub mod probe;
pub mod status;
mod sync;
mod time;

pub use time::{Timestamp, TimestampError};
