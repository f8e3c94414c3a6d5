//! What a hit does, in its order: kill switch, condition, `every`, the probe's limit, the limit of all, `maxHits`,
//! capture and message, event.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use probelang::host::{Allowance, Budget, Clock, Host};
use probelang::trace::TraceLimits;
use probelang::{Bound, RawFault, Verdict};

use crate::Timestamp;
use crate::count::Cause;
use crate::event::Event;
use crate::near::{self, Found};
use crate::probe::Action;
use crate::runtime::{Outcome, Scene};
use crate::set::Probes;
use crate::site::{Armed, Deed, Pending, Site};
use crate::slots::Waiting;
use crate::state::{self, Measured, State, Ticket};
use crate::status::Status;

mod act;

/// What decides about a hit whose condition is false, and no more.
#[derive(Clone, Copy)]
struct Look<'h> {
    host: &'h dyn Host,
    /// Bounds how long each probe may take.
    clock: &'h dyn Clock,
    allowance: &'h Allowance,
    now: Timestamp,
}

impl<'h> Look<'h> {
    /// What one probe may spend at the hit.
    #[inline]
    const fn budget(&self) -> Budget<'h> {
        self.allowance.budget(Some(self.clock))
    }

    /// The hit, where it comes to something.
    #[inline]
    const fn hit(self, site: &'h Site, scene: &'h dyn Scene, end: End) -> Hit<'h> {
        Hit { site, scene, look: self, start: None, outcome: Outcome::Unknown, end }
    }
}

/// A hit, as all probes of its place see it.
#[derive(Clone, Copy)]
struct Hit<'h> {
    site: &'h Site,
    scene: &'h dyn Scene,
    look: Look<'h>,
    /// When the call began, at its end.
    start: Option<Timestamp>,
    outcome: Outcome<'h>,
    end: End,
}

impl Hit<'_> {
    /// The time that its events have.
    fn time(&self) -> Timestamp {
        self.scene.time().unwrap_or(self.look.now)
    }
}

/// One probe at a hit, with what it may spend.
struct Turn<'t, 'b> {
    armed: &'t Arc<Armed>,
    hit: &'t Hit<'t>,
    budget: Budget<'b>,
    /// Memory for texts that are rendered.
    text: String,
    /// What captures took of the CPU, where that was measured.
    captured: Option<Duration>,
}

impl<'t, 'b> Turn<'t, 'b> {
    const fn new(armed: &'t Arc<Armed>, hit: &'t Hit<'t>, budget: Budget<'b>) -> Self {
        Self { armed, hit, budget, text: String::new(), captured: None }
    }
}

/// Whether the cost of a hit is measured.
#[derive(Clone, Copy)]
enum Watch {
    /// Only what it captures.
    No,
    /// By its steps: there is no CPU clock.
    Steps,
    /// From this reading of a clock on.
    Since(Reading),
}

/// A reading of a clock, at the beginning of what is measured.
#[derive(Clone, Copy)]
enum Reading {
    Wall(Duration),
    Cpu(Duration),
}

/// Which end of a call, or that it is a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Entry,
    Exit,
    Line,
}

impl Probes {
    /// A function is entered. The adapter keeps what comes back with the frame of the call, and hands it to
    /// [`exit`](Self::exit) or [`abandon`](Self::abandon).
    ///
    /// # Cost
    /// For each probe that is evaluated at the entry its condition, and some 45 instructions besides; 112 for the first
    /// probe of a place. It waits for no lock and allocates nothing unless a probe fires; but the first hit of a thread allocates a
    /// little, and the first hit of each place after a change of any place reads the list of the place anew.
    pub fn enter(&self, site: &Site, scene: &dyn Scene, now: Timestamp) -> Pending {
        if !site.moments().call || self.is_off() {
            return Pending::NONE;
        }
        near::with(site, None, |list, is_first| {
            let waits = !(list.exit.is_empty() && list.begun.is_empty());
            let start = if waits { scene.time().unwrap_or(now) } else { now };
            let mut call = Pending { generation: list.generation, start, ..Pending::NONE };
            if !(list.entry.is_empty() && list.begun.is_empty()) {
                if !is_first {
                    reentered(list.entry.iter().chain(&list.begun).chain(&list.exit));
                    return Pending::NONE;
                }
                let look = self.look(scene, now);
                let hit = || look.hit(site, scene, End::Entry);
                for armed in &list.entry {
                    self.decide(armed, look, hit, None);
                }
                for armed in &list.begun {
                    self.decide(armed, look, hit, Some(&mut call));
                }
            }
            // a probe that is armed while the call runs does not know of it
            if list.exit.is_empty() && !call.has_slot() { Pending::NONE } else { call }
        })
    }

