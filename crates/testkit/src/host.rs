//! A host over values that a test owns.

use std::collections::{HashMap, HashSet};

use probelang_host::{
    Batch, Cursor, Handle, Hidden, Host, Instance, More, Names, Nature, Sameness, Scratch, Search, Size,
    Symbol, TRUNCATED, Value, names_constant,
};

use crate::value::{Given, Missing, Object};

/// A host over named values. Every value lies at a place of one arena; a handle is a place.
pub struct TestHost {
    names: Names,
    variables: HashMap<Symbol, usize>,
    places: Vec<Place>,
    types: HashSet<String>,
}

/// A value without its parts, and the places of those.
struct Place {
    given: Given,
    /// Keys of a map.
    keys: Vec<usize>,
    /// Names of an object's fields.
    names: Vec<Symbol>,
    /// Elements, values of entries, values of fields.
    values: Vec<usize>,
    /// What else the value is.
    others: Vec<(Nature, usize)>,
    /// The place of the value that this is what else of.
    of: Option<usize>,
}

impl TestHost {
    /// A host whose frame has these variables, `@return` and the like among them. Of two of one name the
    /// later counts.
    #[must_use]
    pub fn new<'v>(variables: impl IntoIterator<Item = (&'v str, Given)>) -> Self {
        let mut host = Self {
            names: Names::new(),
            variables: HashMap::new(),
            places: Vec::new(),
            types: HashSet::new(),
        };
        for (name, given) in variables {
            let symbol = host.names.symbol(name);
            let place = host.place(given);
            host.variables.insert(symbol, place);
        }
        host
    }

    /// The table that programs over this host resolve their names with.
    #[must_use]
    pub const fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    fn place(&mut self, mut given: Given) -> usize {
        if let Given::Also { value, others } = given {
            let place = self.place(*value);
            for other in others {
                let nature = match &other {
                    Given::Object(_) => Nature::Fields,
                    Given::List(_) => Nature::List,
                    Given::Map(_) => Nature::Map,
                    Given::Set(_) => Nature::Length,
                    other => panic!("nothing that a value is besides: {other:?}"),
                };
                let other = self.place(other);
                self.places[other].of = Some(place);
                self.places[place].others.push((nature, other));
            }
            return place;
        }
        let (mut keys, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
        match &mut given {
            Given::List(items) | Given::Set(items) => {
                self.types.extend(items.type_name.clone());
                for item in std::mem::take(&mut items.items) {
                    values.push(self.place(item));
                }
            }
            Given::Map(map) => {
                self.types.extend(map.type_name.clone());
                for (key, value) in std::mem::take(&mut map.entries) {
                    keys.push(self.place(key));
                    values.push(self.place(value));
                }
            }
            Given::Object(object) => {
                self.types.extend(object.type_name.clone());
                self.types.extend(object.supertypes.iter().cloned());
                for (name, value) in std::mem::take(&mut object.fields) {
                    names.push(self.names.symbol(&name));
                    values.push(self.place(value));
                }
            }
            Given::Enum { type_name, .. }
            | Given::Opaque { type_name, .. }
            | Given::Typed { type_name, .. }
            | Given::Cut { type_name, .. } => {
                self.types.extend(type_name.clone());
            }
            _ => {}
        }
        self.places.push(Place { given, keys, names, values, others: Vec::new(), of: None });
        self.places.len() - 1
    }

    fn at(&self, handle: Handle) -> &Place {
        &self.places[usize::try_from(handle.word).expect("a handle of this host")]
    }

    fn value(&self, place: usize) -> Value<'_> {
        let handle = Handle { shape: 0, word: place as u64 };
        match &self.places[place].given {
            Given::Null => Value::Null,
            Given::Bool(truth) => Value::Bool(*truth),
            Given::Int(n) => Value::Int(*n),
            Given::Uint(n) => Value::from_u64(*n),
            Given::BigInt(_) => Value::BigInt(handle),
            Given::Float(n) => Value::Float(*n),
            Given::Str(text) => Value::Str(text),
            Given::CutStr(text) => Value::CutStr(text),
            Given::List(_) => Value::List(handle),
            Given::Set(_) => Value::Set(handle),
            Given::Map(_) => Value::Map(handle),
            Given::Object(_) | Given::Enum { .. } => Value::Object(handle),
            Given::Opaque { .. } | Given::Typed { .. } => Value::Opaque(handle),
            Given::Cut { .. } => Value::Cut(handle),
            Given::Also { .. } => panic!("it has the place of its value"),
            Given::Undefined => Value::Undefined,
            Given::Redacted => Value::Redacted(Hidden::Host),
            Given::Unreadable(reason) => Value::Unreadable(reason),
        }
    }

    /// A scalar of this host that has a handle without it.
    fn own<'v>(&'v self, value: Value<'v>) -> Value<'v> {
        value.plain(self)
    }

    /// What a collection lacks.
    fn missing(&self, handle: Handle) -> Option<(&str, Option<u64>)> {
        let named = |missing: &'_ Option<Missing>| missing.is_some();
        match &self.at(handle).given {
            Given::List(items) | Given::Set(items) if named(&items.missing) => {
                items.missing.as_ref().map(|missing| (missing.reason.as_str(), missing.size))
            }
            Given::Map(map) => map.missing.as_ref().map(|missing| (missing.reason.as_str(), missing.size)),
            Given::Object(object) => object.missing.as_ref().map(|reason| (reason.as_str(), None)),
            _ => None,
        }
    }

    /// The value of a name or key that is not among the recorded ones.
    fn not_recorded(&self, handle: Handle) -> Value<'_> {
        self.missing(handle).map_or(Value::Absent, |(reason, _)| Value::Unreadable(reason))
    }

    /// The value under `key` in a map, or in an object as a map of its fields.
    fn find(&self, map: Handle, key: &Value<'_>) -> Value<'_> {
        let at = self.at(map);
        let keys = (0..at.values.len()).map(|place| match at.names.get(place) {
            Some(&name) => Value::Str(self.names.text(name)),
            None => self.value(at.keys[place]),
        });
        let (mut of_other_type, mut perhaps) = (None, false);
        for (other, &value) in keys.zip(&at.values) {
            if other.scalar_eq(key) == Some(true)
                || self.is_constant(&other, key)
                || self.is_integer(&other, key)
            {
                return self.value(value);
            }
            if of_other_type.is_none() && self.own(other).scalar_eq(key) == Some(true) {
                of_other_type = Some(self.value(value));
            }
            perhaps |=
                matches!((other, key), (Value::CutStr(_), Value::Str(_))) && other.scalar_eq(key).is_none();
        }
        match of_other_type {
            Some(value) => value,
            None if perhaps => Value::Unreadable(TRUNCATED),
            None => self.not_recorded(map),
        }
    }

    /// Whether the two are numbers of one value, at least one of them beyond 64 bits.
    fn is_integer(&self, a: &Value<'_>, b: &Value<'_>) -> bool {
        let big = |value: &Value<'_>| match *value {
            Value::BigInt(handle) => self.big(handle),
            _ => None,
        };
        let equals = |big: i128, other: &Value<'_>| match other {
            Value::Float(n) => n.fract() == 0.0 && n.abs() < 1e38 && *n as i128 == big,
            _ => false,
        };
        match (big(a), big(b)) {
            (Some(a), Some(b)) => a == b,
            (Some(a), None) => equals(a, b),
            (None, Some(b)) => equals(b, a),
            (None, None) => false,
        }
    }

    fn big(&self, integer: Handle) -> Option<i128> {
        match self.at(integer).given {
            Given::BigInt(n) => Some(n),
            _ => None,
        }
    }

    /// Whether `key` names the enum constant `other`.
    fn is_constant(&self, other: &Value<'_>, key: &Value<'_>) -> bool {
        let (Value::Object(constant), Value::Str(text)) = (other, key) else { return false };
        let name = self.enum_name(*constant);
        name.is_some_and(|name| names_constant(text, name, self.type_of(*constant)))
    }

    fn type_of(&self, value: Handle) -> Option<&str> {
        if let Some(of) = self.at(value).of {
            return self.type_of(Handle { shape: 0, word: of as u64 });
        }
        match &self.at(value).given {
            Given::List(items) | Given::Set(items) => items.type_name.as_deref(),
            Given::Map(map) => map.type_name.as_deref(),
            Given::Object(object) => object.type_name.as_deref(),
            Given::Enum { type_name, .. }
            | Given::Opaque { type_name, .. }
            | Given::Typed { type_name, .. }
            | Given::Cut { type_name, .. } => type_name.as_deref(),
            _ => None,
        }
    }

    /// The rest of a walk that wrote `count` parts.
    fn more(&self, cursor: &mut Cursor, count: usize, all: usize) -> Batch<'_> {
        cursor.position += count as u64;
        let done = cursor.position >= all as u64;
        let more = match self.missing(cursor.handle) {
            _ if !done => More::Yes,
            Some((reason, _)) => More::Cut(reason),
            None => More::Done,
        };
        Batch { count, more }
    }
}

