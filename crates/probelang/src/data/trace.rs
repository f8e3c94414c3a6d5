//! Traces: nested parts with what each gave.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::diagnostic::fault;
use super::{InSource, Raw};
use crate::diagnostic::Span;
use crate::trace::{Element, HiddenPart, LoopSeen, Shown, State, TraceNode};
use crate::{Answer, Fault, Trace};

impl Serialize for InSource<'_, Trace> {
    /// The root with the members of the whole run. A template is a root over its expressions.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self.thing;
        let mut map = serializer.serialize_map(None)?;
        if let Answer::Message(message) = &trace.answer {
            let roots = trace.nodes.iter().filter(|node| node.level == 0);
            let roots: Vec<_> = roots.map(|node| Part { trace: self, node }).collect();
            map.serialize_entry("expr", self.source.text())?;
            map.serialize_entry("span", &self.part(&Span::from_usize(0, self.source.text().len())))?;
            map.serialize_entry("value", &message.text)?;
            map.serialize_entry("children", &roots)?;
        } else if let Some(node) = trace.nodes.first() {
            Part { trace: self, node }.members(&mut map)?;
        }
        map.serialize_entry("status", trace.answer.status())?;
        if let Some(fault) = trace.answer.fault() {
            map.serialize_entry("failedAt", &fault.expression)?;
        }
        if let Some(decider) = trace.decider.and_then(|at| trace.nodes.get(at)) {
            map.serialize_entry("decidedBy", &decider.expression)?;
            map.serialize_entry("decidedAt", &self.part(&decider.span))?;
        }
        map.serialize_entry("steps", &trace.steps)?;
        map.end()
    }
}

/// A part of a traced program. The depth of a tree has a limit, so this may nest.
struct Part<'t> {
    trace: &'t InSource<'t, Trace>,
    node: &'t TraceNode,
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.members(&mut map)?;
        map.end()
    }
}

impl Part<'_> {
    fn members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self { trace, node } = self;
        map.serialize_entry("expr", &node.expression)?;
        map.serialize_entry("span", &trace.part(&node.span))?;
        if let Some(path) = &node.path {
            map.serialize_entry("path", path)?;
        }
        match &node.state {
            State::Value(shown) => value(map, shown)?,
            State::Fault { fault, value, own } => {
                let failed = Failed { fault: trace.part(fault), own: *own };
                map.serialize_entry("fault", &failed)?;
                if let Some(shown) = value {
                    map.serialize_entry("had", &Had(shown))?;
                }
            }
            State::Skipped(skip) => map.serialize_entry("skipped", skip.name())?,
        }
        if let Some(elements) = &node.elements {
            map.serialize_entry("loop", &Elements(elements))?;
        }
        let children = node.children.iter().filter_map(|&at| trace.thing.nodes.get(at));
        let children: Vec<_> = children.map(|node| Part { trace, node }).collect();
        map.serialize_entry("children", &children)
    }
}

/// The members of a value. One whose JSON is longer than the limit shows its short text.
fn value<M: SerializeMap>(map: &mut M, shown: &Shown) -> Result<(), M::Error> {
    match &shown.json {
        Some(json) => map.serialize_entry("value", &Raw(json))?,
        None => map.serialize_entry("value", &Cut { text: &shown.text })?,
    }
    let phrase = shown.kind.phrase();
    let kind = phrase.strip_prefix("an ").or_else(|| phrase.strip_prefix("a ")).unwrap_or(phrase);
    map.serialize_entry("kind", kind)?;
    if !shown.hidden.is_empty() {
        let hidden: Vec<_> = shown.hidden.iter().map(Hidden).collect();
        map.serialize_entry("hidden", &hidden)?;
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct Cut<'a> {
    #[serde(rename = "$cut")]
    text: &'a str,
}

/// The value of a part that failed because its parent rejects the kind.
struct Had<'a>(&'a Shown);

impl Serialize for Had<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        value(&mut map, self.0)?;
        map.end()
    }
}

/// A fault, and whether it arose at the part that has it.
struct Failed<'a> {
    fault: InSource<'a, Fault>,
    own: bool,
}

impl Serialize for Failed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fault(&mut map, &self.fault)?;
        map.serialize_entry("own", &self.own)?;
        map.end()
    }
}

struct Hidden<'a>(&'a HiddenPart);

impl Serialize for Hidden<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let HiddenPart { path, code, reason } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", path)?;
        map.serialize_entry("code", code.text())?;
        map.serialize_entry("class", code.class().name())?;
        map.serialize_entry("rule", code.title())?;
        if let Some(reason) = reason {
            map.serialize_entry("reason", reason)?;
        }
        map.serialize_entry("url", &code.url())?;
        map.end()
    }
}

struct Elements<'a>(&'a LoopSeen);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let LoopSeen { reached, held, decided, element } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seen", reached)?;
        map.serialize_entry("held", held)?;
        map.serialize_entry("decided", decided)?;
        if let Some(element) = element {
            map.serialize_entry("element", &One(element))?;
        }
        map.end()
    }
}

struct One<'a>(&'a Element);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Element { index, key, failed } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", index)?;
        if let Some(key) = key {
            match &key.json {
                Some(json) => map.serialize_entry("key", &Raw(json))?,
                None => map.serialize_entry("key", &key.text)?,
            }
        }
        map.serialize_entry("failed", failed)?;
        map.end()
    }
}
