//! The host as a struct of callbacks.

use std::ffi::{c_char, c_void};

use probelang::host::Nature;

use crate::status::numbered;
use crate::text::{Zero, probelang_str};
use crate::value::{probelang_payload, probelang_value};

/// A position in a collection. `position` and `state` belong to the host: they come back as it left them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_cursor {
    /// The word of the collection.
    pub word: u64,
    /// The shape of the collection.
    pub shape: u32,
    /// The number of elements lent so far, or whatever the host counts. 0 at first.
    pub position: u64,
    /// A word of the host's own. 0 at first.
    pub state: u64,
}

/// What follows a batch.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_more {
    /// No more elements.
    Done = 0,
    /// There are more; the library asks again. After an empty batch it means `DONE`.
    Yes = 1,
    /// The rest exists and cannot be read; `why` says why.
    Cut = 2,
}

numbered!(probelang_more as u32: Done Yes Cut);

/// What one call of `items` or `entries` lent. All zero before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_batch {
    /// How many places were written, from the first one. A larger number than `room` counts as `room`.
    pub count: usize,
    /// A `probelang_more`.
    pub more: u32,
    /// The reason if the rest cannot be read.
    pub why: probelang_str,
}

// SAFETY: numbers and a pointer.
unsafe impl Zero for probelang_batch {}

/// The answer to `instanceof`, and to whether two handles are the same object.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_answer {
    /// No: another type; another object.
    No = 0,
    /// Yes: the type or a subtype of it; the same object.
    Yes = 1,
    /// The host does not know a type of that name. Not an answer about two objects.
    UnknownType = 2,
    /// The host cannot say; `why` says why.
    Unknown = 3,
}

numbered!(probelang_answer as u32: No Yes UnknownType Unknown);

/// What else a value can be read as.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_nature {
    /// An object, with fields.
    Fields = 1,
    /// A list.
    List = 2,
    /// A map.
    Map = 4,
    /// Something of a length.
    Length = 8,
}

numbered!(probelang_nature as u32: Fields List Map Length);

impl probelang_nature {
    /// As C numbers it.
    pub(crate) const fn new(nature: Nature) -> Self {
        match nature {
            Nature::Fields => Self::Fields,
            Nature::List => Self::List,
            Nature::Map => Self::Map,
            Nature::Length => Self::Length,
        }
    }
}

/// Where a value was found.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_origin {
    /// The library computed it, or read it elsewhere.
    Elsewhere = 0,
    /// It is the variable of that symbol.
    Var = 1,
    /// It is a key in the batch that began at the cursor.
    Key = 2,
    /// It is an element or the value of an entry in the batch that began at the cursor.
    Element = 3,
}

numbered!(probelang_origin as u32: Elsewhere Var Key Element);

