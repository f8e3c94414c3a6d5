//! What earlier operands of `&&` and `||` say of values.

use std::collections::HashMap;

use probelang_syntax::dialect::{NullReceiver, UnlikeOrder};
use probelang_syntax::tree::{CompareOp, LogicOp, Node, NodeId, UnaryOp};

use super::Given;
use crate::{Kinds, accepts};

/// That the value of `node` is of one of `kinds`, for nodes within the same predicate if it has elements.
#[derive(Clone, Copy)]
struct Fact {
    node: NodeId,
    kinds: Kinds,
    /// The predicate whose elements it speaks of.
    within: Option<NodeId>,
}

/// Facts that hold at one point of the evaluation.
#[derive(Default)]
pub(super) struct Facts {
    /// With their prints, in the order in which they were added.
    list: Vec<(u64, Fact)>,
    /// How many there were at each mark.
    marks: Vec<usize>,
    /// Where the facts of a print stand, once there are more than [`FEW`].
    by_print: HashMap<u64, Vec<usize>>,
}

/// So many facts are looked through one by one.
const FEW: usize = 16;

impl Facts {
    /// From here on facts can be taken back.
    pub(super) fn mark(&mut self) {
        self.marks.push(self.list.len());
    }

    /// Takes back what was added since the last mark.
    pub(super) fn retract(&mut self) {
        let before = self.marks.pop().unwrap_or(0);
        while self.list.len() > before
            && let Some((print, _)) = self.list.pop()
        {
            if let Some(places) = self.by_print.get_mut(&print) {
                places.pop();
            }
        }
        if before <= FEW {
            self.by_print.clear();
        }
    }

    fn add(&mut self, given: &Given<'_>, node: NodeId, kinds: Kinds, within: Option<NodeId>) {
        if !given.same.is_read(node) || kinds == Kinds::ALL {
            return;
        }
        self.list.push((given.same.print(node), Fact { node, kinds, within }));
        let first = if self.by_print.is_empty() { 0 } else { self.list.len().saturating_sub(1) };
        if self.list.len() > FEW {
            for (at, (print, _)) in self.list.iter().enumerate().skip(first) {
                self.by_print.entry(*print).or_default().push(at);
            }
        }
    }

    /// The kinds that the value of `id` is known to be of; `None` where nothing is known.
    pub(super) fn kinds(&self, given: &Given<'_>, id: NodeId, within: Option<NodeId>) -> Option<Kinds> {
        if self.list.is_empty() || !given.same.is_read(id) {
            return None;
        }
        let elements = given.same.uses_elements(id);
        let print = given.same.print(id);
        let holds = |fact: &Fact| {
            ((!elements || fact.within == within) && given.same.nodes(fact.node, id)).then_some(fact.kinds)
        };
        if self.list.len() > FEW {
            let places = self.by_print.get(&print)?;
            let facts = places.iter().filter_map(|&at| self.list.get(at));
            facts.filter_map(|(_, fact)| holds(fact)).reduce(Kinds::both)
        } else {
            let facts = self.list.iter().filter(|(other, _)| *other == print);
            facts.filter_map(|(_, fact)| holds(fact)).reduce(Kinds::both)
        }
    }
}

/// Adds what follows from `id` having come out as `outcome`.
pub(super) fn imply(given: &Given<'_>, id: NodeId, outcome: bool, within: Option<NodeId>, facts: &mut Facts) {
    let dialect = given.dialect;
    let null_passes = dialect.null_receiver == NullReceiver::Null;
    let ordered_kinds = dialect.unlike_order == UnlikeOrder::Fault;
    // nodes whose outcome is known (`Some`), and nodes of which only is known that they did not fault
    let mut pending = Vec::with_capacity(8);
    pending.push((id, Some(outcome)));
    while let Some((id, outcome)) = pending.pop() {
        let mut add = |node, kinds| facts.add(given, node, kinds, within);
        match given.tree.node(id) {
            Node::Unary { op: UnaryOp::Not, operand } => {
                add(operand, accepts::logic(dialect));
                pending.push((operand, outcome.map(|outcome| !outcome)));
            }
            Node::Unary { op: op @ (UnaryOp::Len | UnaryOp::IsEmpty), operand } => {
                add(operand, accepts::unary(op, dialect));
                pending.push((operand, None));
            }
            // a fault inside is an outcome of its own
            Node::Unary { .. } => {}
            Node::Logic { op, operands } => {
                let operands = given.tree.operands(operands);
                // every operand came out so, or only the first is known to have been evaluated
                let all = outcome.filter(|outcome| *outcome == (op == LogicOp::And));
                let known = if all.is_some() { operands } else { operands.get(..1).unwrap_or(&[]) };
                for &operand in known {
                    add(operand, accepts::logic(dialect));
                    pending.push((operand, all));
                }
            }
            Node::Text { op, subject, argument } => {
                add(subject, accepts::subject(op, dialect));
                pending.extend([(subject, None), (argument, None)]);
            }
            Node::Substring { text, .. } => add(text, Kinds::STR),
            Node::Loop { over, .. } => {
                add(over, accepts::over(dialect));
                pending.push((over, None));
            }
            Node::Member { base, .. } => {
                add(base, if null_passes { Kinds::ALL } else { Kinds::ALL.minus(Kinds::NULL) });
                pending.push((base, None));
            }
            Node::Index { base, index } => {
                let passed = Kinds::UNDEFINED.union(Kinds::PLACEHOLDER);
                let passed = if null_passes { passed.union(Kinds::NULL) } else { passed };
                add(base, accepts::indexed(dialect).union(passed));
                pending.extend([(base, None), (index, None)]);
            }
            Node::Compare { op, left, right } => {
                pending.extend([(left, None), (right, None)]);
                let equal = match (op, outcome) {
                    (CompareOp::Eq, Some(outcome)) => Some(outcome),
                    (CompareOp::Ne, Some(outcome)) => Some(!outcome),
                    _ => None,
                };
                for (side, other) in [(left, right), (right, left)] {
                    if op.is_equality() {
                        if let Some(kinds) = equal.and_then(|equal| compared(given.tree.node(other), equal)) {
                            add(side, kinds);
                        }
                    } else if let Some(kinds) = ordered(given.tree.node(other)).filter(|_| ordered_kinds) {
                        add(side, kinds);
                    }
                }
            }
            Node::InstanceOf { operand, .. } => {
                pending.push((operand, None));
            }
            _ => {}
        }
    }
}

/// What a value is that is, or is not, equal to this literal.
fn compared(literal: Node, equal: bool) -> Option<Kinds> {
    let kinds = match literal {
        Node::Null => return Some(if equal { Kinds::NULL } else { Kinds::ALL.minus(Kinds::NULL) }),
        Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) => Kinds::NUMBER.union(Kinds::BOOL),
        Node::Str(_) => Kinds::TEXTUAL,
        _ => return None,
    };
    equal.then_some(kinds)
}

/// What a value is that was ordered with this literal.
fn ordered(literal: Node) -> Option<Kinds> {
    match literal {
        Node::Int(_) | Node::Uint(_) | Node::Float(_) => Some(Kinds::NUMBER.union(Kinds::BOOL)),
        Node::Str(_) => Some(Kinds::STR),
        _ => None,
    }
}
