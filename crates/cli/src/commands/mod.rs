//! One file a subcommand.

pub mod ast;
pub mod completions;
pub mod convert;
pub mod explain;
pub mod fmt;
pub mod functions;
pub mod man;
