//! What earlier operands of `&&` and `||` say of values.

use probelang_dialect::{CompareOp, FaultOrNull, UnlikeOrder};
use probelang_syntax::function::Takes;
use probelang_syntax::tree::{LogicOp, Node, NodeId};

use super::Given;
use crate::{Kinds, accepts};

/// That the value of a node, and of all that say the same, is of one of `kinds`.
#[derive(Clone, Copy)]
struct Fact {
    node: NodeId,
    kinds: Kinds,
    /// The predicate whose elements it speaks of, if it speaks of elements.
    within: Option<NodeId>,
    /// The index of the fact that was the latest of the node before; [`NONE`] for the first.
    before: usize,
}

const NONE: usize = usize::MAX;

/// Facts that hold at one point of the evaluation.
#[derive(Default)]
pub(super) struct Facts {
    /// In the order in which they were added. A later one holds all that is known.
    list: Vec<Fact>,
    /// How many there were at each mark.
    marks: Vec<usize>,
    /// The index of the latest fact of each node.
    latest: Vec<usize>,
}

impl Facts {
    /// From here on facts can be taken back.
    pub(super) fn mark(&mut self) {
        self.marks.push(self.list.len());
    }

    /// Takes back what was added since the last mark.
    pub(super) fn retract(&mut self) {
        let length = self.marks.pop().unwrap_or(0);
        while self.list.len() > length
            && let Some(fact) = self.list.pop()
        {
            self.set_latest(fact.node, fact.before);
        }
    }

    fn latest(&self, node: NodeId) -> usize {
        self.latest.get(node.0 as usize).copied().unwrap_or(NONE)
    }

    fn set_latest(&mut self, node: NodeId, at: usize) {
        if let Some(latest) = self.latest.get_mut(node.0 as usize) {
            *latest = at;
        }
    }

    /// The kinds that a node is known to be of within that predicate.
    fn known(&self, node: NodeId, within: Option<NodeId>) -> Option<Kinds> {
        let mut fact = self.list.get(self.latest(node))?;
        while fact.within != within {
            fact = self.list.get(fact.before)?;
        }
        Some(fact.kinds)
    }

    fn add(&mut self, given: &Given<'_>, id: NodeId, kinds: Kinds, within: Option<NodeId>) {
        if !given.numbering.is_read(id) {
            return;
        }
        let node = given.numbering.first(id);
        let within = within.filter(|_| given.numbering.uses_elements(node));
        let known = self.known(node, within).unwrap_or(Kinds::ALL);
        let kinds = kinds.both(known);
        // nothing new
        if kinds == known {
            return;
        }
        if self.latest.is_empty() {
            self.latest.resize(given.tree.len(), NONE);
        }
        let at = self.list.len();
        self.list.push(Fact { node, kinds, within, before: self.latest(node) });
        self.set_latest(node, at);
    }

    /// The kinds that the value of `id` is known to be of; `None` where nothing is known.
    pub(super) fn kinds(&self, given: &Given<'_>, id: NodeId, within: Option<NodeId>) -> Option<Kinds> {
        if self.list.is_empty() || !given.numbering.is_read(id) {
            return None;
        }
        let node = given.numbering.first(id);
        self.known(node, within.filter(|_| given.numbering.uses_elements(node)))
    }
}

/// Adds what follows from `id` having come out as `outcome`.
pub(super) fn imply(given: &Given<'_>, id: NodeId, outcome: bool, within: Option<NodeId>, facts: &mut Facts) {
    let dialect = given.dialect;
    let null_passes = dialect.null_member == FaultOrNull::Null;
    let ordered_kinds = dialect.unlike_order == UnlikeOrder::Fault;
    // nodes whose outcome is known (`Some`), and nodes that are only known not to have faulted
    let mut pending = Vec::with_capacity(8);
    pending.push((id, Some(outcome)));
    while let Some((id, outcome)) = pending.pop() {
        let mut add = |node, kinds| facts.add(given, node, kinds, within);
        match given.tree.node(id) {
            Node::Not { operand } => {
                add(operand, accepts::logic(dialect));
                pending.push((operand, outcome.map(|outcome| !outcome)));
            }
            Node::Unary { .. } | Node::Substring { .. } | Node::Text { .. } | Node::Loop { .. } => {
                let parameters =
                    given.tree.node(id).function().map_or(&[][..], |function| function.parameters);
                for (parameter, operand) in parameters.iter().zip(given.tree.children(id)) {
                    let takes = parameter.takes;
                    match takes {
                        // a fault inside is an outcome of its own, and a predicate may never be reached
                        Takes::Anything | Takes::Predicate => {}
                        Takes::Sized
                        | Takes::Emptiable
                        | Takes::Text
                        | Takes::Bound
                        | Takes::Subject
                        | Takes::Searched
                        | Takes::Collection => {
                            add(operand, accepts::operand(takes, dialect));
                            pending.push((operand, None));
                        }
                        // which kinds are right depends on the operand before it
                        Takes::Affix | Takes::Pattern | Takes::Sought => pending.push((operand, None)),
                    }
                }
            }
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
            Node::Member { base, .. } => {
                add(base, if null_passes { Kinds::ALL } else { Kinds::ALL.minus(Kinds::NULL) });
                pending.push((base, None));
            }
            Node::Index { base, index } => {
                let passed = Kinds::UNDEFINED.union(Kinds::PLACEHOLDER);
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
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Name(_)
            | Node::At(_)
            | Node::Error => {}
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
