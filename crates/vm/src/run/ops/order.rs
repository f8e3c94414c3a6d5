//! `< <= > >=`.

use std::cmp::Ordering;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{BooleanNumbers, CollectionOrder, NumberComparison, TextOrder, UnlikeOrder};
use probelang_host::{Number, Scratch, Value, number};

use super::big::is_big;
use super::text::PIECE;
use crate::fault::Detail;
use crate::run::frame::Frame;

impl<'a> Frame<'a, '_, '_> {
    /// Compares two numbers by the rule of the dialect.
    pub(super) fn compare_numbers(&self, a: Number, b: Number) -> Option<Ordering> {
        if self.dialect().number_comparison == NumberComparison::Doubles {
            a.to_f64().partial_cmp(&b.to_f64())
        } else {
            number::compare(a, b)
        }
    }

    /// A value as a number, Booleans too where the dialect takes them for such.
    pub(super) fn as_number(&self, value: &Value<'a>) -> Option<Number> {
        match *value {
            Value::Bool(b) if self.dialect().boolean_numbers == BooleanNumbers::Yes => {
                Some(Number::Int(i64::from(b)))
            }
            Value::Opaque(_) => match self.plain(value) {
                Value::Opaque(_) => None,
                plain => self.as_number(&plain),
            },
            _ => value.number(),
        }
    }

    /// The order of two values; `None` where every comparison is false.
    pub(super) fn order(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        if let (Some(a), Some(b)) = (self.as_number(a), self.as_number(b)) {
            return Ok(self.compare_numbers(a, b));
        }
        if is_big(a) || is_big(b) || matches!((*a, *b), (Value::Opaque(_), _) | (_, Value::Opaque(_))) {
            let (x, y) = (self.plain(a), self.plain(b));
            if let Some(order) = self.order_big(&x, &y, false, site)? {
                return Ok(order);
            }
        }
        match (*a, *b) {
            (Value::Str(a), Value::Str(b)) => self.order_text(a, b, site).map(Some),
            (Value::Str(a), Value::CutStr(b)) => self.order_cut(a, false, b, true, site),
            (Value::CutStr(a), Value::Str(b)) => self.order_cut(a, true, b, false, site),
            (Value::CutStr(a), Value::CutStr(b)) => self.order_cut(a, true, b, true, site),
            (Value::Opaque(_), _) | (_, Value::Opaque(_)) => match (self.plain(a), self.plain(b)) {
                (x @ (Value::Str(_) | Value::CutStr(_)), y @ (Value::Str(_) | Value::CutStr(_))) => {
                    self.order(&x, &y, site)
                }
                _ => self.order_unlike(a, b, site),
            },
            _ => self.order_unlike(a, b, site),
        }
    }

    /// The order of two runs of bytes of UTF-8 that differ: by scalar value, or by UTF-16 unit. The two differ only
    /// where one has a character of two units and the other one after the range of surrogates.
    #[cold]
    fn by_unit(&self, order: Ordering, x: &[u8], y: &[u8]) -> Ordering {
        let differ = x.iter().zip(y).find(|(x, y)| x != y);
        match differ.map(|(x, y)| (*x.min(y), *x.max(y))) {
            Some((0xee | 0xef, 0xf0..)) if self.dialect().text_order == TextOrder::Utf16 => order.reverse(),
            _ => order,
        }
    }

    /// By scalar value, which is the order of the UTF-8 bytes, or by UTF-16 unit.
    fn order_text(&mut self, a: &str, b: &str, site: u32) -> Result<Ordering, Stop> {
        let shared = a.len().min(b.len());
        let (x, y) = (a.as_bytes(), b.as_bytes());
        let pairs = x.chunks(PIECE).zip(y.chunks(PIECE));
        let mut left = shared;
        for (x, y) in pairs {
            let len = x.len().min(y.len()).min(left);
            left = left.saturating_sub(len);
            self.charge_bytes(len, site)?;
            let (x, y) = (x.get(..len).unwrap_or_default(), y.get(..len).unwrap_or_default());
            let order = x.cmp(y);
            if order != Ordering::Equal {
                return Ok(self.by_unit(order, x, y));
            }
        }
        Ok(a.len().cmp(&b.len()))
    }

