//! What a program came to, in a form that all runtimes write.
//!
//! `null`, Booleans and texts stand for themselves; an integer is `{"int": digits}`, a float `{"float": bits}` in hexadecimal
//! (or `nan`), collections are `{"list": […]}`, `{"set": […]}`, `{"map": [[key, value], …]}`, an object
//! `{"object": [[name, value], …]}`, JavaScript's undefined `{"undefined": true}`, what this engine hides `{"hidden": true}`,
//! anything else `{"other": word}`.

use probelang_testkit::walk::Out;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::program::Runtime;

/// A value, or a failure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Outcome {
    /// It failed.
    Failed {
        /// `compile` or `run`.
        error: String,
        /// The message of the runtime; of this engine, the code and its title.
        #[serde(default)]
        message: String,
    },
    /// It gave a value.
    Value {
        /// Which one.
        value: Json,
    },
}

impl Outcome {
    /// A failure.
    #[must_use]
    pub fn failed(error: &str, message: &str) -> Self {
        Self::Failed { error: error.to_owned(), message: message.to_owned() }
    }

    /// A value.
    #[must_use]
    pub const fn value(value: Json) -> Self {
        Self::Value { value }
    }

    /// A value of the engine.
    #[must_use]
    pub fn of(out: &Out) -> Self {
        Self::value(of(out))
    }

    /// Whether two runtimes answered the same: both failed, or both gave this value.
    #[must_use]
    pub fn agrees(&self, other: &Self, runtime: Runtime) -> bool {
        match (self, other) {
            (Self::Failed { .. }, Self::Failed { .. }) => true,
            (Self::Value { value: a }, Self::Value { value: b }) => same(a, b, runtime),
            _ => false,
        }
    }

    /// The outcome as text that a rule of the ledger can describe.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Failed { error, message } => format!("{error}: {message}"),
            Self::Value { value } => format!("value: {value}"),
        }
    }
}

fn of(out: &Out) -> Json {
    let pairs = |entries: &[(Out, Out)]| -> Json {
        entries.iter().map(|(key, value)| json!([of(key), of(value)])).collect()
    };
    match out {
        Out::Null => Json::Null,
        Out::Bool(truth) => json!(truth),
        Out::Int(n) => json!({"int": n.to_string()}),
        Out::Uint(n) => json!({"int": n.to_string()}),
        Out::BigInt(digits) => json!({"int": digits}),
        Out::Float(n) => float(*n),
        Out::Str(text) | Out::Typed(_, text) | Out::Enum(text) => json!(text),
        Out::List(shown) => json!({"list": shown.elements.iter().map(of).collect::<Json>()}),
        Out::Set(shown) => json!({"set": shown.elements.iter().map(of).collect::<Json>()}),
        Out::Map(shown) => json!({"map": pairs(&shown.elements)}),
        Out::Object(shown) => json!({"object": pairs(&shown.elements)}),
        Out::Undefined => json!({"undefined": true}),
        Out::Redacted => json!({"hidden": true}),
        Out::CutStr(_) | Out::Opaque(_) | Out::Doubtful(..) | Out::Unreadable(_) => {
            json!({"other": "unreadable"})
        }
    }
}

fn float(n: f64) -> Json {
    if n.is_nan() { json!({"float": "nan"}) } else { json!({"float": format!("{:016x}", n.to_bits())}) }
}

/// Whether two values are the same: numbers of Node are floats, sets and maps have no order, and what is hidden here may be
/// anything there.
fn same(a: &Json, b: &Json, runtime: Runtime) -> bool {
    let tagged = |value: &Json| {
        let (tag, inner) = value.as_object()?.iter().next()?;
        Some((tag.clone(), inner.clone()))
    };
    let (Some((x, a)), Some((y, b))) = (tagged(a), tagged(b)) else {
        return tagged(a).is_some_and(|(tag, _)| tag == "hidden") || a == b;
    };
    if x == "hidden" {
        return true;
    }
    if runtime == Runtime::Node
        && let (Some(a), Some(b)) = (number(&x, &a), number(&y, &b))
    {
        return a == b || a.is_nan() && b.is_nan();
    }
    if x != y {
        return false;
    }
    let (Some(left), Some(right)) = (a.as_array(), b.as_array()) else { return a == b };
    if left.len() != right.len() {
        return false;
    }
    let pair = |a: &Json, b: &Json| match (a.as_array(), b.as_array()) {
        (Some(a), Some(b)) if x != "list" && x != "set" => a.iter().zip(b).all(|(a, b)| same(a, b, runtime)),
        _ => same(a, b, runtime),
    };
    if x == "list" {
        return left.iter().zip(right).all(|(a, b)| pair(a, b));
    }
    let mut rest: Vec<&Json> = right.iter().collect();
    left.iter().all(|a| match rest.iter().position(|b| pair(a, b)) {
        Some(at) => {
            rest.remove(at);
            true
        }
        None => false,
    })
}

fn number(tag: &str, value: &Json) -> Option<f64> {
    match (tag, value.as_str()?) {
        ("int", digits) => digits.parse().ok(),
        ("float", "nan") => Some(f64::NAN),
        ("float", bits) => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
        _ => None,
    }
}
