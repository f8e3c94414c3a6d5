//! The tree: one arena for a program, spans and depths in side tables.
//!
//! Text and wire JSON give the same tree; everything downstream reads it through [`Tree`]. Children come
//! before their parents, so that a plain loop over the ids visits bottom-up, and dropping is flat.

mod build;
mod head;
mod texts;

use std::sync::Arc;

use probelang_diagnostic::{Span, json_path};
use probelang_dialect::{CompareOp, LoopOp, TextOp, TruthOp, ValueOp};

use crate::function::Makes;

pub use build::{Builder, Full};
pub use head::Head;
use texts::Texts;

/// A node of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct NodeId(pub u32);

/// An interned text of a [`Tree`]: a name, a string, a type name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TextId(pub u32);

/// The `@`-names of the language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum At {
    Return,
    Duration,
    Exception,
    It,
    Key,
    Value,
}

impl At {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Return, Self::Duration, Self::Exception, Self::It, Self::Key, Self::Value];

    /// The name with its `@`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Return => "@return",
            Self::Duration => "@duration",
            Self::Exception => "@exception",
            Self::It => "@it",
            Self::Key => "@key",
            Self::Value => "@value",
        }
    }

    /// The `@`-name that is written `text`.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|at| at.text() == text)
    }

    /// Whether it belongs to a predicate.
    #[must_use]
    pub const fn is_element(self) -> bool {
        matches!(self, Self::It | Self::Key | Self::Value)
    }
}

/// Functions of one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// Of the operand's value, giving a value.
    Value(ValueOp),
    /// Of the operand's value, giving a Boolean.
    Truth(TruthOp),
    /// `isDefined(x)`: how the evaluation of the operand ends.
    IsDefined,
    /// `isUndefined(x)`: its negation.
    IsUndefined,
}

/// `&&` and `||`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum LogicOp {
    And,
    Or,
}

impl UnaryOp {
    /// Canonical spelling in text, and key on the wire.
    #[must_use]
    pub const fn text(self) -> &'static str {
        Makes::Unary(self).function().name
    }

    /// The function that answers the opposite, if there is one.
    #[must_use]
    pub const fn negated(self) -> Option<Self> {
        match self {
            Self::IsDefined => Some(Self::IsUndefined),
            Self::IsUndefined => Some(Self::IsDefined),
            Self::Value(_) | Self::Truth(_) => None,
        }
    }
}
impl LogicOp {
    /// Canonical spelling in text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
        }
    }
    /// Canonical key on the wire.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

/// The operands of an n-ary node: a run in the tree's list table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operands {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Operands {
    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }
    /// Whether there is none (never, in a tree that was built).
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// One operation, literal or name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Node {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX`, nothing else.
    Uint(u64),
    /// A float: finite.
    Float(f64),
    /// A string.
    Str(TextId),
    /// A name of the scope.
    Name(TextId),
    /// An `@`-name.
    At(At),
    /// `base.name`
    Member {
        /// The receiver.
        base: NodeId,
        /// The field.
        name: TextId,
    },
    /// `base[index]`
    Index {
        /// The receiver.
        base: NodeId,
        /// The index or key.
        index: NodeId,
    },
    /// `!x`
    Not {
        /// Of what.
        operand: NodeId,
    },
    /// `len(x)`, …
    Unary {
        /// Which.
        op: UnaryOp,
        /// Of what.
        operand: NodeId,
    },
    /// `substring(text, from, to)`; without `to` it is read, and refused by `portable`.
    Substring {
        /// Of what.
        text: NodeId,
        /// First scalar value.
        from: NodeId,
        /// One past the last.
        to: Option<NodeId>,
    },
    /// `startsWith(subject, argument)`, …
    Text {
        /// Which.
        op: TextOp,
        /// In what.
        subject: NodeId,
        /// What.
        argument: NodeId,
    },
    /// `any(over, {body})`, …
    Loop {
        /// Which.
        op: LoopOp,
        /// The collection.
        over: NodeId,
        /// The predicate.
        body: NodeId,
    },
    /// `left == right`, …
    Compare {
        /// Which.
        op: CompareOp,
        /// Left.
        left: NodeId,
        /// Right.
        right: NodeId,
    },
    /// `operand instanceof "type"`
    InstanceOf {
        /// What.
        operand: NodeId,
        /// The type's name.
        type_name: TextId,
    },
    /// `a && b && c`: at least two operands, none of the same operator.
    Logic {
        /// Which.
        op: LogicOp,
        /// The operands.
        operands: Operands,
    },
    /// What an error left behind. No tree with one is ever compiled.
    Error,
}

