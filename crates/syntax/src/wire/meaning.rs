//! Whether two trees are one program, however each is spelled.

use std::collections::HashMap;

use probelang_dialect::CompareOp;

use crate::tree::{Node, NodeId, TextId};
use crate::{Root, Tree};

/// Gives nodes that mean the same one number, those of several trees too.
#[derive(Default)]
struct Classes {
    texts: HashMap<String, u32>,
    /// By the node with the classes of its operands in their place, written out: floats are no keys.
    nodes: HashMap<(String, Vec<NodeId>), NodeId>,
    /// The class of what is negated, by the class of the negation.
    negated: HashMap<NodeId, Node>,
}

impl Classes {
    /// The class of the expression that is the whole of `tree`.
    fn of(&mut self, tree: &Tree) -> Option<NodeId> {
        let Root::Expression(root) = *tree.root() else { return None };
        let mut classes: Vec<NodeId> = Vec::with_capacity(tree.len());
        for id in tree.ids() {
            let to = |id: NodeId| classes.get(id.0 as usize).copied().unwrap_or(id);
            let class = match tree.node(id) {
                Node::Logic { op, operands } => {
                    let operands = tree.operands(operands).iter().map(|&id| to(id)).collect();
                    self.class(format!("{op:?}"), operands, None)
                }
                Node::Not { operand } => self.not(to(operand)),
                // an integral literal is one number
                #[allow(clippy::cast_possible_truncation)]
                Node::Float(n) if n.fract() == 0.0 && n.abs() < 9e15 => self.plain(Node::Int(n as i64)),
                node => {
                    let texts = &mut self.texts;
                    let node = node.map(to, |text: TextId| {
                        let next = u32::try_from(texts.len()).unwrap_or(u32::MAX);
                        TextId(*texts.entry(tree.text(text).to_owned()).or_insert(next))
                    });
                    self.plain(node)
                }
            };
            classes.push(class);
        }
        classes.get(root.0 as usize).copied()
    }

    fn plain(&mut self, node: Node) -> NodeId {
        self.class(format!("{node:?}"), Vec::new(), Some(node))
    }

    /// `!(a == b)` is `a != b`, and the same of what is defined.
    fn not(&mut self, operand: NodeId) -> NodeId {
        let node = match self.negated.get(&operand).copied() {
            Some(Node::Compare { op: CompareOp::Eq, left, right }) => {
                Some(Node::Compare { op: CompareOp::Ne, left, right })
            }
            Some(Node::Unary { op, operand }) => op.negated().map(|op| Node::Unary { op, operand }),
            _ => None,
        };
        self.plain(node.unwrap_or(Node::Not { operand }))
    }

    fn class(&mut self, shape: String, operands: Vec<NodeId>, node: Option<Node>) -> NodeId {
        let next = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let class = *self.nodes.entry((shape, operands)).or_insert(next);
        if let Some(node) = node {
            self.negated.insert(class, node);
        }
        class
    }
}

/// Whether two expressions are the same but for their spelling. Linear in both.
pub(super) fn is_same(a: &Tree, b: &Tree) -> bool {
    let mut classes = Classes::default();
    match (classes.of(a), classes.of(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, SourceKind, parse};

    #[test]
    fn spelling_is_no_difference() {
        let read = |text: &str| parse(text, SourceKind::Expression, &Limits::default()).tree.unwrap();
        let same = |a: &str, b: &str| is_same(&read(a), &read(b));
        for (a, b) in [
            ("a > 1", "( a>1 )"),
            ("count(xs) == 2", "len(xs) == 2.0"),
            ("a && (b && c)", "(a && b) && c"),
            ("!(a == 1)", "a != 1"),
            ("!isDefined(a)", "isUndefined(a)"),
            ("a.b[\"c\"]", "a.b['c']"),
        ] {
            assert!(same(a, b), "{a}  {b}");
        }
        for (a, b) in [
            ("a > 1", "a > 2"),
            ("a > 1", "a >= 1"),
            ("a && b", "a || b"),
            ("a && b", "b && a"),
            ("a.b", "a.c"),
            ("!(a < 1)", "a >= 1"),
            ("a", "`a`.b"),
        ] {
            assert!(!same(a, b), "{a}  {b}");
        }
    }
}
