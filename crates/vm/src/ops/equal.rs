//! `== !=`: the rule, in the order of `docs/faults.md`, and structural comparison.

use std::cmp::Ordering;

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Handle, Local, Role, Sameness, Size, Value, names_constant};

use crate::fault::Detail;
use crate::frame::{Frame, Raised};
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
        let relation = if is_filter(a) || is_filter(b) {
            self.relate_lazy(a, b, site)?
        } else {
            self.relate(a, b, 0, site)?
        };
        self.answer(relation, a, b, site)
    }

    /// Compares where a lazy filter is a side: all its elements are reached, the left side's first, before
    /// anything is compared.
    #[cold]
    fn relate_lazy(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<Relation<'a>, Stop> {
        let shapes = (self.shape(a), self.shape(b));
        let structural = !self.modes().identity_equality;
        if structural && shapes == (Some(Shape::List), Some(Shape::List)) {
            return self.relate_lazy_lists(a, b, site);
        }
        let (x, y) = (self.reached_size(a, site)?, self.reached_size(b, site)?);
        if let (true, (Some(x_shape), Some(y_shape))) = (structural, shapes)
            && x_shape == y_shape
        {
            let (x, y) = (self.size_or(x, a), self.size_or(y, b));
            return self.relate_sized(a, b, x_shape, [x, y], 0, site);
        }
        self.relate(a, b, 0, site)
    }

    /// Reaches all elements of a filter: how many it keeps, or why nobody can say. `None` for another value.
    fn reached_size(&mut self, value: &Value<'a>, site: u32) -> Result<Option<Result<u64, &'a str>>, Stop> {
        if !is_filter(value) {
            return Ok(None);
        }
        let mut count = 0;
        Ok(Some(match self.drain(value, site, &mut count)? {
            Next::Cut(reason) => Err(reason),
            _ => Ok(count),
        }))
    }

    fn size_or(&self, known: Option<Result<u64, &'a str>>, value: &Value<'a>) -> Result<u64, &'a str> {
        known.unwrap_or_else(|| self.known_size(value))
    }

    /// Two lists of which one is lazy, in one pass: each element is reached once, and what is compared on the
    /// way counts only when all were reached.
    fn relate_lazy_lists(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<Relation<'a>, Stop> {
        let Some(left) = Iter::open(self, a, false) else { return Ok(Relation::Unlike) };
        let Some(right) = Iter::open(self, b, false) else { return Ok(Relation::Unlike) };
        let mut sides = [left, right];
        let relation = self.relate_in_step(&mut sides, [a, b], site);
        for side in &mut sides {
            side.close(self);
        }
        relation
    }

    fn relate_in_step(
        &mut self,
        sides: &mut [Iter<'a>; 2],
        values: [&Value<'a>; 2],
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        let mut step = InStep::new(values);
        let [left, right] = sides;
        let (mut x, mut y) = (Value::Absent, Value::Absent);
        loop {
            let wanted = [step.wants(0), step.wants(1)];
            if wanted == [false, false] {
                return step.relation(self);
            }
            if wanted[0] {
                step.next(self, 0, left, &mut x, site).inspect_err(|_| {
                    // nothing of the right side would have been reached
                    self.budget.refund(step.spent[1]);
                })?;
            }
            if wanted[1]
                && let Err(stop) = step.next(self, 1, right, &mut y, site)
            {
                // what the left side still holds comes first
                let raised = self.raised.take();
                if !step.lazy[0] {
                    self.budget.refund(step.spent[0]);
                }
                while step.lazy[0] && step.wants(0) {
                    step.next(self, 0, left, &mut x, site)
                        .inspect_err(|_| self.budget.refund(step.spent[1]))?;
                }
                self.raised = raised;
                return Err(stop);
            }
            match step.ends {
                [None, None] if step.decided.is_none() => {
                    let before = self.budget.spent();
                    match self.relate(&x, &y, 1, site) {
                        Ok(relation) => {
                            if step.met.note(relation) {
                                step.decided = Some(None);
                            }
                        }
                        Err(stop) => match self.raised.take() {
                            Some(raised) if raised.code == fault::NESTING => {
                                step.decided = Some(Some(raised));
                            }
                            raised => {
                                self.raised = raised;
                                return Err(stop);
                            }
                        },
                    }
                    step.compared = step.compared.saturating_add(self.budget.spent().saturating_sub(before));
                }
                // one side is longer
                [None, Some(Next::Done)] | [Some(Next::Done), None] if step.decided.is_none() => {
                    step.decided = Some(None);
                }
                _ => {}
            }
        }
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
        // a filter gets here as what `contains` looks for, reached before
        let (x, y) = (self.reached_size(a, site)?, self.reached_size(b, site)?);
        let sizes = [self.size_or(x, a), self.size_or(y, b)];
        self.relate_sized(a, b, shape, sizes, level, site)
    }

    fn relate_sized(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        shape: Shape,
        sizes: [Result<u64, &'a str>; 2],
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        let level = self.deeper(level, site)?;
        let mut met = Met::default();
        match sizes {
            [Ok(a), Ok(b)] if a != b => return Ok(Relation::Different),
            [Ok(_), Ok(_)] => {}
            [Err(reason), _] | [_, Err(reason)] => {
                met.part.get_or_insert(reason);
            }
        }
        let differ = match shape {
            Shape::List => self.lists_differ(a, b, &mut met, level, site)?,
            _ => self.elements_differ(a, b, shape, &mut met, level, site)?,
        };
        Ok(if differ { Relation::Different } else { met.relation() })
    }

    /// The size of a collection of the host or a pair, or why nobody can say.
    fn known_size(&self, value: &Value<'a>) -> Result<u64, &'a str> {
        match value.handle().map(|handle| self.host.len(handle)) {
            Some(Size::Known(n)) => Ok(n),
            Some(Size::Unreadable(reason)) => Err(reason),
            None => Ok(2),
        }
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
                    // another key that cannot be read leaves it open, as does a part of the map that was cut
                    Value::Absent | Value::Unreadable(_) => {
                        self.look_for(key, b, true, &mut other, level, site)?
                    }
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

/// Two lists that are walked side by side, at least one of them lazy.
struct InStep<'v, 'a> {
    values: [&'v Value<'a>; 2],
    lazy: [bool; 2],
    ends: [Option<Next<'a>>; 2],
    counts: [u64; 2],
    /// Steps of each side, given back where the program as written would have ended before them.
    spent: [u64; 2],
    /// Steps of the comparisons.
    compared: u64,
    met: Met<'a>,
    /// They differ, or comparing them ended in this fault.
    decided: Option<Option<Raised>>,
}

impl<'v, 'a> InStep<'v, 'a> {
    fn new(values: [&'v Value<'a>; 2]) -> Self {
        Self {
            values,
            lazy: values.map(is_filter),
            ends: [None; 2],
            counts: [0; 2],
            spent: [0; 2],
            compared: 0,
            met: Met::default(),
            decided: None,
        }
    }

    /// Whether more of a side is reached: all of a filter, of another list what is compared.
    fn wants(&self, side: usize) -> bool {
        let ended = |side: usize| self.ends.get(side).is_none_or(Option::is_some);
        let lazy = self.lazy.get(side) == Some(&true);
        !ended(side) && (lazy || (self.decided.is_none() && !ended(1usize.saturating_sub(side))))
    }

    fn next(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        side: usize,
        iter: &mut Iter<'a>,
        value: &mut Value<'a>,
        site: u32,
    ) -> Result<(), Stop> {
        let before = frame.budget.spent();
        let next = iter.next(frame, site, &mut Value::Absent, value);
        if let Some(spent) = self.spent.get_mut(side) {
            *spent = spent.saturating_add(frame.budget.spent().saturating_sub(before));
        }
        match next? {
            Next::Element => {
                if let Some(count) = self.counts.get_mut(side) {
                    *count = count.saturating_add(1);
                }
            }
            end => {
                if let Some(place) = self.ends.get_mut(side) {
                    *place = Some(end);
                }
            }
        }
        Ok(())
    }

    /// What the walk came to. Sizes decide before elements do.
    fn relation(mut self, frame: &mut Frame<'a, '_, '_>) -> Result<Relation<'a>, Stop> {
        let mut sizes = [Ok(0), Ok(0)];
        let sides = self.values.iter().zip(self.lazy).zip(self.ends).zip(self.counts).zip(self.spent);
        let mut plain_steps = self.compared;
        for (size, ((((value, lazy), end), count), spent)) in sizes.iter_mut().zip(sides) {
            if !lazy {
                plain_steps = plain_steps.saturating_add(spent);
            }
            *size = match end {
                _ if !lazy => frame.known_size(value),
                Some(Next::Cut(reason)) => Err(reason),
                _ => Ok(count),
            };
            if let Some(Next::Cut(reason)) = end {
                self.met.part.get_or_insert(reason);
            }
        }
        match sizes {
            [Ok(a), Ok(b)] if a != b => {
                frame.budget.refund(plain_steps);
                return Ok(Relation::Different);
            }
            [Ok(_), Ok(_)] => {}
            [Err(reason), _] | [_, Err(reason)] => {
                self.met.part.get_or_insert(reason);
            }
        }
        match self.decided {
            None => Ok(self.met.relation()),
            Some(None) => Ok(Relation::Different),
            Some(raised) => {
                frame.raised = raised;
                Err(Stop)
            }
        }
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
