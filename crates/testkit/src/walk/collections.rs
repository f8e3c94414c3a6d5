//! Walks over collections: `any all filter`, lazy filters and what reaches their elements, `len`, `contains`.

use std::rc::Rc;
use std::sync::LazyLock;

use probelang_diagnostic::fault;
use probelang_dialect::{
    ContainsLarge, ContainsList, ContainsMap, ContainsNan, ContainsOther, ContainsSet, EmptyNull,
    FaultOrFalse, FilterMap, FilterSet, LenNull, LenObject, LoopNumber, LoopObject, LoopOp, LoopSet,
    LoopText, MapElement, Quantifier, SizeOrFault, SoughtCollection,
};
use probelang_host::{Batch, Cursor, Handle, More, Nature, Size, TRUNCATED, Value};
use probelang_syntax::NodeId;

use super::compare::Whole;
use super::value::{Bound, Element, Entry, Filter, Kept, Part, Raw, Scope, Shape, Source, Val};
use super::{Eval, Walker};

/// What is called for each element; whether the walk ends there.
type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Walker<'a>, Element<'a>, bool) -> Eval<bool>;

/// What fetches the next element into a place of its own and looks at it; whether that is enough.
type Next<'n, 'a> = &'n mut dyn FnMut(&mut Walker<'a>, &mut Cursor) -> Eval<(Batch<'a>, bool)>;

/// The names of the first positions of a text.
static NUMBERS: LazyLock<Vec<String>> = LazyLock::new(|| (0..1_000).map(|n| n.to_string()).collect());

/// Why the elements after the last one were not captured, where a walk came to such an end.
pub(super) type Cut<'a> = Option<&'a str>;

impl<'a> Walker<'a> {
    // ---- walking --------------------------------------------------------------------------------------------

    /// Reaches the elements of `source` in order, each with whether the filters on the way keep it, until
    /// `visit` says that it has seen enough.
    fn walk(&mut self, node: NodeId, source: &Source<'a>, visit: Visit<'_, 'a>) -> Eval<Cut<'a>> {
        match source {
            Source::List(handle) | Source::Set(handle) => {
                self.each_item(node, *handle, &mut |walker, item| {
                    visit(walker, Element::Item(Part::plain(item)), true)
                })
            }
            Source::Map(handle) | Source::Fields(handle) => {
                self.each_entry(node, *handle, &mut |walker, key, value| {
                    let entry = walker.entry(key, value);
                    visit(walker, Element::Entry(Rc::new(entry)), true)
                })
            }
            Source::EntryFields(entry) => {
                let (key, value) = self.entry_members();
                let field = |name, value: &Part<'a>| {
                    Element::Entry(Rc::new(Entry {
                        key: Part::plain(Value::Str(name)),
                        value: value.clone(),
                    }))
                };
                self.each(node, [field(key, &entry.key), field(value, &entry.value)], None, visit)
            }
            Source::Pair(entry) => {
                let items = [&entry.key, &entry.value].map(|part| Element::Item(part.clone()));
                self.each(node, items, None, visit)
            }
            Source::Characters(text, cut) => {
                let ends = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
                let end = cut.then_some(TRUNCATED);
                self.each(node, ends.map(|c| Element::Item(Part::plain(Value::Str(c)))), end, visit)
            }
            Source::Units(text, cut) => {
                // up to the first that is half a character, or has no position with a name
                let whole = text.chars().take_while(|c| c.len_utf16() == 1).take(NUMBERS.len()).count();
                let end = match text.chars().nth(whole) {
                    Some(c) if c.len_utf16() == 2 => Some("half a character is not a text"),
                    Some(_) => Some(TRUNCATED),
                    None => cut.then_some(TRUNCATED),
                };
                let ends = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).take(whole);
                let units = ends.zip(NUMBERS.iter()).map(|(c, number)| {
                    let (key, value) = (Part::plain(Value::Str(number)), Part::plain(Value::Str(c)));
                    Element::Entry(Rc::new(Entry { key, value }))
                });
                self.each(node, units, end, visit)
            }
            Source::Nothing => self.each(node, [], None, visit),
            Source::Filter(filter) => self.walk(node, &filter.over, &mut |walker, element, kept| {
                // what an inner filter dropped is not shown to the outer one
                let kept = kept && walker.holds(filter.body, &element)?;
                let element = match (element, filter.entries) {
                    (Element::Entry(entry), Kept::Value) => Element::Item(entry.value.clone()),
                    (Element::Entry(entry), Kept::EntryInList) => {
                        Element::Item(Part { value: Raw::Made(Val::Entry(entry)), hidden: false })
                    }
                    (element, _) => element,
                };
                walker.charge(1, filter.node)?;
                visit(walker, element, kept)
            }),
        }
    }

    fn each(
        &mut self,
        node: NodeId,
        elements: impl IntoIterator<Item = Element<'a>>,
        end: Cut<'a>,
        visit: Visit<'_, 'a>,
    ) -> Eval<Cut<'a>> {
        for element in elements {
            self.charge(1, node)?;
            if visit(self, element, true)? {
                return Ok(None);
            }
        }
        // to ask for one that is not there costs as much
        self.charge(1, node)?;
        Ok(end)
    }

    fn each_item(
        &mut self,
        node: NodeId,
        handle: Handle,
        visit: &mut dyn FnMut(&mut Self, Value<'a>) -> Eval<bool>,
    ) -> Eval<Cut<'a>> {
        self.each_batch(node, handle, &mut |walker, cursor| {
            let mut item = Value::Absent;
            let batch = walker.host.items(cursor, std::slice::from_mut(&mut item));
            let stop = batch.count > 0 && visit(walker, item)?;
            Ok((batch, stop))
        })
    }

    /// The entries of a map, or the fields of an object.
    pub(super) fn each_entry(
        &mut self,
        node: NodeId,
        handle: Handle,
        visit: &mut dyn FnMut(&mut Self, Value<'a>, Value<'a>) -> Eval<bool>,
    ) -> Eval<Cut<'a>> {
        self.each_batch(node, handle, &mut |walker, cursor| {
            let (mut key, mut value) = (Value::Absent, Value::Absent);
            let (keys, values) = (std::slice::from_mut(&mut key), std::slice::from_mut(&mut value));
            let batch = walker.host.entries(cursor, keys, values);
            let stop = batch.count > 0 && visit(walker, key, value)?;
            Ok((batch, stop))
        })
    }

    /// Asks for one element after the other, and closes the cursor also after a fault.
    fn each_batch(&mut self, node: NodeId, handle: Handle, next: Next<'_, 'a>) -> Eval<Cut<'a>> {
        let mut cursor = self.host.open(handle);
        let end = loop {
            if let Err(fault) = self.charge(1, node) {
                break Err(fault);
            }
            match next(self, &mut cursor) {
                Err(fault) => break Err(fault),
                Ok((_, true)) => break Ok(None),
                Ok((batch, false)) => match batch.more {
                    More::Yes if batch.count > 0 => {}
                    more => {
                        // to ask for one that is not there costs as much
                        let asked = if batch.count > 0 { self.charge(1, node) } else { Ok(()) };
                        let reason = match more {
                            More::Cut(reason) => Some(reason),
                            More::Yes | More::Done => None,
                        };
                        break asked.map(|()| reason);
                    }
                },
            }
        };
        self.host.close(&mut cursor);
        end
    }

    /// Whether the predicate `body` holds for `element`.
    fn holds(&mut self, body: NodeId, element: &Element<'a>) -> Eval<bool> {
        let scope = self.scope(element);
        let result = self.eval(body, Some(&scope))?;
        self.truth(body, &result)
    }

    // ---- any, all, filter -----------------------------------------------------------------------------------

    pub(super) fn loops(&mut self, node: NodeId, op: LoopOp, over: &Val<'a>, body: NodeId) -> Eval<Val<'a>> {
        self.ordinary(node, over)?;
        let over = &self.plain(over);
        let source = match over {
            Val::Host(Value::Set(_)) if self.dialect.loop_set == LoopSet::Fault => None,
            Val::Filter(filter) if filter.shape == Shape::Set && self.dialect.loop_set == LoopSet::Fault => {
                None
            }
            Val::Host(Value::Str(text)) if self.dialect.loop_text == LoopText::Characters => {
                Some(Source::Characters(text, false))
            }
            Val::Host(Value::CutStr(text)) if self.dialect.loop_text == LoopText::Characters => {
                Some(Source::Characters(text, true))
            }
            Val::Host(Value::Str(text)) if self.dialect.loop_text == LoopText::Entries => {
                Some(Source::Units(text, false))
            }
            Val::Host(Value::CutStr(text)) if self.dialect.loop_text == LoopText::Entries => {
                Some(Source::Units(text, true))
            }
            Val::Host(
                Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::BigInt(_) | Value::Float(_),
            ) if self.dialect.loop_number == LoopNumber::Nothing => Some(Source::Nothing),
            Val::Host(Value::Object(handle)) if self.dialect.loop_object == LoopObject::Fields => {
                Some(Source::Fields(*handle))
            }
            Val::Entry(entry) if self.dialect.loop_object == LoopObject::Fields => {
                Some(Source::EntryFields(Rc::clone(entry)))
            }
            _ => over.source(),
        };
        let Some(source) = source else {
            return match self.also_collection(over) {
                Some(other) => self.loops(node, op, &other, body),
                None => self.fail(fault::NOT_COLLECTION, node),
            };
        };
        if let Source::Characters(text, _) | Source::Units(text, _) = source {
            self.taken(node, text, 0..text.len())?;
        }
        if op == LoopOp::Filter {
            return Ok(Val::Filter(Rc::new(self.filter(node, source, over, body))));
        }
        let wanted = op == LoopOp::Quantifier(Quantifier::Any);
        let mut decided = false;
        let cut = self.walk(node, &source, &mut |walker, element, kept| {
            decided = kept && walker.holds(body, &element)? == wanted;
            Ok(decided)
        })?;
        if cut.is_some() {
            return self.fail(fault::CUT_COLLECTION, node);
        }
        Ok(Val::bool(decided == wanted))
    }

    fn filter(&self, node: NodeId, over: Source<'a>, value: &Val<'a>, body: NodeId) -> Filter<'a> {
        let (shape, entries) = match value.shape() {
            Some(Shape::List) => (Shape::List, Kept::Entry),
            None if matches!(over, Source::Characters(..)) => (Shape::List, Kept::Entry),
            Some(Shape::Set) => match self.dialect.filter_set {
                FilterSet::Set => (Shape::Set, Kept::Entry),
                FilterSet::List => (Shape::List, Kept::Entry),
            },
            Some(Shape::Map) | None => match self.dialect.filter_map {
                FilterMap::Map => (Shape::Map, Kept::Entry),
                FilterMap::Entries => (Shape::List, Kept::EntryInList),
                FilterMap::Values => (Shape::List, Kept::Value),
            },
        };
        Filter { node, over, body, shape, entries }
    }

    // ---- what reaches the elements of a filter --------------------------------------------------------------

    /// All elements that a filter keeps, and whether more of them were not captured.
    pub(super) fn reach_all(
        &mut self,
        node: NodeId,
        filter: &Rc<Filter<'a>>,
    ) -> Eval<(Vec<Element<'a>>, Cut<'a>)> {
        self.all(node, &Source::Filter(Rc::clone(filter)))
    }

    /// Whether a filter keeps anything.
    pub(super) fn keeps_any(&mut self, node: NodeId, filter: &Rc<Filter<'a>>) -> Eval<bool> {
        let mut found = false;
        let cut = self.walk(node, &Source::Filter(Rc::clone(filter)), &mut |_, _, kept| {
            found = kept;
            Ok(found)
        })?;
        if cut.is_some() { self.fail(fault::CUT_COLLECTION, node) } else { Ok(found) }
    }

    /// The `position`-th element that a filter keeps.
    pub(super) fn nth_kept(
        &mut self,
        node: NodeId,
        filter: &Rc<Filter<'a>>,
        position: u64,
    ) -> Eval<Option<Part<'a>>> {
        let (mut left, mut found) = (position, None);
        let cut = self.walk(node, &Source::Filter(Rc::clone(filter)), &mut |_, element, kept| {
            if kept && left == 0 {
                found = match element {
                    Element::Item(part) => Some(part),
                    Element::Entry(_) => panic!("an entry in a list"),
                };
            } else if kept {
                left -= 1;
            }
            Ok(found.is_some())
        })?;
        if cut.is_some() { self.fail(fault::UNREADABLE, node) } else { Ok(found) }
    }

    /// The value under `key` among the entries that a filter keeps. The walk ends at the entry with that key,
    /// kept or not.
    pub(super) fn kept_under_key(
        &mut self,
        node: NodeId,
        filter: &Rc<Filter<'a>>,
        key: &Value<'a>,
    ) -> Eval<Option<Part<'a>>> {
        let wanted = Whole::Val(Val::Host(*key));
        let typed = matches!(key, Value::Opaque(_));
        let (mut found, mut of_other_sort) = (None, None);
        let cut = self.walk(node, &Source::Filter(Rc::clone(filter)), &mut |walker, element, kept| {
            let Element::Entry(entry) = element else { panic!("an element in a map") };
            if !walker.equal_keys(node, &entry.key, &wanted)? {
                return Ok(false);
            }
            let value = kept.then(|| entry.value.clone());
            let of_sort = match entry.key.value {
                Raw::Host(other) => walker.is_of_sort(&other, key),
                Raw::Made(_) => true,
            };
            if of_sort {
                found = Some(value);
            } else if !typed {
                of_other_sort.get_or_insert(value);
            }
            Ok(of_sort)
        })?;
        match found.or(of_other_sort) {
            None if cut.is_some() => self.fail(fault::UNREADABLE, node),
            found => Ok(found.flatten()),
        }
    }

    /// What an operator that consumes a whole value does before it looks at it.
    pub(super) fn consume(&mut self, node: NodeId, value: &Val<'a>) -> Eval<()> {
        match value {
            Val::Filter(filter) => self.reach_all(node, filter).map(|_| ()),
            Val::Host(Value::Cut(_)) => self.fail(fault::UNREADABLE, node),
            _ => Ok(()),
        }
    }

    // ---- len, isEmpty ---------------------------------------------------------------------------------------

    pub(super) fn len(&mut self, node: NodeId, value: &Val<'a>) -> Eval<Val<'a>> {
        self.length(node, value).map(|length| Val::Host(Value::from_u64(length)))
    }

    fn length(&mut self, node: NodeId, value: &Val<'a>) -> Eval<u64> {
        match value {
            _ if value.shape() == Some(Shape::Set) && self.dialect.len_set == SizeOrFault::Fault => {
                self.fail(fault::NO_LENGTH, node)
            }
            Val::Host(Value::Cut(handle)) => self.host_length(node, *handle),
            Val::Host(Value::List(handle) | Value::Set(handle) | Value::Map(handle)) => {
                self.host_length(node, *handle)
            }
            Val::Pair(_) => Ok(2),
            Val::Filter(filter) => {
                let (all, cut) = self.reach_all(node, filter)?;
                if cut.is_some() { self.fail(fault::CUT_COLLECTION, node) } else { Ok(all.len() as u64) }
            }
            Val::Host(Value::Str(text)) => {
                self.charge_bytes(text.len(), node)?;
                Ok(self.units(text) as u64)
            }
            Val::Host(Value::CutStr(_)) => self.fail(fault::CUT_TEXT, node),
            Val::Host(Value::Null) if self.dialect.len_null == LenNull::Zero => Ok(0),
            Val::Host(Value::Object(handle)) if self.dialect.len_object == LenObject::Fields => {
                self.ordinary(node, value)?;
                self.host_length(node, *handle)
            }
            Val::Entry(_) if self.dialect.len_object == LenObject::Fields => Ok(2),
            _ => {
                self.ordinary(node, value)?;
                match self.plain(value) {
                    plain @ Val::Host(Value::Str(_) | Value::CutStr(_)) => self.length(node, &plain),
                    plain => match self.length_besides(node, &plain)? {
                        Some(length) => Ok(length),
                        None => self.fail(fault::NO_LENGTH, node),
                    },
                }
            }
        }
    }

    /// The length of an object or opaque value that is a collection besides, or has nothing but a length.
    pub(super) fn length_besides(&self, node: NodeId, value: &Val<'a>) -> Eval<Option<u64>> {
        if !matches!(value, Val::Host(Value::Object(_) | Value::Opaque(_))) {
            return Ok(None);
        }
        match self.also_collection(value).or_else(|| self.also(value, Nature::Length)) {
            Some(Val::Host(other)) => {
                let handle = other.handle().expect("a value with a handle");
                self.host_length(node, handle).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn host_length(&self, node: NodeId, handle: Handle) -> Eval<u64> {
        match self.host.len(handle) {
            Size::Known(size) => Ok(size),
            Size::Unreadable(_) => self.fail(fault::UNREADABLE, node),
        }
    }

    pub(super) fn is_empty(&mut self, node: NodeId, value: &Val<'a>) -> Eval<bool> {
        let counts_fields = self.dialect.len_object == LenObject::Fields;
        match value {
            _ if matches!(value.shape(), Some(Shape::Set | Shape::Map))
                && self.dialect.empty_map == SizeOrFault::Fault =>
            {
                self.fail(fault::NO_LENGTH, node)
            }
            Val::Host(Value::Set(handle)) => self.host_length(node, *handle).map(|length| length == 0),
            Val::Filter(filter) => self.keeps_any(node, filter).map(|any| !any),
            Val::Host(Value::Str(text)) => Ok(text.is_empty()),
            Val::Host(Value::CutStr(_)) => Ok(false),
            Val::Host(Value::Null) => match self.dialect.empty_null {
                EmptyNull::Fault => self.fail(fault::NO_LENGTH, node),
                EmptyNull::True => Ok(true),
                EmptyNull::False => Ok(false),
            },
            Val::Entry(_) | Val::Host(Value::Object(_)) if counts_fields => {
                self.length(node, value).map(|length| length == 0)
            }
            Val::Host(Value::Opaque(_)) if !matches!(self.plain(value), Val::Host(Value::Opaque(_))) => {
                self.ordinary(node, value)?;
                self.is_empty(node, &self.plain(value))
            }
            Val::Host(Value::Int(_) | Value::Uint(_) | Value::BigInt(_) | Value::Float(_))
                if self.dialect.empty_number == FaultOrFalse::False =>
            {
                Ok(false)
            }
            Val::Entry(_) | Val::Host(Value::Bool(_) | Value::Object(_) | Value::Opaque(_))
                if self.dialect.empty_other == FaultOrFalse::False =>
            {
                self.ordinary(node, value)?;
                Ok(self.length_besides(node, value)? == Some(0))
            }
            _ => self.length(node, value).map(|length| length == 0),
        }
    }

    // ---- contains in collections ----------------------------------------------------------------------------

    /// `contains` of anything but text and null.
    pub(super) fn contains_element(&mut self, node: NodeId, over: &Val<'a>, wanted: &Val<'a>) -> Eval<bool> {
        if over.shape().is_none()
            && let Some(other) = self.also_collection(over)
        {
            return self.contains_element(node, &other, wanted);
        }
        let searchable = match over.shape() {
            Some(Shape::List) => self.dialect.contains_list == ContainsList::Element,
            Some(Shape::Set) => self.dialect.contains_set == ContainsSet::Element,
            Some(Shape::Map) => self.dialect.contains_map == ContainsMap::Key,
            None => match self.dialect.contains_other {
                ContainsOther::Fault => false,
                ContainsOther::False => return Ok(false),
            },
        };
        if !searchable {
            return self.fail(fault::NOT_SEARCHABLE, node);
        }
        if self.dialect.contains_large == ContainsLarge::Fault
            && let Val::Host(Value::List(handle) | Value::Set(handle) | Value::Map(handle)) = over
            && let Size::Known(1_000_001..) = self.host.len(*handle)
        {
            return self.fail(fault::COLLECTION_SIZE, node);
        }
        if self.dialect.sought_collection == SoughtCollection::Fault
            && over.shape() != Some(Shape::List)
            && wanted.shape().is_some()
        {
            return self.fail(fault::BAD_INDEX, node);
        }
        // a filter that is looked for is reached once, before what it is looked for in
        let wanted = self.whole(node, wanted)?;
        if over.shape() == Some(Shape::Map) {
            return self.contains_key(node, over, &wanted);
        }
        let mut found = false;
        let cut = self.walk(node, &over.source().expect("a collection"), &mut |walker, element, kept| {
            let Element::Item(part) = element else { panic!("an entry in a list") };
            if kept {
                found = walker.equal_element(node, &part, &wanted)? || walker.both_nan(&part, &wanted);
            }
            Ok(found)
        })?;
        if cut.is_some() { self.fail(fault::CUT_COLLECTION, node) } else { Ok(found) }
    }

    fn contains_key(&mut self, node: NodeId, over: &Val<'a>, wanted: &Whole<'a>) -> Eval<bool> {
        let key = match wanted {
            Whole::Val(key) if self.is_doubted(key, None) => None,
            Whole::Val(Val::Host(key)) => Some(*key),
            _ => None,
        };
        if let (Val::Host(Value::Map(map)), Some(key)) = (over, key)
            && key.plain(self.host).is_scalar()
            && !matches!(key.plain(self.host), Value::CutStr(_))
            && !self.finds_nan(&key)
        {
            self.charge(1, node)?;
            match self.map_value(node, *map, &key)? {
                None => return Ok(false),
                // the value itself, or the rest of a map that was cut: the keys say which
                Some(Part { value: Raw::Host(Value::Unreadable(_)), hidden: false }) => {}
                Some(_) => return Ok(true),
            }
        }
        let mut found = false;
        let cut = self.walk(node, &over.source().expect("a map"), &mut |walker, element, kept| {
            let Element::Entry(entry) = element else { panic!("an element in a map") };
            if !kept {
                return Ok(false);
            }
            found = walker.equal_keys(node, &entry.key, wanted)? || walker.both_nan(&entry.key, wanted);
            Ok(found)
        })?;
        if cut.is_some() { self.fail(fault::CUT_COLLECTION, node) } else { Ok(found) }
    }

    fn finds_nan(&self, value: &Value<'a>) -> bool {
        self.dialect.contains_nan == ContainsNan::Found
            && matches!(value.plain(self.host), Value::Float(n) if n.is_nan())
    }

    /// Whether an element is found because it is NaN, as what is looked for.
    fn both_nan(&self, part: &Part<'a>, wanted: &Whole<'a>) -> bool {
        match (&part.value, wanted) {
            (Raw::Host(element), Whole::Val(Val::Host(wanted))) => {
                self.finds_nan(element) && self.finds_nan(wanted)
            }
            _ => false,
        }
    }

    /// All elements of a collection, and whether more of them were not captured.
    pub(super) fn all(&mut self, node: NodeId, source: &Source<'a>) -> Eval<(Vec<Element<'a>>, Cut<'a>)> {
        let mut all = Vec::new();
        let cut = self.walk(node, source, &mut |_, element, kept| {
            if kept {
                all.push(element);
            }
            Ok(false)
        })?;
        Ok((all, cut))
    }

    /// The scope of a predicate over `element`.
    pub(super) fn scope(&self, element: &Element<'a>) -> Scope<'a> {
        match element {
            Element::Item(part) => {
                Scope { it: Bound::Part(part.clone()), key: Bound::NoKey, value: Bound::NoKey }
            }
            Element::Entry(entry) => {
                let made = |value| Bound::Part(Part { value: Raw::Made(value), hidden: false });
                Scope {
                    it: match self.dialect.map_element {
                        MapElement::Entry => made(Val::Entry(Rc::clone(entry))),
                        MapElement::Pair => made(Val::Pair(Rc::clone(entry))),
                        MapElement::Key => Bound::Part(entry.key.clone()),
                        MapElement::Value => Bound::Part(entry.value.clone()),
                        MapElement::Unbound => Bound::Unbound,
                    },
                    key: Bound::Part(entry.key.clone()),
                    value: Bound::Part(entry.value.clone()),
                }
            }
        }
    }
}
