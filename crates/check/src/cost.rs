//! The worst case of a program, in steps; what costs how many is the table "Steps" of `docs/faults.md`.
//!
//! The bound holds for every value whose sizes are within the assumed ones: those of the schema, otherwise
//! [`Sizes`]; see there for what it assumes of the host. It counts what the program as written may do; a run that is
//! decided early takes less.

mod compare;

use probelang_dialect::{
    BooleanNumbers, CollectionOrder, Dialect, ImplicitThis, LoopOp, LoopText, NoIndex, NoMember,
    PlainObjects, ProgramKind,
};
use probelang_redact::Policy;
use probelang_syntax::function::{self, Makes};
use probelang_syntax::tree::{Node, NodeId, Part, Root, Tree};

use self::compare::Objects;
use crate::infer::Inference;
use crate::types::Fields;
use crate::{Kinds, Options, Sizes, Type};

/// A loop on the way to what dominates the cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CostLoop {
    /// The loop.
    pub node: NodeId,
    /// How often its body is evaluated at most, each time that the loop is.
    pub times: u64,
    /// Whether a schema says so; otherwise it is assumed.
    pub stated: bool,
}

/// A worst case in steps, and where they go.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Cost {
    /// Steps in all.
    pub steps: u64,
    /// The smallest loop, search or comparison that takes at least half of them; the root where none does.
    pub dominating: NodeId,
    /// Steps of that one, in all of its evaluations.
    pub dominating_steps: u64,
    /// The loops around it, itself included, the outermost first: where there are several they are nested, and
    /// their numbers multiply.
    pub loops: Vec<CostLoop>,
    /// The sizes without which the bound would not hold: those of [`Sizes`] on which it depends.
    pub assumes: Assumed,
}

impl Cost {
    /// Whether there is no useful bound.
    #[must_use]
    pub const fn is_unbounded(&self) -> bool {
        self.steps == u64::MAX
    }
}

/// Sizes that a bound assumes; `None` where it does not depend on one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Assumed {
    /// Elements of a collection, or fields of an object.
    pub items: Option<u64>,
    /// Characters of a string.
    pub chars: Option<u64>,
    /// Values in a collection that is compared whole.
    pub values: Option<u64>,
}

/// Bytes of text that one step compares, searches or copies.
const BYTES: u64 = 64;
/// Bytes of text that one step matches.
const MATCHED: u64 = 16;
/// Bytes of a character at most.
const CHAR: u64 = 4;
/// What is known of a node's value and of what it costs to come by it.
#[derive(Clone, Copy, Default)]
struct Work {
    /// Steps to evaluate it once.
    eval: u64,
    /// Steps to reach all of its elements once, each fetched.
    reach: u64,
    /// Elements at most.
    items: u64,
    /// Bytes of its text at most.
    bytes: u64,
}

/// Levels at which a comparison of collections looks for what differs.
const LEVELS: u64 = 33;

struct Estimate<'a> {
    tree: &'a Tree,
    types: &'a Inference,
    /// Of the receiver that a dialect reads a name from.
    this: Type,
    dialect: &'a Dialect,
    policy: &'a Policy,
    sizes: Sizes,
    nodes: Vec<Work>,
}

/// The bound of a tree.
pub(crate) fn bound(tree: &Tree, types: &Inference, options: &Options) -> Cost {
    let sizes = options.sizes;
    let (estimate, roots) = estimated(tree, types, options, sizes);
    let total =
        |roots: &[(NodeId, u64)]| roots.iter().fold(0u64, |sum, (_, steps)| sum.saturating_add(*steps));
    let steps = total(&roots);
    let heaviest = roots.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
    let (root, of_root) = heaviest.unwrap_or((NodeId(0), 0));
    let mut cost = estimate.dominating(root, of_root, steps);
    if !cost.is_unbounded() {
        // it depends on a size if another one changes it; a step may be for many bytes
        let depends = |other| total(&estimated(tree, types, options, other).1) != steps;
        let more = |size: u64| size.saturating_mul(2).saturating_add(64);
        cost.assumes = Assumed {
            items: depends(sizes.with_items(more(sizes.items))).then_some(sizes.items),
            chars: depends(sizes.with_chars(more(sizes.chars))).then_some(sizes.chars),
            values: depends(sizes.with_values(more(sizes.values))).then_some(sizes.values),
        };
    }
    cost
}

