//! Sets of kinds: what a value may be.

use std::fmt;

/// A set of kinds of values.
///
/// ```
/// use probelang_check::Kinds;
/// assert_eq!(Kinds::NUMBER.union(Kinds::NULL).to_string(), "number | null");
/// assert!(Kinds::ANY.contains(Kinds::STR) && !Kinds::ANY.contains(Kinds::UNDEFINED));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Kinds(u16);

/// Every kind with its name in types, and as messages name one value of it.
const NAMES: [(Kinds, &str, &str); 13] = [
    (Kinds::BOOL, "Boolean", "a Boolean"),
    (Kinds::INT, "integer", "an integer"),
    (Kinds::FLOAT, "float", "a float"),
    (Kinds::STR, "string", "a string"),
    (Kinds::LIST, "list", "a list"),
    (Kinds::SET, "set", "a set"),
    (Kinds::MAP, "map", "a map"),
    (Kinds::OBJECT, "object", "an object"),
    (Kinds::ENUM, "enum", "an enum constant"),
    (Kinds::OPAQUE, "opaque", "an opaque value"),
    (Kinds::NULL, "null", "null"),
    (Kinds::UNDEFINED, "undefined", "undefined"),
    (Kinds::PLACEHOLDER, "redacted", "a redacted value"),
];

impl Kinds {
    /// No value at all: evaluating ends in a fault.
    pub const NONE: Self = Self(0);
    /// Null.
    pub const NULL: Self = Self(1);
    /// Booleans.
    pub const BOOL: Self = Self(1 << 1);
    /// Integers.
    pub const INT: Self = Self(1 << 2);
    /// Floats.
    pub const FLOAT: Self = Self(1 << 3);
    /// Strings.
    pub const STR: Self = Self(1 << 4);
    /// Lists.
    pub const LIST: Self = Self(1 << 5);
    /// Sets.
    pub const SET: Self = Self(1 << 6);
    /// Maps.
    pub const MAP: Self = Self(1 << 7);
    /// Objects, map entries included, that are no enum constants.
    pub const OBJECT: Self = Self(1 << 8);
    /// Enum constants.
    pub const ENUM: Self = Self(1 << 9);
    /// Values of a kind that the language does not know.
    pub const OPAQUE: Self = Self(1 << 10);
    /// The host's undefined as a value: under dialects that have it.
    pub const UNDEFINED: Self = Self(1 << 11);
    /// A redacted value that goes on as a placeholder: under dialects that have it.
    pub const PLACEHOLDER: Self = Self(1 << 12);

    /// Integers and floats.
    pub const NUMBER: Self = Self(Self::INT.0 | Self::FLOAT.0);
    /// What has elements and a size.
    pub const COLLECTION: Self = Self(Self::LIST.0 | Self::SET.0 | Self::MAP.0);
    /// What `len` takes.
    pub const SIZED: Self = Self(Self::COLLECTION.0 | Self::STR.0);
    /// What can be read as text by `==`, `contains` and key look-up.
    pub const TEXTUAL: Self = Self(Self::STR.0 | Self::ENUM.0);
    /// What has fields or keys.
    pub const MEMBERED: Self = Self(Self::MAP.0 | Self::OBJECT.0 | Self::ENUM.0);
    /// Everything but null: all that is known of a value that was cut, or compared with null.
    pub const SOME: Self = Self(Self::ANY.0 & !Self::NULL.0);
    /// Every kind that a value of the language has.
    pub const ANY: Self = Self((1 << 11) - 1);
    /// Every kind, those of dialects included.
    pub const ALL: Self = Self((1 << 13) - 1);

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// What is in both.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    /// What is in `self` but not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// Whether there is a kind in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    /// Whether all of `other` is in.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether there is no kind in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds of it, one by one.
    pub fn each(self) -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(kind, ..)| *kind).filter(move |kind| self.contains(*kind))
    }

    /// As messages name one value of it: `a string, a list or null`.
    #[must_use]
    pub fn phrase(self) -> String {
        if self.contains(Self::SOME) {
            let what = if self.meets(Self::NULL) { "anything" } else { "anything but null" };
            return what.to_owned();
        }
        let mut phrases: Vec<&str> = Vec::new();
        let number = self.contains(Self::NUMBER);
        for (kind, _, phrase) in NAMES.iter().filter(|(kind, ..)| self.contains(*kind)) {
            match *kind {
                Self::INT if number => phrases.push("a number"),
                Self::FLOAT if number => {}
                _ => phrases.push(phrase),
            }
        }
        match phrases.as_slice() {
            [] => "nothing".to_owned(),
            [only] => (*only).to_owned(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        }
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.contains(Self::SOME) {
            return f.write_str("unknown");
        }
        if self.is_empty() {
            return f.write_str("never");
        }
        let number = self.contains(Self::NUMBER);
        let mut between = "";
        for (kind, name, _) in NAMES.iter().filter(|(kind, ..)| self.contains(*kind)) {
            let name = match *kind {
                Self::INT if number => "number",
                Self::FLOAT if number => continue,
                _ => name,
            };
            write!(f, "{between}{name}")?;
            between = " | ";
        }
        Ok(())
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kinds({self})")
    }
}
