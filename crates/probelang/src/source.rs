//! Where a program comes from.

use std::fmt;

use probelang_diagnostic::human::Human;
use probelang_diagnostic::{Diagnostic, SourceText};
use probelang_dialect::ProgramKind;
use probelang_syntax::Tree;

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

    /// The kind of a program that nobody named: a JSON array is the segments of a template, all else a value.
    #[must_use]
    pub fn usual_kind(self) -> ProgramKind {
        match self {
            Self::Json(json) if json.trim_start().starts_with('[') => ProgramKind::Template,
            Self::Text(_) | Self::Json(_) => ProgramKind::Value,
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
    /// Whether the source is JSON that was not read.
    unread_json: bool,
}

impl CompileError {
    /// A source that cannot be read.
    pub(crate) fn unread(diagnostics: Vec<Diagnostic>, source: Source<'_>) -> Self {
        let unread_json = matches!(source, Source::Json(_));
        Self { diagnostics, source: source.as_str().to_owned(), unread_json }
    }

    /// A program that was read and is rejected.
    pub(crate) fn rejected(diagnostics: Vec<Diagnostic>, tree: &Tree) -> Self {
        Self { diagnostics, source: tree.source().as_ref().to_owned(), unread_json: false }
    }

    /// Whether the source is JSON that was not read, so that diagnostics have a path in place of a span.
    ///
    /// ```
    /// use probelang::{Engine, Source};
    /// let unread = |source| Engine::new().condition(source).unwrap_err().is_unread_json();
    /// assert!(unread(Source::Json(r#"{"gt": 1}"#)));
    /// assert!(!unread(Source::Json(r#"{"matches": [{"ref": "s"}, "("]}"#)) && !unread(Source::Text("1 +")));
    /// ```
    #[must_use]
    pub const fn is_unread_json(&self) -> bool {
        self.unread_json
    }

    /// The text that the diagnostics count in, for renderers; `name` is what the user calls the source.
    #[must_use]
    pub fn source_text<'s>(&'s self, name: &'s str) -> SourceText<'s> {
        if self.unread_json {
            SourceText::unread_json(name, &self.source)
        } else {
            SourceText::new(name, &self.source)
        }
    }

    /// Every diagnostic for people: its message, the source line with carets, notes, and what to do.
    ///
    /// ```
    /// let error = probelang::Engine::new().condition("age > 30 and age < 40").unwrap_err();
    /// assert_eq!(error.report("when"), "\
    /// error[PL0214]: `and` is the logical and spelled as a word: write `&&`
    ///  --> when:1:10
    ///   |
    /// 1 | age > 30 and age < 40
    ///   |          ^^^
    /// help: corrected
    ///   |
    /// 1 | age > 30 && age < 40
    ///   |          ~~
    /// ");
    /// ```
    #[must_use]
    pub fn report(&self, name: &str) -> String {
        let text = self.source_text(name);
        let mut out = String::new();
        for diagnostic in &self.diagnostics {
            Human::PLAIN.write(&mut out, &text, diagnostic);
        }
        out
    }
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
