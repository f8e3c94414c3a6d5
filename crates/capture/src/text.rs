//! Values as text, the form that templates print.

use std::fmt::Write;

use probelang_diagnostic::spell::{self, write_escaped};
use probelang_host::{Handle, Role, Value};

use crate::stack::Stack;
use crate::style::{BooleanText, DurationText, InnerStrings, NullText, WholeFloat};
use crate::{Message, Reader, Shape, Step, Stop, TextLimits, TextStyle, Walk, redacted};

/// What stands for text and elements that are not shown.
const MORE: &str = "...";
/// Bytes of text that cost one step.
pub(crate) const BYTES_PER_STEP: usize = 64;
/// The reason for what was cut by depth.
pub(crate) const DEPTH: &str = "depth";

/// Writes `value` as a template shows it.
///
/// Null, Booleans, integers, floats and enum constants as words; a string as it is at the top, quoted inside;
/// lists and sets `[a, b, ...]`, maps `{[k=v], ...}`, objects `{f=v, ...}`; `...` for what lies deeper or
/// behind the limits, for what a recording cut, and at the end of a text of which only the beginning was
/// recorded. What is redacted or unreadable inside is shown as such and is no fault. A value that is itself
/// redacted or unreadable is written the same way; whether it is a fault is the caller's affair.
///
/// A lazy filter is driven to its end, also behind the item limit. Allocates nothing but the output while no
/// more than two levels are open.
///
/// # Errors
/// [`Stop`] where a fault or a limit ended the run; the text written so far stays, see [`Message::rewind`].
pub fn write_text<'a>(
    reader: &mut dyn Reader<'a>,
    value: &Value<'a>,
    limits: &TextLimits,
    style: &TextStyle,
    out: &mut Message<'_>,
) -> Result<(), Stop> {
    let mut writer = Writer { reader, limits, style, out, stack: Stack::new() };
    let result = writer.run(value);
    // every walk that was opened is closed, after a fault too
    while let Some(mut open) = writer.stack.pop() {
        writer.reader.close(&mut open.walk);
    }
    result
}

