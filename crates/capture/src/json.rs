//! Values as JSON, the form that an evaluated expression prints.

use std::fmt::Write;

use probelang_diagnostic::spell;
use probelang_host::{Role, Value};

use crate::text::{BYTES_PER_STEP, DEPTH};
use crate::{Reader, Shape, Step, Stop, Walk, redacted, redacted_type};

/// Bytes of text that are written between two looks at the budget.
const PIECE: usize = 64 * 1_024;

/// How much of a value its JSON shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JsonLimits {
    /// Levels of collections and objects that are expanded: 512. What lies deeper is
    /// `{"$unreadable": "depth"}`.
    pub depth: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { depth: 512 }
    }
}

/// Writes `value` as one line of JSON, whole.
///
/// Null, Booleans, numbers (integers whole, floats in canonical spelling) and strings as JSON; lists and sets
/// as arrays; objects, and maps whose keys are all strings, as objects, other maps as arrays of
/// `[key, value]`; an enum constant as its name. What JSON has no word for is an object with a `$` key:
///
/// | what | as |
/// |---|---|
/// | NaN, infinities | `{"$float": "NaN"}` |
/// | redacted | `{"$redacted": true}` |
/// | unreadable, for its reason | `{"$unreadable": "depth"}` |
/// | the host's undefined | `{"$undefined": true}` |
/// | a text of which only the beginning was recorded | `{"$unreadable": "truncated", "$text": "beginning"}` |
/// | the missing rest of a list | `{"$unreadable": "collectionSize"}` as its last element |
/// | the missing rest of an object or map | `"$unreadable": "fieldCount"` as its last member |
///
/// Steps are charged for every element read and every 64 bytes of text; no recursion.
///
/// # Errors
/// [`Stop`] where a fault or a limit ended the run; what `out` then holds behind its former end is of no use.
pub fn write_json<'a>(
    reader: &mut dyn Reader<'a>,
    value: &Value<'a>,
    limits: &JsonLimits,
    out: &mut String,
) -> Result<(), Stop> {
    let mut writer = Writer { reader, limits, out, tasks: Vec::new(), depth: 0 };
    let result = writer.run(value);
    for task in writer.tasks {
        if let Task::Collection(mut open) = task {
            writer.reader.close(&mut open.walk);
        }
    }
    result
}

/// How an open collection is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Array,
    Object,
    Pairs,
}

impl Form {
    const fn brackets(self) -> (&'static str, &'static str) {
        match self {
            Self::Array | Self::Pairs => ("[", "]"),
            Self::Object => ("{", "}"),
        }
    }
}

/// A collection that is being written.
#[derive(Clone, Copy)]
struct Open<'a> {
    value: Value<'a>,
    walk: Walk,
    form: Form,
    empty: bool,
    /// Where its text starts.
    start: usize,
}

