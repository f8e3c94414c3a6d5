//! Whether an outcome is the expected one.

use probelang::ProgramKind;
use probelang::host::{Number, number};

use crate::answer::{Answer, Failure, Outcome};
use crate::case::Case;
use crate::json::{Json, Object};
use crate::tagged;
use crate::world::World;

/// Judges the outcome of one form of a case.
///
/// # Errors
/// What cannot be judged: an expectation that this runner does not know.
pub fn passes(case: &Case, outcome: &Outcome, world: &World) -> Result<bool, String> {
    if let Outcome::Unrunnable(_) = outcome {
        return Ok(false);
    }
    match (&case.expect.error, &case.expect.value) {
        (Some(kind), _) => error(kind, outcome),
        (None, Some(value)) => expected_value(case, value, outcome, world),
        (None, None) => Err("the case expects neither a value nor an error".into()),
    }
}

fn error(expected: &str, outcome: &Outcome) -> Result<bool, String> {
    let failure = match outcome {
        Outcome::Failed(failure) => Some(failure),
        Outcome::Text { errors, .. } => errors.first(),
        _ => None,
    };
    let refused = matches!(outcome, Outcome::Refused(_));
    Ok(match expected {
        "parse" => refused,
        "undefined" => failure.is_some_and(|failure| failure.kind() == "undefined"),
        "evaluation" => refused || failure.is_some_and(|failure: &Failure| failure.kind() == "evaluation"),
        _ => return Err(format!("the case expects an error of the unknown kind {expected:?}")),
    })
}

fn expected_value(case: &Case, value: &Json, outcome: &Outcome, world: &World) -> Result<bool, String> {
    match outcome {
        Outcome::Value(answer) => Matcher { world }.value(value, answer),
        Outcome::Text { text, errors } => {
            let reported = case.expect.errors.as_ref().map(Vec::len);
            let number_fits = match reported {
                Some(reported) => errors.len() == reported,
                // a rendered value is no value where rendering failed; a template says so with `errors`
                None => case.kind == ProgramKind::Template || errors.is_empty(),
            };
            Ok(number_fits && text_is(value, text)?)
        }
        Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Unrunnable(_) => Ok(false),
    }
}

/// Whether the case compares the rendered text of a value.
#[must_use]
pub fn compares_text(case: &Case) -> bool {
    let by_tag = |value: &Json| matches!(value, Json::Object(map) if tag(map) == Some("text"));
    case.expect.error.is_none()
        && (case.expect.compared_as.as_deref() == Some("string")
            || case.expect.value.as_ref().is_some_and(by_tag))
}

fn text_is(expected: &Json, text: &str) -> Result<bool, String> {
    let map = match expected {
        Json::Str(expected) => return Ok(text == expected),
        Json::Object(map) if tag(map) == Some("text") => map,
        other => return Ok(text == other.to_string()),
    };
    if let Some(pattern) = map.optional_text("regex")? {
        // the sources search with engines for which a dot is any character of a line
        let pattern =
            regex::Regex::new(&pattern).map_err(|error| format!("the expected pattern: {error}"))?;
        if !pattern.is_match(text) {
            return Ok(false);
        }
    }
    let whole = |part: &String| text.contains(part.as_str());
    Ok(map.texts("contains")?.iter().all(whole) && !map.texts("not_contains")?.iter().any(whole))
}

fn tag(map: &Object) -> Option<&str> {
    map.get("$type").and_then(Json::as_str)
}

/// Compares expected values with answers.
struct Matcher<'w> {
    world: &'w World,
}

