//! Frames that differ only in what is redacted.

use probelang::redact::Policy;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world;
use probelang_testkit::host::TestHost;
use probelang_testkit::value::{Given, Items, Missing, Object};

/// Variables and their values.
pub type Frame = Vec<(&'static str, Given)>;

/// What no output may ever show.
pub const CANARY: &str = "CANARY-5e1f-of-a-secret";

/// What stands in for a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Secret {
    /// Anything.
    Anything,
    /// The canary, wherever a text can stand.
    Canary,
}

/// A frame like `frame` but for what `policy` redacts: values under redacted names, fields and string keys, and
/// values of redacted types, which keep their type. Variables of redacted names may be there or not. How many
/// values were replaced is the second of the answer.
///
/// Keys are no secrets, and neither is how many fields an object has.
pub fn other(frame: &Frame, policy: &Policy, secret: Secret, choices: &mut Choices<'_>) -> (Frame, usize) {
    let mut fill = Fill { secret, others: world::frame(&mut Choices::seeded(choices.bits())), choices };
    let mut replaced = 0;
    let mut other = Vec::new();
    for (name, value) in frame {
        // `@return` and the like are the probe's own
        let of_probe = ["@return", "@duration", "@exception"].contains(name);
        if !of_probe && policy.redacts_name(name) {
            replaced += 1;
            if !fill.choices.chance(40) {
                other.push((*name, fill.value()));
            }
        } else {
            let mut value = value.clone();
            replaced += fill.inside(&mut value, policy);
            other.push((*name, value));
        }
    }
    (other, replaced)
}

/// Hosts over frames. Which types there are at all is no secret: each of the hosts knows those of all frames.
#[must_use]
pub fn hosts<const N: usize>(frames: [&Frame; N]) -> [TestHost; N] {
    let all: Vec<Given> =
        frames.iter().flat_map(|frame| frame.iter().map(|(_, value)| value.clone())).collect();
    frames.map(|frame| {
        let types = [("\0types", Given::list(all.clone()))];
        TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())).chain(types))
    })
}

/// Puts texts of `text` in place of the texts in `value`: strings, keys, enum constants, what an opaque value is written as,
/// reasons. Names of fields and types stay.
pub fn say(value: &mut Given, text: &mut dyn FnMut() -> String) {
    match value {
        Given::Str(old) | Given::CutStr(old) | Given::Enum { name: old, .. } | Given::Unreadable(old) => {
            *old = text();
        }
        Given::Opaque { text: old, .. } => *old = old.take().map(|_| text()),
        Given::Typed { scalar, perhaps, .. } => {
            say(scalar, text);
            perhaps.iter_mut().for_each(|perhaps| say(perhaps, text));
        }
        Given::List(items) | Given::Set(items) => {
            items.items.iter_mut().for_each(|item| say(item, text));
            items.missing.iter_mut().for_each(|missing| missing.reason = text());
        }
        Given::Map(map) => {
            for (key, value) in &mut map.entries {
                say(key, text);
                say(value, text);
            }
            map.missing.iter_mut().for_each(|missing| missing.reason = text());
        }
        Given::Object(object) => {
            object.fields.iter_mut().for_each(|(_, value)| say(value, text));
            object.missing.iter_mut().for_each(|missing| *missing = text());
            object.perhaps.iter_mut().for_each(|perhaps| say(perhaps, text));
        }
        Given::Also { value, others } => {
            say(value, text);
            others.iter_mut().for_each(|other| say(other, text));
        }
        Given::Cut { reason, .. } => *reason = text(),
        Given::Null
        | Given::Bool(_)
        | Given::Int(_)
        | Given::Uint(_)
        | Given::BigInt(_)
        | Given::Float(_)
        | Given::Undefined
        | Given::Redacted => {}
    }
}

struct Fill<'c, 'b> {
    secret: Secret,
    others: Frame,
    choices: &'c mut Choices<'b>,
}

impl Fill<'_, '_> {
    fn text(&mut self) -> String {
        match self.secret {
            Secret::Canary => CANARY.to_owned(),
            Secret::Anything => self.choices.pick(world::TEXTS).to_owned(),
        }
    }

