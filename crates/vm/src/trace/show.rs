//! What was watched as text: through the printer, under its limits and the policy of redaction.

use probelang_capture::{
    JsonLimits, MessageWriter, Reader, Shape, Step, Stop, TextLimits, Walk, hides_key, hides_keys,
    hides_type, write_json, write_text,
};
use probelang_diagnostic::{Code, fault, spell};
use probelang_host::{Budget, Hidden, Host, Kind, Local, Role, Scratch, Value};
use probelang_redact::{MASK, Policy};

use super::kept::KeptReader;
use super::{Element, LoopSeen, NodeSeen};
use crate::fault::RawFault;
use crate::program::ids::SlotId;
use crate::program::instr::Target;
use crate::run::frame::{Frame, redacted_code};
use crate::run::reader::FrameReader;
use crate::run::record::{Held, LoopRecord, Recorder};

/// How much of each value a trace shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TraceLimits {
    /// The short text of a value: depth 2, 3 items, 5 fields, 80 characters.
    pub text: TextLimits,
    /// Bytes of a value's JSON: 1,024. A longer one is not reported.
    pub json: usize,
    /// Hidden parts of one value that are reported: 8.
    pub hidden: usize,
    /// Limits of a rendered message.
    pub message: TextLimits,
}

impl Default for TraceLimits {
    fn default() -> Self {
        Self {
            text: TextLimits::default().with_depth(2).with_string(80).with_message(80),
            json: 1024,
            hidden: 8,
            message: TextLimits::default(),
        }
    }
}

impl TraceLimits {
    /// The same with [`text`](Self::text) set.
    #[must_use]
    pub const fn with_text(mut self, text: TextLimits) -> Self {
        self.text = text;
        self
    }
    /// The same with [`json`](Self::json) set.
    #[must_use]
    pub const fn with_json(mut self, json: usize) -> Self {
        self.json = json;
        self
    }
    /// The same with [`hidden`](Self::hidden) set.
    #[must_use]
    pub const fn with_hidden(mut self, hidden: usize) -> Self {
        self.hidden = hidden;
        self
    }
    /// The same with [`message`](Self::message) set.
    #[must_use]
    pub const fn with_message(mut self, message: TextLimits) -> Self {
        self.message = message;
        self
    }
}

/// A value as a trace shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Its kind.
    pub kind: Kind,
    /// Short text, cut at the limits; strings in quotes.
    pub text: String,
    /// Its JSON, whole; `None` where it is longer than the limit.
    pub json: Option<String>,
    /// What of it is redacted, cut or unreadable, and why.
    pub hidden: Vec<HiddenPart>,
}

/// A part of a value that is not shown, or not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HiddenPart {
    /// Where it is in the value: `.a[2]`, empty for the value itself.
    pub path: String,
    /// The rule that hides it, as the code of the fault that reading it gives.
    pub code: Code,
    /// What the host says.
    pub reason: Option<String>,
}

/// Steps that printing one value may take. They are no steps of the run.
const STEPS: u64 = 4_096;
/// Elements that are looked at for hidden parts, and levels.
const LOOKED_AT: usize = 64;
const LEVELS: usize = 3;

impl<'a> Frame<'a, '_, '_> {
    /// Runs a value program and prints its value whole.
    pub(super) fn json(&mut self, entry: Target) -> Result<String, Stop> {
        let value = self.evaluate(entry)?;
        self.leaves(&value, entry)?;
        let site = self.root_site(entry);
        let mut out = String::new();
        write_json(&mut FrameReader { frame: self, site }, &value, &JsonLimits::default(), &mut out)?;
        Ok(out)
    }