/// What is still to be written; the last task is the next.
enum Task<'a> {
    /// The rest of a collection.
    Collection(Open<'a>),
    /// A value.
    Value(Value<'a>),
    /// The value of a pair, and the pair's end.
    PairValue { value: Value<'a>, hidden: bool },
    /// A bracket.
    Text(&'static str),
}

struct Writer<'w, 'a> {
    reader: &'w mut dyn Reader<'a>,
    limits: &'w JsonLimits,
    out: &'w mut String,
    tasks: Vec<Task<'a>>,
    /// Collections that are open.
    depth: usize,
}

impl<'a> Writer<'_, 'a> {
    fn run(&mut self, value: &Value<'a>) -> Result<(), Stop> {
        self.tasks.push(Task::Value(*value));
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Value(value) => self.value(&value)?,
                Task::Text(text) => self.out.push_str(text),
                Task::PairValue { value, hidden } => {
                    self.out.push(',');
                    self.tasks.push(Task::Text("]"));
                    self.shown(&value, hidden)?;
                }
                Task::Collection(open) => self.step(open)?,
            }
        }
        Ok(())
    }

    /// Writes the next element of `open`, or its end.
    fn step(&mut self, mut open: Open<'a>) -> Result<(), Stop> {
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        let step = match self.reader.next(&mut open.walk, &mut key, &mut value) {
            Ok(step) => step,
            Err(stop) => {
                self.tasks.push(Task::Collection(open));
                return Err(stop);
            }
        };
        let reason = match step {
            Step::Element if open.form == Form::Object && !matches!(key, Value::Str(_)) => {
                return self.as_pairs(open);
            }
            Step::Element => {
                let hidden = redacted(self.reader, open.walk.shape, &key, &value);
                self.separate(&mut open);
                let form = open.form;
                self.tasks.push(Task::Collection(open));
                match (form, key) {
                    (Form::Object, Value::Str(name)) => {
                        self.text(name)?;
                        self.out.push(':');
                        return self.shown(&value, hidden);
                    }
                    (Form::Pairs, _) => {
                        self.out.push('[');
                        self.tasks.push(Task::PairValue { value, hidden });
                        return self.value(&key);
                    }
                    _ => return self.shown(&value, hidden),
                }
            }
            Step::Cut(reason) => Some(reason),
            Step::Done => None,
        };
        self.reader.close(&mut open.walk);
        self.depth = self.depth.saturating_sub(1);
        if let Some(reason) = reason {
            self.separate(&mut open);
            if open.form == Form::Object {
                self.out.push_str("\"$unreadable\":");
                self.text(reason)?;
            } else {
                self.unreadable(reason)?;
            }
        }
        self.out.push_str(open.form.brackets().1);
        Ok(())
    }

    /// Starts a map again whose keys turned out not to be all strings.
    fn as_pairs(&mut self, mut open: Open<'a>) -> Result<(), Stop> {
        self.reader.close(&mut open.walk);
        self.out.truncate(open.start);
        self.depth = self.depth.saturating_sub(1);
        self.open(&open.value, Some(Form::Pairs))
    }

    fn separate(&mut self, open: &mut Open<'a>) {
        if !open.empty {
            self.out.push(',');
        }
        open.empty = false;
    }

    fn shown(&mut self, value: &Value<'a>, hidden: bool) -> Result<(), Stop> {
        if hidden {
            self.redacted();
            return Ok(());
        }
        self.value(value)
    }

    fn value(&mut self, value: &Value<'a>) -> Result<(), Stop> {
        if value.handle().is_some_and(|handle| redacted_type(self.reader, handle)) {
            self.redacted();
            return Ok(());
        }
        match *value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if truth { "true" } else { "false" }),
            Value::Int(n) => self.display(n),
            Value::Uint(n) => self.display(n),
            Value::Float(n) if n.is_finite() => self.display(spell::Float(n)),
            Value::Float(n) => {
                self.out.push_str("{\"$float\":\"");
                self.display(spell::Float(n));
                self.out.push_str("\"}");
            }
            Value::Str(text) => self.text(text)?,
            Value::CutStr(text) => {
                self.out.push_str("{\"$unreadable\":\"truncated\",\"$text\":");
                self.text(text)?;
                self.out.push('}');
            }
            Value::Object(handle) => match self.reader.host().enum_name(handle) {
                Some(name) => self.text(name)?,
                None => self.open(value, None)?,
            },
            Value::Local(local) if local.role == Role::Placeholder => self.redacted(),
            Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Local(_) => self.open(value, None)?,
            Value::Opaque(handle) => match self.reader.host().text(handle) {
                Some(text) => self.text(text)?,
                None => self.unreadable("opaque")?,
            },
            Value::Cut(handle) => {
                let reason = self.reader.host().cut_reason(handle);
                self.unreadable(reason)?;
            }
            Value::Unreadable(reason) => self.unreadable(reason)?,
            Value::Redacted(_) => self.redacted(),
            Value::Absent | Value::Undefined => self.out.push_str("{\"$undefined\":true}"),
        }
        Ok(())
    }

    fn open(&mut self, value: &Value<'a>, form: Option<Form>) -> Result<(), Stop> {
        if self.depth >= self.limits.depth {
            return self.unreadable(DEPTH);
        }
        let Some(walk) = self.reader.open(value)? else {
            return self.unreadable("opaque");
        };
        let form = form.unwrap_or(match walk.shape {
            Shape::List | Shape::Set => Form::Array,
            Shape::Map | Shape::Object => Form::Object,
        });
        let start = self.out.len();
        self.out.push_str(form.brackets().0);
        self.depth = self.depth.saturating_add(1);
        self.tasks.push(Task::Collection(Open { value: *value, walk, form, empty: true, start }));
        Ok(())
    }

    fn redacted(&mut self) {
        self.out.push_str("{\"$redacted\":true}");
    }

    fn unreadable(&mut self, reason: &str) -> Result<(), Stop> {
        self.out.push_str("{\"$unreadable\":");
        self.text(reason)?;
        self.out.push('}');
        Ok(())
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        // a String takes any text
        let _ = write!(self.out, "{value}");
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        let mut paid = 0usize;
        self.out.push('"');
        for (at, c) in text.char_indices() {
            if at >= paid {
                // a long text in pieces, so that the clock is read between them
                let piece = text.len().saturating_sub(paid).min(PIECE);
                self.reader.charge(piece.div_ceil(BYTES_PER_STEP) as u64)?;
                paid = paid.saturating_add(piece);
            }
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if c < ' ' => self.display(format_args!("\\u{:04x}", u32::from(c))),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
        Ok(())
    }
}
