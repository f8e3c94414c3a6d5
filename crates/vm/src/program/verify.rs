//! Whether tables hold together: what running relies on, checked once before anything runs.
//!
//! Two passes. The first holds every reference against its table. The second follows control: it only goes
//! forward, each instruction belongs to one body, a temporary is written before it is read and by the same
//! body, a loop is run by one instruction and its predicate runs only loops after it. So every body ends, and
//! predicates nest no deeper than there are loops.

use std::fmt;

use probelang_diagnostic::order::sort_by_number;
use probelang_dialect::ProgramKind;

use crate::program::Tables;
use crate::program::ids::{CacheId, Id, LoopId, PlaceId, SlotId, Table};
use crate::program::instr::{Arg, Instr, Operand, Target};
use crate::program::tables::{Catch, Const, LoopDef, Part, Place, Step};

/// What does not hold in tables that should be a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invalid {
    /// An instruction refers to nothing.
    Operand(u32),
    /// Control goes back, nowhere, or to an end that its body does not have.
    Target(u32),
    /// An instruction belongs to two bodies, or to none.
    Body(u32),
    /// A temporary is read that was not written before.
    Unwritten(u32),
    /// A place refers to nothing or to a later one, or is not what its depth says.
    Place(PlaceId),
    /// A loop's slots lie outside of the frame or on others, or it is run by two instructions or from inside.
    Loop(LoopId),
    /// A region of `isDefined`, by its first instruction, is empty, goes back, or leaves its body.
    Catch(u32),
    /// A part of a template starts nowhere, or there are parts where there is no template.
    Part(u32),
    /// Spans or paths do not go with the instructions.
    Debug,
    /// A table is longer than its indices reach, or predicates nest too deeply.
    Length,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operand(at) => write!(f, "instruction {at} refers to nothing"),
            Self::Target(at) => write!(f, "instruction {at} goes back or nowhere"),
            Self::Body(at) => write!(f, "instruction {at} does not belong to one body"),
            Self::Unwritten(at) => write!(f, "instruction {at} reads what was not written"),
            Self::Place(at) => write!(f, "place {at} refers to nothing or to a later place"),
            Self::Loop(at) => write!(f, "loop {at} does not nest"),
            Self::Catch(at) => write!(f, "the region from instruction {at} is not a region"),
            Self::Part(at) => write!(f, "part {at} starts nowhere"),
            Self::Debug => f.write_str("the spans do not go with the instructions"),
            Self::Length => f.write_str("a table is too long"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Predicates that may run inside each other.
const LEVELS: u16 = 256;

/// A body: the program, a part of a template, or a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Body {
    /// Ends in yes or no.
    Condition,
    /// Ends in a value.
    Value,
    /// The predicate of a loop.
    Predicate(LoopId),
}

pub(crate) fn verify(tables: &Tables) -> Result<(), Invalid> {
    lengths(tables)?;
    places(tables)?;
    let temps = slots(tables)?;
    for (at, instr) in tables.code.iter().enumerate() {
        references(tables, &temps, clip(at), instr)?;
    }
    debug(tables)?;
    Flow::new(tables)?.follow()
}

