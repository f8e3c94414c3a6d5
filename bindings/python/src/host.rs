//! The host over objects of the interpreter.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt::Write;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, More, Nature, Natures, Origin, Sameness, Scratch, Search, Size,
    Symbol, Value,
};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::call::Given;
use crate::names::Symbols;
use crate::object::attributes::{self, Attribute, attribute};
use crate::object::fields::{self, Name, Place};
use crate::object::kind::{self, Kind};
use crate::object::scalar::{self, Integer, Scalar, Text};
use crate::object::table::{Found, Table};
use crate::object::types::{self, Type};
use crate::object::{Object, Owned, collection, described};

/// Bytes of text that are copied for one run at most.
const COPIES: usize = 4 << 20;

/// Variables that are listed at most.
const LISTED: usize = 1_000;

/// Where the variables of a host come from: a dictionary of them, a frame.
pub trait Variables<'a> {
    /// The variable of a name, which has this symbol.
    fn variable(&self, symbol: Symbol, name: Object<'_>) -> Variable<'a>;
}

/// The outcome of reading a variable.
#[derive(Clone, Copy, Debug)]
pub enum Variable<'a> {
    /// It is there.
    Object(Object<'a>),
    /// It is this number, which is no object.
    Float(f64),
    /// There is none of this name.
    Absent,
    /// Reading it would run code; what of, in a word.
    Unreadable(&'static str),
}

impl<'a> From<Option<Object<'a>>> for Variable<'a> {
    fn from(found: Option<Object<'a>>) -> Self {
        found.map_or(Self::Absent, Self::Object)
    }
}

/// Objects of the interpreter as values of the engine.
///
/// A handle is a kind and an address. The engine hands back only handles that it was lent in this run; while it runs, the
/// GIL is held and no Python code runs, so that what an address was lent for is there.
pub struct Objects<'a, V> {
    variables: V,
    symbols: &'a Symbols,
    /// Objects that were made for this run.
    made: RefCell<Vec<Owned>>,
    /// Bytes of text among them.
    copied: Cell<usize>,
}

