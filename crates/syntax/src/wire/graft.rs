//! An expression that was read from text, put into a tree that is read from JSON.

use probelang_diagnostic::Span;

use super::json::ValueId;
use super::lower::Lower;
use crate::tree::{Node, NodeId, Tree};

impl Lower<'_, '_> {
    /// Copies an expression that was read from text, as if it stood at `value`. Gives the new ids by the
    /// old ones.
    pub(super) fn graft(&mut self, value: ValueId, tree: &Tree) -> Option<Vec<NodeId>> {
        let count = u32::try_from(tree.len()).unwrap_or(u32::MAX);
        if !self.count(value, count) {
            return None;
        }
        let mut ids: Vec<NodeId> = Vec::with_capacity(tree.len());
        for id in tree.ids() {
            let to = |id: NodeId| ids.get(id.0 as usize).copied().unwrap_or(id);
            let builder = &mut self.builder;
            let node = match tree.node(id) {
                Node::Logic { op, operands } => {
                    let operands = tree.operands(operands).iter().map(|&id| to(id));
                    let id = builder.logic(op, operands, Span::default(), Span::default()).ok()?;
                    ids.push(self.stands(id, value));
                    continue;
                }
                node => node.map(to, |text| builder.text(tree.text(text))),
            };
            ids.push(self.add(value, node)?);
        }
        Some(ids)
    }
}
