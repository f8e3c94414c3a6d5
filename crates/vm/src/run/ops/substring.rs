//! `substring`.

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{
    BooleanNumbers, EndBeyond, NegativeBound, OtherBound, StartAfterEnd, StartBeyond, TextUnit,
};
use probelang_host::{Number, Value};

use super::order::javascript_text;
use super::text::{PIECE, pieces};
use crate::fault::Detail;
use crate::run::frame::Frame;

impl<'a> Frame<'a, '_, '_> {
    pub(crate) fn substring(
        &mut self,
        text: &Value<'a>,
        from: &Value<'a>,
        until: Option<&Value<'a>>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let (text, cut) = match self.plain(text) {
            Value::Str(text) => (text, false),
            Value::CutStr(text) => (text, true),
            _ => return Err(self.fail_kind(fault::NOT_TEXT, site, text)),
        };
        let from = self.bound(from, site)?.unwrap_or(0);
        let until = match until {
            Some(until) => self.bound(until, site)?,
            None => None,
        };
        let dialect = self.dialect();
        // the text is charged once, however often its characters are counted
        let mut charged = 0usize;
        let before_start = dialect.start_beyond == StartBeyond::Null
            && self.is_before_start(from, text, cut, site, &mut charged)?;
        let from = self.resolve_bound(from, text, cut, site, &mut charged)?;
        let until = match until {
            Some(until) => Some(self.resolve_bound(until, text, cut, site, &mut charged)?),
            None => None,
        };
        if dialect.start_beyond == StartBeyond::Null
            && (before_start || self.is_behind_end(from, text, site, &mut charged)?)
        {
            return self.beyond_start(cut, site, out);
        }
        let (from, until) = match until {
            Some(until) if from > until => match dialect.start_after_end {
                StartAfterEnd::Fault => {
                    return Err(self.fail(fault::START_AFTER_END, site, Detail::None));
                }
                StartAfterEnd::Empty => {
                    *out = Value::Str("");
                    return Ok(());
                }
                StartAfterEnd::Swapped => (until, Some(from)),
            },
            _ => (from, until),
        };
        // what is beyond the largest length is beyond every text
        let clamp = |bound: i128| u64::try_from(bound).unwrap_or(u64::MAX);
        let (from, until) = (clamp(from), until.map(clamp));
        let Some(start) = self.offset(text, 0, from, site, &mut charged)? else {
            return self.beyond_start(cut, site, out);
        };
        let end = match until {
            None if cut => None,
            None => Some(text.len()),
            Some(until) => {
                let length = until.saturating_sub(start.1);
                self.offset(text, start.0, length, site, &mut charged)?.map(|(at, _)| at)
            }
        };
        let end = match end {
            Some(end) => end,
            None if cut => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            None if dialect.end_beyond == EndBeyond::Fault => {
                return Err(self.fail(fault::BOUND_BEYOND_END, site, Detail::None));
            }
            None => text.len(),
        };
        self.taken(text, start.0..end, site)?;
        *out = Value::Str(text.get(start.0..end).unwrap_or_default());
        Ok(())
    }

    fn beyond_start(&mut self, cut: bool, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        if cut {
            return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
        }
        let dialect = self.dialect();
        *out = match dialect.start_beyond {
            StartBeyond::Empty => Value::Str(""),
            StartBeyond::Null => Value::Null,
            StartBeyond::Fault => return Err(self.fail(fault::BOUND_BEYOND_END, site, Detail::None)),
        };
        Ok(())
    }

    /// A start that lies before the beginning of the text, counted from its end.
    #[cold]
    fn is_before_start(
        &mut self,
        from: i128,
        text: &str,
        cut: bool,
        site: u32,
        charged: &mut usize,
    ) -> Result<bool, Stop> {
        if from >= 0 || cut || self.dialect().negative_bound != NegativeBound::FromEnd {
            return Ok(false);
        }
        let length = i128::from(self.units(text, site, charged)?);
        Ok(length.saturating_add(from) < 0)
    }

    /// A start that lies after the end of the text.
    #[cold]
    fn is_behind_end(
        &mut self,
        from: i128,
        text: &str,
        site: u32,
        charged: &mut usize,
    ) -> Result<bool, Stop> {
        let from = u64::try_from(from).unwrap_or(u64::MAX);
        Ok(self.offset(text, 0, from, site, charged)?.is_none())
    }

    /// A bound; `None` where it is open.
    fn bound(&mut self, value: &Value<'a>, site: u32) -> Result<Option<i128>, Stop> {
        match self.plain(value) {
            Value::Int(n) => Ok(Some(i128::from(n))),
            Value::Uint(n) => Ok(Some(i128::from(n))),
            Value::BigInt(integer) => self.beyond(integer, site).map(Some),
            plain => self.other_bound(value, &plain, site),
        }
    }

    /// A bound that is not an integer; `plain` is `value` without its handle.
    #[cold]
    fn other_bound(&mut self, value: &Value<'a>, plain: &Value<'a>, site: u32) -> Result<Option<i128>, Stop> {
        let dialect = self.dialect();
        let beyond = |n: f64| if n < 0.0 { i128::MIN } else { i128::MAX };
        let cut = |n: f64| Number::Float(n.trunc()).to_integer();
        let is_boolean_number = dialect.boolean_numbers == BooleanNumbers::Yes;
        Ok(match (dialect.other_bound, *plain) {
            (_, Value::Bool(b)) if is_boolean_number => Some(i128::from(b)),
            (OtherBound::Integral, Value::Float(n)) if n.is_finite() && n.fract() == 0.0 => {
                Some(cut(n).unwrap_or_else(|| beyond(n)))
            }
            (OtherBound::Python | OtherBound::Ruby, Value::Null) => None,
            // what a word does not hold is an error there
            (OtherBound::Ruby, Value::Float(n)) if n.is_finite() && n.abs() < 4_611_686_018_427_387_904.0 => {
                cut(n)
            }
            (OtherBound::JavaScript, Value::Null) => Some(0),
            (OtherBound::JavaScript, Value::Undefined | Value::Absent) => None,
            (OtherBound::JavaScript, Value::Bool(b)) => Some(i128::from(b)),
            (OtherBound::JavaScript, Value::CutStr(_)) => {
                return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
            }
            (OtherBound::JavaScript, Value::Str(_) | Value::Float(_)) => {
                let n = match *plain {
                    Value::Str(text) => {
                        self.bytes(text.len(), 64, site)?;
                        let n = javascript_text(text);
                        self.after(text.len(), site)?;
                        n
                    }
                    Value::Float(n) => n,
                    _ => f64::NAN,
                };
                if n.is_nan() { Some(0) } else { Some(cut(n).unwrap_or_else(|| beyond(n))) }
            }
            _ => return Err(self.fail_kind(fault::BOUND_NOT_INTEGER, site, value)),
        })
    }

    /// A bound from the start of the text: not negative, and exact, so that two of them are compared as written.
    fn resolve_bound(
        &mut self,
        bound: i128,
        text: &str,
        cut: bool,
        site: u32,
        charged: &mut usize,
    ) -> Result<i128, Stop> {
        if bound >= 0 {
            return Ok(bound);
        }
        match self.dialect().negative_bound {
            NegativeBound::Fault => Err(self.fail(fault::NEGATIVE_BOUND, site, Detail::None)),
            NegativeBound::Zero => Ok(0),
            NegativeBound::FromEnd if cut => Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            NegativeBound::FromEnd => {
                let length = i128::from(self.units(text, site, charged)?);
                Ok(length.saturating_add(bound).max(0))
            }
        }
    }

    /// The byte that lies `units` after the byte `start`, rounded down to the start of a character, and how
    /// many units lie before it from the start of the text or from `start`; `None` beyond the end.
    fn offset(
        &mut self,
        text: &str,
        start: usize,
        units: u64,
        site: u32,
        charged: &mut usize,
    ) -> Result<Option<(usize, u64)>, Stop> {
        let unit = self.dialect().text_unit;
        let rest = text.get(start..).unwrap_or_default();
        if unit == TextUnit::Byte {
            let Ok(units) = usize::try_from(units) else { return Ok(None) };
            let Some(mut at) = start.checked_add(units).filter(|at| *at <= text.len()) else {
                return Ok(None);
            };
            while !text.is_char_boundary(at) {
                at = at.saturating_sub(1);
            }
            return Ok(Some((at, at.saturating_sub(start) as u64)));
        }
        let (mut at, mut passed) = (start, 0u64);
        for piece in pieces(rest) {
            // no more is looked at than could be passed
            let left = usize::try_from(units.saturating_sub(passed)).unwrap_or(PIECE);
            let looked = piece.len().min(left.saturating_add(1).saturating_mul(4));
            self.charge_up_to(at.saturating_add(looked), site, charged)?;
            for c in piece.chars() {
                let width = if unit == TextUnit::Utf16 { c.len_utf16() as u64 } else { 1 };
                if passed.saturating_add(width) > units {
                    return Ok(Some((at, passed)));
                }
                passed = passed.saturating_add(width);
                at = at.saturating_add(c.len_utf8());
            }
        }
        Ok((passed == units).then_some((at, passed)))
    }

    /// The length of a text in units, charged as far as it was not before.
    fn units(&mut self, text: &str, site: u32, charged: &mut usize) -> Result<u64, Stop> {
        let unit = self.dialect().text_unit;
        let (mut count, mut at) = (0u64, 0usize);
        for piece in pieces(text) {
            at = at.saturating_add(piece.len());
            self.charge_up_to(at, site, charged)?;
            count = count.saturating_add(super::length::units_of(piece, unit));
        }
        Ok(count)
    }

    /// Charges the bytes of a text up to `at`, as far as they were not charged before; looks at the clock where
    /// they were.
    fn charge_up_to(&mut self, at: usize, site: u32, charged: &mut usize) -> Result<(), Stop> {
        let steps = |bytes: usize| bytes.div_ceil(64) as u64;
        let more = steps(at).saturating_sub(steps(*charged));
        if at <= *charged && at > PIECE {
            return self.tick(site);
        }
        *charged = at.max(*charged);
        self.charge(more, site)
    }
}
