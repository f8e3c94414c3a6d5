//! A host of callbacks as the engine asks one.

use std::cell::Cell;
use std::ffi::{c_char, c_void};

use probelang::host::{
    Batch, Cursor, Handle, Hidden, Host, Instance, More, Nature, Natures, Origin, Sameness, Scratch, Search,
    Size, Symbol, Value,
};

use crate::boundary::Stop;
use crate::host::{probelang_batch, probelang_cursor, probelang_host, probelang_more, probelang_origin};
use crate::status::{probelang_reply, probelang_status};
use crate::text::probelang_str;
use crate::value::{kind_of, probelang_hidden, probelang_kind, probelang_value};

/// Values of a batch: the most that a host is asked for at once.
const ROOM: usize = 32;
/// Bytes of a text that is lent.
const MOST_TEXT: usize = 1 << 30;
/// Bytes from which on a text counts for what one call may check.
const LONG: usize = 4 << 10;
/// Bytes of long texts that are checked in one call.
const MOST_CHECKED: usize = 256 << 20;
/// The size of a struct that no version will have.
pub(crate) const ABSURD: usize = 4 << 10;
/// A cursor that the host did not open is of this shape, at this position.
const UNOPENED: (u32, u64) = (u32::MAX, u64::MAX);

const NOT_SHOWN: &str = "not shown by the host";
const FAILED: &str = "the host failed";
const NOT_UNICODE: &str = "text that is not UTF-8";
const TOO_LONG: &str = "more text than is read";
const NO_VALUE: &str = "not a value";

/// Answers as the documented defaults do: nothing is overridden.
struct Bare;
static BARE: Bare = Bare;

impl Host for Bare {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
    }
}

/// A host of callbacks, for one call into the library.
pub(crate) struct Lent<'c> {
    host: &'c probelang_host,
    /// The first failure of a question that has no answer for it.
    failed: Cell<Option<&'c str>>,
    /// Bytes of long texts that may still be checked.
    left: Cell<usize>,
}

/// The callbacks of a host, whatever the version of its struct. Absent ones are null.
pub(crate) enum Callbacks<'c> {
    Whole(&'c probelang_host),
    Older(Box<probelang_host>),
}

impl<'c> Callbacks<'c> {
    /// Reads the struct of a caller.
    #[inline]
    pub fn of(host: *const probelang_host) -> Result<Self, Stop> {
        if host.is_null() {
            return Err(probelang_status::Null.into());
        }
        if !host.is_aligned() {
            return Err(probelang_status::WrongSize.into());
        }
        // SAFETY: the caller lends a struct that begins with its size.
        let size = unsafe { (*host).size };
        if size == size_of::<probelang_host>() {
            // SAFETY: the caller says that the whole struct is there, and lends it unchanged for the length of the
            // call.
            return Ok(Self::Whole(unsafe { &*host }));
        }
        Self::of_size(host, size)
    }

    #[cold]
    fn of_size(host: *const probelang_host, size: usize) -> Result<Self, Stop> {
        // SAFETY: zero is a null pointer, no callback, or the number 0.
        let mut whole: Box<probelang_host> = Box::new(unsafe { std::mem::zeroed() });
        // SAFETY: the caller says that so many bytes are there.
        unsafe { read_sized(host, size, std::mem::offset_of!(probelang_host, field), &mut *whole)? };
        Ok(Self::Older(whole))
    }

    pub const fn host(&self) -> &probelang_host {
        match self {
            Self::Whole(host) => host,
            Self::Older(host) => host,
        }
    }
}

/// Reads as much of a growable struct as the caller has, over one that has the defaults. `least` are the bytes that
/// its first version cannot do without.
///
/// # Safety
/// `size` bytes are there, and `T` is valid whatever part of it is overwritten by a part of a `T` of the caller.
pub(crate) unsafe fn read_sized<T>(
    from: *const T,
    size: usize,
    least: usize,
    to: &mut T,
) -> Result<(), Stop> {
    if size < least || size > ABSURD {
        return Err(probelang_status::WrongSize.into());
    }
    // never a part of a pointer
    let known = size.min(size_of::<T>()) / size_of::<usize>() * size_of::<usize>();
    // SAFETY: the caller has `size` bytes, ours are at least `known`, and the two are apart.
    unsafe { std::ptr::copy_nonoverlapping(from.cast::<u8>(), std::ptr::from_mut(to).cast(), known) };
    Ok(())
}

