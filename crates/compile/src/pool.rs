//! Tables in which a thing stands once.

use std::collections::HashMap;
use std::hash::Hash;

use probelang_vm::{Const, Place, Step};

/// What stands once in a table, by its key.
pub(crate) trait Entry {
    /// What tells it from the others.
    type Key: Hash + Eq + Clone + std::fmt::Debug;
    fn key(&self) -> Self::Key;
}

/// Finds things in a table: one by one while they are few, by their keys when they are many.
#[derive(Clone, Debug)]
pub(crate) struct Pool<T: Entry> {
    at: HashMap<T::Key, u16>,
}

/// So many are compared one by one.
const FEW: usize = 16;

impl<T: Entry> Default for Pool<T> {
    fn default() -> Self {
        Self { at: HashMap::new() }
    }
}

impl<T: Entry> Pool<T> {
    /// The index in `table` of the thing that is the `same`; one that `make` gives is put there if there is none.
    pub(crate) fn get(
        &mut self,
        table: &mut Vec<T>,
        same: impl Fn(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> u16 {
        if table.len() >= FEW {
            return self.among_many(table, make());
        }
        table.iter().position(same).map_or_else(|| push(table, make()), index)
    }

    /// The index in `table` of `thing`, which is put there if it is not.
    pub(crate) fn put(&mut self, table: &mut Vec<T>, thing: T, same: impl Fn(&T, &T) -> bool) -> u16 {
        if table.len() >= FEW {
            return self.among_many(table, thing);
        }
        let at = table.iter().position(|other| same(other, &thing));
        at.map_or_else(|| push(table, thing), index)
    }

    fn among_many(&mut self, table: &mut Vec<T>, thing: T) -> u16 {
        if self.at.len() < table.len() {
            self.at = table.iter().enumerate().map(|(at, thing)| (thing.key(), index(at))).collect();
        }
        *self.at.entry(thing.key()).or_insert_with(|| push(table, thing))
    }
}

/// A tree has fewer nodes than indices.
fn index(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn push<T>(table: &mut Vec<T>, thing: T) -> u16 {
    table.push(thing);
    index(table.len().saturating_sub(1))
}

impl Entry for Box<str> {
    type Key = Self;
    fn key(&self) -> Self {
        self.clone()
    }
}

impl Entry for Place {
    type Key = (Option<u16>, Step);
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
        let (mut pool, mut table) = (Pool::default(), Vec::new());
        for at in 0..200u16 {
            let constant = Const::Float(f64::from(at % 50));
            let index = pool.put(&mut table, constant, same);
            assert_eq!(index, at % 50);
        }
        let zero = Const::Float(-0.0);
        assert_eq!(pool.put(&mut table, zero, same), 50);
        assert_eq!(table.len(), 51);
    }
}
