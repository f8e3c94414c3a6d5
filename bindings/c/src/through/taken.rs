//! What the library lends to a callback, as values of the engine.

use std::ffi::c_char;

use probelang::host::Value;

use crate::value::{kind_of, probelang_kind, probelang_value};

/// A value that the library lends.
pub(super) fn taken<'c>(value: *const probelang_value) -> Value<'c> {
    use probelang_kind as kind;
    // SAFETY: the library lends a value for the length of the callback.
    let probelang_value { kind, of } = unsafe { &*value };
    let text = || taken_name(of.as_text().data, of.as_text().len);
    match kind_of(u32::from(*kind)) {
        None | Some(kind::Absent | kind::NoAnswer | kind::Failed) => Value::Absent,
        Some(kind::Undefined) => Value::Undefined,
        Some(kind::Redacted) => Value::Redacted(of.as_hidden()),
        Some(kind::Unreadable) => Value::Unreadable(text()),
        Some(kind::Null) => Value::Null,
        Some(kind::Bool) => Value::Bool(of.as_uint() != 0),
        Some(kind::Int) => Value::Int(of.as_uint().cast_signed()),
        Some(kind::Uint) => Value::from_u64(of.as_uint()),
        Some(kind::BigInt) => Value::BigInt(of.as_handle()),
        Some(kind::Float) => Value::Float(of.as_number()),
        Some(kind::Str) => Value::Str(text()),
        Some(kind::List) => Value::List(of.as_handle()),
        Some(kind::Set) => Value::Set(of.as_handle()),
        Some(kind::Map) => Value::Map(of.as_handle()),
        Some(kind::Object) => Value::Object(of.as_handle()),
        Some(kind::Opaque) => Value::Opaque(of.as_handle()),
        Some(kind::CutStr) => Value::CutStr(text()),
        Some(kind::Cut) => Value::Cut(of.as_handle()),
    }
}

/// A text that the library lends.
pub(super) fn taken_name<'c>(name: *const c_char, len: usize) -> &'c str {
    // SAFETY: the library lends text for the length of the callback.
    str::from_utf8(unsafe { std::slice::from_raw_parts(name.cast(), len) }).unwrap_or_default()
}
