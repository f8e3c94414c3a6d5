//! The same work written by hand in Rust over the same `&dyn Host`: each path read as written, no budget, no
//! spans, an error as `None`. This is what the engine is measured against.

use std::fmt::Write;

use memchr::memmem;
use probelang::host::{Host, More, Resolve, Search, Size, Symbol, Use, Value};
use regex::Regex;

/// Everything that hand-written code prepares once.
pub struct Hand {
    user: Symbol,
    age: Symbol,
    plan: Symbol,
    name: Symbol,
    email: Symbol,
    headers: Symbol,
    host: Symbol,
    names10: Symbol,
    names100: Symbol,
    names1000: Symbol,
    items: Symbol,
    qty: Symbol,
    id: Symbol,
    path: [Symbol; 8],
    count: Symbol,
    x: Symbol,
    y: Symbol,
    z: Symbol,
    codes: Symbol,
    pattern: Regex,
    finder: memmem::Finder<'static>,
}

/// A work by hand: condition, or text into a buffer.
pub type HandFn = fn(&Hand, &dyn Host, &mut String) -> Option<bool>;

impl Hand {
    /// Resolves the names for a family of hosts.
    ///
    /// # Panics
    /// Never: the pattern is a constant that compiles.
    #[must_use]
    pub fn new(names: &mut dyn Resolve) -> Self {
        // this family has one symbol for a name, whatever it is used for
        let mut symbol = |name: &str| names.resolve(name, Use::Field);
        Self {
            user: symbol("user"),
            age: symbol("age"),
            plan: symbol("plan"),
            name: symbol("name"),
            email: symbol("email"),
            headers: symbol("headers"),
            host: symbol("Host"),
            names10: symbol("names10"),
            names100: symbol("names100"),
            names1000: symbol("names1000"),
            items: symbol("items"),
            qty: symbol("qty"),
            id: symbol("id"),
            path: ["order", "customer", "account", "plan", "tier", "region", "zone", "code"].map(&mut symbol),
            count: symbol("count"),
            x: symbol("x"),
            y: symbol("y"),
            z: symbol("z"),
            codes: symbol("codes"),
            pattern: Regex::new("^user-[0-9]+$").expect("a constant pattern"),
            finder: memmem::Finder::new("example.org").into_owned(),
        }
    }
}

/// The hand-written version of the work `name`.
#[must_use]
pub fn find(name: &str) -> Option<HandFn> {
    Some(match name {
        "W1t" => |hand, host, _| w1(hand, host, 40),
        "W1f" => |hand, host, _| w1(hand, host, 50),
        "W2" => w2,
        "W3/10" => |hand, host, _| w3(hand.names10, host, "name0009"),
        "W3/100" => |hand, host, _| w3(hand.names100, host, "name0099"),
        "W3/1000" => |hand, host, _| w3(hand.names1000, host, "name0999"),
        "W4" => w4,
        "W5" => w5,
        "W6" => w6,
        "W7" => w7,
        "W8" => w8,
        "W9" => w9,
        "H1" => h1,
        "H2" => h2,
        "H3" => h3,
        _ => return None,
    })
}

#[inline]
fn field<'h>(host: &'h dyn Host, root: Symbol, name: Symbol, out: &mut Value<'h>) {
    host.var(root, out);
    match *out {
        Value::Object(handle) => host.field(handle, name, out),
        Value::Map(handle) => {
            if host.entry(handle, name, out) == Search::Walk {
                *out = Value::Absent;
            }
        }
        _ => *out = Value::Absent,
    }
}

fn w1(hand: &Hand, host: &dyn Host, limit: i64) -> Option<bool> {
    let mut value = Value::Absent;
    field(host, hand.user, hand.age, &mut value);
    let Value::Int(age) = value else { return None };
    if age <= limit {
        return Some(false);
    }
    field(host, hand.user, hand.plan, &mut value);
    let Value::Str(plan) = value else { return None };
    Some(plan == "gold")
}