impl<'a, V: Variables<'a>> Objects<'a, V> {
    /// A host of these variables, for programs that were bound with these symbols.
    pub const fn new(_: Python<'a>, variables: V, symbols: &'a Symbols) -> Self {
        Self { variables, symbols, made: RefCell::new(Vec::new()), copied: Cell::new(0) }
    }

    /// The variables.
    pub const fn variables(&self) -> &V {
        &self.variables
    }

    /// The variable of a symbol.
    #[inline]
    fn variable(&self, symbol: Symbol) -> Variable<'a> {
        self.symbols.name(symbol).map_or(Variable::Absent, |name| self.variables.variable(symbol, name.text))
    }

    /// The object of a handle, and what it is.
    #[inline]
    fn object(&self, handle: Handle) -> (Object<'_>, Kind) {
        // SAFETY: the engine hands back only handles that this host lent in this run, whose objects are still there
        #[allow(unsafe_code)]
        let object = unsafe { Object::of_word(handle.word) };
        (object, Kind::of_shape(handle.shape))
    }

    /// Keeps an object that was made until the end of the run.
    fn keep(&self, made: Owned) -> Object<'_> {
        // SAFETY: what is kept is dropped with the host, which is borrowed
        #[allow(unsafe_code)]
        let object = unsafe { made.borrow() };
        self.made.borrow_mut().push(made);
        object
    }

    /// The value of an object.
    #[inline]
    fn lend<'h>(&'h self, object: Object<'h>) -> Value<'h> {
        let kind = Kind::of(object);
        let handle = Handle { shape: kind as u32, word: object.word() };
        match kind {
            Kind::None => Value::Null,
            Kind::Bool => Value::Bool(scalar::is_true(object)),
            Kind::Int => integer(object, handle),
            Kind::Float => Value::Float(scalar::float(object)),
            Kind::Str => self.text_value(object),
            Kind::List | Kind::Deque => Value::List(handle),
            Kind::Set => Value::Set(handle),
            Kind::Dict => Value::Map(handle),
            Kind::Instance | Kind::NamedTuple | Kind::Exception | Kind::Enum => Value::Object(handle),
            Kind::IntLike
            | Kind::FloatLike
            | Kind::StrLike
            | Kind::Bytes
            | Kind::Class
            | Kind::Module
            | Kind::Other
            | Kind::Fields => Value::Opaque(handle),
        }
    }

    /// The value of a text.
    #[inline]
    fn text_value<'h>(&'h self, object: Object<'h>) -> Value<'h> {
        match scalar::text(object, || self.room()) {
            Text::Lent(text) => Value::Str(text),
            Text::Copy(copy) => {
                let text = scalar::encoded(self.keep(copy));
                self.copied.set(self.copied.get().saturating_add(text.len()));
                Value::Str(text)
            }
            Text::Surrogates => Value::Unreadable("surrogates"),
            Text::TooLong => Value::Unreadable("too long"),
        }
    }

    /// Bytes of text that may still be copied.
    fn room(&self) -> usize {
        COPIES.saturating_sub(self.copied.get())
    }

    fn attribute_value<'h>(&'h self, attribute: Attribute<'h>, out: &mut Value<'h>) {
        *out = match attribute {
            Attribute::Value(object) => self.lend(object),
            Attribute::Made(made) => self.lend(self.keep(made)),
            Attribute::Absent => Value::Absent,
            Attribute::Unreadable(reason) => Value::Unreadable(reason),
        };
    }

    fn found<'h>(&'h self, found: Found<'h>, out: &mut Value<'h>) -> Search {
        match found {
            Found::Value(object) => *out = self.lend(object),
            Found::Nothing => *out = Value::Absent,
            Found::Unsure => return Search::Walk,
        }
        Search::Done
    }

    /// The dictionary of a handle.
    #[inline]
    fn table(&self, handle: Handle) -> Option<Table<'_>> {
        let (object, kind) = self.object(handle);
        if kind == Kind::Dict { Table::of(object) } else { None }
    }

    /// The field of an object that a dialect takes for a map of its fields.
    fn field_by_key<'h>(&'h self, map: Handle, name: attributes::Name<'_>, out: &mut Value<'h>) -> Search {
        let (object, kind) = self.object(map);
        match kind {
            Kind::Instance | Kind::NamedTuple | Kind::Exception | Kind::Enum | Kind::Fields => {
                self.attribute_value(attribute(object, kind, name), out);
                Search::Done
            }
            _ => Search::Walk,
        }
    }

    /// A text that says what an opaque object is.
    fn description<'h>(&'h self, object: Object<'h>, kind: Kind) -> Option<&'h str> {
        described::text(object, kind).and_then(|made| self.keep(made).short_text())
    }

    /// The object behind a value that has no handle, if it can be found again.
    fn origin(&self, origin: Origin<'_>) -> Option<Object<'_>> {
        match origin {
            Origin::Var(symbol) => match self.variable(symbol) {
                Variable::Object(object) => Some(object),
                Variable::Float(_) | Variable::Absent | Variable::Unreadable(_) => None,
            },
            Origin::Key { cursor, place } => self.element(*cursor, place).and_then(|(key, _)| key),
            Origin::Element { cursor, place } => self.element(*cursor, place).map(|(_, element)| element),
            Origin::Elsewhere => None,
        }
    }

    /// The element, with its key, that a cursor comes to after some others.
    fn element(&self, cursor: Cursor, place: usize) -> Option<(Option<Object<'_>>, Object<'_>)> {
        let (object, kind) = self.object(cursor.handle);
        match kind {
            Kind::Dict => {
                let mut entries = Table::of(object)?.entries_from(position(&cursor));
                entries.nth(place).map(|(key, value)| (Some(key), value))
            }
            Kind::List | Kind::Deque | Kind::Set => {
                collection::Items::new(object, kind, cursor.position, cursor.state)
                    .nth(place)
                    .map(|element| (None, element))
            }
            _ if listed_as_items(&cursor) => object
                .elements()?
                .get(usize::try_from(cursor.position).ok()?.checked_add(place)?)
                .map(|found| (None, found)),
            _ => {
                let mut at = field_place(&cursor);
                for _ in 0..place {
                    fields::next(object, kind, &mut at)?;
                }
                match fields::next(object, kind, &mut at)? {
                    (_, Attribute::Value(value)) => Some((None, value)),
                    (_, Attribute::Made(_) | Attribute::Absent | Attribute::Unreadable(_)) => None,
                }
            }
        }
    }
}

impl<'a> Objects<'a, Given<'a>> {
    /// The variables with their names, as many as a hint looks at.
    pub fn scope(&self) -> Vec<(&str, Value<'_>)> {
        let mut seen = HashSet::new();
        let named = self.variables.each().filter(|(name, _)| Kind::of(*name) == Kind::Str);
        named
            .take(LISTED)
            .filter_map(|(name, value)| {
                let Value::Str(name) = self.text_value(name) else { return None };
                seen.insert(name).then(|| (name, self.lend(value)))
            })
            .collect()
    }
}

