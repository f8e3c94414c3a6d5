//! Probes: any bytes as their configuration, any sequence of loads, hits and changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use probelang::Engine;
use probelang::capture::Throwable;
use probelang::host::{Host, Names};
use probelang::snapshot::View;
use probelang::{Document, diagnostic};
use probelang_probe::config::{Entry, Outcome as Read, ProbeFile, Reader};
use probelang_probe::count::Cause;
use probelang_probe::event::{Event, Output};
use probelang_probe::runtime::{Outcome, Scene, Seeded};
use probelang_probe::settings::{Limits, Settings};
use probelang_probe::{Change, Pending, Probes, Site, Timestamp};
use probelang_testkit::choices::Choices;

/// Keeps events.
#[derive(Default)]
struct Gathered(Mutex<Vec<Event>>);

impl Gathered {
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Output for Gathered {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(event);
    }
}

struct Seen<'s>(View<'s>);

impl Scene for Seen<'_> {
    fn host(&self) -> &dyn Host {
        &self.0
    }
}

/// Any bytes are a file: each of its probes has an outcome, one that cannot be used an error with its path, and a status.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let engine = Engine::new();
    let read = Reader::new(&engine).read(text);
    for entry in &read.probes {
        entry_is_whole(entry, text);
    }
    let out = Arc::new(Gathered::default());
    let set = Probes::new(
        engine.redaction(),
        Settings::default(),
        Arc::new(Seeded::new(1)),
        Arc::clone(&out) as Arc<dyn Output>,
    );
    let changes = set.load(&read, Timestamp::from_millis(1)).len();
    let ready = read.probes.iter().filter(|entry| matches!(entry.outcome, Read::Ready(_))).count();
    assert_eq!(changes, ready, "{text}");
    let ids: std::collections::BTreeSet<_> =
        read.probes.iter().filter_map(|entry| entry.id.as_deref()).collect();
    assert_eq!(set.statuses().len(), ids.len(), "{text}");
}

fn entry_is_whole(entry: &Entry, text: &str) {
    for one in &entry.diagnostics {
        assert!(text.get(one.span.start as usize..one.span.end as usize).is_some(), "{one:?} of {text}");
    }
    let error = entry.diagnostics.iter().find(|one| one.is_error());
    match &entry.outcome {
        // a reader without a service takes all probes
        Read::Elsewhere => panic!("{} is elsewhere: {text}", entry.path),
        Read::Ready(probe) => {
            assert!(error.is_none(), "{error:?} in {text}");
            assert_eq!(entry.id.as_deref(), Some(&*probe.id));
        }
        Read::Rejected => {
            let has_path = |one: &diagnostic::Diagnostic| {
                one.path.as_ref().is_some_and(|path| path.starts_with(&entry.path))
            };
            assert!(error.is_some_and(has_path), "{entry:?} of {text}");
        }
    }
}

/// Probes of all kinds, at a function and at a line.
const PROBES: &[&str] = &[
    r#"{"id":"a","type":"LOG_PROBE","where":{"methodName":"f"},"template":"{total}","captureSnapshot":true,"sampling":{"snapshotsPerSecond":20}}"#,
    r#"{"id":"b","type":"LOG_PROBE","where":{"methodName":"f"},"captureSnapshot":true,"when":{"dsl":"total > 2"},"life":{"maxHits":3}}"#,
    r#"{"id":"c","type":"LOG_PROBE","where":{"methodName":"f"},"evaluateAt":"ENTRY","template":"{x}","life":{"every":2,"expiresAfter":"4s"}}"#,
    r#"{"id":"d","type":"METRIC_PROBE","where":{"methodName":"f"},"kind":"GAUGE","metricName":"n","value":{"dsl":"total"},"metricTags":[{"name":"t","value":{"template":"{total}"}}]}"#,
    r#"{"id":"e","type":"SPAN_PROBE","where":{"methodName":"f"},"evaluateAt":"ENTRY","when":{"dsl":"total > 1"}}"#,
    r#"{"id":"f","type":"SPAN_DECORATION_PROBE","where":{"methodName":"f"},"decorations":[{"when":{"dsl":"x > 3"},"tags":[{"name":"t","value":{"template":"{total}"}}]},{"when":{"dsl":"total > 3"},"tags":[{"name":"u","value":{"template":"{x}"}}]}]}"#,
    r#"{"id":"g","type":"LOG_PROBE","where":{"sourceFile":"f.py","lines":["4"]},"captureExpressions":[{"name":"x","expr":{"dsl":"x"}}],"sampling":{"snapshotsPerSecond":3}}"#,
    r#"{"id":"h","type":"LOG_PROBE","where":{"sourceFile":"f.py","lines":["4"]},"when":{"dsl":"x > 3"},"template":"y"}"#,
    r#"{"id":"a","version":1,"type":"LOG_PROBE","where":{"methodName":"f"},"when":{"dsl":"total > 1"},"captureSnapshot":true}"#,
    r#"{"id":"b","type":"LOG_PROBE","where":{"methodName":"f"},"captureSnapshot":true,"life":{"maxHits":5}}"#,
    r#"{"id":"e","type":"SPAN_PROBE","where":{"methodName":"f"}}"#,
    r#"{"id":"h","type":"METRIC_PROBE","where":{"sourceFile":"f.py","lines":["4"]},"kind":"COUNT","metricName":"n"}"#,
    r#"{"id":"s","type":"SERVICE_CONFIGURATION","denyList":{"packagePrefixes":["shop"]},"sampling":{"snapshotsPerSecond":2}}"#,
];

