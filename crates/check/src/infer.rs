//! The type of every node, and what is wrong with kinds and names on the way.
//!
//! One pass in the order of evaluation. What an earlier operand of `&&` or `||` says of a value (`x != null
//! && …`) holds for the later ones.

mod facts;
mod loops;
mod reads;

use probelang_diagnostic::{Code, fault};
use probelang_dialect::{
    BooleanNumbers, CollectionOrder, CompareOp, Dialect, FaultOrNull, Logic, ProgramKind, RedactedRead,
    StartAfterEnd, StartBeyond, UndefinedBinding, UnlikeOrder,
};
use probelang_syntax::function::{Function, Gives, Makes, Takes};
use probelang_syntax::tree::{At, LogicOp, Node, NodeId, Part, Root, TextId, Tree};

use crate::accepts;
use crate::numbering::Numbering;
use crate::redacted::Redacted;
use crate::types::Parts;
use crate::{Kinds, Schema, Type};
use facts::Facts;
pub(crate) use loops::{Bindings, bindings};

/// Something about kinds or names that the author should know. Texts are made later.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// Where it is reported.
    pub(crate) node: NodeId,
    pub(crate) problem: Problem,
}

impl Finding {
    /// Whether the program certainly faults there, or reads what is redacted.
    pub(crate) const fn is_certain(&self) -> bool {
        matches!(
            self.problem,
            Problem::WrongKind { certain: true, .. }
                | Problem::Unordered { certain: true, .. }
                | Problem::Redacted { .. }
                | Problem::StartAfterEnd
        )
    }

    /// Whether it says only that an operation may fault.
    const fn is_possible(&self) -> bool {
        matches!(
            self.problem,
            Problem::WrongKind { certain: false, .. } | Problem::Unordered { certain: false, .. }
        )
    }

    /// The operands whose kinds are the problem.
    fn operands(&self, tree: &Tree) -> impl Iterator<Item = NodeId> {
        let (first, second) = if let Problem::WrongKind { operand, found, takes, .. } = &self.problem {
            // an argument that is never right, of a subject for which it may not be asked
            let subject = if found.meets(*takes) { None } else { tree.children(self.node).next() };
            (Some(*operand), subject)
        } else if let Node::Compare { left, right, .. } = tree.node(self.node) {
            (Some(left), Some(right))
        } else {
            (None, None)
        };
        first.into_iter().chain(second)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// `operand` is not, or may not be, of a kind that the node takes.
    WrongKind { operand: NodeId, found: Kinds, takes: Kinds, fault: Code, certain: bool },
    /// The two sides have no order.
    Unordered { left: Kinds, right: Kinds, certain: bool },
    /// A part of a text that ends before it starts.
    StartAfterEnd,
    /// The two sides are never equal, because of their kinds.
    Unlike { left: Kinds, right: Kinds },
    /// The schema has no such name.
    UnknownName,
    /// The schema's type of the receiver has no such field or key.
    UnknownMember { base: NodeId, key: TextId },
    /// The name, field or literal key is redacted.
    Redacted { key: TextId },
    /// The receiver has no members at all.
    NoMembers { found: Kinds },
    /// An index below zero.
    NegativeIndex { certain: bool },
    /// No key of the map is of the index's kind.
    UnlikeKey { found: Kinds, keys: Kinds },
}

/// The outcome of the pass.
pub(crate) struct Inference {
    pub(crate) types: Vec<Type>,
    pub(crate) findings: Vec<Finding>,
    /// The innermost predicate that contains each node, as its loop.
    pub(crate) predicate_of: Vec<Option<NodeId>>,
}

impl Inference {
    pub(crate) fn ty(&self, id: NodeId) -> &Type {
        static UNKNOWN: Type = Type::unknown();
        self.types.get(id.0 as usize).unwrap_or(&UNKNOWN)
    }

    pub(crate) fn kinds(&self, id: NodeId) -> Kinds {
        self.ty(id).kinds()
    }

    pub(crate) fn loop_of(&self, id: NodeId) -> Option<NodeId> {
        self.predicate_of.get(id.0 as usize).copied().flatten()
    }
}

/// What the pass reads.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) numbering: &'a Numbering<'a>,
    pub(crate) schema: Option<&'a Schema>,
    pub(crate) dialect: &'a Dialect,
    /// The reads under redacted names.
    pub(crate) redacted: &'a Redacted,
    pub(crate) kind: ProgramKind,
    /// Bindings around the whole tree, which is then a part of a predicate.
    pub(crate) outer: Option<&'a Bindings>,
    /// Whether the sizes of literals are asked for.
    pub(crate) sizes: bool,
}

