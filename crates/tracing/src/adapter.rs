//! Where probes are: which places were met, and which probes belong to them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::{ArcSwap, ArcSwapOption};
use probelang_control::sink::Sinks;
use probelang_control::{ByAddress, now};
use probelang_probe::event::{Event, Output};
use probelang_probe::probe::{Action, Probe, Target};
use probelang_probe::status::Status;
use probelang_probe::{Change, Probes, Timestamp};
use tracing_core::dispatcher::{self, WeakDispatch};
use tracing_core::subscriber::NoSubscriber;
use tracing_core::{Dispatch, Metadata, callsite};

use crate::context;
use crate::find::{self, Found};
use crate::judge;
use crate::marks::{Mark, Marks};
use crate::near::{self, Kept};
use crate::place::{Callsite, MetPlace, PlaceKind, Spot, has_result, is_result_of, key};
use crate::point::{ArmedPoint, Point};
use crate::shape::{Names, Shape};

/// Probes at the places of this program.
pub struct Adapter {
    /// The set that hits are reported to.
    probes: ArcSwapOption<Probes>,
    /// The callsites that are of interest.
    table: ArcSwap<Table>,
    /// Which callsites were met, and which of them are in the table: what is not needs no look at it.
    marks: Marks,
    /// Whether root spans are followed.
    roots: AtomicBool,
    /// Whether the order of the layers was checked, at the end of the first root span.
    checked: AtomicBool,
    /// Whether it was said that it is wrong.
    told: AtomicBool,
    /// Whether `tracing` is to ask again what is of interest.
    stale: AtomicBool,
    /// The subscribers that have said that the layer was added to them, if any has.
    dispatches: Mutex<Option<Vec<WeakDispatch>>>,
    /// Whether a subscriber has asked for a callsite.
    asked: AtomicBool,
    state: Mutex<State>,
}

