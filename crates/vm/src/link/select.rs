//! Which instruction becomes which operation.

use probelang_capture::Stop;
use probelang_dialect::{CompareOp, TextOp};
use probelang_host::Value;

use super::batch;
use super::dataflow::Known;
use super::op::{Bounds, Deciding, Hop};
use super::operand::{
    CachedHop, CachedPlace, Fetch, FirstHop, FirstVar, FirstVarHop, It, ItHop, Miss, Path, Slot, SlotHop,
    Temp, Var, VarHop,
};
use super::predicate::{Ends, General, Holds, Null, Order, Predicate, SameText, Starts, There, same_text};
use super::word::Word;
use crate::link::{Linked, Op, Run};
use crate::program::ids::{CacheId, ConstId, Id, PlaceId, SlotId};
use crate::program::instr::{Arg, Const, Instr, Operand, Step, Target};
use crate::run::frame::Frame;
use crate::run::ops::text::PIECE;

/// Bytes that one step pays for: shorter work is not charged for on its own.
pub(super) const SHORT: usize = 64;

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

/// The operand of a handler, which leaves a miss to `$then`.
macro_rules! operand {
    ($frame:ident, $op:ident, $it:ident, $out:ident, $then:expr) => {
        match read::<F>($frame, $op, $it, &mut $out) {
            Ok(value) => value,
            Err(miss) => return $frame.miss($op, miss, $then),
        }
    };
}

/// Where a handler goes on with an operand that is not a common one: from its slot, if it has one.
macro_rules! slow_path {
    ($frame:ident, $op:ident, $value:ident, $then:expr) => {
        if F::CACHED {
            $frame.slow_path_cached($op, F::LAST, $then)
        } else {
            let value = *$value;
            $frame.slow_path($op, &value, F::LAST, $then)
        }
    };
}

/// A branch: one operand, reached by `F` and tested by `A`.
fn branch<'a, F: Fetch, A: Predicate>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    match A::subject(value) {
        Some(subject) => {
            F::settle(frame, op);
            if A::test(op, subject) { op.yes } else { op.no }
        }
        None => slow_path!(frame, op, value, Frame::general),
    }
}

/// `contains` of a constant in a string: with the finder that was prepared.
fn holding<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let linked = frame.linked;
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
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
    slow_path!(frame, op, value, Frame::general)
}

/// `matches` with a pattern that was compiled before.
fn matching<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    if let Value::Str(text) = *value {
        F::settle(frame, op);
        return match frame.matches_text(text, op.payload(), op.site) {
            Ok(true) => op.yes,
            Ok(false) => op.no,
            Err(Stop) => Target::FAULT,
        };
    }
    slow_path!(frame, op, value, Frame::general)
}

/// `any`, `all`: a collection of the host is walked in batches where the predicate is a simple one.
fn quantify<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let linked = frame.linked;
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    let Deciding { quantifier, id } = op.payload();
    if let Value::List(handle) = *value
        && let Some(element) = linked.element(id)
    {
        F::settle(frame, op);
        return match batch::decide(frame, element, handle, quantifier, op.site) {
            Ok(true) => op.yes,
            Ok(false) => op.no,
            Err(Stop) => Target::FAULT,
        };
    }
    slow_path!(frame, op, value, Frame::general)
}

/// Computes a value from one operand by the general rule of its instruction.
fn compute<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    slow_path!(frame, op, value, Frame::general)
}

/// `substring` with short constant bounds: of text that is ASCII so far, in which every unit is a byte.
fn cut<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    let Bounds { from, until, to } = op.payload();
    let (from, until) = (usize::from(from), usize::from(until));
    let cut = match *value {
        Value::Str(text) if text.as_bytes().get(..until).is_some_and(<[u8]>::is_ascii) => {
            text.get(from..until)
        }
        _ => None,
    };
    if let Some(cut) = cut {
        F::settle(frame, op);
        frame.set(to, Value::Str(cut));
        return op.yes;
    }
    slow_path!(frame, op, value, Frame::general)
}

