//! Diagnostics become text here, at the edge: one small file a form.

pub mod human;
pub mod json;
mod line;
pub mod style;
pub mod trace;

use probelang::diagnostic::Diagnostic;

/// The source that diagnostics speak of.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// What the user calls it: a file, or `<expression>`.
    pub name: &'a str,
    /// Its text; for JSON-borne programs that read, the canonical text.
    pub text: &'a str,
    /// Whether a diagnostic's own span counts in `text`. The errors of a JSON text have a path in its place;
    /// their labels and edits count in the JSON.
    pub spans: bool,
}

/// What a message is: the word in front of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heading {
    /// A diagnostic of severity error.
    Error,
    /// A diagnostic of severity warning.
    Warning,
    /// An evaluation that ended.
    Fault,
}

impl Heading {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }

    /// The heading of a diagnostic: codes from PL1001 to PL1999 are faults.
    pub fn of(diagnostic: &Diagnostic) -> Self {
        if (1000..2000).contains(&diagnostic.code.number()) {
            Self::Fault
        } else if diagnostic.is_error() {
            Self::Error
        } else {
            Self::Warning
        }
    }
}
