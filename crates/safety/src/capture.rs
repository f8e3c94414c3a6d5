//! What holds for everything that leaves the process as a snapshot or event.

use probelang::capture::{
    About, Audit, Capture, CaptureLimits, Ending, Event, Frame, Group, MIN_SIZE, Moment, Name, Recording,
    Settings, StackFrame, Throwable, frame,
};
use probelang::host::{Budget, Host, Names, Resolve, Use};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode, Snapshot, Vars};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world;
use probelang_testkit::host::TestHost;
use probelang_testkit::schema;

use crate::draw;
use crate::evil::{EvilHost, Sins};
use crate::graph::Graph;
use crate::taint::{self, CANARY, Secret};

/// Limits of any size, tight ones more often.
pub fn limits(choices: &mut Choices<'_>) -> CaptureLimits {
    let mut limit = || match choices.below(6) {
        0 => 0,
        1 => usize::MAX,
        2 | 3 => 1 + choices.below(4),
        _ => choices.below(300),
    };
    let (depth, items, length, fields) = (limit(), limit(), limit(), limit());
    CaptureLimits::default().with_depth(depth).with_items(items).with_length(length).with_fields(fields)
}

/// Bytes that a snapshot may have.
fn size(choices: &mut Choices<'_>) -> usize {
    match choices.below(4) {
        0 => choices.below(MIN_SIZE),
        1 => usize::MAX,
        2 => MIN_SIZE + choices.below(20_000),
        _ => 1 << 20,
    }
}

/// Writes what was captured as an event and a snapshot, and checks both: valid, within their size, readable.
///
/// # Panics
/// Where they are not.
pub fn written(capture: &mut Capture, about: &About<'_>, message: &str, size: usize) -> [String; 2] {
    let (mut snapshot, mut event) = (String::new(), String::new());
    capture.write_snapshot(about, size, &mut snapshot);
    let envelope = Event { snapshot: *about, service: "shop", message: Some(message), ..Event::default() };
    capture.write_event(&envelope, size, &mut event);
    if let Err(error) = schema::snapshot(&snapshot) {
        panic!("{error}");
    }
    match schema::event(&event) {
        Ok(None) => {}
        Ok(Some(json)) => {
            let Some(kept) = json["message"].as_str() else { panic!("no message: {event}") };
            assert!(message.starts_with(kept.strip_suffix("...").unwrap_or(kept)), "{kept:?} of {message:?}");
        }
        Err(error) => panic!("{error}"),
    }
    for text in [&snapshot, &event] {
        assert!(text.len() <= size.max(MIN_SIZE), "{} bytes of {size}: {text}", text.len());
        let audit = Audit::of(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(audit.bytes, text.len());
    }
    [snapshot, event]
}

/// Captures moments of a hit over `host` that `choices` draw.
fn drawn(choices: &mut Choices<'_>, host: &dyn Host, names: &[Name<'_>], policy: &Policy) -> Capture {
    let mut capture = Capture::new();
    // few, so that a fuzzer sees many; a large event now and then
    let steps = match choices.below(32) {
        31 => 50_000,
        18..=30 => choices.below(100) as u64,
        _ => 200,
    };
    let mut budget = Budget::steps(steps);
    let stack =
        [StackFrame { file: Some("a\n.py"), function: None, line: Some(0), column: Some(u32::MAX) }; 2];
    let thrown = Throwable {
        type_name: "E",
        message: Some("no\u{0}"),
        truncated: choices.chance(60),
        stack: &stack,
        ..Throwable::default()
    };
    for _ in 0..=choices.below(4) {
        let settings = Settings { policy, limits: limits(choices) };
        let moment = [Moment::Entry, Moment::Return, Moment::Line("12"), Moment::Line("a\""), Moment::Apart]
            [choices.below(5)];
        let from = choices.below(names.len() + 1);
        let ending = [Ending::Unsaid, Ending::Returned, Ending::Threw(&thrown)][choices.below(3)];
        let missing = choices.chance(60).then_some("a reason \u{7} that is long; ".repeat(9));
        let hit =
            Frame { moment, names: &names[from..], missing: missing.as_deref(), ending, ..Frame::default() };
        assert!(frame(&mut capture, host, &hit, &settings, &mut budget).is_empty());
        if choices.chance(40) {
            capture.caught(&thrown, policy);
        }
    }
    capture
}

