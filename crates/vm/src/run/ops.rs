//! What each instruction does: one file per operator; this one takes the instruction apart.

pub(crate) mod big;
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
use probelang_dialect::{TruthOp, ValueOp};
use probelang_host::Value;

use crate::fault::Detail;
use crate::link::Op;
use crate::program::instr::{Instr, Operand, Target};
use crate::run::frame::Frame;

/// Where an instruction has the values of its operands from.
pub(crate) trait Inputs<'x, 'a: 'x> {
    /// Pays for a node of the program.
    fn pay(&mut self, frame: &mut Frame<'a, '_, '_>, site: u32) -> Result<(), Stop>;
    /// The value of `operand`, the next one that the instruction reads. It may be put into `out`.
    fn next<'v>(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        operand: Operand,
        out: &'v mut Value<'a>,
    ) -> Result<&'v Value<'a>, Stop>
    where
        'x: 'v;
}

/// Operands that are read when the instruction asks for them, and paid for as the program is written.
struct Reads<'x, 'a> {
    /// The site of the next read.
    site: u32,
    it: &'x Value<'a>,
}

impl<'x, 'a: 'x> Inputs<'x, 'a> for Reads<'x, 'a> {
    #[inline(always)]
    fn pay(&mut self, frame: &mut Frame<'a, '_, '_>, site: u32) -> Result<(), Stop> {
        frame.charge(1, site)
    }

    #[inline(always)]
    fn next<'v>(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        operand: Operand,
        out: &'v mut Value<'a>,
    ) -> Result<&'v Value<'a>, Stop>
    where
        'x: 'v,
    {
        frame.fetch(operand, self.site, self.it, out)?;
        self.site = self.site.saturating_add(frame.sites(operand));
        Ok(out)
    }
}

/// Runs an instruction whose operands are yet to be read.
pub(crate) fn general<'a>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let inputs = Reads { site: op.site.saturating_add(1), it };
    frame.execute(op, it, inputs).unwrap_or(Target::FAULT)
}

impl<'a> Frame<'a, '_, '_> {
    /// The rule of every instruction: runs that of `op` on its inputs. Gives where it goes on.
    #[inline(always)]
    pub(crate) fn execute<'x>(
        &mut self,
        op: &'a Op,
        it: &Value<'a>,
        mut inputs: impl Inputs<'x, 'a>,
    ) -> Result<u32, Stop>
    where
        'a: 'x,
    {
        let site = op.site;
        let Some(instr) = self.linked.program.tables.code.get(op.index as usize) else { return Err(Stop) };
        let (mut a, mut b, mut c) = (Value::Absent, Value::Absent, Value::Absent);
        let decided = match *instr {
            Instr::Test { of, truth, on: _ } => {
                let of = inputs.next(self, of, &mut a)?;
                self.truth(of, truth, site)?
            }
            Instr::Compare { op: compare, left, right, on: _ } => {
                inputs.pay(self, site)?;
                let left = inputs.next(self, left, &mut a)?;
                let right = inputs.next(self, right, &mut b)?;
                self.compare(compare, left, right, site)?
            }
            Instr::Text { op: text, subject, argument, on: _ } => {
                inputs.pay(self, site)?;
                let subject = inputs.next(self, subject, &mut a)?;
                let argument = inputs.next(self, argument, &mut b)?;
                self.text_predicate(text, subject, argument, site)?
            }
            Instr::Matches { subject, pattern, on: _ } => {
                inputs.pay(self, site)?;
                let subject = inputs.next(self, subject, &mut a)?;
                // the literal pattern
                inputs.pay(self, site)?;
                self.matches(subject, pattern, site)?
            }
            Instr::Decide { op: function, of, on: _ } => {
                inputs.pay(self, site)?;
                let of = inputs.next(self, of, &mut a)?;
                self.decide(function, of, site)?
            }
            Instr::Defined { of, on: _ } => {
                inputs.pay(self, site)?;
                let of = inputs.next(self, of, &mut a)?;
                self.is_defined(of, site)?
            }
            Instr::InstanceOf { of, type_name, on: _ } => {
                inputs.pay(self, site)?;
                let of = inputs.next(self, of, &mut a)?;
                self.instance_of(of, type_name, site)?
            }
            Instr::Loop { op: quantifier, over, id, on: _ } => {
                inputs.pay(self, site)?;
                let over = inputs.next(self, over, &mut a)?;
                self.quantify(quantifier, over, id, site)?
            }
            Instr::Move { from: Operand::Const(id), to } => {
                // what a condition came to is not a node of its own
                self.set(to, self.linked.program.constant(id).value());
                true
            }
            Instr::Move { from, to } => {
                let from = *inputs.next(self, from, &mut a)?;
                self.set(to, from);
                true
            }
            Instr::Index { base, index, to } => {
                inputs.pay(self, site)?;
                let base = inputs.next(self, base, &mut a)?;
                let index = inputs.next(self, index, &mut b)?;
                // the read of the element
                inputs.pay(self, site)?;
                self.index(base, index, site, Detail::None, &mut c)?;
                self.set(to, c);
                true
            }
            Instr::Apply { op: function, of, to } => {
                inputs.pay(self, site)?;
                let of = inputs.next(self, of, &mut a)?;
                let value = self.apply(function, of, site)?;
                self.set(to, value);
                true
            }
            Instr::Substring { text, from, until, to } => {
                inputs.pay(self, site)?;
                let text = inputs.next(self, text, &mut a)?;
                let from = inputs.next(self, from, &mut b)?;
                let until = match until {
                    Some(until) => Some(inputs.next(self, until, &mut c)?),
                    None => None,
                };
                let mut out = Value::Absent;
                self.substring(text, from, until, site, &mut out)?;
                self.set(to, out);
                true
            }
            Instr::Filter { over, id, to } => {
                inputs.pay(self, site)?;
                let over = inputs.next(self, over, &mut a)?;
                let filter = self.filter(over, id, site)?;
                self.set(to, filter);
                true
            }
            Instr::Return { of } => {
                let of = *inputs.next(self, of, &mut a)?;
                self.end_with(of);
                return Ok(Target::YES.0);
            }
            Instr::Goto { to: _ } => true,
            Instr::Observe { event, to: _ } => {
                self.observe(event, it);
                true
            }
        };
        Ok(if decided { op.yes } else { op.no })
    }

    /// A function of one operand that gives a value.
    #[inline(always)]
    fn apply(&mut self, op: ValueOp, of: &Value<'a>, site: u32) -> Result<Value<'a>, Stop> {
        match op {
            ValueOp::Len => self.length(of, site).map(Value::from_u64),
        }
    }

    /// A function of one operand that gives a Boolean.
    #[inline(always)]
    fn decide(&mut self, op: TruthOp, of: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match op {
            TruthOp::IsEmpty => self.is_empty(of, site),
        }
    }
}
