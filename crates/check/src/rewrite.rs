//! Text that takes the place of a node, with parentheses where it would read otherwise.

use probelang_syntax::print;
use probelang_syntax::tree::{LogicOp, Node, NodeId, Tree};

/// How tightly a text binds, or a place demands that it does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Level {
    /// `||`
    Or,
    /// `&&`
    And,
    /// A comparison.
    Comparison,
    /// `!x`
    Not,
    /// Anything with brackets of its own, names and literals.
    Operand,
}

/// The parents of all nodes, for texts that replace one.
pub(crate) struct Rewrite<'t> {
    tree: &'t Tree,
    parents: Vec<Option<NodeId>>,
}

impl<'t> Rewrite<'t> {
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let mut parents = vec![None; tree.len()];
        for id in tree.ids() {
            for child in tree.children(id) {
                if let Some(place) = parents.get_mut(child.0 as usize) {
                    *place = Some(id);
                }
            }
        }
        Self { tree, parents }
    }

    pub(crate) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(id.0 as usize).copied().flatten()
    }

    /// How tightly the text of a node binds.
    fn level(&self, id: NodeId) -> Level {
        match self.tree.node(id) {
            Node::Logic { op: LogicOp::Or, .. } => Level::Or,
            Node::Logic { op: LogicOp::And, .. } => Level::And,
            Node::Compare { .. } | Node::InstanceOf { .. } => Level::Comparison,
            Node::Not { .. } => Level::Not,
            _ => Level::Operand,
        }
    }

    /// How tightly a text must bind that replaces `id`. Parentheses that the source has around the
    /// node may make them unneeded.
    fn demanded(&self, id: NodeId) -> Level {
        match self.parent(id).map(|parent| self.tree.node(parent)) {
            Some(Node::Logic { op: LogicOp::Or, .. }) => Level::Or,
            Some(Node::Logic { op: LogicOp::And, .. }) => Level::And,
            // `!x` next to a comparison is warned about
            Some(Node::Compare { .. } | Node::InstanceOf { .. }) => Level::Operand,
            Some(Node::Not { .. }) => Level::Not,
            Some(Node::Member { .. }) => Level::Operand,
            Some(Node::Index { base, .. }) if base == id => Level::Operand,
            _ => Level::Or,
        }
    }

    /// `text`, which binds like `level`, for the place of `id`.
    pub(crate) fn fitted(&self, id: NodeId, text: String, level: Level) -> String {
        if level < self.demanded(id) { format!("({text})") } else { text }
    }

    /// The text of `node` as an operand of something that demands `level`.
    pub(crate) fn operand(&self, node: NodeId, level: Level) -> String {
        let text = print::node(self.tree, node);
        if self.level(node) < level { format!("({text})") } else { text }
    }

    /// The operands joined by an operator, for the place of `id`.
    pub(crate) fn joined(&self, id: NodeId, op: LogicOp, operands: &[NodeId]) -> String {
        let level = match op {
            LogicOp::Or => Level::Or,
            LogicOp::And => Level::And,
        };
        if let [only] = operands {
            return self.fitted(id, print::node(self.tree, *only), self.level(*only));
        }
        let texts: Vec<String> = operands.iter().map(|operand| self.operand(*operand, level)).collect();
        self.fitted(id, texts.join(&format!(" {} ", op.text())), level)
    }
}
