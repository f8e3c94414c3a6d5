//! Why a program answered as it did: its expressions with what every part gave.

use std::sync::Arc;

use probelang_check::Accepted;
use probelang_diagnostic::Span;
use probelang_dialect::{LoopOp, ProgramKind};
use probelang_host::{Budget, Host, Names, Projection, Resolve};
use probelang_syntax::tree::LogicOp;
use probelang_syntax::{Node, NodeId, Tree, print};
use probelang_vm::{RawFault, Wanted};

pub use probelang_vm::{Element, HiddenPart, LoopSeen, Shown, TraceLimits};

use crate::settings::Settings;
use crate::{Answer, Bound, Fault, Scope};

/// What a program was compiled from, for compiling it again with an observer.
pub(crate) struct Origin(Accepted);

impl Origin {
    pub(crate) const fn new(accepted: Accepted) -> Self {
        Self(accepted)
    }

    /// What the program reads of its scope.
    pub(crate) fn projection(&self) -> Projection {
        probelang_check::projection(self.0.tree(), &self.0.options().dialect)
    }

    pub(crate) fn traced(&self, settings: &Settings) -> Option<Traced> {
        // what compiled once compiles again
        let program = probelang_compile::compile_traced(&self.0).ok()?;
        Some(Traced { program, tree: Arc::clone(self.0.tree()), settings: settings.clone() })
    }
}

/// A program with an observer in it. It answers as the plain program does, runs slower, and explains each run.
///
/// ```
/// use probelang::{Document, Engine};
///
/// let condition = Engine::new().condition("user.age > 40 && user.active")?;
/// let traced = condition.program().traced().expect("a program from text can be traced");
/// let trace = traced.run(&Document::parse(br#"{"user": {"age": 36, "active": true}}"#)?);
/// let decider = trace.decider.and_then(|at| trace.nodes.get(at)).unwrap();
/// assert_eq!(decider.expression, "user.age > 40");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Traced {
    program: Arc<probelang_vm::Program>,
    tree: Arc<Tree>,
    settings: Settings,
}

impl Traced {
    /// What the program is for.
    #[must_use]
    pub fn kind(&self) -> ProgramKind {
        self.program.kind()
    }

    /// The text that spans count in.
    #[must_use]
    pub fn source(&self) -> &str {
        self.program.source()
    }

    /// Runs the program over a scope and explains what it gave.
    #[must_use]
    pub fn run(&self, scope: &impl Scope) -> Trace {
        let mut names = Names::new();
        let bound = self.bind(&mut names);
        let host = scope.host(&names);
        self.settings.with_budget(|budget| bound.run(&host, budget, &TraceLimits::default()))
    }

    /// Binds the program to the hosts whose symbols `names` gives out.
    #[must_use]
    pub fn bind(&self, names: &mut dyn Resolve) -> BoundTraced {
        let linked = self.program.link(names, &self.settings.policy);
        BoundTraced { bound: Bound::new(linked, &self.settings), tree: Arc::clone(&self.tree) }
    }
}

impl std::fmt::Debug for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traced").field("kind", &self.kind()).field("source", &self.source()).finish()
    }
}

/// A program with an observer, bound to a family of hosts.
#[derive(Clone, Debug)]
pub struct BoundTraced {
    bound: Bound<Traced>,
    tree: Arc<Tree>,
}

impl BoundTraced {
    /// Runs the program over `host` and explains what it gave. Values are printed under `limits` and the
    /// engine's redaction.
    ///
    /// # Cost
    /// That of the run, without what an optimised program saves, and of printing a short text for each node.
    /// Near a limit of the budget a traced run may reach it when a plain run does not.
    #[must_use]
    pub fn run(&self, host: &dyn Host, budget: &mut Budget<'_>, limits: &TraceLimits) -> Trace {
        explain(&self.tree, &self.bound, host, budget, limits, &[])
    }

