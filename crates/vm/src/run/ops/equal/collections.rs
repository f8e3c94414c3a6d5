//! Structural comparison of collections, and of map entries.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::CollectionEquality;
use probelang_host::{Hidden, Local, Role, Size, Value};

use super::{Met, Relation, Veil};
use crate::fault::Detail;
use crate::program::ids::{LoopId, SlotId};
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next, is_filter};

/// Levels of collections that are compared; one more is a fault.
const LEVELS: u32 = 32;

impl<'a> Frame<'a, '_, '_> {
    pub(super) fn relate_entries(
        &mut self,
        x: SlotId,
        y: SlotId,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        if self.dialect().collection_equality == CollectionEquality::Identity {
            return Ok(if x == y { Relation::Same } else { Relation::Different });
        }
        let level = self.deeper(level, site)?;
        let mut met = Met::default();
        let (a, b) = (self.slot(x), self.slot(y));
        if met.note(self.relate(&a, &b, level, site)?) {
            return Ok(Relation::Different);
        }
        let key = [a, b].into_iter().find(|key| self.redacted_key(key));
        let (a, b) = (self.shown_value(x), self.shown_value(y));
        let relation = match (self.relate(&a, &b, level, site)?, key) {
            (Relation::Redacted(_), Some(key)) => Relation::Redacted(Veil::Name(self.name_of_key(&key))),
            (relation, _) => relation,
        };
        if met.note(relation) {
            return Ok(Relation::Different);
        }
        Ok(met.relation())
    }

    /// One more level of collections.
    pub(super) fn deeper(&mut self, level: u32, site: u32) -> Result<u32, Stop> {
        if level >= LEVELS {
            return Err(self.fail(fault::NESTING, site, Detail::None));
        }
        Ok(level.saturating_add(1))
    }

    /// What sort of collection a value is; objects and entries are none.
    pub(in crate::run::ops) fn shape(&self, value: &Value<'a>) -> Option<Shape> {
        match *value {
            Value::List(_) | Value::Local(Local { role: Role::Pair, .. }) => Some(Shape::List),
            Value::Set(_) => Some(Shape::Set),
            Value::Map(_) => Some(Shape::Map),
            Value::Local(Local { role: Role::Filter, slot }) => {
                Some(self.filter_shape(LoopId::of_filter(slot)))
            }
            _ => None,
        }
    }

    pub(super) fn relate_collections(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        shape: Shape,
        level: u32,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        if self.dialect().collection_equality == CollectionEquality::Identity {
            return Ok(match (a.handle(), b.handle()) {
                (Some(a), Some(b)) => self.relate_identity(a, b),
                // what a loop made of one entry; a filter is the same as nothing
                _ if a == b && !is_filter(a) => Relation::Same,
                _ => Relation::Different,
            });
        }
        // a filter gets here as what `contains` looks for, reached before
        let (x, y) = (self.reached_size(a, site)?, self.reached_size(b, site)?);
        let sizes = [self.size_or(x, a), self.size_or(y, b)];
        self.relate_sized(a, b, shape, sizes, level, site)
    }

    pub(super) fn relate_sized(
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
        if let Some(reason) = self.unplaced(a).or_else(|| self.unplaced(b)) {
            met.part.get_or_insert(reason);
            return Ok(met.relation());
        }
        let differ = match shape {
            Shape::List => self.lists_differ(a, b, &mut met, level, site)?,
            _ => self.elements_differ(a, b, shape, &mut met, level, site)?,
        };
        Ok(if differ { Relation::Different } else { met.relation() })
    }

    /// The size of a collection of the host or a pair, or why nobody can say.
    pub(super) fn known_size(&self, value: &Value<'a>) -> Result<u64, &'a str> {
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
        let differ = |frame: &mut Self, left: &mut Iter<'a>, right: &mut Iter<'a>| {
            frame.pairs_differ(left, right, met, level, site)
        };
        Ok(self.both_open(a, b, differ)?.unwrap_or(true))
    }

    /// What `run` makes of two collections that are open for it; `None` where one has no elements to go through.
    pub(super) fn both_open<R>(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        run: impl FnOnce(&mut Self, &mut Iter<'a>, &mut Iter<'a>) -> Result<R, Stop>,
    ) -> Result<Option<R>, Stop> {
        let Some(mut left) = Iter::open(self, a, false) else { return Ok(None) };
        let Some(mut right) = Iter::open(self, b, false) else {
            left.close(self);
            return Ok(None);
        };
        let answer = run(self, &mut left, &mut right);
        left.close(self);
        right.close(self);
        answer.map(Some)
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
    pub(super) fn elements_differ(
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
                | Value::BigInt(_)
                | Value::Float(_)
                | Value::Str(_),
            ) => {
                self.charge(1, site)?;
                self.find_key(handle, key, site, &mut other)?;
                match other {
                    // a key that cannot be seen leaves it open, as does a part of the map that was cut
                    Value::Absent | Value::Unreadable(_) => {
                        self.look_for(key, b, true, &mut other, level, site)?
                    }
                    // it may be the value of a key of another sort
                    _ => match self.host.doubt(handle, Some(key)) {
                        Some(reason) => Relation::Cut(reason),
                        None => Relation::Same,
                    },
                }
            }
            _ => self.look_for(key, b, true, &mut other, level, site)?,
        };
        if found != Relation::Same {
            return Ok(met.note(found));
        }
        if self.redacted_key(key) {
            let hidden = self.relate_veiled(Veil::Name(self.name_of_key(key)));
            return Ok(met.note(hidden));
        }
        let relation = self.relate(value, &other, level, site)?;
        Ok(met.note(relation))
    }

    /// Looks for an element, or a key, in a collection: `Same` where it is there, `Different` where it is
    /// not, else what keeps the answer open. The value found, or that it is redacted, is left in `other`.
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
            if keys && !self.is_key_of_sort(wanted, &key) {
                continue;
            }
            match self.relate(wanted, if keys { &key } else { other }, level, site) {
                Ok(Relation::Same) => {
                    if keys && self.redacted_key(&key) {
                        *other = Value::Redacted(Hidden::Name);
                    }
                    break Ok(Relation::Same);
                }
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
