//! Gradual types: which kinds a value may have, and what is known of its parts.

use std::fmt;
use std::sync::Arc;

use probelang_diagnostic::spell;

use crate::Kinds;

mod text;

/// The type of an expression: what its value may be.
///
/// Where nothing is known the type is [`unknown`](Type::unknown), and every operation is allowed. A type
/// without kinds ([`never`](Type::never)) says that evaluating certainly ends in a fault.
#[derive(Clone, PartialEq, Debug)]
pub struct Type {
    kinds: Kinds,
    shape: Option<Arc<Parts>>,
}

/// What is known of the parts of a value. Absent parts are unknown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parts {
    /// Elements of a list or set.
    pub element: Option<Type>,
    /// Keys of a map.
    pub key: Option<Type>,
    /// Values of a map.
    pub value: Option<Type>,
    /// The keys that a map is known to have, where they are text.
    pub keys: Option<Fields>,
    /// Whether a map is an object besides, whose fields are its keys: an object of plain JSON.
    pub members: bool,
    /// Fields of an object.
    pub fields: Option<Fields>,
    /// The name of an object's or a constant's type.
    pub name: Option<Arc<str>>,
    /// Names of the constants of an enum.
    pub constants: Vec<Arc<str>>,
    /// How many elements a collection has at most.
    pub items: SizeBound,
    /// How many characters a string has at most.
    pub chars: SizeBound,
}

/// An upper bound on a size: stated, or left to what the cost bound assumes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SizeBound {
    most: u64,
    assumed: bool,
}

impl Default for SizeBound {
    fn default() -> Self {
        Self { most: 0, assumed: true }
    }
}

impl SizeBound {
    /// At most `most`.
    #[must_use]
    pub const fn at_most(most: u64) -> Self {
        Self { most, assumed: false }
    }
    /// The stated bound, if there is one.
    #[must_use]
    pub const fn stated(self) -> Option<u64> {
        if self.assumed { None } else { Some(self.most) }
    }
    /// The bound where an unstated one is `default`.
    #[must_use]
    pub fn or(self, default: u64) -> u64 {
        if self.assumed { self.most.max(default) } else { self.most }
    }
    fn join(self, other: Self) -> Self {
        Self { most: self.most.max(other.most), assumed: self.assumed || other.assumed }
    }
}

/// A field, a known key, or a name of the scope.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether it is hidden; its type says nothing then.
    pub redacted: bool,
    /// What it is for, in the words of the schema's author.
    pub doc: Option<Arc<str>>,
}

impl Field {
    /// A field that is always there.
    #[must_use]
    pub const fn of(ty: Type) -> Self {
        Self { ty, optional: false, redacted: false, doc: None }
    }
    /// A field whose value is hidden.
    #[must_use]
    pub const fn redacted() -> Self {
        Self { ty: Type::unknown(), optional: false, redacted: true, doc: None }
    }
}

/// Named parts, in the order in which they were given.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields {
    list: Vec<(Arc<str>, Field)>,
    /// Whether there may be others.
    pub open: bool,
}

impl Fields {
    /// No fields; `open` says whether there may be some.
    #[must_use]
    pub const fn new(open: bool) -> Self {
        Self { list: Vec::new(), open }
    }
    /// The field `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.list.iter().find(|(known, _)| &**known == name).map(|(_, field)| field)
    }
    /// Adds a field of a name that is not there yet.
    pub fn push(&mut self, name: &str, field: Field) {
        self.list.push((name.into(), field));
    }
    /// Adds or replaces a field.
    pub fn set(&mut self, name: &str, field: Field) {
        match self.list.iter_mut().find(|(known, _)| &**known == name) {
            Some((_, place)) => *place = field,
            None => self.list.push((name.into(), field)),
        }
    }
    /// Adds a field, or joins it with the one of that name.
    pub fn merge(&mut self, name: &str, field: Field) {
        match self.list.iter_mut().find(|(known, _)| &**known == name) {
            Some((_, place)) => *place = join_field(place, &field),
            None => self.list.push((name.into(), field)),
        }
    }
    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Field)> + Clone {
        self.list.iter().map(|(name, field)| (&**name, field))
    }
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// What either may have: a field of only one becomes optional.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let mut list = Vec::with_capacity(self.list.len());
        for (name, field) in &self.list {
            list.push((
                Arc::clone(name),
                match other.get(name) {
                    Some(twin) => join_field(field, twin),
                    None => Field { optional: true, ..field.clone() },
                },
            ));
        }
        for (name, field) in &other.list {
            if self.get(name).is_none() {
                list.push((Arc::clone(name), Field { optional: true, ..field.clone() }));
            }
        }
        Self { list, open: self.open || other.open }
    }
    /// The type that covers all of the values.
    #[must_use]
    pub fn any_value(&self) -> Type {
        if self.open || self.list.iter().any(|(_, field)| field.redacted) {
            return Type::unknown();
        }
        self.list.iter().fold(Type::never(), |all, (_, field)| all.join(&field.ty))
    }
}

