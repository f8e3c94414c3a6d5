//! What a program consists of: instructions, places, constants, loops.
//!
//! All references are indices into the tables of the program, so that it serialises as it stands. Control
//! flow within a body only goes forward; the only repetition is a loop, which runs the body that it names once
//! for each element.

use probelang_diagnostic::{Code, Span};
use probelang_dialect::{CompareOp, Quantifier, TextOp};

use crate::modes::Truth;
use crate::program::ids::{CacheId, ConstId, LoopId, PatternId, PlaceId, SlotId, SymbolId};

/// Where control goes: an instruction's index, or one of the ends of a body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Target(pub u32);

impl Target {
    /// The body ends: true, or with its value.
    pub const YES: Self = Self(u32::MAX - 1);
    /// The body ends: false.
    pub const NO: Self = Self(u32::MAX - 2);
    /// The body ends in a fault.
    pub(crate) const FAULT: u32 = u32::MAX;

    /// Whether this is an end, not an instruction.
    #[must_use]
    pub const fn is_end(self) -> bool {
        self.0 >= Self::NO.0
    }
}

/// The two ways on from a condition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Branch {
    /// Where it goes when it holds.
    pub yes: Target,
    /// Where it goes when it does not.
    pub no: Target,
}

/// What an instruction reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// A constant.
    Const(ConstId),
    /// A place of the host, read at this moment.
    Place(PlaceId),
    /// A value that was computed before.
    Temp(SlotId),
}

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
    /// The place before; it stands before this one in the table. `None` for a root.
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

/// One instruction. `on` is where a condition goes on; the others go to the next instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instr {
    /// Whether a value counts as true.
    Test {
        /// The value.
        of: Operand,
        /// What counts.
        truth: Truth,
        /// Where to go.
        on: Branch,
    },
    /// A comparison.
    Compare {
        /// Which.
        op: CompareOp,
        /// Left.
        left: Operand,
        /// Right.
        right: Operand,
        /// Where to go.
        on: Branch,
    },
    /// `startsWith`, `endsWith`, `contains`, and `matches` with a computed pattern or a constant that is not a string.
    Text {
        /// Which.
        op: TextOp,
        /// In what.
        subject: Operand,
        /// What.
        argument: Operand,
        /// Where to go.
        on: Branch,
    },
    /// `matches` with a pattern compiled before.
    Matches {
        /// In what.
        subject: Operand,
        /// Which pattern.
        pattern: PatternId,
        /// Where to go.
        on: Branch,
    },
    /// `isEmpty`.
    Empty {
        /// Of what.
        of: Operand,
        /// Where to go.
        on: Branch,
    },
    /// Whether a value that was read is defined. The fault of the read itself is caught by the program's table.
    Defined {
        /// What.
        of: Operand,
        /// Where to go.
        on: Branch,
    },
    /// `instanceof`.
    InstanceOf {
        /// What.
        of: Operand,
        /// The type's name, a string constant.
        type_name: ConstId,
        /// Where to go.
        on: Branch,
    },
    /// `any`, `all`.
    Loop {
        /// Which.
        op: Quantifier,
        /// Over what.
        over: Operand,
        /// Which loop.
        id: LoopId,
        /// Where to go.
        on: Branch,
    },
    /// Goes on elsewhere.
    Goto {
        /// Where.
        to: Target,
    },
    /// Keeps a value.
    Move {
        /// The value.
        from: Operand,
        /// Where.
        to: SlotId,
    },
    /// `a[i]` with a computed index.
    Index {
        /// The receiver.
        base: Operand,
        /// The index.
        index: Operand,
        /// Where the element is kept.
        to: SlotId,
    },
    /// `len`.
    Len {
        /// Of what.
        of: Operand,
        /// Where the number is kept.
        to: SlotId,
    },
    /// `substring`.
    Substring {
        /// Of what.
        text: Operand,
        /// From.
        from: Operand,
        /// Up to; without it to the end.
        until: Option<Operand>,
        /// Where the text is kept.
        to: SlotId,
    },
    /// `filter`: checks the collection, reaches nothing.
    Filter {
        /// Over what.
        over: Operand,
        /// Which loop.
        id: LoopId,
        /// Where the lazy collection is kept.
        to: SlotId,
    },
    /// Ends the body with a value.
    Return {
        /// The value.
        of: Operand,
    },
    /// Tells the observer of a traced program, and goes on. Other programs have no such instruction.
    Observe {
        /// What is told.
        event: Event,
        /// Where to go.
        to: Target,
    },
}

/// What a traced program tells its observer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// A node has a value.
    Value {
        /// The value: a constant or a temporary.
        of: Operand,
        /// The node.
        node: u32,
    },
    /// A loop is about to run, or a lazy filter was made.
    Loop {
        /// Which.
        id: LoopId,
    },
    /// An element was bound.
    Element {
        /// Of which loop.
        id: LoopId,
    },
    /// The predicate answered for the element.
    Passed {
        /// Of which loop.
        id: LoopId,
        /// The answer.
        holds: bool,
    },
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
        /// It is `@duration` itself, which a style may print as a clock.
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
