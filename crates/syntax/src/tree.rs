//! The tree: one arena for a program, spans and depths in side tables.
//!
//! Text and wire JSON give the same tree; everything downstream reads it through [`Tree`]. Children stand
//! before their parents, so that a plain loop over the ids visits bottom-up, and dropping is flat.

use std::collections::HashMap;
use std::sync::Arc;

use probelang_diagnostic::Span;

/// A node of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
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

/// Operations of one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Len,
    IsEmpty,
    IsDefined,
    IsUndefined,
    Not,
}

/// Operations of a subject and an argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum TextOp {
    StartsWith,
    EndsWith,
    Contains,
    Matches,
}

/// Operations of a collection and a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum LoopOp {
    Any,
    All,
    Filter,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// `&&` and `||`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum LogicOp {
    And,
    Or,
}

impl UnaryOp {
    /// Canonical spelling in text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Len => "len",
            Self::IsEmpty => "isEmpty",
            Self::IsDefined => "isDefined",
            Self::IsUndefined => "isUndefined",
            Self::Not => "!",
        }
    }
}
impl TextOp {
    /// Canonical spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Contains => "contains",
            Self::Matches => "matches",
        }
    }
}
impl LoopOp {
    /// Canonical spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Filter => "filter",
        }
    }
}
impl CompareOp {
    /// Canonical spelling in text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
    /// Canonical key on the wire.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
        }
    }
    /// `==` or `!=`.
    #[must_use]
    pub const fn is_equality(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
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
    /// `len(x)`, `!x`, …
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

/// A part of a template.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Part {
    /// Literal text, unescaped.
    Text {
        /// The text.
        text: TextId,
        /// Where it stands, escapes included.
        span: Span,
    },
    /// `{expression}`
    Expression {
        /// The expression.
        root: NodeId,
        /// Where it stands, braces included.
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

/// One step of an RFC 6901 path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PathStep {
    /// The step before, an index into the table of steps; `u32::MAX` for none.
    pub parent: u32,
    /// The key as written, or the index, unescaped.
    pub key: Box<str>,
}

/// A whole program as read: nodes, texts, spans, and where it came from.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) spans: Vec<Span>,
    pub(crate) focus: Vec<Span>,
    pub(crate) depths: Vec<u16>,
    pub(crate) lists: Vec<NodeId>,
    pub(crate) texts: Vec<Arc<str>>,
    pub(crate) interned: HashMap<Arc<str>, TextId>,
    pub(crate) root: Root,
    pub(crate) source: Arc<str>,
    /// For wire JSON: a path step for each node, and the table of steps.
    pub(crate) paths: Option<(Vec<u32>, Vec<PathStep>)>,
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
    /// Where the node stands in [`source`](Self::source).
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }
    /// The word or sign that makes the node: the operator, the function's name, the member's name.
    #[must_use]
    pub fn focus(&self, id: NodeId) -> Span {
        self.focus.get(id.0 as usize).copied().unwrap_or_default()
    }
    /// Levels from this node down to its deepest leaf, itself included.
    #[must_use]
    pub fn depth(&self, id: NodeId) -> u16 {
        self.depths.get(id.0 as usize).copied().unwrap_or(0)
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
        self.texts.get(id.0 as usize).map_or("", AsRef::as_ref)
    }
    /// The text that spans speak of: the source handed in, or the canonical text of a wire program.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }
    /// Whether the tree was read from JSON.
    #[must_use]
    pub const fn is_wire(&self) -> bool {
        self.paths.is_some()
    }
    /// The RFC 6901 path of a node of a wire program.
    #[must_use]
    pub fn path(&self, id: NodeId) -> Option<String> {
        let (of_nodes, steps) = self.paths.as_ref()?;
        let mut at = *of_nodes.get(id.0 as usize)?;
        let mut keys = Vec::new();
        while let Some(step) = steps.get(at as usize) {
            keys.push(&step.key);
            at = step.parent;
        }
        let mut path = String::new();
        for key in keys.iter().rev() {
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        Some(path)
    }
    /// For a wire program: the path step of each node (`u32::MAX` for the whole input), and the table of steps.
    #[must_use]
    pub fn path_table(&self) -> Option<(&[u32], &[PathStep])> {
        self.paths.as_ref().map(|(of_nodes, steps)| (&**of_nodes, &**steps))
    }
    /// The children of a node, in order of evaluation.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let (fixed, list): ([Option<NodeId>; 3], &[NodeId]) = match self.node(id) {
            Node::Member { base, .. } => ([Some(base), None, None], &[]),
            Node::Index { base, index } => ([Some(base), Some(index), None], &[]),
            Node::Unary { operand, .. } | Node::InstanceOf { operand, .. } => {
                ([Some(operand), None, None], &[])
            }
            Node::Substring { text, from, to } => ([Some(text), Some(from), to], &[]),
            Node::Text { subject, argument, .. } => ([Some(subject), Some(argument), None], &[]),
            Node::Loop { over, body, .. } => ([Some(over), Some(body), None], &[]),
            Node::Compare { left, right, .. } => ([Some(left), Some(right), None], &[]),
            Node::Logic { operands, .. } => ([None; 3], self.operands(operands)),
            _ => ([None; 3], &[]),
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
            let alike = match (self.node(a), other.node(b)) {
                (Node::Str(x), Node::Str(y)) | (Node::Name(x), Node::Name(y)) => {
                    self.text(x) == other.text(y)
                }
                (Node::Member { name: x, .. }, Node::Member { name: y, .. })
                | (Node::InstanceOf { type_name: x, .. }, Node::InstanceOf { type_name: y, .. }) => {
                    self.text(x) == other.text(y)
                }
                (Node::Float(x), Node::Float(y)) => x.to_bits() == y.to_bits(),
                (Node::Unary { op: x, .. }, Node::Unary { op: y, .. }) => x == y,
                (Node::Text { op: x, .. }, Node::Text { op: y, .. }) => x == y,
                (Node::Loop { op: x, .. }, Node::Loop { op: y, .. }) => x == y,
                (Node::Compare { op: x, .. }, Node::Compare { op: y, .. }) => x == y,
                (Node::Logic { op: x, .. }, Node::Logic { op: y, .. }) => x == y,
                (Node::Index { .. }, Node::Index { .. })
                | (Node::Substring { .. }, Node::Substring { .. }) => true,
                (x, y) => x == y,
            };
            if !alike {
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
                spans: Vec::new(),
                focus: Vec::new(),
                depths: Vec::new(),
                lists: Vec::new(),
                texts: Vec::new(),
                interned: HashMap::new(),
                root: Root::Expression(NodeId(0)),
                source: source.into(),
                paths: None,
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
        if let Some(&id) = self.tree.interned.get(text) {
            return id;
        }
        let id = TextId(u32::try_from(self.tree.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.tree.texts.push(Arc::clone(&text));
        self.tree.interned.insert(text, id);
        id
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
        self.tree.nodes.push(node);
        let below = self.tree.children(id).map(|child| self.tree.depth(child)).max().unwrap_or(0);
        let depth = below.saturating_add(1);
        if depth > self.depth {
            self.tree.nodes.pop();
            return Err(Full::Depth);
        }
        self.tree.spans.push(span);
        self.tree.focus.push(focus);
        self.tree.depths.push(depth);
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
        operands: &[NodeId],
        span: Span,
        focus: Span,
    ) -> Result<NodeId, Full> {
        if let [only] = operands {
            return Ok(*only);
        }
        let start = u32::try_from(self.tree.lists.len()).unwrap_or(u32::MAX);
        for &operand in operands {
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

    /// Gives each node the path step that it was read at, `u32::MAX` for the whole input, and the table of
    /// steps: for wire JSON.
    pub fn paths(&mut self, of_nodes: Vec<u32>, steps: Vec<PathStep>) {
        self.tree.paths = Some((of_nodes, steps));
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
        match &self.root {
            Root::Expression(id) => mark(*id, &mut reached),
            Root::Template(parts) => {
                for part in parts {
                    if let Part::Expression { root, .. } = part {
                        mark(*root, &mut reached);
                    }
                }
            }
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
                Node::Member { base, name } => Node::Member { base: to(base), name },
                Node::Index { base, index } => Node::Index { base: to(base), index: to(index) },
                Node::Unary { op, operand } => Node::Unary { op, operand: to(operand) },
                Node::Substring { text, from, to: end } => {
                    Node::Substring { text: to(text), from: to(from), to: end.map(to) }
                }
                Node::Text { op, subject, argument } => {
                    Node::Text { op, subject: to(subject), argument: to(argument) }
                }
                Node::Loop { op, over, body } => Node::Loop { op, over: to(over), body: to(body) },
                Node::Compare { op, left, right } => Node::Compare { op, left: to(left), right: to(right) },
                Node::InstanceOf { operand, type_name } => {
                    Node::InstanceOf { operand: to(operand), type_name }
                }
                Node::Logic { op, operands } => {
                    let start = u32::try_from(lists.len()).unwrap_or(u32::MAX);
                    lists.extend(self.operands(operands).iter().map(|&id| to(id)));
                    Node::Logic { op, operands: Operands { start, len: operands.len } }
                }
                leaf => leaf,
            });
        }
        fn kept<T: Copy>(items: &[T], reached: &[bool]) -> Vec<T> {
            items.iter().zip(reached).filter(|(_, keep)| **keep).map(|(item, _)| *item).collect()
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
        Self {
            spans: kept(&self.spans, &reached),
            focus: kept(&self.focus, &reached),
            depths: kept(&self.depths, &reached),
            paths: self.paths.map(|(of_nodes, steps)| (kept(&of_nodes, &reached), steps)),
            nodes,
            lists,
            root,
            texts: self.texts,
            interned: self.interned,
            source: self.source,
        }
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
        let inner = builder.logic(LogicOp::And, &[b, c], none, none).unwrap();
        let other = builder.logic(LogicOp::Or, &[d, a], none, none).unwrap();
        let root = builder.logic(LogicOp::And, &[a, inner, other], none, none).unwrap();
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
        let not = builder.push(Node::Unary { op: UnaryOp::Not, operand: a }, none, none).unwrap();
        assert_eq!(
            builder.push(Node::Unary { op: UnaryOp::Not, operand: not }, none, none),
            Err(Full::Depth)
        );
        leaf(&mut builder, "b");
        assert_eq!(builder.push(Node::Null, none, none), Err(Full::Nodes));
    }
}
