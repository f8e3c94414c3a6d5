//! Probe configurations: checked, and replayed over recorded hits.

use std::ops::ControlFlow;
use std::time::{SystemTime, UNIX_EPOCH};

use probelang::Engine;
use probelang::data::text::{self, Object, array};
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::host::SystemClock;
use probelang::snapshot::Vars;
use probelang_probe::Timestamp;
use probelang_probe::config::{CheckedEntry, Outcome, ProbeFile, Reader};
use probelang_probe::replay::{Matching, Options, Replay};
use probelang_probe::settings::{Process, Settings};

use super::{Bounded, Call, diagnostics, untrusted};
use crate::data::Data;
use crate::failed::Failed;

/// What messages call probes that are given inline.
const PROBES: &str = "<probes>";
/// Hits between two words about progress.
const STEP: u64 = 1_000;
/// Inputs that cannot be used, of which a call says more than their number.
const WRONG: usize = 5;

/// The probes of a call, as text and read.
struct Probes {
    text: String,
    name: String,
    file: ProbeFile,
    process: Process,
}

impl Probes {
    fn read(call: &Call<'_>, engine: &Engine) -> Result<Self, Failed> {
        let arguments = &call.arguments;
        let (text, name) = match (&arguments.probes, &arguments.probes_file) {
            (Some(json), None) => (json.get().to_owned(), PROBES.to_owned()),
            (None, Some(file)) => (call.folders.read(file)?, file.clone()),
            (None, None) => {
                let next = "give a configuration as `probes`, or name a file as `probes_file`";
                return Err(Failed::arguments("there are no probes", next));
            }
            (Some(_), Some(_)) => {
                let message = "there are both `probes` and `probes_file`";
                return Err(Failed::arguments(message, "give one of them"));
            }
        };
        let process = Process::default().with_service(
            arguments.service.clone(),
            arguments.env.clone(),
            arguments.version.clone(),
        );
        let file = Reader::new(engine).clock(&SystemClock).process(&process).read(&text);
        Ok(Self { text, name, file, process })
    }

    fn source(&self) -> SourceText<'_> {
        SourceText::new(&self.name, &self.text)
    }

    /// What is said of the file and of its probes.
    fn diagnostics(&self) -> String {
        let own = self.file.diagnostics.iter();
        let all: Vec<_> =
            own.chain(self.file.probes.iter().flat_map(|entry| &entry.diagnostics)).cloned().collect();
        diagnostics(&all, &self.source())
    }

    /// If no probe can be used, why.
    fn some_usable(&self) -> Result<(), Failed> {
        if self.file.probes.iter().any(|entry| matches!(entry.outcome, Outcome::Ready(_))) {
            return Ok(());
        }
        let elsewhere = self.file.probes.iter().any(|entry| matches!(entry.outcome, Outcome::Elsewhere));
        let message = if elsewhere {
            "no probe is for this process: their tags name another service, env or version"
        } else {
            "no probe can be used"
        };
        Err(Failed::program(message, self.diagnostics()))
    }
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::default().after(now)
}

pub(super) fn check(call: &Call<'_>) -> Result<String, Failed> {
    let probes = Probes::read(call, &call.engine())?;
    let (source, file, now) = (probes.source(), &probes.file, now());
    let ok =
        !file.probes.iter().any(|entry| entry.fails()) && !file.diagnostics.iter().any(Diagnostic::is_error);
    let entries = file.probes.iter().map(|entry| text::of(&CheckedEntry { entry, source: &source, now }));
    let mut object = Object::new();
    object
        .boolean("ok", ok)
        .raw("probes", &array(entries))
        .raw("diagnostics", &diagnostics(&file.diagnostics, &source));
    Ok(object.end())
}

/// Recorded hits through probes.
struct Replayed {
    replay: Replay,
    diagnostics: String,
    /// The first inputs that could not be used, and how many there were.
    wrong: (Vec<String>, u64),
    hits: u64,
    /// When the first and the last hit ended.
    time: Option<(Timestamp, Timestamp)>,
}

