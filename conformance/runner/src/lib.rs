//! The conformance runner: cases of the corpus, run on an engine and judged.

#![allow(clippy::indexing_slicing, clippy::expect_used)]

pub mod answer;
pub mod case;
pub mod engine;
pub mod engines;
pub mod export;
pub mod forms;
pub mod json;
pub mod judge;
pub mod ledger;
pub mod live;
pub mod portable;
pub mod report;
pub mod run;
pub mod tagged;
pub mod types;
pub mod world;
