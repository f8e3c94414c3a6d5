//! What a check is told besides the source.

use std::sync::Arc;

use probelang_dialect::{Dialect, Preset, ProgramKind};
use probelang_redact::Policy;
use probelang_syntax::Limits;

/// How the source is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Form {
    /// The text form.
    #[default]
    Text,
    /// Wire JSON.
    Wire,
}

/// What the cost bound assumes of values of which no schema says more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Sizes {
    /// Elements of a collection: 100.
    pub items: u64,
    /// Characters of a string: 255.
    pub chars: u64,
    /// Values in a collection of which nothing is known, nested ones included, where it is compared whole:
    /// 100.
    pub values: u64,
}

impl Default for Sizes {
    /// The limits of what probes capture.
    fn default() -> Self {
        Self { items: 100, chars: 255, values: 100 }
    }
}

impl Sizes {
    /// The same with [`items`](Self::items) set.
    #[must_use]
    pub const fn with_items(mut self, items: u64) -> Self {
        self.items = items;
        self
    }
    /// The same with [`chars`](Self::chars) set.
    #[must_use]
    pub const fn with_chars(mut self, chars: u64) -> Self {
        self.chars = chars;
        self
    }
    /// The same with [`values`](Self::values) set.
    #[must_use]
    pub const fn with_values(mut self, values: u64) -> Self {
        self.values = values;
        self
    }
}

/// What a check is told besides source and schema.
///
/// ```
/// use probelang_check::Options;
/// use probelang_dialect::ProgramKind;
/// let options = Options { strict: true, ..Options::of(ProgramKind::Condition) };
/// assert!(options.targets.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// What the program is for.
    pub kind: ProgramKind,
    /// How the source is written.
    pub form: Form,
    /// The dialect that it is written for.
    pub dialect: Dialect,
    /// What is redacted.
    pub policy: Arc<Policy>,
    /// Limits on text and tree.
    pub limits: Limits,
    /// Whether certain faults refuse the program.
    pub strict: bool,
    /// The runtimes that it must answer alike on; none: no portability check.
    pub targets: Vec<Preset>,
    /// What the cost bound assumes.
    pub sizes: Sizes,
    /// The bound that refuses the program.
    pub max_cost: Option<u64>,
}

impl Options {
    /// The defaults for a program of that kind: portable, the built-in identifiers redacted, not strict.
    #[must_use]
    pub fn of(kind: ProgramKind) -> Self {
        Self {
            kind,
            form: Form::default(),
            dialect: Dialect::default(),
            policy: Policy::shared(),
            limits: Limits::default(),
            strict: false,
            targets: Vec::new(),
            sizes: Sizes::default(),
            max_cost: None,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::of(ProgramKind::Value)
    }
}
