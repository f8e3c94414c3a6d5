//! The two hosts that stand for the range of real ones: structs with symbols, and a tree by name.

use std::collections::BTreeMap;

use probelang::host::{Batch, Cursor, Handle, Host, More, Resolve, Search, Size, Symbol, Use, Value};

use crate::data::State;

/// Shape numbers of the struct host.
mod shape {
    pub const USER: u32 = 1;
    pub const ITEMS: u32 = 2;
    pub const ITEM: u32 = 3;
    pub const NAMES10: u32 = 4;
    pub const NAMES100: u32 = 5;
    pub const NAMES1000: u32 = 6;
    pub const HEADERS: u32 = 7;
    pub const ORDER: u32 = 8;
    pub const CUSTOMER: u32 = 9;
    pub const ACCOUNT: u32 = 10;
    pub const PLAN: u32 = 11;
    pub const TIER: u32 = 12;
    pub const REGION: u32 = 13;
    pub const ZONE: u32 = 14;
    pub const X: u32 = 15;
    pub const Y: u32 = 16;
    pub const CODES: u32 = 17;
}

/// The names that the struct host knows, in the order of their symbols.
const KNOWN: [&str; 30] = [
    "user",
    "items",
    "names10",
    "names100",
    "names1000",
    "headers",
    "id",
    "order",
    "x",
    "count",
    "flag",
    "name",
    "age",
    "plan",
    "email",
    "sku",
    "qty",
    "price",
    "stocked",
    "customer",
    "account",
    "tier",
    "region",
    "zone",
    "code",
    "y",
    "z",
    "Host",
    "Accept",
    "codes",
];

