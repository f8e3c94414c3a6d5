//! What `grammar/*.schema.json` say of captures.

use std::sync::LazyLock;

use jsonschema::{Resource, Validator};
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
    let json: Json = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) if error.to_string().starts_with("recursion limit exceeded") => return Ok(None),
        Err(error) => return Err(format!("{error}: {text}")),
    };
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).collect();
    if errors.is_empty() { Ok(Some(json)) } else { Err(format!("{errors:#?}\n{text}")) }
}
