//! Value numbering: which nodes of a tree say the same.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use probelang_syntax::tree::{At, Node, NodeId, Tree};

/// What is known of each node.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The first node that says the same.
    first: NodeId,
    /// Whether `@it`, `@key` or `@value` occurs below.
    elements: bool,
}

/// The nodes of a tree, each with the first one that says the same.
pub(crate) struct Numbering<'t> {
    tree: &'t Tree,
    marks: Vec<Mark>,
}

/// The nodes that say something first, by their fingerprints. A short list is looked through.
#[derive(Default)]
struct Firsts {
    list: Vec<(u64, NodeId)>,
    table: HashMap<u64, NodeId, BuildHasherDefault<Fold>>,
}

/// So many nodes are looked through one by one.
const FEW: usize = 24;

impl Firsts {
    /// The node of this fingerprint that is alike, or `id` from now on. Where fingerprints collide the next is tried.
    fn of(&mut self, mut print: u64, id: NodeId, alike: impl Fn(NodeId) -> bool) -> NodeId {
        loop {
            let found = if self.table.is_empty() {
                self.list.iter().find(|(other, _)| *other == print).map(|(_, first)| *first)
            } else {
                self.table.get(&print).copied()
            };
            match found {
                Some(first) if alike(first) => return first,
                Some(_) => print = print.wrapping_add(1),
                None => break,
            }
        }
        if self.table.is_empty() && self.list.len() < FEW {
            self.list.push((print, id));
        } else {
            self.table.extend(self.list.drain(..));
            self.table.insert(print, id);
        }
        id
    }
}

/// A quick hash of short things.
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

impl<'t> Numbering<'t> {
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let mut numbering = Self { tree, marks: Vec::with_capacity(tree.len()) };
        let mut firsts = Firsts { list: Vec::with_capacity(tree.len().min(FEW)), ..Firsts::default() };
        for id in tree.ids() {
            let mut hasher = Fold::default();
            let node = tree.node(id);
            node.head().hash(&mut hasher);
            let mut elements = matches!(node, Node::At(at) if at.is_element());
            for child in tree.children(id) {
                let child = numbering.mark(child);
                hasher.write_u32(child.first.0);
                elements |= child.elements;
            }
            let first = firsts.of(hasher.finish(), id, |first| numbering.alike(first, id));
            numbering.marks.push(Mark { first, elements });
        }
        numbering
    }

    fn mark(&self, id: NodeId) -> Mark {
        self.marks.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The first node of the tree that says the same as this one.
    pub(crate) fn first(&self, id: NodeId) -> NodeId {
        self.mark(id).first
    }

    /// Whether the two say the same.
    pub(crate) fn same(&self, a: NodeId, b: NodeId) -> bool {
        self.first(a) == self.first(b)
    }

    /// Whether the two say the same: their heads do, and their children, as is known of these.
    fn alike(&self, a: NodeId, b: NodeId) -> bool {
        let firsts = |id| self.tree.children(id).map(|child| self.first(child));
        self.tree.node(a).head() == self.tree.node(b).head() && firsts(a).eq(firsts(b))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_that_collide_are_told_apart() {
        // three things under one fingerprint, each said many times, in a list and in a table
        for nodes in [9, 900] {
            let mut firsts = Firsts::default();
            for id in 0..nodes {
                let first = firsts.of(7, NodeId(id), |first| first.0 % 3 == id % 3);
                assert_eq!(first, NodeId(id % 3));
            }
            for id in 0..nodes {
                assert_eq!(firsts.of(u64::from(id) << 8, NodeId(id), |first| first.0 == id), NodeId(id));
            }
        }
    }
}