fn join_field(a: &Field, b: &Field) -> Field {
    // where only one of them is hidden, the other says what may be seen
    let ty = match (a.redacted, b.redacted) {
        (true, false) => b.ty.clone(),
        (false, true) => a.ty.clone(),
        _ => a.ty.join(&b.ty),
    };
    Field {
        ty,
        optional: a.optional || b.optional,
        redacted: a.redacted && b.redacted,
        doc: a.doc.clone().or_else(|| b.doc.clone()),
    }
}

impl Type {
    /// Anything.
    #[must_use]
    pub const fn unknown() -> Self {
        Self::kinds_of(Kinds::ANY)
    }
    /// Nothing: a fault is certain.
    #[must_use]
    pub const fn never() -> Self {
        Self::kinds_of(Kinds::NONE)
    }
    /// Any value of these kinds.
    #[must_use]
    pub const fn kinds_of(kinds: Kinds) -> Self {
        Self { kinds, shape: None }
    }
    /// These kinds with what is known of their parts.
    #[must_use]
    pub fn with_shape(kinds: Kinds, shape: Parts) -> Self {
        Self { kinds, shape: (shape != Parts::default()).then(|| Arc::new(shape)) }
    }
    /// A list or a set of `element`.
    #[must_use]
    pub fn collection_of(kinds: Kinds, element: Self, items: SizeBound) -> Self {
        Self::with_shape(kinds, Parts { element: Some(element), items, ..Parts::default() })
    }
    /// A map.
    #[must_use]
    pub fn map_of(key: Self, value: Self, items: SizeBound) -> Self {
        Self::with_shape(Kinds::MAP, Parts { key: Some(key), value: Some(value), items, ..Parts::default() })
    }
    /// An object with exactly these fields, unless they are open.
    #[must_use]
    pub fn object_of(name: Option<Arc<str>>, fields: Fields) -> Self {
        Self::with_shape(Kinds::OBJECT, Parts { fields: Some(fields), name, ..Parts::default() })
    }
    /// A string of at most that many characters.
    #[must_use]
    pub fn text(chars: u64) -> Self {
        Self::with_shape(Kinds::STR, Parts { chars: SizeBound::at_most(chars), ..Parts::default() })
    }

