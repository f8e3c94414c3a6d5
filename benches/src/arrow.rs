//! The host over columns of Arrow, as the Python package has it.

#![allow(dead_code, missing_docs, unreachable_pub)]

#[path = "../../bindings/python/src/arrow/columns.rs"]
pub mod columns;
#[path = "../../bindings/python/src/arrow/texts.rs"]
mod texts;
