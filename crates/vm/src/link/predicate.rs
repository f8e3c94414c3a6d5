//! Predicates: what a specialised operation tests of its operand, as types.

use std::convert::Infallible;

use probelang_host::Value;

use crate::link::Op;

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

/// No value is common: always the general rule.
pub(super) struct General;
/// Whether a Boolean holds.
pub(super) struct Holds;
/// Whether it is null (`true`), or is not (`false`).
pub(super) struct Null<const SAME: bool>;
/// Whether it is the operation's string, or is not; compared by so many bytes, 0 for any.
pub(super) struct SameText<const SAME: bool, const WIDTH: u8>;
/// Whether it stands to the operation's integer in the order: bits for less, equal, greater.
pub(super) struct Order<const BITS: u8>;
/// `startsWith`.
pub(super) struct Starts;
/// `endsWith`.
pub(super) struct Ends;
/// Whether it is there.
pub(super) struct There;

/// What `$with` makes of the question whether an operand is the string `$text`, by its width.
macro_rules! same_text {
    ($text:expr, $same:literal, $with:ident!($($before:tt),*)) => {
        match Word::width($text) {
            2 => $with!($($before,)* SameText<$same, 2>),
            4 => $with!($($before,)* SameText<$same, 4>),
            8 => $with!($($before,)* SameText<$same, 8>),
            _ => $with!($($before,)* SameText<$same, 0>),
        }
    };
}
pub(super) use same_text;

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

impl<const BITS: u8> Predicate for Order<BITS> {
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
        let number: i64 = op.payload();
        match BITS {
            0b001 => n < number,
            0b010 => n == number,
            0b011 => n <= number,
            0b100 => n > number,
            0b101 => n != number,
            _ => n >= number,
        }
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
