//! Specialised operations: what the common instructions become when a program is linked.
//!
//! An instruction with one operand that is read from the host, and constants otherwise, gets a handler made for
//! the way that operand is reached (a `Fetch`) and for what is tested of it (a `Predicate`). A handler knows the
//! common values; for any other it goes on with the general rule of its operator, on the value that it
//! already read: nothing is read twice.

use probelang_capture::Stop;
use probelang_host::{Handle, Search, Symbol, Value};

use super::op::Hop;
use super::operand::{LastRead, Miss};
use crate::link::Op;
use crate::program::ids::{CacheId, Id, PlaceId};
use crate::program::instr::{Operand, Target};
use crate::program::tables::Step;
use crate::run::frame::Frame;
use crate::run::ops::Inputs;
use crate::run::read::judge::Receiver;

/// A place that is read once and then cached, by its slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cached {
    pub(crate) place: PlaceId,
    /// Where its path starts: a cached place, or the host.
    pub(crate) from: Option<CacheId>,
    pub(crate) symbol: Symbol,
    /// Its reads after the start, in the table of hops.
    pub(crate) hops: (u32, u32),
    /// Reached in the way that handlers know; otherwise by the general rule.
    pub(crate) plain: bool,
}

/// Sorts out a judged read that gave no value: a handler would take it for one that is to be judged.
fn standing(value: &Value<'_>) -> Result<(), Miss> {
    if value.is_found() { Ok(()) } else { Err(Miss::Undefined) }
}

impl<'a> Frame<'a, '_, '_> {
    /// One read further from the value in `out`.
    #[inline(always)]
    pub(super) fn hop(&mut self, op: &Op, hop: &Hop, out: &mut Value<'a>) -> Result<(), Stop> {
        match *out {
            Value::Object(handle) if !hop.key => {
                self.host.field(handle, hop.symbol, out);
                if out.is_found() { Ok(()) } else { self.hop_unfound(op, hop, Receiver::Object, out) }
            }
            Value::Map(handle) if hop.key || !self.linked.map_member_fault => {
                self.entry(op, hop, handle, out)?;
                if out.is_found() {
                    Ok(())
                } else {
                    self.hop_unfound(op, hop, Receiver::Map(Some(handle)), out)
                }
            }
            _ => self.hop_uncommon(op, hop, out),
        }
    }

    /// The entry of `map` under the constant key of `hop`. What was found is not judged yet.
    #[inline(always)]
    pub(super) fn entry(&mut self, op: &Op, hop: &Hop, map: Handle, out: &mut Value<'a>) -> Result<(), Stop> {
        match self.host.entry(map, hop.symbol, out) {
            Search::Done => Ok(()),
            Search::Walk => self.walk_to_entry(op, hop, map, out),
        }
    }

    /// [`entry`](Self::entry), where the host leaves the search to the engine.
    #[cold]
    #[inline(never)]
    fn walk_to_entry(&mut self, op: &Op, hop: &Hop, map: Handle, out: &mut Value<'a>) -> Result<(), Stop> {
        let linked = self.linked;
        let Some(place) = linked.places.get(hop.place) else { return Ok(()) };
        let key = match place.step {
            Step::Field(name) => Value::Str(linked.program.symbol(name)),
            Step::Index(key) => linked.program.constant(key).value(),
            _ => return Ok(()),
        };
        let here = op.first().saturating_add(u32::from(place.depth));
        let walked = self.ask_entries(&Value::Map(map), &key, false, here, out);
        self.refund_reads(walked, op, place.depth)
    }

    /// [`hop`](Self::hop) by the hop of the operation, where the value is not one that its handler knows.
    #[inline(never)]
    pub(super) fn hop_on(&mut self, op: &Op, out: &mut Value<'a>) -> Result<(), Miss> {
        self.hop(op, &op.hop, out)?;
        standing(out)
    }

    /// One read further from the cached place `at`. What was read from a common value is not judged yet.
    #[inline(always)]
    pub(super) fn hop_from_slot<const KEY: bool>(
        &mut self,
        op: &Op,
        at: CacheId,
        out: &mut Value<'a>,
    ) -> Result<(), Miss> {
        match self.slots.get(at.index()) {
            Some(&Value::Object(handle)) if !KEY => {
                self.host.field(handle, op.hop.symbol, out);
                Ok(())
            }
            Some(&Value::Map(handle)) if KEY || !self.linked.map_member_fault => {
                Ok(self.entry(op, &op.hop, handle, out)?)
            }
            _ => {
                *out = self.slot(at.slot());
                self.hop_on(op, out)
            }
        }
    }

