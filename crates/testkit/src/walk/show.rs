//! Values as a test owns and compares them, and as JSON and message text shows them.
//!
//! The text is that of "Templates" in `docs/language.md`, the JSON that of values printed by the command line,
//! both written a second time.

use std::collections::HashSet;

use probelang_capture::{Reader, Shape as ReaderShape, Step, Stop, TextLimits};
use probelang_diagnostic::spell;
use probelang_dialect::{
    BooleanText, Dialect, DurationText, InnerStrings, NullText, RedactedText, WholeFloat,
};
use probelang_host::{Handle, Host, Role, Scratch, Value};
use probelang_redact::{MASK, Masks, Mode, Policy};
use probelang_syntax::NodeId;

use super::value::{Element, Part, Raw, Shape, Val};
use super::{Eval, Walker};

/// Levels that are copied; no test goes deeper.
const LEVELS: u32 = 200;

/// A value that a program gave, whole, with what is hidden or missing inside.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Out {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// Beyond 64 bits: its digits.
    BigInt(String),
    Float(f64),
    Str(String),
    CutStr(String),
    List(Shown<Out>),
    Set(Shown<Out>),
    Map(Shown<(Out, Out)>),
    /// Fields by name. A map entry is one with two fields.
    Object(Shown<(Out, Out)>),
    Enum(String),
    Opaque(Option<String>),
    /// A string that has a type of its own.
    Typed(Option<String>, String),
    /// A scalar that nobody can identify, for this reason.
    Doubtful(String, String),
    Undefined,
    Redacted,
    Unreadable(String),
}

/// The elements of a collection.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown<T> {
    /// What is there.
    pub elements: Vec<T>,
    /// Why something is missing at the end, if so.
    pub cut: Option<String>,
}

impl PartialEq for Out {
    /// Equal kinds and contents; floats by their bits, NaN being one value.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Uint(a), Self::Uint(b)) => a == b,
            (Self::BigInt(a), Self::BigInt(b)) => a == b,
            (Self::Str(a), Self::Str(b))
            | (Self::CutStr(a), Self::CutStr(b))
            | (Self::Enum(a), Self::Enum(b))
            | (Self::Unreadable(a), Self::Unreadable(b)) => a == b,
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) => a == b,
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Opaque(a), Self::Opaque(b)) => a == b,
            (Self::Typed(a, x), Self::Typed(b, y)) => (a, x) == (b, y),
            (Self::Doubtful(a, x), Self::Doubtful(b, y)) => (a, x) == (b, y),
            (Self::Null, Self::Null)
            | (Self::Undefined, Self::Undefined)
            | (Self::Redacted, Self::Redacted) => true,
            _ => false,
        }
    }
}

