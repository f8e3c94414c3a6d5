//! Building a tree bottom-up.

use std::sync::Arc;

use probelang_diagnostic::Span;

use super::texts::Texts;
use super::{LogicOp, Node, NodeId, Operands, Part, Root, Side, TextId, Tree};

/// Why a node could not be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
    /// The tree would be deeper than allowed.
    Depth,
    /// The tree would have more nodes than allowed.
    Nodes,
}

/// Builds a tree bottom-up, within limits.
#[derive(Debug)]
pub struct Builder {
    tree: Tree,
    nodes: u32,
    depth: u16,
    /// Nodes that splicing made unreachable.
    spliced: u32,
}

impl Builder {
    /// A builder within `limits`, for `source`.
    #[must_use]
    pub fn new(limits: &crate::Limits, source: impl Into<Arc<str>>) -> Self {
        Self {
            tree: Tree {
                nodes: Vec::new(),
                sides: Vec::new(),
                lists: Vec::new(),
                texts: Texts::default(),
                root: Root::Expression(NodeId(0)),
                source: source.into(),
                json: None,
            },
            nodes: limits.nodes,
            depth: limits.depth,
            spliced: 0,
        }
    }

    /// The tree so far.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Interns a text.
    pub fn text(&mut self, text: &str) -> TextId {
        self.tree.texts.intern(text)
    }

    /// Makes room for a program that says so much: nodes, and bytes of names and strings. Nothing was added before.
    pub(crate) fn room(&mut self, nodes: usize, bytes: usize) {
        self.tree.nodes = Vec::with_capacity(nodes);
        self.tree.sides = Vec::with_capacity(nodes);
        self.tree.texts = Texts::of(nodes, bytes);
    }

    /// Adds a node over children that were added before. `Node::Logic` is added with [`logic`](Self::logic).
    ///
    /// # Errors
    /// [`Full`] where a limit is reached; nothing was added.
    pub fn push(&mut self, node: Node, span: Span, focus: Span) -> Result<NodeId, Full> {
        let at = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        if at.saturating_sub(self.spliced) >= self.nodes {
            return Err(Full::Nodes);
        }
        let id = NodeId(at);
        let tree = &self.tree;
        let below = match node {
            leaf if leaf.is_leaf() => 0,
            Node::Member { base, .. } => tree.depth(base),
            _ => tree.children_of(node).map(|child| tree.depth(child)).max().unwrap_or(0),
        };
        let depth = below.saturating_add(1);
        if depth > self.depth {
            return Err(Full::Depth);
        }
        self.tree.nodes.push(node);
        self.tree.sides.push(Side { span, focus, origin: 0, depth });
        Ok(id)
    }

    /// Adds `&&` or `||` over `operands`, splicing operands of the same operator; one operand is itself.
    ///
    /// A spliced node stays in the arena, unreachable; [`finish`](Self::finish) drops it.
    ///
    /// # Errors
    /// [`Full`] where a limit is reached.
    pub fn logic(
        &mut self,
        op: LogicOp,
        operands: impl IntoIterator<Item = NodeId>,
        span: Span,
        focus: Span,
    ) -> Result<NodeId, Full> {
        let mut operands = operands.into_iter();
        let (first, second) = (operands.next(), operands.next());
        if let (Some(only), None) = (first, second) {
            return Ok(only);
        }
        let start = u32::try_from(self.tree.lists.len()).unwrap_or(u32::MAX);
        for operand in first.into_iter().chain(second).chain(operands) {
            match self.tree.node(operand) {
                Node::Logic { op: inner, operands } if inner == op => {
                    let range =
                        operands.start as usize..(operands.start as usize).saturating_add(operands.len());
                    self.tree.lists.extend_from_within(range);
                    self.spliced = self.spliced.saturating_add(1);
                }
                _ => self.tree.lists.push(operand),
            }
        }
        let len = u32::try_from(self.tree.lists.len()).unwrap_or(u32::MAX).saturating_sub(start);
        self.push(Node::Logic { op, operands: Operands { start, len } }, span, focus)
    }

    /// Says at which byte of the JSON text the value of a node starts.
    pub(crate) fn origin(&mut self, id: NodeId, at: u32) {
        if let Some(side) = self.tree.sides.get_mut(id.0 as usize) {
            side.origin = at;
        }
    }

