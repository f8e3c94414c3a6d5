//! What reading a source gives, from text and from wire JSON alike.

use probelang_diagnostic::Diagnostic;

use crate::Tree;

/// The outcome of reading a source.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree: there exactly when no diagnostic is an error.
    pub tree: Option<Tree>,
    /// Errors and warnings, in the order of their spans.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the source is refused only because it ends too early: another line could make it right. A
    /// prompt asks for one then, and an editor keeps quiet while its user types. A string that is not closed
    /// ends with its line, so no further line helps it.
    pub incomplete: bool,
}

impl Parsed {
    /// Whether the source was read without an error; there may be warnings besides it.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.tree.is_some()
    }
}
