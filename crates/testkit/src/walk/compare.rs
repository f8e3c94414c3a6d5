//! `==` and `!=`. `docs/faults.md`, "Operators".

use std::cmp::Ordering;
use std::rc::Rc;

use probelang_diagnostic::{Code, fault};
use probelang_dialect::{CollectionEquality, CompareOp, RedactedRead, UndefinedEquality, UnlikeEquality};
use probelang_host::{Handle, Sameness, Size, Value};
use probelang_syntax::NodeId;

use super::collections::Cut;
use super::show::type_name;
use super::value::{Element, Entry, Part, Raw, Shape, Val};
use super::{Eval, Walker};

/// Levels of collections that a comparison looks into.
pub(super) const LEVELS: u32 = 32;

/// A value whose elements are at hand: a filter was reached to its end.
pub(super) enum Whole<'a> {
    Val(Val<'a>),
    Filtered {
        shape: Shape,
        elements: Vec<Element<'a>>,
        cut: Cut<'a>,
        /// Whether the positions of the elements are not known.
        unplaced: bool,
        /// The steps that it took to reach them: the engine may do it again.
        cost: u64,
    },
}

/// What a comparison for equality comes to.
pub(super) enum Answer {
    Equal,
    Unequal,
    /// Unequal, the kinds being different.
    Unlike,
    /// It depends on what cannot be seen.
    Open(Met),
    /// The recorded beginnings agree.
    CutText,
    /// The host cannot distinguish the objects.
    NoIdentity,
    /// A side is perhaps not what it was lent as.
    Doubt,
}

impl Answer {
    const fn of(equal: bool) -> Self {
        if equal { Self::Equal } else { Self::Unequal }
    }
}

/// What the elements of the left side are looked for in.
#[derive(Clone, Copy)]
pub(super) struct Candidates<'c, 'a> {
    pub(super) entries: &'c [Entry<'a>],
    /// The map of the host that they are the entries of, if so.
    pub(super) map: Option<Handle>,
    /// Whether more of them were not captured.
    pub(super) cut: bool,
    /// Steps for reaching them once more.
    pub(super) again: u64,
}

/// What stood in the way of a structural comparison.
#[derive(Default)]
pub(super) struct Met {
    redacted: bool,
    pub(super) unreadable: bool,
    undefined: bool,
}

impl Met {
    pub(super) const fn any(&self) -> bool {
        self.redacted || self.unreadable || self.undefined
    }

    const fn and(&mut self, other: &Self) {
        self.redacted |= other.redacted;
        self.unreadable |= other.unreadable;
        self.undefined |= other.undefined;
    }

    /// Adds what an answer leaves open; `Some` where it decides.
    pub(super) fn take(&mut self, answer: Answer) -> Option<bool> {
        match answer {
            Answer::Equal => return Some(true),
            Answer::Unequal | Answer::Unlike => return Some(false),
            Answer::Open(met) => self.and(&met),
            Answer::CutText | Answer::NoIdentity | Answer::Doubt => self.unreadable = true,
        }
        None
    }
}

impl<'a> Walker<'a> {
    pub(super) fn comparison(
        &mut self,
        node: NodeId,
        op: CompareOp,
        left: &Val<'a>,
        right: &Val<'a>,
    ) -> Eval<bool> {
        if op.is_equality() {
            let left = self.whole(node, left)?;
            let right = self.whole(node, right)?;
            return self.equal(node, &left, &right).map(|equal| equal == (op == CompareOp::Eq));
        }
        let order = self.order(node, left, right)?;
        Ok(order.is_some_and(|order| match op {
            CompareOp::Lt => order.is_lt(),
            CompareOp::Le => order.is_le(),
            CompareOp::Gt => order.is_gt(),
            _ => order.is_ge(),
        }))
    }

