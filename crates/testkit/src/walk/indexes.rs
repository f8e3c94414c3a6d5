//! Reads by a computed or literal key: elements of lists, entries of maps.

use std::cmp::Ordering;

use probelang_diagnostic::fault;
use probelang_dialect::{
    BooleanNumbers, FloatIndex, Missing, NegativeIndex, NoIndex, PlainObjects, RedactedRead,
};
use probelang_host::{Handle, Kind, Nature, Search, Size, TRUNCATED, Value};
use probelang_syntax::NodeId;

use super::compare::{Whole, is_constant};
use super::order::exact_order;
use super::reads::present;
use super::show::type_name;
use super::value::{Part, Raw, Shape, Val};
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    pub(super) fn index(&mut self, node: NodeId, base: &Val<'a>, index: &Val<'a>) -> Eval<Val<'a>> {
        let secret = match index {
            Val::Host(value) => self.key_text(value).is_some_and(|name| self.policy.redacts_name(name)),
            _ => false,
        };
        if secret {
            return self.redacted(node, fault::REDACTED_NAME);
        }
        self.index_of(node, base, index)
    }

    fn index_of(&mut self, node: NodeId, base: &Val<'a>, index: &Val<'a>) -> Eval<Val<'a>> {
        if base.is_null() {
            return self.fail(fault::INDEX_OF_NULL, node);
        }
        self.ordinary(node, base)?;
        match base.shape() {
            Some(Shape::List) => {
                match self.integer(node, index, self.dialect.float_index == FloatIndex::Position)? {
                    Some(position) => self.list_index(node, base, position),
                    None if self.dialect.list_index == NoIndex::JavaScript => {
                        match self.property_name(node, index)?.as_str() {
                            "length" => self.length_property(node, base),
                            name => match position_of(name) {
                                Some(position) => self.list_index(node, base, position),
                                None => Ok(Val::Undefined),
                            },
                        }
                    }
                    None => {
                        self.ordinary(node, index)?;
                        self.fail(fault::BAD_INDEX, node)
                    }
                }
            }
            Some(Shape::Map) => {
                if let Some(code) = self.no_operand(index) {
                    return self.fail(code, node);
                }
                match index {
                    Val::Host(key) if key.is_scalar() || matches!(key, Value::Object(_)) => {
                        self.map_index(node, base, key)
                    }
                    Val::Host(key) if key.plain(self.host).is_scalar() => {
                        self.ordinary(node, index)?;
                        self.map_index(node, base, key)
                    }
                    _ => {
                        self.ordinary(node, index)?;
                        self.fail(fault::BAD_INDEX, node)
                    }
                }
            }
            Some(Shape::Set) => self.index_besides(node, base, index),
            None => match base {
                Val::Host(Value::Object(handle)) if self.dialect.plain_objects == PlainObjects::Yes => {
                    if !matches!(index, Val::Undefined) {
                        self.ordinary(node, index)?;
                    }
                    self.text_index(node, *handle, index)
                }
                _ => self.index_besides(node, base, index),
            },
        }
    }

    /// The index of a value that has none, unless it is something else besides.
    fn index_besides(&mut self, node: NodeId, base: &Val<'a>, index: &Val<'a>) -> Eval<Val<'a>> {
        let number =
            matches!(self.plain(index), Val::Host(value) if matches!(value.kind(), Kind::Int | Kind::Float));
        let mut natures = [Nature::List, Nature::Map];
        if !number {
            natures.reverse();
        }
        match natures.into_iter().find_map(|nature| self.also(base, nature)) {
            Some(other) => self.index_of(node, &other, index),
            None if self.dialect.scalar_index == NoIndex::JavaScript && self.is_primitive(base) => {
                self.scalar_property(node, base, index)
            }
            None => self.fail(fault::NOT_INDEXABLE, node),
        }
    }

    /// `list[position]`, of the host's lists, of pairs and of filters.
    fn list_index(&mut self, node: NodeId, base: &Val<'a>, mut position: i128) -> Eval<Val<'a>> {
        if position < 0 {
            match self.dialect.negative_index {
                NegativeIndex::Fault => return self.fail(fault::NEGATIVE_INDEX, node),
                NegativeIndex::FromEnd => position += i128::from(self.list_length(node, base)?),
                NegativeIndex::Missing => {}
            }
        }
        // what is beyond the largest index is beyond every list
        let element = match (u64::try_from(position.min(i128::from(u64::MAX))), base) {
            (Err(_), _) => None,
            (Ok(position), Val::Host(Value::List(handle))) => {
                let mut value = Value::Absent;
                self.host.index(*handle, position, &mut value);
                present(value).map(Part::plain)
            }
            (Ok(0), Val::Pair(entry)) => Some(entry.key.clone()),
            (Ok(1), Val::Pair(entry)) => Some(entry.value.clone()),
            (Ok(position), Val::Filter(filter)) => self.nth_kept(node, filter, position)?,
            _ => None,
        };
        if element.is_some() && matches!(base, Val::Filter(_)) && self.is_unplaced(base) {
            return self.fail(fault::UNREADABLE, node);
        }
        match (element, self.dialect.missing_index) {
            // the entry of a secret is a secret as a whole where it goes on as a placeholder
            (Some(Part { value: Raw::Made(Val::Entry(entry)), .. }), _)
                if entry.value.hidden && self.dialect.redacted_read == RedactedRead::Placeholder =>
            {
                Ok(Val::Placeholder)
            }
            (Some(element), _) => self.part(node, &element),
            (None, Missing::Fault) => self.fail(fault::INDEX_OUT_OF_RANGE, node),
            (None, Missing::Null) => Ok(Val::NULL),
            (None, Missing::Undefined) => Ok(Val::Undefined),
        }
    }

    fn list_length(&mut self, node: NodeId, base: &Val<'a>) -> Eval<u64> {
        match base {
            Val::Host(Value::List(handle)) => match self.host.len(*handle) {
                Size::Known(size) => Ok(size),
                Size::Unreadable(_) => self.fail(fault::UNREADABLE, node),
            },
            Val::Filter(filter) => {
                let (kept, cut) = self.reach_all(node, filter)?;
                if cut.is_some() { self.fail(fault::UNREADABLE, node) } else { Ok(kept.len() as u64) }
            }
            _ => Ok(2),
        }
    }

    /// `map[key]`, of the host's maps and of filters.
    pub(super) fn map_index(&mut self, node: NodeId, base: &Val<'a>, key: &Value<'a>) -> Eval<Val<'a>> {
        let value = match base {
            Val::Filter(filter) => self.kept_under_key(node, filter, key)?,
            Val::Host(Value::Map(handle)) => self.map_value(node, *handle, key)?,
            _ => panic!("no map"),
        };
        match value {
            Some(value) => self.part(node, &value),
            None => self.missing_key(node),
        }
    }

    pub(super) fn missing_key(&self, node: NodeId) -> Eval<Val<'a>> {
        match self.dialect.missing_key {
            Missing::Fault => self.fail(fault::UNKNOWN_KEY, node),
            Missing::Null => Ok(Val::NULL),
            Missing::Undefined => Ok(Val::Undefined),
        }
    }

    /// The value under `key` in a map of the host.
    pub(super) fn map_value(&mut self, node: NodeId, map: Handle, key: &Value<'a>) -> Eval<Option<Part<'a>>> {
        let typed = matches!(key, Value::Opaque(_));
        let plain = key.plain(self.host);
        if typed && !matches!(plain, Value::Str(_) | Value::CutStr(_)) {
            return self.map_value(node, map, &plain);
        }
        if !typed && !matches!(key, Value::CutStr(_) | Value::Object(_)) {
            let found = self.look_up(node, map, key)?;
            let Some(twin) = self.boolean_twin(key).filter(|_| found.is_none()) else { return Ok(found) };
            self.charge(1, node)?;
            return self.look_up(node, map, &twin);
        }
        // key by key
        let wanted = Whole::Val(Val::Host(*key));
        let (mut found, mut of_other_sort) = (None, None);
        let cut = self.each_entry(node, map, &mut |walker, other, value| {
            if walker.equal_keys(node, &Part::plain(other), &wanted)? {
                let value = walker.entry(other, value).value;
                if walker.is_of_sort(&other, key) {
                    found = Some(value);
                } else if !typed {
                    of_other_sort.get_or_insert(value);
                }
            }
            Ok(found.is_some())
        })?;
        match found.or(of_other_sort) {
            None if cut.is_some() => self.fail(fault::UNREADABLE, node),
            found => Ok(found),
        }
    }

    /// The value under a scalar that has no handle: the host's, or that of the entry that a walk finds.
    fn look_up(&mut self, node: NodeId, map: Handle, key: &Value<'a>) -> Eval<Option<Part<'a>>> {
        let secret = matches!(key, Value::Str(name) if self.policy.redacts_name(name));
        let mut value = Value::Absent;
        // a look-up would tell more of a secret than that the key is there: every key is compared
        if !secret
            && !self.names_redacted_constant(key)
            && self.host.key(map, key, &mut value) == Search::Done
        {
            return Ok(present(value).map(Part::plain));
        }
        let (mut compared, mut found, mut perhaps) = (0, None, false);
        let cut = self.each_entry(node, map, &mut |walker, other, value| {
            compared += 1;
            let plain = other.plain(walker.host);
            let constant = match (other, key) {
                (Value::Object(constant), Value::Str(text)) => walker
                    .host
                    .enum_name(constant)
                    .is_some_and(|name| is_constant(text, name, type_name(walker.host, constant).as_deref())),
                _ => false,
            };
            let numbers = match (plain, key) {
                (Value::Bool(_), _) | (_, Value::Bool(_)) => (None, None),
                _ => (walker.number(&plain), walker.number(key)),
            };
            let number = match numbers {
                (Some(a), Some(b)) => exact_order(a, b) == Some(Ordering::Equal),
                _ => false,
            };
            let equal = plain.scalar_eq(key) == Some(true) || constant || number;
            let of_sort = walker.is_of_sort(&other, key);
            if equal && (of_sort || found.is_none()) {
                found = Some(walker.entry(other, value).value);
            }
            perhaps |=
                matches!((plain, key), (Value::CutStr(_), Value::Str(_))) && plain.scalar_eq(key).is_none();
            Ok(equal && of_sort)
        })?;
        let bytes = match key {
            Value::Str(text) => text.len(),
            Value::Null | Value::Bool(_) => 0,
            // the digits of both
            _ => 128,
        };
        self.charge_bytes(compared * bytes.next_multiple_of(64), node)?;
        // a key that was cut, or not captured, may be it
        let open = cut.or(perhaps.then_some(TRUNCATED));
        Ok(found.or_else(|| open.map(|reason| Part::plain(Value::Unreadable(reason)))))
    }

    /// The other key that the same number is, where Booleans are numbers.
    pub(super) fn boolean_twin(&self, key: &Value<'a>) -> Option<Value<'a>> {
        if self.dialect.boolean_numbers == BooleanNumbers::No {
            return None;
        }
        match *key {
            Value::Bool(truth) => Some(Value::Int(i64::from(truth))),
            _ => match key.number()?.to_integer()? {
                0 => Some(Value::Bool(false)),
                1 => Some(Value::Bool(true)),
                _ => None,
            },
        }
    }

    /// The name of the property that an index is in JavaScript.
    fn property_name(&mut self, node: NodeId, index: &Val<'a>) -> Eval<String> {
        if !matches!(index, Val::Undefined) {
            self.ordinary(node, index)?;
        }
        match self.javascript_key(node, index)? {
            Some(name) => Ok(name),
            None => self.fail(fault::BAD_INDEX, node),
        }
    }

    /// What JavaScript turns a key into; `None` of what would turn itself.
    pub(super) fn javascript_key(&self, node: NodeId, key: &Val<'a>) -> Eval<Option<String>> {
        Ok(Some(match &self.plain(key) {
            Val::Undefined => "undefined".to_owned(),
            Val::Host(Value::Null) => "null".to_owned(),
            Val::Host(Value::Bool(truth)) => truth.to_string(),
            Val::Host(Value::Str(text)) => (*text).to_owned(),
            Val::Host(Value::CutStr(_)) => return self.fail(fault::CUT_TEXT, node),
            Val::Host(Value::Int(n)) => n.to_string(),
            Val::Host(Value::Uint(n)) => n.to_string(),
            Val::Host(Value::BigInt(handle)) => self.big(*handle).to_string(),
            Val::Host(Value::Float(n)) => super::operators::javascript_text(*n),
            _ => return Ok(None),
        }))
    }

    /// The property `length`: the elements of a list, the UTF-16 units of a text; no other value has it.
    pub(super) fn length_property(&mut self, node: NodeId, of: &Val<'a>) -> Eval<Val<'a>> {
        match self.plain(of) {
            Val::Host(Value::Str(text)) => {
                self.charge_bytes(text.len(), node)?;
                Ok(Val::Host(Value::from_u64(text.encode_utf16().count() as u64)))
            }
            Val::Host(Value::CutStr(_)) => self.fail(fault::CUT_TEXT, node),
            _ if of.shape() == Some(Shape::List) => self.len(node, of),
            _ => Ok(Val::Undefined),
        }
    }

    /// The property of a text, number or Boolean.
    fn scalar_property(&mut self, node: NodeId, base: &Val<'a>, index: &Val<'a>) -> Eval<Val<'a>> {
        let name = self.property_name(node, index)?;
        let (text, cut) = match self.plain(base) {
            Val::Host(Value::Str(text)) => (text, false),
            Val::Host(Value::CutStr(text)) => (text, true),
            _ => return Ok(Val::Undefined),
        };
        if name == "length" {
            return self.length_property(node, base);
        }
        let Some(position) = position_of(&name) else { return Ok(Val::Undefined) };
        self.charge_bytes(text.len(), node)?;
        let mut units = 0;
        for (at, c) in text.char_indices() {
            units += c.len_utf16() as i128;
            if units > position {
                let part = at..at + c.len_utf8();
                let c = &text[part.clone()];
                if c.len() < 4 {
                    self.taken(node, text, part)?;
                }
                return if c.encode_utf16().count() == 1 {
                    Ok(Val::str(c))
                } else {
                    self.fail(fault::NOT_INDEXABLE, node)
                };
            }
        }
        if cut { self.fail(fault::CUT_TEXT, node) } else { Ok(Val::Undefined) }
    }

    /// `object[text]`, where plain objects are maps.
    fn text_index(&mut self, node: NodeId, handle: Handle, index: &Val<'a>) -> Eval<Val<'a>> {
        let Some(text) = self.javascript_key(node, index)? else { return self.fail(fault::BAD_INDEX, node) };
        if self.policy.redacts_name(&text) {
            return self.redacted(node, fault::REDACTED_NAME);
        }
        // no symbol was resolved for a computed text
        let mut found = None;
        let cut = self.each_entry(node, handle, &mut |_, name, value| {
            if name == Value::Str(&text) {
                found = Some(value);
            }
            Ok(found.is_some())
        })?;
        match found {
            Some(value) => self.found(node, value),
            None if cut.is_some() => self.fail(fault::UNREADABLE, node),
            None => {
                // there may be one that a walk does not show
                let mut value = Value::Absent;
                if self.host.key(handle, &Value::Str(&text), &mut value) == Search::Walk {
                    value = Value::Absent;
                }
                present(value).map_or_else(|| self.missing_key(node), |value| self.found(node, value))
            }
        }
    }
}

/// The position of a list or a text that a property's name is.
fn position_of(name: &str) -> Option<i128> {
    name.parse().ok().filter(|position: &u64| position.to_string() == name).map(i128::from)
}