/// Infers the types of one expression of a tree.
pub(crate) fn infer_part(given: Given<'_>, root: NodeId) -> Inference {
    let mut pass = Pass::new(given);
    pass.walk(root);
    pass.end()
}

/// Infers the types of a tree.
///
/// That an operation may fault is found only if a schema says so. Of a value that nothing is known of any operation may
/// fault, so what earlier operands say of it is no reason to warn of a later one: `0 <= x && x <= 100`.
pub(crate) fn infer(given: Given<'_>) -> Inference {
    let mut inference = infer_all(given);
    if inference.findings.iter().any(Finding::is_possible) {
        let untold = given.schema.map(|_| infer_all(Given { schema: None, ..given }));
        let mut findings = std::mem::take(&mut inference.findings);
        findings.retain(|finding| {
            !finding.is_possible()
                || untold.as_ref().is_some_and(|untold| {
                    finding
                        .operands(given.tree)
                        .any(|operand| inference.kinds(operand) != untold.kinds(operand))
                })
        });
        inference.findings = findings;
    }
    inference
}

fn infer_all(given: Given<'_>) -> Inference {
    let mut pass = Pass::new(given);
    match given.tree.root() {
        Root::Expression(root) => {
            pass.walk(*root);
            pass.root(*root);
        }
        Root::Template(parts) => {
            for part in parts {
                if let Part::Expression { root, .. } = part {
                    pass.walk(*root);
                }
            }
        }
    }
    pass.end()
}

enum Step {
    Enter(NodeId),
    Leave(NodeId),
    /// Binds the elements of the loop.
    Bind(NodeId),
    Unbind,
    /// The operand came out so, or the next one is not evaluated.
    Assume(NodeId, bool),
    Mark,
    Retract,
}

struct Scope {
    of: NodeId,
    bindings: Bindings,
}

struct Pass<'a> {
    given: Given<'a>,
    types: Vec<Type>,
    predicate_of: Vec<Option<NodeId>>,
    findings: Vec<Finding>,
    scopes: Vec<Scope>,
    facts: Facts,
}

impl<'a> Pass<'a> {
    fn new(given: Given<'a>) -> Self {
        let count = given.tree.len();
        Self {
            given,
            types: vec![Type::unknown(); count],
            predicate_of: vec![None; count],
            findings: Vec::new(),
            scopes: Vec::new(),
            facts: Facts::default(),
        }
    }

    fn end(self) -> Inference {
        Inference { types: self.types, findings: self.findings, predicate_of: self.predicate_of }
    }