fn clip(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn lengths(tables: &Tables) -> Result<(), Invalid> {
    if tables.code.len() < Target::NO.0 as usize { Ok(()) } else { Err(Invalid::Length) }
}

fn places(tables: &Tables) -> Result<(), Invalid> {
    let mut cached = 0u64;
    for (here, place) in tables.places.iter() {
        let invalid = Err(Invalid::Place(here));
        let base = match place.base {
            None => None,
            Some(base) if base < here => tables.places.get(base),
            Some(_) => return invalid,
        };
        let rooted = !matches!(place.step, Step::Field(_) | Step::Index(_));
        let depth = match base {
            None | Some(Place { step: Step::Temp(_), .. }) => Some(0),
            Some(base) => base.depth.checked_add(1),
        };
        let refers = match place.step {
            Step::Var(id) | Step::VarOrNull(id) | Step::At(id) | Step::Field(id) => tables.symbols.has(id),
            Step::It(id) | Step::Key(id) | Step::Value(id) => tables.loops.has(id),
            Step::Index(id) => tables.constants.has(id),
            Step::Temp(slot) => slot.index() < usize::from(tables.slots),
            Step::Outside => true,
        };
        if rooted != place.base.is_none() || depth != Some(place.depth) || !refers {
            return invalid;
        }
        if let Some(cache) = place.cache {
            let end = usize::from(tables.slots.min(u16::from(CacheId::LIMIT)));
            if cached & cache.bit() != 0 || cache.index() >= end {
                return invalid;
            }
            cached |= cache.bit();
        }
    }
    Ok(())
}

/// The index of the first slot after the cached places.
fn first_temp(tables: &Tables) -> usize {
    let caches = tables.places.items().iter().filter_map(|place| place.cache);
    caches.map(|cache| cache.index().saturating_add(1)).max().unwrap_or(0)
}

/// The slots that are left for temporaries.
struct Temps {
    first: usize,
    end: usize,
    /// By slot whether a loop has it; empty where there are no loops.
    taken: Vec<bool>,
}

impl Temps {
    fn has(&self, slot: SlotId) -> bool {
        let slot = slot.index();
        slot >= self.first && slot < self.end && self.taken.get(slot) != Some(&true)
    }
}

/// Slots of loops lie in the frame, after the cached places, apart from each other.
fn slots(tables: &Tables) -> Result<Temps, Invalid> {
    let mut temps = Temps { first: first_temp(tables), end: usize::from(tables.slots), taken: Vec::new() };
    if !tables.loops.is_empty() {
        temps.taken = vec![false; usize::from(tables.slots)];
    }
    for (id, def) in tables.loops.iter() {
        let invalid = Invalid::Loop(id);
        let first = def.slots.index();
        let end = first.saturating_add(usize::from(LoopDef::SLOTS));
        let own = temps.taken.get_mut(first..end).ok_or(invalid)?;
        if first < temps.first || own.iter().any(|taken| *taken) {
            return Err(invalid);
        }
        own.fill(true);
    }
    Ok(temps)
}

/// Whatever an instruction refers to is in its table.
fn references(tables: &Tables, temps: &Temps, here: u32, instr: &Instr) -> Result<(), Invalid> {
    instr.try_each(|arg| {
        let refers = match arg {
            Arg::Reads(Operand::Const(id)) => tables.constants.has(id),
            Arg::Reads(Operand::Place(id)) => tables.places.has(id),
            Arg::Reads(Operand::Temp(slot)) | Arg::Writes(slot) => temps.has(slot),
            Arg::Runs(id) | Arg::Names(id) => tables.loops.has(id),
            Arg::Pattern(id) => tables.patterns.has(id),
            Arg::Text(id) => matches!(tables.constants.get(id), Some(Const::Str(_))),
            // the second pass
            Arg::GoesTo(_) => true,
        };
        if refers { Ok(()) } else { Err(Invalid::Operand(here)) }
    })
}

/// Debug information may be stripped as a whole; otherwise there is a site for each instruction, and a path
/// for each span or none.
fn debug(tables: &Tables) -> Result<(), Invalid> {
    let debug = &tables.debug;
    if debug.sites.is_empty() && debug.spans.is_empty() && debug.origins.is_none() {
        return Ok(());
    }
    let sites = debug.sites.len() == tables.code.len()
        && debug.sites.iter().all(|site| (*site as usize) < debug.spans.len());
    let origins = debug.origins.as_ref().is_none_or(|origins| origins.at.len() == debug.spans.len());
    if sites && origins { Ok(()) } else { Err(Invalid::Debug) }
}

/// Temporaries as bits: the first 64, and further words where a frame has more slots.
#[derive(Clone, Default)]
struct Written {
    first: u64,
    more: Vec<u64>,
}

impl Written {
    fn none(slots: u16) -> Self {
        Self { first: 0, more: vec![0; usize::from(slots).div_ceil(64).saturating_sub(1)] }
    }
    fn bit(slot: SlotId) -> u64 {
        1 << (slot.index() % 64)
    }
    fn set(&mut self, slot: SlotId) {
        let word = match (slot.index() / 64).checked_sub(1) {
            None => Some(&mut self.first),
            Some(at) => self.more.get_mut(at),
        };
        if let Some(word) = word {
            *word |= Self::bit(slot);
        }
    }
    fn has(&self, slot: SlotId) -> bool {
        let word = match (slot.index() / 64).checked_sub(1) {
            None => Some(&self.first),
            Some(at) => self.more.get(at),
        };
        word.is_some_and(|word| word & Self::bit(slot) != 0)
    }
    /// Keeps what `other` has too.
    fn both(&mut self, other: &Self) {
        self.first &= other.first;
        for (word, other) in self.more.iter_mut().zip(&other.more) {
            *word &= other;
        }
    }
}

/// What is known of an instruction.
#[derive(Clone, Default)]
struct Mark {
    /// Its body, if something leads to it.
    body: Option<Body>,
    /// The temporaries that are written on every way to it.
    written: Option<Written>,
    /// It is the first of its body: nothing else leads to it.
    entry: bool,
}

/// The second pass.
struct Flow<'t> {
    tables: &'t Tables,
    /// One for each instruction.
    marks: Vec<Mark>,
    /// Loops that an instruction runs.
    runs: Table<LoopId, bool>,
    /// Lazy filters over each other that a slot may hold at most.
    chains: Vec<u16>,
    /// Regions that the instruction at hand lies in, and those that start after it, the last first.
    open: Vec<Catch>,
    ahead: Vec<Catch>,
}

