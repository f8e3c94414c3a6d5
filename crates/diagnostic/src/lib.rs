//! Spans, stable codes, diagnostics and edits as plain data.
//!
//! A leaf crate: it knows nothing of the language. Compile diagnostics and run-time faults share one
//! registry of [codes](code); how a name or a string is spelled in a message is decided in [`spell`].

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod code;
mod codes;
mod diagnostic;
pub mod human;
mod json_path;
mod lines;
pub mod order;
pub mod pages;
mod source_text;
mod span;
pub mod spell;

pub use code::{Class, Code, CodeInfo, Severity};
pub use codes::{fault, input, lex, limit, lint, parse, portability, probe, program, schema, template, wire};
pub use diagnostic::{Applicability, Change, Diagnostic, Edit, Label};
pub use json_path::json_path;
pub use lines::{LineColumn, LineIndex};
pub use source_text::SourceText;
pub use span::Span;
