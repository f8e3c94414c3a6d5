//! What a recorded type's name says of the text that stands for its value.

use std::borrow::Cow;

use probelang_diagnostic::spell::Float;
use probelang_dialect::{PlainKind, portable_type};
use probelang_host::{Kind, Value};

use crate::instance::scalar_type;
use crate::language::Language;
use crate::store::{Node, Store};

/// How the text of a value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Bool,
    Integer,
    /// JavaScript's only number type: an integer where the text is one.
    Number,
    Float,
    /// A float of 32 bits.
    Single,
    /// A float of 16 bits.
    Half,
    /// .NET's `Nullable`: what the text is.
    Nullable,
    /// Go's named types: what the text is, or the text.
    Named,
    /// Go's `uintptr`: an integer, which may be written as an address is.
    Address,
    /// Python's `repr` of a `str`, or with a `b` before it of `bytes`.
    PythonText,
    Text,
}

/// What a text stands for that is not a text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Scalar {
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// An integer beyond 64 bits: its digits, with a `-` before those of a negative one.
    Big(String),
    Float(f64),
}

/// The integer that `text` is: decimal digits, perhaps with a sign before them.
pub(crate) fn integer(text: &str) -> Scalar {
    if let Ok(n) = text.parse() {
        return Scalar::Int(n);
    }
    if let Ok(n) = text.parse() {
        return Scalar::Uint(n);
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    Scalar::Big(format!("{sign}{}", text.trim_start_matches(['-', '+']).trim_start_matches('0')))
}

/// The class of the type `name`.
pub(crate) fn class(name: &str, language: Language) -> Class {
    match language {
        Language::Java => java(name),
        Language::Go => go(name),
        Language::Python | Language::Unknown if matches!(name, "str" | "bytes") => Class::PythonText,
        // NumPy's
        Language::Python if name == "float16" => Class::Half,
        Language::Python | Language::Ruby | Language::Php if matches!(name, "float" | "Float") => {
            Class::Float
        }
        _ => by_last_word(name, language),
    }
}

/// Java's tracer writes full names.
fn java(name: &str) -> Class {
    match scalar_type(Language::Java, name) {
        Some("boolean" | "java.util.concurrent.atomic.AtomicBoolean") => Class::Bool,
        Some(
            "byte"
            | "short"
            | "int"
            | "long"
            | "java.math.BigInteger"
            | "java.util.concurrent.atomic.AtomicInteger"
            | "java.util.concurrent.atomic.AtomicLong"
            // its milliseconds
            | "java.util.Date",
        ) => Class::Integer,
        Some("float") => Class::Single,
        Some("double" | "java.math.BigDecimal") => Class::Float,
        Some(_) => Class::Text,
        // not a name that Java's tracer writes
        None if !is_java_class(name) => by_last_word(name, Language::Unknown),
        None => Class::Text,
    }
}

/// Whether `name` may be that of a class: it has a package, or begins with a capital.
fn is_java_class(name: &str) -> bool {
    name.contains('.') || name.starts_with(char::is_uppercase)
}

/// Go's tracer writes a type of a package with it: whatever its last word is, it says nothing of the value.
fn go(name: &str) -> Class {
    let name = name.trim_start_matches('*');
    match scalar_type(Language::Go, name) {
        Some("@duration") => Class::Named,
        Some("uintptr") => Class::Address,
        None if name.contains('.') => Class::Named,
        known => by_last_word(known.unwrap_or(name), Language::Go),
    }
}

fn by_last_word(name: &str, language: Language) -> Class {
    // the type, not its arguments: `System.Nullable`1[System.Int32]`
    let base = name.split(['`', '<', '[']).next().unwrap_or(name);
    if last_word(base) == "Nullable" {
        return Class::Nullable;
    }
    let word = last_word(name).to_ascii_lowercase();
    match word.as_str() {
        "number" => Class::Number,
        "single" | "float32" => Class::Single,
        "float" if language == Language::DotNet || name == "java.lang.Float" => Class::Single,
        "longdouble" => Class::Float,
        "intptr" | "uintptr" if language == Language::DotNet => Class::Integer,
        word => match portable_type(word) {
            Some(ty) if ty.has(PlainKind::True) => Class::Bool,
            Some(ty) if ty.has(PlainKind::Int) => Class::Integer,
            Some(ty) if ty.has(PlainKind::Float) => Class::Float,
            Some(_) | None => Class::Text,
        },
    }
}

/// The type that a literal of `language` of the kind of `scalar` has; nothing where the language is not known.
pub(crate) fn literal_type(scalar: &Value<'_>, language: Language) -> Option<&'static str> {
    let is_wide = matches!(scalar, Value::Int(n) if i32::try_from(*n).is_err());
    let (bool, int, float, text) = match language {
        Language::Java => ("boolean", if is_wide { "long" } else { "int" }, "double", "java.lang.String"),
        Language::DotNet => ("Boolean", if is_wide { "Int64" } else { "Int32" }, "Double", "String"),
        Language::Python => ("bool", "int", "float", "str"),
        Language::JavaScript => ("boolean", "number", "number", "string"),
        Language::Ruby => (
            if *scalar == Value::Bool(true) { "TrueClass" } else { "FalseClass" },
            "Integer",
            "Float",
            "String",
        ),
        Language::Php => ("bool", "int", "float", "string"),
        Language::Go => ("bool", "int", "float64", "string"),
        Language::Unknown => return None,
    };
    Some(match scalar {
        Value::Bool(_) => bool,
        Value::Int(_) => int,
        // beyond 64 bits with a sign
        Value::Uint(_) | Value::BigInt(_)
            if matches!(language, Language::Python | Language::Ruby | Language::JavaScript) =>
        {
            int
        }
        Value::Float(_) => float,
        Value::Str(_) | Value::CutStr(_) => text,
        _ => return None,
    })
}

/// Whether the type `name` says nothing more of `scalar` than that it is one: a literal has it too.
pub(crate) fn is_literal_type(name: &str, scalar: &Value<'_>, language: Language) -> bool {
    match language {
        Language::Unknown => match scalar.kind() {
            Kind::Bool => matches!(name, "bool" | "boolean"),
            Kind::Int => matches!(name, "int" | "number"),
            Kind::Float => matches!(name, "float" | "double" | "number"),
            _ => matches!(name, "string" | "str"),
        },
        _ => {
            literal_type(scalar, language).is_some_and(|literal| scalar_type(language, name) == Some(literal))
        }
    }
}

/// What stands between the parentheses of a NumPy scalar's `repr` (`np.int64(5)`, `np.True_`).
pub(crate) fn numpy(text: &str, language: Language) -> Option<&str> {
    let name = text.strip_prefix("np.").filter(|_| language == Language::Python)?;
    match name {
        "True_" => Some("True"),
        "False_" => Some("False"),
        _ => name.strip_suffix(')')?.split_once('(').map(|(_, inner)| inner),
    }
}

/// Whether the Python type `name` is that of a Boolean, number or text: a builtin one, or NumPy's.
pub(crate) fn is_python_scalar(name: &str) -> bool {
    const OTHERS: [&str; 5] = ["bool_", "str_", "bytes_", "datetime64", "timedelta64"];
    class(name, Language::Python) != Class::Text || is_complex(name) || OTHERS.contains(&name)
}

/// Whether values of the type `name`, of Python or Go, are complex numbers: one may equal a number.
pub(crate) fn is_complex(name: &str) -> bool {
    let name = name.trim_start_matches('*');
    matches!(name, "complex" | "complex64" | "complex128" | "complex192" | "complex256" | "clongdouble")
}

/// Whether values of the type `name` are of none of the kinds of the language, although they have a text.
pub(crate) fn is_opaque(name: &str, language: Language) -> bool {
    match language {
        Language::Python => name == "type" || is_complex(name),
        Language::Go => is_complex(name),
        _ => false,
    }
}

/// Types of .NET that are recorded by their text and are neither scalars nor enums.
const DOTNET_TEXTS: [&str; 4] = ["StackTrace", "Type", "RuntimeType", "TypeInfo"];

/// Whether `text`, recorded under the type `name`, is the name of an enum constant. Java's and .NET's tracers
/// write the text of few types, all of which are known: any other is an enum.
pub(crate) fn is_constant(name: &str, text: &str, language: Language) -> bool {
    let is_start = |c: char| c.is_alphabetic() || matches!(c, '_' | '$');
    let is_name =
        |text: &str| text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_alphanumeric());
    match language {
        Language::Java => is_java_class(name) && scalar_type(language, name).is_none() && is_name(text),
        // one of a set of flags is written as several names; what has no fields by the name of its type
        Language::DotNet => {
            scalar_type(language, name).is_none()
                && !DOTNET_TEXTS.contains(&name)
                && !name.is_empty()
                && name != text
                && text.split(", ").all(is_name)
        }
        _ => false,
    }
}

/// The enum that a constant is of: one with a body of its own has a class of its own (`Level$1`).
pub(crate) fn enum_type(name: &str, language: Language) -> &str {
    let body = name.rsplit_once('$').filter(|(_, number)| {
        language == Language::Java && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    body.map_or(name, |(name, _)| name)
}

/// Whether the name of a type says what the text of `node`, a scalar, is where nothing else does.
pub(crate) fn says(name: &str, node: Node, store: &Store) -> bool {
    let read = |text: &str| scalar(class(name, Language::default()), text, Language::default());
    match node {
        Node::Bool(truth) => read(if truth { "true" } else { "false" }) == Some(Scalar::Bool(truth)),
        Node::Int(n) => read(&n.to_string()) == Some(Scalar::Int(n)),
        Node::Uint(n) => read(&n.to_string()) == Some(Scalar::Uint(n)),
        Node::Float(n) => matches!(read(&Float(n).to_string()), Some(Scalar::Float(_))),
        Node::Str(text) | Node::CutStr(text) => read(store.text(text)).is_none(),
        _ => true,
    }
}

fn last_word(name: &str) -> &str {
    name.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default()
}

/// The number or Boolean that `text` stands for under `class`; `None` where it is no such.
pub(crate) fn scalar(class: Class, text: &str, language: Language) -> Option<Scalar> {
    let digits = digits(text, language);
    let text = &*digits;
    match class {
        Class::Bool => boolean(text),
        Class::Integer => whole(text.strip_suffix('n').unwrap_or(text)),
        Class::Address => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(|n| integer(&n.to_string())),
            None => whole(text),
        },
        Class::Number => whole(text).or_else(|| float(text).map(Scalar::Float)),
        Class::Float => float(text).map(Scalar::Float),
        Class::Single => float(text).map(|wide| Scalar::Float(text.parse().map_or(wide, |n: f32| n.into()))),
        Class::Half => float(text).map(|wide| Scalar::Float(half(wide))),
        Class::Nullable => whole(text).or_else(|| float(text).map(Scalar::Float)).or_else(|| boolean(text)),
        Class::Named if matches!(text, "true" | "false") => boolean(text),
        Class::Named => whole(text).or_else(|| go_float(text).map(Scalar::Float)),
        Class::PythonText | Class::Text => None,
    }
}

/// The text of a number as it is written everywhere.
pub(crate) fn digits(text: &str, language: Language) -> Cow<'_, str> {
    if language == Language::DotNet { invariant(text) } else { Cow::Borrowed(text) }
}

/// A number as .NET writes it in the culture of the process: with a comma or U+066B for the point, U+2212 for
/// the minus, and marks of direction around it.
fn invariant(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii() && c != ',';
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let marks = ['\u{200e}', '\u{200f}', '\u{61c}'];
    let invariant = |c| match c {
        '\u{2212}' => '-',
        ',' | '\u{66b}' => '.',
        other => other,
    };
    Cow::Owned(text.chars().filter(|c| !marks.contains(c)).map(invariant).collect())
}

fn boolean(text: &str) -> Option<Scalar> {
    let is = |word| text.eq_ignore_ascii_case(word);
    if is("true") { Some(Scalar::Bool(true)) } else { is("false").then_some(Scalar::Bool(false)) }
}

fn whole(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| integer(text))
}

