//! Tagged JSON into the values of a case.

use std::collections::{HashMap, HashSet};

use probelang::host::{Budget, Host, Value};
use probelang::output::HostReader;
use probelang::redact::Policy;

use crate::answer::Answer;
use crate::case::Case;
use crate::json::{Json, Object};
use crate::types::{Runtime, Types};
use crate::world::{Data, Entries, Items, Member, Node, Ref, Repeat, Sequence, World};

/// Bytes that a `repeat` may become.
const LONGEST_REPEAT: usize = 1 << 30;

/// The values of a case.
///
/// # Errors
/// What cannot be built.
pub fn world(case: &Case) -> Result<World, String> {
    let runtime = Runtime::of(&case.source, &case.languages);
    build(runtime, case.source == "dd-trace-js", &case.vars)
}

/// The values of names in scope, as a runtime has them. With `plain_objects` an untagged object is a plain
/// object of JavaScript, otherwise a map.
///
/// # Errors
/// What cannot be built.
pub fn build(runtime: Runtime, plain_objects: bool, vars: &Object) -> Result<World, String> {
    let mut builder =
        Builder { runtime, plain_objects, nodes: Vec::new(), by_id: HashMap::new(), known: HashSet::new() };
    let mut bound = HashMap::new();
    for (name, value) in vars.iter() {
        let at = if name == "@duration" { builder.elapsed(value) } else { builder.value(value) };
        bound.insert(name.to_owned(), at.map_err(|error| format!("{name}: {error}"))?);
    }
    let open =
        builder.by_id.iter().find(|(_, at)| matches!(builder.nodes[at.0 as usize].data, Data::Unbound));
    if let Some((id, _)) = open {
        return Err(format!("no value has the $id {id:?}"));
    }
    let types = Types::new(runtime, builder.known);
    Ok(World::new(builder.nodes, builder.by_id, bound, types))
}

struct Builder {
    runtime: Runtime,
    plain_objects: bool,
    nodes: Vec<Node>,
    by_id: HashMap<String, Ref>,
    known: HashSet<String>,
}

type Built = Result<Ref, String>;

impl Builder {
    fn place(&mut self, data: Data) -> Ref {
        self.put(Node { data, ..Node::default() })
    }

