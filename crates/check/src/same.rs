//! Which nodes say the same.

use std::hash::{Hash, Hasher};

use probelang_syntax::tree::{At, Node, NodeId, Tree};

/// What is known of each node.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// A fingerprint: equal where two nodes say the same.
    print: u64,
    /// Whether `@it`, `@key` or `@value` occurs below.
    elements: bool,
}

/// Which nodes say the same.
pub(crate) struct Same<'t> {
    tree: &'t Tree,
    marks: Vec<Mark>,
}

/// A quick hash of short things. Where it collides, [`Same::nodes`] tells apart.
#[derive(Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }
    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

impl<'t> Same<'t> {
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let mut same = Self { tree, marks: Vec::with_capacity(tree.len()) };
        for id in tree.ids() {
            let mut hasher = Fold::default();
            same.head(id, &mut hasher);
            let mut elements = matches!(tree.node(id), Node::At(at) if at.is_element());
            for child in tree.children(id) {
                let child = same.mark(child);
                hasher.write_u64(child.print);
                elements |= child.elements;
            }
            same.marks.push(Mark { print: hasher.finish(), elements });
        }
        same
    }

    fn mark(&self, id: NodeId) -> Mark {
        self.marks.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// What a node says apart from its children.
    fn head(&self, id: NodeId, hasher: &mut Fold) {
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
        self.mark(id).print
    }

    /// Whether the two say the same. Texts are interned, so that equal ids are equal texts.
    pub(crate) fn nodes(&self, a: NodeId, b: NodeId) -> bool {
        if self.print(a) != self.print(b) {
            return false;
        }
        let (mut next, mut pending) = (Some((a, b)), Vec::new());
        while let Some((a, b)) = next.take().or_else(|| pending.pop()) {
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
        self.mark(id).elements
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
