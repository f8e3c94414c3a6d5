//! Values as the engine sees them.

use crate::{Number, Scratch};

/// A host's own reference to one of its values. The engine never looks inside.
///
/// `shape` is for the host's dispatch (a type or shape number, so that `match (shape, symbol)` is one
/// jump), `word` for the place (an index, an address).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(C)]
pub struct Handle {
    /// The host's word.
    pub word: u64,
    /// The host's shape number.
    pub shape: u32,
}

/// Why a value is redacted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Hidden {
    /// Its name, field or key is redacted.
    Name,
    /// Its type is redacted.
    Type,
    /// A name is redacted that only the host knows: [`Host::hidden_by`](crate::Host::hidden_by) gives the one of
    /// this number.
    NameOf(u32),
    /// As [`NameOf`](Self::NameOf), a type.
    TypeOf(u32),
    /// The recording or the runtime hid it.
    Host,
}

/// What a value that the engine itself made stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// An entry of a map: an object with a key and a value.
    Entry,
    /// An entry of a map as a list of two (Ruby).
    Pair,
    /// A lazy filter.
    Filter,
    /// A redacted value that goes on as a placeholder (.NET).
    Placeholder,
}

/// A value that the engine itself made. Hosts neither make nor receive one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Local {
    /// What it stands for.
    pub role: Role,
    /// Where the engine keeps it.
    pub slot: u32,
}

/// What a read gives: a value, or why there is none.
///
/// `Absent`, `Undefined`, `Redacted` and `Unreadable` are no values: an engine that is handed one faults
/// where the operand is used (and a dialect may decide otherwise for the first two).
///
/// # Layout
/// The C interface lets a host write a value where the engine reads it. So the layout is one that C knows, a number and
/// what it carries, and the numbers are part of its binary interface. Of those below 8, whatever they carry is
/// valid.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[repr(u8)]
pub enum Value<'a> {
    /// No such name, field, key or index.
    #[default]
    Absent = 0,
    /// An ordered collection.
    List(Handle) = 1,
    /// A collection of distinct elements.
    Set(Handle) = 2,
    /// Keys and values.
    Map(Handle) = 3,
    /// An object: a type name and fields; an enum constant is one whose host gives it a name.
    Object(Handle) = 4,
    /// Null: a found value.
    Null = 5,
    /// A float.
    Float(f64) = 6,
    /// An integer that fits `i64`.
    Int(i64) = 7,
    /// An integer above `i64::MAX`, nothing else.
    Uint(u64) = 8,
    /// An integer beyond 64 bits, nothing else. [`Host::digits`](crate::Host::digits) says which.
    BigInt(Handle) = 9,
    /// A Boolean. Not a number.
    Bool(bool) = 10,
    /// Text.
    Str(&'a str) = 11,
    /// A value of a kind that the language does not know, or a scalar that has a handle, see
    /// [`Host::scalar`](crate::Host::scalar).
    Opaque(Handle) = 12,
    /// A value cut by depth: not null, of a known type perhaps and a known size perhaps, every other read
    /// of it is unreadable with the reason that [`Host::cut_reason`](crate::Host::cut_reason) gives.
    Cut(Handle) = 13,
    /// The recorded beginning of a text that is longer, whose rest was not captured. Of a text that may end
    /// there or go on, a host lends all but the last character.
    CutStr(&'a str) = 14,
    /// Bound, to the host's own undefined value (JavaScript).
    Undefined = 15,
    /// Hidden by redaction.
    Redacted(Hidden) = 16,
    /// Exists, and cannot be shown; the reason in one or a few words (`depth`, `getter`).
    Unreadable(&'a str) = 17,
    /// Made by the engine.
    Local(Local) = 18,
}

/// The reason why a text is unreadable whose beginning only was captured, see [`Value::CutStr`].
pub const TRUNCATED: &str = "truncated";

/// The kinds of values, for messages and checks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Absent,
    Undefined,
    Redacted,
    Unreadable,
    Null,
    Bool,
    Int,
    Float,
    Str,
    List,
    Set,
    Map,
    Object,
    Opaque,
    Entry,
}

impl Kind {
    /// The kind as messages name it, with its article where it has one.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Absent | Self::Undefined => "undefined",
            Self::Redacted => "a redacted value",
            Self::Unreadable => "an unreadable value",
            Self::Null => "null",
            Self::Bool => "a Boolean",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Str => "a string",
            Self::List => "a list",
            Self::Set => "a set",
            Self::Map => "a map",
            Self::Object => "an object",
            Self::Opaque => "an opaque value",
            Self::Entry => "a map entry",
        }
    }
}

