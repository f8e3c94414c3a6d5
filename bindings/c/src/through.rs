//! A host in Rust as a host of callbacks, and the exported functions as Rust calls them: for tests, the conformance
//! runner and the benchmarks. What they run has crossed the binary interface twice.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, More, Nature, Origin, Resolve, Sameness, Scratch, Search, Size,
    Symbol, Use, Value,
};

use crate::engine::probelang_use;
use crate::host::{
    probelang_answer, probelang_batch, probelang_cursor, probelang_host, probelang_more, probelang_nature,
    probelang_origin,
};
use crate::status::{Numbered, probelang_reply};
use crate::text::probelang_str;
use crate::value::{probelang_kind, probelang_payload, probelang_value};

mod program;
mod taken;

pub use program::{Ended, Order, Prepared, run};
use taken::{taken, taken_name};

/// What has a struct of callbacks.
///
/// # Safety
/// The callbacks keep what `probelang.h` asks of them, for as long as they are borrowed.
pub unsafe trait Callbacks {
    /// The struct that the exported functions take.
    fn callbacks(&self) -> &probelang_host;
}

/// A host in Rust as a struct of callbacks.
pub struct Through<'h, H> {
    callbacks: probelang_host,
    host: PhantomData<&'h H>,
}

const DONE: i32 = probelang_reply::Done as i32;
const NONE: i32 = probelang_reply::None as i32;
const FAILED: i32 = probelang_reply::Failed as i32;

impl<'h, H: Host> Through<'h, H> {
    /// `host`, with all callbacks.
    #[must_use]
    pub const fn new(host: &'h H) -> Self {
        let callbacks = probelang_host {
            size: size_of::<probelang_host>(),
            data: std::ptr::from_ref(host).cast_mut().cast(),
            var: Some(var::<H>),
            field: Some(field::<H>),
            index: Some(index::<H>),
            entry: Some(entry::<H>),
            key: Some(key::<H>),
            len: Some(len::<H>),
            open: Some(open::<H>),
            items: Some(items::<H>),
            entries: Some(entries::<H>),
            close: Some(close::<H>),
            type_name: Some(type_name::<H>),
            instance_of: Some(instance_of::<H>),
            same: Some(same::<H>),
            enum_name: Some(enum_name::<H>),
            text: Some(text::<H>),
            scalar: Some(scalar::<H>),
            digits: Some(digits::<H>),
            cut_reason: Some(cut_reason::<H>),
            also: Some(also::<H>),
            natures: Some(natures::<H>),
            doubt: Some(doubt::<H>),
            hidden_by: Some(hidden_by::<H>),
            scalar_instance_of: Some(scalar_instance_of::<H>),
            scalar_type: Some(scalar_type::<H>),
        };
        Self { callbacks, host: PhantomData }
    }
}

// SAFETY: the functions below answer as the host does, which is borrowed as long.
unsafe impl<H: Host> Callbacks for Through<'_, H> {
    fn callbacks(&self) -> &probelang_host {
        &self.callbacks
    }
}

/// The host behind the data of a callback.
const fn host<'h, H>(data: *mut c_void) -> &'h H {
    // SAFETY: `Through::new` put a reference there, and the exported functions call back only while they run.
    unsafe { &*data.cast_const().cast() }
}

/// Writes an answer.
#[inline]
fn put<T>(out: *mut T, value: T) -> i32 {
    // SAFETY: the library lends a place for each answer.
    unsafe { out.write(value) };
    DONE
}

/// Answers with a value: writes what it carries, and returns its kind.
#[inline]
fn give(out: *mut probelang_payload, value: &Value<'_>) -> u32 {
    let probelang_value { kind, of } = probelang_value::lend(value);
    put(out, of);
    u32::from(kind)
}

fn fail(why: *mut probelang_str, reason: &str) -> i32 {
    put(why, probelang_str::lend(reason));
    FAILED
}

fn give_text(out: *mut probelang_str, text: Option<&str>) -> i32 {
    text.map_or(NONE, |text| put(out, probelang_str::lend(text)))
}

/// Lends a text, or copies it where it lies in the scratch of this call.
fn give_composed(
    scratch: usize,
    text: Option<&str>,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let Some(text) = text else { return NONE };
    if text.as_ptr().addr().wrapping_sub(scratch) >= size_of::<Scratch>() {
        return put(out, probelang_str::lend(text));
    }
    if text.len() > room {
        return FAILED;
    }
    // SAFETY: the library lends `room` bytes.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), bytes.cast(), text.len()) };
    put(out, probelang_str { data: bytes, len: text.len() })
}

const fn handle(shape: u32, word: u64) -> Handle {
    Handle { shape, word }
}

const fn symbol(number: u32) -> Symbol {
    Symbol(number)
}

unsafe extern "C" fn var<H: Host>(data: *mut c_void, name: u32, out: *mut probelang_payload) -> u32 {
    let mut value = Value::Absent;
    host::<H>(data).var(symbol(name), &mut value);
    give(out, &value)
}

