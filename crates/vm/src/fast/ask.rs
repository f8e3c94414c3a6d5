//! What is asked of an operand.

use std::convert::Infallible;

use probelang_host::Value;

use crate::link::Op;

/// A question about an operand.
pub(super) trait Ask {
    /// What the values that are usual hold.
    type Usual<'v>;
    /// Takes a usual value apart; `None` for any other, and for what is no value.
    fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>>;
    /// The answer for a usual value.
    fn answer(op: &Op, usual: Self::Usual<'_>) -> bool;
    /// Both at once.
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        Self::usual(value).map(|usual| Self::answer(op, usual))
    }
}

/// Nothing is usual: the general rule.
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

impl Ask for General {
    type Usual<'v> = Infallible;
    #[inline(always)]
    fn usual<'v>(_: &Value<'v>) -> Option<Self::Usual<'v>> {
        None
    }
    #[inline(always)]
    fn answer(_: &Op, usual: Self::Usual<'_>) -> bool {
        match usual {}
    }
}

impl Ask for Holds {
    type Usual<'v> = bool;
    #[inline(always)]
    fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>> {
        match *value {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }
    #[inline(always)]
    fn answer(_: &Op, usual: Self::Usual<'_>) -> bool {
        usual
    }
}

impl<const SAME: bool> Ask for Null<SAME> {
    type Usual<'v> = bool;
    #[inline(always)]
    fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>> {
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
    fn answer(_: &Op, usual: Self::Usual<'_>) -> bool {
        usual
    }
}

/// Questions about text.
macro_rules! usual_text {
    () => {
        type Usual<'v> = &'v str;
        #[inline(always)]
        fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>> {
            match *value {
                Value::Str(text) => Some(text),
                _ => None,
            }
        }
    };
}

impl<const SAME: bool, const WIDTH: u8> Ask for SameText<SAME, WIDTH> {
    usual_text!();
    #[inline(always)]
    fn answer(op: &Op, text: Self::Usual<'_>) -> bool {
        op.text.is::<WIDTH>(text.as_bytes()) == SAME
    }
}

impl<const BITS: u8> Ask for Order<BITS> {
    type Usual<'v> = i64;
    #[inline(always)]
    fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>> {
        match *value {
            Value::Int(n) => Some(n),
            _ => None,
        }
    }
    #[inline(always)]
    fn answer(op: &Op, n: Self::Usual<'_>) -> bool {
        match BITS {
            0b001 => n < op.number,
            0b010 => n == op.number,
            0b011 => n <= op.number,
            0b100 => n > op.number,
            0b101 => n != op.number,
            _ => n >= op.number,
        }
    }
}

impl Ask for Starts {
    usual_text!();
    #[inline(always)]
    fn answer(op: &Op, text: Self::Usual<'_>) -> bool {
        let head = text.as_bytes().get(..op.text.len());
        head.is_some_and(|head| op.text.is_bytes(head))
    }
}

impl Ask for Ends {
    usual_text!();
    #[inline(always)]
    fn answer(op: &Op, text: Self::Usual<'_>) -> bool {
        let start = text.len().checked_sub(op.text.len());
        let tail = start.and_then(|start| text.as_bytes().get(start..));
        tail.is_some_and(|tail| op.text.is_bytes(tail))
    }
}

impl Ask for There {
    type Usual<'v> = ();
    #[inline(always)]
    fn usual<'v>(value: &Value<'v>) -> Option<Self::Usual<'v>> {
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
    fn answer(_: &Op, (): Self::Usual<'_>) -> bool {
        true
    }
}

/// A constant string, compared without a call where it is short.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    text: Box<[u8]>,
    head: u64,
    tail: u64,
    width: u8,
}

impl Word {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let two = |chunk: Option<&[u8; 2]>| u64::from(u16::from_le_bytes(*chunk.unwrap_or(&[0; 2])));
        let four = |chunk: Option<&[u8; 4]>| u64::from(u32::from_le_bytes(*chunk.unwrap_or(&[0; 4])));
        let eight = |chunk: Option<&[u8; 8]>| u64::from_le_bytes(*chunk.unwrap_or(&[0; 8]));
        let width = Self::width(text);
        let (head, tail) = match width {
            2 => (two(bytes.first_chunk()), two(bytes.last_chunk())),
            4 => (four(bytes.first_chunk()), four(bytes.last_chunk())),
            8 => (eight(bytes.first_chunk()), eight(bytes.last_chunk())),
            _ => (0, 0),
        };
        Self { text: bytes.into(), head, tail, width }
    }

    /// How many bytes are compared at a time, 0 for all of them.
    pub(crate) const fn width(text: &str) -> u8 {
        match text.len() {
            2..=3 => 2,
            4..=7 => 4,
            8..=16 => 8,
            _ => 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Compares with a string; the width of this one is known.
    #[inline(always)]
    pub(crate) fn is<const WIDTH: u8>(&self, bytes: &[u8]) -> bool {
        // the length last: fewer instructions, as its lower bound is looked at in any case
        macro_rules! ends {
            ($int:ty) => {
                match (bytes.first_chunk(), bytes.last_chunk()) {
                    (Some(head), Some(tail)) => {
                        u64::from(<$int>::from_le_bytes(*head)) == self.head
                            && u64::from(<$int>::from_le_bytes(*tail)) == self.tail
                            && bytes.len() == self.text.len()
                    }
                    _ => false,
                }
            };
        }
        match WIDTH {
            2 => ends!(u16),
            4 => ends!(u32),
            8 => ends!(u64),
            _ => *bytes == *self.text,
        }
    }

    /// Compares with a string.
    #[inline(always)]
    pub(crate) fn is_bytes(&self, bytes: &[u8]) -> bool {
        match self.width {
            4 => self.is::<4>(bytes),
            8 => self.is::<8>(bytes),
            2 => self.is::<2>(bytes),
            _ => self.is::<0>(bytes),
        }
    }
}
