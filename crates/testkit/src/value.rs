//! Values that a test owns, with every kind and every way of not being there, and their form as data.

use serde_json::{Map, Value as Json, json};

/// A value, or why there is none.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Given {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    Uint(u64),
    /// Beyond 64 bits.
    BigInt(i128),
    Float(f64),
    Str(String),
    /// The recorded beginning of a longer text.
    CutStr(String),
    List(Items),
    Set(Items),
    Map(Entries),
    Object(Object),
    /// An enum constant.
    Enum {
        type_name: Option<String>,
        name: String,
    },
    /// A value of no kind that the language knows.
    Opaque {
        type_name: Option<String>,
        text: Option<String>,
    },
    /// A scalar that has a handle.
    Typed {
        type_name: Option<String>,
        /// A Boolean, number or string.
        scalar: Box<Given>,
        /// What it may be instead: the host cannot say.
        perhaps: Option<Box<Given>>,
    },
    /// A value with a handle that is something else besides.
    Also {
        /// What it is lent as.
        value: Box<Given>,
        /// What else it is: an object, a list, a map; of a set only the number of its elements counts.
        others: Vec<Given>,
    },
    /// Cut by depth.
    Cut {
        type_name: Option<String>,
        size: Option<u64>,
        reason: String,
    },
    /// The host's own undefined.
    Undefined,
    /// Hidden by the host.
    Redacted,
    /// There, and not shown, for this reason.
    Unreadable(String),
}

/// What a recording left out of a collection.
#[derive(Clone, PartialEq, Debug)]
pub struct Missing {
    /// Why.
    pub reason: String,
    /// The recorded size of the whole.
    pub size: Option<u64>,
}

/// A list or a set.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Items {
    /// The type, where the host names one.
    pub type_name: Option<String>,
    /// What is there.
    pub items: Vec<Given>,
    /// What is not.
    pub missing: Option<Missing>,
    /// Whether a list lacks elements anywhere, so that the positions of the others are not known.
    pub unplaced: bool,
}

/// A map.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entries {
    /// The type, where the host names one.
    pub type_name: Option<String>,
    /// What is there.
    pub entries: Vec<(Given, Given)>,
    /// What is not.
    pub missing: Option<Missing>,
    /// Whether the host leaves the search for a key to the engine.
    pub walked: bool,
}

/// An object.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object {
    /// The type, where the host names one.
    pub type_name: Option<String>,
    /// Its supertypes.
    pub supertypes: Vec<String>,
    /// Its fields.
    pub fields: Vec<(String, Given)>,
    /// Which object it is; `None` for one of a recording, which has no identity.
    pub identity: Option<u64>,
    /// Why some fields are missing, if so.
    pub missing: Option<String>,
    /// The scalar that it may be instead: the host cannot say.
    pub perhaps: Option<Box<Given>>,
}

