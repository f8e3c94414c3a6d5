//! Snapshots and events of a limited size: they parse, they fit, and what goes is what the rule says.

#![cfg(test)]

use probelang_capture::{
    About, Binding, Capture, CaptureLimits, Event, EventError, Group, HostReader, Location, Logger, MIN_SIZE,
    Moment, ProbeName, StackFrame, Throwable,
};
use probelang_host::Budget;
use probelang_redact::Policy;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{for_each_seed, world};
use probelang_testkit::host::TestHost;
use probelang_testkit::schema;
use probelang_testkit::value::Given;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

/// Captures a frame that is drawn, in one or two moments.
fn capture(choices: &mut Choices<'_>) -> Capture {
    let frame: Vec<_> = (0..1 + choices.below(4)).flat_map(|_| world::frame(choices)).collect();
    let frame: Vec<(String, Given)> =
        frame.into_iter().enumerate().map(|(at, (name, value))| (format!("{name}{at}"), value)).collect();
    let mut host = TestHost::new(frame.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let names: Vec<_> = frame.iter().map(|(name, _)| (name.as_str(), host.names().symbol(name))).collect();
    let limits = CaptureLimits::default().with_depth(1 + choices.below(5)).with_fields(1_000);
    let (policy, mut budget) = (Policy::built_in(), Budget::steps(1_000_000));
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let mut capture = Capture::new();
    if choices.chance(128) {
        capture.moment(Moment::Entry);
        capture.group(Group::Arguments);
        let (first, symbol) = names[0];
        capture.name(&mut reader, first, Binding::Variable(symbol), &limits).unwrap();
    }
    capture.moment(if choices.chance(128) { Moment::Line("12") } else { Moment::Return });
    capture.group(Group::Locals);
    for (name, symbol) in names {
        capture.name(&mut reader, name, Binding::Variable(symbol), &limits).unwrap();
    }
    let stack = [StackFrame { file: Some("a.py"), function: Some("f"), line: Some(1), column: Some(2) }; 3];
    let thrown = Throwable { type_name: "E", message: Some("no"), stack: &stack, ..Throwable::default() };
    if choices.chance(60) {
        capture.throwable(Some(&thrown), &Policy::none());
    }
    for _ in 0..choices.below(3) {
        capture.caught(&thrown, &Policy::none());
    }
    capture
}

/// The snapshot in `size` bytes, as text and as JSON.
fn written(capture: &mut Capture, size: usize) -> (String, Json) {
    let mut out = String::new();
    let written = capture.write_snapshot(&About::default(), size, &mut out);
    assert_eq!(written.bytes, out.len());
    let json = schema::snapshot(&out).unwrap_or_else(|error| panic!("{error}")).unwrap();
    (out, json)
}

const WHOLE: usize = 1 << 20;

/// A recorded value, with its parts as they are written.
#[derive(serde::Deserialize)]
struct Recorded<'r> {
    #[serde(borrow)]
    fields: Option<Members<'r>>,
    #[serde(borrow)]
    elements: Option<Vec<&'r RawValue>>,
    #[serde(borrow)]
    entries: Option<Vec<[&'r RawValue; 2]>>,
    #[serde(rename = "notCapturedReason")]
    reason: Option<String>,
}

/// Members of an object in their order.
struct Members<'r>(Vec<(String, &'r RawValue)>);

impl<'de: 'r, 'r> serde::Deserialize<'de> for Members<'r> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Visit)
    }
}

/// A value in the slow copy of the rule.
struct Node {
    range: std::ops::Range<usize>,
    parent: Option<usize>,
    parts: Vec<usize>,
    level: usize,
    /// Cut by depth, and cut at all.
    flags: (bool, bool),
    queued: bool,
    pruned: bool,
}

/// Adds the value `raw` of `text` and its parts.
fn add(text: &str, raw: &RawValue, parent: Option<usize>, nodes: &mut Vec<Node>) {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let value: Recorded<'_> = serde_json::from_str(raw.get()).unwrap();
    let at = nodes.len();
    let level = parent.map_or(0, |parent| nodes[parent].level + 1);
    let flags = (value.reason.as_deref() == Some("depth"), value.reason.is_some());
    let range = start..start + raw.get().len();
    nodes.push(Node { range, parent, parts: Vec::new(), level, flags, queued: false, pruned: false });
    if let Some(parent) = parent {
        nodes[parent].parts.push(at);
    }
    let fields = value.fields.into_iter().flat_map(|fields| fields.0).map(|(_, value)| value);
    let entries = value.entries.into_iter().flatten().flatten();
    for part in fields.chain(value.elements.into_iter().flatten()).chain(entries) {
        add(text, part, Some(at), nodes);
    }
    nodes[at].queued = nodes[at].parts.is_empty();
}

