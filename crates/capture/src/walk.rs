//! The one walk over a value: a reader is driven to its end or to the limits, a sink writes what is found.
//!
//! What is the same for every form is decided here: which values are hidden, what is expanded, where a limit
//! ends a collection, and that everything opened is closed. A sink only spells. No recursion.

use probelang_host::{Cursor, Digits, Handle, Hidden, Host, More, Role, Scratch, Value, is_plain_object};
use probelang_redact::{Mode, Policy};

use crate::stack::Stack;
use crate::{Reader, Shape, Step, Stop, Walk};

/// Bytes of text that cost one step.
pub(crate) const BYTES_PER_STEP: usize = 64;

/// Bytes of text that are searched for secrets for one step.
pub(crate) const LOOKED_AT_PER_STEP: usize = 16;

/// The reason for what lies deeper than the limit.
pub(crate) const DEPTH: &str = "depth";

/// A value that is not expanded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leaf<'a> {
    Undefined,
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// An integer beyond 64 bits; [`digits`] says which.
    BigInt(Handle),
    Float(f64),
    /// A string, whole.
    Text(&'a str),
    /// The recorded beginning of a string.
    CutText(&'a str),
    /// The name of an enum constant.
    Constant(&'a str),
    /// A value of a kind that the language does not know, and its text if it has one.
    Opaque(Option<&'a str>),
    /// The text of a scalar, if the host cannot say what it is, and why it cannot.
    Doubtful(&'a str, &'a str),
    /// It cannot be read, for this reason.
    Unreadable(&'a str),
    Redacted(Hidden),
    /// A collection or object below the last level that is shown; the number of elements of a lazy filter.
    Deep(Option<u64>),
    /// A key that is a collection or object, where such keys are not shown.
    Key,
}

/// Where a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Top,
    Key,
    Inside,
}

/// A value that was found.
pub(crate) struct Found<'f, 'a> {
    pub(crate) value: &'f Value<'a>,
    pub(crate) place: Place,
    /// How the host lent it; only for sinks that ask for types.
    pub(crate) lent: Option<Lent<'f>>,
}

/// The place of an element among those that a host lent at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lent<'f> {
    /// The cursor as it was before.
    pub(crate) cursor: &'f Cursor,
    /// Its place, from 0.
    pub(crate) place: usize,
}

/// Who writes the key of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// The sink has written it, or there is none.
    Written,
    /// The walk writes it like any other value.
    Walked,
    /// The collection starts again: this key does not fit the form that the sink had begun, which has taken it
    /// back and begun another.
    Again,
    /// The sink leaves the element out.
    Without,
}

/// Why a collection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End<'a> {
    /// All elements were written.
    Done,
    /// The limit was reached, and there are more elements.
    Full,
    /// The elements after the last one exist and cannot be read, for this reason.
    Cut(&'a str),
}

/// Writes one form of what a walk finds.
pub(crate) trait Sink<'a> {
    /// What the sink keeps of an open collection.
    type Level;

    /// Whether keys that are collections or objects are expanded.
    const EXPANDS_KEYS: bool;

    /// Whether the sink writes the types of values.
    const ASKS_TYPES: bool = false;

    /// How many levels of collections and objects are expanded.
    fn depth(&self) -> usize;

    /// How many elements of a collection are written.
    fn room(&mut self, shape: Shape) -> usize;

    /// Writes a scalar that nothing hides and that needs no second look, as [`leaf`](Self::leaf) would: whether it
    /// did. This is for speed only, and most sinks do without.
    fn scalar<R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, found: &Found<'_, 'a>) -> bool {
        let _ = (reader, found);
        false
    }

    /// Writes a value that is not expanded.
    ///
    /// # Errors
    /// [`Stop`] where what it costs is not left.
    fn leaf<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        found: &Found<'_, 'a>,
    ) -> Result<(), Stop>;

    /// Begins a collection.
    fn open<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        shape: Shape,
        found: &Found<'_, 'a>,
    ) -> Self::Level;

    /// Begins an element, after `count` others.
    ///
    /// # Errors
    /// [`Stop`] where what it costs is not left.
    fn element<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        level: &mut Self::Level,
        shape: Shape,
        count: usize,
        key: &Value<'a>,
    ) -> Result<Key, Stop>;

    /// Writes what is between a walked key and its value.
    fn after_key(&mut self);

    /// Ends an element.
    fn end_element(&mut self, level: &Self::Level, shape: Shape);

    /// Ends a collection; `count` elements were written or left out.
    ///
    /// # Errors
    /// [`Stop`] where what it costs is not left.
    fn close<R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        level: Self::Level,
        walk: &Walk,
        count: usize,
        end: End<'a>,
    ) -> Result<(), Stop>;

    /// Goes on after the walk was stopped, by the budget or by a fault: the reason to write in place of what
    /// was not reached.
    ///
    /// # Errors
    /// [`Stop`] where what was written is of no use, which is the default.
    fn stopped(&mut self, exhausted: bool) -> Result<&'static str, Stop> {
        let _ = exhausted;
        Err(Stop)
    }
}