impl Out {
    /// Copies what an engine lends through its reader, redaction applied.
    ///
    /// # Errors
    /// The reader's.
    pub fn read<'h>(value: &Value<'h>, reader: &mut dyn Reader<'h>) -> Result<Self, Stop> {
        let host = reader.host();
        if has_redacted_type(host, reader.policy(), value) {
            return Ok(Self::Redacted);
        }
        if let Some(scalar) = Self::scalar(host, value) {
            return Ok(scalar);
        }
        let Some(mut walk) = reader.open(value)? else {
            return Ok(Self::Unreadable("no collection".to_owned()));
        };
        let (mut elements, mut entries) = (Vec::new(), Vec::new());
        let (mut key, mut element) = (Value::Absent, Value::Absent);
        let end = loop {
            match reader.next(&mut walk, &mut key, &mut element) {
                Err(stop) => break Err(stop),
                Ok(Step::Done) => break Ok(None),
                Ok(Step::Cut(reason)) => break Ok(Some(reason.to_owned())),
                Ok(Step::Element) => {}
            }
            let list = matches!(walk.shape, ReaderShape::List | ReaderShape::Set);
            let secret = !list && key_text(host, &key).is_some_and(|name| reader.policy().redacts_name(name));
            let read = |value: &Value<'h>, reader: &mut dyn Reader<'h>| Self::read(value, reader);
            let shown = if secret { Ok(Self::Redacted) } else { read(&element, reader) };
            match shown {
                Err(stop) => break Err(stop),
                Ok(shown) if list => elements.push(shown),
                Ok(shown) => match read(&key, reader) {
                    Err(stop) => break Err(stop),
                    Ok(key) => entries.push((key, shown)),
                },
            }
        };
        reader.close(&mut walk);
        let cut = end?;
        Ok(match walk.shape {
            ReaderShape::List => Self::List(Shown { elements, cut }),
            ReaderShape::Set => Self::Set(Shown { elements, cut }),
            ReaderShape::Map => Self::Map(Shown { elements: entries, cut }),
            ReaderShape::Object => Self::Object(Shown { elements: entries, cut }),
        })
    }

    /// Anything that has no elements.
    fn scalar(host: &dyn Host, value: &Value<'_>) -> Option<Self> {
        Some(match *value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Int(n) => Self::Int(n),
            Value::Uint(n) => Self::Uint(n),
            Value::BigInt(integer) => Self::BigInt(host.digits(integer, &mut Scratch::new()).to_owned()),
            Value::Float(n) => Self::Float(n),
            Value::Str(text) => Self::Str(text.to_owned()),
            Value::CutStr(text) => Self::CutStr(text.to_owned()),
            Value::Object(handle) => Self::Enum(host.enum_name(handle)?.to_owned()),
            Value::Opaque(handle) => {
                let text = host.text(handle).map(str::to_owned);
                match (host.doubt(handle, None), value.plain(host), text) {
                    (Some(reason), _, Some(text)) => Self::Doubtful(text, reason.to_owned()),
                    (_, Value::Opaque(_), text) => Self::Opaque(text),
                    (_, Value::Str(text), _) => Self::Typed(type_name(host, handle), text.to_owned()),
                    // the digits that it was written with
                    (_, Value::Float(n), Some(text)) => Self::Float(text.parse().unwrap_or(n)),
                    (_, scalar, _) => return Self::scalar(host, &scalar),
                }
            }
            Value::Cut(handle) => Self::Unreadable(host.cut_reason(handle).to_owned()),
            Value::Unreadable(reason) => Self::Unreadable(reason.to_owned()),
            Value::Redacted(_) => Self::Redacted,
            Value::Local(local) if local.role == Role::Placeholder => Self::Redacted,
            Value::Undefined | Value::Absent => Self::Undefined,
            Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Local(_) => return None,
        })
    }
}

/// The name of a value's type.
pub(super) fn type_name(host: &dyn Host, value: Handle) -> Option<String> {
    host.type_name(value, &mut Scratch::new()).map(str::to_owned)
}

fn has_redacted_type(host: &dyn Host, policy: &Policy, value: &Value<'_>) -> bool {
    let name = value.handle().and_then(|handle| type_name(host, handle));
    name.is_some_and(|name| policy.redacts_type(&name))
}

