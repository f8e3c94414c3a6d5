//! What comparing two values whole costs, and showing one.

use probelang_syntax::tree::{Node, NodeId};

use super::{BYTES, CHAR, Estimate};
use crate::types::Fields;
use crate::{Kinds, Type};

/// How much there is in a value, nested values included.
#[derive(Clone, Copy, Default)]
pub(super) struct Whole {
    /// Values, itself included.
    pub(super) values: u64,
    /// Steps for all of their texts.
    pub(super) text: u64,
    /// Steps for the longest of them.
    longest: u64,
    /// Whether any text may be in it, an empty one too.
    textual: bool,
    /// Whether sets or maps may be in it: every element of one side is then looked for in the other.
    searched: bool,
    /// Whether any collection may be in it.
    nested: bool,
}

/// Which parts of objects count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Objects {
    /// They are compared by identity; a map entry is a pair of what it holds.
    Identity,
    /// They are shown with their fields.
    Fields,
}

impl Estimate<'_> {
    /// How much the value of a node holds.
    pub(super) fn whole_node(&self, id: NodeId, objects: Objects) -> Whole {
        let mut whole = self.whole(self.ty(id), objects);
        if matches!(self.tree.node(id), Node::Str(_)) {
            whole.text = self.of(id).bytes.div_ceil(BYTES);
            whole.longest = whole.text;
        }
        whole
    }

    /// How much a value of that type holds.
    pub(super) fn whole(&self, ty: &Type, objects: Objects) -> Whole {
        let kinds = ty.kinds();
        let textual = kinds.meets(Kinds::TEXTUAL.union(Kinds::OPAQUE));
        let text =
            if textual { ty.chars().or(self.sizes.chars).saturating_mul(CHAR).div_ceil(BYTES) } else { 0 };
        let one = Whole { values: 1, text, longest: text, textual, ..Whole::default() };
        let nested = kinds.meets(Kinds::COLLECTION)
            || (objects == Objects::Fields && kinds.meets(Kinds::OBJECT))
            || ty.fields().is_some();
        if !nested {
            return one;
        }
        if ty.is_unknown() {
            let values = self.sizes.values;
            let all = values.saturating_mul(text);
            return Whole { values, text: all, longest: text, textual, searched: true, nested: true };
        }
        let items = ty.items().or(self.sizes.items);
        let mut inside = Whole::default();
        if kinds.meets(Kinds::LIST.union(Kinds::SET)) {
            inside = inside.most(self.whole(&ty.element(), objects));
        }
        if kinds.meets(Kinds::MAP) {
            inside = inside.most(self.whole(&ty.key(), objects).beside(self.whole(&ty.value(), objects)));
        }
        let mut all = Whole {
            values: items.saturating_mul(inside.values).saturating_add(1),
            text: items.saturating_mul(inside.text).saturating_add(text),
            longest: inside.longest.max(text),
            textual: inside.textual || textual,
            searched: inside.searched || kinds.meets(Kinds::SET.union(Kinds::MAP)),
            nested: kinds.meets(Kinds::COLLECTION),
        };
        match ty.fields() {
            Some(fields) if kinds.meets(Kinds::OBJECT) => {
                all = all.beside(self.fields(fields, objects));
            }
            None if objects == Objects::Fields && kinds.meets(Kinds::OBJECT) => {
                all = all.beside(self.whole(&Type::unknown(), objects));
            }
            _ => {}
        }
        all
    }

    fn fields(&self, fields: &Fields, objects: Objects) -> Whole {
        let mut all = Whole { nested: true, ..Whole::default() };
        for (name, field) in fields.iter() {
            if objects == Objects::Fields || matches!(name, "key" | "value" | "Key" | "Value") {
                let steps = u64::try_from(name.len()).unwrap_or(u64::MAX).div_ceil(BYTES);
                let part = self.whole(&field.ty, objects);
                all = all.beside(Whole { text: part.text.saturating_add(steps), ..part });
                all.values = all.values.saturating_add(1);
            }
        }
        if fields.open && objects == Objects::Fields {
            all = all.beside(self.whole(&Type::unknown(), objects));
        }
        all
    }

    /// Steps to compare two values that hold so much.
    pub(super) fn pair(a: Whole, b: Whole) -> u64 {
        if !(a.nested && b.nested) {
            // only text next to text is looked at; the longer one is charged
            return if a.textual && b.textual { a.longest.max(b.longest) } else { 0 };
        }
        let longest = a.longest.max(b.longest);
        if a.searched && b.searched {
            // every element of the one side may meet every one of the other, and is walked for it
            return a.values.saturating_mul(b.values).saturating_mul(longest.saturating_add(6));
        }
        let values = a.values.saturating_add(b.values);
        values.saturating_mul(2).saturating_add(a.text).saturating_add(b.text)
    }

    /// Steps of `==` beyond evaluating its sides.
    pub(super) fn equality(&self, left: NodeId, right: NodeId) -> u64 {
        let sides = [left, right];
        let whole = sides.map(|side| self.whole_node(side, Objects::Identity));
        let mut steps = Self::pair(whole[0], whole[1]);
        let searched = whole.iter().all(|side| side.searched && side.nested);
        for (side, other) in [(left, right), (right, left)] {
            if self.is_filter(side) {
                // a filter reaches its elements before they are compared, and in the search of a set or map
                // may do so again for each element of the other side
                let again = if searched { self.of(other).items } else { 0 };
                let times = again.saturating_add(1);
                steps = steps.saturating_add(self.of(side).reach.saturating_mul(times));
            }
        }
        steps
    }
}

impl Whole {
    fn beside(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            text: self.text.saturating_add(other.text),
            longest: self.longest.max(other.longest),
            textual: self.textual || other.textual,
            searched: self.searched || other.searched,
            nested: self.nested || other.nested,
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            values: self.values.max(other.values),
            text: self.text.max(other.text),
            longest: self.longest.max(other.longest),
            textual: self.textual || other.textual,
            searched: self.searched || other.searched,
            nested: self.nested || other.nested,
        }
    }
}
