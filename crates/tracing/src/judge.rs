//! What can be said of a probe at a place before it is hit: what cannot be seen there.

use probelang::diagnostic::fault;
use probelang::host::{Budget, Host, Resolve, Symbol, Use, Value};
use probelang::{RawFault, Verdict};
use probelang_probe::probe::{Action, Captures, Moment, Place, Probe, TagValue};

use crate::adapter::is_call;
use crate::place::{PlaceKind, Spot};
use crate::shape::Shape;

/// Steps of a trial run.
const STEPS: u64 = 10_000;

/// Whether a probe can work at a place: remarks on it, or why it cannot.
pub fn judge(probe: &Probe, spot: Spot, met: &[Spot]) -> Result<Vec<String>, String> {
    let mut notes = Vec::new();
    let what = match spot.kind() {
        PlaceKind::Span => "a span",
        PlaceKind::Event => "an event",
        PlaceKind::Point => "a `probe_point!`",
    };
    let has_end = is_call(spot.kind());
    if !has_end {
        if matches!(probe.action, Action::Span) {
            return Err(format!(
                "`{}` is {what}, which has one moment; a span probe belongs to a span",
                spot.title()
            ));
        }
        if probe.asked.is_some() {
            notes.push(format!("`evaluateAt` is not used: {what} has one moment"));
        }
    }
    let mut seen = Seen::of(spot, has_end && matches!(probe.place, Place::Function { .. }));
    if let Some(why) = seen.fails(probe) {
        return Err(format!("{why}: {what} shows its fields and nothing else, no locals; {}", seen.list()));
    }
    resolve_all(probe, &mut seen);
    if !seen.missing.is_empty() {
        let names: Vec<String> = seen.missing.iter().map(|name| format!("`{name}`")).collect();
        notes.push(format!("{} cannot be seen here; {}", names.join(", "), seen.list()));
    }
    if seen.results && has_end && !has_results(spot, met) {
        notes.push(
            "`@return` is seen only with `#[instrument(ret)]`, `@exception` only with `#[instrument(err)]`; \
             none of this span was met when the probe was installed"
                .to_owned(),
        );
    }
    Ok(notes)
}

/// Whether an event with the result of a span was met.
fn has_results(span: Spot, met: &[Spot]) -> bool {
    met.iter().any(|event| event.is_result_of(span))
}

/// Whether a probe shows all variables.
pub const fn captures_frame(probe: &Probe) -> bool {
    matches!(&probe.action, Action::Log(log) if matches!(log.captures, Captures::Frame(_)))
}

/// Whether a probe is asked each time that a span is left: one that sets tags when it ends.
pub fn is_for_leaving(probe: &Probe, spot: Spot) -> bool {
    matches!((&probe.action, probe.moment), (Action::Tags(_), Moment::Exit))
        && matches!(spot, Spot::Callsite(metadata) if metadata.is_span())
}

/// Asks for the symbols of everything that a probe reads.
pub fn resolve_all(probe: &Probe, names: &mut dyn Resolve) {
    let tags = |tags: &[TagValue], names: &mut dyn Resolve| {
        for tag in tags {
            let _ = tag.value.bind(names);
        }
    };
    if let Some(when) = &probe.when {
        let _ = when.bind(names);
    }
    match &probe.action {
        Action::Log(log) => {
            if let Some(message) = &log.message {
                let _ = message.bind(names);
            }
            if let Captures::Expressions(list) = &log.captures {
                for one in list {
                    let _ = one.value.bind(names);
                }
            }
        }
        Action::Metric(metric) => {
            if let Some(value) = &metric.value {
                let _ = value.bind(names);
            }
            tags(&metric.tags, names);
        }
        Action::Span => {}
        Action::Tags(all) => {
            for group in &all.groups {
                if let Some(when) = &group.when {
                    let _ = when.bind(names);
                }
                tags(&group.tags, names);
            }
        }
    }
}

/// What can be seen at a place: names, without values.
struct Seen {
    variables: Vec<&'static str>,
    /// Whether a result may be seen, by name.
    returned: bool,
    thrown: bool,
    duration: bool,
    list: String,
    missing: Vec<String>,
    results: bool,
}

/// The symbols of what can be seen, and of what cannot.
const THERE: Symbol = Symbol(0);
const NOT_THERE: Symbol = Symbol(1);

impl Seen {
    fn of(spot: Spot, is_call: bool) -> Self {
        match spot {
            Spot::Callsite(metadata) => {
                let shape = Shape::of(metadata);
                let is_event = metadata.is_event();
                Self {
                    variables: shape.variables().collect(),
                    returned: shape.returned.is_some() && (is_event || is_call),
                    thrown: shape.thrown.is_some() && (is_event || is_call),
                    duration: is_call,
                    list: shape.list(),
                    missing: Vec::new(),
                    results: false,
                }
            }
            Spot::Point(point) => Self {
                variables: point.variables.to_vec(),
                returned: false,
                thrown: false,
                duration: false,
                list: if point.variables.is_empty() {
                    "it has no values".to_owned()
                } else {
                    format!("its values are {}", point.variables.join(", "))
                },
                missing: Vec::new(),
                results: false,
            },
        }
    }

    fn list(&self) -> &str {
        &self.list
    }

    /// Why the condition or the value of a probe fails whatever the values are, if that is certain.
    fn fails(&mut self, probe: &Probe) -> Option<String> {
        let mut budget = Budget::steps(STEPS);
        if let Some(when) = &probe.when {
            let when = when.bind(self);
            if let Verdict::Failed(raw) = when.test(&Blind, &mut budget)
                && is_unseen(&raw)
            {
                return Some(when.fault(&raw).message);
            }
        }
        if let Action::Metric(metric) = &probe.action
            && let Some(value) = &metric.value
        {
            let value = value.bind(self);
            if let Err(raw) = value.measure(&Blind, &mut budget)
                && is_unseen(&raw)
            {
                return Some(value.fault(&raw).message);
            }
        }
        None
    }
}

impl Resolve for Seen {
    fn resolve(&mut self, name: &str, usage: Use) -> Symbol {
        let is_there = match (usage, name) {
            (Use::At, "@return") => self.returned,
            (Use::At, "@exception") => self.thrown,
            (Use::At, "@duration") => self.duration,
            (Use::At, _) => false,
            (Use::Variable, _) => self.variables.contains(&name),
            (Use::Field | Use::Key, _) => return THERE,
        };
        self.results |= usage == Use::At && name != "@duration";
        if !is_there && !self.missing.iter().any(|other| other == name) {
            self.missing.push(name.to_owned());
        }
        if is_there { THERE } else { NOT_THERE }
    }
}

/// Values that nobody has seen yet.
struct Blind;

impl Host for Blind {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = if name == THERE { Value::Unreadable("not known yet") } else { Value::Absent };
    }
}

/// Whether something failed because it is not there, whatever the values are.
fn is_unseen(raw: &RawFault) -> bool {
    raw.code == fault::UNKNOWN_NAME || raw.code == fault::NOT_AT_THIS_PLACE
}
