//! A place of the running program, and the probes that are armed there.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use probelang::capture::CaptureLimits;
use probelang::host::Resolve;
use probelang::trace::BoundTraced;
use probelang::{Bound, Condition, Expression, Metric, Program, Template};

use crate::Timestamp;
use crate::near;
use crate::probe::{Action, Captures, Log, MetricAction, Moment, Place, Probe, TagValue, Tags};
use crate::set::Outlet;
use crate::state::State;
use crate::sync::lock;

/// A place of the running program: a function or a line, by the names that the process has for it.
///
/// The adapter keeps it where the program reaches it, and names it in every hit. Probes come and go while hits run:
/// a hit reads the list of the moment at which it began, without waiting.
///
/// A thread keeps the lists of up to 64 places that it has hit, with the probes in them, and lets go of all of them at its
/// first hit of any place after a change. So a thread that reports no more hits may keep probes that were
/// removed, until it ends.
#[derive(Debug)]
pub struct Site {
    type_name: Option<String>,
    name: String,
    /// Its line, of a place with one moment.
    line: Option<u32>,
    /// Tells it apart from all other sites of the process.
    pub(crate) key: u64,
    pub(crate) list: ArcSwap<List>,
    /// The moments for which the list has probes, as bits.
    moments: AtomicU8,
    /// Held while the list is changed.
    changing: Mutex<()>,
}

/// Probes wait for calls.
const CALL: u8 = 1;
/// Probes wait for a line.
const LINE: u8 = 2;
/// Probes wait for the end of calls.
const END: u8 = 4;

/// What is armed at a site.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// The key of the site.
    pub site: u64,
    pub generation: u64,
    pub armed: Vec<Arc<Armed>>,
    /// Decided when the function is entered.
    pub entry: Vec<Arc<Armed>>,
    /// Decided when it is entered, and finished when it ends.
    pub begun: Vec<Arc<Armed>>,
    /// Decided when it ends.
    pub exit: Vec<Arc<Armed>>,
    /// Decided before a line.
    pub line: Vec<Arc<Armed>>,
}

impl Site {
    /// A function, by the full name of its type or module and its own, or a line of a file: `type_name` is then that of
    /// the code around it, if it is known. `name` is what a span of a call is called.
    #[must_use]
    pub fn new(type_name: Option<&str>, name: impl Into<String>) -> Self {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = KEYS.fetch_add(1, Ordering::Relaxed);
        Self {
            type_name: type_name.map(str::to_owned),
            name: name.into(),
            line: None,
            key,
            list: ArcSwap::from_pointee(List { site: key, ..List::default() }),
            moments: AtomicU8::new(0),
            changing: Mutex::default(),
        }
    }

    /// A place with one moment, which is this line, whatever its probes name it by: an event that the program writes, say. All
    /// probes there are evaluated when [`Probes::line`](crate::Probes::line) reports it.
    #[must_use]
    pub fn of_line(type_name: Option<&str>, name: impl Into<String>, line: u32) -> Self {
        let mut site = Self::new(type_name, name);
        site.line = Some(line);
        site
    }

    /// The full name of the type or module.
    #[must_use]
    pub fn type_name(&self) -> Option<&str> {
        self.type_name.as_deref()
    }