fn key_text<'h>(host: &'h dyn Host, key: &Value<'h>) -> Option<&'h str> {
    match *key {
        Value::Str(text) | Value::CutStr(text) => Some(text),
        Value::Object(handle) => host.enum_name(handle),
        Value::Opaque(handle) => match host.scalar(handle) {
            Value::Str(text) | Value::CutStr(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Walker<'a> {
    /// Copies a value, and reaches all elements of it.
    pub(super) fn out(&mut self, node: NodeId, value: &Val<'a>) -> Eval<Out> {
        self.out_at(node, value, 0)
    }

    /// Charges what a text costs that is printed, and searched first for what is hidden of it; what is put in its place is
    /// printed instead.
    fn charge_text(&mut self, text: &str, node: NodeId) -> Eval<()> {
        self.charge_bytes(text.len(), node)?;
        if self.policy.mode() == Mode::Off {
            return Ok(());
        }
        self.charge((text.len() as u64).div_ceil(16) * 2, node)
    }

    fn out_at(&mut self, node: NodeId, value: &Val<'a>, level: u32) -> Eval<Out> {
        if level > LEVELS {
            return Ok(Out::Unreadable("depth".to_owned()));
        }
        match value {
            Val::Undefined => return Ok(Out::Undefined),
            Val::Placeholder => return Ok(Out::Redacted),
            Val::Host(value) => {
                if let Value::Str(text) | Value::CutStr(text) = value {
                    self.charge_text(text, node)?;
                }
                if has_redacted_type(self.host, self.policy, value) {
                    return Ok(Out::Redacted);
                }
                if let Some(scalar) = Out::scalar(self.host, value) {
                    match &scalar {
                        Out::Doubtful(text, reason) => {
                            self.charge_text(text, node)?;
                            self.charge_bytes(reason.len(), node)?;
                        }
                        Out::Typed(_, text) | Out::CutStr(text) | Out::BigInt(text) => {
                            self.charge_text(text, node)?;
                        }
                        Out::Enum(text) | Out::Opaque(Some(text)) | Out::Unreadable(text) => {
                            self.charge_text(text, node)?;
                        }
                        Out::Opaque(None) => self.charge(1, node)?,
                        _ => {}
                    }
                    return Ok(scalar);
                }
                if let Value::Object(handle) = *value {
                    return self.fields(node, handle, level);
                }
            }
            Val::Entry(entry) => {
                self.charge(6, node)?;
                let (key, value) = self.entry_members();
                let elements = vec![
                    (Out::Str(key.to_owned()), self.out_part(node, &entry.key, level)?),
                    (Out::Str(value.to_owned()), self.out_part(node, &entry.value, level)?),
                ];
                return Ok(Out::Object(Shown { elements, cut: None }));
            }
            Val::Pair(_) | Val::Filter(_) => {}
        }
        let before = self.steps;
        self.charge(1, node)?;
        let (source, shape) = value.source().zip(value.shape()).expect("a collection");
        let (all, cut) = self.all(node, &source)?;
        self.charge_bytes(cut.map_or(0, str::len), node)?;
        let cut = cut.map(str::to_owned);
        let (mut elements, mut entries) = (Vec::new(), Vec::new());
        for element in all {
            match element {
                Element::Item(part) => elements.push(self.out_part(node, &part, level)?),
                Element::Entry(entry) => entries.push((
                    self.out_part(node, &entry.key, level)?,
                    self.out_part(node, &entry.value, level)?,
                )),
            }
        }
        let hides_keys = self.policy.mode() == Mode::Strict;
        let is_odd = |key: &Out| hides_keys || !matches!(key, Out::Str(_));
        if entries.iter().any(|(key, _)| is_odd(key)) || repeats(&entries, self.policy) {
            // a map whose keys are not all strings, or not all different, is walked once more
            self.charge(self.steps - before, node)?;
        }
        Ok(match shape {
            Shape::List => Out::List(Shown { elements, cut }),
            Shape::Set => Out::Set(Shown { elements, cut }),
            Shape::Map => Out::Map(Shown { elements: entries, cut }),
        })
    }

    fn fields(&mut self, node: NodeId, handle: Handle, level: u32) -> Eval<Out> {
        let before = self.steps;
        self.charge(1, node)?;
        let mut fields = Vec::new();
        let cut = self.each_entry(node, handle, &mut |walker, name, value| {
            let entry = walker.entry(name, value);
            let name = walker.out_part(node, &entry.key, level)?;
            fields.push((name, walker.out_part(node, &entry.value, level)?));
            Ok(false)
        })?;
        self.charge_bytes(cut.map_or(0, str::len), node)?;
        if repeats(&fields, self.policy) {
            self.charge(self.steps - before, node)?;
        }
        Ok(Out::Object(Shown { elements: fields, cut: cut.map(str::to_owned) }))
    }

    fn out_part(&mut self, node: NodeId, part: &Part<'a>, level: u32) -> Eval<Out> {
        match &part.value {
            _ if part.hidden => Ok(Out::Redacted),
            Raw::Made(value) => self.out_at(node, value, level + 1),
            Raw::Host(Value::Redacted(_)) => Ok(Out::Redacted),
            Raw::Host(value) => self.out_at(node, &Val::Host(*value), level + 1),
        }
    }
}

/// The text of a key that is a string.
fn string_of(key: &Out) -> Option<&str> {
    match key {
        Out::Str(text) | Out::Typed(_, text) => Some(text),
        _ => None,
    }
}

/// Whether two keys have one text, as it is shown, so that an object cannot have both.
fn repeats(entries: &[(Out, Out)], policy: &Policy) -> bool {
    let mut seen = HashSet::new();
    entries.iter().filter_map(|(key, _)| string_of(key)).any(|text| !seen.insert(policy.masked_name(text)))
}

/// What stands for a hidden value.
const HIDDEN: &str = r#"{"$redacted":true}"#;

/// `out` as `eval` prints it, on one line.
#[must_use]
pub fn json(out: &Out, policy: &Policy) -> String {
    let quoted = |text: &str| serde_json::to_string(text).expect("text");
    let text = |text: &str| quoted(&policy.masked(text));
    let reason = |reason: &str| quoted(&policy.masked_reason(reason));
    let strict = policy.mode() == Mode::Strict;
    let list = |shown: &Shown<Out>| {
        let mut parts: Vec<_> = shown.elements.iter().map(|out| json(out, policy)).collect();
        parts.extend(shown.cut.as_ref().map(|why| format!(r#"{{"$unreadable":{}}}"#, reason(why))));
        format!("[{}]", parts.join(","))
    };
    match out {
        Out::Null => "null".to_owned(),
        Out::Bool(truth) => truth.to_string(),
        Out::Int(n) => n.to_string(),
        Out::Uint(n) => n.to_string(),
        Out::BigInt(digits) => digits.clone(),
        Out::Float(n) if n.is_finite() => spell::Float(*n).to_string(),
        Out::Float(n) => format!(r#"{{"$float":"{}"}}"#, spell::Float(*n)),
        Out::Str(string) | Out::Enum(string) | Out::Typed(_, string) | Out::Opaque(Some(string))
            if strict && !string.is_empty() =>
        {
            HIDDEN.to_owned()
        }
        Out::Str(string) | Out::Enum(string) | Out::Typed(_, string) | Out::Opaque(Some(string)) => {
            text(string)
        }
        Out::Doubtful(string, why) => {
            format!(r#"{{"$unreadable":{},"$text":{}}}"#, reason(why), text(string))
        }
        Out::CutStr(string) => format!(r#"{{"$unreadable":"truncated","$text":{}}}"#, text(string)),
        Out::Opaque(None) => r#"{"$unreadable":"opaque"}"#.to_owned(),
        Out::Undefined => r#"{"$undefined":true}"#.to_owned(),
        Out::Redacted => HIDDEN.to_owned(),
        Out::Unreadable(why) => format!(r#"{{"$unreadable":{}}}"#, reason(why)),
        Out::List(shown) | Out::Set(shown) => list(shown),
        Out::Map(shown) | Out::Object(shown) => {
            // names of fields are shown, keys are text
            let hides_keys = strict && matches!(out, Out::Map(_));
            let own_type = |key: &Out| match key {
                Out::Str(_) => Some(None),
                Out::Typed(type_name, _) => Some(type_name.clone()),
                _ => None,
            };
            let first = shown.elements.first().and_then(|(key, _)| own_type(key));
            let alike =
                |(key, _): &(Out, Out)| !hides_keys && own_type(key).is_some_and(|own| Some(own) == first);
            if shown.elements.iter().all(alike) && !repeats(&shown.elements, policy) {
                let name = |key: &Out| policy.masked_name(string_of(key).expect("a string")).into_owned();
                let member =
                    |(key, value): &(Out, Out)| format!("{}:{}", quoted(&name(key)), json(value, policy));
                let mut parts: Vec<_> = shown.elements.iter().map(member).collect();
                let mut note = "$unreadable".to_owned();
                while shown.elements.iter().any(|(key, _)| name(key) == note) {
                    note.insert(0, '$');
                }
                parts.extend(shown.cut.as_ref().map(|why| format!(r#""{note}":{}"#, reason(why))));
                format!("{{{}}}", parts.join(","))
            } else {
                let pair =
                    |(key, value): &(Out, Out)| format!("[{},{}]", json(key, policy), json(value, policy));
                let mut parts: Vec<_> = shown.elements.iter().map(pair).collect();
                parts.extend(shown.cut.as_ref().map(|why| format!(r#"{{"$unreadable":{}}}"#, reason(why))));
                format!("[{}]", parts.join(","))
            }
        }
    }
}

/// `out` as a part of a message shows it.
#[must_use]
pub fn text(out: &Out, limits: &TextLimits, dialect: &Dialect, policy: &Policy) -> String {
    let mut printer = Printer { limits, dialect, policy, text: String::new() };
    printer.value(out, 0);
    printer.text
}

/// A duration of that many milliseconds as a part of a message shows it.
pub(super) fn duration(milliseconds: f64, limits: &TextLimits, dialect: &Dialect, policy: &Policy) -> String {
    if dialect.duration_text == DurationText::Milliseconds || !milliseconds.is_finite() {
        return text(&Out::Float(milliseconds), limits, dialect, policy);
    }
    // a tick is 100 ns; a cast of a float stops at the largest integer
    #[allow(clippy::cast_possible_truncation)]
    let ticks = (milliseconds * 10_000.0).round() as i64;
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let seconds = ticks / 10_000_000;
    let days = seconds / 86_400;
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    format!(
        "{sign}{days}{:02}:{:02}:{:02}.{:07}",
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        ticks % 10_000_000
    )
}

/// The text of what is redacted.
pub(super) const fn redacted_text(dialect: &Dialect) -> &'static str {
    match dialect.redacted_text {
        RedactedText::Lower => "{redacted}",
        RedactedText::Upper => "{REDACTED}",
        RedactedText::Square => "[redacted]",
    }
}

struct Printer<'p> {
    limits: &'p TextLimits,
    dialect: &'p Dialect,
    policy: &'p Policy,
    text: String,
}

impl Printer<'_> {
    fn value(&mut self, out: &Out, depth: usize) {
        match out {
            Out::Null => self.text.push_str(match self.dialect.null_text {
                NullText::Null => "null",
                NullText::None => "None",
                NullText::Nil => "nil",
                NullText::Empty => "",
            }),
            Out::Bool(truth) => self.text.push_str(match (self.dialect.boolean_text, truth) {
                (BooleanText::Lower, true) => "true",
                (BooleanText::Lower, false) => "false",
                (BooleanText::Capital, true) => "True",
                (BooleanText::Capital, false) => "False",
            }),
            Out::Int(n) => self.text.push_str(&n.to_string()),
            Out::Uint(n) => self.text.push_str(&n.to_string()),
            Out::BigInt(digits) => self.text.push_str(digits),
            Out::Float(n) => {
                let spelled = spell::Float(*n).to_string();
                let whole = self.dialect.whole_float == WholeFloat::Whole;
                let short = spelled.strip_suffix(".0").filter(|_| whole);
                self.text.push_str(short.unwrap_or(&spelled));
            }
            Out::Str(text)
            | Out::Typed(_, text)
            | Out::CutStr(text)
            | Out::Enum(text)
            | Out::Opaque(Some(text))
            | Out::Doubtful(text, _)
                if self.policy.mode() == Mode::Strict && !text.is_empty() =>
            {
                self.text.push_str(redacted_text(self.dialect));
            }
            Out::Str(text) | Out::Typed(_, text) | Out::CutStr(text) => {
                let cut = matches!(out, Out::CutStr(_));
                let quote = match self.dialect.inner_strings {
                    _ if depth == 0 => None,
                    InnerStrings::Double => Some('"'),
                    InnerStrings::Single => Some('\''),
                    InnerStrings::Raw => None,
                };
                self.text.extend(quote);
                self.string(text, cut, quote, self.policy.masks(text));
                self.text.extend(quote);
            }
            Out::Enum(name) | Out::Opaque(Some(name)) | Out::Doubtful(name, _) => {
                self.string(name, false, None, self.policy.masks(name))
            }
            Out::Opaque(None) => self.text.push_str("..."),
            Out::Undefined => self.text.push_str("undefined"),
            Out::Redacted => self.text.push_str(redacted_text(self.dialect)),
            Out::Unreadable(reason) if reason == "depth" => self.text.push_str("..."),
            Out::Unreadable(reason) => {
                self.text.push('{');
                let reason = self.policy.masked_reason(reason);
                self.string(&reason, false, None, Policy::none().masks(""));
                self.text.push('}');
            }
            Out::List(_) | Out::Set(_) | Out::Map(_) | Out::Object(_) if depth >= self.limits.depth => {
                self.text.push_str("...");
            }
            Out::List(shown) | Out::Set(shown) => {
                let limit = self.limits.items;
                self.collection(shown, limit, ['[', ']'], |printer, item| printer.value(item, depth + 1));
            }
            Out::Map(shown) => {
                let limit = self.limits.items;
                self.collection(shown, limit, ['{', '}'], |printer, (key, value)| {
                    printer.text.push('[');
                    match key {
                        Out::List(_) | Out::Set(_) | Out::Map(_) | Out::Object(_) => {
                            printer.text.push_str("...");
                        }
                        key => printer.value(key, depth + 1),
                    }
                    printer.text.push('=');
                    printer.value(value, depth + 1);
                    printer.text.push(']');
                });
            }
            Out::Object(shown) => {
                let limit = self.limits.fields;
                self.collection(shown, limit, ['{', '}'], |printer, (name, value)| {
                    let Out::Str(name) = name else { panic!("the name of a field is text") };
                    printer.string(name, false, None, printer.policy.masks_of_name(name));
                    printer.text.push('=');
                    printer.value(value, depth + 1);
                });
            }
        }
    }

    fn collection<T>(
        &mut self,
        shown: &Shown<T>,
        limit: usize,
        brackets: [char; 2],
        element: impl Fn(&mut Self, &T),
    ) {
        self.text.push(brackets[0]);
        for (at, value) in shown.elements.iter().take(limit).enumerate() {
            if at > 0 {
                self.text.push_str(", ");
            }
            element(self, value);
        }
        if shown.elements.len() > limit || shown.cut.is_some() {
            if !shown.elements.is_empty() && limit > 0 {
                self.text.push_str(", ");
            }
            self.text.push_str("...");
        }
        self.text.push(brackets[1]);
    }

    fn string(&mut self, text: &str, cut: bool, quote: Option<char>, masks: Masks<'_>) {
        let masks: Vec<_> = masks.collect();
        for (at, c) in text.char_indices().take(self.limits.string) {
            match (masks.iter().find(|mask| (mask.start..mask.end).contains(&at)), quote) {
                (Some(mask), _) if mask.start == at => self.text.push_str(MASK),
                (Some(_), _) => {}
                (None, None) => self.text.push(c),
                (None, Some(quote)) => {
                    spell::write_escaped(&mut self.text, c, quote).expect("text takes all")
                }
            }
        }
        if cut || text.chars().count() > self.limits.string {
            self.text.push_str("...");
        }
    }
}
