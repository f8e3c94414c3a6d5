//! Loops over collections of the host whose predicate is one comparison of the element, of its key, or of one read
//! of either, with a constant: in batches, without a run of the body for each element.

use std::sync::Arc;

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{CompareOp, Dialect, LoopSet, MapElement, Quantifier};
use probelang_host::{Batch, Cursor, Handle, Hidden, Host, More, Search, Symbol, Value};

use super::predicate::{
    AtLeast, AtMost, Comparison, Equal, Greater, Holds, Less, Null, Predicate, SameText, Unequal,
    by_comparison,
};
use super::word::Word;
use crate::link::{Linked, LinkedPlace, Op};
use crate::program::ids::{LoopId, PlaceId, SymbolId};
use crate::program::instr::{Branch, Instr, Operand, Target};
use crate::program::tables::Step;
use crate::run::frame::Frame;

/// Elements that are fetched at a time: at first, and where there are more.
const FIRST: usize = 16;
const BATCH: usize = 32;

/// Looks at a batch of elements from the start.
type Look = for<'a> fn(&Frame<'a, '_, '_>, &Op, Symbol, &[Value<'a>]) -> Seen;

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
    /// Over lists and sets.
    items: Option<Looks>,
    /// Over maps: what of an entry is looked at.
    entries: Option<(Half, Looks)>,
    /// The operation of the body.
    at: u32,
    /// Steps for an element: its fetch and the body.
    cost: u64,
    id: LoopId,
}

/// How the elements of a batch are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    /// By how the loop asks.
    by: [Look; 3],
    /// The read of the element, where there is one.
    symbol: Symbol,
}

/// A part of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Half {
    Key,
    Value,
}

/// How a loop asks: until the first yes, until the first no, or all.
const UNTIL_YES: u8 = 0;
const UNTIL_NO: u8 = 1;
const ALL: u8 = 2;

fn look<'a, A: Predicate, const READ: bool, const HOW: u8>(
    frame: &Frame<'a, '_, '_>,
    op: &Op,
    symbol: Symbol,
    items: &[Value<'a>],
) -> Seen {
    let host = frame.host;
    let maps = !frame.linked.map_member_fault;
    let mut out = Value::Absent;
    let mut yes = 0u64;
    let mut decided = false;
    let mut rest = items.iter();
    loop {
        let before = rest.clone();
        let Some(item) = rest.next() else { break };
        let value = if READ {
            match *item {
                Value::Object(handle) => host.field(handle, symbol, &mut out),
                Value::Map(handle) if maps && host.entry(handle, symbol, &mut out) == Search::Done => {}
                _ => {
                    rest = before;
                    break;
                }
            }
            &out
        } else {
            item
        };
        let Some(answer) = A::apply(op, value) else {
            rest = before;
            break;
        };
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
        passed: items.len().wrapping_sub(rest.as_slice().len()),
        yes: yes | u64::from(HOW == UNTIL_YES && decided),
        decided,
    }
}

impl Batched {
    /// The predicate at `body`, if it is a simple one.
    pub(crate) fn of(linked: &mut Linked, body: Target, id: LoopId) -> Option<Self> {
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
        let element = Subject::of(linked, place, id)?;
        macro_rules! by {
            ($predicate:ty) => {
                [
                    [
                        look::<$predicate, false, UNTIL_YES> as Look,
                        look::<$predicate, false, UNTIL_NO>,
                        look::<$predicate, false, ALL>,
                    ],
                    [
                        look::<$predicate, true, UNTIL_YES>,
                        look::<$predicate, true, UNTIL_NO>,
                        look::<$predicate, true, ALL>,
                    ],
                ]
            };
        }
        let [plain, reading] = match compare {
            None => by!(Holds),
            Some((op, constant)) => {
                let program = Arc::clone(&linked.program);
                let comparison = Comparison::of(&program, op, constant)?;
                // an operation that is not a specialised one has it not yet
                comparison.prepare(linked.ops.get_mut(body.0 as usize)?);
                by_comparison!(comparison, by!())
            }
        };
        let looks = |read: Option<Symbol>| match read {
            Some(symbol) => Looks { by: reading, symbol },
            None => Looks { by: plain, symbol: Symbol(u32::MAX) },
        };
        let of_element = (element.root == Step::It(id)).then(|| looks(element.symbol));
        let entries = element.half(linked).map(|(half, symbol)| (half, looks(symbol)));
        // a node and a read for each step of the path, and the comparison
        let steps = element.depth.saturating_mul(2).saturating_add(2);
        let cost = steps.saturating_add(u64::from(compare.is_some())).saturating_add(1);
        Some(Self { items: of_element, entries, at: body.0, cost, id })
    }

