//! What instructions refer to: constants, places, loops, regions of faults, parts of a template.

use probelang_diagnostic::{Code, Span};

use super::ids::{CacheId, ConstId, LoopId, PlaceId, SlotId, SymbolId};
use super::instr::Target;

/// A constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    /// The value undefined (a predefined name).
    Undefined,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Box<str>),
}

/// One step of a path into the host.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// A variable, by symbol.
    Var(SymbolId),
    /// A variable that is null where it is not bound (Ruby's instance variables).
    VarOrNull(SymbolId),
    /// `@return @exception @duration`, by symbol.
    At(SymbolId),
    /// `@it` of the loop.
    It(LoopId),
    /// `@key` of the loop.
    Key(LoopId),
    /// `@value` of the loop.
    Value(LoopId),
    /// An `@`-name outside of a predicate.
    Outside,
    /// What a temporary holds: the start of a path, no read.
    Temp(SlotId),
    /// A field, by symbol.
    Field(SymbolId),
    /// An element, by a constant.
    Index(ConstId),
}

/// A place: a step from another place, or a root. Places form a trie, so that common beginnings are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// The place before; it comes before this one in the table. `None` for a root.
    pub base: Option<PlaceId>,
    /// The step.
    pub step: Step,
    /// Reads before this one on the way from the root.
    pub depth: u16,
    /// Read once and cached in that slot of the frame.
    pub cache: Option<CacheId>,
    /// The name was redacted when the program was compiled.
    pub hidden: bool,
}

/// A predicate and what its loop keeps in the frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LoopDef {
    /// First instruction of the predicate.
    pub body: Target,
    /// The first of its [`SLOTS`](Self::SLOTS) slots of the frame.
    pub slots: SlotId,
    /// Bits of the cached places that belong to one element.
    pub per_element: u64,
    /// Loops that may be running at once when this one's predicate runs, itself included.
    pub level: u16,
}

impl LoopDef {
    /// How many slots a loop takes: key, value, and what a lazy filter is over.
    pub const SLOTS: u16 = 3;

    /// The slot of an element's key. Its value is in the next one.
    pub(crate) const fn key(&self) -> SlotId {
        self.slots
    }

    /// The slot of an element's value.
    pub(crate) const fn value(&self) -> SlotId {
        self.slots.plus(1)
    }

    /// The slot of what a lazy filter is over.
    pub(crate) const fn over(&self) -> SlotId {
        self.slots.plus(2)
    }
}

/// A region whose faults of class *undefined* mean "not defined".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Catch {
    /// First instruction.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Where to go.
    pub to: Target,
}

/// A part of a template.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Literal text.
    Text(Box<str>),
    /// An expression.
    Expression {
        /// Its first instruction.
        entry: Target,
        /// It is `@duration` itself, which a dialect may print as a clock.
        duration: bool,
    },
    /// A part that did not compile, with the message (a dialect may go on without it).
    Refused {
        /// The code.
        code: Code,
        /// Where.
        span: Span,
        /// What was wrong.
        message: Box<str>,
    },
}
