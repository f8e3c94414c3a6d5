//! Whose recording it is: tracers differ in how they write a value.

/// The language of a recorded program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(missing_docs)]
pub enum Language {
    /// Not said, or not one of these.
    #[default]
    Unknown,
    Java,
    DotNet,
    Python,
    JavaScript,
    Ruby,
    Php,
    Go,
}

/// Types of .NET that null is no value of.
const VALUE_TYPES: [&str; 21] = [
    "Boolean",
    "Byte",
    "SByte",
    "Char",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "IntPtr",
    "UIntPtr",
    "Single",
    "Double",
    "Decimal",
    "Half",
    "Guid",
    "DateTime",
    "DateTimeOffset",
    "TimeSpan",
    "DateOnly",
];

/// Why a member that an object of JavaScript does not have of its own is not known.
pub(crate) const INHERITED: &str = "what it inherits was not recorded";

/// What every object of JavaScript inherits.
const OBJECT_PROTOTYPE: [&str; 12] = [
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__proto__",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
];

impl Language {
    /// The language that a snapshot names.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "java" => Self::Java,
            "dotnet" => Self::DotNet,
            "python" => Self::Python,
            "javascript" | "node" | "nodejs" => Self::JavaScript,
            "ruby" => Self::Ruby,
            "php" => Self::Php,
            "go" => Self::Go,
            _ => Self::Unknown,
        }
    }

    /// The name that a field recorded as `field` answers to besides: `x` for PHP's `Class::x` and Ruby's `@x`.
    pub(crate) fn short_name(self, field: &str) -> Option<&str> {
        match self {
            Self::Php => field.rsplit_once("::").map(|(_, name)| name),
            Self::Ruby => field.strip_prefix('@'),
            _ => None,
        }
    }

    /// Whether `reason` is the text of an exception that ended the recording of a collection, as Java's tracer
    /// writes it: the size that it writes besides is not that of the collection.
    pub(crate) fn is_exception_text(self, reason: &str) -> bool {
        match self {
            Self::Java => !matches!(
                reason,
                "depth"
                    | "fieldCount"
                    | "collectionSize"
                    | "timeout"
                    | "redactedIdent"
                    | "redactedType"
                    | "pruned"
            ),
            // `java.lang.IllegalStateException: …`
            Self::Unknown => reason.split([':', ' ']).next().is_some_and(|class| class.contains('.')),
            _ => false,
        }
    }

    /// Whether elements that are null are left out of a list of this type. A value type has none.
    pub(crate) fn leaves_nulls_out(self, type_name: Option<&str>) -> bool {
        let element = type_name.and_then(|name| name.strip_suffix("[]"));
        self == Self::DotNet && !element.is_some_and(|element| VALUE_TYPES.contains(&element))
    }

    /// Whether an object of the type `type_name` may at the same time be a list, a map, a text or a number, and was
    /// recorded by its fields all the same: a named tuple, a class derived from `str`, a number of any size.
    pub(crate) fn is_more_than_fields(self, type_name: Option<&str>) -> bool {
        let is_one_of = |names: &[&str]| type_name.is_some_and(|name| names.contains(&name));
        match self {
            Self::Python => true,
            Self::Ruby => is_one_of(&["BigDecimal", "Rational", "Complex", "Set", "SortedSet"]),
            Self::DotNet => is_one_of(&["BigInteger", "Int128", "UInt128", "Half", "Complex"]),
            Self::Java | Self::JavaScript | Self::Php | Self::Go | Self::Unknown => false,
        }
    }

    /// Whether a text that is an integer is that integer as a key of an array.
    pub(crate) fn makes_integer_keys(self) -> bool {
        self == Self::Php
    }

    /// Whether an object of the type `name` is recorded by a text that the live program does not take it for.
    pub(crate) fn writes_text_of(self, name: &str) -> bool {
        self == Self::JavaScript && matches!(name, "Date" | "RegExp")
    }

    /// Whether the tracer records types without what comes before their names.
    pub(crate) fn shortens_types(self) -> bool {
        matches!(self, Self::DotNet | Self::Python)
    }

    /// Whether every object has a member `name` that is not its own.
    pub(crate) fn inherits_member(self, name: &str) -> bool {
        self == Self::JavaScript && OBJECT_PROTOTYPE.contains(&name)
    }

    /// Why a member that was not recorded of an object of the type `type_name` may exist all the same: the tracer
    /// writes what the object has of its own, the live program also finds what its class has.
    pub(crate) fn unrecorded_members(self, type_name: &str) -> Option<&'static str> {
        match self {
            Self::Python => Some("the attributes of its class were not recorded"),
            Self::JavaScript if type_name != "Object" => Some(INHERITED),
            _ => None,
        }
    }

    /// The field of an enum constant that its member `name` reads.
    pub(crate) fn member_of_constant(self, name: &str) -> Option<&'static str> {
        match (self, name) {
            (Self::Python, "name") => Some("_name_"),
            (Self::Python, "value") => Some("_value_"),
            _ => None,
        }
    }

    /// The name that a field or variable called `name` is recorded under, where that is another one.
    pub(crate) fn recorded_name(self, name: &str) -> Option<String> {
        // the backend takes no names with dots
        (self == Self::JavaScript && name.contains('.')).then(|| name.replace('.', "_"))
    }
}
