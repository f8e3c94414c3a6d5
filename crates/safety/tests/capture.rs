//! Captures: valid and bounded whatever the host, without a secret, and read back as what they were made from.

#![cfg(test)]

use std::cell::Cell;
use std::path::Path;

use probelang::ProgramKind;
use probelang::capture::{About, Capture, CaptureLimits, Frame, Group, Name, Settings, frame};
use probelang::diagnostic::{Class, Code, fault};
use probelang::host::{Budget, Names, Resolve, Use};
use probelang::snapshot::Snapshot;
use probelang_safety::observe::Seen;
use probelang_safety::{capture, draw, observe};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{for_each_seed, world};
use probelang_testkit::host::TestHost;
use probelang_testkit::value::{Given, Object};
use serde_json::Value as Json;

/// Bytes that decide a case.
fn decisions(choices: &mut Choices<'_>, count: usize) -> Vec<u8> {
    (0..count).map(|_| choices.byte()).collect()
}

#[test]
fn no_host_makes_an_event_that_is_not_valid_or_too_large() {
    for_each_seed(300, |choices| {
        capture::evil(&decisions(choices, 80));
        Ok(())
    });
}

#[test]
fn every_recording_and_document_fits_its_size() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for name in ["snapshots", "recordings"] {
        let files = std::fs::read_dir(folder.join(name)).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        texts.extend(files.map(|path| std::fs::read(path).unwrap()));
    }
    texts.sort();
    assert!(texts.len() > 40, "{}", texts.len());
    for_each_seed(400, |choices| {
        let text = &texts[choices.below(texts.len())];
        capture::prune(&[&decisions(choices, 24), text.as_slice()].concat());
        // as a document: what a recording is made of
        let nested = [br#"{"data": "#, text.as_slice(), b"}"].concat();
        capture::prune(&[&decisions(choices, 24), nested.as_slice()].concat());
        Ok(())
    });
}

#[test]
fn no_capture_shows_what_is_redacted() {
    for_each_seed(1_000, |choices| {
        capture::canary(&decisions(choices, 1_500));
        Ok(())
    });
}

/// Gives every object an identity, as live ones have.
fn alive(value: &mut Given, next: &mut u64) {
    match value {
        Given::Also { value, others } => {
            alive(value, next);
            others.iter_mut().for_each(|other| alive(other, next));
        }
        Given::List(items) | Given::Set(items) => items.items.iter_mut().for_each(|item| alive(item, next)),
        Given::Map(map) => {
            for (key, value) in &mut map.entries {
                alive(key, next);
                alive(value, next);
            }
        }
        Given::Object(Object { fields, identity, .. }) => {
            *next += 1;
            identity.get_or_insert(1_000 + *next);
            fields.iter_mut().for_each(|(_, value)| alive(value, next));
        }
        _ => {}
    }
}

/// Whether a printed value is `live`, as far as it is readable.
fn is_same(live: &Json, again: &Json) -> bool {
    match (live, again) {
        (_, Json::Object(members)) if is_marker(again) => {
            let beginning = members.get("$text").and_then(Json::as_str);
            beginning.is_none_or(|text| live.as_str().is_none_or(|live| live.starts_with(text)))
        }
        (Json::Array(live), Json::Array(again)) => {
            let cut = again.last().is_some_and(is_marker);
            let count = if cut && again.len() <= live.len() { again.len() - 1 } else { again.len() };
            (cut || live.len() == again.len())
                && live.iter().zip(again).take(count).all(|(live, again)| is_same(live, again))
        }
        (Json::Object(live), Json::Object(again)) => {
            let whole = !again.contains_key("$unreadable");
            let mut shown = again.iter().filter(|(key, _)| *key != "$unreadable");
            (!whole || live.len() == again.len())
                && shown.all(|(key, again)| live.get(key).is_some_and(|live| is_same(live, again)))
        }
        // a map whose keys are not all whole is printed as a list
        (Json::Object(_), Json::Array(pairs)) => {
            pairs.iter().any(|pair| is_marker(pair) || is_marker(&pair[0]))
        }
        (live, again) => live == again,
    }
}

