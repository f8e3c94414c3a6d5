//! What a host knows of types by their names.

use std::collections::HashSet;

use probelang_host::Instance;

/// The runtime whose values a case holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runtime {
    /// The JVM.
    Java,
    /// .NET.
    Dotnet,
    /// JavaScript.
    Node,
    /// Python, Ruby, PHP, or none in particular.
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
            ("system-tests", [language]) => match language.as_str() {
                "java" => Self::Java,
                "dotnet" => Self::Dotnet,
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
            Runtime::Node | Runtime::Other => false,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        let library: &[&str] = match self.runtime {
            Runtime::Java => &JAVA_LIBRARY,
            Runtime::Dotnet => &DOTNET_LIBRARY,
            Runtime::Node | Runtime::Other => &[],
        };
        self.known.contains(name)
            || library.contains(&name)
            || (self.runtime == Runtime::Dotnet && DOTNET_SHORT.iter().any(|(_, full)| *full == name))
    }
}