impl Default for Adapter {
    fn default() -> Self {
        Self {
            probes: ArcSwapOption::default(),
            table: ArcSwap::default(),
            marks: Marks::default(),
            roots: AtomicBool::new(context::HAS_ORDER),
            checked: AtomicBool::new(!context::HAS_ORDER),
            told: AtomicBool::new(false),
            stale: AtomicBool::new(false),
            dispatches: Mutex::default(),
            asked: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }
}

/// The callsites that are of interest, by their keys.
pub type Table = ByAddress<Entry>;

/// What a callsite is of interest for.
#[derive(Clone)]
pub enum Entry {
    /// It has probes.
    Probed(Arc<Callsite>),
    /// It writes the result of a span that has probes.
    Result(Arc<Shape>),
}

/// What was met, and what is looked for.
#[derive(Default)]
struct State {
    met: Vec<Spot>,
    keys: HashSet<usize>,
    watched: Vec<Watched>,
    callsites: HashMap<usize, Arc<Callsite>>,
    points: HashMap<usize, (&'static Point, Arc<ArmedPoint>)>,
}

/// A probe, and where it is.
struct Watched {
    probe: Arc<Probe>,
    at: Vec<Spot>,
    /// It cannot be used: nothing that is met later changes that.
    is_over: bool,
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").finish_non_exhaustive()
    }
}

/// All points of the process that were met, and who has probes for them.
static POINTS: Mutex<(Vec<&'static Point>, Weak<Adapter>)> = Mutex::new((Vec::new(), Weak::new()));

/// Takes a lock. What it guards is whole between two statements, also where a thread has panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A point runs for the first time. Where several threads are there at once, each comes back when the point is known.
pub fn meet_point(point: &'static Point) {
    let adapter = {
        let mut points = lock(&POINTS);
        if !points.0.iter().any(|other| std::ptr::eq(*other, point)) {
            points.0.push(point);
        }
        points.1.upgrade()
    };
    if let Some(adapter) = adapter {
        adapter.meet(Spot::Point(point));
    }
}

impl Adapter {
    /// From now on the points of the process are this adapter's.
    pub fn take_points(self: &Arc<Self>) {
        let points = {
            let mut points = lock(&POINTS);
            points.1 = Arc::downgrade(self);
            points.0.clone()
        };
        for point in points {
            self.meet(Spot::Point(point));
        }
    }

    /// Takes all probes out of the program.
    pub fn close(&self) {
        self.probes.store(None);
        self.checked.store(true, Ordering::Relaxed);
        let mut state = lock(&self.state);
        state.watched.clear();
        for (_, (point, _)) in state.points.drain() {
            point.arm(None);
        }
        state.callsites.clear();
        self.publish(&state);
        drop(state);
        self.ask_again();
    }

    /// The layer was added to a subscriber.
    pub fn added_to(&self, dispatch: &Dispatch) {
        lock(&self.dispatches).get_or_insert_default().push(dispatch.downgrade());
    }

    /// Lets `tracing` ask which callsites are of interest. It takes locks of its own, so none of ours may be held.
    ///
    /// A process with one subscriber asks that of the running thread, so the thread gets it. Without one it would hear that
    /// nothing is of interest, also for the subscriber of another thread; so it is not asked then. A subscriber that comes later
    /// is asked when it does.
    fn ask_again(&self) {
        let first = {
            let mut dispatches = lock(&self.dispatches);
            dispatches.as_mut().map(|known| {
                known.retain(|dispatch| dispatch.upgrade().is_some());
                known.iter().find_map(WeakDispatch::upgrade)
            })
        };
        match first {
            Some(Some(dispatch)) => {
                dispatcher::with_default(&dispatch, callsite::rebuild_interest_cache);
            }
            Some(None) => {}
            // a subscriber that does not say when the layer is added: an `Option` of it, say
            None => {
                let is_heard = dispatcher::get_default(|dispatch| !dispatch.is::<NoSubscriber>());
                if is_heard && self.asked.load(Ordering::Relaxed) {
                    callsite::rebuild_interest_cache();
                }
            }
        }
    }

    /// Runs `hit` with what a callsite is of interest for, if it is.
    #[inline]
    pub fn with<R: Default>(
        &self,
        metadata: &'static Metadata<'static>,
        mut hit: impl FnMut(&Entry) -> R,
    ) -> R {
        let key = key(metadata);
        match self.marks.get(key) {
            Mark::Idle => return R::default(),
            Mark::Wanted => {}
            Mark::Unknown => self.meet_late(metadata),
        }
        let find =
            || self.table.load().get(&key).map_or(Kept::Nothing, |entry| Kept::Callsite(entry.clone()));
        near::with((std::ptr::from_ref(self).addr(), key), find, |kept| match kept {
            Kept::Callsite(entry) => hit(entry),
            Kept::Nothing | Kept::Point(..) => R::default(),
        })
    }

    /// A callsite is hit before it is known: another thread has just begun to register it. Waits until that is done.
    #[cold]
    #[inline(never)]
    fn meet_late(&self, metadata: &'static Metadata<'static>) {
        self.meet(Spot::Callsite(metadata));
    }

    /// Whether a callsite is of interest, as far as it is known.
    #[inline]
    pub fn mark(&self, metadata: &Metadata<'_>) -> Mark {
        self.marks.get(key(metadata))
    }

    /// Whether root spans are followed.
    #[inline]
    pub fn wants_roots(&self) -> bool {
        self.roots.load(Ordering::Relaxed)
    }

    /// A callsite is registered, or asked again whether it is of interest.
    pub fn meet_callsite(&self, metadata: &'static Metadata<'static>) {
        self.asked.store(true, Ordering::Relaxed);
        self.meet(Spot::Callsite(metadata));
    }

    /// Whether an event that is of no interest now may write the result of a span with probes that is not met yet: `tracing`
    /// may ask for the event first.
    pub fn may_be_result(&self, metadata: &'static Metadata<'static>) -> bool {
        has_result(metadata)
            && lock(&self.state).watched.iter().any(|watched| {
                !watched.is_over && find::may_have_span_of(&watched.probe, Spot::Callsite(metadata))
            })
    }

    /// All places that were met.
    pub fn places(&self) -> Vec<MetPlace> {
        let mut places: Vec<_> = lock(&self.state).met.iter().map(|spot| spot.met()).collect();
        places.sort_by_key(|place| (place.target, place.line, place.name));
        places
    }

    /// A root span was left, and the layer of OpenTelemetry comes after this one, or does not.
    pub fn checked_order(&self, is_wrong: bool) {
        if is_wrong && !self.told.swap(true, Ordering::Relaxed) {
            note(
                "the layer of probelang comes before the one of OpenTelemetry, so that span tags and the ids of traces miss \
                 their spans: add it after that",
            );
        }
        if !self.checked.swap(true, Ordering::Relaxed) {
            let state = lock(&self.state);
            self.publish(&state);
            // not from here: within a call of `tracing` it would be told that there is no subscriber
            self.stale.store(true, Ordering::Relaxed);
        }
    }

    fn meet(&self, spot: Spot) {
        let mut state = lock(&self.state);
        if !state.keys.insert(spot.key()) {
            return;
        }
        state.met.push(spot);
        let is_changed = self.probes.load_full().is_some_and(|probes| state.meet(spot, &probes));
        if is_changed || matches!(spot, Spot::Callsite(metadata) if has_result(metadata)) {
            self.publish(&state);
        }
        // last: who sees this sees what was decided
        if let Spot::Callsite(metadata) = spot
            && self.marks.get(key(metadata)) == Mark::Unknown
        {
            self.marks.set(key(metadata), false);
        }
    }

    /// Makes what is armed known to the hits.
    fn publish(&self, state: &State) {
        let mut table = Table::default();
        for watched in &state.watched {
            for spot in &watched.at {
                if let Some(callsite) = state.callsites.get(&spot.key()) {
                    table.insert(spot.key(), Entry::Probed(Arc::clone(callsite)));
                }
            }
        }
        let results = state.met.iter().filter_map(|spot| match spot {
            Spot::Callsite(metadata) if has_result(metadata) => Some(*metadata),
            Spot::Callsite(_) | Spot::Point(_) => None,
        });
        let results: Vec<_> = results
            .filter(|event| {
                table.values().any(|entry| {
                    matches!(entry, Entry::Probed(callsite) if is_result_of(event, callsite.metadata))
                })
            })
            .collect();
        for event in results {
            let shape = Shape::of(event);
            shape.want_all();
            table.entry(key(event)).or_insert_with(|| Entry::Result(Arc::new(shape)));
        }
        let roots = !self.checked.load(Ordering::Relaxed)
            || state.watched.iter().any(|watched| {
                !watched.is_over
                    && matches!(&watched.probe.action, Action::Tags(tags) if tags.target == Target::Root)
            });
        self.roots.store(roots, Ordering::Relaxed);
        let table = Arc::new(table);
        let before = self.table.swap(Arc::clone(&table));
        near::changed();
        // last: who sees these sees the table
        for key in before.keys().filter(|key| !table.contains_key(*key)) {
            self.marks.set(*key, false);
        }
        for key in table.keys() {
            self.marks.set(*key, true);
        }
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // another one may get its address
        near::changed();
    }
}

impl State {
    /// Decides anew where the probes belong that a place is news for. Says whether anything has changed.
    fn meet(&mut self, spot: Spot, probes: &Arc<Probes>) -> bool {
        let mut is_changed = false;
        for index in 0..self.watched.len() {
            // a place nearby is news for a probe that has none, and a result for one at its span
            let concerns = self.watched.get(index).is_some_and(|one| {
                !one.is_over
                    && (find::concerns(&one.probe, spot)
                        || one.at.is_empty() && find::is_near(&one.probe, spot)
                        || one.at.iter().any(|span| spot.is_result_of(*span)))
            });
            if concerns {
                is_changed |= self.decide(index, false, probes, now());
            }
        }
        is_changed
    }

    /// Decides where a probe belongs, and arms it there. Says whether anything has changed.
    fn decide(&mut self, index: usize, is_new: bool, probes: &Arc<Probes>, now: Timestamp) -> bool {
        let Some(watched) = self.watched.get_mut(index) else { return false };
        let probe = Arc::clone(&watched.probe);
        let report = |status, cause: &str| {
            let cause = Some(cause).filter(|cause| !cause.is_empty());
            probes.report(&probe.id, probe.version, status, cause, now);
        };
        let spots = match find::find(&probe, &self.met) {
            Found::Here(spots) => spots,
            Found::NotYet(why) => {
                report(Status::Received, &why);
                return false;
            }
            Found::Tie(why) => {
                watched.is_over = true;
                let before = std::mem::take(&mut watched.at);
                report(Status::Error, &why);
                self.disarm(&probe, &before, probes);
                return true;
            }
        };
        let before = std::mem::take(&mut watched.at);
        let same = |one: &Spot, other: &Spot| one.key() == other.key();
        let gone: Vec<Spot> =
            before.iter().filter(|old| !spots.iter().any(|new| same(old, new))).copied().collect();
        self.disarm(&probe, &gone, probes);
        let (mut at, mut notes, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for spot in spots {
            let is_there = before.iter().any(|old| same(old, &spot));
            match judge::judge(&probe, spot, &self.met) {
                Err(why) => errors.push(why),
                Ok(said) => {
                    if is_there && !is_new || self.arm(&probe, spot, probes, now) {
                        at.push(spot);
                        notes.extend(said);
                    }
                }
            }
        }
        if at.is_empty() {
            if let Some(why) = errors.first() {
                report(Status::Error, why);
            }
        } else {
            notes.dedup();
            report(Status::Installed, &notes.join("; "));
        }
        if let Some(watched) = self.watched.get_mut(index) {
            // an error of one place says nothing of the next
            watched.is_over = at.is_empty() && !errors.is_empty();
            watched.at = at;
        }
        true
    }

    fn arm(&mut self, probe: &Arc<Probe>, spot: Spot, probes: &Arc<Probes>, now: Timestamp) -> bool {
        match spot {
            Spot::Callsite(metadata) => {
                let callsite = self
                    .callsites
                    .entry(spot.key())
                    .or_insert_with(|| Arc::new(Callsite::new(metadata, probes)));
                if judge::captures_frame(probe) {
                    callsite.shape.want_all();
                }
                let (site, other) = if judge::is_for_leaving(probe, spot) {
                    (&callsite.leave, &callsite.site)
                } else {
                    (&callsite.site, &callsite.leave)
                };
                // its moment may have changed
                probes.disarm(&probe.id, other);
                let mut names = Names(&callsite.shape);
                // one that is not allowed here, or was removed meanwhile, has its status
                probes.arm(&probe.id, site, &mut names, now).is_ok()
            }
            Spot::Point(point) => {
                let before = self.points.get(&spot.key()).map(|(_, armed)| ArmedPoint::clone(armed));
                let mut armed = before.unwrap_or_else(|| ArmedPoint::new(point, spot.site(), probes));
                // symbols stay what they are, so that hits of other probes may go on
                judge::resolve_all(probe, &mut armed.names);
                let mut names = armed.names.clone();
                let armed = Arc::new(armed);
                self.points.insert(spot.key(), (point, Arc::clone(&armed)));
                point.arm(Some(Arc::clone(&armed)));
                let is_armed = probes.arm(&probe.id, &armed.site, &mut names, now).is_ok();
                point.open();
                is_armed
            }
        }
    }

    fn disarm(&mut self, probe: &Arc<Probe>, spots: &[Spot], probes: &Arc<Probes>) {
        for spot in spots {
            if let Some(callsite) = self.callsites.get(&spot.key()) {
                probes.disarm(&probe.id, &callsite.site);
                probes.disarm(&probe.id, &callsite.leave);
            }
            if let Some((_, armed)) = self.points.get(&spot.key()) {
                probes.disarm(&probe.id, &armed.site);
            }
        }
    }

    /// Forgets places without probes.
    fn clean(&mut self) {
        self.callsites.retain(|_, callsite| !(callsite.site.is_empty() && callsite.leave.is_empty()));
        self.points.retain(|_, (point, armed)| {
            let is_empty = armed.site.is_empty();
            if is_empty {
                point.arm(None);
            }
            !is_empty
        });
    }
}

impl probelang_control::Adapter for Adapter {
    fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, now: Timestamp) {
        let mut state = lock(&self.state);
        let is_other = self.probes.load().as_ref().is_none_or(|before| !Arc::ptr_eq(before, probes));
        if is_other {
            // a child of a fork: its set is a new one, and has everything anew
            state.watched.clear();
            state.callsites.clear();
            for (_, (point, _)) in state.points.drain() {
                point.arm(None);
            }
            self.probes.store(Some(Arc::clone(probes)));
        }
        for change in changes {
            match change {
                Change::Remove(gone) => state.watched.retain(|watched| watched.probe.id != gone.id),
                Change::Add(probe) => {
                    state.watched.push(Watched { probe, at: Vec::new(), is_over: false });
                    let last = state.watched.len().saturating_sub(1);
                    state.decide(last, true, probes, now);
                }
                Change::Update(probe) => {
                    let index = state.watched.iter().position(|watched| watched.probe.id == probe.id);
                    if let Some(index) = index {
                        if let Some(watched) = state.watched.get_mut(index) {
                            (watched.probe, watched.is_over) = (probe, false);
                        }
                        state.decide(index, true, probes, now);
                    }
                }
            }
        }
        state.clean();
        self.publish(&state);
        drop(state);
        self.ask_again();
    }

    fn tick(&self) {
        if self.stale.swap(false, Ordering::Relaxed) {
            self.ask_again();
        }
    }

    fn output(&self, sinks: Arc<Sinks>) -> Arc<dyn Output> {
        Arc::new(Tagging { sinks, told: AtomicBool::new(false) })
    }
}

/// Tells an operator something, as the rest of probelang does.
fn note(note: &str) {
    probelang_control::Adapter::note(&Adapter::default(), note);
}

/// Sets span tags on the spans of the program, on the way to the sinks.
struct Tagging {
    sinks: Arc<Sinks>,
    told: AtomicBool,
}

impl Output for Tagging {
    fn emit(&self, event: Event) {
        if let Event::Tags(record) = &event
            && let Err(why) = context::set_tags(record)
            && !self.told.swap(true, Ordering::Relaxed)
        {
            let id = &record.probe.id;
            note(&format!("the tags of probe {id} go to the sinks only: {why}"));
        }
        self.sinks.emit(event);
    }
}

/// Whether a place is one where something begins and ends.
pub const fn is_call(kind: PlaceKind) -> bool {
    match kind {
        PlaceKind::Span => true,
        PlaceKind::Event | PlaceKind::Point => false,
    }
}