    pub(super) fn whole(&mut self, node: NodeId, value: &Val<'a>) -> Eval<Whole<'a>> {
        Ok(match value {
            Val::Filter(filter) => {
                let before = self.steps;
                let (elements, cut) = self.reach_all(node, filter)?;
                let (shape, unplaced) = (filter.shape, self.is_unplaced(value));
                Whole::Filtered { shape, elements, cut, unplaced, cost: self.steps - before }
            }
            value => Whole::Val(value.clone()),
        })
    }

    // ---- equality -------------------------------------------------------------------------------------------

    /// `left == right`.
    pub(super) fn equal(&mut self, node: NodeId, left: &Whole<'a>, right: &Whole<'a>) -> Eval<bool> {
        let sides = [left, right];
        let is = |wanted: fn(&Val<'a>) -> bool| {
            sides.map(|side| matches!(side, Whole::Val(value) if wanted(value)))
        };
        let undefined = is(|value| matches!(value, Val::Undefined));
        if undefined.contains(&true) {
            return match self.dialect.undefined_equality {
                UndefinedEquality::Fault => self.fail(self.undefined_operand(), node),
                UndefinedEquality::Nothing => Ok(false),
                UndefinedEquality::Itself => Ok(undefined == [true, true]),
            };
        }
        if is(|value| matches!(value, Val::Placeholder)).contains(&true) {
            return Ok(false);
        }
        let null = is(Val::is_null);
        if null.contains(&true) {
            return Ok(null == [true, true]);
        }
        if is(|value| matches!(value, Val::Host(Value::Cut(_)))).contains(&true) {
            return self.fail(fault::UNREADABLE, node);
        }
        match self.compare(node, left, right, 1)? {
            Answer::Equal => Ok(true),
            Answer::Unequal => Ok(false),
            Answer::Unlike => match self.dialect.unlike_equality {
                UnlikeEquality::False => Ok(false),
                UnlikeEquality::Fault => self.fail(fault::UNLIKE_KINDS, node),
            },
            Answer::CutText => self.fail(fault::CUT_TEXT, node),
            Answer::NoIdentity => self.fail(fault::NO_IDENTITY, node),
            Answer::Doubt => self.fail(fault::UNREADABLE, node),
            Answer::Open(met) => self.fail(self.open(&met), node),
        }
    }

    /// The fault of what cannot be seen.
    pub(super) const fn open(&self, met: &Met) -> Code {
        match met {
            Met { redacted: true, .. } => fault::REDACTED_PART,
            Met { unreadable: true, .. } => fault::UNREADABLE_PART,
            Met { .. } => self.undefined_operand(),
        }
    }

    /// Whether an element, which need not be a found value, is the one that is looked for.
    pub(super) fn equal_element(
        &mut self,
        node: NodeId,
        element: &Part<'a>,
        wanted: &Whole<'a>,
    ) -> Eval<bool> {
        let undefined = matches!(wanted, Whole::Val(Val::Undefined));
        let element = match &element.value {
            Raw::Host(value)
                if element.hidden || matches!(value, Value::Redacted(_)) || self.has_redacted_type(value) =>
            {
                return match self.dialect.redacted_read {
                    RedactedRead::Fault => self.fail(fault::REDACTED_PART, node),
                    RedactedRead::Placeholder => Ok(false),
                };
            }
            Raw::Host(Value::Undefined) => Val::Undefined,
            _ if undefined => return self.equal(node, wanted, &Whole::Val(Val::NULL)),
            _ if matches!(wanted, Whole::Val(Val::Placeholder)) => return Ok(false),
            Raw::Host(Value::Unreadable(_)) => return self.fail(fault::UNREADABLE_PART, node),
            Raw::Host(value) => Val::Host(*value),
            Raw::Made(value) => value.clone(),
        };
        self.equal(node, &Whole::Val(element), wanted)
    }

    /// [`equal_element`](Self::equal_element) for keys of a map, where unlike kinds differ under every dialect.
    pub(super) fn equal_keys(&mut self, node: NodeId, key: &Part<'a>, wanted: &Whole<'a>) -> Eval<bool> {
        match self.equal_element(node, key, wanted) {
            Err(fault) if fault.code == fault::UNLIKE_KINDS => Ok(false),
            equal => equal,
        }
    }

    /// Compares two found values.
    fn compare(&mut self, node: NodeId, left: &Whole<'a>, right: &Whole<'a>, level: u32) -> Eval<Answer> {
        if let (Whole::Val(x), Whole::Val(y)) = (left, right)
            && let (Val::Host(a), Val::Host(b)) = (self.plain(x), self.plain(y))
            && [(x, a), (y, b)].iter().any(|(value, plain)| {
                matches!(value, Val::Host(Value::Opaque(_))) && !matches!(plain, Value::Opaque(_))
            })
        {
            let (a, b) = (Whole::Val(Val::Host(a)), Whole::Val(Val::Host(b)));
            return Ok(match self.compare(node, &a, &b, level)? {
                Answer::Unequal | Answer::Unlike if self.is_either_doubted(left, right) => Answer::Doubt,
                answer => answer,
            });
        }
        if let (Whole::Val(Val::Host(left)), Whole::Val(Val::Host(right))) = (left, right)
            && let Some(answer) = self.compare_scalars(node, left, right)?
        {
            return Ok(answer);
        }
        let entries = |side: &Whole<'a>| match side {
            Whole::Val(Val::Entry(entry)) => Some(Rc::clone(entry)),
            _ => None,
        };
        if let (Some(left), Some(right)) = (entries(left), entries(right)) {
            return match self.dialect.collection_equality {
                CollectionEquality::Identity => Ok(Answer::of(Rc::ptr_eq(&left, &right))),
                CollectionEquality::Structural => self.compare_entries(node, &left, &right, level),
            };
        }
        let shape = |side: &Whole<'a>| match side {
            Whole::Val(value) => value.shape(),
            Whole::Filtered { shape, .. } => Some(*shape),
        };
        match (shape(left), shape(right)) {
            (Some(a), Some(b)) if a == b => self.compare_collections(node, a, left, right, level),
            _ if self.is_either_doubted(left, right) => Ok(Answer::Doubt),
            _ => Ok(Answer::Unlike),
        }
    }

    /// Whether one of two unlike values of the host is perhaps not what it was lent as.
    fn is_either_doubted(&self, left: &Whole<'a>, right: &Whole<'a>) -> bool {
        let (Whole::Val(left), Whole::Val(right)) = (left, right) else { return false };
        let doubted = |value, with: &Val<'a>| match with {
            Val::Host(with) => self.is_doubted(value, Some(with)),
            _ => false,
        };
        doubted(left, right) || doubted(right, left)
    }

    /// Compares anything but collections; `None` where one side is one, or the kinds differ.
    fn compare_scalars(&mut self, node: NodeId, left: &Value<'a>, right: &Value<'a>) -> Eval<Option<Answer>> {
        let answer = |equal| Ok(Some(if equal { Answer::Equal } else { Answer::Unequal }));
        if let (Some(left), Some(right)) = (self.number(left), self.number(right)) {
            self.charge_numbers(node, left, right)?;
            return answer(self.compare_numbers(left, right) == Some(Ordering::Equal));
        }
        match (*left, *right) {
            (Value::Null, Value::Null) => answer(true),
            (Value::Null, _) | (_, Value::Null) => answer(false),
            (Value::Bool(left), Value::Bool(right)) => answer(left == right),
            (Value::Str(a) | Value::CutStr(a), Value::Str(b) | Value::CutStr(b)) => {
                self.charge_bytes(a.len().max(b.len()), node)?;
                let cut = |value: &Value<'_>| matches!(value, Value::CutStr(_));
                match (cut(left), cut(right)) {
                    (false, false) => answer(a == b),
                    (true, false) if b.len() <= a.len() || !b.starts_with(a) => answer(false),
                    (false, true) if a.len() <= b.len() || !a.starts_with(b) => answer(false),
                    (true, true) if !a.starts_with(b) && !b.starts_with(a) => answer(false),
                    _ => Ok(Some(Answer::CutText)),
                }
            }
            (Value::Object(a), Value::Object(b)) => {
                let host = self.host;
                if let (Some(x), Some(y)) = (host.enum_name(a), host.enum_name(b))
                    && let (Some(of_x), Some(of_y)) = (type_name(host, a), type_name(host, b))
                {
                    return answer(x == y && of_x == of_y);
                }
                Ok(Some(self.identity(a, b)))
            }
            (Value::Opaque(a), Value::Opaque(b)) => Ok(Some(self.identity(a, b))),
            (Value::Object(constant), text) | (text, Value::Object(constant)) => {
                let Some(name) = self.host.enum_name(constant) else { return Ok(None) };
                match text {
                    Value::Str(text) => {
                        self.charge_bytes(text.len(), node)?;
                        let equal = is_constant(text, name, type_name(self.host, constant).as_deref());
                        if !equal && self.host.doubt(constant, Some(&Value::Str(text))).is_some() {
                            return Ok(Some(Answer::Doubt));
                        }
                        answer(equal)
                    }
                    Value::CutStr(_) => Ok(Some(Answer::CutText)),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    fn identity(&self, a: Handle, b: Handle) -> Answer {
        match self.host.same(a, b) {
            Sameness::Same => Answer::Equal,
            Sameness::Different => Answer::Unequal,
            Sameness::Unknown(_) => Answer::NoIdentity,
        }
    }

    fn compare_entries(
        &mut self,
        node: NodeId,
        left: &Entry<'a>,
        right: &Entry<'a>,
        level: u32,
    ) -> Eval<Answer> {
        if level > LEVELS {
            return self.fail(fault::NESTING, node);
        }
        let mut met = Met::default();
        for (left, right) in [(&left.key, &right.key), (&left.value, &right.value)] {
            let answer = self.compare_parts(node, left, right, level + 1)?;
            if met.take(answer) == Some(false) {
                return Ok(Answer::Unequal);
            }
        }
        Ok(if met.any() { Answer::Open(met) } else { Answer::Equal })
    }

    /// Compares two collections of one shape.
    fn compare_collections(
        &mut self,
        node: NodeId,
        shape: Shape,
        left: &Whole<'a>,
        right: &Whole<'a>,
        level: u32,
    ) -> Eval<Answer> {
        if self.dialect.collection_equality == CollectionEquality::Identity {
            return Ok(match (left, right) {
                (Whole::Val(Val::Host(a)), Whole::Val(Val::Host(b))) => match (a.handle(), b.handle()) {
                    (Some(a), Some(b)) => self.identity(a, b),
                    _ => Answer::Unequal,
                },
                (Whole::Val(Val::Pair(a)), Whole::Val(Val::Pair(b))) => Answer::of(Rc::ptr_eq(a, b)),
                _ => Answer::Unequal,
            });
        }
        if level > LEVELS {
            return self.fail(fault::NESTING, node);
        }
        let cost = |side: &Whole<'a>| match side {
            Whole::Filtered { cost, .. } => *cost,
            Whole::Val(_) => 0,
        };
        // for the sizes, and for the elements
        self.charge((cost(left) + cost(right)) * 2, node)?;
        let again = cost(right);
        // a host is asked for a scalar key
        let map = match right {
            Whole::Val(Val::Host(Value::Map(handle))) => Some(*handle),
            _ => None,
        };
        let mut met = Met::default();
        match (self.size(left), self.size(right)) {
            (Some(a), Some(b)) if a != b => return Ok(Answer::Unequal),
            (Some(_), Some(_)) => {}
            _ => met.unreadable = true,
        }
        let unplaced = |side: &Whole<'a>| match side {
            Whole::Filtered { unplaced, .. } => *unplaced,
            Whole::Val(value) => self.is_unplaced(value),
        };
        if unplaced(left) || unplaced(right) {
            met.unreadable = true;
            return Ok(Answer::Open(met));
        }
        let (left, left_cut) = self.elements(node, left)?;
        let (right, right_cut) = self.elements(node, right)?;
        let (left_cut, right_cut) = (left_cut.is_some(), right_cut.is_some());
        met.unreadable |= left_cut || right_cut;
        let equal = match shape {
            Shape::List => {
                let longer = left.len() > right.len() && !right_cut || right.len() > left.len() && !left_cut;
                let mut equal = !longer;
                for (left, right) in left.iter().zip(&right) {
                    let answer = self.compare_parts(node, &left.value, &right.value, level + 1)?;
                    if met.take(answer) == Some(false) {
                        equal = false;
                        break;
                    }
                }
                equal
            }
            Shape::Set | Shape::Map => {
                let entries = &right[..];
                let right = Candidates { entries, map, cut: right_cut, again };
                self.all_found(node, &left, right, level, &mut met)?
            }
        };
        Ok(match equal {
            false => Answer::Unequal,
            true if met.any() => Answer::Open(met),
            true => Answer::Equal,
        })
    }

    /// Whether each element of the left set, or each entry of the left map, is in the right one, as far as it
    /// can be seen.
    pub(super) fn all_found(
        &mut self,
        node: NodeId,
        left: &[Entry<'a>],
        right: Candidates<'_, 'a>,
        level: u32,
        met: &mut Met,
    ) -> Eval<bool> {
        for wanted in left {
            self.charge(1 + right.again, node)?;
            if let (Some(map), Raw::Host(key)) = (right.map, &wanted.key.value)
                && key.is_scalar()
                && !matches!(key, Value::CutStr(_))
                && let Some(value) = self.map_value(node, map, key)?
                // else the value may be unreadable, or nobody knows whether there is one: the keys say which
                && !matches!(value, Part { value: Raw::Host(Value::Unreadable(_)), hidden: false })
            {
                if self.host.doubt(map, Some(key)).is_some() {
                    met.unreadable = true;
                    continue;
                }
                let value = Part { hidden: value.hidden || wanted.value.hidden, ..value };
                let answer = self.compare_parts(node, &wanted.value, &value, level + 1)?;
                if met.take(answer) == Some(false) {
                    return Ok(false);
                }
                continue;
            }
            let mut open = Met::default();
            let mut found = None;
            for candidate in right.entries {
                self.charge(1, node)?;
                if let (Some(_), Raw::Host(a), Raw::Host(b)) =
                    (right.map, &wanted.key.value, &candidate.key.value)
                    && !self.is_of_sort(a, b)
                {
                    continue;
                }
                // of a set the element is the key
                let answer = self.compare_parts(node, &wanted.key, &candidate.key, level + 1)?;
                if open.take(answer) == Some(true) {
                    found = Some(candidate);
                    break;
                }
            }
            match found {
                Some(candidate) => {
                    let answer = self.compare_parts(node, &wanted.value, &candidate.value, level + 1)?;
                    if met.take(answer) == Some(false) {
                        return Ok(false);
                    }
                }
                None if open.any() => met.and(&open),
                None if right.cut => met.unreadable = true,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    pub(super) fn size(&self, side: &Whole<'a>) -> Option<u64> {
        match side {
            Whole::Filtered { elements, cut, .. } => cut.is_none().then_some(elements.len() as u64),
            Whole::Val(Val::Pair(_)) => Some(2),
            Whole::Val(Val::Host(value)) => match self.host.len(value.handle()?) {
                Size::Known(size) => Some(size),
                Size::Unreadable(_) => None,
            },
            Whole::Val(_) => None,
        }
    }

    /// The elements of a collection. An element of a list is the value of an entry without a key, one of a set the
    /// key of one without a value.
    pub(super) fn elements(&mut self, node: NodeId, side: &Whole<'a>) -> Eval<(Vec<Entry<'a>>, Cut<'a>)> {
        let (elements, cut, shape) = match side {
            Whole::Filtered { elements, cut, shape, .. } => (elements.clone(), *cut, *shape),
            Whole::Val(value) => {
                let (elements, cut) = self.all(node, &value.source().expect("a collection"))?;
                (elements, cut, value.shape().expect("a collection"))
            }
        };
        let none = || Part::plain(Value::Null);
        let entry = |element| match (element, shape) {
            (Element::Entry(entry), _) => Entry::clone(&entry),
            (Element::Item(part), Shape::Set) => Entry { key: part, value: none() },
            (Element::Item(part), _) => Entry { key: none(), value: part },
        };
        Ok((elements.into_iter().map(entry).collect(), cut))
    }

    /// Compares two elements, which need not be found values.
    pub(super) fn compare_parts(
        &mut self,
        node: NodeId,
        left: &Part<'a>,
        right: &Part<'a>,
        level: u32,
    ) -> Eval<Answer> {
        let parts = [left, right];
        let host = |part: &Part<'a>| match part.value {
            Raw::Host(value) => Some(value),
            Raw::Made(_) => None,
        };
        let is = |wanted: &dyn Fn(&Value<'a>) -> bool| {
            parts.map(|part| host(part).is_some_and(|value| wanted(&value)))
        };
        let hidden = || match self.dialect.redacted_read {
            RedactedRead::Fault => Answer::Open(Met { redacted: true, ..Met::default() }),
            RedactedRead::Placeholder => Answer::Unequal,
        };
        if left.hidden || right.hidden {
            return Ok(hidden());
        }
        let redacted =
            |value: &Value<'a>| matches!(value, Value::Redacted(_)) || self.has_redacted_type(value);
        if is(&redacted).contains(&true) {
            return Ok(hidden());
        }
        let undefined = is(&|value| matches!(value, Value::Undefined));
        if undefined.contains(&true) {
            return Ok(match self.dialect.undefined_equality {
                UndefinedEquality::Fault => Answer::Open(Met { undefined: true, ..Met::default() }),
                UndefinedEquality::Itself if undefined == [true, true] => Answer::Equal,
                UndefinedEquality::Nothing | UndefinedEquality::Itself => Answer::Unequal,
            });
        }
        let unreadable = || Answer::Open(Met { unreadable: true, ..Met::default() });
        if is(&|value| matches!(value, Value::Unreadable(_))).contains(&true) {
            return Ok(unreadable());
        }
        let null = is(&|value| matches!(value, Value::Null));
        if null.contains(&true) {
            return Ok(if null == [true, true] { Answer::Equal } else { Answer::Unequal });
        }
        if is(&|value| matches!(value, Value::Cut(_))).contains(&true) {
            return Ok(unreadable());
        }
        let whole = |part: &Part<'a>| {
            Whole::Val(match &part.value {
                Raw::Host(value) => Val::Host(*value),
                Raw::Made(value) => value.clone(),
            })
        };
        self.compare(node, &whole(left), &whole(right), level)
    }
}

/// Whether `text` is how the constant `name` of the type `type_name` may be written: its name, or that after
/// the last words of its type's name.
pub(super) fn is_constant(text: &str, name: &str, type_name: Option<&str>) -> bool {
    if text == name {
        return true;
    }
    let separators = ['.', '$', '+'];
    let full = type_name.unwrap_or_default();
    let starts = full.char_indices().filter(|(_, c)| separators.contains(c)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(starts).filter(|start| !full[*start..].is_empty()).any(|start| {
        let tail = &full[start..];
        separators.iter().any(|separator| text == format!("{tail}{separator}{name}"))
    })
}
