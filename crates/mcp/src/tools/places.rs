//! Where recorded hits come from.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use probelang::data::text::{Object, array, string};
use probelang::snapshot::{Item, Location};

use super::{Bounded, Call, untrusted};
use crate::data::Data;
use crate::failed::Failed;

/// Places that are told apart.
const PLACES: usize = 10_000;
/// Names of a frame that are listed.
const NAMES: usize = 100;

/// What was recorded at a place.
#[derive(Default)]
struct Found {
    hits: u64,
    /// The frames of the first hit, each with its names.
    frames: Vec<(String, Vec<String>)>,
}

pub(super) fn places(call: &Call<'_>) -> Result<String, Failed> {
    let data = Data::need(&call.arguments, call.folders)?;
    let engine = call.engine();
    let policy = engine.redaction();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let (mut placeless, mut unusable, mut left_out) = (0_u64, 0_u64, false);
    data.each(|_, item| {
        if call.is_stopped() {
            return ControlFlow::Break(());
        }
        let recorded = match item {
            Ok(Item::Recorded(recorded)) => recorded,
            Ok(Item::Plain(_)) => {
                placeless = placeless.saturating_add(1);
                return ControlFlow::Continue(());
            }
            Err(_) => {
                unusable = unusable.saturating_add(1);
                return ControlFlow::Continue(());
            }
        };
        let Some(location) = recorded.location() else {
            placeless = placeless.saturating_add(1);
            return ControlFlow::Continue(());
        };
        let place = match location {
            Location::Function { type_name: "", method } => method.to_owned(),
            Location::Function { type_name, method } => format!("{type_name}.{method}"),
            Location::Line { file, line } => format!("{file}:{line}"),
        };
        if found.len() >= PLACES && !found.contains_key(&place) {
            left_out = true;
            return ControlFlow::Continue(());
        }
        let entry = found.entry(place).or_default();
        entry.hits = entry.hits.saturating_add(1);
        if entry.frames.is_empty() {
            for frame in recorded.frames().unwrap_or_default() {
                let Ok(snapshot) = recorded.open(Some(&frame), policy) else { continue };
                let names = snapshot.names().into_iter().take(NAMES);
                let names = names.map(|name| policy.masked_name(name).into_owned()).collect();
                entry.frames.push((frame, names));
            }
        }
        ControlFlow::Continue(())
    });
    let mut places: Vec<(String, Found)> = found.into_iter().collect();
    places.sort_by_key(|(_, found)| std::cmp::Reverse(found.hits));
    let mut list = Bounded::new(call.limit());
    for (place, Found { hits, frames }) in places {
        let frames = frames.iter().map(|(frame, names)| {
            let mut object = Object::new();
            object.string("frame", frame).raw("names", &array(names.iter().map(|name| string(name))));
            object.end()
        });
        let mut object = Object::new();
        object.string("place", &place).number("hits", hits).raw("frames", &array(frames));
        if !list.add(object.end()) {
            break;
        }
    }
    let mut object = Object::new();
    object
        .raw("untrusted", &untrusted("places", &array(list.items)))
        .number("placeless", placeless)
        .number("unusable", unusable)
        .boolean("truncated", list.truncated || left_out);
    Ok(object.end())
}
