//! What a probe that fires gives: a message, a sample, a span, tags.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use probelang::capture::{
    Capture, Ending, Frame, Moment, Named, Redaction, Settings, StackFrame, Throwable, frame,
};
use probelang::host::{Budget, Number};
use probelang::redact::{Mode, Policy};
use probelang::{Bound, EvaluationError, Fault, Template, Verdict};

use super::{Action, Armed, Cause, Deed, End, Event, Hit, Outcome, Probes, Turn};
use crate::event::{
    Call, ExpressionError, HIDDEN, Record, Sample, SpanRecord, TagRecord, Thread, Thrown, masked, tag_value,
};
use crate::probe::{self, MetricAction, TagValue, Tags};
use crate::site::{Captured, Group};

/// Frames of a call stack that there is room for at first.
const FRAMES: usize = 16;
/// Bytes that a message has room for at first.
const MESSAGE: usize = 128;
/// Bytes that a capture has room for at first, at most.
const MEMORY: usize = 16 << 10;

/// The value of the tags of a metric that has too many of them.
const OTHER: &str = "_other";

impl Probes {
    /// Does what a probe that fires does, and says what became of the hit.
    pub(super) fn act(&self, turn: &mut Turn<'_, '_>, capture: Option<Box<Capture>>) -> Cause {
        let (armed, hit) = (turn.armed, turn.hit);
        match (&armed.deed, &armed.probe.action) {
            (Deed::Log { message, .. }, _) => self.log(turn, message.as_ref(), capture),
            (Deed::Metric { value, tags }, Action::Metric(action)) => {
                let number = match value.as_ref().map(|value| value.measure(hit.look.host, &mut turn.budget))
                {
                    None => Number::Int(1),
                    Some(Ok(number)) => number,
                    Some(Err(fault)) => {
                        if let (Some(value), Some(source)) = (value, &action.value)
                            && armed.state.may_report(hit.look.now)
                        {
                            self.failed(armed, hit, value, source.source(), &fault);
                        }
                        return Cause::Failed;
                    }
                };
                self.sample(turn, action, number, tags)
            }
            (Deed::Span, _) => self.span(armed, hit),
            (Deed::Tags(groups), Action::Tags(action)) => self.tags(turn, action, groups),
            // an armed probe does what its probe says
            (Deed::Metric { .. } | Deed::Tags(_), _) => Cause::Skipped,
        }
    }

    fn log(
        &self,
        turn: &mut Turn<'_, '_>,
        message: Option<&Bound<Template>>,
        capture: Option<Box<Capture>>,
    ) -> Cause {
        let (armed, hit) = (turn.armed, turn.hit);
        let mut errors = Vec::new();
        let mut redaction = Redaction::new(armed.outlet.policy.mode());
        let text = match message {
            Some(message) => {
                turn.text.reserve(MESSAGE);
                turn.render(message, &mut errors, &mut redaction);
                std::mem::take(&mut turn.text)
            }
            None => armed.probe.place.to_string(),
        };
        let mut capture = capture.or_else(|| armed.captures().then(|| memory(armed)));
        if let Some(capture) = &mut capture {
            errors.extend(self.capture(turn, capture));
        }
        let mut record = self.record(armed, hit, text, errors);
        record.capture = capture;
        record.redaction.masked = record.redaction.masked.saturating_add(redaction.masked);
        armed.state.counters.add_bytes(bytes(record.message.len().saturating_add(record.captured())));
        if armed.captures() {
            armed.captured.store(record.captured(), Ordering::Relaxed);
            let mut frames = Vec::with_capacity(FRAMES);
            hit.scene.stack(&mut frames);
            record.stack = frames.iter().map(Call::of).collect();
            armed.outlet.output.emit(Event::Snapshot(Box::new(record)));
        } else {
            armed.outlet.output.emit(Event::Log(Box::new(record)));
        }
        Cause::Emitted
    }