/// [`cut`] from the start, compared at once with a constant as long as what is cut.
fn cut_same<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = match read::<F>(frame, op, it, &mut out) {
        Ok(value) => value,
        Err(miss) => return compared(op, frame.miss(op, miss, Frame::general)),
    };
    if let Value::Str(text) = *value
        && let Some(head) = text.as_bytes().get(..op.text.len())
    {
        // what equals the constant is ASCII like it
        if op.text.is_bytes(head) {
            F::settle(frame, op);
            return op.yes;
        }
        if head.is_ascii() {
            F::settle(frame, op);
            return op.no;
        }
    }
    compared(op, slow_path!(frame, op, value, Frame::general))
}

/// Where [`cut_same`] goes on when it computed the text alone: the comparison stands behind.
const fn compared(op: &Op, to: u32) -> u32 {
    if to == Target::FAULT { to } else { op.next() }
}

/// How often an instruction reads a temporary.
fn uses(instr: &Instr, temp: SlotId) -> usize {
    let mut uses = 0;
    instr.each(|arg| uses = usize::from(arg == Arg::Reads(Operand::Temp(temp))).saturating_add(uses));
    uses
}

/// Ends a body with a value.
fn end<'a, F: Fetch>(frame: &mut Frame<'a, '_, '_>, op: &'a Op, it: &Value<'a>) -> u32 {
    let mut out = Value::Absent;
    let value = operand!(frame, op, it, out, Frame::general);
    // by its parts: to copy a value whole that was written in parts just before stalls the processor
    let value = match *value {
        Value::Str(text) => Value::Str(text),
        Value::Int(n) => Value::Int(n),
        _ => return slow_path!(frame, op, value, Frame::general),
    };
    F::settle(frame, op);
    frame.end_with(value);
    Target::YES.0
}

/// Goes on elsewhere.
fn goto<'a>(_: &mut Frame<'a, '_, '_>, op: &'a Op, _: &Value<'a>) -> u32 {
    op.yes
}

/// How an operand is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Access {
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

