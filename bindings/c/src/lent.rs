//! A host of callbacks as the engine asks one.

use std::cell::Cell;
use std::ffi::{c_char, c_void};

use probelang::host::{Batch, Hidden, Instance, More, Scratch, Search, Value};

use crate::boundary::Stop;
use crate::host::{probelang_answer, probelang_batch, probelang_host, probelang_more};
use crate::status::{probelang_reply, probelang_status};
use crate::text::probelang_str;
use crate::value::{kind_of, probelang_hidden, probelang_kind, probelang_value};

mod asked;

/// Bytes of a text that is lent.
const MOST_TEXT: usize = 1 << 30;
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
            (DONE, NO) => Instance::No,
            (DONE, YES) => Instance::Yes,
            (DONE, UNKNOWN_TYPE) => Instance::UnknownType,
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
const NO: u32 = probelang_answer::No as u32;
const YES: u32 = probelang_answer::Yes as u32;
const UNKNOWN_TYPE: u32 = probelang_answer::UnknownType as u32;

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