/// What every node costs, and the steps of each root.
fn estimated<'a>(
    tree: &'a Tree,
    types: &'a Inference,
    options: &'a Options,
    sizes: Sizes,
) -> (Estimate<'a>, Vec<(NodeId, u64)>) {
    let mut estimate = Estimate {
        tree,
        types,
        this: options
            .known()
            .and_then(|schema| schema.name("this"))
            .map_or_else(Type::unknown, |this| this.ty.clone()),
        dialect: &options.dialect,
        policy: &options.policy,
        sizes,
        nodes: vec![Work::default(); tree.len()],
    };
    for id in tree.ids() {
        let node = estimate.node(id);
        if let Some(place) = estimate.nodes.get_mut(id.0 as usize) {
            *place = node;
        }
    }
    let mut roots: Vec<(NodeId, u64)> = Vec::new();
    match tree.root() {
        Root::Expression(root) => {
            let node = estimate.of(*root);
            let shown = match options.kind {
                ProgramKind::Value | ProgramKind::Template => estimate.shown(*root),
                ProgramKind::Condition => estimate.truth(*root),
                ProgramKind::Metric => 0,
            };
            roots.push((*root, node.eval.saturating_add(shown)));
        }
        Root::Template(parts) => {
            for part in parts {
                if let Part::Expression { root, .. } = part {
                    let steps = estimate.of(*root).eval.saturating_add(estimate.shown(*root));
                    roots.push((*root, steps));
                }
            }
        }
    }
    (estimate, roots)
}

