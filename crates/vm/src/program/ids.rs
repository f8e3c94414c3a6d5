//! Indices into the tables of a program, one type for each table: the index of a constant cannot be used as a slot.

use std::marker::PhantomData;

/// An index into one of the tables of a program.
pub trait Id: Copy + Eq {
    /// The number in it.
    type Raw;
    /// The id that refers to nothing.
    const NOWHERE: Self;
    /// The id of the thing at `index`; `None` where no table has that many.
    fn new(index: usize) -> Option<Self>;
    /// The index.
    fn index(self) -> usize;
    /// The index in its fixed width.
    fn raw(self) -> Self::Raw;
}

/// Id types of `u16`.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(u16);

        impl Id for $name {
            type Raw = u16;
            const NOWHERE: Self = Self(u16::MAX);

            #[inline(always)]
            fn new(index: usize) -> Option<Self> {
                match u16::try_from(index) {
                    Ok(at) if at < u16::MAX => Some(Self(at)),
                    _ => None,
                }
            }

            #[inline(always)]
            fn index(self) -> usize {
                usize::from(self.0)
            }

            #[inline(always)]
            fn raw(self) -> u16 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

pub(crate) use ids;

ids! {
    /// A constant: an index into [`Tables::constants`](crate::Tables::constants).
    ConstId
    /// A name: an index into [`Tables::symbols`](crate::Tables::symbols).
    SymbolId
    /// A place: an index into [`Tables::places`](crate::Tables::places).
    PlaceId
    /// A loop: an index into [`Tables::loops`](crate::Tables::loops).
    LoopId
    /// A regular expression: an index into [`Tables::patterns`](crate::Tables::patterns).
    PatternId
    /// A slot of the frame: below [`Tables::slots`](crate::Tables::slots).
    SlotId
}

impl SlotId {
    /// The first slot.
    pub const FIRST: Self = Self(0);

    /// The slot `by` further on.
    #[must_use]
    #[inline(always)]
    pub const fn plus(self, by: u16) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// A cached place: the slot that it is read into, one of the first 64, and the bit that marks it as read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CacheId(u8);

impl CacheId {
    /// How many places of a program are cached at most.
    pub const LIMIT: u8 = 64;

    /// The slot.
    #[must_use]
    #[inline(always)]
    pub const fn slot(self) -> SlotId {
        SlotId(self.0 as u16)
    }

    /// The bit.
    #[must_use]
    #[inline(always)]
    pub const fn bit(self) -> u64 {
        1 << (self.0 % Self::LIMIT)
    }
}

impl Id for CacheId {
    type Raw = u8;
    const NOWHERE: Self = Self(u8::MAX);

    #[inline(always)]
    fn new(index: usize) -> Option<Self> {
        match u8::try_from(index) {
            Ok(at) if at < Self::LIMIT => Some(Self(at)),
            _ => None,
        }
    }

    #[inline(always)]
    fn index(self) -> usize {
        usize::from(self.0)
    }

    #[inline(always)]
    fn raw(self) -> u8 {
        self.0
    }
}

/// A table of a program: things of one type, which ids of one type refer to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table<I, T> {
    items: Vec<T>,
    id: PhantomData<fn() -> I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), id: PhantomData }
    }
}

/// A table of things in order; those that are too many are dropped, as by [`push`](Table::push).
impl<I: Id, T> FromIterator<T> for Table<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(things: A) -> Self {
        let mut table = Self::default();
        for thing in things {
            table.push(thing);
        }
        table
    }
}

impl<I: Id, T> Table<I, T> {
    /// An empty table with room for `room` things.
    #[must_use]
    pub fn with_capacity(room: usize) -> Self {
        Self { items: Vec::with_capacity(room), ..Self::default() }
    }

    /// Adds a thing and gives its id. A thing too many is dropped, and its id refers to nothing, so that no program
    /// that uses it is valid.
    pub fn push(&mut self, item: T) -> I {
        let id = I::new(self.items.len());
        if id.is_some() {
            self.items.push(item);
        }
        id.unwrap_or(I::NOWHERE)
    }

    /// These things, by the ids of their order; `None` where they are more than ids.
    #[must_use]
    pub fn of(items: Vec<T>) -> Option<Self> {
        let last = items.len().checked_sub(1);
        last.is_none_or(|last| I::new(last).is_some()).then_some(Self { items, id: PhantomData })
    }

    /// Whether there is a thing with this id.
    #[must_use]
    pub fn has(&self, id: I) -> bool {
        id.index() < self.items.len()
    }

    /// The thing with this id.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }

    /// The thing with this id, to change it.
    #[must_use]
    pub fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.items.get_mut(id.index())
    }

    /// The things, in the order of their ids.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The things, in the order of their ids, to change them.
    #[must_use]
    pub fn items_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.items.len()).filter_map(I::new)
    }

    /// The things with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.ids().zip(&self.items)
    }

    /// The id of the first thing that `wanted` accepts.
    pub fn find(&self, wanted: impl FnMut(&T) -> bool) -> Option<I> {
        self.items.iter().position(wanted).and_then(I::new)
    }

    /// A table of what `make` gives for each thing, under the same ids.
    pub fn map<U>(&self, make: impl FnMut(&T) -> U) -> Table<I, U> {
        Table { items: self.items.iter().map(make).collect(), id: PhantomData }
    }

    /// How many things there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
