//! Keeps the set of probes as the probe file says.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use probelang::diagnostic::human::one_line;
use probelang::diagnostic::{Diagnostic, LineIndex, Severity};
use probelang::host::SystemClock;
use probelang_probe::Timestamp;
use probelang_probe::config::{Entry, Outcome, ProbeFile, Reader};

use crate::control::Shared;
use crate::gate::{Wake, lock};
use crate::guard::{self, Refusal, Stamp};
use crate::protocol;
use crate::time::now;
use crate::watch::Watch;

/// How often the set is told the time, and the file is looked at even where nothing says that it has changed.
const TICK: Duration = Duration::from_secs(1);
/// Notes of one file; what follows is counted.
const NOTES: usize = 20;

/// What is known of the probe file.
#[derive(Debug, Default)]
pub(crate) struct FileState {
    /// When the probes that run were read.
    pub loaded: Option<Timestamp>,
    /// Why the file as it is now is not what runs.
    pub problem: Option<String>,
    /// Its probes for other processes.
    pub ignored: Vec<protocol::Probe>,
}

/// The thread that keeps the set.
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    file: Option<PathBuf>,
    watch: Option<Watch>,
    /// The file as it was when it was last read.
    stamp: Option<Stamp>,
    /// The text that was last read, as a number.
    seen: Option<u64>,
    /// The text that runs.
    loaded: Option<u64>,
}

impl Keeper {
    /// Reads the file for the first time.
    pub fn start(shared: &Arc<Shared>) -> Self {
        let file = shared.plan.settings.file.clone();
        let watch = file.is_some().then(|| Watch::new(&shared.bell));
        let mut keeper =
            Self { shared: Arc::clone(shared), file, watch, stamp: None, seen: None, loaded: None };
        keeper.look(true);
        keeper
    }

    /// Until it is over.
    pub fn run(mut self) {
        let mut tick = next();
        loop {
            match self.shared.bell.wait(tick) {
                Wake::Over => return,
                Wake::Changed => self.look(true),
                Wake::Tick => self.look(false),
            }
            if tick <= Instant::now() {
                tick = next();
                let shared = Arc::clone(&self.shared);
                let _pass = shared.gate.enter();
                shared.probes.tick(now());
                shared.settle_temporaries(now());
                shared.plan.adapter.tick();
            }
        }
    }

    /// Looks at the file, and takes what has changed. Without `closely` a file that seems to be the same is not read.
    fn look(&mut self, closely: bool) {
        let Some(path) = self.file.clone() else { return };
        let shared = Arc::clone(&self.shared);
        let _pass = shared.gate.enter();
        let mut way = guard::walk(&path);
        // what happens before a folder is watched is not missed
        for _ in 0..3 {
            if !self.watch.as_mut().is_some_and(|watch| watch.follow(&way.folders)) {
                break;
            }
            way = guard::walk(&path);
        }
        if let Some(problem) = self.watch.as_mut().and_then(Watch::problem) {
            shared.note(&format!(
                "the folder of the probe file cannot be watched, so it is looked at once a second: {problem}"
            ));
        }
        match way.end {
            Ok(found) if !closely && self.stamp == Some(found.stamp) => {}
            Ok(found) => match found.read() {
                Ok((text, stamp)) => {
                    // a file that was written just now may be written again without a trace
                    let age = i64::try_from(now().millis() / 1_000).unwrap_or(i64::MAX);
                    let is_settled = age.saturating_sub(stamp.changed_at()) > 2;
                    self.stamp = Some(stamp).filter(|_| is_settled);
                    self.take(&text);
                }
                Err(refusal) => self.refuse(&refusal),
            },
            Err(refusal) => self.refuse(&refusal),
        }
    }

    /// The file may not be loaded, or is not there.
    fn refuse(&mut self, refusal: &Refusal) {
        (self.stamp, self.seen) = (None, None);
        self.complain(&refusal.to_string(), &[]);
    }