impl Matcher<'_> {
    fn value(&self, expected: &Json, answer: &Answer) -> Result<bool, String> {
        Ok(match (expected, answer) {
            (Json::Object(map), _) => match tag(map) {
                Some(tag) => return self.tagged(tag, map, answer),
                None => return self.entries(map, answer),
            },
            (Json::Null, Answer::Null) => true,
            (Json::Bool(a), Answer::Bool(b)) => a == b,
            (Json::Int(a), Answer::Number(b)) => is(Number::Int(*a), *b),
            (Json::Uint(a), Answer::Number(b)) => is(Number::Uint(*a), *b),
            (Json::Float(a), Answer::Number(b)) => is(Number::Float(*a), *b),
            (Json::Str(a), Answer::Str(b)) => a == b,
            // what stands for a redacted value where a tracer goes on with a placeholder
            (Json::Str(a), Answer::Redacted) => a == "{REDACTED}",
            (Json::List(a), Answer::List(b)) => return self.all(a, b),
            _ => false,
        })
    }

    fn all(&self, expected: &[Json], answers: &[Answer]) -> Result<bool, String> {
        if expected.len() != answers.len() {
            return Ok(false);
        }
        for (expected, answer) in expected.iter().zip(answers) {
            if !self.value(expected, answer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same elements in any order.
    fn same_set(&self, expected: &[Json], answers: &[Answer]) -> Result<bool, String> {
        let mut left: Vec<&Answer> = answers.iter().collect();
        for expected in expected {
            let mut found = None;
            for (at, answer) in left.iter().enumerate() {
                if self.value(expected, answer)? {
                    found = Some(at);
                    break;
                }
            }
            match found {
                Some(at) => drop(left.swap_remove(at)),
                None => return Ok(false),
            }
        }
        Ok(left.is_empty())
    }

    /// An untagged object: a map by text keys, or a plain object; one equals the other.
    fn entries(&self, expected: &Object, answer: &Answer) -> Result<bool, String> {
        let find = |key: &str| match answer {
            Answer::Map(entries) => {
                entries.iter().find(|(k, _)| matches!(k, Answer::Str(k) if k == key)).map(|(_, value)| value)
            }
            Answer::Object(thing) => thing.fields.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        };
        let size = match answer {
            Answer::Map(entries) => entries.len(),
            Answer::Object(thing) => thing.fields.len(),
            _ => return Ok(false),
        };
        if size != expected.iter().len() {
            return Ok(false);
        }
        for (key, value) in expected.iter() {
            match find(key) {
                Some(found) if self.value(value, found)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn tagged(&self, tag: &str, map: &Object, answer: &Answer) -> Result<bool, String> {
        if let Some(id) = map.optional_text(if tag == "ref" { "id" } else { "$id" })? {
            let at = self.world.by_id(&id).ok_or_else(|| format!("no value has the $id {id:?}"))?;
            return Ok(
                matches!(answer, Answer::Object(thing) if thing.is_copied || thing.handle == Some(at)),
            );
        }
        Ok(match tag {
            "undefined" => *answer == Answer::Undefined,
            "float" => {
                let expected = tagged::float(map)?;
                matches!(answer, Answer::Number(number)
                    if is(Number::Float(expected), *number) || (expected.is_nan() && number.to_f64().is_nan()))
            }
            "decimal" | "bigint" => {
                let number: f64 =
                    map.text("value")?.parse().map_err(|_| "the expected value is no number")?;
                matches!(answer, Answer::Number(found) if is(Number::Float(number), *found))
            }
            "char" | "uuid" | "uri" | "bytes" => {
                let text = map.text("value")?;
                matches!(answer, Answer::Str(found) | Answer::Opaque(Some(found)) if *found == text)
            }
            "class" | "function" => {
                let name = map.text("name")?;
                matches!(answer, Answer::Str(found) | Answer::Opaque(Some(found)) if *found == name)
            }
            "boxed" => return self.value(map.get("value").unwrap_or(&Json::Null), answer),
            "duration" => {
                let elapsed = map.get("ms").and_then(Json::as_f64);
                matches!(answer, Answer::Number(found)
                    if elapsed.is_none_or(|elapsed| is(Number::Float(elapsed), *found)))
            }
            "list" | "tuple" => {
                let Answer::List(found) = answer else { return Ok(false) };
                return self.all(map.list("items")?, found);
            }
            "set" | "frozenset" => {
                let Answer::Set(found) = answer else { return Ok(false) };
                return self.same_set(map.list("items")?, found);
            }
            "map" => return self.map(map, answer),
            "sequence" | "repeat" => return self.generated(map, answer),
            "enum" => {
                let (name, class) = (map.text("value")?, map.optional_text("class")?);
                let Answer::Object(thing) = answer else { return Ok(false) };
                thing.constant.as_ref() == Some(&name)
                    && (thing.is_copied || class.is_none_or(|class| thing.class == Some(class)))
            }
            "object" | "exception" => return self.object(tag, map, answer),
            "collection" => return self.collection(map, answer),
            _ => return Err(format!("an expected value of the unknown $type {tag:?}")),
        })
    }

    fn map(&self, expected: &Object, answer: &Answer) -> Result<bool, String> {
        let Answer::Map(found) = answer else { return Ok(false) };
        let entries = expected.list("entries")?;
        if entries.len() != found.len() {
            return Ok(false);
        }
        for entry in entries {
            let Json::List(pair) = entry else { return Err("an expected entry is no pair".into()) };
            let [key, value] = pair.as_slice() else { return Err("an expected entry is no pair".into()) };
            let mut has = false;
            for (k, v) in found {
                has = has || (self.value(key, k)? && self.value(value, v)?);
            }
            if !has {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The class, and the fields that are given.
    fn object(&self, tag: &str, map: &Object, answer: &Answer) -> Result<bool, String> {
        let Answer::Object(thing) = answer else { return Ok(false) };
        let class = map.optional_text("class")?;
        if !thing.is_copied && class.is_some_and(|class| thing.class.as_ref() != Some(&class)) {
            return Ok(false);
        }
        let empty = Object::default();
        let fields = match map.get("fields") {
            Some(Json::Object(fields)) => fields,
            _ => &empty,
        };
        let message = map.get("message").filter(|_| tag == "exception").map(|message| ("message", message));
        for (name, value) in fields.iter().chain(message) {
            match thing.fields.iter().find(|(field, _)| field == name) {
                Some((_, found)) if self.value(value, found)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn collection(&self, map: &Object, answer: &Answer) -> Result<bool, String> {
        let (whole, is_truncated) = match answer {
            Answer::Truncated(whole) => (&**whole, true),
            whole => (whole, false),
        };
        if let Some(Json::Bool(truncated)) = map.get("truncated")
            && *truncated != is_truncated
        {
            return Ok(false);
        }
        let items = map.get("items").map(|_| map.list("items")).transpose()?;
        let count = match (map.text("of")?.as_str(), whole) {
            ("list", Answer::List(found)) => {
                if let Some(items) = items
                    && !self.all(items, found)?
                {
                    return Ok(false);
                }
                found.len()
            }
            ("set", Answer::Set(found)) => {
                if let Some(items) = items
                    && !self.same_set(items, found)?
                {
                    return Ok(false);
                }
                found.len()
            }
            ("map", Answer::Map(found)) => found.len(),
            ("list" | "set" | "map", _) => return Ok(false),
            (other, _) => return Err(format!("a collection of {other:?}")),
        };
        Ok(map.get("count").is_none_or(|expected| expected.as_u64() == Some(count as u64)))
    }

    /// A value that the corpus describes instead of listing it: built, and compared as what it is.
    fn generated(&self, map: &Object, answer: &Answer) -> Result<bool, String> {
        let expected = tagged::answer(map)?;
        Ok(match (&expected, answer) {
            (Answer::Set(a), Answer::Set(b)) => a.len() == b.len() && a.iter().all(|item| b.contains(item)),
            (a, b) => a == b,
        })
    }
}

fn is(expected: Number, found: Number) -> bool {
    number::compare(expected, found) == Some(std::cmp::Ordering::Equal)
}
