//! What is wrong with a program, gathered up to the limit on reported errors.

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Diagnostic, Span};

use crate::tree::NodeId;
use crate::{Limits, Tree};

/// Where a warning is in the canonical text, which is known last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// A node.
    Node(NodeId),
    /// The word or sign that makes a node.
    Focus(NodeId),
    /// The warning's own place, counted from where this expression starts.
    From(NodeId),
}

#[derive(Debug)]
pub(super) struct Problems {
    /// With the place in the JSON text, in whose order they are reported.
    found: Vec<(u32, Diagnostic, Option<Place>)>,
    errors: usize,
    warnings: usize,
    most: usize,
}

impl Problems {
    /// Takes as many errors and as many warnings as `limits` allow; `first` are those of the JSON text.
    pub(super) fn new(limits: &Limits, first: Vec<Diagnostic>) -> Self {
        let most = usize::from(limits.errors).max(1);
        let mut problems = Self { found: Vec::new(), errors: 0, warnings: 0, most };
        for problem in first {
            let at = problem.labels.first().map_or(0, |label| label.span.start);
            problems.error(at, problem);
        }
        problems
    }

    /// Takes an error found at byte `at` of the JSON text.
    pub(super) fn error(&mut self, at: u32, error: Diagnostic) {
        if self.errors < self.most {
            self.found.push((at, error, None));
        }
        self.errors = self.errors.saturating_add(1);
    }

    /// Takes a warning about a node.
    pub(super) fn warn(&mut self, at: u32, warning: Diagnostic, place: Place) {
        if self.takes_warnings() {
            self.warnings = self.warnings.saturating_add(1);
            self.found.push((at, warning, Some(place)));
        }
    }

    /// A limit was reached: nothing else is reported, as nothing else was read.
    pub(super) fn only(&mut self, limit: Diagnostic) {
        self.found = vec![(0, limit, None)];
        self.errors = 1;
    }

    /// Whether a further warning would be reported.
    pub(super) const fn takes_warnings(&self) -> bool {
        self.warnings < self.most
    }

    pub(super) const fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether there are more errors than are reported.
    pub(super) const fn full(&self) -> bool {
        self.errors > self.most
    }

    /// All of them in the order of the JSON text; warnings with their place in `tree`.
    pub(super) fn finish(mut self, tree: Option<&Tree>) -> Vec<Diagnostic> {
        sort_by_number(&mut self.found, |(at, ..)| (*at).into());
        let full = self.full();
        if let Some((_, last, _)) = self.found.iter_mut().rfind(|(_, found, _)| full && found.is_error()) {
            last.notes.push(format!("only the first {} errors are shown", self.most));
        }
        self.found
            .into_iter()
            .map(|(_, mut diagnostic, place)| {
                match (tree, place) {
                    (Some(tree), Some(Place::Node(id))) => diagnostic.span = tree.span(id),
                    (Some(tree), Some(Place::Focus(id))) => diagnostic.span = tree.focus(id),
                    (Some(tree), Some(Place::From(id))) => shift(&mut diagnostic, tree.span(id).start),
                    (None, Some(_)) => {
                        diagnostic.span = Span::default();
                        diagnostic.labels.clear();
                        diagnostic.edits.clear();
                        return diagnostic;
                    }
                    (_, None) => return diagnostic,
                }
                if !matches!(place, Some(Place::From(_))) {
                    for change in diagnostic.edits.iter_mut().flat_map(|edit| &mut edit.changes) {
                        change.span = diagnostic.span;
                    }
                }
                diagnostic
            })
            .collect()
    }
}

fn shift(diagnostic: &mut Diagnostic, by: u32) {
    diagnostic.span = diagnostic.span.offset(by);
    for label in &mut diagnostic.labels {
        label.span = label.span.offset(by);
    }
    for change in diagnostic.edits.iter_mut().flat_map(|edit| &mut edit.changes) {
        change.span = change.span.offset(by);
    }
}
