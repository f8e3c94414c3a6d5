//! Loops over lists of the host whose predicate is one comparison of the element, or of one read of it, with a
//! constant: in batches, without a run of the body for each element.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{CompareOp, Quantifier};
use probelang_host::{Cursor, Handle, More, Search, Symbol, Value};

use super::access::start;
use super::predicate::{
    AtLeast, AtMost, Comparison, Equal, Greater, Holds, Less, Null, Predicate, SameText, Unequal,
    by_comparison,
};
use super::word::Word;
use crate::link::{Linked, Op};
use crate::program::ids::LoopId;
use crate::program::instr::{Branch, Instr, Operand, Target};
use crate::run::frame::Frame;

/// Elements that are fetched at a time: at first, and where there are more.
const FIRST: usize = 16;
const BATCH: usize = 32;

/// Looks at a batch of elements from the start.
type Look = for<'a> fn(&Frame<'a, '_, '_>, &Op, Option<Symbol>, &[Value<'a>]) -> Seen;

/// What a look at a batch came to. Where some were not passed and nothing is decided, the first of them takes the
/// general rule.
#[derive(Clone, Copy)]
struct Seen {
    /// Elements that were answered.
    passed: usize,
    /// Of these, how many answers were yes.
    yes: u64,
    /// The last answer decides the loop.
    decided: bool,
}

/// A simple predicate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batched {
    /// By how the loop asks.
    looks: [Look; 3],
    /// The operation of the body.
    at: u32,
    /// The read of the element, if there is one.
    symbol: Option<Symbol>,
    /// Steps for an element: its fetch and the body.
    cost: u64,
    id: LoopId,
}

/// How a loop asks: until the first yes, until the first no, or all.
const UNTIL_YES: u8 = 0;
const UNTIL_NO: u8 = 1;
const ALL: u8 = 2;

fn look<'a, A: Predicate, const READ: bool, const HOW: u8>(
    frame: &Frame<'a, '_, '_>,
    op: &Op,
    symbol: Option<Symbol>,
    items: &[Value<'a>],
) -> Seen {
    let host = frame.host;
    let maps = !frame.linked.map_member_fault;
    let symbol = symbol.unwrap_or(Symbol(u32::MAX));
    let mut out = Value::Absent;
    let mut yes = 0u64;
    let mut decided = false;
    let mut rest = items;
    while let Some((item, after)) = rest.split_first() {
        let value = if READ {
            match *item {
                Value::Object(handle) => host.field(handle, symbol, &mut out),
                Value::Map(handle) if maps && host.entry(handle, symbol, &mut out) == Search::Done => {}
                _ => break,
            }
            &out
        } else {
            item
        };
        let Some(answer) = A::apply(op, value) else { break };
        rest = after;
        decided = match HOW {
            UNTIL_YES => answer,
            UNTIL_NO => !answer,
            _ => false,
        };
        if decided {
            break;
        }
        if HOW == ALL {
            yes = yes.wrapping_add(u64::from(answer));
        }
    }
    Seen {
        passed: items.len().wrapping_sub(rest.len()),
        yes: yes | u64::from(HOW == UNTIL_YES && decided),
        decided,
    }
}

impl Batched {
    /// The predicate at `body`, if it is a simple one.
    pub(crate) fn of(linked: &Linked, body: Target, id: LoopId) -> Option<Self> {
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
        let start = start(linked, place)?;
        if !start.it {
            return None;
        }
        let symbol = match start.hops.as_slice() {
            [] => None,
            [hop] if !hop.key => Some(hop.symbol),
            _ => return None,
        };
        macro_rules! by {
            ($predicate:ty) => {
                if symbol.is_some() {
                    [
                        look::<$predicate, true, UNTIL_YES> as Look,
                        look::<$predicate, true, UNTIL_NO>,
                        look::<$predicate, true, ALL>,
                    ]
                } else {
                    [
                        look::<$predicate, false, UNTIL_YES> as Look,
                        look::<$predicate, false, UNTIL_NO>,
                        look::<$predicate, false, ALL>,
                    ]
                }
            };
        }
        let looks = match compare {
            None => by!(Holds),
            Some((op, constant)) => {
                by_comparison!(Comparison::of(&linked.program, op, constant)?, by!())
            }
        };
        let cost = u64::from(linked.ops.get(body.0 as usize)?.cost).saturating_add(1);
        Some(Self { looks, at: body.0, symbol, cost, id })
    }
}

