//! What choices mean to those who carry them out.

use crate::{Condition, EntryMembers, FaultOrNull, ListKey, Logic, Missing, RedactedText};

/// What counts as true.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Truth {
    /// A Boolean; anything else is a fault.
    Boolean,
    /// Python's truth.
    Python,
    /// JavaScript's truth.
    JavaScript,
    /// Ruby's truth.
    Ruby,
    /// `true` and nothing else; anything else counts as false.
    ExactlyTrue,
}

impl Logic {
    /// What counts as true for `&& || !` and in predicates.
    #[must_use]
    pub const fn truth(self) -> Truth {
        match self {
            Self::Fault => Truth::Boolean,
            Self::Python => Truth::Python,
            Self::JavaScript => Truth::JavaScript,
            Self::Ruby => Truth::Ruby,
        }
    }
}

impl Condition {
    /// What counts as true as the result of a condition.
    #[must_use]
    pub const fn truth(self) -> Truth {
        match self {
            Self::Boolean => Truth::Boolean,
            Self::PythonTruth => Truth::Python,
            Self::RubyTruth => Truth::Ruby,
            Self::ExactlyTrue => Truth::ExactlyTrue,
        }
    }
}

impl From<FaultOrNull> for Missing {
    fn from(choice: FaultOrNull) -> Self {
        match choice {
            FaultOrNull::Fault => Self::Fault,
            FaultOrNull::Null => Self::Null,
        }
    }
}

impl From<ListKey> for Missing {
    fn from(choice: ListKey) -> Self {
        match choice {
            // nothing is there: the fault is one of class undefined
            ListKey::Undefined => Self::Fault,
            ListKey::Null => Self::Null,
        }
    }
}

impl EntryMembers {
    /// The names of an entry's key and of its value.
    #[must_use]
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Lower => ("key", "value"),
            Self::Upper => ("Key", "Value"),
        }
    }
}

impl RedactedText {
    /// The text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Lower => "{redacted}",
            Self::Upper => "{REDACTED}",
            Self::Square => "[redacted]",
        }
    }
}
