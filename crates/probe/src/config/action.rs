//! What the probes of each type do.

use probelang::Template;
use probelang::capture::CaptureLimits;
use probelang::diagnostic::{Code, probe};

use super::Programs;
use super::raw::{Item, Notes, Object};
use crate::probe::{
    CapturedExpression, Captures, Log, MetricAction, MetricKind, TagGroup, TagValue, Tags, Target,
};

/// Events per second of a log probe that captures nothing.
const LOGS: f64 = 5_000.0;
/// Events per second of a log probe that captures.
const SNAPSHOTS: f64 = 1.0;
/// Bytes of the name of a metric or tag.
const NAME: usize = 200;

pub(super) fn log<'j>(object: &mut Object<'j>, programs: &mut Programs<'_, '_, 'j>) -> Option<Log> {
    let notes = programs.notes;
    let message = template(
        object,
        programs,
        probe::NO_MESSAGE,
        "neither `segments` nor `template`: the message will be the place of the probe",
    );
    let snapshot = object.get("captureSnapshot").and_then(|item| item.boolean(notes)).unwrap_or(false);
    let limits = limits(object, CaptureLimits::default(), notes);
    let expressions = object.get("captureExpressions").map(|item| (item.list(notes), item));
    let captures = match (snapshot, expressions) {
        (true, expressions) => {
            if let Some((_, item)) = expressions.filter(|(list, _)| !list.is_empty()) {
                let message = "`captureSnapshot` captures everything; `captureExpressions` is not used";
                notes.say(probe::UNUSED_KEY, &item, message);
            }
            Captures::Frame(limits)
        }
        (false, Some((list, _))) if !list.is_empty() => {
            Captures::Expressions(list.iter().filter_map(|item| expression(item, limits, programs)).collect())
        }
        (false, _) => Captures::Nothing,
    };
    let default = if matches!(captures, Captures::Nothing) { LOGS } else { SNAPSHOTS };
    let rate = object.get("sampling").and_then(|item| item.object(notes)).and_then(|mut sampling| {
        let rate = sampling.get("snapshotsPerSecond").and_then(|item| item.rate(notes));
        sampling.end(&["eventsPerSecond"], notes);
        rate
    });
    Some(Log { message, captures, rate: rate.unwrap_or(default) })
}

/// The limits under `capture`. What is not given is inherited.
fn limits<'j>(object: &mut Object<'j>, inherited: CaptureLimits, notes: &Notes<'j>) -> CaptureLimits {
    let mut limits = inherited;
    let Some(mut of) = object.get("capture").and_then(|item| item.object(notes)) else { return limits };
    let mut set = |key: &str, limit: &mut usize| {
        if let Some(number) = of.get(key).and_then(|item| item.whole(notes)) {
            *limit = usize::try_from(number).unwrap_or(usize::MAX);
        }
    };
    set("maxReferenceDepth", &mut limits.depth);
    set("maxCollectionSize", &mut limits.items);
    set("maxLength", &mut limits.length);
    set("maxFieldCount", &mut limits.fields);
    of.end(&[], notes);
    limits
}

fn expression<'j>(
    item: &Item<'j>,
    inherited: CaptureLimits,
    programs: &mut Programs<'_, '_, 'j>,
) -> Option<CapturedExpression> {
    let notes = programs.notes;
    let mut of = item.object(notes)?;
    let name = of.need("name", "a captured expression", notes).and_then(|item| item.text(notes));
    let value = of.need("expr", "a captured expression", notes).and_then(|item| programs.expression(&item));
    let limits = limits(&mut of, inherited, notes);
    of.end(&[], notes);
    Some(CapturedExpression { name: name?, value: value?, limits })
}

pub(super) fn metric<'j>(
    object: &mut Object<'j>,
    programs: &mut Programs<'_, '_, 'j>,
) -> Option<MetricAction> {
    let notes = programs.notes;
    let kind = object.need("kind", "a metric probe", notes).and_then(|item| {
        let name = item.text(notes)?;
        let kind = MetricKind::ALL.into_iter().find(|kind| kind.name() == name);
        if kind.is_none() {
            notes.wrong(&item, "`COUNT`, `GAUGE`, `HISTOGRAM` or `DISTRIBUTION`");
        }
        kind
    });
    let name = object.need("metricName", "a metric probe", notes).and_then(|item| metric_name(&item, notes));
    let value = match (object.get("value"), kind) {
        (Some(item), _) => programs.metric(&item),
        (None, None | Some(MetricKind::Count)) => None,
        (None, Some(kind)) => {
            let message = format!("a metric probe of kind `{}` needs `value`", kind.name());
            notes.say(probe::MISSING_KEY, &object.at, message);
            None
        }
    };
    let unit = object.get("unit").and_then(|item| item.text(notes));
    let tags = object.get("metricTags").map(|item| tags(&item, programs)).unwrap_or_default();
    Some(MetricAction { name: name?, kind: kind?, value, unit, tags })
}

