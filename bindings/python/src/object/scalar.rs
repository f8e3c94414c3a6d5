//! Text and numbers.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use super::table::Wanted;
use super::{Object, Owned};

/// Characters of a text that is given a copy in UTF-8, which Python then keeps with it. Longer ones are copied for one
/// run only.
const KEPT: isize = 4_096;

/// A text as UTF-8.
#[derive(Debug)]
pub enum Text<'a> {
    /// Python has it.
    Lent(&'a str),
    /// A copy in a `bytes` object.
    Copy(Owned),
    /// It has surrogates without their partners, and so no UTF-8.
    Surrogates,
    /// There is no room for a copy.
    TooLong,
}

/// The text of a `str`, or of a value of a class that is derived from it.
///
/// A long one that Python has no UTF-8 of is copied, if `room` has that many bytes.
#[inline]
pub fn text(object: Object<'_>, room: impl Fn() -> usize) -> Text<'_> {
    // SAFETY: it is a `str`
    unsafe {
        if ffi::PyUnicode_GET_LENGTH(object.as_ptr()) <= KEPT || has_utf8(object) {
            return object.short_text().map_or(Text::Surrogates, Text::Lent);
        }
        // a character has four bytes at most
        if text_len(object).saturating_mul(4) > room() {
            return Text::TooLong;
        }
        match Owned::new(ffi::PyUnicode_AsUTF8String(object.as_ptr())) {
            Some(copy) => Text::Copy(copy),
            None => Text::Surrogates,
        }
    }
}

/// The length of a text in characters.
pub fn text_len(object: Object<'_>) -> usize {
    // SAFETY: it is a `str`
    usize::try_from(unsafe { ffi::PyUnicode_GET_LENGTH(object.as_ptr()) }).unwrap_or_default()
}

/// Whether a text is at hand as UTF-8, without a copy.
#[cfg(not(Py_3_14))]
unsafe fn has_utf8(object: Object<'_>) -> bool {
    // SAFETY: it is a `str`; one that is compact and not ASCII has these fields
    unsafe {
        ffi::PyUnicode_IS_COMPACT_ASCII(object.as_ptr()) != 0
            || !(*object.as_ptr().cast::<ffi::PyCompactUnicodeObject>()).utf8.is_null()
    }
}

/// Whether a text is at hand as UTF-8, without a copy: not known.
#[cfg(Py_3_14)]
unsafe fn has_utf8(_: Object<'_>) -> bool {
    false
}

/// The bytes of a `bytes` object as text; empty for what is not UTF-8.
pub fn encoded(bytes: Object<'_>) -> &str {
    bytes.bytes().and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
}

impl<'a> Object<'a> {
    /// The text of a `str`; `None` for one that has no UTF-8, and for what is not one. Python keeps the UTF-8 with it.
    #[inline]
    pub fn short_text(self) -> Option<&'a str> {
        let mut len = 0;
        // SAFETY: it is a `str`; Python gives valid UTF-8, which lives as long as the `str`
        unsafe {
            if ffi::PyUnicode_Check(self.as_ptr()) == 0 {
                return None;
            }
            let first = ffi::PyUnicode_AsUTF8AndSize(self.as_ptr(), &raw mut len);
            if first.is_null() {
                ffi::PyErr_Clear();
                return None;
            }
            let bytes =
                std::slice::from_raw_parts(first.cast::<u8>(), usize::try_from(len).unwrap_or_default());
            Some(str::from_utf8_unchecked(bytes))
        }
    }

    /// The text of an object of the class `str` itself, as names are.
    pub fn name(self) -> Option<&'a str> {
        if self.is_exactly(&raw mut ffi::PyUnicode_Type) { self.short_text() } else { None }
    }

    /// The bytes of a `bytes` or `bytearray`; `None` for what is neither.
    pub fn bytes(self) -> Option<&'a [u8]> {
        let ptr = self.as_ptr();
        // SAFETY: the class says which layout the object has, and nothing changes it meanwhile
        unsafe {
            let (first, len) = if ffi::PyBytes_Check(ptr) != 0 {
                (ffi::PyBytes_AS_STRING(ptr), ffi::Py_SIZE(ptr))
            } else if ffi::PyByteArray_Check(ptr) != 0 {
                (ffi::PyByteArray_AsString(ptr).cast_const(), ffi::PyByteArray_Size(ptr))
            } else {
                return None;
            };
            Some(std::slice::from_raw_parts(first.cast(), usize::try_from(len).unwrap_or_default()))
        }
    }
}

