//! Values as text, the form that templates print.

use std::fmt::Write;

use probelang_diagnostic::spell::{self, write_escaped};
use probelang_dialect::{BooleanText, Dialect, DurationText, InnerStrings, NullText, WholeFloat};
use probelang_host::{Scratch, Value};
use probelang_redact::{MASK, Masks, Mode};

use crate::walk::{
    BYTES_PER_STEP, DEPTH, End, Found, Key, LOOKED_AT_PER_STEP, Leaf, Place, Sink, digits, drive, hides_keys,
};
use crate::{MessageWriter, Reader, Shape, Stop, Walk};

/// Written in place of text and elements that are not shown.
const MORE: &str = "...";
/// Bytes of a string that is written without a walk and without a charge.
const SHORT: usize = 64;

/// How much of a value a message shows. What is longer is cut there and ends in `...`; no limit is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TextLimits {
    /// Levels of collections and objects that are expanded: 1.
    pub depth: usize,
    /// Elements of a list, set or map: 3.
    pub items: usize,
    /// Fields of an object: 5.
    pub fields: usize,
    /// Characters (Unicode scalar values) of one string: 8,192.
    pub string: usize,
    /// Characters of a whole message: 8,192.
    pub message: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self { depth: 1, items: 3, fields: 5, string: 8_192, message: 8_192 }
    }
}

impl TextLimits {
    /// The same with [`depth`](Self::depth) set.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }
    /// The same with [`items`](Self::items) set.
    #[must_use]
    pub const fn with_items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }
    /// The same with [`fields`](Self::fields) set.
    #[must_use]
    pub const fn with_fields(mut self, fields: usize) -> Self {
        self.fields = fields;
        self
    }
    /// The same with [`string`](Self::string) set.
    #[must_use]
    pub const fn with_string(mut self, string: usize) -> Self {
        self.string = string;
        self
    }
    /// The same with [`message`](Self::message) set.
    #[must_use]
    pub const fn with_message(mut self, message: usize) -> Self {
        self.message = message;
        self
    }
}

/// Writes what messages mostly show, a short string or an integer, without a walk: whether it did.
/// [`write_text`] writes the same, unless the mode of the policy hides texts.
#[inline]
pub fn write_short(value: &Value<'_>, limits: &TextLimits, out: &mut MessageWriter<'_>) -> bool {
    match *value {
        Value::Str(text) if text.len() <= SHORT && text.len() <= limits.string => out.push(text),
        Value::Int(n) => out.push(itoa::Buffer::new().format(n)),
        _ => return false,
    }
    true
}

/// Writes `value` as a template shows it.
///
/// Null, Booleans, integers, floats and enum constants as words; a string as it is at the top, quoted inside;
/// lists and sets `[a, b, ...]`, maps `{[k=v], ...}`, objects `{f=v, ...}`; `...` for what lies deeper or
/// after the limits, for what a recording cut, and at the end of a text if only its beginning was
/// recorded. What is redacted or unreadable inside is shown as such and is no fault. A value that is itself
/// redacted or unreadable is written the same way; whether it is a fault is the caller's affair. What the mode of the
/// policy hides of a text is `{redacted}` in place; where it hides all of it, as what is redacted.
///
/// A lazy filter is driven to its end, even after the item limit. Allocates nothing but the output while no
/// more than two levels are open.
///
/// # Errors
/// [`Stop`] where a fault or a limit ended the run; the text written so far stays, see [`MessageWriter::rewind`].
pub fn write_text<'a>(
    reader: &mut dyn Reader<'a>,
    value: &Value<'a>,
    limits: &TextLimits,
    dialect: &Dialect,
    out: &mut MessageWriter<'_>,
) -> Result<(), Stop> {
    drive(reader, value, &mut TextSink { limits, dialect, out })
}