/// Replays the hits of a call; `each` is called after each.
fn replayed(
    call: &Call<'_>,
    mut each: impl FnMut(&mut Replay) -> ControlFlow<()>,
) -> Result<Replayed, Failed> {
    let engine = call.engine();
    let probes = Probes::read(call, &engine)?;
    probes.some_usable()?;
    let data = Data::need(&call.arguments, call.folders)?;
    let diagnostics = probes.diagnostics();
    let matching =
        if call.arguments.r#match.as_deref() == Some("all") { Matching::All } else { Matching::Location };
    let settings = Settings::default().with_process(probes.process);
    let replay = Replay::new(&engine, probes.file, settings, Options::default().with_matching(matching));
    let mut done = Replayed { replay, diagnostics, wrong: (Vec::new(), 0), hits: 0, time: None };
    let vars = Vars::new();
    data.each(|from, item| {
        match item.and_then(|item| done.replay.hit(&item, &vars)) {
            Ok(()) => {
                done.hits = done.hits.saturating_add(1);
                let now = done.replay.time();
                done.time = Some((done.time.map_or(now, |(first, _)| first), now));
            }
            Err(error) => {
                done.wrong.1 = done.wrong.1.saturating_add(1);
                if done.wrong.0.len() < WRONG {
                    done.wrong.0.push(data.unusable(from.line, &error));
                }
            }
        }
        if done.hits.is_multiple_of(STEP) {
            (call.progress)(done.hits);
        }
        if call.is_stopped() { ControlFlow::Break(()) } else { each(&mut done.replay) }
    });
    if done.hits == 0 && done.wrong.1 > 0 {
        let message = done.wrong.0.first().cloned().unwrap_or_default();
        return Err(Failed::data(
            message,
            "give recorded snapshots, or JSON documents: `explain` has the page `recordings`",
        ));
    }
    done.replay.end();
    let _ = each(&mut done.replay);
    Ok(done)
}

impl Replayed {
    /// What else is to be said.
    fn end(&self, object: &mut Object) -> String {
        let mut notes: Vec<String> = self.wrong.0.clone();
        if self.wrong.1 > 0 {
            notes.push(format!("{} inputs could not be used", self.wrong.1));
        }
        if self.replay.placeless() > 0 {
            let count = self.replay.placeless();
            notes.push(format!(
                "{count} snapshots have no place, so no probe is hit by them; match `all` makes them hits of each"
            ));
        }
        object
            .raw("notes", &array(notes.iter().map(|note| text::string(note))))
            .raw("diagnostics", &self.diagnostics);
        object.end()
    }

    fn reports(&self) -> String {
        array(self.replay.reports().iter().map(text::of))
    }
}

pub(super) fn replay(call: &Call<'_>) -> Result<String, Failed> {
    let mut events = Bounded::new(call.limit());
    let done = replayed(call, |replay| {
        for mut event in replay.take() {
            let mut text = String::new();
            event.write_json(replay.settings(), &mut text);
            // the report counts on when there is no room for events any more
            events.add(text);
        }
        ControlFlow::Continue(())
    })?;
    let mut object = Object::new();
    object
        .raw("untrusted", &untrusted("events", &array(events.items)))
        .raw("report", &done.reports())
        .boolean("truncated", events.truncated);
    Ok(done.end(&mut object))
}

pub(super) fn forecast(call: &Call<'_>) -> Result<String, Failed> {
    let done = replayed(call, |replay| {
        drop(replay.take());
        ControlFlow::Continue(())
    })?;
    let seconds = done.time.map_or(0.0, |(first, last)| last.since(first).as_secs_f64());
    let mut object = Object::new();
    object.raw("probes", &done.reports()).number("hits", done.hits).serialized("seconds", &seconds);
    Ok(done.end(&mut object))
}
