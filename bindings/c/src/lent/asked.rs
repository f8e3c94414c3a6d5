//! What the engine asks of a host of callbacks.

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, Nature, Natures, Origin, Sameness, Scratch, Search, Size, Symbol,
    Value,
};

use super::{DONE, FAILED, Lent, NO, NONE, NOT_SHOWN, YES};
use crate::host::{probelang_batch, probelang_cursor, probelang_nature, probelang_origin};
use crate::text::probelang_str;
use crate::value::probelang_value;

/// Values of a batch: the most that a host is asked for at once.
const ROOM: usize = 32;
/// A cursor that the host did not open is of this shape, at this position.
const UNOPENED: (u32, u64) = (u32::MAX, u64::MAX);

/// Answers as the documented defaults do: nothing is overridden.
struct Bare;
static BARE: Bare = Bare;

impl Host for Bare {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
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
        Nature::Fields => probelang_nature::Fields as u32,
        Nature::List => probelang_nature::List as u32,
        Nature::Map => probelang_nature::Map as u32,
        Nature::Length => probelang_nature::Length as u32,
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
            (DONE, NO) => Sameness::Different,
            (DONE, YES) => Sameness::Same,
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
