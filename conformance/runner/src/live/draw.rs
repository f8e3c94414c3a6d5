//! Programs for a tracer: those of the generators of the test kit, over values that its runtime can hold.

use std::collections::BTreeSet;

use probelang::ProgramKind;
use probelang::syntax::wire;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world::{self, Type};
use probelang_testkit::generate::{Freedom, any_type, expression_over_frame};
use probelang_testkit::value::{Entries, Given, Items, Object};
use serde_json::{Map, Value as Json, json};

use super::program::{Program, Runtime};

/// The largest integer up to which floats hold every one.
const EXACT: i128 = 1 << 53;

/// The program that `seed` gives: a condition, or a value.
#[must_use]
pub fn draw(runtime: Runtime, seed: u64) -> Program {
    let choices = &mut Choices::seeded(seed);
    let freedom = Freedom {
        element_outside: false,
        computed_patterns: true,
        open_substrings: runtime == Runtime::Node,
    };
    let kind = [ProgramKind::Condition, ProgramKind::Value][choices.below(2)];
    let frame = world::frame(choices);
    let want = if kind == ProgramKind::Condition { Type::Bool } else { any_type(choices) };
    let tree = expression_over_frame(choices, want, freedom);
    let json: Json = serde_json::from_str(&wire::write(&tree)).expect("the wire form is JSON");
    let mut living = Living { runtime, objects: 0 };
    let json = living.spelled(json);
    let named = names(&json);
    let mut vars = Map::new();
    for (name, given) in frame {
        // Node has line probes only
        let absent = runtime == Runtime::Node && name.starts_with('@');
        if named.contains(name) && !absent {
            vars.insert(name.to_owned(), living.value(given).to_json());
        }
    }
    if runtime == Runtime::Node && named.contains("this") {
        vars.entry("this").or_insert_with(|| Given::Undefined.to_json());
    }
    let kind = kind.name().to_owned();
    Program { id: format!("{seed}"), runtime, kind, json, vars, tracer: None, cause: None }
}

/// The names that a program refers to.
#[must_use]
pub fn names(json: &Json) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut pending = vec![json];
    while let Some(json) = pending.pop() {
        match json {
            Json::Array(items) => pending.extend(items),
            Json::Object(map) => {
                names.extend(map.get("ref").and_then(Json::as_str).map(str::to_owned));
                pending.extend(map.values());
            }
            _ => {}
        }
    }
    names
}

/// Values and programs as a runtime has them.
struct Living {
    runtime: Runtime,
    objects: u64,
}

impl Living {
    /// A value that is there as a whole: nothing is cut, hidden or in doubt in a live process.
    fn value(&mut self, given: Given) -> Given {
        match given {
            Given::CutStr(text) => Given::Str(text),
            Given::Typed { scalar, .. } => self.value(*scalar),
            Given::Also { value, .. } => self.value(*value),
            Given::Enum { type_name, .. } => self.object(Object { type_name, ..Object::default() }),
            Given::Object(object) => self.object(object),
            Given::List(list) => Given::list(self.values(list.items)),
            Given::Set(set) => {
                let items = distinct(self.values(set.items), |item| item);
                Given::Set(Items { items: items.into_iter().filter(is_key).collect(), ..Items::default() })
            }
            Given::Map(map) => {
                let entries = map.entries.into_iter();
                let entries = entries.map(|(key, value)| (self.value(key), self.value(value))).collect();
                let entries = distinct(entries, |(key, _)| key).into_iter().filter(|(key, _)| is_key(key));
                Given::Map(Entries { entries: entries.collect(), ..Entries::default() })
            }
            Given::Int(n) => self.integer(i128::from(n)),
            Given::Uint(n) => self.integer(i128::from(n)),
            Given::BigInt(n) => self.integer(n),
            Given::Undefined if self.runtime == Runtime::Node => Given::Undefined,
            Given::Opaque { .. }
            | Given::Cut { .. }
            | Given::Undefined
            | Given::Redacted
            | Given::Unreadable(_) => Given::Null,
            Given::Null | Given::Bool(_) | Given::Float(_) | Given::Str(_) => given,
        }
    }

