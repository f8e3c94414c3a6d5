//! A host of callbacks as the engine asks one.

use std::cell::Cell;
use std::ffi::{c_char, c_void};

use probelang::host::{Batch, Instance, More, Scratch, Search, Value};

use crate::boundary::Stop;
use crate::host::{probelang_answer, probelang_batch, probelang_host, probelang_more};
use crate::status::{Numbered, probelang_reply, probelang_status};
use crate::text::{Zero, probelang_str};
use crate::value::{PLAIN, place, probelang_kind, probelang_payload, probelang_value};

mod asked;

/// Bytes of a text that is lent.
const MOST_TEXT: usize = 1 << 30;
/// Bytes of a text that two words cover.
const SHORT: usize = 16;
/// Bytes from which on a text counts for what one call may check.
const LONG: usize = 4 << 10;
/// Bytes of long texts that are checked in one call.
const MOST_CHECKED: usize = 256 << 20;
/// The size of a struct that no version will have.
pub(crate) const ABSURD: usize = 4 << 10;
const NOT_SHOWN: &str = "not shown by the host";
const FAILED: &str = "the host failed";
const NOT_UNICODE: &str = "text that is not UTF-8";
const TOO_LONG: &str = "more text than is read";
const NO_VALUE: &str = "not a value";

/// A host of callbacks, for one call into the library.
pub(crate) struct Lent<'c> {
    data: *mut c_void,
    /// The callback that is asked most, or one that has no answer.
    field: Field,
    host: &'c probelang_host,
    /// The place that a callback writes to. It is kept here, because a register would have to be saved for it.
    asked: Cell<*mut probelang_value>,
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
        // SAFETY: the caller says that so many bytes are there.
        let whole = unsafe { read_sized(host, size, std::mem::offset_of!(probelang_host, field))? };
        Ok(Self::Older(Box::new(whole)))
    }

    pub const fn host(&self) -> &probelang_host {
        match self {
            Self::Whole(host) => host,
            Self::Older(host) => host,
        }
    }
}

/// Reads as much of a growable struct as the caller has; the rest is zero. `least` are the bytes that its first version
/// cannot do without.
///
/// # Safety
/// `size` bytes are there.
pub(crate) unsafe fn read_sized<T: Zero>(from: *const T, size: usize, least: usize) -> Result<T, Stop> {
    if size < least || size > ABSURD {
        return Err(probelang_status::WrongSize.into());
    }
    // never a part of a pointer
    let known = size.min(size_of::<T>()) / size_of::<usize>() * size_of::<usize>();
    let mut to = T::ZERO;
    // SAFETY: the caller has `size` bytes, ours are at least `known`, and the two are apart. Every field is valid, be it
    // zero or one of the caller's.
    unsafe { std::ptr::copy_nonoverlapping(from.cast::<u8>(), (&raw mut to).cast(), known) };
    Ok(to)
}

impl<'c> Lent<'c> {
    #[inline]
    pub fn new(host: &'c probelang_host) -> Self {
        Self {
            data: host.data,
            field: host.field.unwrap_or(no_field),
            host,
            asked: Cell::new(std::ptr::null_mut()),
            failed: Cell::new(None),
            left: Cell::new(MOST_CHECKED),
        }
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
        self.data
    }

