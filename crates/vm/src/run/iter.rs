//! Iteration: collections of the host, and lazy filters over them.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::Code;
use probelang_dialect::{FilterMap, FilterSet, LoopNumber, LoopText, MapElement};
use probelang_host::{Cursor, Handle, Hidden, Local, More, Role, TRUNCATED, Value};

use crate::program::ids::{Id, LoopId, SlotId};
use crate::program::tables::LoopDef;
use crate::run::elements::{Elements, Form};
use crate::run::frame::Frame;

/// What a step of an iteration came upon.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Next<'a> {
    /// An element; key and value were written.
    Element,
    /// The end.
    Done,
    /// What follows exists and cannot be read, for this reason.
    Cut(&'a str),
}

/// What is iterated, at the bottom of a chain of filters.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Base<'a> {
    /// What the host lends.
    Host(Form),
    /// A pair of key and value that a loop keeps in these slots, as a list of two.
    Pair(SlotId),
    /// The same as an object of two fields.
    Entry(SlotId),
    /// The characters of a text; whether more of them were not captured.
    Chars(&'a str, bool),
    /// The UTF-16 units of a text by their positions; whether more of them were not captured.
    Units(&'a str, bool),
    /// No elements.
    Nothing,
}

/// Why the rest of a text is not shown unit by unit.
const NOT_A_TEXT: &str = "half a character is not a text";
/// Units of a text that have a position with a name.
const UNITS: usize = 1_000;

/// The decimal digits of the numbers below [`UNITS`], three for each.
#[cfg(feature = "specialise")]
static DIGITS: [u8; 3 * UNITS] = digits();
/// The same, computed when they are needed: a page would download the table, which compresses badly.
#[cfg(not(feature = "specialise"))]
static DIGITS: std::sync::LazyLock<[u8; 3 * UNITS]> = std::sync::LazyLock::new(digits);

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "every number is below UNITS, and every place within the array"
)]
const fn digits() -> [u8; 3 * UNITS] {
    let (mut digits, mut n) = ([b'0'; 3 * UNITS], 0);
    while n < UNITS {
        digits[3 * n] += (n / 100) as u8;
        digits[3 * n + 1] += (n / 10 % 10) as u8;
        digits[3 * n + 2] += (n % 10) as u8;
        n += 1;
    }
    digits
}

/// The text of a number below [`UNITS`].
fn number_text(n: usize) -> Option<&'static str> {
    let width = match n {
        0..10 => 1,
        10..100 => 2,
        _ => 3,
    };
    let end = n.checked_mul(3)?.checked_add(3)?;
    DIGITS.get(end.checked_sub(width)?..end).and_then(|digits| std::str::from_utf8(digits).ok())
}

/// What is iterated, and how far. Plain data, so that a walk of the printer can carry it in pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) shape: Shape,
    pub(crate) cursor: Cursor,
    base: Base<'a>,
    base_shape: Shape,
    /// The outermost filter of a chain.
    filter: Option<LoopId>,
}

/// An iteration, with elements that were fetched ahead.
#[derive(Debug)]
pub(crate) struct Iter<'a> {
    pub(crate) source: Source<'a>,
    elements: Elements<'a>,
}

impl<'a> Source<'a> {
    /// Opens the host's cursor.
    pub(crate) fn start(&mut self, frame: &mut Frame<'a, '_, '_>) {
        if let Some(filter) = self.filter
            && frame.recorder().is_some()
        {
            frame.observe_pass(filter);
        }
        if let Base::Host(_) = self.base {
            self.cursor = frame.host.open(self.cursor.handle);
        }
    }

