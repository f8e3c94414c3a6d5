//! Suspicions and certain faults, as diagnostics.

mod kinds;
mod logic;
mod text;

pub(crate) use kinds::quoted;

use probelang_diagnostic::{Diagnostic, Severity};
use probelang_syntax::tree::{NodeId, Tree};

use crate::Options;
use crate::constant::Constants;
use crate::infer::Inference;
use crate::numbering::Numbering;
use crate::redacted::Redacted;
use crate::rewrite::Rewrite;

/// What the lints read.
pub(crate) struct Lint<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) numbering: &'a Numbering<'a>,
    pub(crate) redacted: &'a Redacted,
    pub(crate) types: &'a Inference,
    pub(crate) constants: &'a Constants,
    pub(crate) rewrite: &'a Rewrite<'a>,
    pub(crate) options: &'a Options,
    /// How many diagnostics get an edit that is as long as the program; later ones would not be tried.
    pub(crate) offered: usize,
    pub(crate) out: Vec<Diagnostic>,
}

impl Lint<'_> {
    /// Runs all lints.
    pub(crate) fn run(&mut self) {
        self.kinds();
        self.logic();
        self.texts();
    }

    /// Whether an edit that is as long as the program is worth making.
    fn offers(&self) -> bool {
        self.out.len() < self.offered
    }

    /// Adds a diagnostic that is placed at `id`.
    fn tell(&mut self, id: NodeId, diagnostic: Diagnostic) {
        let diagnostic = match self.tree.path(id) {
            Some(path) => diagnostic.at_path(path),
            None => diagnostic,
        };
        self.out.push(diagnostic);
    }

    /// Adds one that strict mode makes an error.
    fn tell_certain(&mut self, id: NodeId, mut diagnostic: Diagnostic) {
        if self.options.strict {
            diagnostic.severity = Severity::Error;
        }
        self.tell(id, diagnostic);
    }
}
