//! A diagnostic is data; renderers stand at the edge.

use crate::{Class, Code, Severity, Span};

/// Whether an edit can be applied without asking.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Applicability {
    /// Keeps or restores what the author plainly meant.
    Safe,
    /// One of several readings; a person chooses.
    Maybe,
}

impl Applicability {
    /// Lower-case name, as written in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Maybe => "maybe",
        }
    }
}

/// One replacement in the source.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Change {
    /// What is replaced.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A repair: changes that belong together, in the order of their spans, without overlap.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edit {
    /// What it does, as a phrase: `write contains(s, "x")`.
    pub title: String,
    /// The replacements.
    pub changes: Vec<Change>,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
}

impl Edit {
    /// An edit of one replacement.
    #[must_use]
    pub fn replace(
        span: Span,
        text: impl Into<String>,
        title: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        Self { title: title.into(), changes: vec![Change { span, text: text.into() }], applicability }
    }

    /// `source` with the edit applied; `None` where a change does not lie in it.
    #[must_use]
    pub fn apply(&self, source: &str) -> Option<String> {
        let mut out = String::with_capacity(source.len());
        let mut at = 0usize;
        for change in &self.changes {
            out.push_str(source.get(at..change.span.start as usize)?);
            out.push_str(&change.text);
            at = change.span.end as usize;
        }
        out.push_str(source.get(at..)?);
        Some(out)
    }
}

/// A second place that explains the first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there, a phrase.
    pub text: String,
}

impl Label {
    /// `text` about `span`.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// Something to tell the author: what, where, why, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// Usually the severity of the code; strict mode raises warnings.
    pub severity: Severity,
    /// One line, lower case, no full stop, never a value that may be secret.
    pub message: String,
    /// The named parts of the message, for localisation and tools.
    pub args: Vec<(&'static str, String)>,
    /// Bytes of the whole source; for JSON input bytes of the canonical text, empty at 0 where there is none.
    pub span: Span,
    /// For JSON input the RFC 6901 path, keys as written.
    pub path: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
    /// Further sentences.
    pub notes: Vec<String>,
    /// Repairs, the best first.
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// A diagnostic with the usual severity of `code`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            args: Vec::new(),
            span,
            path: None,
            labels: Vec::new(),
            notes: Vec::new(),
            edits: Vec::new(),
        }
    }
    /// The class of its code.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code.class()
    }
    /// Whether it refuses the program.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
    /// Says `message` instead.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }
    /// Adds a named part of the message.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, value.into()));
        self
    }
    /// Sets the JSON path.
    #[must_use]
    pub fn at_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label::new(span, text));
        self
    }
    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
    /// Adds a repair.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }
}
