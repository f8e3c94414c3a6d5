//! The lowering itself: conditions as jumps, values into temporaries, places as they are.

mod conditions;
mod finish;
mod values;

use std::sync::Arc;

use probelang_check::{Accepted, Options};
use probelang_dialect::{self as rows, ProgramKind, Truth};
use probelang_syntax::tree::{At, Part};
use probelang_syntax::{Node, NodeId, Root, Tree};
use probelang_vm::{
    Branch, Const, ConstId, Debug, Instr, LoopId, Operand, PlaceId, SlotId, Step, SymbolId, Table, Tables,
    Target,
};

use crate::places::Places;
use crate::pool::{self, Pool};

/// Lowers a program.
///
/// A traced one reads every node by an instruction of its own and reports each value to its observer.
pub(crate) fn lower(accepted: &Accepted, traced: bool) -> Tables {
    let (tree, options) = (accepted.tree().as_ref(), accepted.options().as_ref());
    let room = Room::of(tree);
    let mut lower = Lower {
        accepted,
        tree,
        options,
        traced: traced.then(Table::default),
        truth: options.dialect.logic.truth(),
        tables: Tables {
            kind: options.kind,
            code: Vec::with_capacity(room.code),
            entry: Target(0),
            parts: Vec::new(),
            constants: Table::with_capacity(room.constants),
            symbols: Table::with_capacity(room.names),
            places: Table::default(),
            loops: Table::default(),
            catches: Vec::new(),
            patterns: Table::default(),
            slots: 0,
            dialect: options.dialect,
            pattern_limits: options.limits.patterns,
            debug: Debug {
                source: Arc::clone(tree.source()),
                sites: Vec::with_capacity(room.code),
                spans: Vec::with_capacity(tree.len()),
                ..Debug::default()
            },
        },
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
    lower.tables
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

/// A predicate that is lowered later, after the code that runs its loop.
pub(crate) struct Body {
    pub(crate) node: NodeId,
    pub(crate) id: LoopId,
    label: Target,
}

pub(crate) struct Lower<'t> {
    accepted: &'t Accepted,
    pub(crate) tree: &'t Tree,
    options: &'t Options,
    /// The loops of a traced program.
    pub(crate) traced: Option<Table<LoopId, NodeId>>,
    truth: Truth,
    tables: Tables,
    constants: Pool<Const>,
    symbols: Pool<Box<str>>,
    places: Places,
    /// Targets are labels until all code is known.
    labels: Vec<u32>,
    bodies: Vec<Body>,
    /// The innermost loop.
    scope: Option<LoopId>,
    temps: u16,
    most_temps: u16,
    /// Where each site is in the JSON, if the tree was read from it.
    origins: Vec<u32>,
    /// The node of each site of a traced program.
    pub(crate) site_nodes: Vec<u32>,
}

/// An operand and the node whose value it is.
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
        let truth = self.options.dialect.condition.truth();
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
                if let Some(bad) = self.accepted.bad_part(root) {
                    let (code, span, message) = (bad.code, bad.span, bad.message.as_str().into());
                    self.tables.parts.push(probelang_vm::Part::Refused { code, span, message });
                    return;
                }
                let entry = self.label();
                self.bind(entry);
                self.temps = 0;
                self.result(root);
                self.bodies();
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

    pub(crate) fn constant(&mut self, constant: Const) -> ConstId {
        self.constants.put(&mut self.tables.constants, constant, pool::same)
    }

    fn symbol(&mut self, name: &str) -> SymbolId {
        self.symbols.get(&mut self.tables.symbols, |other| **other == *name, || name.into())
    }

    pub(crate) fn temp(&mut self) -> SlotId {
        let at = SlotId::FIRST.plus(self.temps);
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
    fn path_sites(&mut self, node: NodeId, place: PlaceId) {
        let mut count = 0usize;
        let (mut node, mut place) = (node, Some(place));
        while let Some(step) = place.and_then(|place| self.places.table.get(place).copied()) {
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
}

/// The last ones of a table, as far as it has them.
fn last<T>(table: &mut [T], count: usize) -> &mut [T] {
    let first = table.len().saturating_sub(count);
    table.get_mut(first..).unwrap_or(&mut [])
}
