//! The arena: every value of a document is a node, its children stand side by side.

use probelang_host::{Hidden, Natures, Value};

use crate::language::Language;
use crate::types::Scalar;

/// Where a text stands in the arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Text {
    start: u32,
    len: u32,
}

/// The children of a collection: nodes of a list, or keys and values in turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Items {
    /// The first child.
    pub(crate) first: u32,
    /// Elements, entries or fields.
    pub(crate) len: u32,
    /// What else is known, [`NO_META`] if nothing.
    pub(crate) meta: u32,
}

/// No side information.
pub(crate) const NO_META: u32 = u32::MAX;

/// A value. 16 bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Node {
    /// Certainly not there, whatever was cut.
    Absent,
    Null,
    Undefined,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// An integer beyond 64 bits: its digits, with a `-` before those of a negative one.
    BigInt(Text),
    Float(f64),
    Str(Text),
    CutStr(Text),
    Redacted(Hidden),
    /// Hidden by this name, which is not the one that it is read by.
    RedactedName(Text),
    /// Hidden by its type.
    RedactedType(Text),
    Unreadable(Text),
    List(Items),
    Set(Items),
    Map(Items),
    Object(Items),
    /// Cut by depth, or not recorded although its size is; the number of its [`Meta`].
    Cut(u32),
    /// A Boolean, number or text whose type is not the one that a literal has; its number among the [`Typed`].
    Typed(u32),
}

/// A scalar with its recorded type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Typed {
    /// The scalar: a node without children.
    pub(crate) scalar: Node,
    pub(crate) type_name: Text,
    /// The recorded text: the digits of a 32-bit float, or what may be a text although `scalar` is none.
    pub(crate) text: Option<Text>,
    /// Whether the value may be the text.
    pub(crate) may_be_text: bool,
    /// What it is besides.
    pub(crate) besides: Option<Besides>,
}

/// What a value is besides, where probelang itself recorded it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Besides {
    pub(crate) natures: Natures,
    /// The node that stands for all of it: an object without any known field.
    pub(crate) node: u32,
}

/// What is known of a collection, object or cut value beyond its children.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Meta {
    /// The recorded type.
    pub(crate) type_name: Option<Text>,
    /// Another name of the same type (`throwable` says the full one).
    pub(crate) other_name: Option<Text>,
    /// The recorded size.
    pub(crate) size: Option<u64>,
    /// Why something is missing.
    pub(crate) cut: Option<Text>,
    /// Why a field that is not there may exist all the same, although nothing is known to be missing.
    pub(crate) open: Option<Text>,
    /// The name, of an enum constant.
    pub(crate) enum_name: Option<Text>,
    /// Where the sorted entries start in the arena's orders, and how many of them can be sorted.
    pub(crate) order: Option<(u32, u32)>,
    /// Where the fields that answer to another name start in the arena's orders, and how many they are.
    pub(crate) aliases: Option<(u32, u32)>,
    /// Whether it was thrown, so that it is an instance of what everything thrown is.
    pub(crate) thrown: bool,
    /// Why it may be something else than it was recorded as, where probelang itself recorded it.
    pub(crate) doubt: Option<Text>,
    /// What it is besides.
    pub(crate) besides: Option<Besides>,
}

/// How the types of a recording are named.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum TypeNames {
    /// None was recorded.
    #[default]
    None,
    /// None of them with what comes before its name.
    Short,
    /// At least one with it.
    Full,
}

/// All values of one document.
#[derive(Clone, Default, Debug)]
pub(crate) struct Store {
    nodes: Vec<Node>,
    metas: Vec<Meta>,
    typed: Vec<Typed>,
    /// Numbers of entries, sorted by key, for each collection with many.
    orders: Vec<u32>,
    text: String,
    /// Whose recording it is, if it is one.
    pub(crate) language: Language,
    /// Whether it is a recording, in which values have types.
    pub(crate) recorded: bool,
    /// How the recorded types are named.
    pub(crate) types: TypeNames,
    /// Whether probelang itself wrote the recording: nothing in it has to be guessed.
    pub(crate) own: bool,
    /// The recorded types of nodes without side information, sorted by node, where they are wanted.
    noted: Vec<(u32, Text)>,
}