    /// The name of the place.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether no probe is armed here, so that the program need not report hits.
    ///
    /// # Cost
    /// One load.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moments.load(Ordering::Relaxed) == 0
    }

    /// The moments for which probes are armed here.
    ///
    /// # Cost
    /// One load.
    #[inline]
    #[must_use]
    pub fn moments(&self) -> Moments {
        let moments = self.moments.load(Ordering::Relaxed);
        Moments { call: moments & CALL != 0, end: moments & END != 0, line: moments & LINE != 0 }
    }

    /// Adds a probe, in the place of the one with the same id.
    pub(crate) fn add(&self, armed: &Arc<Armed>) {
        self.change(|generation, all| match all.iter_mut().find(|other| other.probe.id == armed.probe.id) {
            Some(other) => {
                // a call that began under the old version is a hit of the new one, if both decide at one time
                armed.begin(if other.stage() == armed.stage() { other.since() } else { generation });
                *other = Arc::clone(armed);
            }
            None => {
                armed.begin(generation);
                all.push(Arc::clone(armed));
            }
        });
    }

    /// Takes a probe out.
    pub(crate) fn remove(&self, id: &str) {
        self.change(|_, all| all.retain(|armed| &*armed.probe.id != id));
    }

    /// Changes what is armed. Hits that have begun keep the list that they have.
    fn change(&self, change: impl FnOnce(u64, &mut Vec<Arc<Armed>>)) {
        let _changing = lock(&self.changing);
        let before = self.list.load();
        let generation = before.generation.saturating_add(1);
        let mut armed = before.armed.clone();
        change(generation, &mut armed);
        let of = |stage: Stage| armed.iter().filter(|armed| armed.stage() == stage).cloned().collect();
        let list = List {
            site: self.key,
            generation,
            entry: of(Stage::Entry),
            begun: of(Stage::Begun),
            exit: of(Stage::Exit),
            line: of(Stage::Line),
            armed,
        };
        let bits = list.armed.iter().fold(0, |bits, armed| {
            bits | match armed.stage() {
                Stage::Line => LINE,
                Stage::Entry => CALL,
                Stage::Begun | Stage::Exit => CALL | END,
            }
        });
        self.list.store(Arc::new(list));
        self.moments.store(bits, Ordering::Relaxed);
        near::changed();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        near::changed();
    }
}

/// The moments that a site wants reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Moments {
    /// Its calls: that its function is entered and, where `end` is set, that it ends.
    pub call: bool,
    /// The end of its calls: without it no call that is entered from now on waits for its end.
    pub end: bool,
    /// That its line is about to run.
    pub line: bool,
}

/// When a probe decides about a hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Entry,
    /// At the entry, with something left to do at the exit.
    Begun,
    Exit,
    Line,
}

/// A probe at a site: its programs know the names of the site.
#[derive(Debug)]
pub(crate) struct Armed {
    pub probe: Arc<Probe>,
    pub state: Arc<State>,
    /// The generation of the site from which on it is here.
    since: AtomicU64,
    /// How its events leave.
    pub outlet: Outlet,
    /// Whether it has given an event.
    pub emitting: AtomicBool,
    /// Bytes of its last capture: the next one is mostly as large.
    pub captured: AtomicUsize,
    pub when: Option<Bound<Condition>>,
    /// The condition with an observer.
    pub traced: Option<Box<BoundTraced>>,
    pub deed: Deed,
    /// When the probe is evaluated here.
    moment: Moment,
    /// The line, as snapshots say it.
    pub line: String,
}

/// What an armed probe does.
#[derive(Debug)]
pub(crate) enum Deed {
    Log { message: Option<Bound<Template>>, captures: Captured },
    Metric { value: Option<Bound<Metric>>, tags: Vec<Bound<Template>> },
    Span,
    Tags(Vec<Group>),
}

/// Tags that are set together.
#[derive(Debug)]
pub(crate) struct Group {
    pub when: Option<Bound<Condition>>,
    pub tags: Vec<Bound<Template>>,
}

/// What an armed probe captures.
#[derive(Debug)]
pub(crate) enum Captured {
    Nothing,
    Frame(CaptureLimits),
    Expressions(Vec<(String, Bound<Expression>, CaptureLimits)>),
}

impl Armed {
    pub fn new(
        probe: &Arc<Probe>,
        state: &Arc<State>,
        outlet: Outlet,
        site: &Site,
        names: &mut dyn Resolve,
    ) -> Self {
        let traced = probe.when.clone().and_then(|when| Program::from(when).traced());
        Self {
            probe: Arc::clone(probe),
            state: Arc::clone(state),
            since: AtomicU64::new(0),
            outlet,
            emitting: AtomicBool::new(false),
            captured: AtomicUsize::new(0),
            when: probe.when.as_ref().map(|when| when.bind(names)),
            traced: traced.map(|traced| Box::new(traced.bind(names))),
            deed: deed(&probe.action, names),
            moment: if site.line.is_some() { Moment::Line } else { probe.moment },
            line: match (&probe.place, site.line) {
                (Place::Lines { from, .. }, _) => from.to_string(),
                (Place::Function { .. }, Some(line)) => line.to_string(),
                (Place::Function { .. }, None) => String::new(),
            },
        }
    }