fn float(text: &str) -> Option<f64> {
    // Python writes the constructor
    let text = text.strip_prefix("Decimal('").and_then(|rest| rest.strip_suffix("')")).unwrap_or(text);
    match text {
        "∞" => Some(f64::INFINITY),
        "-∞" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

/// A float as Go writes one: the names that Rust reads beside these may be texts.
fn go_float(text: &str) -> Option<f64> {
    let is_number = text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    let is_named = matches!(text, "NaN" | "+Inf" | "-Inf");
    text.parse().ok().filter(|_| is_number || is_named)
}

/// The nearest float of 16 bits.
fn half(wide: f64) -> f64 {
    if !wide.is_finite() {
        return wide;
    }
    // ten bits after the first, and no exponent below -14
    let exponent = i32::try_from((wide.to_bits() >> 52) & 0x7ff).unwrap_or(0).saturating_sub(1_023).max(-14);
    let unit = f64::powi(2.0, exponent.saturating_sub(10));
    let near = (wide / unit).round_ties_even() * unit;
    if near.abs() > 65_504.0 { f64::INFINITY.copysign(wide) } else { near }
}

/// Types with `Set` in their name that keep no distinct elements.
const NO_SETS: [&str; 7] = ["DataSet", "ResultSet", "RecordSet", "RowSet", "QuerySet", "CharSet", "OffSet"];

/// Whether elements recorded under the type `name` are those of a set: one of the words of its last part is
/// (`set`, `frozenset`, ``HashSet`1``, `java.util.ImmutableCollections$SetN`).
pub(crate) fn is_set(name: &str) -> bool {
    let base = name.split(['`', '<', '[', '(']).next().unwrap_or(name);
    let last = base.rsplit(['.', '$', '+', ':', '/', '\\']).next().unwrap_or(base);
    if matches!(last, "set" | "frozenset") {
        return true;
    }
    if NO_SETS.iter().any(|no_set| last.contains(no_set)) {
        return false;
    }
    let words = last.match_indices("Set").any(|(at, word)| {
        // the next word, if any, begins with a capital: `Settings` is no set
        let next = last.get(at.saturating_add(word.len())..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| !c.is_lowercase())
    });
    words || last.ends_with("_set")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_type_decides() {
        let cases = [
            ("bool", Class::Bool),
            ("java.lang.Boolean", Class::Bool),
            ("TrueClass", Class::Bool),
            ("Int32", Class::Integer),
            ("System.UInt64", Class::Integer),
            ("uint8", Class::Integer),
            ("java.lang.Integer", Class::Integer),
            ("java.util.concurrent.atomic.AtomicLong", Class::Integer),
            ("LONG", Class::Integer),
            ("bigint", Class::Integer),
            ("java.math.BigInteger", Class::Integer),
            ("number", Class::Number),
            ("float", Class::Float),
            ("float64", Class::Float),
            ("java.lang.Double", Class::Float),
            ("Single", Class::Single),
            ("java.math.BigDecimal", Class::Float),
            ("Nullable`1", Class::Nullable),
            ("System.Nullable`1[System.Int32]", Class::Nullable),
            ("Point", Class::Text),
            ("Interval", Class::Text),
            ("uintptr", Class::Text),
            ("char", Class::Text),
            ("String", Class::Text),
            ("", Class::Text),
        ];
        for (name, expected) in cases {
            assert_eq!(class(name, Language::Unknown), expected, "{name}");
        }
        assert_eq!(class("str", Language::Python), Class::PythonText);
        assert_eq!(class("bytes", Language::Java), Class::Text);
    }

    #[test]
    fn full_names_decide_where_they_are_recorded() {
        for (language, name, expected) in [
            (Language::Java, "java.lang.Integer", Class::Integer),
            (Language::Java, "float", Class::Single),
            (Language::Java, "java.util.Date", Class::Integer),
            (Language::Java, "com.acme.Integer", Class::Text),
            (Language::Java, "com.acme.Float", Class::Text),
            (Language::Go, "int32", Class::Integer),
            (Language::Go, "*float32", Class::Single),
            (Language::Go, "time.Duration", Class::Named),
            (Language::Go, "acme.Int", Class::Named),
            (Language::Go, "@duration", Class::Named),
            (Language::Python, "float", Class::Float),
            (Language::Python, "float32", Class::Single),
            (Language::Python, "float16", Class::Half),
            (Language::Ruby, "Float", Class::Float),
            (Language::DotNet, "Single", Class::Single),
        ] {
            assert_eq!(class(name, language), expected, "{name}");
        }
    }

    #[test]
    fn floats_of_fewer_bits_are_what_they_were() {
        let float = |class, text| match scalar(class, text, Language::Python) {
            Some(Scalar::Float(float)) => float,
            other => panic!("{other:?}"),
        };
        assert_eq!(float(Class::Single, "0.1"), f64::from(0.1_f32));
        assert_eq!(float(Class::Single, "3.4028235e+38"), f64::from(f32::MAX));
        for (text, expected) in [
            ("0.1", 0.099_975_585_937_5),
            ("65504", 65_504.0),
            ("6e-08", 5.960_464_477_539_063e-8),
            ("-0.3333", -0.333_251_953_125),
            ("0", 0.0),
        ] {
            assert_eq!(float(Class::Half, text), expected, "{text}");
        }
        assert!(float(Class::Half, "70000").is_infinite());
    }

    #[test]
    fn what_is_recorded_as_text_and_is_no_text_is_an_enum() {
        for (language, name, text) in [
            (Language::Java, "com.acme.Level", "HIGH"),
            (Language::Java, "java.time.DayOfWeek", "MONDAY"),
            (Language::Java, "com.acme.Level$1", "LOW"),
            (Language::Java, "Level", "MID"),
            (Language::DotNet, "Color", "Red"),
            (Language::DotNet, "Access", "Read, Write"),
        ] {
            assert!(is_constant(name, text, language), "{name}");
        }
        for (language, name, text) in [
            (Language::Java, "java.util.UUID", "a"),
            (Language::Java, "com.acme.Id", "12"),
            (Language::Java, "string", "abc"),
            (Language::Java, "", "A"),
            (Language::DotNet, "Person", "Person"),
            (Language::DotNet, "DateTime", "today"),
            (Language::DotNet, "Color", "7"),
            (Language::Ruby, "Symbol", "a"),
        ] {
            assert!(!is_constant(name, text, language), "{name}");
        }
        assert_eq!(enum_type("com.acme.Level$1", Language::Java), "com.acme.Level");
        for name in ["com.acme.Outer$Level", "Level$", "a.L$1b"] {
            assert_eq!(enum_type(name, Language::Java), name);
        }
    }

    #[test]
    fn sets_are_told_by_a_word() {
        for name in [
            "set",
            "frozenset",
            "Set",
            "HashSet`1",
            "java.util.HashSet",
            "java.util.ImmutableCollections$SetN",
        ] {
            assert!(is_set(name), "{name}");
        }
        assert!(
            is_set("java.util.concurrent.ConcurrentHashMap$KeySetView")
                && is_set("System.Collections.Generic.SortedSet`1[System.String]")
        );
        for name in ["list", "Array", "Settings[]", "java.sql.ResultSet", "Offset", "List<Set>", "asset"] {
            assert!(!is_set(name), "{name}");
        }
    }

    #[test]
    fn what_does_not_parse_is_no_number() {
        let cases = [
            (Class::Integer, "31", Some(Scalar::Int(31))),
            (Class::Integer, "-0", Some(Scalar::Int(0))),
            (Class::Integer, "18446744073709551615", Some(Scalar::Uint(u64::MAX))),
            (Class::Integer, "18446744073709551616", Some(Scalar::Big("18446744073709551616".into()))),
            (Class::Integer, "-0009223372036854775809", Some(Scalar::Big("-9223372036854775809".into()))),
            (Class::Integer, "+18446744073709551616n", Some(Scalar::Big("18446744073709551616".into()))),
            (Class::Integer, "12n", Some(Scalar::Int(12))),
            (Class::Integer, "1.5", None),
            (Class::Integer, "-", None),
            (Class::Number, "-0", Some(Scalar::Int(0))),
            (Class::Number, "1e+21", Some(Scalar::Float(1e21))),
            (Class::Number, "Infinity", Some(Scalar::Float(f64::INFINITY))),
            (Class::Float, "30", Some(Scalar::Float(30.0))),
            (Class::Float, "-inf", Some(Scalar::Float(f64::NEG_INFINITY))),
            (Class::Float, "Decimal('12.50')", Some(Scalar::Float(12.5))),
            (Class::Float, "1,5", None),
            (Class::Float, "", None),
            (Class::Bool, "True", Some(Scalar::Bool(true))),
            (Class::Bool, "yes", None),
            (Class::Nullable, "7", Some(Scalar::Int(7))),
            (Class::Nullable, "7.5", Some(Scalar::Float(7.5))),
            (Class::Nullable, "False", Some(Scalar::Bool(false))),
            (Class::Nullable, "Monday", None),
        ];
        for (class, text, expected) in cases {
            assert_eq!(scalar(class, text, Language::Java), expected, "{text}");
        }
        assert!(
            matches!(scalar(Class::Float, "nan", Language::Python), Some(Scalar::Float(float)) if float.is_nan())
        );
    }

    #[test]
    fn numbers_of_a_culture_are_read() {
        for (text, expected) in [
            ("1,5", "1.5"),
            ("\u{2212}5", "-5"),
            ("\u{200e}-1\u{66b}5", "-1.5"),
            ("1.5", "1.5"),
            ("\u{2212}∞", "-∞"),
        ] {
            assert_eq!(invariant(text), expected);
        }
        assert_eq!(scalar(Class::Float, "1,5", Language::DotNet), Some(Scalar::Float(1.5)));
    }
}