impl Batched {
    /// Answers `any` or `all` over a list of the host.
    pub(super) fn decide<'a>(
        &'a self,
        frame: &mut Frame<'a, '_, '_>,
        list: Handle,
        quantifier: Quantifier,
        site: u32,
    ) -> Result<bool, Stop> {
        let (any, how) = match quantifier {
            Quantifier::Any => (true, UNTIL_YES),
            Quantifier::All => (false, UNTIL_NO),
        };
        match walk(frame, self, list, site, how)? {
            Walked { decided: true, .. } => Ok(any),
            Walked { cut: Some(reason), .. } => Err(frame.fail_because(fault::CUT_COLLECTION, site, reason)),
            Walked { cut: None, .. } => Ok(!any),
        }
    }

    /// Counts the elements of a list of the host for which the predicate holds. Gives the reason where the list was
    /// cut.
    pub(crate) fn count<'a>(
        &'a self,
        frame: &mut Frame<'a, '_, '_>,
        list: Handle,
        site: u32,
    ) -> Result<(u64, Option<&'a str>), Stop> {
        let walked = walk(frame, self, list, site, ALL)?;
        Ok((walked.yes, walked.cut))
    }
}

/// What a walk came to.
struct Walked<'a> {
    yes: u64,
    decided: bool,
    cut: Option<&'a str>,
}

/// Looks at the elements of a list in batches, until one decides.
fn walk<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Batched,
    list: Handle,
    site: u32,
    how: u8,
) -> Result<Walked<'a>, Stop> {
    let mut cursor = frame.host.open(list);
    let walked = batches(frame, element, &mut cursor, site, how);
    frame.host.close(&mut cursor);
    walked
}

fn batches<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Batched,
    cursor: &mut Cursor,
    site: u32,
    how: u8,
) -> Result<Walked<'a>, Stop> {
    let mut walked = Walked { yes: 0, decided: false, cut: None };
    let linked = frame.linked;
    let (Some(op), Some(look)) = (linked.ops.get(element.at as usize), element.looks.get(usize::from(how)))
    else {
        return Ok(walked);
    };
    let mut items = [Value::Absent; BATCH];
    let mut size = FIRST;
    loop {
        let items = items.get_mut(..size).unwrap_or_default();
        size = BATCH;
        let batch = frame.host.items(cursor, items);
        let mut rest = items.get(..batch.count).unwrap_or(items);
        while !rest.is_empty() {
            // near its end the budget is charged element by element, so that it is never charged for more
            // than the program as written
            let whole = (rest.len() as u64).saturating_mul(element.cost);
            let (chunk, charged) = if frame.budget.left() >= whole {
                (rest, whole)
            } else {
                (rest.get(..1).unwrap_or_default(), element.cost)
            };
            frame.charge(charged, site)?;
            let seen = look(frame, op, element.symbol, chunk);
            walked.yes = walked.yes.saturating_add(seen.yes);
            rest = rest.get(seen.passed..).unwrap_or_default();
            if seen.passed < chunk.len() {
                let kept = (seen.passed as u64).saturating_mul(element.cost);
                frame.budget.refund(charged.saturating_sub(kept));
            } else if !seen.decided {
                continue;
            }
            if !seen.decided
                && let Some((item, after)) = rest.split_first()
            {
                frame.charge(1, site)?;
                let answer = frame.holds(element.id, Shape::List, &Value::Absent, item)?;
                walked.yes = walked.yes.saturating_add(u64::from(answer));
                walked.decided = (how == UNTIL_YES && answer) || (how == UNTIL_NO && !answer);
                rest = after;
            } else {
                walked.decided = true;
            }
            if walked.decided {
                return Ok(walked);
            }
        }
        match batch.more {
            More::Yes if batch.count > 0 => {}
            More::Cut(reason) => {
                walked.cut = Some(reason);
                return Ok(walked);
            }
            More::Yes | More::Done => return Ok(walked),
        }
    }
}
