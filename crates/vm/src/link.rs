//! Linking: names become symbols of a family of hosts, redaction by the policy of the process is decided for
//! literal names, instructions become operations.

mod access;
mod batch;
mod dataflow;
mod handlers;
mod op;
mod operand;
mod predicate;
mod select;
pub(crate) mod specialise;
mod word;

use std::sync::Arc;

use probelang_dialect::{ImplicitThis, MapMember, RedactedRead};
use probelang_host::{Resolve, Symbol, Use};
use probelang_redact::{Mode, Policy};

use self::batch::Batched;
use self::op::{FinderId, Hop};
use self::specialise::Cached;
use crate::program::Program;
use crate::program::ids::{CacheId, Id, LoopId, PlaceId, Table};
use crate::program::tables::{Const, Step};

pub(crate) use self::op::Op;

/// A place, its names resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkedPlace {
    pub(crate) base: Option<PlaceId>,
    pub(crate) step: Step,
    pub(crate) depth: u16,
    pub(crate) cache: Option<CacheId>,
    pub(crate) symbol: Symbol,
    /// Of a variable, its name as a field of `this`, where a dialect reads it so.
    pub(crate) member: Symbol,
    pub(crate) hidden: bool,
    /// Its name may spell an enum constant of a redacted name, so that no map is asked for it as a key.
    pub(crate) constant: bool,
}

/// A program bound to a family of hosts and a policy: `Send + Sync`, shared by threads.
///
/// What every run reads comes first.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Linked {
    pub(crate) ops: Box<[Op]>,
    /// Slots of the frame; the one after them is for the value of a body.
    pub(crate) slots: usize,
    /// Where the program starts.
    pub(crate) entry: u32,
    /// A member of a map is a fault: the choice of the dialect, at hand for reads.
    pub(crate) map_member_fault: bool,
    /// The policy names types, so that every value with a handle is looked at.
    pub(crate) checks_types: bool,
    /// Nothing is asked of a value that was read but what its instruction asks.
    pub(crate) is_plain: bool,
    /// No text is hidden for what it says.
    pub(crate) shows_texts: bool,
    pub(crate) hops: Vec<Hop>,
    /// Finders of constant strings.
    pub(crate) finders: Table<FinderId, memchr::memmem::Finder<'static>>,
    /// For each loop its predicate, where that is a simple one.
    pub(crate) batched: Table<LoopId, Option<Batched>>,
    pub(crate) cached: Table<CacheId, Cached>,
    pub(crate) places: Table<PlaceId, LinkedPlace>,
    pub(crate) program: Arc<Program>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) this: Option<Symbol>,
}

impl Program {
    /// The name that `step` reads by, and what it is used for.
    fn named(&self, step: Step) -> (Option<&str>, Use) {
        match step {
            Step::Var(id) | Step::VarOrNull(id) => (Some(self.symbol(id)), Use::Variable),
            Step::At(id) => (Some(self.symbol(id)), Use::At),
            Step::Field(id) => (Some(self.symbol(id)), Use::Field),
            Step::Index(id) => match self.constant(id) {
                Const::Str(text) => (Some(text), Use::Key),
                _ => (None, Use::Key),
            },
            Step::It(_) | Step::Key(_) | Step::Value(_) | Step::Outside | Step::Temp(_) => (None, Use::Key),
        }
    }

    /// Binds the program to the hosts of `names` and to `policy`. Linear in the size of the program. Names that
    /// `policy` hides are not resolved: the host is never asked for them.
    #[must_use]
    pub fn link(self: &Arc<Self>, names: &mut dyn Resolve, policy: &Arc<Policy>) -> Linked {
        let implicit = self.tables.dialect.implicit_this == ImplicitThis::Yes;
        let mut resolve = |name: Option<&str>, usage| match name {
            Some(name) if usage == Use::At || !policy.redacts_name(name) => names.resolve(name, usage),
            _ => Symbol(u32::MAX),
        };
        let this = self.this.filter(|_| implicit).map(|this| resolve(Some(self.symbol(this)), Use::Variable));
        let places = self.tables.places.map(|place| {
            let (name, usage) = self.named(place.step);
            // a name of the probe is no secret
            let own = name.filter(|_| usage != Use::At);
            let is_variable = usage == Use::Variable && implicit;
            LinkedPlace {
                base: place.base,
                step: place.step,
                depth: place.depth,
                cache: place.cache,
                symbol: resolve(name, usage),
                member: resolve(name.filter(|_| is_variable), Use::Field),
                hidden: place.hidden || own.is_some_and(|name| policy.redacts_name(name)),
                constant: own.is_some_and(|name| policy.may_redact_constant(name)),
            }
        });
        let ops = self.tables.code.iter().zip(0u32..).map(|(instr, at)| {
            let site = self.tables.debug.sites.get(at as usize).copied().unwrap_or(0);
            Op::general(instr, at, site)
        });
        let mut linked = Linked {
            program: Arc::clone(self),
            policy: Arc::clone(policy),
            ops: ops.collect(),
            entry: self.tables.entry.0,
            slots: usize::from(self.tables.slots),
            places,
            this,
            checks_types: policy.redacts_types(),
            is_plain: !policy.redacts_types() && self.tables.dialect.redacted_read == RedactedRead::Fault,
            shows_texts: policy.mode() == Mode::Off,
            map_member_fault: self.tables.dialect.map_member != MapMember::Key,
            hops: Vec::new(),
            cached: Table::default(),
            finders: Table::default(),
            batched: Table::default(),
        };
        // the general operations report to the observer
        if cfg!(feature = "specialise") && self.tables.debug.traced.is_none() {
            linked.specialise();
        }
        linked
    }
}

