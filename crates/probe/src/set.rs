//! A set of probes: what is loaded, where it is armed, what became of it.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use probelang::host::Names;
//! use probelang::{Document, Engine};
//! use probelang_probe::config::Reader;
//! use probelang_probe::event::{Event, Output};
//! use probelang_probe::runtime::{Scene, Seeded};
//! use probelang_probe::settings::Settings;
//! use probelang_probe::{Change, Probes, Site, Timestamp};
//!
//! /// Keeps messages.
//! #[derive(Default)]
//! struct Messages(Mutex<Vec<String>>);
//! impl Output for Messages {
//!     fn emit(&self, event: Event) {
//!         if let Event::Log(record) = event {
//!             self.0.lock().unwrap().push(record.message);
//!         }
//!     }
//! }
//! /// What an adapter shows of a place.
//! struct Seen<'s>(probelang::snapshot::View<'s>);
//! impl Scene for Seen<'_> {
//!     fn host(&self) -> &dyn probelang::host::Host {
//!         &self.0
//!     }
//! }
//!
//! let engine = Engine::new();
//! let messages = Arc::new(Messages::default());
//! let runtime = Arc::new(Seeded::new(1));
//! let probes = Probes::new(engine.redaction(), Settings::default(), runtime, Arc::clone(&messages) as Arc<_>);
//!
//! let file = Reader::new(&engine).read(r#"{"id": "p1", "type": "LOG_PROBE", "template": "total is {total}",
//!     "where": {"sourceFile": "shop/cart.py", "lines": ["42"]}, "when": {"dsl": "total > 100"}}"#);
//! let start = Timestamp::from_millis(0);
//! // the adapter finds the place of each probe that is new, and arms it there
//! let (site, mut names) = (Arc::new(Site::new(None, "cart.py:42")), Names::new());
//! for change in probes.load(&file, start) {
//!     let Change::Add(probe) = change else { continue };
//!     probes.arm(&probe.id, &site, &mut names, start)?;
//! }
//! // and reports every hit
//! for total in ["99", "101"] {
//!     let document = Document::parse(format!(r#"{{"total": {total}}}"#).as_bytes())?;
//!     probes.line(&site, &Seen(document.view(&names)), start);
//! }
//! assert_eq!(*messages.0.lock().unwrap(), ["total is 101"]);
//! assert_eq!(
//!     probes.reports()[0].verdict,
//!     "hit 2 times, 1 event: 1 not matched; `total > 100` decided each miss that was looked at",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use probelang::host::Resolve;
use probelang::redact::Policy;

use crate::Timestamp;
use crate::config::{Entry, Outcome, ProbeFile};
use crate::count::{Cause, Counts};
use crate::event::{Event, Output};
use crate::limit::{Bucket, Flow, Share};
use crate::probe::{Action, Probe};
use crate::runtime::Runtime;
use crate::settings::Settings;
use crate::site::{Armed, Site};
use crate::slots::Slots;
use crate::state::{self, State};
use crate::status::{Status, StatusReport, Statuses};

/// A set of probes. Hits run on any thread while probes are added, changed and removed; a hit that does not match takes
/// no lock and allocates nothing.
pub struct Probes {
    pub(crate) policy: Arc<Policy>,
    pub(crate) settings: Settings,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) output: Arc<dyn Output>,
    pub(crate) slots: Slots,
    pub(crate) logs: Bucket,
    pub(crate) captures: Bucket,
    pub(crate) bytes: Flow,
    pub(crate) share: Share,
    off: AtomicBool,
    known: Mutex<BTreeMap<Arc<str>, Known>>,
    statuses: Mutex<Statuses>,
}

/// A probe of the set.
struct Known {
    probe: Arc<Probe>,
    state: Arc<State>,
    sites: Vec<Weak<Site>>,
}

/// What an adapter has to do after a file was loaded.
#[derive(Clone, Debug)]
pub enum Change {
    /// Find the place of this probe and [arm](Probes::arm) it there.
    Add(Arc<Probe>),
    /// Arm this probe again wherever it is: its programs are other ones. Its counters and limits go on.
    Update(Arc<Probe>),
    /// Nothing but to clean up: this probe is disarmed already.
    Remove(Arc<Probe>),
}

