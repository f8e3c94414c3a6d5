//! `contains`: a text in a text, an element in a list or set, a key in a map.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{
    ContainsLarge, ContainsList, ContainsMap, ContainsNan, ContainsNull, ContainsOther, ContainsSet,
    SoughtCollection, SoughtInText,
};
use probelang_host::{Local, Role, Scratch, Size, Value};

use super::equal::Relation;
use super::text::{KeyText, Text};
use crate::fault::Detail;
use crate::program::ids::LoopId;
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next, is_filter};

/// More elements than these are a fault before looking, where a dialect says so.
const LARGE: u64 = 1_000_000;

impl<'a> Frame<'a, '_, '_> {
    pub(super) fn contains(
        &mut self,
        subject: &Value<'a>,
        wanted: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        let dialect = self.dialect();
        if let Some(text) = self.as_text(subject) {
            return self.text_contains(text, wanted, site);
        }
        let (shape, refused) = match *subject {
            Value::List(_) | Value::Local(Local { role: Role::Pair, .. }) => {
                (Shape::List, dialect.contains_list == ContainsList::Fault)
            }
            Value::Set(_) => (Shape::Set, dialect.contains_set == ContainsSet::Fault),
            Value::Map(_) => (Shape::Map, dialect.contains_map == ContainsMap::Fault),
            Value::Local(Local { role: Role::Filter, slot }) => {
                let shape = self.filter_shape(LoopId::of_filter(slot));
                let refused = match shape {
                    Shape::Set => dialect.contains_set == ContainsSet::Fault,
                    Shape::Map => dialect.contains_map == ContainsMap::Fault,
                    _ => dialect.contains_list == ContainsList::Fault,
                };
                (shape, refused)
            }
            Value::Null if dialect.contains_null == ContainsNull::Empty => {
                return self.text_contains(Text { text: "", cut: false }, wanted, site);
            }
            Value::Null => return Err(self.fail_kind(fault::NOT_SEARCHABLE, site, subject)),
            _ => {
                if let Some(stop) = self.special(subject, site) {
                    return Err(stop);
                }
                if let Some(other) = self.also_collection(subject) {
                    return self.contains(&other, wanted, site);
                }
                if dialect.contains_other == ContainsOther::False {
                    return Ok(false);
                }
                return Err(self.fail_kind(fault::NOT_SEARCHABLE, site, subject));
            }
        };
        if refused {
            return Err(self.fail_kind(fault::NOT_SEARCHABLE, site, subject));
        }
        if dialect.contains_large == ContainsLarge::Fault
            && let Some(handle) = subject.handle()
            && let Size::Known(n) = self.host.len(handle)
            && n > LARGE
        {
            return Err(self.fail(fault::COLLECTION_SIZE, site, Detail::None));
        }
        if dialect.sought_collection == SoughtCollection::Fault
            && shape != Shape::List
            && self.shape(wanted).is_some()
        {
            return Err(self.bad_index(subject, wanted, site));
        }
        // a filter that is looked for is reached before what it is looked for in
        if is_filter(wanted) {
            self.drain(wanted, site, &mut 0)?;
        }
        // one that may be another key is compared with each
        let doubted = matches!(*wanted, Value::Opaque(handle) if self.host.doubt(handle, None).is_some());
        let plain = if doubted { *wanted } else { self.plain(wanted) };
        let found_by_host =
            plain.is_scalar() && !matches!(plain, Value::CutStr(_)) && !self.finds_nan(&plain);
        if let (Value::Map(handle), true) = (subject, found_by_host) {
            self.charge(1, site)?;
            let mut found = Value::Absent;
            self.find_key(*handle, wanted, site, &mut found)?;
            match found {
                Value::Absent => return Ok(false),
                // the entry is unreadable, or nobody knows whether there is one
                Value::Unreadable(_) => {}
                _ => return Ok(true),
            }
        }
        let Some(mut iter) = Iter::open(self, subject, false) else { return Ok(false) };
        let answer = self.search_in(&mut iter, wanted, shape == Shape::Map, site);
        iter.close(self);
        answer
    }

    fn search_in(
        &mut self,
        iter: &mut Iter<'a>,
        wanted: &Value<'a>,
        keys: bool,
        site: u32,
    ) -> Result<bool, Stop> {
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        loop {
            match iter.next(self, site, &mut key, &mut value)? {
                Next::Element => {}
                Next::Done => return Ok(false),
                Next::Cut(reason) => return Err(self.fail_because(fault::CUT_COLLECTION, site, reason)),
            }
            let element = if keys { &key } else { &value };
            let found = match self.relate(element, wanted, 0, site)? {
                Relation::Unlike if keys => false,
                relation => self.answer(relation, element, wanted, site)?,
            };
            let found = found || self.finds_nan(element) && self.finds_nan(wanted);
            if found {
                return Ok(true);
            }
        }
    }

    /// Whether a value is NaN, and a dialect finds it.
    fn finds_nan(&self, value: &Value<'a>) -> bool {
        self.dialect().contains_nan == ContainsNan::Found
            && matches!(self.plain(value), Value::Float(n) if n.is_nan())
    }

    /// `contains` in a text.
    fn text_contains(&mut self, text: Text<'a>, wanted: &Value<'a>, site: u32) -> Result<bool, Stop> {
        if let Some(wanted) = self.as_text(wanted) {
            return self.contains_text(text, wanted, site);
        }
        if self.dialect().sought_in_text == SoughtInText::JavaScript {
            let (mut buffer, mut scratch) = (KeyText::new(), Scratch::new());
            if let Some(wanted) = self.javascript_key(wanted, &mut buffer, &mut scratch, site)? {
                return self.contains_text(text, Text { text: wanted, cut: false }, site);
            }
        }
        Err(self.fail_kind(fault::ARGUMENT_NOT_TEXT, site, wanted))
    }

    /// A value as text: a string, or an enum constant by its name.
    fn as_text(&self, value: &Value<'a>) -> Option<Text<'a>> {
        match self.plain(value) {
            Value::Str(text) => Some(Text { text, cut: false }),
            Value::CutStr(text) => Some(Text { text, cut: true }),
            Value::Object(handle) => self.host.enum_name(handle).map(|text| Text { text, cut: false }),
            _ => None,
        }
    }
}
