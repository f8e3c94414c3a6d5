//! Why a program answered as it did: its tree with what every node gave.

use probelang_dialect::LoopOp;
use probelang_host::{Budget, Host};
use probelang_syntax::tree::LogicOp;
use probelang_syntax::{Node, NodeId, Root, Tree, print};
use probelang_vm::{Ended, Linked, LoopSeen, Observed, RawFault, Shown, TraceLimits, Verdict};

/// A run explained: the tree in the order in which it is written, parents first.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// What the run ended with: the same as without a trace.
    pub ended: Ended,
    /// Steps that it took.
    pub steps: u64,
    /// The nodes. A template has several of [level](TraceNode::level) 0, one for each expression.
    pub nodes: Vec<TraceNode>,
}

/// A node of the tree, and what it gave.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceNode {
    /// The node.
    pub id: NodeId,
    /// Levels above it.
    pub level: u16,
    /// Its text as it stands in the source; canonical text where that is longer than a line, and of a wire
    /// program.
    pub expr: String,
    /// Whether it is a literal, which says itself what it gives.
    pub literal: bool,
    /// The places of its operands in [`Trace::nodes`], in order.
    pub children: Vec<usize>,
    /// What it gave.
    pub state: State,
    /// For a loop that ran: its elements. The nodes of its predicate speak of the one that is told here.
    pub elements: Option<LoopSeen>,
}

/// What a node gave.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// A value.
    Value(Shown),
    /// It failed.
    Fault {
        /// The fault.
        fault: RawFault,
        /// The node has a value, which cannot stand where it stands.
        value: Option<Shown>,
        /// The fault arose here, not in an operand.
        own: bool,
    },
    /// It was not evaluated.
    Skipped(Skip),
}

/// Why a node was not evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Skip {
    /// An operand before it decided.
    ShortCircuit,
    /// The loop reached no element.
    NoElement,
    /// Something before it failed.
    Fault,
}

impl Skip {
    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ShortCircuit => "skipped by short circuit",
            Self::NoElement => "no element was reached",
            Self::Fault => "not reached: something before it failed",
        }
    }

    /// The reason in one word, for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShortCircuit => "shortCircuit",
            Self::NoElement => "noElement",
            Self::Fault => "fault",
        }
    }
}