    /// All nodes of a finished run.
    pub(super) fn shown(&mut self, mut recorder: Recorder<'a>, limits: &TraceLimits) -> Vec<NodeSeen> {
        let elements = recorder.settle();
        let program = &self.linked.program;
        let mut nodes: Vec<NodeSeen> = Vec::with_capacity(recorder.nodes.len());
        for record in &recorder.nodes {
            let value = record.value.map(|held| self.show(&held, &recorder, limits));
            let fault = record.raised.map(|raised| RawFault {
                code: raised.code,
                span: program.span(raised.site),
                site: raised.site,
                detail: raised.detail,
                reason: raised.reason,
            });
            nodes.push(NodeSeen { value, fault, elements: None });
        }
        for ((traced, record), element) in
            recorder.traced.loops.items().iter().zip(recorder.loops.items()).zip(elements)
        {
            let Some(node) = nodes.get_mut(traced.node as usize).filter(|_| record.started) else { continue };
            let element = element.map(|((index, key), failed)| Element {
                index,
                key: (key != Value::Absent).then(|| self.show(&self.held(key), &recorder, limits)),
                failed,
            });
            node.elements = Some(LoopSeen {
                reached: record.reached,
                held: record.held,
                decided: record.decided,
                element,
            });
        }
        nodes
    }

    fn show(&mut self, held: &Held<'a>, recorder: &Recorder<'a>, limits: &TraceLimits) -> Shown {
        let whole = recorder.kept(&held.value).is_none_or(LoopRecord::is_whole);
        let json = self.put(held, recorder, |reader, value| json(reader, value, limits.json));
        let json = json.filter(|_| whole);
        let text = match (self.plain(&held.value), &json) {
            (Value::Str(text) | Value::CutStr(text), _) => quoted(text, &limits.text, &self.linked.policy),
            (_, Some(json)) if held.value.is_scalar() => json.clone(),
            _ => self.put(held, recorder, |reader, value| text(reader, value, &limits.text)),
        };
        let hidden = self.put(held, recorder, |reader, value| hidden(reader, value, limits.hidden));
        Shown { kind: held.kind, text, json, hidden }
    }

    /// Lends a held value to a printer that has a budget of its own.
    fn put<R>(
        &mut self,
        held: &Held<'a>,
        recorder: &Recorder<'a>,
        print: impl FnOnce(&mut KeptReader<'_, 'a, '_, '_>, &Value<'a>) -> R,
    ) -> R {
        self.lend(held);
        let raised = self.raised;
        let mut budget = Budget::steps(STEPS);
        std::mem::swap(self.budget, &mut budget);
        let frame = FrameReader { frame: self, site: 0 };
        let printed = print(&mut KeptReader { frame, recorder }, &held.value);
        std::mem::swap(self.budget, &mut budget);
        self.raised = raised;
        printed
    }

    /// Puts back what a loop had in the frame when `held` was read.
    pub(super) fn lend(&mut self, held: &Held<'a>) {
        if let Value::Local(Local { role: Role::Entry | Role::Pair, slot }) = held.value {
            let slot = SlotId::of_pair(slot);
            let [key, value] = held.parts;
            self.set(slot, key);
            self.set(slot.plus(1), value);
        }
    }
}

fn json<'a>(reader: &mut dyn Reader<'a>, value: &Value<'a>, limit: usize) -> Option<String> {
    let mut out = String::new();
    write_json(reader, value, &JsonLimits::default(), &mut out).ok()?;
    Some(out).filter(|out| out.len() <= limit)
}

fn text<'a>(reader: &mut KeptReader<'_, 'a, '_, '_>, value: &Value<'a>, limits: &TextLimits) -> String {
    let mut out = String::new();
    let mut message = MessageWriter::new(&mut out, limits.message);
    let linked = reader.frame.frame.linked;
    if write_text(reader, value, limits, linked.program.dialect(), &mut message).is_err() {
        message.push("...");
    }
    message.finish();
    out
}

/// A string in quotes without what is hidden of it, cut where it is long.
fn quoted(text: &str, limits: &TextLimits, policy: &Policy) -> String {
    let cut = text.char_indices().nth(limits.string).map(|(end, _)| end);
    let end = cut.unwrap_or(text.len());
    let mut shown = String::new();
    let mut from = 0;
    for mask in policy.masks_before(text, end) {
        shown.push_str(text.get(from..mask.start).unwrap_or_default());
        shown.push_str(MASK);
        from = mask.end;
    }
    shown.push_str(text.get(from..end).unwrap_or_default());
    match cut {
        Some(_) => format!("{}...", spell::string(&shown)),
        None => spell::string(&shown).to_string(),
    }
}

/// A collection that is looked at for hidden parts.
struct Opened {
    walk: Walk,
    /// Where it is.
    path: String,
    /// Whether its keys are shown.
    named: bool,
}

