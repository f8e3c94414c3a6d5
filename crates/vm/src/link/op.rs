//! An operation: what an instruction becomes when its program is linked.

use probelang_dialect::Quantifier;
use probelang_host::{Symbol, Value};

use super::word::Word;
use crate::program::ids::{CacheId, Id, LoopId, PatternId, PlaceId, SlotId};
use crate::program::instr::{Arg, Instr, Target};
use crate::run::frame::Frame;
use crate::run::ops::general;

/// What an operation runs: gives where to go on.
pub(crate) type Run = for<'x, 'a, 'f, 'c> fn(&'x mut Frame<'a, 'f, 'c>, &'a Op, &'x Value<'a>) -> u32;

/// One operation.
///
/// Everything that a specialised handler needs is here, so that a condition of two comparisons is two operations
/// next to each other: two lines of the cache each, the second of them for strings and long paths only.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Op {
    pub(crate) run: Run,
    /// The bit of the cached place.
    pub(super) bit: u64,
    /// Half of the [payload](Payload).
    word: i64,
    /// The read after the start, where there is one.
    pub(super) hop: Hop,
    /// Steps, charged at once.
    pub(super) cost: u32,
    /// The variable at the start of the operand.
    pub(super) symbol: Symbol,
    /// Where a branch goes; the way on of any other.
    pub(crate) yes: u32,
    pub(crate) no: u32,
    /// The instruction.
    pub(crate) index: u32,
    /// Its site: the node of the instruction; the reads of its operands follow.
    pub(crate) site: u32,
    /// The place or the temporary of the operand.
    operand: u16,
    /// The other half of the payload.
    id: u16,
    /// The cached place at the start of the operand, if there is one.
    pub(super) cached: CacheId,
    /// The cached place before that one.
    pub(super) from: CacheId,
    /// A string to compare with.
    pub(super) text: Word,
    /// Several reads after the start, in the table of hops.
    pub(super) hops: (u32, u32),
}

impl Op {
    /// The general operation of `instr`, which is the instruction `index`, at `site`.
    pub(super) fn general(instr: &Instr, index: u32, site: u32) -> Self {
        let mut targets = [None; 2];
        instr.each(|arg| {
            if let Arg::GoesTo(target) = arg
                && let Some(free) = targets.iter_mut().find(|target| target.is_none())
            {
                *free = Some(target.0);
            }
        });
        let [yes, no] = targets;
        Self {
            run: general,
            yes: yes.unwrap_or(index.saturating_add(1)),
            no: no.unwrap_or(Target::FAULT),
            index,
            site,
            cost: 0,
            symbol: Symbol(u32::MAX),
            operand: u16::MAX,
            id: u16::MAX,
            cached: CacheId::NOWHERE,
            from: CacheId::NOWHERE,
            bit: 0,
            hop: Hop::NONE,
            hops: (0, 0),
            word: 0,
            text: Word::new(""),
        }
    }

    /// The site of the operand's first read.
    #[inline(always)]
    pub(super) fn first(&self) -> u32 {
        self.site.wrapping_add(1)
    }

    /// The place of the operand, for every access but that of a temporary.
    #[inline(always)]
    pub(super) fn place(&self) -> PlaceId {
        id(self.operand)
    }

    pub(super) fn set_place(&mut self, place: PlaceId) {
        self.operand = place.raw();
    }

    /// The slot of the operand, for the access of a temporary.
    #[inline(always)]
    pub(super) fn temp(&self) -> SlotId {
        id(self.operand)
    }

    pub(super) fn set_temp(&mut self, slot: SlotId) {
        self.operand = slot.raw();
    }

    /// What its handler needs besides the operand: the handler knows its type.
    #[inline(always)]
    pub(super) fn payload<P: Payload>(&self) -> P {
        P::unpack(self.word, self.id)
    }

    pub(super) fn set_payload(&mut self, payload: impl Payload) {
        (self.word, self.id) = payload.pack();
    }
}

/// The id that [`Id::raw`] gave.
#[inline(always)]
fn id<I: Id<Raw = u16>>(raw: u16) -> I {
    I::new(usize::from(raw)).unwrap_or(I::NOWHERE)
}

/// What an operation needs besides its operand, in the ten bytes that an [`Op`] has for it. One operation has one.
pub(super) trait Payload {
    fn pack(self) -> (i64, u16);
    fn unpack(word: i64, id: u16) -> Self;
}

/// An integer to compare with.
impl Payload for i64 {
    fn pack(self) -> (i64, u16) {
        (self, u16::MAX)
    }
    #[inline(always)]
    fn unpack(word: i64, _: u16) -> Self {
        word
    }
}

/// The pattern of `matches`.
impl Payload for PatternId {
    fn pack(self) -> (i64, u16) {
        (0, self.raw())
    }
    #[inline(always)]
    fn unpack(_: i64, id: u16) -> Self {
        self::id(id)
    }
}

/// The finder of `contains`.
impl Payload for FinderId {
    fn pack(self) -> (i64, u16) {
        (0, self.raw())
    }
    #[inline(always)]
    fn unpack(_: i64, id: u16) -> Self {
        self::id(id)
    }
}

/// A loop that decides.
#[derive(Clone, Copy)]
pub(super) struct Deciding {
    pub(super) quantifier: Quantifier,
    pub(super) id: LoopId,
}

impl Payload for Deciding {
    fn pack(self) -> (i64, u16) {
        (i64::from(self.quantifier == Quantifier::Any), self.id.raw())
    }
    #[inline(always)]
    fn unpack(word: i64, id: u16) -> Self {
        let quantifier = if word != 0 { Quantifier::Any } else { Quantifier::All };
        Self { quantifier, id: self::id(id) }
    }
}

/// The constant bounds of a `substring`, and where the text goes.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) from: u8,
    pub(super) until: u8,
    pub(super) to: SlotId,
}

impl Payload for Bounds {
    fn pack(self) -> (i64, u16) {
        (i64::from(u16::from_le_bytes([self.from, self.until])), self.to.raw())
    }
    #[inline(always)]
    fn unpack(word: i64, id: u16) -> Self {
        let [from, until, ..] = word.to_le_bytes();
        Self { from, until, to: self::id(id) }
    }
}

/// Where a text that is cut and compared at once goes on.
#[derive(Clone, Copy)]
pub(super) struct CutTargets {
    pub(super) same: Target,
    pub(super) different: Target,
}

impl Payload for CutTargets {
    fn pack(self) -> (i64, u16) {
        (i64::from(self.same.0) | i64::from(self.different.0) << 32, u16::MAX)
    }
    #[inline(always)]
    fn unpack(word: i64, _: u16) -> Self {
        let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
        Self {
            same: Target(u32::from_le_bytes([a, b, c, d])),
            different: Target(u32::from_le_bytes([e, f, g, h])),
        }
    }
}

crate::program::ids::ids! {
    /// A finder: an index into the finders of a linked program.
    FinderId
}

/// A read from the value before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub(super) symbol: Symbol,
    /// The place that it leads to.
    pub(super) place: PlaceId,
    /// A constant key, not a member.
    pub(super) key: bool,
}

impl Hop {
    pub(super) const NONE: Self = Self { symbol: Symbol(u32::MAX), place: PlaceId::NOWHERE, key: false };
}
