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

    /// Whether `type_name` is a type of everything, or of everything that can be thrown.
    pub(crate) fn is_root_type(self, type_name: &str, thrown: bool) -> bool {
        let (all, all_thrown): (&[&str], &[&str]) = match self {
            Self::Java => (&["java.lang.Object"], &["java.lang.Throwable"]),
            Self::DotNet => (&["System.Object", "Object"], &["System.Exception", "Exception"]),
            Self::Python => (&["object"], &["BaseException"]),
            Self::JavaScript => (&["Object"], &[]),
            Self::Ruby => (&["Object", "BasicObject"], &["Exception"]),
            Self::Php => (&[], &["Throwable"]),
            Self::Go | Self::Unknown => (&[], &[]),
        };
        all.contains(&type_name) || (thrown && all_thrown.contains(&type_name))
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

    /// Whether an object of this language may at the same time be a list, a map, a text or a number, so that it
    /// is recorded by its fields: a named tuple, a class derived from `str`.
    pub(crate) fn derives_builtins(self) -> bool {
        self == Self::Python
    }

    /// The name that a field or variable called `name` is recorded under, where that is another one.
    pub(crate) fn recorded_name(self, name: &str) -> Option<String> {
        // the backend takes no names with dots
        (self == Self::JavaScript && name.contains('.')).then(|| name.replace('.', "_"))
    }

    /// Whether nothing is derived from the type `name`, so that it is no supertype of another.
    pub(crate) fn is_sealed(self, name: &str) -> bool {
        let dotnet = name.strip_prefix("System.").unwrap_or(name);
        match self {
            Self::Java => matches!(
                name,
                "java.lang.String"
                    | "java.lang.Integer"
                    | "java.lang.Long"
                    | "java.lang.Short"
                    | "java.lang.Byte"
                    | "java.lang.Character"
                    | "java.lang.Boolean"
                    | "java.lang.Double"
                    | "java.lang.Float"
                    | "java.util.UUID"
            ),
            Self::DotNet => dotnet == "String" || VALUE_TYPES.contains(&dotnet),
            _ => false,
        }
    }
}
