//! Ways to reach an operand.

use probelang_capture::Stop;
use probelang_host::Value;

use crate::frame::Frame;
use crate::link::Op;

/// What the last read of a fetch was, of which the outcome is looked at only where the value is not a usual one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Last {
    /// None: its outcome was judged.
    Judged,
    /// The variable of the operation.
    Variable,
    /// The hop of the operation: of a key from a map, or of a member from an object.
    Hop,
    /// The hop of the operation, from its kept place.
    KeptHop,
    /// The last of several hops, of a member from an object.
    PathHop,
    /// The element.
    Element,
    /// The variable of the operation, read into its slot, which is not marked yet.
    FirstVar,
    /// The hop of the operation, likewise.
    FirstHop,
}

/// Why a fetch gives nothing to ask about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Odd {
    /// The run ended.
    Stop,
    /// The value undefined, which was judged and stands.
    Undefined,
    /// Nothing is read in the usual way from what a kept place holds.
    Receiver,
}

impl From<Stop> for Odd {
    fn from(Stop: Stop) -> Self {
        Self::Stop
    }
}

/// Reaches the operand of an operation: into `out`, or where it is kept already.
pub(super) trait Fetch {
    const LAST: Last;
    /// The operand stands in the slot of its kept place.
    const KEPT: bool = false;
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd>;
    /// Marks the slot that was read into, once its value is known to be a usual one.
    #[inline(always)]
    fn settle(frame: &mut Frame<'_, '_, '_>, op: &Op) {
        if matches!(Self::LAST, Last::FirstVar | Last::FirstHop) {
            frame.read |= op.bit;
        }
    }
}

/// A variable.
pub(super) struct Var;
/// A variable and one read further, of a key or of a member.
pub(super) struct VarHop<const KEY: bool>;
/// A place that is kept.
pub(super) struct KeptPlace;
/// A kept place and one read further, of a key or of a member.
pub(super) struct KeptHop<const KEY: bool>;
/// A variable that is kept, at its first read.
pub(super) struct FirstVar;
/// A variable that is kept, at its first read, and one read further.
pub(super) struct FirstVarHop;
/// A place that is kept, one read from another that was read before, at its first read.
pub(super) struct FirstHop;
/// A kept place that was read before.
pub(super) struct Slot;
/// A kept place that was read before, and one read further.
pub(super) struct SlotHop;
/// `@it`.
pub(super) struct It;
/// `@it` and one read further, of a key or of a member.
pub(super) struct ItHop<const KEY: bool>;
/// A value that was computed before.
pub(super) struct Temp;
/// A variable or a kept place, and reads further.
pub(super) struct Path;

impl Fetch for Var {
    const LAST: Last = Last::Variable;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        frame.host.var(op.symbol, out);
        Ok(out)
    }
}

impl<const KEY: bool> Fetch for VarHop<KEY> {
    const LAST: Last = Last::Hop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        let host = frame.host;
        host.var(op.symbol, out);
        match *out {
            Value::Object(handle) if !KEY => host.field(handle, op.hop.symbol, out),
            Value::Map(handle) if KEY => host.field(handle, op.hop.symbol, out),
            _ => frame.variable_and_hop(op, out)?,
        }
        Ok(out)
    }
}

impl Fetch for KeptPlace {
    const LAST: Last = Last::Judged;
    const KEPT: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        frame.keep_read(op, op.kept, it)?;
        Ok(frame.slots.get(op.kept as usize).unwrap_or(out))
    }
}

impl<const KEY: bool> Fetch for KeptHop<KEY> {
    const LAST: Last = Last::KeptHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        frame.keep_read(op, op.kept, it)?;
        frame.hop_from_slot::<KEY>(op, op.kept, out)?;
        Ok(out)
    }
}

impl Fetch for FirstVar {
    const LAST: Last = Last::FirstVar;
    const KEPT: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        let slot = frame.slots.get_mut(op.kept as usize).ok_or(Odd::Stop)?;
        frame.host.var(op.symbol, slot);
        Ok(slot)
    }
}

impl Fetch for FirstVarHop {
    const LAST: Last = Last::KeptHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        frame.host.var(op.symbol, out);
        if let Value::Object(handle) = *out {
            frame.set(u16::from(op.kept), Value::Object(handle));
            frame.read |= op.bit;
            frame.host.field(handle, op.hop.symbol, out);
            return Ok(out);
        }
        match *out {
            Value::Map(handle) if !frame.linked.map_member_fault => {
                frame.set(u16::from(op.kept), Value::Map(handle));
                frame.read |= op.bit;
                frame.host.field(handle, op.hop.symbol, out);
            }
            _ => frame.keep_and_hop(op, out)?,
        }
        Ok(out)
    }
}

impl Fetch for FirstHop {
    const LAST: Last = Last::FirstHop;
    const KEPT: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        let handle = match frame.slots.get(op.from as usize) {
            Some(&Value::Object(handle)) => handle,
            Some(&Value::Map(handle)) if !frame.linked.map_member_fault => handle,
            _ => return Err(Odd::Receiver),
        };
        let slot = frame.slots.get_mut(op.kept as usize).ok_or(Odd::Stop)?;
        frame.host.field(handle, op.hop.symbol, slot);
        Ok(slot)
    }
}

impl Fetch for Slot {
    const LAST: Last = Last::Judged;
    const KEPT: bool = true;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        Ok(frame.slots.get(op.kept as usize).unwrap_or(out))
    }
}

impl Fetch for SlotHop {
    const LAST: Last = Last::KeptHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        frame.hop_from_slot::<false>(op, op.kept, out)?;
        Ok(out)
    }
}

impl Fetch for It {
    const LAST: Last = Last::Element;
    #[inline(always)]
    fn fetch<'x, 'a>(
        _: &'x mut Frame<'a, '_, '_>,
        _: &Op,
        it: &'x Value<'a>,
        _: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        Ok(it)
    }
}

impl<const KEY: bool> Fetch for ItHop<KEY> {
    const LAST: Last = Last::Hop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        let host = frame.host;
        match *it {
            Value::Object(handle) if !KEY => host.field(handle, op.hop.symbol, out),
            Value::Map(handle) if KEY => host.field(handle, op.hop.symbol, out),
            _ => frame.element_and_hop(op, it, out)?,
        }
        Ok(out)
    }
}

impl Fetch for Temp {
    const LAST: Last = Last::Judged;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        Ok(frame.slots.get(op.place as usize).unwrap_or(out))
    }
}

impl Fetch for Path {
    const LAST: Last = Last::PathHop;
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Odd> {
        let host = frame.host;
        if op.kept == Op::NOT_KEPT {
            host.var(op.symbol, out);
        } else {
            frame.keep_read(op, op.kept, it)?;
            *out = frame.slot(u16::from(op.kept));
        }
        let mut rest = frame.linked.hops(op.hops);
        if !op.hop.key {
            // members alone: what is no object ends the walk, whatever it is
            while let Value::Object(handle) = *out
                && let Some((hop, behind)) = rest.split_first()
            {
                host.field(handle, hop.symbol, out);
                rest = behind;
            }
        }
        if !rest.is_empty() {
            frame.path_on(op, rest, out)?;
        }
        Ok(out)
    }
}
