//! The values of a case, as a host: an arena of nodes, one a value.
//!
//! Nothing here ever runs code, so a trap on a method or an operator cannot be sprung; what would have to run
//! code (a getter, a static that would run a type's initialiser, a proxy) is unreadable.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, More, Names, Resolve, Sameness, Scratch, Search, Size, Symbol,
    Use, Value, names_constant,
};

use crate::types::Types;

/// A place in the arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ref(pub u32);

/// What a node is.
#[derive(Debug, Default)]
pub enum Data {
    /// Not bound, though the name is known: a variable before its initialisation.
    #[default]
    Unbound,
    /// The host's undefined value.
    Undefined,
    /// Null.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// A float.
    Float(f64),
    /// Text.
    Str(String),
    /// Long text, made when it is first read.
    Repeat(Repeat),
    /// A list.
    List(Items),
    /// A set.
    Set(Items),
    /// A map.
    Map(Entries),
    /// An object with its fields, getters and statics among them.
    Object(Vec<(String, Member)>),
    /// A constant of an enum.
    Enum(String),
    /// A value of another kind, with its text where the host has one.
    Opaque(Option<String>),
    /// A value that exists and of which nothing can be read, for this reason.
    Closed(&'static str),
    /// Reading it fails the case.
    Trap,
}

/// A text, repeated, and what stands behind.
#[derive(Debug)]
pub struct Repeat {
    piece: String,
    count: usize,
    then: String,
    made: OnceCell<String>,
}

impl Repeat {
    /// `piece` as often as `count` says, then `then`.
    #[must_use]
    pub const fn new(piece: String, count: usize, then: String) -> Self {
        Self { piece, count, then, made: OnceCell::new() }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.made.get_or_init(|| self.piece.repeat(self.count) + &self.then)
    }
}

/// A field of an object, or why it cannot be read.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// Readable.
    Field(Ref),
    /// Reading it would run code, in a word.
    Unreadable(&'static str),
}

/// The elements of a list or set.
#[derive(Debug)]
pub enum Items {
    /// As listed.
    Listed(Vec<Ref>),
    /// Made while they are read.
    Sequence(Sequence),
}

/// The entries of a map.
#[derive(Debug)]
pub enum Entries {
    /// As listed.
    Listed(Vec<(Ref, Ref)>),
    /// Element for element a key and the same as its value.
    Sequence(Sequence),
}

/// `start`, `start + 1`, …, or these as text behind a prefix.
#[derive(Debug)]
pub struct Sequence {
    start: i64,
    count: u64,
    /// The prefix, and the texts that were read so far, by the thousand.
    texts: Option<(String, Vec<OnceCell<Thousand>>)>,
}

type Thousand = Box<[OnceCell<Box<str>>]>;
const THOUSAND: u64 = 1_000;

impl Sequence {
    /// A sequence of `count` elements; texts where there is a prefix.
    ///
    /// # Errors
    /// Where it would leave the integers.
    pub fn new(start: i64, count: u64, prefix: Option<String>) -> Result<Self, String> {
        let last = i64::try_from(count).ok().and_then(|count| start.checked_add(count));
        last.ok_or("a sequence leaves the integers")?;
        let thousands = usize::try_from(count.div_ceil(THOUSAND)).map_err(|error| error.to_string())?;
        let texts = prefix.map(|prefix| (prefix, (0..thousands).map(|_| OnceCell::new()).collect()));
        Ok(Self { start, count, texts })
    }

    /// Element `index`, which is below the count.
    fn get(&self, index: u64) -> Value<'_> {
        let number = self.start + index as i64;
        let Some((prefix, texts)) = &self.texts else { return Value::Int(number) };
        let thousand = texts[(index / THOUSAND) as usize]
            .get_or_init(|| (0..THOUSAND).map(|_| OnceCell::new()).collect());
        let text = thousand[(index % THOUSAND) as usize].get_or_init(|| format!("{prefix}{number}").into());
        Value::Str(text)
    }

    /// The index of the element that equals `key`.
    fn find(&self, key: &Value<'_>) -> Option<u64> {
        let number = match (key, &self.texts) {
            (Value::Str(text), Some((prefix, _))) => {
                let digits = text.strip_prefix(prefix.as_str())?;
                let number: i64 = digits.parse().ok()?;
                (number.to_string() == digits).then_some(number)?
            }
            (_, None) => i64::try_from(key.number()?.to_integer()?).ok()?,
            _ => return None,
        };
        let index = u64::try_from(number.checked_sub(self.start)?).ok()?;
        (index < self.count).then_some(index)
    }
}

/// A value with what its host knows of it.
#[derive(Debug, Default)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// The name of its class.
    pub class: Option<String>,
    /// The names of the classes above it.
    pub supertypes: Vec<String>,
    /// Reading the size would run code, in a word.
    pub size_hidden: Option<&'static str>,
}

