//! rhai: `Dynamic` maps. W5 calls a registered Rust function with a precompiled pattern, which favours it.

use rhai::{AST, Dynamic, Engine, Scope};
use serde_json::Value as Json;

use super::{MESSAGE, Run, document};
use crate::data::State;

fn source(work: &str) -> Option<&'static str> {
    Some(match work {
        "W1t" => r#"user.age > 40 && user.plan == "gold""#,
        "W1f" => r#"user.age > 50 && user.plan == "gold""#,
        "W2" => r#"headers["Host"] == "example.org""#,
        "W3/10" => r#"names10.some(|it| it == "name0009")"#,
        "W3/100" => r#"names100.some(|it| it == "name0099")"#,
        "W3/1000" => r#"names1000.some(|it| it == "name0999")"#,
        "W4" => "items.filter(|it| it.qty > 50).len() > 2",
        "W5" => "matches_user(id)",
        "W6" => r#"user.name.starts_with("Grace") || user.email.contains("example.org")"#,
        "W7" => "order.customer.account.plan.tier.region.zone.code == 7",
        "W8" => r#""User " + user.name + " bought " + count + " items""#,
        "W9" => r#"is_def_var("x") && x.y != () && x.y.z.sub_string(0, 3) == "abc""#,
        _ => return None,
    })
}

fn value(json: &Json) -> Dynamic {
    match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => n.as_i64().map_or_else(|| n.as_f64().unwrap_or(0.0).into(), Into::into),
        Json::String(text) => text.clone().into(),
        Json::Array(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(fields) => {
            fields.iter().map(|(k, v)| (k.as_str().into(), value(v))).collect::<rhai::Map>().into()
        }
    }
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    let pattern = regex::Regex::new("^user-[0-9]+$").expect("a constant pattern");
    engine.register_fn("matches_user", move |text: &str| pattern.is_match(text));
    engine
}

/// Prepares a work.
#[must_use]
pub fn prepare(work: &str, state: &State) -> Option<Run> {
    let engine = engine();
    let ast: AST = engine.compile_expression(source(work)?).ok()?;
    let mut scope = Scope::new();
    for (name, json) in document(state).as_object()? {
        scope.push_dynamic(name.clone(), value(json));
    }
    let expected = work != "W1f";
    Some(if work == "W8" {
        Box::new(move || {
            engine.eval_ast_with_scope::<String>(&mut scope, &ast).is_ok_and(|text| text == MESSAGE)
        })
    } else {
        Box::new(move || {
            engine.eval_ast_with_scope::<bool>(&mut scope, &ast).is_ok_and(|answer| answer == expected)
        })
    })
}

/// Compiles the program of a work.
#[must_use]
pub fn compile(work: &str) -> Option<Run> {
    let source = source(work)?;
    let engine = engine();
    Some(Box::new(move || engine.compile_expression(source).is_ok()))
}