impl<'t> Flow<'t> {
    fn new(tables: &'t Tables) -> Result<Self, Invalid> {
        let mut ahead = tables.catches.clone();
        sort_by_number(&mut ahead, |catch| u128::from(u32::MAX).saturating_sub(catch.start.into()));
        let mut flow = Self {
            tables,
            marks: vec![Mark::default(); tables.code.len()],
            runs: tables.loops.map(|_| false),
            chains: vec![0; usize::from(tables.slots)],
            open: Vec::new(),
            ahead,
        };
        let template = tables.kind == ProgramKind::Template;
        if !template {
            let body = if tables.kind == ProgramKind::Condition { Body::Condition } else { Body::Value };
            flow.enter(tables.entry, body).ok_or(Invalid::Target(0))?;
        }
        for (at, part) in tables.parts.iter().enumerate() {
            let entered = match part {
                _ if !template => None,
                Part::Expression { entry, .. } => flow.enter(*entry, Body::Value),
                Part::Text(_) | Part::Refused { .. } => Some(()),
            };
            entered.ok_or(Invalid::Part(clip(at)))?;
        }
        for (id, def) in tables.loops.iter() {
            flow.enter(def.body, Body::Predicate(id)).ok_or(Invalid::Loop(id))?;
        }
        Ok(flow)
    }

    /// Marks the first instruction of a body, which has nothing written yet.
    fn enter(&mut self, at: Target, body: Body) -> Option<()> {
        let mark = self.marks.get_mut(at.0 as usize)?;
        if mark.body.is_some() {
            return None;
        }
        *mark = Mark { body: Some(body), written: Some(Written::none(self.tables.slots)), entry: true };
        Some(())
    }

    fn follow(mut self) -> Result<(), Invalid> {
        let tables = self.tables;
        for (at, instr) in tables.code.iter().enumerate() {
            let here = clip(at);
            // nothing leads here: it is never run
            let Some(mark) = self.marks.get_mut(at) else { continue };
            let Some(body) = mark.body else { continue };
            let mut written = mark.written.take().unwrap_or_default();
            instr.try_each(|arg| match arg {
                Arg::Reads(operand) => self.readable(operand, body, &written, here),
                Arg::Runs(id) => self.run(id, body),
                Arg::Writes(_) | Arg::GoesTo(_) | Arg::Names(_) | Arg::Pattern(_) | Arg::Text(_) => Ok(()),
            })?;
            self.catch(here, body, &written)?;
            instr.try_each(|arg| match arg {
                Arg::Writes(slot) => {
                    self.chain(instr, slot)?;
                    written.set(slot);
                    self.go(Target(here.saturating_add(1)), here, body, &written)
                }
                Arg::GoesTo(target) => self.go(target, here, body, &written),
                Arg::Reads(_) | Arg::Runs(_) | Arg::Names(_) | Arg::Pattern(_) | Arg::Text(_) => Ok(()),
            })?;
            if matches!(instr, Instr::Return { .. }) && body != Body::Value {
                return Err(Invalid::Target(here));
            }
        }
        self.regions()?;
        Ok(())
    }

    /// Lazy filters over each other are bounded: each of them is called by the one over it.
    fn chain(&mut self, instr: &Instr, slot: SlotId) -> Result<(), Invalid> {
        let held = |operand: Operand| match operand {
            Operand::Temp(slot) => self.chains.get(slot.index()).copied().unwrap_or(0),
            Operand::Const(_) | Operand::Place(_) => 0,
        };
        let length = match *instr {
            Instr::Filter { over, .. } => held(over).saturating_add(1),
            Instr::Move { from, .. } => held(from),
            // values of the host, numbers and texts; the others write nothing
            Instr::Index { .. } | Instr::Apply { .. } | Instr::Substring { .. } => 0,
            Instr::Test { .. }
            | Instr::Compare { .. }
            | Instr::Text { .. }
            | Instr::Matches { .. }
            | Instr::Decide { .. }
            | Instr::Defined { .. }
            | Instr::InstanceOf { .. }
            | Instr::Loop { .. }
            | Instr::Goto { .. }
            | Instr::Return { .. }
            | Instr::Observe { .. } => 0,
        };
        if length > LEVELS {
            return Err(Invalid::Length);
        }
        if let Some(chain) = self.chains.get_mut(slot.index()) {
            *chain = length.max(*chain);
        }
        Ok(())
    }