    /// How this walks `over`; `None` for what it does not walk.
    #[inline]
    pub(crate) fn walks(&self, dialect: &Dialect, over: &Value<'_>) -> Option<Walk<'_>> {
        match (*over, &self.items, &self.entries) {
            (Value::List(list), Some(looks), _) => Some(Walk::Items(looks, Shape::List, list)),
            (Value::Set(set), Some(looks), _) if dialect.loop_set != LoopSet::Fault => {
                Some(Walk::Items(looks, Shape::Set, set))
            }
            (Value::Map(map), _, Some((half, looks))) => Some(Walk::Entries(*half, looks, map)),
            _ => None,
        }
    }

    /// Answers `any` or `all`.
    pub(super) fn decide<'a>(
        &'a self,
        frame: &mut Frame<'a, '_, '_>,
        over: Walk<'a>,
        quantifier: Quantifier,
        site: u32,
    ) -> Result<bool, Stop> {
        let (any, how) = match quantifier {
            Quantifier::Any => (true, UNTIL_YES),
            Quantifier::All => (false, UNTIL_NO),
        };
        match walk(frame, self, over, site, how)? {
            Walked { decided: true, .. } => Ok(any),
            Walked { cut: Some(reason), .. } => Err(frame.fail_because(fault::CUT_COLLECTION, site, reason)),
            Walked { cut: None, .. } => Ok(!any),
        }
    }

    /// Counts the elements for which the predicate holds, with the reason where the collection was cut.
    pub(crate) fn count<'a>(
        &'a self,
        frame: &mut Frame<'a, '_, '_>,
        over: Walk<'a>,
        site: u32,
    ) -> Result<(u64, Option<&'a str>), Stop> {
        let walked = walk(frame, self, over, site, ALL)?;
        Ok((walked.yes, walked.cut))
    }
}

/// A collection of the host, and how its elements are looked at.
#[derive(Clone, Copy)]
pub(crate) enum Walk<'b> {
    Items(&'b Looks, Shape, Handle),
    Entries(Half, &'b Looks, Handle),
}

/// What a predicate looks at: a name of its own loop, and perhaps one read from there.
struct Subject {
    root: Step,
    /// The name of the read, and its symbol.
    read: Option<SymbolId>,
    symbol: Option<Symbol>,
    /// Reads after the root.
    depth: u64,
}

impl Subject {
    fn of(linked: &Linked, place: PlaceId, id: LoopId) -> Option<Self> {
        let place = linked.places.get(place)?;
        let is_plain = |place: &LinkedPlace| place.cache.is_none() && !place.hidden && !place.constant;
        let own = |step: Step| matches!(step, Step::It(of) | Step::Key(of) | Step::Value(of) if of == id);
        match (place.base, place.step) {
            (None, root) if own(root) && place.cache.is_none() => {
                Some(Self { root, read: None, symbol: None, depth: 0 })
            }
            (Some(base), Step::Field(name)) if is_plain(place) => {
                let base = linked.places.get(base)?;
                (base.base.is_none() && own(base.step) && base.cache.is_none()).then_some(Self {
                    root: base.step,
                    read: Some(name),
                    symbol: Some(place.symbol),
                    depth: 1,
                })
            }
            _ => None,
        }
    }

    /// What of an entry it looks at, and what it reads from there.
    fn half(&self, linked: &Linked) -> Option<(Half, Option<Symbol>)> {
        let dialect = &linked.program.tables.dialect;
        match (self.root, dialect.map_element) {
            (Step::Key(_), _) | (Step::It(_), MapElement::Key) => Some((Half::Key, self.symbol)),
            (Step::Value(_), _) | (Step::It(_), MapElement::Value) => Some((Half::Value, self.symbol)),
            (Step::It(_), MapElement::Entry) => {
                let name = linked.program.symbol(self.read?);
                let (key, value) = dialect.entry_members.names();
                if name == key {
                    Some((Half::Key, None))
                } else {
                    (name == value).then_some((Half::Value, None))
                }
            }
            _ => None,
        }
    }
}

/// What a walk came to.
struct Walked<'a> {
    yes: u64,
    decided: bool,
    cut: Option<&'a str>,
}

