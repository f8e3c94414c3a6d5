//! Values in the memory of the caller.

use probelang::host::{Cursor, Handle, Hidden, Value};

use crate::host::probelang_cursor;
use crate::status::{Numbered, numbered};
use crate::text::{Zero, probelang_str};

/// The kind of a value. A callback that reads one value returns one of these.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_kind {
    /// No such variable, field, key or index.
    Absent = 0,
    /// An ordered collection: `handle`.
    List = 1,
    /// A collection of distinct elements: `handle`.
    Set = 2,
    /// Keys and values: `handle`.
    Map = 3,
    /// An object with fields: `handle`.
    Object = 4,
    /// Null: a found value. Carries nothing.
    Null = 5,
    /// A float: `number`.
    Float = 6,
    /// An integer: `integer`.
    Int = 7,
    /// An integer without a sign: `uint`.
    Uint = 8,
    /// An integer beyond 64 bits: `handle`. `digits` of the host returns its digits.
    BigInt = 9,
    /// A Boolean: `integer`, 0 is false.
    Bool = 10,
    /// Text: `text`, UTF-8.
    Str = 11,
    /// A value of a kind that the language does not know, or a scalar that has a handle: `handle`.
    Opaque = 12,
    /// A value that was not followed because it lies too deep: `handle`.
    Cut = 13,
    /// The beginning of a text whose rest was not captured: `text`.
    CutStr = 14,
    /// The value that the runtime itself calls undefined (JavaScript).
    Undefined = 15,
    /// Hidden: `handle.shape` is a `probelang_hidden`, `handle.word` the number of a name or type if that asks for one.
    Redacted = 16,
    /// Exists, and cannot be shown: `text` is the reason, in one or a few words.
    Unreadable = 17,
    /// From a callback only: it has no answer. Its default applies, as if it were null.
    NoAnswer = 254,
    /// From a callback only: it failed. `text` is the reason, in one or a few words, or empty.
    Failed = 255,
}

numbered!(probelang_kind as u32: Absent List Set Map Object Null Float Int Uint BigInt Bool Str Opaque Cut CutStr Undefined Redacted Unreadable NoAnswer Failed);

#[cfg(feature = "through")]
impl probelang_kind {
    /// Whether it carries a text or a reason.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::Str | Self::CutStr | Self::Unreadable | Self::Failed)
    }
}

/// Why a value is hidden: the shape of `PROBELANG_KIND_REDACTED`.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_hidden {
    /// The runtime or the recording hid it.
    Host = 0,
    /// Its name, field or key is redacted.
    Name = 1,
    /// Its type is redacted.
    Type = 2,
    /// The name that `hidden_by` of the host returns for the word is redacted.
    NameOf = 3,
    /// The type that `hidden_by` of the host returns for the word is redacted.
    TypeOf = 4,
}

numbered!(probelang_hidden as u32: Host Name Type NameOf TypeOf);

/// Two numbers of the host's choice for a value that is not a scalar. The library keeps them for the length of one
/// call, does not interpret them, and passes back only handles that the host lent it in that call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_handle {
    /// The place: an index, an address.
    pub word: u64,
    /// The number of a type or a layout, for the dispatch of the host.
    pub shape: u32,
}

/// What a value carries, by its kind. All zero when a callback that reads one value gets it.
///
/// Text is lent until the function of this library returns that asked the host. It is checked to be UTF-8; what is not
/// is unreadable.
#[repr(C)]
#[derive(Clone, Copy)]
pub union probelang_payload {
    /// A Boolean or an integer.
    pub integer: i64,
    /// An integer without a sign.
    pub uint: u64,
    /// A float.
    pub number: f64,
    /// A value that is not a scalar.
    pub handle: probelang_handle,
    /// A text or a reason.
    pub text: probelang_str,
}

// SAFETY: zero is a number or a null pointer.
unsafe impl Zero for probelang_payload {}

/// A value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_value {
    /// A `probelang_kind`.
    pub kind: u8,
    /// What it carries.
    pub of: probelang_payload,
}

impl probelang_payload {
    /// Nothing: all zero, so that it is a number, a handle and the empty text.
    pub const NONE: Self = Self::ZERO;

