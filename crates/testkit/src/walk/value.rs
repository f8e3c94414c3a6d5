//! Values as the walker has them: the host's, and those that the language makes.

use std::rc::Rc;

use probelang_host::{Handle, Value};
use probelang_syntax::NodeId;

/// The value of an expression. Redacted and unreadable reads are faults and never get here.
#[derive(Clone)]
pub(super) enum Val<'a> {
    /// The value undefined.
    Undefined,
    /// A redacted value that goes on; nobody knows what it hides.
    Placeholder,
    /// One of the host's, or a literal: a found value.
    Host(Value<'a>),
    /// An entry of a map as an object.
    Entry(Rc<Entry<'a>>),
    /// An entry of a map as a list of two.
    Pair(Rc<Entry<'a>>),
    /// A lazy filter.
    Filter(Rc<Filter<'a>>),
}

/// A key and a value.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) key: Part<'a>,
    pub(super) value: Part<'a>,
}

/// An element, before anybody reads it.
#[derive(Clone)]
pub(super) struct Part<'a> {
    pub(super) value: Raw<'a>,
    /// Whether it lies under a redacted name.
    pub(super) hidden: bool,
}

/// What an element is.
#[derive(Clone)]
pub(super) enum Raw<'a> {
    /// What the host said, perhaps that it cannot be read.
    Host(Value<'a>),
    /// A value of the language's own: an entry in the list that a filter over a map gives.
    Made(Val<'a>),
}

impl<'a> Part<'a> {
    pub(super) const fn plain(value: Value<'a>) -> Self {
        Self { value: Raw::Host(value), hidden: false }
    }
}

/// What one step of a walk over a collection meets.
#[derive(Clone)]
pub(super) enum Element<'a> {
    Item(Part<'a>),
    Entry(Rc<Entry<'a>>),
}

/// What can be walked.
#[derive(Clone)]
pub(super) enum Source<'a> {
    List(Handle),
    Set(Handle),
    Map(Handle),
    /// The fields of an object, as a map.
    Fields(Handle),
    /// Key and value of an entry, as a map.
    EntryFields(Rc<Entry<'a>>),
    /// Of a text, and whether it is a recorded beginning.
    Characters(&'a str, bool),
    /// The same by positions, as a map.
    Units(&'a str, bool),
    /// No elements.
    Nothing,
    Pair(Rc<Entry<'a>>),
    Filter(Rc<Filter<'a>>),
}

/// The three shapes of collections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    List,
    Set,
    Map,
}

/// `filter(over, {body})`, not yet walked.
pub(super) struct Filter<'a> {
    pub(super) node: NodeId,
    pub(super) over: Source<'a>,
    pub(super) body: NodeId,
    /// What it is a collection of.
    pub(super) shape: Shape,
    /// What an entry that is kept becomes.
    pub(super) entries: Kept,
}

/// What an entry that a filter keeps becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Entry,
    EntryInList,
    Value,
}

/// What the `@`-names of a predicate mean.
pub(super) struct Scope<'a> {
    pub(super) it: Bound<'a>,
    pub(super) key: Bound<'a>,
    pub(super) value: Bound<'a>,
}

/// What one of them means.
#[derive(Clone)]
pub(super) enum Bound<'a> {
    Part(Part<'a>),
    /// `@key` or `@value` where there are no keys.
    NoKey,
    /// `@it` where the dialect does not bind it.
    Unbound,
}

impl<'a> Val<'a> {
    pub(super) const NULL: Self = Self::Host(Value::Null);

    pub(super) const fn bool(truth: bool) -> Self {
        Self::Host(Value::Bool(truth))
    }
    pub(super) const fn int(n: i64) -> Self {
        Self::Host(Value::Int(n))
    }
    pub(super) const fn str(text: &'a str) -> Self {
        Self::Host(Value::Str(text))
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Host(Value::Null))
    }

    /// The shape, where the value is a collection.
    pub(super) fn shape(&self) -> Option<Shape> {
        match self {
            Self::Host(Value::List(_)) | Self::Pair(_) => Some(Shape::List),
            Self::Host(Value::Set(_)) => Some(Shape::Set),
            Self::Host(Value::Map(_)) => Some(Shape::Map),
            Self::Filter(filter) => Some(filter.shape),
            _ => None,
        }
    }

    /// The collection to walk.
    pub(super) fn source(&self) -> Option<Source<'a>> {
        Some(match self {
            Self::Host(Value::List(handle)) => Source::List(*handle),
            Self::Host(Value::Set(handle)) => Source::Set(*handle),
            Self::Host(Value::Map(handle)) => Source::Map(*handle),
            Self::Pair(entry) => Source::Pair(Rc::clone(entry)),
            Self::Filter(filter) => Source::Filter(Rc::clone(filter)),
            _ => return None,
        })
    }
}
