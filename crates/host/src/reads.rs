//! The host trait.

use crate::{Handle, Symbol, Value};

/// How many elements a collection has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size<'a> {
    /// So many.
    Known(u64),
    /// The host cannot say, for this reason.
    Unreadable(&'a str),
}

/// Whether a batch was the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum More<'a> {
    /// Ask again.
    Yes,
    /// All elements were lent.
    Done,
    /// The elements behind the last one exist and cannot be read, for this reason.
    Cut(&'a str),
}

/// What one call of [`Host::items`] or [`Host::entries`] lent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch<'a> {
    /// How many places of the buffer were written, from its start.
    pub count: usize,
    /// What follows. An engine treats `count` 0 with `Yes` as `Done`, so that no host can hang it.
    pub more: More<'a>,
}

/// A position in a collection. Plain data that the host keeps its place in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The collection.
    pub handle: Handle,
    /// Elements lent so far, or whatever the host counts.
    pub position: u64,
    /// A word of the host's own.
    pub state: u64,
}

impl Cursor {
    /// A cursor at the start of `handle`.
    #[must_use]
    pub const fn start(handle: Handle) -> Self {
        Self { handle, position: 0, state: 0 }
    }
}

/// The answer to `instanceof`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Instance<'a> {
    /// The exact type or a supertype.
    Yes,
    /// A known type, another one.
    No,
    /// The host knows no type of this name.
    UnknownType,
    /// The host cannot say, for this reason.
    Unreadable(&'a str),
}

