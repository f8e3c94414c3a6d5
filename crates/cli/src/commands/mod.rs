//! One file a subcommand.

pub mod completions;
pub mod explain;
pub mod functions;
pub mod man;
