//! Operand access: ways to reach an operand, as types.

use probelang_capture::Stop;
use probelang_host::Value;

use crate::link::Op;
use crate::program::ids::{CacheId, Id};
use crate::run::frame::Frame;

/// The last read of a fetch. Its outcome is judged only where the value is not a common one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LastRead {
    /// None: its outcome was judged.
    Judged,
    /// The variable of the operation.
    Variable,
    /// The hop of the operation: of a key from a map, or of a member from an object.
    Hop,
    /// The hop of the operation, from its cached place.
    CachedHop,
    /// The last of several hops, of a member from an object.
    PathHop,
    /// The element.
    Element,
    /// The variable of the operation, read into its slot, which is not marked yet.
    FirstVar,
    /// The hop of the operation, likewise.
    FirstHop,
}

/// Why a fetch gives nothing to test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Miss {
    /// The run ended.
    Stop,
    /// The value undefined, which was judged and is the value.
    Undefined,
    /// The value of a cached place is not one to read from in the common way.
    Receiver,
}

impl From<Stop> for Miss {
    fn from(Stop: Stop) -> Self {
        Self::Stop
    }
}

/// Reaches the operand of an operation: into `out`, or from its cache.
pub(super) trait Fetch {
    const LAST: LastRead;
    /// The operand is in the slot of its cached place.
    const CACHED: bool = false;
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss>;
    /// Marks the slot that was read into, once its value is known to be a common one.
    #[inline(always)]
    fn settle(frame: &mut Frame<'_, '_, '_>, op: &Op) {
        if matches!(Self::LAST, LastRead::FirstVar | LastRead::FirstHop) {
            frame.read |= op.bit;
        }
    }
}

/// A variable.
pub(super) struct Var;
/// A variable and one read further, of a key or of a member.
pub(super) struct VarHop<const KEY: bool>;
/// A place that is cached.
pub(super) struct CachedPlace;
/// A cached place and one read further, of a key or of a member.
pub(super) struct CachedHop<const KEY: bool>;
/// A variable that is cached, at its first read.
pub(super) struct FirstVar;
/// A variable that is cached, at its first read, and one read further.
pub(super) struct FirstVarHop;
/// A place that is cached, one read from another that was read before, at its first read.
pub(super) struct FirstHop;
/// A cached place that was read before.
pub(super) struct Slot;
/// A cached place that was read before, and one read further.
pub(super) struct SlotHop;
/// `@it`.
pub(super) struct It;
/// `@it` and one read further, of a key or of a member.
pub(super) struct ItHop<const KEY: bool>;
/// A value that was computed before.
pub(super) struct Temp;
/// A variable or a cached place, and reads further.
pub(super) struct Path;

impl Fetch for Var {
    const LAST: LastRead = LastRead::Variable;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        frame.host.var(op.symbol, out);
        Ok(out)
    }
}

impl<const KEY: bool> Fetch for VarHop<KEY> {
    const LAST: LastRead = LastRead::Hop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        let host = frame.host;
        host.var(op.symbol, out);
        match *out {
            Value::Object(handle) if !KEY => host.field(handle, op.hop.symbol, out),
            Value::Map(handle) if KEY => frame.entry(op, &op.hop, handle, out)?,
            _ => frame.variable_and_hop(op, out)?,
        }
        Ok(out)
    }
}

impl Fetch for CachedPlace {
    const LAST: LastRead = LastRead::Judged;
    const CACHED: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        frame.ensure_cached(op, op.cached, it)?;
        Ok(frame.slots.get(op.cached.index()).unwrap_or(out))
    }
}

impl<const KEY: bool> Fetch for CachedHop<KEY> {
    const LAST: LastRead = LastRead::CachedHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        frame.ensure_cached(op, op.cached, it)?;
        frame.hop_from_slot::<KEY>(op, op.cached, out)?;
        Ok(out)
    }
}

impl Fetch for FirstVar {
    const LAST: LastRead = LastRead::FirstVar;
    const CACHED: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        let slot = frame.slots.get_mut(op.cached.index()).ok_or(Miss::Stop)?;
        frame.host.var(op.symbol, slot);
        Ok(slot)
    }
}

impl Fetch for FirstVarHop {
    const LAST: LastRead = LastRead::CachedHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        frame.host.var(op.symbol, out);
        if let Value::Object(handle) = *out {
            frame.set(op.cached.slot(), Value::Object(handle));
            frame.read |= op.bit;
            frame.host.field(handle, op.hop.symbol, out);
            return Ok(out);
        }
        match *out {
            Value::Map(handle) if !frame.linked.map_member_fault => {
                frame.set(op.cached.slot(), Value::Map(handle));
                frame.read |= op.bit;
                frame.entry(op, &op.hop, handle, out)?;
            }
            _ => frame.cache_and_hop(op, out)?,
        }
        Ok(out)
    }
}

impl Fetch for FirstHop {
    const LAST: LastRead = LastRead::FirstHop;
    const CACHED: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        match frame.slots.get(op.from.index()) {
            Some(&Value::Object(handle)) => {
                let slot = frame.slots.get_mut(op.cached.index()).ok_or(Miss::Stop)?;
                frame.host.field(handle, op.hop.symbol, slot);
                Ok(slot)
            }
            Some(&Value::Map(handle)) if !frame.linked.map_member_fault => {
                let mut out = Value::Absent;
                frame.entry(op, &op.hop, handle, &mut out)?;
                let slot = frame.slots.get_mut(op.cached.index()).ok_or(Miss::Stop)?;
                *slot = out;
                Ok(slot)
            }
            _ => Err(Miss::Receiver),
        }
    }
}

impl Fetch for Slot {
    const LAST: LastRead = LastRead::Judged;
    const CACHED: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        Ok(frame.slots.get(op.cached.index()).unwrap_or(out))
    }
}

impl Fetch for SlotHop {
    const LAST: LastRead = LastRead::CachedHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        frame.hop_from_slot::<false>(op, op.cached, out)?;
        Ok(out)
    }
}

impl Fetch for It {
    const LAST: LastRead = LastRead::Element;
    #[inline(always)]
    fn fetch<'x, 'a>(
        _: &'x mut Frame<'a, '_, '_>,
        _: &Op,
        it: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        Ok(it)
    }
}

impl<const KEY: bool> Fetch for ItHop<KEY> {
    const LAST: LastRead = LastRead::Hop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        let host = frame.host;
        match *it {
            Value::Object(handle) if !KEY => host.field(handle, op.hop.symbol, out),
            Value::Map(handle) if KEY => frame.entry(op, &op.hop, handle, out)?,
            _ => frame.element_and_hop(op, it, out)?,
        }
        Ok(out)
    }
}

impl Fetch for Temp {
    const LAST: LastRead = LastRead::Judged;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        Ok(frame.slots.get(op.temp().index()).unwrap_or(out))
    }
}

impl Fetch for Path {
    const LAST: LastRead = LastRead::PathHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Miss> {
        let host = frame.host;
        if op.cached == CacheId::NOWHERE {
            host.var(op.symbol, out);
        } else {
            frame.ensure_cached(op, op.cached, it)?;
            *out = frame.slot(op.cached.slot());
        }
        let mut rest = frame.linked.hops(op.hops);
        if !op.hop.key {
            // only members: whatever is not an object ends the walk
            while let Value::Object(handle) = *out
                && let Some((hop, after)) = rest.split_first()
            {
                host.field(handle, hop.symbol, out);
                rest = after;
            }
        }
        if !rest.is_empty() {
            frame.path_on(op, rest, out)?;
        }
        Ok(out)
    }
}
