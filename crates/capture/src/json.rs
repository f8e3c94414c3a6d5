//! Values as JSON, the form that an evaluated expression prints.

use std::borrow::Cow;

use probelang_diagnostic::spell;
use probelang_host::{Handle, Scratch, Value, same_type};
use probelang_redact::Mode;

use crate::keys::{Keys, Names};
use crate::walk::{
    BYTES_PER_STEP, DEPTH, End, Found, Key, LOOKED_AT_PER_STEP, Leaf, NO_DIGITS, Sink, digits, drive,
    hides_keys,
};
use crate::{Reader, Shape, Stop, Walk};

/// What stands for a redacted value.
const REDACTED: &str = "{\"$redacted\":true}";

/// Bytes of text that are written between two looks at the budget.
const PIECE: usize = 64 * 1_024;

/// How much of a value its JSON shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
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

impl JsonLimits {
    /// The same with [`depth`](Self::depth) set.
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }
}

/// Writes `value` as one line of JSON, whole.
///
/// Null, Booleans, numbers (integers whole, floats in canonical spelling) and strings as JSON; lists and sets
/// as arrays; objects and maps as objects, if their keys are strings of one type and all different, otherwise as
/// arrays of `[key, value]`; an enum constant as its name. No object has a key twice. What JSON has no word for is an
/// object with a `$` key:
///
/// | what | as |
/// |---|---|
/// | NaN, infinities | `{"$float": "NaN"}` |
/// | redacted, also a text of which the mode of the policy hides all, or a key | `{"$redacted": true}` |
/// | unreadable, for its reason | `{"$unreadable": "depth"}` |
/// | the host's undefined | `{"$undefined": true}` |
/// | a scalar, if the host cannot say what it is | `{"$unreadable": "the reason", "$text": "its text"}` |
/// | a text, if only its beginning was recorded | `{"$unreadable": "truncated", "$text": "beginning"}` |
/// | the missing rest of a list | `{"$unreadable": "collectionSize"}` as its last element |
/// | the missing rest of an object or map | `"$unreadable": "fieldCount"` as its last member, with one more `$` for as long as it has such a key itself |
///
/// What the mode hides of a text is `{redacted}` in place.
///
/// Steps are charged for every element read and every 64 bytes of text; no recursion.
///
/// # Errors
/// [`Stop`] where a fault or a limit ended the run; what was appended to `out` is then of no use.
pub fn write_json<'a>(
    reader: &mut dyn Reader<'a>,
    value: &Value<'a>,
    limits: &JsonLimits,
    out: &mut String,
) -> Result<(), Stop> {
    drive(reader, value, &mut JsonSink { limits, out, keys: Keys::default() })
}

/// The key of what cannot be read.
const UNREADABLE: &str = "$unreadable";

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
struct Level {
    form: Form,
    /// Where its text starts.
    start: usize,
    /// No key is shown.
    hides_keys: bool,
    /// The first key, if it has a type of its own.
    typed: Option<Handle>,
    /// The keys of an object.
    names: Names,
}

struct JsonSink<'w> {
    limits: &'w JsonLimits,
    out: &'w mut String,
    /// The keys of the objects that are open.
    keys: Keys,
}