    /// Keeps the JSON text that the origins speak of.
    pub(crate) fn json(&mut self, json: &str) {
        self.tree.json = Some(json.into());
    }

    /// Ends the tree at `root`, and drops what splicing left unreachable.
    #[must_use]
    pub fn finish(mut self, root: Root) -> Tree {
        self.tree.root = root;
        if self.spliced > 0 { self.tree.compact() } else { self.tree }
    }
}

impl Tree {
    /// The same tree without unreachable nodes.
    fn compact(self) -> Self {
        let mut reached = vec![false; self.nodes.len()];
        let mark = |id: NodeId, reached: &mut Vec<bool>| {
            if let Some(place) = reached.get_mut(id.0 as usize) {
                *place = true;
            }
        };
        for root in self.roots() {
            mark(root, &mut reached);
        }
        for id in self.ids().rev() {
            if reached.get(id.0 as usize) == Some(&true) {
                for child in self.children(id) {
                    mark(child, &mut reached);
                }
            }
        }
        let mut moved = Vec::with_capacity(self.nodes.len());
        let mut next = 0u32;
        for &keep in &reached {
            moved.push(NodeId(next));
            next = next.saturating_add(u32::from(keep));
        }
        let to = |id: NodeId| moved.get(id.0 as usize).copied().unwrap_or(id);
        let mut lists = Vec::new();
        let mut nodes = Vec::new();
        for (id, _) in self.ids().zip(&reached).filter(|(_, keep)| **keep) {
            nodes.push(match self.node(id) {
                Node::Logic { op, operands } => {
                    let start = u32::try_from(lists.len()).unwrap_or(u32::MAX);
                    lists.extend(self.operands(operands).iter().map(|&id| to(id)));
                    Node::Logic { op, operands: Operands { start, len: operands.len } }
                }
                node => node.map(to, |text| text),
            });
        }
        let root = match self.root {
            Root::Expression(id) => Root::Expression(to(id)),
            Root::Template(parts) => Root::Template(
                parts
                    .into_iter()
                    .map(|part| match part {
                        Part::Expression { root, span, label } => {
                            Part::Expression { root: to(root), span, label }
                        }
                        text @ Part::Text { .. } => text,
                    })
                    .collect(),
            ),
        };
        let kept = |(side, keep): (&Side, &bool)| keep.then_some(*side);
        let sides = self.sides.iter().zip(&reached).filter_map(kept).collect();
        Self { nodes, sides, lists, root, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn leaf(builder: &mut Builder, name: &str) -> NodeId {
        let text = builder.text(name);
        builder.push(Node::Name(text), Span::default(), Span::default()).unwrap()
    }

    #[test]
    fn a_directly_nested_same_operator_is_spliced_and_leaves_nothing_behind() {
        let mut builder = Builder::new(&Limits::default(), "");
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| leaf(&mut builder, name));
        let none = Span::default();
        let inner = builder.logic(LogicOp::And, [b, c], none, none).unwrap();
        let other = builder.logic(LogicOp::Or, [d, a], none, none).unwrap();
        let root = builder.logic(LogicOp::And, [a, inner, other], none, none).unwrap();
        let tree = builder.finish(Root::Expression(root));
        assert_eq!(tree.len(), 6);
        let root = tree.expression().unwrap();
        assert_eq!(tree.children(root).count(), 4);
        assert_eq!(tree.depth(root), 3);
        for id in tree.ids() {
            assert!(tree.children(id).all(|child| child < id));
        }
    }

    #[test]
    fn limits_hold_before_the_node_is_added() {
        let limits = Limits { nodes: 3, depth: 2, ..Limits::default() };
        let mut builder = Builder::new(&limits, "");
        let a = leaf(&mut builder, "a");
        let none = Span::default();
        let not = builder.push(Node::Not { operand: a }, none, none).unwrap();
        assert_eq!(builder.push(Node::Not { operand: not }, none, none), Err(Full::Depth));
        leaf(&mut builder, "b");
        assert_eq!(builder.push(Node::Null, none, none), Err(Full::Nodes));
    }
}
