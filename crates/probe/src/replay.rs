//! Replay: what probes would have done at hits that were recorded, in recorded time.
//!
//! The same set that runs in a process is given the recorded values as hosts, and the recorded times. Nothing else
//! goes in: no clock and no environment. So two runs over the same input give the same bytes.
//!
//! ```
//! use probelang::Engine;
//! use probelang::snapshot::{InputReader, Item, Mode, Vars};
//! use probelang_probe::config::Reader;
//! use probelang_probe::replay::{Options, Replay};
//! use probelang_probe::settings::Settings;
//!
//! let engine = Engine::new();
//! let file = Reader::new(&engine).read(r#"{"id": "p1", "type": "LOG_PROBE", "template": "total is {total}",
//!     "where": {"sourceFile": "shop/cart.py", "lines": ["42"]}, "when": {"dsl": "total > 100"}}"#);
//! let mut replay = Replay::new(&engine, file, Settings::default(), Options::default());
//! let (mut reader, vars) = (InputReader::new(), Vars::new());
//! for total in ["99", "101"] {
//!     let json = format!(r#"{{"timestamp": 1760000000000, "language": "python",
//!         "probe": {{"location": {{"file": "shop/cart.py", "lines": ["42"]}}}},
//!         "captures": {{"lines": {{"42": {{"locals": {{"total": {{"type": "int", "value": "{total}"}}}}}}}}}}}}"#);
//!     for item in reader.read(json.as_bytes(), Mode::Auto)? {
//!         replay.hit(&item?, &vars)?;
//!     }
//! }
//! let mut text = String::new();
//! for mut event in replay.take().into_iter().filter(|event| event.kind() == "log") {
//!     event.write_json(replay.settings(), &mut text);
//! }
//! assert!(text.contains(r#""message":"total is 101""#));
//! assert_eq!(replay.reports()[0].counts.hits(), 2);
//! # Ok::<(), probelang::InputError>(())
//! ```

use std::sync::{Arc, Mutex};
use std::time::Duration;

use probelang::capture::{Ending, Name, Recording, StackFrame, stack_frame, with_ending};
use probelang::host::{Host, Names, Symbol, Value};
use probelang::redact::Policy;
use probelang::snapshot::{Item, Location, Plain, Recorded, Snapshot, Vars, View};
use probelang::{Engine, InputError};

use crate::Timestamp;
use crate::config::ProbeFile;
use crate::event::{Event, Output, Thread, TraceIds};
use crate::probe::Probe;
use crate::report::ProbeReport;
use crate::runtime::{Outcome, Scene, Seeded};
use crate::set::{Change, Probes};
use crate::settings::Settings;
use crate::site::{Armed, Captured, Deed, Site};
use crate::status::Status;
use crate::sync::lock;
use places::{Moved, Places};

mod places;

/// Names of all recorded frames that are kept before the table is begun anew.
const NAMES: usize = 1 << 16;

/// How hits are replayed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which probes a recorded hit is a hit of.
    pub matching: Matching,
    /// Time between hits that have none: one second.
    pub interval: Duration,
    /// What the ids of events follow from.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { matching: Matching::Location, interval: Duration::from_secs(1), seed: 0 }
    }
}

impl Options {
    /// The same with [`matching`](Self::matching) set.
    #[must_use]
    pub const fn with_matching(mut self, matching: Matching) -> Self {
        self.matching = matching;
        self
    }
    /// The same with [`interval`](Self::interval) set.
    #[must_use]
    pub const fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }
    /// The same with [`seed`](Self::seed) set.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// Which probes a recorded snapshot is a hit of. A plain document has no place, and is a hit of all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Matching {
    /// Those whose place is where it was recorded.
    Location,
    /// All.
    All,
}

/// A set of probes over recorded hits.
pub struct Replay {
    probes: Probes,
    /// The settings with which events are written.
    written: Settings,
    gathered: Arc<Gathered>,
    options: Options,
    /// The configuration, until the first hit says when it is loaded.
    file: Option<ProbeFile>,
    names: Names,
    places: Places,
    /// Where all probes are armed.
    all: Arc<Site>,
    /// The frame that is looked at.
    snapshot: Snapshot,
    /// When a hit without a time of its own happens.
    next: Timestamp,
    /// When the last hit ended.
    last: Timestamp,
    placeless: u64,
}