    /// A handle.
    #[must_use]
    pub const fn handle(shape: u32, word: u64) -> Self {
        Self { handle: probelang_handle { shape, word } }
    }

    // All bits of a payload are set before somebody else may write to it, and any bits are a number or a pointer that
    // is not followed here.

    const fn as_uint(&self) -> u64 {
        // SAFETY: as above.
        unsafe { self.uint }
    }

    const fn as_number(&self) -> f64 {
        // SAFETY: as above.
        unsafe { self.number }
    }

    const fn as_handle(&self) -> Handle {
        // SAFETY: as above.
        let probelang_handle { shape, word } = unsafe { self.handle };
        Handle { shape, word }
    }

    pub(crate) const fn as_text(&self) -> probelang_str {
        // SAFETY: as above.
        unsafe { self.text }
    }

    /// Why a value is hidden.
    fn as_hidden(&self) -> Hidden {
        let Handle { shape, word } = self.as_handle();
        let number = u32::try_from(word).unwrap_or(u32::MAX);
        match probelang_hidden::of(shape) {
            None | Some(probelang_hidden::Host) => Hidden::Host,
            Some(probelang_hidden::Name) => Hidden::Name,
            Some(probelang_hidden::Type) => Hidden::Type,
            Some(probelang_hidden::NameOf) => Hidden::NameOf(number),
            Some(probelang_hidden::TypeOf) => Hidden::TypeOf(number),
        }
    }

    /// The value of this kind that carries this. `text` reads a text, and makes of it what it is given. `None` for what
    /// is not a value.
    pub(crate) fn read<'v>(
        &self,
        kind: probelang_kind,
        text: impl FnOnce(probelang_str, fn(&'v str) -> Value<'v>) -> Value<'v>,
    ) -> Option<Value<'v>> {
        use probelang_kind as kind;
        Some(match kind {
            kind::Absent => Value::Absent,
            kind::List => Value::List(self.as_handle()),
            kind::Set => Value::Set(self.as_handle()),
            kind::Map => Value::Map(self.as_handle()),
            kind::Object => Value::Object(self.as_handle()),
            kind::Null => Value::Null,
            kind::Float => Value::Float(self.as_number()),
            kind::Int => Value::Int(self.as_uint().cast_signed()),
            kind::Uint => Value::from_u64(self.as_uint()),
            kind::BigInt => Value::BigInt(self.as_handle()),
            kind::Bool => Value::Bool(self.as_uint() != 0),
            kind::Str => text(self.as_text(), Value::Str),
            kind::Opaque => Value::Opaque(self.as_handle()),
            kind::Cut => Value::Cut(self.as_handle()),
            kind::CutStr => text(self.as_text(), Value::CutStr),
            kind::Undefined => Value::Undefined,
            kind::Redacted => Value::Redacted(self.as_hidden()),
            kind::Unreadable => text(self.as_text(), Value::Unreadable),
            kind::NoAnswer | kind::Failed => return None,
        })
    }
}

impl probelang_value {
    /// No value.
    pub const ABSENT: Self = Self::of(probelang_kind::Absent, probelang_payload::NONE);

    pub(crate) const fn of(kind: probelang_kind, of: probelang_payload) -> Self {
        Self { kind: kind as u8, of }
    }

    const fn text(kind: probelang_kind, text: &str) -> Self {
        Self::of(kind, probelang_payload { text: probelang_str::lend(text) })
    }

    const fn word(kind: probelang_kind, uint: u64) -> Self {
        // so that no bits are left undefined
        let mut of = probelang_payload::NONE;
        of.uint = uint;
        Self::of(kind, of)
    }

    const fn handle(kind: probelang_kind, Handle { shape, word }: Handle) -> Self {
        Self::of(kind, probelang_payload::handle(shape, word))
    }