unsafe extern "C" fn field<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    name: u32,
    out: *mut probelang_payload,
) -> u32 {
    let mut value = Value::Absent;
    host::<H>(data).field(handle(shape, word), symbol(name), &mut value);
    give(out, &value)
}

unsafe extern "C" fn index<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    index: u64,
    out: *mut probelang_payload,
) -> u32 {
    let mut value = Value::Absent;
    host::<H>(data).index(handle(shape, word), index, &mut value);
    give(out, &value)
}

fn found(search: Search, value: &Value<'_>, out: *mut probelang_payload) -> u32 {
    match search {
        Search::Done => give(out, value),
        Search::Walk => probelang_kind::NoAnswer as u32,
    }
}

unsafe extern "C" fn entry<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    key: u32,
    out: *mut probelang_payload,
) -> u32 {
    let mut value = Value::Absent;
    let search = host::<H>(data).entry(handle(shape, word), symbol(key), &mut value);
    found(search, &value, out)
}

unsafe extern "C" fn key<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    key: *const probelang_value,
    out: *mut probelang_payload,
) -> u32 {
    let mut value = Value::Absent;
    let search = host::<H>(data).key(handle(shape, word), &taken(key), &mut value);
    found(search, &value, out)
}

unsafe extern "C" fn len<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    out: *mut u64,
    why: *mut probelang_str,
) -> i32 {
    match host::<H>(data).len(handle(shape, word)) {
        Size::Known(len) => put(out, len),
        Size::Unreadable(reason) => fail(why, reason),
    }
}

/// A cursor that the library lends.
const fn cursor<'c>(cursor: *mut probelang_cursor) -> &'c mut probelang_cursor {
    // SAFETY: the library lends it for the length of the callback.
    unsafe { &mut *cursor }
}

const fn taken_cursor(cursor: &probelang_cursor) -> Cursor {
    let probelang_cursor { shape, word, position, state } = *cursor;
    Cursor { handle: handle(shape, word), position, state }
}

const fn left(cursor: &Cursor) -> probelang_cursor {
    let Cursor { handle, position, state } = *cursor;
    probelang_cursor { shape: handle.shape, word: handle.word, position, state }
}

unsafe extern "C" fn open<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    _: *mut probelang_str,
) -> i32 {
    let place = cursor(place);
    *place = left(&host::<H>(data).open(handle(place.shape, place.word)));
    DONE
}

fn give_batch(out: *mut probelang_batch, batch: Batch<'_>) -> i32 {
    let (more, why) = match batch.more {
        More::Done => (probelang_more::Done, probelang_str::EMPTY),
        More::Yes => (probelang_more::Yes, probelang_str::EMPTY),
        More::Cut(why) => (probelang_more::Cut, probelang_str::lend(why)),
    };
    put(out, probelang_batch { count: batch.count, more: more as u32, why })
}

/// The most values that the library asks for at once.
const ROOM: usize = 32;

unsafe extern "C" fn items<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    let place = cursor(place);
    let (mut values, mut at) = ([Value::Absent; ROOM], taken_cursor(place));
    let values = values.get_mut(..room).unwrap_or_default();
    let lent = host::<H>(data).items(&mut at, values);
    *place = left(&at);
    for (at, value) in values.iter().take(lent.count).enumerate() {
        // SAFETY: the library lends `room` places.
        put(unsafe { out.add(at) }, probelang_value::lend(value));
    }
    give_batch(batch, lent)
}

unsafe extern "C" fn entries<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    keys_out: *mut probelang_value,
    values_out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    let place = cursor(place);
    let (mut keys, mut values, mut at) = ([Value::Absent; ROOM], [Value::Absent; ROOM], taken_cursor(place));
    let (keys, values) =
        (keys.get_mut(..room).unwrap_or_default(), values.get_mut(..room).unwrap_or_default());
    let lent = host::<H>(data).entries(&mut at, keys, values);
    *place = left(&at);
    for (at, (key, value)) in keys.iter().zip(values.iter()).take(lent.count).enumerate() {
        // SAFETY: the library lends `room` places of each.
        unsafe {
            put(keys_out.add(at), probelang_value::lend(key));
            put(values_out.add(at), probelang_value::lend(value));
        }
    }
    give_batch(batch, lent)
}

unsafe extern "C" fn close<H: Host>(data: *mut c_void, place: *mut probelang_cursor) -> i32 {
    host::<H>(data).close(&mut taken_cursor(cursor(place)));
    DONE
}

unsafe extern "C" fn type_name<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let name = host::<H>(data).type_name(handle(shape, word), &mut scratch);
    give_composed(place, name, bytes, room, out)
}

fn give_instance(answer: Instance<'_>, out: *mut u32, why: *mut probelang_str) -> i32 {
    put(
        out,
        match answer {
            Instance::No => probelang_answer::No,
            Instance::Yes => probelang_answer::Yes,
            Instance::UnknownType => probelang_answer::UnknownType,
            Instance::Unreadable(reason) => {
                put(why, probelang_str::lend(reason));
                probelang_answer::Unknown
            }
        } as u32,
    )
}