/// Where a value was found, for [`Host::scalar_type`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin<'c> {
    /// It is the variable of this name.
    Var(Symbol),
    /// It is the key that [`Host::entries`] lent last through this cursor.
    Key(&'c Cursor),
    /// It is the element, or the value of the entry, that was lent last through this cursor.
    Element(&'c Cursor),
    /// The engine computed it, or read it elsewhere.
    Elsewhere,
}

/// Whether two objects are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sameness<'a> {
    /// The same object.
    Same,
    /// Two objects, or objects of unlike types.
    Different,
    /// The host has no identity to compare (a recording), for this reason.
    Unknown(&'a str),
}

/// A runtime's values, lent for reading.
///
/// Every call is a read without side effects: no getter, user equality, user hash or text conversion runs,
/// in no case. A host that cannot answer without running code says [`Value::Unreadable`].
/// Strings and reasons are lent for as long as the host itself is borrowed.
///
/// # Cost
/// The engine charges a step for each call before it makes it. A call should cost O(1), or O(log n) for a
/// key; a host that must search leaves that to the engine ([`finds_keys`](Host::finds_keys)).
pub trait Host {
    /// The variable `name` of the frame (or the `@`-name that it was resolved from) into `out`.
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>);

    /// The field `name` of an object, or the entry of a map whose key is that text, into `out`.
    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>);

    /// Element `index` of a list, from 0, into `out`.
    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>);

    /// Whether [`key`](Host::key) finds an entry without walking them all. Where it does not, which is the
    /// default, the engine walks the entries itself, so that each is paid for and one of them that never end
    /// is no way to hang it.
    fn finds_keys(&self) -> bool {
        false
    }

    /// The value of the entry of `map` whose key equals `key` by the language's `==`, into `out`.
    /// `key` is never a value that the engine made, nor opaque. Where no text of the map is `key`, a text of
    /// another type that is (see [`scalar`](Host::scalar)) counts.
    ///
    /// The engine asks only where [`finds_keys`](Host::finds_keys) says that this is no search. The default
    /// walks the entries and compares scalars; a host with a table overrides both. Where `key` is none of the
    /// keys, but may be one of which only the beginning was recorded, the answer is unreadable.
    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) {
        *out = Value::Absent;
        let mut cursor = self.open(map);
        let (mut keys, mut values) = ([Value::Absent; 16], [Value::Absent; 16]);
        let mut missing = Value::Absent;
        loop {
            let batch = self.entries(&mut cursor, &mut keys, &mut values);
            for (k, v) in keys.iter().zip(&values).take(batch.count) {
                if k.scalar_eq(key) == Some(true) || self.enum_equals(k, key) {
                    *out = *v;
                    self.close(&mut cursor);
                    return;
                }
                if k.plain(self).scalar_eq(key) == Some(true) {
                    // another one of the type that is looked for would be the one
                    missing = *v;
                    continue;
                }
                if missing == Value::Absent
                    && let (Value::CutStr(_), Value::Str(_), None) = (k, key, k.scalar_eq(key))
                {
                    missing = Value::Unreadable("truncated");
                }
            }
            match batch.more {
                More::Yes if batch.count > 0 => {}
                More::Cut(reason) => {
                    if missing == Value::Absent {
                        missing = Value::Unreadable(reason);
                    }
                    break;
                }
                _ => break,
            }
        }
        *out = missing;
        self.close(&mut cursor);
    }

    /// Whether one of the two is an enum constant and the other its name, or both are one constant. For key
    /// look-ups.
    fn enum_equals(&self, a: &Value<'_>, b: &Value<'_>) -> bool {
        match (*a, *b) {
            (Value::Object(a), Value::Object(b)) => {
                let name = self.enum_name(a);
                name.is_some() && name == self.enum_name(b) && self.type_name(a) == self.type_name(b)
            }
            (Value::Object(object), Value::Str(text)) | (Value::Str(text), Value::Object(object)) => self
                .enum_name(object)
                .is_some_and(|name| crate::value::names_constant(text, name, self.type_name(object))),
            _ => false,
        }
    }

    /// The number of elements of a list, set or map, or of fields of an object; for a [`Value::Cut`] the
    /// recorded size.
    fn len(&self, value: Handle) -> Size<'_>;

    /// Opens a cursor over a list, set, map, or the fields of an object. Every cursor that was opened is
    /// closed, also after a fault.
    fn open(&self, collection: Handle) -> Cursor {
        Cursor::start(collection)
    }

    /// Writes the next elements of a list or set to the start of `out`.
    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a>;

    /// Writes the next entries of a map, or fields of an object with their names as text, to the starts of
    /// `keys` and `values` (of equal length).
    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a>;

    /// Closes a cursor.
    fn close(&self, cursor: &mut Cursor) {
        let _ = cursor;
    }

    /// Whether `value` is an instance of the type written `type_name`: exact name or a supertype. The plain
    /// kinds' own names are the engine's affair.
    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_>;

    /// Whether a Boolean, number or string, which has no handle, is an instance of the type written
    /// `type_name`: asked where the language's own name of the kind does not hold. A host whose runtime has
    /// classes for such values (`java.lang.String`) answers by them; the default knows none.
    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        let _ = (value, type_name);
        Instance::No
    }

    /// The full name of the type of `value`, if it has one. Redaction by type reads it.
    fn type_name(&self, value: Handle) -> Option<&str>;

    /// The name of the type of a value that has no handle: a scalar, null, what is hidden or unreadable. `None`,
    /// which is the default, for the plain name of its kind. Captured snapshots show it.
    ///
    /// The last word of the name must fit the kind, as recorded types do (`System.Int32`, `float64`, `bool`):
    /// a recording has nothing else to say what the text of a value means.
    fn scalar_type(&self, value: &Value<'_>, origin: Origin<'_>) -> Option<&str> {
        let _ = (value, origin);
        None
    }

    /// Whether two objects are the same one.
    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b { Sameness::Same } else { Sameness::Different }
    }

    /// The name of an enum constant; `None` for any other object.
    fn enum_name(&self, object: Handle) -> Option<&str> {
        let _ = object;
        None
    }

    /// What an opaque value is as a Boolean, a number or a string, where it is one of these: a scalar that
    /// has a handle, because its type is not the one that its kind mostly has. [`instance_of`](Host::instance_of)
    /// and redaction by type ask by the handle, every operator takes the scalar. `Absent`, the default, for a
    /// value that is none.
    ///
    /// A host whose texts have several types that are different keys of a map (Ruby's symbols, Python's bytes)
    /// lends the texts of the type that literals have as [`Value::Str`], the others so.
    ///
    /// A float is shown as the number that [`text`](Host::text) is, if it has one: a 32-bit float is compared by
    /// its exact value and printed with the digits that it was written with.
    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let _ = opaque;
        Value::Absent
    }

    /// The text of an opaque value, where the host has one without running code.
    fn text(&self, opaque: Handle) -> Option<&str> {
        let _ = opaque;
        None
    }

    /// Why `value` may be something else than it was lent as. `None`, the default: it is not.
    ///
    /// A recording asks for this: its object may have been a named tuple, its list may lack elements anywhere.
    /// The engine asks on its slow path only: where an operator cannot take an object or an opaque value
    /// (`with` is `None`), where `==` finds one unlike `with`, and of a list before elements are identified by
    /// their positions. With a reason the answer is unreadable. `with` is never a value that the engine made.
    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        let _ = (value, with);
        None
    }

    /// Why a [`Value::Cut`] cannot be read (`depth`).
    fn cut_reason(&self, cut: Handle) -> &str {
        let _ = cut;
        "depth"
    }
}