/// Writes `value` to `sink`. A lazy filter is driven to its end, also after the limit.
///
/// # Errors
/// [`Stop`] where a fault or a limit ended the run. Every walk that was opened is closed then too.
pub(crate) fn drive<'a, R: Reader<'a> + ?Sized, S: Sink<'a>>(
    reader: &mut R,
    value: &Value<'a>,
    sink: &mut S,
) -> Result<(), Stop> {
    drive_in(reader, value, sink, Vec::new()).0
}

/// As [`drive`], with memory for the collections that are open, which comes back empty.
pub(crate) fn drive_in<'a, R: Reader<'a> + ?Sized, S: Sink<'a>>(
    reader: &mut R,
    value: &Value<'a>,
    sink: &mut S,
    memory: Vec<Open<'a, S::Level>>,
) -> (Result<(), Stop>, Vec<Open<'a, S::Level>>) {
    let mut walker = Walker { reader, sink, stack: Stack::with(memory), fetched: Fetched::new() };
    let result = walker.run(value);
    while let Some(mut open) = walker.stack.pop() {
        walker.reader.close(&mut open.walk);
    }
    (result, walker.stack.into_rest())
}

/// A collection that is being written.
pub(crate) struct Open<'a, L> {
    walk: Walk,
    /// The collection, in case it starts again.
    value: Value<'a>,
    /// Elements written.
    count: usize,
    /// Its elements that were fetched.
    batch: Batched<'a>,
    /// The value of the entry whose key is being written, and whether that key hides it.
    rest: Option<(Value<'a>, bool)>,
    level: L,
}

struct Walker<'w, 'a, R: ?Sized, S: Sink<'a>> {
    reader: &'w mut R,
    sink: &'w mut S,
    stack: Stack<Open<'a, S::Level>>,
    fetched: Fetched<'a>,
}

/// Elements that are fetched at once.
const AT_ONCE: usize = 8;
/// Elements that are kept until they are written: those of the innermost collection last.
const KEPT: usize = 3 * AT_ONCE;

/// Elements of the open collections that were fetched together and are not written yet.
struct Fetched<'a> {
    keys: [Value<'a>; KEPT],
    values: [Value<'a>; KEPT],
}

impl Fetched<'_> {
    const fn new() -> Self {
        Self { keys: [Value::Absent; KEPT], values: [Value::Absent; KEPT] }
    }
}

/// Where the elements of one collection are among the fetched ones.
#[derive(Clone, Copy)]
struct Batched<'a> {
    start: usize,
    /// The next one to be written.
    next: usize,
    end: usize,
    /// What follows them; `None` where it was not asked for yet.
    more: Option<More<'a>>,
    /// The cursor as it was before they were fetched.
    before: Cursor,
}

impl Batched<'_> {
    /// Nothing yet, of a collection that is opened while `start` elements of others are kept.
    const fn new(start: usize, before: Cursor) -> Self {
        Self { start, next: start, end: start, more: None, before }
    }
}

