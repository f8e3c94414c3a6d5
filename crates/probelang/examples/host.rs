//! A host over structs of a program's own: an order with a customer, a list, a map, an enum, a secret and a part
//! that cannot be read. Run it with `cargo run -p probelang --example host`; `docs/embedding.md` explains it.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write;

use probelang::host::{
    Batch, Budget, Cursor, Handle, Host, Instance, More, Names, Nature, RunLimits, Sameness, Scratch, Search,
    Size, Symbol, SystemClock, Value,
};
use probelang::{Engine, Scope, Verdict};

// The program that is observed.

struct Order {
    id: u64,
    /// Of another system, often beyond 64 bits.
    reference: u128,
    /// Latitude and longitude.
    place: (f64, f64),
    customer: Customer,
    items: Vec<Item>,
    discounts: BTreeMap<String, f64>,
    state: State,
    /// Read from a database when somebody asks for it, so that a probe must not.
    history: Option<Vec<String>>,
}

struct Customer {
    name: String,
    card_number: String,
}

struct Item {
    sku: String,
    price: f64,
}

#[derive(Clone, Copy)]
enum State {
    Open,
    Paid,
}

// Its values as a host.

/// One order and the names that programs were bound with. Small, made for each hit.
struct Seen<'s> {
    order: &'s Order,
    names: &'s Names,
}

/// What a handle refers to: its `shape`. The `word` says which one, where there are several.
mod shape {
    pub const ORDER: u32 = 0;
    pub const CUSTOMER: u32 = 1;
    pub const ITEMS: u32 = 2;
    pub const ITEM: u32 = 3;
    pub const DISCOUNTS: u32 = 4;
    pub const STATE: u32 = 5;
    pub const PLACE: u32 = 6;
    pub const REFERENCE: u32 = 7;
}

const fn handle(shape: u32) -> Handle {
    Handle { shape, word: 0 }
}

/// The fields of each struct, in the order in which they are printed.
const ORDER: &[&str] = &["id", "reference", "place", "customer", "items", "discounts", "state", "history"];
const PLACE: &[&str] = &["latitude", "longitude"];
const CUSTOMER: &[&str] = &["name", "card_number"];
const ITEM_TYPE: &str = "shop::Item";
const ITEM: &[&str] = &["sku", "price"];

impl Seen<'_> {
    fn item(&self, handle: Handle) -> Option<&Item> {
        self.order.items.get(usize::try_from(handle.word).ok()?)
    }

    fn fields(&self, object: Handle) -> &'static [&'static str] {
        match object.shape {
            shape::ORDER => ORDER,
            shape::PLACE => PLACE,
            shape::CUSTOMER => CUSTOMER,
            shape::ITEM => ITEM,
            _ => &[],
        }
    }

    /// A field by its name. `field` and `entries` both read here, so that a field that no program mentions is
    /// printed as well as one that is read.
    fn get(&self, object: Handle, name: &str) -> Value<'_> {
        let order = self.order;
        match (object.shape, name) {
            (shape::ORDER, "id") => Value::from_u64(order.id),
            (shape::ORDER, "reference") => match u64::try_from(order.reference) {
                Ok(reference) => Value::from_u64(reference),
                Err(_) => Value::BigInt(handle(shape::REFERENCE)),
            },
            (shape::ORDER, "place") => Value::Object(handle(shape::PLACE)),
            (shape::PLACE, "latitude") => Value::Float(order.place.0),
            (shape::PLACE, "longitude") => Value::Float(order.place.1),
            (shape::ORDER, "customer") => Value::Object(handle(shape::CUSTOMER)),
            (shape::ORDER, "items") => Value::List(handle(shape::ITEMS)),
            (shape::ORDER, "discounts") => Value::Map(handle(shape::DISCOUNTS)),
            (shape::ORDER, "state") => Value::Object(handle(shape::STATE)),
            // it exists, and showing it would run code: never absent, never null
            (shape::ORDER, "history") if order.history.is_none() => Value::Unreadable("not loaded"),
            (shape::CUSTOMER, "name") => Value::Str(&order.customer.name),
            (shape::CUSTOMER, "card_number") => Value::Str(&order.customer.card_number),
            (shape::ITEM, "sku") => self.item(object).map_or(Value::Absent, |item| Value::Str(&item.sku)),
            (shape::ITEM, "price") => {
                self.item(object).map_or(Value::Absent, |item| Value::Float(item.price))
            }
            _ => Value::Absent,
        }
    }

    /// An entry of the one map, by its key.
    fn discount(&self, key: &str) -> Value<'_> {
        self.order.discounts.get(key).map_or(Value::Absent, |rate| Value::Float(*rate))
    }
}