/// Why a probe was not armed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArmError {
    /// No probe of the set has this id.
    #[error("there is no probe `{0}`")]
    Unknown(String),
    /// The [rules](crate::settings::Rules) of the program do not allow it there; its status is BLOCKED.
    #[error("{0}")]
    Blocked(String),
}

/// What became of a probe.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct ProbeReport {
    /// The `id` of the probe.
    pub id: Arc<str>,
    /// The version of its configuration.
    pub version: u64,
    /// Where it belongs.
    pub place: String,
    /// Its status.
    pub status: Option<Status>,
    /// Why it has that status.
    pub cause: Option<Arc<str>>,
    /// What its hits came to.
    pub counts: Counts,
    /// Why it is silent, or that it is not, in words and without values.
    pub verdict: String,
}

impl std::fmt::Debug for Probes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probes").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what is behind the locks of a set is whole after every statement
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Probes {
    /// An empty set. `policy` is the redaction of everything that leaves it; it should be the one of the engine that
    /// compiles the probes. No configuration can weaken it.
    #[must_use]
    pub fn new(
        policy: &Arc<Policy>,
        settings: Settings,
        runtime: Arc<dyn Runtime>,
        output: Arc<dyn Output>,
    ) -> Self {
        let limits = settings.limits;
        Self {
            policy: Arc::clone(policy),
            runtime,
            output,
            slots: Slots::default(),
            logs: Bucket::of_all(limits.logs),
            captures: Bucket::of_all(limits.captures),
            bytes: Flow::new(limits.capture_bytes),
            share: Share::new(limits.share),
            off: AtomicBool::new(false),
            known: Mutex::default(),
            statuses: Mutex::default(),
            settings,
        }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The kill switch: while it is on, hits do nothing, and are not counted.
    pub fn switch_off(&self, off: bool) {
        self.off.store(off, Ordering::Relaxed);
    }

    /// Whether all probes are switched off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.off.load(Ordering::Relaxed)
    }

    /// Takes a file as the whole set: what it does not have is removed, what it has anew is added, what changed goes on
    /// in its changed form, with its counters and limits, if its place and type are the same. Says what is to be done.
    ///
    /// Probes that cannot be used, and those that the program does not allow, get their status here.
    pub fn load(&self, file: &ProbeFile, now: Timestamp) -> Vec<Change> {
        self.switch_off(!file.enabled);
        if let Some(rate) = file.snapshots_per_second {
            // a configuration may lower what the program allows, not raise it
            let rate = rate.min(self.settings.limits.captures);
            self.captures.retune(rate, rate, now);
        }
        let mut changes = Vec::new();
        let mut news = Vec::new();
        let mut kept = HashSet::new();
        let mut known = lock(&self.known);
        for entry in &file.probes {
            match &entry.outcome {
                Outcome::Elsewhere => {}
                Outcome::Rejected => {
                    if let Some(id) = entry.id.as_ref().filter(|id| !kept.contains(*id)) {
                        news.push((Arc::clone(id), entry.version, Status::Error, Some(cause(entry))));
                    }
                }
                Outcome::Ready(probe) => {
                    news.push((Arc::clone(&probe.id), probe.version, Status::Received, None));
                    kept.insert(Arc::clone(&probe.id));
                    if let Some(why) = self.settings.rules.refuse(probe, self.settings.process.env.as_deref())
                    {
                        kept.remove(&probe.id);
                        news.push((Arc::clone(&probe.id), probe.version, Status::Blocked, Some(why)));
                    } else {
                        self.take(&mut known, probe, now, &mut changes);
                    }
                }
            }
        }
        let gone: Vec<_> = known.keys().filter(|id| !kept.contains(*id)).cloned().collect();
        for id in gone {
            if let Some(gone) = known.remove(&id) {
                changes.push(Change::Remove(gone.remove()));
            }
        }
        drop(known);
        let named: HashSet<&str> = file.probes.iter().filter_map(|entry| entry.id.as_deref()).collect();
        lock(&self.statuses).retain(|id| named.contains(id));
        for (id, version, status, cause) in news {
            self.report(&id, version, status, cause.as_deref(), now);
        }
        changes
    }

    fn take(
        &self,
        known: &mut BTreeMap<Arc<str>, Known>,
        probe: &Arc<Probe>,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) {
        if let Some(one) = known.get_mut(&probe.id) {
            if same_thing(&one.probe, probe) {
                if one.probe.config != probe.config {
                    one.state.retune(&one.probe, probe, now);
                    one.probe = Arc::clone(probe);
                    changes.push(Change::Update(Arc::clone(probe)));
                }
                return;
            }
            if let Some(gone) = known.remove(&probe.id) {
                changes.push(Change::Remove(gone.remove()));
            }
        }
        let state = Arc::new(State::new(probe, &self.settings.limits, now));
        known.insert(Arc::clone(&probe.id), Known { probe: Arc::clone(probe), state, sites: Vec::new() });
        changes.push(Change::Add(Arc::clone(probe)));
    }

    /// Arms a probe at a place, with the symbols of the hosts that hits at this place will have. It is INSTALLED then.
    /// A probe can be armed at several places. Armed again at the same one, it takes its own place.
    ///
    /// # Errors
    /// [`ArmError`] if there is no such probe, or if it is not allowed there.
    pub fn arm(
        &self,
        id: &str,
        site: &Arc<Site>,
        names: &mut dyn Resolve,
        now: Timestamp,
    ) -> Result<(), ArmError> {
        let (probe, state) = {
            let known = lock(&self.known);
            let one = known.get(id).ok_or_else(|| ArmError::Unknown(id.to_owned()))?;
            (Arc::clone(&one.probe), Arc::clone(&one.state))
        };
        if let Some(denied) = site.type_name().and_then(|name| self.settings.rules.denied_type(name)) {
            let why = format!("the program allows no probes in `{denied}`");
            state.set(state::BLOCKED);
            self.report(id, probe.version, Status::Blocked, Some(&why), now);
            return Err(ArmError::Blocked(why));
        }
        let armed = Armed::new(&probe, &state, names);
        {
            let mut known = lock(&self.known);
            let one = known
                .get_mut(id)
                // it may have been removed or replaced meanwhile
                .filter(|one| Arc::ptr_eq(&one.probe, &probe))
                .ok_or_else(|| ArmError::Unknown(id.to_owned()))?;
            one.sites.retain(|other| other.strong_count() > 0);
            if !one.sites.iter().any(|other| std::ptr::eq(other.as_ptr(), Arc::as_ptr(site))) {
                one.sites.push(Arc::downgrade(site));
            }
            site.add(armed);
        }
        self.report(id, probe.version, Status::Installed, None, now);
        Ok(())
    }

    /// Takes a probe out of a place that is no more. What waits for the end of calls is still finished.
    pub fn disarm(&self, id: &str, site: &Arc<Site>) {
        if let Some(one) = lock(&self.known).get_mut(id) {
            one.sites.retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(site)));
        }
        site.remove(id);
    }

    /// The probes of the set, by id.
    #[must_use]
    pub fn probes(&self) -> Vec<Arc<Probe>> {
        lock(&self.known).values().map(|one| Arc::clone(&one.probe)).collect()
    }

    /// Reports what the adapter knows of a probe: that its place does not exist, that its code has drifted. The news goes
    /// to the output, if it is news.
    pub fn report(&self, id: &str, version: u64, status: Status, cause: Option<&str>, now: Timestamp) {
        let news = lock(&self.statuses).report(id, version, status, cause, now);
        if let Some(news) = news {
            self.output.emit(Event::Status(news));
        }
    }

    /// What time alone changes: probes expire, statuses are repeated once an hour, paused probes go on. To be called now
    /// and then, once a second say.
    pub fn tick(&self, now: Timestamp) {
        let all: Vec<_> = {
            let known = lock(&self.known);
            known.values().map(|one| (Arc::clone(&one.probe), Arc::clone(&one.state))).collect()
        };
        for (probe, state) in all {
            if state.alive.is_expired(now) {
                self.expired(&probe, &state, now);
            }
            self.resume(&probe, &state, now);
        }
        let due = lock(&self.statuses).due(now);
        for report in due {
            self.output.emit(Event::Status(report));
        }
    }

    /// What became of each probe, by id.
    #[must_use]
    pub fn reports(&self) -> Vec<ProbeReport> {
        let statuses = lock(&self.statuses);
        let known = lock(&self.known);
        known
            .values()
            .map(|one| {
                let counts = one.state.counters.read();
                let last = statuses.get(&one.probe.id);
                ProbeReport {
                    id: Arc::clone(&one.probe.id),
                    version: one.probe.version,
                    place: one.probe.place.to_string(),
                    status: last.map(|last| last.status),
                    cause: last.and_then(|last| last.cause.clone()),
                    verdict: verdict(&counts, &one.state),
                    counts,
                }
            })
            .collect()
    }

    /// The last statuses, also of probes that could not be used, by id.
    #[must_use]
    pub fn statuses(&self) -> Vec<StatusReport> {
        lock(&self.statuses).iter().cloned().collect()
    }

    /// Notes that the time of a probe is over.
    pub(crate) fn expired(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::EXPIRED) {
            let cause = format!("its time is over; it was {}", life(state));
            self.report(&probe.id, probe.version, Status::Expired, Some(&cause), now);
        }
    }

    /// Notes that a probe has given all its events.
    pub(crate) fn done(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::DONE) {
            let cause = format!("it has given as many events as `maxHits` allows; it was {}", life(state));
            self.report(&probe.id, probe.version, Status::Done, Some(&cause), now);
        }
    }

    /// Pauses a probe that costs too much.
    pub(crate) fn pause(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::PAUSED) {
            let counts = state.counters.read();
            let cause = format!(
                "it took {} ms of CPU time in {} hits, more than its share; {}",
                state.cost().as_millis(),
                counts.hits(),
                advice(probe)
            );
            self.report(&probe.id, probe.version, Status::Paused, Some(&cause), now);
        }
    }

    /// Lets a paused probe go on, if its share has drained.
    pub(crate) fn resume(&self, probe: &Probe, state: &State, now: Timestamp) -> bool {
        let goes_on = state.has(state::PAUSED)
            && state.has_room(now)
            && self.share.has_room(now)
            && state.clear(state::PAUSED);
        if goes_on {
            let status = if state.has(state::EMITTING) { Status::Emitting } else { Status::Installed };
            self.report(&probe.id, probe.version, status, None, now);
        }
        goes_on
    }
}

