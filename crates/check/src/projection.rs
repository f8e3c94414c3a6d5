//! What a program reads of its scope, from the tree: paths with members and elements, and what only a size is asked of.
//!
//! Each node that reads stands for places of the scope. Who uses the node says what is read there. A use that is not
//! known to look at less reads everything below, so that a dialect may do with it what it wants.

use probelang_dialect::{Dialect, ImplicitThis, LoopOp, TruthOp, ValueOp};
use probelang_host::{PartId, Projection, Projector};
use probelang_syntax::tree::{At, Node, NodeId, Tree, UnaryOp};

/// Places that a node may stand for; with more of them the whole scope is read.
const MOST: usize = 32;

/// What `tree` reads of its scope.
///
/// ```
/// use probelang_check::projection;
/// use probelang_dialect::Dialect;
/// use probelang_syntax::{Limits, SourceKind, parse};
/// let text = "len(items) > 2 && any(items, {@it.price > 95})";
/// let tree = parse(text, SourceKind::Expression, &Limits::default()).tree.unwrap();
/// assert_eq!(projection(&tree, &Dialect::default()).to_string(), "items.*.price");
/// ```
///
/// # Cost
/// Linear in the nodes.
#[must_use]
pub fn projection(tree: &Tree, dialect: &Dialect) -> Projection {
    let mut walk = Walk {
        tree,
        dialect,
        reads: Projector::new(),
        places: vec![Vec::new(); tree.len()],
        pending: Vec::new(),
    };
    for root in tree.roots() {
        walk.expression(root);
        walk.keep(root);
    }
    walk.reads.finish()
}

/// A place of the scope that a node may stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    part: PartId,
    /// It may be an entry, or a pair of a key and a value, and the part is the value.
    entry: bool,
    /// It may be what `filter` gives: a list of entries or of values, made of a map.
    filtered: bool,
}

impl Place {
    const fn of(part: PartId) -> Self {
        Self { part, entry: false, filtered: false }
    }
}

struct Walk<'t> {
    tree: &'t Tree,
    dialect: &'t Dialect,
    reads: Projector,
    /// The places that each node stands for.
    places: Vec<Vec<Place>>,
    pending: Vec<Visit>,
}

/// A node, and the innermost loop around it.
#[derive(Clone, Copy)]
struct Visit {
    id: NodeId,
    within: Option<NodeId>,
    /// Its operands were visited.
    leaves: bool,
}

impl Walk<'_> {
    /// Visits the nodes of an expression, operands first, and the collection of a loop before its predicate.
    fn expression(&mut self, root: NodeId) {
        self.pending.push(Visit { id: root, within: None, leaves: false });
        while let Some(Visit { id, within, leaves }) = self.pending.pop() {
            if leaves {
                let places = self.node(id, within);
                if places.len() > MOST {
                    self.reads.keep(Projector::ROOT);
                } else if let Some(place) = self.places.get_mut(id.0 as usize) {
                    *place = places;
                }
                continue;
            }
            self.pending.push(Visit { id, within, leaves: true });
            if let Node::Loop { over, body, .. } = self.tree.node(id) {
                self.pending.push(Visit { id: body, within: Some(id), leaves: false });
                self.pending.push(Visit { id: over, within, leaves: false });
            } else {
                let children = self.tree.children(id);
                self.pending.extend(children.map(|id| Visit { id, within, leaves: false }));
            }
        }
    }

    /// What a node reads of its operands, and the places that it stands for.
    fn node(&mut self, id: NodeId, within: Option<NodeId>) -> Vec<Place> {
        let tree = self.tree;
        match tree.node(id) {
            Node::Name(name) => self.name(tree.text(name)),
            Node::At(At::It | At::Value) => within.map_or_else(Vec::new, |within| self.elements(within)),
            // keys are there where elements are
            Node::At(At::Key) => Vec::new(),
            Node::At(at @ (At::Return | At::Duration | At::Exception)) => {
                vec![Place::of(self.reads.member(Projector::ROOT, at.text()))]
            }
            Node::Member { base, name } => self.member(base, tree.text(name)),
            Node::Index { base, index } => self.index(base, index),
            Node::Loop { op, over, body } => {
                self.keep(body);
                for place in self.of(over) {
                    self.reads.element(place.part);
                }
                match op {
                    LoopOp::Quantifier(_) => Vec::new(),
                    LoopOp::Filter => {
                        self.of(over).into_iter().map(|place| Place { filtered: true, ..place }).collect()
                    }
                }
            }
            Node::Unary { op, operand } => {
                match op {
                    UnaryOp::Value(ValueOp::Len) | UnaryOp::Truth(TruthOp::IsEmpty) => {
                        for place in self.of(operand) {
                            self.reads.count(place.part);
                        }
                    }
                    // how reading it ends says all
                    UnaryOp::IsDefined | UnaryOp::IsUndefined => {}
                }
                Vec::new()
            }
            // nothing in a collection makes it null
            Node::Compare { op, left, right }
                if op.is_equality() && [left, right].into_iter().any(|id| tree.node(id) == Node::Null) =>
            {
                Vec::new()
            }
            Node::Compare { .. }
            | Node::Not { .. }
            | Node::Substring { .. }
            | Node::Text { .. }
            | Node::InstanceOf { .. }
            | Node::Logic { .. } => {
                for child in tree.children(id) {
                    self.keep(child);
                }
                Vec::new()
            }
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Error => Vec::new(),
        }
    }

    fn name(&mut self, name: &str) -> Vec<Place> {
        let mut places = vec![Place::of(self.reads.member(Projector::ROOT, name))];
        if self.dialect.implicit_this == ImplicitThis::Yes {
            let this = self.reads.member(Projector::ROOT, "this");
            places.push(Place::of(self.reads.member(this, name)));
        }
        places
    }

    fn member(&mut self, base: NodeId, name: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for place in self.of(base) {
            add(&mut places, Place::of(self.reads.member(place.part, name)));
            if place.entry && is_value(name) {
                add(&mut places, Place::of(place.part));
            }
        }
        places
    }

    fn index(&mut self, base: NodeId, index: NodeId) -> Vec<Place> {
        self.keep(index);
        let key = if let Node::Str(key) = self.tree.node(index) { Some(self.tree.text(key)) } else { None };
        // a text may be a position, in JavaScript
        let is_name = key.is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_digit()));
        let mut places = Vec::new();
        for place in self.of(base) {
            if let Some(key) = key {
                add(&mut places, Place::of(self.reads.member(place.part, key)));
            }
            if !is_name {
                let part = self.reads.element(place.part);
                add(&mut places, Place { part, entry: place.filtered, filtered: false });
            }
            if place.entry && (!is_name || key.is_some_and(is_value)) {
                add(&mut places, Place::of(place.part));
            }
        }
        places
    }

    /// What the predicate of a loop is given.
    fn elements(&mut self, of: NodeId) -> Vec<Place> {
        let Node::Loop { over, .. } = self.tree.node(of) else { return Vec::new() };
        let mut places = Vec::new();
        for place in self.of(over) {
            let part = self.reads.element(place.part);
            add(&mut places, Place { part, entry: true, filtered: false });
            if place.entry {
                // a pair is a list of the key and the value
                add(&mut places, Place { entry: true, ..place });
            }
        }
        places
    }

    fn of(&self, id: NodeId) -> Vec<Place> {
        self.places.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Everything in the value of a node is read.
    fn keep(&mut self, id: NodeId) {
        for place in self.of(id) {
            self.reads.keep(place.part);
        }
    }
}

