//! Exact comparison across `i64`, `u64` and `f64`.

use std::cmp::Ordering;

/// A number of any of the three representations.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Number {
    /// Fits `i64`.
    Int(i64),
    /// Above `i64::MAX`.
    Uint(u64),
    /// A float.
    Float(f64),
}

impl Number {
    /// The number as the nearest `f64`.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub const fn to_f64(self) -> f64 {
        match self {
            Self::Int(n) => n as f64,
            Self::Uint(n) => n as f64,
            Self::Float(n) => n,
        }
    }

    /// The number as an integer, where its value is integral. A float beyond `i128` is the nearest `i128`:
    /// as an index or a bound it lies outside of everything all the same.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn to_integer(self) -> Option<i128> {
        match self {
            Self::Int(n) => Some(i128::from(n)),
            Self::Uint(n) => Some(i128::from(n)),
            Self::Float(n) if n.fract() == 0.0 => Some(n as i128),
            Self::Float(_) => None,
        }
    }
}

/// Compares by exact mathematical value; `None` where either is NaN.
///
/// ```
/// use probelang_host::number::{Number, compare};
/// use std::cmp::Ordering;
/// let above = Number::Int((1 << 53) + 1);
/// assert_eq!(compare(above, Number::Float(9007199254740992.0)), Some(Ordering::Greater));
/// ```
#[must_use]
pub fn compare(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        (Number::Float(a), b) => compare_float(a, integer(b)),
        (a, Number::Float(b)) => compare_float(b, integer(a)).map(Ordering::reverse),
        (a, b) => Some(integer(a).cmp(&integer(b))),
    }
}

const fn integer(n: Number) -> i128 {
    match n {
        Number::Int(n) => n as i128,
        Number::Uint(n) => n as i128,
        Number::Float(_) => 0,
    }
}

#[allow(clippy::cast_possible_truncation)]
fn compare_float(float: f64, integer: i128) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // beyond the integers that occur (|n| < 2^65) the sign decides
    if float >= 3.7e19 {
        return Some(Ordering::Greater);
    }
    if float <= -3.7e19 {
        return Some(Ordering::Less);
    }
    let whole = float.trunc();
    let fraction = float - whole;
    let by_fraction = fraction.partial_cmp(&0.0).unwrap_or(Ordering::Equal);
    Some((whole as i128).cmp(&integer).then(by_fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_numbers_compare_by_exact_value() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            (Number::Int(1), Number::Float(1.0), Some(Equal)),
            (Number::Int(0), Number::Float(-0.0), Some(Equal)),
            (Number::Int(9_007_199_254_740_993), Number::Float(9_007_199_254_740_992.0), Some(Greater)),
            (Number::Uint(u64::MAX), Number::Float(18_446_744_073_709_551_616.0), Some(Less)),
            (Number::Int(i64::MIN), Number::Float(-9_223_372_036_854_775_808.0), Some(Equal)),
            (Number::Int(-1), Number::Float(-1.5), Some(Greater)),
            (Number::Int(-1), Number::Uint(u64::MAX), Some(Less)),
            (Number::Int(1), Number::Float(f64::INFINITY), Some(Less)),
            (Number::Int(1), Number::Float(f64::NAN), None),
        ];
        for (a, b, expected) in cases {
            assert_eq!(compare(a, b), expected, "{a:?} {b:?}");
            assert_eq!(compare(b, a), expected.map(Ordering::reverse), "{b:?} {a:?}");
        }
    }
}
