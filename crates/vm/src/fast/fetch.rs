//! Ways to reach an operand.

use probelang_capture::Stop;
use probelang_host::Value;

use super::{Receiver, bit};
use crate::frame::Frame;
use crate::link::Op;

/// Reaches the operand of an operation: into `out`, or where it is kept already.
pub(super) trait Fetch {
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop>;
}

/// A variable.
pub(super) struct Var;
/// A variable and one read further.
pub(super) struct VarHop;
/// A place that is kept.
pub(super) struct KeptPlace;
/// A kept place and one read further.
pub(super) struct KeptHop;
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
/// `@it` and one read further.
pub(super) struct ItHop;
/// A value that was computed before.
pub(super) struct Temp;
/// A variable or a kept place, and reads further.
pub(super) struct Path;

impl Fetch for Var {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.variable(op, op.symbol, op.place, out)?;
        Ok(out)
    }
}

impl Fetch for VarHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.variable(op, op.symbol, op.place, out)?;
        frame.hop(op, &op.hop, out)?;
        Ok(out)
    }
}

impl Fetch for KeptPlace {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.keep_read(op, op.kept, it)?;
        Ok(frame.slots.get(op.kept as usize).unwrap_or(out))
    }
}

impl Fetch for KeptHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.keep_read(op, op.kept, it)?;
        frame.hop_from(Receiver::Slot(op.kept), op, out)?;
        Ok(out)
    }
}

impl Fetch for FirstVar {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.keep_variable(op, op.kept)?;
        Ok(frame.slots.get(op.kept as usize).unwrap_or(out))
    }
}

impl Fetch for FirstVarHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        let host = frame.host;
        if let Some(slot) = frame.slots.get_mut(op.kept as usize) {
            host.var(op.symbol, slot);
            if let (Value::Object(handle), false) = (*slot, op.hop.key) {
                frame.read |= bit(op.kept);
                host.field(handle, op.hop.symbol, out);
                if out.is_found() {
                    return Ok(out);
                }
                frame.hop_unfound(op, &op.hop, false, out)?;
                return Ok(out);
            }
        }
        frame.variable_and_hop(op, out)?;
        Ok(out)
    }
}

impl Fetch for FirstHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.hop_from(Receiver::Slot(op.from), op, out)?;
        frame.keep_value(op.kept, *out);
        Ok(out)
    }
}

impl Fetch for Slot {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        Ok(frame.slots.get(op.kept as usize).unwrap_or(out))
    }
}

impl Fetch for SlotHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        frame.hop_from(Receiver::Slot(op.kept), op, out)?;
        Ok(out)
    }
}

impl Fetch for It {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        if it.is_found() {
            return Ok(it);
        }
        frame.element_unfound(op, it, out)?;
        Ok(out)
    }
}

impl Fetch for ItHop {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        if it.is_found() {
            frame.hop_from(Receiver::It(it), op, out)?;
        } else {
            frame.element_unfound(op, it, out)?;
        }
        Ok(out)
    }
}

impl Fetch for Temp {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        _: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        Ok(frame.slots.get(op.place as usize).unwrap_or(out))
    }
}

impl Fetch for Path {
    #[inline(always)]
    fn fetch<'x, 'a>(
        frame: &'x mut Frame<'a, '_, '_>,
        op: &Op,
        it: &'x Value<'a>,
        out: &'x mut Value<'a>,
    ) -> Result<&'x Value<'a>, Stop> {
        if op.kept == Op::NOT_KEPT {
            frame.variable(op, op.symbol, op.place, out)?;
        } else {
            frame.keep_read(op, op.kept, it)?;
            *out = frame.slot(u16::from(op.kept));
        }
        let hops = frame.linked.hops(op.hops);
        let mut rest = hops.iter();
        if !op.hop.key {
            // members alone: what is no object ends the walk, whatever it is
            let host = frame.host;
            while let Value::Object(handle) = *out
                && let Some(hop) = rest.next()
            {
                host.field(handle, hop.symbol, out);
            }
            if !out.is_found() {
                let last = hops.len().saturating_sub(rest.len()).saturating_sub(1);
                if let Some(hop) = hops.get(last) {
                    frame.hop_unfound(op, hop, false, out)?;
                }
            }
        }
        for hop in rest {
            frame.hop(op, hop, out)?;
        }
        Ok(out)
    }
}
