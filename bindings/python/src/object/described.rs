//! Text for objects that the language has no kind for: by C code of Python itself only.

use pyo3::ffi;

use super::kind::{Kind, is_of_python};
use super::types::Type;
use super::{Object, Owned, scalar};

/// Bytes of a `bytes` object that are shown.
const SHOWN: usize = 1_024;

/// A text that says what an object is; `None` where that might run code.
pub fn text(object: Object<'_>, kind: Kind) -> Option<Owned> {
    match kind {
        Kind::Bytes => bytes(object),
        Kind::Class => Type::of(object).and_then(|class| {
            scalar::name(&match class.module() {
                Some(module) => format!("{module}.{}", class.qualname()),
                None => class.qualname().to_owned(),
            })
        }),
        Kind::Other => of_library(object),
        _ => None,
    }
}

/// The bytes as Python writes them, as far as they are shown.
fn bytes(object: Object<'_>) -> Option<Owned> {
    let bytes = object.bytes()?;
    let (shown, rest) = bytes.split_at_checked(SHOWN).unwrap_or((bytes, &[]));
    let mut text = String::with_capacity(shown.len().saturating_add(8));
    let quote = if shown.contains(&b'\'') && !shown.contains(&b'"') { b'"' } else { b'\'' };
    text.push('b');
    text.push(char::from(quote));
    for &byte in shown {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            _ if byte == quote => {
                text.push('\\');
                text.push(char::from(byte));
            }
            0x20..=0x7e => text.push(char::from(byte)),
            _ => {
                use std::fmt::Write;
                // a string takes everything
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(char::from(quote));
    if !rest.is_empty() {
        text.push('…');
    }
    scalar::name(&text)
}

/// The text of an object of Python's library whose class is written in C, cannot be changed, and asks nothing of other
/// objects for it.
fn of_library(object: Object<'_>) -> Option<Owned> {
    let class = object.ty();
    let is = |name: &str| is_of_python(class, name);
    let is_safe = is("decimal.Decimal")
        || is("datetime.date")
        || is("datetime.timedelta")
        || is("complex")
        || is("ellipsis")
        || is("NotImplementedType")
        || ((is("datetime.datetime") || is("datetime.time")) && has_known_zone(object));
    if !is_safe {
        return None;
    }
    let text = class.raw().tp_str?;
    // SAFETY: the class is one of these, and its conversion to text is C code that runs no other
    unsafe { Owned::new(text(object.as_ptr())) }
}

/// Whether a time has no zone, or one of a fixed offset: any other is asked by code.
fn has_known_zone(object: Object<'_>) -> bool {
    // SAFETY: it is a `time` or `datetime`, which begin alike; one with a zone has a reference to it
    let zone = unsafe {
        if (*object.as_ptr().cast::<ffi::PyDateTime_Time>()).hastzinfo == 0 {
            return true;
        }
        if is_of_python(object.ty(), "datetime.time") {
            Object::new((*object.as_ptr().cast::<ffi::PyDateTime_Time>()).tzinfo)
        } else {
            Object::new((*object.as_ptr().cast::<ffi::PyDateTime_DateTime>()).tzinfo)
        }
    };
    zone.is_some_and(|zone| is_of_python(zone.ty(), "datetime.timezone"))
}
