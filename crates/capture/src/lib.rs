//! The only door through which a value becomes text: a walk under limits and redaction.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod json;
mod message;
mod reader;
mod stack;
mod style;
mod text;

pub use json::{JsonLimits, write_json};
pub use message::{Mark, Message};
pub use reader::{HostReader, Reader, Shape, Step, Stop, Walk};
pub use style::{
    BooleanText, DurationText, InnerStrings, NullText, RedactedText, TextLimits, TextStyle, WholeFloat,
};
pub use text::{write_duration, write_text};

use probelang_host::{Handle, Value};

/// Whether the policy hides the value of an element, by its field's name or its string key.
fn redacted<'a>(reader: &dyn Reader<'a>, shape: Shape, key: &Value<'a>, value: &Value<'a>) -> bool {
    if matches!(shape, Shape::List | Shape::Set) {
        return false;
    }
    let by_name = match *key {
        Value::Str(name) | Value::CutStr(name) => reader.policy().redacts_name(name),
        // an enum constant is a string key by its name
        Value::Object(handle) => {
            reader.host().enum_name(handle).is_some_and(|name| reader.policy().redacts_name(name))
        }
        _ => false,
    };
    by_name || value.handle().is_some_and(|handle| redacted_type(reader, handle))
}

/// Whether the policy hides a value by its type.
fn redacted_type(reader: &dyn Reader<'_>, handle: Handle) -> bool {
    reader.policy().redacts_types()
        && reader.host().type_name(handle).is_some_and(|name| reader.policy().redacts_type(name))
}
