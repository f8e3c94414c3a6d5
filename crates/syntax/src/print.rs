//! The canonical text of a tree: parentheses only where the tree would differ without, back quotes only
//! where the bare word would not read back, everything in the spelling of the language page.
//!
//! Printing a tree and parsing the text gives the same tree. The cost is linear in the text; the depth of
//! the tree is held on the heap, so a tree that was built with wider limits prints as well.

use std::fmt::Write as _;

use probelang_diagnostic::Span;
use probelang_diagnostic::spell::{self, Float, Ident, Member};

use crate::function::Makes;
use crate::tree::{Builder, LogicOp, Node, NodeId, Part, Root, Side, TextId, Tree};

/// The canonical text of a tree, and where its nodes are in it.
#[derive(Clone, Debug)]
pub struct Located {
    /// The text.
    pub text: String,
    /// The span of each node, by id, without parentheses around it; empty for a node that the root does not
    /// reach.
    pub spans: Vec<Span>,
    /// The word or sign that makes each node, by id.
    pub focus: Vec<Span>,
    /// The span of each part of a template, braces and escapes included.
    pub parts: Vec<Span>,
}

/// The canonical text of a whole tree.
///
/// ```
/// use probelang_syntax::{Limits, SourceKind, parse, print};
/// let parsed = parse("hasAny( xs, @it>2 )&&(not ('a' == b))", SourceKind::Expression, &Limits::default());
/// assert_eq!(print::tree(&parsed.tree.unwrap()), "any(xs, {@it > 2}) && !(\"a\" == b)");
/// ```
#[must_use]
pub fn tree(tree: &Tree) -> String {
    let mut printer = Printer::new(tree, None);
    printer.root();
    printer.out
}

/// The canonical text of one node, as if it were the whole text.
#[must_use]
pub fn node(tree: &Tree, id: NodeId) -> String {
    let mut printer = Printer::new(tree, None);
    printer.expression(id);
    printer.out
}

/// The canonical text of a whole tree with the places of its nodes.
#[must_use]
pub fn located(tree: &Tree) -> Located {
    let mut printer = Printer::new(tree, Some(vec![Side::default(); tree.len()]));
    let parts = printer.root();
    let (spans, focus) = printer.sides.iter().flatten().map(|side| (side.span, side.focus)).unzip();
    Located { text: printer.out, spans, focus, parts }
}

impl Builder {
    /// Ends a tree that was not read from text: its canonical text becomes the source that spans speak of.
    #[must_use]
    pub fn finish_canonical(self, root: Root) -> Tree {
        let mut tree = self.finish(root);
        let sides = std::mem::take(&mut tree.sides);
        let mut printer = Printer::new(&tree, Some(sides));
        let parts = printer.root();
        let Printer { out, sides, .. } = printer;
        tree.source = out.into();
        tree.sides = sides.unwrap_or_default();
        if let Root::Template(template) = &mut tree.root {
            for (part, place) in template.iter_mut().zip(parts) {
                match part {
                    Part::Text { span, .. } | Part::Expression { span, .. } => *span = place,
                }
            }
        }
        tree
    }
}

/// How tightly a place binds: a node that binds less is put in parentheses there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Equality,
    Order,
    Prefix,
    Postfix,
}

impl Level {
    const fn of(node: Node) -> Self {
        match node {
            Node::Logic { op: LogicOp::Or, .. } => Self::Or,
            Node::Logic { op: LogicOp::And, .. } => Self::And,
            Node::Compare { op, .. } if op.is_equality() => Self::Equality,
            Node::Compare { .. } | Node::InstanceOf { .. } => Self::Order,
            Node::Not { .. } => Self::Prefix,
            _ => Self::Postfix,
        }
    }
}

