//! What the language is: lexer, parser, tree, templates, printer, wire JSON in and out; the dialects and the
//! functions as data that everyone reads.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod dialect;
pub mod function;
pub mod limits;
mod parsed;
pub mod print;
pub mod tree;
pub mod wire;

pub use dialect::{Dialect, Preset};
pub use limits::Limits;
pub use parsed::{Parsed, SourceKind};
pub use tree::{Node, NodeId, Root, Tree};
