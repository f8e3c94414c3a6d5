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

use std::collections::HashSet;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, Weak};

use probelang::host::{Allowance, Resolve};
use probelang::redact::Policy;

use crate::Timestamp;
use crate::config::{Outcome, ProbeFile};
use crate::event::Output;
use crate::limit::{Bucket, Flow, Share};
use crate::notices::Notices;
use crate::probe::{Action, Probe};
use crate::report::ProbeReport;
use crate::runtime::{LateClock, Runtime};
use crate::settings::{Rules, Settings};
use crate::site::{Armed, Site};
use crate::slots::Slots;
use crate::sorted::Sorted;
use crate::state::{self, State};
use crate::status::{Status, StatusReport, Statuses};
use crate::sync::lock;

mod temporary;
mod words;

pub use temporary::{AddError, Outlet, Terms, TermsError};

/// A set of probes. Hits run on any thread while probes are added, changed and removed; a hit that does not match
/// waits for no lock, and allocates nothing.
pub struct Probes {
    pub(crate) policy: Arc<Policy>,
    pub(crate) settings: Settings,
    /// What each probe may spend at a hit.
    pub(crate) allowance: Allowance,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) clock: LateClock,
    pub(crate) output: Arc<dyn Output>,
    pub(crate) slots: Slots,
    pub(crate) logs: Bucket,
    pub(crate) captures: Bucket,
    pub(crate) bytes: Flow,
    pub(crate) share: Share,
    /// Who has switched all probes off.
    off: AtomicU8,
    loaded: Mutex<Loaded>,
    notices: Notices,
}

/// The program has switched the probes off.
const BY_PROGRAM: u8 = 1;
/// The probe file has.
const BY_FILE: u8 = 2;

/// What the last file came to.
#[derive(Default)]
struct Loaded {
    known: Sorted<Arc<str>, Known>,
    /// Where the service configuration of the file allows no probes.
    rules: Rules,
}

/// A status that a file gives to a probe.
struct News<'f> {
    id: &'f Arc<str>,
    version: u64,
    status: Status,
    cause: Option<String>,
    /// Whether the probe is another one than before, whose statuses begin anew.
    is_new: bool,
}

/// A probe of the set.
struct Known {
    probe: Arc<Probe>,
    state: Arc<State>,
    sites: Vec<Weak<Site>>,
    /// How its events leave, of a temporary probe.
    outlet: Option<Outlet>,
}

/// Who has switched all probes of a set off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Switches {
    /// The program, with [`Probes::switch_off`].
    pub program: bool,
    /// The probe file, with `"enabled": false`.
    pub file: bool,
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

