//! Frames of variables, and programs over them.
//!
//! The names, fields, keys and texts of programs and values come from the same few, so that most programs
//! read something, and the types of the variables are known, so that most operators get what they ask for. A
//! value is disturbed now and then: null, hidden, unreadable, cut, of another kind.

use std::sync::LazyLock;

use probelang_dialect::{PlainType, PlainTypes};

use crate::choices::Choices;
use crate::value::{Entries, Given, Items, Missing, Object};

/// The type that a variable mostly has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Type {
    Bool,
    Number,
    Text,
    List(&'static Type),
    Set(&'static Type),
    Map(&'static Type, &'static Type),
    /// An entry of a map, which only a predicate sees.
    Entry(&'static Type, &'static Type),
    User,
    Address,
    Mode,
    /// An object of a type that the tests' policy redacts.
    Card,
    /// None of the above, or not there.
    Odd,
}

use Type::{Address, Bool, Card, List, Map, Mode, Number, Odd, Set, Text, User};

/// The variables of a frame.
pub const VARIABLES: &[(&str, Type)] = &[
    ("b", Bool),
    ("yes", Bool),
    ("n", Number),
    ("m", Number),
    ("f", Number),
    ("s", Text),
    ("t", Text),
    ("xs", List(&Number)),
    ("ys", List(&Number)),
    ("names", List(&Text)),
    ("set", Set(&Number)),
    ("tags", Set(&Text)),
    ("stock", Map(&Text, &Number)),
    ("prices", Map(&Text, &Number)),
    ("codes", Map(&Number, &Text)),
    ("user", User),
    ("admin", User),
    ("users", List(&User)),
    ("rows", List(&Map(&Text, &Number))),
    ("matrix", List(&List(&Number))),
    ("groups", Map(&Text, &List(&Number))),
    ("mode", Mode),
    ("modes", List(&Mode)),
    ("byMode", Map(&Mode, &Number)),
    ("card", Card),
    ("cards", List(&Card)),
    ("nil", Odd),
    ("undef", Odd),
    ("odd", Odd),
    ("bag", List(&Odd)),
    ("dict", Map(&Odd, &Odd)),
    ("password", Odd),
    ("Access-Token", Odd),
    ("@foo", Odd),
    ("@return", User),
    ("@duration", Number),
    ("@exception", User),
    ("this", User),
    ("nope", Odd),
];

/// The fields of a user. A bare name may be one of `this`.
pub const FIELDS: &[(&str, Type)] = &[
    ("name", Text),
    ("age", Number),
    ("active", Bool),
    ("labels", List(&Text)),
    ("scores", Map(&Text, &Number)),
    ("address", Address),
    ("parent", User),
    ("mode", Mode),
    ("password", Text),
    ("authToken", Text),
    ("nothing", Odd),
];

/// The fields of an address.
pub const ADDRESS_FIELDS: &[(&str, Type)] = &[("city", Text), ("zip", Number), ("owner", User)];

/// Texts, of values and of literals.
pub const TEXTS: &[&str] = &[
    "",
    "a",
    "ab",
    "abc",
    "b",
    "bc",
    "name",
    "city",
    "READ",
    "Mode.READ",
    "pkg.Mode.WRITE",
    "password",
    "Access-Token",
    "é",
    "e\u{301}",
    "a😀b",
    "😀",
    "日本語",
    "10",
    "9",
    "1",
    "0x10",
    " 5 ",
    "key",
    "value",
    "quoted \"it\"",
    "line\nbreak",
    "b\n",
    "\r",
    "a(",
];

/// Names of types: those of the objects of a frame, some that no host knows, and all of the plain kinds.
pub static TYPES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut names =
        vec!["User", "Person", "Address", "pkg.Mode", "com.acme.Card", "unknown.Type", "Stringer", "Code"];
    for types in [PlainTypes::Portable, PlainTypes::Python, PlainTypes::Node, PlainTypes::Ruby] {
        names.extend(types.types().iter().map(PlainType::name));
    }
    names.sort_unstable();
    names.dedup();
    names
});

/// The variables of a frame with values.
#[must_use]
pub fn frame(choices: &mut Choices<'_>) -> Vec<(&'static str, Given)> {
    let mut world = World { choices, left: 400 };
    let mut frame = Vec::new();
    for &(name, ty) in VARIABLES {
        let absent = match name {
            "nope" => continue,
            "@exception" | "@return" | "@foo" | "this" => 60,
            _ => 6,
        };
        if world.choices.chance(absent) {
            continue;
        }
        frame.push((
            name,
            match name {
                "nil" => Given::Null,
                "undef" => Given::Undefined,
                _ => world.value(ty, 4),
            },
        ));
    }
    frame
}