    fn walk(&mut self, root: NodeId) {
        let mut steps = Vec::with_capacity(16);
        steps.push(Step::Enter(root));
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(id) => self.enter(id, &mut steps),
                Step::Leave(id) => self.leave(id),
                Step::Bind(id) => {
                    let bindings = self.bindings(id);
                    self.scopes.push(Scope { of: id, bindings });
                }
                Step::Unbind => {
                    self.scopes.pop();
                }
                Step::Assume(id, outcome) => {
                    let within = self.scopes.last().map(|scope| scope.of);
                    facts::imply(&self.given, id, outcome, within, &mut self.facts);
                }
                Step::Mark => self.facts.mark(),
                Step::Retract => self.facts.retract(),
            }
        }
    }

    fn enter(&mut self, id: NodeId, steps: &mut Vec<Step>) {
        if let Some(place) = self.predicate_of.get_mut(id.0 as usize) {
            *place = self.scopes.last().map(|scope| scope.of);
        }
        match self.given.tree.node(id) {
            Node::Loop { over, body, .. } => {
                steps.extend([
                    Step::Leave(id),
                    Step::Unbind,
                    Step::Enter(body),
                    Step::Bind(id),
                    Step::Enter(over),
                ]);
            }
            Node::Logic { op, operands } => {
                let outcome = op == LogicOp::And;
                steps.extend([Step::Leave(id), Step::Retract]);
                let operands = self.given.tree.operands(operands);
                for (at, &operand) in operands.iter().enumerate().rev() {
                    if at < operands.len().saturating_sub(1) {
                        steps.push(Step::Assume(operand, outcome));
                    }
                    steps.push(Step::Enter(operand));
                }
                steps.push(Step::Mark);
            }
            leaf if leaf.is_leaf() => self.leave(id),
            node => {
                steps.push(Step::Leave(id));
                let first = steps.len();
                match node {
                    Node::Member { base, .. } => steps.push(Step::Enter(base)),
                    Node::Compare { left, right, .. } => {
                        steps.extend([Step::Enter(right), Step::Enter(left)]);
                    }
                    _ => {
                        steps.extend(self.given.tree.children(id).map(Step::Enter));
                        if let Some(pushed) = steps.get_mut(first..) {
                            pushed.reverse();
                        }
                    }
                }
            }
        }
    }

    fn ty(&self, id: NodeId) -> Type {
        self.types.get(id.0 as usize).cloned().unwrap_or_else(Type::unknown)
    }

    fn kinds(&self, id: NodeId) -> Kinds {
        self.types.get(id.0 as usize).map_or(Kinds::ANY, Type::kinds)
    }

    fn find(&mut self, node: NodeId, problem: Problem) {
        self.findings.push(Finding { node, problem });
    }

    fn leave(&mut self, id: NodeId) {
        let ty = self.node(id);
        let within = self.scopes.last().map(|scope| scope.of);
        let ty = match self.facts.kinds(&self.given, id, within) {
            // a value of none of the kinds that were found before is not reached
            Some(kinds) if ty.kinds().meets(kinds) => ty.only(kinds),
            _ => ty,
        };
        if let Some(place) = self.types.get_mut(id.0 as usize) {
            *place = ty;
        }
    }

    fn node(&mut self, id: NodeId) -> Type {
        let tree = self.given.tree;
        let dialect = self.given.dialect;
        // the first operand certainly faults, and nothing else is evaluated
        let faulty = || {
            let faults = tree.children(id).next().is_some_and(|first| self.kinds(first).is_empty());
            // a fault of an operand may be the answer of a function that takes anything
            faults && !tree.node(id).function().is_some_and(|function| function.takes(Takes::Anything))
        };
        match tree.node(id) {
            Node::Null => Type::kinds_of(Kinds::NULL),
            Node::Bool(_) => Type::kinds_of(Kinds::BOOL),
            Node::Int(_) | Node::Uint(_) => Type::kinds_of(Kinds::INT),
            Node::Float(_) => Type::kinds_of(Kinds::FLOAT),
            Node::Str(text) if self.given.sizes => {
                Type::text(u64::try_from(tree.text(text).chars().count()).unwrap_or(u64::MAX))
            }
            Node::Str(_) => Type::kinds_of(Kinds::STR),
            Node::Name(name) => self.name(id, name),
            Node::At(at) => self.at(at),
            _ if faulty() => Type::never(),
            Node::Member { base, name } => self.member(id, base, name),
            Node::Index { base, index } => self.index(id, base, index),
            Node::Not { operand } => {
                let fits = self.takes(id, operand, accepts::logic(dialect), fault::NOT_BOOLEAN);
                result(fits, Type::kinds_of(Kinds::BOOL))
            }
            Node::Unary { op, .. } => self.call(id, Makes::Unary(op).function()),
            Node::Substring { from, to, .. } => {
                let ty = self.call(id, Makes::Substring.function());
                if !ty.is_never() && self.runs_backwards(from, to) {
                    self.find(id, Problem::StartAfterEnd);
                    return Type::never();
                }
                ty
            }
            Node::Text { op, .. } => self.call(id, Makes::Text(op).function()),
            Node::Loop { op, .. } => self.call(id, Makes::Loop(op).function()),
            Node::Compare { op, left, right } => self.compare(id, op, left, right),
            Node::InstanceOf { .. } => Type::kinds_of(Kinds::BOOL),
            Node::Logic { operands, .. } => {
                let operands = tree.operands(operands);
                let takes = accepts::logic(dialect);
                let mut ty = Type::kinds_of(Kinds::BOOL);
                for (at, &operand) in operands.iter().enumerate() {
                    let fits = self.takes(id, operand, takes, fault::NOT_BOOLEAN);
                    if !fits && at == 0 {
                        return Type::never();
                    }
                    if dialect.logic != Logic::Fault {
                        ty = ty.join(&self.ty(operand));
                    }
                }
                ty
            }
            Node::Error => Type::unknown(),
        }
    }

    /// Checks one operand; whether it can be of a right kind.
    fn takes(&mut self, node: NodeId, operand: NodeId, takes: Kinds, fault: Code) -> bool {
        self.takes_where(true, node, operand, takes, fault)
    }

    /// Checks one operand whose kind is always `asked` for, or only may be; whether the node can go on.
    fn takes_where(&mut self, asked: bool, node: NodeId, operand: NodeId, takes: Kinds, fault: Code) -> bool {
        let found = self.kinds(operand);
        if found.is_empty() {
            return false;
        }
        let certain = asked && !found.meets(takes);
        if certain || (!found.contains(Kinds::SOME) && !takes.contains(found)) {
            self.find(node, Problem::WrongKind { operand, found, takes, fault, certain });
        }
        !certain
    }

    /// Whether `substring` starts after its end, whatever the text.
    fn runs_backwards(&self, from: NodeId, to: Option<NodeId>) -> bool {
        let dialect = self.given.dialect;
        let bound = |id| {
            let Node::Int(bound) = self.given.tree.node(id) else { return None };
            u64::try_from(bound).ok()
        };
        let faults =
            dialect.start_after_end == StartAfterEnd::Fault && dialect.start_beyond != StartBeyond::Null;
        faults && to.and_then(bound).zip(bound(from)).is_some_and(|(to, from)| from > to)
    }

    fn root(&mut self, root: NodeId) {
        let (takes, fault) = match self.given.kind {
            ProgramKind::Condition => (accepts::condition(self.given.dialect), fault::NOT_BOOLEAN),
            ProgramKind::Metric => (accepts::METRIC, fault::NOT_NUMBER),
            ProgramKind::Value | ProgramKind::Template => return,
        };
        self.takes(root, root, takes, fault);
    }

    /// A call of a function: its operands in order, then what it gives.
    fn call(&mut self, id: NodeId, function: &Function) -> Type {
        let tree = self.given.tree;
        let Some(first) = tree.children(id).next() else { return Type::unknown() };
        let mut fits = true;
        for (parameter, operand) in function.parameters.iter().zip(tree.children(id)) {
            fits &= self.operand(id, parameter.takes, operand, first);
        }
        if !fits {
            return Type::never();
        }
        match function.gives {
            Gives::Boolean => Type::kinds_of(Kinds::BOOL),
            Gives::Integer => Type::kinds_of(Kinds::INT),
            Gives::Part => {
                let shape = Parts { chars: self.ty(first).chars(), ..Parts::default() };
                let ty = Type::with_shape(Kinds::STR, shape);
                let null =
                    self.given.dialect.start_beyond == StartBeyond::Null && function.takes(Takes::Bound);
                if null { ty.and(Kinds::NULL) } else { ty }
            }
            Gives::Kept => self.filtered(&self.ty(first)),
        }
    }

    /// Checks an operand of a function whose first operand is `first`; whether the function can go on.
    fn operand(&mut self, id: NodeId, takes: Takes, operand: NodeId, first: NodeId) -> bool {
        let dialect = self.given.dialect;
        let Some(fault) = takes.fault() else { return true };
        let kinds = accepts::operand(takes, dialect);
        match takes {
            Takes::Anything
            | Takes::Sized
            | Takes::Emptiable
            | Takes::Text
            | Takes::Bound
            | Takes::Subject
            | Takes::Searched
            | Takes::Collection => self.takes(id, operand, kinds, fault),
            // of some subjects the answer is known before the kind of the argument is asked for; what is undefined
            // or a placeholder faults itself
            Takes::Affix | Takes::Pattern => {
                let accepted = accepts::operand(Takes::Subject, dialect);
                let answers = self.kinds(first).both(accepted).both(Kinds::ANY);
                let asked = accepts::argument_asked(dialect).contains(answers);
                self.takes_where(asked, id, operand, kinds, fault)
            }
            // in a collection anything may be looked for
            Takes::Sought if !Kinds::TEXTUAL.union(Kinds::NULL).contains(self.kinds(first)) => {
                !self.kinds(operand).is_empty()
            }
            Takes::Sought => self.takes(id, operand, kinds, fault),
            // a predicate that faults may never be reached
            Takes::Predicate => {
                self.takes(id, operand, kinds, fault);
                true
            }
        }
    }

    fn compare(&mut self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId) -> Type {
        let (l, r) = (self.kinds(left), self.kinds(right));
        if r.is_empty() {
            return Type::never();
        }
        let known = !l.contains(Kinds::SOME) && !r.contains(Kinds::SOME);
        if op.is_equality() {
            // a schema that never saw null does not say that there is none
            let null = Kinds::NULL;
            if known && !l.meets(null) && !r.meets(null) && !may_equal(l, r, self.given.dialect) {
                self.find(id, Problem::Unlike { left: l, right: r });
            }
            return Type::kinds_of(Kinds::BOOL);
        }
        let orderly = order(self.given.dialect);
        let pair = |kinds: Kinds| l.meets(kinds) && r.meets(kinds);
        let certain = !orderly.iter().any(|kinds| pair(*kinds));
        let always = orderly.iter().any(|kinds| kinds.contains(l) && kinds.contains(r));
        if certain || (known && !always) {
            self.find(id, Problem::Unordered { left: l, right: r, certain });
        }
        result(!certain, Type::kinds_of(Kinds::BOOL))
    }
}

