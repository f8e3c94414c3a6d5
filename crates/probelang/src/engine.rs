//! Settings, and the way from a source to a program.

use std::fmt;
use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_compile::{Compiled, Options, compile};
use probelang_diagnostic::Diagnostic;
use probelang_host::RunLimits;
use probelang_redact::Policy;
use probelang_syntax::{Dialect, Limits, Parsed, Preset, SourceKind, parse, wire};
use probelang_vm::ProgramKind;

use crate::Program;

/// The settings that programs are compiled and run with. Cheap to copy; every setting has the default of the
/// language.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) dialect: Dialect,
    pub(crate) policy: Arc<Policy>,
    pub(crate) limits: Limits,
    pub(crate) run: RunLimits,
    pub(crate) text: TextLimits,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// The portable dialect, the built-in redaction, the usual limits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            dialect: Dialect::default(),
            policy: Policy::shared(),
            limits: Limits::default(),
            run: RunLimits::default(),
            text: TextLimits::default(),
        }
    }

    /// Answers as that runtime does.
    #[must_use]
    pub fn dialect(mut self, preset: Preset) -> Self {
        self.dialect = preset.dialect();
        self
    }

    /// Redacts these names too.
    #[must_use]
    pub fn redacting<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.policy = Arc::new((*self.policy).clone().with_names(names));
        self
    }

    /// Redacts what `policy` says, and nothing else.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Bounds text and tree of the programs that are read from now on.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Bounds each run of the programs that are compiled from now on.
    #[must_use]
    pub const fn run_limits(mut self, limits: RunLimits) -> Self {
        self.run = limits;
        self
    }

    /// Bounds what a message shows.
    #[must_use]
    pub const fn text_limits(mut self, limits: TextLimits) -> Self {
        self.text = limits;
        self
    }

    /// A condition, from text.
    ///
    /// # Errors
    /// [`Refused`] with every diagnostic, for this and all that follow.
    pub fn condition(&self, source: &str) -> Result<Program, Refused> {
        self.compile(ProgramKind::Condition, source)
    }

    /// An expression of any value, from text.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn value(&self, source: &str) -> Result<Program, Refused> {
        self.compile(ProgramKind::Value, source)
    }

    /// A metric, from text.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn metric(&self, source: &str) -> Result<Program, Refused> {
        self.compile(ProgramKind::Metric, source)
    }

    /// A template, from text.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn template(&self, source: &str) -> Result<Program, Refused> {
        self.compile(ProgramKind::Template, source)
    }

    /// A program of any kind, from text.
    ///
    /// # Errors
    /// [`Refused`].
    ///
    /// # Cost
    /// Linear in the source, regular expressions apart, which have limits of their own.
    pub fn compile(&self, kind: ProgramKind, source: &str) -> Result<Program, Refused> {
        self.build(kind, parse(source, source_kind(kind), &self.limits))
    }

    /// A program of any kind, from wire JSON: an expression, an object with `dsl` or `json`, or the segments
    /// of a template.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn compile_json(&self, kind: ProgramKind, json: &str) -> Result<Program, Refused> {
        self.build(kind, wire::read(json, source_kind(kind), &self.limits))
    }

    fn build(&self, kind: ProgramKind, parsed: Parsed) -> Result<Program, Refused> {
        let Parsed { tree, mut diagnostics, .. } = parsed;
        let Some(tree) = tree else { return Err(Refused { diagnostics }) };
        let options = Options {
            kind,
            dialect: self.dialect,
            policy: Arc::clone(&self.policy),
            limits: self.limits,
            strict: false,
            schema: None,
        };
        match compile(&tree, &options) {
            Ok(Compiled { program, warnings }) => {
                diagnostics.extend(warnings);
                Ok(Program::new(self, program, diagnostics))
            }
            Err(errors) => {
                diagnostics.extend(errors);
                Err(Refused { diagnostics })
            }
        }
    }
}

const fn source_kind(kind: ProgramKind) -> SourceKind {
    match kind {
        ProgramKind::Template => SourceKind::Template,
        _ => SourceKind::Expression,
    }
}

/// A source that is no program, with every reason.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Errors, and the warnings beside them.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        match errors.next() {
            Some(first) => f.write_str(&first.message)?,
            None => f.write_str("the program is refused")?,
        }
        match errors.count() {
            0 => Ok(()),
            1 => f.write_str(" (and 1 more error)"),
            more => write!(f, " (and {more} more errors)"),
        }
    }
}

impl std::error::Error for Refused {}