/// The name of a metric, as receivers take it: in ASCII and without `:`, which ends a name on the way to them.
fn metric_name<'j>(item: &Item<'j>, notes: &Notes<'j>) -> Option<String> {
    let says = "metric begins with a letter, has letters from a to z, digits, `_`, `-`, `.` and `/`";
    sent_name(item, notes, "_-./", |c| c.is_ascii(), says)
}

/// The name of a tag, as receivers take it: letters first, then letters, digits, `_`, `-`, `.`, `/` and `:`.
fn tag_name<'j>(item: &Item<'j>, notes: &Notes<'j>) -> Option<String> {
    let says = "tag begins with a letter, has letters, digits, `_`, `-`, `.`, `/` and `:`";
    sent_name(item, notes, "_-./:", |_| true, says)
}

/// A name that is sent: a letter that is `allowed` or `_`, then such letters, digits and `signs`. `says` says so.
fn sent_name<'j>(
    item: &Item<'j>,
    notes: &Notes<'j>,
    signs: &str,
    allowed: impl Fn(char) -> bool,
    says: &str,
) -> Option<String> {
    let name = item.text(notes)?;
    let fits = name.chars().all(|c| (c.is_alphanumeric() && allowed(c)) || signs.contains(c));
    if !fits
        || name.len() > NAME
        || !name.starts_with(|c: char| (c.is_alphabetic() && allowed(c)) || c == '_')
    {
        let message = format!("the name of a {says}, and is at most {NAME} bytes long");
        notes.say(probe::WRONG_VALUE, item, message);
        return None;
    }
    Some(name)
}

fn tags<'j>(item: &Item<'j>, programs: &mut Programs<'_, '_, 'j>) -> Vec<TagValue> {
    item.list(programs.notes).iter().filter_map(|item| tag(item, programs)).collect()
}

fn tag<'j>(item: &Item<'j>, programs: &mut Programs<'_, '_, 'j>) -> Option<TagValue> {
    let notes = programs.notes;
    let mut of = item.object(notes)?;
    let name = of.need("name", "a tag", notes).and_then(|item| tag_name(&item, notes));
    let value = of.need("value", "a tag", notes).and_then(|item| value(&item, programs));
    of.end(&[], notes);
    Some(TagValue { name: name?, value: value? })
}

fn value<'j>(item: &Item<'j>, programs: &mut Programs<'_, '_, 'j>) -> Option<Template> {
    let mut of = item.object(programs.notes)?;
    let value =
        template(&mut of, programs, probe::MISSING_KEY, "the value of a tag needs `segments` or `template`");
    of.end(&[], programs.notes);
    value
}

/// The template of an object: its segments, or its text where there are none. With neither, `code` says `missing`.
fn template<'j>(
    of: &mut Object<'j>,
    programs: &mut Programs<'_, '_, 'j>,
    code: Code,
    missing: &str,
) -> Option<Template> {
    let text = of.get("template");
    match (of.get("segments").filter(|item| item.json() != "[]"), text) {
        (Some(segments), _) => programs.segments(&segments),
        (None, Some(text)) => programs.template(&text),
        (None, None) => {
            programs.notes.say(code, &of.at, missing);
            None
        }
    }
}

pub(super) fn decoration<'j>(object: &mut Object<'j>, programs: &mut Programs<'_, '_, 'j>) -> Option<Tags> {
    let notes = programs.notes;
    let target = match object.get("targetSpan") {
        None => Some(Target::Active),
        Some(item) => {
            let name = item.text(notes)?;
            let target = [Target::Active, Target::Root].into_iter().find(|target| target.name() == name);
            if target.is_none() {
                notes.wrong(&item, "`ACTIVE` or `ROOT`");
            }
            target
        }
    };
    let decorations = object.need("decorations", "a span decoration probe", notes)?;
    let groups = decorations.list(notes).iter().filter_map(|item| group(item, programs)).collect();
    Some(Tags { target: target?, groups })
}

fn group<'j>(item: &Item<'j>, programs: &mut Programs<'_, '_, 'j>) -> Option<TagGroup> {
    let notes = programs.notes;
    let mut of = item.object(notes)?;
    let when = of.get("when").and_then(|item| programs.condition(&item));
    let tags = of.need("tags", "a decoration", notes).map(|item| tags(&item, programs));
    of.end(&[], notes);
    Some(TagGroup { when, tags: tags? })
}
