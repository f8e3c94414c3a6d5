//! `receiver[index]`

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{BooleanNumbers, FloatIndex, NegativeIndex, NoIndex, PlainObjects, RedactedRead};
use probelang_host::{Handle, Hidden, Kind, Local, Nature, Number, Role, Scratch, Size, Value};

use crate::fault::Detail;
use crate::link::LinkedPlace;
use crate::program::ids::{ConstId, LoopId, SlotId};
use crate::program::tables::Const;
use crate::run::frame::{Frame, PLACEHOLDER};
use crate::run::iter::{Iter, Next};

impl<'a> Frame<'a, '_, '_> {
    /// `receiver[key]` with a constant key.
    pub(crate) fn index_constant(
        &mut self,
        receiver: &Value<'a>,
        key: ConstId,
        place: &LinkedPlace,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let constant = self.linked.program.constant(key);
        if place.hidden {
            return self.hide(Hidden::Name, site, Detail::Constant(key), out);
        }
        match (constant, *receiver) {
            (Const::Str(text), Value::Map(handle)) if !place.constant => {
                // a string key crosses as a symbol, resolved once
                self.ask_entry(handle, place.symbol, text, site, out)?;
                let missing = self.dialect().missing_key;
                self.found_or(missing, fault::UNKNOWN_KEY, site, Detail::Constant(key), out)
            }
            _ => self.index(receiver, &constant.value(), site, Detail::Constant(key), out),
        }
    }

    /// `receiver[index]`, both read.
    pub(crate) fn index(
        &mut self,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if self.redacted_key(index) {
            return self.hide_under(index, site, out);
        }
        let dialect = self.dialect();
        match *receiver {
            Value::List(handle) => {
                let Some(at) = self.position(receiver, index, site, detail)? else {
                    return self.property_of_list(receiver, index, site, detail, out);
                };
                let Some(at) = self.counted(at, |frame| frame.size(handle, site))? else {
                    return self.missing(dialect.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out);
                };
                self.host.index(handle, at, out);
                self.found_or(dialect.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out)
            }
            Value::Map(handle) => {
                self.check_key(receiver, index, site)?;
                self.find_key(handle, index, site, out)?;
                self.found_or(dialect.missing_key, fault::UNKNOWN_KEY, site, detail, out)
            }
            _ => self.index_of_other(receiver, index, site, detail, out),
        }
    }

    #[cold]
    fn index_of_other(
        &mut self,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let dialect = self.dialect();
        match *receiver {
            Value::Null => Err(self.fail(fault::INDEX_OF_NULL, site, Detail::None)),
            Value::Local(Local { role: Role::Pair, slot }) => {
                let slot = SlotId::of_pair(slot);
                let Some(at) = self.position(receiver, index, site, detail)? else {
                    return self.property_of_list(receiver, index, site, detail, out);
                };
                match self.counted(at, |_| Ok(2))? {
                    Some(0) => {
                        *out = self.slot(slot);
                        self.settle(site, out)
                    }
                    Some(1) => {
                        let key = self.slot(slot);
                        self.value_under(&key, slot.plus(1), site, out)
                    }
                    _ => self.missing(dialect.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out),
                }
            }
            Value::Local(Local { role: Role::Filter, slot }) => {
                match self.filter_shape(LoopId::of_filter(slot)) {
                    Shape::Map => {
                        self.check_key(receiver, index, site)?;
                        self.key_of_filter(receiver, index, site, detail, out)
                    }
                    Shape::List => self.element_of_filter(receiver, index, site, detail, out),
                    _ => Err(self.fail(fault::NOT_INDEXABLE, site, Detail::Kind(Kind::Set))),
                }
            }
            Value::Object(handle) if dialect.plain_objects == PlainObjects::Yes => {
                if let Some(stop) = self.doubted(receiver, site) {
                    return Err(stop);
                }
                self.text_key(handle, receiver, index, site, out)?;
                self.found_or(dialect.missing_key, fault::UNKNOWN_KEY, site, detail, out)
            }
            _ => {
                if let Some(stop) = self.special(receiver, site) {
                    return Err(stop);
                }
                match self.indexed_besides(receiver, index) {
                    Some(other) => self.index(&other, index, site, detail, out),
                    None if dialect.scalar_index == NoIndex::JavaScript && self.is_primitive(receiver) => {
                        self.property_of_scalar(receiver, index, site, out)
                    }
                    None => Err(self.fail_kind(fault::NOT_INDEXABLE, site, receiver)),
                }
            }
        }
    }