impl Host for Seen<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match self.names.text(name) {
            "order" => Value::Object(handle(shape::ORDER)),
            "@duration" => Value::Float(12.5),
            _ => Value::Absent,
        };
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        *out = self.get(object, self.names.text(name));
    }

    /// A constant key, as a symbol.
    fn entry<'a>(&'a self, _: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        *out = self.discount(self.names.text(key));
        Search::Done
    }

    /// A computed key. A string is found by the map itself; any other would have to be searched for, which the
    /// engine does, so that each entry is paid for.
    fn key<'a>(&'a self, _: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let Value::Str(key) = *key else { return Search::Walk };
        *out = self.discount(key);
        Search::Done
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        *out = match (list.shape, index) {
            (shape::ITEMS, _) if index < self.order.items.len() as u64 => {
                Value::Object(Handle { shape: shape::ITEM, word: index })
            }
            (shape::PLACE, 0) => Value::Float(self.order.place.0),
            (shape::PLACE, 1) => Value::Float(self.order.place.1),
            _ => Value::Absent,
        };
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(match value.shape {
            shape::ITEMS => self.order.items.len() as u64,
            shape::DISCOUNTS => self.order.discounts.len() as u64,
            _ => self.fields(value).len() as u64,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let Size::Known(size) = self.len(cursor.handle) else { return Batch { count: 0, more: More::Done } };
        let left = size.saturating_sub(cursor.position);
        let mut count = 0;
        for (place, index) in out.iter_mut().zip(cursor.position..).take(left as usize) {
            self.index(cursor.handle, index, place);
            count += 1;
        }
        cursor.position += count as u64;
        Batch { count, more: if count as u64 == left { More::Done } else { More::Yes } }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let (at, collection) = (cursor.position as usize, cursor.handle);
        let mut count = 0;
        let mut lend = |key: &'a str, value: Value<'a>| {
            if let (Some(k), Some(v)) = (keys.get_mut(count), values.get_mut(count)) {
                (*k, *v) = (Value::Str(key), value);
                count += 1;
            }
        };
        let total = if collection.shape == shape::DISCOUNTS {
            self.order.discounts.iter().skip(at).for_each(|(key, rate)| lend(key, Value::Float(*rate)));
            self.order.discounts.len()
        } else {
            let fields = self.fields(collection);
            fields.iter().skip(at).for_each(|name| lend(name, self.get(collection, name)));
            fields.len()
        };
        cursor.position += count as u64;
        Batch { count, more: if at + count >= total { More::Done } else { More::Yes } }
    }

    /// Structs have no supertypes.
    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        match self.type_name(value, &mut Scratch::new()) {
            Some(name) if name == type_name => Instance::Yes,
            Some(_) => Instance::No,
            None => Instance::UnknownType,
        }
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        match value.shape {
            shape::ORDER => Some("shop::Order"),
            shape::CUSTOMER => Some("shop::Customer"),
            shape::ITEM => Some(ITEM_TYPE),
            shape::STATE => Some("shop::State"),
            // a name that nobody has ready is composed in the caller's buffer
            shape::ITEMS => {
                write!(scratch, "Vec<{ITEM_TYPE}>").ok()?;
                Some(scratch.text())
            }
            _ => None,
        }
    }

    /// A place is a pair too: `order.place[0]`, `len(order.place)`. Asked only where an object will not do.
    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        (value.shape == shape::PLACE && nature == Nature::List).then_some(value)
    }

    fn digits<'t>(&'t self, _: Handle, scratch: &'t mut Scratch) -> &'t str {
        // 39 digits at most
        let _ = write!(scratch, "{}", self.order.reference);
        scratch.text()
    }

    /// Each struct and collection of an order has one handle.
    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b { Sameness::Same } else { Sameness::Different }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        (object.shape == shape::STATE).then_some(match self.order.state {
            State::Open => "Open",
            State::Paid => "Paid",
        })
    }
}

