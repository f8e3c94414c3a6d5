//! The order of two collections, under dialects that have one: lists element by element, sets and maps by inclusion.

use std::cmp::Ordering;

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::CollectionOrder;
use probelang_host::Value;

use super::{Met, Relation};
use crate::fault::Detail;
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next};

impl<'a> Frame<'a, '_, '_> {
    /// The order of two collections, inside of that the one where every comparison is false; `None` where the dialect
    /// has no order for the two.
    #[cold]
    pub(in crate::run::ops) fn order_collections(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Option<Option<Ordering>>, Stop> {
        let (Some(x), Some(y)) = (self.shape(a), self.shape(b)) else { return Ok(None) };
        match (self.dialect().collection_order, x) {
            _ if x != y => Ok(None),
            (CollectionOrder::Python, Shape::List) => self.order_lists(a, b, level, site).map(Some),
            (CollectionOrder::Python | CollectionOrder::Ruby, Shape::Set)
            | (CollectionOrder::Ruby, Shape::Map) => self.order_by_inclusion(a, b, x, level, site).map(Some),
            (CollectionOrder::Unlike, _)
            | (CollectionOrder::Python, Shape::Map | Shape::Object)
            | (CollectionOrder::Ruby, Shape::List | Shape::Object) => Ok(None),
        }
    }

    /// Less is a part of the other that is not all of it.
    fn order_by_inclusion(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        shape: Shape,
        level: u32,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        let level = self.deeper(level, site)?;
        let (x, y) = (self.reached_size(a, site)?, self.reached_size(b, site)?);
        let (x, y) = match (self.size_or(x, a), self.size_or(y, b)) {
            (Ok(x), Ok(y)) => (x, y),
            (Err(reason), _) | (_, Err(reason)) => {
                return Err(self.fail_because(fault::UNREADABLE_PART, site, reason));
            }
        };
        let (part, whole) = if x <= y { (a, b) } else { (b, a) };
        let mut met = Met::default();
        if self.elements_differ(part, whole, shape, &mut met, level, site)? {
            return Ok(None);
        }
        match met.relation() {
            Relation::Same => Ok(Some(x.cmp(&y))),
            open => self.answer(open, a, b, site).map(|_| None),
        }
    }

    /// By the first elements that differ; a list that the other begins with comes before it.
    fn order_lists(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        let level = self.deeper(level, site)?;
        // what a filter keeps is known as a whole
        self.reached_size(a, site)?;
        self.reached_size(b, site)?;
        if let Some(reason) = self.unplaced(a).or_else(|| self.unplaced(b)) {
            return Err(self.fail_because(fault::UNREADABLE_PART, site, reason));
        }
        let order = |frame: &mut Self, left: &mut Iter<'a>, right: &mut Iter<'a>| {
            frame.order_in_step(left, right, level, site)
        };
        Ok(self.both_open(a, b, order)?.flatten())
    }

    fn order_in_step(
        &mut self,
        left: &mut Iter<'a>,
        right: &mut Iter<'a>,
        level: u32,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        let (mut key, mut x, mut y) = (Value::Absent, Value::Absent, Value::Absent);
        loop {
            let ends = (left.next(self, site, &mut key, &mut x)?, right.next(self, site, &mut key, &mut y)?);
            match ends {
                (Next::Element, Next::Element) => {}
                (Next::Done, Next::Done) => return Ok(Some(Ordering::Equal)),
                (Next::Element, Next::Done) => return Ok(Some(Ordering::Greater)),
                (Next::Done, Next::Element) => return Ok(Some(Ordering::Less)),
                (Next::Cut(reason), _) | (_, Next::Cut(reason)) => {
                    return Err(self.fail_because(fault::UNREADABLE_PART, site, reason));
                }
            }
            let mut met = Met::default();
            if met.note(self.relate(&x, &y, level, site)?) {
                return self.order_elements(&x, &y, level, site);
            }
            match met.relation() {
                Relation::Same => {}
                open => return self.answer(open, &x, &y, site).map(|_| None),
            }
        }
    }

    /// The order of two elements that differ.
    fn order_elements(
        &mut self,
        x: &Value<'a>,
        y: &Value<'a>,
        level: u32,
        site: u32,
    ) -> Result<Option<Ordering>, Stop> {
        let hidden = |value: &Value<'a>| {
            matches!(value, Value::Redacted(_))
                || value.handle().is_some_and(|handle| self.redacted_type(handle))
        };
        if hidden(x) || hidden(y) {
            return Err(self.fail(fault::REDACTED_OPERAND, site, Detail::None));
        }
        match self.order_collections(x, y, level, site)? {
            Some(order) => Ok(order),
            None => self.order(x, y, site),
        }
    }
}
