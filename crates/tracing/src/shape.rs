//! The names of a callsite: which variables its probes see, and what their symbols are.

use std::sync::atomic::{AtomicU64, Ordering};

use probelang::capture::{Group, Name};
use probelang::host::{Resolve, Symbol, Use};
use tracing_core::Metadata;

/// What has no variable of its name.
const NOT_HERE: Symbol = Symbol(u32::MAX);
/// The symbols of names after a dot begin here.
const SEGMENTS: u32 = 1 << 16;
/// The symbols of `@return`, `@exception` and `@duration`.
pub const RETURN: Symbol = Symbol(1 << 17);
pub const EXCEPTION: Symbol = Symbol((1 << 17) + 1);
pub const DURATION: Symbol = Symbol((1 << 17) + 2);

/// All fields: for those beyond the 64th, and for captures of all variables.
const ALL: u64 = u64::MAX;

/// A variable, or a part of one: the field `http.method` is the member `method` of `http`.
#[derive(Debug)]
pub struct Node {
    /// Its last word.
    pub name: &'static str,
    /// The field of that name.
    pub field: Option<usize>,
    /// Its members.
    pub members: Vec<usize>,
}

/// The variables of a callsite.
#[derive(Debug)]
pub struct Shape {
    nodes: Vec<Node>,
    /// Those that are variables, by name.
    roots: Vec<usize>,
    /// Words after a dot.
    segments: Vec<&'static str>,
    /// Where the fields with a result are.
    pub returned: Option<usize>,
    pub thrown: Option<usize>,
    /// What snapshots show.
    names: Vec<Name<'static>>,
    /// How many values there are.
    pub len: usize,
    /// The fields that probes read, as bits.
    wanted: AtomicU64,
}

impl Shape {
    /// That of a callsite. A span gets its results from elsewhere: there is room for them after its fields.
    pub fn of(metadata: &'static Metadata<'static>) -> Self {
        let fields = metadata.fields();
        let mut shape = Self {
            nodes: Vec::new(),
            roots: Vec::new(),
            segments: Vec::new(),
            returned: None,
            thrown: None,
            names: Vec::new(),
            len: fields.len(),
            wanted: AtomicU64::new(0),
        };
        for field in fields {
            shape.add(field.name(), field.index());
        }
        let group = if metadata.is_span() { Group::Arguments } else { Group::Locals };
        if metadata.is_span() {
            shape.returned = Some(shape.len);
            shape.thrown = Some(shape.len.saturating_add(1));
            shape.len = shape.len.saturating_add(2);
        } else {
            let at = |name| fields.field(name).map(|field: tracing_core::Field| field.index());
            (shape.returned, shape.thrown) = (at(RESULTS[0]), at(RESULTS[1]));
        }
        shape.names = shape.listed(group);
        shape
    }

    fn add(&mut self, name: &'static str, field: usize) {
        let mut at: Option<usize> = None;
        // a name with an empty part is one word: nobody can write it with dots
        let is_path = name.split('.').all(|word| !word.is_empty());
        for word in name.split(|c| c == '.' && is_path) {
            let among = at.and_then(|at| self.nodes.get(at)).map_or(&self.roots, |node| &node.members);
            let known =
                among.iter().copied().find(|at| self.nodes.get(*at).is_some_and(|node| node.name == word));
            let next = known.unwrap_or_else(|| {
                let next = self.nodes.len();
                self.nodes.push(Node { name: word, field: None, members: Vec::new() });
                match at.and_then(|at| self.nodes.get_mut(at)) {
                    Some(node) => node.members.push(next),
                    None => self.roots.push(next),
                }
                next
            });
            if at.is_some() && !self.segments.contains(&word) {
                self.segments.push(word);
            }
            at = Some(next);
        }
        if let Some(node) = at.and_then(|at| self.nodes.get_mut(at)) {
            node.field = Some(field);
        }
    }