/// Keeps events until they are taken.
#[derive(Debug, Default)]
struct Gathered(Mutex<Vec<Event>>);

impl Output for Gathered {
    fn emit(&self, event: Event) {
        lock(&self.0).push(event);
    }
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Replay {
    /// The probes of `file`, compiled by `engine`, whose redaction holds for everything that comes out.
    #[must_use]
    pub fn new(engine: &Engine, file: ProbeFile, settings: Settings, options: Options) -> Self {
        let gathered = Arc::new(Gathered::default());
        let runtime = Arc::new(Seeded::new(options.seed));
        let output = Arc::<Gathered>::clone(&gathered);
        Self {
            probes: Probes::new(engine.redaction(), settings.clone(), runtime, output),
            written: settings,
            gathered,
            options,
            file: Some(file),
            names: Names::new(),
            places: Places::default(),
            all: Arc::new(Site::new(None, "(document)")),
            snapshot: Snapshot::default(),
            next: Timestamp::default(),
            last: Timestamp::default(),
            placeless: 0,
        }
    }

    /// The settings with which the events of the last hit are written. Without a service of its own the replay takes
    /// the one that the hit was recorded in.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.written
    }

    /// Replays a hit. `vars` are laid over its names. The hit may be read [in part](ProbeFile::projection).
    ///
    /// # Errors
    /// [`InputError`] for a snapshot without captures, which is no hit.
    ///
    /// # Cost
    /// Linear in the frames that probes look at, besides what the probes cost.
    pub fn hit(&mut self, item: &Item<'_>, vars: &Vars) -> Result<(), InputError> {
        match item {
            Item::Plain(plain) => {
                self.plain(plain, vars);
                Ok(())
            }
            Item::Recorded(recorded) => self.recorded(recorded, vars),
        }
    }

    /// Ends the replay: what time alone changes is reported, and without any hit the probes that were loaded.
    pub fn end(&mut self) {
        let now = self.next;
        self.begin(now);
        self.probes.tick(now);
    }

