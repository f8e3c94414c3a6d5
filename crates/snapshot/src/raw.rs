//! Reading the JSON of a snapshot by key.

use crate::lookup::{Found, Wanted, find};
use crate::store::{Items, Node, Store};
use probelang_host::{Digits, Number};

/// A JSON value in its arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<'j> {
    pub(crate) store: &'j Store,
    pub(crate) id: u32,
}

impl<'j> Json<'j> {
    pub(crate) fn node(self) -> Node {
        self.store.node(self.id)
    }

    fn at(self, id: u32) -> Self {
        Self { id, ..self }
    }

    pub(crate) fn is_null(self) -> bool {
        self.node() == Node::Null
    }

    /// The text, of a string.
    pub(crate) fn text(self) -> Option<&'j str> {
        match self.node() {
            Node::Str(text) => Some(self.store.text(text)),
            _ => None,
        }
    }

    /// The value of `key`, of an object that has it.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        let Node::Map(items) = self.node() else { return None };
        match find(self.store, items, &Wanted::text(key)) {
            Found::At(entry) => Some(self.at(Store::value_id(items, entry))),
            Found::Missing | Found::Unknown | Found::Renamed | Found::Inherited => None,
        }
    }

    /// As [`get`](Self::get), where null is as good as not there.
    pub(crate) fn some(self, key: &str) -> Option<Self> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// Keys and values, of an object.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'j str, Self)> {
        let items = match self.node() {
            Node::Map(items) => items,
            _ => Items { first: 0, len: 0, meta: 0 },
        };
        (0..items.len).map(move |entry| {
            let id = Store::value_id(items, entry);
            (self.at(id.saturating_sub(1)).text().unwrap_or_default(), self.at(id))
        })
    }

    /// Elements, of an array.
    pub(crate) fn elements(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        let items = match self.node() {
            Node::List(items) => items,
            _ => Items { first: 0, len: 0, meta: 0 },
        };
        let (first, count) = (items.first, items.len as usize);
        (0..count).map(move |offset| self.at(first.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))))
    }

    /// Element `index`, of an array.
    pub(crate) fn element(self, index: usize) -> Option<Self> {
        let Node::List(items) = self.node() else { return None };
        let offset = u32::try_from(index).ok().filter(|offset| *offset < items.len)?;
        Some(self.at(items.first.saturating_add(offset)))
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.node(), Node::Map(_))
    }

    pub(crate) fn is_array(self) -> bool {
        matches!(self.node(), Node::List(_))
    }

    /// A number as the nearest float.
    pub(crate) fn to_f64(self) -> Option<f64> {
        match self.store.digits(self.id) {
            Some(digits) => Digits::new(digits).map(Digits::to_f64),
            None => self.store.value(self.id, 0).number().map(Number::to_f64),
        }
    }

    /// A count: a number, or a number as text.
    pub(crate) fn count(self) -> Option<u64> {
        match self.node() {
            Node::Int(n) => u64::try_from(n).ok(),
            Node::Uint(n) => Some(n),
            Node::Str(_) => self.text()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// True, or the text of it.
    pub(crate) fn is_true(self) -> bool {
        match self.node() {
            Node::Bool(truth) => truth,
            _ => self.text().is_some_and(|text| text.eq_ignore_ascii_case("true")),
        }
    }
}
