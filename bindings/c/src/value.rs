//! Values in the memory of the caller.

use std::ffi::c_char;

use probelang::host::{Handle, Hidden, Value};

/// What a value is.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_kind {
    /// No such variable, field, key or index.
    Absent = 0,
    /// Bound, to a value that the runtime itself calls undefined (JavaScript).
    Undefined = 1,
    /// Hidden by the runtime; `shape` says why, see `probelang_hidden`.
    Redacted = 2,
    /// Exists, and cannot be shown: `of.text` and `len` are the reason, in one or a few words.
    Unreadable = 3,
    /// Null: a found value.
    Null = 4,
    /// A Boolean: `of.integer`, 0 is false.
    Bool = 5,
    /// An integer: `of.integer`.
    Int = 6,
    /// An integer without a sign: `of.uint`.
    Uint = 7,
    /// An integer beyond 64 bits, a handle; `digits` of the host says which.
    BigInt = 8,
    /// A float: `of.number`.
    Float = 9,
    /// Text: `of.text` and `len` bytes of UTF-8.
    Str = 10,
    /// An ordered collection, a handle.
    List = 11,
    /// A collection of distinct elements, a handle.
    Set = 12,
    /// Keys and values, a handle.
    Map = 13,
    /// An object with fields, a handle.
    Object = 14,
    /// A value of a kind that the language does not know, or a scalar that has a handle.
    Opaque = 15,
    /// The beginning of a text whose rest was not captured: `of.text` and `len`.
    CutStr = 16,
    /// A value that was not followed because it lies too deep, a handle.
    Cut = 17,
}

/// Why a value is hidden: the `shape` of `PROBELANG_KIND_REDACTED`.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_hidden {
    /// The runtime or the recording hid it.
    Host = 0,
    /// Its name, field or key is redacted.
    Name = 1,
    /// Its type is redacted.
    Type = 2,
    /// By a name that `hidden_by` of the host gives for the number `of.word`.
    NameOf = 3,
    /// As before, a type.
    TypeOf = 4,
}

/// What a value carries.
#[repr(C)]
#[derive(Clone, Copy)]
pub union probelang_payload {
    /// A Boolean or an integer.
    pub integer: i64,
    /// An integer without a sign.
    pub uint: u64,
    /// A float.
    pub number: f64,
    /// The word of a handle.
    pub word: u64,
    /// The first byte of a text or a reason.
    pub text: *const c_char,
}

/// A value. A host writes one where it is asked for one; it is `PROBELANG_KIND_ABSENT` before that.
///
/// A value with an inside carries a handle: `shape` and `of.word`, two numbers of the host's choice. The library keeps
/// them for the length of one call, never looks inside, and hands back only handles that the host lent to it in that
/// call.
///
/// Text is lent until the function of this library returns that asked the host. It is checked to be UTF-8; what is not
/// is unreadable.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_value {
    /// A `probelang_kind`.
    pub kind: u32,
    /// The shape of a handle, a number for the dispatch of the host; for a hidden value a `probelang_hidden`.
    pub shape: u32,
    /// What it carries, by its kind.
    pub of: probelang_payload,
    /// Bytes of a text or a reason.
    pub len: usize,
}

impl probelang_value {
    pub(crate) const ABSENT: Self = Self::of(probelang_kind::Absent, 0, probelang_payload { word: 0 }, 0);

    const fn of(kind: probelang_kind, shape: u32, of: probelang_payload, len: usize) -> Self {
        Self { kind: kind as u32, shape, of, len }
    }

    const fn text(kind: probelang_kind, text: &str) -> Self {
        Self::of(kind, 0, probelang_payload { text: text.as_ptr().cast() }, text.len())
    }

    const fn handle(kind: probelang_kind, handle: Handle) -> Self {
        Self::of(kind, handle.shape, probelang_payload { word: handle.word }, 0)
    }

    const fn word(kind: probelang_kind, shape: u32, word: u64) -> Self {
        Self::of(kind, shape, probelang_payload { word }, 0)
    }

    /// A value of the engine, lent to the host. What the engine made itself is unreadable there.
    #[inline]
    pub(crate) const fn lend(value: &Value<'_>) -> Self {
        use probelang_kind as kind;
        match *value {
            Value::Absent => Self::ABSENT,
            Value::Undefined => Self::word(kind::Undefined, 0, 0),
            Value::Redacted(hidden) => {
                let (hidden, number) = match hidden {
                    Hidden::Name => (probelang_hidden::Name, 0),
                    Hidden::Type => (probelang_hidden::Type, 0),
                    Hidden::NameOf(number) => (probelang_hidden::NameOf, number),
                    Hidden::TypeOf(number) => (probelang_hidden::TypeOf, number),
                    Hidden::Host => (probelang_hidden::Host, 0),
                };
                Self::word(kind::Redacted, hidden as u32, number as u64)
            }
            Value::Unreadable(why) => Self::text(kind::Unreadable, why),
            Value::Null => Self::word(kind::Null, 0, 0),
            Value::Bool(truth) => Self::word(kind::Bool, 0, truth as u64),
            Value::Int(integer) => Self::of(kind::Int, 0, probelang_payload { integer }, 0),
            Value::Uint(uint) => Self::of(kind::Uint, 0, probelang_payload { uint }, 0),
            Value::BigInt(handle) => Self::handle(kind::BigInt, handle),
            Value::Float(number) => Self::of(kind::Float, 0, probelang_payload { number }, 0),
            Value::Str(text) => Self::text(kind::Str, text),
            Value::List(handle) => Self::handle(kind::List, handle),
            Value::Set(handle) => Self::handle(kind::Set, handle),
            Value::Map(handle) => Self::handle(kind::Map, handle),
            Value::Object(handle) => Self::handle(kind::Object, handle),
            Value::Opaque(handle) => Self::handle(kind::Opaque, handle),
            Value::CutStr(text) => Self::text(kind::CutStr, text),
            Value::Cut(handle) => Self::handle(kind::Cut, handle),
            Value::Local(_) => Self::text(kind::Unreadable, "made by the engine"),
        }
    }

    /// Its word, whatever it carries.
    pub(crate) const fn word_of(&self) -> u64 {
        // SAFETY: all bits of the payload were written, by `ABSENT` and then perhaps by the host; any bits are a
        // number.
        unsafe { self.of.word }
    }

    pub(crate) const fn handle_of(&self) -> Handle {
        Handle { shape: self.shape, word: self.word_of() }
    }

    pub(crate) const fn text_of(&self) -> *const c_char {
        // SAFETY: as in `word_of`; any bits are a pointer, which is not followed here.
        unsafe { self.of.text }
    }
}

/// The kind with this number.
#[inline]
pub(crate) const fn kind_of(number: u32) -> Option<probelang_kind> {
    use probelang_kind as kind;
    Some(match number {
        0 => kind::Absent,
        1 => kind::Undefined,
        2 => kind::Redacted,
        3 => kind::Unreadable,
        4 => kind::Null,
        5 => kind::Bool,
        6 => kind::Int,
        7 => kind::Uint,
        8 => kind::BigInt,
        9 => kind::Float,
        10 => kind::Str,
        11 => kind::List,
        12 => kind::Set,
        13 => kind::Map,
        14 => kind::Object,
        15 => kind::Opaque,
        16 => kind::CutStr,
        17 => kind::Cut,
        _ => return None,
    })
}