    /// A variable of the host.
    #[inline(always)]
    pub(super) fn variable(
        &mut self,
        op: &Op,
        symbol: Symbol,
        place: PlaceId,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        self.host.var(symbol, out);
        if out.is_found() { Ok(()) } else { self.variable_unfound(op, place, out) }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn variable_unfound(
        &mut self,
        op: &Op,
        place: PlaceId,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        // the root of the path to `place`
        let linked = self.linked;
        let mut root = linked.places.get(place);
        while let Some(base) = root.and_then(|place| place.base) {
            root = linked.places.get(base);
        }
        let Some(root) = root else { return Ok(()) };
        let judged = self.judge_root(root.step, root.member, op.first(), out);
        self.refund_reads(judged, op, 0)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hop_unfound(
        &mut self,
        op: &Op,
        hop: &Hop,
        receiver: Receiver,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let Some(place) = self.linked.places.get(hop.place) else { return Ok(()) };
        let here = op.first().saturating_add(u32::from(place.depth));
        let judged = self.judge_member(place.step, hop.symbol, receiver, here, out);
        self.refund_reads(judged, op, place.depth)
    }

    /// An element that is not a value: the general rule, which charges its reads itself.
    #[cold]
    #[inline(never)]
    pub(super) fn element_unfound(
        &mut self,
        op: &Op,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let depth = self.linked.places.get(op.place()).map_or(0, |place| place.depth);
        self.budget.refund(u64::from(depth).saturating_add(1));
        self.place(op.place(), op.first(), it, out)
    }

    /// Gives back the reads after a read that ended the run: they were charged with the operation.
    pub(super) fn refund_reads(&mut self, judged: Result<(), Stop>, op: &Op, depth: u16) -> Result<(), Stop> {
        if judged.is_err() {
            let whole = self.linked.places.get(op.place()).map_or(0, |place| place.depth);
            self.budget.refund(u64::from(whole.saturating_sub(depth)));
        }
        judged
    }

    #[cold]
    #[inline(never)]
    pub(super) fn hop_uncommon(&mut self, op: &Op, hop: &Hop, out: &mut Value<'a>) -> Result<(), Stop> {
        let linked = self.linked;
        let Some(place) = linked.places.get(hop.place) else { return Ok(()) };
        let here = op.first().saturating_add(u32::from(place.depth));
        let receiver = *out;
        let judged = match place.step {
            Step::Field(name) => self.member(&receiver, name, place, here, out),
            Step::Index(key) => self.index_constant(&receiver, key, place, here, out),
            _ => Ok(()),
        };
        self.refund_reads(judged, op, place.depth)
    }

    /// Reads the cached place `at`, if it was not read yet.
    #[inline(always)]
    pub(super) fn ensure_cached(&mut self, op: &Op, at: CacheId, it: &Value<'a>) -> Result<(), Stop> {
        if self.read & at.bit() != 0 { Ok(()) } else { self.read_cached(op, at, it) }
    }

    #[inline(never)]
    pub(super) fn read_cached(&mut self, op: &Op, at: CacheId, it: &Value<'a>) -> Result<(), Stop> {
        let linked = self.linked;
        let Some(cached) = linked.cached.get(at) else { return Ok(()) };
        let mut out = Value::Absent;
        if !cached.plain {
            return self.place(cached.place, op.first(), it, &mut out);
        }
        match cached.from {
            None => self.variable(op, cached.symbol, cached.place, &mut out)?,
            Some(from) => {
                self.ensure_cached(op, from, it)?;
                out = self.slot(from.slot());
            }
        }
        for hop in linked.hops(cached.hops) {
            self.hop(op, hop, &mut out)?;
        }
        self.cache_value(at, out);
        Ok(())
    }

    /// Stores the value of the cached place `at`.
    #[inline(always)]
    pub(super) fn cache_value(&mut self, at: CacheId, value: Value<'a>) {
        self.set(at.slot(), value);
        self.read |= at.bit();
    }

    /// Judges the variable in `out`, and reads on from it.
    #[inline(never)]
    pub(super) fn variable_and_hop(&mut self, op: &Op, out: &mut Value<'a>) -> Result<(), Miss> {
        if !out.is_found() {
            self.variable_unfound(op, op.place(), out)?;
        }
        self.hop(op, &op.hop, out)?;
        standing(out)
    }

    /// Judges what a path came to, and reads the `rest` of it.
    #[inline(never)]
    pub(super) fn path_on(&mut self, op: &Op, rest: &[Hop], out: &mut Value<'a>) -> Result<(), Miss> {
        if !out.is_found() {
            let hops = self.linked.hops(op.hops);
            let walked = hops.len().saturating_sub(rest.len());
            match walked.checked_sub(1).and_then(|last| hops.get(last)) {
                Some(hop) => self.hop_unfound(op, hop, Receiver::Object, out)?,
                None if op.cached == CacheId::NOWHERE => self.variable_unfound(op, op.place(), out)?,
                None => {}
            }
        }
        for hop in rest {
            self.hop(op, hop, out)?;
        }
        standing(out)
    }

    /// Reads on from an element, or judges it where it is not a value.
    #[inline(never)]
    pub(super) fn element_and_hop(
        &mut self,
        op: &Op,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Miss> {
        if !it.is_found() {
            self.element_unfound(op, it, out)?;
            return standing(out);
        }
        *out = *it;
        self.hop(op, &op.hop, out)?;
        standing(out)
    }

    /// Judges the variable in `out`, caches it, and reads on from it.
    #[inline(never)]
    pub(super) fn cache_and_hop(&mut self, op: &Op, out: &mut Value<'a>) -> Result<(), Miss> {
        if !out.is_found() {
            self.variable_unfound(op, op.place(), out)?;
        }
        self.cache_value(op.cached, *out);
        self.hop(op, &op.hop, out)?;
        standing(out)
    }

    /// Goes on with an operand that is not a common one: judges the last read of it, if that was not done, and
    /// goes on with the rule of the instruction.
    #[inline(never)]
    pub(super) fn slow_path(&mut self, op: &'a Op, value: &Value<'a>, last: LastRead) -> u32 {
        let mut value = *value;
        match self.judge(op, &mut value, last) {
            Ok(()) => self.general(op, &value),
            Err(Stop) => Target::FAULT,
        }
    }

    /// [`slow_path`](Self::slow_path), of an operand in the slot of its cached place.
    #[inline(never)]
    pub(super) fn slow_path_cached(&mut self, op: &'a Op, last: LastRead) -> u32 {
        let value = self.slot(op.cached.slot());
        self.slow_path(op, &value, last)
    }

    /// Goes on where a fetch gave nothing to test.
    #[cold]
    #[inline(never)]
    pub(super) fn miss(&mut self, op: &'a Op, miss: Miss) -> u32 {
        match miss {
            Miss::Stop => Target::FAULT,
            Miss::Undefined => self.general(op, &Value::Undefined),
            Miss::Receiver => {
                let mut out = self.slot(op.from.slot());
                match self.hop(op, &op.hop, &mut out) {
                    Ok(()) => {
                        self.cache_value(op.cached, out);
                        self.general(op, &out)
                    }
                    Err(Stop) => Target::FAULT,
                }
            }
        }
    }

    /// Judges the last read of an operand.
    pub(super) fn judge(&mut self, op: &Op, value: &mut Value<'a>, last: LastRead) -> Result<(), Stop> {
        if value.is_found() {
            if matches!(last, LastRead::FirstVar | LastRead::FirstHop) {
                self.read |= op.bit;
            }
            return Ok(());
        }
        match last {
            LastRead::Judged => Ok(()),
            LastRead::FirstVar => {
                self.variable_unfound(op, op.place(), value)?;
                self.cache_value(op.cached, *value);
                Ok(())
            }
            LastRead::FirstHop => {
                let receiver = Receiver::of(&self.slot(op.from.slot()));
                self.hop_unfound(op, &op.hop, receiver, value)?;
                self.cache_value(op.cached, *value);
                Ok(())
            }
            LastRead::Variable => self.variable_unfound(op, op.place(), value),
            // of a key from a map, or of a member from an object
            LastRead::Hop if op.hop.key => self.hop_unfound(op, &op.hop, Receiver::Map(None), value),
            LastRead::Hop => self.hop_unfound(op, &op.hop, Receiver::Object, value),
            LastRead::CachedHop => {
                let receiver = Receiver::of(&self.slot(op.cached.slot()));
                self.hop_unfound(op, &op.hop, receiver, value)
            }
            LastRead::PathHop => match self.linked.hops(op.hops).last() {
                Some(hop) => self.hop_unfound(op, hop, Receiver::Object, value),
                None => Ok(()),
            },
            LastRead::Element => {
                let it = *value;
                self.element_unfound(op, &it, value)
            }
        }
    }

    /// Goes on with the rule of the instruction of `op`, whose operand was read.
    #[inline(never)]
    pub(super) fn general(&mut self, op: &'a Op, value: &Value<'a>) -> u32 {
        self.execute(op, &Value::Absent, Given(value)).unwrap_or(Target::FAULT)
    }
}

/// The one operand of a specialised operation, which was read and paid for; its other operands are constants.
struct Given<'x, 'a>(&'x Value<'a>);

impl<'x, 'a: 'x> Inputs<'x, 'a> for Given<'x, 'a> {
    #[inline(always)]
    fn pay(&mut self, _: &mut Frame<'a, '_, '_>, _: u32) -> Result<(), Stop> {
        Ok(())
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
        match operand {
            Operand::Const(id) => {
                *out = frame.linked.program.constant(id).value();
                Ok(out)
            }
            Operand::Place(_) | Operand::Temp(_) => Ok(self.0),
        }
    }
}
