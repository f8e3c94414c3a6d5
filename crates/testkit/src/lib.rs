//! The test kit, on no user's path: generators of trees, values and hosts, and the reference evaluator.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod cases;
pub mod choices;
pub mod engine;
pub mod generate;
pub mod host;
pub mod schema;
pub mod types;
pub mod value;
pub mod walk;
pub mod word;
