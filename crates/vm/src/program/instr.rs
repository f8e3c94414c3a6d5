//! Instructions.
//!
//! All references are indices into the tables of the program, so that it serialises as it is. Control
//! flow within a body only goes forward; the only repetition is a loop, which runs the body that it names once
//! for each element.

use std::convert::Infallible;

use probelang_dialect::{CompareOp, Quantifier, TextOp, Truth, TruthOp, ValueOp};

use crate::program::ids::{ConstId, LoopId, PatternId, PlaceId, SlotId};

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

    /// The instruction at `index`; `None` where no program has that many.
    #[must_use]
    pub fn new(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self).filter(|target| !target.is_end())
    }

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

/// Every instruction: what it does, its number in an artifact, its name, its fields. The types of the fields say
/// what they are to it: see [`Field`].
///
/// Hands the list to the macro `$then`. A new instruction is a line here; the compiler then names the places that
/// have to know what it does.
macro_rules! instructions {
    ($then:ident) => {
        $then! {
            /// Whether a value counts as true.
            0 => Test {
                /// The value.
                of: Operand,
                /// What counts.
                truth: Truth,
                /// Where to go.
                on: Branch,
            },
            /// A comparison.
            1 => Compare {
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
            2 => Text {
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
            3 => Matches {
                /// In what.
                subject: Operand,
                /// Which pattern.
                pattern: PatternId,
                /// Where to go.
                on: Branch,
            },
            /// A function of one operand that gives a Boolean.
            4 => Decide {
                /// Which.
                op: TruthOp,
                /// Of what.
                of: Operand,
                /// Where to go.
                on: Branch,
            },
            /// Whether a value that was read is defined. The fault of the read itself is caught by the program's table.
            5 => Defined {
                /// What.
                of: Operand,
                /// Where to go.
                on: Branch,
            },
            /// `instanceof`.
            6 => InstanceOf {
                /// What.
                of: Operand,
                /// The type's name, a string constant.
                type_name: ConstId,
                /// Where to go.
                on: Branch,
            },
            /// `any`, `all`.
            7 => Loop {
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
            8 => Goto {
                /// Where.
                to: Target,
            },
            /// Keeps a value.
            9 => Move {
                /// The value.
                from: Operand,
                /// Where.
                to: SlotId,
            },
            /// `a[i]` with a computed index.
            10 => Index {
                /// The receiver.
                base: Operand,
                /// The index.
                index: Operand,
                /// Where the element is kept.
                to: SlotId,
            },
            /// A function of one operand that gives a value.
            11 => Apply {
                /// Which.
                op: ValueOp,
                /// Of what.
                of: Operand,
                /// Where what it gives is kept.
                to: SlotId,
            },
            /// `substring`.
            12 => Substring {
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
            13 => Filter {
                /// Over what.
                over: Operand,
                /// Which loop.
                id: LoopId,
                /// Where the lazy collection is kept.
                to: SlotId,
            },
            /// Ends the body with a value.
            14 => Return {
                /// The value.
                of: Operand,
            },
            /// Reports to the observer of a traced program, and goes on. Other programs have no such instruction.
            15 => Observe {
                /// What is reported.
                event: Event,
                /// Where to go.
                to: Target,
            },
        }
    };
}
pub(super) use instructions;

macro_rules! define {
    ($($(#[$doc:meta])* $tag:literal => $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    }),* $(,)?) => {
        /// One instruction. `on` is where a condition goes on; the others go to the next instruction.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Instr {
            $($(#[$doc])* $name { $($(#[$field_doc])* $field: $type),* }),*
        }

        impl Instr {
            /// Calls `see` with each argument, in the order of the fields.
            ///
            /// # Errors
            /// The first error of `see`.
            pub fn try_each<E>(&self, mut see: impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
                match self {
                    $(Self::$name { $($field),* } => {
                        $($field.try_each(&mut see)?;)*
                        Ok(())
                    })*
                }
            }

            /// The same instruction with other slots and targets.
            #[must_use]
            pub fn relocated(
                self,
                slot: &impl Fn(SlotId) -> SlotId,
                target: &impl Fn(Target) -> Target,
            ) -> Self {
                match self {
                    $(Self::$name { $($field),* } => {
                        Self::$name { $($field: $field.relocated(slot, target)),* }
                    })*
                }
            }
        }
    };
}
instructions!(define);

impl Instr {
    /// Calls `see` with each argument, in the order of the fields.
    pub fn each(&self, mut see: impl FnMut(Arg)) {
        let seen: Result<(), Infallible> = self.try_each(|arg| {
            see(arg);
            Ok(())
        });
        match seen {
            Ok(()) => {}
        }
    }
}

/// What an instruction does with one of its fields. It goes on at one of its targets; without any, at the next
/// instruction if it writes something, and otherwise it ends the body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Arg {
    /// Reads an operand.
    Reads(Operand),
    /// Writes a slot.
    Writes(SlotId),
    /// May go there.
    GoesTo(Target),
    /// Runs the predicate of a loop.
    Runs(LoopId),
    /// Names a loop, without running it.
    Names(LoopId),
    /// Uses a pattern.
    Pattern(PatternId),
    /// Uses a constant that is a string.
    Text(ConstId),
}

/// The type of a field of an instruction: it says what the instruction does with it.
trait Field: Copy {
    /// Calls `see` with what the instruction does with the field.
    fn try_each<E>(self, _see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        Ok(())
    }

    /// The field with other slots and targets.
    fn relocated(self, _slot: &impl Fn(SlotId) -> SlotId, _target: &impl Fn(Target) -> Target) -> Self {
        self
    }
}

/// Choices are no arguments.
impl Field for Truth {}
impl Field for CompareOp {}
impl Field for ValueOp {}
impl Field for TruthOp {}
impl Field for TextOp {}
impl Field for Quantifier {}

impl Field for LoopId {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::Runs(self))
    }
}

impl Field for PatternId {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::Pattern(self))
    }
}

impl Field for ConstId {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::Text(self))
    }
}