    /// Takes a text as the set, if it is another one.
    fn take(&mut self, text: &str) {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if self.seen == Some(hash) {
            return;
        }
        self.seen = Some(hash);
        if self.loaded == Some(hash) {
            // it is again what it was
            self.praise();
            return;
        }
        let shared = Arc::clone(&self.shared);
        let plan = &shared.plan;
        let process = &plan.settings.probes.process;
        let file = Reader::new(&plan.engine).clock(&SystemClock).process(process).read(text);
        let name = self.name();
        let notes = Notes::new(&name, text);
        if file.diagnostics.iter().any(Diagnostic::is_error) {
            self.complain("it cannot be read", &notes.of(&file.diagnostics));
            return;
        }
        self.loaded = Some(hash);
        self.praise();
        self.load(&file);
        let entries = file.probes.iter().flat_map(|entry| &entry.diagnostics);
        let said = notes.of(file.diagnostics.iter().chain(entries));
        for note in said {
            shared.note(&note);
        }
    }

    fn load(&self, file: &ProbeFile) {
        let shared = &self.shared;
        let now = now();
        shared.yield_to(file);
        let changes = shared.probes.load(file, now);
        {
            let mut state = lock(&shared.file);
            state.loaded = Some(now);
            state.ignored = file.probes.iter().filter_map(ignored).collect();
        }
        shared.apply(changes, now);
    }

    /// The file is what runs.
    fn praise(&self) {
        if lock(&self.shared.file).problem.take().is_some() {
            self.shared.note(&format!("{}: the probe file is used again", self.name()));
        }
    }

    /// The file is not what runs, and why. What is said already is not said again.
    fn complain(&self, why: &str, notes: &[String]) {
        let shared = &self.shared;
        let problem = notes.first().map_or_else(|| why.to_owned(), |first| format!("{why}: {first}"));
        let before = {
            let mut state = lock(&shared.file);
            if state.problem.as_ref() == Some(&problem) {
                return;
            }
            state.problem = Some(problem);
            state.loaded
        };
        for note in notes {
            shared.note(note);
        }
        let goes_on = match before {
            Some(time) => format!("the probes that were loaded at {time} go on"),
            None => "no probes run".to_owned(),
        };
        shared.note(&format!("{}: the probe file is not used: {why}; {goes_on}", self.name()));
    }

    fn name(&self) -> String {
        self.file.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }
}

fn next() -> Instant {
    let now = Instant::now();
    now.checked_add(TICK).unwrap_or(now)
}

/// A probe of the file that is for another process.
fn ignored(entry: &Entry) -> Option<protocol::Probe> {
    match &entry.outcome {
        Outcome::Elsewhere => {
            Some(protocol::Probe::ignored(entry.id.as_deref()?, entry.version, &entry.place))
        }
        Outcome::Ready(_) | Outcome::Rejected => None,
    }
}

/// Diagnostics of a file as notes, one line each.
struct Notes<'t> {
    name: &'t str,
    lines: LineIndex,
}

impl<'t> Notes<'t> {
    fn new(name: &'t str, text: &str) -> Self {
        Self { name, lines: LineIndex::new(text) }
    }

    fn of<'d>(&self, all: impl IntoIterator<Item = &'d Diagnostic>) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        let mut more = 0_usize;
        for diagnostic in all {
            if notes.len() < NOTES {
                notes.push(self.note(diagnostic));
            } else {
                more = more.saturating_add(1);
            }
        }
        if more > 0 {
            notes.push(format!("{}: and {more} more; `probelang probe check` shows them all", self.name));
        }
        notes
    }

    fn note(&self, diagnostic: &Diagnostic) -> String {
        let span = diagnostic.span;
        let mut place = self.name.to_owned();
        if diagnostic.path.is_some() || span.start != span.end {
            let at = self.lines.line_column(span.start);
            place = format!("{place}:{}:{}", at.line, at.column);
        }
        if let Some(path) = diagnostic.path.as_deref().filter(|path| !path.is_empty()) {
            place = format!("{place} at {path}");
        }
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        one_line(&format!("{place}: {severity}[{}]: {}", diagnostic.code, diagnostic.message))
    }
}