    /// `receiver` as what else it is that has indexes: for a number a list before a map.
    fn indexed_besides(&self, receiver: &Value<'a>, index: &Value<'a>) -> Option<Value<'a>> {
        let natures = match self.plain(index).kind() {
            Kind::Int | Kind::Float => [Nature::List, Nature::Map],
            _ => [Nature::Map, Nature::List],
        };
        natures.into_iter().find_map(|nature| self.also(receiver, nature))
    }

    /// The size of a collection of the host.
    pub(crate) fn size(&mut self, handle: Handle, site: u32) -> Result<u64, Stop> {
        match self.host.len(handle) {
            Size::Known(n) => Ok(n),
            Size::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
        }
    }

    /// Whether a value is a text, a number or a Boolean.
    pub(crate) fn is_primitive(&self, value: &Value<'a>) -> bool {
        matches!(self.plain(value).kind(), Kind::Str | Kind::Int | Kind::Float | Kind::Bool)
    }

    /// The index of a list as an integer; `None` where a dialect has another property under it.
    fn position(
        &mut self,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
    ) -> Result<Option<i128>, Stop> {
        let dialect = self.dialect();
        let number = match self.plain(index) {
            Value::Int(n) => Some(i128::from(n)),
            Value::Uint(n) => Some(i128::from(n)),
            Value::BigInt(integer) => Some(self.beyond(integer, site)?),
            // beyond i128 an integral float is out of every range
            Value::Float(n)
                if n.is_finite() && n.fract() == 0.0 && dialect.float_index == FloatIndex::Position =>
            {
                Some(Number::Float(n).to_integer().unwrap_or(if n < 0.0 { i128::MIN } else { i128::MAX }))
            }
            Value::Bool(b) if dialect.boolean_numbers == BooleanNumbers::Yes => Some(i128::from(b)),
            _ => None,
        };
        match number {
            Some(n) if n < 0 && dialect.negative_index == NegativeIndex::Fault => {
                Err(self.fail(fault::NEGATIVE_INDEX, site, detail))
            }
            Some(n) => Ok(Some(n)),
            None if dialect.list_index == NoIndex::JavaScript => Ok(None),
            None => Err(self.bad_index(receiver, index, site)),
        }
    }

    /// A position, counted from the end where it is negative and a dialect says so; `None` where there can be
    /// no element.
    fn counted(
        &mut self,
        at: i128,
        size: impl FnOnce(&mut Self) -> Result<u64, Stop>,
    ) -> Result<Option<u64>, Stop> {
        if at >= 0 {
            // what is beyond the largest index is beyond every list
            return Ok(Some(u64::try_from(at).unwrap_or(u64::MAX)));
        }
        if self.dialect().negative_index != NegativeIndex::FromEnd {
            return Ok(None);
        }
        let size = size(self)?;
        Ok(u64::try_from(i128::from(size).saturating_add(at)).ok())
    }

    #[cold]
    pub(crate) fn bad_index(&mut self, receiver: &Value<'a>, index: &Value<'a>, site: u32) -> Stop {
        if let Some(stop) = self.special(index, site) {
            return stop;
        }
        let kinds = Detail::Kinds(self.kind(receiver), self.kind(index));
        self.fail(fault::BAD_INDEX, site, kinds)
    }

    fn element_of_filter(
        &mut self,
        filter: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let Some(at) = self.position(filter, index, site, detail)? else {
            return self.property_of_list(filter, index, site, detail, out);
        };
        let at = self.counted(at, |frame| frame.count(filter, fault::UNREADABLE, site))?;
        let missing = self.dialect().missing_index;
        let Some(mut left) = at else {
            return self.missing(missing, fault::INDEX_OUT_OF_RANGE, site, detail, out);
        };
        let Some(mut iter) = Iter::open(self, filter, false) else { return Ok(()) };
        let mut key = Value::Absent;
        let found = loop {
            match iter.next(self, site, &mut key, out) {
                Ok(Next::Element) if left == 0 => break Ok(()),
                Ok(Next::Element) => left = left.saturating_sub(1),
                Ok(Next::Done) => {
                    *out = Value::Absent;
                    break Ok(());
                }
                Ok(Next::Cut(reason)) => break Err(self.fail_because(fault::UNREADABLE, site, reason)),
                Err(stop) => break Err(stop),
            }
        };
        iter.close(self);
        found?;
        if *out != Value::Absent
            && let Some(reason) = self.unplaced(filter)
        {
            return Err(self.fail_because(fault::UNREADABLE, site, reason));
        }
        if let Value::Local(Local { role: Role::Entry, slot }) = *out
            && self.dialect().redacted_read == RedactedRead::Placeholder
            && self.redacted_key(&self.slot(SlotId::of_pair(slot)))
        {
            *out = PLACEHOLDER;
            return Ok(());
        }
        self.found_or(missing, fault::INDEX_OUT_OF_RANGE, site, detail, out)
    }

    /// The field of an object under an index that is turned into text, as JavaScript writes it.
    fn text_key(
        &mut self,
        object: Handle,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let mut buffer = crate::run::ops::text::KeyText::new();
        let mut scratch = Scratch::new();
        let Some(text) = self.javascript_key(index, &mut buffer, &mut scratch, site)? else {
            return Err(self.bad_index(receiver, index, site));
        };
        if self.linked.policy.redacts_name(text) {
            return self.hide_under(index, site, out);
        }
        self.ask_key(&Value::Object(object), &Value::Str(text), site, out)
    }
}
