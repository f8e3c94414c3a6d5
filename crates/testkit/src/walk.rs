//! The reference evaluator: a second definition of the language, by a walk over the tree.
//!
//! It is written to be read next to `docs/faults.md` and the dialect table, rule by rule, and to be obviously
//! right rather than quick: it copies what it compares, knows no instructions, and asks each row of the
//! [`Dialect`] where the row matters. It shares nothing with the engine but the tree, the host's trait and the
//! policy. The engine must give the same value, or the same fault at the same place, for no more steps.

mod collections;
mod compare;
mod indexes;
mod operators;
mod order;
mod outcome;
mod pattern;
mod reads;
mod refuse;
mod sequence;
mod show;
mod template;
mod truth;
mod value;

use std::collections::HashMap;

use probelang_diagnostic::{Code, fault};
use probelang_dialect::{BadPart, Dialect, Logic, ProgramKind};
use probelang_host::{Host, Resolve, Symbol, Use};
use probelang_redact::{Mask, Mode, Policy};
use probelang_syntax::tree::{LogicOp, Root, UnaryOp};
use probelang_syntax::{Limits, Node, NodeId, Tree};

pub use outcome::{Fault, Outcome, Run, Settings};
pub use refuse::{Refusal, refusals};
pub use show::{Out, Shown, json, text};

use value::{Scope, Val};

type Eval<T> = Result<T, Fault>;

/// A tree whose names are resolved for a family of hosts.
pub struct Linked<'t> {
    tree: &'t Tree,
    symbols: HashMap<(&'t str, Use), Symbol>,
}

impl<'t> Linked<'t> {
    /// Resolves all names of `tree`.
    #[must_use]
    pub fn new(tree: &'t Tree, names: &mut dyn Resolve) -> Self {
        let mut symbols = HashMap::new();
        let mut add = |name, usage| {
            symbols.insert((name, usage), names.resolve(name, usage));
        };
        add("this", Use::Variable);
        for name in ["@return", "@duration", "@exception"] {
            add(name, Use::At);
        }
        for id in tree.ids() {
            match tree.node(id) {
                Node::Name(name) => {
                    add(tree.text(name), Use::Variable);
                    // it may be one of `this`
                    add(tree.text(name), Use::Field);
                }
                Node::Member { name, .. } => add(tree.text(name), Use::Field),
                _ => {}
            }
        }
        Self { tree, symbols }
    }

    /// Evaluates the tree over `host`.
    ///
    /// # Panics
    /// Where `kind` is no kind of such a tree.
    #[must_use]
    pub fn run<'a>(&'a self, kind: ProgramKind, settings: &Settings<'a>, host: &'a dyn Host) -> Run {
        let tree = self.tree;
        let refused = refusals(tree, settings.dialect, settings.limits);
        let part_only = kind == ProgramKind::Template && settings.dialect.bad_part == BadPart::PartOnly;
        if !refused.is_empty() && !part_only {
            return Run { outcome: Outcome::Refused(refused), steps: 0 };
        }
        let mut walker = Walker {
            tree,
            symbols: &self.symbols,
            host,
            dialect: settings.dialect,
            policy: settings.policy,
            limits: settings.limits,
            steps: 0,
            allowed: settings.steps,
            patterns: HashMap::new(),
        };
        let outcome = match (kind, tree.root()) {
            (ProgramKind::Template, Root::Template(parts)) => walker.template(parts, settings, &refused),
            (ProgramKind::Template, Root::Expression(_)) | (_, Root::Template(_)) => {
                panic!("a template is no expression")
            }
            (ProgramKind::Condition, Root::Expression(root)) => {
                walker.condition(*root).map_or_else(Outcome::Fault, Outcome::Condition)
            }
            (ProgramKind::Metric, Root::Expression(root)) => {
                walker.metric(*root).map_or_else(Outcome::Fault, Outcome::Metric)
            }
            (ProgramKind::Value, Root::Expression(root)) => {
                walker.result(*root).map_or_else(Outcome::Fault, Outcome::Value)
            }
        };
        Run { outcome, steps: walker.steps }
    }
}

/// Evaluates `tree` over `host`, whose names are `names`.
#[must_use]
pub fn run(
    tree: &Tree,
    kind: ProgramKind,
    settings: &Settings<'_>,
    host: &dyn Host,
    names: &mut dyn Resolve,
) -> Run {
    Linked::new(tree, names).run(kind, settings, host)
}

/// One evaluation.
struct Walker<'a> {
    tree: &'a Tree,
    host: &'a dyn Host,
    symbols: &'a HashMap<(&'a str, Use), Symbol>,
    dialect: &'a Dialect,
    policy: &'a Policy,
    limits: &'a Limits,
    steps: u64,
    allowed: u64,
    /// Compiled patterns; `None` for one that does not compile.
    patterns: HashMap<String, Option<regex::Regex>>,
}

impl<'a> Walker<'a> {
    fn fault(&self, code: Code, node: NodeId) -> Fault {
        Fault { code, node, span: self.tree.span(node) }
    }

    fn fail<T>(&self, code: Code, node: NodeId) -> Eval<T> {
        Err(self.fault(code, node))
    }

