//! Lowering: a judged program into instructions.
//!
//! Everything that a program can be blamed for was reported by [`judge`](probelang_check::judge) before. Of the dialect
//! the lowering carries out what decides the instructions; the program keeps the whole of it for the run.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod lower;
mod observe;
mod places;
mod pool;

use std::sync::Arc;

use probelang_check::Accepted;
use probelang_diagnostic::{Diagnostic, Span, fault};
use probelang_vm::Program;

/// Compiles a program. Linear in its size.
///
/// ```
/// use probelang_check::{Options, judge};
/// use probelang_compile::compile;
/// use probelang_dialect::ProgramKind;
/// use probelang_syntax::{Limits, SourceKind, parse};
/// let tree = parse("len(items) > 2", SourceKind::Expression, &Limits::default()).tree.unwrap();
/// let judged = judge(tree, Options::of(ProgramKind::Condition));
/// let program = compile(&judged.accepted.unwrap()).unwrap();
/// assert_eq!(program.source(), "len(items) > 2");
/// ```
///
/// # Errors
/// [`fault::INTERNAL`]: the tables do not verify, which is a defect of this crate and never of the program.
pub fn compile(accepted: &Accepted) -> Result<Arc<Program>, Box<Diagnostic>> {
    build(accepted, false)
}

/// Compiles a program so that it can be [traced](probelang_vm::Linked::trace): it answers as the one of
/// [`compile`] does, and reports to an observer what every node gives. Larger and slower, for people that ask why.
///
/// # Errors
/// As [`compile`].
pub fn compile_traced(accepted: &Accepted) -> Result<Arc<Program>, Box<Diagnostic>> {
    build(accepted, true)
}

fn build(accepted: &Accepted, traced: bool) -> Result<Arc<Program>, Box<Diagnostic>> {
    Program::shared(lower::lower(accepted, traced)).map_err(|invalid| {
        let message = format!("the compiler made a program that does not hold together: {invalid}");
        Diagnostic::new(fault::INTERNAL, Span::default(), message).into()
    })
}