/// The symbols of the names that the struct host knows.
pub mod symbol {
    use probelang::host::Symbol;
    macro_rules! symbols { ($($name:ident $number:literal)*) => { $(
        #[allow(missing_docs)] pub const $name: Symbol = Symbol($number); )* } }
    symbols! {
        USER 0 ITEMS 1 NAMES10 2 NAMES100 3 NAMES1000 4 HEADERS 5 ID 6 ORDER 7 X 8 COUNT 9 FLAG 10 NAME 11
        AGE 12 PLAN 13 EMAIL 14 SKU 15 QTY 16 PRICE 17 STOCKED 18 CUSTOMER 19 ACCOUNT 20 TIER 21 REGION 22
        ZONE 23 CODE 24 Y 25 Z 26 HOST 27 ACCEPT 28 CODES 29
    }
}

/// Resolves the names of the struct host; names it does not know get numbers behind.
#[derive(Default)]
pub struct StructNames {
    others: Vec<String>,
}

impl Resolve for StructNames {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        let known = KNOWN.iter().position(|known| *known == name);
        let index = known.unwrap_or_else(|| {
            let place = self.others.iter().position(|other| other == name).unwrap_or_else(|| {
                self.others.push(name.to_owned());
                self.others.len() - 1
            });
            KNOWN.len() + place
        });
        Symbol(index as u32)
    }
}

/// Real Rust structs behind symbols.
pub struct StructHost {
    /// The values.
    pub state: State,
}

impl StructHost {
    fn strings(&self, shape: u32) -> &[String] {
        match shape {
            shape::NAMES10 => &self.state.names10,
            shape::NAMES100 => &self.state.names100,
            _ => &self.state.names1000,
        }
    }
}

const fn handle(shape: u32, word: u64) -> Handle {
    Handle { shape, word }
}

impl Host for StructHost {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match name {
            symbol::USER => Value::Object(handle(shape::USER, 0)),
            symbol::ITEMS => Value::List(handle(shape::ITEMS, 0)),
            symbol::NAMES10 => Value::List(handle(shape::NAMES10, 0)),
            symbol::NAMES100 => Value::List(handle(shape::NAMES100, 0)),
            symbol::NAMES1000 => Value::List(handle(shape::NAMES1000, 0)),
            symbol::HEADERS => Value::Map(handle(shape::HEADERS, 0)),
            symbol::CODES => Value::Map(handle(shape::CODES, 0)),
            symbol::ID => Value::Str(&self.state.id),
            symbol::ORDER => Value::Object(handle(shape::ORDER, 0)),
            symbol::X => Value::Object(handle(shape::X, 0)),
            symbol::COUNT => Value::Int(self.state.count),
            symbol::FLAG => Value::Bool(self.state.flag),
            _ => Value::Absent,
        };
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let state = &self.state;
        *out = match (object.shape, name) {
            (shape::USER, symbol::ID) => Value::Int(state.user.id),
            (shape::USER, symbol::NAME) => Value::Str(&state.user.name),
            (shape::USER, symbol::AGE) => Value::Int(state.user.age),
            (shape::USER, symbol::PLAN) => Value::Str(&state.user.plan),
            (shape::USER, symbol::EMAIL) => Value::Str(&state.user.email),
            (shape::ITEM, field) => match (state.items.get(object.word as usize), field) {
                (Some(item), symbol::SKU) => Value::Str(&item.sku),
                (Some(item), symbol::QTY) => Value::Int(item.qty),
                (Some(item), symbol::PRICE) => Value::Float(item.price),
                (Some(item), symbol::STOCKED) => Value::Bool(item.stocked),
                _ => Value::Absent,
            },
            (shape::ORDER, symbol::CUSTOMER) => Value::Object(handle(shape::CUSTOMER, 0)),
            (shape::CUSTOMER, symbol::ACCOUNT) => Value::Object(handle(shape::ACCOUNT, 0)),
            (shape::ACCOUNT, symbol::PLAN) => Value::Object(handle(shape::PLAN, 0)),
            (shape::PLAN, symbol::TIER) => Value::Object(handle(shape::TIER, 0)),
            (shape::TIER, symbol::REGION) => Value::Object(handle(shape::REGION, 0)),
            (shape::REGION, symbol::ZONE) => Value::Object(handle(shape::ZONE, 0)),
            (shape::ZONE, symbol::CODE) => {
                Value::Int(state.order.customer.account.plan.tier.region.zone.code)
            }
            (shape::X, symbol::Y) => Value::Object(handle(shape::Y, 0)),
            (shape::Y, symbol::Z) => Value::Str(&state.x.y.z),
            _ => Value::Absent,
        };
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        *out = match (map.shape, KNOWN.get(key.0 as usize)) {
            (shape::HEADERS, Some(key)) => {
                self.state.headers.get(*key).map_or(Value::Absent, |text| Value::Str(text))
            }
            _ => Value::Absent,
        };
        Search::Done
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        *out = if list.shape == shape::ITEMS {
            if index < self.state.items.len() as u64 {
                Value::Object(handle(shape::ITEM, index))
            } else {
                Value::Absent
            }
        } else {
            self.strings(list.shape).get(index as usize).map_or(Value::Absent, |text| Value::Str(text))
        };
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        *out = match (map.shape, key) {
            (shape::HEADERS, Value::Str(key)) => {
                self.state.headers.get(*key).map_or(Value::Absent, |text| Value::Str(text))
            }
            (shape::CODES, Value::Int(key)) => {
                let codes = &self.state.codes;
                let found = codes.binary_search_by_key(key, |(code, _)| *code);
                found.ok().and_then(|at| codes.get(at)).map_or(Value::Absent, |(_, text)| Value::Str(text))
            }
            // it may equal a float or a typed text
            (shape::CODES, _) => return Search::Walk,
            _ => Value::Absent,
        };
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(match value.shape {
            shape::ITEMS => self.state.items.len() as u64,
            shape::HEADERS => self.state.headers.len() as u64,
            shape::CODES => self.state.codes.len() as u64,
            shape => self.strings(shape).len() as u64,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let start = cursor.position as usize;
        let count = if cursor.handle.shape == shape::ITEMS {
            let count = self.state.items.len().saturating_sub(start).min(out.len());
            for (place, at) in out.iter_mut().zip(cursor.position..).take(count) {
                *place = Value::Object(handle(shape::ITEM, at));
            }
            count
        } else {
            let texts = self.strings(cursor.handle.shape).get(start..).unwrap_or(&[]);
            for (place, text) in out.iter_mut().zip(texts) {
                *place = Value::Str(text);
            }
            texts.len().min(out.len())
        };
        cursor.position += count as u64;
        let Size::Known(len) = self.len(cursor.handle) else { return Batch { count, more: More::Done } };
        Batch { count, more: if cursor.position < len { More::Yes } else { More::Done } }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let mut count = 0;
        if cursor.handle.shape == shape::CODES {
            let rest = self.state.codes.get(cursor.position as usize..).unwrap_or(&[]);
            for ((key, value), (code, text)) in keys.iter_mut().zip(values.iter_mut()).zip(rest) {
                *key = Value::Int(*code);
                *value = Value::Str(text);
                count += 1;
            }
        } else if cursor.handle.shape == shape::HEADERS {
            let rest = self.state.headers.iter().skip(cursor.position as usize);
            for ((key, value), (k, v)) in keys.iter_mut().zip(values).zip(rest) {
                *key = Value::Str(k);
                *value = Value::Str(v);
                count += 1;
            }
        }
        cursor.position += count as u64;
        Batch { count, more: if count == 0 { More::Done } else { More::Yes } }
    }
}

/// A node of the tree host.
enum Node {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<usize>),
    Map(BTreeMap<String, usize>),
}

/// A JSON-like tree whose objects are ordered maps: a string look-up for each step.
pub struct TreeHost {
    nodes: Vec<Node>,
    names: probelang::host::Names,
}

impl TreeHost {
    /// The same values as a tree. `names` are those that programs were linked with.
    #[must_use]
    pub fn new(state: &State, names: probelang::host::Names) -> Self {
        let mut host = Self { nodes: vec![Node::Bool(false)], names };
        let text = |host: &mut Self, text: &str| host.add(Node::Text(text.to_owned()));
        let user = {
            let fields = [
                ("id", host.add(Node::Int(state.user.id))),
                ("name", text(&mut host, &state.user.name)),
                ("age", host.add(Node::Int(state.user.age))),
                ("plan", text(&mut host, &state.user.plan)),
                ("email", text(&mut host, &state.user.email)),
            ];
            host.map(fields)
        };
        let items = state
            .items
            .iter()
            .map(|item| {
                let fields = [
                    ("sku", text(&mut host, &item.sku)),
                    ("qty", host.add(Node::Int(item.qty))),
                    ("price", host.add(Node::Float(item.price))),
                    ("stocked", host.add(Node::Bool(item.stocked))),
                ];
                host.map(fields)
            })
            .collect();
        let items = host.add(Node::List(items));
        let names = |host: &mut Self, names: &[String]| {
            let texts = names.iter().map(|name| text(host, name)).collect();
            host.add(Node::List(texts))
        };
        let (names10, names100, names1000) = (
            names(&mut host, &state.names10),
            names(&mut host, &state.names100),
            names(&mut host, &state.names1000),
        );
        let headers = state.headers.iter().map(|(k, v)| (k.clone(), text(&mut host, v))).collect();
        let headers = host.add(Node::Map(headers));
        let id = text(&mut host, &state.id);
        let mut order = host.add(Node::Int(state.order.customer.account.plan.tier.region.zone.code));
        for name in ["code", "zone", "region", "tier", "plan", "account", "customer"] {
            order = host.map([(name, order)]);
        }
        let z = text(&mut host, &state.x.y.z);
        let y = host.map([("z", z)]);
        let x = host.map([("y", y)]);
        let (count, flag) = (host.add(Node::Int(state.count)), host.add(Node::Bool(state.flag)));
        let root = host.map([
            ("user", user),
            ("items", items),
            ("names10", names10),
            ("names100", names100),
            ("names1000", names1000),
            ("headers", headers),
            ("id", id),
            ("order", order),
            ("x", x),
            ("count", count),
            ("flag", flag),
        ]);
        host.nodes.swap(0, root);
        host
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn map<const N: usize>(&mut self, fields: [(&str, usize); N]) -> usize {
        self.add(Node::Map(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
    }

    fn lend<'a>(&'a self, at: usize, out: &mut Value<'a>) {
        let place = handle(0, at as u64);
        *out = match self.nodes.get(at) {
            Some(Node::Bool(b)) => Value::Bool(*b),
            Some(Node::Int(n)) => Value::Int(*n),
            Some(Node::Float(n)) => Value::Float(*n),
            Some(Node::Text(text)) => Value::Str(text),
            Some(Node::List(_)) => Value::List(place),
            Some(Node::Map(_)) => Value::Map(place),
            None => Value::Absent,
        };
    }

    fn lookup<'a>(&'a self, map: usize, key: &str, out: &mut Value<'a>) {
        match self.nodes.get(map) {
            Some(Node::Map(fields)) => match fields.get(key) {
                Some(&at) => self.lend(at, out),
                None => *out = Value::Absent,
            },
            _ => *out = Value::Absent,
        }
    }
}

impl Host for TreeHost {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        self.lookup(0, self.names.text(name), out);
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        self.lookup(object.word as usize, self.names.text(name), out);
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        match self.nodes.get(list.word as usize) {
            Some(Node::List(items)) => match items.get(index as usize) {
                Some(&at) => self.lend(at, out),
                None => *out = Value::Absent,
            },
            _ => *out = Value::Absent,
        }
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        self.lookup(map.word as usize, self.names.text(key), out);
        Search::Done
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        match key {
            Value::Str(key) => self.lookup(map.word as usize, key, out),
            _ => *out = Value::Absent,
        }
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(match self.nodes.get(value.word as usize) {
            Some(Node::List(items)) => items.len() as u64,
            Some(Node::Map(fields)) => fields.len() as u64,
            _ => 0,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let Some(Node::List(items)) = self.nodes.get(cursor.handle.word as usize) else {
            return Batch { count: 0, more: More::Done };
        };
        let rest = items.get(cursor.position as usize..).unwrap_or(&[]);
        for (place, &at) in out.iter_mut().zip(rest) {
            self.lend(at, place);
        }
        let count = rest.len().min(out.len());
        cursor.position += count as u64;
        Batch { count, more: if rest.len() > count { More::Yes } else { More::Done } }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let Some(Node::Map(fields)) = self.nodes.get(cursor.handle.word as usize) else {
            return Batch { count: 0, more: More::Done };
        };
        let mut count = 0;
        for ((key, value), (k, &at)) in
            keys.iter_mut().zip(values).zip(fields.iter().skip(cursor.position as usize))
        {
            *key = Value::Str(k);
            self.lend(at, value);
            count += 1;
        }
        cursor.position += count as u64;
        let left = fields.len() as u64 > cursor.position;
        Batch { count, more: if left { More::Yes } else { More::Done } }
    }
}