/// Runs `linked` over `host` under observation and explains what came of it. `linked` comes of
/// [`compile_traced`](crate::compile_traced) of the same `tree`. Values are printed under `limits` and the
/// policy of redaction that the program was linked with. The cost is that of the run, without what an
/// optimised program saves, and of printing a short text for each node.
#[must_use]
pub fn trace(
    tree: &Tree,
    linked: &Linked,
    host: &dyn Host,
    budget: &mut Budget<'_>,
    limits: &TraceLimits,
) -> Trace {
    let Observed { ended, steps, nodes: seen } = linked.trace(host, budget, limits);
    // children stand before their parents
    let mut states: Vec<Option<State>> = Vec::with_capacity(tree.len());
    let mut loops: Vec<Option<LoopSeen>> = Vec::with_capacity(tree.len());
    let mut seen = seen.into_iter();
    for id in tree.ids() {
        let seen = seen.next().unwrap_or_default();
        let of = |child: NodeId| states.get(child.0 as usize).and_then(Option::as_ref);
        let failed = |child: NodeId| match of(child) {
            Some(State::Fault { fault, .. }) => Some(*fault),
            _ => None,
        };
        let inherited = match (tree.node(id), &seen.elements) {
            // a lazy filter has its value before its predicate fails
            (Node::Loop { op: LoopOp::Filter, body, .. }, Some(elements))
                if elements.element.as_ref().is_some_and(|element| element.failed) =>
            {
                failed(body)
            }
            _ if seen.value.is_some() => None,
            _ => tree.children(id).filter_map(failed).last(),
        };
        let state = match (seen.fault, inherited, seen.value) {
            (Some(fault), _, value) => Some(State::Fault { fault, value, own: true }),
            (None, Some(fault), value) => Some(State::Fault { fault, value, own: false }),
            (None, None, Some(value)) => Some(State::Value(value)),
            (None, None, None) => None,
        };
        states.push(state);
        loops.push(seen.elements);
    }
    let mut trace = Trace { ended, steps, nodes: Vec::with_capacity(tree.len()) };
    let roots: Vec<NodeId> = match tree.root() {
        Root::Expression(root) => vec![*root],
        Root::Template(parts) => parts
            .iter()
            .filter_map(|part| match part {
                probelang_syntax::tree::Part::Expression { root, .. } => Some(*root),
                probelang_syntax::tree::Part::Text { .. } => None,
            })
            .collect(),
    };
    let mut pending: Vec<(NodeId, Option<usize>)> = roots.into_iter().rev().map(|id| (id, None)).collect();
    while let Some((id, parent)) = pending.pop() {
        let at = trace.nodes.len();
        let mut level = 0;
        let mut skip = Skip::Fault;
        if let Some(parent) = parent.and_then(|parent| trace.nodes.get_mut(parent)) {
            parent.children.push(at);
            level = parent.level.saturating_add(1);
            skip = why_skipped(tree, parent, id);
        }
        let at_id = id.0 as usize;
        trace.nodes.push(TraceNode {
            id,
            level,
            expr: text(tree, id),
            literal: tree.node(id).is_literal(),
            children: Vec::new(),
            state: states.get_mut(at_id).and_then(Option::take).unwrap_or(State::Skipped(skip)),
            elements: loops.get_mut(at_id).and_then(Option::take),
        });
        let children: Vec<NodeId> = tree.children(id).collect();
        pending.extend(children.into_iter().rev().map(|child| (child, Some(at))));
    }
    trace
}

/// Why `child` of `parent` gave nothing.
fn why_skipped(tree: &Tree, parent: &TraceNode, child: NodeId) -> Skip {
    let body = matches!(tree.node(parent.id), Node::Loop { body, .. } if body == child);
    match &parent.state {
        State::Skipped(skip) => *skip,
        State::Value(_) if body => Skip::NoElement,
        State::Value(_) => Skip::ShortCircuit,
        State::Fault { .. } => Skip::Fault,
    }
}

fn text(tree: &Tree, id: NodeId) -> String {
    let source = tree.span(id).slice(tree.source());
    if source.contains(['\n', '\r', '\t']) { print::node(tree, id) } else { source.to_owned() }
}

impl Trace {
    /// The node that decided that an answer is false: the innermost one whose answer alone did. `None` where
    /// the answer is another.
    #[must_use]
    pub fn decider(&self, tree: &Tree) -> Option<&TraceNode> {
        let not = match &self.ended {
            Ended::Condition(verdict) => *verdict == Verdict::NotMatched,
            Ended::Value(Ok(json)) => json == "false",
            _ => false,
        };
        if !not {
            return None;
        }
        let mut node = self.nodes.first()?;
        let mut wanted = false;
        loop {
            let deciding = |truth: bool| {
                node.children.iter().filter_map(|&at| self.nodes.get(at)).find(|child| child.is(truth))
            };
            let next = match (tree.node(node.id), wanted) {
                (Node::Not { .. }, _) => {
                    wanted = !wanted;
                    deciding(wanted)
                }
                (Node::Logic { op: LogicOp::And, .. }, false) => deciding(false),
                (Node::Logic { op: LogicOp::Or, .. }, true) => deciding(true),
                _ => None,
            };
            match next {
                Some(child) => node = child,
                None => return Some(node),
            }
        }
    }
}

impl TraceNode {
    fn is(&self, truth: bool) -> bool {
        matches!(&self.state, State::Value(shown) if shown.json.as_deref() == Some(if truth { "true" } else { "false" }))
    }
}
