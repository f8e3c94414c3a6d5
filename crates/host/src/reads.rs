//! The host trait.

use crate::{
    Batch, Cursor, Handle, Instance, More, Nature, Natures, Origin, Sameness, Scratch, Search, Size, Symbol,
    Value,
};

/// The reason for what a host does not show.
const NOT_SHOWN: &str = "not shown by the host";

/// A runtime's values, lent for reading.
///
/// Every call is a read without side effects: no getter, user equality, user hash or text conversion runs,
/// in no case. A host that cannot answer without running code says [`Value::Unreadable`].
/// Strings and reasons are lent for as long as the host itself is borrowed.
///
/// Only [`var`](Host::var) has to be written: the defaults serve a host of scalars. Of a value with an inside they
/// say that it cannot be read, never that it is empty.
///
/// # Handles
/// An engine hands back only handles that this host lent to it, in this run: within a value, or as that of a
/// cursor. It makes none up, changes none, and asks nothing after the run. So a host may give a handle any
/// meaning, an address too, as long as what it lent stays there while the host is borrowed. A cursor is a place
/// that the host wrote: the engine hands it back as the host left it, and does not use it after
/// [`close`](Host::close).
///
/// # Cost
/// The engine charges a step for each value that it asks for. A call should cost O(1), or O(log n) for a
/// key; a host that must search leaves that to the engine ([`Search::Walk`]).
pub trait Host {
    /// The variable `name` of the frame (or the `@`-name that it was resolved from) into `out`.
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>);

    /// The field `name` of an object into `out`.
    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let _ = (object, name);
        *out = Value::Unreadable(NOT_SHOWN);
    }

    /// Element `index` of a list, from 0, into `out`.
    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let _ = (list, index);
        *out = Value::Unreadable(NOT_SHOWN);
    }

    /// The value of the entry of `map` whose key is the text that `key` was resolved from, into `out`; or that
    /// the engine should walk the entries, which is the default. As [`key`](Host::key), for a key that was known
    /// when the program was linked.
    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        let _ = (map, key, out);
        Search::Walk
    }

    /// The value of the entry of `map` whose key equals `key` by the language's `==`, into `out`; or that the
    /// engine should walk the entries, which is the default. A host decides for each map and key: a table that
    /// finds its own strings answers for these, and leaves the number that may equal a float to a walk.
    ///
    /// `key` is null, a Boolean, a number or a text, never a value that the engine made. Where no text of the map
    /// is `key`, a text of another type that is (see [`scalar`](Host::scalar)) counts, and a constant of an enum
    /// counts for its names (see [`names_constant`](crate::names_constant)). Where `key` is not among the keys,
    /// but may be one that was recorded only in part, the answer is unreadable.
    ///
    /// `map` is an object where a dialect takes objects as maps of their fields (JavaScript).
    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let _ = (map, key, out);
        Search::Walk
    }

    /// The number of elements of a list, set or map, or of fields of an object; for a [`Value::Cut`] the
    /// recorded size.
    fn len(&self, value: Handle) -> Size<'_> {
        let _ = value;
        Size::Unreadable(NOT_SHOWN)
    }

    /// Opens a cursor over a list, set, map, or the fields of an object. Every cursor that was opened is
    /// closed, also after a fault.
    fn open(&self, collection: Handle) -> Cursor {
        Cursor::start(collection)
    }

    /// Writes the next elements of a list or set to the start of `out`.
    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let _ = (cursor, out);
        Batch { count: 0, more: More::Cut(NOT_SHOWN) }
    }

    /// Writes the next entries of a map, or fields of an object with their names as text, to the starts of
    /// `keys` and `values` (of equal length).
    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let _ = (cursor, keys, values);
        Batch { count: 0, more: More::Cut(NOT_SHOWN) }
    }

    /// Closes a cursor.
    fn close(&self, cursor: &mut Cursor) {
        let _ = cursor;
    }

    /// Whether `value` is an instance of the type written `type_name`: exact name or a supertype. The plain
    /// kinds' own names are the engine's affair. The host matches the name itself, so that it need not compose
    /// one to be compared.
    ///
    /// The default knows the exact [`type_name`](Host::type_name), and no supertypes.
    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let mut scratch = Scratch::new();
        match self.type_name(value, &mut scratch) {
            Some(name) if name == type_name => Instance::Yes,
            Some(_) => Instance::Unreadable("supertypes are not known"),
            None => Instance::UnknownType,
        }
    }

    /// Whether a Boolean, number, string or null, which has no handle, is an instance of the type written
    /// `type_name`: asked where the language's own name of the kind does not hold. A host whose runtime has
    /// classes for such values (`java.lang.String`) answers by them; the default knows none.
    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        let _ = (value, type_name);
        Instance::No
    }

    /// The full name of the type of `value`, if it has one: a name that the host has, or one that it writes to
    /// `scratch`. Redaction by type reads it; where types are redacted, a name
    /// that does not fit hides its value.
    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        let _ = (value, scratch);
        None
    }

    /// The name of the type of a value that has no handle: a scalar, null, what is hidden or unreadable. `None`,
    /// which is the default, for the plain name of its kind. Captured snapshots show it.
    ///
    /// The last word of the name must fit the kind, as recorded types do (`System.Int32`, `float64`, `bool`):
    /// a recording has nothing else to say what the text of a value means.
    fn scalar_type<'t>(
        &'t self,
        value: &Value<'_>,
        origin: Origin<'_>,
        scratch: &'t mut Scratch,
    ) -> Option<&'t str> {
        let _ = (value, origin, scratch);
        None
    }

    /// Whether two objects are the same one. By default equal handles are one object, and of others nothing is
    /// known: a host whose objects have one handle each answers [`Sameness::Different`].
    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b { Sameness::Same } else { Sameness::Unknown("identity") }
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

    /// The handle by which `value` is read as what else it is: a named tuple that was lent as an object is a list
    /// besides. `None`, the default, where it is not. The two handles may be one.
    ///
    /// The engine asks only where an operator cannot take a value as what it was lent, or finds no such key in a
    /// map: it costs the common value nothing. Lend a value as what it mostly is, since `==`, `instanceof` and
    /// printing take it as that alone. [`type_name`](Host::type_name) is the same by either handle.
    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        let _ = (value, nature);
        None
    }

    /// All that `value` is besides, by [`also`](Host::also). A capture asks for it, and says of the value that this was
    /// not written.
    ///
    /// A map that is its own fields, as an object of a plain document is, has nothing besides: say so here, and its keys
    /// count as names of fields ([`is_plain_object`]).
    fn natures(&self, value: Handle) -> Natures {
        Nature::ALL.into_iter().filter(|nature| self.also(value, *nature).is_some()).collect()
    }

    /// The name or type by which a value is hidden that was lent as [`Hidden::NameOf`](crate::Hidden::NameOf) or
    /// [`Hidden::TypeOf`](crate::Hidden::TypeOf) with this number. A fault says which rule of the policy fits it, and
    /// shows nothing of it.
    fn hidden_by(&self, number: u32) -> Option<&str> {
        let _ = number;
        None
    }

    /// The decimal digits of a [`Value::BigInt`], all of them, with a `-` before those of a negative one: text that the
    /// host has, or that it writes to `scratch`. What does not fit there cannot be read: an integer that the host
    /// would have to compose has 500 digits at most.
    ///
    /// The engine compares by these digits, so that a host need not.
    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        let _ = (integer, scratch);
        ""
    }

    /// Why a [`Value::Cut`] cannot be read (`depth`).
    fn cut_reason(&self, cut: Handle) -> &str {
        let _ = cut;
        "depth"
    }
}

/// Whether `value` is an object as a plain document has them: a map whose keys are the names of its fields. The mode of
/// redaction that hides the keys of maps shows them.
///
/// It is a map that is an object by the same handle ([`Host::also`]) and has no fields besides ([`Host::natures`]). A map
/// that has fields besides its keys is not: nobody can say which of its keys are data.
#[must_use]
pub fn is_plain_object(host: &dyn Host, value: &Value<'_>) -> bool {
    let Value::Map(handle) = *value else { return false };
    host.also(handle, Nature::Fields) == Some(handle) && !host.natures(handle).has(Nature::Fields)
}
