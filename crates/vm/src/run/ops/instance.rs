//! `instanceof`.

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::{PlainTypes, UnknownType};
use probelang_host::{Instance, Kind, Value};

use crate::fault::Detail;
use crate::program::ids::ConstId;
use crate::program::instr::Const;
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
        if plain(self.dialect().plain_types, kind, &of_kind, name) {
            return Ok(true);
        }
        let answer = match (value.handle(), *value) {
            (Some(handle), _) => self.host.instance_of(handle, name),
            (None, Value::Null | Value::Absent | Value::Undefined | Value::Local(_)) => return Ok(false),
            (None, _) => self.host.scalar_instance_of(value, name),
        };
        match answer {
            Instance::Yes => Ok(true),
            Instance::No => Ok(false),
            Instance::UnknownType
                if self.dialect().unknown_type == UnknownType::False
                    || is_plain(self.dialect().plain_types, name) =>
            {
                Ok(false)
            }
            Instance::UnknownType => Err(self.fail(fault::UNKNOWN_TYPE, site, Detail::Constant(type_name))),
            Instance::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
        }
    }
}

/// Whether a value of this kind has the plain type `name`.
fn plain(types: PlainTypes, kind: Kind, value: &Value<'_>, name: &str) -> bool {
    match types {
        PlainTypes::Portable => {
            let own = match kind {
                Kind::Bool => "bool",
                Kind::Int => "int",
                Kind::Float => "float",
                Kind::Str => "string",
                Kind::List => "list",
                Kind::Set => "set",
                Kind::Map => "map",
                _ => return false,
            };
            name == own
        }
        PlainTypes::Python if name == "object" => kind != Kind::Undefined,
        PlainTypes::Ruby if name == "Object" => kind != Kind::Undefined,
        PlainTypes::Python => {
            let own = match kind {
                Kind::Null => "NoneType",
                Kind::Bool if name == "int" => "int",
                Kind::Bool => "bool",
                Kind::Int => "int",
                Kind::Float => "float",
                Kind::Str => "str",
                Kind::List => "list",
                Kind::Set => "set",
                Kind::Map => "dict",
                _ => return false,
            };
            name == own
        }
        PlainTypes::Node => match kind {
            Kind::Undefined => name == "undefined",
            Kind::Bool => name == "boolean",
            Kind::Int | Kind::Float => name == "number",
            Kind::Str => name == "string",
            Kind::List => matches!(name, "Array" | "Object"),
            Kind::Set => matches!(name, "Set" | "Object"),
            Kind::Map => matches!(name, "Map" | "Object"),
            Kind::Object | Kind::Opaque | Kind::Entry => name == "Object",
            _ => false,
        },
        PlainTypes::Ruby => {
            let own = match kind {
                Kind::Null => "NilClass",
                Kind::Bool if matches!(value, Value::Bool(true)) => "TrueClass",
                Kind::Bool => "FalseClass",
                Kind::Int => "Integer",
                Kind::Float => "Float",
                Kind::Str => "String",
                Kind::List => "Array",
                Kind::Set => "Set",
                Kind::Map => "Hash",
                _ => return false,
            };
            name == own || (name == "Numeric" && matches!(kind, Kind::Int | Kind::Float))
        }
    }
}

/// Whether `name` is the name of a plain kind at all.
fn is_plain(types: PlainTypes, name: &str) -> bool {
    let names: &[&str] = match types {
        PlainTypes::Portable => &["bool", "int", "float", "string", "list", "set", "map"],
        PlainTypes::Python => &["NoneType", "bool", "int", "float", "str", "list", "set", "dict", "object"],
        PlainTypes::Node => &["undefined", "boolean", "number", "string", "Array", "Set", "Map", "Object"],
        PlainTypes::Ruby => &[
            "NilClass",
            "TrueClass",
            "FalseClass",
            "Integer",
            "Float",
            "Numeric",
            "String",
            "Array",
            "Set",
            "Hash",
            "Object",
        ],
    };
    names.contains(&name)
}
