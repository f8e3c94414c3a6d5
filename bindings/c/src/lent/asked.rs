//! What the engine asks of a host of callbacks.

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, Nature, Natures, Origin, Sameness, Scratch, Search, Size, Symbol,
    Value,
};

use super::{DONE, FAILED, Lent, NONE, NOT_SHOWN};
use crate::host::{probelang_answer, probelang_batch, probelang_nature, probelang_origin};
use crate::status::Numbered;
use crate::text::{Zero, probelang_str};
use crate::value::{cursor, cursor_mut, probelang_kind, probelang_value};

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

/// The number of a nature.
const fn nature(nature: Nature) -> u32 {
    probelang_nature::new(nature) as u32
}

impl Host for Lent<'_> {
    #[inline]
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let Some(ask) = self.host.var else { return *out = Value::Absent };
        // SAFETY: a callback takes its data and places for its answer; so in all that follow.
        unsafe {
            let kind = ask(self.data, name.0, self.lend_place(out));
            self.take(kind, Value::Absent);
        }
    }

    #[inline]
    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        // SAFETY: as in `var`.
        unsafe {
            let kind = (self.field)(self.data, object.word, object.shape, name.0, self.lend_place(out));
            self.take(kind, Value::Unreadable(NOT_SHOWN));
        }
    }

    #[inline]
    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let Some(ask) = self.host.index else { return *out = Value::Unreadable(NOT_SHOWN) };
        // SAFETY: as in `var`.
        unsafe {
            let kind = ask(self.data, list.word, list.shape, index, self.lend_place(out));
            self.take(kind, Value::Unreadable(NOT_SHOWN));
        }
    }

    #[inline]
    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        let Some(ask) = self.host.entry else { return Search::Walk };
        // SAFETY: as in `var`.
        unsafe { self.searched(ask(self.data, map.word, map.shape, key.0, self.lend_place(out))) }
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let Some(ask) = self.host.key else { return Search::Walk };
        let key = probelang_value::lend(key);
        // SAFETY: as in `var`.
        unsafe { self.searched(ask(self.data, map.word, map.shape, &key, self.lend_place(out))) }
    }

    #[inline]
    fn len(&self, value: Handle) -> Size<'_> {
        let Some(ask) = self.host.len else { return BARE.len(value) };
        let (mut len, mut why) = (0, probelang_str::EMPTY);
        // SAFETY: as in `var`.
        match unsafe { ask(self.data, value.word, value.shape, &mut len, &mut why) } {
            DONE => Size::Known(len),
            NONE => BARE.len(value),
            _ => Size::Unreadable(self.reason(why)),
        }
    }

    fn open(&self, collection: Handle) -> Cursor {
        let start = Cursor::start(collection);
        let Some(ask) = self.host.open else { return start };
        let (mut place, mut why) = (start, probelang_str::EMPTY);
        // SAFETY: as in `var`.
        match unsafe { ask(self.data, cursor_mut(&mut place), &mut why) } {
            DONE => place,
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
        let (room, mut batch) = (out.len(), probelang_batch::ZERO);
        // SAFETY: as in `var`; there are `room` places, which `take_all` looks at before anybody else does.
        let reply = unsafe { ask(self.data, cursor_mut(cursor), Self::lend_places(out), room, &mut batch) };
        let batch = self.batch(reply, room, &batch);
        self.take_all(out, batch.count);
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
        let (room, mut batch) = (keys.len().min(values.len()), probelang_batch::ZERO);
        // SAFETY: as in `items`; both have `room` places.
        let reply = unsafe {
            let (keys, values) = (Self::lend_places(keys), Self::lend_places(values));
            ask(self.data, cursor_mut(cursor), keys, values, room, &mut batch)
        };
        let batch = self.batch(reply, room, &batch);
        self.take_all(keys, batch.count);
        self.take_all(values, batch.count);
        batch
    }

    fn close(&self, cursor: &mut Cursor) {
        let Some(ask) = self.host.close.filter(|_| !is_unopened(cursor)) else { return };
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data, cursor_mut(cursor)) };
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
        let reply = unsafe { ask(self.data, value.word, value.shape, name, len, &mut answer, &mut why) };
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
        let reply = unsafe { ask(self.data, &lent, name, len, &mut answer, &mut why) };
        if reply == NONE {
            return BARE.scalar_instance_of(value, type_name);
        }
        self.instance(reply, answer, why)
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        let ask = self.host.type_name?;
        // SAFETY: as in `var`; the scratch has `room` bytes.
        self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data, value.word, value.shape, bytes, room, out)
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
        let (origin, symbol, began, place) = match origin {
            Origin::Elsewhere => (probelang_origin::Elsewhere, 0, std::ptr::null(), 0),
            Origin::Var(symbol) => (probelang_origin::Var, symbol.0, std::ptr::null(), 0),
            Origin::Key { cursor: at, place } => (probelang_origin::Key, 0, cursor(at), place),
            Origin::Element { cursor: at, place } => (probelang_origin::Element, 0, cursor(at), place),
        };
        // SAFETY: as in `type_name`.
        self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data, &lent, origin as u32, symbol, began, place, bytes, room, out)
        })
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        let Some(ask) = self.host.same else { return BARE.same(a, b) };
        let (mut answer, mut why) = (0, probelang_str::EMPTY);
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data, a.word, a.shape, b.word, b.shape, &mut answer, &mut why) };
        if reply == NONE {
            return BARE.same(a, b);
        }
        match probelang_answer::of(answer).filter(|_| reply == DONE) {
            Some(probelang_answer::No) => Sameness::Different,
            Some(probelang_answer::Yes) => Sameness::Same,
            Some(probelang_answer::UnknownType | probelang_answer::Unknown) | None => {
                Sameness::Unknown(self.reason(why))
            }
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        let ask = self.host.enum_name?;
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data, object.word, object.shape, &mut text) };
        self.optional(reply, text)
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let Some(ask) = self.host.scalar else { return Value::Absent };
        let mut value = Value::Absent;
        // SAFETY: as in `var`.
        let kind = unsafe { ask(self.data, opaque.word, opaque.shape, self.lend_place(&mut value)) };
        // SAFETY: the place was lent for it.
        unsafe { self.take(kind, Value::Absent) };
        if kind == probelang_kind::Failed as u32 {
            self.fail(None);
        }
        value
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let ask = self.host.text?;
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data, opaque.word, opaque.shape, &mut text) };
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
        let reply = unsafe { ask(self.data, value.word, value.shape, with, &mut text) };
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
        match unsafe { ask(self.data, value.word, value.shape, nature(what), &mut word, &mut shape) } {
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
        match unsafe { ask(self.data, value.word, value.shape, &mut bits) } {
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
        let reply = unsafe { ask(self.data, number, &mut text) };
        self.optional(reply, text)
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        let Some(ask) = self.host.digits else { return "" };
        // SAFETY: as in `type_name`.
        let digits = self.composed(scratch, |bytes, room, out| unsafe {
            ask(self.data, integer.word, integer.shape, bytes, room, out)
        });
        digits.unwrap_or_default()
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        let Some(ask) = self.host.cut_reason else { return BARE.cut_reason(cut) };
        let mut text = probelang_str::EMPTY;
        // SAFETY: as in `var`.
        let reply = unsafe { ask(self.data, cut.word, cut.shape, &mut text) };
        match reply {
            NONE => BARE.cut_reason(cut),
            DONE => self.reason(text),
            _ => FAILED,
        }
    }
}

fn is_unopened(cursor: &Cursor) -> bool {
    (cursor.handle.shape, cursor.position) == UNOPENED && cursor.state == UNOPENED.1
}