impl Known {
    /// Disarms it.
    fn remove(self) -> Arc<Probe> {
        self.state.set(state::REMOVED);
        for site in self.sites.iter().filter_map(Weak::upgrade) {
            site.remove(&self.probe.id);
        }
        self.probe
    }
}

/// Whether two configurations of one id are one probe: same place, same type.
fn same_thing(one: &Probe, other: &Probe) -> bool {
    one.place == other.place
        && std::mem::discriminant::<Action>(&one.action) == std::mem::discriminant::<Action>(&other.action)
}

/// Why a probe of a file cannot be used: its first error.
fn cause(entry: &Entry) -> String {
    let error = entry.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    error.map_or_else(
        || "it cannot be used".to_owned(),
        |error| match &error.path {
            Some(path) if !path.is_empty() => format!("{} at {path} [{}]", error.message, error.code),
            _ => format!("{} [{}]", error.message, error.code),
        },
    )
}

fn life(state: &State) -> String {
    let counts = state.counters.read();
    format!("hit {} times and gave {} events", counts.hits(), counts.of(Cause::Emitted))
}

/// What would make a probe cheaper.
fn advice(probe: &Probe) -> &'static str {
    match (&probe.when, &probe.action) {
        (None, Action::Log(_)) => "a condition or a lower `sampling.snapshotsPerSecond` makes it cheaper",
        (None, _) => "a condition makes it cheaper",
        (Some(_), _) => "a cheaper condition, one without loops say, or a place that is hit less often helps",
    }
}

/// The verdict of the counters, with the sub-expression that decided most of the misses.
fn verdict(counts: &Counts, state: &State) -> String {
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
