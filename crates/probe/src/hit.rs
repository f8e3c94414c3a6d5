//! What a hit does, in its order: kill switch, condition, `every`, the probe's limit, the limit of all, `maxHits`,
//! capture and message, event.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use probelang::capture::Capture;
use probelang::host::{Budget, Host, RunLimits};
use probelang::trace::TraceLimits;
use probelang::{Bound, RawFault, Verdict};

use crate::Timestamp;
use crate::count::Cause;
use crate::event::Event;
use crate::probe::Action;
use crate::runtime::{Outcome, Scene};
use crate::set::Probes;
use crate::site::{Armed, Deed, Pending, Site};
use crate::slots::Waiting;
use crate::state::{self, Measured, Ticket};
use crate::status::Status;

mod act;

/// How often a probe whose condition or value fails says so.
const ERROR_EVERY: Duration = Duration::from_secs(300);
/// The same for tags of spans.
const TAG_ERROR_EVERY: Duration = Duration::from_secs(1);

/// Memory that the hits of a thread use one after the other. It is borrowed while a hit runs, which is how a hit within
/// a hit is noticed.
#[derive(Default)]
struct Work {
    text: String,
    /// What captures of the present hit took of the CPU, where that was measured.
    captured: Option<Duration>,
}

thread_local! {
    static WORK: RefCell<Work> = RefCell::default();
}

/// A hit, as all probes of its place see it.
#[derive(Clone, Copy)]
struct Hit<'h> {
    site: &'h Site,
    scene: &'h dyn Scene,
    host: &'h dyn Host,
    now: Timestamp,
    /// When the call began, at its end.
    start: Option<Timestamp>,
    outcome: Outcome<'h>,
    end: End,
}

/// One probe at a hit, with what it may spend.
struct Turn<'t, 'b> {
    armed: &'t Arc<Armed>,
    hit: &'t Hit<'t>,
    budget: Budget<'b>,
    work: &'t mut Work,
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
    /// For each probe that is evaluated at the entry its condition, and some 50 instructions besides. No lock and no
    /// allocation unless a probe fires.
    pub fn enter(&self, site: &Site, scene: &dyn Scene, now: Timestamp) -> Pending {
        let list = site.list.load();
        if !list.is_called() || self.is_off() {
            return Pending::NONE;
        }
        let mut call = Pending { generation: list.generation, start: now, ..Pending::NONE };
        let hit = Hit {
            site,
            scene,
            host: scene.host(),
            now,
            start: None,
            outcome: Outcome::Unknown,
            end: End::Entry,
        };
        let done = in_turn(|work| {
            for armed in &list.entry {
                self.decide(armed, &hit, None, work);
            }
            for armed in &list.begun {
                self.decide(armed, &hit, Some(&mut call), work);
            }
        });
        if done.is_none() {
            reentered(list.entry.iter().chain(&list.begun).chain(&list.exit));
            return Pending::NONE;
        }
        call
    }

    /// A call has ended. As [`enter`](Self::enter); a call that was not entered is no hit.
    pub fn exit(&self, call: Pending, site: &Site, scene: &dyn Scene, outcome: Outcome<'_>, now: Timestamp) {
        if call.is_over() {
            return;
        }
        let waiting = self.slots.take(&call);
        let list = site.list.load();
        if waiting.is_empty() && list.exit.is_empty() {
            return;
        }
        let hit =
            Hit { site, scene, host: scene.host(), now, start: Some(call.start), outcome, end: End::Exit };
        let mut waiting = Some(waiting);
        let is_off = self.is_off();
        let done = in_turn(|work| {
            for one in waiting.take().into_iter().flatten() {
                self.finish(one, &hit, work);
            }
            for armed in list.exit.iter().filter(|armed| !is_off && armed.since <= call.generation) {
                self.decide(armed, &hit, None, work);
            }
        });
        if done.is_none() {
            for one in waiting.into_iter().flatten() {
                give_up(&one, Cause::Reentered);
            }
            reentered(list.exit.iter().filter(|armed| armed.since <= call.generation));
        }
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
        let list = site.list.load();
        if list.line.is_empty() || self.is_off() {
            return;
        }
        let hit = Hit {
            site,
            scene,
            host: scene.host(),
            now,
            start: None,
            outcome: Outcome::Unknown,
            end: End::Line,
        };
        let done = in_turn(|work| {
            for armed in &list.line {
                self.decide(armed, &hit, None, work);
            }
        });
        if done.is_none() {
            reentered(list.line.iter());
        }
    }