/// By name: programs run over an order without being bound by hand.
impl Scope for Order {
    type Host<'s> = Seen<'s>;

    fn host<'s>(&'s self, names: &'s Names) -> Seen<'s> {
        Seen { order: self, names }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let order = Order {
        id: 17,
        reference: (1 << 100) + 1,
        place: (48.85, 2.35),
        customer: Customer { name: "Ada".into(), card_number: "4111 1111 1111 1111".into() },
        items: vec![Item { sku: "A-1".into(), price: 20.0 }, Item { sku: "B-2".into(), price: 120.0 }],
        discounts: BTreeMap::from([("SUMMER".into(), 0.1)]),
        state: State::Paid,
        history: None,
    };
    let unpaid = Order {
        id: 18,
        reference: 18,
        place: (0.0, 0.0),
        customer: Customer { name: "Bob".into(), card_number: "4000 0000 0000 0002".into() },
        items: Vec::new(),
        discounts: BTreeMap::new(),
        state: State::Open,
        history: Some(Vec::new()),
    };
    // one engine for the process: what it redacts holds for every program
    let engine = Engine::new().redacting(["card_number"]);

    // The easy way: by name.
    let expensive = engine.condition(r#"order.state == "Paid" && any(order.items, {@it.price > 100})"#)?;
    println!("expensive: {} and {}", expensive.test(&order)?, expensive.test(&unpaid)?);
    let message =
        engine.template("order {order.id} of {order.customer}, {order.discounts[\"SUMMER\"]} off")?;
    println!("message: {}", message.render(&order).text);
    let exact = engine.condition(
        "order.reference > 1267650600228229401496703205376.0 && order.place[0] == order.place.latitude",
    )?;
    println!("exact: {} and {}", exact.test(&order)?, exact.test(&unpaid)?);
    println!("metric: {}", engine.metric("len(order.items)")?.measure(&order)?.to_f64());
    println!("whole: {}", engine.expression("order")?.eval(&order)?);

    // Why not?
    let traced = expensive.program().traced().ok_or("an artifact has no tree to trace")?;
    let trace = traced.run(&unpaid);
    if let Some(decider) = trace.decider.and_then(|at| trace.nodes.get(at)) {
        println!("false because of: {}", decider.expression);
    }

    // A fault, shown to a person.
    if let Err(fault) = engine.condition("len(order.history) > 3")?.test(&order) {
        print!("{}", fault.report("probe 12"));
    }

    // The fast way: bound once, run under one budget per hit.
    let mut names = Names::new();
    let condition = expensive.bind(&mut names);
    let text = message.bind(&mut names);
    println!("variables: {:?}", condition.variables().iter().map(|read| read.name).collect::<Vec<_>>());
    let mut out = String::new();
    for order in [&order, &unpaid] {
        let host = Seen { order, names: &names };
        let mut budget = Budget::new(RunLimits::default(), &SystemClock);
        match condition.test(&host, &mut budget) {
            Verdict::Matched => {
                out.clear();
                let rendered = text.render(&host, &mut budget, &mut out);
                println!("hit: {out} ({} errors, {} steps)", rendered.errors.len(), budget.spent());
            }
            Verdict::NotMatched => println!("no hit"),
            Verdict::Failed(raw) => println!("failed: {}", condition.fault(&raw)),
        }
    }

    // A further program, while others may be running: resolve into a copy of the table. Symbols of the old one
    // keep their meaning, so programs bound before run over either.
    let mut more = names.clone();
    let another = engine.condition("order.customer.name == \"Ada\"")?.bind(&mut more);
    assert_eq!(more.symbol("order"), names.symbol("order"));
    let host = Seen { order: &order, names: &more };
    println!("another: {:?}", another.test(&host, &mut Budget::new(RunLimits::default(), &SystemClock)));
    Ok(())
}