fn w2(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    field(host, hand.headers, hand.host, &mut value);
    let Value::Str(text) = value else { return None };
    Some(text == "example.org")
}

fn h1(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.codes, &mut value);
    let Value::Map(codes) = value else { return None };
    if host.key(codes, &Value::Int(977), &mut value) == Search::Walk {
        return None;
    }
    let Value::Str(text) = value else { return None };
    Some(text == "code0977")
}

fn h2(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.codes, &mut value);
    let Value::Map(codes) = value else { return None };
    let (mut keys, mut values) = ([Value::Absent; 16], [Value::Absent; 16]);
    let mut cursor = host.open(codes);
    let found = loop {
        let batch = host.entries(&mut cursor, &mut keys, &mut values);
        let found = values.iter().take(batch.count).any(|value| matches!(value, Value::Str("none")));
        if found || batch.count == 0 || batch.more != More::Yes {
            break found;
        }
    };
    host.close(&mut cursor);
    Some(found)
}

fn h3(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.count, &mut value);
    Some(matches!(value, Value::Int(_)))
}

#[inline]
fn w3(list: Symbol, host: &dyn Host, wanted: &'static str) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(list, &mut value);
    let Value::List(list) = value else { return None };
    let Size::Known(len) = host.len(list) else { return None };
    for at in 0..len {
        host.index(list, at, &mut value);
        let Value::Str(text) = value else { return None };
        if text == wanted {
            return Some(true);
        }
    }
    Some(false)
}

fn w4(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.items, &mut value);
    let Value::List(list) = value else { return None };
    let Size::Known(len) = host.len(list) else { return None };
    let mut count = 0u64;
    for at in 0..len {
        host.index(list, at, &mut value);
        let (Value::Object(item) | Value::Map(item)) = value else { return None };
        host.field(item, hand.qty, &mut value);
        let Value::Int(qty) = value else { return None };
        count += u64::from(qty > 50);
    }
    Some(count > 2)
}

fn w5(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.id, &mut value);
    let Value::Str(text) = value else { return None };
    Some(hand.pattern.is_match(text))
}

fn w6(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    field(host, hand.user, hand.name, &mut value);
    let Value::Str(name) = value else { return None };
    if name.starts_with("Grace") {
        return Some(true);
    }
    field(host, hand.user, hand.email, &mut value);
    let Value::Str(email) = value else { return None };
    Some(hand.finder.find(email.as_bytes()).is_some())
}

fn w7(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.path[0], &mut value);
    for &name in &hand.path[1..] {
        let (Value::Object(handle) | Value::Map(handle)) = value else { return None };
        host.field(handle, name, &mut value);
    }
    let Value::Int(code) = value else { return None };
    Some(code == 7)
}

fn w8(hand: &Hand, host: &dyn Host, out: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    out.clear();
    out.push_str("User ");
    field(host, hand.user, hand.name, &mut value);
    let Value::Str(name) = value else { return None };
    out.push_str(name);
    out.push_str(" bought ");
    host.var(hand.count, &mut value);
    let Value::Int(count) = value else { return None };
    write!(out, "{count}").ok()?;
    out.push_str(" items");
    Some(true)
}

fn w9(hand: &Hand, host: &dyn Host, _: &mut String) -> Option<bool> {
    let mut value = Value::Absent;
    host.var(hand.x, &mut value);
    if value == Value::Absent {
        return Some(false);
    }
    field(host, hand.x, hand.y, &mut value);
    match value {
        Value::Absent => return None,
        Value::Null => return Some(false),
        _ => {}
    }
    field(host, hand.x, hand.y, &mut value);
    let (Value::Object(y) | Value::Map(y)) = value else { return None };
    host.field(y, hand.z, &mut value);
    let Value::Str(z) = value else { return None };
    let mut ends = z.char_indices().map(|(at, _)| at).chain([z.len()]);
    let end = ends.nth(3).unwrap_or(z.len());
    Some(&z[..end] == "abc")
}
