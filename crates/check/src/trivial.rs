//! Whether the form of a program is enough to show that no operand is certain to be of a wrong kind.
//!
//! Most programs test values that they read, about which nothing is known, and compare them with literals that fit. For
//! these nothing has to be inferred when they are compiled. The answer is no in case of doubt.

use probelang_dialect::{LoopOp, ProgramKind};
use probelang_syntax::function::{Gives, Makes, Takes};
use probelang_syntax::tree::{At, Node, NodeId, TextId, Tree};

/// Whether the kinds of a program, redaction and schemas aside, certainly give no reason to warn, whatever the
/// dialect. Reads each node once and allocates nothing.
pub(crate) fn trivial(tree: &Tree, kind: ProgramKind) -> bool {
    let mut form = Form { tree, once: 0, twice: 0, asked: 0 };
    let root = tree.roots().all(|root| match kind {
        ProgramKind::Condition => form.is_truth(root) || form.is_read(root),
        ProgramKind::Metric => {
            form.is_truth(root) || form.is_read(root) || form.is_len(root) || form.is_number(root)
        }
        ProgramKind::Value | ProgramKind::Template => true,
    });
    // what one operand says about a value may contradict what another needs
    root && tree.ids().all(|id| form.node(id)) && form.asked & form.twice == 0
}

/// Reads under one key may be the same read.
const INDEXES: u64 = 1 << 63;
const ELEMENTS: u64 = 1 << 62;
const NAMES: u32 = 62;

struct Form<'t> {
    tree: &'t Tree,
    /// The keys of all reads, and those that more than one has.
    once: u64,
    twice: u64,
    /// The keys of reads that an operator takes for more than their members.
    asked: u64,
}

impl Form<'_> {
    fn node(&mut self, id: NodeId) -> bool {
        match self.tree.node(id) {
            Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) | Node::Str(_) => true,
            Node::Name(name) => self.name(id, name),
            // a number
            Node::At(At::Duration) | Node::Error => false,
            Node::At(_) => self.read(id),
            Node::Member { base, .. } => self.is_read(base) && self.read(id),
            Node::Index { base, index } => {
                let key = matches!(self.tree.node(index), Node::Str(_) | Node::Int(_));
                key && self.ask(base) && self.read(id)
            }
            Node::InstanceOf { .. } => true,
            Node::Not { operand } => self.truth(operand),
            Node::Unary { op, .. } => self.call(id, Makes::Unary(op)),
            Node::Substring { from, to, .. } => {
                let ends = (self.tree.node(from), to.map(|to| self.tree.node(to)));
                let backwards = matches!(ends, (Node::Int(from), Some(Node::Int(to))) if from > to);
                !backwards && self.call(id, Makes::Substring)
            }
            Node::Text { op, .. } => self.call(id, Makes::Text(op)),
            Node::Loop { op, .. } => self.call(id, Makes::Loop(op)),
            Node::Compare { op, left, right } => {
                let reads = [self.ask(left), self.ask(right)];
                let fits = |read: bool, id| {
                    read && (self.is_number(id) || self.is_text(id) || self.is_len(id))
                        || self.is_number(id) && (self.is_len(left) || self.is_len(right))
                };
                op.is_equality() || reads == [true; 2] || fits(reads[0], right) || fits(reads[1], left)
            }
            Node::Logic { operands, .. } => {
                let tree = self.tree;
                tree.operands(operands).iter().all(|&operand| self.truth(operand))
            }
        }
    }

    fn call(&mut self, id: NodeId, makes: Makes) -> bool {
        let tree = self.tree;
        let parameters = makes.function().parameters.iter();
        parameters.zip(tree.children(id)).all(|(parameter, operand)| self.operand(parameter.takes, operand))
    }

    /// An operand of a function.
    fn operand(&mut self, takes: Takes, id: NodeId) -> bool {
        match takes {
            Takes::Anything => true,
            Takes::Sized | Takes::Emptiable => {
                let filter = matches!(self.tree.node(id), Node::Loop { op: LoopOp::Filter, .. });
                filter || self.is_text(id) || self.ask(id)
            }
            Takes::Text | Takes::Subject | Takes::Searched | Takes::Collection => self.ask(id),
            Takes::Bound => self.is_number(id) || self.ask(id),
            Takes::Affix | Takes::Pattern | Takes::Sought => self.is_text(id) || self.ask(id),
            Takes::Predicate => self.truth(id),
        }
    }

    fn name(&mut self, id: NodeId, name: TextId) -> bool {
        let text = self.tree.text(name);
        // names that are values in some dialect
        let predefined = text.starts_with('@') || matches!(text, "undefined" | "Infinity");
        !predefined && self.read(id)
    }

    /// Notes a read.
    fn read(&mut self, id: NodeId) -> bool {
        let key = self.key(id);
        self.twice |= self.once & key;
        self.once |= key;
        true
    }

    /// An operand that must be a read, and is taken for more than its members.
    fn ask(&mut self, id: NodeId) -> bool {
        let key = self.key(id);
        self.asked |= key;
        key != 0
    }

    /// An operand of `&& || !`, a predicate.
    fn truth(&mut self, id: NodeId) -> bool {
        self.is_truth(id) || self.ask(id)
    }

    /// Zero for what is no read.
    fn key(&self, id: NodeId) -> u64 {
        match self.tree.node(id) {
            Node::Name(name) | Node::Member { name, .. } => 1u64.checked_shl(name.0 % NAMES).unwrap_or(1),
            Node::Index { .. } => INDEXES,
            Node::At(_) => ELEMENTS,
            _ => 0,
        }
    }

    fn is_read(&self, id: NodeId) -> bool {
        self.key(id) != 0
    }

    fn is_truth(&self, id: NodeId) -> bool {
        self.tree.node(id).gives_truth()
    }

    fn is_number(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id), Node::Int(_) | Node::Uint(_) | Node::Float(_))
    }

    fn is_text(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id), Node::Str(_))
    }

    fn is_len(&self, id: NodeId) -> bool {
        self.tree.node(id).function().is_some_and(|function| function.gives == Gives::Integer)
    }
}