    /// A call has ended. As [`enter`](Self::enter); a call that was not entered is no hit.
    pub fn exit(&self, call: Pending, site: &Site, scene: &dyn Scene, outcome: Outcome<'_>, now: Timestamp) {
        if call.is_over() {
            return;
        }
        if self.is_off() {
            return self.abandon(call);
        }
        let mut waiting = if call.has_slot() { self.slots.take(&call) } else { Vec::new() };
        if waiting.is_empty() && !site.moments().end {
            return;
        }
        near::with(site, None, |list, is_first| {
            let exit = || list.exit.iter().filter(|armed| armed.since() <= call.generation);
            if !is_first {
                for one in &waiting {
                    give_up(one, Cause::Reentered);
                }
                return reentered(exit());
            }
            let look = self.look(scene, now);
            let hit = || Hit { start: Some(call.start), outcome, ..look.hit(site, scene, End::Exit) };
            if !waiting.is_empty() {
                let hit = hit();
                waiting.drain(..).for_each(|one| self.finish(one, &hit));
            }
            for armed in exit() {
                self.decide(armed, look, hit, None);
            }
        });
    }

    /// The end of a call will not come: its thread has died, or its generator was dropped. What it captured at the entry
    /// is dropped, and counted as skipped.
    pub fn abandon(&self, call: Pending) {
        for one in self.slots.take(&call) {
            give_up(&one, Cause::Skipped);
        }
    }

    /// A line is about to run. As [`enter`](Self::enter).
    pub fn line(&self, site: &Site, scene: &dyn Scene, now: Timestamp) {
        if !site.moments().line || self.is_off() {
            return;
        }
        self.line_at(site, None, scene, now);
    }

    /// A line is about to run, and what is armed there was found before, for this hit or an earlier one: see
    /// [`Found::is_current`].
    ///
    /// # Cost
    /// As [`line`](Self::line), without looking up what is armed.
    pub fn line_found(&self, site: &Site, found: &Found, scene: &dyn Scene, now: Timestamp) {
        if !self.is_off() {
            self.line_at(site, Some(found), scene, now);
        }
    }

    #[inline]
    fn line_at(&self, site: &Site, found: Option<&Found>, scene: &dyn Scene, now: Timestamp) {
        near::with(site, found, |list, is_first| {
            if !is_first {
                return reentered(list.line.iter());
            }
            let look = self.look(scene, now);
            for armed in &list.line {
                self.decide(armed, look, || look.hit(site, scene, End::Line), None);
            }
        });
    }

    #[inline]
    fn look<'h>(&'h self, scene: &'h dyn Scene, now: Timestamp) -> Look<'h> {
        Look { host: scene.host(), clock: &self.clock, allowance: &self.allowance, now }
    }

