//! The values of a place of the program's own, as a host.

use std::fmt::Write as _;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, More, Resolve, Sameness, Scratch, Search, Size, Symbol, Use, Value,
};

use super::arena::{Entry, Walk};
use super::{Arena, List, Map, Node, Sequence, Slice, narrow};

/// A handle that is a variable; its word is the place of the variable.
const VARIABLE: u32 = 0;
/// Handles of the arena: a value; one with the type around it.
const LENT: u32 = 1;
const AROUND: u32 = 2;

/// The symbols of fields begin here, after those of the variables.
const FIELDS: u32 = 1 << 16;
/// The symbol of what is not here.
const NOT_HERE: Symbol = Symbol(u32::MAX);

/// How far an element is looked for where one leads to the next.
const REACH: usize = 1_000;

/// The name of the field of an enum that says which variant it is.
const VARIANT: &str = "variant";

/// The names at a point.
#[derive(Clone, Debug, Default)]
pub struct PointNames {
    variables: &'static [&'static str],
    /// Names of fields and keys that its probes use.
    fields: Vec<Box<str>>,
}

pub const fn names_of(variables: &'static [&'static str]) -> PointNames {
    PointNames { variables, fields: Vec::new() }
}

impl PointNames {
    fn text(&self, symbol: Symbol) -> &str {
        let at = symbol.0.checked_sub(FIELDS).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.fields.get(at)).map_or("", |text| text)
    }
}

impl Resolve for PointNames {
    fn resolve(&mut self, name: &str, usage: Use) -> Symbol {
        match usage {
            Use::Variable | Use::At => {
                let at = self.variables.iter().position(|variable| *variable == name);
                at.and_then(|at| u32::try_from(at).ok()).map_or(NOT_HERE, Symbol)
            }
            Use::Field | Use::Key => {
                let at = self.fields.iter().position(|field| **field == *name).unwrap_or_else(|| {
                    self.fields.push(name.into());
                    self.fields.len().saturating_sub(1)
                });
                u32::try_from(at).ok().and_then(|at| at.checked_add(FIELDS)).map_or(NOT_HERE, Symbol)
            }
        }
    }
}

/// The values of one hit.
pub struct PointHost<'p> {
    names: &'p PointNames,
    values: &'p [Node<'p>],
    arena: Arena<'p>,
}

impl<'p> PointHost<'p> {
    #[inline]
    pub const fn new(names: &'p PointNames, values: &'p [Node<'p>]) -> Self {
        Self { names, values, arena: Arena::new() }
    }

    /// What a handle stands for.
    fn entry(&self, handle: Handle) -> Option<Entry<'p>> {
        match handle.shape {
            LENT => self.arena.get(handle.word).map(plain),
            AROUND => self.arena.entry(handle.word),
            _ => self.values.get(usize::try_from(handle.word).ok()?).copied().map(opened),
        }
    }