/// A number, of values and of literals.
#[must_use]
pub fn number(choices: &mut Choices<'_>) -> Given {
    const FLOATS: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        2.0,
        2.5,
        -1.0,
        -1.5,
        10.0,
        1e16,
        1e300,
        9_007_199_254_740_992.0,
        18_446_744_073_709_551_616.0,
        5e-324,
        0.1,
        3.0,
    ];
    match choices.below(8) {
        0..=4 => Given::Int(i64::try_from(choices.below(7)).expect("small") - 2),
        5 => Given::Float(FLOATS[choices.below(FLOATS.len())]),
        6 => Given::Int(
            [10, -10, i64::MAX, i64::MIN, 9_007_199_254_740_993, 9_007_199_254_740_992][choices.below(6)],
        ),
        _ => Given::Uint([u64::MAX, 1 << 63][choices.below(2)]),
    }
}

struct World<'c, 'b> {
    choices: &'c mut Choices<'b>,
    /// Values that may still be made.
    left: u32,
}

impl World<'_, '_> {
    fn value(&mut self, ty: Type, depth: u32) -> Given {
        let value = self.lent(ty, depth);
        let has_handle = matches!(
            value,
            Given::List(_) | Given::Set(_) | Given::Map(_) | Given::Object(_) | Given::Opaque { .. }
        );
        if !has_handle || depth == 0 || !self.choices.chance(14) {
            return value;
        }
        let others = [User, List(&Number), Map(&Text, &Number), Set(&Number)];
        let first = self.choices.below(others.len());
        let second = (first + 1) % others.len();
        let count = 1 + usize::from(self.choices.chance(60));
        let others = [others[first], others[second]].into_iter().take(count);
        let others = others.map(|ty| self.lent_plainly(ty, depth - 1)).collect();
        Given::Also { value: Box::new(value), others }
    }

    /// A value that is of this type, whose name is that of what it is besides.
    fn lent_plainly(&mut self, ty: Type, depth: u32) -> Given {
        let mut value = match ty {
            List(of) => Given::List(self.items(*of, depth)),
            Set(of) => Given::Set(self.items(*of, depth)),
            Map(key, value) => self.map(*key, *value, depth),
            _ => self.object("User", &["Person", "Named"], FIELDS, depth),
        };
        match &mut value {
            Given::List(items) | Given::Set(items) => items.type_name = None,
            Given::Map(map) => map.type_name = None,
            Given::Object(object) => object.type_name = None,
            _ => {}
        }
        value
    }

    fn map(&mut self, key: Type, value: Type, depth: u32) -> Given {
        let count = self.count(depth);
        let mut entries: Vec<(Given, Given)> = Vec::new();
        for _ in 0..count {
            let key = self.value(key, depth.saturating_sub(1));
            // the keys of a map are distinct
            if entries.iter().all(|(other, _)| *other != key) && !is_hidden(&key) {
                entries.push((key, self.value(value, depth.saturating_sub(1))));
            }
        }
        let missing = self.missing(entries.len());
        let walked = self.choices.chance(100);
        Given::Map(Entries { type_name: self.collection_type(), entries, missing, walked })
    }

    fn lent(&mut self, ty: Type, depth: u32) -> Given {
        self.left = self.left.saturating_sub(1);
        if self.choices.chance(12) {
            return self.odd(depth);
        }
        match ty {
            Bool => Given::Bool(self.choices.chance(128)),
            Number if self.choices.chance(8) => {
                Given::Float([f64::NAN, f64::INFINITY, f64::NEG_INFINITY][self.choices.below(3)])
            }
            Number if self.choices.chance(10) => {
                let number = number(self.choices);
                self.typed(number)
            }
            Number if self.choices.chance(14) => self.big(),
            Number => number(self.choices),
            Text if self.choices.chance(10) => Given::CutStr(self.text()),
            Text if self.choices.chance(10) => {
                let text = Given::Str(self.text());
                self.typed(text)
            }
            Text => Given::Str(self.text()),
            Mode => Given::Enum {
                type_name: [Some("pkg.Mode"), Some("pkg.Outer$Mode"), None][self.choices.below(3)]
                    .map(str::to_owned),
                name: ["READ", "WRITE", "password"][self.choices.below(3)].to_owned(),
            },
            List(of) => Given::List(self.items(*of, depth)),
            Set(of) => Given::Set(self.items(*of, depth)),
            Map(key, value) | Type::Entry(key, value) => self.map(*key, *value, depth),
            User => self.object("User", &["Person", "Named"], FIELDS, depth),
            Address => self.object("Address", &[], ADDRESS_FIELDS, depth),
            Card => self.object("com.acme.Card", &[], &[("number", Text), ("limit", Number)], depth),
            Odd => self.odd(depth),
        }
    }

