//! What a program is for.

/// What a program is for: which result it must have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ProgramKind {
    /// A Boolean: the `when` of a probe.
    Condition,
    /// Any value.
    Value,
    /// A finite number; a Boolean counts as 0 or 1.
    Metric,
    /// Text with expressions in it: the message of a probe.
    Template,
}

/// What a source is read as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SourceKind {
    /// One expression.
    Expression,
    /// Text with `{expression}` parts.
    Template,
}

impl ProgramKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Condition, Self::Value, Self::Metric, Self::Template];

    /// The name of the kind, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Value => "value",
            Self::Metric => "metric",
            Self::Template => "template",
        }
    }

    /// The kind of that [name](Self::name).
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a program of this kind does, in a few words.
    #[must_use]
    pub const fn describes(self) -> &'static str {
        match self {
            Self::Condition => "Decides whether a probe fires",
            Self::Value => "Gives any value",
            Self::Metric => "Gives a finite number",
            Self::Template => "Text with {expression} parts",
        }
    }

    /// What the source of such a program is read as.
    #[must_use]
    pub const fn source(self) -> SourceKind {
        match self {
            Self::Template => SourceKind::Template,
            Self::Condition | Self::Value | Self::Metric => SourceKind::Expression,
        }
    }
}