/// The hash of a text of the class `str` itself.
#[inline]
pub fn text_hash(object: Object<'_>) -> isize {
    // SAFETY: it is a `str`, whose hash is C code
    unsafe {
        match (*object.as_ptr().cast::<ffi::PyASCIIObject>()).hash {
            -1 => ffi::PyObject_Hash(object.as_ptr()),
            hash => hash,
        }
    }
}

/// Whether a key is a text of the class `str` itself, equal to the text `name`.
#[inline]
pub fn same_text(key: Object<'_>, name: Object<'_>) -> bool {
    key.is_exactly(&raw mut ffi::PyUnicode_Type)
        && text_hash(key) == text_hash(name)
        // SAFETY: both are `str`, which compare in C code
        && unsafe { ffi::PyUnicode_Compare(key.as_ptr(), name.as_ptr()) == 0 }
}

/// An integer by its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Integer {
    /// Fits `i64`.
    Small(i64),
    /// Fits `u64`.
    Large(u64),
    /// Fits neither.
    Big,
}

/// The integer of an `int`, or of a value of a class that is derived from it.
#[inline]
pub fn integer(object: Object<'_>) -> Integer {
    let mut overflow = 0;
    // SAFETY: it is an `int`, so that no `__index__` is asked
    unsafe {
        let small = ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow);
        if overflow == 0 {
            return Integer::Small(small);
        }
        if overflow > 0 {
            let large = ffi::PyLong_AsUnsignedLongLong(object.as_ptr());
            if ffi::PyErr_Occurred().is_null() {
                return Integer::Large(large);
            }
            ffi::PyErr_Clear();
        }
        Integer::Big
    }
}

/// Digits of 30 bits of an integer that is written in decimals: some 4,500 of those. Python's own limit is 4,300, but can
/// be lifted, and the conversion takes quadratic time.
const DIGITS: isize = 500;

/// The decimal digits of an integer, unless it has too many.
pub fn digits(object: Object<'_>) -> Option<Owned> {
    // SAFETY: it is an `int`: the word behind its head has the number of its digits above three bits. Its own conversion
    // is C code
    unsafe {
        if ffi::Py_SIZE(object.as_ptr()) >> 3 > DIGITS {
            return None;
        }
        let repr = ffi::PyLong_Type.tp_repr?;
        Owned::new(repr(object.as_ptr()))
    }
}

/// The number of a `float`, or of a value of a class that is derived from it.
#[inline]
pub fn float(object: Object<'_>) -> f64 {
    // SAFETY: it is a `float`
    unsafe { ffi::PyFloat_AS_DOUBLE(object.as_ptr()) }
}

/// Whether a key is of a built-in class whose values equal a scalar only by their value: what is no such key may be equal
/// to one by its class.
pub fn is_hashed_by_value(key: Object<'_>) -> bool {
    [
        &raw mut ffi::PyUnicode_Type,
        &raw mut ffi::PyLong_Type,
        &raw mut ffi::PyFloat_Type,
        &raw mut ffi::PyBool_Type,
        &raw mut ffi::PyBytes_Type,
        &raw mut ffi::PyTuple_Type,
        &raw mut ffi::PyFrozenSet_Type,
    ]
    .contains(&key.ty().as_ptr())
        || is_none(key)
}

/// Whether it is `None`.
#[inline]
pub fn is_none(object: Object<'_>) -> bool {
    // SAFETY: the address of a static object
    object.as_ptr() == unsafe { ffi::Py_None() }
}

