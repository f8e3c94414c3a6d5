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

    /// Whether types are recorded without what stands before their name.
    pub(crate) fn records_simple_types(self) -> bool {
        matches!(self, Self::DotNet | Self::Python)
    }
}