impl<'c> Lent<'c> {
    #[inline]
    pub const fn new(host: &'c probelang_host) -> Self {
        Self { host, failed: Cell::new(None), left: Cell::new(MOST_CHECKED) }
    }

    /// Why the host failed where no answer could say so.
    pub const fn failed(&self) -> Option<&'c str> {
        self.failed.get()
    }

    #[cold]
    fn fail(&self, why: Option<&'c str>) {
        if self.failed.get().is_none() {
            self.failed.set(Some(why.unwrap_or(FAILED)));
        }
    }

    /// What every callback gets.
    pub const fn data(&self) -> *mut c_void {
        self.host.data
    }

    /// A text that the host lends, or why it cannot be read.
    #[inline(always)]
    fn text_of(&self, data: *const c_char, len: usize) -> Result<&'c str, &'static str> {
        if len >= LONG {
            self.pay(len)?;
        }
        if data.is_null() {
            return if len == 0 { Ok("") } else { Err(NO_VALUE) };
        }
        // SAFETY: the host lends so many bytes until the call into the library is over, and `'c` ends with that call.
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) };
        if is_short_ascii(bytes) {
            // SAFETY: ASCII is UTF-8.
            return Ok(unsafe { str::from_utf8_unchecked(bytes) });
        }
        str::from_utf8(bytes).map_err(|_| NOT_UNICODE)
    }

    #[cold]
    fn pay(&self, len: usize) -> Result<(), &'static str> {
        let left = if len > MOST_TEXT { None } else { self.left.get().checked_sub(len) };
        self.left.set(left.ok_or(TOO_LONG)?);
        Ok(())
    }

    /// A reason that the host lends; where it lends none, the one that it has not.
    #[cold]
    fn reason(&self, why: probelang_str) -> &'c str {
        match self.text_of(why.data, why.len) {
            Ok("") | Err(_) => FAILED,
            Ok(why) => why,
        }
    }

    /// A text of the host that may be none.
    fn optional(&self, reply: i32, text: probelang_str) -> Option<&'c str> {
        match reply {
            DONE => match self.text_of(text.data, text.len) {
                Ok(text) => Some(text),
                Err(why) => {
                    self.fail(Some(why));
                    None
                }
            },
            NONE => None,
            _ => {
                self.fail(None);
                None
            }
        }
    }

    /// A value of the host.
    #[inline(always)]
    fn value(&self, reply: i32, value: &probelang_value, none: Value<'c>) -> Value<'c> {
        match reply {
            DONE => self.taken(value),
            NONE => none,
            _ => self.not_taken(value),
        }
    }

    #[cold]
    fn not_taken(&self, value: &probelang_value) -> Value<'c> {
        let said =
            value.kind == probelang_kind::Unreadable as u32 || value.kind == probelang_kind::Str as u32;
        let why = probelang_str { data: value.text_of(), len: value.len };
        Value::Unreadable(if said { self.reason(why) } else { FAILED })
    }

    // a read is short, and this is most of it
    #[inline(always)]
    fn taken(&self, value: &probelang_value) -> Value<'c> {
        let text = |of: fn(&'c str) -> Value<'c>| match self.text_of(value.text_of(), value.len) {
            Ok(text) => of(text),
            Err(why) => Value::Unreadable(why),
        };
        let Some(kind) = kind_of(value.kind) else { return Value::Unreadable(NO_VALUE) };
        match kind {
            probelang_kind::Absent => Value::Absent,
            probelang_kind::Undefined => Value::Undefined,
            probelang_kind::Redacted => Value::Redacted(hidden(value)),
            probelang_kind::Unreadable => text(Value::Unreadable),
            probelang_kind::Null => Value::Null,
            probelang_kind::Bool => Value::Bool(value.word_of() != 0),
            probelang_kind::Int => Value::Int(value.word_of().cast_signed()),
            probelang_kind::Uint => Value::from_u64(value.word_of()),
            probelang_kind::BigInt => Value::BigInt(value.handle_of()),
            probelang_kind::Float => Value::Float(f64::from_bits(value.word_of())),
            probelang_kind::Str => text(Value::Str),
            probelang_kind::List => Value::List(value.handle_of()),
            probelang_kind::Set => Value::Set(value.handle_of()),
            probelang_kind::Map => Value::Map(value.handle_of()),
            probelang_kind::Object => Value::Object(value.handle_of()),
            probelang_kind::Opaque => Value::Opaque(value.handle_of()),
            probelang_kind::CutStr => text(Value::CutStr),
            probelang_kind::Cut => Value::Cut(value.handle_of()),
        }
    }

    /// Who looked an entry up, and what was found.
    #[inline]
    fn searched<'a>(&'a self, reply: i32, value: &probelang_value, out: &mut Value<'a>) -> Search {
        if reply == NONE {
            return Search::Walk;
        }
        *out = self.value(reply, value, Value::Absent);
        Search::Done
    }

    fn batch(&self, reply: i32, room: usize, batch: &probelang_batch) -> Batch<'c> {
        if reply == NONE {
            return Batch { count: 0, more: More::Cut(NOT_SHOWN) };
        }
        let why = || self.reason(batch.why);
        let more = if reply != DONE || batch.more == probelang_more::Cut as u32 {
            More::Cut(why())
        } else if batch.more == probelang_more::Done as u32 {
            More::Done
        } else if batch.more == probelang_more::Yes as u32 {
            More::Yes
        } else {
            More::Cut(FAILED)
        };
        Batch { count: batch.count.min(room), more }
    }

    fn instance(&self, reply: i32, answer: u32, why: probelang_str) -> Instance<'c> {
        match (reply, answer) {
            (DONE, 0) => Instance::No,
            (DONE, 1) => Instance::Yes,
            (DONE, 2) => Instance::UnknownType,
            _ => Instance::Unreadable(self.reason(why)),
        }
    }

    /// A name that the host lends or composes. What it fails to tell is a name that was cut, which fits no rule and so
    /// hides where rules ask for it.
    fn composed<'t>(
        &self,
        scratch: &'t mut Scratch,
        compose: impl FnOnce(*mut c_char, usize, *mut probelang_str) -> i32,
    ) -> Option<&'t str>
    where
        'c: 't,
    {
        let mut buffer = [0_u8; Scratch::BYTES];
        let mut out = probelang_str::EMPTY;
        let room = Scratch::BYTES - 3;
        match compose(buffer.as_mut_ptr().cast(), room, &mut out) {
            DONE => {}
            NONE => return None,
            _ => {
                scratch.push("…");
                return Some(scratch.text());
            }
        }
        let start = buffer.as_ptr().addr();
        let inside = (out.data.addr().wrapping_sub(start) < Scratch::BYTES).then(|| {
            let from = out.data.addr().wrapping_sub(start);
            buffer.get(from..from.saturating_add(out.len)).and_then(|bytes| str::from_utf8(bytes).ok())
        });
        match inside {
            Some(text) => scratch.push(text.unwrap_or("…")),
            None => match self.text_of(out.data, out.len) {
                Ok(text) => return Some(text),
                Err(_) => scratch.push("…"),
            },
        }
        Some(scratch.text())
    }
}