impl<'a, R: Reader<'a> + ?Sized, S: Sink<'a>> Walker<'_, 'a, R, S> {
    fn run(&mut self, value: &Value<'a>) -> Result<(), Stop> {
        self.value(value, Place::Top)?;
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        while let Some(open) = self.stack.last_mut() {
            if let Some((value, hidden)) = open.rest.take() {
                self.sink.after_key();
                self.shown(&value, hidden)?;
                continue;
            }
            let end = match self.next(&mut key, &mut value) {
                Ok(None) => {
                    self.element(&key, &value)?;
                    continue;
                }
                Ok(Some(end)) => end,
                Err(Stop) => End::Cut(self.sink.stopped(self.reader.is_exhausted())?),
            };
            let Some(mut open) = self.stack.pop() else { break };
            self.reader.close(&mut open.walk);
            self.sink.close(self.reader, open.level, &open.walk, open.count, end)?;
            self.end_element();
        }
        Ok(())
    }

    /// Reads the next element of the innermost collection that is to be written, or why there is none.
    fn next(&mut self, key: &mut Value<'a>, value: &mut Value<'a>) -> Result<Option<End<'a>>, Stop> {
        let Some(open) = self.stack.last_mut() else { return Ok(Some(End::Done)) };
        let room = self.sink.room(open.walk.shape);
        // one more, to see whether there are more
        let wanted = room.saturating_sub(open.count).saturating_add(1);
        let step = Self::step(self.reader, &mut self.fetched, open, wanted, key, value)?;
        let full = open.count >= room;
        if full && step == Step::Element && self.reader.is_lazy(&open.walk) {
            // its predicate may still fault
            while self.reader.next(&mut open.walk, key, value)? == Step::Element {}
        }
        Ok(match step {
            Step::Element if !full => None,
            Step::Element => Some(End::Full),
            Step::Cut(reason) => Some(End::Cut(reason)),
            Step::Done => Some(End::Done),
        })
    }

    /// Reads the next element of the innermost collection, which was fetched before or is with up to `wanted`
    /// others.
    fn step(
        reader: &mut R,
        fetched: &mut Fetched<'a>,
        open: &mut Open<'a, S::Level>,
        wanted: usize,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Step<'a>, Stop> {
        let batch = &mut open.batch;
        if batch.next >= batch.end {
            match batch.more {
                Some(More::Done) => return Ok(Step::Done),
                Some(More::Cut(reason)) => return Ok(Step::Cut(reason)),
                Some(More::Yes) | None => {}
            }
            if S::ASKS_TYPES {
                batch.before = open.walk.cursor;
            }
            batch.next = batch.start;
            let until = batch.start.saturating_add(wanted.min(AT_ONCE)).min(KEPT);
            let keys = fetched.keys.get_mut(batch.start..until).unwrap_or_default();
            let values = fetched.values.get_mut(batch.start..until).unwrap_or_default();
            if keys.is_empty() {
                // those of the collections around it have all the room
                return reader.next(&mut open.walk, key, value);
            }
            let read = reader.fetch(&mut open.walk, keys, values)?;
            batch.end = batch.start.saturating_add(read.count);
            batch.more = Some(if read.count == 0 && read.more == More::Yes { More::Done } else { read.more });
            if read.count == 0 {
                return Self::step(reader, fetched, open, wanted, key, value);
            }
        }
        if batch.next > batch.start {
            // the first was paid for when it was fetched
            reader.charge(1)?;
        }
        if let (Some(k), Some(v)) = (fetched.keys.get(batch.next), fetched.values.get(batch.next)) {
            (*key, *value) = (*k, *v);
        }
        batch.next = batch.next.saturating_add(1);
        Ok(Step::Element)
    }

    /// Writes an element of the innermost collection; of an entry whose key is walked, that key first.
    fn element(&mut self, key: &Value<'a>, value: &Value<'a>) -> Result<(), Stop> {
        let Some(open) = self.stack.last_mut() else { return Ok(()) };
        let shape = open.walk.shape;
        let who = self.sink.element(self.reader, &mut open.level, shape, open.count, key)?;
        if who == Key::Again {
            return self.again();
        }
        open.count = open.count.saturating_add(1);
        if who == Key::Without {
            return Ok(());
        }
        let keyed = matches!(shape, Shape::Map | Shape::Object);
        let hidden = keyed && hides_key(self.reader.policy(), self.reader.host(), key);
        if who == Key::Written {
            return self.shown(value, hidden);
        }
        open.rest = Some((*value, hidden));
        self.value(key, Place::Key).map(|_| ())
    }

    /// Writes the value of an element.
    fn shown(&mut self, value: &Value<'a>, hidden: bool) -> Result<(), Stop> {
        if hidden {
            self.write(Leaf::Redacted(Hidden::Name), value, Place::Inside)?;
        } else if self.value(value, Place::Inside)? {
            return Ok(());
        }
        self.end_element();
        Ok(())
    }

    /// Ends the element whose value was just written, if it was not a key.
    fn end_element(&mut self) {
        if let Some(open) = self.stack.last_mut()
            && open.rest.is_none()
        {
            self.sink.end_element(&open.level, open.walk.shape);
        }
    }

    /// Starts the innermost collection again.
    fn again(&mut self) -> Result<(), Stop> {
        let Some(mut open) = self.stack.pop() else { return Ok(()) };
        self.reader.close(&mut open.walk);
        match self.reader.open(&open.value)? {
            Some(walk) => {
                let batch = Batched::new(open.batch.start, walk.cursor);
                self.stack.push(Open { walk, count: 0, batch, ..open });
                Ok(())
            }
            // it opened before
            None => self.sink.close(self.reader, open.level, &open.walk, 0, End::Done),
        }
    }

    /// Writes `value`, or opens it: whether it was opened.
    fn value(&mut self, value: &Value<'a>, place: Place) -> Result<bool, Stop> {
        if shows_scalars(self.reader.policy()) {
            let lent = lent::<S, _>(self.reader, &self.stack);
            if self.sink.scalar(self.reader, &Found { value, place, lent }) {
                return Ok(false);
            }
        }
        let leaf = match leaf(self.reader, value) {
            Some(leaf) => leaf,
            None if place == Place::Key && !S::EXPANDS_KEYS => Leaf::Key,
            None => match self.open(value, place) {
                Ok(Some(leaf)) => leaf,
                Ok(None) => return Ok(true),
                Err(Stop) => Leaf::Unreadable(self.sink.stopped(self.reader.is_exhausted())?),
            },
        };
        self.write(leaf, value, place).map(|()| false)
    }

    /// Lets the sink write what `value` is.
    fn write(&mut self, leaf: Leaf<'a>, value: &Value<'a>, place: Place) -> Result<(), Stop> {
        let lent = lent::<S, _>(self.reader, &self.stack);
        self.sink.leaf(self.reader, leaf, &Found { value, place, lent })
    }

    /// Opens a collection or object; what to write in its place where that is not shown.
    fn open(&mut self, value: &Value<'a>, place: Place) -> Result<Option<Leaf<'a>>, Stop> {
        let deep = self.stack.len() >= self.sink.depth();
        let lazy = matches!(value, Value::Local(local) if local.role == Role::Filter);
        if deep && !lazy {
            return Ok(Some(Leaf::Deep(None)));
        }
        let Some(mut walk) = self.reader.open(value)? else { return Ok(Some(Leaf::Opaque(None))) };
        if deep {
            // not shown, and reached all the same
            let (mut key, mut element) = (Value::Absent, Value::Absent);
            let mut step = Ok(Step::Element);
            while step == Ok(Step::Element) {
                step = self.reader.next(&mut walk, &mut key, &mut element);
            }
            self.reader.close(&mut walk);
            return step.map(|_| Some(Leaf::Deep(Some(walk.passed))));
        }
        let lent = lent::<S, _>(self.reader, &self.stack);
        let level = self.sink.open(self.reader, walk.shape, &Found { value, place, lent });
        // the room of elements that were all written is free again
        let kept = self.stack.last().map_or(0, |open| match open.batch {
            Batched { start, next, end, .. } if next >= end => start,
            Batched { end, .. } => end,
        });
        let batch = Batched::new(kept, walk.cursor);
        self.stack.push(Open { walk, value: *value, count: 0, batch, rest: None, level });
        Ok(None)
    }
}