/// The values of one case.
#[derive(Debug)]
pub struct World {
    nodes: Vec<Node>,
    by_id: HashMap<String, Ref>,
    vars: HashMap<String, Ref>,
    names: RefCell<Names>,
    types: Types,
    touched: Cell<bool>,
}

impl World {
    /// A world of these nodes and names in scope.
    pub(crate) fn new(
        nodes: Vec<Node>,
        by_id: HashMap<String, Ref>,
        vars: HashMap<String, Ref>,
        types: Types,
    ) -> Self {
        Self { nodes, by_id, vars, names: RefCell::new(Names::new()), types, touched: Cell::new(false) }
    }

    /// Whether something was read that must not be.
    #[must_use]
    pub fn was_trap_touched(&self) -> bool {
        self.touched.get()
    }

    /// The value that has this `$id`.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Handle> {
        self.by_id.get(id).map(|at| Handle { shape: 0, word: u64::from(at.0) })
    }

    /// The symbol of a name.
    pub fn symbol(&self, name: &str) -> Symbol {
        self.names.borrow_mut().symbol(name)
    }

    /// The node of a handle that this world handed out.
    #[must_use]
    pub fn node(&self, handle: Handle) -> &Node {
        &self.nodes[handle.word as usize]
    }

    /// The value of a node.
    pub fn value(&self, at: Ref) -> Value<'_> {
        let handle = Handle { shape: 0, word: u64::from(at.0) };
        match &self.nodes[at.0 as usize].data {
            Data::Unbound => Value::Absent,
            Data::Undefined => Value::Undefined,
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Int(value) => Value::Int(*value),
            Data::Uint(value) => Value::from_u64(*value),
            Data::Float(value) => Value::Float(*value),
            Data::Str(text) => Value::Str(text),
            Data::Repeat(repeat) => Value::Str(repeat.text()),
            Data::List(_) => Value::List(handle),
            Data::Set(_) => Value::Set(handle),
            Data::Map(_) => Value::Map(handle),
            Data::Object(_) | Data::Enum(_) => Value::Object(handle),
            Data::Opaque(_) => Value::Opaque(handle),
            Data::Closed(_) => Value::Cut(handle),
            Data::Trap => {
                self.touched.set(true);
                Value::Unreadable("trap")
            }
        }
    }

    fn is_trap(&self, at: Ref) -> bool {
        matches!(self.nodes[at.0 as usize].data, Data::Trap)
    }

    /// Whether the stored value equals `key` by the language's `==`, nested at most this deep.
    fn equals(&self, at: Ref, key: &Value<'_>, depth: u32) -> bool {
        let stored = self.value(at);
        if let Some(equal) = stored.scalar_eq(key) {
            return equal;
        }
        if let (Value::Object(constant), Value::Str(text)) | (Value::Str(text), Value::Object(constant)) =
            (&stored, key)
            && let Data::Enum(name) = &self.node(*constant).data
        {
            return names_constant(text, name, self.node(*constant).class.as_deref());
        }
        let (Some(a), Some(b)) = (stored.handle(), key.handle()) else { return false };
        if a == b {
            return true;
        }
        if depth == 0 || stored.kind() != key.kind() {
            return false;
        }
        match (&self.node(a).data, &self.node(b).data) {
            (Data::List(Items::Listed(a)), Data::List(Items::Listed(b))) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| self.equals(*a, &self.value(*b), depth - 1))
            }
            (Data::Set(Items::Listed(a)), Data::Set(Items::Listed(b))) => {
                a.len() == b.len()
                    && a.iter().all(|a| b.iter().any(|b| self.equals(*a, &self.value(*b), depth - 1)))
            }
            (Data::Map(Entries::Listed(a)), Data::Map(Entries::Listed(b))) => {
                a.len() == b.len()
                    && a.iter().all(|(k, v)| {
                        b.iter().any(|(other, w)| {
                            self.equals(*k, &self.value(*other), depth - 1)
                                && self.equals(*v, &self.value(*w), depth - 1)
                        })
                    })
            }
            _ => false,
        }
    }

    fn member<'a>(&'a self, members: &'a [(String, Member)], name: &str, out: &mut Value<'a>) {
        *out = match members.iter().find(|(member, _)| member == name) {
            Some((_, Member::Field(at))) => self.value(*at),
            Some((_, Member::Unreadable(reason))) => Value::Unreadable(reason),
            None => Value::Absent,
        };
    }
}

/// The names of a world, for who resolves them while the world is lent as a host.
impl Resolve for &World {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        self.symbol(name)
    }
}

