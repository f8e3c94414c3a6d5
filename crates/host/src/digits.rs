//! Integers of any size, by their decimal digits.

use std::cmp::Ordering;
use std::fmt::Write;

use crate::{Number, Scratch};

/// An integer as its sign and decimal digits.
///
/// ```
/// use std::cmp::Ordering;
/// use probelang_host::{Digits, Number};
///
/// let big = Digits::new("18446744073709551617").unwrap();
/// assert_eq!(big.compare(Number::Float(18446744073709551616.0)), Some(Ordering::Greater));
/// assert_eq!(Digits::new("12.5"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digits<'t> {
    negative: bool,
    /// Without leading zeros; none for zero.
    digits: &'t str,
}

impl<'t> Digits<'t> {
    /// The integer that `text` is: decimal digits, perhaps with a sign before them. `None` for any other text.
    #[must_use]
    pub fn new(text: &'t str) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Self { negative: text.starts_with('-') && !digits.is_empty(), digits })
    }

    /// Whether it is less than zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// How it compares with another integer. Linear in the digits.
    #[must_use]
    pub fn order(self, other: Digits<'_>) -> Ordering {
        let magnitude =
            self.digits.len().cmp(&other.digits.len()).then_with(|| self.digits.cmp(other.digits));
        match (self.negative, other.negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }

    /// How it compares with a number, by exact value; `None` with NaN.
    #[must_use]
    pub fn compare(self, number: Number) -> Option<Ordering> {
        let mut scratch = Scratch::new();
        let (written, fraction) = match number {
            Number::Int(n) => (write!(scratch, "{n}"), 0.0),
            Number::Uint(n) => (write!(scratch, "{n}"), 0.0),
            Number::Float(n) if n.is_nan() => return None,
            Number::Float(n) if n.is_infinite() => {
                return Some(if n > 0.0 { Ordering::Less } else { Ordering::Greater });
            }
            // the longest float has 309 digits before its point
            Number::Float(n) => (write!(scratch, "{:.0}", n.trunc()), n.fract()),
        };
        let whole = Digits::new(scratch.text()).filter(|_| written.is_ok())?;
        Some(self.order(whole).then(0.0f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)))
    }

    /// The nearest float, which is infinite for what lies beyond all of them.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let magnitude: f64 =
            if self.digits.is_empty() { 0.0 } else { self.digits.parse().unwrap_or(f64::NAN) };
        if self.negative { -magnitude } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_by_exact_value() {
        use Ordering::{Equal, Greater, Less};
        let two_to_100 = 1_267_650_600_228_229_401_496_703_205_376.0;
        let cases = [
            ("1267650600228229401496703205376", Number::Float(two_to_100), Some(Equal)),
            ("1267650600228229401496703205377", Number::Float(two_to_100), Some(Greater)),
            ("1267650600228229401496703205375", Number::Float(two_to_100), Some(Less)),
            ("-1267650600228229401496703205377", Number::Float(-two_to_100), Some(Less)),
            ("18446744073709551616", Number::Uint(u64::MAX), Some(Greater)),
            ("-9223372036854775809", Number::Int(i64::MIN), Some(Less)),
            ("5", Number::Float(5.5), Some(Less)),
            ("-5", Number::Float(-5.5), Some(Greater)),
            ("0", Number::Float(-0.0), Some(Equal)),
            ("-000", Number::Int(0), Some(Equal)),
            ("99999999999999999999", Number::Float(f64::INFINITY), Some(Less)),
            ("99999999999999999999", Number::Float(f64::NEG_INFINITY), Some(Greater)),
            ("99999999999999999999", Number::Float(f64::NAN), None),
        ];
        for (digits, number, expected) in cases {
            assert_eq!(Digits::new(digits).unwrap().compare(number), expected, "{digits} {number:?}");
        }
        let huge = "9".repeat(400);
        let huge = Digits::new(&huge).unwrap();
        assert_eq!(huge.compare(Number::Float(f64::MAX)), Some(Greater));
        assert_eq!(huge.to_f64(), f64::INFINITY);
    }

    #[test]
    fn what_is_no_integer_has_no_digits() {
        for text in ["", "-", "+", "1.5", "1e5", "abc", "--1", "1_0", "\u{661}", "12345\u{2026}"] {
            assert_eq!(Digits::new(text), None, "{text}");
        }
    }
}