    /// Shows the predicates of loops in `trace`, which `run` gave for the same host, for other elements than it
    /// chose. An element that its loop did not reach leaves the loop as it is. All else of the trace stays.
    ///
    /// To show an element of a loop inside another, ask for the element of the outer one too.
    ///
    /// ```
    /// use probelang::host::{Budget, Names};
    /// use probelang::trace::{ShownElement, TraceLimits};
    /// use probelang::{Document, Engine};
    ///
    /// let condition = Engine::new().condition("any(ages, {@it > 40})")?;
    /// let traced = condition.program().traced().expect("a program from text can be traced");
    /// let data = Document::parse(br#"{"ages": [36, 17]}"#)?;
    /// let mut names = Names::new();
    /// let bound = traced.bind(&mut names);
    /// let host = data.view(&names);
    /// let budget = || Budget::steps(1_000);
    /// let mut trace = bound.run(&host, &mut budget(), &TraceLimits::default());
    /// let second = ShownElement { start: 0, index: 1 };
    /// bound.show(&mut trace, &[second], &host, &mut budget(), &TraceLimits::default());
    /// assert_eq!(trace.nodes[0].elements.as_ref().unwrap().element.as_ref().unwrap().index, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Cost
    /// That of another run.
    pub fn show(
        &self,
        trace: &mut Trace,
        elements: &[ShownElement],
        host: &dyn Host,
        budget: &mut Budget<'_>,
        limits: &TraceLimits,
    ) {
        let loops = self.tree.ids().filter(|&id| matches!(self.tree.node(id), Node::Loop { .. }));
        let wanted: Vec<Wanted> = loops
            .filter_map(|id| {
                let start = self.tree.span(id).start;
                let element = elements.iter().find(|element| element.start == start)?;
                Some(Wanted { node: id.0, index: element.index })
            })
            .collect();
        let again = explain(&self.tree, &self.bound, host, budget, limits, &wanted);
        for element in elements {
            trace.take(&again, *element);
        }
    }
}

/// An element of a loop for which a trace shows the predicate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShownElement {
    /// The byte at which the loop begins, as in [`TraceNode::span`].
    pub start: u32,
    /// How many elements come before it.
    pub index: u64,
}

/// A run explained.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// What the run gave: the same as without an observer.
    pub answer: Answer,
    /// Steps that the run took.
    pub steps: u64,
    /// The parts of the program in the order in which they are written, parents first. A template has one root
    /// (of [level](TraceNode::level) 0) for each of its expressions.
    pub nodes: Vec<TraceNode>,
    /// The place in `nodes` of the innermost part whose answer decided that the program's answer is false;
    /// `None` for any other answer.
    pub decider: Option<usize>,
}

impl Trace {
    /// Takes what the predicate of a loop gave for an element from another trace of the same program.
    fn take(&mut self, other: &Self, wanted: ShownElement) {
        let found = other.nodes.iter().position(|node| {
            let element = node.elements.as_ref().and_then(|elements| elements.element.as_ref());
            node.span.start == wanted.start && element.is_some_and(|element| element.index == wanted.index)
        });
        let Some((at, theirs)) = found.and_then(|at| Some((at, other.nodes.get(at)?))) else { return };
        let (Some(ours), Some(&body)) = (self.nodes.get_mut(at), theirs.children.last()) else { return };
        let (Some(seen), Some(shown)) = (&mut ours.elements, &theirs.elements) else { return };
        seen.element.clone_from(&shown.element);
        // the parts of a part come after it, up to the next one on its level
        let level = theirs.level;
        for (ours, theirs) in self.nodes.iter_mut().zip(&other.nodes).skip(body) {
            if theirs.level <= level {
                break;
            }
            ours.clone_from(theirs);
        }
    }
}

/// A part of the program, and what it gave.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct TraceNode {
    /// Where it is written: bytes of the program's source, or of the canonical text of a program from JSON.
    pub span: Span,
    /// For a program from JSON, the RFC 6901 path of the part.
    pub path: Option<String>,
    /// Levels above it.
    pub level: u16,
    /// Its text as written; canonical text if that is longer than a line, or if the program is from JSON.
    pub expression: String,
    /// Whether it is a literal, whose value is its text.
    pub literal: bool,
    /// The places of its operands in [`Trace::nodes`], in order.
    pub children: Vec<usize>,
    /// What it gave.
    pub state: State,
    /// For a loop that ran: its elements. The nodes of its predicate are shown for the element named here.
    pub elements: Option<LoopSeen>,
}

/// What a part gave.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// A value.
    Value(Shown),
    /// It failed.
    Fault {
        /// The fault.
        fault: Fault,
        /// The part has a value, of a kind that its parent rejects.
        value: Option<Shown>,
        /// The fault arose here, not in an operand.
        own: bool,
    },
    /// It was not evaluated.
    Skipped(Skip),
}

/// Why a part was not evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Skip {
    /// An earlier operand decided.
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

    /// The reason in one word, for JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShortCircuit => "shortCircuit",
            Self::NoElement => "noElement",
            Self::Fault => "fault",
        }
    }
}

/// What a node gave, before its fault has a text.
enum Seen {
    Value(Shown),
    Fault { fault: RawFault, value: Option<Shown>, own: bool },
}

