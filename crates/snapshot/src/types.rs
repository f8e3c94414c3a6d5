//! What a recorded type's name says of the text that stands for its value.

use std::borrow::Cow;

use probelang_dialect::{PlainKind, portable_type};

use crate::json::integer;
use crate::language::Language;
use crate::store::Node;

/// How the text of a value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Bool,
    Integer,
    /// JavaScript's only number type: an integer where the text is one.
    Number,
    Float,
    /// .NET's `Nullable`: what the text is.
    Nullable,
    /// Python's `repr` of a `str`, or with a `b` before it of `bytes`.
    PythonText,
    Text,
}

/// The class of the type `name`.
pub(crate) fn class(name: &str, language: Language) -> Class {
    let python = matches!(language, Language::Python | Language::Unknown);
    if python && matches!(name, "str" | "bytes") {
        return Class::PythonText;
    }
    // its milliseconds
    if language == Language::Java && name == "java.util.Date" {
        return Class::Integer;
    }
    // the type, not its arguments: `System.Nullable`1[System.Int32]`
    let base = name.split(['`', '<', '[']).next().unwrap_or(name);
    if last_word(base) == "Nullable" {
        return Class::Nullable;
    }
    let word = last_word(name).to_ascii_lowercase();
    if word == "number" {
        return Class::Number;
    }
    match portable_type(&word) {
        Some(ty) if ty.has(PlainKind::True) => Class::Bool,
        Some(ty) if ty.has(PlainKind::Int) => Class::Integer,
        Some(ty) if ty.has(PlainKind::Float) => Class::Float,
        Some(_) | None => Class::Text,
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

/// Whether `text` is the name of an enum constant: a value under a class of Java whose text the tracer does not
/// write.
pub(crate) fn is_java_constant(type_name: &str, text: &str, language: Language) -> bool {
    const SAFE: [&str; 14] = [
        "java.lang.",
        "java.math.",
        "java.time.",
        "java.util.UUID",
        "java.net.URI",
        "java.io.File",
        "sun.nio.fs.",
        "java.util.concurrent.atomic.",
        "java.util.Date",
        "String",
        "char",
        "byte",
        "short",
        "boolean",
    ];
    language == Language::Java
        && type_name.contains('.')
        && !SAFE.iter().any(|safe| type_name.starts_with(safe))
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
        && !text.is_empty()
}

fn last_word(name: &str) -> &str {
    name.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default()
}

/// The number or Boolean that `text` stands for under `class`; `None` where it is no such.
pub(crate) fn scalar(class: Class, text: &str, language: Language) -> Option<Node> {
    let invariant = if language == Language::DotNet { invariant(text) } else { Cow::Borrowed(text) };
    let text = &*invariant;
    match class {
        Class::Bool => boolean(text),
        Class::Integer => whole(text.strip_suffix('n').unwrap_or(text)),
        Class::Number => whole(text).or_else(|| float(text)),
        Class::Float => float(text),
        Class::Nullable => whole(text).or_else(|| float(text)).or_else(|| boolean(text)),
        Class::PythonText | Class::Text => None,
    }
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

fn boolean(text: &str) -> Option<Node> {
    let is = |word| text.eq_ignore_ascii_case(word);
    if is("true") { Some(Node::Bool(true)) } else { is("false").then_some(Node::Bool(false)) }
}

fn whole(text: &str) -> Option<Node> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| integer(text))
}

fn float(text: &str) -> Option<Node> {
    // Python writes the constructor
    let text = text.strip_prefix("Decimal('").and_then(|rest| rest.strip_suffix("')")).unwrap_or(text);
    let float = match text {
        "∞" => f64::INFINITY,
        "-∞" => f64::NEG_INFINITY,
        _ => text.parse().ok()?,
    };
    Some(Node::Float(float))
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
            ("Single", Class::Float),
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
            assert_eq!(class(name, Language::Java), expected, "{name}");
        }
        assert_eq!(class("str", Language::Python), Class::PythonText);
        assert_eq!(class("bytes", Language::Java), Class::Text);
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
            (Class::Integer, "31", Some(Node::Int(31))),
            (Class::Integer, "-0", Some(Node::Int(0))),
            (Class::Integer, "18446744073709551615", Some(Node::Uint(u64::MAX))),
            (Class::Integer, "18446744073709551616", Some(Node::Float(18_446_744_073_709_551_616.0))),
            (Class::Integer, "12n", Some(Node::Int(12))),
            (Class::Integer, "1.5", None),
            (Class::Integer, "-", None),
            (Class::Number, "-0", Some(Node::Int(0))),
            (Class::Number, "1e+21", Some(Node::Float(1e21))),
            (Class::Number, "Infinity", Some(Node::Float(f64::INFINITY))),
            (Class::Float, "30", Some(Node::Float(30.0))),
            (Class::Float, "-inf", Some(Node::Float(f64::NEG_INFINITY))),
            (Class::Float, "Decimal('12.50')", Some(Node::Float(12.5))),
            (Class::Float, "1,5", None),
            (Class::Float, "", None),
            (Class::Bool, "True", Some(Node::Bool(true))),
            (Class::Bool, "yes", None),
            (Class::Nullable, "7", Some(Node::Int(7))),
            (Class::Nullable, "7.5", Some(Node::Float(7.5))),
            (Class::Nullable, "False", Some(Node::Bool(false))),
            (Class::Nullable, "Monday", None),
        ];
        for (class, text, expected) in cases {
            assert_eq!(scalar(class, text, Language::Java), expected, "{text}");
        }
        assert!(
            matches!(scalar(Class::Float, "nan", Language::Python), Some(Node::Float(float)) if float.is_nan())
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
        assert_eq!(scalar(Class::Float, "1,5", Language::DotNet), Some(Node::Float(1.5)));
    }
}
