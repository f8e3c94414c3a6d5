//! Which reads of a program are under redacted names.

use probelang_redact::Policy;
use probelang_syntax::tree::{Node, NodeId, TextId, Tree};

/// The nodes that read under a name that the policy redacts.
#[derive(Clone, Default, Debug)]
pub(crate) struct Redacted(Vec<NodeId>);

impl Redacted {
    /// Those of a tree. Linear in its nodes.
    pub(crate) fn of(tree: &Tree, policy: &Policy) -> Self {
        let hides = |id: &NodeId| key(tree, *id).is_some_and(|key| policy.redacts_name(tree.text(key)));
        Self(tree.ids().filter(hides).collect())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, id: NodeId) -> bool {
        self.0.binary_search(&id).is_ok()
    }
}

/// The name, member or literal key that a node reads.
pub(crate) fn key(tree: &Tree, id: NodeId) -> Option<TextId> {
    match tree.node(id) {
        Node::Name(name) | Node::Member { name, .. } => Some(name),
        Node::Index { index, .. } => match tree.node(index) {
            Node::Str(key) => Some(key),
            _ => None,
        },
        _ => None,
    }
}