impl std::fmt::Debug for Probes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probes").field("settings", &self.settings).finish_non_exhaustive()
    }
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
            allowance: Allowance::new(limits.run),
            clock: LateClock(Arc::clone(&runtime)),
            runtime,
            output,
            slots: Slots::default(),
            logs: Bucket::of_all(limits.logs),
            captures: Bucket::of_all(limits.captures),
            bytes: Flow::new(limits.capture_bytes),
            share: Share::new(limits.share),
            off: AtomicU8::new(0),
            loaded: Mutex::default(),
            notices: Notices::new(Statuses::repeating(settings.repeat)),
            settings,
        }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The kill switch: while it is on, hits do nothing, and are not counted; calls that end meanwhile are dropped. A file
    /// with `"enabled": false` has a switch of its own, and neither undoes the other.
    pub fn switch_off(&self, off: bool) {
        self.switch(BY_PROGRAM, off);
    }

    fn switch(&self, by: u8, off: bool) {
        if off {
            self.off.fetch_or(by, Ordering::Relaxed);
        } else {
            self.off.fetch_and(!by, Ordering::Relaxed);
        }
    }

    /// Whether all probes are switched off.
    #[inline]
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.off.load(Ordering::Relaxed) != 0
    }

    /// Whether the program, and whether the file has switched all probes off.
    #[must_use]
    pub fn switches(&self) -> Switches {
        let off = self.off.load(Ordering::Relaxed);
        Switches { program: off & BY_PROGRAM != 0, file: off & BY_FILE != 0 }
    }

    /// Takes all probes out of all places, without a status, so that another set can have the places. It is for the child of a
    /// fork: what other threads of the parent did with this set has no end there, and locks that they held stay locked.
    /// Nothing else may be done with the set after it, not even a hit.
    pub fn abandon_places(&self) {
        let Ok(mut loaded) = self.loaded.try_lock() else { return };
        loaded.remove(|_| true, &mut Vec::new());
    }

    /// Takes a file as the whole set: what it does not have is removed, what it has anew is added, what changed goes on
    /// in its changed form, with its counters and limits, if its place and type are the same. Says what is to be done.
    ///
    /// Probes that cannot be used, and those that the program does not allow, get their status here.
    pub fn load(&self, file: &ProbeFile, now: Timestamp) -> Vec<Change> {
        self.switch(BY_FILE, !file.enabled);
        // a configuration may lower what the program allows, not raise it
        let most = self.settings.limits.captures;
        let rate = file.snapshots_per_second.map_or(most, |rate| rate.min(most));
        self.captures.retune(rate, rate, now);
        let mut changes = Vec::new();
        let mut news = Vec::new();
        let mut kept = HashSet::new();
        let mut named: HashSet<&str> = HashSet::new();
        let mut loaded = lock(&self.loaded);
        if loaded.rules != file.rules {
            loaded.rules = file.rules.clone();
            // what the old rules have stopped is tried again
            loaded.remove(|one| one.outlet.is_none() && one.state.has(state::BLOCKED), &mut changes);
        }
        for entry in &file.probes {
            let Some(id) = &entry.id else { continue };
            let (status, cause, is_new) = match &entry.outcome {
                Outcome::Elsewhere => continue,
                // the first of an id is the one that counts
                _ if !named.insert(id) => continue,
                Outcome::Rejected => (Status::Error, entry.cause(), loaded.known.get(id).is_some()),
                Outcome::Ready(probe) => {
                    match self.settings.rules.refuse(probe, self.settings.process.env.as_deref()) {
                        Some(why) => (Status::Blocked, Some(why), loaded.known.get(id).is_some()),
                        None => {
                            kept.insert(Arc::clone(id));
                            let is_new = self.take(&mut loaded.known, probe, now, &mut changes);
                            (Status::Received, None, is_new)
                        }
                    }
                }
            };
            news.push(News { id, version: entry.version, status, cause, is_new });
        }
        let is_gone = |one: &Known| one.outlet.is_none() || named.contains(&*one.probe.id);
        loaded.remove(|one| !kept.contains(&one.probe.id) && is_gone(one), &mut changes);
        let blocked = loaded.stop_where_denied();
        drop(loaded);
        self.notices.keep(&named);
        for news in news {
            self.tell(news, now);
        }
        for (probe, why) in blocked {
            self.report(&probe.id, probe.version, Status::Blocked, Some(&why), now);
        }
        changes
    }

    /// Reports what a file says of a probe. One that is used or blocked was received before.
    fn tell(&self, news: News<'_>, now: Timestamp) {
        self.notices.send(&*self.output, |statuses| {
            // a file may also go back to an older version
            let is_back = statuses.get(news.id).is_some_and(|last| last.version > news.version);
            if news.is_new || is_back {
                statuses.remove(news.id);
            }
            let received = (news.status == Status::Blocked)
                .then(|| statuses.report(news.id, news.version, Status::Received, None, now));
            let report = statuses.report(news.id, news.version, news.status, news.cause.as_deref(), now);
            received.flatten().into_iter().chain(report)
        });
    }

    /// Takes a probe into the set, and says whether it is another one than before.
    fn take(
        &self,
        known: &mut Sorted<Arc<str>, Known>,
        probe: &Arc<Probe>,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) -> bool {
        if let Some(one) = known.get_mut(&probe.id) {
            if one.outlet.is_none() && same_thing(&one.probe, probe) {
                let is_new = one.probe.config != probe.config;
                if is_new {
                    one.state.retune(probe, now);
                    one.probe = Arc::clone(probe);
                    changes.push(Change::Update(Arc::clone(probe)));
                }
                return is_new;
            }
            if let Some(gone) = known.remove(&probe.id) {
                changes.push(Change::Remove(gone.remove()));
            }
        }
        let state = Arc::new(State::new(probe, &self.settings.limits));
        known.insert(
            Arc::clone(&probe.id),
            Known { probe: Arc::clone(probe), state, sites: Vec::new(), outlet: None },
        );
        changes.push(Change::Add(Arc::clone(probe)));
        true
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
        loop {
            let (probe, state, outlet, why) = {
                let loaded = lock(&self.loaded);
                let one = loaded.known.get(id).ok_or_else(|| ArmError::Unknown(id.to_owned()))?;
                let why = self.refuse(&loaded.rules, site);
                let outlet = one.outlet.clone().unwrap_or_else(|| self.outlet());
                (Arc::clone(&one.probe), Arc::clone(&one.state), outlet, why)
            };
            if let Some(why) = why {
                state.set(state::BLOCKED);
                self.report(id, probe.version, Status::Blocked, Some(&why), now);
                return Err(ArmError::Blocked(why));
            }
            let armed = Arc::new(Armed::new(&probe, &state, outlet, site, names));
            // before the first hit can say EMITTING
            self.report(id, probe.version, Status::Installed, None, now);
            let mut loaded = lock(&self.loaded);
            // it may have been removed or changed meanwhile
            if let Some(one) = loaded.known.get_mut(id).filter(|one| Arc::ptr_eq(&one.probe, &probe)) {
                one.sites.retain(|other| other.strong_count() > 0);
                if !one.sites.iter().any(|other| std::ptr::eq(other.as_ptr(), Arc::as_ptr(site))) {
                    one.sites.push(Arc::downgrade(site));
                }
                state.install(&probe.life, now);
                site.add(&armed);
                return Ok(());
            }
        }
    }

    /// How the events of a probe of the file leave.
    fn outlet(&self) -> Outlet {
        Outlet { policy: Arc::clone(&self.policy), output: Arc::clone(&self.output) }
    }

    /// Why no probe may be at a site, if so.
    fn refuse(&self, service: &Rules, site: &Site) -> Option<String> {
        let name = site.type_name()?;
        let said = |who: &str, rules: &Rules| rules.refuse_type(name).map(|why| format!("{who} {why}"));
        said("the program", &self.settings.rules).or_else(|| said("the service configuration", service))
    }

    /// Takes a probe out of a place that is no more. What waits for the end of calls is still finished.
    pub fn disarm(&self, id: &str, site: &Arc<Site>) {
        let mut loaded = lock(&self.loaded);
        if let Some(one) = loaded.known.get_mut(id) {
            one.sites.retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(site)));
        }
        site.remove(id);
    }

    /// The probes of the set, by id.
    #[must_use]
    pub fn probes(&self) -> Vec<Arc<Probe>> {
        lock(&self.loaded).known.values().map(|one| Arc::clone(&one.probe)).collect()
    }

    /// Reports what the adapter knows of a probe: that its place does not exist, that its code has drifted. The news goes
    /// to the output, if it is news. A probe that the file does not have, or has no more, gets no status.
    pub fn report(&self, id: &str, version: u64, status: Status, cause: Option<&str>, now: Timestamp) {
        self.notices.send(&*self.output, |statuses| {
            let is_known = statuses.get(id).is_some();
            is_known.then(|| statuses.report(id, version, status, cause, now)).flatten()
        });
    }

    /// What time alone changes: probes expire, statuses are repeated once an hour, paused probes go on. To be called now
    /// and then, once a second say.
    pub fn tick(&self, now: Timestamp) {
        let all: Vec<_> = {
            let loaded = lock(&self.loaded);
            loaded.known.values().map(|one| (Arc::clone(&one.probe), Arc::clone(&one.state))).collect()
        };
        for (probe, state) in all {
            if state.alive.is_expired(now) {
                self.expired(&probe, &state, now);
            }
            if state.alive.is_done() {
                self.done(&probe, &state, now);
            }
            self.resume(&probe, &state, now);
        }
        self.notices.send(&*self.output, |statuses| statuses.due(now));
    }

    /// How many hits wait for the end of their calls, with what they have captured. A number that only grows is an
    /// adapter that neither ends nor [abandons](Self::abandon) calls.
    ///
    /// # Cost
    /// Linear in the calls that have ever waited at one time.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.slots.len()
    }

    /// What became of each probe, by id.
    #[must_use]
    pub fn reports(&self) -> Vec<ProbeReport> {
        let statuses = self.notices.with(|statuses| statuses.clone());
        let loaded = lock(&self.loaded);
        loaded.known.values().map(|one| one.report(statuses.get(&one.probe.id))).collect()
    }

    /// The last statuses, also of probes that could not be used, by id.
    #[must_use]
    pub fn statuses(&self) -> Vec<StatusReport> {
        self.notices.with(|statuses| statuses.iter().cloned().collect())
    }

    /// Notes that the time of a probe is over.
    pub(crate) fn expired(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::EXPIRED) {
            let cause = format!("its time is over; it was {}", words::life(state));
            self.report(&probe.id, probe.version, Status::Expired, Some(&cause), now);
        }
    }

    /// Notes that a probe has given all its events.
    pub(crate) fn done(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::DONE) {
            let limit = if state.has(state::TEMPORARY) { "its hit limit" } else { "`maxHits`" };
            let cause =
                format!("it has given as many events as {limit} allows; it was {}", words::life(state));
            self.report(&probe.id, probe.version, Status::Done, Some(&cause), now);
        }
    }

    /// Pauses a probe that costs too much.
    pub(crate) fn pause(&self, probe: &Probe, state: &State, now: Timestamp) {
        if state.set(state::PAUSED) {
            let counts = state.counts();
            let cause = format!(
                "it took {} ms of CPU time in {} hits, more than its share; {}",
                state.cost().as_millis(),
                counts.hits(),
                words::advice(probe)
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

impl Loaded {
    /// Removes some probes, and says so.
    fn remove(&mut self, which: impl Fn(&Known) -> bool, changes: &mut Vec<Change>) {
        let gone: Vec<_> =
            self.known.iter().filter(|(_, one)| which(one)).map(|(id, _)| Arc::clone(id)).collect();
        let gone = gone.iter().filter_map(|id| self.known.remove(id));
        changes.extend(gone.map(|gone| Change::Remove(gone.remove())));
    }

    /// Blocks the probes that are armed where the service configuration allows none, and says why.
    fn stop_where_denied(&self) -> Vec<(Arc<Probe>, String)> {
        let why = |one: &Known| {
            let mut sites = one.sites.iter().filter_map(Weak::upgrade);
            sites.find_map(|site| self.rules.refuse_type(site.type_name()?))
        };
        let denied = self.known.values().filter_map(|one| Some((one, why(one)?)));
        denied
            .filter(|(one, _)| one.state.set(state::BLOCKED))
            .map(|(one, why)| (Arc::clone(&one.probe), format!("the service configuration {why}")))
            .collect()
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

    /// What became of it; `last` is its status.
    fn report(&self, last: Option<&StatusReport>) -> ProbeReport {
        let counts = self.state.counts();
        ProbeReport {
            id: Arc::clone(&self.probe.id),
            version: self.probe.version,
            place: self.probe.place.to_string(),
            status: last.map(|last| last.status),
            cause: last.and_then(|last| last.cause.clone()),
            verdict: words::verdict(&counts, &self.state),
            counts,
        }
    }
}

/// Whether two configurations of one id are one probe: same place, same type.
fn same_thing(one: &Probe, other: &Probe) -> bool {
    one.place == other.place
        && std::mem::discriminant::<Action>(&one.action) == std::mem::discriminant::<Action>(&other.action)
}