/// How the library reads the values of a runtime. Set `size`, and the callbacks that you have; leave the others null
/// for the default that is described with each of them. Do not change the struct while a call uses it.
///
/// Every callback is a read without side effects: it runs no code of the observed program, takes no lock and does not
/// wait. It gets `data`. A callback that reads a value returns its `probelang_kind`, and writes what that kind carries
/// to `out`, which is the memory of the engine. Every other callback writes its answer to its out-parameters and
/// returns a `probelang_reply`. Callbacks run on the thread that called the library, before that call returns. They
/// must not throw, unwind or jump out. They may call functions of this library with handles that are not in use.
///
/// A handle is passed as its `word` and its `shape`. A symbol is the number that a name got when the program was bound.
/// Strings that a callback gets are lent for the length of the callback; strings that it lends must live until the
/// function of this library returns that asked. Strings longer than 1 GiB, and more than 256 MiB of long strings in one
/// call, are unreadable.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_host {
    /// `sizeof(probelang_host)`.
    pub size: usize,
    /// Passed to every callback.
    pub data: *mut c_void,
    /// The variable `name`, or the `@`-name that it was bound from. Default: absent.
    pub var: Option<unsafe extern "C" fn(data: *mut c_void, name: u32, out: *mut probelang_payload) -> u32>,
    /// The field `name` of an object. Default: unreadable.
    pub field: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            name: u32,
            out: *mut probelang_payload,
        ) -> u32,
    >,
    /// Element `index` of a list, from 0. Default: unreadable.
    pub index: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            index: u64,
            out: *mut probelang_payload,
        ) -> u32,
    >,
    /// The value of the entry of a map whose key is the text that symbol `key` was bound from; absent where there is
    /// none. With `PROBELANG_KIND_NO_ANSWER`, the default, the library walks the entries.
    pub entry: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            key: u32,
            out: *mut probelang_payload,
        ) -> u32,
    >,
    /// As `entry`, for a key that was computed: null, a Boolean, a number or a text. Default: the library walks the
    /// entries.
    pub key: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            key: *const probelang_value,
            out: *mut probelang_payload,
        ) -> u32,
    >,
    /// The number of elements, entries or fields. Must cost O(1). Default: unreadable.
    pub len: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            out: *mut u64,
            why: *mut probelang_str,
        ) -> i32,
    >,
    /// Begins a walk over a list, set, map, or the fields of an object. Default: the cursor as it comes, at position 0.
    pub open: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            cursor: *mut probelang_cursor,
            why: *mut probelang_str,
        ) -> i32,
    >,
    /// The next elements of a list or set, at most `room`. Write kind and payload of each element that you count; the
    /// places are absent and zero before. Default: the elements cannot be read.
    pub items: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            cursor: *mut probelang_cursor,
            out: *mut probelang_value,
            room: usize,
            batch: *mut probelang_batch,
        ) -> i32,
    >,
    /// The next entries of a map, or fields of an object with their names as text, at most `room`. Default: they cannot
    /// be read.
    pub entries: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            cursor: *mut probelang_cursor,
            keys: *mut probelang_value,
            values: *mut probelang_value,
            room: usize,
            batch: *mut probelang_batch,
        ) -> i32,
    >,
    /// Ends a walk. Every cursor that was opened is closed, also after a fault. Default: nothing.
    pub close: Option<unsafe extern "C" fn(data: *mut c_void, cursor: *mut probelang_cursor) -> i32>,
    /// The full name of the type of a value with a handle. The host lends it, or composes it in `scratch`, `room`
    /// bytes, and sets `out` there. Default: none. A failure hides the value where types are redacted.
    pub type_name: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            scratch: *mut c_char,
            room: usize,
            out: *mut probelang_str,
        ) -> i32,
    >,
    /// Whether a value with a handle is an instance of the type of that name: a `probelang_answer`. Default: the exact
    /// `type_name`, and no supertypes.
    pub instance_of: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            name: *const c_char,
            len: usize,
            out: *mut u32,
            why: *mut probelang_str,
        ) -> i32,
    >,
    /// Whether two handles are one object: a `probelang_answer`. Default: equal handles are; of others it is not known.
    pub same: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word_a: u64,
            shape_a: u32,
            word_b: u64,
            shape_b: u32,
            out: *mut u32,
            why: *mut probelang_str,
        ) -> i32,
    >,
    /// The name of an enum constant. Default: the value is not one.
    pub enum_name: Option<
        unsafe extern "C" fn(data: *mut c_void, word: u64, shape: u32, out: *mut probelang_str) -> i32,
    >,
    /// The text of an opaque value, for people. Default: there is none.
    pub text: Option<
        unsafe extern "C" fn(data: *mut c_void, word: u64, shape: u32, out: *mut probelang_str) -> i32,
    >,
    /// The Boolean, number or string that an opaque value represents. Default: none.
    pub scalar: Option<
        unsafe extern "C" fn(data: *mut c_void, word: u64, shape: u32, out: *mut probelang_payload) -> u32,
    >,
    /// The decimal digits of an integer beyond 64 bits, lent or composed as those of `type_name`. Default: they cannot
    /// be read.
    pub digits: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            scratch: *mut c_char,
            room: usize,
            out: *mut probelang_str,
        ) -> i32,
    >,
    /// Why a `PROBELANG_KIND_CUT` was not followed. Default: `depth`.
    pub cut_reason: Option<
        unsafe extern "C" fn(data: *mut c_void, word: u64, shape: u32, out: *mut probelang_str) -> i32,
    >,
    /// The handle by which a value is read as something else, a `probelang_nature`. Default: it is nothing else.
    pub also: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            nature: u32,
            out_word: *mut u64,
            out_shape: *mut u32,
        ) -> i32,
    >,
    /// Everything else that a value can be read as: a sum of `probelang_nature`. Default: what `also` answers for each. 0 for a
    /// map that `also` reads as its fields by the same handle: its keys are the names of its fields, which *strict* shows.
    pub natures: Option<unsafe extern "C" fn(data: *mut c_void, word: u64, shape: u32, out: *mut u32) -> i32>,
    /// Why a value may be another than it was lent as, for recordings. `with` is the value that it is compared with, or
    /// null. Default: it is certain.
    pub doubt: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            word: u64,
            shape: u32,
            with: *const probelang_value,
            out: *mut probelang_str,
        ) -> i32,
    >,
    /// The name or type behind the number of a hidden value. Default: none.
    pub hidden_by:
        Option<unsafe extern "C" fn(data: *mut c_void, number: u32, out: *mut probelang_str) -> i32>,
    /// As `instance_of`, for a Boolean, number or string without a handle. Default: no.
    pub scalar_instance_of: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            value: *const probelang_value,
            name: *const c_char,
            len: usize,
            out: *mut u32,
            why: *mut probelang_str,
        ) -> i32,
    >,
    /// The name of the type of a value without a handle, for captures; lent or composed as that of `type_name`.
    /// `origin` is a `probelang_origin`, with the symbol, or the cursor as it was before the batch and the place in it.
    /// Default: the plain name of the kind.
    pub scalar_type: Option<
        unsafe extern "C" fn(
            data: *mut c_void,
            value: *const probelang_value,
            origin: u32,
            symbol: u32,
            cursor: *const probelang_cursor,
            place: usize,
            scratch: *mut c_char,
            room: usize,
            out: *mut probelang_str,
        ) -> i32,
    >,
}

// SAFETY: a number, a pointer, and callbacks that may be absent.
unsafe impl Zero for probelang_host {}
