//! What a host knows of types by their names.

use std::collections::HashSet;

use probelang::host::{Instance, Value};

/// The runtime whose values a case holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runtime {
    /// The JVM.
    Java,
    /// .NET.
    Dotnet,
    /// JavaScript.
    Node,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
    /// PHP, or none in particular.
    Other,
}

impl Runtime {
    /// The runtime that stands behind a source, whatever file or dialect the case is run in. A case that is
    /// enumerated for one language alone holds that language's values.
    #[must_use]
    pub fn of(source: &str, languages: &[String]) -> Self {
        match (source, languages) {
            ("dd-trace-java", _) => Self::Java,
            ("dd-trace-dotnet", _) => Self::Dotnet,
            ("dd-trace-js", _) => Self::Node,
            ("dd-trace-py", _) => Self::Python,
            ("dd-trace-rb", _) => Self::Ruby,
            ("system-tests", [language]) => match language.as_str() {
                "java" => Self::Java,
                "dotnet" => Self::Dotnet,
                "nodejs" => Self::Node,
                "python" => Self::Python,
                "ruby" => Self::Ruby,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// The types that a host can find: those of the case, and its runtime's own library.
#[derive(Debug)]
pub struct Types {
    runtime: Runtime,
    known: HashSet<String>,
}

/// .NET's short names of its own types: those that it accepts without a namespace.
const DOTNET_SHORT: [(&str, &str); 28] = [
    ("string", "System.String"),
    ("bool", "System.Boolean"),
    ("byte", "System.Byte"),
    ("sbyte", "System.SByte"),
    ("char", "System.Char"),
    ("decimal", "System.Decimal"),
    ("double", "System.Double"),
    ("float", "System.Single"),
    ("int", "System.Int32"),
    ("uint", "System.UInt32"),
    ("long", "System.Int64"),
    ("ulong", "System.UInt64"),
    ("short", "System.Int16"),
    ("ushort", "System.UInt16"),
    ("nint", "System.IntPtr"),
    ("nuint", "System.UIntPtr"),
    ("object", "System.Object"),
    ("DateTime", "System.DateTime"),
    ("DateTimeOffset", "System.DateTimeOffset"),
    ("TimeSpan", "System.TimeSpan"),
    ("Guid", "System.Guid"),
    ("Type", "System.Type"),
    ("Exception", "System.Exception"),
    ("Enum", "System.Enum"),
    ("Array", "System.Array"),
    ("Delegate", "System.Delegate"),
    ("ValueType", "System.ValueType"),
    ("IntPtr", "System.IntPtr"),
];

/// Types of Java's library that programs ask for.
const JAVA_LIBRARY: [&str; 33] = [
    "java.lang.Boolean",
    "java.lang.Byte",
    "java.lang.CharSequence",
    "java.lang.Character",
    "java.lang.Class",
    "java.lang.Comparable",
    "java.lang.Double",
    "java.lang.Enum",
    "java.lang.Exception",
    "java.lang.Float",
    "java.lang.Integer",
    "java.lang.Iterable",
    "java.lang.Long",
    "java.lang.Number",
    "java.lang.Object",
    "java.lang.RuntimeException",
    "java.lang.Short",
    "java.lang.String",
    "java.lang.Throwable",
    "java.math.BigDecimal",
    "java.math.BigInteger",
    "java.net.URI",
    "java.util.ArrayList",
    "java.util.Collection",
    "java.util.Date",
    "java.util.HashMap",
    "java.util.HashSet",
    "java.util.LinkedList",
    "java.util.List",
    "java.util.Map",
    "java.util.Optional",
    "java.util.Set",
    "java.util.UUID",
];

/// Types of .NET's library that programs ask for and that have no short name.
const DOTNET_LIBRARY: [&str; 10] = [
    "System.Collections.ArrayList",
    "System.Collections.Hashtable",
    "System.Collections.IDictionary",
    "System.Collections.IEnumerable",
    "System.Collections.IList",
    "System.Exception",
    "System.Object",
    "System.String",
    "System.Uri",
    "System.Version",
];

impl Types {
    /// The types of a runtime, and those named in a case.
    #[must_use]
    pub fn new(runtime: Runtime, known: HashSet<String>) -> Self {
        Self { runtime, known }
    }

    /// The runtime.
    #[must_use]
    pub const fn runtime(&self) -> Runtime {
        self.runtime
    }

    /// Whether a value of `class`, below `supertypes`, is an instance of the type written `name`.
    #[must_use]
    pub fn instance_of(&self, class: &str, supertypes: &[String], name: &str) -> Instance<'static> {
        let Some(name) = self.full_name(name) else { return Instance::UnknownType };
        if class == name || supertypes.iter().any(|above| above == name) || self.is_root(name) {
            Instance::Yes
        } else if self.is_known(name) {
            Instance::No
        } else {
            Instance::UnknownType
        }
    }

    /// Whether a scalar is an instance of the type written `name`. `class` is a class that the case itself
    /// gives it (`float32`, `bigint`), where it does.
    #[must_use]
    pub fn scalar_instance_of(
        &self,
        value: &Value<'_>,
        class: Option<&str>,
        name: &str,
    ) -> Instance<'static> {
        let classes = self.scalar_classes(value, class);
        let Some((class, above)) = classes.split_first() else { return Instance::No };
        let above: Vec<String> = above.iter().map(|&class| class.to_owned()).collect();
        self.instance_of(class, &above, name)
    }

    /// The class of a scalar, and those above it. An integer has the runtime's usual class of its size.
    fn scalar_classes(&self, value: &Value<'_>, class: Option<&str>) -> &'static [&'static str] {
        let is_small = matches!(value, Value::Int(value) if i32::try_from(*value).is_ok());
        let is_single = class == Some("float32");
        match (self.runtime, value) {
            (Runtime::Java, Value::Str(_)) => {
                &["java.lang.String", "java.lang.CharSequence", "java.lang.Comparable"]
            }
            (Runtime::Java, Value::Bool(_)) => &["java.lang.Boolean", "java.lang.Comparable"],
            (Runtime::Java, Value::Int(_)) if is_small => {
                &["java.lang.Integer", "java.lang.Number", "java.lang.Comparable"]
            }
            (Runtime::Java, Value::Int(_)) => &["java.lang.Long", "java.lang.Number", "java.lang.Comparable"],
            (Runtime::Java, Value::Float(_)) if is_single => {
                &["java.lang.Float", "java.lang.Number", "java.lang.Comparable"]
            }
            (Runtime::Java, Value::Float(_)) => {
                &["java.lang.Double", "java.lang.Number", "java.lang.Comparable"]
            }
            (Runtime::Dotnet, Value::Str(_)) => &["System.String"],
            (Runtime::Dotnet, Value::Bool(_)) => &["System.Boolean", "System.ValueType"],
            (Runtime::Dotnet, Value::Int(_)) if is_small => &["System.Int32", "System.ValueType"],
            (Runtime::Dotnet, Value::Int(_)) => &["System.Int64", "System.ValueType"],
            (Runtime::Dotnet, Value::Float(_)) if is_single => &["System.Single", "System.ValueType"],
            (Runtime::Dotnet, Value::Float(_)) => &["System.Double", "System.ValueType"],
            (Runtime::Node, Value::Str(_)) => &["string"],
            (Runtime::Node, Value::Bool(_)) => &["boolean"],
            (Runtime::Node, Value::Int(_)) if class == Some("bigint") => &["bigint"],
            (Runtime::Node, Value::Int(_) | Value::Uint(_) | Value::Float(_)) => &["number"],
            (Runtime::Python, Value::Str(_)) => &["str", "object"],
            (Runtime::Python, Value::Bool(_)) => &["bool", "int", "object"],
            (Runtime::Python, Value::Int(_) | Value::Uint(_)) => &["int", "object"],
            (Runtime::Python, Value::Float(_)) => &["float", "object"],
            (Runtime::Ruby, Value::Str(_)) => &["String", "Object"],
            (Runtime::Ruby, Value::Bool(true)) => &["TrueClass", "Object"],
            (Runtime::Ruby, Value::Bool(false)) => &["FalseClass", "Object"],
            (Runtime::Ruby, Value::Int(_) | Value::Uint(_)) => &["Integer", "Numeric", "Object"],
            (Runtime::Ruby, Value::Float(_)) => &["Float", "Numeric", "Object"],
            _ => &[],
        }
    }

    /// The full name that a program's spelling stands for, where this runtime reads it.
    fn full_name<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.runtime != Runtime::Dotnet {
            return Some(name);
        }
        if let Some((_, full)) = DOTNET_SHORT.iter().find(|(short, _)| *short == name) {
            return Some(full);
        }
        // an assembly may stand behind the name of a type, which then has its namespace
        let full =
            name.split_once(',').filter(|(full, _)| !full.contains('[')).map_or(name, |(full, _)| full);
        (full.contains('.') || self.known.contains(full)).then_some(full)
    }

    fn is_root(&self, name: &str) -> bool {
        match self.runtime {
            Runtime::Java => name == "java.lang.Object",
            Runtime::Dotnet => name == "System.Object",
            Runtime::Node | Runtime::Python | Runtime::Ruby | Runtime::Other => false,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        let library: &[&str] = match self.runtime {
            Runtime::Java => &JAVA_LIBRARY,
            Runtime::Dotnet => &DOTNET_LIBRARY,
            Runtime::Node | Runtime::Python | Runtime::Ruby | Runtime::Other => &[],
        };
        self.known.contains(name)
            || library.contains(&name)
            || (self.runtime == Runtime::Dotnet && DOTNET_SHORT.iter().any(|(_, full)| *full == name))
    }
}
