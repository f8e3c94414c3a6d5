//! One file a subcommand.

pub mod asm;
pub mod ast;
pub mod audit;
pub mod capture;
pub mod check;
pub mod compile;
pub mod completions;
pub mod convert;
pub mod diff;
pub mod disasm;
pub mod eval;
pub mod examples;
pub mod explain;
pub mod filter;
pub mod fmt;
pub mod functions;
#[cfg(unix)]
pub mod live;
pub mod lsp;
pub mod man;
pub mod mcp;
pub mod metric;
pub mod probe;
pub mod redaction;
pub mod render;
pub mod repl;
pub mod run;
pub mod schema;
pub mod test;
pub mod trace;
pub mod verify;
