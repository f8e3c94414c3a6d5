//! `instanceof`.

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{PlainKind, PlainTypes, UnknownType};
use probelang_host::{Instance, Kind, Value};

use crate::fault::Detail;
use crate::program::ids::ConstId;
use crate::program::tables::Const;
use crate::run::frame::Frame;

impl<'a> Frame<'a, '_, '_> {
    pub(crate) fn instance_of(
        &mut self,
        value: &Value<'a>,
        type_name: ConstId,
        site: u32,
    ) -> Result<bool, Stop> {
        let Const::Str(name) = self.linked.program.constant(type_name) else {
            return Err(self.fail(fault::INTERNAL, site, Detail::None));
        };
        if let Value::Local(local) = value
            && local.role == probelang_host::Role::Placeholder
        {
            return Err(self.fail(fault::REDACTED_OPERAND, site, Detail::None));
        }
        // what is in doubt may be of another kind
        let doubted = matches!(*value, Value::Opaque(handle) if self.host.doubt(handle, None).is_some());
        let of_kind = if doubted { *value } else { self.plain(value) };
        let kind = if doubted { Kind::Opaque } else { self.kind(value) };
        let plain = self.dialect().plain_types.find(name);
        // a runtime's own name of a kind is a type too, which a host may know better: a tuple is no `list`
        let other = self.dialect().plain_types != PlainTypes::Portable
            && value.handle().is_some_and(|handle| self.host.instance_of(handle, name) == Instance::No);
        if !other && plain.is_some_and(|plain| plain_kind(kind, &of_kind).is_some_and(|kind| plain.has(kind)))
        {
            return Ok(true);
        }
        let answer = match (value.handle(), *value) {
            (Some(handle), _) => self.host.instance_of(handle, name),
            (None, Value::Null | Value::Absent | Value::Undefined | Value::Local(_))
                if self.dialect().unknown_type != UnknownType::Always =>
            {
                return Ok(false);
            }
            (None, Value::Absent | Value::Undefined | Value::Local(_)) => {
                self.host.scalar_instance_of(&Value::Null, name)
            }
            (None, _) => self.host.scalar_instance_of(value, name),
        };
        match answer {
            Instance::Yes => Ok(true),
            Instance::No => Ok(false),
            Instance::UnknownType
                if self.dialect().unknown_type == UnknownType::False
                    || plain.is_some()
                    || self.dialect().plain_types.knows(name) =>
            {
                Ok(false)
            }
            Instance::UnknownType => Err(self.fail(fault::UNKNOWN_TYPE, site, Detail::Constant(type_name))),
            Instance::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
        }
    }
}

/// The kind of the value, as type names distinguish kinds; `None` for what has no type.
fn plain_kind(kind: Kind, value: &Value<'_>) -> Option<PlainKind> {
    Some(match kind {
        Kind::Undefined => PlainKind::Undefined,
        Kind::Null => PlainKind::Null,
        Kind::Bool if matches!(value, Value::Bool(true)) => PlainKind::True,
        Kind::Bool => PlainKind::False,
        Kind::Int => PlainKind::Int,
        Kind::Float => PlainKind::Float,
        Kind::Str => PlainKind::Str,
        Kind::List => PlainKind::List,
        Kind::Set => PlainKind::Set,
        Kind::Map => PlainKind::Map,
        Kind::Object | Kind::Opaque | Kind::Entry => PlainKind::Object,
        Kind::Absent | Kind::Redacted | Kind::Unreadable => return None,
    })
}