fn is_marker(json: &Json) -> bool {
    json.as_object().is_some_and(|members| members.contains_key("$unreadable"))
}

fn is_unreadable(seen: &Seen) -> bool {
    seen.codes.iter().any(|code| code.class() == Class::Unreadable)
}

/// What faults of a run come to: which rule hides a value is not recorded.
fn faults(seen: &Seen) -> Vec<String> {
    let code = |code: &Code| match code.class() {
        Class::Redacted => "redacted".to_owned(),
        _ => code.text().to_owned(),
    };
    seen.codes.iter().map(code).collect()
}

/// Whether what was captured answers as the live values, or that it cannot tell.
fn agree(kind: ProgramKind, live: &Seen, again: &Seen, text: &str) -> bool {
    if live.is_limited() || again.is_limited() {
        return true;
    }
    if kind == ProgramKind::Template {
        // what is cut or cannot be read is printed as such
        let lacks =
            text.contains("\"truncated\"") || text.replace("Reason\":\"redacted", "").contains("Reason\":");
        return lacks
            || is_unreadable(again)
            || (&live.answer, faults(live)) == (&again.answer, faults(again));
    }
    if !again.codes.is_empty() {
        return is_unreadable(again) || faults(live) == faults(again);
    }
    let json = |seen: &Seen| serde_json::from_str::<Json>(&seen.answer).ok();
    // which types there are is what a live host says; by its kind a recorded value is certainly no `int`
    if live.codes == [fault::UNKNOWN_TYPE] {
        return again.answer == "false";
    }
    if !live.codes.is_empty() {
        // the element that failed is among those that a filter says it cannot read
        return again.answer.contains("\"$unreadable\"");
    }
    match (json(live), json(again)) {
        (Some(live), Some(again)) => is_same(&live, &again),
        (live, again) => live == again,
    }
}

#[test]
fn what_was_captured_answers_as_the_live_values_did_or_that_it_cannot_tell() {
    let (asked, told) = (Cell::new(0u32), Cell::new(0u32));
    for_each_seed(2_000, |choices| {
        let drawn = draw::program(choices);
        let Some(program) = drawn.program() else { return Ok(()) };
        let tight = choices.chance(128);
        let limits = if tight {
            capture::limits(choices)
        } else {
            let many = usize::MAX;
            CaptureLimits::default().with_depth(many).with_items(many).with_length(many).with_fields(many)
        };
        let mut next = 0;
        let mut values = world::frame(choices);
        values.iter_mut().for_each(|(_, value)| alive(value, &mut next));
        let mut host = TestHost::new(values.iter().map(|(name, value)| (*name, value.clone())));
        let bound = program.bind(host.names());
        let live = observe::run(&bound, &host, &mut Budget::steps(100_000));

        let names: Vec<Name<'_>> = values
            .iter()
            .map(|(name, _)| Name {
                group: Group::Locals,
                name,
                symbol: host.names().resolve(name, Use::Variable),
            })
            .collect();
        let settings = Settings { policy: &drawn.policy, limits };
        let mut captured = Capture::new();
        let hit = Frame { names: &names, ..Frame::default() };
        assert!(frame(&mut captured, &host, &hit, &settings, &mut Budget::steps(1_000_000)).is_empty());
        let about = About { language: "rust", ..About::default() };
        let [text, _] = capture::written(&mut captured, &about, "", 8 << 20);

        let snapshot =
            Snapshot::parse(text.as_bytes(), None, &drawn.policy).map_err(|error| error.to_string())?;
        let mut names = Names::new();
        let bound = program.bind(&mut names);
        let again = observe::run(&bound, &snapshot.view(&names), &mut Budget::steps(100_000));
        asked.set(asked.get() + 1);
        told.set(told.get() + u32::from(!is_unreadable(&again)));
        if agree(drawn.kind, &live, &again, &text) {
            return Ok(());
        }
        Err(format!("{}\nlive  {live:#?}\nagain {again:#?}\n{limits:?}\n{text}", drawn.shown()))
    });
    assert!(told.get() * 2 > asked.get(), "{told:?} of {asked:?}");
}
