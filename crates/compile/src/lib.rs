//! Lowering: a tree, a dialect and a policy of redaction into a program.
//!
//! Regular expressions are compiled here, once, and a redacted literal name becomes its fault here. Of the dialect
//! the lowering carries out what decides the instructions; the program keeps the whole of it for the run.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod lower;
mod observe;
mod places;
mod pool;

use std::sync::Arc;

pub use probelang_check::Schema;
use probelang_diagnostic::{Diagnostic, Span, limit};
use probelang_dialect::{Dialect, ProgramKind};
use probelang_redact::Policy;
use probelang_syntax::{Limits, Root, Tree};
use probelang_vm::Program;

/// How a tree is compiled.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the program is for. A template is one whatever this says, and nothing else is.
    pub kind: ProgramKind,
    /// Where runtimes part.
    pub dialect: Dialect,
    /// What is redacted. The policy of the process is added when the program is linked.
    pub policy: Arc<Policy>,
    /// Limits on patterns.
    pub limits: Limits,
    /// Refuse what would only warn: operands that can never be of the right kind.
    pub strict: bool,
    /// What is known of the scope. It is taken at its word for what is certain to fault; no answer of a program
    /// ever rests on it, so that one that lies changes none.
    pub schema: Option<Arc<Schema>>,
}

impl Options {
    /// The portable dialect, the built-in redaction, the usual limits.
    #[must_use]
    pub fn new(kind: ProgramKind) -> Self {
        Self {
            kind,
            dialect: Dialect::default(),
            policy: Policy::shared(),
            limits: Limits::default(),
            strict: false,
            schema: None,
        }
    }
}

/// A program, and what deserves a look.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The program.
    pub program: Arc<Program>,
    /// Warnings, in the order of their places.
    pub warnings: Vec<Diagnostic>,
}

/// What is certain to fault before anything runs, of a program that reads redacted names or does not.
fn certain(tree: &Tree, redacts: bool, options: &Options) -> Vec<Diagnostic> {
    let kind = match (tree.root(), options.kind) {
        (Root::Template(_), _) => ProgramKind::Template,
        (Root::Expression(_), ProgramKind::Template) => ProgramKind::Value,
        (Root::Expression(_), kind) => kind,
    };
    if !redacts && options.schema.is_none() && probelang_check::trivial(tree, kind) {
        return Vec::new();
    }
    probelang_check::certain(
        tree,
        options.schema.as_deref(),
        &probelang_check::Options {
            dialect: options.dialect,
            policy: Arc::clone(&options.policy),
            limits: options.limits,
            strict: options.strict,
            ..probelang_check::Options::of(kind)
        },
    )
}

/// Deeper trees are refused, whatever limits they were read with: running them takes stack for each level.
const DEPTH: u16 = 256;

/// Compiles a tree. Linear in its size, patterns apart.
///
/// # Errors
/// Every diagnostic, warnings too, if one of them refuses the program.
pub fn compile(tree: &Tree, options: &Options) -> Result<Compiled, Vec<Diagnostic>> {
    build(tree, options, false)
}

/// Compiles a tree to a program that can be [traced](probelang_vm::Linked::trace): it answers as the one of
/// [`compile`] does, and tells an observer what every node gives. Larger and slower, for people that ask why.
///
/// # Errors
/// As [`compile`].
pub fn compile_traced(tree: &Tree, options: &Options) -> Result<Compiled, Vec<Diagnostic>> {
    build(tree, options, true)
}

fn build(tree: &Tree, options: &Options, traced: bool) -> Result<Compiled, Vec<Diagnostic>> {
    if let Some(id) = tree.ids().find(|&id| tree.depth(id) > DEPTH) {
        let message = format!("nested too deeply: more than {DEPTH} levels");
        return Err(vec![Diagnostic::new(limit::NESTED_TOO_DEEPLY, tree.span(id), message)]);
    }
    if tree.len() > usize::from(u16::MAX) / 4 {
        let message = format!("too many operations: {}", tree.len());
        return Err(vec![Diagnostic::new(limit::TOO_MANY_NODES, Span::default(), message)]);
    }
    let (tables, mut diagnostics) = lower::lower(tree, options, traced);
    let redacts = tables.places.items().iter().any(|place| place.hidden);
    diagnostics.extend(certain(tree, redacts, options));
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    match Program::shared(tables) {
        Ok(program) => Ok(Compiled { program, warnings: diagnostics }),
        Err(invalid) => {
            let message = format!("the compiler made a program that does not hold together: {invalid}");
            diagnostics.push(Diagnostic::new(
                probelang_diagnostic::fault::INTERNAL,
                Span::default(),
                message,
            ));
            Err(diagnostics)
        }
    }
}
