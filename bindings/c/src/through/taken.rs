//! What the library lends to a callback, as values of the engine.

use std::ffi::c_char;

use probelang::host::Value;

use crate::status::Numbered;
use crate::text::probelang_str;
use crate::value::{probelang_kind, probelang_value};

/// A value that the library lends.
pub(super) fn taken<'c>(value: *const probelang_value) -> Value<'c> {
    // SAFETY: the library lends a value for the length of the callback.
    let probelang_value { kind, of } = unsafe { &*value };
    let kind = probelang_kind::of(u32::from(*kind));
    let text = |text: probelang_str, make: fn(&'c str) -> Value<'c>| make(taken_name(text.data, text.len));
    kind.and_then(|kind| of.read(kind, text)).unwrap_or(Value::Absent)
}

/// A text that the library lends.
pub(super) fn taken_name<'c>(name: *const c_char, len: usize) -> &'c str {
    // SAFETY: the library lends text for the length of the callback.
    str::from_utf8(unsafe { std::slice::from_raw_parts(name.cast(), len) }).unwrap_or_default()
}
