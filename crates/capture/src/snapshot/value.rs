//! One value as a snapshot records it: the third sink of the walk.

mod leaf;

use probelang_diagnostic::spell::{push_float, push_json, push_json_content};
use probelang_dialect::captured;
use probelang_host::{Natures, Origin, Scratch, Size, Value};
use probelang_redact::Mode;

use super::event::first;
use super::index::{Index, Missing};
use super::plain::{TYPE, joined, plain_type, typed};
use super::{CaptureLimits, reason};
use crate::keys::{Keys, Names};
use crate::walk::{BYTES_PER_STEP, DEPTH, End, Found, Key, Leaf, Lent, Place, Sink, hides_keys};
use crate::{Reader, Shape, Stop, Walk};

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
    /// How much of a text leaves: all of it unless somebody says otherwise.
    pub(super) mode: Mode,
    /// Texts, and parts of texts, that were hidden because of what they say.
    pub(super) masked: u64,
    /// Whether the key that is written next is a field's name.
    pub(super) key_is_name: bool,
}

/// A collection or object that is being written.
pub(super) struct Level {
    /// Its number among the spans.
    span: u32,
    /// The names of an object.
    names: Names,
    /// Why a name of it is missing that is not beyond the limit.
    without: Option<&'static str>,
    /// Whether the keys of a map are the names of the fields of a plain document.
    named: bool,
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
        let (exhausted, mode, masked, key_is_name) = (false, Mode::Off, 0, false);
        Self { out, index, keys, limits, cap, calm, origin, scratch, exhausted, mode, masked, key_is_name }
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
                if self.mode != Mode::Off && reader.policy().hides_text(text) {
                    return false;
                }
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
        let named = shape == Shape::Map && !hides_keys(reader.policy(), reader.host(), shape, found.value);
        Level { span, names, without: None, named }
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
                self.key_is_name = level.named && self.mode == Mode::Strict;
                Ok(Key::Walked)
            }
            Shape::Object => {
                let name = match *key {
                    Value::Str(name) | Value::CutStr(name) => name,
                    // no host has such fields
                    _ => "?",
                };
                self.pay(reader, name.len());
                let without = match self.mode {
                    Mode::Off => self.field(&mut level.names, name),
                    Mode::Targeted | Mode::Strict => {
                        self.field(&mut level.names, &reader.policy().masked_name(name))
                    }
                };
                if without.is_some() {
                    level.without = without;
                    return Ok(Key::Without);
                }
                Ok(Key::Written)
            }
        }
    }

    fn after_key(&mut self) {
        self.key_is_name = false;
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
            End::Cut(why) => self.not_captured(&reader.policy().masked_reason(why)),
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
            push_json(self.out, first(&reader.policy().masked_reason(why), REASON));
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