    /// The events since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut *lock(&self.gathered.0))
    }

    /// When the last hit ended: its own time, or the one that it was given.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.last
    }

    /// How many snapshots were recorded without a place, and so were a hit of no probe. None where
    /// [all](Matching::All) match.
    #[must_use]
    pub const fn placeless(&self) -> u64 {
        self.placeless
    }

    /// What became of each probe, by id.
    #[must_use]
    pub fn reports(&self) -> Vec<ProbeReport> {
        self.probes.reports()
    }

    /// Loads the probes, at the first hit.
    fn begin(&mut self, now: Timestamp) {
        let Some(file) = self.file.take() else { return };
        let mut added = Vec::new();
        for change in self.probes.load(&file, now) {
            if let Change::Add(probe) = change {
                added.push(probe);
            }
        }
        self.places.watch(added);
    }

    /// Forgets names that were only shown, when there are many.
    fn renew(&mut self, now: Timestamp) {
        if self.names.len() < NAMES {
            return;
        }
        self.names = Names::new();
        let sites: Vec<_> = self.places.sites().chain([Arc::clone(&self.all)]).collect();
        for site in sites {
            let armed: Vec<_> = site.list.load().armed.iter().map(|armed| Arc::clone(&armed.probe)).collect();
            for probe in armed {
                self.arm(&probe, &site, now);
            }
        }
    }

    fn arm(&mut self, probe: &Probe, site: &Arc<Site>, now: Timestamp) {
        // what is not allowed has its status
        let _ = self.probes.arm(&probe.id, site, &mut self.names, now);
    }

    /// The site of all probes.
    fn everywhere(&mut self, now: Timestamp) -> Arc<Site> {
        let site = Arc::clone(&self.all);
        if site.is_empty() {
            for probe in self.places.watched().to_vec() {
                self.arm(&probe, &site, now);
            }
        }
        site
    }

    /// The site of a recorded place, with the probes that belong to it.
    fn site(&mut self, recorded: &Recorded<'_>, now: Timestamp) -> Option<Arc<Site>> {
        let Some(location) = recorded.location() else {
            self.placeless = self.placeless.saturating_add(1);
            return None;
        };
        let (site, moves) = self.places.at(&location);
        for Moved { probe, from, to } in moves {
            for site in from {
                self.probes.disarm(&probe.id, &site);
            }
            match to {
                Ok(sites) => sites.iter().for_each(|site| self.arm(&probe, site, now)),
                Err(cause) => {
                    self.probes.report(&probe.id, probe.version, Status::Error, Some(&cause), now);
                }
            }
        }
        Some(site)
    }

    fn plain(&mut self, plain: &Plain<'_>, vars: &Vars) {
        let now = self.next;
        self.begin(now);
        self.renew(now);
        let site = self.everywhere(now);
        let list = site.list.load_full();
        let shows = [&list.entry, &list.begun, &list.exit, &list.line].into_iter().any(|armed| shows(armed));
        let recording = shows.then(|| Recording::of_document(plain, vars, &mut self.names));
        let view = plain.view(&self.names).with_vars(vars);
        let scene = Scenery { view, recording: recording.as_ref(), recorded: None };
        let call = self.probes.enter(&site, &scene, now);
        self.probes.line(&site, &scene, now);
        self.probes.exit(call, &site, &scene, Outcome::Unknown, now);
        self.last = now;
        self.next = now.after(self.options.interval);
    }

    fn recorded(&mut self, recorded: &Recorded<'_>, vars: &Vars) -> Result<(), InputError> {
        let frames = recorded.frames()?;
        if self.probes.settings().process.service.is_none() {
            self.written.process.service = recorded.service().map(str::to_owned);
        }
        let end = recorded.timestamp().map_or(self.next, Timestamp::from_millis);
        let start = end.before(recorded.call_time().unwrap_or_default());
        self.begin(start);
        self.renew(start);
        let everywhere = self.options.matching == Matching::All;
        let site = if everywhere { Some(self.everywhere(start)) } else { self.site(recorded, start) };
        if let Some(site) = site {
            self.call(recorded, &frames, vars, &site, (start, end))?;
            self.line(recorded, &frames, vars, &site, end)?;
        }
        self.last = end;
        self.next = self.next.max(end.after(self.options.interval));
        Ok(())
    }

    /// The hit as a call.
    fn call(
        &mut self,
        recorded: &Recorded<'_>,
        frames: &[String],
        vars: &Vars,
        site: &Site,
        (start, end): (Timestamp, Timestamp),
    ) -> Result<(), InputError> {
        if !site.moments().call {
            return Ok(());
        }
        let list = site.list.load_full();
        let (entry, exit) = (frame(frames, "entry"), frame(frames, "return"));
        let Self { probes, names, snapshot, .. } = self;
        let mut seen = Seeing { recorded, vars, policy: &probes.policy, snapshot, names };
        let call = if list.entry.is_empty() && list.begun.is_empty() {
            probes.enter(site, &Nothing, start)
        } else {
            seen.through(entry.name, shows(&list.entry) || shows(&list.begun), |scene, _| {
                probes.enter(site, scene, start)
            })?
        };
        if !(list.exit.is_empty() && list.begun.is_empty()) {
            let shows = shows(&list.exit) || shows(&list.begun);
            let ended = seen.through(exit.name, shows, |scene, ending| {
                let outcome = match ending {
                    Ending::Unsaid => Outcome::Unknown,
                    Ending::Returned => Outcome::Returned,
                    Ending::Threw(thrown) => Outcome::Threw(thrown),
                };
                probes.exit(call, site, scene, outcome, end);
            });
            if let Err(error) = ended {
                probes.abandon(call);
                return Err(error);
            }
        }
        count_approximate(&list.entry, entry.approximate);
        count_approximate(&list.exit, exit.approximate);
        count_approximate(&list.begun, entry.approximate || exit.approximate);
        Ok(())
    }

    /// The hit as a line.
    fn line(
        &mut self,
        recorded: &Recorded<'_>,
        frames: &[String],
        vars: &Vars,
        site: &Site,
        now: Timestamp,
    ) -> Result<(), InputError> {
        if !site.moments().line {
            return Ok(());
        }
        let list = site.list.load_full();
        let wanted = match recorded.location() {
            Some(Location::Line { line, .. }) => format!("lines.{line}"),
            Some(Location::Function { .. }) | None => {
                frames.iter().find(|frame| frame.starts_with("lines.")).cloned().unwrap_or_default()
            }
        };
        let chosen = frame(frames, &wanted);
        let Self { probes, names, snapshot, .. } = self;
        let mut seen = Seeing { recorded, vars, policy: &probes.policy, snapshot, names };
        seen.through(chosen.name, shows(&list.line), |scene, _| probes.line(site, scene, now))?;
        count_approximate(&list.line, chosen.approximate);
        Ok(())
    }
}

