//! Arguments against the schema of a tool: the part of JSON Schema that the contracts use.

use serde_json::{Map, Value};

/// What is wrong with the arguments of a tool, a sentence; none if nothing is.
pub(crate) fn wrong(schema: &Value, arguments: &Map<String, Value>) -> Option<String> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let list = |names: &[&str]| match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let known: Vec<&str> = properties.keys().map(String::as_str).collect();
    for (name, value) in arguments {
        let Some(property) = properties.get(name) else {
            return Some(format!("there is no argument `{name}`; the arguments are: {}", list(&known)));
        };
        if let Some(why) = mismatch(property, value) {
            return Some(format!("the argument `{name}` {why}"));
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let missing: Vec<&str> =
        required.filter_map(Value::as_str).filter(|name| !arguments.contains_key(*name)).collect();
    match missing.first() {
        Some(name) => {
            let says = properties.get(*name).and_then(|property| property.get("description"));
            let says = says.and_then(Value::as_str).unwrap_or_default();
            Some(format!("the argument `{name}` is missing. {says}"))
        }
        None => None,
    }
}

/// Why a value is not what the schema asks for.
fn mismatch(schema: &Value, value: &Value) -> Option<String> {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    let fits = match text("type") {
        None => true,
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(_) => false,
    };
    if !fits {
        let wanted = match text("type") {
            Some("integer") => "a whole number, not negative",
            Some("object") => "an object",
            Some("array") => "an array",
            Some("boolean") => "true or false",
            Some(_) | None => "a string",
        };
        return Some(format!("is {wanted}, not {}", kind(value)));
    }
    if let Some(names) = schema.get("enum").and_then(Value::as_array)
        && !names.contains(value)
    {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        return Some(format!("is one of {}", names.join(", ")));
    }
    if let Some(text) = value.as_str() {
        let chars = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(most) = number("maxLength").filter(|most| chars > *most) {
            return Some(format!("has at most {most} characters, not {chars}"));
        }
        if let Some(least) = number("minLength").filter(|least| chars < *least) {
            return Some(format!("has at least {least} characters, not {chars}"));
        }
    }
    if let Some(given) = value.as_u64() {
        if let Some(most) = number("maximum").filter(|most| given > *most) {
            return Some(format!("is at most {most}, not {given}"));
        }
        if let Some(least) = number("minimum").filter(|least| given < *least) {
            return Some(format!("is at least {least}, not {given}"));
        }
    }
    if let (Some(items), Some(item)) = (value.as_array(), schema.get("items")) {
        let most = number("maxItems").and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        if items.len() > most {
            return Some(format!("has at most {most} elements, not {}", items.len()));
        }
        return items
            .iter()
            .find_map(|one| mismatch(item, one))
            .map(|why| format!("has an element that {why}"));
    }
    None
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_a_sentence() {
        let schema = json!({"properties": {
            "s": {"type": "string", "maxLength": 3, "minLength": 1},
            "e": {"type": "string", "enum": ["a", "b"]},
            "n": {"type": "integer", "minimum": 1, "maximum": 9},
            "l": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
            "any": {"description": "x"},
        }, "required": ["any"]});
        let say = |arguments: Value| wrong(&schema, arguments.as_object().unwrap()).unwrap_or_default();
        assert_eq!(say(json!({"any": null})), "");
        assert_eq!(say(json!({})), "the argument `any` is missing. x");
        for (arguments, expected) in [
            (json!({"x": 1}), "there is no argument `x`; the arguments are: any, e, l, n, s"),
            (json!({"s": 1}), "the argument `s` is a string, not a number"),
            (json!({"s": "abcd"}), "the argument `s` has at most 3 characters, not 4"),
            (json!({"s": ""}), "the argument `s` has at least 1 characters, not 0"),
            (json!({"e": "c"}), "the argument `e` is one of a, b"),
            (json!({"n": -1}), "the argument `n` is a whole number, not negative, not a number"),
            (json!({"n": 1.5}), "the argument `n` is a whole number, not negative, not a number"),
            (json!({"n": 10}), "the argument `n` is at most 9, not 10"),
            (json!({"n": 0}), "the argument `n` is at least 1, not 0"),
            (json!({"l": ["a", "b", "c"]}), "the argument `l` has at most 2 elements, not 3"),
            (json!({"l": [1]}), "the argument `l` has an element that is a string, not a number"),
        ] {
            assert_eq!(say(arguments), expected);
        }
    }
}