/// Makes `op`, the general operation of the instruction `at`, a specialised one where there is one.
pub(crate) fn select(linked: &mut Linked, code: &[Instr], at: usize, known: Known, op: &mut Op) {
    let Some(instr) = code.get(at) else { return };
    if let Instr::Goto { .. } = instr {
        op.run = goto;
        return;
    }
    // types that are redacted are looked at after each read, and placeholders know what they hide: the general
    // operations do so
    if !linked.is_plain {
        return;
    }
    match *instr {
        Instr::Test { of, .. } => {
            let Some(way) = reach(linked, of, known, op) else { return };
            op.run = by_access!(way, branch, Holds);
        }
        Instr::Defined { of, .. } => {
            let Some(way) = reach(linked, of, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = by_access!(way, branch, There);
        }
        Instr::Empty { of, .. } | Instr::InstanceOf { of, .. } => {
            let Some(way) = reach(linked, of, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = by_access!(way, branch, General);
        }
        Instr::Matches { subject, pattern, .. } => {
            let Some(way) = reach(linked, subject, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.set_payload(pattern);
            op.run = by_access!(way, matching);
        }
        Instr::Compare { op: compare, left, right, .. } => {
            let (of, constant, compare) = match (left, right) {
                (_, Operand::Const(id)) => (left, id, compare),
                (Operand::Const(id), _) => (right, id, flipped(compare)),
                _ => return,
            };
            let Some(way) = reach(linked, of, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = comparison(linked, way, compare, constant, op);
        }
        Instr::Text { op: text, subject, argument: Operand::Const(id), .. } => {
            let Some(way) = reach(linked, subject, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = by_access!(way, branch, General);
            let Const::Str(argument) = linked.program.constant(id) else { return };
            let short = argument.len() <= SHORT;
            match text {
                TextOp::StartsWith if short => {
                    op.text = Word::new(argument);
                    op.run = by_access!(way, branch, Starts);
                }
                TextOp::EndsWith if short => {
                    op.text = Word::new(argument);
                    op.run = by_access!(way, branch, Ends);
                }
                TextOp::Contains if short && !argument.is_empty() => {
                    let finder = memchr::memmem::Finder::new(argument.as_bytes()).into_owned();
                    op.set_payload(linked.finders.push(finder));
                    op.run = by_access!(way, holding);
                }
                _ => {}
            }
        }
        Instr::Loop { op: quantifier, over, id, .. } => {
            let Some(way) = reach(linked, over, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.set_payload(Deciding { quantifier, id });
            op.run = by_access!(way, quantify);
        }
        Instr::Len { of, .. } | Instr::Filter { over: of, .. } => {
            let Some(way) = reach(linked, of, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = by_access!(way, compute);
        }
        Instr::Substring { text, from: Operand::Const(from), until: Some(Operand::Const(until)), to } => {
            let Some(way) = reach(linked, text, known, op) else { return };
            op.cost = op.cost.saturating_add(1);
            op.run = by_access!(way, compute);
            if let (Const::Int(from), Const::Int(until)) =
                (linked.program.constant(from), linked.program.constant(until))
                && let (Ok(from), Ok(until)) = (u8::try_from(*from), u8::try_from(*until))
                && from <= until
                && usize::from(until) <= SHORT
            {
                op.set_payload(Bounds { from, until, to });
                op.run = by_access!(way, cut);
                // compared at once and never again: one operation
                if let Some(&Instr::Compare { op: compare, left, right: Operand::Const(id), on }) =
                    code.get(at.saturating_add(1))
                    && left == Operand::Temp(to)
                    && let Const::Str(text) = linked.program.constant(id)
                    && text.is_ascii()
                    && (from, usize::from(until)) == (0, text.len())
                    && code.iter().map(|instr| uses(instr, to)).sum::<usize>() == 1
                {
                    let (yes, no) = match compare {
                        CompareOp::Eq => (on.yes.0, on.no.0),
                        CompareOp::Ne => (on.no.0, on.yes.0),
                        _ => return,
                    };
                    op.cost = op.cost.saturating_add(1);
                    (op.yes, op.no, op.text) = (yes, no, Word::new(text));
                    op.run = by_access!(way, cut_same);
                }
            }
        }
        Instr::Return { of } if !matches!(of, Operand::Temp(_)) => {
            let Some(way) = reach(linked, of, known, op) else { return };
            op.run = by_access!(way, end);
        }
        _ => {}
    }
}

fn comparison(linked: &Linked, way: Access, compare: CompareOp, constant: ConstId, op: &mut Op) -> Run {
    match (linked.program.constant(constant), compare) {
        (Const::Int(n), _) if !linked.program.tables.modes.doubles => {
            op.set_payload(*n);
            match compare {
                CompareOp::Lt => by_access!(way, branch, Order<0b001>),
                CompareOp::Eq => by_access!(way, branch, Order<0b010>),
                CompareOp::Le => by_access!(way, branch, Order<0b011>),
                CompareOp::Gt => by_access!(way, branch, Order<0b100>),
                CompareOp::Ne => by_access!(way, branch, Order<0b101>),
                CompareOp::Ge => by_access!(way, branch, Order<0b110>),
            }
        }
        (Const::Null, CompareOp::Eq) => by_access!(way, branch, Null<true>),
        (Const::Null, CompareOp::Ne) => by_access!(way, branch, Null<false>),
        (Const::Str(text), CompareOp::Eq) if text.len() <= SHORT => {
            op.text = Word::new(text);
            same_text!(text, true, by_access!(way, branch))
        }
        (Const::Str(text), CompareOp::Ne) if text.len() <= SHORT => {
            op.text = Word::new(text);
            same_text!(text, false, by_access!(way, branch))
        }
        _ => by_access!(way, branch, General),
    }
}

/// The same question from the other side.
const fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    }
}

/// Describes in `op` how an operand is reached; `None` where only the general rule reaches it.
fn reach(linked: &mut Linked, operand: Operand, known: Known, op: &mut Op) -> Option<Access> {
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
            let behind = u32::try_from(start.hops.len()).unwrap_or(u32::MAX);
            op.cost = u32::from(place.depth).saturating_add(1).saturating_add(behind);
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

/// How a place is reached: from a cached place, `@it` or a variable, and by reads behind it.
pub(crate) struct Start {
    pub(crate) cached: Option<CacheId>,
    pub(crate) it: bool,
    pub(crate) symbol: probelang_host::Symbol,
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

/// The last step of a place alone: a root, or one hop.
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