/// A set, the calls that run, and the events of each probe that were seen.
struct Run {
    engine: Engine,
    set: Probes,
    out: Arc<Gathered>,
    site: Arc<Site>,
    names: Names,
    documents: Vec<Document>,
    now: u64,
    calls: Vec<Pending>,
    seen: BTreeMap<String, u64>,
}

/// Any sequence of loads, hits and changes: each hit has one cause, each event is counted, no call is left over.
pub fn hits(data: &[u8]) {
    let engine = Engine::new();
    let out = Arc::new(Gathered::default());
    let limits = Limits::default().with_waiting(3).with_capture_bytes(2_000).with_rates(50.0, 10.0);
    let set = Probes::new(
        engine.redaction(),
        Settings::default().with_limits(limits),
        Arc::new(Seeded::new(1)),
        Arc::clone(&out) as Arc<dyn Output>,
    );
    let documents =
        (0..6).filter_map(|total| Document::parse(format!("{{\"total\":{total}}}").as_bytes()).ok());
    let mut run = Run {
        engine,
        set,
        out,
        site: Arc::new(Site::new(Some("shop.Cart"), "f")),
        names: Names::new(),
        documents: documents.collect(),
        now: 1_000_000,
        calls: Vec::new(),
        seen: BTreeMap::new(),
    };
    run.load(0xff);
    let choices = &mut Choices::new(data);
    while !choices.is_used_up() {
        run.step(choices);
        run.tally();
    }
    run.end();
}

impl Run {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(16) {
            0 => self.load(choices.bits()),
            1 => {
                let all = self.set.probes();
                if let Some(probe) = all.get(choices.below(all.len().max(1))) {
                    self.set.disarm(&probe.id, &self.site);
                }
            }
            2 => self.set.switch_off(choices.chance(64)),
            3 => self.set.tick(self.now()),
            4 => {
                let by = i64::from(choices.byte()) * 20 - 1_000;
                self.now = self.now.saturating_add_signed(by);
            }
            5..8 => {
                let at = choices.below(self.documents.len());
                let seen = Seen(self.documents[at].view(&self.names));
                self.set.line(&self.site, &seen, self.now());
            }
            8..12 => {
                let at = choices.below(self.documents.len());
                let seen = Seen(self.documents[at].view(&self.names));
                self.calls.push(self.set.enter(&self.site, &seen, self.now()));
            }
            12..15 if !self.calls.is_empty() => {
                let call = self.calls.remove(choices.below(self.calls.len()));
                let at = choices.below(self.documents.len());
                let seen = Seen(self.documents[at].view(&self.names));
                let thrown = Throwable { type_name: "E", message: Some("m"), ..Throwable::default() };
                let outcome = if choices.chance(64) { Outcome::Threw(&thrown) } else { Outcome::Returned };
                self.set.exit(call, &self.site, &seen, outcome, self.now());
            }
            15 if !self.calls.is_empty() => {
                let call = self.calls.remove(choices.below(self.calls.len()));
                self.set.abandon(call);
            }
            _ => {}
        }
    }

    /// Loads the probes whose bit `which` has.
    fn load(&mut self, which: u64) {
        let some: Vec<&str> = PROBES
            .iter()
            .enumerate()
            .filter(|(at, _)| which >> at & 1 != 0)
            .map(|(_, probe)| *probe)
            .collect();
        let file: ProbeFile = Reader::new(&self.engine).read(&format!("[{}]", some.join(",")));
        let now = self.now();
        for change in self.set.load(&file, now) {
            match change {
                Change::Add(probe) | Change::Update(probe) => {
                    let _ = self.set.arm(&probe.id, &self.site, &mut self.names, now);
                }
                Change::Remove(probe) => {
                    self.tally();
                    self.seen.remove(&*probe.id);
                }
            }
        }
    }

    /// Counts the events of each probe; all of them can be written.
    fn tally(&mut self) {
        for mut event in self.out.take() {
            let mut text = String::new();
            event.write_json(self.set.settings(), &mut text);
            assert!(text.starts_with("{\"kind\":") && text.ends_with('}') && !text.contains('\n'), "{text}");
            if let (Some(probe), false) = (event.probe(), matches!(event, Event::Error(_))) {
                *self.seen.entry(probe.id.to_string()).or_default() += 1;
            }
        }
    }

    fn end(mut self) {
        for call in std::mem::take(&mut self.calls) {
            self.set.abandon(call);
        }
        assert_eq!(self.set.waiting(), 0, "calls are left over");
        for report in self.set.reports() {
            let sum: u64 = Cause::ALL.iter().map(|cause| report.counts.of(*cause)).sum();
            assert_eq!(report.counts.hits(), sum, "{report:?}");
            let seen = self.seen.get(&*report.id).copied().unwrap_or_default();
            assert_eq!(report.counts.of(Cause::Emitted), seen, "{report:?}");
        }
    }
}