    /// A value of the engine, lent to the host. What the engine made itself is unreadable there.
    pub(crate) const fn lend(value: &Value<'_>) -> Self {
        use probelang_kind as kind;
        match *value {
            Value::Absent => Self::ABSENT,
            Value::Undefined => Self::word(kind::Undefined, 0),
            Value::Redacted(hidden) => {
                let (hidden, number) = match hidden {
                    Hidden::Name => (probelang_hidden::Name, 0),
                    Hidden::Type => (probelang_hidden::Type, 0),
                    Hidden::NameOf(number) => (probelang_hidden::NameOf, number),
                    Hidden::TypeOf(number) => (probelang_hidden::TypeOf, number),
                    Hidden::Host => (probelang_hidden::Host, 0),
                };
                Self::of(kind::Redacted, probelang_payload::handle(hidden as u32, number as u64))
            }
            Value::Unreadable(why) => Self::text(kind::Unreadable, why),
            Value::Null => Self::word(kind::Null, 0),
            Value::Bool(truth) => Self::word(kind::Bool, truth as u64),
            Value::Int(integer) => Self::word(kind::Int, integer.cast_unsigned()),
            Value::Uint(uint) => Self::word(kind::Uint, uint),
            Value::BigInt(handle) => Self::handle(kind::BigInt, handle),
            Value::Float(number) => Self::word(kind::Float, number.to_bits()),
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
}

/// The kinds below this are those of which whatever they carry is valid.
pub(crate) const PLAIN: u8 = probelang_kind::Uint as u8;

/// The place of a value of the engine as the memory of a callback.
#[inline(always)]
pub(crate) const fn place(value: &mut Value<'_>) -> *mut probelang_value {
    std::ptr::from_mut(value).cast()
}

/// A cursor of the engine as the memory of a callback. Whatever is written there is a cursor.
#[inline(always)]
pub(crate) const fn cursor(cursor: &Cursor) -> *const probelang_cursor {
    std::ptr::from_ref(cursor).cast()
}

/// As `cursor`, to be written to.
#[inline(always)]
pub(crate) const fn cursor_mut(cursor: &mut Cursor) -> *mut probelang_cursor {
    std::ptr::from_mut(cursor).cast()
}

// What the casts above rest on, as the compiler lays it out.
const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<Value<'_>>() == size_of::<probelang_value>());
    assert!(align_of::<Value<'_>>() == align_of::<probelang_value>());
    assert!(size_of::<Handle>() == size_of::<probelang_handle>());
    assert!(offset_of!(Handle, shape) == offset_of!(probelang_handle, shape));
    assert!(offset_of!(Handle, word) == offset_of!(probelang_handle, word));
    assert!(size_of::<Cursor>() == size_of::<probelang_cursor>());
    assert!(align_of::<Cursor>() == align_of::<probelang_cursor>());
    assert!(offset_of!(Cursor, handle) + offset_of!(Handle, word) == offset_of!(probelang_cursor, word));
    assert!(offset_of!(Cursor, handle) + offset_of!(Handle, shape) == offset_of!(probelang_cursor, shape));
    assert!(offset_of!(Cursor, position) == offset_of!(probelang_cursor, position));
    assert!(offset_of!(Cursor, state) == offset_of!(probelang_cursor, state));

    const fn same(value: &Value<'_>, as_c: &probelang_value) {
        // SAFETY: a value is a number, at the start, and what it carries; the places that are read here are those of
        // what it carries.
        unsafe {
            let read = std::ptr::from_ref(value).cast::<probelang_value>();
            assert!((*read).kind == as_c.kind);
            match *value {
                Value::Int(_) | Value::Float(_) => assert!((*read).of.uint == as_c.of.uint),
                Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Object(_) => {
                    assert!((*read).of.handle.word == as_c.of.handle.word);
                    assert!((*read).of.handle.shape == as_c.of.handle.shape);
                }
                _ => {}
            }
        }
    }
    let handle = Handle { shape: 7, word: 9 };
    let values = [
        Value::Absent,
        Value::Undefined,
        Value::Redacted(Hidden::Name),
        Value::Unreadable(""),
        Value::Bool(true),
        Value::Str(""),
        Value::Uint(u64::MAX),
        Value::Int(-5),
        Value::BigInt(handle),
        Value::Float(0.5),
        Value::Null,
        Value::List(handle),
        Value::Set(handle),
        Value::Map(handle),
        Value::Object(handle),
        Value::Opaque(handle),
        Value::CutStr(""),
        Value::Cut(handle),
    ];
    let mut rest = values.as_slice();
    while let Some((value, after)) = rest.split_first() {
        same(value, &probelang_value::lend(value));
        rest = after;
    }
    // `Lent::take_all` looks at the bits of many kinds at once
    assert!(PLAIN.is_power_of_two());
};
