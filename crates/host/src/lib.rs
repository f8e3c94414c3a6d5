//! What the engine asks of a runtime: kinds, values, reads, iteration, and the budget they are charged to.
//!
//! A [`Host`] lends values; nothing is copied, nothing of the program that it looks at ever runs. Names
//! cross as [`Symbol`]s that a [`Resolve`] hands out once, when a program is linked. A value is small and
//! `Copy`, borrows from the host, and is **written in place** by the host (`out: &mut Value`): copying an
//! enum that was just written is what costs.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod answer;
mod budget;
mod digits;
mod names;
pub mod number;
mod projection;
mod reads;
mod scratch;
mod value;

pub use answer::{Batch, Cursor, Instance, More, Nature, Natures, Origin, Sameness, Search, Size};
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use budget::SystemClock;
pub use budget::{Allowance, Budget, Clock, Exhausted, RunLimits};
pub use digits::Digits;
pub use names::{Names, Resolve, Symbol, Use};
pub use number::Number;
pub use projection::{Part, PartId, Projection, Projector};
pub use reads::{Host, is_plain_object};
pub use scratch::Scratch;
pub use value::{Handle, Hidden, Kind, Local, Role, TRUNCATED, Value, names_constant, same_type};
