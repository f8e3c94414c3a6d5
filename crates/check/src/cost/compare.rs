//! What comparing two values whole costs.

use probelang_syntax::tree::NodeId;

use super::{BYTES, CHAR, Estimate};
use crate::{Kinds, Type};

/// How much there is in a value, nested values included.
#[derive(Clone, Copy, Default)]
pub(super) struct Whole {
    /// Values, itself included.
    values: u64,
    /// Steps for their texts.
    text: u64,
    /// Whether sets or maps may be in it, of which every element of one side is looked for in the other.
    searched: bool,
    /// Whether any collection may be in it.
    nested: bool,
}

impl Estimate<'_> {
    /// How much a value of that type holds where it is compared.
    pub(super) fn whole(&self, ty: &Type) -> Whole {
        let kinds = ty.kinds();
        let text = if kinds.meets(Kinds::TEXTUAL) {
            ty.chars().or(self.sizes.chars).saturating_mul(CHAR).div_ceil(BYTES)
        } else {
            0
        };
        if !kinds.meets(Kinds::COLLECTION) {
            let mut all = Whole { values: 1, text, ..Whole::default() };
            // objects are compared by identity; a map entry is a pair of what it holds
            if let Some(fields) = ty.fields() {
                for part in ["key", "value", "Key", "Value"] {
                    if let Some(field) = fields.get(part) {
                        all = all.beside(self.whole(&field.ty));
                    }
                }
            }
            return all;
        }
        if ty.is_unknown() {
            let values = self.sizes.values;
            return Whole { values, text: values.saturating_mul(text), searched: true, nested: true };
        }
        let items = ty.items().or(self.sizes.items);
        let mut inside = Whole::default();
        if kinds.meets(Kinds::LIST.union(Kinds::SET)) {
            inside = inside.most(self.part(ty.shape().and_then(|shape| shape.element.as_ref())));
        }
        if kinds.meets(Kinds::MAP) {
            let key = self.part(Some(&ty.key()));
            inside = inside.most(key.beside(self.part(Some(&ty.value()))));
        }
        Whole {
            values: items.saturating_mul(inside.values).saturating_add(1),
            text: items.saturating_mul(inside.text).saturating_add(text),
            searched: inside.searched || kinds.meets(Kinds::SET.union(Kinds::MAP)),
            nested: true,
        }
    }

    fn part(&self, ty: Option<&Type>) -> Whole {
        self.whole(ty.unwrap_or(&Type::unknown()))
    }

    /// Steps to compare two values of those sizes; `bytes` is an upper bound of the shorter text, where both
    /// are text.
    pub(super) fn pair(&self, a: Whole, b: Whole, bytes: u64) -> u64 {
        if !(a.nested && b.nested) {
            // of unlike kinds nothing is looked at, of texts no more than the shorter one has
            return bytes.div_ceil(BYTES).max(a.text.min(b.text));
        }
        let (values, text) = (a.values.min(b.values), a.text.min(b.text));
        let fetched = a.values.saturating_add(b.values);
        if a.searched && b.searched {
            // every element of the one side may meet every one of the other
            let met = a.values.saturating_mul(b.values);
            let each = text.checked_div(values).unwrap_or(0).saturating_add(2);
            return met.saturating_mul(each).saturating_add(fetched);
        }
        fetched.saturating_add(text)
    }

    /// Steps of `==` beyond evaluating its sides.
    pub(super) fn equality(&self, left: NodeId, right: NodeId) -> u64 {
        let (l, r) = (self.of(left), self.of(right));
        let mut steps = 0u64;
        let both = [left, right];
        for side in both {
            if self.is_filter(side) {
                steps = steps.saturating_add(self.of(side).reach);
            }
        }
        let (a, b) = (self.whole(self.ty(left)), self.whole(self.ty(right)));
        let pair = self.pair(a, b, l.bytes.min(r.bytes));
        if both.iter().any(|side| self.is_filter(*side)) && a.nested && b.nested {
            // elements of a filter are reached again where they are compared, of a set or map for each search
            let again = l.reach.saturating_add(r.reach);
            let rounds = if a.searched && b.searched { l.items.max(r.items).max(1) } else { 1 };
            steps = steps.saturating_add(again.saturating_mul(rounds));
        }
        steps.saturating_add(pair)
    }
}

impl Whole {
    fn beside(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            text: self.text.saturating_add(other.text),
            searched: self.searched || other.searched,
            nested: self.nested || other.nested,
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            values: self.values.max(other.values),
            text: self.text.max(other.text),
            searched: self.searched || other.searched,
            nested: self.nested || other.nested,
        }
    }
}
