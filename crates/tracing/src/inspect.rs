//! Values of the program, lent to probes: what [`probe_point!`](crate::probe_point) shows.
//!
//! A value shows what it is ([`Node`]) by borrowing from itself; nothing is copied but numbers, and nothing of the program
//! runs. `#[derive(Inspect)]` writes this for structs and enums.
//!
//! ```
//! use probelang_tracing::Inspect;
//! use probelang_tracing::inspect::Node;
//!
//! #[derive(Inspect)]
//! struct Order {
//!     total: u64,
//!     #[inspect(secret)]
//!     card: String,
//! }
//! let order = Order { total: 120, card: "4111".to_owned() };
//! let Node::Object(object) = order.inspect() else { panic!("a struct is an object") };
//! assert!(matches!(object.field("total"), Some(Node::Uint(120))));
//! assert!(matches!(object.field("card"), Some(Node::Secret)));
//! ```
//!
//! # What is shown
//!
//! | type | value |
//! |---|---|
//! | `bool`, integers, floats, `char`, `str`, `String` | themselves |
//! | `Option`, `OnceCell`, `OnceLock` | what is in it, or null |
//! | `&T`, `Box`, `Rc`, `Arc`, `Cow` | what is in it |
//! | `Vec`, `VecDeque`, `LinkedList`, `BinaryHeap`, slices, arrays, tuples | lists |
//! | `HashSet`, `BTreeSet` | sets |
//! | `HashMap`, `BTreeMap` | maps |
//! | `Result` | an object with the field `_0`, and `variant`, which is `Ok` or `Err` |
//! | `Duration` | an object with `secs` and `nanos` |
//! | atomics | the number at that moment |
//! | `Path`, `OsStr` | text, unreadable where it is not UTF-8 |
//! | `Cell`, `RefCell`, `Mutex`, `RwLock`, `Weak` | unreadable: to look inside would wait or run code |

use std::ops::Deref;

use probelang::host::Value;

mod arena;
mod point;
mod std_types;

pub(crate) use arena::Arena;
pub(crate) use point::{PointHost, PointNames, names_of};

/// A value that probes can read. [Derive](derive@crate::Inspect) it.
#[diagnostic::on_unimplemented(
    message = "probes cannot read `{Self}`",
    label = "is not `Inspect`",
    note = "add `#[derive(probelang_tracing::Inspect)]` to it; a field of a type of somebody else can be left out with `#[inspect(skip)]`"
)]
pub trait Inspect {
    /// What the value is. It must not run code that waits or has effects.
    fn inspect(&self) -> Node<'_>;

    /// What a value is that lies in `holder`. A type that is not `Sized` is shown by what holds it; every other one need not
    /// write this.
    #[doc(hidden)]
    #[inline]
    fn inspect_in<'a, P: Deref<Target = Self>>(holder: &'a P) -> Node<'a>
    where
        Self: 'a,
    {
        (**holder).inspect()
    }
}