/// All values of a snapshot, those of a context in their order.
fn nodes(text: &str) -> Vec<Node> {
    #[derive(serde::Deserialize)]
    struct Top<'r> {
        #[serde(borrow)]
        captures: Members<'r>,
    }
    let top: Top<'_> = serde_json::from_str(text).unwrap();
    let mut nodes = Vec::new();
    let mut contexts = Vec::new();
    for (moment, raw) in top.captures.0 {
        match moment.as_str() {
            "lines" => {
                let lines: Members<'_> = serde_json::from_str(raw.get()).unwrap();
                contexts.extend(lines.0.into_iter().map(|(_, raw)| raw));
            }
            "caughtExceptions" => {
                let thrown: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap();
                contexts.push(raw);
                let _ = thrown;
            }
            _ => contexts.push(raw),
        }
    }
    for raw in contexts {
        if let Ok(thrown) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            thrown.into_iter().for_each(|raw| add(text, raw, None, &mut nodes));
            continue;
        }
        let members: Members<'_> = serde_json::from_str(raw.get()).unwrap();
        for (group, raw) in members.0 {
            match group.as_str() {
                "throwable" => add(text, raw, None, &mut nodes),
                "notCapturedReason" => {}
                _ => {
                    let names: Members<'_> = serde_json::from_str(raw.get()).unwrap();
                    names.0.into_iter().for_each(|(_, raw)| add(text, raw, None, &mut nodes));
                }
            }
        }
    }
    nodes
}

/// What the rule leaves of `text`, the slow way: each step looks at every value anew.
fn by_the_rule(text: &str, size: usize) -> String {
    let mut nodes = nodes(text);
    loop {
        let pruned = replaced(text, &nodes);
        if pruned.len() <= size {
            return pruned;
        }
        let queued = nodes.iter().enumerate().filter(|(_, node)| node.queued);
        let rank =
            |(at, node): &(usize, &Node)| (node.flags.0, node.level, node.flags.1, node.range.len(), *at);
        let Some((at, _)) = queued.max_by_key(rank) else { return pruned };
        (nodes[at].queued, nodes[at].pruned) = (false, true);
        let Some(parent) = nodes[at].parent else { continue };
        let parts = nodes[parent].parts.clone();
        if parts.iter().all(|&part| nodes[part].pruned) {
            parts.iter().for_each(|&part| nodes[part].pruned = false);
            (nodes[parent].flags, nodes[parent].queued) = ((true, true), true);
        }
    }
}

