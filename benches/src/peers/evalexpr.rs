//! evalexpr: no maps and no lists, so paths are variables that were flattened beforehand, which favours it;
//! no short circuit; no loops, no template.

use evalexpr::{
    ContextWithMutableVariables, DefaultNumericTypes, HashMapContext, Value, build_operator_tree,
};

use super::Run;
use crate::data::State;

fn source(work: &str) -> Option<&'static str> {
    Some(match work {
        "W1t" => r#"user_age > 40 && user_plan == "gold""#,
        "W1f" => r#"user_age > 50 && user_plan == "gold""#,
        "W2" => r#"headers_Host == "example.org""#,
        "W5" => r#"str::regex_matches(id, "^user-[0-9]+$")"#,
        "W7" => "order_code == 7",
        _ => return None,
    })
}

/// Prepares a work.
#[must_use]
pub fn prepare(work: &str, state: &State) -> Option<Run> {
    let tree = build_operator_tree::<DefaultNumericTypes>(source(work)?).ok()?;
    let mut context = HashMapContext::<DefaultNumericTypes>::new();
    let host = state.headers.get("Host").cloned().unwrap_or_default();
    let values = [
        ("user_age", Value::Int(state.user.age)),
        ("user_plan", Value::String(state.user.plan.clone())),
        ("user_name", Value::String(state.user.name.clone())),
        ("user_email", Value::String(state.user.email.clone())),
        ("headers_Host", Value::String(host)),
        ("id", Value::String(state.id.clone())),
        ("order_code", Value::Int(7)),
        ("count", Value::Int(state.count)),
        ("flag", Value::Boolean(state.flag)),
        ("x_y_z", Value::String(state.x.y.z.clone())),
        ("user_id", Value::Int(state.user.id)),
    ];
    for (name, value) in values {
        context.set_value(name.into(), value).ok()?;
    }
    let expected = work != "W1f";
    Some(Box::new(move || tree.eval_boolean_with_context(&context).is_ok_and(|answer| answer == expected)))
}

/// Compiles the program of a work.
#[must_use]
pub fn compile(work: &str) -> Option<Run> {
    let source = source(work)?;
    Some(Box::new(move || build_operator_tree::<DefaultNumericTypes>(source).is_ok()))
}
