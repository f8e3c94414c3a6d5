//! Linking: names become symbols of a family of hosts, redaction by the policy of the process is decided for
//! literal names, instructions become operations.

pub(crate) mod batch;
mod dataflow;
mod operand;
mod predicate;
mod select;
pub(crate) mod specialise;

use std::sync::Arc;

use probelang_host::{Resolve, Symbol, Value};
use probelang_redact::Policy;

use self::batch::Batched;
use self::predicate::Word;
use self::specialise::{Cached, Hop};

use crate::program::Program;
use crate::program::instr::{Const, Step, Target};
use crate::run::frame::Frame;

/// What an operation runs: gives where to go on.
pub(crate) type Run = for<'x, 'a, 'f, 'c> fn(&'x mut Frame<'a, 'f, 'c>, &'a Op, &'x Value<'a>) -> u32;

/// One operation.
///
/// Everything that a specialised handler needs stands here, so that a condition of two comparisons is two
/// operations side by side: two lines of the cache each, the second one for strings and long paths alone.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Op {
    pub(crate) run: Run,
    /// The bit of the cached place.
    pub(crate) bit: u64,
    /// An integer to compare with.
    pub(crate) number: i64,
    /// The read behind the start, where there is one.
    pub(crate) hop: Hop,
    /// Steps, charged at once.
    pub(crate) cost: u32,
    /// The variable at the start of the operand.
    pub(crate) symbol: Symbol,
    /// Where a branch goes; the way on of any other.
    pub(crate) yes: u32,
    pub(crate) no: u32,
    /// The instruction that it stands for.
    pub(crate) index: u32,
    /// Its site: the node of the instruction; the reads of its operands follow.
    pub(crate) site: u32,
    /// The place of the operand, or the slot of a temporary.
    pub(crate) place: u16,
    /// A finder, a pattern, a loop, or the slot of a temporary.
    pub(crate) finder: u16,
    /// The cached place at the start of the operand.
    pub(crate) cached: u8,
    /// The cached place before that one.
    pub(crate) from: u8,
    /// A string to compare with.
    pub(crate) text: Word,
    /// Several reads behind the start, in the table of hops.
    pub(crate) hops: (u32, u32),
}

impl Op {
    pub(crate) const NOT_CACHED: u8 = u8::MAX;

    /// The site of the operand's first read.
    #[inline(always)]
    pub(crate) const fn first(&self) -> u32 {
        self.site.wrapping_add(1)
    }
}

/// A place, its names resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkedPlace {
    pub(crate) base: Option<u16>,
    pub(crate) step: Step,
    pub(crate) depth: u16,
    pub(crate) cache: Option<u8>,
    pub(crate) symbol: Symbol,
    pub(crate) hidden: bool,
    /// Its name may spell an enum constant of a redacted name, so that no map is asked for it as a key.
    pub(crate) constant: bool,
}

/// A program bound to a family of hosts and a policy: `Send + Sync`, shared by threads.
///
/// What every run reads stands first, side by side.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Linked {
    pub(crate) ops: Box<[Op]>,
    /// Slots of the frame; one behind them is for the value of a body.
    pub(crate) slots: usize,
    /// Where the program starts.
    pub(crate) entry: u32,
    /// A member of a map is a fault: the choice of the dialect, at hand for reads.
    pub(crate) map_member_fault: bool,
    /// The policy names types, so that every value with a handle is looked at.
    pub(crate) checks_types: bool,
    /// Nothing is asked of a value that was read but what its instruction asks.
    pub(crate) is_plain: bool,
    pub(crate) hops: Vec<Hop>,
    /// Finders of constant strings.
    pub(crate) finders: Vec<memchr::memmem::Finder<'static>>,
    /// For each loop its predicate, where that is a simple one.
    pub(crate) elements: Vec<Option<Batched>>,
    pub(crate) cached: Vec<Cached>,
    pub(crate) places: Box<[LinkedPlace]>,
    pub(crate) program: Arc<Program>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) this: Option<Symbol>,
}

