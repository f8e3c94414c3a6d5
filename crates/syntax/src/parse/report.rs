//! Collects diagnostics within the limit on them.

use std::collections::HashSet;

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Applicability, Code, Diagnostic, Severity, Span};

use super::balance::tears;
use crate::Limits;

/// The diagnostics of one source.
#[derive(Debug)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    /// A construct is reported once, however often it is read again.
    seen: HashSet<(Code, u32)>,
    errors: usize,
    warnings: usize,
    limit: usize,
}

impl Report {
    /// An empty report.
    pub fn new(limits: &Limits) -> Self {
        Self {
            diagnostics: Vec::new(),
            seen: HashSet::new(),
            errors: 0,
            warnings: 0,
            limit: usize::from(limits.errors).max(1),
        }
    }

    /// Adds a diagnostic, unless it is known or there are enough, without edits that would move what is torn.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.edits.retain(|edit| !tears(edit));
        let count = if diagnostic.is_error() { &mut self.errors } else { &mut self.warnings };
        if *count <= self.limit && self.seen.insert((diagnostic.code, diagnostic.span.start)) {
            *count = count.saturating_add(1);
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether no more errors are taken, so that none need be worded. One more than is reported shows that
    /// there are more.
    pub const fn is_full(&self) -> bool {
        self.errors > self.limit
    }

    /// Whether an error is reported that touches `span`.
    pub fn speaks_of(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|d| d.is_error() && d.span.start < span.end && span.start < d.span.end)
    }

    /// Whether an error is reported that touches `span` and has no safe fix.
    pub fn explains(&self, span: Span) -> bool {
        let sure = |d: &Diagnostic| d.edits.iter().any(|edit| edit.applicability == Applicability::Safe);
        self.diagnostics
            .iter()
            .any(|d| d.is_error() && d.span.start < span.end && span.start < d.span.end && !sure(d))
    }

    /// Drops what lies within `span`: it was read on a wrong assumption.
    pub fn forget(&mut self, span: Span) {
        self.diagnostics.retain(|d| !span.contains(d.span));
        self.seen = self.diagnostics.iter().map(|d| (d.code, d.span.start)).collect();
        self.errors = self.diagnostics.iter().filter(|d| d.is_error()).count();
        self.warnings = self.diagnostics.len().saturating_sub(self.errors);
    }

    /// The errors so far.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|d| d.is_error())
    }

    /// Everything in the order of the spans.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        sort_by_number(&mut self.diagnostics, |d| d.span.rank() << 16 | u128::from(d.code.number()));
        for kind in [Severity::Error, Severity::Warning] {
            let mut kept = 0usize;
            self.diagnostics.retain(|d| {
                kept = kept.saturating_add(usize::from(d.severity == kind));
                d.severity != kind || kept <= self.limit
            });
            if kept > self.limit
                && kind == Severity::Error
                && let Some(last) = self.diagnostics.iter_mut().rfind(|d| d.is_error())
            {
                last.notes.push(format!("only the first {} errors are shown", self.limit));
            }
        }
        self.diagnostics
    }
}
