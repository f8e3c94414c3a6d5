//! Which nodes say the same.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use probelang_syntax::tree::{At, Node, NodeId, Tree};

/// A fingerprint for each node: equal where two nodes say the same.
pub(crate) struct Same<'t> {
    tree: &'t Tree,
    prints: Vec<u64>,
    /// Whether `@it`, `@key` or `@value` occurs below.
    elements: Vec<bool>,
}

impl<'t> Same<'t> {
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let mut same =
            Self { tree, prints: Vec::with_capacity(tree.len()), elements: Vec::with_capacity(tree.len()) };
        for id in tree.ids() {
            let mut hasher = DefaultHasher::new();
            same.head(id, &mut hasher);
            let mut elements = matches!(tree.node(id), Node::At(at) if at.is_element());
            for child in tree.children(id) {
                same.print(child).hash(&mut hasher);
                elements |= same.uses_elements(child);
            }
            same.prints.push(hasher.finish());
            same.elements.push(elements);
        }
        same
    }

    /// What a node says apart from its children.
    fn head(&self, id: NodeId, hasher: &mut DefaultHasher) {
        let node = self.tree.node(id);
        std::mem::discriminant(&node).hash(hasher);
        match node {
            Node::Bool(value) => value.hash(hasher),
            Node::Int(value) => value.hash(hasher),
            Node::Uint(value) => value.hash(hasher),
            Node::Float(value) => value.to_bits().hash(hasher),
            Node::Str(text) | Node::Name(text) => text.hash(hasher),
            Node::Member { name, .. } => name.hash(hasher),
            Node::InstanceOf { type_name, .. } => type_name.hash(hasher),
            Node::At(at) => at.hash(hasher),
            Node::Unary { op, .. } => op.hash(hasher),
            Node::Text { op, .. } => op.hash(hasher),
            Node::Loop { op, .. } => op.hash(hasher),
            Node::Compare { op, .. } => op.hash(hasher),
            Node::Logic { op, operands } => (op, operands.len()).hash(hasher),
            Node::Null | Node::Index { .. } | Node::Substring { .. } | Node::Error => {}
        }
    }

    /// The fingerprint.
    pub(crate) fn print(&self, id: NodeId) -> u64 {
        self.prints.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Whether the two say the same. Texts are interned, so that equal ids are equal texts.
    pub(crate) fn nodes(&self, a: NodeId, b: NodeId) -> bool {
        if self.print(a) != self.print(b) {
            return false;
        }
        let mut pending = vec![(a, b)];
        while let Some((a, b)) = pending.pop() {
            let (x, y) = (self.tree.node(a), self.tree.node(b));
            let alike = match (x, y) {
                (Node::Member { name: x, .. }, Node::Member { name: y, .. })
                | (Node::InstanceOf { type_name: x, .. }, Node::InstanceOf { type_name: y, .. }) => x == y,
                (Node::Float(x), Node::Float(y)) => x.to_bits() == y.to_bits(),
                (Node::Unary { op: x, .. }, Node::Unary { op: y, .. }) => x == y,
                (Node::Text { op: x, .. }, Node::Text { op: y, .. }) => x == y,
                (Node::Loop { op: x, .. }, Node::Loop { op: y, .. }) => x == y,
                (Node::Compare { op: x, .. }, Node::Compare { op: y, .. }) => x == y,
                (Node::Logic { op: x, operands: a }, Node::Logic { op: y, operands: b }) => {
                    x == y && a.len() == b.len()
                }
                (Node::Index { .. }, Node::Index { .. }) => true,
                (Node::Substring { to: x, .. }, Node::Substring { to: y, .. }) => x.is_some() == y.is_some(),
                (x, y) => x == y,
            };
            if !alike {
                return false;
            }
            pending.extend(self.tree.children(a).zip(self.tree.children(b)));
        }
        true
    }

    /// Whether `@it`, `@key` or `@value` occurs in it.
    pub(crate) fn uses_elements(&self, id: NodeId) -> bool {
        self.elements.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// Whether it is a name, an `@`-name or a path of members and indexes: what a condition can say more of.
    pub(crate) fn is_read(&self, id: NodeId) -> bool {
        match self.tree.node(id) {
            Node::Name(_) | Node::Member { .. } | Node::Index { .. } => true,
            Node::At(at) => at != At::Duration,
            _ => false,
        }
    }
}
