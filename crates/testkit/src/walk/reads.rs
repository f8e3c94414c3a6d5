//! Reads: names, `@`-names, members, indexes; what each outcome of a read is. `docs/faults.md`, "Outcomes of a
//! read" and below.

use probelang_diagnostic::{Code, fault};
use probelang_dialect::{
    BooleanNumbers, EntryMembers, FaultOrNull, ImplicitThis, ListKey, MapMember, Missing, NoMember,
    PredefinedNames, RedactedRead, SetMember, UndefinedBinding, UndefinedOperand, UnknownAtName,
};
use probelang_host::{Handle, Hidden, Nature, Number, Use, Value};
use probelang_syntax::NodeId;
use probelang_syntax::tree::At;

use super::show::type_name;
use super::value::{Bound, Entry, Part, Raw, Scope, Shape, Source, Val};
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    // ---- outcomes -------------------------------------------------------------------------------------------

    /// What a read that came to `value` gives, its name being no secret.
    pub(super) fn found(&self, node: NodeId, value: Value<'a>) -> Eval<Val<'a>> {
        match value {
            Value::Absent | Value::Local(_) => panic!("no outcome of a read: {value:?}"),
            Value::Redacted(hidden) => self.redacted(node, hidden_code(hidden)),
            Value::Unreadable(_) => self.fail(fault::UNREADABLE, node),
            Value::Undefined => match self.dialect.undefined_binding {
                UndefinedBinding::Fault => self.fail(fault::UNDEFINED_VALUE, node),
                UndefinedBinding::Value => Ok(Val::Undefined),
            },
            _ if self.has_redacted_type(&value) => self.redacted(node, fault::REDACTED_TYPE),
            _ => Ok(Val::Host(value)),
        }
    }

    /// What reading an element gives.
    pub(super) fn part(&self, node: NodeId, part: &Part<'a>) -> Eval<Val<'a>> {
        if part.hidden {
            return self.redacted(node, fault::REDACTED_NAME);
        }
        match &part.value {
            Raw::Host(value) => self.found(node, *value),
            Raw::Made(value) => Ok(value.clone()),
        }
    }

    /// A redacted read: a fault, or the placeholder. What is hidden is not looked at.
    pub(super) fn redacted(&self, node: NodeId, code: Code) -> Eval<Val<'a>> {
        match self.dialect.redacted_read {
            RedactedRead::Fault => self.fail(code, node),
            RedactedRead::Placeholder => Ok(Val::Placeholder),
        }
    }

    pub(super) fn has_redacted_type(&self, value: &Value<'a>) -> bool {
        let handle = match *value {
            Value::List(h) | Value::Set(h) | Value::Map(h) => h,
            Value::Object(h) | Value::Opaque(h) | Value::BigInt(h) | Value::Cut(h) => h,
            _ => return false,
        };
        type_name(self.host, handle).is_some_and(|name| self.policy.redacts_type(&name))
    }

    /// The text that a key or an index is, for redaction: its own, or the name of an enum constant.
    pub(super) fn key_text(&self, key: &Value<'a>) -> Option<&'a str> {
        match *key {
            Value::Str(text) | Value::CutStr(text) => Some(text),
            Value::Object(handle) => self.host.enum_name(handle),
            Value::Opaque(handle) => match self.host.scalar(handle) {
                Value::Str(text) | Value::CutStr(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// A scalar that has a handle without it, any other value as it is.
    pub(super) fn plain(&self, value: &Val<'a>) -> Val<'a> {
        match value {
            Val::Host(value @ Value::Opaque(_)) => Val::Host(value.plain(self.host)),
            other => other.clone(),
        }
    }

    /// A value as an integer, if it is one, or a float that is whole where `floats` says so; a Boolean where it is a
    /// number.
    pub(super) fn integer(&mut self, node: NodeId, value: &Val<'a>, floats: bool) -> Eval<Option<i128>> {
        Ok(match self.plain(value) {
            Val::Host(Value::Bool(truth)) => {
                (self.dialect.boolean_numbers == BooleanNumbers::Yes).then_some(i128::from(truth))
            }
            Val::Host(Value::Float(n)) if floats && n.is_finite() && n.fract() == 0.0 => {
                // one that no integer is as large as is beyond everything
                Some(Number::Float(n).to_integer().unwrap_or(if n < 0.0 { i128::MIN } else { i128::MAX }))
            }
            Val::Host(Value::Float(_)) => None,
            Val::Host(Value::BigInt(handle)) => {
                self.charge(1, node)?;
                Some(self.big(handle))
            }
            Val::Host(value) => value.number().and_then(Number::to_integer),
            _ => None,
        })
    }

    /// Whether two texts that are keys are of one sort; true of other keys.
    pub(super) fn is_of_sort(&self, a: &Value<'a>, b: &Value<'a>) -> bool {
        let sort = |value: &Value<'a>| match (*value, value.plain(self.host)) {
            (Value::Opaque(handle), Value::Str(_) | Value::CutStr(_)) => Some(type_name(self.host, handle)),
            (_, Value::Str(_) | Value::CutStr(_)) => Some(None),
            _ => None,
        };
        match (sort(a), sort(b)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }

    /// Whether this key may be found as an enum constant whose name is redacted: `Mode.PASSWORD`.
    pub(super) fn names_redacted_constant(&self, key: &Value<'a>) -> bool {
        let Value::Str(text) = *key else { return false };
        let separators = text.char_indices().filter(|(_, c)| ['.', '$', '+'].contains(c));
        separators.map(|(at, _)| &text[at + 1..]).any(|name| self.policy.redacts_name(name))
    }

    /// An entry, with its value hidden where its key is the name of a secret.
    pub(super) fn entry(&self, key: Value<'a>, value: Value<'a>) -> Entry<'a> {
        let hidden = self.key_text(&key).is_some_and(|name| self.policy.redacts_name(name));
        Entry { key: Part::plain(key), value: Part { value: Raw::Host(value), hidden } }
    }

    /// The fault of an operator on the value undefined.
    pub(super) const fn undefined_operand(&self) -> Code {
        match self.dialect.undefined_operand {
            UndefinedOperand::Undefined => fault::UNDEFINED_VALUE,
            UndefinedOperand::Kind => fault::UNDEFINED_OPERAND,
        }
    }

    /// The fault that an operator makes of an operand that is no ordinary value.
    pub(super) const fn no_operand(&self, value: &Val<'a>) -> Option<Code> {
        match value {
            Val::Undefined => Some(self.undefined_operand()),
            Val::Placeholder => Some(fault::REDACTED_OPERAND),
            Val::Host(Value::Cut(_)) => Some(fault::UNREADABLE),
            _ => None,
        }
    }

    /// Faults where `value` is no ordinary value, or perhaps not the object that it was lent as.
    pub(super) fn ordinary(&self, node: NodeId, value: &Val<'a>) -> Eval<()> {
        let doubted = self.is_doubted(value, None).then_some(fault::UNREADABLE);
        self.no_operand(value).or(doubted).map_or(Ok(()), |code| self.fail(code, node))
    }

    /// Whether the host cannot say that `value` is nothing but an object, or is unlike `with`.
    pub(super) fn is_doubted(&self, value: &Val<'a>, with: Option<&Value<'a>>) -> bool {
        match value {
            Val::Host(Value::Object(handle) | Value::Opaque(handle)) => {
                self.host.doubt(*handle, with).is_some()
            }
            _ => false,
        }
    }

    /// A value of the host as what else the host says that it is.
    pub(super) fn also(&self, value: &Val<'a>, nature: Nature) -> Option<Val<'a>> {
        let handle = match value {
            Val::Host(
                Value::List(h) | Value::Set(h) | Value::Map(h) | Value::Object(h) | Value::Opaque(h),
            ) => *h,
            _ => return None,
        };
        let other = self.host.also(handle, nature)?;
        Some(Val::Host(match nature {
            Nature::Fields => Value::Object(other),
            Nature::List | Nature::Length => Value::List(other),
            Nature::Map => Value::Map(other),
        }))
    }

    /// As the collection that it is besides.
    pub(super) fn also_collection(&self, value: &Val<'a>) -> Option<Val<'a>> {
        self.also(value, Nature::List).or_else(|| self.also(value, Nature::Map))
    }

    /// The field of a value that is an object besides; the outer `None` where it is none.
    fn field_besides(&self, base: &Val<'a>, name: &str) -> Option<Option<Value<'a>>> {
        match self.also(base, Nature::Fields) {
            Some(Val::Host(Value::Object(handle))) => Some(self.field(handle, name)),
            _ => None,
        }
    }

    /// Whether the positions of the elements of a list, or of a filter over one, are not known.
    pub(super) fn is_unplaced(&self, list: &Val<'a>) -> bool {
        match list {
            Val::Host(Value::List(handle)) => self.host.doubt(*handle, None).is_some(),
            Val::Filter(filter) => self.is_source_unplaced(&filter.over),
            _ => false,
        }
    }

    fn is_source_unplaced(&self, source: &Source<'a>) -> bool {
        match source {
            Source::List(handle) => self.host.doubt(*handle, None).is_some(),
            Source::Filter(filter) => self.is_source_unplaced(&filter.over),
            _ => false,
        }
    }

    // ---- names ----------------------------------------------------------------------------------------------

    pub(super) fn name(&mut self, node: NodeId, name: &'a str) -> Eval<Val<'a>> {
        if self.policy.redacts_name(name) {
            return self.redacted(node, fault::REDACTED_NAME);
        }
        self.plain_name(node, name)
    }

    fn plain_name(&mut self, node: NodeId, name: &'a str) -> Eval<Val<'a>> {
        if self.dialect.predefined_names == PredefinedNames::Yes {
            match name {
                "undefined" => return Ok(Val::Undefined),
                "Infinity" => return Ok(Val::Host(Value::Float(f64::INFINITY))),
                _ => {}
            }
        }
        if let Some(value) = self.variable(name, Use::Variable) {
            return self.found(node, value);
        }
        if self.dialect.implicit_this == ImplicitThis::Yes {
            // `this`, and its field
            self.charge(2, node)?;
            if let Some(value) = self.member_of_this(node, name)? {
                return Ok(value);
            }
        }
        let unset = name.starts_with('@') && self.dialect.unknown_at_name == UnknownAtName::Null;
        if unset || self.dialect.missing_name == FaultOrNull::Null {
            return Ok(Val::NULL);
        }
        self.fail(fault::UNKNOWN_NAME, node)
    }

    fn variable(&self, name: &str, usage: Use) -> Option<Value<'a>> {
        let mut value = Value::Absent;
        self.host.var(self.symbol(name, usage), &mut value);
        present(value)
    }

    fn member_of_this(&mut self, node: NodeId, name: &'a str) -> Eval<Option<Val<'a>>> {
        if self.policy.redacts_name("this") {
            return self.redacted(node, fault::REDACTED_NAME).map(Some);
        }
        let Some(this) = self.variable("this", Use::Variable).filter(|this| *this != Value::Undefined) else {
            return Ok(None);
        };
        match self.found(node, this)? {
            Val::Host(Value::Object(handle)) => {
                self.field(handle, name).map(|value| self.found(node, value)).transpose()
            }
            Val::Host(Value::Map(handle)) => {
                let value = self.map_value(node, handle, &Value::Str(name))?;
                value.map(|value| self.part(node, &value)).transpose()
            }
            Val::Host(Value::Cut(_)) => self.fail(fault::UNREADABLE, node),
            hidden @ Val::Placeholder => Ok(Some(hidden)),
            _ => Ok(None),
        }
    }

    pub(super) fn at(&mut self, node: NodeId, at: At, scope: Option<&Scope<'a>>) -> Eval<Val<'a>> {
        let bound = match (at, scope) {
            (At::Return | At::Duration | At::Exception, _) => {
                return match (self.variable(at.text(), Use::At), self.dialect.missing_at) {
                    (Some(value), _) => self.found(node, value),
                    (None, FaultOrNull::Null) => Ok(Val::NULL),
                    (None, FaultOrNull::Fault) => self.fail(fault::NOT_AT_THIS_PLACE, node),
                };
            }
            (_, None) => &Bound::Unbound,
            (At::It, Some(scope)) => &scope.it,
            (At::Key, Some(scope)) => &scope.key,
            (At::Value, Some(scope)) => &scope.value,
        };
        match bound {
            Bound::Part(part) => self.part(node, part),
            Bound::NoKey if self.dialect.list_key == ListKey::Null => Ok(Val::NULL),
            Bound::NoKey => self.fail(fault::NO_KEY_HERE, node),
            Bound::Unbound => self.fail(fault::OUTSIDE_PREDICATE, node),
        }
    }

    // ---- members --------------------------------------------------------------------------------------------

    pub(super) fn member(&mut self, node: NodeId, base: &Val<'a>, name: &'a str) -> Eval<Val<'a>> {
        if self.policy.redacts_name(name) {
            return self.redacted(node, fault::REDACTED_NAME);
        }
        self.member_of(node, base, name)
    }

    fn member_of(&mut self, node: NodeId, base: &Val<'a>, name: &'a str) -> Eval<Val<'a>> {
        match base {
            Val::Host(Value::Null) => match self.dialect.null_member {
                FaultOrNull::Fault => self.fail(fault::FIELD_OF_NULL, node),
                FaultOrNull::Null => Ok(Val::NULL),
            },
            Val::Undefined => match self.dialect.undefined_operand {
                UndefinedOperand::Undefined => Ok(Val::Undefined),
                UndefinedOperand::Kind => self.fail(fault::UNDEFINED_OPERAND, node),
            },
            Val::Placeholder => Ok(Val::Placeholder),
            Val::Host(Value::Cut(_)) => self.fail(fault::UNREADABLE, node),
            Val::Host(Value::Object(handle)) => match self.field(*handle, name) {
                Some(value) => self.found(node, value),
                None => self.missing_member(node),
            },
            Val::Entry(entry) => {
                let (key, value) = self.entry_members();
                if name == key {
                    self.part(node, &entry.key)
                } else if name == value {
                    self.part(node, &entry.value)
                } else {
                    self.missing_member(node)
                }
            }
            Val::Host(Value::Map(handle)) if self.dialect.map_member == MapMember::Key => {
                match self.map_value(node, *handle, &Value::Str(name))? {
                    Some(value) => self.part(node, &value),
                    None => match self.field_besides(base, name).flatten() {
                        Some(value) => self.found(node, value),
                        None => self.missing_key(node),
                    },
                }
            }
            _ => match base.shape() {
                shape
                    if !matches!(shape, Some(Shape::Map) if self.dialect.map_member == MapMember::Key)
                        && self.no_operand(base).is_none()
                        && !self.is_doubted(base, None)
                        && self.also(base, Nature::Fields).is_some() =>
                {
                    match self.field_besides(base, name).flatten() {
                        Some(value) => self.found(node, value),
                        None => self.missing_member(node),
                    }
                }
                None => {
                    self.ordinary(node, base)?;
                    let choice =
                        if self.is_primitive(base) { self.dialect.scalar_member } else { NoMember::Fault };
                    self.no_member(node, base, name, choice)
                }
                Some(Shape::List) => self.no_member(node, base, name, self.dialect.list_member),
                Some(Shape::Set) => match self.dialect.set_member {
                    SetMember::Undefined => self.fail(fault::NO_FIELDS, node),
                    SetMember::KindFault => self.fail(fault::MEMBER_OF_COLLECTION, node),
                    SetMember::Null => Ok(Val::NULL),
                },
                Some(Shape::Map) => match self.dialect.map_member {
                    MapMember::KindFault => self.fail(fault::MEMBER_OF_COLLECTION, node),
                    MapMember::Null => Ok(Val::NULL),
                    MapMember::Key => self.map_index(node, base, &Value::Str(name)),
                },
            },
        }
    }

    /// The field of an object.
    fn field(&self, handle: Handle, name: &str) -> Option<Value<'a>> {
        let mut value = Value::Absent;
        self.host.field(handle, self.symbol(name, Use::Field), &mut value);
        present(value)
    }

    /// The names of the members of a map entry.
    pub(super) const fn entry_members(&self) -> (&'static str, &'static str) {
        match self.dialect.entry_members {
            EntryMembers::Lower => ("key", "value"),
            EntryMembers::Upper => ("Key", "Value"),
        }
    }

    /// A member of a list or a scalar.
    fn no_member(&mut self, node: NodeId, base: &Val<'a>, name: &str, choice: NoMember) -> Eval<Val<'a>> {
        match choice {
            NoMember::Fault => self.fail(fault::NO_FIELDS, node),
            NoMember::Null => Ok(Val::NULL),
            NoMember::JavaScript if name == "length" => self.length_property(node, base),
            NoMember::JavaScript => Ok(Val::Undefined),
        }
    }

    /// Whether a value is a text, a number or a Boolean.
    pub(super) fn is_primitive(&self, value: &Val<'a>) -> bool {
        matches!(self.plain(value), Val::Host(plain) if plain.is_scalar() && plain != Value::Null)
    }

    fn missing_member(&self, node: NodeId) -> Eval<Val<'a>> {
        match self.dialect.missing_member {
            Missing::Fault => self.fail(fault::UNKNOWN_FIELD, node),
            Missing::Null => Ok(Val::NULL),
            Missing::Undefined => Ok(Val::Undefined),
        }
    }
}

const fn hidden_code(hidden: Hidden) -> Code {
    match hidden {
        Hidden::Name | Hidden::NameOf(_) => fault::REDACTED_NAME,
        Hidden::Type | Hidden::TypeOf(_) => fault::REDACTED_TYPE,
        Hidden::Host => fault::REDACTED_BY_HOST,
    }
}

pub(super) fn present(value: Value<'_>) -> Option<Value<'_>> {
    (!matches!(value, Value::Absent)).then_some(value)
}
