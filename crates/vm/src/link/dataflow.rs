//! Which cached places are certainly read, and which certainly not, when an instruction runs.
//!
//! Control within a body only goes forward, so that one pass in the order of the code is enough.

use crate::link::Linked;
use crate::program::Program;
use crate::program::ids::CacheId;
use crate::program::instr::{Arg, Instr, Operand, Target};
use crate::program::tables::Part;

/// What is known of the cached places before an instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Certainly read.
    surely: u64,
    /// Possibly read.
    maybe: u64,
}

impl Known {
    /// Nothing is known.
    const NOTHING: Self = Self { surely: 0, maybe: u64::MAX };
    /// A run begins.
    const START: Self = Self { surely: 0, maybe: 0 };

    /// The place was read.
    pub(super) const fn read(self, at: CacheId) -> bool {
        self.surely & at.bit() != 0
    }

    /// The place was not read.
    pub(super) const fn unread(self, at: CacheId) -> bool {
        self.maybe & at.bit() == 0
    }

    fn join(&mut self, other: Option<Self>) {
        let other = other.unwrap_or(Self::NOTHING);
        self.surely &= other.surely;
        self.maybe |= other.maybe;
    }
}

/// What is known before each instruction.
pub(crate) fn known(linked: &Linked, program: &Program) -> Vec<Known> {
    let tables = &program.tables;
    let mut before: Vec<Option<Known>> = vec![None; tables.code.len()];
    let enter = |before: &mut Vec<Option<Known>>, target: Target, known: Known| {
        if let Some(place) = before.get_mut(target.0 as usize) {
            match place {
                Some(there) => there.join(Some(known)),
                None => *place = Some(known),
            }
        }
    };
    if tables.parts.is_empty() {
        // entered once, at its start
        enter(&mut before, tables.entry, Known::START);
    }
    // parts run one after the other, each to its end or to a fault somewhere in it; the compiler lays their code in
    // that order, and an artifact that shares code between them reads anew what it shares
    let mut known = Known::START;
    let mut last = None;
    for part in &tables.parts {
        let Part::Expression { entry, .. } = part else { continue };
        let at = entry.0 as usize;
        if let Some(last) = last {
            match tables.code.get(last..at) {
                Some(code) if last < at && tables.loops.is_empty() => {
                    known.maybe |= code.iter().fold(0, |bits, instr| bits | reads(linked, instr));
                }
                _ => known = Known::NOTHING,
            }
        }
        enter(&mut before, *entry, known);
        last = Some(at);
    }
    // a predicate may run at any time
    for def in tables.loops.items() {
        enter(&mut before, def.body, Known::NOTHING);
    }
    for catch in &tables.catches {
        enter(&mut before, catch.to, Known::NOTHING);
    }
    for at in 0..tables.code.len() {
        let (Some(instr), Some(known)) = (tables.code.get(at), before.get(at)) else { break };
        let mut after = known.unwrap_or(Known::NOTHING);
        let bits = reads(linked, instr);
        after.surely |= bits;
        after.maybe |= bits;
        // predicates that an instruction drives read for themselves
        if !tables.loops.is_empty() {
            after.maybe = u64::MAX;
        }
        let mut falls_through = false;
        instr.each(|arg| match arg {
            Arg::GoesTo(target) => enter(&mut before, target, after),
            Arg::Writes(_) => falls_through = true,
            Arg::Reads(_) | Arg::Runs(_) | Arg::Names(_) | Arg::Pattern(_) | Arg::Text(_) => {}
        });
        if falls_through && let Some(next) = Target::new(at.saturating_add(1)) {
            enter(&mut before, next, after);
        }
    }
    before.into_iter().map(|known| known.unwrap_or(Known::NOTHING)).collect()
}

/// The cached places that an instruction has read when it went on.
fn reads(linked: &Linked, instr: &Instr) -> u64 {
    let mut bits = 0;
    instr.each(|arg| {
        let Arg::Reads(Operand::Place(id)) = arg else { return };
        let mut at = Some(id);
        // a place that was read was reached through all before it, and what is cached stays cached
        while let Some(place) = at.and_then(|at| linked.places.get(at)) {
            if let Some(cached) = place.cache {
                bits |= cached.bit();
            }
            at = place.base;
        }
    });
    bits
}