    /// Charges `steps`, before the work.
    fn charge(&mut self, steps: u64, node: NodeId) -> Eval<()> {
        let steps = self.steps.saturating_add(steps);
        if steps > self.allowed {
            self.steps = self.allowed;
            return self.fail(fault::STEPS, node);
        }
        self.steps = steps;
        Ok(())
    }

    /// Charges work over that many bytes.
    fn charge_bytes(&mut self, bytes: usize, node: NodeId) -> Eval<()> {
        self.charge((bytes as u64).div_ceil(64), node)
    }

    /// A part of a text becomes a text of its own: a fault if some of it is hidden for what it says. Where all texts are
    /// hidden, so is that one.
    fn taken(&mut self, node: NodeId, text: &str, part: std::ops::Range<usize>) -> Eval<()> {
        if self.policy.mode() != Mode::Targeted || part.is_empty() {
            return Ok(());
        }
        self.charge((part.end as u64).div_ceil(16), node)?;
        let overlaps = |mask: Mask<'_>| mask.start < part.end && part.start < mask.end;
        if self.policy.masks(text).any(overlaps) { self.fail(fault::REDACTED_TEXT, node) } else { Ok(()) }
    }

    fn symbol(&self, name: &str, usage: Use) -> Symbol {
        self.symbols[&(name, usage)]
    }

    /// Evaluates `node`. A filter stays lazy.
    fn eval(&mut self, node: NodeId, scope: Option<&Scope<'a>>) -> Eval<Val<'a>> {
        let tree = self.tree;
        let reads =
            matches!(tree.node(node), Node::Name(_) | Node::At(_) | Node::Member { .. } | Node::Index { .. });
        self.charge(if reads { 2 } else { 1 }, node)?;
        match tree.node(node) {
            Node::Null => Ok(Val::NULL),
            Node::Bool(truth) => Ok(Val::bool(truth)),
            Node::Int(n) => Ok(Val::int(n)),
            Node::Uint(n) => Ok(Val::Host(probelang_host::Value::Uint(n))),
            Node::Float(n) => Ok(Val::Host(probelang_host::Value::Float(n))),
            Node::Str(text) => Ok(Val::str(tree.text(text))),
            Node::Name(name) => self.name(node, tree.text(name)),
            Node::At(at) => self.at(node, at, scope),
            Node::Member { base, name } => {
                let base = self.eval(base, scope)?;
                self.member(node, &base, tree.text(name))
            }
            Node::Index { base, index } => {
                let base = self.eval(base, scope)?;
                let index = self.eval(index, scope)?;
                self.index(node, &base, &index)
            }
            Node::Unary { op: UnaryOp::Value(op), operand } => {
                let value = self.eval(operand, scope)?;
                self.apply(node, op, &value)
            }
            Node::Unary { op: UnaryOp::Truth(op), operand } => {
                let value = self.eval(operand, scope)?;
                self.decide(node, op, &value).map(Val::bool)
            }
            Node::Unary { op: UnaryOp::IsDefined, operand } => self.is_defined(operand, scope).map(Val::bool),
            Node::Unary { op: UnaryOp::IsUndefined, operand } => {
                self.is_defined(operand, scope).map(|defined| Val::bool(!defined))
            }
            Node::Not { operand } => {
                let value = self.eval(operand, scope)?;
                self.truth(operand, &value).map(|truth| Val::bool(!truth))
            }
            Node::Substring { text, from, to } => {
                let text = self.eval(text, scope)?;
                let from = self.eval(from, scope)?;
                let to = to.map(|to| self.eval(to, scope)).transpose()?;
                self.substring(node, &text, &from, to.as_ref())
            }
            Node::Text { op, subject, argument } => {
                let value = self.eval(subject, scope)?;
                let other = self.eval(argument, scope)?;
                self.text_operator(node, op, &value, &other).map(Val::bool)
            }
            Node::Loop { op, over, body } => {
                let over = self.eval(over, scope)?;
                self.loops(node, op, &over, body)
            }
            Node::Compare { op, left, right } => {
                let left = self.eval(left, scope)?;
                let right = self.eval(right, scope)?;
                self.comparison(node, op, &left, &right).map(Val::bool)
            }
            Node::InstanceOf { operand, type_name } => {
                let value = self.eval(operand, scope)?;
                self.instance_of(node, &value, tree.text(type_name)).map(Val::bool)
            }
            Node::Logic { op, operands } => self.logic(op, tree.operands(operands), scope),
            Node::Error => panic!("a tree with an error is never run"),
        }
    }

    /// `&&`, `||`: the first operand that decides, else the last; the portable logic asks what it is, and gives a
    /// Boolean.
    fn logic(&mut self, op: LogicOp, operands: &[NodeId], scope: Option<&Scope<'a>>) -> Eval<Val<'a>> {
        let portable = self.dialect.logic == Logic::Fault;
        let (last, before) = operands.split_last().expect("operands");
        for &operand in before {
            let value = self.eval(operand, scope)?;
            let truth = self.truth(operand, &value)?;
            if truth == (op == LogicOp::Or) {
                return Ok(if portable { Val::bool(truth) } else { value });
            }
        }
        let value = self.eval(*last, scope)?;
        if portable { self.truth(*last, &value).map(Val::bool) } else { Ok(value) }
    }
}