unsafe extern "C" fn instance_of<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    name: *const c_char,
    len: usize,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    give_instance(host::<H>(data).instance_of(handle(shape, word), taken_name(name, len)), out, why)
}

unsafe extern "C" fn scalar_instance_of<H: Host>(
    data: *mut c_void,
    value: *const probelang_value,
    name: *const c_char,
    len: usize,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    give_instance(host::<H>(data).scalar_instance_of(&taken(value), taken_name(name, len)), out, why)
}

unsafe extern "C" fn same<H: Host>(
    data: *mut c_void,
    word_a: u64,
    shape_a: u32,
    word_b: u64,
    shape_b: u32,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    put(
        out,
        match host::<H>(data).same(handle(shape_a, word_a), handle(shape_b, word_b)) {
            Sameness::Same => probelang_answer::Yes,
            Sameness::Different => probelang_answer::No,
            Sameness::Unknown(reason) => {
                put(why, probelang_str::lend(reason));
                probelang_answer::Unknown
            }
        } as u32,
    )
}

unsafe extern "C" fn enum_name<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    out: *mut probelang_str,
) -> i32 {
    give_text(out, host::<H>(data).enum_name(handle(shape, word)))
}

unsafe extern "C" fn text<H: Host>(data: *mut c_void, word: u64, shape: u32, out: *mut probelang_str) -> i32 {
    give_text(out, host::<H>(data).text(handle(shape, word)))
}

unsafe extern "C" fn scalar<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    out: *mut probelang_payload,
) -> u32 {
    give(out, &host::<H>(data).scalar(handle(shape, word)))
}

unsafe extern "C" fn digits<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let digits = host::<H>(data).digits(handle(shape, word), &mut scratch);
    give_composed(place, Some(digits), bytes, room, out)
}

unsafe extern "C" fn cut_reason<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    out: *mut probelang_str,
) -> i32 {
    give_text(out, Some(host::<H>(data).cut_reason(handle(shape, word))))
}

unsafe extern "C" fn also<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    nature: u32,
    out_word: *mut u64,
    out_shape: *mut u32,
) -> i32 {
    let Some(nature) = Nature::ALL.into_iter().find(|one| number(*one) == nature) else { return NONE };
    match host::<H>(data).also(handle(shape, word), nature) {
        Some(other) => {
            put(out_shape, other.shape);
            put(out_word, other.word)
        }
        None => NONE,
    }
}

const fn number(nature: Nature) -> u32 {
    probelang_nature::new(nature) as u32
}

unsafe extern "C" fn natures<H: Host>(data: *mut c_void, word: u64, shape: u32, out: *mut u32) -> i32 {
    let all = host::<H>(data).natures(handle(shape, word));
    put(out, all.iter().map(number).sum())
}

unsafe extern "C" fn doubt<H: Host>(
    data: *mut c_void,
    word: u64,
    shape: u32,
    with: *const probelang_value,
    out: *mut probelang_str,
) -> i32 {
    let with = (!with.is_null()).then(|| taken(with));
    give_text(out, host::<H>(data).doubt(handle(shape, word), with.as_ref()))
}

unsafe extern "C" fn hidden_by<H: Host>(data: *mut c_void, number: u32, out: *mut probelang_str) -> i32 {
    give_text(out, host::<H>(data).hidden_by(number))
}

unsafe extern "C" fn scalar_type<H: Host>(
    data: *mut c_void,
    value: *const probelang_value,
    origin: u32,
    number: u32,
    began: *const probelang_cursor,
    at: usize,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    // SAFETY: the library lends the cursor where there is one.
    let cursor = (!began.is_null()).then(|| taken_cursor(unsafe { &*began }));
    let origin = match (probelang_origin::of(origin), &cursor) {
        (Some(probelang_origin::Var), _) => Origin::Var(symbol(number)),
        (Some(probelang_origin::Key), Some(cursor)) => Origin::Key { cursor, place: at },
        (Some(probelang_origin::Element), Some(cursor)) => Origin::Element { cursor, place: at },
        (Some(probelang_origin::Elsewhere | probelang_origin::Key | probelang_origin::Element) | None, _) => {
            Origin::Elsewhere
        }
    };
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let name = host::<H>(data).scalar_type(&taken(value), origin, &mut scratch);
    give_composed(place, name, bytes, room, out)
}

/// A table of names in Rust as a callback.
pub(crate) unsafe extern "C" fn resolve(
    data: *mut c_void,
    name: *const c_char,
    len: usize,
    usage: u32,
) -> u32 {
    // SAFETY: whoever passes this function passes a table with it.
    let names = unsafe { &mut *data.cast::<&mut dyn Resolve>() };
    let usage = match probelang_use::of(usage) {
        Some(probelang_use::Variable) => Use::Variable,
        Some(probelang_use::At) => Use::At,
        Some(probelang_use::Field) => Use::Field,
        Some(probelang_use::Key) => Use::Key,
        None => return u32::MAX,
    };
    names.resolve(taken_name(name, len), usage).0
}