    /// The value of a handle, if it is one without a type around it.
    #[inline]
    fn bare(&self, handle: Handle) -> Option<Node<'p>> {
        match handle.shape {
            LENT => self.arena.get(handle.word),
            VARIABLE => self.values.get(usize::try_from(handle.word).ok()?).copied(),
            _ => None,
        }
    }

    fn node(&self, handle: Handle) -> Node<'p> {
        self.entry(handle).map_or(Node::Unreadable("not lent"), |entry| entry.node)
    }

    /// A value of the program for the engine.
    fn lend(&self, node: Node<'p>) -> Value<'_> {
        self.lend_as(node, |entry| match entry.around {
            None => Handle { shape: LENT, word: self.arena.push(entry.node) },
            Some(_) => Handle { shape: AROUND, word: self.arena.push_entry(entry) },
        })
    }

    #[inline]
    fn lend_as(&self, node: Node<'p>, handle: impl FnOnce(Entry<'p>) -> Handle) -> Value<'_> {
        match node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Int(value) => Value::Int(value),
            Node::Uint(value) => Value::from_u64(value),
            Node::Float(value) => Value::Float(value),
            Node::Str(text) => Value::Str(text),
            Node::Secret => Value::Redacted(probelang::host::Hidden::Host),
            Node::Unreadable(why) => Value::Unreadable(why),
            Node::Char(character) => Value::Str(self.arena.text(|| character.to_string())),
            Node::Int128(number) => narrow(*number).unwrap_or_else(|| Value::BigInt(handle(plain(node)))),
            Node::Uint128(number) => match u64::try_from(*number) {
                Ok(number) => Value::from_u64(number),
                Err(_) => Value::BigInt(handle(plain(node))),
            },
            Node::Float32(_) => Value::Opaque(handle(plain(node))),
            Node::Object(_) => Value::Object(handle(plain(node))),
            Node::List(_) | Node::Slice(_) | Node::Sequence(_) => Value::List(handle(plain(node))),
            Node::Set(_) => Value::Set(handle(plain(node))),
            Node::Map(_) => Value::Map(handle(plain(node))),
            Node::Newtype(_) => {
                let entry = opened(node);
                match entry.node {
                    Node::Null => Value::Null,
                    Node::Secret => Value::Redacted(probelang::host::Hidden::Host),
                    Node::Unreadable(why) => Value::Unreadable(why),
                    Node::List(_) | Node::Slice(_) | Node::Sequence(_) => Value::List(handle(entry)),
                    Node::Set(_) => Value::Set(handle(entry)),
                    Node::Map(_) => Value::Map(handle(entry)),
                    // with a type of its own inside: an object around it
                    Node::Object(_) | Node::Newtype(_) => Value::Object(handle(entry)),
                    Node::Bool(_)
                    | Node::Int(_)
                    | Node::Uint(_)
                    | Node::Int128(_)
                    | Node::Uint128(_)
                    | Node::Float(_)
                    | Node::Float32(_)
                    | Node::Char(_)
                    | Node::Str(_) => Value::Opaque(handle(entry)),
                }
            }
        }
    }

    /// A field that is not simply one of a struct.
    #[cold]
    fn other_field<'a>(&'a self, object: Handle, name: &str, out: &mut Value<'a>) {
        let Some(entry) = self.entry(object) else { return };
        let node = match (entry.around, entry.node) {
            (Some(_), inner) => (name == "_0").then_some(inner),
            (None, Node::Object(object)) => object
                .field(name)
                .or_else(|| (name == VARIANT).then(|| shown_variant(entry.node).map(Node::Str)).flatten()),
            (None, _) => None,
        };
        *out = node.map_or(Value::Absent, |node| self.lend(node));
    }

    /// The fields of an object, with the variant of an enum in front: by place, the name and the value.
    fn field_at(&self, entry: Entry<'p>, at: usize) -> Option<(&'p str, Node<'p>)> {
        match (entry.around, entry.node) {
            (Some(_), inner) => (at == 0).then_some(("_0", inner)),
            (None, Node::Object(object)) => match shown_variant(entry.node) {
                Some(variant) if at == 0 => Some((VARIANT, Node::Str(variant))),
                Some(_) => object.entry(at.checked_sub(1)?),
                None => object.entry(at),
            },
            (None, _) => None,
        }
    }
}

