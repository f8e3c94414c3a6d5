//! A small runtime for tests: variables as JSON, a clock that is moved by hand, events as JSON.

#![allow(dead_code)] // each file of tests uses a part of it

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use jsonschema::Validator;
use probelang::capture::{Group, Name, Throwable};
use probelang::host::{Host, Names};
use probelang::redact::Policy;
use probelang::snapshot::View;
use probelang::{Document, Engine};
use probelang_probe::config::Reader;
use probelang_probe::count::Cause;
use probelang_probe::event::{Event, Output, Thread, TraceIds};
use probelang_probe::runtime::{Outcome, Runtime, Scene, Seeded};
use probelang_probe::settings::Settings;
use probelang_probe::{Change, Pending, ProbeReport, Probes, Site, Timestamp};
use serde_json::{Value, json};

/// Keeps events.
#[derive(Default)]
pub struct Gathered(Mutex<Vec<Event>>);

impl Output for Gathered {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Gathered {
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Ids from a seed, and a CPU clock that moves on by `step` nanoseconds with each reading; without a step there is none.
pub struct Clocks {
    ids: Seeded,
    cpu: AtomicU64,
    step: AtomicU64,
    pub readings: AtomicU64,
    wall: AtomicU64,
    wall_step: AtomicU64,
    pub wall_readings: AtomicU64,
}

impl Clocks {
    pub fn new() -> Self {
        Self {
            ids: Seeded::new(1),
            cpu: AtomicU64::new(0),
            step: AtomicU64::new(0),
            readings: AtomicU64::new(0),
            wall: AtomicU64::new(0),
            wall_step: AtomicU64::new(0),
            wall_readings: AtomicU64::new(0),
        }
    }

    pub fn set_step(&self, step: Duration) {
        self.step.store(u64::try_from(step.as_nanos()).unwrap(), Ordering::Relaxed);
    }

    pub fn set_wall_step(&self, step: Duration) {
        self.wall_step.store(u64::try_from(step.as_nanos()).unwrap(), Ordering::Relaxed);
    }
}

impl Runtime for Clocks {
    fn id(&self) -> u128 {
        self.ids.id()
    }

    fn cpu(&self) -> Option<Duration> {
        let step = self.step.load(Ordering::Relaxed);
        self.readings.fetch_add(1, Ordering::Relaxed);
        (step > 0).then(|| Duration::from_nanos(self.cpu.fetch_add(step, Ordering::Relaxed)))
    }

    fn wall(&self) -> Option<Duration> {
        let step = self.wall_step.load(Ordering::Relaxed);
        (step > 0).then(|| {
            self.wall_readings.fetch_add(1, Ordering::Relaxed);
            Duration::from_nanos(self.wall.fetch_add(step, Ordering::Relaxed))
        })
    }
}

/// What an adapter shows of a place.
pub struct Seen<'s> {
    pub view: View<'s>,
    pub names: &'s [Name<'s>],
}

impl Scene for Seen<'_> {
    fn host(&self) -> &dyn Host {
        &self.view
    }
    fn names(&self) -> &[Name<'_>] {
        self.names
    }
    fn thread(&self) -> Thread {
        Thread { id: 7, name: Some("main".into()) }
    }
    fn trace(&self) -> Option<TraceIds> {
        Some(TraceIds { trace: 5, span: 6 })
    }
}

