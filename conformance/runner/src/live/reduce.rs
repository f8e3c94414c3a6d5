//! Smaller programs than one on which two runtimes disagree, for the tracer to be asked again.

use serde_json::{Map, Value as Json, json};

use super::draw::names;
use super::outcome::Outcome;
use super::program::Program;

/// Candidates that are asked in one round.
const CANDIDATES: usize = 48;

/// How large a program is, with its values.
#[must_use]
pub fn size(program: &Program) -> usize {
    program.json.to_string().len() + program.vars.values().map(|value| value.to_string().len()).sum::<usize>()
}

/// Programs that are smaller by one step, the smallest first.
#[must_use]
pub fn candidates(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    let mut add = |json: Json, vars: Map<String, Json>| {
        let named = names(&json);
        let vars = vars.into_iter().filter(|(name, _)| named.contains(name)).collect();
        found.push(Program { json, vars, tracer: None, cause: None, ..program.clone() });
    };
    for json in smaller_programs(&program.json) {
        add(json, program.vars.clone());
    }
    for (name, value) in &program.vars {
        for smaller in smaller_values(value) {
            let mut vars = program.vars.clone();
            vars.insert(name.clone(), smaller);
            add(program.json.clone(), vars);
        }
    }
    let whole = size(program);
    found.retain(|candidate| size(candidate) < whole);
    found.sort_by_key(size);
    found.dedup_by(|a, b| a.json == b.json && a.vars == b.vars);
    found.truncate(CANDIDATES);
    found
}

/// Whether two disagreements are of one sort: who failed.
#[must_use]
pub fn sort(program: &Program) -> Option<(bool, bool)> {
    let tracer = program.tracer.as_ref()?;
    let ours = program.ours();
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
    (!ours.agrees(tracer, program.runtime)).then(|| (failed(&ours), failed(tracer)))
}

/// The smallest of these on which the runtimes disagree as on `program`.
#[must_use]
pub fn pick(program: &Program, answered: &[Program]) -> Program {
    let wanted = sort(program);
    let smaller =
        answered.iter().filter(|candidate| sort(candidate) == wanted).min_by_key(|found| size(found));
    smaller.cloned().unwrap_or_else(|| program.clone())
}

/// The operands of an operator that are programs.
fn operands(operator: &str, of: &Json) -> Vec<Json> {
    match (operator, of) {
        ("ref", _) => Vec::new(),
        ("getmember" | "instanceof", Json::Array(items)) => items.first().cloned().into_iter().collect(),
        (_, Json::Array(items)) => items.clone(),
        (_, of) => vec![of.clone()],
    }
}

fn smaller_programs(json: &Json) -> Vec<Json> {
    let Json::Object(map) = json else { return Vec::new() };
    let Some((operator, of)) = map.iter().next() else { return Vec::new() };
    let mut all = operands(operator, of);
    if operator != "ref" {
        all.extend([json!(true), json!(1), json!("a"), json!(null)]);
    }
    match (operator.as_str(), of) {
        ("ref", _) => {}
        (_, Json::Array(items)) => {
            let count = if matches!(operator.as_str(), "getmember" | "instanceof") { 1 } else { items.len() };
            for (at, item) in items.iter().enumerate().take(count) {
                for smaller in smaller_programs(item) {
                    let mut items = items.clone();
                    items[at] = smaller;
                    all.push(json!({operator: items}));
                }
            }
        }
        (_, of) => all.extend(smaller_programs(of).into_iter().map(|smaller| json!({operator: smaller}))),
    }
    all
}

fn smaller_values(value: &Json) -> Vec<Json> {
    let shorter = |items: &[Json], with: &dyn Fn(Vec<Json>) -> Json| -> Vec<Json> {
        let without = |at: usize| items.iter().enumerate().filter(move |(other, _)| *other != at);
        let mut all: Vec<Json> =
            (0..items.len()).map(|at| with(without(at).map(|(_, item)| item.clone()).collect())).collect();
        for (at, item) in items.iter().enumerate() {
            for smaller in smaller_values(item) {
                let mut items = items.to_vec();
                items[at] = smaller;
                all.push(with(items));
            }
        }
        all
    };
    match value {
        Json::Array(items) => shorter(items, &|items| Json::Array(items)),
        Json::Object(map) => {
            let with = |key: &str, part: Json| {
                let mut map = map.clone();
                map.insert(key.to_owned(), part);
                Json::Object(map)
            };
            if let Some(Json::Array(items)) = map.get("items") {
                return shorter(items, &|items| with("items", Json::Array(items)));
            }
            if let Some(Json::Array(entries)) = map.get("entries") {
                // the key of an entry stays
                let whole = |entries: Vec<Json>| with("entries", Json::Array(entries));
                let mut all = Vec::new();
                for at in 0..entries.len() {
                    let mut fewer = entries.clone();
                    fewer.remove(at);
                    all.push(whole(fewer));
                    for smaller in smaller_values(&entries[at][1]) {
                        let mut changed = entries.clone();
                        changed[at][1] = smaller;
                        all.push(whole(changed));
                    }
                }
                return all;
            }
            let Some(Json::Object(fields)) = map.get("fields") else { return Vec::new() };
            let mut all = Vec::new();
            for (name, field) in fields {
                let mut fewer = fields.clone();
                fewer.remove(name);
                all.push(with("fields", Json::Object(fewer)));
                for smaller in smaller_values(field) {
                    let mut changed = fields.clone();
                    changed.insert(name.clone(), smaller);
                    all.push(with("fields", Json::Object(changed)));
                }
            }
            all
        }
        Json::String(text) if text.chars().count() > 1 => vec![json!(""), json!("a")],
        _ => Vec::new(),
    }
}