/// Writes a duration of `milliseconds`.
pub fn write_duration(milliseconds: f64, dialect: &Dialect, out: &mut MessageWriter<'_>) {
    if dialect.duration_text == DurationText::Milliseconds || !milliseconds.is_finite() {
        return write_float(milliseconds, dialect, out);
    }
    // the clock's unit is 100 ns; beyond i64 the cast saturates, which is beyond 29,000 years
    #[allow(clippy::cast_possible_truncation)]
    let ticks = (milliseconds * 10_000.0).round() as i64;
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let (seconds, fraction) = (ticks / 10_000_000, ticks % 10_000_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let (days, hours) = (hours / 24, hours % 24);
    out.push(sign);
    if days > 0 {
        let _ = write!(out, "{days}.");
    }
    let _ = write!(out, "{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}");
}

fn write_float(float: f64, dialect: &Dialect, out: &mut MessageWriter<'_>) {
    let whole = dialect.whole_float == WholeFloat::Whole && float.fract() == 0.0 && float.abs() < 1e16;
    let _ = if whole { write!(out, "{float:.0}") } else { write!(out, "{}", spell::Float(float)) };
}

struct TextSink<'w, 'o> {
    limits: &'w TextLimits,
    dialect: &'w Dialect,
    out: &'w mut MessageWriter<'o>,
}

impl<'a> Sink<'a> for TextSink<'_, '_> {
    /// Whether the keys of a map count as names of fields.
    type Level = bool;

    // a key that is itself a collection is not shown
    const EXPANDS_KEYS: bool = false;

    fn depth(&self) -> usize {
        self.limits.depth
    }

    fn room(&mut self, shape: Shape) -> usize {
        if shape == Shape::Object { self.limits.fields } else { self.limits.items }
    }

    fn leaf<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        found: &Found<'_, 'a>,
    ) -> Result<(), Stop> {
        let quotes = if found.place == Place::Top { InnerStrings::Raw } else { self.dialect.inner_strings };
        match leaf {
            Leaf::Text(text) => self.text(reader, text, false, quotes)?,
            Leaf::CutText(text) => self.text(reader, text, true, quotes)?,
            Leaf::Constant(name) | Leaf::Opaque(Some(name)) | Leaf::Doubtful(name, _) => {
                self.text(reader, name, false, InnerStrings::Raw)?;
            }
            Leaf::Unreadable(DEPTH) | Leaf::Opaque(None) | Leaf::Deep(_) | Leaf::Key => self.out.push(MORE),
            Leaf::Unreadable(reason) => {
                self.out.push("{");
                let reason = reader.policy().masked_reason(reason);
                self.cut(&reason, false, InnerStrings::Raw, None);
                self.out.push("}");
            }
            Leaf::Redacted(_) => self.out.push(self.dialect.redacted_text.text()),
            Leaf::Undefined => self.out.push("undefined"),
            Leaf::Null => self.out.push(match self.dialect.null_text {
                NullText::Null => "null",
                NullText::None => "None",
                NullText::Nil => "nil",
                NullText::Empty => "",
            }),
            Leaf::Bool(truth) => self.out.push(match (self.dialect.boolean_text, truth) {
                (BooleanText::Lower, true) => "true",
                (BooleanText::Lower, false) => "false",
                (BooleanText::Capital, true) => "True",
                (BooleanText::Capital, false) => "False",
            }),
            Leaf::Int(n) => self.out.push(itoa::Buffer::new().format(n)),
            Leaf::Uint(n) => self.out.push(itoa::Buffer::new().format(n)),
            Leaf::BigInt(integer) => {
                self.out.push(digits(reader, integer, &mut Scratch::new())?.unwrap_or(MORE));
            }
            Leaf::Float(n) => write_float(n, self.dialect, self.out),
        }
        Ok(())
    }

    fn open<R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, shape: Shape, found: &Found<'_, 'a>) -> bool {
        self.out.push(brackets(shape).0);
        shape == Shape::Map && !hides_keys(reader.policy(), reader.host(), shape, found.value)
    }

    fn element<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        named: &mut bool,
        shape: Shape,
        count: usize,
        key: &Value<'a>,
    ) -> Result<Key, Stop> {
        self.separate(count);
        match (shape, *key) {
            (Shape::List | Shape::Set, _) => {}
            (Shape::Object, Value::Str(name) | Value::CutStr(name)) => {
                self.name(reader, name, InnerStrings::Raw)?;
                self.out.push("=");
            }
            (Shape::Object, _) => {
                self.out.push(MORE);
                self.out.push("=");
            }
            (Shape::Map, Value::Str(name)) if *named && reader.policy().mode() == Mode::Strict => {
                self.out.push("[");
                self.name(reader, name, self.dialect.inner_strings)?;
                self.out.push("=");
            }
            (Shape::Map, _) => {
                self.out.push("[");
                return Ok(Key::Walked);
            }
        }
        Ok(Key::Written)
    }

    fn after_key(&mut self) {
        self.out.push("=");
    }

    fn end_element(&mut self, _: &bool, shape: Shape) {
        if shape == Shape::Map {
            self.out.push("]");
        }
    }

    fn close<R: Reader<'a> + ?Sized>(
        &mut self,
        _: &mut R,
        _: bool,
        walk: &Walk,
        count: usize,
        end: End<'a>,
    ) -> Result<(), Stop> {
        if end != End::Done {
            self.separate(count);
            self.out.push(MORE);
        }
        self.out.push(brackets(walk.shape).1);
        Ok(())
    }
}

const fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::List | Shape::Set => ("[", "]"),
        Shape::Map | Shape::Object => ("{", "}"),
    }
}

impl TextSink<'_, '_> {
    fn separate(&mut self, count: usize) {
        if count > 0 {
            self.out.push(", ");
        }
    }

    fn text<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        text: &str,
        recorded_cut: bool,
        quotes: InnerStrings,
    ) -> Result<(), Stop> {
        // no more than the limit is looked at
        let bytes = text.len().min(self.limits.string.saturating_mul(4));
        reader.charge(bytes.div_ceil(BYTES_PER_STEP) as u64)?;
        match reader.policy().mode() {
            Mode::Off => self.cut(text, recorded_cut, quotes, None),
            Mode::Strict if text.is_empty() => self.cut(text, recorded_cut, quotes, None),
            Mode::Strict => self.out.hide(self.dialect.redacted_text.text()),
            Mode::Targeted => {
                let end = self.end(text).unwrap_or(text.len());
                reader.charge(end.div_ceil(LOOKED_AT_PER_STEP) as u64)?;
                let policy = reader.policy();
                self.cut(text, recorded_cut, quotes, Some(policy.masks_before(text, end)));
            }
        }
        Ok(())
    }

    /// The name of a field, which every mode shows.
    fn name<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        name: &str,
        quotes: InnerStrings,
    ) -> Result<(), Stop> {
        let bytes = name.len().min(self.limits.string.saturating_mul(4));
        reader.charge(bytes.div_ceil(BYTES_PER_STEP) as u64)?;
        let policy = reader.policy();
        let masks = (policy.mode() != Mode::Off).then(|| {
            let end = self.end(name).unwrap_or(name.len());
            policy.masks_of_name_before(name, end)
        });
        self.cut(name, false, quotes, masks);
        Ok(())
    }

    /// Where a text is cut by the limit, if it is.
    fn end(&self, text: &str) -> Option<usize> {
        let limit = self.limits.string;
        if text.len() <= limit { None } else { text.char_indices().nth(limit).map(|(at, _)| at) }
    }

    /// Writes `text` up to the limit without what is hidden of it, with `...` where it was cut there or by the recording.
    fn cut(&mut self, text: &str, recorded_cut: bool, quotes: InnerStrings, masks: Option<Masks<'_>>) {
        let end = self.end(text);
        let kept = end.and_then(|at| text.get(..at)).unwrap_or(text);
        let quote = match quotes {
            InnerStrings::Double => Some('"'),
            InnerStrings::Single => Some('\''),
            InnerStrings::Raw => None,
        };
        let mark = |out: &mut MessageWriter<'_>| {
            if let Some(quote) = quote {
                // a message takes any text
                let _ = out.write_char(quote);
            }
        };
        mark(self.out);
        let mut shown = 0;
        for mask in masks.into_iter().flatten() {
            self.piece(kept.get(shown..mask.start).unwrap_or_default(), quote);
            self.out.hide(MASK);
            shown = mask.end;
        }
        self.piece(kept.get(shown..).unwrap_or_default(), quote);
        if end.is_some() || recorded_cut {
            self.out.push(MORE);
        }
        mark(self.out);
    }

    /// Writes a part of a text, escaped if it is in quotes.
    fn piece(&mut self, text: &str, quote: Option<char>) {
        let Some(quote) = quote else { return self.out.push(text) };
        for c in text.chars() {
            if self.out.is_cut() {
                break;
            }
            let _ = write_escaped(self.out, c, quote);
        }
    }
}
