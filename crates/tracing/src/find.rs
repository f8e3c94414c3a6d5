//! Where a probe belongs, among the places that were met.

use probelang_probe::place::{Match, find_file, find_type};
use probelang_probe::probe::{Place, Probe};

use crate::place::Spot;

/// Where a probe belongs.
pub enum Found {
    /// At these places.
    Here(Vec<Spot>),
    /// Nowhere so far, for this reason.
    NotYet(String),
    /// Two places fit it.
    Tie(String),
}

/// How many places a reason names.
const NAMED: usize = 5;

/// Whether a place may be that of a probe.
pub fn concerns(probe: &Probe, spot: Spot) -> bool {
    match &probe.place {
        Place::Function { type_name, method, .. } => spot.name() == Some(split(type_name, method).1),
        Place::Lines { from, to, .. } => spot.line().is_some_and(|line| (*from..=*to).contains(&line)),
    }
}

/// Whether a place is one that the reason names, why a probe has none.
pub fn is_near(probe: &Probe, spot: Spot) -> bool {
    match &probe.place {
        Place::Function { type_name, method, .. } => {
            let (type_name, _) = split(type_name, method);
            spot.name().is_some() && find_type(type_name, [spot.target()]) != Match::None
        }
        Place::Lines { file, .. } => spot.file().is_some_and(|path| find_file(file, [path]) != Match::None),
    }
}

/// Whether a span that is not met yet may be a place of a probe, by the event that writes its result: that has the
/// target, the file and the line of its span.
pub fn may_have_span_of(probe: &Probe, event: Spot) -> bool {
    match &probe.place {
        Place::Function { type_name, method, .. } => {
            let (type_name, _) = split(type_name, method);
            type_name.is_empty() || find_type(type_name, [event.target()]) != Match::None
        }
        Place::Lines { .. } => concerns(probe, event),
    }
}

/// Finds the places of a probe.
pub fn find(probe: &Probe, met: &[Spot]) -> Found {
    let candidates: Vec<Spot> = met.iter().filter(|spot| concerns(probe, **spot)).copied().collect();
    match &probe.place {
        Place::Function { type_name, method, .. } => {
            let (type_name, method) = split(type_name, method);
            let targets = candidates.iter().map(|spot| spot.target());
            let found = if type_name.is_empty() { only(targets) } else { find_type(type_name, targets) };
            match found {
                Match::One(target) => {
                    Found::Here(candidates.into_iter().filter(|spot| spot.target() == target).collect())
                }
                Match::Tie(one, other) => Found::Tie(format!(
                    "two places fit it: `{one}::{method}` and `{other}::{method}`; name more of the target"
                )),
                Match::None => Found::NotYet(no_function(type_name, method, met, &candidates)),
            }
        }
        Place::Lines { file, from, to } => {
            // what `#[instrument]` writes at the line of its span is no place of its own
            let is_own = |event: &Spot| !met.iter().any(|span| event.is_result_of(*span));
            let candidates: Vec<Spot> = candidates.into_iter().filter(is_own).collect();
            let files: Vec<&str> = candidates.iter().filter_map(|spot| spot.file()).collect();
            match find_file(file, files) {
                Match::One(found) => {
                    Found::Here(candidates.into_iter().filter(|spot| spot.file() == Some(found)).collect())
                }
                Match::Tie(one, other) => {
                    Found::Tie(format!("two files fit it: `{one}` and `{other}`; name more of the path"))
                }
                Match::None => Found::NotYet(no_line(file, *from, *to, met)),
            }
        }
    }
}

/// The only target, if it is.
fn only(targets: impl Iterator<Item = &'static str>) -> Match<&'static str> {
    let mut found = Match::None;
    for target in targets {
        found = match found {
            Match::None => Match::One(target),
            Match::One(first) if first != target => Match::Tie(first, target),
            found => found,
        };
    }
    found
}

/// The target and the name. Without a target the name may have it in front.
fn split<'n>(type_name: &'n str, method: &'n str) -> (&'n str, &'n str) {
    let whole = (type_name, method);
    if !type_name.is_empty() {
        return whole;
    }
    method.rsplit_once("::").filter(|(target, name)| !target.is_empty() && !name.is_empty()).unwrap_or(whole)
}

fn no_function(type_name: &str, method: &str, met: &[Spot], named: &[Spot]) -> String {
    let place = if type_name.is_empty() { method.to_owned() } else { format!("{type_name}::{method}") };
    let mut why = format!("no span, event or `probe_point!` named `{place}` has run yet");
    let mut near: Vec<String> = named.iter().map(|spot| format!("`{}`", spot.title())).collect();
    if near.is_empty() && !type_name.is_empty() {
        let within = met
            .iter()
            .filter(|spot| spot.name().is_some() && find_type(type_name, [spot.target()]) != Match::None);
        near = within.map(|spot| format!("`{}`", spot.title())).collect();
    }
    near.dedup();
    near.truncate(NAMED);
    if !near.is_empty() {
        why.push_str(&format!("; those that have are {}", near.join(", ")));
    }
    why
}

fn no_line(file: &str, from: u32, to: u32, met: &[Spot]) -> String {
    let lines = if from == to { format!("line {from}") } else { format!("lines {from} to {to}") };
    let mut why = format!(
        "no span, event or `probe_point!` at {lines} of `{file}` has run yet; other lines are no places for probes"
    );
    let there =
        met.iter().filter(|spot| spot.file().is_some_and(|path| find_file(file, [path]) != Match::None));
    let mut near: Vec<u32> = there.filter_map(|spot| spot.line()).collect();
    near.sort_unstable_by_key(|line| (line.abs_diff(from), *line));
    near.dedup();
    near.truncate(NAMED);
    near.sort_unstable();
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(u32::to_string).collect();
        why.push_str(&format!("; those that have are at line {}", near.join(", ")));
    }
    why
}