/// Whether `policy` hides no scalar for what it is itself, but by names only.
pub(crate) fn shows_scalars(policy: &Policy) -> bool {
    !policy.redacts_types()
}

/// What `value` is, unless it is a collection or object to be expanded. Whatever hides a value for what it is
/// itself is decided here: its type, and in time its text. [`shows_scalars`] says whether anything does.
pub(crate) fn leaf<'a, R: Reader<'a> + ?Sized>(reader: &R, value: &Value<'a>) -> Option<Leaf<'a>> {
    let host = reader.host();
    if value.handle().is_some_and(|handle| hides_type(reader.policy(), host, handle)) {
        return Some(Leaf::Redacted(Hidden::Type));
    }
    Some(match *value {
        Value::Str(text) => Leaf::Text(text),
        Value::Int(n) => Leaf::Int(n),
        Value::Uint(n) => Leaf::Uint(n),
        Value::BigInt(handle) => Leaf::BigInt(handle),
        Value::Float(n) => Leaf::Float(n),
        Value::Bool(truth) => Leaf::Bool(truth),
        Value::Null => Leaf::Null,
        Value::CutStr(text) => Leaf::CutText(text),
        Value::Object(handle) => Leaf::Constant(host.enum_name(handle)?),
        Value::Opaque(handle) => opaque(host, handle),
        Value::Cut(handle) => Leaf::Unreadable(host.cut_reason(handle)),
        Value::Unreadable(reason) => Leaf::Unreadable(reason),
        Value::Redacted(hidden) => Leaf::Redacted(hidden),
        Value::Absent | Value::Undefined => Leaf::Undefined,
        Value::Local(local) => match local.role {
            Role::Placeholder => Leaf::Redacted(Hidden::Name),
            Role::Entry | Role::Pair | Role::Filter => return None,
        },
        Value::List(_) | Value::Set(_) | Value::Map(_) => return None,
    })
}

/// The reason for an integer whose digits do not all come.
pub(crate) const NO_DIGITS: &str = "digits";

/// The digits of an integer beyond 64 bits, paid for, as JSON has numbers: without zeros or a plus before them.
/// `None` where they are not whole.
pub(crate) fn digits<'t, 'a: 't, R: Reader<'a> + ?Sized>(
    reader: &mut R,
    integer: Handle,
    scratch: &'t mut Scratch,
) -> Result<Option<&'t str>, Stop> {
    let text = reader.host().digits(integer, scratch);
    reader.charge(text.len().div_ceil(BYTES_PER_STEP) as u64)?;
    let is_canonical = !text.starts_with('+') && !text.trim_start_matches('-').starts_with('0');
    Ok(Digits::new(text).filter(|_| is_canonical).map(|_| text))
}

