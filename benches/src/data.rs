//! The values that every engine works on: one program state, as structs.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// A map whose hash does not change from run to run, so that instruction counts repeat.
pub type FixedMap = HashMap<String, String, BuildHasherDefault<DefaultHasher>>;

/// A user of five fields.
pub struct User {
    /// `12345`
    pub id: i64,
    /// `Ada Lovelace`
    pub name: String,
    /// 42
    pub age: i64,
    /// `gold`
    pub plan: String,
    /// `ada@example.org`
    pub email: String,
}

/// One of a hundred items of four fields.
pub struct Item {
    /// `sku00000`
    pub sku: String,
    /// 0 to 99
    pub qty: i64,
    /// A price.
    pub price: f64,
    /// Whether it is in stock.
    pub stocked: bool,
}

/// The end of the long path.
pub struct Zone {
    /// 7
    pub code: i64,
}
/// A link of the long path.
pub struct Region {
    /// Next.
    pub zone: Zone,
}
/// A link of the long path.
pub struct Tier {
    /// Next.
    pub region: Region,
}
/// A link of the long path.
pub struct Plan {
    /// Next.
    pub tier: Tier,
}
/// A link of the long path.
pub struct Account {
    /// Next.
    pub plan: Plan,
}
/// A link of the long path.
pub struct Customer {
    /// Next.
    pub account: Account,
}
/// The start of the long path.
pub struct Order {
    /// Next.
    pub customer: Customer,
}

/// The middle of `x.y.z`.
pub struct Y {
    /// `abcdef`
    pub z: String,
}
/// The start of `x.y.z`.
pub struct X {
    /// Next.
    pub y: Y,
}

/// The scope: eleven variables.
pub struct State {
    /// Whose request it is.
    pub user: User,
    /// A hundred items.
    pub items: Vec<Item>,
    /// Ten names of eight bytes.
    pub names10: Vec<String>,
    /// A hundred.
    pub names100: Vec<String>,
    /// A thousand.
    pub names1000: Vec<String>,
    /// Eight headers.
    pub headers: FixedMap,
    /// A thousand codes by their numbers, which are sorted.
    pub codes: Vec<(i64, String)>,
    /// `user-12345`
    pub id: String,
    /// The long path.
    pub order: Order,
    /// The path that is read three times.
    pub x: X,
    /// 42
    pub count: i64,
    /// true
    pub flag: bool,
}

impl State {
    /// The values of all measurements.
    #[must_use]
    pub fn new() -> Self {
        let names = |n: usize| (0..n).map(|i| format!("name{i:04}")).collect();
        let headers = [
            ("Host", "example.org"),
            ("Accept", "*/*"),
            ("User-Agent", "curl/8.5"),
            ("Connection", "keep-alive"),
            ("Content-Type", "application/json"),
            ("Content-Length", "128"),
            ("Accept-Encoding", "gzip"),
            ("X-Request-Id", "f00dcafe"),
        ];
        Self {
            user: User {
                id: 12345,
                name: "Ada Lovelace".into(),
                age: 42,
                plan: "gold".into(),
                email: "ada@example.org".into(),
            },
            items: (0..100)
                .map(|i| Item {
                    sku: format!("sku{i:05}"),
                    qty: (i * 37) % 100,
                    price: i as f64 * 1.5,
                    stocked: i % 2 == 0,
                })
                .collect(),
            names10: names(10),
            names100: names(100),
            names1000: names(1000),
            headers: headers.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
            codes: (0..1000).map(|n| (n, format!("code{n:04}"))).collect(),
            id: "user-12345".into(),
            order: Order {
                customer: Customer {
                    account: Account {
                        plan: Plan { tier: Tier { region: Region { zone: Zone { code: 7 } } } },
                    },
                },
            },
            x: X { y: Y { z: "abcdef".into() } },
            count: 42,
            flag: true,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// A text without a secret: prose, JSON and lines of a log, a third each.
#[must_use]
pub fn prose() -> String {
    const PROSE: &str = "The message that a probe writes is a text with expressions in it. Whatever the program shows is \
        bounded: a long list ends after a few elements, and an object that lies too deep is left out. ";
    const LOG: &str =
        "2026-11-30T12:00:01.250Z INFO  shop::orders  order 4711 paid in 12.5 ms by user 42 (status=200)\n";
    let mut text = PROSE.repeat(11);
    for id in 0..25 {
        text.push_str(&format!(
            r#"{{"id": {id}, "name": "Ada Lovelace", "roles": ["admin", "ops"], "total": 12.5}}"#
        ));
    }
    text.push_str(&LOG.repeat(21));
    text
}