impl<'a> Sink<'a> for JsonSink<'_> {
    type Level = Level;

    const EXPANDS_KEYS: bool = true;

    fn depth(&self) -> usize {
        self.limits.depth
    }

    fn room(&mut self, _: Shape) -> usize {
        usize::MAX
    }

    fn leaf<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        _: &Found<'_, 'a>,
    ) -> Result<(), Stop> {
        match leaf {
            Leaf::Null => self.out.push_str("null"),
            Leaf::Bool(truth) => self.out.push_str(if truth { "true" } else { "false" }),
            Leaf::Int(n) => self.out.push_str(itoa::Buffer::new().format(n)),
            Leaf::Uint(n) => self.out.push_str(itoa::Buffer::new().format(n)),
            Leaf::BigInt(integer) => match digits(reader, integer, &mut Scratch::new())? {
                Some(digits) => self.out.push_str(digits),
                None => self.unreadable(reader, NO_DIGITS)?,
            },
            Leaf::Float(n) if n.is_finite() => self.float(n),
            Leaf::Float(n) => {
                self.out.push_str("{\"$float\":\"");
                self.float(n);
                self.out.push_str("\"}");
            }
            Leaf::Text(text) | Leaf::Constant(text) | Leaf::Opaque(Some(text)) => {
                if reader.policy().mode() == Mode::Strict && !text.is_empty() {
                    self.out.push_str(REDACTED);
                } else {
                    self.shown(reader, text)?;
                }
            }
            Leaf::CutText(text) => {
                self.out.push_str("{\"$unreadable\":\"truncated\",\"$text\":");
                self.shown(reader, text)?;
                self.out.push('}');
            }
            Leaf::Doubtful(text, reason) => {
                self.out.push_str("{\"$unreadable\":");
                self.reason(reader, reason)?;
                self.out.push_str(",\"$text\":");
                self.shown(reader, text)?;
                self.out.push('}');
            }
            Leaf::Opaque(None) => self.unreadable(reader, "opaque")?,
            Leaf::Unreadable(reason) => self.unreadable(reader, reason)?,
            Leaf::Deep(_) | Leaf::Key => self.unreadable(reader, DEPTH)?,
            Leaf::Redacted(_) => self.out.push_str(REDACTED),
            Leaf::Undefined => self.out.push_str("{\"$undefined\":true}"),
        }
        Ok(())
    }

    fn open<R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, shape: Shape, found: &Found<'_, 'a>) -> Level {
        let form = match shape {
            Shape::List | Shape::Set => Form::Array,
            Shape::Map | Shape::Object => Form::Object,
        };
        let start = self.out.len();
        self.out.push_str(form.brackets().0);
        let hides_keys = hides_keys(reader.policy(), reader.host(), shape, found.value);
        Level { form, start, hides_keys, typed: None, names: self.keys.begin() }
    }

    fn element<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        level: &mut Level,
        _: Shape,
        count: usize,
        key: &Value<'a>,
    ) -> Result<Key, Stop> {
        let host = reader.host();
        let (text, typed) = match *key {
            Value::Opaque(handle) if host.doubt(handle, None).is_none() => (key.plain(host), Some(handle)),
            text => (text, None),
        };
        if count == 0 {
            level.typed = typed;
        }
        match (level.form, text) {
            (Form::Array, _) => {
                self.separate(count);
                Ok(Key::Written)
            }
            // two types may have one text
            (Form::Object, Value::Str(name)) if !level.hides_keys && same_type(host, typed, level.typed) => {
                self.separate(count);
                if !self.key(reader, &mut level.names, name)? {
                    return Ok(self.as_pairs(level));
                }
                self.out.push(':');
                Ok(Key::Written)
            }
            // not all keys are strings, or they are not shown
            (Form::Object, _) => Ok(self.as_pairs(level)),
            (Form::Pairs, _) => {
                self.separate(count);
                self.out.push('[');
                Ok(Key::Walked)
            }
        }
    }

    fn after_key(&mut self) {
        self.out.push(',');
    }

    fn end_element(&mut self, level: &Level, _: Shape) {
        if level.form == Form::Pairs {
            self.out.push(']');
        }
    }

    fn close<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        mut level: Level,
        _: &Walk,
        count: usize,
        end: End<'a>,
    ) -> Result<(), Stop> {
        if let End::Cut(reason) = end {
            self.separate(count);
            if level.form == Form::Object {
                let start = self.out.len();
                let mut name = UNREADABLE.to_owned();
                while !self.key(reader, &mut level.names, &name)? {
                    self.out.truncate(start);
                    name.insert(0, '$');
                }
                self.out.push(':');
                self.reason(reader, reason)?;
            } else {
                self.unreadable(reader, reason)?;
            }
        }
        self.keys.end(&level.names);
        self.out.push_str(level.form.brackets().1);
        Ok(())
    }
}

impl JsonSink<'_> {
    /// Writes a key of an object: whether the object does not have it yet.
    fn key<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        names: &mut Names,
        name: &str,
    ) -> Result<bool, Stop> {
        let content = self.out.len().saturating_add(1);
        match reader.policy().mode() {
            Mode::Off => self.text(reader, name)?,
            Mode::Targeted | Mode::Strict => {
                reader.charge(name.len().div_ceil(LOOKED_AT_PER_STEP) as u64)?;
                let name = reader.policy().masked_name(name);
                self.text(reader, &name)?;
            }
        }
        let written = self.out.strip_suffix('"').unwrap_or_default();
        Ok(self.keys.add(names, name, written, content))
    }

    /// Takes an object back, to write it as pairs.
    fn as_pairs(&mut self, level: &mut Level) -> Key {
        self.out.truncate(level.start);
        self.keys.end(&level.names);
        level.form = Form::Pairs;
        self.out.push_str(level.form.brackets().0);
        Key::Again
    }

    fn separate(&mut self, count: usize) {
        if count > 0 {
            self.out.push(',');
        }
    }

    fn unreadable<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, reason: &str) -> Result<(), Stop> {
        self.out.push_str("{\"$unreadable\":");
        self.reason(reader, reason)?;
        self.out.push('}');
        Ok(())
    }

    /// Why something cannot be read.
    fn reason<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, reason: &str) -> Result<(), Stop> {
        let reason = reader.policy().masked_reason(reason);
        self.text(reader, &reason)
    }

    /// A text without what is hidden of it, which is looked for in the whole text at once.
    fn shown<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) -> Result<(), Stop> {
        if reader.policy().mode() == Mode::Off {
            return self.text(reader, text);
        }
        reader.charge(text.len().div_ceil(LOOKED_AT_PER_STEP) as u64)?;
        match reader.policy().masked(text) {
            Cow::Borrowed(text) => self.text(reader, text),
            Cow::Owned(text) => self.text(reader, &text),
        }
    }

    fn float(&mut self, float: f64) {
        spell::push_float(self.out, float);
    }

    fn text<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) -> Result<(), Stop> {
        self.out.push('"');
        let mut rest = text;
        // a long text in pieces, so that the clock is read between them
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
            reader.charge(piece.len().min(PIECE).div_ceil(BYTES_PER_STEP) as u64)?;
            spell::push_json_content(self.out, piece);
            rest = after;
        }
        self.out.push('"');
        Ok(())
    }
}
