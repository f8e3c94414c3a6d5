//! The program and what runs it: instructions, linking, interpreter, faults. No front end.
//!
//! A [`Program`] is immutable and bound to no host; [`Program::link`] binds it to a family of hosts (their
//! symbols) and to a policy of redaction. A [`Linked`] program is shared by threads and run any number of
//! times, each time over one host and within one budget.
//!
//! Running allocates nothing but output: values are small, borrowed, and written in place by the host. A
//! fault travels out of band and finds its text when somebody asks for it.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod fault;
mod link;
mod program;
mod run;
mod trace;

pub use fault::{RawFault, Reason};
pub use link::{Linked, Variable};
pub use program::artifact::{ARTIFACT_BYTES, ARTIFACT_VERSION, ArtifactError};
pub use program::disassemble::CodeLine;
pub use program::ids::{CacheId, ConstId, Id, LoopId, PatternId, PlaceId, SlotId, SymbolId, Table};
pub use program::instr::{Arg, Branch, Event, Instr, Operand, Target};
pub use program::tables::{Catch, Const, LoopDef, Part, Place, Step};
pub use program::verify::Invalid;
pub use program::{Debug, Origins, Pattern, Program, Tables, Traced, TracedLoop};
pub use run::Verdict;
pub use run::render::{EvaluationError, Rendered};
pub use trace::{Element, Ended, HiddenPart, LoopSeen, NodeSeen, Observed, Shown, TraceLimits, Wanted};
