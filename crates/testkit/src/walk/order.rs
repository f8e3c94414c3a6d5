//! `< <= > >=`, and numbers by exact value. `docs/faults.md`, "Operators".

use std::cmp::Ordering;

use probelang_diagnostic::fault;
use probelang_dialect::{BooleanNumbers, NumberComparison, TextOrder, UnlikeOrder};
use probelang_host::{Handle, Number, Scratch, Value};
use probelang_syntax::NodeId;

use super::operators::javascript_number;
use super::value::Val;
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    /// The order of two values, `None` where every comparison is false.
    pub(super) fn order(&mut self, node: NodeId, left: &Val<'a>, right: &Val<'a>) -> Eval<Option<Ordering>> {
        if let (Val::Host(a), Val::Host(b)) = (&self.plain(left), &self.plain(right)) {
            if let (Some(a), Some(b)) = (self.number(a), self.number(b)) {
                self.charge_numbers(node, a, b)?;
                return Ok(self.compare_numbers(a, b));
            }
            if let (Value::Str(x) | Value::CutStr(x), Value::Str(y) | Value::CutStr(y)) = (*a, *b) {
                self.charge_bytes(x.len().max(y.len()), node)?;
                let cut = [a, b].map(|text| matches!(text, Value::CutStr(_)));
                let open = match (x.starts_with(y), y.starts_with(x)) {
                    // the one that goes on is the longer one
                    (true, true) if cut == [true, false] => return Ok(Some(Ordering::Greater)),
                    (true, true) if cut == [false, true] => return Ok(Some(Ordering::Less)),
                    // the shorter one goes on, and may then be anything
                    (true, true) => cut[0],
                    (true, false) => cut[1],
                    (false, true) => cut[0],
                    (false, false) => false,
                };
                if open {
                    return self.fail(fault::CUT_TEXT, node);
                }
                return Ok(Some(match self.dialect.text_order {
                    TextOrder::Scalar => x.chars().cmp(y.chars()),
                    TextOrder::Utf16 => x.encode_utf16().cmp(y.encode_utf16()),
                }));
            }
        }
        if let Some(order) = self.order_collections(node, left, right, 1)? {
            return Ok(order);
        }
        for side in [left, right] {
            let anything = matches!(side, Val::Undefined) && self.dialect.unlike_order != UnlikeOrder::Fault;
            if !anything {
                self.ordinary(node, side)?;
            }
        }
        match self.dialect.unlike_order {
            UnlikeOrder::Fault => self.fail(fault::NOT_ORDERED, node),
            UnlikeOrder::False => Ok(None),
            UnlikeOrder::JavaScript => {
                let left = self.javascript_operand(node, left)?;
                let right = self.javascript_operand(node, right)?;
                Ok(self.compare_numbers(left, right))
            }
        }
    }

    fn javascript_operand(&mut self, node: NodeId, value: &Val<'a>) -> Eval<Exact> {
        let value = &self.plain(value);
        if let Val::Host(Value::Str(text)) = value {
            self.charge_bytes(text.len(), node)?;
        }
        let number = match value {
            Val::Undefined => Some(Exact::Small(Number::Float(f64::NAN))),
            Val::Host(Value::Null) => Some(Exact::Small(Number::Int(0))),
            Val::Host(Value::Bool(truth)) => Some(Exact::Small(Number::Int(i64::from(*truth)))),
            Val::Host(Value::Str(text)) => Some(Exact::Small(Number::Float(javascript_number(text)))),
            Val::Host(Value::CutStr(_)) => return self.fail(fault::CUT_TEXT, node),
            Val::Host(value @ Value::BigInt(_)) => {
                self.charge(1, node)?;
                self.number(value).map(|number| Exact::Small(Number::Float(number.to_f64())))
            }
            // whatever is an object there converts itself, by code of the program
            Val::Host(value) => value.number().map(Exact::Small),
            _ => None,
        };
        number.map_or_else(|| self.fail(fault::NOT_ORDERED, node), Ok)
    }

    /// The value as a number, if it is one.
    pub(super) fn number(&self, value: &Value<'_>) -> Option<Exact> {
        match *value {
            Value::Bool(truth) if self.dialect.boolean_numbers == BooleanNumbers::Yes => {
                Some(Exact::Small(Number::Int(i64::from(truth))))
            }
            Value::BigInt(handle) => Some(Exact::Big(self.big(handle))),
            _ => value.number().map(Exact::Small),
        }
    }

    /// An integer beyond 64 bits, which the tests have up to 128.
    pub(super) fn big(&self, integer: Handle) -> i128 {
        self.host.digits(integer, &mut Scratch::new()).parse().expect("an integer of 128 bits")
    }

    /// Pays for the digits of two numbers.
    pub(super) fn charge_numbers(&mut self, node: NodeId, a: Exact, b: Exact) -> Eval<()> {
        let big = [a, b].iter().filter(|number| matches!(number, Exact::Big(_))).count();
        self.charge(big as u64, node)
    }

    pub(super) fn compare_numbers(&self, left: Exact, right: Exact) -> Option<Ordering> {
        match self.dialect.number_comparison {
            NumberComparison::Exact => exact_order(left, right),
            NumberComparison::Doubles => left.to_f64().partial_cmp(&right.to_f64()),
        }
    }
}