impl<'a> Walked<'a> {
    const START: Self = Self { yes: 0, decided: false, cut: None };

    /// Counts an answer that was found by the body.
    fn answered(&mut self, answer: bool, how: u8) {
        self.yes = self.yes.saturating_add(u64::from(answer));
        self.decided = (how == UNTIL_YES && answer) || (how == UNTIL_NO && !answer);
    }

    /// Whether a batch was the last one.
    fn ended(&mut self, batch: &Batch<'a>) -> bool {
        match batch.more {
            More::Yes => batch.count == 0,
            More::Cut(reason) => {
                self.cut = Some(reason);
                true
            }
            More::Done => true,
        }
    }
}

/// A predicate on its way over a collection.
struct Walking<'a> {
    element: &'a Batched,
    /// The operation of the body.
    op: &'a Op,
    look: Look,
    symbol: Symbol,
    site: u32,
    how: u8,
}

/// Looks at the elements of a collection in batches, until one decides.
fn walk<'a>(
    frame: &mut Frame<'a, '_, '_>,
    element: &'a Batched,
    over: Walk<'a>,
    site: u32,
    how: u8,
) -> Result<Walked<'a>, Stop> {
    // each has its own, so that the one for lists is taken apart
    let walking = |looks: &Looks| {
        let op = frame.linked.ops.get(element.at as usize)?;
        let look = *looks.by.get(usize::from(how))?;
        Some(Walking { element, op, look, symbol: looks.symbol, site, how })
    };
    match over {
        Walk::Items(looks, shape, collection) => {
            let Some(walking) = walking(looks) else { return Ok(Walked::START) };
            let mut cursor = frame.host.open(collection);
            let walked = walking.items(frame, shape, &mut cursor);
            frame.host.close(&mut cursor);
            walked
        }
        Walk::Entries(half, looks, collection) => {
            let Some(walking) = walking(looks) else { return Ok(Walked::START) };
            walking.entries(frame, half, collection)
        }
    }
}

impl<'a> Walking<'a> {
    /// What looking at that many elements costs.
    fn cost(&self, elements: usize) -> u64 {
        (elements as u64).saturating_mul(self.element.cost)
    }