    /// Captures what the probe captures at this end of the call, and measures it; gives the expressions that failed.
    pub(super) fn capture(&self, turn: &mut Turn<'_, '_>, capture: &mut Capture) -> Vec<ExpressionError> {
        let armed = turn.armed;
        let Deed::Log { captures, .. } = &armed.deed else { return Vec::new() };
        if matches!(captures, Captured::Nothing) {
            return Vec::new();
        }
        let started = self.read_clock(&armed.state);
        let before = capture.len();
        let failed = self.captured(armed, captures, turn.hit, &mut turn.budget, capture);
        // also what still waits for the end of its call
        self.bytes.charge(turn.hit.look.now, capture.len().saturating_sub(before));
        turn.captured = started.and_then(|started| self.taken_since(started, &armed.state));
        failed
    }

    fn captured(
        &self,
        armed: &Armed,
        captures: &Captured,
        hit: &Hit<'_>,
        budget: &mut Budget<'_>,
        capture: &mut Capture,
    ) -> Vec<ExpressionError> {
        let moment = match hit.end {
            End::Entry => Moment::Entry,
            End::Exit => Moment::Return,
            End::Line => Moment::Line(&armed.line),
        };
        let mut frames = Vec::new();
        let shown;
        let ending = match hit.outcome {
            Outcome::Unknown => Ending::Unsaid,
            Outcome::Returned => Ending::Returned,
            Outcome::Threw(thrown) => {
                shown = Self::shown(&armed.outlet.policy, hit, thrown, &mut frames);
                Ending::Threw(&shown)
            }
        };
        match captures {
            Captured::Nothing => Vec::new(),
            Captured::Frame(limits) => {
                let mut settings = Settings::new(&armed.outlet.policy);
                settings.limits = *limits;
                let all = Frame {
                    moment,
                    names: hit.scene.names(),
                    missing: hit.scene.missing(),
                    ending,
                    ..Frame::default()
                };
                frame(capture, hit.look.host, &all, &settings, budget);
                Vec::new()
            }
            Captured::Expressions(list) => {
                let expressions: Vec<Named<'_>> = list
                    .iter()
                    .map(|(name, program, limits)| Named { name, program, limits: Some(*limits) })
                    .collect();
                let settings = Settings::new(&armed.outlet.policy);
                let all = Frame { moment, expressions: &expressions, ending, ..Frame::default() };
                let failed = frame(capture, hit.look.host, &all, &settings, budget);
                failed
                    .iter()
                    .filter_map(|(at, raw)| {
                        let (name, program, _) = list.get(*at)?;
                        let message = program.fault(raw).message;
                        Some(ExpressionError { expr: name.clone(), message, code: Some(raw.code) })
                    })
                    .collect()
            }
        }
    }

