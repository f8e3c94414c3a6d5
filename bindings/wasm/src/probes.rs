//! Probe configurations: checked, and replayed over recorded hits.

use std::time::Duration;

use probelang::Engine;
use probelang::data::text::{self, Object, array};
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::snapshot::{InputError, InputReader, Mode, Vars};
use probelang_probe::Timestamp;
use probelang_probe::config::{CheckedEntry, ProbeFile, Reader};
use probelang_probe::count::{Cause, Counts};
use probelang_probe::replay::{Matching, Options as Replaying, Replay};
use probelang_probe::settings::{Process, Settings};

use crate::Outcome;
use crate::kept;
use crate::options::{Options, Page, no_such};
use crate::reply;

/// What messages call the configuration.
const PROBES: &str = "<probes>";

/// Events that a replay gives at most, where nobody said.
const EVENTS: usize = 10_000;

fn read(engine: &Engine, config: &str, options: &Options) -> ProbeFile {
    let process = process(options);
    Reader::new(engine).clock(&Page).by_language(options.by_language).process(&process).read(config)
}

/// The process that the probes are for.
fn process(options: &Options) -> Process {
    let Options { service, env, version, .. } = options;
    Process::default().with_service(service.clone(), env.clone(), version.clone())
}

/// What would become of each probe.
pub fn check(config: &str, options: &Options) -> Outcome {
    let file = read(&options.engine()?, config, options);
    let source = SourceText::new(PROBES, config);
    let now = Timestamp::from_millis(options.now);
    let fails = file.probes.iter().any(|entry| entry.fails());
    let entries = file.probes.iter().map(|entry| text::of(&CheckedEntry { entry, source: &source, now }));
    let entries = array(entries);
    let mut object = Object::new();
    object
        .boolean("ok", !fails && !file.diagnostics.iter().any(Diagnostic::is_error))
        .raw("probes", &entries)
        .raw("diagnostics", &reply::diagnostics(&file.diagnostics, &source));
    Ok(object.end())
}

/// What the probes would have sent of recorded hits.
pub fn replay(config: &str, options: &Options) -> Outcome {
    let matching = match options.r#match.as_deref() {
        None | Some("location") => Matching::Location,
        Some("all") => Matching::All,
        Some(other) => return Err(no_such("match", other, ["location", "all"])),
    };
    let mut replaying = Replaying::default().with_matching(matching).with_seed(options.seed);
    if let Some(interval) = options.interval {
        replaying = replaying.with_interval(Duration::from_millis(interval));
    }
    let (vars, mut wrong) = options.vars();
    let engine = options.engine()?;
    let file = read(&engine, config, options);
    let source = SourceText::new(PROBES, config);
    wrong.push(reply::diagnostics(&file.diagnostics, &source));
    wrong.extend(file.probes.iter().map(|entry| reply::diagnostics(&entry.diagnostics, &source)));
    let settings = Settings::default().with_process(process(options));
    let replay = Replay::new(&engine, file, settings, replaying);
    let most = options.max_events.unwrap_or(EVENTS);
    let timeline = options.timeline.then(Timeline::default);
    let mut replayed = Replayed { replay, events: Vec::new(), most, truncated: false, wrong, timeline };
    replayed.all(&options.hits, &vars);
    replayed.replay.end();
    replayed.take();
    let Replayed { replay, events, truncated, wrong, timeline, .. } = replayed;
    let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
    let mut object = Object::new();
    object
        .raw("events", &array(events))
        .raw("report", &array(replay.reports().iter().map(text::of)))
        .boolean("truncated", truncated)
        .raw("diagnostics", &reply::joined(&wrong));
    if let Some(timeline) = timeline {
        object.raw("timeline", &array(timeline.hits));
    }
    Ok(options.integers.write(object.end()))
}

/// What became of each hit.
#[derive(Default)]
struct Timeline {
    /// What the hits of each probe had come to, by its place among the reports.
    before: Vec<Counts>,
    hits: Vec<String>,
}

impl Timeline {
    /// Notes what a hit came to, for each probe that it was a hit of.
    fn note(&mut self, replay: &Replay) {
        let mut causes = Object::new();
        let reports = replay.reports();
        for (at, report) in reports.iter().enumerate() {
            let before = |cause| self.before.get(at).map_or(0, |counts| counts.of(cause));
            if let Some(cause) = Cause::ALL.into_iter().find(|&cause| report.counts.of(cause) > before(cause))
            {
                causes.string(&report.id, cause.name());
            }
        }
        self.before = reports.into_iter().map(|report| report.counts).collect();
        let mut hit = Object::new();
        hit.number("time", replay.time().millis()).raw("causes", &causes.end());
        self.hits.push(hit.end());
    }
}

/// A replay and what came of it.
struct Replayed {
    replay: Replay,
    events: Vec<String>,
    most: usize,
    truncated: bool,
    wrong: Vec<String>,
    timeline: Option<Timeline>,
}

impl Replayed {
    /// Replays one JSON text, or one for each line.
    fn all(&mut self, hits: &str, vars: &Vars) {
        if hits.trim().is_empty() {
            return;
        }
        let mut reader = InputReader::new();
        let lines = hits.lines().filter(|line| !line.trim().is_empty()).count();
        // several lines are one text if they read as one
        if lines <= 1 || reader.read(hits.as_bytes(), Mode::Auto).is_ok() {
            self.text(&mut reader, hits, None, vars);
            return;
        }
        for (line, number) in hits.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            self.text(&mut reader, line, Some(number), vars);
        }
    }

    fn text(&mut self, reader: &mut InputReader, text: &str, line: Option<u64>, vars: &Vars) {
        let items = match reader.read(text.as_bytes(), Mode::Auto) {
            Ok(items) => items,
            Err(error) => return self.unusable(line, &error),
        };
        for item in items {
            match item.and_then(|item| self.replay.hit(&item, vars)) {
                Ok(()) => self.hit(),
                Err(error) => self.unusable(line, &error),
            }
        }
    }

    fn unusable(&mut self, line: Option<u64>, error: &InputError) {
        self.wrong.push(kept::unusable("<hits>", line, error));
    }

    /// A hit was replayed.
    fn hit(&mut self) {
        self.take();
        if let Some(timeline) = self.timeline.as_mut().filter(|timeline| timeline.hits.len() < self.most) {
            timeline.note(&self.replay);
        }
    }

    /// Takes the events of the last hit.
    fn take(&mut self) {
        for mut event in self.replay.take() {
            if self.events.len() >= self.most {
                self.truncated = true;
                continue;
            }
            let mut text = String::new();
            event.write_json(self.replay.settings(), &mut text);
            self.events.push(text);
        }
    }
}
