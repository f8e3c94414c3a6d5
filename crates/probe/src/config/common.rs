//! Keys of every probe: `where`, `evaluateAt`, `tags`, `life`.

use std::num::NonZeroU64;

use probelang::diagnostic::probe;
use probelang::redact::Policy;

use super::raw::{Item, Notes, Object};
use crate::Timestamp;
use crate::config::ProbeFile;
use crate::event::tag_value;
use crate::life::{Expiry, Life, duration};
use crate::probe::{Moment, Place, line_range};

/// Keys of real configurations that mean nothing here.
pub(super) const IGNORED: &[&str] =
    &["created", "active", "userId", "orgId", "additionalIds", "captureSnapshot", "exceptionHash"];

/// The tags of a probe. Events carry them, so a value whose name is redacted is hidden here already.
pub(super) fn tags<'j>(object: &mut Object<'j>, policy: &Policy, notes: &Notes<'j>) -> Vec<String> {
    let list = object.get("tags").map(|item| item.list(notes)).unwrap_or_default();
    let texts = list.iter().filter_map(|item| item.text(notes));
    texts
        .map(|tag| match tag.split_once(':') {
            Some((name, value)) => format!("{name}:{}", tag_value(policy, name, value)),
            None => tag,
        })
        .collect()
}

/// The names of the sinks that the events of a probe go to. An empty list is a mistake: nobody would see the probe.
pub(super) fn targets<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Option<Vec<String>> {
    let item = object.get("targets")?;
    let list = item.list(notes);
    let names: Vec<String> = list.iter().filter_map(|item| item.text(notes)).collect();
    if item.is_array() && (list.is_empty() || names.iter().any(String::is_empty)) {
        notes.say(
            probe::WRONG_VALUE,
            &item,
            "`targets` names at least one sink; without it, events go to all",
        );
    }
    Some(names)
}

/// Reads what a service configuration sets for all probes: the rate of captures, and where probes are not allowed. It may
/// also be the wrapper of lists of probes.
pub(super) fn service<'j>(object: &mut Object<'j>, read: &mut ProbeFile, notes: &Notes<'j>) {
    if let Some(mut sampling) = object.get("sampling").and_then(|item| item.object(notes)) {
        if let Some(rate) = sampling.get("snapshotsPerSecond").and_then(|item| item.rate(notes)) {
            read.snapshots_per_second = Some(rate);
        }
        sampling.end(&[], notes);
    }
    let rules = std::mem::take(&mut read.rules);
    let rules = rules.denying_types(types(object, &["denyList", "deny"], notes));
    read.rules = rules.only_types(types(object, &["allowList", "allow"], notes));
}

/// The types of a list, as rules write them: the classes, and what begins with one of the prefixes of packages.
fn types<'j>(object: &mut Object<'j>, keys: &[&str], notes: &Notes<'j>) -> Vec<String> {
    let Some(mut of) = keys.iter().find_map(|key| object.get(key)).and_then(|item| item.object(notes)) else {
        return Vec::new();
    };
    let mut all = |keys: &[&str]| -> Vec<String> {
        let list = keys.iter().find_map(|key| of.get(key)).map(|item| item.list(notes)).unwrap_or_default();
        list.iter().filter_map(|item| item.text(notes)).collect()
    };
    let mut types = all(&["classes"]);
    let prefixes = all(&["packagePrefixes", "package_prefixes"]);
    types.extend(prefixes.iter().map(|prefix| format!("{}*", prefix.trim_end_matches('*'))));
    of.end(&[], notes);
    types
}

pub(super) fn evaluate_at<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Option<Moment> {
    let item = object.get("evaluateAt")?;
    match item.text(notes)?.as_str() {
        "ENTRY" => Some(Moment::Entry),
        "EXIT" => Some(Moment::Exit),
        "DEFAULT" => None,
        _ => {
            notes.wrong(&item, "`ENTRY`, `EXIT` or `DEFAULT`");
            None
        }
    }
}

pub(super) fn place<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Option<(Place, Option<String>)> {
    let item = object.need("where", "a probe", notes)?;
    let mut of = item.object(notes)?;
    let mut text = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| of.get(key))
            .and_then(|item| item.text(notes))
            .filter(|text| !text.is_empty())
    };
    let type_name = text(&["typeName", "type"]);
    let method = text(&["methodName", "method"]);
    let signature = text(&["signature"]);
    let file = text(&["sourceFile"]);
    let lines = of.get("lines").map(|item| (item.list(notes), item)).filter(|(lines, _)| !lines.is_empty());
    // a line without its indent says as much, and a blank one nothing
    let line_text = of.get("lineText").and_then(|item| item.text(notes)).map(|text| text.trim().to_owned());
    let line_text = line_text.filter(|text| !text.is_empty());
    of.end(&["inBodyLocation"], notes);
    match (lines, file, method) {
        (Some((lines, _)), Some(file), _) => {
            let (first, others) = lines.split_first()?;
            if let Some(other) = others.first() {
                notes.say(probe::UNUSED_KEY, other, "a probe has one line or range; this one is not used");
            }
            let (from, to) = line(first, notes)?;
            Some((Place::Lines { file, from, to }, line_text))
        }
        (Some((_, at)), None, None) => {
            notes.say(probe::MISSING_KEY, &at, "lines need `sourceFile`, the file that they are in");
            None
        }
        (_, _, Some(method)) => {
            Some((Place::Function { type_name: type_name.unwrap_or_default(), method, signature }, None))
        }
        (None, _, None) => {
            let message = "`where` needs `methodName`, or `sourceFile` and `lines`";
            notes.say(probe::MISSING_KEY, &item, message);
            None
        }
    }
}

/// `"12"` or `"12-25"`.
fn line<'j>(item: &Item<'j>, notes: &Notes<'j>) -> Option<(u32, u32)> {
    // a number is plain enough to be taken
    let text = if item.json().starts_with('"') { item.text(notes)? } else { item.json().to_owned() };
    let range = line_range(&text);
    if range.is_none() {
        notes.say(probe::WRONG_VALUE, item, "a line is written like \"12\", a range like \"12-25\"");
    }
    range
}

/// The life of a probe; `None` if it was given and is wrong.
pub(super) fn life<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Option<Life> {
    let Some(item) = object.get("life") else { return Some(Life::default()) };
    let mut of = item.object(notes)?;
    let mut life = Life::default();
    if let Some(item) = of.get("expiresAt") {
        match Timestamp::parse(&item.text(notes)?) {
            Ok(time) => life.expiry = Some(Expiry::At(time)),
            Err(error) => notes.say(probe::WRONG_VALUE, &item, error.to_string()),
        }
    }
    if let Some(item) = of.get("expiresAfter") {
        match duration(&item.text(notes)?) {
            Some(_) if life.expiry.is_some() => {
                notes.say(probe::UNUSED_KEY, &item, "`expiresAt` says when the probe expires");
            }
            Some(duration) => life.expiry = Some(Expiry::After(duration)),
            None => notes.say(
                probe::WRONG_VALUE,
                &item,
                "a duration is written like \"5s\", \"30m\", \"2h\" or \"7d\"",
            ),
        }
    }
    let mut positive = |key: &str| {
        let item = of.get(key)?;
        let number = NonZeroU64::new(item.whole(notes)?);
        if number.is_none() {
            notes.wrong(&item, "a whole number from 1");
        }
        number
    };
    life.max_hits = positive("maxHits").map(NonZeroU64::get);
    life.every = positive("every").unwrap_or(NonZeroU64::MIN);
    of.end(&[], notes);
    Some(life)
}
