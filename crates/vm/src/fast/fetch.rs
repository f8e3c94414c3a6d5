//! Ways to reach an operand.

use probelang_capture::Stop;
use probelang_host::Value;

use super::Receiver;
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
        frame.variable(op.symbol, op.place, op.first(), out)?;
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
        frame.variable(op.symbol, op.place, op.first(), out)?;
        frame.hop(&op.hop, op.first(), out)?;
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
        frame.keep_read(op.kept, op.first(), it)?;
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
        frame.keep_read(op.kept, op.first(), it)?;
        frame.hop_from(Receiver::Slot(op.kept), &op.hop, op.first(), out)?;
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
        frame.place(op.place, op.first(), it, out)?;
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
            frame.hop_from(Receiver::It(it), &op.hop, op.first(), out)?;
        } else {
            frame.place(op.place, op.first(), it, out)?;
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
            frame.variable(op.symbol, op.place, op.first(), out)?;
        } else {
            frame.keep_read(op.kept, op.first(), it)?;
            *out = frame.slot(u16::from(op.kept));
        }
        let linked = frame.linked;
        for hop in linked.hops(op.hops) {
            frame.hop(hop, op.first(), out)?;
        }
        Ok(out)
    }
}