/// What remains to be written.
#[derive(Clone, Copy)]
enum Step {
    Node(NodeId, Level),
    Text(&'static str),
    /// The word or sign that makes the node.
    Focus(NodeId, &'static str),
    /// The same with a space on both sides.
    Sign(NodeId, &'static str),
    /// The member's name that makes the node.
    Member(NodeId, TextId),
    TypeName(TextId),
    /// `]` of an index, whose focus opened at the place.
    CloseIndex(NodeId),
    OpenIndex(NodeId),
    End {
        id: NodeId,
        start: usize,
        parenthesised: bool,
    },
}

struct Printer<'t> {
    tree: &'t Tree,
    out: String,
    steps: Vec<Step>,
    /// Where the nodes are, if that is asked for.
    sides: Option<Vec<Side>>,
}

impl<'t> Printer<'t> {
    fn new(tree: &'t Tree, sides: Option<Vec<Side>>) -> Self {
        Self { tree, out: String::with_capacity(64), steps: Vec::with_capacity(32), sides }
    }

    /// Writes everything; gives the places of a template's parts.
    fn root(&mut self) -> Vec<Span> {
        let tree = self.tree;
        match tree.root() {
            Root::Expression(id) => {
                self.expression(*id);
                Vec::new()
            }
            Root::Template(parts) => {
                let mut places = Vec::with_capacity(parts.len());
                for part in parts {
                    let start = self.out.len();
                    match part {
                        Part::Text { text, .. } => push_template_text(&mut self.out, tree.text(*text)),
                        Part::Expression { root, .. } => {
                            self.out.push('{');
                            self.expression(*root);
                            self.out.push('}');
                        }
                    }
                    places.push(Span::from_usize(start, self.out.len()));
                }
                places
            }
        }
    }

    fn expression(&mut self, id: NodeId) {
        self.steps.push(Step::Node(id, Level::Or));
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Node(id, least) => self.node(id, least),
                Step::Text(text) => self.out.push_str(text),
                Step::Focus(id, text) => self.focused(id, |out| out.push_str(text)),
                Step::Sign(id, text) => {
                    self.out.push(' ');
                    self.focused(id, |out| out.push_str(text));
                    self.out.push(' ');
                }
                Step::Member(id, name) => {
                    let name = Member(self.tree.text(name));
                    self.focused(id, |out| told(name.write(out)));
                }
                Step::TypeName(name) => told(spell::string(self.tree.text(name)).write(&mut self.out)),
                Step::OpenIndex(id) => self.focused(id, |out| out.push('[')),
                Step::CloseIndex(id) => {
                    self.out.push(']');
                    let end = self.out.len();
                    if let Some(side) = self.side(id) {
                        side.focus.end = Span::from_usize(0, end).end;
                    }
                }
                Step::End { id, start, parenthesised } => {
                    self.place(id, start);
                    if parenthesised {
                        self.out.push(')');
                    }
                }
            }
        }
    }

    /// Writes what comes before the node's first operand, and queues the rest.
    fn node(&mut self, id: NodeId, least: Level) {
        let node = self.tree.node(id);
        if self.leaf(id, node) {
            return;
        }
        let parenthesised = Level::of(node) < least;
        if parenthesised {
            self.out.push('(');
        }
        let start = self.out.len();
        self.steps.push(Step::End { id, start, parenthesised });
        match node {
            Node::Member { base, name } => {
                self.then(&[Step::Node(base, Level::Postfix), Step::Text("."), Step::Member(id, name)]);
            }
            Node::Index { base, index } => self.then(&[
                Step::Node(base, Level::Postfix),
                Step::OpenIndex(id),
                Step::Node(index, Level::Or),
                Step::CloseIndex(id),
            ]),
            Node::Not { operand } => {
                self.then(&[Step::Focus(id, "!"), Step::Node(operand, Level::Prefix)]);
            }
            Node::Unary { op, operand } => self.call(id, op.text(), &[operand]),
            Node::Substring { text, from, to } => {
                let name = Makes::Substring.function().name;
                match to {
                    Some(to) => self.call(id, name, &[text, from, to]),
                    None => self.call(id, name, &[text, from]),
                }
            }
            Node::Text { op, subject, argument } => self.call(id, op.text(), &[subject, argument]),
            Node::Loop { op, over, body } => self.then(&[
                Step::Focus(id, op.text()),
                Step::Text("("),
                Step::Node(over, Level::Or),
                Step::Text(", {"),
                Step::Node(body, Level::Or),
                Step::Text("})"),
            ]),
            Node::Compare { op, left, right } => {
                let operand = if op.is_equality() { Level::Order } else { Level::Prefix };
                self.then(&[
                    Step::Node(left, operand),
                    Step::Sign(id, op.text()),
                    Step::Node(right, operand),
                ]);
            }
            Node::InstanceOf { operand, type_name } => self.then(&[
                Step::Node(operand, Level::Prefix),
                Step::Sign(id, "instanceof"),
                Step::TypeName(type_name),
            ]),
            Node::Logic { op, operands } => self.logic(id, op, self.tree.operands(operands)),
            // leaves
            _ => {}
        }
    }