    /// What an operand reads was written by this body, or belongs to its loop.
    fn readable(&self, operand: Operand, body: Body, written: &Written, here: u32) -> Result<(), Invalid> {
        let root = match operand {
            Operand::Const(_) => return Ok(()),
            Operand::Temp(slot) => Step::Temp(slot),
            Operand::Place(id) => self.root(id),
        };
        match root {
            Step::Temp(slot) if !written.has(slot) => Err(Invalid::Unwritten(here)),
            Step::It(id) | Step::Key(id) | Step::Value(id) if body != Body::Predicate(id) => {
                Err(Invalid::Body(here))
            }
            _ => Ok(()),
        }
    }

    /// The first step of the path to a place. Each comes before the next, so that this ends.
    fn root(&self, id: PlaceId) -> Step {
        let mut place = self.tables.places.get(id);
        while let Some(base) = place.and_then(|place| place.base) {
            place = self.tables.places.get(base);
        }
        place.map_or(Step::Outside, |place| place.step)
    }

    /// A loop is run by one instruction, and a predicate runs only loops after its own.
    fn run(&mut self, id: LoopId, body: Body) -> Result<(), Invalid> {
        let level = match body {
            Body::Predicate(outer) if outer >= id => return Err(Invalid::Loop(id)),
            // the outer one comes before it in the table, and its predicate may come after it in the code
            Body::Predicate(outer) => self.level(outer),
            Body::Condition | Body::Value => 0,
        };
        let level = level.saturating_add(1);
        if level > LEVELS || self.tables.loops.get(id).is_none_or(|def| def.level != level) {
            return Err(Invalid::Loop(id));
        }
        match self.runs.get_mut(id) {
            Some(run @ false) => {
                *run = true;
                Ok(())
            }
            _ => Err(Invalid::Loop(id)),
        }
    }

    /// How deep the predicate of a loop says that it nests.
    fn level(&self, id: LoopId) -> u16 {
        self.tables.loops.get(id).map_or(LEVELS, |def| def.level)
    }

    /// Control goes to `target`, forward and inside its body.
    fn go(&mut self, target: Target, here: u32, body: Body, written: &Written) -> Result<(), Invalid> {
        if target == Target::YES || target == Target::NO {
            return if body == Body::Value { Err(Invalid::Target(here)) } else { Ok(()) };
        }
        let at = target.0 as usize;
        if target.0 <= here || at >= self.tables.code.len() {
            return Err(Invalid::Target(here));
        }
        let wrong = Err(Invalid::Body(target.0));
        let Some(mark) = self.marks.get_mut(at) else { return wrong };
        match mark.body {
            None => mark.body = Some(body),
            Some(other) if other == body && !mark.entry => {}
            Some(_) => return wrong,
        }
        match &mut mark.written {
            None => mark.written = Some(written.clone()),
            Some(known) => known.both(written),
        }
        Ok(())
    }

    /// A fault of an instruction in a region of `isDefined` goes to the region's target, with what was written
    /// before the instruction.
    fn catch(&mut self, here: u32, body: Body, written: &Written) -> Result<(), Invalid> {
        self.open.retain(|catch| catch.end > here);
        while let Some(catch) = self.ahead.pop_if(|catch| catch.start <= here) {
            if catch.end > here {
                self.open.push(catch);
            }
        }
        for at in 0..self.open.len() {
            if let Some(catch) = self.open.get(at).copied() {
                self.go(catch.to, here, body, written).map_err(|_| Invalid::Catch(catch.start))?;
            }
        }
        Ok(())
    }

    /// Regions lie in the code, in one body, and go on after themselves.
    fn regions(&self) -> Result<(), Invalid> {
        for catch in &self.tables.catches {
            let region = self.marks.get(catch.start as usize..catch.end as usize);
            let holds = region.is_some_and(|region| {
                let mut bodies = region.iter().filter_map(|mark| mark.body.as_ref());
                let first = bodies.next();
                !region.is_empty() && bodies.all(|body| Some(body) == first)
            });
            if !holds || (!catch.to.is_end() && catch.to.0 < catch.end) {
                return Err(Invalid::Catch(catch.start));
            }
        }
        Ok(())
    }
}