impl Linked {
    /// Replaces general operations by specialised ones, where there are such.
    fn specialise(&mut self) {
        self.cached = self.cached_places();
        let program = Arc::clone(&self.program);
        let known = dataflow::known(self, &program);
        let mut ops = std::mem::take(&mut self.ops);
        for ((op, at), known) in ops.iter_mut().zip(0usize..).zip(known) {
            select::select(self, &program, at, known, op);
        }
        self.ops = ops;
        if self.is_plain {
            let loops = program.tables.loops.iter();
            self.batched = loops.map(|(id, def)| Batched::of(self, def.body, id)).collect();
        }
    }

    /// The cached places, by their slots.
    fn cached_places(&mut self) -> Table<CacheId, Cached> {
        let mut cached = Vec::new();
        for id in self.places.ids() {
            let Some(place) = self.places.get(id).copied() else { continue };
            let Some(slot) = place.cache else { continue };
            // its own path, from the place before
            let before = match place.base {
                Some(base) => access::start(self, base),
                None => None,
            };
            let last = access::start_of(self, id);
            let mut entry =
                Cached { place: id, from: None, symbol: place.symbol, hops: (0, 0), plain: false };
            match (place.base, before, last) {
                (None, _, Some(start)) if !start.it => entry.plain = self.is_plain,
                (Some(_), Some(mut start), Some(last)) if !start.it => {
                    start.hops.extend(last.hops);
                    entry.from = start.cached;
                    entry.symbol = start.symbol;
                    entry.hops = self.add_hops(&start.hops);
                    entry.plain = self.is_plain;
                }
                _ => {}
            }
            let slot = slot.index();
            if cached.len() <= slot {
                cached.resize(slot.saturating_add(1), entry);
            }
            if let Some(place) = cached.get_mut(slot) {
                *place = entry;
            }
        }
        cached.into_iter().collect()
    }

    pub(crate) fn add_hops(&mut self, hops: &[Hop]) -> (u32, u32) {
        let start = u32::try_from(self.hops.len()).unwrap_or(u32::MAX);
        self.hops.extend_from_slice(hops);
        (start, u32::try_from(self.hops.len()).unwrap_or(u32::MAX))
    }

    #[inline(always)]
    pub(crate) fn hops(&self, range: (u32, u32)) -> &[Hop] {
        self.hops.get(range.0 as usize..range.1 as usize).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn batched(&self, id: LoopId) -> Option<&Batched> {
        self.batched.get(id)?.as_ref()
    }
}

/// A variable that a linked program reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable<'p> {
    /// Its name, with the `@` of a name of the probe.
    pub name: &'p str,
    /// Its symbol, for [`Host::var`](probelang_host::Host::var).
    pub symbol: Symbol,
    /// [`Use::Variable`], or [`Use::At`] for a name of the probe.
    pub usage: Use,
}

impl Linked {
    /// What the program may ask [`Host::var`](probelang_host::Host::var) for, each once: an adapter knows from it
    /// which variables of a place in the code to have at hand. Names that are redacted are not among them.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable<'_>> {
        let mut all: Vec<Variable<'_>> = Vec::new();
        let this = self.this.map(|symbol| Variable { name: "this", symbol, usage: Use::Variable });
        let read = self.places.items().iter().filter(|place| !place.hidden).filter_map(|place| {
            let (Some(name), usage @ (Use::Variable | Use::At)) = self.program.named(place.step) else {
                return None;
            };
            Some(Variable { name, symbol: place.symbol, usage })
        });
        for variable in read.chain(this.filter(|_| !self.policy.redacts_name("this"))) {
            if !all.contains(&variable) {
                all.push(variable);
            }
        }
        all
    }

    /// The program.
    #[must_use]
    pub const fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Bytes of the operations, and of the linked program with all its tables; the
    /// program that it was linked from, the policy and finders apart.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        let operations = size_of_val(&*self.ops);
        let texts = self.ops.iter().fold(0usize, |sum, op| sum.saturating_add(op.text.len()));
        let tables = [
            size_of::<Self>(),
            operations,
            texts,
            size_of_val(self.places.items()),
            size_of_val(&*self.hops),
            size_of_val(self.cached.items()),
            size_of_val(self.batched.items()),
        ];
        (operations, tables.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes)))
    }

    /// The policy that it was linked with.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}
