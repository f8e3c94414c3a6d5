//! One value as a snapshot records it: the third sink of the walk.

use probelang_diagnostic::spell::{push_float, push_json, push_json_content};
use probelang_dialect::captured;
use probelang_host::{Handle, Hidden, Natures, Origin, Scratch, Size, Value};

use super::event::first;
use super::index::{Index, Missing};
use super::plain::{TYPE, joined, kind, plain_type, type_name, typed};
use super::{CaptureLimits, reason};
use crate::keys::{Keys, Names};
use crate::walk::{
    BYTES_PER_STEP, DEPTH, End, Found, Key, Leaf, Lent, NO_DIGITS, Place, Sink, digits, redacts_type,
    shows_scalars,
};
use crate::{Reader, Shape, Stop, Walk};

/// Bytes of text that are written between two looks at the budget.
const PIECE: usize = 16 * 1_024;
/// Bytes of text whose characters are counted for one step: counting is faster than writing.
const COUNTED_PER_STEP: usize = 1_024;
/// Bytes of a string that is written at once.
const SHORT: usize = 1_024;
/// Characters of a reason that are written, as many as are read back.
pub(super) const REASON: usize = 100;

/// Bytes of output from which on memory is got for all of it at once.
const CALM: usize = 2 << 20;
/// Bytes that are written after the cap, as far as can be said: what ends the values that are open, and a piece of a
/// text.
const AFTER: usize = 128 * 1_024;

/// Levels that are expanded whatever the limit says: what is written can be read back, whose nesting is limited.
const LEVELS: usize = 128;

/// That a value whose content is not written is not null.
const NOT_NULL: &str = ",\"isNull\":false";

/// Writes a value and the values in it.
pub(super) struct ValueSink<'w> {
    pub(super) out: &'w mut String,
    pub(super) index: &'w mut Index,
    /// The names in the objects that are open.
    keys: &'w mut Keys,
    pub(super) limits: &'w CaptureLimits,
    /// Bytes of output from which on nothing more is expanded.
    cap: usize,
    /// Bytes of output after which [`ended`](Self::ended) looks closer.
    calm: usize,
    /// Where the whole value was found.
    pub(super) origin: Origin<'static>,
    /// Room for the name of a type; taken while one is being written.
    scratch: Option<&'w mut Scratch>,
    /// The budget was used up.
    pub(super) exhausted: bool,
}

/// A collection or object that is being written.
pub(super) struct Level {
    /// Its number among the spans.
    span: u32,
    /// The names of an object.
    names: Names,
    /// Why a name of it is missing that is not beyond the limit.
    without: Option<&'static str>,
}

impl<'w> ValueSink<'w> {
    pub(super) fn new(
        out: &'w mut String,
        index: &'w mut Index,
        keys: &'w mut Keys,
        limits: &'w CaptureLimits,
        cap: usize,
        origin: Origin<'static>,
        scratch: &'w mut Scratch,
    ) -> Self {
        let (scratch, calm) = (Some(scratch), cap.min(CALM));
        Self { out, index, keys, limits, cap, calm, origin, scratch, exhausted: false }
    }
}