    /// Looks at the elements of a list or a set.
    #[inline(always)]
    fn items(
        &self,
        frame: &mut Frame<'a, '_, '_>,
        shape: Shape,
        cursor: &mut Cursor,
    ) -> Result<Walked<'a>, Stop> {
        let mut walked = Walked::START;
        let mut items = [Value::Absent; BATCH];
        let mut size = FIRST;
        loop {
            let items = items.get_mut(..size).unwrap_or_default();
            size = BATCH;
            let batch = frame.host.items(cursor, items);
            let items = items.get(..batch.count).unwrap_or(items);
            // at once, where the budget has what all of it costs
            let mut passed = 0;
            let looked = frame.budget.left() >= self.cost(items.len());
            if looked {
                let seen = (self.look)(frame, self.op, self.symbol, items);
                frame.charge(self.cost(seen.passed), self.site)?;
                walked.yes = walked.yes.wrapping_add(seen.yes);
                walked.decided = seen.decided;
                passed = seen.passed;
            }
            if passed < items.len() && !walked.decided {
                let rest = items.get(passed..).unwrap_or_default();
                Self { ..*self }.part(frame, shape, rest, looked, &mut walked)?;
            }
            if walked.decided || walked.ended(&batch) {
                return Ok(walked);
            }
        }
    }

    /// Looks at the rest of a batch. Its first element takes the general rule if it was `looked` at. Near its end
    /// the budget is charged element by element, so that it is never charged for more than the program as written.
    #[cold]
    fn part(
        &self,
        frame: &mut Frame<'a, '_, '_>,
        shape: Shape,
        mut rest: &[Value<'a>],
        mut looked: bool,
        walked: &mut Walked<'a>,
    ) -> Result<(), Stop> {
        while !walked.decided
            && let Some((item, after)) = rest.split_first()
        {
            if looked {
                frame.charge(1, self.site)?;
                walked.answered(frame.holds(self.element.id, shape, &Value::Absent, item)?, self.how);
                (rest, looked) = (after, false);
                continue;
            }
            let whole = self.cost(rest.len());
            let (chunk, charged) = if frame.budget.left() >= whole {
                (rest, whole)
            } else {
                (rest.get(..1).unwrap_or_default(), self.element.cost)
            };
            frame.charge(charged, self.site)?;
            let seen = (self.look)(frame, self.op, self.symbol, chunk);
            frame.budget.refund(charged.saturating_sub(self.cost(seen.passed)));
            walked.yes = walked.yes.wrapping_add(seen.yes);
            walked.decided = seen.decided;
            looked = seen.passed < chunk.len();
            rest = rest.get(seen.passed..).unwrap_or_default();
        }
        Ok(())
    }

    /// Looks at the entries of a map. Values under the keys of secrets take the general rule. Out of line, so that
    /// loops over lists begin with less.
    #[inline(never)]
    fn entries(&self, frame: &mut Frame<'a, '_, '_>, half: Half, map: Handle) -> Result<Walked<'a>, Stop> {
        let mut cursor = frame.host.open(map);
        let walked = self.opened(frame, half, &mut cursor);
        frame.host.close(&mut cursor);
        walked
    }

    /// The same of a map that was opened.
    fn opened(
        &self,
        frame: &mut Frame<'a, '_, '_>,
        half: Half,
        cursor: &mut Cursor,
    ) -> Result<Walked<'a>, Stop> {
        let Self { op, look, symbol, site, how, .. } = *self;
        let mut walked = Walked::START;
        let (mut keys, mut values) = ([Value::Absent; BATCH], [Value::Absent; BATCH]);
        let mut size = FIRST;
        loop {
            let host: &'a dyn Host = frame.host;
            let (Some(keys), Some(values)) = (keys.get_mut(..size), values.get_mut(..size)) else { break };
            size = BATCH;
            let batch = host.entries(cursor, keys, values);
            let count = batch.count.min(keys.len());
            let mut at = 0usize;
            while at < count {
                let (Some(rest), Some(under)) = (keys.get(at..count), values.get(at..count)) else { break };
                let clear = match half {
                    Half::Key => rest.len(),
                    Half::Value => shown(frame, rest),
                };
                // near its end the budget is charged for what it has left, never for more than the program as
                // written
                let mut many = clear;
                if frame.budget.left() < self.cost(many) {
                    let paid = frame.budget.left().checked_div(self.element.cost).unwrap_or(0);
                    many = many.min(usize::try_from(paid).unwrap_or(usize::MAX));
                }
                if many > 0 {
                    frame.charge(self.cost(many), site)?;
                    let chunk = if half == Half::Key { rest } else { under };
                    let seen = look(frame, op, symbol, chunk.get(..many).unwrap_or_default());
                    walked.yes = walked.yes.saturating_add(seen.yes);
                    walked.decided = seen.decided;
                    at = at.saturating_add(seen.passed);
                    if seen.passed < many {
                        frame.budget.refund(self.cost(many.saturating_sub(seen.passed)));
                    }
                    if seen.decided {
                        return Ok(walked);
                    }
                    if seen.passed == many {
                        continue;
                    }
                }
                let (Some(key), Some(value)) = (keys.get(at), values.get(at)) else { break };
                frame.charge(1, site)?;
                let hidden = Value::Redacted(Hidden::Name);
                let value = if frame.is_redacted_constant(key) { &hidden } else { value };
                walked.answered(frame.holds(self.element.id, Shape::Map, key, value)?, how);
                if walked.decided {
                    return Ok(walked);
                }
                at = at.saturating_add(1);
            }
            if walked.ended(&batch) {
                break;
            }
        }
        Ok(walked)
    }
}

/// How many entries from the start have keys that hide no value.
#[inline]
fn shown<'a>(frame: &Frame<'a, '_, '_>, keys: &[Value<'a>]) -> usize {
    // a key that is a number hides nothing: one look at all of them
    let is_number = |key: &Value<'_>| matches!(key, Value::Int(_) | Value::Uint(_));
    if keys.iter().fold(true, |all, key| all & is_number(key)) {
        return keys.len();
    }
    keys.iter().take_while(|key| !frame.redacted_key(key)).count()
}