impl Program {
    /// Binds the program to the hosts of `names` and to `policy`. Linear in the size of the program.
    #[must_use]
    pub fn link(self: &Arc<Self>, names: &mut dyn Resolve, policy: &Arc<Policy>) -> Linked {
        let symbols: Vec<Symbol> = self.tables.symbols.iter().map(|name| names.resolve(name)).collect();
        let symbol = |id: u16| symbols.get(id as usize).copied().unwrap_or(Symbol(u32::MAX));
        let places = self.tables.places.iter().map(|place| {
            let (linked, name) = match place.step {
                Step::Var(id) | Step::VarOrNull(id) | Step::Field(id) => (symbol(id), Some(self.symbol(id))),
                Step::At(id) => (symbol(id), None),
                Step::Index(id) => match self.constant(id) {
                    Const::Str(text) => (names.resolve(text), Some(&**text)),
                    _ => (Symbol(u32::MAX), None),
                },
                _ => (Symbol(u32::MAX), None),
            };
            LinkedPlace {
                base: place.base,
                step: place.step,
                depth: place.depth,
                cache: place.cache,
                symbol: linked,
                hidden: place.hidden || name.is_some_and(|name| policy.redacts_name(name)),
                constant: name.is_some_and(|name| policy.may_redact_constant(name)),
            }
        });
        let places = places.collect();
        let this = self.this.map(symbol);
        let ops = self.tables.code.iter().enumerate().map(|(at, instr)| Op {
            run: crate::run::ops::handler(instr),
            yes: Target::FAULT,
            no: Target::FAULT,
            index: u32::try_from(at).unwrap_or(u32::MAX),
            site: self.tables.debug.sites.get(at).copied().unwrap_or(0),
            cost: 0,
            symbol: Symbol(u32::MAX),
            place: 0,
            finder: 0,
            cached: Op::NOT_CACHED,
            from: Op::NOT_CACHED,
            bit: 0,
            hop: Hop::NONE,
            hops: (0, 0),
            number: 0,
            text: Word::new(""),
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
            is_plain: !policy.redacts_types() && !self.tables.modes.placeholder,
            map_member_fault: self.tables.modes.map_member_fault,
            hops: Vec::new(),
            cached: Vec::new(),
            finders: Vec::new(),
            elements: Vec::new(),
        };
        // an observer is told by the general operations
        if self.tables.debug.traced.is_none() {
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
            select::select(self, &program.tables.code, at, known, op);
        }
        self.ops = ops;
        if self.is_plain {
            let loops = program.tables.loops.iter().zip(0u16..);
            self.elements = loops.map(|(def, id)| Batched::of(self, def.body, id)).collect();
        }
    }

    /// The cached places, by their slots.
    fn cached_places(&mut self) -> Vec<Cached> {
        let mut cached = Vec::new();
        for (at, id) in (0..self.places.len()).zip(0u16..) {
            let Some(place) = self.places.get(at).copied() else { continue };
            let Some(slot) = place.cache else { continue };
            // its own path, from the place before
            let before = match place.base {
                Some(base) => select::start(self, base),
                None => None,
            };
            let last = select::start_of(self, id);
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
            let slot = usize::from(slot);
            if cached.len() <= slot {
                cached.resize(slot.saturating_add(1), entry);
            }
            if let Some(place) = cached.get_mut(slot) {
                *place = entry;
            }
        }
        cached
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
    pub(crate) fn element(&self, id: u16) -> Option<&Batched> {
        self.elements.get(id as usize)?.as_ref()
    }
}

impl Linked {
    /// The program.
    #[must_use]
    pub const fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Bytes of the operations alone, side by side, and of the linked program with all its tables; the
    /// program that it was linked from, the policy and finders apart.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        let operations = size_of_val(&*self.ops);
        let texts = self.ops.iter().fold(0usize, |sum, op| sum.saturating_add(op.text.len()));
        let tables = [
            size_of::<Self>(),
            operations,
            texts,
            size_of_val(&*self.places),
            size_of_val(&*self.hops),
            size_of_val(&*self.cached),
            size_of_val(&*self.elements),
        ];
        (operations, tables.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes)))
    }

    /// The policy that it was linked with.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}