impl Field for Operand {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::Reads(self))
    }

    fn relocated(self, slot: &impl Fn(SlotId) -> SlotId, _: &impl Fn(Target) -> Target) -> Self {
        match self {
            Self::Temp(at) => Self::Temp(slot(at)),
            Self::Const(_) | Self::Place(_) => self,
        }
    }
}

impl Field for Option<Operand> {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        self.map_or(Ok(()), |operand| operand.try_each(see))
    }

    fn relocated(self, slot: &impl Fn(SlotId) -> SlotId, target: &impl Fn(Target) -> Target) -> Self {
        self.map(|operand| operand.relocated(slot, target))
    }
}

impl Field for SlotId {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::Writes(self))
    }

    fn relocated(self, slot: &impl Fn(SlotId) -> SlotId, _: &impl Fn(Target) -> Target) -> Self {
        slot(self)
    }
}

impl Field for Target {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        see(Arg::GoesTo(self))
    }

    fn relocated(self, _: &impl Fn(SlotId) -> SlotId, target: &impl Fn(Target) -> Target) -> Self {
        target(self)
    }
}

impl Field for Branch {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        self.yes.try_each(see)?;
        self.no.try_each(see)
    }

    fn relocated(self, _: &impl Fn(SlotId) -> SlotId, target: &impl Fn(Target) -> Target) -> Self {
        Self { yes: target(self.yes), no: target(self.no) }
    }
}

impl Field for Event {
    fn try_each<E>(self, see: &mut impl FnMut(Arg) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Value { of, node: _ } => of.try_each(see),
            Self::Loop { id } | Self::Element { id } | Self::Passed { id, holds: _ } => see(Arg::Names(id)),
        }
    }

    fn relocated(self, slot: &impl Fn(SlotId) -> SlotId, target: &impl Fn(Target) -> Target) -> Self {
        match self {
            Self::Value { of, node } => Self::Value { of: of.relocated(slot, target), node },
            Self::Loop { .. } | Self::Element { .. } | Self::Passed { .. } => self,
        }
    }
}

/// What a traced program reports to its observer.
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