/// A set of probes, one place, and a clock.
pub struct Bench {
    pub engine: Engine,
    pub probes: Arc<Probes>,
    pub out: Arc<Gathered>,
    pub clocks: Arc<Clocks>,
    pub site: Arc<Site>,
    pub names: RefCell<Names>,
    now: Cell<u64>,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(Settings::default(), Engine::new())
    }

    pub fn with(settings: Settings, engine: Engine) -> Self {
        let (out, clocks) = (Arc::new(Gathered::default()), Arc::new(Clocks::new()));
        let probes =
            Probes::new(engine.redaction(), settings, Arc::clone(&clocks) as _, Arc::clone(&out) as _);
        Self {
            engine,
            probes: Arc::new(probes),
            out,
            clocks,
            site: Arc::new(Site::new(Some("shop.Cart"), "Cart.pay")),
            names: RefCell::new(Names::new()),
            now: Cell::new(1_000_000_000),
        }
    }

    pub fn redacting(policy: Policy) -> Self {
        Self::with(Settings::default(), Engine::new().policy(policy))
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now.get() * 1_000)
    }

    /// Moves the clock.
    pub fn after(&self, millis: i64) -> &Self {
        self.now.set(self.now.get().saturating_add_signed(millis * 1_000));
        self
    }

    pub fn after_micros(&self, micros: i64) {
        self.now.set(self.now.get().saturating_add_signed(micros));
    }

    /// Loads a file, and arms what it adds or changes.
    pub fn load(&self, file: &Value) -> Vec<String> {
        self.load_at(file, &self.site)
    }

    pub fn load_at(&self, file: &Value, site: &Arc<Site>) -> Vec<String> {
        let file = Reader::new(&self.engine).read(&file.to_string());
        let changes = self.probes.load(&file, self.now());
        changes
            .iter()
            .map(|change| match change {
                Change::Add(probe) | Change::Update(probe) => {
                    let _ = self.probes.arm(&probe.id, site, &mut *self.names.borrow_mut(), self.now());
                    let is_new = matches!(change, Change::Add(_));
                    format!("{} {}", if is_new { "add" } else { "update" }, probe.id)
                }
                Change::Remove(probe) => format!("remove {}", probe.id),
            })
            .collect()
    }

    /// Shows variables to `run`.
    pub fn seen<R>(&self, vars: &Value, run: impl FnOnce(&Seen<'_>) -> R) -> R {
        let document = Document::parse(vars.to_string().as_bytes()).unwrap();
        let keys: Vec<String> = vars.as_object().unwrap().keys().cloned().collect();
        let symbols: Vec<_> = keys.iter().map(|key| self.names.borrow_mut().symbol(key)).collect();
        let listed: Vec<Name<'_>> = keys
            .iter()
            .zip(symbols)
            .map(|(name, symbol)| Name { group: Group::Locals, name, symbol })
            .collect();
        let names = self.names.borrow();
        run(&Seen { view: document.view(&names), names: &listed })
    }

    pub fn enter(&self, vars: &Value) -> Pending {
        self.seen(vars, |seen| self.probes.enter(&self.site, seen, self.now()))
    }

    pub fn exit(&self, call: Pending, vars: &Value, outcome: Outcome<'_>) {
        self.seen(vars, |seen| self.probes.exit(call, &self.site, seen, outcome, self.now()));
    }

    /// A whole call of one millisecond.
    pub fn call(&self, vars: &Value) {
        let call = self.enter(vars);
        self.after(1);
        self.exit(call, vars, Outcome::Returned);
    }

    pub fn line(&self, vars: &Value) {
        self.seen(vars, |seen| self.probes.line(&self.site, seen, self.now()));
    }

    /// What was emitted since the last call, but for statuses. Everything emitted is valid.
    pub fn events(&self) -> Vec<Value> {
        self.all_events().into_iter().filter(|event| event["kind"] != "status").collect()
    }

    /// The statuses that were emitted since the last call.
    pub fn statuses(&self) -> Vec<String> {
        let all = self.all_events().into_iter().filter(|event| event["kind"] == "status");
        all.map(|event| {
            let of = &event["event"]["debugger"]["diagnostics"];
            let (id, version) = (of["probeId"].as_str().unwrap(), &of["probeVersion"]);
            let cause = of["exception"]["message"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
            format!("{id} v{version} {}{cause}", of["status"].as_str().unwrap())
        })
        .collect()
    }

    pub fn all_events(&self) -> Vec<Value> {
        self.out.take().into_iter().map(|event| as_json(event, self.probes.settings())).collect()
    }

    pub fn report(&self, id: &str) -> ProbeReport {
        self.probes.reports().into_iter().find(|report| &*report.id == id).unwrap()
    }

    /// The counters that are not zero, in words.
    pub fn counts(&self, id: &str) -> String {
        words(&self.report(id))
    }
}

/// The counters that are not zero, in words.
pub fn words(report: &ProbeReport) -> String {
    let of = |cause: Cause| (cause.name(), report.counts.of(cause));
    let all: Vec<String> = Cause::ALL
        .into_iter()
        .map(of)
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    all.join(", ")
}

/// The schemas of what goes out.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let read = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar").join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let mut options = jsonschema::options();
    for name in ["snapshot.schema.json", "event.schema.json"] {
        let schema = read(name);
        let resource = jsonschema::Resource::from_contents(schema.clone()).unwrap();
        options = options.with_resource(schema["$id"].as_str().unwrap(), resource);
    }
    options.build(&read("probe-event.schema.json")).unwrap()
});

/// An event as its JSON, which is valid, and alone on its line.
pub fn as_json(mut event: Event, settings: &Settings) -> Value {
    let mut text = String::new();
    event.write_json(settings, &mut text);
    assert!(!text.contains('\n'), "{text}");
    let json: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = SCHEMA.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    assert_eq!(json["kind"], event.kind());
    json
}

/// A probe: its type's own keys, at a function, or at line 42.
pub fn probe(id: &str, type_name: &str, own: Value) -> Value {
    let mut probe = json!({
        "id": id, "type": type_name, "where": {"typeName": "shop.Cart", "methodName": "pay"},
    });
    probe.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    probe
}

pub fn log(id: &str, own: Value) -> Value {
    let mut log = probe(id, "LOG_PROBE", json!({"template": "paid {total}"}));
    log.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    log
}

/// The same at a line.
pub fn at_line(mut probe: Value) -> Value {
    probe["where"] = json!({"sourceFile": "shop/cart.py", "lines": ["42"]});
    probe
}

/// What an event is, in a word: its kind, with the moments of a snapshot, `!` where something was thrown.
pub fn word(event: &Value) -> String {
    let kind = event["kind"].as_str().unwrap();
    if kind == "span" && event.get("error").is_some() {
        return "span!".to_owned();
    }
    let Some(captures) = event["event"]["debugger"]["snapshot"]["captures"].as_object() else {
        return kind.to_owned();
    };
    let moments: BTreeMap<&str, bool> = captures
        .iter()
        .map(|(moment, context)| (moment.as_str(), context.get("throwable").is_some_and(|it| !it.is_null())))
        .collect();
    if moments.is_empty() {
        return kind.to_owned();
    }
    let moments: Vec<String> = moments
        .iter()
        .map(|(moment, thrown)| format!("{moment}{}", if *thrown { "!" } else { "" }))
        .collect();
    format!("{kind}({})", moments.join(","))
}

pub const THROWN: Throwable<'static> = Throwable {
    type_name: "shop.Declined",
    message: Some("no money left"),
    truncated: false,
    redacted: false,
    stack: &[],
};
