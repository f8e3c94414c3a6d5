//! `== !=`: the rule, in the order of `docs/faults.md`, and structural comparison.

use std::cmp::Ordering;

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Handle, Local, Role, Sameness, Size, Value, names_constant};

use crate::fault::Detail;
use crate::frame::Frame;
use crate::iter::{Iter, Next, is_filter};
use crate::modes::UndefinedEquality;

/// Levels of collections that are compared; one more is a fault.
const LEVELS: u32 = 32;

/// How two values stand to each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Relation<'a> {
    Same,
    Different,
    /// Of unlike kinds.
    Unlike,
    /// A part is redacted.
    Redacted,
    /// A side was cut by depth.
    Cut(&'a str),
    /// A part cannot be read.
    Part(&'a str),
    /// As far as the text was recorded it is the same.
    CutText,
    /// Objects without identity.
    Identity(&'a str),
    /// A side is the value undefined.
    Undefined,
}

/// What a structural comparison met on its way.
#[derive(Default)]
struct Met<'a> {
    redacted: bool,
    part: Option<&'a str>,
    undefined: bool,
}

impl<'a> Met<'a> {
    /// Takes the relation of two parts; whether they differ.
    fn note(&mut self, relation: Relation<'a>) -> bool {
        match relation {
            Relation::Same => {}
            Relation::Different | Relation::Unlike => return true,
            Relation::Redacted => self.redacted = true,
            Relation::Cut(reason) | Relation::Part(reason) | Relation::Identity(reason) => {
                self.part.get_or_insert(reason);
            }
            Relation::CutText => {
                self.part.get_or_insert("");
            }
            Relation::Undefined => self.undefined = true,
        }
        false
    }

    fn relation(&self) -> Relation<'a> {
        match *self {
            Self { redacted: true, .. } => Relation::Redacted,
            Self { part: Some(reason), .. } => Relation::Part(reason),
            Self { undefined: true, .. } => Relation::Undefined,
            _ => Relation::Same,
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    pub(super) fn equal(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match (*a, *b) {
            (Value::Int(a), Value::Int(b)) if !self.modes().doubles => return Ok(a == b),
            (Value::Str(a), Value::Str(b)) => return self.same_bytes(a.as_bytes(), b.as_bytes(), site),
            (Value::Bool(a), Value::Bool(b)) => return Ok(a == b),
            _ => {}
        }
        for side in [a, b] {
            if is_filter(side) {
                self.drain(side, site, &mut 0)?;
            }
        }
        let relation = self.relate(a, b, 0, site)?;
        self.answer(relation, a, b, site)
    }

    /// Whether two keys are equal: unlike kinds just differ.
    pub(crate) fn keys_equal(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<bool, Stop> {
        match self.relate(a, b, 0, site)? {
            Relation::Unlike => Ok(false),
            relation => self.answer(relation, a, b, site),
        }
    }

    /// What `==` answers, or the fault.
    pub(super) fn answer(
        &mut self,
        relation: Relation<'a>,
        a: &Value<'a>,
        b: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        Err(match relation {
            Relation::Same => return Ok(true),
            Relation::Different => return Ok(false),
            Relation::Unlike if !self.modes().unlike_equality_fault => return Ok(false),
            Relation::Unlike => {
                let kinds = Detail::Kinds(self.kind(a), self.kind(b));
                self.fail(fault::UNLIKE_KINDS, site, kinds)
            }
            Relation::Redacted => self.fail(fault::REDACTED_PART, site, Detail::None),
            Relation::Cut(reason) => self.fail_because(fault::UNREADABLE, site, reason),
            Relation::Part(reason) => self.fail_because(fault::UNREADABLE_PART, site, reason),
            Relation::CutText => self.fail(fault::CUT_TEXT, site, Detail::None),
            Relation::Identity(reason) => self.fail_because(fault::NO_IDENTITY, site, reason),
            Relation::Undefined => {
                let code = if self.modes().undefined_kind {
                    fault::UNDEFINED_OPERAND
                } else {
                    fault::UNDEFINED_VALUE
                };
                self.fail(code, site, Detail::None)
            }
        })
    }

    /// How two values stand to each other; `level` collections are open round them.
    pub(super) fn relate(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        use Relation::{Different, Same, Unlike};
        if let Some(relation) = self.relate_hidden(a, b) {
            return Ok(relation);
        }
        let same = |same: bool| if same { Same } else { Different };
        if let (Some(a), Some(b)) = (self.as_number(a), self.as_number(b)) {
            return Ok(same(self.compare_numbers(a, b) == Some(Ordering::Equal)));
        }
        Ok(match (*a, *b) {
            (Value::Null, Value::Null) => Same,
            (Value::Null, _) | (_, Value::Null) => Different,
            (Value::Cut(handle), _) | (_, Value::Cut(handle)) => Relation::Cut(self.host.cut_reason(handle)),
            (Value::Bool(a), Value::Bool(b)) => same(a == b),
            (Value::Str(a), Value::Str(b)) => same(self.same_bytes(a.as_bytes(), b.as_bytes(), site)?),
            (Value::Str(whole), Value::CutStr(cut)) | (Value::CutStr(cut), Value::Str(whole)) => {
                match whole.get(..cut.len()) {
                    Some(start) if self.same_bytes(start.as_bytes(), cut.as_bytes(), site)? => {
                        Relation::CutText
                    }
                    _ => Different,
                }
            }
            (Value::CutStr(a), Value::CutStr(b)) => {
                let shared = a.len().min(b.len());
                let (a, b) = (a.as_bytes().get(..shared), b.as_bytes().get(..shared));
                let alike = self.same_bytes(a.unwrap_or_default(), b.unwrap_or_default(), site)?;
                if alike { Relation::CutText } else { Different }
            }
            (Value::Object(a), Value::Object(b)) => self.relate_objects(a, b),
            (Value::Object(object), Value::Str(text)) | (Value::Str(text), Value::Object(object)) => {
                match self.host.enum_name(object) {
                    Some(name) => same(names_constant(text, name, self.host.type_name(object))),
                    None => Unlike,
                }
            }
            (Value::Object(object), Value::CutStr(_)) | (Value::CutStr(_), Value::Object(object)) => {
                if self.host.enum_name(object).is_some() { Relation::CutText } else { Unlike }
            }
            (Value::Opaque(a), Value::Opaque(b)) => self.relate_identity(a, b),
            (
                Value::Local(Local { role: Role::Entry, slot: x }),
                Value::Local(Local { role: Role::Entry, slot: y }),
            ) => self.relate_entries(x, y, level, site)?,
            _ => {
                let (x, y) = (self.shape(a), self.shape(b));
                match (x, y) {
                    (Some(x), Some(y)) if x == y => self.relate_collections(a, b, x, level, site)?,
                    _ => Unlike,
                }
            }
        })
    }

    /// The relation of values of which one is hidden, missing or undefined.
    #[inline]
    fn relate_hidden(&mut self, a: &Value<'a>, b: &Value<'a>) -> Option<Relation<'a>> {
        let plain = |value: &Value<'a>| match value {
            Value::Absent
            | Value::Undefined
            | Value::Redacted(_)
            | Value::Unreadable(_)
            | Value::Local(_) => false,
            Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Object(_)
            | Value::Opaque(_)
            | Value::Cut(_) => !self.linked.checks_types,
            _ => true,
        };
        if plain(a) && plain(b) { None } else { self.relate_odd(a, b) }
    }

    #[cold]
    fn relate_odd(&mut self, a: &Value<'a>, b: &Value<'a>) -> Option<Relation<'a>> {
        let undefined = |value: &Value<'a>| matches!(value, Value::Absent | Value::Undefined);
        if undefined(a) || undefined(b) {
            return Some(match self.modes().undefined_equality {
                UndefinedEquality::Fault => Relation::Undefined,
                UndefinedEquality::Itself if undefined(a) && undefined(b) => Relation::Same,
                _ => Relation::Different,
            });
        }
        let placeholder =
            |value: &Value<'a>| matches!(value, Value::Local(Local { role: Role::Placeholder, .. }));
        let redacted = |value: &Value<'a>| {
            matches!(value, Value::Redacted(_))
                || value.handle().is_some_and(|handle| self.redacted_type(handle))
        };
        if placeholder(a) || placeholder(b) {
            return Some(Relation::Different);
        }
        if redacted(a) || redacted(b) {
            return Some(if self.modes().placeholder { Relation::Different } else { Relation::Redacted });
        }
        match (*a, *b) {
            (Value::Unreadable(reason), _) | (_, Value::Unreadable(reason)) => Some(Relation::Part(reason)),
            _ => None,
        }
    }

    fn relate_objects(&mut self, a: Handle, b: Handle) -> Relation<'a> {
        let (Some(x), Some(y)) = (self.host.enum_name(a), self.host.enum_name(b)) else {
            return self.relate_identity(a, b);
        };
        if x != y {
            return Relation::Different;
        }
        match (self.host.type_name(a), self.host.type_name(b)) {
            (Some(x), Some(y)) => {
                if x == y {
                    Relation::Same
                } else {
                    Relation::Different
                }
            }
            _ => self.relate_identity(a, b),
        }
    }

    fn relate_identity(&mut self, a: Handle, b: Handle) -> Relation<'a> {
        match self.host.same(a, b) {
            Sameness::Same => Relation::Same,
            Sameness::Different => Relation::Different,
            Sameness::Unknown(reason) => Relation::Identity(reason),
        }
    }

    fn relate_entries(&mut self, x: u32, y: u32, level: u32, site: u32) -> Result<Relation<'a>, Stop> {
        let slots = |slot: u32| u16::try_from(slot).unwrap_or(u16::MAX);
        let (x, y) = (slots(x), slots(y));
        let level = self.deeper(level, site)?;
        let mut met = Met::default();
        let (a, b) = (self.slot(x), self.slot(y));
        if met.note(self.relate(&a, &b, level, site)?) {
            return Ok(Relation::Different);
        }
        let (a, b) = (self.shown_value(x), self.shown_value(y));
        if met.note(self.relate(&a, &b, level, site)?) {
            return Ok(Relation::Different);
        }
        Ok(met.relation())
    }

    /// One more level of collections.
    fn deeper(&mut self, level: u32, site: u32) -> Result<u32, Stop> {
        if level >= LEVELS {
            return Err(self.fail(fault::NESTING, site, Detail::None));
        }
        Ok(level.saturating_add(1))
    }

    /// What sort of collection a value is; objects and entries are none.
    fn shape(&self, value: &Value<'a>) -> Option<Shape> {
        match *value {
            Value::List(_) | Value::Local(Local { role: Role::Pair, .. }) => Some(Shape::List),
            Value::Set(_) => Some(Shape::Set),
            Value::Map(_) => Some(Shape::Map),
            Value::Local(Local { role: Role::Filter, slot }) => Some(self.filter_shape(slot)),
            _ => None,
        }
    }

    fn relate_collections(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        shape: Shape,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        if self.modes().identity_equality {
            return Ok(match (a.handle(), b.handle()) {
                (Some(a), Some(b)) => self.relate_identity(a, b),
                _ if a == b => Relation::Same,
                _ => Relation::Different,
            });
        }
        let level = self.deeper(level, site)?;
        let mut met = Met::default();
        match (self.known_size(a, site)?, self.known_size(b, site)?) {
            (Ok(a), Ok(b)) if a != b => return Ok(Relation::Different),
            (Ok(_), Ok(_)) => {}
            (Err(reason), _) | (_, Err(reason)) => {
                met.part.get_or_insert(reason);
            }
        }
        let differ = match shape {
            Shape::List => self.lists_differ(a, b, &mut met, level, site)?,
            _ => self.elements_differ(a, b, shape, &mut met, level, site)?,
        };
        Ok(if differ { Relation::Different } else { met.relation() })
    }

    /// The size of a collection, or why nobody can say.
    fn known_size(&mut self, value: &Value<'a>, site: u32) -> Result<Result<u64, &'a str>, Stop> {
        if let Some(handle) = value.handle() {
            return Ok(match self.host.len(handle) {
                Size::Known(n) => Ok(n),
                Size::Unreadable(reason) => Err(reason),
            });
        }
        if !is_filter(value) {
            return Ok(Ok(2));
        }
        let mut count = 0;
        Ok(match self.drain(value, site, &mut count)? {
            Next::Cut(reason) => Err(reason),
            _ => Ok(count),
        })
    }

    /// Element by element, in order.
    fn lists_differ(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        met: &mut Met<'a>,
        level: u32,
        site: u32,
    ) -> Result<bool, Stop> {
        let Some(mut left) = Iter::open(self, a, false) else { return Ok(true) };
        let Some(mut right) = Iter::open(self, b, false) else {
            left.close(self);
            return Ok(true);
        };
        let answer = self.pairs_differ(&mut left, &mut right, met, level, site);
        left.close(self);
        right.close(self);
        answer
    }

    fn pairs_differ(
        &mut self,
        left: &mut Iter<'a>,
        right: &mut Iter<'a>,
        met: &mut Met<'a>,
        level: u32,
        site: u32,
    ) -> Result<bool, Stop> {
        let (mut key, mut x, mut y) = (Value::Absent, Value::Absent, Value::Absent);
        loop {
            let ends = (left.next(self, site, &mut key, &mut x)?, right.next(self, site, &mut key, &mut y)?);
            match ends {
                (Next::Element, Next::Element) => {
                    if met.note(self.relate(&x, &y, level, site)?) {
                        return Ok(true);
                    }
                }
                (Next::Done, Next::Done) => return Ok(false),
                (Next::Element, Next::Done) | (Next::Done, Next::Element) => return Ok(true),
                (Next::Cut(reason), _) | (_, Next::Cut(reason)) => {
                    met.part.get_or_insert(reason);
                    return Ok(false);
                }
            }
        }
    }

    /// Each element or key of the left is looked for in the right.
    fn elements_differ(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        shape: Shape,
        met: &mut Met<'a>,
        level: u32,
        site: u32,
    ) -> Result<bool, Stop> {
        let Some(mut left) = Iter::open(self, a, false) else { return Ok(true) };
        let answer = self.left_differs(&mut left, b, shape, met, level, site);
        left.close(self);
        answer
    }

    fn left_differs(
        &mut self,
        left: &mut Iter<'a>,
        b: &Value<'a>,
        shape: Shape,
        met: &mut Met<'a>,
        level: u32,
        site: u32,
    ) -> Result<bool, Stop> {
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        loop {
            match left.next(self, site, &mut key, &mut value)? {
                Next::Element => {}
                Next::Done => return Ok(false),
                Next::Cut(reason) => {
                    met.part.get_or_insert(reason);
                    return Ok(false);
                }
            }
            let differs = match shape {
                Shape::Map => self.entry_differs(&key, &value, b, met, level, site)?,
                _ => {
                    let found = self.look_for(&value, b, false, &mut Value::Absent, level, site)?;
                    met.note(found)
                }
            };
            if differs {
                return Ok(true);
            }
        }
    }

    fn entry_differs(
        &mut self,
        key: &Value<'a>,
        value: &Value<'a>,
        b: &Value<'a>,
        met: &mut Met<'a>,
        level: u32,
        site: u32,
    ) -> Result<bool, Stop> {
        let mut other = Value::Absent;
        let found = match (*b, key) {
            (
                Value::Map(handle),
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Uint(_)
                | Value::Float(_)
                | Value::Str(_),
            ) => {
                self.charge(1, site)?;
                self.find_key(handle, key, site, &mut other)?;
                match other {
                    Value::Absent => Relation::Different,
                    _ => Relation::Same,
                }
            }
            _ => self.look_for(key, b, true, &mut other, level, site)?,
        };
        if found != Relation::Same {
            return Ok(met.note(found));
        }
        if self.redacted_key(key) {
            let hidden = if self.modes().placeholder { Relation::Different } else { Relation::Redacted };
            return Ok(met.note(hidden));
        }
        let relation = self.relate(value, &other, level, site)?;
        Ok(met.note(relation))
    }

    /// Looks for an element, or a key, in a collection: `Same` where it is there, `Different` where it is
    /// not, else what keeps the answer open. The value found is left in `other`.
    fn look_for(
        &mut self,
        wanted: &Value<'a>,
        b: &Value<'a>,
        keys: bool,
        other: &mut Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        let Some(mut iter) = Iter::open(self, b, false) else { return Ok(Relation::Different) };
        let mut met = Met::default();
        let mut key = Value::Absent;
        let found = loop {
            match iter.next(self, site, &mut key, other) {
                Ok(Next::Element) => {}
                Ok(Next::Done) => break Ok(met.open_or_different()),
                Ok(Next::Cut(reason)) => {
                    met.part.get_or_insert(reason);
                    break Ok(met.open_or_different());
                }
                Err(stop) => break Err(stop),
            }
            match self.relate(wanted, if keys { &key } else { other }, level, site) {
                Ok(Relation::Same) => break Ok(Relation::Same),
                Ok(relation) => {
                    met.note(relation);
                }
                Err(stop) => break Err(stop),
            }
        };
        iter.close(self);
        found
    }
}

impl<'a> Met<'a> {
    fn open_or_different(&self) -> Relation<'a> {
        match self.relation() {
            Relation::Same => Relation::Different,
            open => open,
        }
    }
}
