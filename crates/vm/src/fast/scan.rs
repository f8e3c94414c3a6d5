//! Loops over lists of the host whose predicate is one comparison of the element, or of one read of it, with a
//! constant: in batches, without a run of the body for each element.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Cursor, Handle, More, Symbol, Value};

use super::ask::{Ask, Holds, Null, Order, SameText};
use crate::frame::Frame;
use crate::instr::{Branch, CompareOp, Const, Instr, Operand, Quantifier, Target};
use crate::link::{Linked, Op};

/// Elements that are fetched at a time.
const BATCH: usize = 16;

/// Looks at a batch of elements from the start until one decides: its place and its answer, or that it takes
/// the general rule (`None`).
type Look = for<'a> fn(&Frame<'a, '_, '_>, &Op, Option<Symbol>, &[Value<'a>], &mut Seen);

/// What a look at a batch came to.
pub(crate) struct Seen {
    /// Elements that were answered.
    pub(crate) passed: usize,
    /// Of these, how many answers were yes.
    pub(crate) yes: u64,
    /// The answer that stops a loop.
    stop: Option<bool>,
    /// The element behind the last passed one takes the general rule.
    pub(crate) odd: bool,
}

/// A simple predicate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element {
    look: Look,
    /// The operation of the body.
    at: u32,
    /// The read of the element, if there is one.
    symbol: Option<Symbol>,
    /// Steps for an element: its fetch and the body.
    cost: u64,
    id: u16,
}

fn look<'a, A: Ask, const READ: bool>(
    frame: &Frame<'a, '_, '_>,
    op: &Op,
    symbol: Option<Symbol>,
    items: &[Value<'a>],
    seen: &mut Seen,
) {
    let mut out = Value::Absent;
    for item in items {
        let value = if READ {
            match (*item, symbol) {
                (Value::Object(handle), Some(symbol)) => frame.host.field(handle, symbol, &mut out),
                (Value::Map(handle), Some(symbol)) if !frame.linked.map_member_fault => {
                    frame.host.field(handle, symbol, &mut out);
                }
                _ => {
                    seen.odd = true;
                    return;
                }
            }
            &out
        } else {
            item
        };
        let Some(answer) = A::ask(op, value) else {
            seen.odd = true;
            return;
        };
        // one of many: the branch is taken once
        seen.passed = seen.passed.wrapping_add(1);
        seen.yes = seen.yes.wrapping_add(u64::from(answer));
        if seen.stop == Some(answer) {
            return;
        }
    }
}

impl Element {
    /// The predicate at `body`, if it is a simple one.
    pub(crate) fn of(linked: &Linked, body: Target, id: u16) -> Option<Self> {
        let instr = linked.program.tables.code.get(body.0 as usize)?;
        let (operand, compare, on) = match *instr {
            Instr::Compare { op, left, right: Operand::Const(constant), on } => {
                (left, Some((op, constant)), on)
            }
            Instr::Test { of, on, .. } => (of, None, on),
            _ => return None,
        };
        if on != (Branch { yes: Target::YES, no: Target::NO }) {
            return None;
        }
        let Operand::Place(place) = operand else { return None };
        let start = super::select::start(linked, place)?;
        if !start.it {
            return None;
        }
        let symbol = match start.hops.as_slice() {
            [] => None,
            [hop] if !hop.key => Some(hop.symbol),
            _ => return None,
        };
        macro_rules! by {
            ($ask:ty) => {
                if symbol.is_some() { look::<$ask, true> as Look } else { look::<$ask, false> as Look }
            };
        }
        let look = match compare {
            None => by!(Holds),
            Some((op, constant)) => match (linked.program.constant(constant), op) {
                (Const::Int(_), op) if !linked.program.tables.modes.doubles => match op {
                    CompareOp::Lt => by!(Order<0b001>),
                    CompareOp::Eq => by!(Order<0b010>),
                    CompareOp::Le => by!(Order<0b011>),
                    CompareOp::Gt => by!(Order<0b100>),
                    CompareOp::Ne => by!(Order<0b101>),
                    CompareOp::Ge => by!(Order<0b110>),
                },
                (Const::Null, CompareOp::Eq) => by!(Null<true>),
                (Const::Null, CompareOp::Ne) => by!(Null<false>),
                (Const::Str(text), CompareOp::Eq) if text.len() <= 64 => by!(SameText<true>),
                (Const::Str(text), CompareOp::Ne) if text.len() <= 64 => by!(SameText<false>),
                _ => return None,
            },
        };
        let cost = linked.ops.get(body.0 as usize)?.cost.saturating_add(1);
        Some(Self { look, at: body.0, symbol, cost, id })
    }
}

