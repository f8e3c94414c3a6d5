//! `instanceof` over recordings: what the recorded type of a value says of another name.

use probelang_dialect::PlainTypes;
use probelang_host::Instance;

use crate::language::Language;

/// Why a name that is not the recorded type may hold all the same.
const NO_SUPERTYPES: &str = "supertypes were not recorded";

/// What a value is, beside its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// A Boolean, number or text, whose type is one of the language's own.
    Scalar,
    /// A text or number that may be of another type than its text shows.
    Doubtful,
    Constant,
    Collection,
    Object,
    /// An object that was thrown.
    Thrown,
}

/// Types of which nothing is derived, and of which a value is recorded by its text: each with the names of one
/// type.
const JAVA: [&[&str]; 27] = [
    &["boolean", "java.lang.Boolean"],
    &["byte", "java.lang.Byte"],
    &["short", "java.lang.Short"],
    &["char", "java.lang.Character"],
    &["int", "java.lang.Integer"],
    &["long", "java.lang.Long"],
    &["float", "java.lang.Float"],
    &["double", "java.lang.Double"],
    &["java.lang.String", "String"],
    &["java.lang.Class"],
    &["java.util.UUID"],
    &["java.net.URI"],
    &["java.time.Duration"],
    &["java.time.Instant"],
    &["java.time.LocalTime"],
    &["java.time.LocalDate"],
    &["java.time.LocalDateTime"],
    &["sun.nio.fs.UnixPath"],
    &["sun.nio.fs.WindowsPath"],
    // these have subclasses, which are recorded as objects
    &["java.math.BigDecimal"],
    &["java.math.BigInteger"],
    &["java.util.concurrent.atomic.AtomicBoolean"],
    &["java.util.concurrent.atomic.AtomicInteger"],
    &["java.util.concurrent.atomic.AtomicLong"],
    &["java.util.Date"],
    &["java.io.File"],
    &["java.lang.Number"],
];
const JAVA_OPEN: [&str; 8] = [
    "java.math.BigDecimal",
    "java.math.BigInteger",
    "java.util.concurrent.atomic.AtomicBoolean",
    "java.util.concurrent.atomic.AtomicInteger",
    "java.util.concurrent.atomic.AtomicLong",
    "java.util.Date",
    "java.io.File",
    "java.lang.Number",
];
const JAVA_NUMBERS: [&str; 10] = [
    "byte",
    "short",
    "int",
    "long",
    "float",
    "double",
    "java.math.BigDecimal",
    "java.math.BigInteger",
    "java.util.concurrent.atomic.AtomicInteger",
    "java.util.concurrent.atomic.AtomicLong",
];
const JAVA_INCOMPARABLE: [&str; 4] = [
    "java.lang.Class",
    "java.util.concurrent.atomic.AtomicBoolean",
    "java.util.concurrent.atomic.AtomicInteger",
    "java.util.concurrent.atomic.AtomicLong",
];
const DOTNET: [&[&str]; 25] = [
    &["Boolean", "bool"],
    &["Byte", "byte"],
    &["SByte", "sbyte"],
    &["Int16", "short"],
    &["UInt16", "ushort"],
    &["Int32", "int"],
    &["UInt32", "uint"],
    &["Int64", "long"],
    &["UInt64", "ulong"],
    &["IntPtr", "nint"],
    &["UIntPtr", "nuint"],
    &["Char", "char"],
    &["Single", "float"],
    &["Double", "double"],
    &["Decimal", "decimal"],
    &["String", "string"],
    &["DateTime"],
    &["DateTimeOffset"],
    &["TimeSpan"],
    &["DateOnly"],
    &["TimeOnly"],
    &["Guid"],
    &["Uri"],
    &["Version"],
    &["StringBuilder", "Text.StringBuilder"],
];
/// Those that are no structs.
const DOTNET_CLASSES: [&str; 4] = ["String", "Uri", "Version", "StringBuilder"];
/// Those of which a class can be derived.
const DOTNET_OPEN: [&str; 1] = ["Uri"];
const PYTHON: [&[&str]; 20] = [
    &["bool"],
    &["int"],
    &["float"],
    &["str"],
    &["bytes"],
    &["complex"],
    &["NoneType", "types.NoneType"],
    &["Decimal", "decimal.Decimal"],
    &["int8", "numpy.int8"],
    &["int16", "numpy.int16"],
    &["int32", "numpy.int32"],
    &["int64", "numpy.int64"],
    &["uint8", "numpy.uint8"],
    &["uint16", "numpy.uint16"],
    &["uint32", "numpy.uint32"],
    &["uint64", "numpy.uint64"],
    &["float16", "numpy.float16"],
    &["float32", "numpy.float32"],
    &["float64", "numpy.float64"],
    &["longdouble", "numpy.longdouble"],
];
const PYTHON_SEALED: [&str; 2] = ["bool", "NoneType"];
const JAVASCRIPT: [&[&str]; 6] =
    [&["boolean"], &["number"], &["bigint"], &["string"], &["symbol"], &["undefined"]];
