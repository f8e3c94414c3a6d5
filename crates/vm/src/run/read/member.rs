//! `receiver.name`

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Hidden, Kind, Local, Role, Value};

use crate::fault::Detail;
use crate::link::LinkedPlace;
use crate::modes::Missing;
use crate::program::ids::{LoopId, SlotId, SymbolId};
use crate::run::frame::{Frame, PLACEHOLDER};

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
        let modes = self.modes();
        let (missing, code) = match *receiver {
            Value::Object(handle) => {
                self.host.field(handle, place.symbol, out);
                (modes.missing_member, fault::UNKNOWN_FIELD)
            }
            Value::Map(handle) if !modes.map_member_fault => {
                if place.constant {
                    let key = Value::Str(self.linked.program.symbol(name));
                    self.ask_key(receiver, &key, site, out)?;
                } else {
                    self.host.field(handle, place.symbol, out);
                }
                (modes.missing_key, fault::UNKNOWN_KEY)
            }
            _ => return self.member_of_other(receiver, name, site, out),
        };
        self.found_or(missing, code, site, Detail::Name(name), out)
    }

    #[cold]
    fn member_of_other(
        &mut self,
        receiver: &Value<'a>,
        name: SymbolId,
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
                let slot = SlotId::of_pair(slot);
                if text == key {
                    *out = self.slot(slot);
                    self.settle(site, out)
                } else if text == value {
                    let key = self.slot(slot);
                    self.value_under(&key, slot.plus(1), site, out)
                } else {
                    self.missing(modes.missing_member, fault::UNKNOWN_FIELD, site, Detail::Name(name), out)
                }
            }
            Value::Local(Local { role: Role::Filter, slot })
                if self.filter_shape(LoopId::of_filter(slot)) == Shape::Map && !modes.map_member_fault =>
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
}