    fn put(&mut self, node: Node) -> Ref {
        let at = Ref(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        at
    }

    fn value(&mut self, json: &Json) -> Built {
        let data = match json {
            Json::Null => Data::Null,
            Json::Bool(value) => Data::Bool(*value),
            Json::Int(value) => Data::Int(*value),
            Json::Uint(value) => Data::Uint(*value),
            Json::Float(value) => Data::Float(*value),
            Json::Str(text) => Data::Str(text.clone()),
            Json::List(items) => Data::List(Items::Listed(self.all(items)?)),
            Json::Object(map) => match map.get("$type") {
                Some(Json::Str(tag)) => return self.tagged(tag, map),
                Some(_) => return Err("a $type that is no text".into()),
                None if self.plain_objects => {
                    let members = self.members(map)?;
                    let node =
                        Node { data: Data::Object(members), class: Some("Object".into()), ..Node::default() };
                    return Ok(self.put(node));
                }
                None => {
                    let mut entries = Vec::new();
                    for (key, value) in map.iter() {
                        entries.push((self.place(Data::Str(key.to_owned())), self.value(value)?));
                    }
                    Data::Map(Entries::Listed(entries))
                }
            },
        };
        Ok(self.place(data))
    }

    fn all(&mut self, items: &[Json]) -> Result<Vec<Ref>, String> {
        items.iter().map(|item| self.value(item)).collect()
    }

    fn members(&mut self, fields: &Object) -> Result<Vec<(String, Member)>, String> {
        fields.iter().map(|(name, value)| Ok((name.to_owned(), Member::Field(self.value(value)?)))).collect()
    }

    fn tagged(&mut self, tag: &str, map: &Object) -> Built {
        if tag == "ref" {
            let id = map.text("id")?;
            if let Some(at) = self.by_id.get(&id) {
                return Ok(*at);
            }
            // the value itself stands further on
            let at = self.place(Data::Unbound);
            self.by_id.insert(id, at);
            return Ok(at);
        }
        if tag == "safe-proxy" {
            // its own reads are those of its target, without the target's code
            return self.value(map.get("target").ok_or("a safe-proxy without target")?);
        }
        let reserved = match map.optional_text("$id")? {
            Some(id) => {
                let at = self.by_id.get(&id).copied().unwrap_or_else(|| self.place(Data::Unbound));
                self.by_id.insert(id, at);
                Some(at)
            }
            None => None,
        };
        let node = self.node(tag, map)?;
        Ok(match reserved {
            Some(at) => {
                self.nodes[at.0 as usize] = node;
                at
            }
            None => self.put(node),
        })
    }

    fn node(&mut self, tag: &str, map: &Object) -> Result<Node, String> {
        let mut class = map.optional_text("class")?;
        let mut supertypes = map.texts("supertypes")?;
        let traps = map.texts("traps")?;
        self.known.extend(class.iter().cloned().chain(supertypes.iter().cloned()));
        let mut size_hidden =
            traps.iter().any(|trap| trap == "get size" || trap == "get length").then_some("getter");
        let inner = map.get("value");
        let data = match tag {
            "object" => Data::Object(self.object(map, &traps)?),
            "exception" => {
                let mut members = self.object(map, &traps)?;
                if let Some(message) = map.get("message")
                    && !members.iter().any(|(name, _)| name == "message")
                {
                    members.push(("message".into(), Member::Field(self.value(message)?)));
                }
                Data::Object(members)
            }
            "list" | "tuple" => Data::List(Items::Listed(self.all(map.list("items")?)?)),
            "set" | "frozenset" => Data::Set(Items::Listed(self.all(map.list("items")?)?)),
            // membership and look-up work, everything that counts or walks does not
            "weakset" => {
                size_hidden = Some("weak collection");
                Data::Set(Items::Listed(self.all(map.list("items")?)?))
            }
            "map" | "weakmap" => {
                if tag == "weakmap" {
                    size_hidden = Some("weak collection");
                }
                let mut entries = Vec::new();
                for entry in map.list("entries")? {
                    match entry {
                        Json::List(pair) if pair.len() == 2 => {
                            entries.push((self.value(&pair[0])?, self.value(&pair[1])?));
                        }
                        _ => return Err(format!("an entry of a {tag} that is no pair")),
                    }
                }
                Data::Map(Entries::Listed(entries))
            }
            "sequence" => sequence(map)?,
            "repeat" => repeat(map)?,
            "float" => {
                class = class.or(map.optional_text("host")?);
                Data::Float(float(map)?)
            }
            "decimal" | "bigint" => {
                class = class.or_else(|| Some(tag.to_owned()));
                decimal(&text_of(inner.ok_or("a number without value")?))?
            }
            "char" => Data::Str(map.text("value")?),
            "boxed" => {
                class = class.or(map.optional_text("host")?);
                return match inner {
                    Some(inner) => {
                        let at = self.value(inner)?;
                        // a boxed value is what is in the box, in a node of its own
                        let node = std::mem::take(&mut self.nodes[at.0 as usize]);
                        Ok(Node { class, supertypes, ..node })
                    }
                    None => Ok(Node { data: Data::Opaque(None), class, supertypes, size_hidden }),
                };
            }
            "uuid" | "uri" | "class" | "duration" | "datetime" | "symbol" | "regex" | "function"
            | "bytes" => {
                return self.scalar(tag, map, class, supertypes);
            }
            "enum" => Data::Enum(map.text("value")?),
            "generator" => Data::Opaque(None),
            "undefined" => Data::Undefined,
            "uninitialized" => Data::Unbound,
            "trap" => Data::Trap,
            "proxy" => Data::Closed("proxy"),
            _ => return Err(format!("an unknown $type {tag:?}")),
        };
        let is_collection = matches!(data, Data::List(_) | Data::Set(_) | Data::Map(_));
        if is_collection && let Some(host) = map.optional_text("host")? {
            if self.runtime == Runtime::Dotnet && host.ends_with("[]") {
                supertypes.push("System.Array".to_owned());
            }
            supertypes.push(host);
        }
        let data = match &class {
            // reading such a collection would run code, or take a lock
            Some(class) if is_collection && self.is_foreign(class) => Data::Closed("user-defined collection"),
            _ => data,
        };
        self.known.extend(supertypes.iter().cloned());
        Ok(Node { data, class, supertypes, size_hidden })
    }

    /// Java's collections are read only where the class is the library's own and takes no lock.
    fn is_foreign(&self, class: &str) -> bool {
        self.runtime == Runtime::Java && (!class.starts_with("java.") || class.contains("$Synchronized"))
    }

    fn object(&mut self, map: &Object, traps: &[String]) -> Result<Vec<(String, Member)>, String> {
        let empty = Object::default();
        let part = |key: &str| match map.get(key) {
            None => Ok(&empty),
            Some(Json::Object(part)) => Ok(part),
            Some(_) => Err(format!("{key} that are no object")),
        };
        let mut members = self.members(part("fields")?)?;
        for (name, member) in &mut members {
            if traps.iter().any(|trap| trap.strip_prefix("get ") == Some(name)) {
                *member = Member::Unreadable("getter");
            }
        }
        for (key, reason) in
            [("getters", "getter"), ("statics", "static"), ("static_getters", "static getter")]
        {
            for (name, _) in part(key)?.iter() {
                if !members.iter().any(|(member, _)| member == name) {
                    members.push((name.to_owned(), Member::Unreadable(reason)));
                }
            }
        }
        Ok(members)
    }

    /// Values of host classes that the language has no kind for. Java's evaluator reads them as the text or
    /// number that they are written as; elsewhere they are objects or opaque.
    fn scalar(
        &mut self,
        tag: &str,
        map: &Object,
        class: Option<String>,
        supertypes: Vec<String>,
    ) -> Result<Node, String> {
        let written = match tag {
            "class" | "function" => map.optional_text("name")?,
            "symbol" => map.optional_text("description")?,
            "regex" => map.optional_text("source")?,
            "duration" => map.optional_text("iso")?.or(map.optional_text("text")?),
            _ => map.get("value").map(text_of),
        };
        let data = match (self.runtime, tag) {
            (Runtime::Java, "datetime") => match map.get("epoch_ms").and_then(Json::as_i64) {
                Some(moment) => Data::Int(moment),
                None => Data::Opaque(written),
            },
            (Runtime::Java, "uuid" | "uri" | "class" | "duration") => match written {
                Some(text) => Data::Str(text),
                None => Data::Opaque(None),
            },
            _ if map.get("fields").is_some() => Data::Object(self.object(map, &[])?),
            _ => Data::Opaque(written),
        };
        let class = class.or_else(|| {
            Some(match (self.runtime, tag) {
                (Runtime::Dotnet, "class") => "System.Type".to_owned(),
                (Runtime::Dotnet, "uri") => "System.Uri".to_owned(),
                (Runtime::Node, "function") => "Function".to_owned(),
                (Runtime::Node, "regex") => "RegExp".to_owned(),
                _ => tag.to_owned(),
            })
        });
        if let ("function" | "class", Ok(Some(name))) = (tag, map.optional_text("name")) {
            self.known.insert(name);
        }
        self.known.extend(class.iter().cloned());
        Ok(Node { data, class, supertypes, size_hidden: None })
    }

    /// `@duration` is float milliseconds, whatever the host keeps.
    fn elapsed(&mut self, json: &Json) -> Built {
        let Json::Object(map) = json else { return self.value(json) };
        if map.get("$type").and_then(Json::as_str) != Some("duration") {
            return self.value(json);
        }
        let number = |key: &str| map.get(key).and_then(Json::as_f64);
        // without a number any number does
        let elapsed = number("ms").or_else(|| number("seconds").map(|seconds| seconds * 1e3)).unwrap_or(12.5);
        Ok(self.place(Data::Float(elapsed)))
    }
}

/// A number of any size: an integer where one holds it, else the nearest float.
fn decimal(text: &str) -> Result<Data, String> {
    if let Ok(value) = text.parse() {
        Ok(Data::Int(value))
    } else if let Ok(value) = text.parse() {
        Ok(Data::Uint(value))
    } else {
        text.parse().map(Data::Float).map_err(|_| format!("no number: {text:?}"))
    }
}

/// The value of a tagged `float`.
///
/// # Errors
/// What is wrong with it.
pub fn float(map: &Object) -> Result<f64, String> {
    let value = map.get("value").ok_or("a float without value")?;
    let number = match value {
        Json::Str(text) => match text.as_str() {
            "NaN" => f64::NAN,
            "Infinity" | "+Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            text => text.parse().map_err(|_| format!("no float: {text:?}"))?,
        },
        number => number.as_f64().ok_or("a float that is no number")?,
    };
    let is_single = map.get("host").and_then(Json::as_str) == Some("float32");
    #[allow(clippy::cast_possible_truncation)]
    Ok(if is_single { f64::from(number as f32) } else { number })
}

fn sequence(map: &Object) -> Result<Data, String> {
    let integer = |key: &str| map.get(key).and_then(Json::as_i64);
    let count = map.get("count").and_then(Json::as_u64).ok_or("a sequence without count")?;
    let sequence = Sequence::new(integer("start").unwrap_or(0), count, map.optional_text("prefix")?)?;
    match map.text("of")?.as_str() {
        "list" => Ok(Data::List(Items::Sequence(sequence))),
        "set" => Ok(Data::Set(Items::Sequence(sequence))),
        "map" => Ok(Data::Map(Entries::Sequence(sequence))),
        other => Err(format!("a sequence of {other:?}")),
    }
}

fn repeat(map: &Object) -> Result<Data, String> {
    let piece = map.text("text")?;
    let count = map.get("count").and_then(Json::as_u64).ok_or("a repeat without count")?;
    let count = usize::try_from(count).map_err(|error| error.to_string())?;
    if piece.len().checked_mul(count).is_none_or(|bytes| bytes > LONGEST_REPEAT) {
        return Err("a repeat above 1 GiB".into());
    }
    let then = map.optional_text("then")?.unwrap_or_default();
    Ok(Data::Repeat(Repeat::new(piece, count, then)))
}

fn text_of(json: &Json) -> String {
    match json {
        Json::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A tagged value, on its own, as an answer.
///
/// # Errors
/// What cannot be built.
pub fn answer(map: &Object) -> Result<Answer, String> {
    let mut vars = Object::default();
    vars.insert("it", Json::Object(map.clone()));
    let world = build(Runtime::Other, false, &vars)?;
    let name = world.symbol("it");
    let mut value = Value::Absent;
    world.var(name, &mut value);
    let (policy, mut budget) = (Policy::none(), Budget::steps(u64::MAX));
    let mut reader = HostReader::new(&world, &policy, &mut budget);
    Answer::read(value, &mut reader, None).map_err(|_| "an expected value without end".to_owned())
}