/// A scalar that is no value of the arena.
fn scalar(given: &Given) -> Value<'_> {
    match given {
        Given::Null => Value::Null,
        Given::Bool(truth) => Value::Bool(*truth),
        Given::Int(n) => Value::Int(*n),
        Given::Uint(n) => Value::from_u64(*n),
        Given::Float(n) => Value::Float(*n),
        Given::Str(text) => Value::Str(text),
        Given::CutStr(text) => Value::CutStr(text),
        other => panic!("no scalar: {other:?}"),
    }
}

impl Host for TestHost {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = self.variables.get(&name).map_or(Value::Absent, |&place| self.value(place));
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let at = self.at(object);
        *out = match at.names.iter().position(|&field| field == name) {
            Some(found) => self.value(at.values[found]),
            None => self.not_recorded(object),
        };
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let place = usize::try_from(index).ok().and_then(|index| self.at(list).values.get(index));
        let unplaced = matches!(&self.at(list).given, Given::List(items) if items.unplaced);
        *out = match (place, self.missing(list)) {
            (Some(_), _) if unplaced => Value::Unreadable("positions"),
            (Some(&place), _) => self.value(place),
            (None, Some((reason, size))) if size.is_none_or(|size| index < size) => Value::Unreadable(reason),
            (None, _) => Value::Absent,
        };
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        self.key(map, &Value::Str(self.names.text(key)), out)
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        if matches!(&self.at(map).given, Given::Map(map) if map.walked) {
            // what a host writes then counts for nothing
            *out = Value::Str("of no entry");
            return Search::Walk;
        }
        *out = self.find(map, key);
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        if let Given::Cut { size, reason, .. } = &self.at(value).given {
            return size.map_or(Size::Unreadable(reason), Size::Known);
        }
        match self.missing(value) {
            None => Size::Known(self.at(value).values.len() as u64),
            Some((_, Some(size))) => Size::Known(size),
            Some((reason, None)) => Size::Unreadable(reason),
        }
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let places = &self.at(cursor.handle).values;
        let start = usize::try_from(cursor.position).expect("a position of this host");
        let mut count = 0;
        for (&place, out) in places[start..].iter().zip(out) {
            *out = self.value(place);
            count += 1;
        }
        self.more(cursor, count, places.len())
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let at = self.at(cursor.handle);
        let start = usize::try_from(cursor.position).expect("a position of this host");
        let mut count = 0;
        for ((place, key), value) in (start..at.values.len()).zip(keys).zip(values) {
            *key = match at.names.get(place) {
                Some(&name) => Value::Str(self.names.text(name)),
                None => self.value(at.keys[place]),
            };
            *value = self.value(at.values[place]);
            count += 1;
        }
        self.more(cursor, count, at.values.len())
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let supertype = match &self.at(value).given {
            Given::Object(object) => object.supertypes.iter().any(|name| name == type_name),
            Given::Cut { type_name: None, reason, .. } => return Instance::Unreadable(reason),
            _ => false,
        };
        if supertype || self.type_of(value) == Some(type_name) {
            Instance::Yes
        } else if self.types.contains(type_name) {
            Instance::No
        } else {
            Instance::UnknownType
        }
    }

    fn scalar_instance_of(&self, _: &Value<'_>, type_name: &str) -> Instance<'_> {
        if self.types.contains(type_name) { Instance::No } else { Instance::UnknownType }
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        let name = self.type_of(value)?;
        if value.word.is_multiple_of(2) {
            return Some(name);
        }
        // a name that is composed
        scratch.push(name);
        Some(scratch.text())
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        let identity = |handle| match &self.at(handle).given {
            Given::Object(object) => object.identity,
            // the place of any other value is its identity
            _ => Some(handle.word),
        };
        match (identity(a), identity(b)) {
            _ if self.type_of(a) != self.type_of(b) => Sameness::Different,
            (Some(a), Some(b)) if a == b => Sameness::Same,
            (Some(_), Some(_)) => Sameness::Different,
            _ => Sameness::Unknown("identity"),
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        match &self.at(object).given {
            Given::Enum { name, .. } => Some(name),
            _ => None,
        }
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        match &self.at(opaque).given {
            Given::Typed { scalar: given, .. } => scalar(given),
            _ => Value::Absent,
        }
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        match &self.at(opaque).given {
            Given::Typed { perhaps: Some(_), .. } => Some("doubtful"),
            Given::Opaque { text, .. } => text.as_deref(),
            _ => None,
        }
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        match (&self.at(value).given, with) {
            (Given::List(items), None) if items.unplaced => Some("positions"),
            (
                Given::Object(Object { perhaps: Some(perhaps), .. })
                | Given::Typed { perhaps: Some(perhaps), .. },
                with,
            ) => {
                let equal = |with: &Value<'_>| scalar(perhaps).scalar_eq(&self.own(*with));
                with.is_none_or(|with| equal(with) != Some(false)).then_some("perhaps")
            }
            (Given::Map(_), Some(key)) => {
                // the text is there as one of another type only
                let keys = || self.at(value).keys.iter().map(|&key| self.value(key));
                let same = keys().any(|other| other.scalar_eq(key) == Some(true));
                let of_other = keys().any(|other| other.plain(self).scalar_eq(key) == Some(true));
                (of_other && !same && matches!(key, Value::Str(_))).then_some("another sort of key")
            }
            _ => None,
        }
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        if let Some(n) = self.big(integer) {
            scratch.push(&n.to_string());
        }
        scratch.text()
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        let mut others = self.at(value).others.iter();
        let (_, place) = others.find(|(other, _)| *other == nature)?;
        Some(Handle { shape: 0, word: *place as u64 })
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        match &self.at(cut).given {
            Given::Cut { reason, .. } => reason,
            _ => "depth",
        }
    }
}