/// Names of all groups.
fn named<'n>(names: &mut dyn Resolve, all: impl IntoIterator<Item = &'n str>) -> Vec<Name<'n>> {
    let groups = [Group::Arguments, Group::Locals, Group::StaticFields];
    let all = all.into_iter().enumerate();
    all.map(|(at, name)| Name { group: groups[at % 3], name, symbol: names.resolve(name, Use::Variable) })
        .collect()
}

/// No host harms a capture: it ends, closes every cursor, and the event is valid and fits.
pub fn evil(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let sins = Sins::draw(choices);
    let policy = draw::policy(choices);
    let host = EvilHost::new(choices.bits(), sins);
    let mut names = Names::new();
    let mut names = named(&mut names, ["a", "b", "password", "@return", "x y", "\u{1}\"", "d", "e"]);
    names.sort_by_key(|name| name.group as u8);
    let mut capture = drawn(choices, &host, &names, &policy);
    assert_eq!((host.still_open(), host.misused.get()), (0, 0), "{sins:?}");
    written(&mut capture, &About { language: "rust", ..About::default() }, "m\u{1}", size(choices));
}

/// Any document or recording is captured, fits, and is read back with its frame.
pub fn prune(data: &[u8]) {
    let (tail, data) = data.split_at(data.len().min(24));
    let choices = &mut Choices::new(tail);
    let policy = draw::policy(choices);
    let settings = Settings { policy: &policy, limits: limits(choices) };
    let size = size(choices);
    let (vars, mut snapshot, mut reader) = (Vars::new(), Snapshot::default(), InputReader::new());
    let Ok(items) = reader.read(data, Mode::Auto) else { return };
    for item in items.take(8) {
        let mut names = Names::new();
        let mut capture = Capture::new();
        let mut budget = Budget::steps(50_000);
        let mut shown = |recording: Recording<'_>, host: &dyn Host| {
            recording.capture(&mut capture, host, &[], &settings, &mut budget);
            let [text, _] = written(&mut capture, &recording.about(), "", size);
            match Snapshot::parse(text.as_bytes(), Some(recording.frame()), &policy) {
                Ok(again) => assert_eq!(again.frame(), recording.frame()),
                Err(error) => assert!(text.contains("payloadTooLarge"), "{error}: {text}"),
            }
        };
        match item {
            Ok(Item::Plain(plain)) => {
                let recording = Recording::of_document(&plain, &vars, &mut names);
                shown(recording, &plain.view(&names));
            }
            Ok(Item::Recorded(recorded)) => {
                let Ok(exception) = recorded.open_apart(None, &policy, &mut snapshot) else { continue };
                let recording =
                    Recording::of_snapshot(&recorded, &snapshot, exception, &vars, &policy, &mut names);
                shown(recording, &snapshot.view(&names));
            }
            Err(_) => {}
        }
    }
}

/// What is redacted is in no capture: neither of trees nor of graphs with cycles.
pub fn canary(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let policy = draw::policy(choices);
    let world = world::frame(choices);
    let (secret, _) = taint::other(&world, &policy, Secret::Canary, choices);
    let mut host = TestHost::new(secret.iter().map(|(name, value)| (*name, value.clone())));
    let mut names = named(host.names(), secret.iter().map(|(name, _)| *name));
    names.sort_by_key(|name| name.group as u8);
    secretive(drawn(choices, &host, &names, &policy), size(choices));
    let mut graph = Graph::draw(choices, &policy);
    let all: Vec<String> = graph.variables().map(str::to_owned).collect();
    let names = named(graph.names(), all.iter().map(String::as_str));
    secretive(drawn(choices, &graph, &names, &policy), size(choices));
}

fn secretive(mut capture: Capture, size: usize) {
    for text in written(&mut capture, &About { language: "rust", ..About::default() }, "", size) {
        let audit = Audit::of(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(!text.contains(CANARY), "{text}");
        assert!(!format!("{audit:?}{capture:?}").contains(CANARY), "{audit:?}");
    }
}