/// What a value is. It borrows from the value.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Node<'a> {
    /// Null: `None`.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer without a sign.
    Uint(u64),
    /// A wide integer.
    Int128(&'a i128),
    /// A wide integer without a sign.
    Uint128(&'a u128),
    /// A float.
    Float(f64),
    /// A float of 32 bits: compared by its value, printed with the digits that it was written with.
    Float32(f32),
    /// A character: a text.
    Char(char),
    /// Text.
    Str(&'a str),
    /// A struct, or an enum.
    Object(&'a dyn Object),
    /// A list whose elements can be reached by index.
    List(&'a dyn List),
    /// A slice, by what has it.
    Slice(&'a dyn Slice),
    /// Elements that can be reached one after the other only.
    Sequence(&'a dyn Sequence),
    /// A set.
    Set(&'a dyn Sequence),
    /// A map.
    Map(&'a dyn Map),
    /// A value with a type of its own around another.
    Newtype(&'a dyn Newtype),
    /// Something that no probe may see.
    Secret,
    /// Something that cannot be read; the reason in one or a few words.
    Unreadable(&'static str),
}

/// A struct or an enum.
pub trait Object {
    /// The full name of its type.
    fn type_name(&self) -> &str;
    /// The name of the variant, of an enum.
    fn variant(&self) -> Option<&str>;
    /// How many fields it has.
    fn len(&self) -> usize;
    /// Whether it has no fields.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The field of a name.
    fn field(&self, name: &str) -> Option<Node<'_>>;
    /// A field with its name, counted from 0.
    fn entry(&self, index: usize) -> Option<(&str, Node<'_>)>;
}

/// A list whose elements can be reached by index.
pub trait List {
    /// The full name of its type, if it has one.
    fn type_name(&self) -> Option<&str>;
    /// How many elements it has.
    fn len(&self) -> usize;
    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// An element, counted from 0.
    fn item(&self, index: usize) -> Option<Node<'_>>;
}

/// What has a slice: a reference to it, `Box<[T]>`, `Arc<[T]>`. It is for types that hold one, and implemented for all of them.
pub trait Slice {
    /// How many elements it has.
    fn len(&self) -> usize;
    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// An element, counted from 0.
    fn item(&self, index: usize) -> Option<Node<'_>>;
    /// Where the elements are.
    fn address(&self) -> usize;
}

/// What a holder of a slice leads to: a slice of values that probes can read.
#[doc(hidden)]
pub trait Elements {
    fn count(&self) -> usize;
    fn element(&self, index: usize) -> Option<Node<'_>>;
    fn address(&self) -> usize;
}

impl<T: Inspect> Elements for [T] {
    fn count(&self) -> usize {
        self.len()
    }
    fn element(&self, index: usize) -> Option<Node<'_>> {
        self.get(index).map(Inspect::inspect)
    }
    fn address(&self) -> usize {
        self.as_ptr().addr()
    }
}

impl<P: Deref> Slice for P
where
    P::Target: Elements,
{
    fn len(&self) -> usize {
        (**self).count()
    }
    fn item(&self, index: usize) -> Option<Node<'_>> {
        (**self).element(index)
    }
    fn address(&self) -> usize {
        (**self).address()
    }
}

/// Elements that can be reached one after the other only.
pub trait Sequence {
    /// The full name of its type, if it has one.
    fn type_name(&self) -> Option<&str>;
    /// How many elements it has.
    fn len(&self) -> usize;
    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The elements. A loop of a probe asks once.
    fn iter(&self) -> Box<dyn Iterator<Item = Node<'_>> + '_>;
}

/// Keys and values.
pub trait Map {
    /// The full name of its type, if it has one.
    fn type_name(&self) -> Option<&str>;
    /// How many entries it has.
    fn len(&self) -> usize;
    /// Whether it has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The entries. A loop of a probe asks once, and so does `map["key"]`, which compares key by key.
    fn iter(&self) -> Entries<'_>;
}

/// The entries of a [`Map`].
pub type Entries<'a> = Box<dyn Iterator<Item = (Node<'a>, Node<'a>)> + 'a>;

/// A type around one value.
pub trait Newtype {
    /// The full name of its type.
    fn type_name(&self) -> &str;
    /// What is in it.
    fn inner(&self) -> Node<'_>;
}

impl std::fmt::Debug for Node<'_> {
    /// The kind of the value, which may be secret, without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Int(_) | Self::Uint(_) | Self::Int128(_) | Self::Uint128(_) => "an integer",
            Self::Float(_) | Self::Float32(_) => "a float",
            Self::Char(_) | Self::Str(_) => "a text",
            Self::Object(_) => "an object",
            Self::List(_) | Self::Slice(_) | Self::Sequence(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Newtype(_) => "a newtype",
            Self::Secret => "a secret",
            Self::Unreadable(why) => why,
        })
    }
}

/// An integer of 128 bits as a value, if it fits 64.
pub(crate) fn narrow(number: i128) -> Option<Value<'static>> {
    i64::try_from(number).map(Value::Int).or_else(|_| u64::try_from(number).map(Value::from_u64)).ok()
}
