//! What a set says of its probes, in words.

use crate::count::{Cause, Counts, events, times};
use crate::probe::{Action, Probe};
use crate::state::State;

/// What a probe has done in its life.
pub(super) fn life(state: &State) -> String {
    let counts = state.counts();
    format!("hit {} and gave {}", times(counts.hits()), events(counts.of(Cause::Emitted)))
}

/// What would make a probe cheaper.
pub(super) fn advice(probe: &Probe) -> &'static str {
    match (&probe.when, &probe.action) {
        (None, Action::Log(_)) => "a condition or a lower `sampling.snapshotsPerSecond` makes it cheaper",
        (None, _) => "a condition makes it cheaper",
        (Some(_), _) => "a cheaper condition, one without loops say, or a place that is hit less often helps",
    }
}

/// The verdict of the counters, with the sub-expression that decided most of the misses.
pub(super) fn verdict(counts: &Counts, state: &State) -> String {
    if counts.hits() == 0 && !state.is_installed() {
        return "never hit: no place of the program was found for it".to_owned();
    }
    let mut verdict = counts.verdict();
    if counts.of(Cause::NotMatched) > 0
        && let Some((expression, count, all)) = state.decider()
    {
        let misses = if count == all { "each miss that was" } else { "most misses that were" };
        verdict = format!("{verdict}; `{expression}` decided {misses} looked at");
    }
    if counts.other > 0 {
        verdict = format!(
            "{verdict}; {} samples have too many different tags and count under `_other`",
            counts.other
        );
    }
    verdict
}
