//! What the front end and the run time must both mean: the kinds of programs, the operators, the choices of a
//! dialect, and the limits of patterns.
//!
//! A leaf crate: it knows neither text nor values. A [`Dialect`] is a struct with one choice per [`Row`] of the
//! dialect table; the first choice of each row is the portable one, and a [`Preset`] names the choices of a
//! runtime. The front end reads the whole table (titles, evidence, presets). The run time reads only the choices,
//! so a tracer that links no front end does not carry the texts. Both compile patterns here ([`Regex`]), in the same way.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod captured;
mod choice;
mod difference;
mod kind;
mod operator;
mod pattern;
mod plain;
mod rows;
mod table;

pub use choice::Truth;
pub use difference::deciding_rows;
pub use kind::{ProgramKind, SourceKind};
pub use operator::{CompareOp, LoopOp, Quantifier, TextOp, TruthOp, ValueOp};
pub use pattern::{PatternFlags, PatternLimits, Regex, RegexError};
pub use plain::{PlainKind, PlainType, is_plain_type, portable_type};
pub use rows::*;
pub use table::{Evidence, Known, LiveRun, Preset, PresetChoice, Section};