/// The order of two numbers by exact mathematical value, `None` for NaN: both are an integer times a power of
/// two.
pub(super) fn exact_order(left: Exact, right: Exact) -> Option<Ordering> {
    match (scaled(left), scaled(right)) {
        (Scaled::NaN, _) | (_, Scaled::NaN) => None,
        (Scaled::Infinite(left), Scaled::Infinite(right)) => Some(right.cmp(&left)),
        (Scaled::Infinite(negative), _) => Some(if negative { Ordering::Less } else { Ordering::Greater }),
        (_, Scaled::Infinite(negative)) => Some(if negative { Ordering::Greater } else { Ordering::Less }),
        (Scaled::Finite(a, i), Scaled::Finite(b, j)) => {
            let by_sign = a.signum().cmp(&b.signum());
            if by_sign.is_ne() || a == 0 {
                return Some(by_sign);
            }
            // the place of the highest bit decides, unless it is the same; then the exponents lie close
            let top = |n: i128, exponent: i32| {
                exponent + 128 - i32::try_from(n.unsigned_abs().leading_zeros()).expect("at most 128")
            };
            let magnitude = top(a, i).cmp(&top(b, j)).then_with(|| {
                let low = i.min(j);
                (a.unsigned_abs() << (i - low)).cmp(&(b.unsigned_abs() << (j - low)))
            });
            Some(if a < 0 { magnitude.reverse() } else { magnitude })
        }
    }
}

/// A number of any size.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exact {
    Small(Number),
    Big(i128),
}

impl Exact {
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Small(number) => number.to_f64(),
            Self::Big(n) => n as f64,
        }
    }
}

enum Scaled {
    /// An integer and the power of two that it is times.
    Finite(i128, i32),
    /// Whether it is negative.
    Infinite(bool),
    NaN,
}

fn scaled(number: Exact) -> Scaled {
    let number = match number {
        Exact::Small(number) => number,
        Exact::Big(n) => return Scaled::Finite(n, 0),
    };
    match number {
        Number::Int(n) => Scaled::Finite(i128::from(n), 0),
        Number::Uint(n) => Scaled::Finite(i128::from(n), 0),
        Number::Float(n) if n.is_nan() => Scaled::NaN,
        Number::Float(n) if n.is_infinite() => Scaled::Infinite(n < 0.0),
        Number::Float(n) => {
            let bits = n.to_bits();
            let exponent = i32::try_from(bits >> 52 & 0x7ff).expect("eleven bits");
            let fraction = i128::from(bits & ((1 << 52) - 1));
            let (mantissa, exponent) =
                if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
            Scaled::Finite(if n < 0.0 { -mantissa } else { mantissa }, exponent)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_exact_order() {
        use Ordering::{Equal, Greater, Less};
        let big = 9_007_199_254_740_992.0;
        let cases = [
            (Number::Int(1), Number::Float(1.0), Some(Equal)),
            (Number::Int(0), Number::Float(-0.0), Some(Equal)),
            (Number::Int(9_007_199_254_740_993), Number::Float(big), Some(Greater)),
            (Number::Uint(u64::MAX), Number::Float(18_446_744_073_709_551_616.0), Some(Less)),
            (Number::Int(i64::MIN), Number::Float(-9_223_372_036_854_775_808.0), Some(Equal)),
            (Number::Int(-1), Number::Float(-1.5), Some(Greater)),
            (Number::Float(5e-324), Number::Int(0), Some(Greater)),
            (Number::Float(1e300), Number::Uint(u64::MAX), Some(Greater)),
            (Number::Float(0.1), Number::Float(0.1), Some(Equal)),
            (Number::Float(f64::NEG_INFINITY), Number::Float(f64::INFINITY), Some(Less)),
            (Number::Float(f64::NEG_INFINITY), Number::Float(f64::NEG_INFINITY), Some(Equal)),
            (Number::Int(1), Number::Float(f64::INFINITY), Some(Less)),
            (Number::Int(1), Number::Float(f64::NAN), None),
        ];
        for (a, b, expected) in cases {
            let (a, b) = (Exact::Small(a), Exact::Small(b));
            assert_eq!(exact_order(a, b), expected, "{a:?} {b:?}");
            assert_eq!(exact_order(b, a), expected.map(Ordering::reverse), "{b:?} {a:?}");
        }
    }
}
