//! Reads: operands, places, steps. The rules of `docs/faults.md`, "Outcomes of a read".

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Handle, Hidden, Kind, Local, Number, Role, Size, Value};

use crate::fault::Detail;
use crate::frame::{Frame, PLACEHOLDER, redacted_code};
use crate::instr::{Const, Operand, Step};
use crate::iter::{Iter, Next};
use crate::modes::{MapElement, Missing, NegativeIndex};

impl Const {
    /// The constant as a value.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Undefined => Value::Undefined,
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(n) => Value::Int(*n),
            Self::Uint(n) => Value::Uint(*n),
            Self::Float(n) => Value::Float(*n),
            Self::Str(text) => Value::Str(text),
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Reads an operand into `out`. `site` is the site of its first read.
    pub(crate) fn fetch(
        &mut self,
        operand: Operand,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match operand {
            Operand::Const(id) => {
                self.charge(1, site)?;
                *out = self.linked.program.constant(id).value();
                Ok(())
            }
            Operand::Temp(at) => {
                *out = self.slot(at);
                Ok(())
            }
            Operand::Place(id) => {
                // each node now, each read when it is made
                self.charge(u64::from(self.sites(operand)), site)?;
                self.place(id, site, it, out)
            }
        }
    }

    /// How many sites an operand takes: one for each of its reads.
    pub(crate) fn sites(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Place(id) => match self.linked.places.get(id as usize) {
                Some(place) if !matches!(place.step, Step::Temp(_)) => {
                    u32::from(place.depth).saturating_add(1)
                }
                _ => 0,
            },
            Operand::Const(_) | Operand::Temp(_) => 0,
        }
    }

    pub(crate) fn place(
        &mut self,
        id: u16,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let linked = self.linked;
        let Some(place) = linked.places.get(id as usize) else { return Ok(()) };
        if let Some(at) = place.cache
            && self.read & (1 << at) != 0
        {
            *out = self.slot(u16::from(at));
            return Ok(());
        }
        let here = site.saturating_add(u32::from(place.depth));
        if !matches!(place.step, Step::Temp(_)) && place.base.is_none() {
            self.charge(1, here)?;
        }
        match place.base {
            None => self.root(place.step, place.symbol, place.hidden, here, it, out)?,
            Some(base) => {
                let mut receiver = Value::Absent;
                self.place(base, site, it, &mut receiver)?;
                self.charge(1, here)?;
                match place.step {
                    Step::Field(name) => {
                        self.member(&receiver, name, place.symbol, place.hidden, here, out)?;
                    }
                    Step::Index(key) => {
                        self.index_constant(&receiver, key, place.symbol, place.hidden, here, out)?
                    }
                    _ => *out = receiver,
                }
            }
        }
        if let Some(at) = place.cache {
            self.set(u16::from(at), *out);
            self.read |= 1 << at;
        }
        Ok(())
    }

    /// Judges a root that was read.
    pub(crate) fn judge_root(
        &mut self,
        step: Step,
        symbol: probelang_host::Symbol,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match step {
            Step::Var(_) | Step::VarOrNull(_) if *out == Value::Absent => {
                let name = match step {
                    Step::Var(name) | Step::VarOrNull(name) => name,
                    _ => 0,
                };
                self.absent_name(step, name, symbol, site, out)
            }
            Step::At(name) if *out == Value::Absent => {
                let missing = self.modes().missing_at;
                self.missing(missing, fault::NOT_AT_THIS_PLACE, site, Detail::Name(name), out)
            }
            _ => self.settle(site, out),
        }
    }

    /// Judges a member or constant key that was read from an object or, where `map`, from a map, and is not
    /// found.
    #[cold]
    pub(crate) fn judge_member(
        &mut self,
        step: Step,
        map: bool,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if *out != Value::Absent {
            return self.settle(site, out);
        }
        let modes = self.modes();
        let (missing, code, detail) = match step {
            Step::Index(key) => (modes.missing_key, fault::UNKNOWN_KEY, Detail::Constant(key)),
            Step::Field(name) if map => (modes.missing_key, fault::UNKNOWN_KEY, Detail::Name(name)),
            Step::Field(name) => (modes.missing_member, fault::UNKNOWN_FIELD, Detail::Name(name)),
            _ => return self.settle(site, out),
        };
        self.missing(missing, code, site, detail, out)
    }

    fn root(
        &mut self,
        step: Step,
        symbol: probelang_host::Symbol,
        hidden: bool,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match step {
            Step::Var(name) | Step::VarOrNull(name) => {
                if hidden {
                    return self.hide(Hidden::Name, site, Detail::Name(name), out);
                }
                self.host.var(symbol, out);
                self.judge_root(step, symbol, site, out)
            }
            Step::At(_) => {
                self.host.var(symbol, out);
                self.judge_root(step, symbol, site, out)
            }
            Step::It(id) => {
                *out = *it;
                if *out == Value::Absent && self.is_keyed(id) {
                    return Err(self.fail(fault::OUTSIDE_PREDICATE, site, Detail::None));
                }
                self.settle(site, out)
            }
            Step::Key(id) => {
                let slots = self.loop_slots(id);
                *out = self.slot(slots);
                if *out == Value::Absent {
                    let missing = self.modes().list_key;
                    return self.missing(missing, fault::NO_KEY_HERE, site, Detail::None, out);
                }
                self.settle(site, out)
            }
            Step::Value(id) => {
                let slots = self.loop_slots(id);
                let key = self.slot(slots);
                if key == Value::Absent {
                    let missing = self.modes().list_key;
                    return self.missing(missing, fault::NO_KEY_HERE, site, Detail::None, out);
                }
                self.value_under(&key, slots.saturating_add(1), site, out)
            }
            Step::Outside => Err(self.fail(fault::OUTSIDE_PREDICATE, site, Detail::None)),
            Step::Temp(at) => {
                *out = self.slot(at);
                Ok(())
            }
            Step::Field(_) | Step::Index(_) => Err(self.fail(fault::INTERNAL, site, Detail::None)),
        }
    }

    /// Whether the running loop `id` is over a map whose elements a dialect does not bind to `@it`.
    fn is_keyed(&self, id: u16) -> bool {
        self.modes().map_element == MapElement::Unbound && self.slot(self.loop_slots(id)) != Value::Absent
    }

    pub(crate) fn loop_slots(&self, id: u16) -> u16 {
        self.linked.program.tables.loops.get(id as usize).map_or(u16::MAX, |def| def.slots)
    }

    /// The value that a loop keeps in `slot`, under `key`.
    fn value_under(
        &mut self,
        key: &Value<'a>,
        slot: u16,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if self.redacted_key(key) {
            return self.hide(Hidden::Name, site, Detail::None, out);
        }
        *out = self.slot(slot);
        self.settle(site, out)
    }

    #[cold]
    fn absent_name(
        &mut self,
        step: Step,
        name: u16,
        symbol: probelang_host::Symbol,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if let (true, Some(this)) = (self.modes().implicit_this, self.linked.this) {
            self.charge(1, site)?;
            if self.linked.policy.redacts_name("this") {
                return self.hide(Hidden::Name, site, Detail::Name(name), out);
            }
            let mut receiver = Value::Absent;
            self.host.var(this, &mut receiver);
            if receiver.handle().is_some_and(|handle| self.redacted_type(handle)) {
                return self.hide(Hidden::Type, site, Detail::None, out);
            }
            match receiver {
                Value::Redacted(_) | Value::Unreadable(_) => {
                    *out = receiver;
                    return self.settle(site, out);
                }
                Value::Cut(handle) => {
                    let reason = self.host.cut_reason(handle);
                    return Err(self.fail_because(fault::UNREADABLE, site, reason));
                }
                Value::Object(handle) | Value::Map(handle) => {
                    self.host.field(handle, symbol, out);
                }
                _ => {}
            }
            if *out != Value::Absent {
                return self.settle(site, out);
            }
        }
        let missing = match step {
            Step::VarOrNull(_) => Missing::Null,
            _ => self.modes().missing_name,
        };
        self.missing(missing, fault::UNKNOWN_NAME, site, Detail::Name(name), out)
    }

    /// What a read that found nothing gives.
    #[cold]
    pub(crate) fn missing(
        &mut self,
        missing: Missing,
        code: probelang_diagnostic::Code,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        *out = match missing {
            Missing::Fault => return Err(self.fail(code, site, detail)),
            Missing::Null => Value::Null,
            Missing::Undefined => Value::Undefined,
        };
        Ok(())
    }

    /// A redacted read: a fault, or the placeholder. What is hidden is not looked at in either case, so that
    /// nothing about it, not even whether it is there, decides anything.
    #[cold]
    fn hide(&mut self, hidden: Hidden, site: u32, detail: Detail, out: &mut Value<'a>) -> Result<(), Stop> {
        if self.modes().placeholder {
            *out = PLACEHOLDER;
            return Ok(());
        }
        Err(self.fail(redacted_code(hidden), site, detail))
    }

    /// Judges the outcome of a read whose absence was judged before.
    #[inline]
    pub(crate) fn settle(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match *out {
            Value::Absent | Value::Undefined | Value::Redacted(_) | Value::Unreadable(_) => {
                self.unsettled(site, out)
            }
            _ if self.linked.checks_types => self.settle_type(site, out),
            _ => Ok(()),
        }
    }

    #[cold]
    fn unsettled(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match *out {
            Value::Redacted(hidden) => self.hide(hidden, site, Detail::None, out),
            Value::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
            _ if self.modes().undefined_is_value => Ok(()),
            _ => Err(self.fail(fault::UNDEFINED_VALUE, site, Detail::None)),
        }
    }

    #[cold]
    fn settle_type(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match out.handle() {
            Some(handle) if self.redacted_type(handle) => self.hide(Hidden::Type, site, Detail::None, out),
            _ => Ok(()),
        }
    }

    /// `receiver.name`
    pub(crate) fn member(
        &mut self,
        receiver: &Value<'a>,
        name: u16,
        symbol: probelang_host::Symbol,
        hidden: bool,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if hidden {
            return self.hide(Hidden::Name, site, Detail::Name(name), out);
        }
        let modes = self.modes();
        let (missing, code) = match *receiver {
            Value::Object(handle) => {
                self.host.field(handle, symbol, out);
                (modes.missing_member, fault::UNKNOWN_FIELD)
            }
            Value::Map(handle) if !modes.map_member_fault => {
                self.host.field(handle, symbol, out);
                (modes.missing_key, fault::UNKNOWN_KEY)
            }
            _ => return self.member_of_other(receiver, name, site, out),
        };
        if *out == Value::Absent {
            return self.missing(missing, code, site, Detail::Name(name), out);
        }
        self.settle(site, out)
    }

    #[cold]
    fn member_of_other(
        &mut self,
        receiver: &Value<'a>,
        name: u16,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let modes = self.modes();
        match *receiver {
            Value::Null if modes.null_receiver == Missing::Null => {
                *out = Value::Null;
                Ok(())
            }
            Value::Null => Err(self.fail(fault::FIELD_OF_NULL, site, Detail::Name(name))),
            Value::Absent | Value::Undefined if !modes.undefined_kind => {
                *out = Value::Undefined;
                Ok(())
            }
            Value::Local(Local { role: Role::Placeholder, .. }) => {
                *out = PLACEHOLDER;
                Ok(())
            }
            Value::Local(Local { role: Role::Entry, slot }) => {
                let text = self.linked.program.symbol(name);
                let (key, value) = if modes.entry_upper { ("Key", "Value") } else { ("key", "value") };
                let slot = u16::try_from(slot).unwrap_or(u16::MAX);
                if text == key {
                    *out = self.slot(slot);
                    self.settle(site, out)
                } else if text == value {
                    let key = self.slot(slot);
                    self.value_under(&key, slot.saturating_add(1), site, out)
                } else {
                    self.missing(modes.missing_member, fault::UNKNOWN_FIELD, site, Detail::Name(name), out)
                }
            }
            Value::Local(Local { role: Role::Filter, slot })
                if self.filter_shape(slot) == Shape::Map && !modes.map_member_fault =>
            {
                let key = Value::Str(self.linked.program.symbol(name));
                self.key_of_filter(receiver, &key, site, Detail::Name(name), out)
            }
            _ => {
                if let Some(stop) = self.special(receiver, site) {
                    return Err(stop);
                }
                let kind = self.kind(receiver);
                let fault_of_kind = match kind {
                    Kind::Map => true,
                    Kind::List | Kind::Set => modes.list_member_kind,
                    _ => false,
                };
                let code = if fault_of_kind { fault::MEMBER_OF_COLLECTION } else { fault::NO_FIELDS };
                Err(self.fail(code, site, Detail::Kind(kind)))
            }
        }
    }

    /// `receiver[key]` with a constant key.
    pub(crate) fn index_constant(
        &mut self,
        receiver: &Value<'a>,
        key: u16,
        symbol: probelang_host::Symbol,
        hidden: bool,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let constant = self.linked.program.constant(key);
        if hidden {
            return self.hide(Hidden::Name, site, Detail::Constant(key), out);
        }
        match (constant, *receiver) {
            (Const::Str(_), Value::Map(handle)) => {
                // a string key crosses as a symbol, resolved once
                self.host.field(handle, symbol, out);
                if *out == Value::Absent {
                    let missing = self.modes().missing_key;
                    return self.missing(missing, fault::UNKNOWN_KEY, site, Detail::Constant(key), out);
                }
                self.settle(site, out)
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
            return self.hide(Hidden::Name, site, Detail::None, out);
        }
        let modes = self.modes();
        match *receiver {
            Value::List(handle) => {
                let at = self.position(receiver, index, site, detail)?;
                let Some(at) = self.counted(at, site, |frame| frame.size(handle, site))? else {
                    return self.missing(modes.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out);
                };
                self.host.index(handle, at, out);
                if *out == Value::Absent {
                    return self.missing(modes.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out);
                }
                self.settle(site, out)
            }
            Value::Map(handle) => {
                self.check_key(receiver, index, site)?;
                self.find_key(handle, index, site, out)?;
                if *out == Value::Absent {
                    return self.missing(modes.missing_key, fault::UNKNOWN_KEY, site, detail, out);
                }
                self.settle(site, out)
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
        let modes = self.modes();
        match *receiver {
            Value::Null if modes.null_receiver == Missing::Null => {
                *out = Value::Null;
                Ok(())
            }
            Value::Null => Err(self.fail(fault::INDEX_OF_NULL, site, Detail::None)),
            Value::Local(Local { role: Role::Pair, slot }) => {
                let slot = u16::try_from(slot).unwrap_or(u16::MAX);
                let at = self.position(receiver, index, site, detail)?;
                match self.counted(at, site, |_| Ok(2))? {
                    Some(0) => {
                        *out = self.slot(slot);
                        self.settle(site, out)
                    }
                    Some(1) => {
                        let key = self.slot(slot);
                        self.value_under(&key, slot.saturating_add(1), site, out)
                    }
                    _ => self.missing(modes.missing_index, fault::INDEX_OUT_OF_RANGE, site, detail, out),
                }
            }
            Value::Local(Local { role: Role::Filter, slot }) => match self.filter_shape(slot) {
                Shape::Map => {
                    self.check_key(receiver, index, site)?;
                    self.key_of_filter(receiver, index, site, detail, out)
                }
                Shape::List => self.element_of_filter(receiver, index, site, detail, out),
                _ => Err(self.fail(fault::NOT_INDEXABLE, site, Detail::Kind(Kind::Set))),
            },
            Value::Object(handle) if modes.plain_objects => {
                self.text_key(handle, receiver, index, site, out)?;
                if *out == Value::Absent {
                    return self.missing(modes.missing_key, fault::UNKNOWN_KEY, site, detail, out);
                }
                self.settle(site, out)
            }
            _ => Err(self.fail_kind(fault::NOT_INDEXABLE, site, receiver)),
        }
    }

    /// The size of a collection of the host.
    pub(crate) fn size(&mut self, handle: Handle, site: u32) -> Result<u64, Stop> {
        match self.host.len(handle) {
            Size::Known(n) => Ok(n),
            Size::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
        }
    }

    /// The index of a list as an integer.
    fn position(
        &mut self,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
    ) -> Result<i128, Stop> {
        let number = match *index {
            Value::Int(n) => Some(i128::from(n)),
            Value::Uint(n) => Some(i128::from(n)),
            // beyond i128 an integral float is out of every range
            Value::Float(n) if n.is_finite() && n.fract() == 0.0 => {
                Some(Number::Float(n).to_integer().unwrap_or(if n < 0.0 { i128::MIN } else { i128::MAX }))
            }
            _ => None,
        };
        match number {
            Some(n) if n < 0 && self.modes().negative_index == NegativeIndex::Fault => {
                Err(self.fail(fault::NEGATIVE_INDEX, site, detail))
            }
            Some(n) => Ok(n),
            None => Err(self.bad_index(receiver, index, site)),
        }
    }

    /// A position, counted from the end where it is negative and a dialect says so; `None` where there can be
    /// no element.
    fn counted(
        &mut self,
        at: i128,
        _site: u32,
        size: impl FnOnce(&mut Self) -> Result<u64, Stop>,
    ) -> Result<Option<u64>, Stop> {
        if at >= 0 {
            // what is beyond the largest index is beyond every list
            return Ok(Some(u64::try_from(at).unwrap_or(u64::MAX)));
        }
        if self.modes().negative_index != NegativeIndex::FromEnd {
            return Ok(None);
        }
        let size = size(self)?;
        Ok(u64::try_from(i128::from(size).saturating_add(at)).ok())
    }

    #[cold]
    fn bad_index(&mut self, receiver: &Value<'a>, index: &Value<'a>, site: u32) -> Stop {
        if let Some(stop) = self.special(index, site) {
            return stop;
        }
        let kinds = Detail::Kinds(self.kind(receiver), self.kind(index));
        self.fail(fault::BAD_INDEX, site, kinds)
    }

    /// Whether `index` is of a kind that may be a key.
    fn check_key(&mut self, receiver: &Value<'a>, index: &Value<'a>, site: u32) -> Result<(), Stop> {
        match *index {
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::CutStr(_)
            | Value::Object(_) => Ok(()),
            _ => Err(self.bad_index(receiver, index, site)),
        }
    }

    /// The entry of `map` whose key equals `key`; `Absent` where there is none.
    pub(crate) fn find_key(
        &mut self,
        map: Handle,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        // what only our own comparison can judge
        if let Value::Object(_) | Value::CutStr(_) = key {
            return self.search_key(map, key, site, out);
        }
        let of = Value::Map(map);
        self.ask_key(&of, key, site, out)?;
        if self.modes().boolean_numbers && *out == Value::Absent {
            let other = match *key {
                Value::Bool(b) => Value::Int(i64::from(b)),
                _ => match key.number().and_then(Number::to_integer) {
                    Some(0) => Value::Bool(false),
                    Some(1) => Value::Bool(true),
                    _ => return Ok(()),
                },
            };
            self.ask_key(&of, &other, site, out)?;
        }
        Ok(())
    }

    /// What a map or object of the host holds under a scalar key: by the host's own look-up, or by a walk over
    /// its entries where it has none, or where the key is that of a secret, of which a look-up would tell more
    /// than that it is there.
    fn ask_key(
        &mut self,
        of: &Value<'a>,
        key: &Value<'_>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let secret = matches!(key, Value::Str(name) if self.linked.policy.redacts_name(name));
        if self.host.finds_keys() && !secret {
            if let Some(handle) = of.handle() {
                self.host.key(handle, key, out);
            }
            return Ok(());
        }
        *out = Value::Absent;
        let Some(mut iter) = Iter::open(self, of, true) else { return Ok(()) };
        let found = self.walk_keys(&mut iter, key, site, out);
        iter.close(self);
        if found? && secret {
            // whether it is there is no secret, everything else is
            *out = Value::Redacted(Hidden::Name);
        }
        Ok(())
    }

    /// Looks for the key, and says whether it is there.
    fn walk_keys(
        &mut self,
        iter: &mut Iter<'a>,
        key: &Value<'_>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<bool, Stop> {
        let (mut k, mut missing) = (Value::Absent, Value::Absent);
        loop {
            match iter.next(self, site, &mut k, out)? {
                Next::Element => {}
                Next::Done => {
                    *out = missing;
                    return Ok(false);
                }
                Next::Cut(reason) => {
                    *out = Value::Unreadable(reason);
                    return Ok(false);
                }
            }
            let found = match (k, *key) {
                (Value::Str(a), Value::Str(b)) => self.same_bytes(a.as_bytes(), b.as_bytes(), site)?,
                (Value::CutStr(a), Value::Str(b)) => {
                    // it may be the key that is looked for
                    if let Some(start) = b.as_bytes().get(..a.len())
                        && self.same_bytes(start, a.as_bytes(), site)?
                    {
                        missing = Value::Unreadable("truncated");
                    }
                    false
                }
                (Value::CutStr(_), _) => false,
                _ => k.scalar_eq(key) == Some(true) || self.host.enum_equals(&k, key),
            };
            if found {
                return Ok(true);
            }
        }
    }

    /// As [`find_key`](Self::find_key), by our own comparison of every key.
    fn search_key(
        &mut self,
        map: Handle,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let Some(mut iter) = Iter::open(self, &Value::Map(map), false) else { return Ok(()) };
        let found = self.seek_key(&mut iter, key, site, out);
        iter.close(self);
        found
    }

    /// The value that a lazy filter over a map keeps under `key`.
    fn key_of_filter(
        &mut self,
        filter: &Value<'a>,
        key: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let Some(mut iter) = Iter::open(self, filter, false) else { return Ok(()) };
        let found = self.seek_key(&mut iter, key, site, out);
        iter.close(self);
        found?;
        if *out == Value::Absent {
            let missing = self.modes().missing_key;
            return self.missing(missing, fault::UNKNOWN_KEY, site, detail, out);
        }
        self.settle(site, out)
    }

    /// Looks for a key, in order, up to the entry that has it; a fault of a comparison on the way propagates.
    fn seek_key(
        &mut self,
        iter: &mut Iter<'a>,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let mut k = Value::Absent;
        loop {
            match iter.reach(self, site, &mut k, out)? {
                (Next::Element, kept) => {
                    if self.keys_equal(&k, key, site)? {
                        if !kept {
                            *out = Value::Absent;
                        }
                        return Ok(());
                    }
                }
                (Next::Done, _) => {
                    *out = Value::Absent;
                    return Ok(());
                }
                (Next::Cut(reason), _) => {
                    *out = Value::Unreadable(reason);
                    return Ok(());
                }
            }
        }
    }

    fn element_of_filter(
        &mut self,
        filter: &Value<'a>,
        index: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let at = self.position(filter, index, site, detail)?;
        let at = self.counted(at, site, |frame| frame.count(filter, fault::UNREADABLE, site))?;
        let missing = self.modes().missing_index;
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
        if let Value::Local(Local { role: Role::Entry, slot }) = *out
            && self.modes().placeholder
            && self.redacted_key(&self.slot(u16::try_from(slot).unwrap_or(u16::MAX)))
        {
            *out = PLACEHOLDER;
            return Ok(());
        }
        if *out == Value::Absent {
            return self.missing(missing, fault::INDEX_OUT_OF_RANGE, site, detail, out);
        }
        self.settle(site, out)
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
        let mut buffer = crate::ops::text::Digits::new();
        let text = match *index {
            Value::Str(text) => text,
            Value::Null => "null",
            Value::Undefined | Value::Absent => "undefined",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Int(n) => buffer.write(n),
            Value::Uint(n) => buffer.write(n),
            Value::Float(n) => buffer.write_float(n),
            Value::CutStr(_) => return Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
            _ => return Err(self.bad_index(receiver, index, site)),
        };
        if self.linked.policy.redacts_name(text) {
            return self.hide(Hidden::Name, site, Detail::None, out);
        }
        self.ask_key(&Value::Object(object), &Value::Str(text), site, out)
    }
}
