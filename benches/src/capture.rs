//! Captures C1–C4: what a snapshot probe writes, beside `serde_json` writing the same bytes from structs.

use probelang::capture::{About, Capture, CaptureLimits, Frame, Group, Name, Settings, frame};
use probelang::host::{Batch, Budget, Cursor, Handle, Host, More, RunLimits, Scratch, Size, Symbol, Value};
use probelang::redact::{Mode, Policy};
use serde::{Deserialize, Serialize};

use crate::ours::StillClock;
use crate::subject::Run;

/// What is captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scene {
    /// An order of 100 items with 8 fields.
    Order,
    /// A map of 1,000 strings.
    Map,
    /// Twelve scalars of a frame.
    Flat,
    /// Objects in objects, cut at three levels.
    Deep,
}

/// A ready capture by `engine`: `ours`, with redaction of texts if it is the name of a mode, or `hand` for `serde_json`.
#[must_use]
pub fn prepare(scene: Scene, engine: &str) -> Option<Run> {
    let mut ours = Ours::new(scene);
    if let Some(mode) = Mode::find(engine) {
        ours.policy = ours.policy.with_mode(mode);
    }
    let expected = ours.text().to_owned();
    match engine {
        "ours" | "targeted" | "strict" => Some(Box::new(move || ours.text().len() == expected.len())),
        "hand" => {
            let visible: Visible = serde_json::from_str(&expected).ok()?;
            let mut out = Vec::with_capacity(expected.len());
            let run = move || {
                out.clear();
                serde_json::to_writer(&mut out, std::hint::black_box(&visible)).is_ok()
                    && out.len() == expected.len()
            };
            Some(Box::new(run))
        }
        _ => None,
    }
}

/// Bytes that a capture of `scene` has.
#[must_use]
pub fn bytes(scene: Scene) -> usize {
    Ours::new(scene).text().len()
}

/// A capture of one scene, again and again in the same memory.
struct Ours {
    host: ShopHost,
    names: Vec<Name<'static>>,
    policy: Policy,
    limits: CaptureLimits,
    capture: Capture,
    out: String,
}

impl Ours {
    fn new(scene: Scene) -> Self {
        let names: &[(&str, u32)] = match scene {
            Scene::Order => &[("order", ORDER)],
            Scene::Map => &[("labels", LABELS)],
            Scene::Flat => &FLAT,
            Scene::Deep => &[("node", NODE)],
        };
        let name =
            |&(name, shape): &(&'static str, u32)| Name { group: Group::Locals, name, symbol: Symbol(shape) };
        Self {
            host: ShopHost::new(),
            names: names.iter().map(name).collect(),
            policy: Policy::built_in(),
            limits: CaptureLimits::default().with_items(1_000),
            capture: Capture::new(),
            out: String::new(),
        }
    }

    fn text(&mut self) -> &str {
        let mut budget = Budget::new(RunLimits::default(), &StillClock);
        self.capture.clear();
        self.out.clear();
        let host: &dyn Host = std::hint::black_box(&self.host);
        let settings = Settings { policy: &self.policy, limits: self.limits };
        let hit = Frame { names: &self.names, ..Frame::default() };
        frame(&mut self.capture, host, &hit, &settings, &mut budget);
        let about = About { language: "rust", ..About::default() };
        self.capture.write_snapshot(&about, 8 << 20, &mut self.out);
        &self.out
    }
}

/// The visible JSON as structs, whose members are written in the order in which they stand here.
#[derive(Serialize, Deserialize)]
struct Visible {
    language: String,
    producer: String,
    captures: Captures,
}

#[derive(Serialize, Deserialize)]
struct Captures {
    #[serde(rename = "return")]
    exit: Context,
}

#[derive(Serialize, Deserialize)]
struct Context {
    locals: Members,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(rename = "isNull", skip_serializing_if = "Option::is_none")]
    is_null: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elements: Option<Vec<Recorded>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<(Recorded, Recorded)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Members>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(rename = "notCapturedReason", skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Members in their order.
struct Members(Vec<(String, Recorded)>);

impl Serialize for Members {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Visit)
    }
}

/// An item of an order.
struct Item {
    sku: String,
    title: String,
    quantity: i64,
    price: f64,
    taxed: bool,
    discount: Option<i64>,
    warehouse: String,
    weight: i64,
}

/// Structs behind shape numbers; a variable's symbol is the shape of its value.
struct ShopHost {
    items: Vec<Item>,
    labels: Vec<(String, String)>,
}

const ORDER: u32 = 100;
const ITEMS: u32 = 101;
const ITEM: u32 = 102;
const LABELS: u32 = 103;
const NODE: u32 = 104;

/// The names of the flat frame and their symbols.
const FLAT: [(&str, u32); 12] = [
    ("requestId", 0),
    ("userId", 1),
    ("attempt", 2),
    ("elapsed", 3),
    ("cached", 4),
    ("path", 5),
    ("method", 6),
    ("status", 7),
    ("ratio", 8),
    ("region", 9),
    ("retry", 10),
    ("parent", 11),
];