    /// It is at a site from this generation on.
    fn begin(&self, generation: u64) {
        // the list that it is published in orders this before every reading
        self.since.store(generation, Ordering::Relaxed);
    }

    /// The generation of its site from which on it is there: a call that began before is no hit.
    pub fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    /// When it decides: a frame that is captured without a condition is captured at both ends, so that its limits are
    /// met at the first; a span whose condition is asked at the entry waits for its end.
    pub fn stage(&self) -> Stage {
        let captures = matches!(&self.deed, Deed::Log { captures: Captured::Frame(_), .. });
        match (self.moment, &self.deed) {
            (Moment::Line, _) => Stage::Line,
            (Moment::Entry, Deed::Span) if self.when.is_some() => Stage::Begun,
            // a call is a span when it has ended
            (Moment::Entry, Deed::Span) => Stage::Exit,
            (Moment::Entry, _) => Stage::Entry,
            (Moment::Exit, _) if captures && self.when.is_none() => Stage::Begun,
            (Moment::Exit, _) => Stage::Exit,
        }
    }

    pub const fn captures(&self) -> bool {
        matches!(&self.deed, Deed::Log { captures: Captured::Frame(_) | Captured::Expressions(_), .. })
    }
}

fn deed(action: &Action, names: &mut dyn Resolve) -> Deed {
    match action {
        Action::Log(Log { message, captures, .. }) => Deed::Log {
            message: message.as_ref().map(|message| message.bind(names)),
            captures: match captures {
                Captures::Nothing => Captured::Nothing,
                Captures::Frame(limits) => Captured::Frame(*limits),
                Captures::Expressions(list) => Captured::Expressions(
                    list.iter().map(|one| (one.name.clone(), one.value.bind(names), one.limits)).collect(),
                ),
            },
        },
        Action::Metric(MetricAction { value, tags, .. }) => {
            Deed::Metric { value: value.as_ref().map(|value| value.bind(names)), tags: values(tags, names) }
        }
        Action::Span => Deed::Span,
        Action::Tags(Tags { groups, .. }) => Deed::Tags(
            groups
                .iter()
                .map(|group| Group {
                    when: group.when.as_ref().map(|when| when.bind(names)),
                    tags: values(&group.tags, names),
                })
                .collect(),
        ),
    }
}

fn values(tags: &[TagValue], names: &mut dyn Resolve) -> Vec<Bound<Template>> {
    tags.iter().map(|tag| tag.value.bind(names)).collect()
}

/// A call that was entered, until it ends: plain data, to be kept with the frame of the call.
///
/// It belongs to one call. Handed in twice, what was captured at the entry is in the first event only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a call that is not ended gives no event"]
pub struct Pending {
    pub(crate) generation: u64,
    pub(crate) start: Timestamp,
    pub(crate) slot: u32,
    pub(crate) key: u32,
}

impl Pending {
    /// A call that no probe knows of.
    pub(crate) const NONE: Self =
        Self { generation: 0, start: Timestamp::from_nanos(0), slot: u32::MAX, key: 0 };

    /// Whether something waits for it in the table of slots.
    pub(crate) const fn has_slot(&self) -> bool {
        self.slot != u32::MAX
    }

    /// The call as three numbers, for an adapter that keeps it where no Rust is. They mean nothing to it.
    ///
    /// ```
    /// use probelang_probe::Pending;
    /// let call = Pending::from_words([0, 0, 0]);
    /// assert!(call.is_over());
    /// assert_eq!(Pending::from_words(call.to_words()), call);
    /// ```
    #[must_use]
    pub const fn to_words(self) -> [u64; 3] {
        [self.generation, self.start.nanos(), ((self.slot as u64) << 32) | self.key as u64]
    }

    /// The call that [`to_words`](Self::to_words) gave. Numbers that it did not give are at worst a call with other events.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a number")]
    pub const fn from_words(words: [u64; 3]) -> Self {
        let [generation, start, place] = words;
        let (slot, key) = ((place >> 32) as u32, place as u32);
        Self { generation, start: Timestamp::from_nanos(start), slot, key }
    }

    /// When the call was entered.
    #[must_use]
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// Whether no probe waits for the end of the call, so that it need not be reported.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.generation == 0
    }
}