/// Collections that are not derived from each other.
const JAVASCRIPT_COLLECTIONS: [&str; 16] = [
    "Array",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
];
/// Classes that no primitive value is an instance of.
const JAVASCRIPT_CLASSES: [&str; 14] = [
    "Object", "Number", "String", "Boolean", "Symbol", "BigInt", "Function", "Array", "Map", "Set", "Date",
    "RegExp", "Error", "Promise",
];
const RUBY: [&[&str]; 10] = [
    &["TrueClass"],
    &["FalseClass"],
    &["NilClass"],
    &["Integer"],
    &["Float"],
    &["String"],
    &["Symbol"],
    &["Time"],
    &["Date"],
    &["DateTime"],
];
const PHP: [&[&str]; 5] =
    [&["bool", "boolean"], &["int", "integer"], &["float", "double"], &["string"], &["null"]];
const GO: [&[&str]; 19] = [
    &["bool"],
    &["int"],
    &["int8"],
    &["int16"],
    &["int32", "rune"],
    &["int64"],
    &["uint"],
    &["uint8", "byte"],
    &["uint16"],
    &["uint32"],
    &["uint64"],
    &["uintptr"],
    &["float32"],
    &["float64"],
    &["complex64"],
    &["complex128"],
    &["string"],
    &["unsafe.Pointer"],
    &["@duration"],
];

/// The one name of each scalar type of `language`, of a name in any of its spellings.
pub(crate) fn scalar_type(language: Language, name: &str) -> Option<&'static str> {
    let (types, name): (&[&[&'static str]], _) = match language {
        Language::Java => (&JAVA, name),
        Language::DotNet => (&DOTNET, name.strip_prefix("System.").unwrap_or(name)),
        Language::Python => (&PYTHON, name.strip_prefix("builtins.").unwrap_or(name)),
        Language::JavaScript => (&JAVASCRIPT, name),
        Language::Ruby => (&RUBY, name.trim_start_matches("::")),
        Language::Php => (&PHP, name),
        Language::Go => (&GO, name),
        Language::Unknown => (&[], name),
    };
    types.iter().find(|names| names.contains(&name)).and_then(|names| names.first().copied())
}

/// Whether both names are of one type.
fn is_same(language: Language, a: &str, b: &str) -> bool {
    let spelled = |name| {
        let name = if language == Language::Ruby { str::trim_start_matches(name, "::") } else { name };
        scalar_type(language, name).unwrap_or(name)
    };
    spelled(a) == spelled(b)
}

/// Whether a value of the recorded type `recorded` is an instance of `wanted`.
pub(crate) fn instance_of<'a>(
    language: Language,
    shape: Shape,
    recorded: &str,
    wanted: &str,
) -> Instance<'a> {
    if is_same(language, recorded, wanted) || is_supertype(language, shape, recorded, wanted) {
        return Instance::Yes;
    }
    let is_scalar = shape == Shape::Scalar;
    let other = scalar_type(language, wanted);
    // the engine asks only where the value is not of the kind itself
    let of_another_kind = PlainTypes::Portable.find(wanted).is_some() && shape != Shape::Doubtful;
    let impossible = match (language, other) {
        // an object may derive from a builtin type
        (Language::Python, _) if matches!(shape, Shape::Object | Shape::Constant | Shape::Thrown) => {
            other.is_some_and(|name| PYTHON_SEALED.contains(&name))
        }
        _ if shape == Shape::Collection && is_other_collection(language, recorded, wanted) => true,
        _ if of_another_kind => true,
        (Language::JavaScript, None) => {
            is_scalar && scalar_type(language, recorded).is_some() && JAVASCRIPT_CLASSES.contains(&wanted)
        }
        (_, None) => false,
        // the two are scalar types, and not one
        _ if is_scalar && scalar_type(language, recorded).is_some() => true,
        (Language::Java, Some(name)) => !JAVA_OPEN.contains(&name) || shape != Shape::Object,
        (Language::DotNet, Some(name)) => {
            recorded != NULLABLE && (!DOTNET_OPEN.contains(&name) || shape != Shape::Object)
        }
        (Language::Go, _) => shape != Shape::Doubtful,
        // the type of a scalar that is not one of the language's own may be derived from it
        _ => !is_scalar && shape != Shape::Doubtful,
    };
    if impossible { Instance::No } else { Instance::Unreadable(NO_SUPERTYPES) }
}

/// Whether both are builtin collections that are not derived from each other.
fn is_other_collection(language: Language, recorded: &str, wanted: &str) -> bool {
    let builtin: &[&str] = match language {
        Language::Python => &["list", "tuple", "set", "frozenset", "dict", "deque", "ndarray"],
        Language::JavaScript => &JAVASCRIPT_COLLECTIONS,
        Language::Ruby => &["Array", "Hash"],
        _ => return false,
    };
    builtin.contains(&recorded) && builtin.contains(&wanted)
}

/// .NET's name of a value that might have been null, whatever its type is.
pub(crate) const NULLABLE: &str = "Nullable`1";