    /// A text that the host lends, if it is a short one of ASCII: what most names and keys are, for which the check for
    /// UTF-8 is slow.
    #[inline(always)]
    fn short(text: probelang_str) -> Option<&'c str> {
        if text.len > SHORT || text.data.is_null() {
            return None;
        }
        // SAFETY: as in `text_of`.
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        // SAFETY: ASCII is UTF-8.
        is_short_ascii(bytes).then(|| unsafe { str::from_utf8_unchecked(bytes) })
    }

    /// A text that the host lends, or why it cannot be read.
    fn text_of(&self, text: probelang_str) -> Result<&'c str, &'static str> {
        let probelang_str { data, len } = text;
        if len >= LONG {
            self.pay(len)?;
        }
        if data.is_null() {
            return if len == 0 { Ok("") } else { Err(NO_VALUE) };
        }
        // SAFETY: the host lends so many bytes until the call into the library is over, and `'c` ends with that call.
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) };
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
        match self.text_of(why) {
            Ok("") | Err(_) => FAILED,
            Ok(why) => why,
        }
    }

    /// A text of the host that may be none.
    fn optional(&self, reply: i32, text: probelang_str) -> Option<&'c str> {
        match reply {
            DONE => match self.text_of(text) {
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

    /// Empties the place of a value, and lends its inside to a callback. Until `take` the place is not to be read.
    #[inline(always)]
    fn lend_place(&self, out: &mut Value<'_>) -> *mut probelang_payload {
        let place = place(out);
        self.asked.set(place);
        // SAFETY: the place of a value of the engine is one of a value of C.
        unsafe {
            (*place).of = probelang_payload::NONE;
            &raw mut (*place).of
        }
    }

    /// Makes a value of what a callback wrote to the place that was lent last, and returned as its kind. `none` is the
    /// default.
    ///
    /// # Safety
    /// `lend_place` was called for this question. The place is not used otherwise before this returns.
    // a read is short, and this is most of it
    #[inline(always)]
    unsafe fn take(&self, kind: u32, none: Value<'static>) {
        let place = self.asked.get();
        // SAFETY: the place is still borrowed by the question, as the caller says.
        let out = || unsafe { &mut *place.cast::<Value<'_>>() };
        if kind < u32::from(PLAIN) {
            // SAFETY: as above; of these kinds any inside is valid, and it is set.
            unsafe { (*place).kind = kind as u8 };
        } else if kind == STR {
            self.take_text(out());
        } else if kind == NO_ANSWER {
            *out() = none;
        } else {
            self.take_other(kind, out());
        }
    }

    #[inline(never)]
    fn take_text<'a>(&'a self, out: &mut Value<'a>) {
        match Self::short(Self::inside(out).as_text()) {
            Some(text) => *out = Value::Str(text),
            None => self.take_longer(out),
        }
    }

    #[inline(never)]
    fn take_longer<'a>(&'a self, out: &mut Value<'a>) {
        *out = self.text_of(Self::inside(out).as_text()).map_or_else(Value::Unreadable, Value::Str);
    }

    #[cold]
    fn take_other<'a>(&'a self, kind: u32, out: &mut Value<'a>) {
        let of = Self::inside(out);
        *out = match probelang_kind::of(kind) {
            None => Value::Unreadable(NO_VALUE),
            Some(probelang_kind::NoAnswer) => Value::Unreadable(NOT_SHOWN),
            Some(probelang_kind::Failed) => Value::Unreadable(self.reason(of.as_text())),
            Some(kind) => {
                let text = |text, make: fn(&'c str) -> Value<'c>| {
                    self.text_of(text).map_or_else(Value::Unreadable, make)
                };
                of.read(kind, text).unwrap_or(Value::Unreadable(NO_VALUE))
            }
        };
    }

    /// What a callback wrote to the place of a value.
    #[inline(always)]
    fn inside(out: &mut Value<'_>) -> probelang_payload {
        // SAFETY: as in `lend_place`.
        unsafe { (*place(out)).of }
    }

    /// Empties the places of a batch, and lends them to a callback: what it counts and does not write has no text. Until
    /// `take_all` the places are not to be read.
    #[inline(always)]
    fn lend_places(places: &mut [Value<'_>]) -> *mut probelang_value {
        for one in &mut *places {
            let place = place(one);
            // SAFETY: as in `lend_place`.
            unsafe {
                (*place).of = probelang_payload::NONE;
                (*place).kind = probelang_kind::Absent as u8;
            }
        }
        places.as_mut_ptr().cast()
    }

    /// Empties the places of a batch that were not written.
    #[inline(always)]
    fn empty(places: &mut [Value<'_>]) {
        for one in places {
            *one = Value::Absent;
        }
    }

    /// Makes values of the first `count` places of a batch, which a callback wrote, and empties the others.
    #[inline(always)]
    fn take_all<'a>(&'a self, places: &mut [Value<'a>], count: usize) {
        let Some((written, rest)) = places.split_at_mut_checked(count) else { return };
        Self::empty(rest);
        // SAFETY: as in `lend_place`; a kind is any number.
        let kind = |one: &mut Value<'a>| unsafe { (*place(one)).kind };
        let mut any = 0;
        let (fours, last) = written.as_chunks_mut::<4>();
        for [a, b, c, d] in fours {
            any |= kind(a) | kind(b) | kind(c) | kind(d);
        }
        for one in last {
            any |= kind(one);
        }
        if any >= PLAIN {
            self.take_each(written);
        }
    }

    #[inline(never)]
    fn take_each<'a>(&'a self, written: &mut [Value<'a>]) {
        for one in written {
            // SAFETY: as in `take_all`.
            let kind = u32::from(unsafe { (*place(one)).kind });
            if kind == STR {
                match Self::short(Self::inside(one).as_text()) {
                    Some(text) => *one = Value::Str(text),
                    None => self.take_longer(one),
                }
            } else if kind >= u32::from(PLAIN) {
                self.take_other(kind, one);
            }
        }
    }

    /// Who looked an entry up, and what was found.
    ///
    /// # Safety
    /// As of `take`.
    #[inline(always)]
    unsafe fn searched(&self, kind: u32) -> Search {
        // SAFETY: as the caller says.
        unsafe { self.take(kind, Value::Absent) };
        if kind == NO_ANSWER { Search::Walk } else { Search::Done }
    }

    fn batch(&self, reply: i32, room: usize, batch: &probelang_batch) -> Batch<'c> {
        if reply == NONE {
            return Batch { count: 0, more: More::Cut(NOT_SHOWN) };
        }
        let more = match probelang_more::of(batch.more) {
            _ if reply != DONE => More::Cut(self.reason(batch.why)),
            Some(probelang_more::Done) => More::Done,
            Some(probelang_more::Yes) => More::Yes,
            Some(probelang_more::Cut) => More::Cut(self.reason(batch.why)),
            None => More::Cut(FAILED),
        };
        Batch { count: batch.count.min(room), more }
    }

    fn instance(&self, reply: i32, answer: u32, why: probelang_str) -> Instance<'c> {
        match probelang_answer::of(answer).filter(|_| reply == DONE) {
            Some(probelang_answer::No) => Instance::No,
            Some(probelang_answer::Yes) => Instance::Yes,
            Some(probelang_answer::UnknownType) => Instance::UnknownType,
            Some(probelang_answer::Unknown) | None => Instance::Unreadable(self.reason(why)),
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
            None => match self.text_of(out) {
                Ok(text) => return Some(text),
                Err(_) => scratch.push("…"),
            },
        }
        Some(scratch.text())
    }
}

/// Whether these are at most `SHORT` bytes, and ASCII.
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

type Field = unsafe extern "C" fn(*mut c_void, u64, u32, u32, *mut probelang_payload) -> u32;

/// In place of a callback that is absent.
unsafe extern "C" fn no_field(_: *mut c_void, _: u64, _: u32, _: u32, _: *mut probelang_payload) -> u32 {
    NO_ANSWER
}

const DONE: i32 = probelang_reply::Done as i32;
const NONE: i32 = probelang_reply::None as i32;
const STR: u32 = probelang_kind::Str as u32;
const NO_ANSWER: u32 = probelang_kind::NoAnswer as u32;

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
