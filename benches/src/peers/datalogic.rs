//! datalogic-rs: JSONLogic over a pre-parsed arena tree (reading values into it is not counted). No regular
//! expressions; definedness is `!= null`.

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

/// Compiles the program of a work.
#[must_use]
pub fn compile(work: &str) -> Option<Run> {
    let source = source(work)?;
    let engine = Engine::new();
    Some(Box::new(move || engine.compile(source).is_ok()))
}
