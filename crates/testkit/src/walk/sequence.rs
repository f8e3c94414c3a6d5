//! The order of two collections of one shape, where a dialect has one. `docs/faults.md`, "Operators".

use std::cmp::Ordering;

use probelang_diagnostic::fault;
use probelang_dialect::CollectionOrder;
use probelang_host::Value;
use probelang_syntax::NodeId;

use super::compare::{Candidates, LEVELS, Met, Whole};
use super::value::{Part, Raw, Shape, Val};
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    /// The order of two collections; the outer `None` where they have none.
    pub(super) fn order_collections(
        &mut self,
        node: NodeId,
        left: &Val<'a>,
        right: &Val<'a>,
        level: u32,
    ) -> Eval<Option<Option<Ordering>>> {
        let (Some(a), Some(b)) = (left.shape(), right.shape()) else { return Ok(None) };
        if a != b {
            return Ok(None);
        }
        match (self.dialect.collection_order, a) {
            (CollectionOrder::Python, Shape::List) => self.order_lists(node, left, right, level).map(Some),
            (CollectionOrder::Python | CollectionOrder::Ruby, Shape::Set)
            | (CollectionOrder::Ruby, Shape::Map) => {
                self.order_by_inclusion(node, left, right, level).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Both sides with their elements at hand.
    fn sides(
        &mut self,
        node: NodeId,
        left: &Val<'a>,
        right: &Val<'a>,
        level: u32,
    ) -> Eval<(Whole<'a>, Whole<'a>)> {
        if level > LEVELS {
            return self.fail(fault::NESTING, node);
        }
        let before = self.steps;
        let (left, right) = (self.whole(node, left)?, self.whole(node, right)?);
        // they may be reached once more to be compared
        self.charge((self.steps - before) * 2, node)?;
        Ok((left, right))
    }

    /// A set or map is less than another that has all of its elements, or entries, and more.
    fn order_by_inclusion(
        &mut self,
        node: NodeId,
        left: &Val<'a>,
        right: &Val<'a>,
        level: u32,
    ) -> Eval<Option<Ordering>> {
        let (left, right) = self.sides(node, left, right, level)?;
        let (Some(a), Some(b)) = (self.size(&left), self.size(&right)) else {
            return self.fail(fault::UNREADABLE_PART, node);
        };
        let (part, whole) = if a <= b { (&left, &right) } else { (&right, &left) };
        let (map, again) = match whole {
            Whole::Val(Val::Host(Value::Map(handle))) => (Some(*handle), 0),
            Whole::Filtered { cost, .. } => (None, *cost),
            Whole::Val(_) => (None, 0),
        };
        let (of_part, part_cut) = self.elements(node, part)?;
        let (of_whole, whole_cut) = self.elements(node, whole)?;
        let mut met = Met::default();
        met.unreadable = part_cut.is_some();
        let candidates = Candidates { entries: &of_whole, map, cut: whole_cut.is_some(), again };
        if !self.all_found(node, &of_part, candidates, level, &mut met)? {
            return Ok(None);
        }
        if met.any() { self.fail(self.open(&met), node) } else { Ok(Some(a.cmp(&b))) }
    }

    /// The first elements that differ decide; a list that the other one begins with is less.
    fn order_lists(
        &mut self,
        node: NodeId,
        left: &Val<'a>,
        right: &Val<'a>,
        level: u32,
    ) -> Eval<Option<Ordering>> {
        let unplaced = self.is_unplaced(left) || self.is_unplaced(right);
        let (left, right) = self.sides(node, left, right, level)?;
        if unplaced {
            return self.fail(fault::UNREADABLE_PART, node);
        }
        let (a, a_cut) = self.elements(node, &left)?;
        let (b, b_cut) = self.elements(node, &right)?;
        for (x, y) in a.iter().zip(&b) {
            let mut met = Met::default();
            let answer = self.compare_parts(node, &x.value, &y.value, level + 1)?;
            match met.take(answer) {
                Some(true) => {}
                Some(false) => return self.order_elements(node, &x.value, &y.value, level),
                None => return self.fail(self.open(&met), node),
            }
        }
        if a.len() <= b.len() && a_cut.is_some() || b.len() <= a.len() && b_cut.is_some() {
            return self.fail(fault::UNREADABLE_PART, node);
        }
        Ok(Some(a.len().cmp(&b.len())))
    }

    /// The order of two elements that differ.
    fn order_elements(
        &mut self,
        node: NodeId,
        x: &Part<'a>,
        y: &Part<'a>,
        level: u32,
    ) -> Eval<Option<Ordering>> {
        let hidden = |part: &Part<'a>| match part.value {
            Raw::Host(value) => {
                part.hidden || matches!(value, Value::Redacted(_)) || self.has_redacted_type(&value)
            }
            Raw::Made(_) => part.hidden,
        };
        if hidden(x) || hidden(y) {
            return self.fail(fault::REDACTED_OPERAND, node);
        }
        let value = |part: &Part<'a>| match &part.value {
            Raw::Host(Value::Undefined) => Val::Undefined,
            Raw::Host(value) => Val::Host(*value),
            Raw::Made(value) => value.clone(),
        };
        let (x, y) = (value(x), value(y));
        match self.order_collections(node, &x, &y, level + 1)? {
            Some(order) => Ok(order),
            None => self.order(node, &x, &y),
        }
    }
}
