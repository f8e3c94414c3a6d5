//! What a host answers with.

use crate::{Handle, Symbol};

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

/// What one call of [`Host::items`](crate::Host::items) or [`Host::entries`](crate::Host::entries)
/// lent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch<'a> {
    /// How many places of the buffer were written, from its start.
    pub count: usize,
    /// What follows. An engine treats `count` 0 with `Yes` as `Done`, so that no host can hang it.
    pub more: More<'a>,
}

/// A position in a collection. Plain data that the host keeps its place in, laid out as C does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
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

/// Who looks an entry of a map up.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Search {
    /// The host did: the value was written, [`Value::Absent`](crate::Value::Absent) where there is no such entry.
    Done,
    /// The host would have to search: the engine walks the entries, and each is paid for. What the host wrote
    /// counts for nothing.
    Walk,
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

/// What else a value may be, besides what it was lent as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Nature {
    /// An object, with fields: a subclass of a list or map that has attributes, an exception that is a tuple.
    Fields,
    /// A list: a named tuple, a queue.
    List,
    /// A map.
    Map,
    /// Nothing but something of a length, for [`Host::len`](crate::Host::len): bytes, a buffer.
    Length,
}

impl Nature {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fields, Self::List, Self::Map, Self::Length];

    /// Its name in a capture.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::List => "list",
            Self::Map => "map",
            Self::Length => "length",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Fields => 1,
            Self::List => 2,
            Self::Map => 4,
            Self::Length => 8,
        }
    }
}

/// All that a value is besides what it was lent as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Natures(u8);

impl Natures {
    /// None.
    pub const NONE: Self = Self(0);

    /// These and `nature`.
    #[must_use]
    pub const fn with(self, nature: Nature) -> Self {
        Self(self.0 | nature.bit())
    }

    /// Whether `nature` is one of them.
    #[must_use]
    pub const fn has(self, nature: Nature) -> bool {
        self.0 & nature.bit() != 0
    }

    /// Each of them, in the order of [`Nature::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Nature> {
        Nature::ALL.into_iter().filter(move |nature| self.has(*nature))
    }
}

impl FromIterator<Nature> for Natures {
    fn from_iter<I: IntoIterator<Item = Nature>>(natures: I) -> Self {
        natures.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Where a value was found, for [`Host::scalar_type`](crate::Host::scalar_type).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin<'c> {
    /// It is the variable of this name.
    Var(Symbol),
    /// It is a key that [`Host::entries`](crate::Host::entries) lent.
    Key {
        /// The cursor as it was before the call, with which that call would begin again.
        cursor: &'c Cursor,
        /// The place of the key in the buffer of the call, from 0.
        place: usize,
    },
    /// It is an element that [`Host::items`](crate::Host::items) lent, or the value of an entry.
    Element {
        /// The cursor as it was before the call, with which that call would begin again.
        cursor: &'c Cursor,
        /// The place of the element in the buffer of the call, from 0.
        place: usize,
    },
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
