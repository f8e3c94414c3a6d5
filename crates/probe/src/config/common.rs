//! Keys of every probe: `where`, `evaluateAt`, `tags`, `life`.

use std::num::NonZeroU64;

use probelang::diagnostic::probe;

use super::raw::{Item, Notes, Object};
use crate::Timestamp;
use crate::life::{Expiry, Life, duration};
use crate::probe::{Moment, Place, line_range};

/// Keys of real configurations that mean nothing here.
pub(super) const IGNORED: &[&str] =
    &["created", "active", "userId", "orgId", "additionalIds", "captureSnapshot", "exceptionHash"];

pub(super) fn tags<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Vec<String> {
    let list = object.get("tags").map(|item| item.list(notes)).unwrap_or_default();
    list.iter().filter_map(|item| item.text(notes)).collect()
}

pub(super) fn service_configuration<'j>(mut object: Object<'j>, notes: &Notes<'j>) -> Option<f64> {
    let rate = object.get("sampling").and_then(|item| item.object(notes)).and_then(|mut sampling| {
        let rate = sampling.get("snapshotsPerSecond").and_then(|item| item.rate(notes));
        sampling.end(&[], notes);
        rate
    });
    object.end(
        &["id", "language", "version", "allowList", "denyList", "allow", "deny", "opsConfiguration"],
        notes,
    );
    rate
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

pub(super) fn place<'j>(object: &mut Object<'j>, notes: &Notes<'j>) -> Option<Place> {
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
    of.end(&["inBodyLocation"], notes);
    match (lines, file, method) {
        (Some((lines, _)), Some(file), _) => {
            let (first, others) = lines.split_first()?;
            if let Some(other) = others.first() {
                notes.say(probe::UNUSED_KEY, other, "a probe has one line or range; this one is not used");
            }
            let (from, to) = line(first, notes)?;
            Some(Place::Lines { file, from, to })
        }
        (Some((_, at)), None, None) => {
            notes.say(probe::MISSING_KEY, &at, "lines need `sourceFile`, the file that they are in");
            None
        }
        (_, _, Some(method)) => {
            Some(Place::Function { type_name: type_name.unwrap_or_default(), method, signature })
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