    fn listed(&self, group: Group) -> Vec<Name<'static>> {
        let roots = self.roots.iter().filter_map(|at| {
            let node = self.nodes.get(*at)?;
            // as a result it is listed under that name
            let is_result = group == Group::Locals && node.field.is_some_and(|field| self.is_result(field));
            (!is_result).then(|| Name { group, name: node.name, symbol: symbol(*at, 0) })
        });
        let results = [("@return", RETURN, self.returned), ("@exception", EXCEPTION, self.thrown)];
        let results = results.into_iter().filter(|(.., field)| field.is_some());
        let results = results.map(|(name, symbol, _)| Name { group: Group::Locals, name, symbol });
        roots.chain(results).collect()
    }

    fn is_result(&self, field: usize) -> bool {
        self.returned == Some(field) || self.thrown == Some(field)
    }

    /// The names that a snapshot shows.
    pub fn names(&self) -> &[Name<'static>] {
        &self.names
    }

    /// A variable or a part of one.
    pub fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// The variable of a symbol.
    pub fn variable(&self, symbol: Symbol) -> Option<usize> {
        let at = usize::try_from(symbol.0).ok()?;
        (symbol.0 < SEGMENTS && at < self.nodes.len()).then_some(at)
    }

    /// The member of a variable by the symbol of its name.
    pub fn member(&self, of: usize, symbol: Symbol) -> Option<usize> {
        let at = usize::try_from(symbol.0.checked_sub(SEGMENTS)?).ok()?;
        let word = *self.segments.get(at)?;
        let members = &self.nodes.get(of)?.members;
        members.iter().copied().find(|at| self.nodes.get(*at).is_some_and(|node| node.name == word))
    }

    /// Whether some probe reads a field.
    pub fn wants(&self, field: usize) -> bool {
        let wanted = self.wanted.load(Ordering::Relaxed);
        u32::try_from(field)
            .ok()
            .and_then(|field| 1_u64.checked_shl(field))
            .map_or(wanted != 0, |bit| wanted & bit != 0)
    }

    /// From now on all fields are read.
    pub fn want_all(&self) {
        self.wanted.store(ALL, Ordering::Relaxed);
    }

    fn want(&self, field: Option<usize>) {
        let Some(field) = field else { return };
        let bit = u32::try_from(field).ok().and_then(|field| 1_u64.checked_shl(field)).unwrap_or(ALL);
        self.wanted.fetch_or(bit, Ordering::Relaxed);
    }

    fn want_below(&self, at: usize) {
        let mut left = vec![at];
        while let Some(node) = left.pop().and_then(|at| self.nodes.get(at)) {
            self.want(node.field);
            left.extend(&node.members);
        }
    }

    /// The names of the variables.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.roots.iter().filter_map(|at| Some(self.nodes.get(*at)?.name))
    }

    /// The fields, for people.
    pub fn list(&self) -> String {
        let names: Vec<&str> = self.variables().collect();
        if names.is_empty() {
            "it has no fields".to_owned()
        } else {
            format!("its fields are {}", names.join(", "))
        }
    }
}

/// The fields of the events that `#[instrument(ret, err)]` writes.
pub const RESULTS: [&str; 2] = ["return", "error"];

fn symbol(at: usize, base: u32) -> Symbol {
    u32::try_from(at).ok().and_then(|at| at.checked_add(base)).map_or(NOT_HERE, Symbol)
}

/// Gives the programs of a probe their symbols, and notes which fields they read.
#[derive(Debug)]
pub struct Names<'s>(pub &'s Shape);

impl Resolve for Names<'_> {
    fn resolve(&mut self, name: &str, usage: Use) -> Symbol {
        let shape = self.0;
        match (usage, name) {
            (Use::At, "@return") => {
                shape.want(shape.returned);
                RETURN
            }
            (Use::At, "@exception") => {
                shape.want(shape.thrown);
                EXCEPTION
            }
            (Use::At, "@duration") => DURATION,
            (Use::At, _) => NOT_HERE,
            (Use::Variable, _) => {
                let at = shape
                    .roots
                    .iter()
                    .copied()
                    .find(|at| shape.nodes.get(*at).is_some_and(|node| node.name == name));
                at.map_or(NOT_HERE, |at| {
                    shape.want_below(at);
                    symbol(at, 0)
                })
            }
            (Use::Field | Use::Key, _) => {
                let at = shape.segments.iter().position(|word| *word == name);
                at.map_or(NOT_HERE, |at| symbol(at, SEGMENTS))
            }
        }
    }
}
