//! Which instruction becomes which operation.

use memchr::memmem::Finder;
use probelang_dialect::{CompareOp, TextOp};
use probelang_redact::Mode;

use super::access::{Access, by_access, reach};
use super::dataflow::Known;
use super::handlers::{branch, contains, cut, cut_compare, end, goto, matches, quantify};
use super::op::{Bounds, CutTargets, Deciding, Run};
use super::operand::{
    CachedHop, CachedPlace, FirstHop, FirstVar, FirstVarHop, It, ItHop, Path, Slot, SlotHop, Temp, Var,
    VarHop,
};
use super::predicate::{
    AtLeast, AtMost, Comparison, Ends, Equal, General, Greater, Holds, Less, Null, SHORT, SameText, Starts,
    There, Unequal, by_comparison,
};
use super::word::Word;
use super::{Linked, Op};
use crate::program::Program;
use crate::program::ids::{ConstId, SlotId};
use crate::program::instr::{Arg, Instr, Operand};
use crate::program::tables::Const;

/// Makes `op`, the general operation of the instruction `at`, a specialised one where there is one.
pub(super) fn select(linked: &mut Linked, program: &Program, at: usize, known: Known, op: &mut Op) {
    let Some(instr) = program.tables.code.get(at) else { return };
    if let Some(run) = (Selection { linked, program, known, op }).run(instr, at) {
        op.run = run;
    }
}

struct Selection<'s> {
    linked: &'s mut Linked,
    program: &'s Program,
    known: Known,
    op: &'s mut Op,
}

impl<'s> Selection<'s> {
    /// The handler of an instruction, whose operation is made ready for it; `None` for the general one.
    fn run(&mut self, instr: &Instr, at: usize) -> Option<Run> {
        if let Instr::Goto { .. } = instr {
            return Some(goto);
        }
        // types that are redacted are looked at after each read, and placeholders know what they hide: the general
        // operations do so
        if !self.linked.is_plain {
            return None;
        }
        Some(match *instr {
            Instr::Test { of, .. } => by_access!(self.reach(of, 0)?, branch, Holds),
            Instr::Defined { of, .. } => by_access!(self.reach(of, 1)?, branch, There),
            Instr::Decide { of, .. }
            | Instr::InstanceOf { of, .. }
            | Instr::Apply { of, .. }
            | Instr::Filter { over: of, .. } => by_access!(self.reach(of, 1)?, branch, General),
            Instr::Matches { subject, pattern, .. } => {
                let access = self.reach(subject, 1)?;
                self.op.set_payload(pattern);
                by_access!(access, matches)
            }
            Instr::Compare { op, left, right: Operand::Const(constant), .. } => {
                self.compare(op, left, constant)?
            }
            Instr::Compare { op, left: Operand::Const(constant), right, .. } => {
                self.compare(op.flipped(), right, constant)?
            }
            Instr::Text { op, subject, argument: Operand::Const(argument), .. } => {
                self.text(op, subject, argument)?
            }
            Instr::Loop { op: quantifier, over, id, .. } => {
                let access = self.reach(over, 1)?;
                self.op.set_payload(Deciding { quantifier, id });
                by_access!(access, quantify)
            }
            Instr::Substring { text, from: Operand::Const(from), until: Some(Operand::Const(until)), to } => {
                let access = self.reach(text, 1)?;
                self.substring(access, (from, until), to, at)
            }
            Instr::Return { of: of @ Operand::Place(_) } => by_access!(self.reach(of, 0)?, end),
            // no operand of the host, or more than one
            Instr::Compare { .. }
            | Instr::Text { .. }
            | Instr::Substring { .. }
            | Instr::Return { .. }
            | Instr::Move { .. }
            | Instr::Index { .. }
            | Instr::Goto { .. }
            | Instr::Observe { .. } => return None,
        })
    }

    /// How the operand is reached, charged with the steps of the operator.
    fn reach(&mut self, operand: Operand, steps: u32) -> Option<Access> {
        let access = reach(self.linked, operand, self.known, self.op)?;
        self.op.cost = self.op.cost.saturating_add(steps);
        Some(access)
    }

    /// A comparison of an operand with a constant on its right.
    fn compare(&mut self, compare: CompareOp, operand: Operand, constant: ConstId) -> Option<Run> {
        let access = self.reach(operand, 1)?;
        let Some(comparison) = Comparison::of(self.program, compare, constant) else {
            return Some(by_access!(access, branch, General));
        };
        comparison.prepare(self.op);
        Some(by_comparison!(comparison, by_access!(access, branch)))
    }

    fn text(&mut self, text: TextOp, subject: Operand, argument: ConstId) -> Option<Run> {
        let access = self.reach(subject, 1)?;
        let argument = match self.program.constant(argument) {
            Const::Str(argument) if argument.len() <= SHORT => argument,
            _ => return Some(by_access!(access, branch, General)),
        };
        Some(match text {
            TextOp::StartsWith => {
                self.op.text = Word::new(argument);
                by_access!(access, branch, Starts)
            }
            TextOp::EndsWith => {
                self.op.text = Word::new(argument);
                by_access!(access, branch, Ends)
            }
            TextOp::Contains if !argument.is_empty() => {
                let finder = Finder::new(argument.as_bytes()).into_owned();
                self.op.set_payload(self.linked.finders.push(finder));
                by_access!(access, contains)
            }
            TextOp::Contains | TextOp::Matches => by_access!(access, branch, General),
        })
    }

    /// `substring`, the instruction `at`, with constant bounds.
    fn substring(&mut self, access: Access, bounds: (ConstId, ConstId), to: SlotId, at: usize) -> Run {
        let byte = |id| match self.program.constant(id) {
            Const::Int(n) => u8::try_from(*n).ok(),
            _ => None,
        };
        // a part that is hidden is a fault
        let is_quick = self.linked.policy.mode() != Mode::Targeted;
        let (from, until) = match (byte(bounds.0), byte(bounds.1)) {
            (Some(from), Some(until)) if is_quick && from <= until && usize::from(until) <= SHORT => {
                (from, until)
            }
            _ => return by_access!(access, branch, General),
        };
        if from == 0
            && let Some((text, targets)) = self.compared(to, at)
            && text.len() == usize::from(until)
        {
            self.op.cost = self.op.cost.saturating_add(1);
            self.op.text = Word::new(text);
            self.op.set_payload(targets);
            return by_access!(access, cut_compare);
        }
        self.op.set_payload(Bounds { from, until, to });
        by_access!(access, cut)
    }

    /// The ASCII text that the instruction after `at` compares the temporary `to` with, where no other reads it: one
    /// operation does both.
    fn compared(&self, to: SlotId, at: usize) -> Option<(&'s str, CutTargets)> {
        let (program, code) = (self.program, &self.program.tables.code);
        let next = code.get(at.saturating_add(1))?;
        let Instr::Compare { op, left, right: Operand::Const(constant), on } = *next else { return None };
        let Const::Str(text) = program.constant(constant) else { return None };
        let targets = match op {
            CompareOp::Eq => CutTargets { same: on.yes, different: on.no },
            CompareOp::Ne => CutTargets { same: on.no, different: on.yes },
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => return None,
        };
        let mut reads = 0u32;
        for instr in code {
            instr.each(|arg| reads = reads.saturating_add(u32::from(arg == Arg::Reads(Operand::Temp(to)))));
        }
        (left == Operand::Temp(to) && reads == 1 && text.is_ascii()).then_some((text, targets))
    }
}