/// Whether these are at most 16 bytes, and ASCII: what most names and keys are, for which the check for UTF-8 is slow.
#[inline]
fn is_short_ascii(bytes: &[u8]) -> bool {
    let eight = bytes.first_chunk().zip(bytes.last_chunk());
    let four = bytes.first_chunk().zip(bytes.last_chunk());
    match bytes.len() {
        // two words that overlap or meet
        8..=16 => eight.is_some_and(|(first, last)| {
            (u64::from_ne_bytes(*first) | u64::from_ne_bytes(*last)) & 0x8080_8080_8080_8080 == 0
        }),
        4..=7 => four.is_some_and(|(first, last)| {
            (u32::from_ne_bytes(*first) | u32::from_ne_bytes(*last)) & 0x8080_8080 == 0
        }),
        0..=3 => bytes.is_ascii(),
        _ => false,
    }
}

const DONE: i32 = probelang_reply::Done as i32;
const NONE: i32 = probelang_reply::None as i32;

fn hidden(value: &probelang_value) -> Hidden {
    let number = u32::try_from(value.word_of()).unwrap_or(u32::MAX);
    match value.shape {
        shape if shape == probelang_hidden::Name as u32 => Hidden::Name,
        shape if shape == probelang_hidden::Type as u32 => Hidden::Type,
        shape if shape == probelang_hidden::NameOf as u32 => Hidden::NameOf(number),
        shape if shape == probelang_hidden::TypeOf as u32 => Hidden::TypeOf(number),
        _ => Hidden::Host,
    }
}