    /// An exception as it may leave, with its stack: without its message, where its type is hidden. `frames` is memory.
    fn shown<'t>(
        policy: &Policy,
        hit: &Hit<'t>,
        thrown: &Throwable<'t>,
        frames: &'t mut Vec<StackFrame<'t>>,
    ) -> Throwable<'t> {
        let hidden = policy.redacts_type(thrown.type_name);
        if thrown.stack.is_empty() {
            hit.scene.thrown(frames);
        }
        Throwable {
            message: if hidden { thrown.message.and(Some(HIDDEN)) } else { thrown.message },
            stack: if thrown.stack.is_empty() { frames } else { thrown.stack },
            ..*thrown
        }
    }

    fn record(&self, armed: &Armed, hit: &Hit<'_>, message: String, errors: Vec<ExpressionError>) -> Record {
        let time = hit.time();
        let mut redaction = Redaction::new(armed.outlet.policy.mode());
        let thread = shown_thread(&armed.outlet.policy, hit.scene.thread(), &mut redaction);
        Record {
            probe: Arc::clone(&armed.probe),
            id: self.runtime.id(),
            time,
            duration: hit.start.map(|start| time.since(start)),
            moment: match hit.end {
                End::Entry => probe::Moment::Entry,
                End::Exit => probe::Moment::Exit,
                End::Line => probe::Moment::Line,
            },
            message,
            errors,
            language: hit.scene.language().map(str::to_owned),
            thread,
            trace: hit.scene.trace(),
            stack: Vec::new(),
            capture: None,
            redaction,
        }
    }

    /// The event of a condition or value that failed.
    pub(super) fn error(&self, armed: &Armed, hit: &Hit<'_>, source: &str, fault: Fault) -> Record {
        let (expr, message) = (source.to_owned(), fault.message.clone());
        let error = ExpressionError { expr, message, code: Some(fault.code) };
        let record = self.record(armed, hit, fault.message, vec![error]);
        armed.state.counters.add_bytes(bytes(record.message.len()));
        record
    }

    fn sample(
        &self,
        turn: &mut Turn<'_, '_>,
        action: &MetricAction,
        value: Number,
        programs: &[Bound<Template>],
    ) -> Cause {
        let armed = turn.armed;
        let mut own = Vec::with_capacity(programs.len());
        let mut redaction = Redaction::new(armed.outlet.policy.mode());
        for (tag, program) in action.tags.iter().zip(programs) {
            let text = turn.render(program, &mut Vec::new(), &mut redaction);
            own.push(format!("{}:{}", tag.name, tag_value(&armed.outlet.policy, &tag.name, text)));
        }
        if !own.is_empty() && !armed.state.has_combination(&own, self.settings.limits.combinations) {
            armed.state.counters.count_other();
            own = action.tags.iter().map(|tag| format!("{}:{OTHER}", tag.name)).collect();
        }
        let mut tags = armed.probe.tags.clone();
        tags.extend(own);
        armed.state.counters.add_bytes(bytes(action.name.len()));
        armed.outlet.output.emit(Event::Metric(Box::new(Sample {
            probe: Arc::clone(&armed.probe),
            time: turn.hit.time(),
            name: action.name.as_str().into(),
            kind: action.kind,
            value,
            unit: action.unit.as_deref().map(Arc::from),
            tags,
            redaction,
        })));
        Cause::Emitted
    }

    fn span(&self, armed: &Armed, hit: &Hit<'_>) -> Cause {
        let time = hit.time();
        let start = hit.start.unwrap_or(time);
        let mut tags: Vec<(String, String)> = armed.probe.tags.iter().map(|tag| split(tag)).collect();
        tags.push(("debugger.probeid".to_owned(), armed.probe.id.to_string()));
        if let Some(suspended) = hit.scene.suspended() {
            tags.push(("suspended_ms".to_owned(), format!("{:.3}", suspended.as_secs_f64() * 1_000.0)));
        }
        let mut redaction = Redaction::new(armed.outlet.policy.mode());
        let error = match hit.outcome {
            Outcome::Threw(thrown) => {
                let mut frames = Vec::new();
                let shown = Self::shown(&armed.outlet.policy, hit, thrown, &mut frames);
                Some(Thrown::of(&shown, &armed.outlet.policy, &mut redaction))
            }
            Outcome::Unknown | Outcome::Returned => None,
        };
        armed.outlet.output.emit(Event::Span(Box::new(SpanRecord {
            probe: Arc::clone(&armed.probe),
            // the low half of a random number is as random
            id: self.runtime.id() as u64,
            parent: hit.scene.trace(),
            start,
            duration: time.since(start),
            resource: hit.site.name().to_owned(),
            tags,
            error,
            redaction,
        })));
        Cause::Emitted
    }

    fn tags(&self, turn: &mut Turn<'_, '_>, action: &Tags, groups: &[Group]) -> Cause {
        let (armed, hit) = (turn.armed, turn.hit);
        let mut tags = Vec::new();
        let mut redaction = Redaction::new(armed.outlet.policy.mode());
        let mut failed = false;
        for (group, Group { when, tags: programs }) in action.groups.iter().zip(groups) {
            match when.as_ref().map(|when| (when, when.test(hit.look.host, &mut turn.budget))) {
                Some((_, Verdict::NotMatched)) => continue,
                Some((when, Verdict::Failed(fault))) => {
                    failed = true;
                    if armed.state.may_report_tags(hit.look.now) {
                        let source = group.when.as_ref().map_or("", |when| when.source());
                        self.failed(armed, hit, when, source, &fault);
                    }
                    continue;
                }
                Some((_, Verdict::Matched)) | None => {}
            }
            for (tag, program) in group.tags.iter().zip(programs) {
                self.set_tag(turn, tag, program, &mut tags, &mut redaction);
            }
        }
        if tags.is_empty() {
            return if failed { Cause::Failed } else { Cause::NotMatched };
        }
        let size = tags.iter().fold(0_usize, |sum, (name, value): &(String, String)| {
            sum.saturating_add(name.len()).saturating_add(value.len())
        });
        armed.state.counters.add_bytes(bytes(size));
        armed.outlet.output.emit(Event::Tags(Box::new(TagRecord {
            probe: Arc::clone(&armed.probe),
            time: hit.time(),
            target: action.target,
            trace: hit.scene.trace(),
            tags,
            redaction,
        })));
        Cause::Emitted
    }

    /// A tag of a span, who set it, and what of it failed.
    fn set_tag(
        &self,
        turn: &mut Turn<'_, '_>,
        tag: &TagValue,
        program: &Bound<Template>,
        tags: &mut Vec<(String, String)>,
        redaction: &mut Redaction,
    ) {
        let (probe, policy) = (&turn.armed.probe, &turn.armed.outlet.policy);
        let mut errors = Vec::new();
        let text = turn.render(program, &mut errors, redaction);
        let name = &tag.name;
        tags.push((name.clone(), tag_value(policy, name, text).to_owned()));
        tags.push((format!("_dd.di.{name}.probe_id"), probe.id.to_string()));
        if !errors.is_empty() {
            let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            tags.push((format!("_dd.di.{name}.evaluation_error"), messages.join("; ")));
        }
    }
}