impl ShopHost {
    fn new() -> Self {
        let item = |i: i64| Item {
            sku: format!("sku-{i:06}"),
            title: format!("Fountain pen number {i}, extra fine"),
            quantity: i % 7,
            price: i as f64 * 1.25 + 0.5,
            taxed: i % 2 == 0,
            discount: (i % 3 == 0).then_some(i),
            warehouse: "Lyon".to_owned(),
            weight: 200 + i,
        };
        Self {
            items: (0..100).map(item).collect(),
            labels: (0..1_000).map(|i| (format!("label-{i:04}"), format!("value of label {i}"))).collect(),
        }
    }

    /// The name and value of field `at` of an object.
    fn member(&self, object: Handle, at: u64) -> Option<(&str, Value<'_>)> {
        let handle = |shape, word| Handle { shape, word };
        Some(match (object.shape, at) {
            (ORDER, 0) => ("id", Value::Int(12_345)),
            (ORDER, 1) => ("customer", Value::Str("Ada Lovelace")),
            (ORDER, 2) => ("items", Value::List(handle(ITEMS, 0))),
            (ITEM, _) => {
                let item = self.items.get(usize::try_from(object.word).ok()?)?;
                match at {
                    0 => ("sku", Value::Str(&item.sku)),
                    1 => ("title", Value::Str(&item.title)),
                    2 => ("quantity", Value::Int(item.quantity)),
                    3 => ("price", Value::Float(item.price)),
                    4 => ("taxed", Value::Bool(item.taxed)),
                    5 => ("discount", item.discount.map_or(Value::Null, Value::Int)),
                    6 => ("warehouse", Value::Str(&item.warehouse)),
                    7 => ("weight", Value::Int(item.weight)),
                    _ => return None,
                }
            }
            // each node has four like it
            (NODE, 0) => ("left", Value::Object(handle(NODE, object.word + 1))),
            (NODE, 1) => ("right", Value::Object(handle(NODE, object.word + 1))),
            (NODE, 2) => ("up", Value::Object(handle(NODE, object.word + 1))),
            (NODE, 3) => ("down", Value::Object(handle(NODE, object.word + 1))),
            (NODE, 4) => ("level", Value::Int(object.word.cast_signed())),
            _ => return None,
        })
    }
}

impl Host for ShopHost {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let handle = Handle { shape: name.0, word: 0 };
        *out = match name.0 {
            ORDER | NODE => Value::Object(handle),
            LABELS => Value::Map(handle),
            0 => Value::Str("f00dcafe-0001"),
            1 => Value::Int(7_001_234),
            2 => Value::Int(1),
            3 => Value::Float(12.75),
            4 => Value::Bool(false),
            5 => Value::Str("/cart/checkout?step=2"),
            6 => Value::Str("POST"),
            7 => Value::Int(200),
            8 => Value::Float(0.25),
            9 => Value::Str("eu-west-3"),
            10 => Value::Bool(true),
            11 => Value::Null,
            _ => Value::Absent,
        };
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(match value.shape {
            ITEMS => self.items.len() as u64,
            _ => self.labels.len() as u64,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut count = 0;
        for (out, at) in out.iter_mut().zip(cursor.position..self.items.len() as u64) {
            *out = Value::Object(Handle { shape: ITEM, word: at });
            count += 1;
        }
        cursor.position += count as u64;
        let more = if cursor.position < self.items.len() as u64 { More::Yes } else { More::Done };
        Batch { count, more }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let mut count = 0;
        for (key, value) in keys.iter_mut().zip(values) {
            if cursor.handle.shape == LABELS {
                let Some((name, label)) = self.labels.get(cursor.position as usize) else { break };
                (*key, *value) = (Value::Str(name), Value::Str(label));
            } else {
                let Some((name, member)) = self.member(cursor.handle, cursor.position) else { break };
                (*key, *value) = (Value::Str(name), member);
            }
            cursor.position += 1;
            count += 1;
        }
        Batch { count, more: if count == 0 { More::Done } else { More::Yes } }
    }

    fn type_name<'t>(&'t self, value: Handle, _: &'t mut Scratch) -> Option<&'t str> {
        Some(match value.shape {
            ORDER => "shop::Order",
            ITEM => "shop::Item",
            NODE => "shop::Node",
            ITEMS => "Vec",
            _ => "BTreeMap",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_write_the_same_bytes() {
        for scene in [Scene::Order, Scene::Map, Scene::Flat, Scene::Deep] {
            let mut ours = Ours::new(scene);
            let visible: Visible = serde_json::from_str(ours.text()).expect("what was captured parses");
            assert_eq!(
                serde_json::to_string(&visible).expect("structs are written"),
                ours.text(),
                "{scene:?}"
            );
        }
    }
}