/// The type of an operation, or none where it certainly faults.
fn result(fits: bool, ty: Type) -> Type {
    if fits { ty } else { Type::never() }
}

/// The sets of kinds within which values have an order.
fn order(dialect: &Dialect) -> [Kinds; 4] {
    if dialect.unlike_order != UnlikeOrder::Fault {
        return [Kinds::ALL; 4];
    }
    let numbers = match dialect.boolean_numbers {
        BooleanNumbers::No => Kinds::NUMBER,
        BooleanNumbers::Yes => Kinds::NUMBER.union(Kinds::BOOL),
    };
    let [one, other] = match dialect.collection_order {
        CollectionOrder::Unlike => [Kinds::NONE; 2],
        CollectionOrder::Python => [Kinds::LIST, Kinds::SET],
        CollectionOrder::Ruby => [Kinds::SET, Kinds::MAP],
    };
    [numbers, Kinds::STR, one, other]
}

/// Whether values of these kinds may be equal.
pub(crate) fn may_equal(left: Kinds, right: Kinds, dialect: &Dialect) -> bool {
    let numbers = match dialect.boolean_numbers {
        BooleanNumbers::No => Kinds::NUMBER,
        BooleanNumbers::Yes => Kinds::NUMBER.union(Kinds::BOOL),
    };
    let objects = Kinds::OBJECT.union(Kinds::ENUM);
    let either = |kinds: Kinds| left.meets(kinds) && right.meets(kinds);
    left.meets(right) || either(numbers) || either(Kinds::TEXTUAL) || either(objects)
}