impl<'a> Sink<'a> for ValueSink<'_> {
    type Level = Level;

    const EXPANDS_KEYS: bool = true;
    const ASKS_TYPES: bool = true;

    fn depth(&self) -> usize {
        self.limits.depth.min(LEVELS)
    }

    fn room(&mut self, shape: Shape) -> usize {
        if self.ended().is_some() {
            return 0;
        }
        match shape {
            Shape::Object => self.limits.fields,
            Shape::List | Shape::Set | Shape::Map => self.limits.items,
        }
    }

    #[inline]
    fn scalar<R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, found: &Found<'_, 'a>) -> bool {
        match *found.value {
            Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Null => {}
            Value::Str(text) if text.len() <= self.limits.length.min(SHORT) && self.out.len() < self.cap => {
                if !self.afford(reader, text.len().div_ceil(BYTES_PER_STEP)) {
                    return false;
                }
            }
            _ => return false,
        }
        let start = self.out.len();
        let mut scratch = self.scratch.take();
        let own = scratch.as_deref_mut().and_then(|scratch| self.own_type(reader, found, scratch));
        match *found.value {
            Value::Int(n) => {
                self.valued(own, typed!(captured::INTEGER, "\",\"value\":\""));
                self.out.push_str(itoa::Buffer::new().format(n));
                self.out.push_str("\"}");
            }
            Value::Bool(truth) => {
                self.valued(own, typed!(captured::BOOLEAN, "\",\"value\":\""));
                if truth {
                    self.out.push_str("true\"}");
                } else {
                    self.out.push_str("false\"}");
                }
            }
            Value::Float(float) => {
                self.valued(own, typed!(captured::NUMBER, "\",\"value\":\""));
                push_float(self.out, float);
                self.out.push_str("\"}");
            }
            Value::Str(text) => {
                self.valued(own, typed!(captured::STRING, "\",\"value\":\""));
                push_json_content(self.out, text);
                self.out.push_str("\"}");
            }
            _ => {
                self.begin(own, found.value);
                self.out.push_str(",\"isNull\":true}");
            }
        }
        self.scratch = scratch;
        self.index.leaf(start, self.out.len(), Missing::Nothing);
        true
    }

    fn leaf<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        found: &Found<'_, 'a>,
    ) -> Result<(), Stop> {
        // a class of that name has fields
        if let Leaf::Undefined = leaf {
            self.leaf_of_type(reader, leaf, found, None);
            return Ok(());
        }
        let mut scratch = self.scratch.take();
        let own = scratch.as_deref_mut().and_then(|scratch| self.own_type(reader, found, scratch));
        self.leaf_of_type(reader, leaf, found, own);
        self.scratch = scratch;
        Ok(())
    }

    fn open<R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, shape: Shape, found: &Found<'_, 'a>) -> Level {
        let span = self.index.begin(self.out.len());
        let names = self.keys.begin();
        let mut scratch = self.scratch.take();
        let own = scratch.as_deref_mut().and_then(|scratch| self.own_type(reader, found, scratch));
        self.begin(own, found.value);
        self.named(own);
        self.scratch = scratch;
        self.doubt(reader, found);
        self.besides(reader, found);
        self.out.push_str(match shape {
            Shape::List => ",\"elements\":[",
            // a type's name alone does not always say so
            Shape::Set => ",\"set\":true,\"elements\":[",
            Shape::Map => ",\"entries\":[",
            Shape::Object => ",\"fields\":{",
        });
        Level { span, names, without: None }
    }

    fn element<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        level: &mut Level,
        shape: Shape,
        count: usize,
        key: &Value<'a>,
    ) -> Result<Key, Stop> {
        if count > 0 && shape != Shape::Object {
            self.out.push(',');
        }
        match shape {
            Shape::List | Shape::Set => Ok(Key::Written),
            Shape::Map => {
                self.out.push('[');
                Ok(Key::Walked)
            }
            Shape::Object => {
                let name = match *key {
                    Value::Str(name) | Value::CutStr(name) => name,
                    // no host has such fields
                    _ => "?",
                };
                self.pay(reader, name.len());
                let without = self.field(&mut level.names, name);
                if without.is_some() {
                    level.without = without;
                    return Ok(Key::Without);
                }
                Ok(Key::Written)
            }
        }
    }

    fn after_key(&mut self) {
        self.out.push(',');
    }

    fn end_element(&mut self, _: &Level, shape: Shape) {
        if shape == Shape::Map {
            self.out.push(']');
        }
    }

    fn close<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        level: Level,
        walk: &Walk,
        count: usize,
        end: End<'a>,
    ) -> Result<(), Stop> {
        let object = walk.shape == Shape::Object;
        self.keys.end(&level.names);
        self.out.push(if object { '}' } else { ']' });
        if !object {
            let count = count as u64;
            let known = match (end, walk.local) {
                (End::Done, _) => Some(count),
                // a lazy filter was driven to its end
                (End::Full, Some(_)) => Some(walk.passed),
                (End::Cut(_), Some(_)) => None,
                (End::Full | End::Cut(_), None) => match reader.host().len(walk.cursor.handle) {
                    Size::Known(size) => Some(size.max(count)),
                    Size::Unreadable(_) => None,
                },
            };
            if let Some(size) = known {
                self.size(size);
            }
        }
        let limit = if object { reason::FIELDS } else { reason::ITEMS };
        let missing = match end {
            End::Done => match level.without {
                None => Missing::Nothing,
                Some(why) => self.not_captured(why),
            },
            End::Full => {
                let why = self.ended().unwrap_or(limit);
                self.not_captured(why)
            }
            End::Cut(why) => self.not_captured(why),
        };
        self.out.push('}');
        self.index.end(level.span, self.out.len(), missing);
        Ok(())
    }

    fn stopped(&mut self, exhausted: bool) -> Result<&'static str, Stop> {
        if !exhausted {
            return Err(Stop);
        }
        self.exhausted = true;
        Ok(reason::TIMEOUT)
    }
}

