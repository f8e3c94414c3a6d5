//! Integers beyond 64 bits: compared by their digits.

use std::cmp::Ordering;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::NumberComparison;
use probelang_host::{Digits, Handle, Number, Scratch, Value};

use super::text::PIECE;
use crate::run::frame::Frame;

/// Whether a value is an integer beyond 64 bits.
pub(crate) const fn is_big(value: &Value<'_>) -> bool {
    matches!(value, Value::BigInt(_))
}

impl<'a> Frame<'a, '_, '_> {
    /// The digits of an integer, paid for. One whose digits are not whole cannot be read.
    #[cold]
    pub(crate) fn digits<'t>(
        &mut self,
        integer: Handle,
        scratch: &'t mut Scratch,
        site: u32,
    ) -> Result<(Digits<'t>, &'t str), Stop>
    where
        'a: 't,
    {
        let text = self.host.digits(integer, scratch);
        let mut left = text.len();
        while left > 0 {
            let piece = left.min(PIECE);
            self.charge_bytes(piece, site)?;
            left = left.saturating_sub(piece);
        }
        match Digits::new(text) {
            Some(digits) => Ok((digits, text)),
            None => Err(self.fail_because(fault::UNREADABLE, site, "digits")),
        }
    }

    /// The order of two values, one of them an integer beyond 64 bits, by the numbers of the dialect unless
    /// `exact`. `None` where neither is, or the other is no number.
    #[cold]
    pub(crate) fn order_big(
        &mut self,
        a: &Value<'a>,
        b: &Value<'_>,
        exact: bool,
        site: u32,
    ) -> Result<Option<Option<Ordering>>, Stop> {
        let doubles = !exact && self.dialect().number_comparison == NumberComparison::Doubles;
        let (mut x, mut y) = (Scratch::new(), Scratch::new());
        Ok(match (*a, *b) {
            (Value::BigInt(a), Value::BigInt(b)) => {
                let (a, b) = (self.digits(a, &mut x, site)?.0, self.digits(b, &mut y, site)?.0);
                Some(if doubles { a.to_f64().partial_cmp(&b.to_f64()) } else { Some(a.order(b)) })
            }
            (Value::BigInt(big), ref other) | (ref other, Value::BigInt(big)) => {
                let Some(number) = self.number_of(other) else { return Ok(None) };
                let big = self.digits(big, &mut x, site)?.0;
                let order =
                    if doubles { big.to_f64().partial_cmp(&number.to_f64()) } else { big.compare(number) };
                Some(if is_big(a) { order } else { order.map(Ordering::reverse) })
            }
            _ => None,
        })
    }

    /// A value of no handle as a number, Booleans too where the dialect takes them for such.
    fn number_of(&self, value: &Value<'_>) -> Option<Number> {
        match *value {
            Value::Bool(b) => self.as_number(&Value::Bool(b)),
            _ => value.number(),
        }
    }

    /// An integer beyond 64 bits as an index or a bound: beyond everything, on its side.
    #[cold]
    pub(crate) fn beyond(&mut self, integer: Handle, site: u32) -> Result<i128, Stop> {
        let mut scratch = Scratch::new();
        let (digits, _) = self.digits(integer, &mut scratch, site)?;
        Ok(if digits.is_negative() { i128::MIN } else { i128::MAX })
    }
}
