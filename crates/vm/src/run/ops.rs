//! What each instruction does. One file an operator; this one takes the instruction apart.

mod compare;
mod contains;
mod equal;
mod instance;
mod length;
mod loops;
mod order;
mod substring;
pub(crate) mod text;
mod truth;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_host::Value;

use crate::fault::Detail;
use crate::link::{Op, Run};
use crate::program::ids::SlotId;
use crate::program::instr::{Branch, Instr, Operand, Target};
use crate::run::frame::Frame;

/// The handler of an instruction.
pub(crate) fn handler(instr: &Instr) -> Run {
    match instr {
        Instr::Goto { .. } => goto as Run,
        Instr::Test { .. }
        | Instr::Compare { .. }
        | Instr::Text { .. }
        | Instr::Matches { .. }
        | Instr::Empty { .. }
        | Instr::Defined { .. }
        | Instr::InstanceOf { .. }
        | Instr::Loop { .. } => branch as Run,
        Instr::Move { .. }
        | Instr::Index { .. }
        | Instr::Len { .. }
        | Instr::Substring { .. }
        | Instr::Filter { .. } => straight as Run,
        Instr::Return { .. } => end as Run,
        Instr::Observe { .. } => observe as Run,
    }
}

fn instr<'a>(frame: &Frame<'a, '_, '_>, op: &Op) -> &'a Instr {
    const NOTHING: &Instr = &Instr::Goto { to: Target(Target::FAULT) };
    frame.linked.program.tables.code.get(op.index as usize).unwrap_or(NOTHING)
}

fn goto<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, _: &Value<'a>) -> u32 {
    match instr(frame, op) {
        Instr::Goto { to } => to.0,
        _ => Target::FAULT,
    }
}

fn branch<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    match frame.decide(instr(frame, op), op.site, it) {
        Ok((true, on)) => on.yes.0,
        Ok((false, on)) => on.no.0,
        Err(Stop) => Target::FAULT,
    }
}

fn straight<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    match frame.compute(instr(frame, op), op.site, it, &mut out) {
        Ok(to) => {
            frame.set(to, out);
            op.index.saturating_add(1)
        }
        Err(Stop) => Target::FAULT,
    }
}

fn end<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let Instr::Return { of } = *instr(frame, op) else { return Target::FAULT };
    let mut out = Value::Absent;
    match frame.fetch(of, op.site.saturating_add(1), it, &mut out) {
        Ok(()) => {
            frame.end_with(out);
            Target::YES.0
        }
        Err(Stop) => Target::FAULT,
    }
}

fn observe<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    match instr(frame, op) {
        Instr::Observe { event, to } => {
            frame.observe(*event, it);
            to.0
        }
        _ => Target::FAULT,
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Reads two operands, left to right.
    fn two(
        &mut self,
        left: Operand,
        right: Operand,
        site: u32,
        it: &Value<'a>,
        a: &mut Value<'a>,
        b: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let first = site.saturating_add(1);
        self.fetch(left, first, it, a)?;
        self.fetch(right, first.saturating_add(self.sites(left)), it, b)
    }

    fn decide(&mut self, instr: &'a Instr, site: u32, it: &Value<'a>) -> Result<(bool, Branch), Stop> {
        let first = site.saturating_add(1);
        let (mut a, mut b) = (Value::Absent, Value::Absent);
        match *instr {
            Instr::Test { of, truth, on } => {
                self.fetch(of, first, it, &mut a)?;
                Ok((self.truth(&a, truth, site)?, on))
            }
            Instr::Compare { op, left, right, on } => {
                self.charge(1, site)?;
                self.two(left, right, site, it, &mut a, &mut b)?;
                Ok((self.compare(op, &a, &b, site)?, on))
            }
            Instr::Text { op, subject, argument, on } => {
                self.charge(1, site)?;
                self.two(subject, argument, site, it, &mut a, &mut b)?;
                Ok((self.text_predicate(op, &a, &b, site)?, on))
            }
            Instr::Matches { subject, pattern, on } => {
                self.charge(1, site)?;
                self.fetch(subject, first, it, &mut a)?;
                self.charge(1, site)?;
                Ok((self.matches(&a, pattern, site)?, on))
            }
            Instr::Empty { of, on } => {
                self.charge(1, site)?;
                self.fetch(of, first, it, &mut a)?;
                Ok((self.is_empty(&a, site)?, on))
            }
            Instr::Defined { of, on } => {
                self.charge(1, site)?;
                self.fetch(of, first, it, &mut a)?;
                Ok((self.is_defined(&a, site)?, on))
            }
            Instr::InstanceOf { of, type_name, on } => {
                self.charge(1, site)?;
                self.fetch(of, first, it, &mut a)?;
                Ok((self.instance_of(&a, type_name, site)?, on))
            }
            Instr::Loop { op, over, id, on } => {
                self.charge(1, site)?;
                self.fetch(over, first, it, &mut a)?;
                Ok((self.quantify(op, &a, id, site)?, on))
            }
            _ => Err(self.fail(fault::INTERNAL, site, Detail::None)),
        }
    }

    fn compute(
        &mut self,
        instr: &'a Instr,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<SlotId, Stop> {
        let first = site.saturating_add(1);
        let (mut a, mut b) = (Value::Absent, Value::Absent);
        match *instr {
            Instr::Move { from: Operand::Const(id), to } => {
                // what a condition came to is no node of its own
                *out = self.linked.program.constant(id).value();
                Ok(to)
            }
            Instr::Move { from, to } => {
                self.fetch(from, first, it, out)?;
                Ok(to)
            }
            Instr::Index { base, index, to } => {
                self.charge(1, site)?;
                self.two(base, index, site, it, &mut a, &mut b)?;
                self.charge(1, site)?;
                self.index(&a, &b, site, Detail::None, out)?;
                Ok(to)
            }
            Instr::Len { of, to } => {
                self.charge(1, site)?;
                self.fetch(of, first, it, &mut a)?;
                *out = Value::from_u64(self.length(&a, site)?);
                Ok(to)
            }
            Instr::Substring { text, from, until, to } => {
                self.charge(1, site)?;
                self.two(text, from, site, it, &mut a, &mut b)?;
                let end = match until {
                    None => None,
                    Some(operand) => {
                        let at = first.saturating_add(self.sites(text)).saturating_add(self.sites(from));
                        let mut end = Value::Absent;
                        self.fetch(operand, at, it, &mut end)?;
                        Some(end)
                    }
                };
                self.substring(&a, &b, end.as_ref(), site, out)?;
                Ok(to)
            }
            Instr::Filter { over, id, to } => {
                self.charge(1, site)?;
                self.fetch(over, first, it, &mut a)?;
                *out = self.filter(&a, id, site)?;
                Ok(to)
            }
            _ => Err(self.fail(fault::INTERNAL, site, Detail::None)),
        }
    }
}
