//! The conformance runner: cases of the corpus, judged.

pub mod answer;
pub mod case;
pub mod json;
pub mod judge;
pub mod tagged;
pub mod types;
pub mod world;