const fn lend_cursor(cursor: &Cursor) -> probelang_cursor {
    let Cursor { handle, position, state } = *cursor;
    probelang_cursor { shape: handle.shape, word: handle.word, position, state }
}

const fn take_cursor(cursor: &probelang_cursor) -> Cursor {
    let probelang_cursor { shape, word, position, state } = *cursor;
    Cursor { handle: Handle { shape, word }, position, state }
}

const fn nature(nature: Nature) -> u32 {
    match nature {
        Nature::Fields => 1,
        Nature::List => 2,
        Nature::Map => 4,
        Nature::Length => 8,
    }
}

impl Host for Lent<'_> {
    #[inline]
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let Some(ask) = self.host.var else { return *out = Value::Absent };
        let mut value = probelang_value::ABSENT;
        // SAFETY: a callback takes its data and a place for its answer; so in all that follow.
        let reply = unsafe { ask(self.data(), name.0, &mut value) };
        *out = self.value(reply, &value, Value::Absent);
    }

    #[inline]
    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let Some(ask) = self.host.field else { return *out = Value::Unreadable(NOT_SHOWN) };
        let mut value = probelang_value::ABSENT;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), object.shape, object.word, name.0, &mut value) };
        *out = self.value(reply, &value, Value::Unreadable(NOT_SHOWN));
    }

    #[inline]
    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let Some(ask) = self.host.index else { return *out = Value::Unreadable(NOT_SHOWN) };
        let mut value = probelang_value::ABSENT;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), list.shape, list.word, index, &mut value) };
        *out = self.value(reply, &value, Value::Unreadable(NOT_SHOWN));
    }

    #[inline]
    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        let Some(ask) = self.host.entry else { return Search::Walk };
        let mut value = probelang_value::ABSENT;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), map.shape, map.word, key.0, &mut value) };
        self.searched(reply, &value, out)
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let Some(ask) = self.host.key else { return Search::Walk };
        let (key, mut value) = (probelang_value::lend(key), probelang_value::ABSENT);
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), map.shape, map.word, &key, &mut value) };
        self.searched(reply, &value, out)
    }

    #[inline]
    fn len(&self, value: Handle) -> Size<'_> {
        let Some(ask) = self.host.len else { return BARE.len(value) };
        let (mut len, mut why) = (0, probelang_str::EMPTY);
        // SAFETY: as in `var`.
        match unsafe { ask(self.data(), value.shape, value.word, &mut len, &mut why) } {
            DONE => Size::Known(len),
            NONE => BARE.len(value),
            _ => Size::Unreadable(self.reason(why)),
        }
    }

    fn open(&self, collection: Handle) -> Cursor {
        let start = Cursor::start(collection);
        let Some(ask) = self.host.open else { return start };
        let (mut cursor, mut why) = (lend_cursor(&start), probelang_str::EMPTY);
        // SAFETY: as in `var`.
        match unsafe { ask(self.data(), &mut cursor, &mut why) } {
            DONE => take_cursor(&cursor),
            NONE => start,
            _ => {
                self.fail(Some(self.reason(why)));
                let (shape, position) = UNOPENED;
                Cursor { handle: Handle { shape, word: collection.word }, position, state: position }
            }
        }
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let Some(ask) = self.host.items.filter(|_| !is_unopened(cursor)) else {
            return BARE.items(cursor, &mut []);
        };
        let mut values = [probelang_value::ABSENT; ROOM];
        let room = out.len().min(ROOM);
        let (mut place, mut batch) = (lend_cursor(cursor), NO_BATCH);
        // SAFETY: as in `var`; `values` has `room` places.
        let reply = unsafe { ask(self.data(), &mut place, values.as_mut_ptr(), room, &mut batch) };
        *cursor = take_cursor(&place);
        let batch = self.batch(reply, room, &batch);
        for (out, value) in out.iter_mut().zip(&values).take(batch.count) {
            *out = self.taken(value);
        }
        batch
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let Some(ask) = self.host.entries.filter(|_| !is_unopened(cursor)) else {
            return BARE.entries(cursor, &mut [], &mut []);
        };
        let (mut lent_keys, mut lent) = ([probelang_value::ABSENT; ROOM], [probelang_value::ABSENT; ROOM]);
        let room = keys.len().min(values.len()).min(ROOM);
        let (mut place, mut batch) = (lend_cursor(cursor), NO_BATCH);
        // SAFETY: as in `var`; both arrays have `room` places.
        let reply = unsafe {
            ask(self.data(), &mut place, lent_keys.as_mut_ptr(), lent.as_mut_ptr(), room, &mut batch)
        };
        *cursor = take_cursor(&place);
        let batch = self.batch(reply, room, &batch);
        let from = lent_keys.iter().zip(&lent).take(batch.count);
        for ((key, value), (lent_key, lent)) in keys.iter_mut().zip(values).zip(from) {
            *key = self.taken(lent_key);
            *value = self.taken(lent);
        }
        batch
    }

    fn close(&self, cursor: &mut Cursor) {
        let Some(ask) = self.host.close.filter(|_| !is_unopened(cursor)) else { return };
        let mut place = lend_cursor(cursor);
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), &mut place) };
        if reply != DONE && reply != NONE {
            self.fail(None);
        }
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let exact = || {
            let mut scratch = Scratch::new();
            match self.type_name(value, &mut scratch) {
                Some(name) if name == type_name => Instance::Yes,
                Some(_) => Instance::Unreadable("supertypes are not known"),
                None => Instance::UnknownType,
            }
        };
        let Some(ask) = self.host.instance_of else { return exact() };
        let (mut answer, mut why) = (0, probelang_str::EMPTY);
        let (name, len) = (type_name.as_ptr().cast(), type_name.len());
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), value.shape, value.word, name, len, &mut answer, &mut why) };
        if reply == NONE { exact() } else { self.instance(reply, answer, why) }
    }

    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        let Some(ask) = self.host.scalar_instance_of else {
            return BARE.scalar_instance_of(value, type_name);
        };
        let (mut answer, mut why) = (0, probelang_str::EMPTY);
        let (name, len) = (type_name.as_ptr().cast(), type_name.len());
        let lent = probelang_value::lend(value);
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), &lent, name, len, &mut answer, &mut why) };
        if reply == NONE {
            return BARE.scalar_instance_of(value, type_name);
        }
        self.instance(reply, answer, why)
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        let ask = self.host.type_name?;
        // SAFETY: as in `var`; the scratch has `room` bytes.
        self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data(), value.shape, value.word, bytes, room, out)
        })
    }

    fn scalar_type<'t>(
        &'t self,
        value: &Value<'_>,
        origin: Origin<'_>,
        scratch: &'t mut Scratch,
    ) -> Option<&'t str> {
        let ask = self.host.scalar_type?;
        let lent = probelang_value::lend(value);
        let (origin, symbol, cursor, place) = match origin {
            Origin::Elsewhere => (probelang_origin::Elsewhere, 0, None, 0),
            Origin::Var(symbol) => (probelang_origin::Var, symbol.0, None, 0),
            Origin::Key { cursor, place } => (probelang_origin::Key, 0, Some(lend_cursor(cursor)), place),
            Origin::Element { cursor, place } => {
                (probelang_origin::Element, 0, Some(lend_cursor(cursor)), place)
            }
        };
        let cursor = cursor.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: as in `type_name`.
        self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data(), &lent, origin as u32, symbol, cursor, place, bytes, room, out)
        })
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        let Some(ask) = self.host.same else { return BARE.same(a, b) };
        let (mut answer, mut why) = (0, probelang_str::EMPTY);
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), a.shape, a.word, b.shape, b.word, &mut answer, &mut why) };
        match (reply, answer) {
            (NONE, _) => BARE.same(a, b),
            (DONE, 0) => Sameness::Different,
            (DONE, 1) => Sameness::Same,
            _ => Sameness::Unknown(self.reason(why)),
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        let ask = self.host.enum_name?;
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), object.shape, object.word, &mut text) };
        self.optional(reply, text)
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let Some(ask) = self.host.scalar else { return Value::Absent };
        let mut value = probelang_value::ABSENT;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), opaque.shape, opaque.word, &mut value) };
        if reply != DONE && reply != NONE {
            self.fail(None);
        }
        self.value(reply, &value, Value::Absent)
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let ask = self.host.text?;
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), opaque.shape, opaque.word, &mut text) };
        self.optional(reply, text)
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        // what failed without an answer for it may be anything
        if let Some(why) = self.failed.get() {
            return Some(why);
        }
        let ask = self.host.doubt?;
        let with = with.map(probelang_value::lend);
        let with = with.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), value.shape, value.word, with, &mut text) };
        match reply {
            NONE => None,
            DONE => Some(self.reason(text)),
            _ => Some(FAILED),
        }
    }

    fn also(&self, value: Handle, what: Nature) -> Option<Handle> {
        let ask = self.host.also?;
        let (mut shape, mut word) = (0, 0);
        // SAFETY: as in `var`.
        match unsafe { ask(self.data(), value.shape, value.word, nature(what), &mut shape, &mut word) } {
            DONE => Some(Handle { shape, word }),
            NONE => None,
            _ => {
                self.fail(None);
                None
            }
        }
    }

    fn natures(&self, value: Handle) -> Natures {
        let each = || Nature::ALL.into_iter().filter(|nature| self.also(value, *nature).is_some()).collect();
        let Some(ask) = self.host.natures else { return each() };
        let mut bits = 0;
        // SAFETY: as in `var`.
        match unsafe { ask(self.data(), value.shape, value.word, &mut bits) } {
            DONE => Nature::ALL.into_iter().filter(|one| bits & nature(*one) != 0).collect(),
            NONE => each(),
            _ => {
                self.fail(None);
                Natures::NONE
            }
        }
    }

    fn hidden_by(&self, number: u32) -> Option<&str> {
        let ask = self.host.hidden_by?;
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), number, &mut text) };
        self.optional(reply, text)
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        let Some(ask) = self.host.digits else { return "" };
        // SAFETY: as in `type_name`.
        let digits = self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data(), integer.shape, integer.word, bytes, room, out)
        });
        digits.unwrap_or_default()
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        let Some(ask) = self.host.cut_reason else { return BARE.cut_reason(cut) };
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data(), cut.shape, cut.word, &mut text) };
        match reply {
            NONE => BARE.cut_reason(cut),
            DONE => self.reason(text),
            _ => FAILED,
        }
    }
}

const NO_BATCH: probelang_batch = probelang_batch { count: 0, more: 0, why: probelang_str::EMPTY };

fn is_unopened(cursor: &Cursor) -> bool {
    (cursor.handle.shape, cursor.position) == UNOPENED && cursor.state == UNOPENED.1
}

#[cfg(test)]
mod tests {
    use super::is_short_ascii;

    #[test]
    fn one_byte_that_is_not_ascii_is_found_wherever_it_is() {
        for len in 0..=20 {
            let mut bytes = vec![b'x'; len];
            assert_eq!(is_short_ascii(&bytes), len <= 16, "{len}");
            for at in 0..len {
                bytes[at] = 0x80;
                assert!(!is_short_ascii(&bytes), "{at} of {len}");
                bytes[at] = b'x';
            }
        }
    }
}