/// A recorded hit, through which frames are seen.
struct Seeing<'s, 'r> {
    recorded: &'s Recorded<'r>,
    vars: &'s Vars,
    policy: &'s Policy,
    snapshot: &'s mut Snapshot,
    names: &'s mut Names,
}

impl Seeing<'_, '_> {
    /// Opens a frame and lends it as a scene, with how the call ended; with its names only where something `shows`
    /// them.
    fn through<R>(
        &mut self,
        frame: &str,
        shows: bool,
        run: impl FnOnce(&Scenery<'_>, Ending<'_>) -> R,
    ) -> Result<R, InputError> {
        let Self { recorded, vars, policy, snapshot, names } = self;
        let exception = recorded.open_hit(Some(frame), policy, snapshot, shows)?;
        let recording =
            shows.then(|| Recording::of_snapshot(recorded, snapshot, exception.clone(), vars, policy, names));
        let scene = Scenery {
            view: snapshot.view(names).with_vars(vars),
            recording: recording.as_ref(),
            recorded: Some(recorded),
        };
        Ok(with_ending(&exception, |ending| run(&scene, ending)))
    }
}

/// Where nobody looks.
struct Nothing;

impl Host for Nothing {
    fn var<'a>(&'a self, _: Symbol, _: &mut Value<'a>) {}
}

impl Scene for Nothing {
    fn host(&self) -> &dyn Host {
        self
    }
}

/// A recorded frame, or a document, as the scene of a hit.
struct Scenery<'s> {
    view: View<'s>,
    recording: Option<&'s Recording<'s>>,
    recorded: Option<&'s Recorded<'s>>,
}

impl Scene for Scenery<'_> {
    fn host(&self) -> &dyn Host {
        &self.view
    }

    fn names(&self) -> &[Name<'_>] {
        self.recording.map_or(&[], Recording::names)
    }

    fn missing(&self) -> Option<&str> {
        self.recording.and_then(Recording::missing)
    }

    fn stack<'a>(&'a self, frames: &mut Vec<StackFrame<'a>>) {
        let calls = self.recorded.into_iter().flat_map(Recorded::calls);
        frames.extend(calls.map(stack_frame));
    }

    fn thread(&self) -> Thread {
        let running = self.recorded.map(Recorded::running).unwrap_or_default();
        Thread { id: running.thread.unwrap_or_default(), name: running.thread_name.map(Arc::from) }
    }

    fn trace(&self) -> Option<TraceIds> {
        let running = self.recorded?.running();
        let trace = running.trace?;
        Some(TraceIds {
            // logs carry the low half in decimal digits, or all of it in 32 hexadecimal ones
            trace: if trace.len() == 32 { u128::from_str_radix(trace, 16) } else { trace.parse() }.ok()?,
            span: running.span?.parse().ok()?,
        })
    }

    fn language(&self) -> Option<&str> {
        Some(self.recorded.map_or("json", |recorded| recorded.language_name()))
    }
}

/// A frame that was chosen for a moment.
#[derive(Clone, Copy)]
struct Chosen<'f> {
    name: &'f str,
    /// It is not the one of the moment, which was not recorded.
    approximate: bool,
}

/// The frame of a moment, or what comes nearest.
fn frame<'f>(frames: &'f [String], wanted: &'f str) -> Chosen<'f> {
    let is_line = |name: &&String| name.starts_with("lines.");
    let is = |name: &'static str| move |frame: &&String| **frame == name;
    let all = || frames.iter();
    match all().find(|frame| **frame == wanted) {
        Some(name) => Chosen { name, approximate: false },
        None => {
            let nearest = all().find(is("return")).or_else(|| all().find(is_line)).or_else(|| all().next());
            Chosen { name: nearest.map_or("", String::as_str), approximate: true }
        }
    }
}

/// Whether one of the probes shows the frame.
fn shows(armed: &[Arc<Armed>]) -> bool {
    armed.iter().any(|armed| matches!(armed.deed, Deed::Log { captures: Captured::Frame(_), .. }))
}

fn count_approximate(armed: &[Arc<Armed>], approximate: bool) {
    if approximate {
        armed.iter().for_each(|armed| armed.state.counters.count_approximate());
    }
}
