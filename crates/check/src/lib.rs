//! Whoever writes a probe sees before it ships that it is right, what it costs and where it behaves
//! differently: types, schemas, cost, lints, portability, completion, hover, repairs, explanations.
//!
//! Everything here is pure: no input or output, no clock, no run of a program.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod accepts;
mod complete;
mod constant;
mod cost;
mod cursor;
mod edits;
mod infer;
mod kinds;
mod lint;
mod options;
mod pattern;
mod plain;
mod portability;
pub mod program;
pub mod regex;
mod report;
mod rewrite;
mod same;
pub mod schema;
mod suggest;
pub mod types;

pub use complete::{Candidate, CandidateKind, Hover, complete, hover};
pub use cost::{Cost, CostLoop};
pub use edits::{Applied, Fixed, fix};
pub use kinds::Kinds;
pub use options::{Form, Options, Purpose, Sizes};
pub use plain::plain;
pub use report::{Analysis, Checked, Reads, Report, Types, certain, check, check_tree};
pub use schema::Schema;
pub use types::Type;