/// What an opaque value is, which may be a scalar that has a handle.
fn opaque(host: &dyn Host, handle: Handle) -> Leaf<'_> {
    let text = host.text(handle);
    if let (Some(text), Some(reason)) = (text, host.doubt(handle, None)) {
        return Leaf::Doubtful(text, reason);
    }
    match (Value::Opaque(handle).plain(host), text) {
        (Value::Str(text), _) => Leaf::Text(text),
        (Value::CutStr(text), _) => Leaf::CutText(text),
        (Value::Int(n), _) => Leaf::Int(n),
        (Value::Uint(n), _) => Leaf::Uint(n),
        (Value::BigInt(handle), _) => Leaf::BigInt(handle),
        (Value::Float(n), text) => {
            // the digits that it was written with
            Leaf::Float(text.and_then(|text| text.parse().ok()).unwrap_or(n))
        }
        (Value::Bool(truth), _) => Leaf::Bool(truth),
        (Value::Null, _) => Leaf::Null,
        (_, text) => Leaf::Opaque(text),
    }
}

/// How the host lent the value which is being written, where the sink asks for types.
fn lent<'s, 'a, S: Sink<'a>, R: Reader<'a> + ?Sized>(
    reader: &R,
    stack: &'s Stack<Open<'a, S::Level>>,
) -> Option<Lent<'s>> {
    if !S::ASKS_TYPES {
        return None;
    }
    let open = stack.last().filter(|open| reader.is_lent(&open.walk))?;
    let place = open.batch.next.saturating_sub(open.batch.start).saturating_sub(1);
    Some(Lent { cursor: &open.batch.before, place })
}

/// Whether `policy` hides what is found under `key`: a field's name, a string, or an enum constant by its name.
#[must_use]
pub fn hides_key(policy: &Policy, host: &dyn Host, key: &Value<'_>) -> bool {
    match *key {
        Value::Str(name) | Value::CutStr(name) => policy.redacts_name(name),
        Value::Object(handle) => host.enum_name(handle).is_some_and(|name| policy.redacts_name(name)),
        Value::Opaque(handle) => match host.scalar(handle) {
            Value::Str(name) | Value::CutStr(name) => policy.redacts_name(name),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the mode of `policy` hides the keys of the collection `value`: those of a map of the observed program, not those
/// of an object of plain JSON, which are names of its fields.
#[must_use]
pub fn hides_keys(policy: &Policy, host: &dyn Host, shape: Shape, value: &Value<'_>) -> bool {
    policy.mode() == Mode::Strict && shape == Shape::Map && !is_plain_object(host, value)
}

/// Whether `policy` hides a value by its type.
#[must_use]
pub fn hides_type(policy: &Policy, host: &dyn Host, handle: Handle) -> bool {
    policy.redacts_types()
        && host.type_name(handle, &mut Scratch::new()).is_some_and(|name| redacts_type(policy, name))
}

/// Whether `policy` hides what has a type of this name. A name that is not known whole is that of a secret.
pub(crate) fn redacts_type(policy: &Policy, name: &str) -> bool {
    policy.redacts_type(name) || Scratch::is_cut_text(name)
}