    /// The same without opening a cursor of the host.
    pub(crate) fn describe(frame: &Frame<'a, '_, '_>, value: &Value<'a>, fields: bool) -> Option<Self> {
        let mut value = *value;
        let mut outermost = None;
        // each filter is over something that was there before it, so that the chain ends
        for _ in 0..=frame.linked.program.tables.loops.len() {
            let Value::Local(Local { role: Role::Filter, slot }) = value else { break };
            let id = LoopId::of_filter(slot);
            outermost = outermost.or(Some(id));
            value = frame.filtered(id);
        }
        // what a filter is over was judged when the filter was made
        let fields = fields || outermost.is_some();
        let dialect = frame.dialect();
        let none = Cursor::start(Handle::default());
        let (base, shape, cursor) = match frame.plain(&value) {
            Value::List(handle) => (Base::Host(Form::Items), Shape::List, Cursor::start(handle)),
            Value::Set(handle) => (Base::Host(Form::Items), Shape::Set, Cursor::start(handle)),
            Value::Map(handle) => (Base::Host(Form::Entries), Shape::Map, Cursor::start(handle)),
            Value::Object(handle) if fields => {
                (Base::Host(Form::Entries), Shape::Object, Cursor::start(handle))
            }
            Value::Str(text) if fields && dialect.loop_text == LoopText::Characters => {
                (Base::Chars(text, false), Shape::List, none)
            }
            Value::CutStr(text) if fields && dialect.loop_text == LoopText::Characters => {
                (Base::Chars(text, true), Shape::List, none)
            }
            Value::Str(text) if fields && dialect.loop_text == LoopText::Entries => {
                (Base::Units(text, false), Shape::Map, none)
            }
            Value::CutStr(text) if fields && dialect.loop_text == LoopText::Entries => {
                (Base::Units(text, true), Shape::Map, none)
            }
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::BigInt(_) | Value::Float(_)
                if fields && dialect.loop_number == LoopNumber::Nothing =>
            {
                (Base::Nothing, Shape::Map, none)
            }
            Value::Local(Local { role, slot }) => {
                let slot = SlotId::of_pair(slot);
                match role {
                    Role::Pair => (Base::Pair(slot), Shape::List, none),
                    Role::Entry if fields => (Base::Entry(slot), Shape::Object, none),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let whole = match outermost {
            Some(id) => frame.filter_shape(id),
            None => shape,
        };
        Some(Self { shape: whole, cursor, base, base_shape: shape, filter: outermost })
    }

    /// Why the positions of the elements of a list are not known, if so.
    fn unplaced(&self, frame: &Frame<'a, '_, '_>) -> Option<&'a str> {
        match (self.base, self.base_shape) {
            (Base::Host(_), Shape::List) => frame.host.doubt(self.cursor.handle, None),
            _ => None,
        }
    }

    /// The text whose characters are the elements, if no filter is over them: it was judged when the filter was made.
    pub(crate) const fn text(&self) -> Option<&'a str> {
        match (self.base, self.filter) {
            (Base::Chars(text, _) | Base::Units(text, _), None) => Some(text),
            (Base::Host(_) | Base::Pair(_) | Base::Entry(_) | Base::Nothing, _)
            | (Base::Chars(..) | Base::Units(..), Some(_)) => None,
        }
    }

    /// Whether the host lends the elements.
    pub(crate) const fn is_over_host(&self) -> bool {
        matches!(self.base, Base::Host(_))
    }

    /// How the host lends the elements, if it does and no filter is over them.
    pub(crate) const fn unfiltered(&self) -> Option<Form> {
        match (self.base, self.filter) {
            (Base::Host(form), None) => Some(form),
            _ => None,
        }
    }

    /// Reads the next element that every filter keeps, and nothing ahead. Charges a step for each element reached.
    pub(crate) fn next(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        site: u32,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Next<'a>, Stop> {
        loop {
            let next = match self.base {
                Base::Host(form) => {
                    let (keys, values) = (std::slice::from_mut(key), std::slice::from_mut(value));
                    let batch = form.fetch(frame, &mut self.cursor, keys, values);
                    match batch.more {
                        _ if batch.count > 0 => Next::Element,
                        More::Cut(reason) => Next::Cut(reason),
                        More::Yes | More::Done => Next::Done,
                    }
                }
                _ => self.made(frame, key, value),
            };
            match self.reached(frame, next, site, key, value)? {
                (_, false) => {}
                (next, true) => return Ok(next),
            }
        }
    }

    /// Charges what was reached, and says whether every filter keeps it.
    #[inline]
    fn reached(
        &self,
        frame: &mut Frame<'a, '_, '_>,
        next: Next<'a>,
        site: u32,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<(Next<'a>, bool), Stop> {
        if next == Next::Element {
            // the step of the first fetch is that of the operator; each element pays for the next
            frame.charge(1, site)?;
        }
        match (self.filter, next) {
            (Some(filter), Next::Element) => {
                let (_, kept) = frame.keep(filter, self.base_shape, key, value)?;
                Ok((next, kept))
            }
            _ => Ok((next, true)),
        }
    }

    /// The next element of what is not the host's.
    fn made(&mut self, frame: &Frame<'a, '_, '_>, key: &mut Value<'a>, value: &mut Value<'a>) -> Next<'a> {
        let position = self.cursor.position;
        match self.base {
            Base::Host(_) => Next::Done,
            Base::Pair(slot) => {
                self.cursor.position = position.saturating_add(1);
                *key = Value::Absent;
                match position {
                    0 => *value = frame.slot(slot),
                    1 => *value = frame.shown_value(slot),
                    _ => return Next::Done,
                }
                Next::Element
            }
            Base::Entry(slot) => {
                self.cursor.position = position.saturating_add(1);
                let (key_name, value_name) = frame.dialect().entry_members.names();
                match position {
                    0 => (*key, *value) = (Value::Str(key_name), frame.slot(slot)),
                    1 => (*key, *value) = (Value::Str(value_name), frame.shown_value(slot)),
                    _ => return Next::Done,
                }
                Next::Element
            }
            Base::Nothing => Next::Done,
            Base::Units(text, cut) => {
                let at = usize::try_from(position).unwrap_or(usize::MAX);
                let (passed, rest) = text.split_at_checked(at).unwrap_or_default();
                let Some(c) = rest.chars().next() else {
                    return if cut { Next::Cut(TRUNCATED) } else { Next::Done };
                };
                // there is none of two units before: a unit is a character
                match number_text(passed.chars().count()) {
                    Some(name) if c.len_utf16() == 1 => *key = Value::Str(name),
                    Some(_) => return Next::Cut(NOT_A_TEXT),
                    None => return Next::Cut(TRUNCATED),
                }
                self.cursor.position = position.saturating_add(c.len_utf8() as u64);
                *value = Value::Str(rest.get(..c.len_utf8()).unwrap_or_default());
                Next::Element
            }
            Base::Chars(text, cut) => {
                let at = usize::try_from(position).unwrap_or(usize::MAX);
                let rest = text.get(at..).unwrap_or_default();
                *key = Value::Absent;
                let Some(c) = rest.chars().next() else {
                    return if cut { Next::Cut(TRUNCATED) } else { Next::Done };
                };
                self.cursor.position = position.saturating_add(c.len_utf8() as u64);
                *value = Value::Str(rest.get(..c.len_utf8()).unwrap_or_default());
                Next::Element
            }
        }
    }

    /// Closes the host's cursor.
    pub(crate) fn close(&mut self, frame: &mut Frame<'a, '_, '_>) {
        if let Base::Host(_) = self.base {
            frame.host.close(&mut self.cursor);
        }
    }
}

impl<'a> Iter<'a> {
    /// Opens an iteration over a collection; `None` for a value of another kind. A loop takes, where a dialect
    /// says so, also strings and objects; a printer objects.
    pub(crate) fn open(frame: &mut Frame<'a, '_, '_>, value: &Value<'a>, fields: bool) -> Option<Self> {
        Source::describe(frame, value, fields).map(|source| Self::start(frame, source))
    }

    /// Opens an iteration over what was described.
    pub(crate) fn start(frame: &mut Frame<'a, '_, '_>, mut source: Source<'a>) -> Self {
        source.start(frame);
        Self { source, elements: Elements::new() }
    }

    /// Reads the next element that every filter keeps. Charges a step for each element reached.
    pub(crate) fn next(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        site: u32,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Next<'a>, Stop> {
        loop {
            match self.reach(frame, site, key, value)? {
                (_, false) => {}
                (next, true) => return Ok(next),
            }
        }
    }

    /// Reads the next element, and says whether every filter keeps it.
    pub(crate) fn reach(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        site: u32,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<(Next<'a>, bool), Stop> {
        let next = match self.source.base {
            Base::Host(form) => self.elements.next(frame, form, &mut self.source.cursor, key, value),
            _ => self.source.made(frame, key, value),
        };
        self.source.reached(frame, next, site, key, value)
    }

    /// Closes the host's cursor.
    pub(crate) fn close(&mut self, frame: &mut Frame<'a, '_, '_>) {
        self.source.close(frame);
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Why the positions of the elements of a list, or of a filter over one, are not known, if so.
    #[cold]
    pub(crate) fn unplaced(&self, list: &Value<'a>) -> Option<&'a str> {
        Source::describe(self, list, false)?.unplaced(self)
    }

    /// What the filter `id` is over.
    pub(crate) fn filtered(&self, id: LoopId) -> Value<'a> {
        self.loop_def(id).map_or(Value::Absent, |def| self.slot(def.over()))
    }

    /// The shape of what a filter gives.
    pub(crate) fn filter_shape(&self, id: LoopId) -> Shape {
        let mut shape = match self.plain(&self.filtered(id)) {
            Value::Set(_) => Shape::Set,
            Value::Str(_) | Value::CutStr(_) if self.dialect().loop_text == LoopText::Entries => Shape::Map,
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::BigInt(_) | Value::Float(_) => {
                Shape::Map
            }
            Value::Map(_) | Value::Object(_) | Value::Local(Local { role: Role::Entry, .. }) => Shape::Map,
            Value::Local(Local { role: Role::Filter, slot }) if LoopId::of_filter(slot) != id => {
                // the depth of a chain is bounded by the depth of the program
                self.filter_shape(LoopId::of_filter(slot))
            }
            _ => Shape::List,
        };
        if shape == Shape::Set && self.dialect().filter_set == FilterSet::List {
            shape = Shape::List;
        }
        if shape == Shape::Map && self.dialect().filter_map != FilterMap::Map {
            shape = Shape::List;
        }
        shape
    }

    /// The value of the pair in `slot`, or that it is redacted.
    pub(crate) fn shown_value(&self, slot: SlotId) -> Value<'a> {
        if self.redacted_key(&self.slot(slot)) {
            return Value::Redacted(Hidden::Name);
        }
        self.slot(slot.plus(1))
    }

    /// Runs the chain of filters that ends in `id` over one element of shape `shape`; the element becomes what
    /// the filter gives.
    fn keep(
        &mut self,
        id: LoopId,
        base: Shape,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<(Shape, bool), Stop> {
        let mut shape = base;
        if let Value::Local(Local { role: Role::Filter, slot }) = self.filtered(id) {
            let inner = LoopId::of_filter(slot);
            let kept;
            (shape, kept) = self.keep(inner, base, key, value)?;
            if !kept {
                return Ok((shape, false));
            }
        }
        let kept = self.holds(id, shape, key, value)?;
        let dialect = self.dialect();
        match shape {
            Shape::Set if dialect.filter_set == FilterSet::List => shape = Shape::List,
            Shape::Map | Shape::Object if dialect.filter_map == FilterMap::Entries => {
                *value = self.loop_def(id).map_or(SlotId::NOWHERE, LoopDef::key).entry();
                *key = Value::Absent;
                shape = Shape::List;
            }
            Shape::Map | Shape::Object if dialect.filter_map == FilterMap::Values => {
                if self.redacted_key(key) {
                    *value = Value::Redacted(Hidden::Name);
                }
                *key = Value::Absent;
                shape = Shape::List;
            }
            Shape::Object => shape = Shape::Map,
            _ => {}
        }
        Ok((shape, kept))
    }

    /// Binds an element of a collection of shape `shape` to the loop `id`, and runs its predicate.
    pub(crate) fn holds(
        &mut self,
        id: LoopId,
        shape: Shape,
        key: &Value<'a>,
        value: &Value<'a>,
    ) -> Result<bool, Stop> {
        let linked = self.linked;
        let Some(def) = linked.program.tables.loops.get(id) else { return Ok(false) };
        match shape {
            Shape::List | Shape::Set => {
                self.set(def.key(), Value::Absent);
                self.predicate(def, value)
            }
            Shape::Map | Shape::Object => {
                self.set(def.key(), *key);
                self.set(def.value(), *value);
                let it = match self.dialect().map_element {
                    MapElement::Entry => def.key().entry(),
                    MapElement::Pair => def.key().pair(),
                    MapElement::Key => *key,
                    MapElement::Value => self.shown_value(def.key()),
                    MapElement::Unbound => Value::Absent,
                };
                self.predicate(def, &it)
            }
        }
    }

    /// How many elements a lazy filter keeps; all are reached.
    pub(crate) fn count(&mut self, filter: &Value<'a>, cut: Code, site: u32) -> Result<u64, Stop> {
        if let Value::Local(Local { role: Role::Filter, slot }) = *filter {
            let id = LoopId::of_filter(slot);
            let linked = self.linked;
            if let Some(batched) = linked.batched(id)
                && let Some(over) = batched.walks(self.dialect(), &self.filtered(id))
            {
                let (count, end) = batched.count(self, over, site)?;
                return match end {
                    Some(reason) => Err(self.fail_because(cut, site, reason)),
                    None => Ok(count),
                };
            }
        }
        let mut count = 0u64;
        match self.drain(filter, site, &mut count)? {
            Next::Cut(reason) => Err(self.fail_because(cut, site, reason)),
            _ => Ok(count),
        }
    }

    /// Reaches all elements of a lazy filter, and counts the kept ones.
    pub(crate) fn drain(&mut self, filter: &Value<'a>, site: u32, count: &mut u64) -> Result<Next<'a>, Stop> {
        let Some(mut iter) = Iter::open(self, filter, true) else { return Ok(Next::Done) };
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        let end = loop {
            match iter.next(self, site, &mut key, &mut value) {
                Ok(Next::Element) => *count = count.saturating_add(1),
                end => break end,
            }
        };
        iter.close(self);
        end
    }
}

/// Whether a value is a lazy filter.
pub(crate) const fn is_filter(value: &Value<'_>) -> bool {
    matches!(value, Value::Local(Local { role: Role::Filter, .. }))
}