impl ValueSink<'_> {
    /// Why nothing more is expanded, if so.
    fn ended(&mut self) -> Option<&'static str> {
        if self.exhausted {
            return Some(reason::TIMEOUT);
        }
        if self.out.len() < self.calm { None } else { self.ended_by_size() }
    }

    /// Whether the output has reached its cap. Before it does, memory is got for what may still come, not for
    /// twice as much.
    #[cold]
    fn ended_by_size(&mut self) -> Option<&'static str> {
        if self.out.len() >= self.cap {
            return Some(reason::TOO_LARGE);
        }
        self.calm = self.cap;
        let most = self.cap.saturating_add(AFTER);
        self.out.reserve_exact(most.saturating_sub(self.out.len()));
        None
    }

    /// Writes the name of a field, if there is room for it and the object has no such field: why not otherwise.
    fn field(&mut self, names: &mut Names, name: &str) -> Option<&'static str> {
        let start = self.out.len();
        if name.len() > self.cap.saturating_sub(start) {
            return Some(reason::TOO_LARGE);
        }
        if self.out.as_bytes().last() == Some(&b'{') {
            self.out.push('"');
        } else {
            self.out.push_str(",\"");
        }
        let content = self.out.len();
        push_json_content(self.out, name);
        if !self.keys.add(names, name, self.out, content) {
            self.out.truncate(start);
            return Some(reason::FIELD_TWICE);
        }
        self.out.push_str("\":");
        None
    }

    /// Writes a value that is not expanded, whose type has the name `own`, if the host gives it one.
    fn leaf_of_type<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        found: &Found<'_, 'a>,
        own: Option<&str>,
    ) {
        let start = self.out.len();
        let typed = match found.value {
            Value::Opaque(_) => true,
            Value::BigInt(_) => own.is_some(),
            _ => false,
        };
        self.begin(own, found.value);
        let leaf = match leaf {
            Leaf::Redacted(_) => leaf,
            // a scalar has no handle that the walk could ask by
            _ if !shows_scalars(reader.policy())
                && redacts_type(reader.policy(), type_name(own, found.value)) =>
            {
                Leaf::Redacted(Hidden::Type)
            }
            _ => leaf,
        };
        if typed && let Some(kind) = kind(leaf) {
            self.out.push_str(",\"kind\":\"");
            self.out.push_str(kind);
            self.out.push('"');
            self.besides(reader, found);
        }
        if found.value.handle().is_some() {
            self.named(own);
        }
        let mut missing = Missing::Nothing;
        match leaf {
            Leaf::Undefined => {}
            Leaf::Null => self.out.push_str(",\"isNull\":true"),
            Leaf::Bool(truth) => self.plain(if truth { "true" } else { "false" }),
            Leaf::Int(n) => self.plain(itoa::Buffer::new().format(n)),
            Leaf::Uint(n) => self.plain(itoa::Buffer::new().format(n)),
            Leaf::BigInt(integer) => missing = self.big(reader, integer),
            Leaf::Float(n) => self.float(n),
            Leaf::Text(text) => self.text(reader, text, false),
            Leaf::Doubtful(text, why) => {
                // for people: an expression must not take it for certain
                self.opaque(reader, text);
                missing = self.not_captured(why);
            }
            Leaf::CutText(text) => self.text(reader, text, true),
            Leaf::Constant(name) => {
                self.doubt(reader, found);
                self.besides(reader, found);
                missing = self.constant(reader, name);
            }
            Leaf::Opaque(text) => {
                if let Some(text) = text {
                    self.opaque(reader, text);
                }
                self.out.push_str(NOT_NULL);
                missing = self.not_captured(reason::OPAQUE);
            }
            Leaf::Unreadable(why) => {
                if let Value::Cut(handle) = *found.value
                    && let Size::Known(size) = reader.host().len(handle)
                {
                    self.size(size);
                    missing = self.not_captured(why);
                } else if matches!(found.value, Value::Cut(_)) {
                    if why != DEPTH {
                        self.out.push_str(NOT_NULL);
                    }
                    missing = self.not_captured(why);
                } else if why == DEPTH {
                    // of what is cut by depth it is known that it is not null
                    missing = self.not_captured(reason::UNREADABLE);
                } else {
                    missing = self.not_captured(why);
                }
            }
            Leaf::Redacted(hidden) => {
                missing = self.not_captured(match hidden {
                    Hidden::Name | Hidden::NameOf(_) | Hidden::Host => reason::REDACTED_NAME,
                    Hidden::Type | Hidden::TypeOf(_) => reason::REDACTED_TYPE,
                });
            }
            Leaf::Deep(count) => {
                match (*found.value, count) {
                    (_, Some(count)) => self.size(count),
                    (Value::List(handle) | Value::Set(handle) | Value::Map(handle), None) => {
                        if let Size::Known(size) = reader.host().len(handle) {
                            self.size(size);
                        }
                    }
                    _ => {}
                }
                missing = self.not_captured(DEPTH);
            }
            // keys are expanded
            Leaf::Key => missing = self.not_captured(reason::OPAQUE),
        }
        self.out.push('}');
        self.index.leaf(start, self.out.len(), missing);
    }

    /// Begins a value as far as the quote before its text; `plain` is that with the plain name of its type.
    #[inline(always)]
    fn valued(&mut self, own: Option<&str>, plain: &'static str) {
        match own {
            None => self.out.push_str(plain),
            Some(name) => {
                self.out.push_str(TYPE);
                push_json_content(self.out, name);
                self.out.push_str("\",\"value\":\"");
            }
        }
    }

    /// Begins a value whose type has a name of its own, or the plain one of its kind.
    fn begin(&mut self, own: Option<&str>, value: &Value<'_>) {
        match own {
            Some(name) => {
                self.out.push_str(TYPE);
                push_json_content(self.out, name);
                self.out.push('"');
            }
            None => self.out.push_str(plain_type(value)),
        }
    }

    /// Says why a collection, object or constant may be something else, if so.
    fn doubt<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &R, found: &Found<'_, 'a>) {
        if let Some(handle) = found.value.handle()
            && let Some(why) = reader.host().doubt(handle, None)
        {
            self.out.push_str(",\"doubt\":");
            push_json(self.out, first(why, REASON));
        }
    }

    /// Says what a value is besides, which is not written.
    fn besides<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &R, found: &Found<'_, 'a>) {
        let Some(handle) = found.value.handle() else { return };
        let natures = reader.host().natures(handle);
        if natures == Natures::NONE {
            return;
        }
        self.out.push_str(",\"also\":[");
        for (count, nature) in natures.iter().enumerate() {
            self.out.push_str(if count > 0 { ",\"" } else { "\"" });
            self.out.push_str(nature.name());
            self.out.push('"');
        }
        self.out.push(']');
    }

    /// Says that a type is the host's own, where it is called as the plain kinds are.
    fn named(&mut self, own: Option<&str>) {
        if own.is_some_and(captured::is_plain) {
            self.out.push_str(",\"named\":true");
        }
    }

    /// The host's name of the type of a value, if it has one.
    fn own_type<'t, 'a: 't, R: Reader<'a> + ?Sized>(
        &self,
        reader: &R,
        found: &Found<'_, 'a>,
        scratch: &'t mut Scratch,
    ) -> Option<&'t str> {
        let host = reader.host();
        scratch.clear();
        let origin = match (found.value.handle(), found.place, found.lent) {
            (Some(handle), _, _) => return host.type_name(handle, scratch),
            (None, Place::Top, _) => self.origin,
            (None, Place::Key, Some(Lent { cursor, place })) => Origin::Key { cursor, place },
            (None, Place::Inside, Some(Lent { cursor, place })) => Origin::Element { cursor, place },
            (None, Place::Key | Place::Inside, None) => Origin::Elsewhere,
        };
        host.scalar_type(found.value, origin, scratch)
    }

    /// Writes a text that needs no escapes.
    fn plain(&mut self, text: &str) {
        self.out.push_str(",\"value\":\"");
        self.out.push_str(text);
        self.out.push('"');
    }

    /// Writes an integer beyond 64 bits, whole or not at all.
    fn big<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, integer: Handle) -> Missing {
        let mut scratch = Scratch::new();
        let Ok(digits) = digits(reader, integer, &mut scratch) else {
            self.exhausted = true;
            return self.not_captured(reason::TIMEOUT);
        };
        match digits {
            Some(digits) if digits.len() > self.cap.saturating_sub(self.out.len()) => {
                self.not_captured(reason::TOO_LARGE)
            }
            Some(digits) => {
                self.plain(digits);
                Missing::Nothing
            }
            None => self.not_captured(NO_DIGITS),
        }
    }

    fn float(&mut self, float: f64) {
        self.out.push_str(",\"value\":\"");
        push_float(self.out, float);
        self.out.push('"');
    }

    /// Writes a string up to the limit; `cut` says that it is itself only a beginning. Patterns of values would
    /// be looked for here.
    fn text<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str, cut: bool) {
        let kept = self.kept(reader, text);
        self.out.push_str(",\"value\":\"");
        let written = self.content(reader, kept);
        self.out.push('"');
        if cut || written < text.len() {
            self.out.push_str(",\"truncated\":true");
            if !cut && self.afford(reader, text.len().div_ceil(COUNTED_PER_STEP)) {
                self.size(text.chars().count() as u64);
            }
        }
    }

    /// The beginning of `text` that the limits leave.
    fn kept<'a, 't, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &'t str) -> &'t str {
        let room = text.len().min(self.cap.saturating_sub(self.out.len()));
        if room <= self.limits.length && room == text.len() {
            // as many bytes are no more characters than that
            return text;
        }
        let start = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
        if !self.afford(reader, start.len().min(self.limits.length).div_ceil(COUNTED_PER_STEP)) {
            return "";
        }
        let end = start.char_indices().nth(self.limits.length).map_or(start.len(), |(at, _)| at);
        start.get(..end).unwrap_or_default()
    }

    /// Writes what is between the quotes, as far as the budget goes: how many bytes of `text` were written.
    fn content<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) -> usize {
        let mut rest = text;
        // a long text in pieces, so that the clock is read between them
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
            if !self.afford(reader, piece.len().div_ceil(BYTES_PER_STEP)) {
                break;
            }
            push_json_content(self.out, piece);
            rest = after;
            // escapes may have made it longer
            if self.out.len() >= self.calm && self.ended_by_size().is_some() {
                break;
            }
        }
        text.len().saturating_sub(rest.len())
    }

    /// Writes the name of an enum constant. A part of one would be another.
    fn constant<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, name: &str) -> Missing {
        if name.len() > self.cap.saturating_sub(self.out.len()) {
            return self.not_captured(reason::TOO_LARGE);
        }
        if !self.afford(reader, name.len().div_ceil(BYTES_PER_STEP)) {
            return self.not_captured(reason::TIMEOUT);
        }
        self.out.push_str(",\"enum\":true,\"value\":\"");
        push_json_content(self.out, name);
        self.out.push('"');
        Missing::Nothing
    }

    /// Writes the text of an opaque value for people. It is not a string that an expression may ask for, so that
    /// a reason follows it, and nothing says where it was cut.
    fn opaque<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) {
        let kept = self.kept(reader, text);
        self.out.push_str(",\"value\":\"");
        let written = self.content(reader, kept);
        self.out.push_str(if written < text.len() { "...\"" } else { "\"" });
    }

    fn size(&mut self, size: u64) {
        self.out.push_str(",\"size\":");
        self.out.push_str(itoa::Buffer::new().format(size));
    }

    fn not_captured(&mut self, why: &str) -> Missing {
        self.out.push_str(",\"notCapturedReason\":");
        push_json(self.out, first(why, REASON));
        if why == DEPTH { Missing::Depth } else { Missing::Something }
    }

    /// Pays for text that is written whatever is left.
    fn pay<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, bytes: usize) {
        if bytes > BYTES_PER_STEP {
            self.afford(reader, bytes / BYTES_PER_STEP);
        }
    }

    /// Whether so many steps were left.
    fn afford<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, steps: usize) -> bool {
        // a branch: rustc 1.95 took `exhausted |= !paid` for true in release builds
        if reader.charge(steps as u64).is_ok() {
            return true;
        }
        self.exhausted = true;
        false
    }
}