impl Given {
    /// A list of `items`, whole.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Items { items, ..Items::default() })
    }

    /// A string.
    #[must_use]
    pub fn str(text: &str) -> Self {
        Self::Str(text.to_owned())
    }

    /// Reads the data form: plain JSON, and objects with a `$type` for what JSON has no word for. A plain JSON
    /// object is a map.
    ///
    /// # Panics
    /// On data that is not such a value: a case file is part of the tests.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(n), _) => Self::Int(n),
                (None, Some(n)) => Self::Uint(n),
                _ => Self::Float(n.as_f64().expect("a number")),
            },
            Json::String(text) => Self::Str(text.clone()),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(map) => match map.get("$type") {
                None => Self::Map(Entries {
                    entries: map.iter().map(|(k, v)| (Self::str(k), Self::from_json(v))).collect(),
                    ..Entries::default()
                }),
                Some(tag) => Self::tagged(tag.as_str().expect("$type is a string"), map),
            },
        }
    }

    fn tagged(tag: &str, map: &Map<String, Json>) -> Self {
        let text = |key: &str| map.get(key).map(|v| v.as_str().expect("a string").to_owned());
        let reason = || text("reason").unwrap_or_else(|| "depth".to_owned());
        let type_name = text("class");
        let size = map.get("size").map(|n| n.as_u64().expect("a size"));
        let missing = text("cut").map(|reason| Missing { reason, size });
        let items = || Items {
            type_name: type_name.clone(),
            items: map["items"].as_array().expect("items").iter().map(Self::from_json).collect(),
            missing: missing.clone(),
            unplaced: map.get("unplaced").is_some_and(|unplaced| *unplaced == Json::Bool(true)),
        };
        match tag {
            "list" => Self::List(items()),
            "set" => Self::Set(items()),
            "map" => Self::Map(Entries {
                type_name,
                entries: map["entries"]
                    .as_array()
                    .expect("entries")
                    .iter()
                    .map(|entry| (Self::from_json(&entry[0]), Self::from_json(&entry[1])))
                    .collect(),
                missing,
                walked: map.get("walked").is_some_and(|walked| *walked == Json::Bool(true)),
            }),
            "object" => Self::Object(Object {
                type_name,
                supertypes: map.get("supertypes").map_or_else(Vec::new, |names| {
                    let names = names.as_array().expect("supertypes");
                    names.iter().map(|name| name.as_str().expect("a type").to_owned()).collect()
                }),
                fields: map.get("fields").and_then(Json::as_object).map_or_else(Vec::new, |fields| {
                    fields.iter().map(|(name, value)| (name.clone(), Self::from_json(value))).collect()
                }),
                identity: map.get("identity").map(|n| n.as_u64().expect("an identity")),
                missing: text("cut"),
                perhaps: map.get("perhaps").map(|perhaps| Box::new(Self::from_json(perhaps))),
            }),
            "enum" => Self::Enum { type_name, name: text("name").expect("name") },
            "opaque" => Self::Opaque { type_name, text: text("text") },
            "typed" => Self::Typed {
                type_name,
                scalar: Box::new(Self::from_json(&map["scalar"])),
                perhaps: map.get("perhaps").map(|perhaps| Box::new(Self::from_json(perhaps))),
            },
            "bigint" => Self::BigInt(text("digits").expect("digits").parse().expect("an integer")),
            "also" => Self::Also {
                value: Box::new(Self::from_json(&map["value"])),
                others: map["others"].as_array().expect("others").iter().map(Self::from_json).collect(),
            },
            "cut" => Self::Cut { type_name, size, reason: reason() },
            "cutText" => Self::CutStr(text("text").expect("text")),
            "float" => Self::Float(match text("value").expect("value").as_str() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                digits => digits.parse().expect("a float"),
            }),
            "undefined" => Self::Undefined,
            "redacted" => Self::Redacted,
            "unreadable" => Self::Unreadable(reason()),
            other => panic!("no $type {other:?}"),
        }
    }

    /// The data form. [`from_json`](Self::from_json) reads it back.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let with = |tag: &str, pairs: Vec<(&str, Option<Json>)>| {
            let mut map = Map::new();
            map.insert("$type".to_owned(), tag.into());
            for (key, value) in pairs {
                if let Some(value) = value {
                    map.insert(key.to_owned(), value);
                }
            }
            Json::Object(map)
        };
        let name = |name: &Option<String>| name.as_ref().map(|name| json!(name));
        let items = |tag, items: &Items| {
            let all: Vec<_> = items.items.iter().map(Self::to_json).collect();
            let missing = items.missing.as_ref();
            with(
                tag,
                vec![
                    ("class", name(&items.type_name)),
                    ("items", Some(all.into())),
                    ("cut", missing.map(|m| json!(m.reason))),
                    ("size", missing.and_then(|m| m.size).map(|n| json!(n))),
                    ("unplaced", items.unplaced.then_some(Json::Bool(true))),
                ],
            )
        };
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => json!(b),
            Self::Int(n) => json!(n),
            Self::Uint(n) => json!(n),
            Self::BigInt(n) => with("bigint", vec![("digits", Some(json!(n.to_string())))]),
            Self::Float(n) => with(
                "float",
                vec![("value", Some(json!(probelang_diagnostic::spell::Float(*n).to_string())))],
            ),
            Self::Str(text) => json!(text),
            Self::CutStr(text) => with("cutText", vec![("text", Some(json!(text)))]),
            Self::List(list) if list.type_name.is_none() && list.missing.is_none() && !list.unplaced => {
                list.items.iter().map(Self::to_json).collect()
            }
            Self::List(list) => items("list", list),
            Self::Set(set) => items("set", set),
            Self::Map(map) => {
                let all: Vec<_> =
                    map.entries.iter().map(|(k, v)| json!([k.to_json(), v.to_json()])).collect();
                let missing = map.missing.as_ref();
                with(
                    "map",
                    vec![
                        ("class", name(&map.type_name)),
                        ("entries", Some(all.into())),
                        ("cut", missing.map(|m| json!(m.reason))),
                        ("size", missing.and_then(|m| m.size).map(|n| json!(n))),
                        ("walked", map.walked.then_some(Json::Bool(true))),
                    ],
                )
            }
            Self::Object(object) => {
                let fields: Map<_, _> = object.fields.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
                let supertypes = (!object.supertypes.is_empty()).then(|| json!(object.supertypes));
                with(
                    "object",
                    vec![
                        ("class", name(&object.type_name)),
                        ("supertypes", supertypes),
                        ("fields", Some(fields.into())),
                        ("identity", object.identity.map(|n| json!(n))),
                        ("cut", object.missing.as_ref().map(|reason| json!(reason))),
                        ("perhaps", object.perhaps.as_ref().map(|perhaps| perhaps.to_json())),
                    ],
                )
            }
            Self::Enum { type_name, name: constant } => {
                with("enum", vec![("class", name(type_name)), ("name", Some(json!(constant)))])
            }
            Self::Opaque { type_name, text } => {
                with("opaque", vec![("class", name(type_name)), ("text", name(text))])
            }
            Self::Typed { type_name, scalar, perhaps } => with(
                "typed",
                vec![
                    ("class", name(type_name)),
                    ("scalar", Some(scalar.to_json())),
                    ("perhaps", perhaps.as_ref().map(|perhaps| perhaps.to_json())),
                ],
            ),
            Self::Also { value, others } => {
                let others: Vec<_> = others.iter().map(Self::to_json).collect();
                with("also", vec![("value", Some(value.to_json())), ("others", Some(others.into()))])
            }
            Self::Cut { type_name, size, reason } => with(
                "cut",
                vec![
                    ("class", name(type_name)),
                    ("size", size.map(|n| json!(n))),
                    ("reason", Some(json!(reason))),
                ],
            ),
            Self::Undefined => with("undefined", vec![]),
            Self::Redacted => with("redacted", vec![]),
            Self::Unreadable(reason) => with("unreadable", vec![("reason", Some(json!(reason)))]),
        }
    }
}