    /// Any value.
    fn value(&mut self) -> Given {
        if self.secret == Secret::Anything && !self.others.is_empty() {
            return self.others[self.choices.below(self.others.len())].1.clone();
        }
        let text = self.text();
        match self.choices.below(7) {
            0 => Given::CutStr(text),
            1 => Given::list(vec![Given::Str(text)]),
            2 => Given::Unreadable(text),
            3 => Given::Opaque { type_name: None, text: Some(text) },
            6 => Given::Typed { type_name: None, scalar: Box::new(Given::Str(text)), perhaps: None },
            4 => Given::Enum { type_name: None, name: text },
            _ => Given::Str(text),
        }
    }

    /// Replaces what is redacted inside a value that is not.
    fn inside(&mut self, value: &mut Given, policy: &Policy) -> usize {
        let type_name = type_of(value).map(str::to_owned);
        if let Some(name) = type_name.filter(|name| policy.redacts_type(name)) {
            *value = self.of_type(name);
            return 1;
        }
        match value {
            Given::List(items) | Given::Set(items) => {
                items.items.iter_mut().map(|item| self.inside(item, policy)).sum()
            }
            Given::Map(map) => map
                .entries
                .iter_mut()
                .map(|(key, value)| {
                    let name = match &*key {
                        Given::Str(name) | Given::CutStr(name) | Given::Enum { name, .. } => Some(name),
                        Given::Typed { scalar, .. } => match &**scalar {
                            Given::Str(name) | Given::CutStr(name) => Some(name),
                            _ => None,
                        },
                        _ => None,
                    };
                    match name {
                        Some(name) if policy.redacts_name(name) => {
                            *value = self.value();
                            1
                        }
                        _ => self.inside(value, policy),
                    }
                })
                .sum(),
            Given::Also { value, others } => {
                let replaced = self.inside(value, policy);
                others.iter_mut().map(|other| self.inside(other, policy)).sum::<usize>() + replaced
            }
            Given::Object(object) => object
                .fields
                .iter_mut()
                .map(|(name, value)| {
                    if policy.redacts_name(name) {
                        *value = self.value();
                        1
                    } else {
                        self.inside(value, policy)
                    }
                })
                .sum(),
            _ => 0,
        }
    }

    /// Any value of that type.
    fn of_type(&mut self, type_name: String) -> Given {
        let type_name = Some(type_name);
        let reason = self.text();
        let missing = self.choices.chance(60).then(|| Missing { reason: reason.clone(), size: Some(9) });
        match self.choices.below(8) {
            0 => {
                let unplaced = self.choices.chance(60);
                Given::List(Items { type_name, items: vec![self.value()], missing, unplaced })
            }
            1 => Given::Set(Items { type_name, items: vec![], missing, unplaced: false }),
            2 => Given::Enum { type_name, name: reason },
            3 => Given::Opaque { type_name, text: Some(reason) },
            6 => Given::Typed { type_name, scalar: Box::new(Given::Str(reason)), perhaps: None },
            4 => Given::Cut { type_name, size: self.choices.chance(128).then_some(3), reason },
            _ => Given::Object(Object {
                type_name,
                supertypes: vec![],
                fields: vec![("number".to_owned(), self.value())],
                identity: self.choices.chance(128).then_some(77),
                missing: missing.map(|missing| missing.reason),
                perhaps: self.choices.chance(60).then(|| Box::new(Given::Str(self.text()))),
            }),
        }
    }
}

fn type_of(value: &Given) -> Option<&str> {
    match value {
        Given::List(items) | Given::Set(items) => items.type_name.as_deref(),
        Given::Map(map) => map.type_name.as_deref(),
        Given::Object(object) => object.type_name.as_deref(),
        Given::Also { value, .. } => type_of(value),
        Given::Enum { type_name, .. }
        | Given::Opaque { type_name, .. }
        | Given::Typed { type_name, .. }
        | Given::Cut { type_name, .. } => type_name.as_deref(),
        _ => None,
    }
}