    /// Writes a node without operands, which never needs parentheses; false for any other.
    fn leaf(&mut self, id: NodeId, node: Node) -> bool {
        let (tree, start, out) = (self.tree, self.out.len(), &mut self.out);
        match node {
            Node::Null => out.push_str("null"),
            Node::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Node::Int(value) => told(write!(out, "{value}")),
            Node::Uint(value) => told(write!(out, "{value}")),
            Node::Float(value) => told(write!(out, "{}", Float(value))),
            Node::Str(text) => told(spell::string(tree.text(text)).write(out)),
            Node::Name(name) => told(Ident(tree.text(name)).write(out)),
            Node::At(at) => out.push_str(at.text()),
            Node::Error => out.push('…'),
            _ => return false,
        }
        let span = Span::from_usize(start, self.out.len());
        if let Some(side) = self.side(id) {
            (side.span, side.focus) = (span, span);
        }
        true
    }

    fn call(&mut self, id: NodeId, name: &'static str, arguments: &[NodeId]) {
        self.steps.push(Step::Text(")"));
        for (at, &argument) in arguments.iter().enumerate().rev() {
            self.steps.push(Step::Node(argument, Level::Or));
            if at > 0 {
                self.steps.push(Step::Text(", "));
            }
        }
        self.then(&[Step::Focus(id, name), Step::Text("(")]);
    }

    fn logic(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId]) {
        let level = if op == LogicOp::Or { Level::And } else { Level::Equality };
        for (at, &operand) in operands.iter().enumerate().rev() {
            self.steps.push(Step::Node(operand, level));
            match at {
                0 => {}
                // The first operator is the one that makes the node.
                1 => self.steps.push(Step::Sign(id, op.text())),
                _ => self.then(&[Step::Text(" "), Step::Text(op.text()), Step::Text(" ")]),
            }
        }
    }

    /// Queues `steps` to come next, in their order.
    fn then(&mut self, steps: &[Step]) {
        self.steps.extend(steps.iter().rev());
    }

    fn focused(&mut self, id: NodeId, write: impl FnOnce(&mut String)) {
        let start = self.out.len();
        write(&mut self.out);
        let span = Span::from_usize(start, self.out.len());
        if let Some(side) = self.side(id) {
            side.focus = span;
        }
    }

    fn place(&mut self, id: NodeId, start: usize) {
        let span = Span::from_usize(start, self.out.len());
        if let Some(side) = self.side(id) {
            side.span = span;
        }
    }

    fn side(&mut self, id: NodeId) -> Option<&mut Side> {
        self.sides.as_mut()?.get_mut(id.0 as usize)
    }
}

/// Writing to a string does not fail.
const fn told(_written: std::fmt::Result) {}

/// Writes literal text of a template with its braces doubled.
fn push_template_text(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '{' | '}') {
            out.push(c);
        }
        out.push(c);
    }
}