const fn plain(node: Node<'_>) -> Entry<'_> {
    Entry { node, around: None }
}

/// A newtype with what is in it.
fn opened(node: Node<'_>) -> Entry<'_> {
    if let Node::Newtype(newtype) = node {
        Entry { node: newtype.inner(), around: Some(newtype) }
    } else {
        plain(node)
    }
}

/// What has elements.
#[derive(Clone, Copy)]
enum Elements<'p> {
    List(&'p dyn List),
    Slice(&'p dyn Slice),
    Sequence(&'p dyn Sequence),
    Set(&'p dyn Sequence),
    Map(&'p dyn Map),
}

/// The elements of a value, if it is a collection.
fn elements(node: Node<'_>) -> Option<Elements<'_>> {
    match node {
        Node::List(list) => Some(Elements::List(list)),
        Node::Slice(slice) => Some(Elements::Slice(slice)),
        Node::Sequence(sequence) => Some(Elements::Sequence(sequence)),
        Node::Set(set) => Some(Elements::Set(set)),
        Node::Map(map) => Some(Elements::Map(map)),
        Node::Null
        | Node::Bool(_)
        | Node::Int(_)
        | Node::Uint(_)
        | Node::Int128(_)
        | Node::Uint128(_)
        | Node::Float(_)
        | Node::Float32(_)
        | Node::Char(_)
        | Node::Str(_)
        | Node::Object(_)
        | Node::Newtype(_)
        | Node::Secret
        | Node::Unreadable(_) => None,
    }
}

/// The variant that is shown as a field: that of an enum with fields, none of which has this name.
fn shown_variant(node: Node<'_>) -> Option<&str> {
    let Node::Object(object) = node else { return None };
    object.variant().filter(|_| !object.is_empty() && object.field(VARIANT).is_none())
}

impl Host for PointHost<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let value = usize::try_from(name.0).ok().and_then(|at| self.values.get(at));
        *out = match value {
            Some(node) => self.lend_as(*node, |_| Handle { shape: VARIABLE, word: u64::from(name.0) }),
            None => Value::Absent,
        };
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let name = self.names.text(name);
        match self.bare(object) {
            Some(Node::Object(found)) => match found.field(name) {
                Some(node) => *out = self.lend(node),
                None => self.other_field(object, name, out),
            },
            _ => self.other_field(object, name, out),
        }
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let Ok(index) = usize::try_from(index) else { return };
        let node = match elements(self.node(list)) {
            Some(Elements::List(list)) => list.item(index),
            Some(Elements::Slice(slice)) => slice.item(index),
            Some(Elements::Sequence(_)) if index >= REACH => {
                *out = Value::Unreadable("too far in a list without an index");
                return;
            }
            Some(Elements::Sequence(sequence)) => sequence.iter().nth(index),
            Some(Elements::Set(_) | Elements::Map(_)) | None => None,
        };
        *out = node.map_or(Value::Absent, |node| self.lend(node));
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let _ = (map, key, out);
        // a table is looked into with the hash and the equality of its keys, which may be code of the program
        Search::Walk
    }

    fn len(&self, value: Handle) -> Size<'_> {
        let Some(entry) = self.entry(value) else { return Size::Unreadable("not lent") };
        let len = match (entry.around, entry.node) {
            (_, Node::List(list)) => list.len(),
            (_, Node::Slice(slice)) => slice.len(),
            (_, Node::Sequence(elements) | Node::Set(elements)) => elements.len(),
            (_, Node::Map(map)) => map.len(),
            (Some(_), _) => 1,
            (None, Node::Object(object)) => {
                object.len().saturating_add(usize::from(shown_variant(entry.node).is_some()))
            }
            (None, _) => return Size::Unreadable("no elements"),
        };
        Size::Known(len as u64)
    }

    fn open(&self, collection: Handle) -> Cursor {
        let walk = match elements(self.node(collection)) {
            Some(Elements::Sequence(elements) | Elements::Set(elements)) => {
                Some(Walk::Items(elements.iter()))
            }
            Some(Elements::Map(map)) => Some(Walk::Entries(map.iter())),
            Some(Elements::List(_) | Elements::Slice(_)) | None => None,
        };
        let state = walk.map_or(0, |walk| self.arena.begin(walk));
        Cursor { state, ..Cursor::start(collection) }
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let elements = elements(self.node(cursor.handle));
        let mut count = 0;
        for place in out.iter_mut() {
            let at = usize::try_from(cursor.position).ok();
            let next = match elements {
                Some(Elements::List(list)) => at.and_then(|at| list.item(at)),
                Some(Elements::Slice(slice)) => at.and_then(|at| slice.item(at)),
                Some(Elements::Sequence(_) | Elements::Set(_) | Elements::Map(_)) | None => self
                    .arena
                    .walk(cursor.state, |walk| match walk {
                        Walk::Items(items) => items.next(),
                        Walk::Entries(_) => None,
                    })
                    .flatten(),
            };
            let Some(next) = next else { return Batch { count, more: More::Done } };
            *place = self.lend(next);
            count = count.saturating_add(1);
            cursor.position = cursor.position.saturating_add(1);
        }
        Batch { count, more: More::Yes }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let Some(entry) = self.entry(cursor.handle) else { return Batch { count: 0, more: More::Done } };
        let mut count = 0;
        for (key, value) in keys.iter_mut().zip(values) {
            let next = if let Node::Map(_) = entry.node {
                self.arena
                    .walk(cursor.state, |walk| match walk {
                        Walk::Entries(entries) => entries.next(),
                        Walk::Items(_) => None,
                    })
                    .flatten()
            } else {
                let at = usize::try_from(cursor.position).ok();
                at.and_then(|at| self.field_at(entry, at)).map(|(name, node)| (Node::Str(name), node))
            };
            let Some((name, node)) = next else { return Batch { count, more: More::Done } };
            *key = self.lend(name);
            *value = self.lend(node);
            count = count.saturating_add(1);
            cursor.position = cursor.position.saturating_add(1);
        }
        Batch { count, more: More::Yes }
    }

    fn close(&self, cursor: &mut Cursor) {
        self.arena.end(cursor.state);
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let mut scratch = Scratch::new();
        let Some(name) = self.type_name(value, &mut scratch) else { return Instance::UnknownType };
        if name == type_name {
            return Instance::Yes;
        }
        // a variant of an enum is a type below it: `shop::Event::Moved`
        let Node::Object(object) = self.node(value) else { return Instance::No };
        let is_variant = object.variant().is_some_and(|variant| {
            type_name
                .strip_suffix(variant)
                .and_then(|before| before.strip_suffix("::"))
                .is_some_and(|before| before == name)
        });
        // a value has one type in Rust
        if is_variant { Instance::Yes } else { Instance::No }
    }

    fn type_name<'t>(&'t self, value: Handle, _: &'t mut Scratch) -> Option<&'t str> {
        let Entry { node, around } = self.entry(value)?;
        match (around, node) {
            (Some(newtype), _) => Some(newtype.type_name()),
            (None, Node::Object(object)) => Some(object.type_name()),
            (None, Node::List(list)) => list.type_name(),
            (None, Node::Slice(_)) => Some("slice"),
            (None, Node::Sequence(elements) | Node::Set(elements)) => elements.type_name(),
            (None, Node::Map(map)) => map.type_name(),
            (None, Node::Float32(_)) => Some("f32"),
            (None, Node::Int128(_)) => Some("i128"),
            (None, Node::Uint128(_)) => Some("u128"),
            (
                None,
                Node::Null
                | Node::Bool(_)
                | Node::Int(_)
                | Node::Uint(_)
                | Node::Float(_)
                | Node::Char(_)
                | Node::Str(_)
                | Node::Newtype(_)
                | Node::Secret
                | Node::Unreadable(_),
            ) => None,
        }
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b {
            return Sameness::Same;
        }
        let (Some(one), Some(other)) = (self.entry(a), self.entry(b)) else {
            return Sameness::Unknown("not lent");
        };
        let (mut x, mut y) = (Scratch::new(), Scratch::new());
        // a struct and its first field may begin at one address
        if self.type_name(a, &mut x) != self.type_name(b, &mut y) {
            return Sameness::Different;
        }
        match (address(one.node), address(other.node)) {
            // what takes no room has no place of its own
            (Some((_, 0)), Some((_, 0))) => Sameness::Unknown("identity"),
            (Some(one), Some(other)) if one == other => Sameness::Same,
            (Some(_), Some(_)) => Sameness::Different,
            (None, _) | (_, None) => Sameness::Unknown("identity"),
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        let Entry { node: Node::Object(object), around: None } = self.entry(object)? else { return None };
        object.variant().filter(|_| object.is_empty())
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let Some(entry) = self.entry(opaque) else { return Value::Absent };
        match entry.node {
            Node::Float32(number) => Value::Float(f64::from(number)),
            Node::Int128(_)
            | Node::Uint128(_)
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Char(_)
            | Node::Str(_) => self.lend(entry.node),
            Node::Null
            | Node::Object(_)
            | Node::List(_)
            | Node::Slice(_)
            | Node::Sequence(_)
            | Node::Set(_)
            | Node::Map(_)
            | Node::Newtype(_)
            | Node::Secret
            | Node::Unreadable(_) => Value::Absent,
        }
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let Node::Float32(number) = self.node(opaque) else { return None };
        number.is_finite().then(|| self.arena.text(|| number.to_string()))
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        let node = self.node(integer);
        if let Node::Int128(number) = node {
            let _ = write!(scratch, "{number}");
        } else if let Node::Uint128(number) = node {
            let _ = write!(scratch, "{number}");
        }
        scratch.text()
    }
}

/// Where a value is, and how many bytes it takes.
fn address(node: Node<'_>) -> Option<(usize, usize)> {
    fn of<T: ?Sized>(value: &T) -> Option<(usize, usize)> {
        Some((std::ptr::from_ref(value).addr(), size_of_val(value)))
    }
    if let Node::Object(object) = node {
        return of(object);
    }
    match elements(node)? {
        Elements::List(value) => of(value),
        Elements::Slice(value) => Some((value.address(), value.len())),
        Elements::Sequence(value) | Elements::Set(value) => of(value),
        Elements::Map(value) => of(value),
    }
}