impl Host for World {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = self.vars.get(self.names.borrow().text(name)).map_or(Value::Absent, |at| self.value(*at));
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
        if let Data::Object(members) = &self.node(object).data {
            self.member(members, self.names.borrow().text(name), out);
        }
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        *out = match &self.node(list).data {
            Data::List(Items::Listed(items)) => usize::try_from(index)
                .ok()
                .and_then(|index| items.get(index))
                .map_or(Value::Absent, |at| self.value(*at)),
            Data::List(Items::Sequence(sequence)) if index < sequence.count => sequence.get(index),
            _ => Value::Absent,
        };
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        let names = self.names.borrow();
        self.key(map, &Value::Str(names.text(key)), out)
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        *out = Value::Absent;
        match &self.node(map).data {
            Data::Map(Entries::Listed(entries)) => {
                if let Some((_, at)) = entries.iter().find(|(k, _)| self.equals(*k, key, 32)) {
                    *out = self.value(*at);
                }
            }
            Data::Map(Entries::Sequence(sequence)) => {
                if let Some(index) = sequence.find(key) {
                    *out = sequence.get(index);
                }
            }
            Data::Object(members) => {
                if let Value::Str(name) = key {
                    self.member(members, name, out);
                }
            }
            _ => {}
        }
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        let node = self.node(value);
        if let Some(reason) = node.size_hidden {
            return Size::Unreadable(reason);
        }
        Size::Known(match &node.data {
            Data::List(Items::Listed(items)) | Data::Set(Items::Listed(items)) => items.len() as u64,
            Data::Map(Entries::Listed(entries)) => entries.len() as u64,
            Data::List(Items::Sequence(sequence))
            | Data::Set(Items::Sequence(sequence))
            | Data::Map(Entries::Sequence(sequence)) => sequence.count,
            Data::Object(members) => members.len() as u64,
            Data::Closed(reason) => return Size::Unreadable(reason),
            _ => 0,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut count = 0;
        match &self.node(cursor.handle).data {
            Data::List(Items::Listed(items)) | Data::Set(Items::Listed(items)) => {
                let rest = items.get(cursor.position as usize..).unwrap_or(&[]);
                for (place, at) in out.iter_mut().zip(rest) {
                    // a trap is lent alone, when nothing stands before it: only then is it asked for
                    if count > 0 && self.is_trap(*at) {
                        break;
                    }
                    *place = self.value(*at);
                    count += 1;
                }
                cursor.position += count as u64;
                batch(count, cursor.position >= items.len() as u64)
            }
            Data::List(Items::Sequence(sequence)) | Data::Set(Items::Sequence(sequence)) => {
                for (place, index) in out.iter_mut().zip(cursor.position..sequence.count) {
                    *place = sequence.get(index);
                    count += 1;
                }
                cursor.position += count as u64;
                batch(count, cursor.position >= sequence.count)
            }
            _ => batch(0, true),
        }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let places = keys.iter_mut().zip(values);
        let mut count = 0;
        let total = match &self.node(cursor.handle).data {
            Data::Map(Entries::Listed(entries)) => {
                let rest = entries.get(cursor.position as usize..).unwrap_or(&[]);
                for ((key, value), (k, v)) in places.zip(rest) {
                    if count > 0 && self.is_trap(*v) {
                        break;
                    }
                    (*key, *value) = (self.value(*k), self.value(*v));
                    count += 1;
                }
                entries.len() as u64
            }
            Data::Map(Entries::Sequence(sequence)) => {
                for ((key, value), index) in places.zip(cursor.position..sequence.count) {
                    (*key, *value) = (sequence.get(index), sequence.get(index));
                    count += 1;
                }
                sequence.count
            }
            Data::Object(members) => {
                let rest = members.get(cursor.position as usize..).unwrap_or(&[]);
                for ((key, value), (name, member)) in places.zip(rest) {
                    if count > 0 && matches!(member, Member::Field(at) if self.is_trap(*at)) {
                        break;
                    }
                    *key = Value::Str(name);
                    *value = match member {
                        Member::Field(at) => self.value(*at),
                        Member::Unreadable(reason) => Value::Unreadable(reason),
                    };
                    count += 1;
                }
                members.len() as u64
            }
            _ => 0,
        };
        cursor.position += count as u64;
        batch(count, cursor.position >= total)
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let node = self.node(value);
        self.types.instance_of(node.class.as_deref().unwrap_or_default(), &node.supertypes, type_name)
    }

    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        // a scalar has no handle: a class that the case gives it is found by the value
        let same = |node: &&Node| match (&node.data, value) {
            (Data::Int(a), Value::Int(b)) => a == b,
            (Data::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        };
        let class = self.nodes.iter().find(same).and_then(|node| node.class.as_deref());
        self.types.scalar_instance_of(value, class, type_name)
    }

    fn type_name<'t>(&'t self, value: Handle, _: &'t mut Scratch) -> Option<&'t str> {
        self.node(value).class.as_deref()
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b { Sameness::Same } else { Sameness::Different }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        match &self.node(object).data {
            Data::Enum(name) => Some(name),
            _ => None,
        }
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        match &self.node(opaque).data {
            Data::Opaque(text) => text.as_deref(),
            _ => None,
        }
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        match &self.node(cut).data {
            Data::Closed(reason) => reason,
            _ => "not captured",
        }
    }
}

const fn batch<'a>(count: usize, done: bool) -> Batch<'a> {
    Batch { count, more: if done { More::Done } else { More::Yes } }
}