/// How much is in a store of texts that were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    nodes: usize,
    metas: usize,
    orders: usize,
    text: usize,
}

/// Numbers within one document: an input is refused before it has so many bytes.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The node of a handle; a word that is none is no node.
pub(crate) fn narrow_id(word: u64) -> u32 {
    u32::try_from(word).unwrap_or(u32::MAX)
}

impl Store {
    /// Empties the arena and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.metas.clear();
        self.typed.clear();
        self.orders.clear();
        self.text.clear();
        self.language = Language::default();
        self.recorded = false;
        self.types = TypeNames::default();
        self.own = false;
        self.noted.clear();
    }

    /// How much there is, before a text is read into it.
    pub(crate) fn end(&self) -> End {
        let Self { nodes, metas, orders, text, .. } = self;
        End { nodes: nodes.len(), metas: metas.len(), orders: orders.len(), text: text.len() }
    }

    /// Removes what was read since `end`.
    pub(crate) fn cut(&mut self, end: End) {
        self.nodes.truncate(end.nodes);
        self.metas.truncate(end.metas);
        self.orders.truncate(end.orders);
        self.text.truncate(end.text);
    }

    /// The node `id`; an id that does not exist is null.
    pub(crate) fn node(&self, id: u32) -> Node {
        self.nodes.get(id as usize).copied().unwrap_or(Node::Null)
    }

    /// The side information of number `meta`.
    pub(crate) fn meta(&self, meta: u32) -> Option<&Meta> {
        self.metas.get(meta as usize)
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        let start = text.start as usize;
        self.text.get(start..start.saturating_add(text.len as usize)).unwrap_or_default()
    }

    /// Adds a node.
    pub(crate) fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        narrow(self.nodes.len().saturating_sub(1))
    }

    /// Adds nodes side by side; the first.
    pub(crate) fn extend(&mut self, nodes: impl IntoIterator<Item = Node>) -> u32 {
        let first = narrow(self.nodes.len());
        self.nodes.extend(nodes);
        first
    }

    pub(crate) fn set(&mut self, id: u32, node: Node) {
        if let Some(place) = self.nodes.get_mut(id as usize) {
            *place = node;
        }
    }

    pub(crate) fn push_meta(&mut self, meta: Meta) -> u32 {
        self.metas.push(meta);
        narrow(self.metas.len().saturating_sub(1))
    }

    pub(crate) fn meta_mut(&mut self, meta: u32) -> Option<&mut Meta> {
        self.metas.get_mut(meta as usize)
    }

    /// The value that `node` is, of a Boolean, number or text.
    pub(crate) fn scalar(&self, node: Node) -> Option<Value<'_>> {
        let value = self.lend(node, probelang_host::Handle::default());
        (value.is_scalar() && value != Value::Null).then_some(value)
    }

    /// Adds what a text stands for.
    pub(crate) fn push_scalar(&mut self, scalar: Scalar) -> Node {
        match scalar {
            Scalar::Bool(truth) => Node::Bool(truth),
            Scalar::Int(n) => Node::Int(n),
            Scalar::Uint(n) => Node::Uint(n),
            Scalar::Big(digits) => Node::BigInt(self.push_text(&digits)),
            Scalar::Float(n) => Node::Float(n),
        }
    }

    /// The digits of node `id`, an integer beyond 64 bits, with a type or without.
    pub(crate) fn digits(&self, id: u32) -> Option<&str> {
        match self.typed(id).map_or_else(|| self.node(id), |typed| typed.scalar) {
            Node::BigInt(digits) => Some(self.text(digits)),
            _ => None,
        }
    }

    /// Adds a scalar with a type.
    pub(crate) fn push_typed(&mut self, typed: Typed) -> Node {
        self.typed.push(typed);
        Node::Typed(narrow(self.typed.len().saturating_sub(1)))
    }

    /// Says what the scalar with a type `node` is besides.
    pub(crate) fn set_besides(&mut self, node: Node, besides: Besides) {
        if let Node::Typed(typed) = node
            && let Some(typed) = self.typed.get_mut(typed as usize)
        {
            typed.besides = Some(besides);
        }
    }

    /// The scalar with a type that node `id` is.
    pub(crate) fn typed(&self, id: u32) -> Option<&Typed> {
        match self.node(id) {
            Node::Typed(typed) => self.typed.get(typed as usize),
            _ => None,
        }
    }

    /// Adds the entry numbers `order`; where they start.
    pub(crate) fn push_order(&mut self, order: &[u32]) -> u32 {
        let start = narrow(self.orders.len());
        self.orders.extend_from_slice(order);
        start
    }

    pub(crate) fn order(&self, start: u32, len: u32) -> &[u32] {
        let start = start as usize;
        self.orders.get(start..start.saturating_add(len as usize)).unwrap_or_default()
    }

    /// Notes the recorded type of node `id`.
    pub(crate) fn push_type(&mut self, id: u32, name: &str) {
        let name = self.push_text(name);
        self.noted.push((id, name));
    }

    /// Makes the noted types ready to be looked up.
    pub(crate) fn sort_types(&mut self) {
        self.noted.sort_unstable_by_key(|(id, _)| *id);
    }

    /// The noted type of node `id`.
    pub(crate) fn noted_type(&self, id: u32) -> Option<&str> {
        let at = self.noted.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.noted.get(at).map(|(_, name)| self.text(*name))
    }

    /// Adds a text.
    pub(crate) fn push_text(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        self.text_since(start)
    }

    /// The end of the texts, where the next one will start.
    pub(crate) fn text_end(&self) -> usize {
        self.text.len()
    }

    /// The texts, to append to; [`text_since`](Self::text_since) says what came of it.
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// What was appended since the end of the texts was `start`.
    pub(crate) fn text_since(&self, start: usize) -> Text {
        Text { start: narrow(start), len: narrow(self.text.len().saturating_sub(start)) }
    }

    /// The key of entry `index`.
    pub(crate) fn key(&self, items: Items, index: u32) -> Node {
        self.node(items.first.saturating_add(index.saturating_mul(2)))
    }

    /// The id of the value of entry `index`.
    pub(crate) fn value_id(items: Items, index: u32) -> u32 {
        items.first.saturating_add(index.saturating_mul(2)).saturating_add(1)
    }

    /// The value that node `id` is, with handles of shape `shape`.
    pub(crate) fn value(&self, id: u32, shape: u32) -> Value<'_> {
        self.lend(self.node(id), probelang_host::Handle { shape, word: u64::from(id) })
    }

    /// The value that node `id` is, a scalar without its type.
    pub(crate) fn plain(&self, id: u32, shape: u32) -> Value<'_> {
        let node = self.typed(id).map_or_else(|| self.node(id), |typed| typed.scalar);
        self.lend(node, probelang_host::Handle { shape, word: u64::from(id) })
    }

    fn lend(&self, node: Node, handle: probelang_host::Handle) -> Value<'_> {
        match node {
            Node::Absent => Value::Absent,
            Node::Null => Value::Null,
            Node::Undefined => Value::Undefined,
            Node::Bool(truth) => Value::Bool(truth),
            Node::Int(n) => Value::Int(n),
            Node::Uint(n) => Value::Uint(n),
            Node::BigInt(_) => Value::BigInt(handle),
            Node::Float(n) => Value::Float(n),
            Node::Str(text) => Value::Str(self.text(text)),
            Node::CutStr(text) => Value::CutStr(self.text(text)),
            Node::Redacted(hidden) => Value::Redacted(hidden),
            Node::RedactedName(_) => Value::Redacted(Hidden::NameOf(narrow_id(handle.word))),
            Node::RedactedType(_) => Value::Redacted(Hidden::TypeOf(narrow_id(handle.word))),
            Node::Unreadable(reason) => Value::Unreadable(self.text(reason)),
            Node::List(_) => Value::List(handle),
            Node::Set(_) => Value::Set(handle),
            Node::Map(_) => Value::Map(handle),
            Node::Object(_) => Value::Object(handle),
            Node::Cut(_) => Value::Cut(handle),
            Node::Typed(_) => Value::Opaque(handle),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_two_words() {
        assert_eq!(size_of::<Node>(), 16);
    }
}
