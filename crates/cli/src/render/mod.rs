//! Data becomes text here, at the edge.

pub mod style;
pub mod trace;