    fn values(&mut self, items: Vec<Given>) -> Vec<Given> {
        items.into_iter().map(|item| self.value(item)).collect()
    }

    /// Numbers of Node are floats: one that is an integer there holds it exactly.
    fn integer(&self, n: i128) -> Given {
        if self.runtime == Runtime::Node && n.abs() > EXACT {
            return Given::Float(n as f64);
        }
        match (i64::try_from(n), u64::try_from(n)) {
            (Ok(n), _) => Given::Int(n),
            (_, Ok(n)) => Given::Uint(n),
            _ => Given::BigInt(n),
        }
    }

    fn object(&mut self, object: Object) -> Given {
        self.objects += 1;
        let fields = object.fields.into_iter();
        Given::Object(Object {
            type_name: Some(self.type_name(object.type_name.as_deref().unwrap_or("Anonymous"))),
            supertypes: object.supertypes.iter().take(1).map(|name| self.type_name(name)).collect(),
            fields: fields.map(|(name, value)| (name, self.value(value))).collect(),
            identity: Some(self.objects),
            missing: None,
            perhaps: None,
        })
    }

    /// The name of a class: in Python with its module, in Node an identifier.
    fn type_name(&self, name: &str) -> String {
        let last = name.rsplit(['.', '$']).next().unwrap_or(name);
        match self.runtime {
            Runtime::Python if name.contains('.') => name.replace('$', "."),
            Runtime::Python => format!("app.{name}"),
            Runtime::Node => last.to_owned(),
        }
    }

    /// The wire form with what the tracer reads: types by its names, `&&` and `||` of two operands, no `isUndefined`.
    fn spelled(&self, json: Json) -> Json {
        match json {
            Json::Array(items) => items.into_iter().map(|item| self.spelled(item)).collect(),
            Json::Object(map) => {
                let Some((operator, operands)) = map.into_iter().next() else { return json!({}) };
                let operands = self.spelled(operands);
                match (operator.as_str(), operands) {
                    ("isUndefined", of) => json!({"not": {"isDefined": of}}),
                    ("and" | "or", Json::Array(items)) if items.len() > 2 => {
                        let nested = items.into_iter().reduce(|a, b| json!({operator.clone(): [a, b]}));
                        nested.unwrap_or(Json::Null)
                    }
                    ("instanceof", Json::Array(mut items)) => {
                        let own = ["User", "Person", "Address", "Stringer", "Code"];
                        if let [_, Json::String(name)] = items.as_mut_slice()
                            && (own.contains(&name.as_str())
                                || name.contains('.') && !name.starts_with("builtins."))
                        {
                            *name = self.type_name(name);
                        }
                        json!({"instanceof": items})
                    }
                    (_, operands) => json!({operator: operands}),
                }
            }
            other => other,
        }
    }
}

/// Whether a runtime has such a key, or element of a set.
const fn is_key(given: &Given) -> bool {
    !matches!(given, Given::List(_) | Given::Set(_) | Given::Map(_))
}

/// The items whose key is not that of one before: a number is equal to others of its value, a Boolean is a number.
fn distinct<T>(items: Vec<T>, key: impl Fn(&T) -> &Given) -> Vec<T> {
    let number = |given: &Given| match given {
        Given::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Given::Int(n) => Some(*n as f64),
        Given::Uint(n) => Some(*n as f64),
        Given::BigInt(n) => Some(*n as f64),
        Given::Float(n) => Some(*n),
        _ => None,
    };
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        let is_new = kept.iter().all(|other| match (number(key(other)), number(key(&item))) {
            (Some(a), Some(b)) => a != b && !(a.is_nan() && b.is_nan()),
            _ => key(other) != key(&item),
        });
        if is_new {
            kept.push(item);
        }
    }
    kept
}
