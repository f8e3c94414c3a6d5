//! Stable codes: a letter pair and four digits, grouped by hundred, never reused.

use std::fmt;

/// How bad a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The program is refused, or the evaluation failed.
    Error,
    /// The program runs; something about it deserves a look.
    Warning,
}

impl Severity {
    /// Lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What sort of thing went wrong. Faults use `Undefined` to `Range`, diagnostics any.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Class {
    /// No such name, field, key or index.
    Undefined,
    /// The value is hidden by redaction.
    Redacted,
    /// The value exists, and the host cannot show it.
    Unreadable,
    /// A value of the wrong kind.
    Kind,
    /// An argument outside of what the operation takes.
    Range,
    /// A limit was reached.
    Limit,
    /// A regular expression that cannot be used.
    Pattern,
    /// The text or the JSON does not read.
    Syntax,
    /// It reads, and the program is refused.
    Program,
    /// A suspicion about a program that runs.
    Lint,
    /// Runtimes would answer differently.
    Portability,
    /// A schema that cannot be used.
    Schema,
    /// Data that cannot be read.
    Input,
    /// A probe configuration that cannot be used.
    Probe,
    /// A defect of this engine.
    Internal,
}

impl Class {
    /// Lower-case name, as written in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Redacted => "redacted",
            Self::Unreadable => "unreadable",
            Self::Kind => "kind",
            Self::Range => "range",
            Self::Limit => "limit",
            Self::Pattern => "pattern",
            Self::Syntax => "syntax",
            Self::Program => "program",
            Self::Lint => "lint",
            Self::Portability => "portability",
            Self::Schema => "schema",
            Self::Input => "input",
            Self::Probe => "probe",
            Self::Internal => "internal",
        }
    }
}

/// What the registry says of one code.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code as written, such as `PL0101`.
    pub text: &'static str,
    /// Its class.
    pub class: Class,
    /// Its usual severity.
    pub severity: Severity,
    /// A short title, lower case, without a full stop.
    pub title: &'static str,
}

/// A stable code: one entry of the registry.
///
/// ```
/// use probelang_diagnostic::{Class, fault};
/// assert_eq!(fault::UNKNOWN_NAME.class(), Class::Undefined);
/// assert_eq!(fault::UNKNOWN_NAME.text(), "PL1001");
/// ```
#[derive(Clone, Copy)]
pub struct Code(pub(crate) &'static CodeInfo);

impl Code {
    /// The code as written.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0.text
    }
    /// Its class.
    #[must_use]
    pub const fn class(self) -> Class {
        self.0.class
    }
    /// Its usual severity.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.0.severity
    }
    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.0.title
    }
    /// The number behind the letters.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0.text.get(2..).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }
    /// Where its documentation is, from the root of the repository: `docs/codes.md#pl0214`.
    #[must_use]
    pub fn url(self) -> String {
        format!("docs/codes.md#{}", self.0.text.to_ascii_lowercase())
    }
    /// Where its documentation is on the web, for editors.
    ///
    /// ```
    /// use probelang_diagnostic::Code;
    /// assert!(Code::find("PL0214").unwrap().page_url().ends_with("/probelang/codes/index.html#pl0214"));
    /// ```
    #[must_use]
    pub fn page_url(self) -> String {
        let (version, page) = (env!("CARGO_PKG_VERSION"), self.0.text.to_ascii_lowercase());
        format!("https://docs.rs/probelang/{version}/probelang/codes/index.html#{page}")
    }
    /// Whether it is the code of a fault, which ends an evaluation: `PL1xxx`.
    #[must_use]
    pub fn is_fault(self) -> bool {
        self.0.text.starts_with("PL1")
    }
    /// All codes, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        crate::codes::GROUPS.iter().flat_map(|group| group.iter().copied())
    }
    /// The code that is written `text`, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::all().find(|code| code.text().eq_ignore_ascii_case(text))
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}
impl Eq for Code {}
impl std::hash::Hash for Code {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}
impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.text.cmp(other.0.text)
    }
}
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text)
    }
}
