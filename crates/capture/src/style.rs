//! How values look in a message: the choices that a dialect resolves to, and the limits.

/// Text of null.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum NullText {
    /// `null`.
    #[default]
    Null,
    /// `None`.
    None,
    /// `nil`.
    Nil,
    /// Nothing at all.
    Empty,
}

/// Text of true and false.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum BooleanText {
    /// `true`.
    #[default]
    Lower,
    /// `True`.
    Capital,
}

/// Strings inside collections and objects, and string keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum InnerStrings {
    /// In double quotes, escaped.
    #[default]
    Double,
    /// In single quotes, escaped.
    Single,
    /// As they are.
    Raw,
}

/// Text of a duration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum DurationText {
    /// Milliseconds, as any float.
    #[default]
    Milliseconds,
    /// `hh:mm:ss.fffffff`, days before it where there are any (`1.02:03:04.0000000`).
    Clock,
}

/// Text of a whole float below 1e16.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum WholeFloat {
    /// `5.0`.
    #[default]
    WithPoint,
    /// `5`, and `-0` for the negative zero.
    Whole,
}

/// Text of what is redacted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum RedactedText {
    /// `{redacted}`.
    #[default]
    Lower,
    /// `{REDACTED}`.
    Upper,
    /// `[redacted]`.
    Square,
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

/// The printing style of a program: small, `Copy`, filled when a dialect is compiled in. The default is the
/// portable style.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct TextStyle {
    /// Text of null.
    pub null: NullText,
    /// Text of true and false.
    pub boolean: BooleanText,
    /// Strings inside collections.
    pub inner_strings: InnerStrings,
    /// Text of a duration.
    pub duration: DurationText,
    /// Text of whole floats.
    pub whole_float: WholeFloat,
    /// Text of what is redacted.
    pub redacted: RedactedText,
}

/// How much of a value a message shows. What is longer is cut there and ends in `...`; no limit is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextLimits {
    /// Levels of collections and objects that are expanded: 1.
    pub depth: usize,
    /// Elements of a list, set or map: 3.
    pub items: usize,
    /// Fields of an object: 5.
    pub fields: usize,
    /// Characters (Unicode scalar values) of one string: 8,192.
    pub string: usize,
    /// Characters of a whole message: 8,192.
    pub message: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self { depth: 1, items: 3, fields: 5, string: 8_192, message: 8_192 }
    }
}