impl Node {
    /// Whether it is a literal: a constant.
    #[must_use]
    pub const fn is_literal(self) -> bool {
        matches!(
            self,
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Uint(_) | Self::Float(_) | Self::Str(_)
        )
    }

    /// Whether it has no operands: a literal, a name, an `@`-name.
    #[must_use]
    pub const fn is_leaf(self) -> bool {
        self.is_literal() || matches!(self, Self::Name(_) | Self::At(_))
    }

    /// Whether it gives a Boolean whatever it reads. Of `&&` and `||` that give the operand that decided, what counts
    /// as one.
    #[must_use]
    pub const fn gives_truth(self) -> bool {
        match self {
            Self::Bool(_)
            | Self::Logic { .. }
            | Self::Compare { .. }
            | Self::InstanceOf { .. }
            | Self::Not { .. } => true,
            Self::Unary { op, .. } => Makes::Unary(op).gives_truth(),
            Self::Substring { .. } => Makes::Substring.gives_truth(),
            Self::Text { op, .. } => Makes::Text(op).gives_truth(),
            Self::Loop { op, .. } => Makes::Loop(op).gives_truth(),
            Self::Null
            | Self::Int(_)
            | Self::Uint(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::Name(_)
            | Self::At(_)
            | Self::Member { .. }
            | Self::Index { .. }
            | Self::Error => false,
        }
    }
}

/// A part of a template.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Part {
    /// Literal text, unescaped.
    Text {
        /// The text.
        text: TextId,
        /// Where it is, escapes included.
        span: Span,
    },
    /// `{expression}`
    Expression {
        /// The expression.
        root: NodeId,
        /// Where it is, braces included.
        span: Span,
        /// How lists and headings name it: the `dsl` of a wire segment, or the trimmed source.
        label: Option<TextId>,
    },
}

/// What a tree is.
#[derive(Clone, PartialEq, Debug)]
pub enum Root {
    /// One expression.
    Expression(NodeId),
    /// A template.
    Template(Vec<Part>),
}

/// Where a node is and how deep it is.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Side {
    pub(crate) span: Span,
    pub(crate) focus: Span,
    /// For wire JSON: the byte of it at which the node's value starts.
    pub(crate) origin: u32,
    depth: u16,
}

/// A whole program as read: nodes, texts, spans, and where it came from.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    /// One for each node.
    pub(crate) sides: Vec<Side>,
    lists: Vec<NodeId>,
    texts: Texts,
    pub(crate) root: Root,
    pub(crate) source: Arc<str>,
    /// For wire JSON: its text.
    json: Option<Arc<str>>,
}