impl Turn<'_, '_> {
    /// Renders a message into the memory for texts; `redaction` counts what of it is hidden because of what it says.
    fn render(
        &mut self,
        program: &Bound<Template>,
        errors: &mut Vec<ExpressionError>,
        redaction: &mut Redaction,
    ) -> &str {
        self.text.clear();
        let rendered = program.render(self.hit.look.host, &mut self.budget, &mut self.text);
        let error = |error: EvaluationError| ExpressionError {
            expr: error.expr,
            message: error.message,
            code: error.fault.map(|fault| fault.code),
        };
        errors.extend(rendered.errors.into_iter().map(error));
        redaction.masked = redaction.masked.saturating_add(rendered.masked);
        &self.text
    }
}

/// Memory for a capture, as much as the last one took.
pub(super) fn memory(armed: &Armed) -> Box<Capture> {
    let mut capture = Box::<Capture>::default();
    capture.reserve(armed.captured.load(Ordering::Relaxed).min(MEMORY));
    capture
}

/// A thread as it may leave: its name is a text of the program.
fn shown_thread(policy: &Policy, thread: Thread, redaction: &mut Redaction) -> Thread {
    let name = match (policy.mode(), thread.name) {
        (Mode::Off, name) => name,
        (Mode::Targeted, name) => name.map(|name| match policy.hides_text(&name) {
            true => masked(policy, name.to_string(), redaction).into(),
            false => name,
        }),
        (Mode::Strict, name) => {
            redaction.masked = redaction.masked.saturating_add(u64::from(name.is_some()));
            None
        }
    };
    Thread { id: thread.id, name }
}

fn split(tag: &str) -> (String, String) {
    match tag.split_once(':') {
        Some((name, value)) => (name.trim().to_owned(), value.trim().to_owned()),
        None => (tag.to_owned(), String::new()),
    }
}

fn bytes(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