    /// The kinds that it covers.
    #[must_use]
    pub const fn kinds(&self) -> Kinds {
        self.kinds
    }
    /// What is known of its parts.
    #[must_use]
    pub fn shape(&self) -> Option<&Parts> {
        self.shape.as_deref()
    }
    /// Whether nothing is known, null perhaps apart.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.kinds.contains(Kinds::SOME)
    }
    /// Whether evaluating certainly ends in a fault.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        self.kinds.is_empty()
    }
    /// The same with kinds added.
    #[must_use]
    pub fn and(&self, kinds: Kinds) -> Self {
        Self { kinds: self.kinds.union(kinds), shape: self.shape.clone() }
    }
    /// The same, of these kinds only.
    #[must_use]
    pub fn only(&self, kinds: Kinds) -> Self {
        Self { kinds: self.kinds.both(kinds), shape: self.shape.clone() }
    }
    /// Elements of the list or set; unknown where it is not one.
    #[must_use]
    pub fn element(&self) -> Self {
        self.shape().and_then(|shape| shape.element.clone()).unwrap_or_else(Self::unknown)
    }
    /// Keys of the map.
    #[must_use]
    pub fn key(&self) -> Self {
        let Some(shape) = self.shape() else { return Self::unknown() };
        match (&shape.key, &shape.keys) {
            (Some(key), _) => key.clone(),
            (None, Some(keys)) if !keys.open => Self::kinds_of(Kinds::STR),
            _ => Self::unknown(),
        }
    }
    /// Values of the map.
    #[must_use]
    pub fn value(&self) -> Self {
        let Some(shape) = self.shape() else { return Self::unknown() };
        match (&shape.value, &shape.keys) {
            (Some(value), _) => value.clone(),
            (None, Some(keys)) => keys.any_value(),
            _ => Self::unknown(),
        }
    }
    /// Known fields of the object.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        self.shape()?.fields.as_ref()
    }
    /// Known keys of the map.
    #[must_use]
    pub fn keys(&self) -> Option<&Fields> {
        self.shape()?.keys.as_ref()
    }
    /// Whether its maps are objects besides.
    #[must_use]
    pub fn has_members(&self) -> bool {
        self.shape().is_some_and(|shape| shape.members)
    }
    /// Most elements.
    #[must_use]
    pub fn items(&self) -> SizeBound {
        self.shape().map_or_else(SizeBound::default, |shape| shape.items)
    }
    /// Most characters.
    #[must_use]
    pub fn chars(&self) -> SizeBound {
        self.shape().map_or_else(SizeBound::default, |shape| shape.chars)
    }

    /// The smallest type that covers both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        if self.shape.is_none() && other.shape.is_none() {
            return Self::kinds_of(self.kinds.union(other.kinds));
        }
        if self == other || other.is_never() {
            return self.clone();
        }
        if self.is_never() {
            return other.clone();
        }
        let kinds = self.kinds.union(other.kinds);
        let none = Parts::default();
        let (a, b) = (self.shape().unwrap_or(&none), other.shape().unwrap_or(&none));
        let side = |of: Kinds| (self.kinds.meets(of), other.kinds.meets(of));
        let linear = side(Kinds::LIST.union(Kinds::SET));
        let map = side(Kinds::MAP);
        let object = side(Kinds::OBJECT.union(Kinds::ENUM));
        let collection = side(Kinds::COLLECTION);
        let text = side(Kinds::STR);
        let fields = |a: &Fields, b: &Fields| a.join(b);
        // a map with known keys joined with one without: the values still join
        let (a_value, b_value) = (
            a.value.clone().or_else(|| a.keys.as_ref().map(Fields::any_value)),
            b.value.clone().or_else(|| b.keys.as_ref().map(Fields::any_value)),
        );
        let shape = Parts {
            element: part(linear, a.element.as_ref(), b.element.as_ref(), Self::join),
            key: part(map, a.key.as_ref(), b.key.as_ref(), Self::join),
            value: part(map, a_value.as_ref(), b_value.as_ref(), Self::join),
            keys: part(map, a.keys.as_ref(), b.keys.as_ref(), fields),
            // a kind without a map says nothing of maps
            members: (a.members || !map.0) && (b.members || !map.1) && (map.0 || map.1),
            fields: part(object, a.fields.as_ref(), b.fields.as_ref(), fields),
            name: part(object, a.name.as_ref(), b.name.as_ref(), |a, _| Arc::clone(a))
                .filter(|_| !(object.0 && object.1) || a.name == b.name),
            constants: join_constants(&a.constants, &b.constants),
            items: bound(collection, a.items, b.items),
            chars: bound(text, a.chars, b.chars),
        };
        Self::with_shape(kinds, shape)
    }
}

/// The part of a joined shape: of the only side that has it, of both joined, unknown where one does not say.
fn part<T: Clone>(
    has: (bool, bool),
    a: Option<&T>,
    b: Option<&T>,
    join: impl FnOnce(&T, &T) -> T,
) -> Option<T> {
    match has {
        (true, true) => a.zip(b).map(|(a, b)| join(a, b)),
        (true, false) => a.cloned(),
        (false, true) => b.cloned(),
        (false, false) => None,
    }
}

fn bound(has: (bool, bool), a: SizeBound, b: SizeBound) -> SizeBound {
    match has {
        (true, true) => a.join(b),
        (true, false) => a,
        (false, true) => b,
        (false, false) => SizeBound::default(),
    }
}

fn join_constants(a: &[Arc<str>], b: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut all = a.to_vec();
    all.extend(b.iter().filter(|name| !a.contains(name)).cloned());
    all
}

/// Levels of parts that the text of a type shows.
const SHOWN: u8 = 3;

