//! Text in and out: pointer and length, UTF-8 and UTF-16.

use std::ffi::c_char;

use crate::boundary::{Stop, boundary};
use crate::handle::{self, Opaque, exclusive, give, tag};
use crate::status::probelang_status;

/// Bytes, or UTF-16 units, of a text that a caller hands in: 64 MiB.
pub(crate) const MOST: usize = 64 << 20;

/// What is valid where all its bytes are zero: numbers, null pointers, no callbacks, nothing else.
///
/// # Safety
/// It is, and it is `repr(C)`.
pub(crate) unsafe trait Zero: Copy {
    /// All bytes zero, those between its fields too.
    // SAFETY: as the trait says.
    const ZERO: Self = unsafe { std::mem::zeroed() };
}

/// A text that is lent: UTF-8, without a zero at its end. `data` may be null where `len` is 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct probelang_str {
    /// Its first byte.
    pub data: *const c_char,
    /// Its bytes.
    pub len: usize,
}

impl probelang_str {
    pub(crate) const EMPTY: Self = Self { data: std::ptr::null(), len: 0 };

    pub(crate) const fn lend(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) fn lend_option(text: Option<&str>) -> Self {
        text.map_or(Self::EMPTY, Self::lend)
    }
}

/// Bytes that a caller lends.
pub(crate) fn bytes<'c>(data: *const c_char, len: usize) -> Result<&'c [u8], Stop> {
    if len > MOST {
        return Err(probelang_status::TooLong.into());
    }
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(probelang_status::Null.into()) };
    }
    // SAFETY: the caller of an exported function lends that many bytes for the length of the call.
    Ok(unsafe { std::slice::from_raw_parts(data.cast(), len) })
}

/// A text that a caller lends.
pub(crate) fn text<'c>(data: *const c_char, len: usize) -> Result<&'c str, Stop> {
    str::from_utf8(bytes(data, len)?).map_err(|_| probelang_status::NotUnicode.into())
}

/// A text that a caller lends in a struct.
pub(crate) fn text_of<'c>(lent: probelang_str) -> Result<&'c str, Stop> {
    text(lent.data, lent.len)
}

/// The same. Null is no text.
pub(crate) fn optional<'c>(lent: probelang_str) -> Result<Option<&'c str>, Stop> {
    if lent.data.is_null() && lent.len == 0 { Ok(None) } else { text_of(lent).map(Some) }
}

/// A text that a caller lends in UTF-16.
pub(crate) fn utf16(data: *const u16, len: usize) -> Result<String, Stop> {
    if len > MOST {
        return Err(probelang_status::TooLong.into());
    }
    if data.is_null() {
        return if len == 0 { Ok(String::new()) } else { Err(probelang_status::Null.into()) };
    }
    if !data.is_aligned() {
        return Err(probelang_status::NotUnicode.into());
    }
    // SAFETY: the caller of an exported function lends that many units for the length of the call.
    let units = unsafe { std::slice::from_raw_parts(data, len) };
    String::from_utf16(units).map_err(|_| probelang_status::NotUnicode.into())
}

/// An array that a caller lends. Null is none where `count` is 0.
pub(crate) fn array<'c, T>(data: *const T, count: usize) -> Result<&'c [T], Stop> {
    if count > MOST / size_of::<T>().max(1) {
        return Err(probelang_status::TooLong.into());
    }
    if data.is_null() || count == 0 {
        return if count == 0 { Ok(&[]) } else { Err(probelang_status::Null.into()) };
    }
    if !data.is_aligned() {
        return Err(probelang_status::WrongSize.into());
    }
    // SAFETY: the caller of an exported function lends that many elements for the length of the call.
    Ok(unsafe { std::slice::from_raw_parts(data, count) })
}

/// Writes to a place that the caller lends.
#[inline]
pub(crate) fn put<T>(out: *mut T, value: T) -> Result<(), Stop> {
    if out.is_null() {
        return Err(probelang_status::Null.into());
    }
    // SAFETY: the caller of an exported function lends a place for the result.
    unsafe { out.write(value) };
    Ok(())
}

/// Memory for text that the library writes, to be reused: each call replaces the text of the one before. Used by one
/// thread at a time.
pub struct probelang_text {
    _opaque: [u8; 0],
}

impl Opaque for probelang_text {
    type Inner = String;
    const TAG: u64 = tag(1);
}

/// A new, empty text. Free it with `probelang_text_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_text_new(out: *mut *mut probelang_text) -> probelang_status {
    boundary! {
        give(out, String::new())?;
        Ok(probelang_status::Ok)
    }
}

/// Lends the text until it is written again or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_text_get(
    text: *mut probelang_text,
    out: *mut probelang_str,
) -> probelang_status {
    boundary! {
        put(out, probelang_str::lend(&exclusive(text)?))?;
        Ok(probelang_status::Ok)
    }
}

/// Copies the text to `buffer` as UTF-16. `needed` gets the size of the whole in units; if `room` is less, nothing is
/// copied and the status is `PROBELANG_STATUS_TOO_SMALL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_text_utf16(
    text: *mut probelang_text,
    buffer: *mut u16,
    room: usize,
    needed: *mut usize,
) -> probelang_status {
    boundary! {
        let text = exclusive(text)?;
        let units = text.encode_utf16().count();
        put(needed, units)?;
        if room < units {
            return Ok(probelang_status::TooSmall);
        }
        if buffer.is_null() {
            return if units == 0 { Ok(probelang_status::Ok) } else { Ok(probelang_status::Null) };
        }
        for (at, unit) in text.encode_utf16().enumerate() {
            // SAFETY: the caller lends `room` units, and `at` is less.
            unsafe { buffer.add(at).write(unit) };
        }
        Ok(probelang_status::Ok)
    }
}

/// Frees a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_text_free(text: *mut probelang_text) -> probelang_status {
    boundary! { handle::free(text) }
}

/// A destination for bytes that the library writes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_writer {
    /// `sizeof(probelang_writer)`.
    pub size: usize,
    /// Passed to `write`.
    pub data: *mut std::ffi::c_void,
    /// Takes `len` bytes of UTF-8. Anything but 0 ends the call with `PROBELANG_STATUS_WRITE_FAILED`.
    pub write:
        Option<unsafe extern "C" fn(data: *mut std::ffi::c_void, bytes: *const c_char, len: usize) -> i32>,
}

// SAFETY: a number, a pointer, and a callback that may be absent.
unsafe impl Zero for probelang_writer {}
