//! Predicates: what a specialised operation tests of its operand, as types.

use std::convert::Infallible;

use probelang_dialect::{CompareOp, NumberComparison};
use probelang_host::Value;

use super::op::Op;
use super::word::Word;
use crate::program::Program;
use crate::program::ids::ConstId;
use crate::program::tables::Const;

/// A test of an operand.
pub(super) trait Predicate {
    /// What a common value contains.
    type Subject<'v>;
    /// Takes a common value apart; `None` for any other, and where there is no value.
    fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>>;
    /// The answer for a common value.
    fn test(op: &Op, subject: Self::Subject<'_>) -> bool;
    /// Both at once.
    #[inline(always)]
    fn apply(op: &Op, value: &Value<'_>) -> Option<bool> {
        Self::subject(value).map(|subject| Self::test(op, subject))
    }
}

/// Bytes that one step pays for: shorter work is not charged for on its own.
pub(super) const SHORT: usize = 64;

/// No value is common: always the general rule.
pub(super) struct General;
/// Whether a Boolean holds.
pub(super) struct Holds;
/// Whether it is null (`true`), or is not (`false`).
pub(super) struct Null<const SAME: bool>;
/// Whether it is the operation's string, or is not; compared by `WIDTH` bytes at a time, 0 for all of them.
pub(super) struct SameText<const SAME: bool, const WIDTH: u8>;
/// `startsWith`.
pub(super) struct Starts;
/// `endsWith`.
pub(super) struct Ends;
/// Whether it is there.
pub(super) struct There;

/// Orders of integers: how the operand compares with the operation's integer.
macro_rules! orders {
    ($($name:ident: $order:tt,)*) => {$(
        #[doc = concat!("`", stringify!($order), "` between integers.")]
        pub(super) struct $name;

        impl Predicate for $name {
            type Subject<'v> = i64;
            #[inline(always)]
            fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>> {
                match *value {
                    Value::Int(n) => Some(n),
                    _ => None,
                }
            }
            #[inline(always)]
            fn test(op: &Op, n: Self::Subject<'_>) -> bool {
                n $order op.payload::<i64>()
            }
        }
    )*};
}

orders! { Equal: ==, Unequal: !=, Less: <, AtMost: <=, Greater: >, AtLeast: >=, }

/// A comparison of an operand with a constant that has a predicate of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Comparison<'p> {
    /// With an integer.
    Order(CompareOp, i64),
    /// With null; whether it is the same.
    Null(bool),
    /// With a short string; whether it is the same.
    Text(bool, &'p str),
}

impl<'p> Comparison<'p> {
    /// The comparison of an operand, on the left, with a constant.
    pub(super) fn of(program: &'p Program, compare: CompareOp, constant: ConstId) -> Option<Self> {
        let same = match compare {
            CompareOp::Eq => Some(true),
            CompareOp::Ne => Some(false),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => None,
        };
        match program.constant(constant) {
            Const::Int(n) if program.tables.dialect.number_comparison == NumberComparison::Exact => {
                Some(Self::Order(compare, *n))
            }
            Const::Null => same.map(Self::Null),
            Const::Str(text) if text.len() <= SHORT => same.map(|same| Self::Text(same, text)),
            _ => None,
        }
    }

    /// Lays down in `op` what the predicate compares with.
    pub(super) fn prepare(self, op: &mut Op) {
        match self {
            Self::Order(_, n) => op.set_payload(n),
            Self::Null(_) => {}
            Self::Text(_, text) => op.text = Word::new(text),
        }
    }
}

/// What `$with` makes of the predicate of a [`Comparison`], its last argument.
macro_rules! by_comparison {
    ($comparison:expr, $with:ident!($($before:tt),*)) => {
        match $comparison {
            Comparison::Order(CompareOp::Eq, _) => $with!($($before,)* Equal),
            Comparison::Order(CompareOp::Ne, _) => $with!($($before,)* Unequal),
            Comparison::Order(CompareOp::Lt, _) => $with!($($before,)* Less),
            Comparison::Order(CompareOp::Le, _) => $with!($($before,)* AtMost),
            Comparison::Order(CompareOp::Gt, _) => $with!($($before,)* Greater),
            Comparison::Order(CompareOp::Ge, _) => $with!($($before,)* AtLeast),
            Comparison::Null(true) => $with!($($before,)* Null<true>),
            Comparison::Null(false) => $with!($($before,)* Null<false>),
            Comparison::Text(true, text) => match Word::width(text) {
                2 => $with!($($before,)* SameText<true, 2>),
                4 => $with!($($before,)* SameText<true, 4>),
                8 => $with!($($before,)* SameText<true, 8>),
                _ => $with!($($before,)* SameText<true, 0>),
            },
            Comparison::Text(false, text) => match Word::width(text) {
                2 => $with!($($before,)* SameText<false, 2>),
                4 => $with!($($before,)* SameText<false, 4>),
                8 => $with!($($before,)* SameText<false, 8>),
                _ => $with!($($before,)* SameText<false, 0>),
            },
        }
    };
}
pub(super) use by_comparison;

impl Predicate for General {
    type Subject<'v> = Infallible;
    #[inline(always)]
    fn subject<'v>(_: &Value<'v>) -> Option<Self::Subject<'v>> {
        None
    }
    #[inline(always)]
    fn test(_: &Op, subject: Self::Subject<'_>) -> bool {
        match subject {}
    }
}

impl Predicate for Holds {
    type Subject<'v> = bool;
    #[inline(always)]
    fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>> {
        match *value {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }
    #[inline(always)]
    fn test(_: &Op, subject: Self::Subject<'_>) -> bool {
        subject
    }
}

impl<const SAME: bool> Predicate for Null<SAME> {
    type Subject<'v> = bool;
    #[inline(always)]
    fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>> {
        match *value {
            Value::Null => Some(SAME),
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Object(_)
            | Value::Opaque(_) => Some(!SAME),
            _ => None,
        }
    }
    #[inline(always)]
    fn test(_: &Op, subject: Self::Subject<'_>) -> bool {
        subject
    }
}

/// Predicates of text.
macro_rules! text_subject {
    () => {
        type Subject<'v> = &'v str;
        #[inline(always)]
        fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>> {
            match *value {
                Value::Str(text) => Some(text),
                _ => None,
            }
        }
    };
}

impl<const SAME: bool, const WIDTH: u8> Predicate for SameText<SAME, WIDTH> {
    text_subject!();
    #[inline(always)]
    fn test(op: &Op, text: Self::Subject<'_>) -> bool {
        op.text.is::<WIDTH>(text.as_bytes()) == SAME
    }
}

impl Predicate for Starts {
    text_subject!();
    #[inline(always)]
    fn test(op: &Op, text: Self::Subject<'_>) -> bool {
        let head = text.as_bytes().get(..op.text.len());
        head.is_some_and(|head| op.text.is_bytes(head))
    }
}

impl Predicate for Ends {
    text_subject!();
    #[inline(always)]
    fn test(op: &Op, text: Self::Subject<'_>) -> bool {
        let start = text.len().checked_sub(op.text.len());
        let tail = start.and_then(|start| text.as_bytes().get(start..));
        tail.is_some_and(|tail| op.text.is_bytes(tail))
    }
}

impl Predicate for There {
    type Subject<'v> = ();
    #[inline(always)]
    fn subject<'v>(value: &Value<'v>) -> Option<Self::Subject<'v>> {
        match *value {
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Object(_) => Some(()),
            _ => None,
        }
    }
    #[inline(always)]
    fn test(_: &Op, (): Self::Subject<'_>) -> bool {
        true
    }
}
