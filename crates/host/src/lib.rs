//! What the engine asks of a runtime: kinds, values, reads, iteration, and the budget they are charged to.
//!
//! A [`Host`] lends values; nothing is copied, nothing of the program that it looks at ever runs. Names
//! cross as [`Symbol`]s that a [`Resolve`] hands out once, when a program is linked. A value is small and
//! `Copy`, borrows from the host, and is **written in place** by the host (`out: &mut Value`): copying an
//! enum that was just written is what costs.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod budget;
mod names;
pub mod number;
mod reads;
mod value;

pub use budget::{Budget, Clock, Exhausted, RunLimits, SystemClock};
pub use names::{Names, Resolve, Symbol};
pub use number::Number;
pub use reads::{Batch, Cursor, Host, Instance, More, Origin, Sameness, Size};
pub use value::{Handle, Hidden, Kind, Local, Role, Value, names_constant};
