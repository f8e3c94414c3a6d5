//! Handlers of specialised operations, each made for every access and, where it tests something, every predicate.

use probelang_capture::Stop;
use probelang_host::Value;

use super::op::{Bounds, CutTargets, Deciding, Op};
use super::operand::{Fetch, Miss};
use super::predicate::Predicate;
use crate::program::instr::Target;
use crate::run::frame::Frame;
use crate::run::ops::text::PIECE;

/// Charges an operation and reaches its operand.
#[inline(always)]
fn read<'x, 'a, F: Fetch>(
    frame: &'x mut Frame<'a, '_, '_>,
    op: &Op,
    it: &'x Value<'a>,
    out: &'x mut Value<'a>,
) -> Result<&'x Value<'a>, Miss> {
    frame.charge(u64::from(op.cost), op.site)?;
    F::fetch(frame, op, it, out)
}

/// Goes on by the rule of the instruction with an operand whose value is not a common one.
#[inline(always)]
fn slow_path<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, value: Value<'a>) -> u32 {
    // from its slot of the frame, where it has one
    if F::CACHED { frame.slow_path_cached(op, F::LAST) } else { frame.slow_path(op, &value, F::LAST) }
}

/// Where a branch goes.
#[inline(always)]
const fn decided(op: &Op, decided: Result<bool, Stop>) -> u32 {
    match decided {
        Ok(true) => op.yes,
        Ok(false) => op.no,
        Err(Stop) => Target::FAULT,
    }
}

/// A branch by a predicate, or any instruction by its rule ([`General`](super::predicate::General)).
pub(super) fn branch<'a, F: Fetch, P: Predicate>(
    frame: &mut Frame<'a, '_, '_>,
    op: &'a Op,
    it: &Value<'a>,
) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    match P::subject(value) {
        Some(subject) => {
            F::settle(frame, op);
            if P::test(op, subject) { op.yes } else { op.no }
        }
        None => {
            let value = *value;
            slow_path::<F>(frame, op, value)
        }
    }
}

/// `contains` of a constant in a string: with the finder that was prepared.
pub(super) fn contains<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let linked = frame.linked;
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    if let Value::Str(text) = *value
        && text.len() <= PIECE
        && let Some(finder) = linked.finders.get(op.payload())
    {
        F::settle(frame, op);
        if frame.charge_bytes(text.len(), op.site).is_err() {
            return Target::FAULT;
        }
        return if finder.find(text.as_bytes()).is_some() { op.yes } else { op.no };
    }
    let value = *value;
    slow_path::<F>(frame, op, value)
}

/// `matches` with a pattern that was compiled before.
pub(super) fn matches<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    if let Value::Str(text) = *value {
        F::settle(frame, op);
        return decided(op, frame.matches_text(text, op.payload(), op.site));
    }
    let value = *value;
    slow_path::<F>(frame, op, value)
}

/// `any`, `all`: a collection of the host is walked in batches where the predicate is a simple one.
pub(super) fn quantify<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let linked = frame.linked;
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    let Deciding { quantifier, id } = op.payload();
    if let Some(batched) = linked.batched(id)
        && let Some(over) = batched.walks(linked.program.dialect(), value)
    {
        F::settle(frame, op);
        return decided(op, batched.decide(frame, over, quantifier, op.site));
    }
    let value = *value;
    slow_path::<F>(frame, op, value)
}

/// `substring` with short constant bounds: of text that is ASCII so far, in which every unit is a byte.
pub(super) fn cut<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    let Bounds { from, until, to } = op.payload();
    let (from, until) = (usize::from(from), usize::from(until));
    if let Value::Str(text) = *value
        && text.as_bytes().get(..until).is_some_and(<[u8]>::is_ascii)
        && let Some(cut) = text.get(from..until)
    {
        F::settle(frame, op);
        frame.set(to, Value::Str(cut));
        return op.yes;
    }
    let value = *value;
    slow_path::<F>(frame, op, value)
}

/// [`cut`] from the start, compared at once with a constant as long as what is cut.
pub(super) fn cut_compare<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    if let Value::Str(text) = *value
        && let Some(head) = text.as_bytes().get(..op.text.len())
    {
        // what equals the constant is ASCII like it
        if op.text.is_bytes(head) {
            F::settle(frame, op);
            return op.payload::<CutTargets>().same.0;
        }
        if head.is_ascii() {
            F::settle(frame, op);
            return op.payload::<CutTargets>().different.0;
        }
    }
    let value = *value;
    slow_path::<F>(frame, op, value)
}

/// Ends a body with a value.
pub(super) fn end<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return frame.miss(op, miss),
    };
    // by its parts: to copy a value whole that was written in parts just before stalls the processor
    let value = match *value {
        Value::Str(text) => Value::Str(text),
        Value::Int(n) => Value::Int(n),
        _ => {
            let value = *value;
            return slow_path::<F>(frame, op, value);
        }
    };
    F::settle(frame, op);
    frame.end_with(value);
    Target::YES.0
}

/// Goes on elsewhere.
pub(super) fn goto<'a>(_: &mut Frame<'a, '_, '_>, op: &'a Op, _: &Value<'a>) -> u32 {
    op.yes
}