/// The member of an entry that is its value, however a dialect spells it.
fn is_value(name: &str) -> bool {
    name.eq_ignore_ascii_case("value")
}

fn add(places: &mut Vec<Place>, place: Place) {
    if !places.contains(&place) {
        places.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probelang_dialect::{Preset, SourceKind};
    use probelang_syntax::{Limits, parse};

    fn of(text: &str, preset: Preset) -> String {
        let tree = parse(text, SourceKind::Expression, &Limits::default()).tree.unwrap();
        projection(&tree, &preset.dialect()).to_string()
    }

    #[test]
    fn a_program_reads_what_it_names() {
        for (text, expected) in [
            ("user.age > 40 && user.plan == \"gold\"", "user.age, user.plan"),
            ("any(items, {@it.price > 95}) && contains(message, \"x\")", "items.*.price, message"),
            ("items", "items"),
            ("items[0].price", "items.*.price"),
            ("items[n].price", "items.*.price, n"),
            ("headers[\"Host\"]", "headers.Host"),
            ("list[\"0\"] == 1", "list.*"),
            ("len(items)", "items.#"),
            ("isEmpty(a.b)", "a.b.#"),
            ("isDefined(a.b)", "a.b?"),
            ("a != null && null != a.b.c", "a.b.c?"),
            ("a == b", "a, b"),
            ("len(filter(items, {@it.qty > 5})) > 2", "items.*.qty"),
            ("len(filter(items, {true})) > 2", "items.*?"),
            ("filter(items, {@it.qty > 5})[0].price", "items.*.price, items.*.qty"),
            ("filter(items, {@it.qty > 5})", "items"),
            ("any(m, {@value.x == 1})", "m.*.x"),
            ("any(m, {@key == \"a\"})", "m.*?"),
            ("any(m, {@it.value.x == 1})", "m.*.value.x, m.*.x"),
            ("any(m, {@it[1].x == 1})", "m.*.*"),
            ("any(orders, {any(@it.items, {@it.sku == sku})})", "orders.*.items.*.sku, sku"),
            ("any(orders, {len(@it.items) > 2})", "orders.*.items.#"),
            ("all(flags, {@it})", "flags.*"),
            ("a instanceof \"map\"", "a"),
            ("@return.total > 5 && @duration > 3", "@duration, @return.total"),
            ("substring(s, a, b)", "a, b, s"),
            ("1 == 2", ""),
            ("@it == 1", ""),
        ] {
            assert_eq!(of(text, Preset::Portable), expected, "{text}");
        }
        assert_eq!(of("user.age", Preset::Java), "this.user.age, user.age");
    }

    #[test]
    fn a_template_reads_what_its_parts_read() {
        let tree = parse("{a.b} and {len(c)}", SourceKind::Template, &Limits::default()).tree.unwrap();
        assert_eq!(projection(&tree, &Dialect::default()).to_string(), "a.b, c.#");
    }

    #[test]
    fn pairs_of_pairs_end() {
        let limits = Limits::default().with_depth(250);
        for text in [
            format!("any(a, {{{}@it{}}})", "any(@it, {".repeat(40), "})".repeat(40)),
            format!("any(a, {{@it{} == 1}})", "[0]".repeat(100)),
        ] {
            let tree = parse(&text, SourceKind::Expression, &limits).tree.unwrap();
            assert!(!projection(&tree, &Preset::Ruby.dialect()).to_string().is_empty());
        }
    }
}