    /// The order of texts, at least one of them only a beginning.
    #[cold]
    fn order_cut<'s>(
        &mut self,
        a: &'s str,
        a_cut: bool,
        b: &'s str,
        b_cut: bool,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        let shared = a.len().min(b.len());
        let bytes = |text: &'s str| text.as_bytes().get(..shared).unwrap_or_default();
        let (x, y) = (bytes(a), bytes(b));
        self.bytes(shared, 64, site)?;
        let order = x.cmp(y);
        self.after(shared, site)?;
        if order != Ordering::Equal {
            return Ok(Some(self.by_unit(order, x, y)));
        }
        // a whole text that ends inside the beginning of the other, or with it, comes before it
        if !a_cut && a.len() <= b.len() {
            return Ok(Some(Ordering::Less));
        }
        if !b_cut && b.len() <= a.len() {
            return Ok(Some(Ordering::Greater));
        }
        Err(self.fail(fault::CUT_TEXT, site, Detail::None))
    }

    #[cold]
    fn order_unlike(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<Option<Ordering>, Stop> {
        if self.dialect().collection_order != CollectionOrder::Unlike
            && let Some(order) = self.order_collections(a, b, 0, site)?
        {
            return Ok(order);
        }
        let mode = self.dialect().unlike_order;
        for value in [a, b] {
            let undefined = matches!(value, Value::Undefined | Value::Absent);
            if undefined && mode != UnlikeOrder::Fault {
                continue;
            }
            if let Some(stop) = self.special(value, site) {
                return Err(stop);
            }
        }
        match mode {
            UnlikeOrder::Fault => Err(self.not_ordered(a, b, site)),
            UnlikeOrder::False => Ok(None),
            UnlikeOrder::JavaScript => {
                let (x, y) = (self.javascript_number(a, b, site)?, self.javascript_number(b, a, site)?);
                Ok(self.compare_numbers(x, y))
            }
        }
    }

    fn not_ordered(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Stop {
        let kinds = Detail::Kinds(self.kind(a), self.kind(b));
        self.fail(fault::NOT_ORDERED, site, kinds)
    }

    fn javascript_number(&mut self, value: &Value<'a>, other: &Value<'a>, site: u32) -> Result<Number, Stop> {
        Ok(match self.undoubted(value, site)? {
            Value::Null => Number::Int(0),
            Value::Bool(b) => Number::Int(i64::from(b)),
            Value::Str(text) => {
                self.bytes(text.len(), 64, site)?;
                let number = javascript_text(text);
                self.after(text.len(), site)?;
                Number::Float(number)
            }
            Value::CutStr(_) => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            Value::BigInt(integer) => {
                let mut scratch = Scratch::new();
                Number::Float(self.digits(integer, &mut scratch, site)?.0.to_f64())
            }
            plain => match plain.number() {
                Some(number) => number,
                None if matches!(value, Value::Undefined | Value::Absent) => Number::Float(f64::NAN),
                // it would convert itself, by code of the program
                None => return Err(self.not_ordered(value, other, site)),
            },
        })
    }
}

/// A text as JavaScript reads a number from it: white space around it is dropped, nothing is 0, what is no
/// number is NaN.
pub(super) fn javascript_text(text: &str) -> f64 {
    let text = text.trim_matches(|c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}');
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix: u32| {
        if digits.is_empty() {
            return f64::NAN;
        }
        digits
            .chars()
            .try_fold(0.0, |sum: f64, c| Some(sum * f64::from(radix) + f64::from(c.to_digit(radix)?)))
            .unwrap_or(f64::NAN)
    };
    match text.get(..2) {
        Some("0x" | "0X") => return radix(text.get(2..).unwrap_or_default(), 16),
        Some("0o" | "0O") => return radix(text.get(2..).unwrap_or_default(), 8),
        Some("0b" | "0B") => return radix(text.get(2..).unwrap_or_default(), 2),
        _ => {}
    }
    match text {
        "Infinity" | "+Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    // Rust also reads `inf`, `nan` and their like
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    if text.chars().all(numeric) { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::javascript_text;

    #[test]
    fn javascript_reads_numbers_from_text() {
        let cases = [("", 0.0), (" 12 ", 12.0), ("0x1F", 31.0), ("0b11", 3.0), ("1e3", 1000.0), (".5", 0.5)];
        for (text, number) in cases {
            assert_eq!(javascript_text(text), number, "{text}");
        }
        for text in ["abc", "inf", "nan", "1_0", "0x", "1 2", "infinity"] {
            assert!(javascript_text(text).is_nan(), "{text}");
        }
    }
}
