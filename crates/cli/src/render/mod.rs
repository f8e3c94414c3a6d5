//! Data becomes text here, at the edge.

pub mod json;
pub mod style;
pub mod trace;
