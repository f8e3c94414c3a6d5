//! Settings of the checker.

use std::sync::Arc;

use probelang_dialect::{Dialect, Preset, ProgramKind};
use probelang_redact::Policy;
use probelang_syntax::Limits;

use crate::Schema;
use crate::regex::PatternCache;

/// How the source is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Form {
    /// The text form.
    #[default]
    Text,
    /// Wire JSON.
    Wire,
}

/// What the cost bound assumes about values where no schema says more.
///
/// Two things are left out, because they depend on the host and not on the program. A host that leaves the look-up of a
/// key to a walk (`Search::Walk`) pays for each look-up what a loop over the map pays for its entries, and a step for each
/// 64 bytes of a key that is compared. An integer beyond 64 bits costs a step for each 64 digits, each time that it is
/// compared, looked up, measured or printed. Over documents and recordings keys are always found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Sizes {
    /// Elements of a collection: 100.
    pub items: u64,
    /// Characters of a string: 255.
    pub chars: u64,
    /// Values in an unknown collection, nested ones included, where it is compared whole:
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

/// How a program is judged, checked and compiled. The fields are read freely and set by methods, `with_strict` for `strict`.
///
/// ```
/// use probelang_check::Options;
/// use probelang_dialect::{Preset, ProgramKind};
/// let options = Options::of(ProgramKind::Condition).with_strict(true).with_dialect(Preset::Java);
/// assert!(options.strict && options.targets.is_empty());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What the program is for. A template is one whatever this says, and nothing else is.
    pub kind: ProgramKind,
    /// How the source is written: text.
    pub form: Form,
    /// The dialect that the program is written for: the portable one.
    pub dialect: Dialect,
    /// What is redacted: the built-in names. The policy of the process is added when the program is linked.
    pub policy: Arc<Policy>,
    /// Limits on text, tree and patterns.
    pub limits: Limits,
    /// Whether operands that can never be of a right kind reject the program, instead of warnings: no.
    pub strict: bool,
    /// What is known of the scope, if anything. It is trusted for what is certain to fault. No answer of a program
    /// rests on it, so that a schema that is wrong changes none.
    pub schema: Option<Arc<Schema>>,
    /// The runtimes that it must answer alike on; none: no portability check.
    pub targets: Vec<Preset>,
    /// What the cost bound assumes.
    pub sizes: Sizes,
    /// The number of steps above which the bound rejects the program: none.
    pub max_cost: Option<u64>,
    /// Patterns that were compiled before, for those who judge much: none.
    pub patterns: Option<Arc<PatternCache>>,
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
            schema: None,
            targets: Vec::new(),
            sizes: Sizes::default(),
            max_cost: None,
            patterns: None,
        }
    }

    /// The same with [`kind`](Self::kind) set.
    #[must_use]
    pub const fn with_kind(mut self, kind: ProgramKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same with [`form`](Self::form) set.
    #[must_use]
    pub const fn with_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// The same with [`dialect`](Self::dialect) set.
    #[must_use]
    pub fn with_dialect(mut self, dialect: impl Into<Dialect>) -> Self {
        self.dialect = dialect.into();
        self
    }

    /// The same with [`policy`](Self::policy) set.
    #[must_use]
    pub fn with_policy(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.policy = policy.into();
        self
    }

    /// The same with [`limits`](Self::limits) set.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with [`strict`](Self::strict) set.
    #[must_use]
    pub const fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The same with [`schema`](Self::schema) set.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<Arc<Schema>>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// The same with [`targets`](Self::targets) set.
    #[must_use]
    pub fn with_targets(mut self, targets: impl IntoIterator<Item = Preset>) -> Self {
        self.targets = targets.into_iter().collect();
        self
    }

    /// The same with [`sizes`](Self::sizes) set.
    #[must_use]
    pub const fn with_sizes(mut self, sizes: Sizes) -> Self {
        self.sizes = sizes;
        self
    }

    /// The same with [`max_cost`](Self::max_cost) set.
    #[must_use]
    pub const fn with_max_cost(mut self, steps: u64) -> Self {
        self.max_cost = Some(steps);
        self
    }

    /// The same with [`patterns`](Self::patterns) set.
    #[must_use]
    pub fn with_patterns(mut self, patterns: impl Into<Arc<PatternCache>>) -> Self {
        self.patterns = Some(patterns.into());
        self
    }

    /// What is known of the scope.
    pub(crate) fn known(&self) -> Option<&Schema> {
        self.schema.as_deref()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::of(ProgramKind::Value)
    }
}