    /// An integer beyond 64 bits, next to floats among others.
    fn big(&mut self) -> Given {
        const BIG: [i128; 6] = [
            18_446_744_073_709_551_616,
            18_446_744_073_709_551_617,
            -9_223_372_036_854_775_809,
            -18_446_744_073_709_551_616,
            10_000_000_000_000_000_000_000,
            (1 << 100) + 1,
        ];
        Given::BigInt(BIG[self.choices.below(BIG.len())])
    }

    /// A scalar that has a handle.
    fn typed(&mut self, scalar: Given) -> Given {
        let type_name = [None, Some("Code"), Some("pkg.Symbol")][self.choices.below(3)].map(str::to_owned);
        let perhaps = self.choices.chance(20).then(|| {
            Box::new(if self.choices.chance(128) { Given::Str(self.text()) } else { number(self.choices) })
        });
        Given::Typed { type_name, scalar: Box::new(scalar), perhaps }
    }

    fn odd(&mut self, depth: u32) -> Given {
        let below = depth.saturating_sub(1);
        match self.choices.below(17) {
            16 => {
                let scalar = match self.choices.below(3) {
                    0 => Given::Bool(self.choices.chance(128)),
                    1 => Given::CutStr(self.text()),
                    _ => Given::Str(self.text()),
                };
                self.typed(scalar)
            }
            0 | 1 => Given::Null,
            2 => Given::Undefined,
            3 => Given::Redacted,
            4 => Given::Unreadable("getter".to_owned()),
            5 => Given::Cut {
                type_name: [None, Some("User"), Some("com.acme.Card")][self.choices.below(3)]
                    .map(str::to_owned),
                size: [None, Some(0), Some(2)][self.choices.below(3)],
                reason: "depth".to_owned(),
            },
            6 => Given::CutStr(self.text()),
            7 => Given::Opaque {
                type_name: [None, Some("Stringer")][self.choices.below(2)].map(str::to_owned),
                text: [None, Some("opaque")][self.choices.below(2)].map(str::to_owned),
            },
            8 => Given::Bool(self.choices.chance(128)),
            9 if self.choices.chance(40) => self.big(),
            9 => number(self.choices),
            10 => Given::Str(self.text()),
            _ if depth == 0 || self.left == 0 => Given::Null,
            11 => self.value(List(&Odd), below),
            12 => self.value(Set(&Number), below),
            13 => self.value(Map(&Odd, &Odd), below),
            14 => self.value(Card, below),
            _ => self.value(User, below),
        }
    }

    fn text(&mut self) -> String {
        self.choices.pick(TEXTS).to_owned()
    }

    fn count(&mut self, depth: u32) -> usize {
        if depth == 0 || self.left == 0 { 0 } else { self.choices.below(5) }
    }

    fn items(&mut self, of: Type, depth: u32) -> Items {
        let count = self.count(depth);
        let items: Vec<_> = (0..count).map(|_| self.value(of, depth - 1)).collect();
        let missing = self.missing(items.len());
        Items { type_name: self.collection_type(), items, missing, unplaced: self.choices.chance(6) }
    }

    fn collection_type(&mut self) -> Option<String> {
        self.choices.chance(6).then(|| "com.acme.Cards".to_owned())
    }

    fn missing(&mut self, there: usize) -> Option<Missing> {
        if !self.choices.chance(14) {
            return None;
        }
        let more = self.choices.below(4) as u64;
        let size = (more > 0).then_some(there as u64 + more);
        Some(Missing { reason: "collectionSize".to_owned(), size })
    }

    fn object(
        &mut self,
        type_name: &str,
        supertypes: &[&str],
        fields: &[(&'static str, Type)],
        depth: u32,
    ) -> Given {
        let mut shown = Vec::new();
        if depth > 0 && self.left > 0 {
            for &(name, ty) in fields {
                if !self.choices.chance(60) {
                    shown.push((name.to_owned(), self.value(ty, depth - 1)));
                }
            }
        }
        Given::Object(Object {
            type_name: (!self.choices.chance(20)).then(|| type_name.to_owned()),
            supertypes: supertypes.iter().map(|&name| name.to_owned()).collect(),
            fields: shown,
            identity: (!self.choices.chance(60)).then(|| self.choices.below(6) as u64),
            missing: self.choices.chance(14).then(|| "fieldCount".to_owned()),
            perhaps: self.choices.chance(14).then(|| {
                Box::new(if self.choices.chance(128) {
                    Given::Str(self.text())
                } else {
                    number(self.choices)
                })
            }),
        })
    }
}

/// Whether a host could not have such a key.
const fn is_hidden(key: &Given) -> bool {
    matches!(key, Given::Undefined | Given::Redacted | Given::Unreadable(_))
}
