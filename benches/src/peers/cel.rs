//! cel: its own `Value`s. W9 asks `has(x.y)`, because definedness of a top-level name cannot be said, and
//! `startsWith` for the substring. `matches` compiles its pattern at each evaluation.

use std::collections::HashMap;

use cel::{Context, Program, Value};
use serde_json::Value as Json;

use super::{MESSAGE, Run, document};
use crate::data::State;

fn source(work: &str) -> Option<&'static str> {
    Some(match work {
        "W1t" => r#"user.age > 40 && user.plan == "gold""#,
        "W1f" => r#"user.age > 50 && user.plan == "gold""#,
        "W2" => r#"headers["Host"] == "example.org""#,
        "W3/10" => r#"names10.exists(it, it == "name0009")"#,
        "W3/100" => r#"names100.exists(it, it == "name0099")"#,
        "W3/1000" => r#"names1000.exists(it, it == "name0999")"#,
        "W4" => "size(items.filter(it, it.qty > 50)) > 2",
        "W5" => r#"id.matches("^user-[0-9]+$")"#,
        "W6" => r#"user.name.startsWith("Grace") || user.email.contains("example.org")"#,
        "W7" => "order.customer.account.plan.tier.region.zone.code == 7",
        "W8" => r#""User " + user.name + " bought " + string(count) + " items""#,
        "W9" => r#"has(x.y) && x.y != null && x.y.z.startsWith("abc")"#,
        _ => return None,
    })
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(fields) => {
            Value::from(fields.iter().map(|(k, v)| (k.clone(), value(v))).collect::<HashMap<_, _>>())
        }
    }
}

/// Prepares a work.
#[must_use]
pub fn prepare(work: &str, state: &State) -> Option<Run> {
    let program = Program::compile(source(work)?).ok()?;
    let mut context = Context::default();
    for (name, json) in document(state).as_object()? {
        context.add_variable_from_value(name.clone(), value(json));
    }
    let expected = match work {
        "W8" => Value::from(MESSAGE),
        "W1f" => Value::Bool(false),
        _ => Value::Bool(true),
    };
    Some(Box::new(move || program.execute(&context).is_ok_and(|answer| answer == expected)))
}

/// Compiles the program of a work.
#[must_use]
pub fn compile(work: &str) -> Option<Run> {
    let source = source(work)?;
    Some(Box::new(move || Program::compile(source).is_ok()))
}
