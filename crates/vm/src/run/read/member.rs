//! `receiver.name`

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{FaultOrNull, MapMember, NoMember, SetMember, UndefinedOperand};
use probelang_host::{Hidden, Kind, Local, Nature, Role, Symbol, Value};

use crate::fault::Detail;
use crate::link::LinkedPlace;
use crate::program::ids::{LoopId, SlotId, SymbolId};
use crate::run::frame::{Frame, PLACEHOLDER};
use crate::run::read::property::LENGTH;

impl<'a> Frame<'a, '_, '_> {
    /// `receiver.name`
    pub(crate) fn member(
        &mut self,
        receiver: &Value<'a>,
        name: SymbolId,
        place: &LinkedPlace,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if place.hidden {
            return self.hide(Hidden::Name, site, Detail::Name(name), out);
        }
        let dialect = self.dialect();
        let (missing, code) = match *receiver {
            Value::Object(handle) => {
                self.host.field(handle, place.symbol, out);
                (dialect.missing_member, fault::UNKNOWN_FIELD)
            }
            Value::Map(handle) if dialect.map_member == MapMember::Key => {
                if place.constant {
                    let key = Value::Str(self.linked.program.symbol(name));
                    self.ask_key(receiver, &key, site, out)?;
                } else {
                    let text = self.linked.program.symbol(name);
                    self.ask_entry(handle, place.symbol, text, site, out)?;
                }
                if *out == Value::Absent {
                    self.field_besides(receiver, place.symbol, out);
                }
                (dialect.missing_key, fault::UNKNOWN_KEY)
            }
            _ => return self.member_of_other(receiver, name, place.symbol, site, out),
        };
        self.found_or(missing, code, site, Detail::Name(name), out)
    }

    /// The field of a value that is an object besides: left as it was where it is not one.
    #[cold]
    pub(crate) fn field_besides(&self, receiver: &Value<'a>, symbol: Symbol, out: &mut Value<'a>) -> bool {
        let Some(Value::Object(handle)) = self.also(receiver, Nature::Fields) else { return false };
        self.host.field(handle, symbol, out);
        true
    }

    #[cold]
    fn member_of_other(
        &mut self,
        receiver: &Value<'a>,
        name: SymbolId,
        symbol: Symbol,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let dialect = self.dialect();
        match *receiver {
            Value::Null if dialect.null_member == FaultOrNull::Null => {
                *out = Value::Null;
                Ok(())
            }
            Value::Null => Err(self.fail(fault::FIELD_OF_NULL, site, Detail::Name(name))),
            Value::Absent | Value::Undefined if dialect.undefined_operand == UndefinedOperand::Undefined => {
                *out = Value::Undefined;
                Ok(())
            }
            Value::Local(Local { role: Role::Placeholder, .. }) => {
                *out = PLACEHOLDER;
                Ok(())
            }
            Value::Local(Local { role: Role::Entry, slot }) => {
                let text = self.linked.program.symbol(name);
                let (key, value) = dialect.entry_members.names();
                let slot = SlotId::of_pair(slot);
                if text == key {
                    *out = self.slot(slot);
                    self.settle(site, out)
                } else if text == value {
                    let key = self.slot(slot);
                    self.value_under(&key, slot.plus(1), site, out)
                } else {
                    self.missing(dialect.missing_member, fault::UNKNOWN_FIELD, site, Detail::Name(name), out)
                }
            }
            Value::Local(Local { role: Role::Filter, slot })
                if self.filter_shape(LoopId::of_filter(slot)) == Shape::Map
                    && dialect.map_member == MapMember::Key =>
            {
                let key = Value::Str(self.linked.program.symbol(name));
                self.key_of_filter(receiver, &key, site, Detail::Name(name), out)
            }
            _ => {
                if let Some(stop) = self.special(receiver, site) {
                    return Err(stop);
                }
                if self.field_besides(receiver, symbol, out) {
                    let missing = dialect.missing_member;
                    return self.found_or(missing, fault::UNKNOWN_FIELD, site, Detail::Name(name), out);
                }
                self.member_of_none(receiver, name, site, out)
            }
        }
    }

    /// A member of a value that has none: a fault, or what a dialect says.
    #[cold]
    fn member_of_none(
        &mut self,
        receiver: &Value<'a>,
        name: SymbolId,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let dialect = self.dialect();
        let kind = self.kind(receiver);
        let choice = match kind {
            Kind::Map if dialect.map_member == MapMember::Null => NoMember::Null,
            Kind::Set if dialect.set_member == SetMember::Null => NoMember::Null,
            Kind::List => dialect.list_member,
            Kind::Bool | Kind::Int | Kind::Float | Kind::Str => dialect.scalar_member,
            _ => NoMember::Fault,
        };
        match choice {
            NoMember::Fault => {
                let of_kind =
                    kind == Kind::Map || kind == Kind::Set && dialect.set_member == SetMember::KindFault;
                let code = if of_kind { fault::MEMBER_OF_COLLECTION } else { fault::NO_FIELDS };
                Err(self.fail(code, site, Detail::Kind(kind)))
            }
            NoMember::Null => {
                *out = Value::Null;
                Ok(())
            }
            NoMember::JavaScript if self.linked.program.symbol(name) == LENGTH => {
                self.length_property(receiver, site, out)
            }
            NoMember::JavaScript => {
                *out = Value::Undefined;
                Ok(())
            }
        }
    }
}