    /// Decides what becomes of a hit of one probe, and counts it. A probe that fires at the entry and has something left
    /// for the exit keeps it with `call`.
    fn decide(&self, armed: &Arc<Armed>, hit: &Hit<'_>, call: Option<&mut Pending>, work: &mut Work) {
        let state = &*armed.state;
        if !state.is_running(hit.now) && !self.may_run(armed, hit.now) {
            return;
        }
        let measured = state.is_measured();
        let started = if measured { self.runtime.cpu() } else { None };
        work.captured = None;
        let mut turn = Turn { armed, hit, budget: self.budget(self.settings.limits.run.steps), work };
        let cause = match armed.when.as_ref().map(|when| when.test(hit.host, &mut turn.budget)) {
            Some(Verdict::NotMatched) => {
                if state.may_trace(hit.now) {
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
            state.counters.count(cause);
        }
        let measured = match (started.and_then(|started| self.cpu_since(started)), turn.work.captured) {
            (Some(time), _) => Measured::Whole(time),
            (None, Some(time)) => Measured::Part(time),
            (None, None) if measured => Measured::Steps,
            (None, None) => Measured::No,
        };
        self.charge(armed, hit.now, turn.budget.spent(), measured);
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
            if !state.bucket.take(hit.now) {
                return Some(Cause::RateLimited);
            }
            if !all.take(hit.now) {
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
        if armed.captures() && !self.bytes.is_open(hit.now) {
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
            self.done(&armed.probe, state, hit.now);
            return Some(Cause::Done);
        }
        let Some((call, ticket)) = ticket else {
            let cause = self.act(turn, Box::default());
            if cause == Cause::Emitted {
                self.emitted(armed, hit.now);
            } else {
                state.alive.refund();
            }
            return Some(cause);
        };
        let mut capture = Box::<Capture>::default();
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
    fn finish(&self, waiting: Waiting, hit: &Hit<'_>, work: &mut Work) {
        let Waiting { armed, capture, steps, ticket } = waiting;
        if armed.state.has(state::REMOVED) {
            return;
        }
        work.captured = None;
        let mut turn = Turn { armed: &armed, hit, budget: self.budget(steps), work };
        let cause = self.act(&mut turn, capture);
        drop(ticket);
        armed.state.counters.count(cause);
        if cause == Cause::Emitted {
            self.emitted(&armed, hit.now);
        }
        let measured = turn.work.captured.map_or(Measured::Steps, Measured::Part);
        self.charge(&armed, hit.now, turn.budget.spent(), measured);
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

    /// After an event: the first one is news, and so is the last.
    fn emitted(&self, armed: &Armed, now: Timestamp) {
        let state = &armed.state;
        if state.set(state::EMITTING) {
            self.report(&armed.probe.id, armed.probe.version, Status::Emitting, None, now);
        }
        if state.alive.is_done() {
            self.done(&armed.probe, state, now);
        }
    }

    fn budget(&self, steps: u64) -> Budget<'_> {
        let run: RunLimits = self.settings.limits.run;
        match self.runtime.clock() {
            Some(clock) => Budget::new(run.with_steps(steps), clock),
            None => Budget::steps(steps),
        }
    }

    fn cpu_since(&self, started: Duration) -> Option<Duration> {
        self.runtime.cpu().map(|now| now.saturating_sub(started))
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
        let mut budget = self.budget(self.settings.limits.run.steps);
        let trace = traced.run(hit.host, &mut budget, &TraceLimits::default());
        if let Some(node) = trace.decider.and_then(|at| trace.nodes.get(at)) {
            armed.state.missed_by(&node.expression);
        }
        self.charge(armed, hit.now, budget.spent(), Measured::No);
    }

    #[cold]
    fn condition_failed(&self, armed: &Armed, hit: &Hit<'_>, fault: &RawFault) {
        if let (Some(when), Some(source)) = (&armed.when, &armed.probe.when) {
            self.failed(armed, hit, when, source.source(), fault, ERROR_EVERY);
        }
    }

    /// Reports that a condition or value failed, if none was reported for a while.
    fn failed<P>(
        &self,
        armed: &Armed,
        hit: &Hit<'_>,
        program: &Bound<P>,
        source: &str,
        fault: &RawFault,
        interval: Duration,
    ) {
        if armed.state.may_report(hit.now, interval) {
            let message = program.fault(fault).message;
            let record = self.error(armed, hit, source, message);
            self.output.emit(Event::Error(Box::new(record)));
        }
    }
}

/// Runs a hit unless the thread is within one.
fn in_turn(run: impl FnOnce(&mut Work)) -> Option<()> {
    WORK.try_with(|work| work.try_borrow_mut().ok().map(|mut work| run(&mut work))).ok().flatten()
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
