//! datalogic-rs: JSONLogic over a pre-parsed arena tree (reading values into it is not counted). No regular
//! expressions; definedness is `!= null`.

use std::cell::RefCell;
use std::rc::Rc;

use datalogic_rs::{Engine, ParsedData};

use super::{MESSAGE, Run, document};
use crate::data::State;

fn source(work: &str) -> Option<&'static str> {
    Some(match work {
        "W1t" => r#"{"and": [{">": [{"var": "user.age"}, 40]}, {"==": [{"var": "user.plan"}, "gold"]}]}"#,
        "W1f" => r#"{"and": [{">": [{"var": "user.age"}, 50]}, {"==": [{"var": "user.plan"}, "gold"]}]}"#,
        "W2" => r#"{"==": [{"var": "headers.Host"}, "example.org"]}"#,
        "W3/10" => r#"{"some": [{"var": "names10"}, {"==": [{"var": ""}, "name0009"]}]}"#,
        "W3/100" => r#"{"some": [{"var": "names100"}, {"==": [{"var": ""}, "name0099"]}]}"#,
        "W3/1000" => r#"{"some": [{"var": "names1000"}, {"==": [{"var": ""}, "name0999"]}]}"#,
        "W4" => r#"{">": [{"length": {"filter": [{"var": "items"}, {">": [{"var": "qty"}, 50]}]}}, 2]}"#,
        "W6" => {
            r#"{"or": [{"starts_with": [{"var": "user.name"}, "Grace"]}, {"in": ["example.org", {"var": "user.email"}]}]}"#
        }
        "W7" => r#"{"==": [{"var": "order.customer.account.plan.tier.region.zone.code"}, 7]}"#,
        "W8" => r#"{"cat": ["User ", {"var": "user.name"}, " bought ", {"var": "count"}, " items"]}"#,
        "W9" => {
            r#"{"and": [{"!==": [{"var": "x"}, null]}, {"!==": [{"var": "x.y"}, null]}, {"==": [{"substr": [{"var": "x.y.z"}, 0, 3]}, "abc"]}]}"#
        }
        _ => return None,
    })
}

/// Prepares a work.
#[must_use]
pub fn prepare(work: &str, state: &State) -> Option<Run> {
    let engine = Engine::new();
    let logic = engine.compile(source(work)?).ok()?;
    let data = ParsedData::from_json(&document(state).to_string()).ok()?;
    let mut arena = bumpalo::Bump::new();
    let expected = work != "W1f";
    let is_text = work == "W8";
    Some(Box::new(move || {
        arena.reset();
        engine.evaluate(&logic, &data, &arena).is_ok_and(|answer| {
            if is_text { answer.as_str() == Some(MESSAGE) } else { answer.as_bool() == Some(expected) }
        })
    }))
}

/// So many different programs like W1t, each compiled for itself.
#[must_use]
pub fn many(count: usize, state: &State) -> Option<Vec<Run>> {
    let engine = Rc::new(Engine::new());
    let data = Rc::new(ParsedData::from_json(&document(state).to_string()).ok()?);
    let arena = Rc::new(RefCell::new(bumpalo::Bump::new()));
    let program = |at: usize| -> Option<Run> {
        let limit = at + 1;
        let source = format!(
            r#"{{"and": [{{">": [{{"var": "user.age"}}, -{limit}]}}, {{"==": [{{"var": "user.plan"}}, "gold"]}}]}}"#
        );
        let logic = engine.compile(source.as_str()).ok()?;
        let (engine, data, arena) = (Rc::clone(&engine), Rc::clone(&data), Rc::clone(&arena));
        Some(Box::new(move || {
            let mut arena = arena.borrow_mut();
            arena.reset();
            engine.evaluate(&logic, &*data, &arena).is_ok_and(|answer| answer.as_bool() == Some(true))
        }))
    };
    (0..count).map(program).collect()
}

/// Prepares a work that reads its values into the arena each time: of the document the one variable that the work
/// reads.
#[must_use]
pub fn prepare_with_conversion(work: &str, variable: &str, state: &State) -> Option<Run> {
    let engine = Engine::new();
    let logic = engine.compile(source(work)?).ok()?;
    let text = serde_json::json!({ variable: document(state).get(variable)? }).to_string();
    let mut arena = bumpalo::Bump::new();
    Some(Box::new(move || {
        arena.reset();
        let data = ParsedData::from_json(&text);
        data.is_ok_and(|data| {
            engine.evaluate(&logic, &data, &arena).is_ok_and(|answer| answer.as_bool() == Some(true))
        })
    }))
}

/// Compiles the program of a work.
#[must_use]
pub fn compile(work: &str) -> Option<Run> {
    let source = source(work)?;
    let engine = Engine::new();
    Some(Box::new(move || engine.compile(source).is_ok()))
}