impl<'a> Value<'a> {
    /// The kind of the value. A filter is shown as a list; the engine that made it knows better.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Absent => Kind::Absent,
            Self::Undefined => Kind::Undefined,
            Self::Redacted(_) => Kind::Redacted,
            Self::Unreadable(_) | Self::Cut(_) => Kind::Unreadable,
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) | Self::Uint(_) | Self::BigInt(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Str(_) | Self::CutStr(_) => Kind::Str,
            Self::List(_) => Kind::List,
            Self::Set(_) => Kind::Set,
            Self::Map(_) => Kind::Map,
            Self::Object(_) => Kind::Object,
            Self::Opaque(_) => Kind::Opaque,
            Self::Local(local) => match local.role {
                Role::Entry => Kind::Entry,
                Role::Pair | Role::Filter => Kind::List,
                Role::Placeholder => Kind::Redacted,
            },
        }
    }

    /// The value as a number, if it is one that fits 64 bits.
    #[must_use]
    pub const fn number(&self) -> Option<Number> {
        match *self {
            Self::Int(n) => Some(Number::Int(n)),
            Self::Uint(n) => Some(Number::Uint(n)),
            Self::Float(n) => Some(Number::Float(n)),
            _ => None,
        }
    }

    /// An unsigned integer as a value.
    #[must_use]
    pub fn from_u64(n: u64) -> Self {
        i64::try_from(n).map_or(Self::Uint(n), Self::Int)
    }

    /// The handle, where the value is one of the host's own.
    #[must_use]
    pub const fn handle(&self) -> Option<Handle> {
        match *self {
            Self::List(h)
            | Self::Set(h)
            | Self::Map(h)
            | Self::Object(h)
            | Self::Opaque(h)
            | Self::BigInt(h)
            | Self::Cut(h) => Some(h),
            _ => None,
        }
    }

    /// A scalar that has a handle as the scalar that it is, any other value as it is.
    #[must_use]
    pub fn plain<H: crate::Host + ?Sized>(self, host: &'a H) -> Self {
        match self {
            Self::Opaque(handle) => match host.scalar(handle) {
                scalar @ (Self::Bool(_)
                | Self::Int(_)
                | Self::Uint(_)
                | Self::BigInt(_)
                | Self::Float(_)
                | Self::Str(_)
                | Self::CutStr(_)) => scalar,
                _ => self,
            },
            _ => self,
        }
    }

    /// Whether this is a value that exists and can be looked at, [`Value::Cut`] included.
    #[must_use]
    pub const fn is_found(&self) -> bool {
        !matches!(self, Self::Absent | Self::Undefined | Self::Redacted(_) | Self::Unreadable(_))
    }

    /// Equality of two scalars by the rule of the language: numbers by exact value, strings by code point.
    /// `None` where either is no scalar, a cut text leaves it open, or only the digits of an integer beyond 64 bits
    /// tell. For hosts that look keys up.
    #[must_use]
    pub fn scalar_eq(&self, other: &Value<'_>) -> Option<bool> {
        Some(match (*self, *other) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Str(a), Value::Str(b)) => a == b,
            (Self::Str(whole), Value::CutStr(cut)) if !goes_on(whole, cut) => false,
            (Self::CutStr(cut), Value::Str(whole)) if !goes_on(whole, cut) => false,
            // what is beyond 64 bits is none of them
            (Self::BigInt(_), Value::Int(_) | Value::Uint(_))
            | (Self::Int(_) | Self::Uint(_), Value::BigInt(_)) => false,
            (Self::BigInt(_), Value::BigInt(_) | Value::Float(_)) | (Self::Float(_), Value::BigInt(_)) => {
                return None;
            }
            (Self::CutStr(a), Value::CutStr(b)) if !a.starts_with(b) && !b.starts_with(a) => false,
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => crate::number::compare(a, b) == Some(std::cmp::Ordering::Equal),
                _ if a.is_scalar() && b.is_scalar() && a.kind() != b.kind() => false,
                _ => return None,
            },
        })
    }

    /// Null, Boolean, number or string.
    #[must_use]
    pub const fn is_scalar(&self) -> bool {
        matches!(
            self,
            Self::Null
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Uint(_)
                | Self::BigInt(_)
                | Self::Float(_)
                | Self::Str(_)
                | Self::CutStr(_)
        )
    }
}

/// Whether `whole` may be the text whose beginning is `cut`: it is longer, and begins so.
fn goes_on(whole: &str, cut: &str) -> bool {
    whole.len() > cut.len() && whole.starts_with(cut)
}

/// Whether `text` names the enum constant `name` of type `type_name`: the name alone, or with any tail of the
/// type's name before it, split at `.`, `$` and `+` (`READ`, `Option.READ`, `java.nio.Option.READ`).
#[must_use]
pub fn names_constant(text: &str, name: &str, type_name: Option<&str>) -> bool {
    let Some(rest) = text.strip_suffix(name) else { return false };
    if rest.is_empty() {
        return true;
    }
    let separators = ['.', '$', '+'];
    let Some(prefix) = rest.strip_suffix(separators) else { return false };
    let Some(type_name) = type_name else { return false };
    let Some(before) = type_name.strip_suffix(prefix) else { return false };
    !prefix.is_empty() && (before.is_empty() || before.ends_with(separators))
}

/// Whether two values have types of one name, or neither has one: those of scalars with a handle, which make
/// keys of them that differ.
#[must_use]
pub fn same_type<H: crate::Host + ?Sized>(host: &H, a: Option<Handle>, b: Option<Handle>) -> bool {
    let (mut x, mut y) = (Scratch::new(), Scratch::new());
    let (Some(a), Some(b)) = (a, b) else {
        return a.or(b).is_none_or(|handle| host.type_name(handle, &mut x).is_none());
    };
    a == b || host.type_name(a, &mut x) == host.type_name(b, &mut y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enum_constant_is_named_by_its_name_and_any_tail_of_its_type() {
        let ty = Some("java.nio.file.StandardOpenOption");
        for text in ["READ", "StandardOpenOption.READ", "java.nio.file.StandardOpenOption.READ"] {
            assert!(names_constant(text, "READ", ty), "{text}");
        }
        for text in ["XREAD", "Option.READ", ".READ", "READ.", "other.StandardOpenOption.READ"] {
            assert!(!names_constant(text, "READ", ty), "{text}");
        }
        assert!(names_constant("Inner.A", "A", Some("pkg.Outer$Inner")));
    }

    #[test]
    fn a_value_is_three_words() {
        assert_eq!(size_of::<Value<'_>>(), 24);
    }
}