/// Whether `wanted` is certainly a supertype of the type `recorded`.
fn is_supertype(language: Language, shape: Shape, recorded: &str, wanted: &str) -> bool {
    let scalar = scalar_type(language, recorded).filter(|_| shape == Shape::Scalar);
    match language {
        Language::Java => match wanted {
            "java.lang.Object" => true,
            "java.lang.Throwable" => shape == Shape::Thrown,
            "java.lang.Enum" => shape == Shape::Constant,
            "java.io.Serializable" => shape == Shape::Constant || scalar.is_some(),
            "java.lang.Comparable" => {
                shape == Shape::Constant || scalar.is_some_and(|name| !JAVA_INCOMPARABLE.contains(&name))
            }
            "java.lang.Number" => scalar.is_some_and(|name| JAVA_NUMBERS.contains(&name)),
            "java.lang.CharSequence" => scalar == Some("java.lang.String"),
            _ => false,
        },
        Language::DotNet => match wanted.strip_prefix("System.").unwrap_or(wanted) {
            "Object" | "object" => true,
            "Exception" => shape == Shape::Thrown,
            "Enum" => shape == Shape::Constant,
            "ValueType" => {
                shape == Shape::Constant || scalar.is_some_and(|name| !DOTNET_CLASSES.contains(&name))
            }
            _ => false,
        },
        Language::Python => match wanted.strip_prefix("builtins.").unwrap_or(wanted) {
            "object" => true,
            "BaseException" => shape == Shape::Thrown,
            "int" => scalar == Some("bool"),
            // NumPy's
            "float" => shape == Shape::Scalar && recorded == "float64",
            "dict" => {
                shape == Shape::Collection && matches!(recorded, "defaultdict" | "Counter" | "OrderedDict")
            }
            _ => false,
        },
        Language::JavaScript => {
            let is_primitive = scalar.is_some() || shape == Shape::Doubtful;
            wanted == "Object" && !is_primitive
        }
        Language::Ruby => match wanted.trim_start_matches("::") {
            "Object" | "BasicObject" => true,
            "Exception" => shape == Shape::Thrown,
            "Numeric" => matches!(scalar, Some("Integer" | "Float")),
            "Date" => scalar == Some("DateTime"),
            _ => false,
        },
        Language::Php => wanted == "Throwable" && shape == Shape::Thrown,
        Language::Go | Language::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scalar_type_has_one_name() {
        for (language, name, expected) in [
            (Language::Java, "java.lang.Integer", "int"),
            (Language::Java, "String", "java.lang.String"),
            (Language::DotNet, "System.Int32", "Int32"),
            (Language::DotNet, "int", "Int32"),
            (Language::Python, "builtins.int", "int"),
            (Language::Ruby, "::String", "String"),
            (Language::Php, "integer", "int"),
            (Language::Go, "byte", "uint8"),
        ] {
            assert_eq!(scalar_type(language, name), Some(expected), "{name}");
        }
        for name in ["System.Int32", "java.util.List", "com.acme.Integer", ""] {
            assert_eq!(scalar_type(Language::Java, name), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_a_supertype_is_none() {
        use Instance::{No, Unreadable, Yes};
        let open = Unreadable(NO_SUPERTYPES);
        for (language, shape, recorded, wanted, expected) in [
            (Language::Java, Shape::Scalar, "int", "java.lang.Integer", Yes),
            (Language::Java, Shape::Scalar, "int", "java.lang.Long", No),
            (Language::Java, Shape::Scalar, "int", "java.lang.Number", Yes),
            (Language::Java, Shape::Scalar, "java.lang.String", "java.util.List", open),
            (Language::Java, Shape::Object, "a.Money", "java.math.BigDecimal", open),
            (Language::Java, Shape::Object, "a.Money", "java.lang.String", No),
            (Language::Java, Shape::Collection, "java.util.ArrayList", "java.util.List", open),
            (Language::Java, Shape::Constant, "a.Level", "java.lang.String", No),
            (Language::Java, Shape::Constant, "a.Level", "java.lang.Enum", Yes),
            (Language::DotNet, Shape::Scalar, "Guid", "System.Guid", Yes),
            (Language::DotNet, Shape::Scalar, "Int32", "System.Int64", No),
            (Language::DotNet, Shape::Scalar, NULLABLE, "System.Int32", open),
            (Language::DotNet, Shape::Object, "Person", "Acme.Person", open),
            (Language::Python, Shape::Object, "P", "str", open),
            (Language::Python, Shape::Object, "P", "bool", No),
            (Language::Python, Shape::Scalar, "bool", "int", Yes),
            (Language::Ruby, Shape::Scalar, "MyText", "String", open),
            (Language::Ruby, Shape::Scalar, "Symbol", "String", No),
            (Language::Go, Shape::Doubtful, "main.Status", "int", open),
            (Language::Go, Shape::Scalar, "uint8", "byte", Yes),
            (Language::JavaScript, Shape::Object, "User", "string", No),
        ] {
            assert_eq!(instance_of(language, shape, recorded, wanted), expected, "{recorded} {wanted}");
        }
    }
}