/// The value of an integer.
#[inline]
fn integer(object: Object<'_>, handle: Handle) -> Value<'static> {
    match scalar::integer(object) {
        Integer::Small(n) => Value::Int(n),
        Integer::Large(n) => Value::Uint(n),
        Integer::Big => Value::BigInt(handle),
    }
}

/// The position of a cursor over a dictionary.
fn position(cursor: &Cursor) -> isize {
    isize::try_from(cursor.position).unwrap_or(isize::MAX)
}

/// The place of a cursor over fields.
const fn field_place(cursor: &Cursor) -> Place {
    Place { part: cursor.state, at: cursor.position }
}

/// Whether a cursor is over the elements of a value that is mostly something else: a named tuple.
fn listed_as_items(cursor: &Cursor) -> bool {
    Kind::of_shape(cursor.handle.shape) == Kind::List
}

impl<'v, V: Variables<'v>> Host for Objects<'v, V> {
    #[inline]
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match self.variable(name) {
            Variable::Object(object) => self.lend(object),
            Variable::Float(number) => Value::Float(number),
            Variable::Absent => Value::Absent,
            Variable::Unreadable(reason) => Value::Unreadable(reason),
        };
    }

    #[inline]
    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let (object, kind) = self.object(object);
        match self.symbols.name(name) {
            Some(name) => self.attribute_value(attribute(object, kind, name), out),
            None => *out = Value::Absent,
        }
    }

    #[inline]
    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let (object, kind) = self.object(list);
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let element = match object.elements() {
            Some(elements) => elements.get(index),
            None => collection::Items::new(object, kind, 0, 0).nth(index),
        };
        *out = element.map_or(Value::Absent, |element| self.lend(element));
    }

    #[inline]
    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        match (self.table(map), self.symbols.name(key)) {
            (Some(table), Some(name)) => self.found(table.look_up(&name.text), out),
            (None, Some(name)) => self.field_by_key(map, name, out),
            (_, None) => Search::Walk,
        }
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let Some(table) = self.table(map) else {
            let Value::Str(text) = *key else { return Search::Walk };
            let Some(name) = scalar::name(text) else { return Search::Walk };
            return self.field_by_key(map, attributes::Name::once(self.keep(name)), out);
        };
        let wanted = match *key {
            Value::Null => Scalar::none(),
            Value::Bool(truth) => Scalar::bool(truth),
            Value::Int(n) => Scalar::int(n),
            Value::Uint(n) => Scalar::uint(n),
            Value::Float(n) => Scalar::float(n),
            Value::Str(text) => Scalar::text(text),
            Value::BigInt(handle) if Kind::of_shape(handle.shape) == Kind::Int => {
                Scalar::of_int(self.object(handle).0)
            }
            _ => None,
        };
        match wanted {
            Some(wanted) => self.found(table.look_up(&wanted), out),
            None => Search::Walk,
        }
    }

    #[inline]
    fn len(&self, value: Handle) -> Size<'_> {
        let (object, kind) = self.object(value);
        let len = match kind {
            Kind::List | Kind::Deque | Kind::Set => collection::len(object, kind),
            Kind::Dict => Table::of(object).map(Table::len),
            Kind::Bytes => object.bytes().map(<[u8]>::len),
            Kind::Instance | Kind::NamedTuple | Kind::Exception | Kind::Enum | Kind::Fields => {
                let mut place = Place::default();
                Some(std::iter::from_fn(|| fields::next(object, kind, &mut place)).count())
            }
            _ => None,
        };
        len.and_then(|len| u64::try_from(len).ok()).map_or(Size::Unreadable("size"), Size::Known)
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let (object, kind) = self.object(cursor.handle);
        let mut items = collection::Items::new(object, kind, cursor.position, cursor.state);
        let mut count = 0_usize;
        for (place, element) in out.iter_mut().zip(&mut items) {
            *place = self.lend(element);
            count = count.saturating_add(1);
        }
        (cursor.position, cursor.state) = items.place();
        Batch { count, more: if count < out.len() || items.is_done() { More::Done } else { More::Yes } }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let (object, kind) = self.object(cursor.handle);
        let room = keys.len().min(values.len());
        let places = keys.iter_mut().zip(values.iter_mut());
        let mut count = 0_usize;
        if kind == Kind::Dict {
            let Some(table) = Table::of(object) else { return Batch { count, more: More::Done } };
            let mut entries = table.entries_from(position(cursor));
            for ((key, value), (found_key, found)) in places.zip(&mut entries) {
                (*key, *value) = (self.lend(found_key), self.lend(found));
                count = count.saturating_add(1);
            }
            cursor.position = u64::try_from(entries.position).unwrap_or(u64::MAX);
        } else {
            let mut place = field_place(cursor);
            for (key, value) in places {
                let Some((name, found)) = fields::next(object, kind, &mut place) else { break };
                *key = match name {
                    Name::Object(name) => self.text_value(name),
                    Name::Text(name) => Value::Str(name),
                };
                self.attribute_value(found, value);
                count = count.saturating_add(1);
            }
            (cursor.position, cursor.state) = (place.at, place.part);
        }
        Batch { count, more: if count < room { More::Done } else { More::Yes } }
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let Some(order) = self.object(value).0.ty().order() else { return Instance::No };
        let mut classes = (0..order.len()).filter_map(|at| order.get(at).and_then(Type::of));
        if classes.any(|class| class.is_called(type_name)) {
            Instance::Yes
        } else if types::is_loaded(type_name) {
            Instance::No
        } else {
            Instance::UnknownType
        }
    }

    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        let is = matches!(
            (value, type_name),
            (_, "object")
                | (Value::Bool(_), "bool")
                | (Value::Int(_) | Value::Uint(_), "int")
                | (Value::Float(_), "float")
                | (Value::Str(_) | Value::CutStr(_), "str")
        );
        if is {
            Instance::Yes
        } else if types::is_loaded(type_name) {
            Instance::No
        } else {
            Instance::UnknownType
        }
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        Some(type_name(self.object(value).0.ty(), scratch))
    }

    fn scalar_type<'t>(
        &'t self,
        value: &Value<'_>,
        origin: Origin<'_>,
        scratch: &'t mut Scratch,
    ) -> Option<&'t str> {
        match value {
            Value::Null => Some("NoneType"),
            Value::Bool(_) => Some("bool"),
            Value::Int(_) | Value::Uint(_) | Value::BigInt(_) => Some("int"),
            Value::Float(_) => Some("float"),
            Value::Str(_) | Value::CutStr(_) => Some("str"),
            Value::Redacted(_) | Value::Unreadable(_) => {
                self.origin(origin).map(|object| type_name(object.ty(), scratch))
            }
            _ => None,
        }
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        let ((one, _), (other, _)) = (self.object(a), self.object(b));
        let are_same = one == other
            || (one.is_exactly(&raw mut ffi::PyBytes_Type)
                && other.is_exactly(&raw mut ffi::PyBytes_Type)
                && one.bytes() == other.bytes());
        if are_same { Sameness::Same } else { Sameness::Different }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        let (object, kind) = self.object(object);
        if kind != Kind::Enum {
            return None;
        }
        attributes::stored_text(object, "_name_")?.short_text()
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let (object, kind) = self.object(opaque);
        match kind {
            Kind::IntLike => integer(object, opaque),
            Kind::FloatLike => Value::Float(scalar::float(object)),
            Kind::StrLike => self.text_value(object),
            _ => Value::Absent,
        }
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let (object, kind) = self.object(opaque);
        self.description(object, kind)
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        let with = with?;
        match self.object(value).1 {
            // Python compares it as the tuple that it is
            Kind::NamedTuple => match with {
                Value::List(_) => Some("named tuple"),
                Value::Object(other) => {
                    (Kind::of_shape(other.shape) == Kind::NamedTuple).then_some("named tuple")
                }
                _ => None,
            },
            // its class may find it equal to any number or object, as Decimal does
            Kind::Other => match with {
                Value::Null | Value::Str(_) | Value::CutStr(_) => None,
                _ => Some("opaque"),
            },
            _ => None,
        }
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        let (object, kind) = self.object(value);
        let shape = match nature {
            Nature::List => (kind == Kind::NamedTuple).then_some(Kind::List),
            Nature::Length => (kind == Kind::Bytes).then_some(Kind::Bytes),
            Nature::Fields => kind::has_fields(object, kind).then_some(Kind::Fields),
            Nature::Map => None,
        }?;
        Some(Handle { shape: shape as u32, word: value.word })
    }

    fn natures(&self, value: Handle) -> Natures {
        Nature::ALL.into_iter().filter(|nature| self.also(value, *nature).is_some()).collect()
    }

    fn digits<'t>(&'t self, integer: Handle, _: &'t mut Scratch) -> &'t str {
        let (object, _) = self.object(integer);
        scalar::digits(object).and_then(|digits| self.keep(digits).short_text()).unwrap_or_default()
    }
}

/// The full name of a class.
pub fn type_name<'t>(class: Type<'t>, scratch: &'t mut Scratch) -> &'t str {
    let Some(module) = class.module() else { return class.qualname() };
    // what does not fit ends in a mark
    let _ = write!(scratch, "{module}.{}", class.qualname());
    scratch.text()
}
