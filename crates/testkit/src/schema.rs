//! What `grammar/*.schema.json` say of captures, and that no object has a key twice.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use jsonschema::{Resource, Validator};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

const SNAPSHOT: &str = include_str!("../../../grammar/snapshot.schema.json");
const EVENT: &str = include_str!("../../../grammar/event.schema.json");

static VALIDATORS: LazyLock<(Validator, Validator)> = LazyLock::new(|| {
    let read = |text| serde_json::from_str::<Json>(text).expect("a schema is JSON");
    let validator = |schema: &Json| {
        let resource = Resource::from_contents(read(SNAPSHOT)).expect("a schema");
        let options =
            jsonschema::options().with_resource("https://probelang.dev/snapshot.schema.json", resource);
        options.build(schema).expect("a schema")
    };
    (validator(&read(SNAPSHOT)), validator(&read(EVENT)))
});

/// The snapshot `text`, if it is one by its schema; `None` where it nests too deeply for the validator.
///
/// # Errors
/// What is wrong with it.
pub fn snapshot(text: &str) -> Result<Option<Json>, String> {
    checked(text, &VALIDATORS.0)
}

/// The event `text`, if it is one by its schema; `None` where it nests too deeply for the validator.
///
/// # Errors
/// What is wrong with it.
pub fn event(text: &str) -> Result<Option<Json>, String> {
    checked(text, &VALIDATORS.1)
}

fn checked(text: &str, validator: &Validator) -> Result<Option<Json>, String> {
    let read = || {
        Once.deserialize(&mut serde_json::Deserializer::from_str(text))?;
        serde_json::from_str::<Json>(text)
    };
    let json = match read() {
        Ok(json) => json,
        Err(error) if error.to_string().starts_with("recursion limit exceeded") => return Ok(None),
        Err(error) => return Err(format!("{error}: {text}")),
    };
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).collect();
    if errors.is_empty() { Ok(Some(json)) } else { Err(format!("{errors:#?}\n{text}")) }
}

/// Reads any JSON whose objects have each key once.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Once)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if keys.contains(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            members.next_value_seed(Once)?;
            keys.insert(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_that_is_there_twice_is_found() {
        let text = |fields: &str| {
            format!(
                r#"{{"language": "rust", "producer": "probelang", "captures": {{"return": {{"locals": {{"x": {{"type": "T", "fields": {{{fields}}}}}}}}}}}}}"#
            )
        };
        let field = r#""a": {"type": "null", "isNull": true}"#;
        assert!(super::snapshot(&text(field)).is_ok());
        let twice = super::snapshot(&text(&format!("{field}, {field}")));
        assert!(twice.is_err_and(|error| error.contains("twice")));
    }
}