/// Answers `any` or `all` over a list of the host.
pub(super) fn decide<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Element,
    list: Handle,
    op: &Op,
) -> Result<bool, Stop> {
    let linked = frame.linked;
    let any = matches!(
        linked.program.tables.code.get(op.index as usize),
        Some(Instr::Loop { op: Quantifier::Any, .. })
    );
    let (seen, cut) = walk(frame, element, list, op.site, Some(any))?;
    let decided = if any { seen.yes > 0 } else { seen.yes < seen.passed as u64 };
    match cut {
        _ if decided => Ok(any),
        Some(reason) => Err(frame.fail_because(fault::CUT_COLLECTION, op.site, reason)),
        None => Ok(!any),
    }
}

/// Counts the elements of a list of the host for which a predicate holds. Gives the reason where the list was
/// cut.
pub(crate) fn count<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Element,
    list: Handle,
    site: u32,
) -> Result<(u64, Option<&'a str>), Stop> {
    let (seen, cut) = walk(frame, element, list, site, None)?;
    Ok((seen.yes, cut))
}

/// Looks at the elements of a list in batches, until one answers `stop`.
fn walk<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Element,
    list: Handle,
    site: u32,
    stop: Option<bool>,
) -> Result<(Seen, Option<&'a str>), Stop> {
    let mut cursor = frame.host.open(list);
    let walked = batches(frame, element, &mut cursor, site, stop);
    frame.host.close(&mut cursor);
    walked
}

fn batches<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Element,
    cursor: &mut Cursor,
    site: u32,
    stop: Option<bool>,
) -> Result<(Seen, Option<&'a str>), Stop> {
    let mut seen = Seen { passed: 0, yes: 0, stop, odd: false };
    let linked = frame.linked;
    let Some(op) = linked.ops.get(element.at as usize) else { return Ok((seen, None)) };
    let mut items = [Value::Absent; BATCH];
    loop {
        let batch = frame.host.items(cursor, &mut items);
        let mut rest = items.get(..batch.count).unwrap_or(&items);
        while !rest.is_empty() {
            // near its end the budget is charged element by element, so that it is never charged for more
            // than the program as written
            let whole = (rest.len() as u64).saturating_mul(element.cost);
            let chunk = if frame.budget.left() >= whole { rest } else { rest.get(..1).unwrap_or_default() };
            let charged = (chunk.len() as u64).saturating_mul(element.cost);
            frame.charge(charged, site)?;
            let before = seen.passed;
            (element.look)(frame, op, element.symbol, chunk, &mut seen);
            let passed = seen.passed.saturating_sub(before);
            frame.budget.refund(charged.saturating_sub((passed as u64).saturating_mul(element.cost)));
            rest = rest.get(passed..).unwrap_or_default();
            if stop.is_some_and(|stop| if stop { seen.yes > 0 } else { seen.yes < seen.passed as u64 }) {
                return Ok((seen, None));
            }
            if seen.odd
                && let Some((odd, behind)) = rest.split_first()
            {
                seen.odd = false;
                frame.charge(1, site)?;
                let answer = frame.holds(element.id, Shape::List, &Value::Absent, odd)?;
                seen.passed = seen.passed.saturating_add(1);
                seen.yes = seen.yes.saturating_add(u64::from(answer));
                rest = behind;
                if stop == Some(answer) {
                    return Ok((seen, None));
                }
            }
        }
        match batch.more {
            More::Yes if batch.count > 0 => {}
            More::Cut(reason) => return Ok((seen, Some(reason))),
            More::Yes | More::Done => return Ok((seen, None)),
        }
    }
}
