//! The lowering itself: conditions as jumps, values into temporaries, places as they stand.

use std::sync::Arc;

use probelang_check::{program, regex};
use probelang_diagnostic::Diagnostic;
use probelang_syntax::dialect as rows;
use probelang_syntax::tree::{At, CompareOp, LogicOp, LoopOp, Part, TextId, TextOp, UnaryOp};
use probelang_syntax::{Node, NodeId, Root, Tree};
use probelang_vm::{
    Branch, Catch, Const, Debug, Event, Instr, LoopDef, Operand, Origins, Pattern, PatternLimits,
    ProgramKind, Quantifier, Step, Tables, Target, Truth,
};

use crate::Options;
use crate::places::Places;
use crate::pool::{self, Pool};

/// Lowers a tree. The tables are of use only if no diagnostic is an error.
///
/// A traced program reads every node by an instruction of its own and tells its observer each value.
pub(crate) fn lower(tree: &Tree, options: &Options, traced: bool) -> (Tables, Vec<Diagnostic>) {
    let room = Room::of(tree);
    let mut lower = Lower {
        tree,
        options,
        traced: traced.then(Vec::new),
        truth: crate::modes::truth(&options.dialect),
        tables: Tables {
            kind: options.kind,
            code: Vec::with_capacity(room.code),
            entry: Target(0),
            parts: Vec::new(),
            constants: Vec::with_capacity(room.constants),
            symbols: Vec::with_capacity(room.names),
            places: Vec::new(),
            loops: Vec::new(),
            catches: Vec::new(),
            patterns: Vec::new(),
            slots: 0,
            modes: crate::modes::modes(&options.dialect),
            style: crate::modes::style(&options.dialect),
            pattern_limits: PatternLimits {
                bytes: options.limits.pattern_bytes,
                compiled: options.limits.pattern_compiled,
                nesting: options.limits.pattern_nesting,
                anchors: regex::anchors(&options.dialect),
            },
            debug: Debug {
                source: Arc::clone(tree.source()),
                sites: Vec::with_capacity(room.code),
                spans: Vec::with_capacity(tree.len()),
                ..Debug::default()
            },
        },
        diagnostics: Vec::new(),
        constants: Pool::default(),
        symbols: Pool::default(),
        places: Places::of(room.names),
        labels: Vec::with_capacity(room.code),
        bodies: Vec::new(),
        scope: None,
        temps: 0,
        most_temps: 0,
        origins: Vec::with_capacity(if tree.json().is_some() { tree.len() } else { 0 }),
        site_nodes: Vec::new(),
    };
    lower.root();
    lower.finish();
    (lower.tables, lower.diagnostics)
}

/// What the tables of a tree without much that is unusual take, so that they do not grow step by step.
struct Room {
    code: usize,
    constants: usize,
    names: usize,
}

impl Room {
    fn of(tree: &Tree) -> Self {
        let nodes = tree.len();
        Self { code: (nodes / 3).saturating_add(1), constants: nodes / 4, names: nodes / 2 }
    }
}

/// A predicate that is lowered later, behind the code that runs its loop.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) node: NodeId,
    pub(crate) id: u16,
    label: Target,
}

#[derive(Clone)]
pub(crate) struct Lower<'t> {
    pub(crate) tree: &'t Tree,
    options: &'t Options,
    /// The loops of a traced program.
    pub(crate) traced: Option<Vec<NodeId>>,
    truth: Truth,
    tables: Tables,
    diagnostics: Vec<Diagnostic>,
    constants: Pool<Const>,
    symbols: Pool<Box<str>>,
    places: Places,
    /// Targets stand for labels until all code is known.
    labels: Vec<u32>,
    bodies: Vec<Body>,
    /// The innermost loop.
    scope: Option<u16>,
    temps: u16,
    most_temps: u16,
    /// Where each site stands in the JSON, if the tree was read from it.
    origins: Vec<u32>,
    /// The node of each site of a traced program.
    pub(crate) site_nodes: Vec<u32>,
}