    /// Decides what becomes of a hit of one probe, and counts it. A probe that fires at the entry and has something left
    /// for the exit keeps it with `call`.
    ///
    /// A condition that is false is the common case. It is decided here; everything else is out of line.
    #[inline]
    fn decide<'h>(
        &self,
        armed: &Arc<Armed>,
        look: Look<'h>,
        hit: impl FnOnce() -> Hit<'h>,
        call: Option<&mut Pending>,
    ) {
        let state = &*armed.state;
        if !state.is_running(look.now) && !self.may_run(armed, look.now) {
            return;
        }
        let is_measured = state.is_measured();
        let Some(when) = armed.when.as_ref().filter(|_| !is_measured) else {
            return self.decide_measured(armed, &hit(), call, is_measured);
        };
        let mut budget = look.budget();
        match when.test(look.host, &mut budget) {
            Verdict::NotMatched if !state.wants_trace(look.now) => {
                if !state.miss(&self.share, look.now, budget.spent()) {
                    self.pause(&armed.probe, state, look.now);
                }
            }
            verdict => {
                let hit = hit();
                self.decided(Turn::new(armed, &hit, budget), call, Some(verdict), Watch::No);
            }
        }
    }

    /// Decides a hit whose cost is measured, or of a probe without a condition.
    #[inline(never)]
    fn decide_measured(
        &self,
        armed: &Arc<Armed>,
        hit: &Hit<'_>,
        call: Option<&mut Pending>,
        is_measured: bool,
    ) {
        let started = if is_measured { self.read_clock(&armed.state) } else { None };
        let mut budget = hit.look.budget();
        let verdict = armed.when.as_ref().map(|when| when.test(hit.look.host, &mut budget));
        let watch = match started {
            Some(started) => Watch::Since(started),
            None if is_measured => Watch::Steps,
            None => Watch::No,
        };
        self.decided(Turn::new(armed, hit, budget), call, verdict, watch);
    }

    /// What becomes of a hit once its condition is decided, and what it cost.
    #[inline(never)]
    fn decided(
        &self,
        mut turn: Turn<'_, '_>,
        call: Option<&mut Pending>,
        verdict: Option<Verdict>,
        watch: Watch,
    ) {
        let (armed, hit) = (turn.armed, turn.hit);
        let cause = match verdict {
            Some(Verdict::NotMatched) => {
                if armed.state.may_trace(hit.look.now) {
                    self.trace(armed, hit);
                }
                Some(Cause::NotMatched)
            }
            Some(Verdict::Failed(fault)) => {
                self.condition_failed(armed, hit, &fault);
                Some(Cause::Failed)
            }
            Some(Verdict::Matched) | None => self.fire(&mut turn, call),
        };
        if let Some(cause) = cause {
            self.count(armed, hit.look.now, cause);
        }
        let measured = match watch {
            Watch::Since(started) => {
                self.taken_since(started, &armed.state).map_or(Measured::Steps, Measured::Whole)
            }
            Watch::Steps => Measured::Steps,
            Watch::No => turn.captured.map_or(Measured::No, Measured::Part),
        };
        self.charge(armed, hit.look.now, turn.budget.spent(), measured);
    }

    /// What happens to a hit that matched, up to its event. `None`: it waits for the end of the call.
    fn fire(&self, turn: &mut Turn<'_, '_>, call: Option<&mut Pending>) -> Option<Cause> {
        let (armed, hit) = (turn.armed, turn.hit);
        let state = &armed.state;
        if !state.alive.counts() {
            return Some(Cause::Skipped);
        }
        let is_log = matches!(armed.deed, Deed::Log { .. });
        let all = if armed.captures() { &self.captures } else { &self.logs };
        if is_log {
            if !state.bucket.take(hit.look.now) {
                return Some(Cause::RateLimited);
            }
            if !all.take(hit.look.now) {
                state.bucket.refund();
                return Some(Cause::RateLimited);
            }
        }
        let refund = || {
            if is_log {
                state.bucket.refund();
                all.refund();
            }
        };
        if armed.captures() && !self.bytes.is_open(hit.look.now) {
            refund();
            return Some(Cause::OverBudget);
        }
        let ticket = match call {
            Some(call) => match Ticket::take(state, self.settings.limits.waiting) {
                Some(ticket) => Some((call, ticket)),
                None => {
                    refund();
                    return Some(Cause::OverBudget);
                }
            },
            None => None,
        };
        if state.alive.spend().is_err() {
            refund();
            if state.alive.is_done() {
                self.done(&armed.probe, state, hit.look.now);
            }
            return Some(Cause::Done);
        }
        let Some((call, ticket)) = ticket else {
            let cause = self.act(turn, None);
            if cause != Cause::Emitted {
                state.alive.refund();
            }
            return Some(cause);
        };
        let mut capture = act::memory(armed);
        self.capture(turn, &mut capture);
        let waiting = Waiting { armed: Arc::clone(armed), capture, steps: turn.budget.left(), ticket };
        if self.slots.keep(call, waiting) {
            return None;
        }
        state.alive.refund();
        refund();
        Some(Cause::OverBudget)
    }

    /// The end of a call for a probe that fired when it was entered.
    fn finish(&self, waiting: Waiting, hit: &Hit<'_>) {
        let Waiting { armed, capture, steps, ticket } = waiting;
        if armed.state.has(state::REMOVED) {
            return;
        }
        let left = Allowance::new(self.settings.limits.run.with_steps(steps));
        let mut turn = Turn::new(&armed, hit, left.budget(Some(hit.look.clock)));
        let cause = self.act(&mut turn, Some(capture));
        drop(ticket);
        if cause != Cause::Emitted {
            armed.state.alive.refund();
        }
        self.count(&armed, hit.look.now, cause);
        let measured = turn.captured.map_or(Measured::Steps, Measured::Part);
        self.charge(&armed, hit.look.now, turn.budget.spent(), measured);
    }

    /// Counts a hit of a probe that is stopped; true if it runs after all, because its pause is over.
    #[cold]
    fn may_run(&self, armed: &Armed, now: Timestamp) -> bool {
        let state = &armed.state;
        if state.has(state::REMOVED) {
            return false;
        }
        if state.alive.is_expired(now) {
            self.expired(&armed.probe, state, now);
        }
        match state.stopped_by() {
            Some(Cause::Paused) if self.resume(&armed.probe, state, now) => true,
            Some(cause) => {
                state.counters.count(cause);
                false
            }
            None => true,
        }
    }

    /// Counts what became of a hit. The first event is news, and so is the last.
    fn count(&self, armed: &Armed, now: Timestamp, cause: Cause) {
        let state = &armed.state;
        state.counters.count(cause);
        if cause != Cause::Emitted {
            return;
        }
        state.alive.give();
        if state.has(state::REMOVED) {
            return;
        }
        if !armed.emitting.swap(true, Ordering::Relaxed) {
            state.set(state::EMITTING);
            self.report(&armed.probe.id, armed.probe.version, Status::Emitting, None, now);
        }
        if state.alive.is_done() {
            self.done(&armed.probe, state, now);
        }
    }

    /// Begins to measure. `None`: there is no clock.
    fn read_clock(&self, state: &State) -> Option<Reading> {
        let wall = if state.is_close() { None } else { self.runtime.wall() };
        wall.map(Reading::Wall).or_else(|| self.runtime.cpu().map(Reading::Cpu))
    }

    /// What was taken of the CPU since then.
    fn taken_since(&self, started: Reading, state: &State) -> Option<Duration> {
        match started {
            Reading::Wall(started) => {
                let time = self.runtime.wall()?.saturating_sub(started);
                Some(state.took_on_wall(time))
            }
            Reading::Cpu(started) => {
                let time = self.runtime.cpu()?.saturating_sub(started);
                state.took_of_cpu(time);
                Some(time)
            }
        }
    }

    fn charge(&self, armed: &Armed, now: Timestamp, steps: u64, measured: Measured) {
        if !armed.state.charge(&self.share, now, steps, measured) {
            self.pause(&armed.probe, &armed.state, now);
        }
    }

    /// Runs a condition that was false once more, and notes what decided it.
    #[cold]
    fn trace(&self, armed: &Armed, hit: &Hit<'_>) {
        let Some(traced) = &armed.traced else { return };
        let mut budget = hit.look.budget();
        let trace = traced.run(hit.look.host, &mut budget, &TraceLimits::default());
        if let Some(node) = trace.decider.and_then(|at| trace.nodes.get(at)) {
            armed.state.missed_by(&node.expression);
        }
        self.charge(armed, hit.look.now, budget.spent(), Measured::No);
    }

    #[cold]
    fn condition_failed(&self, armed: &Armed, hit: &Hit<'_>, fault: &RawFault) {
        if let (Some(when), Some(source)) = (&armed.when, &armed.probe.when)
            && armed.state.may_report(hit.look.now)
        {
            self.failed(armed, hit, when, source.source(), fault);
        }
    }

    /// Reports that a condition or value failed. Whether it may be reported was asked before.
    fn failed<P>(&self, armed: &Armed, hit: &Hit<'_>, program: &Bound<P>, source: &str, fault: &RawFault) {
        let record = self.error(armed, hit, source, program.fault(fault));
        armed.outlet.output.emit(Event::Error(Box::new(record)));
    }
}

#[cold]
fn reentered<'a>(armed: impl Iterator<Item = &'a Arc<Armed>>) {
    for armed in armed.filter(|armed| !armed.state.has(state::REMOVED)) {
        armed.state.counters.count(Cause::Reentered);
    }
}

/// Counts a call whose end does not come.
fn give_up(waiting: &Waiting, cause: Cause) {
    waiting.armed.state.alive.refund();
    waiting.armed.state.counters.count(cause);
}
