//! What a capture calls the types of values whose host names none, and what it says a scalar is.

use probelang_dialect::captured;
use probelang_host::{Role, Value};

use crate::walk::Leaf;

/// The name of the type of `value`: the host's `own`, or the plain one of its kind.
pub(super) fn type_name<'n>(own: Option<&'n str>, value: &Value<'_>) -> &'n str {
    own.unwrap_or_else(|| {
        let plain = plain_type(value).strip_prefix(TYPE).and_then(|rest| rest.strip_suffix('"'));
        plain.unwrap_or_default()
    })
}

/// What a scalar is: the name of its type need not say so.
pub(super) const fn kind(leaf: Leaf<'_>) -> Option<&'static str> {
    match leaf {
        Leaf::Bool(_) => Some(captured::BOOLEAN),
        Leaf::Int(_) | Leaf::Uint(_) | Leaf::BigInt(_) => Some(captured::INTEGER),
        Leaf::Float(_) => Some(captured::NUMBER),
        Leaf::Text(_) | Leaf::CutText(_) => Some(captured::STRING),
        Leaf::Undefined
        | Leaf::Null
        | Leaf::Constant(_)
        | Leaf::Opaque(_)
        | Leaf::Doubtful(..)
        | Leaf::Unreadable(_)
        | Leaf::Redacted(_)
        | Leaf::Deep(_)
        | Leaf::Key => None,
    }
}

/// What is before the name of a type.
pub(super) const TYPE: &str = "{\"type\":\"";

/// The texts in these bytes, one after the other.
pub(super) const fn joined<const N: usize>(texts: [&str; 3]) -> [u8; N] {
    let (mut bytes, mut at, mut text) = ([0; N], 0, 0);
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "runs when this crate is compiled"
    )]
    while text < texts.len() {
        let part = texts[text].as_bytes();
        let mut from = 0;
        while from < part.len() {
            bytes[at] = part[from];
            (at, from) = (at + 1, from + 1);
        }
        text += 1;
    }
    bytes
}

/// The beginning of a value whose type has this plain name, up to `$after` the name.
macro_rules! typed {
    ($name:expr, $after:literal) => {{
        const BYTES: [u8; TYPE.len() + $name.len() + $after.len()] = joined([TYPE, $name, $after]);
        const TEXT: &str = match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        };
        TEXT
    }};
}
pub(super) use typed;

/// A value with the plain name of its type, what JSON calls it, as far as to the end of that name.
pub(super) const fn plain_type(value: &Value<'_>) -> &'static str {
    const ARRAY: &str = typed!(captured::ARRAY, "\"");
    const OBJECT: &str = typed!(captured::OBJECT, "\"");
    const UNKNOWN: &str = typed!(captured::UNKNOWN, "\"");
    match value {
        Value::Null => typed!(captured::NULL, "\""),
        Value::Bool(_) => typed!(captured::BOOLEAN, "\""),
        Value::Int(_) | Value::Uint(_) | Value::BigInt(_) => typed!(captured::INTEGER, "\""),
        Value::Float(_) => typed!(captured::NUMBER, "\""),
        Value::Str(_) | Value::CutStr(_) => typed!(captured::STRING, "\""),
        Value::Set(_) => typed!(captured::SET, "\""),
        Value::Map(_) | Value::Object(_) | Value::Cut(_) => OBJECT,
        Value::List(_) => ARRAY,
        Value::Local(local) => match local.role {
            Role::Pair | Role::Filter => ARRAY,
            Role::Entry => OBJECT,
            Role::Placeholder => UNKNOWN,
        },
        Value::Absent | Value::Undefined => typed!(captured::UNDEFINED, "\""),
        Value::Opaque(_) | Value::Redacted(_) | Value::Unreadable(_) => UNKNOWN,
    }
}
