//! Checks a probe before it ships: whether it is right, what it costs and where it behaves
//! differently: types, schemas, cost, lints, portability, completion, hover, repairs, explanations.
//!
//! Everything here is pure: no input or output, no clock, no run of a program.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod accepts;
mod analyse;
mod complete;
mod constant;
mod cost;
mod cursor;
mod fix;
mod infer;
pub mod json;
mod judge;
mod kinds;
mod lint;
mod numbering;
mod options;
mod pattern;
mod portability;
mod program;
mod projection;
mod prove;
mod redacted;
pub mod regex;
mod rewrite;
pub mod schema;
mod suggest;
mod trivial;
pub mod types;

pub use analyse::{Analysis, Reads, Report, Types};
pub use complete::{Candidate, CandidateKind, Hover, Signature, complete, hover, signature};
pub use cost::{Assumed, Cost, CostLoop};
pub use fix::{Applied, Fixed, fix};
pub use judge::{Accepted, Checked, Judged, check, check_tree, judge};
pub use kinds::Kinds;
pub use options::{Form, Options, Sizes};
pub use projection::projection;
pub use schema::Schema;
pub use types::Type;