/// Writes a duration of `milliseconds`.
pub fn write_duration(milliseconds: f64, style: &TextStyle, out: &mut Message<'_>) {
    if style.duration == DurationText::Milliseconds || !milliseconds.is_finite() {
        return write_float(milliseconds, style, out);
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

fn write_float(float: f64, style: &TextStyle, out: &mut Message<'_>) {
    let whole = style.whole_float == WholeFloat::Whole && float.fract() == 0.0 && float.abs() < 1e16;
    let _ = if whole { write!(out, "{float:.0}") } else { write!(out, "{}", spell::Float(float)) };
}

/// A collection that is being written.
pub(crate) struct Open {
    pub(crate) walk: Walk,
    /// Elements written.
    pub(crate) count: usize,
}

struct Writer<'w, 'o, 'a> {
    reader: &'w mut dyn Reader<'a>,
    limits: &'w TextLimits,
    style: &'w TextStyle,
    out: &'w mut Message<'o>,
    stack: Stack<Open>,
}

impl<'a> Writer<'_, '_, 'a> {
    fn run(&mut self, value: &Value<'a>) -> Result<(), Stop> {
        self.value(value, true)?;
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        while let Some(open) = self.stack.last_mut() {
            let shape = open.walk.shape;
            let limit = if shape == Shape::Object { self.limits.fields } else { self.limits.items };
            let step = self.reader.next(&mut open.walk, &mut key, &mut value)?;
            let count = open.count;
            if count >= limit && step == Step::Element && self.reader.is_lazy(&open.walk) {
                // its predicate may still fault
                while self.reader.next(&mut open.walk, &mut key, &mut value)? == Step::Element {}
            }
            if step == Step::Element && count < limit {
                open.count = count.saturating_add(1);
                self.separate(count);
                self.element(shape, &key, &value)?;
                continue;
            }
            if step != Step::Done {
                self.separate(count);
                self.out.push(MORE);
            }
            self.out.push(if matches!(shape, Shape::List | Shape::Set) { "]" } else { "}" });
            if let Some(mut open) = self.stack.pop() {
                self.reader.close(&mut open.walk);
            }
            self.end_of_element();
        }
        Ok(())
    }

    /// Ends the entry, if an element of a map was just written.
    fn end_of_element(&mut self) {
        if self.stack.last_mut().is_some_and(|open| open.walk.shape == Shape::Map) {
            self.out.push("]");
        }
    }

    fn separate(&mut self, count: usize) {
        if count > 0 {
            self.out.push(", ");
        }
    }

    fn element(&mut self, shape: Shape, key: &Value<'a>, value: &Value<'a>) -> Result<(), Stop> {
        let hidden = redacted(self.reader, shape, key, value);
        match (shape, *key) {
            (Shape::List | Shape::Set, _) => {}
            (Shape::Object, Value::Str(name) | Value::CutStr(name)) => {
                self.text(name, false, InnerStrings::Raw)?;
                self.out.push("=");
            }
            (Shape::Object, _) => {
                self.out.push(MORE);
                self.out.push("=");
            }
            (Shape::Map, _) => {
                self.out.push("[");
                self.key(key)?;
                self.out.push("=");
            }
        }
        if hidden {
            self.out.push(self.style.redacted.text());
        } else if self.value(value, false)? {
            return Ok(());
        }
        self.end_of_element();
        Ok(())
    }

    /// Writes `value`, or opens it: whether it was opened.
    fn value(&mut self, value: &Value<'a>, top: bool) -> Result<bool, Stop> {
        let quotes = if top { InnerStrings::Raw } else { self.style.inner_strings };
        match *value {
            Value::Str(text) => self.text(text, false, quotes)?,
            Value::CutStr(text) => self.text(text, true, quotes)?,
            Value::Object(handle) if self.is_redacted_type(handle) => {
                self.out.push(self.style.redacted.text());
            }
            Value::Object(handle) => match self.reader.host().enum_name(handle) {
                Some(name) => self.text(name, false, InnerStrings::Raw)?,
                None => return self.open(value),
            },
            Value::List(handle) | Value::Set(handle) | Value::Map(handle) | Value::Cut(handle)
                if self.is_redacted_type(handle) =>
            {
                self.out.push(self.style.redacted.text());
            }
            Value::List(_) | Value::Set(_) | Value::Map(_) => return self.open(value),
            Value::Local(local) if local.role == Role::Placeholder => {
                self.out.push(self.style.redacted.text());
            }
            Value::Local(_) => return self.open(value),
            Value::Opaque(handle) if self.is_redacted_type(handle) => {
                self.out.push(self.style.redacted.text());
            }
            Value::Opaque(handle) => match self.reader.host().text(handle) {
                Some(text) => self.text(text, false, InnerStrings::Raw)?,
                None => self.out.push(MORE),
            },
            Value::Cut(handle) => self.reason(self.reader.host().cut_reason(handle)),
            Value::Unreadable(reason) => self.reason(reason),
            Value::Redacted(_) => self.out.push(self.style.redacted.text()),
            Value::Absent | Value::Undefined => self.out.push("undefined"),
            Value::Null => self.out.push(match self.style.null {
                NullText::Null => "null",
                NullText::None => "None",
                NullText::Nil => "nil",
                NullText::Empty => "",
            }),
            Value::Bool(truth) => self.out.push(match (self.style.boolean, truth) {
                (BooleanText::Lower, true) => "true",
                (BooleanText::Lower, false) => "false",
                (BooleanText::Capital, true) => "True",
                (BooleanText::Capital, false) => "False",
            }),
            Value::Int(n) => self.number(n),
            Value::Uint(n) => self.number(n),
            Value::Float(n) => write_float(n, self.style, self.out),
        }
        Ok(false)
    }

    fn is_redacted_type(&self, handle: Handle) -> bool {
        crate::redacted_type(self.reader, handle)
    }

    fn number(&mut self, n: impl itoa::Integer) {
        self.out.push(itoa::Buffer::new().format(n));
    }

    fn reason(&mut self, reason: &str) {
        if reason == DEPTH {
            self.out.push(MORE);
        } else {
            self.out.push("{");
            self.cut(reason, false, InnerStrings::Raw);
            self.out.push("}");
        }
    }

    fn open(&mut self, value: &Value<'a>) -> Result<bool, Stop> {
        let lazy = matches!(value, Value::Local(local) if local.role == Role::Filter);
        if self.stack.len() >= self.limits.depth && !lazy {
            self.out.push(MORE);
            return Ok(false);
        }
        let Some(mut walk) = self.reader.open(value)? else {
            self.out.push(MORE);
            return Ok(false);
        };
        if self.stack.len() >= self.limits.depth {
            // not shown, and reached all the same
            let (mut key, mut element) = (Value::Absent, Value::Absent);
            let mut step = Ok(Step::Element);
            while step == Ok(Step::Element) {
                step = self.reader.next(&mut walk, &mut key, &mut element);
            }
            self.reader.close(&mut walk);
            self.out.push(MORE);
            return step.map(|_| false);
        }
        self.out.push(if matches!(walk.shape, Shape::List | Shape::Set) { "[" } else { "{" });
        self.stack.push(Open { walk, count: 0 });
        Ok(true)
    }

    /// The key of an entry. A key is no secret; one that is itself a collection is not expanded.
    fn key(&mut self, key: &Value<'a>) -> Result<(), Stop> {
        match *key {
            _ if key.handle().is_some_and(|handle| self.is_redacted_type(handle)) => {
                self.out.push(self.style.redacted.text());
                Ok(())
            }
            Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Local(_) => {
                self.out.push(MORE);
                Ok(())
            }
            Value::Object(handle) if self.reader.host().enum_name(handle).is_none() => {
                self.out.push(MORE);
                Ok(())
            }
            _ => self.value(key, false).map(|_| ()),
        }
    }

    fn text(&mut self, text: &str, recorded_cut: bool, quotes: InnerStrings) -> Result<(), Stop> {
        // no more than the limit is looked at
        let bytes = text.len().min(self.limits.string.saturating_mul(4));
        self.reader.charge(bytes.div_ceil(BYTES_PER_STEP) as u64)?;
        self.cut(text, recorded_cut, quotes);
        Ok(())
    }

    /// Writes `text` up to the limit, with `...` where it was cut there or by the recording.
    fn cut(&mut self, text: &str, recorded_cut: bool, quotes: InnerStrings) {
        let limit = self.limits.string;
        let end = if text.len() <= limit { None } else { text.char_indices().nth(limit) };
        let kept = end.and_then(|(at, _)| text.get(..at)).unwrap_or(text);
        let quote = match quotes {
            InnerStrings::Double => '"',
            InnerStrings::Single => '\'',
            InnerStrings::Raw => {
                self.out.push(kept);
                if end.is_some() || recorded_cut {
                    self.out.push(MORE);
                }
                return;
            }
        };
        // a message takes any text
        let _ = self.out.write_char(quote);
        for c in kept.chars() {
            if self.out.is_cut() {
                break;
            }
            let _ = write_escaped(self.out, c, quote);
        }
        if end.is_some() || recorded_cut {
            self.out.push(MORE);
        }
        let _ = self.out.write_char(quote);
    }
}