impl Estimate<'_> {
    fn of(&self, id: NodeId) -> Work {
        self.nodes.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn ty(&self, id: NodeId) -> &Type {
        self.types.ty(id)
    }

    /// Elements of a value of that type; under dialects that go over them, fields of an object and
    /// characters of a string too.
    fn items(&self, ty: &Type) -> u64 {
        let kinds = ty.kinds();
        let mut items = 0;
        if kinds.meets(Kinds::COLLECTION) {
            items = ty.items().or(self.sizes.items);
        }
        if kinds.meets(Kinds::OBJECT.union(Kinds::ENUM)) {
            let known = ty.fields().filter(|fields| !fields.open).map(Fields::len);
            let fields = known.and_then(|known| u64::try_from(known).ok());
            items = items.max(fields.unwrap_or(self.sizes.items));
        }
        if kinds.meets(Kinds::STR) && self.dialect.loop_text != LoopText::Fault {
            items = items.max(ty.chars().or(self.sizes.chars));
        }
        items
    }

    /// Bytes of a string of that type; an enum constant's name is one.
    fn bytes(&self, ty: &Type) -> u64 {
        if ty.kinds().meets(Kinds::TEXTUAL) {
            ty.chars().or(self.sizes.chars).saturating_mul(CHAR)
        } else {
            0
        }
    }

    fn node(&self, id: NodeId) -> Work {
        let ty = self.ty(id);
        let below = self.tree.children(id).fold(0u64, |sum, child| sum.saturating_add(self.of(child).eval));
        let items = self.items(ty);
        let plain = |own: u64| Work {
            eval: below.saturating_add(own),
            // the end is asked for too
            reach: items.saturating_add(1),
            items,
            bytes: self.bytes(ty),
        };
        match self.tree.node(id) {
            Node::Str(text) => {
                let bytes = u64::try_from(self.tree.text(text).len()).unwrap_or(u64::MAX);
                Work { eval: 1, reach: 0, items: 0, bytes }
            }
            // a name that is looked for in `this` reads twice more
            Node::Name(name) if self.dialect.implicit_this == ImplicitThis::Yes => {
                plain(self.walked(&self.this, self.tree.text(name)).saturating_add(4))
            }
            Node::Name(_) | Node::At(_) => plain(2),
            // a key of a filtered map is looked for among what is kept
            Node::Member { base, name } if self.is_filter(base) => {
                let of = self.of(base);
                let key = self.whole(&self.ty(base).key(), Objects::Identity);
                let name = u64::try_from(self.tree.text(name).len()).unwrap_or(u64::MAX);
                let each = Self::pair(key, key).max(name.div_ceil(BYTES));
                plain(of.reach.saturating_add(of.items.saturating_mul(each)).saturating_add(2))
            }
            Node::Member { base, name } => {
                let length = self.dialect.scalar_member == NoMember::JavaScript;
                let text = if length { self.of(base).bytes.div_ceil(BYTES) } else { 0 };
                // a list that a filter gives is reached for its length
                let list =
                    if self.dialect.list_member == NoMember::JavaScript { self.truth(base) } else { 0 };
                let walked = self.walked(self.ty(base), self.tree.text(name));
                plain(walked.saturating_add(text).saturating_add(list).saturating_add(2))
            }
            Node::Index { base, index } => {
                let property = self.dialect.scalar_index == NoIndex::JavaScript;
                let text = if property { self.of(base).bytes.div_ceil(BYTES).saturating_mul(2) } else { 0 };
                plain(self.index(base, index).saturating_add(text).saturating_add(2))
            }
            Node::Not { operand } => plain(self.truth(operand).saturating_add(1)),
            Node::Unary { op, .. } => plain(self.call(id, Makes::Unary(op)).saturating_add(1)),
            Node::Substring { .. } => plain(self.call(id, Makes::Substring).saturating_add(1)),
            Node::Text { op, .. } => plain(self.call(id, Makes::Text(op)).saturating_add(1)),
            Node::Loop { op, over, body } => self.repeat(op, over, body, items),
            Node::Compare { op, left, right } => {
                let own = if op.is_equality() {
                    self.equality(left, right)
                } else {
                    let bytes = self.of(left).bytes.max(self.of(right).bytes);
                    // of collections what is equal is passed, and once more at each level
                    let collections = match self.dialect.collection_order {
                        CollectionOrder::Unlike => 0,
                        CollectionOrder::Python | CollectionOrder::Ruby => {
                            self.equality(left, right).saturating_mul(LEVELS)
                        }
                    };
                    bytes.div_ceil(BYTES).saturating_add(collections)
                };
                plain(own.saturating_add(1))
            }
            Node::InstanceOf { type_name, .. } => {
                let bytes = u64::try_from(self.tree.text(type_name).len()).unwrap_or(u64::MAX);
                plain(bytes.div_ceil(BYTES).saturating_add(1))
            }
            Node::Logic { .. } => {
                let truths =
                    self.tree.children(id).fold(0u64, |sum, child| sum.saturating_add(self.truth(child)));
                let work = plain(truths.saturating_add(1));
                // it may be one of its operands, under dialects where the deciding one is the result
                self.tree.children(id).map(|child| self.of(child)).fold(work, |work, child| Work {
                    reach: work.reach.max(child.reach),
                    items: work.items.max(child.items),
                    ..work
                })
            }
            Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) | Node::Error => {
                plain(1)
            }
        }
    }

    /// What a text costs as a key of a map of that type that no host is asked for: one that may spell the
    /// constant of a redacted name.
    fn walked(&self, of: &Type, text: &str) -> u64 {
        if !of.kinds().meets(Kinds::MAP) || !self.policy.may_redact_constant(text) {
            return 0;
        }
        let items = of.items().or(self.sizes.items);
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        items.saturating_mul(bytes.div_ceil(BYTES).saturating_add(1)).saturating_add(1)
    }

    /// What looking a key up costs, where the host cannot be asked for it.
    fn index(&self, base: NodeId, index: NodeId) -> u64 {
        let (of, kinds) = (self.of(base), self.ty(index).kinds());
        let literal = matches!(
            self.tree.node(index),
            Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) | Node::Str(_)
        );
        // the fields of a plain object are gone through
        let fields = self.dialect.plain_objects == PlainObjects::Yes
            && self.ty(base).kinds().meets(Kinds::OBJECT.union(Kinds::ENUM));
        let asked = literal || !kinds.meets(Kinds::TEXTUAL.union(Kinds::OBJECT));
        let keyed = self.ty(base).kinds().meets(Kinds::MAP) && !asked;
        if !keyed && !self.is_filter(base) {
            let walked = match self.tree.node(index) {
                Node::Str(text) => self.walked(self.ty(base), self.tree.text(text)),
                _ => 0,
            };
            // where Booleans are numbers, a key that is not found is looked for once more as the other one
            let twin = self.dialect.boolean_numbers == BooleanNumbers::Yes
                && kinds.meets(Kinds::NUMBER.union(Kinds::BOOL))
                && self.ty(base).kinds().meets(Kinds::MAP);
            return walked.max(if fields { of.reach } else { 0 }).saturating_add(u64::from(twin));
        }
        let key = self.whole(&self.ty(base).key(), Objects::Identity);
        let each = Self::pair(key, self.whole_node(index, Objects::Identity));
        of.reach.saturating_add(of.items.saturating_mul(each))
    }

    fn is_filter(&self, id: NodeId) -> bool {
        // under a dialect with deciding operands `a && filter(…)` is the filter
        match self.tree.node(id) {
            Node::Loop { op: LoopOp::Filter, .. } => true,
            Node::Logic { .. } => self.tree.children(id).any(|child| {
                matches!(self.tree.node(child), Node::Loop { op: LoopOp::Filter, .. } | Node::Logic { .. })
            }),
            _ => false,
        }
    }

    /// What a Boolean position does beyond evaluating: a dialect may ask whether a filter keeps anything.
    fn truth(&self, operand: NodeId) -> u64 {
        if self.is_filter(operand) { self.of(operand).reach } else { 0 }
    }

    /// What a function does beyond evaluating its operands.
    fn call(&self, id: NodeId, makes: Makes) -> u64 {
        let mut operands = self.tree.children(id);
        let (Some(first), second) = (operands.next(), operands.next()) else { return 0 };
        let (of, argument) = (self.of(first), second.map(|id| self.of(id)).unwrap_or_default());
        match makes.function().cost {
            function::FunctionCost::Length if self.is_filter(first) => of.reach,
            function::FunctionCost::Length => of.bytes.div_ceil(BYTES),
            function::FunctionCost::Consume => self.consumed(first),
            // measured for each bound, walked to each bound
            function::FunctionCost::Slice => of.bytes.div_ceil(BYTES).saturating_mul(4),
            function::FunctionCost::Affix => of.bytes.max(argument.bytes).div_ceil(BYTES),
            function::FunctionCost::Search => second.map_or(0, |argument| self.search(first, argument)),
            // a computed pattern costs its own bytes once more
            function::FunctionCost::Match => {
                of.bytes.div_ceil(MATCHED).saturating_add(argument.bytes.div_ceil(MATCHED))
            }
            // what the elements cost depends on the consumer
            function::FunctionCost::Loop => 0,
        }
    }

    /// What looking for a value in a string or a collection costs.
    fn search(&self, subject: NodeId, argument: NodeId) -> u64 {
        let (s, a) = (self.of(subject), self.of(argument));
        let text = s.bytes.saturating_add(a.bytes).div_ceil(BYTES);
        let ty = self.ty(subject);
        if !ty.kinds().meets(Kinds::COLLECTION) {
            return text;
        }
        let sought = self.whole_node(argument, Objects::Identity);
        let linear = Self::pair(self.whole(&ty.element(), Objects::Identity), sought);
        let keyed = Self::pair(self.whole(&ty.key(), Objects::Identity), sought);
        let each = match ty.kinds().both(Kinds::COLLECTION) {
            Kinds::MAP => keyed,
            kinds if kinds.meets(Kinds::MAP) => linear.max(keyed),
            _ => linear,
        };
        // the host may be asked for a key before its keys are walked
        let filtered = if self.is_filter(argument) { a.reach } else { 0 };
        let mut all = s.reach.saturating_add(s.items.saturating_mul(each));
        // and a key that is not asked for is walked for, then looked for among those that are cut
        let may_walk = match self.tree.node(argument) {
            Node::Str(text) => {
                let text = self.tree.text(text);
                self.policy.redacts_name(text) || self.policy.may_redact_constant(text)
            }
            _ => self.ty(argument).kinds().meets(Kinds::TEXTUAL),
        };
        if may_walk && ty.kinds().meets(Kinds::MAP) {
            all = all.saturating_mul(2);
        }
        let all = all.saturating_add(filtered);
        all.saturating_add(1).max(text)
    }

    fn repeat(&self, op: LoopOp, over: NodeId, body: NodeId, items: u64) -> Work {
        let (of, body_of) = (self.of(over), self.of(body));
        let each = body_of.eval.saturating_add(self.truth(body));
        let bodies = of.items.saturating_mul(each);
        let all = of.reach.saturating_add(bodies);
        match op {
            LoopOp::Quantifier(_) => {
                Work { eval: of.eval.saturating_add(1).saturating_add(all), ..Work::default() }
            }
            // lazy: its consumer reaches the elements, and fetches what is kept
            LoopOp::Filter => Work {
                eval: of.eval.saturating_add(1),
                reach: all.saturating_add(of.items),
                items: items.min(of.items),
                bytes: 0,
            },
        }
    }

    /// What the end of a value program or `isDefined` does to a value: a lazy filter reaches all elements.
    fn consumed(&self, id: NodeId) -> u64 {
        if self.is_filter(id) { self.of(id).reach } else { 0 }
    }

    /// What showing a whole value costs: printing it, or handing it out.
    fn shown(&self, id: NodeId) -> u64 {
        let whole = self.whole_node(id, Objects::Fields);
        let values = whole.values.saturating_mul(2);
        self.consumed(id).saturating_add(values).saturating_add(whole.text)
    }

    /// Finds what takes at least half of the steps, going down from `root`.
    fn dominating(&self, root: NodeId, of_root: u64, steps: u64) -> Cost {
        let half = steps.div_ceil(2);
        let mut cost = Cost {
            steps,
            dominating: root,
            dominating_steps: of_root,
            loops: Vec::new(),
            assumes: Assumed::default(),
        };
        let (mut at, mut times) = (root, 1u64);
        let mut loops = Vec::new();
        loop {
            let node = self.tree.node(at);
            if let Node::Loop { over, .. } = node {
                let stated = self.ty(over).items().stated().is_some();
                loops.push(CostLoop { node: at, times: self.of(over).items, stated });
            }
            let total = self.total(at).saturating_mul(times);
            if self.is_bulk(at) && total >= half {
                cost.dominating = at;
                cost.dominating_steps = total.min(steps);
                cost.loops.clone_from(&loops);
            }
            let heaviest = self
                .tree
                .children(at)
                .map(|child| {
                    let inside = matches!(node, Node::Loop { body, .. } if body == child);
                    let times = if inside { times.saturating_mul(self.over_items(at)) } else { times };
                    (child, times, self.total(child).saturating_mul(times))
                })
                .reduce(|a, b| if b.2 > a.2 { b } else { a });
            match heaviest {
                Some((child, inner, total)) if total >= half => {
                    if inner == times && matches!(node, Node::Loop { body, .. } if body != child) {
                        loops.pop();
                    }
                    (at, times) = (child, inner);
                }
                _ => return cost,
            }
        }
    }

    fn over_items(&self, id: NodeId) -> u64 {
        match self.tree.node(id) {
            Node::Loop { over, .. } => self.of(over).items,
            _ => 1,
        }
    }

    /// Steps of a node with what its consumer makes it do.
    fn total(&self, id: NodeId) -> u64 {
        let node = self.of(id);
        if self.is_filter(id) { node.eval.saturating_add(node.reach) } else { node.eval }
    }

    /// Whether the node itself does work that grows with sizes.
    fn is_bulk(&self, id: NodeId) -> bool {
        match self.tree.node(id) {
            Node::Unary { op, .. } => Makes::Unary(op).function().cost.is_bulk(),
            Node::Substring { .. } => Makes::Substring.function().cost.is_bulk(),
            Node::Text { op, .. } => Makes::Text(op).function().cost.is_bulk(),
            Node::Loop { op, .. } => Makes::Loop(op).function().cost.is_bulk(),
            Node::Compare { op, left, right } => op.is_equality() && self.equality(left, right) > 1,
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Name(_)
            | Node::At(_)
            | Node::Member { .. }
            | Node::Index { .. }
            | Node::Not { .. }
            | Node::InstanceOf { .. }
            | Node::Logic { .. }
            | Node::Error => false,
        }
    }
}
