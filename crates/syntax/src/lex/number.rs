//! Numbers: their values, and what is wrong with what starts with a digit and is no number.

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, lex};

/// The value of an integer literal with its sign; `None` outside of -2^63 to 2^64-1.
pub fn integer(digits: &str, negative: bool) -> Option<Integer> {
    let magnitude: u64 = digits.parse().ok()?;
    if negative {
        0i64.checked_sub_unsigned(magnitude).map(Integer::Signed)
    } else {
        Some(i64::try_from(magnitude).map_or(Integer::Large(magnitude), Integer::Signed))
    }
}

/// An integer as trees hold it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Integer {
    /// One that `i64` holds.
    Signed(i64),
    /// One above.
    Large(u64),
}

/// The value of a float literal; `None` where it overflows.
pub fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|float: &f64| float.is_finite())
}

/// Suffixes by which other languages give a number's type.
const SUFFIXES: [&str; 14] =
    ["l", "f", "d", "m", "n", "u", "ul", "lu", "ll", "ull", "i32", "i64", "u64", "f64"];

/// The error about `text`, which starts with a digit and is no number.
pub fn bad(text: &str, span: Span) -> Diagnostic {
    let error = |message: &str| Diagnostic::new(lex::BAD_NUMBER, span, message);
    let write = |diagnostic: Diagnostic, number: &str, fits| {
        let fits = if is_in_range(number) { fits } else { Applicability::Maybe };
        diagnostic.edit(Edit::replace(span, number, format!("write `{number}`"), fits))
    };
    let lower = text.to_ascii_lowercase();
    for (prefix, radix, name) in [("0x", 16, "hexadecimal"), ("0b", 2, "binary"), ("0o", 8, "octal")] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            let told = error(&format!("{name} numbers are not read: write the number in decimal digits"));
            return match u64::from_str_radix(&digits.replace('_', ""), radix) {
                Ok(value) => write(told, &value.to_string(), Applicability::Safe),
                Err(_) => told,
            };
        }
    }
    if text.contains('_') {
        let told = error("digits are written without `_` between them");
        let digits = text.replace('_', "");
        return if is_number(&digits) { write(told, &digits, Applicability::Safe) } else { told };
    }
    let zeros = text.len().saturating_sub(text.trim_start_matches('0').len());
    let bare = text.get(zeros..).unwrap_or("");
    let bare = if bare.starts_with(|c: char| c.is_ascii_digit()) {
        bare
    } else {
        text.get(zeros.saturating_sub(1)..).unwrap_or(text)
    };
    if zeros > 0 && is_number(bare) {
        // In C `010` is eight.
        let octal = bare.len() > 1 && bare.bytes().all(|b| matches!(b, b'0'..=b'7'));
        let fits = if octal { Applicability::Maybe } else { Applicability::Safe };
        return write(error("a number has no leading zeros"), bare, fits);
    }
    if let Some(suffix) = SUFFIXES.iter().find(|suffix| lower.strip_suffix(**suffix).is_some_and(is_number)) {
        let kept = text.get(..text.len().saturating_sub(suffix.len())).unwrap_or(text);
        // The longest suffix that leaves a number is the whole of it.
        let told = error("a number has no suffix: its type is known from how it is written");
        return write(told, kept, Applicability::Safe);
    }
    if lower.strip_suffix('e').is_some_and(is_number) {
        return error("an exponent needs digits");
    }
    error("a name does not start with a digit, and a number has no letters but `e`")
}

/// Whether `text` is an integer or a float of the language.
pub fn is_number(text: &str) -> bool {
    use logos::Logos;
    let mut lexer = super::raw::Raw::lexer(text);
    matches!(lexer.next(), Some(Ok(super::raw::Raw::Int | super::raw::Raw::Float)))
        && lexer.remainder().is_empty()
}

/// Whether a number has a value, whatever its sign.
fn is_in_range(number: &str) -> bool {
    match number.bytes().all(|byte| byte.is_ascii_digit()) {
        true => integer(number, false).is_some() && integer(number, true).is_some(),
        false => float(number).is_some(),
    }
}

/// The error about a number out of range.
pub fn out_of_range(span: Span, is_float: bool) -> Diagnostic {
    let message = if is_float {
        "float out of range: the largest is about 1.8e308"
    } else {
        "integer out of range: it goes from -9223372036854775808 to 18446744073709551615"
    };
    Diagnostic::new(lex::NUMBER_RANGE, span, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_is_part_of_the_range() {
        assert_eq!(integer("9223372036854775808", true), Some(Integer::Signed(i64::MIN)));
        assert_eq!(integer("9223372036854775808", false), Some(Integer::Large(1 << 63)));
        assert_eq!(integer("9223372036854775809", true), None);
        assert_eq!(integer("18446744073709551615", false), Some(Integer::Large(u64::MAX)));
        assert_eq!(integer("18446744073709551616", false), None);
        assert_eq!(integer("0", true), Some(Integer::Signed(0)));
        assert_eq!(float("1e309"), None);
        assert_eq!(float("1e-400"), Some(0.0));
    }

    #[test]
    fn what_is_plainly_meant_is_offered() {
        let cases = [
            ("0x1F", Some("31")),
            ("0b101", Some("5")),
            ("1_000", Some("1000")),
            ("10L", Some("10")),
            ("1.5f", Some("1.5")),
            ("10ULL", Some("10")),
            ("007", Some("7")),
            ("00", Some("0")),
            ("00.5", Some("0.5")),
            ("010", Some("10")),
            ("1e", None),
            ("12abc", None),
            ("0xZZ", None),
        ];
        for (text, edit) in cases {
            let told = bad(text, Span::from_usize(0, text.len()));
            let written = told.edits.first().map(|edit| edit.changes[0].text.as_str());
            assert_eq!(written, edit, "{text}: {}", told.message);
        }
    }
}
