//! Where a program comes from.

use std::fmt;

use probelang_diagnostic::Diagnostic;

/// The source of a program: text, or the JSON of a probe configuration.
///
/// A `&str` is text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source<'s> {
    /// An expression as text; for a template, text with `{expression}` parts.
    Text(&'s str),
    /// An expression as wire JSON (`{"gt": [{"ref": "x"}, 1]}`), an object with `dsl`, `json` or both as probe
    /// configurations carry it, or the segments of a template.
    Json(&'s str),
}

impl<'s> Source<'s> {
    /// The text or the JSON.
    #[must_use]
    pub const fn as_str(self) -> &'s str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

impl<'s> From<&'s str> for Source<'s> {
    fn from(text: &'s str) -> Self {
        Self::Text(text)
    }
}

impl<'s> From<&'s String> for Source<'s> {
    fn from(text: &'s String) -> Self {
        Self::Text(text)
    }
}

/// A source that does not compile, with every diagnostic. `Display` gives the first error and counts the rest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompileError {
    /// Errors and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The text that the spans count in: the source; for JSON that was read, its canonical text; for JSON that
    /// was not, the JSON, and diagnostics have a path in place of a span.
    pub source: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        match errors.next() {
            Some(first) => f.write_str(&first.message)?,
            None => f.write_str("the program is rejected")?,
        }
        match errors.count() {
            0 => Ok(()),
            1 => f.write_str(" (and 1 more error)"),
            more => write!(f, " (and {more} more errors)"),
        }
    }
}

impl std::error::Error for CompileError {}
