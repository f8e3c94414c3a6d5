//! Whether tables hold together.

use std::fmt;

use crate::instr::{Instr, Operand, Part, Step, Target};
use crate::program::Tables;

/// What does not hold in tables that should be a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invalid {
    /// An instruction refers to nothing.
    Operand(u32),
    /// Control goes back, or nowhere.
    Target(u32),
    /// A place refers to nothing, or to a later one.
    Place(u16),
    /// A table is longer than its indices reach.
    Length,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operand(at) => write!(f, "instruction {at} refers to nothing"),
            Self::Target(at) => write!(f, "instruction {at} goes back or nowhere"),
            Self::Place(at) => write!(f, "place {at} refers to nothing or to a later place"),
            Self::Length => f.write_str("a table is too long"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Checks what running relies on: references in range, control that only goes forward.
pub(crate) fn verify(tables: &Tables) -> Result<(), Invalid> {
    let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    for table in [tables.constants.len(), tables.symbols.len(), tables.places.len(), tables.loops.len()] {
        if table > usize::from(u16::MAX) {
            return Err(Invalid::Length);
        }
    }
    for (at, place) in tables.places.iter().enumerate() {
        let here = u16::try_from(at).unwrap_or(u16::MAX);
        let earlier = place.base.is_none_or(|base| base < here);
        let cached = place.cache.is_none_or(|cache| cache < 64 && u16::from(cache) < tables.slots);
        let refers = match place.step {
            Step::Var(id) | Step::VarOrNull(id) | Step::At(id) | Step::Field(id) => {
                (id as usize) < tables.symbols.len()
            }
            Step::It(id) | Step::Key(id) | Step::Value(id) => (id as usize) < tables.loops.len(),
            Step::Index(id) => (id as usize) < tables.constants.len(),
            Step::Temp(slot) => slot < tables.slots,
            Step::Outside => true,
        };
        if !(earlier && refers && cached) {
            return Err(Invalid::Place(here));
        }
    }
    for (at, instr) in tables.code.iter().enumerate() {
        let here = clip(at);
        let mut operands = Vec::new();
        let mut targets = Vec::new();
        let mut slot = None;
        match *instr {
            Instr::Test { of, on, .. }
            | Instr::Empty { of, on }
            | Instr::Defined { of, on }
            | Instr::InstanceOf { of, on, .. } => {
                operands.push(of);
                targets.extend([on.yes, on.no]);
            }
            Instr::Compare { left, right, on, .. }
            | Instr::Text { subject: left, argument: right, on, .. }
            | Instr::MatchesComputed { subject: left, argument: right, on } => {
                operands.extend([left, right]);
                targets.extend([on.yes, on.no]);
            }
            Instr::Matches { subject, pattern, on } => {
                operands.push(subject);
                targets.extend([on.yes, on.no]);
                if pattern as usize >= tables.patterns.len() {
                    return Err(Invalid::Operand(here));
                }
            }
            Instr::Loop { over, id, on, .. } => {
                operands.push(over);
                targets.extend([on.yes, on.no]);
                if id as usize >= tables.loops.len() {
                    return Err(Invalid::Operand(here));
                }
            }
            Instr::Goto { to } => targets.push(to),
            Instr::Move { from, to } => {
                operands.push(from);
                slot = Some(to);
            }
            Instr::Index { base, index, to } => {
                operands.extend([base, index]);
                slot = Some(to);
            }
            Instr::Len { of, to } => {
                operands.push(of);
                slot = Some(to);
            }
            Instr::Substring { text, from, until, to } => {
                operands.extend([text, from]);
                operands.extend(until);
                slot = Some(to);
            }
            Instr::Filter { over, id, to } => {
                operands.push(over);
                slot = Some(to);
                if id as usize >= tables.loops.len() {
                    return Err(Invalid::Operand(here));
                }
            }
            Instr::Return { of } => operands.push(of),
        }
        let known = |operand: &Operand| match *operand {
            Operand::Const(id) => (id as usize) < tables.constants.len(),
            Operand::Place(id) => (id as usize) < tables.places.len(),
            Operand::Temp(slot) => slot < tables.slots,
        };
        if !operands.iter().all(known) || slot.is_some_and(|slot| slot >= tables.slots) {
            return Err(Invalid::Operand(here));
        }
        if slot.is_some() {
            targets.push(Target(here.saturating_add(1)));
        }
        let forward = |target: &Target| {
            target.0 == Target::YES.0
                || target.0 == Target::NO.0
                || (target.0 > here && (target.0 as usize) < tables.code.len())
        };
        if !targets.iter().all(forward) {
            return Err(Invalid::Target(here));
        }
    }
    let inside = |target: Target| (target.0 as usize) < tables.code.len();
    let entries = tables.parts.iter().filter_map(|part| match part {
        Part::Expression { entry, .. } => Some(*entry),
        _ => None,
    });
    let bodies = tables.loops.iter().map(|def| def.body);
    if entries.chain(bodies).any(|target| !inside(target)) {
        return Err(Invalid::Target(0));
    }
    Ok(())
}
