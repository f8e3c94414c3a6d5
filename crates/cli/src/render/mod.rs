//! Data becomes text here, at the edge.

pub mod capture;
pub mod style;
pub mod trace;
