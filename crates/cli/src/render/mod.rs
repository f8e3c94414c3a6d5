//! Data becomes text here, at the edge.

pub mod capture;
pub mod style;
pub mod table;
pub mod targets;
pub mod trace;

/// Columns between two columns.
const GAP: usize = 2;
