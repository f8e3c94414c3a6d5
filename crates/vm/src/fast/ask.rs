//! What is asked of an operand.

use probelang_host::Value;

use crate::link::Op;

/// A question with a yes or a no for the values that are usual; `None` for any other.
pub(super) trait Ask {
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool>;
}

/// Nothing is usual: the general rule.
pub(super) struct General;
/// Whether a Boolean holds.
pub(super) struct Holds;
/// Whether it is null (`true`), or is not (`false`).
pub(super) struct Null<const SAME: bool>;
/// Whether it is the operation's string, or is not.
pub(super) struct SameText<const SAME: bool>;
/// The same for a string of 8 to 16 bytes, in a loop.
pub(super) struct SameEight<const SAME: bool>;
/// Whether it stands to the operation's integer in the order: bits for less, equal, greater.
pub(super) struct Order<const BITS: u8>;
/// `startsWith`.
pub(super) struct Starts;
/// `endsWith`.
pub(super) struct Ends;
/// Whether it is there.
pub(super) struct There;

impl Ask for General {
    #[inline(always)]
    fn ask(_: &Op, _: &Value<'_>) -> Option<bool> {
        None
    }
}

impl Ask for Holds {
    #[inline(always)]
    fn ask(_: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Bool(b) => Some(b),
            _ => None,
        }
    }
}

impl<const SAME: bool> Ask for Null<SAME> {
    #[inline(always)]
    fn ask(_: &Op, value: &Value<'_>) -> Option<bool> {
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
}

impl<const SAME: bool> Ask for SameText<SAME> {
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Str(text) => Some(op.text.is(text) == SAME),
            _ => None,
        }
    }
}

impl<const SAME: bool> Ask for SameEight<SAME> {
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Str(text) => Some(op.text.is_eight(text.as_bytes()) == SAME),
            _ => None,
        }
    }
}

impl<const BITS: u8> Ask for Order<BITS> {
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        let Value::Int(n) = *value else { return None };
        Some(match BITS {
            0b001 => n < op.number,
            0b010 => n == op.number,
            0b011 => n <= op.number,
            0b100 => n > op.number,
            0b101 => n != op.number,
            _ => n >= op.number,
        })
    }
}

impl Ask for Starts {
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Str(text) => {
                let head = text.as_bytes().get(..op.text.len());
                Some(head.is_some_and(|head| op.text.is_bytes(head)))
            }
            _ => None,
        }
    }
}

impl Ask for Ends {
    #[inline(always)]
    fn ask(op: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Str(text) => {
                let start = text.len().checked_sub(op.text.len());
                let tail = start.and_then(|start| text.as_bytes().get(start..));
                Some(tail.is_some_and(|tail| op.text.is_bytes(tail)))
            }
            _ => None,
        }
    }
}

impl Ask for There {
    #[inline(always)]
    fn ask(_: &Op, value: &Value<'_>) -> Option<bool> {
        match *value {
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Object(_) => Some(true),
            _ => None,
        }
    }
}

/// How many bytes of a constant string are compared at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Width {
    Four,
    Eight,
    Any,
}

/// A constant string, compared without a call where it is short.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    text: Box<[u8]>,
    head: u64,
    tail: u64,
    width: Width,
}

impl Word {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let four = |chunk: Option<&[u8; 4]>| u64::from(u32::from_le_bytes(*chunk.unwrap_or(&[0; 4])));
        let eight = |chunk: Option<&[u8; 8]>| u64::from_le_bytes(*chunk.unwrap_or(&[0; 8]));
        let (head, tail, width) = match bytes.len() {
            4..=7 => (four(bytes.first_chunk()), four(bytes.last_chunk()), Width::Four),
            8..=16 => (eight(bytes.first_chunk()), eight(bytes.last_chunk()), Width::Eight),
            _ => (0, 0, Width::Any),
        };
        Self { text: bytes.into(), head, tail, width }
    }

    pub(crate) const fn len(&self) -> usize {
        self.text.len()
    }

    #[inline(always)]
    pub(crate) fn is(&self, text: &str) -> bool {
        text.len() == self.text.len() && self.is_bytes(text.as_bytes())
    }

    /// Compares with a string of 8 to 16 bytes.
    #[inline(always)]
    pub(crate) fn is_eight(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.text.len()
            && match (bytes.first_chunk(), bytes.last_chunk()) {
                (Some(head), Some(tail)) => {
                    u64::from_le_bytes(*head) == self.head && u64::from_le_bytes(*tail) == self.tail
                }
                _ => false,
            }
    }

    /// Compares with as many bytes as there are.
    #[inline(always)]
    pub(crate) fn is_bytes(&self, bytes: &[u8]) -> bool {
        match self.width {
            Width::Four => match (bytes.first_chunk(), bytes.last_chunk()) {
                (Some(head), Some(tail)) => {
                    u64::from(u32::from_le_bytes(*head)) == self.head
                        && u64::from(u32::from_le_bytes(*tail)) == self.tail
                }
                _ => false,
            },
            Width::Eight => self.is_eight(bytes),
            Width::Any => *bytes == *self.text,
        }
    }
}
