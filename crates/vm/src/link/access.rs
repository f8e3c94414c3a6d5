//! How the operand of an operation is reached.

use probelang_host::Symbol;

use super::Linked;
use super::dataflow::Known;
use super::op::{Hop, Op};
use crate::program::ids::{CacheId, Id, PlaceId};
use crate::program::instr::Operand;
use crate::program::tables::{Const, Step};

/// How an operand is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    Var,
    VarHop,
    VarKey,
    Cached,
    CachedHop,
    CachedKey,
    FirstVar,
    FirstVarHop,
    FirstHop,
    Slot,
    SlotHop,
    It,
    ItHop,
    ItKey,
    Temp,
    Path,
}

/// The handler `$handler` for the access in `$access`, with the predicate after it.
macro_rules! by_access {
    ($access:expr, $handler:ident $(, $predicate:ty)?) => {
        match $access {
            Access::Var => $handler::<Var $(, $predicate)?> as Run,
            Access::VarHop => $handler::<VarHop<false> $(, $predicate)?> as Run,
            Access::VarKey => $handler::<VarHop<true> $(, $predicate)?> as Run,
            Access::Cached => $handler::<CachedPlace $(, $predicate)?> as Run,
            Access::CachedHop => $handler::<CachedHop<false> $(, $predicate)?> as Run,
            Access::CachedKey => $handler::<CachedHop<true> $(, $predicate)?> as Run,
            Access::FirstVar => $handler::<FirstVar $(, $predicate)?> as Run,
            Access::FirstVarHop => $handler::<FirstVarHop $(, $predicate)?> as Run,
            Access::FirstHop => $handler::<FirstHop $(, $predicate)?> as Run,
            Access::Slot => $handler::<Slot $(, $predicate)?> as Run,
            Access::SlotHop => $handler::<SlotHop $(, $predicate)?> as Run,
            Access::It => $handler::<It $(, $predicate)?> as Run,
            Access::ItHop => $handler::<ItHop<false> $(, $predicate)?> as Run,
            Access::ItKey => $handler::<ItHop<true> $(, $predicate)?> as Run,
            Access::Temp => $handler::<Temp $(, $predicate)?> as Run,
            Access::Path => $handler::<Path $(, $predicate)?> as Run,
        }
    };
}
pub(super) use by_access;

/// Describes in `op` how an operand is reached; `None` where only the general rule reaches it.
pub(super) fn reach(linked: &mut Linked, operand: Operand, known: Known, op: &mut Op) -> Option<Access> {
    let id = match operand {
        Operand::Temp(at) => {
            op.set_temp(at);
            op.cost = 0;
            return Some(Access::Temp);
        }
        Operand::Place(id) => id,
        Operand::Const(_) => return None,
    };
    let place = *linked.places.get(id)?;
    let start = start(linked, id)?;
    op.set_place(id);
    // a node and a read for each step of the path
    op.cost = u32::from(place.depth).saturating_mul(2).saturating_add(2);
    op.symbol = start.symbol;
    op.cached = start.cached.unwrap_or(CacheId::NOWHERE);
    op.hop = start.hops.first().copied().unwrap_or(Hop::NONE);
    if let Some(at) = start.cached {
        let cached = linked.cached.get(at).copied()?;
        let is_variable = cached.plain && cached.from.is_none() && cached.hops.0 == cached.hops.1;
        op.symbol = cached.symbol;
        op.bit = at.bit();
        let unread = known.unread(at) && cached.plain;
        if !cached.plain {
            // the general rule charges the reads of the cached place itself
            let further = u32::try_from(start.hops.len()).unwrap_or(u32::MAX);
            op.cost = u32::from(place.depth).saturating_add(1).saturating_add(further);
        }
        match start.hops.len() {
            0 if known.read(at) => return Some(Access::Slot),
            1 if known.read(at) && !op.hop.key => return Some(Access::SlotHop),
            0 if unread && is_variable => return Some(Access::FirstVar),
            1 if unread && is_variable && !op.hop.key => return Some(Access::FirstVarHop),
            0 if unread => {
                if let (Some(from), [hop]) = (cached.from, linked.hops(cached.hops))
                    && known.read(from)
                    && !hop.key
                {
                    (op.from, op.hop) = (from, *hop);
                    return Some(Access::FirstHop);
                }
            }
            _ => {}
        }
    }
    Some(match (start.cached, start.it, start.hops.len()) {
        (Some(_), _, 0) => Access::Cached,
        (Some(_), _, 1) if op.hop.key => Access::CachedKey,
        (Some(_), _, 1) => Access::CachedHop,
        (None, true, 0) => Access::It,
        (None, true, 1) if op.hop.key => Access::ItKey,
        (None, true, 1) => Access::ItHop,
        (None, true, _) => return None,
        (None, false, 0) => Access::Var,
        (None, false, 1) if op.hop.key => Access::VarKey,
        (None, false, 1) => Access::VarHop,
        _ => {
            op.hops = linked.add_hops(&start.hops);
            op.hop.key = start.hops.iter().any(|hop| hop.key);
            Access::Path
        }
    })
}

/// How a place is reached: from a cached place, `@it` or a variable, and by reads after it.
pub(crate) struct Start {
    pub(crate) cached: Option<CacheId>,
    pub(crate) it: bool,
    pub(crate) symbol: Symbol,
    pub(crate) hops: Vec<Hop>,
}

/// Goes back from a place to the nearest cached one, or to its root; `None` where a step on the way takes the
/// general rule.
pub(crate) fn start(linked: &Linked, id: PlaceId) -> Option<Start> {
    let mut hops = Vec::new();
    let mut at = id;
    loop {
        let place = linked.places.get(at)?;
        if let (Some(cached), false) = (place.cache, place.hidden) {
            hops.reverse();
            return Some(Start { cached: Some(cached), it: false, symbol: place.symbol, hops });
        }
        let step = start_of(linked, at)?;
        match place.base {
            None => {
                hops.reverse();
                return Some(Start { hops, ..step });
            }
            Some(base) => {
                hops.extend(step.hops);
                at = base;
            }
        }
    }
}

/// Only the last step of a place: a root, or one hop.
pub(crate) fn start_of(linked: &Linked, id: PlaceId) -> Option<Start> {
    let place = linked.places.get(id)?;
    if place.hidden || place.constant && place.base.is_some() {
        return None;
    }
    let mut start = Start { cached: None, it: false, symbol: place.symbol, hops: Vec::new() };
    let key = match (place.step, place.base) {
        (Step::Var(_) | Step::VarOrNull(_) | Step::At(_), None) => return Some(start),
        (Step::It(_), None) => {
            start.it = true;
            return Some(start);
        }
        (Step::Field(_), Some(_)) => false,
        (Step::Index(key), Some(_)) if matches!(linked.program.constant(key), Const::Str(_)) => true,
        _ => return None,
    };
    start.hops.push(Hop { symbol: place.symbol, place: id, key });
    Some(start)
}