/// The hidden parts of a value, those of the first elements.
fn hidden<'a>(reader: &mut KeptReader<'_, 'a, '_, '_>, value: &Value<'a>, most: usize) -> Vec<HiddenPart> {
    let mut found = Vec::new();
    let mut open: Vec<Opened> = Vec::new();
    let mut looked_at = 0;
    look(reader, value, None, String::new(), &mut open, &mut found);
    while let Some(Opened { walk, path, named }) = open.last_mut() {
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        let index = walk.passed;
        let shape = walk.shape;
        looked_at = usize::saturating_add(looked_at, 1);
        let step = match looked_at <= LOOKED_AT && found.len() < most {
            true => reader.next(walk, &mut key, &mut value).unwrap_or(Step::Done),
            false => Step::Done,
        };
        let (path, named) = (path.clone(), *named);
        match step {
            Step::Element => {
                let (key, place) = match shape {
                    Shape::List | Shape::Set => (None, format!("{path}[{index}]")),
                    Shape::Object | Shape::Map => {
                        let part = part(reader.host(), reader.policy(), named, &key);
                        (Some(key), format!("{path}{part}"))
                    }
                };
                look(reader, &value, key, place, &mut open, &mut found);
            }
            Step::Cut(reason) => {
                let reason = Some(reader.policy().masked_reason(reason).into_owned());
                found.push(HiddenPart { path, code: fault::CUT_COLLECTION, reason });
                close(reader, &mut open);
            }
            Step::Done => close(reader, &mut open),
        }
    }
    found
}

fn close<'a>(reader: &mut KeptReader<'_, 'a, '_, '_>, open: &mut Vec<Opened>) {
    if let Some(mut opened) = open.pop() {
        reader.close(&mut opened.walk);
    }
}

/// Judges one value, and opens it where there is more to see.
fn look<'a>(
    reader: &mut KeptReader<'_, 'a, '_, '_>,
    value: &Value<'a>,
    key: Option<Value<'a>>,
    path: String,
    open: &mut Vec<Opened>,
    found: &mut Vec<HiddenPart>,
) {
    let (policy, host) = (reader.policy(), reader.host());
    let (code, reason) = match *value {
        _ if key.is_some_and(|key| hides_key(policy, host, &key)) => (fault::REDACTED_NAME, None),
        _ if value.handle().is_some_and(|handle| hides_type(policy, host, handle)) => {
            (fault::REDACTED_TYPE, None)
        }
        Value::Redacted(hidden) => (redacted_code(hidden), None),
        Value::Local(Local { role: Role::Placeholder, .. }) => (redacted_code(Hidden::Name), None),
        Value::Unreadable(reason) => (fault::UNREADABLE, Some(reason)),
        Value::Cut(handle) => (fault::UNREADABLE, Some(host.cut_reason(handle))),
        Value::CutStr(_) => (fault::CUT_TEXT, None),
        // a constant is shown only by its name
        Value::Object(handle) if host.enum_name(handle).is_some() => return,
        _ => {
            if open.len() < LEVELS
                && let Ok(Some(walk)) = reader.open(value)
            {
                let named = !hides_keys(reader.policy(), host, walk.shape, value);
                open.push(Opened { walk, path, named });
            }
            return;
        }
    };
    let reason = reason.map(|reason| reader.policy().masked_reason(reason).into_owned());
    found.push(HiddenPart { path, code, reason });
}

/// A key as a step of a path.
fn part(host: &dyn Host, policy: &Policy, named: bool, key: &Value<'_>) -> String {
    match *key {
        Value::Str(_) | Value::CutStr(_) if !named => format!("[{MASK}]"),
        Value::Str(name) | Value::CutStr(name) => format!(".{}", spell::Member(&policy.masked_name(name))),
        Value::Int(n) => format!("[{n}]"),
        Value::Uint(n) => format!("[{n}]"),
        Value::BigInt(integer) => format!("[{}]", host.digits(integer, &mut Scratch::new())),
        Value::Bool(b) => format!("[{b}]"),
        Value::Float(n) => format!("[{}]", spell::Float(n)),
        Value::Null => "[null]".to_owned(),
        _ => "[...]".to_owned(),
    }
}
