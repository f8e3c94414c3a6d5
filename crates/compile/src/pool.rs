//! Tables in which a thing stands once.

use std::collections::HashMap;
use std::hash::Hash;

use probelang_vm::Const;

/// Things, each once, by the order of their first use.
#[derive(Clone, Debug)]
pub(crate) struct Pool<K> {
    at: HashMap<K, u16>,
}

impl<K> Default for Pool<K> {
    fn default() -> Self {
        Self { at: HashMap::new() }
    }
}

impl<K: Hash + Eq> Pool<K> {
    /// The index of `key` in `table`, where `make` puts it if it is new.
    pub(crate) fn get<T>(&mut self, key: K, table: &mut Vec<T>, make: impl FnOnce() -> T) -> u16 {
        *self.at.entry(key).or_insert_with(|| {
            table.push(make());
            // a tree has fewer nodes than indices
            u16::try_from(table.len().saturating_sub(1)).unwrap_or(u16::MAX)
        })
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

impl From<&Const> for Key {
    fn from(constant: &Const) -> Self {
        match constant {
            Const::Undefined => Self::Undefined,
            Const::Null => Self::Null,
            Const::Bool(b) => Self::Bool(*b),
            Const::Int(n) => Self::Int(*n),
            Const::Uint(n) => Self::Uint(*n),
            Const::Float(n) => Self::Float(n.to_bits()),
            Const::Str(text) => Self::Str(text.clone()),
        }
    }
}