/// What any read may give besides values of the language: under dialects that have it.
pub(crate) fn read_kinds(dialect: &Dialect) -> Kinds {
    let mut kinds = Kinds::NONE;
    if dialect.undefined_binding == UndefinedBinding::Value {
        kinds = kinds.union(Kinds::UNDEFINED);
    }
    if dialect.redacted_read == RedactedRead::Placeholder {
        kinds = kinds.union(Kinds::PLACEHOLDER);
    }
    kinds
}

impl Pass<'_> {
    fn at(&self, at: At) -> Type {
        if !at.is_element() {
            let known = self.given.schema.and_then(|schema| schema.name(at.text()));
            let ty = match (known, at) {
                (Some(field), _) if !field.redacted => field.ty.clone(),
                (None, At::Duration) => Type::kinds_of(Kinds::FLOAT),
                _ => Type::unknown(),
            };
            let null = self.given.dialect.missing_at == FaultOrNull::Null;
            let ty = if null { ty.and(Kinds::NULL) } else { ty };
            return ty.and(read_kinds(self.given.dialect));
        }
        let Some(bindings) = self.scopes.last().map(|scope| &scope.bindings).or(self.given.outer) else {
            // outside of a predicate: rejected, or a fault
            return Type::never();
        };
        match at {
            At::Key => bindings.key.clone(),
            At::Value => bindings.value.clone(),
            _ => bindings.it.clone(),
        }
    }
}