/// Runs `bound`, compiled with an observer from `tree`, and joins what it saw with the tree.
fn explain(
    tree: &Tree,
    bound: &Bound<Traced>,
    host: &dyn Host,
    budget: &mut Budget<'_>,
    limits: &TraceLimits,
    wanted: &[Wanted],
) -> Trace {
    let probelang_vm::Observed { ended, steps, nodes: seen } =
        bound.linked().trace(host, budget, limits, wanted);
    // children come before their parents
    let mut states: Vec<Option<Seen>> = Vec::with_capacity(tree.len());
    let mut loops: Vec<Option<LoopSeen>> = Vec::with_capacity(tree.len());
    let mut seen = seen.into_iter();
    for id in tree.ids() {
        let seen = seen.next().unwrap_or_default();
        let failed = |child: NodeId| match states.get(child.0 as usize).and_then(Option::as_ref) {
            Some(Seen::Fault { fault, .. }) => Some(*fault),
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
        states.push(match (seen.fault, inherited, seen.value) {
            (Some(fault), _, value) => Some(Seen::Fault { fault, value, own: true }),
            (None, Some(fault), value) => Some(Seen::Fault { fault, value, own: false }),
            (None, None, Some(value)) => Some(Seen::Value(value)),
            (None, None, None) => None,
        });
        loops.push(seen.elements);
    }
    let mut nodes: Vec<TraceNode> = Vec::with_capacity(tree.len());
    let mut ids: Vec<NodeId> = Vec::with_capacity(tree.len());
    let mut pending: Vec<(NodeId, Option<usize>)> = tree.roots().rev().map(|id| (id, None)).collect();
    while let Some((id, parent)) = pending.pop() {
        let at = nodes.len();
        let mut level = 0;
        let mut skip = Skip::Fault;
        let parent_id = parent.and_then(|parent| ids.get(parent).copied());
        if let (Some(parent), Some(parent_id)) = (parent.and_then(|parent| nodes.get_mut(parent)), parent_id)
        {
            parent.children.push(at);
            level = parent.level.saturating_add(1);
            skip = why_skipped(tree, parent_id, &parent.state, id);
        }
        let state = match states.get_mut(id.0 as usize).and_then(Option::take) {
            Some(Seen::Value(shown)) => State::Value(shown),
            Some(Seen::Fault { fault, value, own }) => {
                State::Fault { fault: bound.fault(&fault), value, own }
            }
            None => State::Skipped(skip),
        };
        ids.push(id);
        nodes.push(TraceNode {
            span: tree.span(id),
            path: tree.path(id),
            level,
            expression: text(tree, id),
            literal: tree.node(id).is_literal(),
            children: Vec::new(),
            state,
            elements: loops.get_mut(id.0 as usize).and_then(Option::take),
        });
        let children: Vec<NodeId> = tree.children(id).collect();
        pending.extend(children.into_iter().rev().map(|child| (child, Some(at))));
    }
    let answer = bound.answer(ended);
    let is_false = match &answer {
        Answer::Truth(truth) => !truth,
        Answer::Value(json) => json == "false",
        _ => false,
    };
    let decider = if is_false { decider(tree, &nodes, &ids) } else { None };
    Trace { answer, steps, nodes, decider }
}

/// Why `child` of `parent` gave nothing.
fn why_skipped(tree: &Tree, parent: NodeId, state: &State, child: NodeId) -> Skip {
    let body = matches!(tree.node(parent), Node::Loop { body, .. } if body == child);
    match state {
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

/// The innermost part whose answer alone decided that the answer of the first root is false.
fn decider(tree: &Tree, nodes: &[TraceNode], ids: &[NodeId]) -> Option<usize> {
    let is = |at: usize, truth: bool| {
        let json = if truth { "true" } else { "false" };
        nodes.get(at).is_some_and(
            |node| matches!(&node.state, State::Value(shown) if shown.json.as_deref() == Some(json)),
        )
    };
    let mut at = 0usize;
    let mut wanted = false;
    loop {
        let node = nodes.get(at)?;
        let deciding = |truth: bool| node.children.iter().copied().find(|&child| is(child, truth));
        let next = match (tree.node(*ids.get(at)?), wanted) {
            (Node::Not { .. }, _) => {
                wanted = !wanted;
                deciding(wanted)
            }
            (Node::Logic { op: LogicOp::And, .. }, false) => deciding(false),
            (Node::Logic { op: LogicOp::Or, .. }, true) => deciding(true),
            _ => None,
        };
        match next {
            Some(child) => at = child,
            None => return Some(at),
        }
    }
}