impl fmt::Display for Type {
    /// As a schema writes it, but for objects, which show their type's name or their first fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, SHOWN)
    }
}

impl Type {
    fn write(&self, f: &mut fmt::Formatter<'_>, levels: u8) -> fmt::Result {
        let Some(shape) = self.shape().filter(|_| !self.is_unknown()) else {
            return fmt::Display::fmt(&self.kinds, f);
        };
        let Some(below) = levels.checked_sub(1) else { return f.write_str("…") };
        let mut between = "";
        let scalars = self.kinds.minus(Kinds::COLLECTION.union(Kinds::OBJECT).union(Kinds::ENUM));
        let before = scalars.minus(Kinds::NULL);
        if !before.is_empty() {
            write!(f, "{before}")?;
            between = " | ";
        }
        for kind in self.kinds.minus(scalars).each() {
            f.write_str(between)?;
            between = " | ";
            match kind {
                Kinds::LIST | Kinds::SET if shape.element.is_some() => {
                    write!(f, "{kind}<")?;
                    self.element().write(f, below)?;
                    f.write_str(">")?;
                }
                Kinds::MAP => match &shape.keys {
                    Some(keys) if !keys.is_empty() => write_fields(f, "map ", keys, below)?,
                    _ if shape.key.is_some() || shape.value.is_some() => {
                        f.write_str("map<")?;
                        self.key().write(f, below)?;
                        f.write_str(", ")?;
                        self.value().write(f, below)?;
                        f.write_str(">")?;
                    }
                    _ => f.write_str("map")?,
                },
                Kinds::OBJECT | Kinds::ENUM => match (&shape.name, &shape.fields) {
                    (Some(name), _) => f.write_str(&one_line(name))?,
                    (None, Some(fields)) if kind == Kinds::OBJECT => write_fields(f, "", fields, below)?,
                    _ => write!(f, "{kind}")?,
                },
                kind => write!(f, "{kind}")?,
            }
        }
        if self.kinds.meets(Kinds::NULL) {
            write!(f, "{between}null")?;
        }
        Ok(())
    }
}

/// A type name as it is, unless it would break the line.
fn one_line(name: &str) -> String {
    let quoted = spell::string(name).to_string();
    quoted.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).to_owned()
}

fn write_fields(f: &mut fmt::Formatter<'_>, word: &str, fields: &Fields, levels: u8) -> fmt::Result {
    const FEW: usize = 4;
    write!(f, "{word}{{")?;
    for (at, (name, field)) in fields.iter().take(FEW).enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        let mark = if field.optional { "?" } else { "" };
        write!(f, "{}{mark}: ", spell::Member(name))?;
        if field.redacted {
            f.write_str("redacted")?;
        } else {
            field.ty.write(f, levels)?;
        }
    }
    if fields.open || fields.len() > FEW {
        f.write_str(if fields.is_empty() { "…" } else { ", …" })?;
    }
    f.write_str("}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(element: Type) -> Type {
        Type::collection_of(Kinds::LIST, element, SizeBound::default())
    }

    #[test]
    fn a_join_covers_both_and_forgets_no_part_that_one_side_alone_has() {
        let ints = list(Type::kinds_of(Kinds::INT));
        let text = Type::text(3);
        let both = ints.join(&text);
        assert_eq!(both.to_string(), "string | list<integer>");
        assert_eq!(both.chars().or(255), 3);
        assert_eq!(ints.join(&list(Type::kinds_of(Kinds::NULL))).to_string(), "list<integer | null>");
        assert_eq!(ints.join(&Type::kinds_of(Kinds::LIST)).to_string(), "list");
        assert_eq!(ints.join(&Type::never()), ints);
        assert_eq!(Type::text(3).join(&Type::kinds_of(Kinds::STR)).chars().or(255), 255);
        assert_eq!(Type::text(300).join(&Type::kinds_of(Kinds::STR)).chars().or(255), 300);
    }

    #[test]
    fn a_field_of_one_side_alone_becomes_optional() {
        let mut a = Fields::default();
        a.set("x", Field::of(Type::kinds_of(Kinds::INT)));
        let mut b = a.clone();
        b.set("y", Field::of(Type::kinds_of(Kinds::STR)));
        let joined = Type::object_of(None, a).join(&Type::object_of(None, b));
        assert_eq!(joined.to_string(), "{x: integer, y?: string}");
    }
}
