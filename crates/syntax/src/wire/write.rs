//! Tree to JSON: canonical keys, `and` and `or` binary and balanced, numbers in canonical text.

use std::fmt::Write as _;

use probelang_diagnostic::spell::{Float, push_visible_json};

use crate::function::Makes;
use crate::operation::Operation;
use crate::print;
use crate::tree::{LogicOp, Node, NodeId, Part, Root, TextId, Tree};

/// The wire form of a tree, on one line: an expression, or the list of segments of a template.
///
/// Reading it back gives the same tree. Linear in the text that is written; depth lies on the heap.
#[must_use]
pub fn write(tree: &Tree) -> String {
    let mut writer = Writer { tree, out: String::new(), steps: Vec::new() };
    match tree.root() {
        Root::Expression(id) => writer.expression(*id),
        Root::Template(parts) => writer.segments(parts),
    }
    writer.out
}

/// The wire form of one node.
#[must_use]
pub fn write_node(tree: &Tree, id: NodeId) -> String {
    let mut writer = Writer { tree, out: String::new(), steps: Vec::new() };
    writer.expression(id);
    writer.out
}

#[derive(Clone, Copy)]
enum Step<'t> {
    Node(NodeId),
    Text(&'static str),
    Str(TextId),
    /// Operands of one `and` or `or`.
    Run(LogicOp, &'t [NodeId]),
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    steps: Vec<Step<'t>>,
}

impl<'t> Writer<'t> {
    fn segments(&mut self, parts: &'t [Part]) {
        let tree = self.tree;
        self.out.push('[');
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            match *part {
                Part::Text { text, .. } => {
                    self.out.push_str("{\"str\":");
                    push_visible_json(&mut self.out, tree.text(text));
                }
                Part::Expression { root, label, .. } => {
                    self.out.push_str("{\"dsl\":");
                    match label {
                        Some(label) => push_visible_json(&mut self.out, tree.text(label)),
                        None => push_visible_json(&mut self.out, &print::node(tree, root)),
                    }
                    self.out.push_str(",\"json\":");
                    self.expression(root);
                }
            }
            self.out.push('}');
        }
        self.out.push(']');
    }

    fn expression(&mut self, id: NodeId) {
        self.steps.push(Step::Node(id));
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Node(id) => self.node(self.tree.node(id)),
                Step::Text(text) => self.out.push_str(text),
                Step::Str(text) => push_visible_json(&mut self.out, self.tree.text(text)),
                Step::Run(op, operands) => self.run(op, operands),
            }
        }
    }

    fn node(&mut self, node: Node) {
        match node {
            // No tree with an error is ever written.
            Node::Null | Node::Error => self.out.push_str("null"),
            Node::Bool(value) => self.push(value),
            Node::Int(value) => self.push(value),
            Node::Uint(value) => self.push(value),
            Node::Float(value) => self.push(Float(value)),
            Node::Str(text) => push_visible_json(&mut self.out, self.tree.text(text)),
            Node::Name(name) => {
                self.out.push_str("{\"ref\":");
                push_visible_json(&mut self.out, self.tree.text(name));
                self.out.push('}');
            }
            Node::At(at) => {
                self.out.push_str("{\"ref\":");
                push_visible_json(&mut self.out, at.text());
                self.out.push('}');
            }
            Node::Member { base, name } => {
                self.list(Operation::Member.key(), &[Step::Node(base), Step::Str(name)])
            }
            Node::Index { base, index } => {
                self.list(Operation::Index.key(), &[Step::Node(base), Step::Node(index)])
            }
            Node::Not { operand } => self.bare(Operation::Not.key(), operand),
            Node::Unary { op, operand } => self.bare(op.text(), operand),
            Node::Substring { text, from, to } => {
                let key = Makes::Substring.function().name;
                let [text, from] = [text, from].map(Step::Node);
                match to {
                    Some(to) => self.list(key, &[text, from, Step::Node(to)]),
                    None => self.list(key, &[text, from]),
                }
            }
            Node::Text { op, subject, argument } => {
                self.list(op.text(), &[Step::Node(subject), Step::Node(argument)]);
            }
            Node::Loop { op, over, body } => self.list(op.text(), &[Step::Node(over), Step::Node(body)]),
            Node::Compare { op, left, right } => self.list(op.key(), &[Step::Node(left), Step::Node(right)]),
            Node::InstanceOf { operand, type_name } => {
                self.list(Operation::InstanceOf.key(), &[Step::Node(operand), Step::Str(type_name)]);
            }
            Node::Logic { op, operands } => self.run(op, self.tree.operands(operands)),
        }
    }

    /// Halves the operands, so that nesting grows with the logarithm of their number. The second half is
    /// the longer one: there is a tracer that reads a nested `and` rightly in last place only.
    fn run(&mut self, op: LogicOp, operands: &'t [NodeId]) {
        if let [only] = operands {
            self.steps.push(Step::Node(*only));
        } else if let (false, Some((left, right))) =
            (operands.is_empty(), operands.split_at_checked(operands.len() / 2))
        {
            self.list(op.key(), &[Step::Run(op, left), Step::Run(op, right)]);
        }
    }

    fn list(&mut self, key: &'static str, operands: &[Step<'t>]) {
        self.key(key);
        self.out.push('[');
        self.steps.push(Step::Text("]}"));
        for (at, &operand) in operands.iter().enumerate().rev() {
            self.steps.push(operand);
            if at > 0 {
                self.steps.push(Step::Text(","));
            }
        }
    }

    fn bare(&mut self, key: &'static str, operand: NodeId) {
        self.key(key);
        self.then(&[Step::Node(operand), Step::Text("}")]);
    }

    fn key(&mut self, key: &'static str) {
        self.out.push_str("{\"");
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    fn then(&mut self, steps: &[Step<'t>]) {
        self.steps.extend(steps.iter().rev());
    }

    fn push(&mut self, value: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.out, "{value}");
    }
}