impl Tree {
    /// The root.
    #[must_use]
    pub const fn root(&self) -> &Root {
        &self.root
    }
    /// The expression at the root, unless it is a template.
    #[must_use]
    pub const fn expression(&self) -> Option<NodeId> {
        match &self.root {
            Root::Expression(id) => Some(*id),
            Root::Template(_) => None,
        }
    }
    /// The roots of its expressions: one, or one for each expression of a template.
    pub fn roots(&self) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        let (one, parts) = match &self.root {
            Root::Expression(id) => (Some(*id), &[][..]),
            Root::Template(parts) => (None, parts.as_slice()),
        };
        one.into_iter().chain(parts.iter().filter_map(|part| match part {
            Part::Expression { root, .. } => Some(*root),
            Part::Text { .. } => None,
        }))
    }
    /// The node `id`; `Node::Error` for an id of another tree.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(Node::Error)
    }
    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
    /// All ids, children before parents.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }
    /// Where the node is in [`source`](Self::source).
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.sides.get(id.0 as usize).map(|side| side.span).unwrap_or_default()
    }
    /// The word or sign that makes the node: the operator, the function's name, the member's name.
    #[must_use]
    pub fn focus(&self, id: NodeId) -> Span {
        self.sides.get(id.0 as usize).map(|side| side.focus).unwrap_or_default()
    }
    /// Levels from this node down to its deepest leaf, itself included.
    #[must_use]
    pub fn depth(&self, id: NodeId) -> u16 {
        self.sides.get(id.0 as usize).map_or(0, |side| side.depth)
    }
    /// The operands of an n-ary node.
    #[must_use]
    pub fn operands(&self, operands: Operands) -> &[NodeId] {
        let start = operands.start as usize;
        self.lists.get(start..start.saturating_add(operands.len as usize)).unwrap_or(&[])
    }
    /// An interned text.
    #[must_use]
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id)
    }
    /// The text that spans speak of: the source handed in, or the canonical text of a wire program.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }
    /// Whether the tree was read from JSON.
    #[must_use]
    pub const fn is_wire(&self) -> bool {
        self.json.is_some()
    }
    /// The RFC 6901 path of a node of a wire program.
    ///
    /// # Cost
    /// Linear in the JSON text: it is read again up to the node.
    #[must_use]
    pub fn path(&self, id: NodeId) -> Option<String> {
        json_path(self.json.as_deref()?, self.sides.get(id.0 as usize)?.origin)
    }
    /// For a wire program its JSON text, which [`origin`](Self::origin) speaks of.
    #[must_use]
    pub const fn json(&self) -> Option<&Arc<str>> {
        self.json.as_ref()
    }
    /// The byte of the JSON text at which the value of the node starts.
    #[must_use]
    pub fn origin(&self, id: NodeId) -> u32 {
        self.sides.get(id.0 as usize).map_or(0, |side| side.origin)
    }
    /// The children of a node, in order of evaluation.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children_of(self.node(id))
    }

    fn children_of(&self, node: Node) -> impl Iterator<Item = NodeId> + '_ {
        let (fixed, list): ([Option<NodeId>; 3], &[NodeId]) = match node {
            Node::Member { base, .. } => ([Some(base), None, None], &[]),
            Node::Index { base, index } => ([Some(base), Some(index), None], &[]),
            Node::Not { operand } | Node::Unary { operand, .. } | Node::InstanceOf { operand, .. } => {
                ([Some(operand), None, None], &[])
            }
            Node::Substring { text, from, to } => ([Some(text), Some(from), to], &[]),
            Node::Text { subject, argument, .. } => ([Some(subject), Some(argument), None], &[]),
            Node::Loop { over, body, .. } => ([Some(over), Some(body), None], &[]),
            Node::Compare { left, right, .. } => ([Some(left), Some(right), None], &[]),
            Node::Logic { operands, .. } => ([None; 3], self.operands(operands)),
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Name(_)
            | Node::At(_)
            | Node::Error => ([None; 3], &[]),
        };
        fixed.into_iter().flatten().chain(list.iter().copied())
    }

    /// Whether two trees say the same, spans and labels apart. Floats are compared by their bits.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (&self.root, &other.root) {
            (Root::Expression(a), Root::Expression(b)) => self.same_node(*a, other, *b),
            (Root::Template(a), Root::Template(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|parts| match parts {
                        (Part::Text { text: a, .. }, Part::Text { text: b, .. }) => {
                            self.text(*a) == other.text(*b)
                        }
                        (Part::Expression { root: a, .. }, Part::Expression { root: b, .. }) => {
                            self.same_node(*a, other, *b)
                        }
                        _ => false,
                    })
            }
            _ => false,
        }
    }

    fn same_node(&self, a: NodeId, other: &Self, b: NodeId) -> bool {
        let mut pending = vec![(a, b)];
        while let Some((a, b)) = pending.pop() {
            if self.head(a) != other.head(b) {
                return false;
            }
            let (xs, ys): (Vec<_>, Vec<_>) = (self.children(a).collect(), other.children(b).collect());
            if xs.len() != ys.len() {
                return false;
            }
            pending.extend(xs.into_iter().zip(ys));
        }
        true
    }
}
