//! What a node says apart from its children, and a node over other children.

use probelang_dialect::{CompareOp, LoopOp, TextOp};

use super::{At, LogicOp, Node, NodeId, TextId, Tree, UnaryOp};

/// What a node says apart from its children. Floats are compared by their bits.
///
/// Two expressions are the same where their heads are equal, they have equally many children, and these are the
/// same. `T` represents a text: its id within one tree, the text itself across trees.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Head<T> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    Str(T),
    Name(T),
    At(At),
    Member(T),
    Index,
    Not,
    Unary(UnaryOp),
    Substring,
    Text(TextOp),
    Loop(LoopOp),
    Compare(CompareOp),
    InstanceOf(T),
    Logic(LogicOp),
    Error,
}

impl Node {
    /// What the node says apart from its children, with the texts of its tree as `text` gives them.
    #[must_use]
    pub fn head_with<T>(self, text: impl FnOnce(TextId) -> T) -> Head<T> {
        match self {
            Self::Null => Head::Null,
            Self::Bool(value) => Head::Bool(value),
            Self::Int(value) => Head::Int(value),
            Self::Uint(value) => Head::Uint(value),
            Self::Float(value) => Head::Float(value.to_bits()),
            Self::Str(string) => Head::Str(text(string)),
            Self::Name(name) => Head::Name(text(name)),
            Self::At(at) => Head::At(at),
            Self::Member { name, .. } => Head::Member(text(name)),
            Self::Index { .. } => Head::Index,
            Self::Not { .. } => Head::Not,
            Self::Unary { op, .. } => Head::Unary(op),
            Self::Substring { .. } => Head::Substring,
            Self::Text { op, .. } => Head::Text(op),
            Self::Loop { op, .. } => Head::Loop(op),
            Self::Compare { op, .. } => Head::Compare(op),
            Self::InstanceOf { type_name, .. } => Head::InstanceOf(text(type_name)),
            Self::Logic { op, .. } => Head::Logic(op),
            Self::Error => Head::Error,
        }
    }

    /// What the node says apart from its children, for a comparison within one tree: texts are interned, so that
    /// equal ids are equal texts.
    #[must_use]
    pub fn head(self) -> Head<TextId> {
        self.head_with(|text| text)
    }

    /// The same node over other children and texts. The operands of `&&` and `||` lie in their tree and stay as
    /// they are.
    #[must_use]
    pub fn map(self, to: impl Fn(NodeId) -> NodeId, mut text: impl FnMut(TextId) -> TextId) -> Self {
        match self {
            Self::Str(string) => Self::Str(text(string)),
            Self::Name(name) => Self::Name(text(name)),
            Self::Member { base, name } => Self::Member { base: to(base), name: text(name) },
            Self::Index { base, index } => Self::Index { base: to(base), index: to(index) },
            Self::Not { operand } => Self::Not { operand: to(operand) },
            Self::Unary { op, operand } => Self::Unary { op, operand: to(operand) },
            Self::Substring { text, from, to: end } => {
                Self::Substring { text: to(text), from: to(from), to: end.map(to) }
            }
            Self::Text { op, subject, argument } => {
                Self::Text { op, subject: to(subject), argument: to(argument) }
            }
            Self::Loop { op, over, body } => Self::Loop { op, over: to(over), body: to(body) },
            Self::Compare { op, left, right } => Self::Compare { op, left: to(left), right: to(right) },
            Self::InstanceOf { operand, type_name } => {
                Self::InstanceOf { operand: to(operand), type_name: text(type_name) }
            }
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Uint(_)
            | Self::Float(_)
            | Self::At(_)
            | Self::Logic { .. }
            | Self::Error => self,
        }
    }
}

impl Tree {
    /// What a node says apart from its children, for a comparison across trees.
    #[must_use]
    pub fn head(&self, id: NodeId) -> Head<&str> {
        self.node(id).head_with(|text| self.text(text))
    }
}
