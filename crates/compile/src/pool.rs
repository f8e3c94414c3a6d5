//! Tables that contain each thing once.

use std::collections::HashMap;
use std::hash::Hash;

use probelang_vm::{Const, ConstId, Id, Place, PlaceId, Step, SymbolId, Table};

/// A thing that a table contains once, by its key.
pub(crate) trait Entry {
    /// What distinguishes it from the others.
    type Key: Hash + Eq + Clone + std::fmt::Debug;
    /// What refers to it.
    type Id: Id + Clone + std::fmt::Debug;
    fn key(&self) -> Self::Key;
}

/// Finds things in a table: one by one while they are few, by their keys when they are many.
#[derive(Clone, Debug)]
pub(crate) struct Pool<T: Entry> {
    at: HashMap<T::Key, T::Id>,
}

/// So many are compared one by one.
const FEW: usize = 16;

impl<T: Entry> Default for Pool<T> {
    fn default() -> Self {
        Self { at: HashMap::new() }
    }
}

impl<T: Entry> Pool<T> {
    /// The id in `table` of the item that is the `same`; if there is none, that of the item that `make` gives, which
    /// is added.
    pub(crate) fn get(
        &mut self,
        table: &mut Table<T::Id, T>,
        same: impl Fn(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> T::Id {
        if table.len() >= FEW {
            return self.among_many(table, make());
        }
        table.find(same).unwrap_or_else(|| table.push(make()))
    }

    /// The id in `table` of `thing`, which is put there if it is not.
    pub(crate) fn put(
        &mut self,
        table: &mut Table<T::Id, T>,
        thing: T,
        same: impl Fn(&T, &T) -> bool,
    ) -> T::Id {
        if table.len() >= FEW {
            return self.among_many(table, thing);
        }
        table.find(|other| same(other, &thing)).unwrap_or_else(|| table.push(thing))
    }

    fn among_many(&mut self, table: &mut Table<T::Id, T>, thing: T) -> T::Id {
        if self.at.len() < table.len() {
            self.at = table.iter().map(|(id, thing)| (thing.key(), id)).collect();
        }
        *self.at.entry(thing.key()).or_insert_with(|| table.push(thing))
    }
}

impl Entry for Box<str> {
    type Key = Self;
    type Id = SymbolId;
    fn key(&self) -> Self {
        self.clone()
    }
}

impl Entry for Place {
    type Key = (Option<PlaceId>, Step);
    type Id = PlaceId;
    fn key(&self) -> Self::Key {
        (self.base, self.step)
    }
}

/// A constant as a key: floats by their bits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    Undefined,
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    Str(Box<str>),
}

impl Entry for Const {
    type Key = Key;
    type Id = ConstId;
    fn key(&self) -> Key {
        match self {
            Self::Undefined => Key::Undefined,
            Self::Null => Key::Null,
            Self::Bool(b) => Key::Bool(*b),
            Self::Int(n) => Key::Int(*n),
            Self::Uint(n) => Key::Uint(*n),
            Self::Float(n) => Key::Float(n.to_bits()),
            Self::Str(text) => Key::Str(text.clone()),
        }
    }
}

/// Whether two constants are one: floats by their bits.
pub(crate) fn same(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_stands_once_among_few_and_among_many() {
        let (mut pool, mut table) = (Pool::default(), Table::default());
        for at in 0..200u16 {
            let constant = Const::Float(f64::from(at % 50));
            let id = pool.put(&mut table, constant, same);
            assert_eq!(id.index(), usize::from(at % 50));
        }
        let zero = Const::Float(-0.0);
        assert_eq!(pool.put(&mut table, zero, same).index(), 50);
        assert_eq!(table.len(), 51);
    }
}