fn replaced(text: &str, nodes: &[Node]) -> String {
    let mut out = String::new();
    let mut done = 0;
    for node in nodes.iter().filter(|node| node.pruned) {
        if node.range.start >= done {
            out.push_str(&text[done..node.range.start]);
            out.push_str(r#"{"pruned":true}"#);
            done = node.range.end;
        }
    }
    out + &text[done..]
}

#[test]
fn values_go_in_the_order_of_the_rule_until_the_rest_fits() {
    let pruned = std::cell::Cell::new(0);
    for_each_seed(150, |choices| {
        let mut capture = capture(choices);
        let (whole, _) = written(&mut capture, WHOLE);
        if whole.len() <= MIN_SIZE {
            return Ok(());
        }
        let size = MIN_SIZE + choices.below(whole.len() - MIN_SIZE);
        let expected = by_the_rule(&whole, size);
        if expected.len() > size {
            // the names alone are too many
            return Ok(());
        }
        pruned.set(pruned.get() + 1);
        let (found, _) = written(&mut capture, size);
        if found == expected {
            return Ok(());
        }
        Err(format!("{size}\nwhole    {whole}\nexpected {expected}\nfound    {found}"))
    });
    assert!(pruned.get() > 50, "{}", pruned.get());
}

#[test]
fn whatever_the_size_the_result_parses_and_fits_and_keeps_what_comes_first() {
    let long = "m\u{1}".repeat(20_000);
    let stack = [StackFrame { file: Some(&long), function: Some("f"), line: Some(1), column: None }];
    for_each_seed(200, |choices| {
        let mut capture = capture(choices);
        let text = |choices: &mut Choices<'_>| if choices.chance(40) { long.as_str() } else { "short" };
        let errors = [EventError::new(text(choices), text(choices))];
        let location = if choices.chance(128) {
            Location::Line { file: text(choices), line: text(choices) }
        } else {
            Location::Method { type_name: text(choices), method: text(choices) }
        };
        let event = Event {
            snapshot: About {
                language: text(choices),
                id: Some(text(choices)),
                timestamp: Some(u64::MAX),
                duration: Some(u64::MAX),
                probe: Some(ProbeName { id: text(choices), version: u64::MAX, location }),
                stack: if choices.chance(128) { &stack } else { &[] },
                errors: &errors,
                ..About::default()
            },
            service: text(choices),
            message: Some(text(choices)),
            host: Some(text(choices)),
            tags: Some(text(choices)),
            logger: Some(Logger { name: text(choices), method: None, thread_id: 1, thread_name: Some("t") }),
            trace: Some((text(choices), "2")),
        };
        let size = choices.below(40_000);
        let mut out = "kept".to_owned();
        let written = capture.write_event(&event, size, &mut out);
        let out = out.strip_prefix("kept").ok_or("what was there is lost")?;
        let json = schema::event(out)?.ok_or("too deep for the validator")?;
        if out.len() > size.max(MIN_SIZE) || out.len() != written.bytes {
            return Err(format!("{} bytes of {size}", out.len()));
        }
        let message = json["message"].as_str().ok_or("no message")?;
        let whole = event.message.unwrap_or_default();
        if !whole.starts_with(message.strip_suffix("...").unwrap_or(message)) || message.is_empty() {
            return Err(format!("message {message:?}"));
        }
        if written.pruned && !out.contains(r#""pruned":true"#) && !out.contains("payloadTooLarge") {
            return Err(format!("pruned without a mark: {out}"));
        }
        Ok(())
    });
}

#[test]
fn names_stay_where_their_values_go() {
    let (policy, mut budget) = (Policy::built_in(), Budget::steps(1_000_000));
    let frame = [("a", Given::str(&"x".repeat(3_000))), ("b", Given::str(&"y".repeat(3_000)))];
    let mut host = TestHost::new(frame);
    let names = ["a", "b"].map(|name| (name, host.names().symbol(name)));
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let limits = CaptureLimits::default().with_length(usize::MAX);
    let mut capture = Capture::new();
    capture.group(Group::Arguments);
    for (name, symbol) in names {
        capture.name(&mut reader, name, Binding::Variable(symbol), &limits).unwrap();
    }
    let (_, json) = written(&mut capture, 4_000);
    let arguments = &json["captures"]["return"]["arguments"];
    assert_eq!(arguments["b"], json!({"pruned": true}));
    assert_eq!(arguments["a"]["value"].as_str().unwrap().len(), 3_000);
    let (_, json) = written(&mut capture, 2_000);
    assert_eq!(
        json["captures"]["return"]["arguments"],
        json!({"a": {"pruned": true}, "b": {"pruned": true}})
    );
}

#[test]
fn names_go_from_the_end_where_they_alone_are_too_many() {
    let (policy, mut budget) = (Policy::built_in(), Budget::steps(1_000_000));
    let host = TestHost::new([]);
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let limits = CaptureLimits::default().with_fields(usize::MAX);
    let mut capture = Capture::new();
    for group in [Group::Arguments, Group::Locals] {
        capture.group(group);
        for number in 0..100 {
            let name = format!("name{number}");
            capture.name(&mut reader, &name, Binding::Value(probelang_host::Value::Int(1)), &limits).unwrap();
        }
    }
    let (text, json) = written(&mut capture, 2_000);
    let context = &json["captures"]["return"];
    assert_eq!(context["notCapturedReason"], "payloadTooLarge");
    assert_eq!(context["locals"], json!({}));
    let arguments = context["arguments"].as_object().unwrap();
    assert!(arguments.contains_key("name0") && arguments.len() > 50 && text.len() > 1_900);
}