/// Whether it is `True`.
#[inline]
pub fn is_true(object: Object<'_>) -> bool {
    // SAFETY: the address of a static object
    object.as_ptr() == unsafe { ffi::Py_True() }
}

/// A scalar made for looking a key up: a text, a number, a Boolean or `None` of the built-in class itself.
#[derive(Debug)]
pub struct Scalar {
    object: Owned,
    hash: isize,
}

impl Scalar {
    /// That of a new object; `None` where memory is short.
    fn new(object: Option<Owned>) -> Option<Self> {
        let object = object?;
        // SAFETY: a scalar of a built-in class, whose hash is C code
        let hash = unsafe { ffi::PyObject_Hash(object.borrow().as_ptr()) };
        Some(Self { object, hash })
    }

    /// A text.
    pub fn text(text: &str) -> Option<Self> {
        let len = isize::try_from(text.len()).ok()?;
        // SAFETY: valid UTF-8 of this length; a new reference
        Self::new(unsafe { Owned::new(ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), len)) })
    }

    /// An integer.
    pub fn int(n: i64) -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::PyLong_FromLongLong(n)) })
    }

    /// An integer above those.
    pub fn uint(n: u64) -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::PyLong_FromUnsignedLongLong(n)) })
    }

    /// A float.
    pub fn float(n: f64) -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::PyFloat_FromDouble(n)) })
    }

    /// A Boolean.
    pub fn bool(truth: bool) -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::PyBool_FromLong(truth.into())) })
    }

    /// `None`.
    pub fn none() -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::Py_NewRef(ffi::Py_None())) })
    }

    /// An `int` that there is.
    pub fn of_int(object: Object<'_>) -> Option<Self> {
        // SAFETY: a new reference
        Self::new(unsafe { Owned::new(ffi::Py_NewRef(object.as_ptr())) })
    }
}

impl Wanted for Scalar {
    fn hash(&self) -> isize {
        self.hash
    }

    fn is(&self, key: Object<'_>) -> bool {
        // SAFETY: `self` outlives this call
        let wanted = unsafe { self.object.borrow() };
        let is_number = |object: Object<'_>| {
            object.is_exactly(&raw mut ffi::PyLong_Type) || object.is_exactly(&raw mut ffi::PyFloat_Type)
        };
        if wanted.is_exactly(&raw mut ffi::PyUnicode_Type) {
            same_text(key, wanted)
        } else if is_number(wanted) {
            is_number(key)
                // SAFETY: both are numbers of built-in classes, which compare in C code, exactly
                && unsafe { ffi::PyObject_RichCompareBool(wanted.as_ptr(), key.as_ptr(), ffi::Py_EQ) == 1 }
        } else {
            key == wanted
        }
    }
}

/// A name as an object that is made once for the process: `fixed!("_dict")`. The GIL must be held.
macro_rules! fixed {
    ($text:literal) => {{
        static NAME: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::types::PyString>> = pyo3::sync::PyOnceLock::new();
        $crate::object::scalar::once(&NAME, $text)
    }};
}
pub(crate) use fixed;

/// The name of [`fixed!`](fixed).
#[inline]
pub fn once<'a>(made: &'static PyOnceLock<Py<PyString>>, text: &'static str) -> Object<'a> {
    // SAFETY: objects are read only while the GIL is held
    let py = unsafe { Python::assume_attached() };
    let name = made.get_or_init(py, || PyString::intern(py, text).unbind());
    // SAFETY: it is never freed
    let ptr = unsafe { std::ptr::NonNull::new_unchecked(name.as_ptr()) };
    Object { ptr, life: std::marker::PhantomData }
}

/// A name as an object, for one look-up; `None` where memory is short.
pub fn name(text: &str) -> Option<Owned> {
    let len = isize::try_from(text.len()).ok()?;
    // SAFETY: valid UTF-8 of this length; a new reference
    unsafe { Owned::new(ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), len)) }
}
