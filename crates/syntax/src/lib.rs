//! What the language is: lexer, parser, tree, templates, printer, wire JSON in and out; the functions as data
//! that everyone reads.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod function;
mod lex;
pub mod limits;
mod nearest;
mod operation;
mod parse;
mod parsed;
pub mod print;
mod suggest;
pub mod tree;
pub mod wire;

pub use lex::{Lexeme, TokenClass, lex};
pub use limits::Limits;
pub use nearest::nearest;
pub use parse::parse;
pub use parsed::Parsed;
pub use probelang_dialect::SourceKind;
pub use tree::{Node, NodeId, Root, Tree};