/// An operand and the node that it stands for.
pub(crate) type Read = (Operand, NodeId);

impl Lower<'_> {
    fn root(&mut self) {
        if self.options.dialect.implicit_this == rows::ImplicitThis::Yes {
            self.symbol("this");
        }
        let entry = self.label();
        self.tables.entry = entry;
        match self.tree.root() {
            Root::Expression(root) => {
                if self.tables.kind == ProgramKind::Template {
                    self.tables.kind = ProgramKind::Value;
                }
                self.bind(entry);
                self.program(*root);
                self.bodies();
            }
            Root::Template(parts) => {
                self.tables.kind = ProgramKind::Template;
                self.bind(entry);
                for part in parts {
                    self.part(part);
                }
            }
        }
    }

    fn program(&mut self, root: NodeId) {
        match self.tables.kind {
            ProgramKind::Condition => self.condition(root),
            ProgramKind::Value | ProgramKind::Template => self.result(root),
            ProgramKind::Metric => self.result(root),
        }
    }

    /// The root of a condition.
    fn condition(&mut self, root: NodeId) {
        let truth = crate::modes::condition(&self.options.dialect);
        // a deciding operand counts by the dialect's logic on the way, and as a condition at the end
        let decides = matches!(self.tree.node(root), Node::Logic { .. }) && self.truth != truth;
        if decides || !self.is_boolean(root) {
            let value = self.value(root);
            self.test(value, truth, root, Branch { yes: Target::YES, no: Target::NO });
        } else {
            self.jump(root, Target::YES, Target::NO, root);
        }
    }

    fn result(&mut self, root: NodeId) {
        let value = self.value(root);
        self.emit(root, &[value], Instr::Return { of: value.0 });
    }

    fn part(&mut self, part: &Part) {
        match *part {
            Part::Text { text, .. } => {
                let text = self.tree.text(text);
                if let Some(probelang_vm::Part::Text(before)) = self.tables.parts.last_mut() {
                    let mut joined = std::mem::take(before).into_string();
                    joined.push_str(text);
                    *before = joined.into();
                } else if !text.is_empty() {
                    self.tables.parts.push(probelang_vm::Part::Text(text.into()));
                }
            }
            Part::Expression { root, .. } => {
                let known = self.diagnostics.len();
                // a part that does not compile leaves nothing behind
                let alone = self.options.dialect.bad_part == rows::BadPart::PartOnly;
                let before = alone.then(|| self.clone());
                let entry = self.label();
                self.bind(entry);
                self.temps = 0;
                self.result(root);
                self.bodies();
                let bad = self.diagnostics.iter().skip(known).find(|diagnostic| diagnostic.is_error());
                if let (Some(before), Some(bad)) = (before, bad) {
                    let message = bad.message.as_str().into();
                    let (code, at) = (bad.code, bad.span);
                    let diagnostics = std::mem::take(&mut self.diagnostics);
                    *self = Self { diagnostics, ..before };
                    let part = probelang_vm::Part::Refused { code, span: at, message };
                    self.tables.parts.push(part);
                    for diagnostic in self.diagnostics.iter_mut().skip(known) {
                        diagnostic.severity = probelang_diagnostic::Severity::Warning;
                    }
                    return;
                }
                let duration = matches!(self.tree.node(root), Node::At(At::Duration));
                self.tables.parts.push(probelang_vm::Part::Expression { entry, duration });
            }
        }
    }

    /// Lowers the predicates of the loops met so far, each with temporaries of its own: a lazy filter runs its
    /// predicate while those of its consumer are in use.
    fn bodies(&mut self) {
        while let Some(body) = self.bodies.pop() {
            self.scope = Some(body.id);
            self.temps = self.most_temps;
            self.bind(body.label);
            let (yes, no) = self.observe_element(&body);
            self.jump(body.node, yes, no, body.node);
            self.observe_passed(&body, yes, no);
        }
        self.scope = None;
    }

    // --- tables

    pub(crate) fn label(&mut self) -> Target {
        self.labels.push(u32::MAX);
        Target(u32::try_from(self.labels.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    pub(crate) fn bind(&mut self, label: Target) {
        let here = self.here();
        if let Some(place) = self.labels.get_mut(label.0 as usize) {
            *place = here;
        }
    }

    fn here(&self) -> u32 {
        u32::try_from(self.tables.code.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn constant(&mut self, constant: Const) -> u16 {
        self.constants.put(&mut self.tables.constants, constant, pool::same)
    }

    fn symbol(&mut self, name: &str) -> u16 {
        self.symbols.get(&mut self.tables.symbols, |other| **other == *name, || name.into())
    }

    pub(crate) fn temp(&mut self) -> u16 {
        let at = self.temps;
        self.temps = self.temps.saturating_add(1);
        self.most_temps = self.most_temps.max(self.temps);
        at
    }

    /// Emits an instruction for `node`, with the sites of its operands' reads.
    pub(crate) fn emit(&mut self, node: NodeId, operands: &[Read], instr: Instr) {
        let site = u32::try_from(self.tables.debug.spans.len()).unwrap_or(u32::MAX);
        self.site(node);
        for &(operand, of) in operands {
            if let Operand::Place(place) = operand {
                self.places.used(place, self.scope);
                self.path_sites(of, place);
            }
        }
        self.tables.debug.sites.push(site);
        self.tables.code.push(instr);
    }

    fn site(&mut self, node: NodeId) {
        self.tables.debug.spans.push(self.tree.span(node));
        if self.tree.json().is_some() {
            self.origins.push(self.tree.origin(node));
        }
        if self.traced.is_some() {
            self.site_nodes.push(node.0);
        }
    }

    /// The sites of the reads of a place, from its root on.
    fn path_sites(&mut self, node: NodeId, place: u16) {
        let mut count = 0usize;
        let (mut node, mut place) = (node, Some(place));
        while let Some(step) = place.and_then(|place| self.places.table.get(place as usize).copied()) {
            if matches!(step.step, Step::Temp(_)) {
                break;
            }
            self.site(node);
            count = count.saturating_add(1);
            place = step.base;
            match self.tree.node(node) {
                Node::Member { base, .. } | Node::Index { base, .. } => node = base,
                _ => break,
            }
        }
        last(&mut self.tables.debug.spans, count).reverse();
        last(&mut self.origins, count).reverse();
        last(&mut self.site_nodes, count).reverse();
    }

    fn report(&mut self, node: NodeId, diagnostic: Diagnostic) {
        let diagnostic = match self.tree.path(node) {
            Some(path) => diagnostic.at_path(path),
            None => diagnostic,
        };
        self.diagnostics.push(diagnostic);
    }

    // --- conditions

    /// Whether a node gives a Boolean whatever it reads.
    fn is_boolean(&self, id: NodeId) -> bool {
        match self.tree.node(id) {
            Node::Compare { .. } | Node::Text { .. } | Node::InstanceOf { .. } => true,
            Node::Loop { op, .. } => op != LoopOp::Filter,
            Node::Unary { op, .. } => op != UnaryOp::Len,
            // the deciding operand counts the same, wherever it stands
            Node::Logic { .. } => true,
            _ => false,
        }
    }

    /// Goes to `yes` or `no` by whether a node counts as true. A fault of a value that cannot stand there is
    /// blamed on the node `blame`.
    fn jump(&mut self, id: NodeId, yes: Target, no: Target, blame: NodeId) {
        let (yes_told, no_told) = self.observe_branch(id, yes, no);
        self.decide(id, yes_told, no_told, blame);
        self.observe_truth(id, (yes_told, yes), (no_told, no));
    }

    fn decide(&mut self, id: NodeId, yes: Target, no: Target, blame: NodeId) {
        let on = Branch { yes, no };
        let mark = self.temps;
        match self.tree.node(id) {
            Node::Bool(b) => self.emit(id, &[], Instr::Goto { to: if b { yes } else { no } }),
            Node::Logic { op, operands } => {
                let tree = self.tree;
                let Some((&last, before)) = tree.operands(operands).split_last() else { return };
                for &operand in before {
                    let next = self.label();
                    match op {
                        LogicOp::And => self.jump(operand, next, no, operand),
                        LogicOp::Or => self.jump(operand, yes, next, operand),
                    }
                    self.bind(next);
                }
                // `&&` itself looks at its last operand only where it must be Boolean
                let strict = self.truth == Truth::Boolean;
                self.jump(last, yes, no, if strict { last } else { blame });
            }
            Node::Unary { op: UnaryOp::Not, operand } => {
                self.jump(operand, no, yes, operand);
            }
            Node::Unary { op: UnaryOp::IsEmpty, operand } => {
                let of = self.value(operand);
                self.emit(id, &[of], Instr::Empty { of: of.0, on });
            }
            Node::Unary { op: UnaryOp::IsDefined, operand } => self.defined(operand, yes, no),
            Node::Unary { op: UnaryOp::IsUndefined, operand } => self.undefined(operand, yes, no),
            Node::Compare { op, left, right } => {
                let (left, right) = self.pair(left, right);
                let instr = Instr::Compare { op: compare_op(op), left: left.0, right: right.0, on };
                self.emit(id, &[left, right], instr);
            }
            Node::Text { op: TextOp::Matches, subject, argument } => {
                self.matches(id, subject, argument, on);
            }
            Node::Text { op, subject, argument } => {
                let (subject, argument) = self.pair(subject, argument);
                let op = match op {
                    TextOp::StartsWith => probelang_vm::TextOp::StartsWith,
                    TextOp::EndsWith => probelang_vm::TextOp::EndsWith,
                    TextOp::Contains | TextOp::Matches => probelang_vm::TextOp::Contains,
                };
                let instr = Instr::Text { op, subject: subject.0, argument: argument.0, on };
                self.emit(id, &[subject, argument], instr);
            }
            Node::InstanceOf { operand, type_name } => {
                let of = self.value(operand);
                let type_name = self.constant(Const::Str(self.tree.text(type_name).into()));
                self.emit(id, &[of], Instr::InstanceOf { of: of.0, type_name, on });
            }
            Node::Loop { op, over, body } if op != LoopOp::Filter => {
                let over = self.value(over);
                let op = if op == LoopOp::Any { Quantifier::Any } else { Quantifier::All };
                let loop_id = self.new_loop(id, body);
                self.observe_loop(id, loop_id);
                self.emit(id, &[over], Instr::Loop { op, over: over.0, id: loop_id, on });
            }
            _ => {
                let value = self.value(id);
                self.test(value, self.truth, blame, on);
            }
        }
        self.temps = mark;
    }

    fn test(&mut self, value: Read, truth: Truth, blame: NodeId, on: Branch) {
        self.emit(blame, &[value], Instr::Test { of: value.0, truth, on });
    }

    /// `isDefined`: a fault of class *undefined* inside goes to `no`.
    fn defined(&mut self, operand: NodeId, yes: Target, no: Target) {
        let start = self.here();
        if self.is_boolean(operand) && !self.decides(operand) {
            self.jump(operand, yes, yes, operand);
        } else {
            let of = self.value(operand);
            self.emit(operand, &[of], Instr::Defined { of: of.0, on: Branch { yes, no } });
        }
        self.tables.catches.push(Catch { start, end: self.here(), to: no });
    }

    fn undefined(&mut self, operand: NodeId, yes: Target, no: Target) {
        self.defined(operand, no, yes);
    }

    /// Whether the value of a node is that of a deciding operand, of whatever kind.
    fn decides(&self, id: NodeId) -> bool {
        self.truth != Truth::Boolean && matches!(self.tree.node(id), Node::Logic { .. })
    }

    fn matches(&mut self, id: NodeId, subject: NodeId, argument: NodeId, on: Branch) {
        match self.tree.node(argument) {
            Node::Str(text) => {
                let subject = self.value(subject);
                self.observe_literal(argument);
                if let Some(pattern) = self.pattern(argument, text) {
                    self.emit(id, &[subject], Instr::Matches { subject: subject.0, pattern, on });
                }
            }
            node => {
                if !is_literal(node)
                    && self.options.dialect.computed_pattern == rows::ComputedPattern::CompileError
                {
                    self.report(argument, program::computed_pattern(self.tree, argument));
                }
                let (subject, argument) = self.pair(subject, argument);
                let instr = Instr::MatchesComputed { subject: subject.0, argument: argument.0, on };
                self.emit(id, &[subject, argument], instr);
            }
        }
    }

    fn pattern(&mut self, node: NodeId, text: TextId) -> Option<u16> {
        let span = self.tree.span(node);
        let source = self.tree.text(text);
        let known = self.tables.patterns.iter().position(|pattern| *pattern.source == *source);
        if let Some(at) = known {
            return u16::try_from(at).ok();
        }
        match regex::compile(source, span, &self.options.limits, &self.options.dialect) {
            Ok(regex) => {
                self.tables.patterns.push(Pattern { source: source.into(), regex });
                u16::try_from(self.tables.patterns.len().saturating_sub(1)).ok()
            }
            Err(diagnostic) => {
                self.report(node, *diagnostic);
                None
            }
        }
    }

    fn new_loop(&mut self, node: NodeId, body: NodeId) -> u16 {
        self.traced.iter_mut().for_each(|loops| loops.push(node));
        let label = self.label();
        let level = self.scope.and_then(|id| self.tables.loops.get(id as usize)).map_or(0, |def| def.level);
        self.tables.loops.push(LoopDef {
            body: label,
            slots: 0,
            per_element: 0,
            level: level.saturating_add(1),
        });
        let id = u16::try_from(self.tables.loops.len().saturating_sub(1)).unwrap_or(u16::MAX);
        self.bodies.push(Body { node: body, id, label });
        id
    }

    // --- values

    /// Two operands, read left to right.
    fn pair(&mut self, left: NodeId, right: NodeId) -> (Read, Read) {
        let mut first = self.value(left);
        if !self.is_simple(right) {
            first = self.keep(first);
        }
        let second = self.value(right);
        (first, second)
    }

    /// Reads a place now, because code that comes next must run behind it.
    pub(crate) fn keep(&mut self, read: Read) -> Read {
        match read.0 {
            Operand::Place(_) => {
                let to = self.temp();
                self.emit(read.1, &[read], Instr::Move { from: read.0, to });
                (Operand::Temp(to), read.1)
            }
            _ => read,
        }
    }

    /// Whether reading a node takes no instruction of its own.
    fn is_simple(&self, id: NodeId) -> bool {
        let mut id = id;
        loop {
            match self.tree.node(id) {
                Node::Member { base, .. } => id = base,
                Node::Index { base, index } if is_literal(self.tree.node(index)) => id = base,
                node => return is_literal(node) || matches!(node, Node::Name(_) | Node::At(_)),
            }
        }
    }

    pub(crate) fn value(&mut self, id: NodeId) -> Read {
        let read = self.operand(id);
        self.observe_value(read)
    }

    fn operand(&mut self, id: NodeId) -> Read {
        let node = self.tree.node(id);
        if let Some(constant) = literal(self.tree, node) {
            return (Operand::Const(self.constant(constant)), id);
        }
        let operand = match node {
            Node::Name(name) => self.name(id, name),
            Node::At(at) => self.at_name(id, at),
            Node::Member { base, name } => {
                let base = self.base(base);
                let text = self.tree.text(name);
                let hidden = self.options.policy.redacts_name(text);
                let name = self.symbol(text);
                Operand::Place(self.places.step(Some(base), Step::Field(name), hidden))
            }
            Node::Index { base, index } => self.index(id, base, index),
            Node::Unary { op: UnaryOp::Len, operand } => {
                let of = self.value(operand);
                let to = self.temp();
                self.emit(id, &[of], Instr::Len { of: of.0, to });
                Operand::Temp(to)
            }
            Node::Substring { text, from, to } => self.substring(id, text, from, to),
            Node::Loop { op: LoopOp::Filter, over, body } => {
                let over = self.value(over);
                let loop_id = self.new_loop(id, body);
                let to = self.temp();
                self.emit(id, &[over], Instr::Filter { over: over.0, id: loop_id, to });
                self.observe_loop(id, loop_id);
                Operand::Temp(to)
            }
            Node::Logic { op, operands } if self.truth != Truth::Boolean => {
                let tree = self.tree;
                self.deciding(op, tree.operands(operands))
            }
            _ => self.boolean(id),
        };
        (operand, id)
    }

    /// `&&` and `||` that give the operand that decided.
    fn deciding(&mut self, op: LogicOp, operands: &[NodeId]) -> Operand {
        let to = self.temp();
        let end = self.label();
        for (at, &operand) in operands.iter().enumerate() {
            let mark = self.temps;
            let value = self.value(operand);
            self.emit(operand, &[value], Instr::Move { from: value.0, to });
            self.temps = mark;
            if at.saturating_add(1) < operands.len() {
                let next = self.label();
                let on = match op {
                    LogicOp::And => Branch { yes: next, no: end },
                    LogicOp::Or => Branch { yes: end, no: next },
                };
                self.test((Operand::Temp(to), operand), self.truth, operand, on);
                self.bind(next);
            }
        }
        self.bind(end);
        Operand::Temp(to)
    }

    /// A condition as a value.
    fn boolean(&mut self, id: NodeId) -> Operand {
        let to = self.temp();
        let (yes, no, end) = (self.label(), self.label(), self.label());
        self.jump(id, yes, no, id);
        for (label, truth) in [(yes, true), (no, false)] {
            self.bind(label);
            let from = Operand::Const(self.constant(Const::Bool(truth)));
            self.emit(id, &[], Instr::Move { from, to });
            if truth {
                self.emit(id, &[], Instr::Goto { to: end });
            }
        }
        self.bind(end);
        Operand::Temp(to)
    }

    /// The place of a receiver; a computed one is where its temporary is.
    fn base(&mut self, id: NodeId) -> u16 {
        match self.value(id).0 {
            Operand::Place(place) => place,
            Operand::Temp(slot) => self.places.step(None, Step::Temp(slot), false),
            Operand::Const(constant) => {
                let to = self.temp();
                self.emit(id, &[], Instr::Move { from: Operand::Const(constant), to });
                self.places.step(None, Step::Temp(to), false)
            }
        }
    }

    fn name(&mut self, id: NodeId, name: TextId) -> Operand {
        let text = self.tree.text(name);
        let hidden = self.options.policy.redacts_name(text);
        if self.options.dialect.predefined_names == rows::PredefinedNames::Yes && !hidden {
            match text {
                "undefined" => return Operand::Const(self.constant(Const::Undefined)),
                "Infinity" => return Operand::Const(self.constant(Const::Float(f64::INFINITY))),
                _ => {}
            }
        }
        let unknown_at = text.starts_with('@');
        if unknown_at && self.options.dialect.unknown_at_name == rows::UnknownAtName::CompileError {
            self.report(id, program::unknown_at_name(self.tree, id, text));
        }
        let symbol = self.symbol(text);
        let or_null = unknown_at && self.options.dialect.unknown_at_name == rows::UnknownAtName::Null;
        let step = if or_null { Step::VarOrNull(symbol) } else { Step::Var(symbol) };
        Operand::Place(self.places.step(None, step, hidden))
    }

    fn at_name(&mut self, id: NodeId, at: At) -> Operand {
        let step = match (at, self.scope) {
            (At::Return | At::Duration | At::Exception, _) => Step::At(self.symbol(at.text())),
            (At::It, Some(scope)) => Step::It(scope),
            (At::Key, Some(scope)) => Step::Key(scope),
            (At::Value, Some(scope)) => Step::Value(scope),
            (At::It | At::Key | At::Value, None) => {
                if self.options.dialect.element_outside == rows::ElementOutside::CompileError {
                    self.report(id, program::element_outside(self.tree, id, at.text()));
                }
                Step::Outside
            }
        };
        Operand::Place(self.places.step(None, step, false))
    }

    fn index(&mut self, id: NodeId, base: NodeId, index: NodeId) -> Operand {
        if let Some(constant) = literal(self.tree, self.tree.node(index)) {
            let base = self.base(base);
            self.observe_literal(index);
            let hidden = match &constant {
                Const::Str(text) => self.options.policy.redacts_name(text),
                _ => false,
            };
            let key = self.constant(constant);
            return Operand::Place(self.places.step(Some(base), Step::Index(key), hidden));
        }
        let (base, index) = self.pair(base, index);
        let to = self.temp();
        self.emit(id, &[base, index], Instr::Index { base: base.0, index: index.0, to });
        Operand::Temp(to)
    }

    fn substring(&mut self, id: NodeId, text: NodeId, from: NodeId, until: Option<NodeId>) -> Operand {
        if until.is_none() && self.options.dialect.substring_end == rows::SubstringEnd::CompileError {
            self.report(id, program::substring_without_end(self.tree, id));
        }
        let mut first = self.value(text);
        if !self.is_simple(from) || until.is_some_and(|until| !self.is_simple(until)) {
            first = self.keep(first);
        }
        let mut second = self.value(from);
        if until.is_some_and(|until| !self.is_simple(until)) {
            second = self.keep(second);
        }
        let mut operands = vec![first, second];
        let until = until.map(|until| self.value(until));
        operands.extend(until);
        let to = self.temp();
        let until = until.map(|(operand, _)| operand);
        self.emit(id, &operands, Instr::Substring { text: first.0, from: second.0, until, to });
        Operand::Temp(to)
    }

    // --- the end

    fn finish(&mut self) {
        let kept = self.places.keep();
        let mut slots = kept.saturating_add(self.most_temps);
        for id in 0..self.tables.loops.len() {
            let per_element = self.places.per_element(u16::try_from(id).unwrap_or(u16::MAX));
            if let Some(def) = self.tables.loops.get_mut(id) {
                def.slots = slots;
                def.per_element = per_element;
                slots = slots.saturating_add(LoopDef::SLOTS);
            }
        }
        self.tables.slots = slots;
        self.tables.places = std::mem::take(&mut self.places.table);
        for place in &mut self.tables.places {
            if let Step::Temp(slot) = &mut place.step {
                *slot = slot.saturating_add(kept);
            }
        }
        let labels = std::mem::take(&mut self.labels);
        let resolve = |target: Target| {
            if target.is_end() {
                target
            } else {
                Target(labels.get(target.0 as usize).copied().unwrap_or(u32::MAX))
            }
        };
        for instr in &mut self.tables.code {
            *instr = moved(*instr, kept, &resolve);
        }
        for def in &mut self.tables.loops {
            def.body = resolve(def.body);
        }
        for catch in &mut self.tables.catches {
            catch.to = resolve(catch.to);
        }
        for part in &mut self.tables.parts {
            if let probelang_vm::Part::Expression { entry, .. } = part {
                *entry = resolve(*entry);
            }
        }
        self.tables.entry = resolve(self.tables.entry);
        if let Some(json) = self.tree.json() {
            let at = std::mem::take(&mut self.origins);
            self.tables.debug.origins = Some(Origins { json: Arc::clone(json), at });
        }
        self.tables.debug.traced = self.traced_tree();
    }
}

/// The last ones of a table, as far as it has them.
fn last<T>(table: &mut [T], count: usize) -> &mut [T] {
    let first = table.len().saturating_sub(count);
    table.get_mut(first..).unwrap_or(&mut [])
}

/// An instruction with its temporaries behind the kept places and its labels resolved.
fn moved(instr: Instr, kept: u16, resolve: &impl Fn(Target) -> Target) -> Instr {
    let slot = |slot: u16| slot.saturating_add(kept);
    let operand = |operand: Operand| match operand {
        Operand::Temp(at) => Operand::Temp(slot(at)),
        other => other,
    };
    let branch = |on: Branch| Branch { yes: resolve(on.yes), no: resolve(on.no) };
    match instr {
        Instr::Test { of, truth, on } => Instr::Test { of: operand(of), truth, on: branch(on) },
        Instr::Compare { op, left, right, on } => {
            Instr::Compare { op, left: operand(left), right: operand(right), on: branch(on) }
        }
        Instr::Text { op, subject, argument, on } => {
            Instr::Text { op, subject: operand(subject), argument: operand(argument), on: branch(on) }
        }
        Instr::Matches { subject, pattern, on } => {
            Instr::Matches { subject: operand(subject), pattern, on: branch(on) }
        }
        Instr::MatchesComputed { subject, argument, on } => {
            Instr::MatchesComputed { subject: operand(subject), argument: operand(argument), on: branch(on) }
        }
        Instr::Empty { of, on } => Instr::Empty { of: operand(of), on: branch(on) },
        Instr::Defined { of, on } => Instr::Defined { of: operand(of), on: branch(on) },
        Instr::InstanceOf { of, type_name, on } => {
            Instr::InstanceOf { of: operand(of), type_name, on: branch(on) }
        }
        Instr::Loop { op, over, id, on } => Instr::Loop { op, over: operand(over), id, on: branch(on) },
        Instr::Goto { to } => Instr::Goto { to: resolve(to) },
        Instr::Move { from, to } => Instr::Move { from: operand(from), to: slot(to) },
        Instr::Index { base, index, to } => {
            Instr::Index { base: operand(base), index: operand(index), to: slot(to) }
        }
        Instr::Len { of, to } => Instr::Len { of: operand(of), to: slot(to) },
        Instr::Substring { text, from, until, to } => Instr::Substring {
            text: operand(text),
            from: operand(from),
            until: until.map(operand),
            to: slot(to),
        },
        Instr::Filter { over, id, to } => Instr::Filter { over: operand(over), id, to: slot(to) },
        Instr::Return { of } => Instr::Return { of: operand(of) },
        Instr::Observe { event: Event::Value { of, node }, to } => {
            Instr::Observe { event: Event::Value { of: operand(of), node }, to: resolve(to) }
        }
        Instr::Observe { event, to } => Instr::Observe { event, to: resolve(to) },
    }
}

const fn compare_op(op: CompareOp) -> probelang_vm::CompareOp {
    match op {
        CompareOp::Eq => probelang_vm::CompareOp::Eq,
        CompareOp::Ne => probelang_vm::CompareOp::Ne,
        CompareOp::Lt => probelang_vm::CompareOp::Lt,
        CompareOp::Le => probelang_vm::CompareOp::Le,
        CompareOp::Gt => probelang_vm::CompareOp::Gt,
        CompareOp::Ge => probelang_vm::CompareOp::Ge,
    }
}

pub(crate) const fn is_literal(node: Node) -> bool {
    matches!(node, Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) | Node::Str(_))
}

fn literal(tree: &Tree, node: Node) -> Option<Const> {
    Some(match node {
        Node::Null => Const::Null,
        Node::Bool(b) => Const::Bool(b),
        Node::Int(n) => Const::Int(n),
        Node::Uint(n) => Const::Uint(n),
        Node::Float(n) => Const::Float(n),
        Node::Str(text) => Const::Str(tree.text(text).into()),
        _ => return None,
    })
}
