//! What captures call the plain kinds: the types of values whose host names none, and what the scalar is that has a
//! type of its own. They are called as JSON calls them.

/// Null.
pub const NULL: &str = "null";
/// A Boolean.
pub const BOOLEAN: &str = "boolean";
/// An integer of any size.
pub const INTEGER: &str = "integer";
/// Any other number.
pub const NUMBER: &str = "number";
/// A string.
pub const STRING: &str = "string";
/// A list.
pub const ARRAY: &str = "array";
/// A set.
pub const SET: &str = "set";
/// An object or a map.
pub const OBJECT: &str = "object";
/// The undefined value of a runtime that has one.
pub const UNDEFINED: &str = "undefined";
/// What is none of these.
pub const UNKNOWN: &str = "unknown";

/// Whether a value that has a handle may be called `name` because its host names no type. A host's own type of such a
/// name is marked in a capture (`named`).
#[inline]
#[must_use]
pub fn is_plain(name: &str) -> bool {
    matches!(name, ARRAY | OBJECT | SET | STRING | UNKNOWN)
}
