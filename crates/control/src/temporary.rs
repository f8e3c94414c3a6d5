//! Temporary probes: created, polled and cancelled over the status socket, and ended by themselves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use probelang::Engine;
use probelang::diagnostic::{Diagnostic, Severity};
use probelang::host::SystemClock;
use probelang::redact::{Mode, Policy};
use probelang_probe::config::{Outcome, ProbeFile, Reader, in_a_line};
use probelang_probe::life::{Ended, Expiry};
use probelang_probe::probe::Probe;
use probelang_probe::status::Status;
use probelang_probe::{Change, Outlet, ProbeReport, Terms, Timestamp};

use crate::control::{Shared, hiding_texts_of};
use crate::gate::lock;
use crate::protocol::{self, Cancelled, Create, Created, Limits, PROTOCOL, Poll, Samples, Temporary};
use crate::ring::Ring;
use crate::server::Peer;
use crate::time::now;

/// Temporary probes that a process has at one time.
pub(crate) const PROBES: usize = 50;
/// Those that have ended whose events are kept.
const ENDED: usize = 50;
/// How long their events are kept.
const KEPT: Duration = Duration::from_secs(600);
/// Bytes that the events of all of them may take.
const ALL_BYTES: usize = 32 << 20;
/// Events that are kept of one: where nobody says so, and at most.
const SAMPLES: (usize, usize) = (100, 1_000);
/// Bytes of events that are kept of one: at least, where nobody says so, and at most.
const BYTES: (usize, usize, usize) = (16 << 10, 512 << 10, 8 << 20);
/// Events of a reply, where nobody says so.
const REPLY_SAMPLES: usize = 100;
/// Bytes of the events of a reply, where nobody says so.
const REPLY_BYTES: usize = 256 << 10;
/// How long who asks waits for who places probes.
const BUSY: Duration = Duration::from_millis(500);

/// The temporary probes of a process, in the order in which they were created.
#[derive(Default)]
pub(crate) struct Temporaries(Mutex<Vec<Held>>);

struct Held {
    id: Arc<str>,
    about: Temporary,
    ring: Arc<Ring>,
    /// When it ended, and what had become of it.
    ended: Option<(Timestamp, Box<ProbeReport>)>,
}

impl Temporaries {
    /// Says of probes that they are temporary, and adds those that have ended.
    pub fn mark(&self, probes: &mut Vec<protocol::Probe>) {
        for held in &*lock(&self.0) {
            let about = Some(held.about.clone());
            match &held.ended {
                Some((_, report)) => {
                    probes.push(protocol::Probe { temporary: about, ..protocol::Probe::of(report) });
                }
                None => {
                    if let Some(probe) = probes.iter_mut().find(|probe| *probe.id == *held.id) {
                        probe.temporary = about;
                    }
                }
            }
        }
    }

    /// Forgets the probes of these ids; gives the ids of those that have not ended.
    fn forget(&self, is_gone: impl Fn(&Held) -> bool) -> Vec<Arc<str>> {
        let gone: Vec<_> = lock(&self.0).extract_if(.., |held| is_gone(held)).collect();
        gone.iter().for_each(|held| held.ring.close());
        gone.into_iter().filter(|held| held.ended.is_none()).map(|held| held.id).collect()
    }

    /// Forgets those that ended first, where too many have.
    fn trim(&self) {
        let mut all = lock(&self.0);
        loop {
            let mut ended: Vec<_> =
                all.iter().enumerate().filter_map(|(at, held)| Some((held.ended.as_ref()?.0, at))).collect();
            if ended.len() <= ENDED {
                return;
            }
            ended.sort_unstable();
            if let Some((_, at)) = ended.first() {
                all.remove(*at).ring.close();
            }
        }
    }

    /// What had become of a probe that has ended.
    fn ended(&self, id: &str) -> Option<ProbeReport> {
        let all = lock(&self.0);
        let held = all.iter().find(|held| *held.id == *id)?;
        held.ended.as_ref().map(|(_, report)| ProbeReport::clone(report))
    }
}

/// What is said where there is no such probe.
fn unknown(id: &str) -> String {
    format!(
        "there is no temporary probe `{id}`: it was not created in this process, was cancelled, or has ended more than {} minutes \
         ago",
        KEPT.as_secs() / 60
    )
}

fn busy() -> String {
    "the process places other probes just now; try again".to_owned()
}

impl Shared {
    /// Creates a temporary probe, or says why not.
    pub fn create(&self, create: &Create, peer: Peer) -> Result<Created, String> {
        let expires = create.expires.map_or(Terms::EXPIRES, Duration::from_secs);
        let terms =
            Terms::new(expires, create.hits.unwrap_or(Terms::HITS)).map_err(|wrong| wrong.to_string())?;
        let (samples, bytes) = ring_bounds(create)?;
        let mode = create.redaction.unwrap_or(Mode::Strict);
        let engine = hiding_texts_of(self.plan.engine.clone(), &Policy::none().with_mode(mode));
        let (probe, warnings) = self.read(&engine, &create.probe)?;

        let _pass = self.gate.enter_within(BUSY).ok_or_else(busy)?;
        if self.bell.is_over() {
            return Err("the probes of this process are being stopped".to_owned());
        }
        // people read it
        let now = Timestamp::from_millis(now().millis());
        self.settle_temporaries(now);
        self.make_room(&probe.id, bytes)?;
        let ring = Arc::new(Ring::new(samples, bytes, self.probes.settings()));
        let outlet = Outlet { policy: Arc::clone(engine.redaction()), output: Arc::clone(&ring) as Arc<_> };
        let change =
            self.probes.add_temporary(&probe, terms, outlet, now).map_err(|error| error.to_string())?;
        let life = match &change {
            Change::Add(probe) | Change::Update(probe) | Change::Remove(probe) => probe.life,
        };
        let is_applied = self.apply(vec![change], now);
        let report = self.probes.temporary(&probe.id).map(|(report, _)| report);
        let refusal = match &report {
            _ if !is_applied => Some(BROKEN.to_owned()),
            Some(report) => refusal(report),
            None => Some(unknown(&probe.id)),
        };
        if let Some(refusal) = refusal {
            self.take_out(&probe.id, now);
            return Err(refusal);
        }
        let end = match life.expiry {
            Some(Expiry::At(end)) => end,
            Some(Expiry::After(_)) | None => now.after(expires),
        };
        let limits = Limits {
            expires: end.to_string(),
            hits: life.max_hits.unwrap_or_default(),
            redaction: engine.redaction().mode().name().to_owned(),
            samples,
            bytes,
        };
        let about = Temporary {
            uid: peer.uid,
            pid: peer.pid,
            created: now.to_string(),
            limits: limits.clone(),
            ended: None,
        };
        self.note(&created(&probe, &about));
        lock(&self.temporaries.0).push(Held { id: Arc::clone(&probe.id), about, ring, ended: None });
        let report = report.as_ref();
        Ok(Created {
            protocol: PROTOCOL,
            pid: std::process::id(),
            id: probe.id.to_string(),
            place: probe.place.to_string(),
            status: report.and_then(|report| report.status).map_or("", Status::name).to_owned(),
            cause: report.and_then(|report| report.cause.as_deref()).map(str::to_owned),
            warnings,
            limits,
        })
    }

    /// Reads the probe of a request, and what is to be said of it.
    fn read(&self, engine: &Engine, text: &str) -> Result<(Arc<Probe>, Vec<String>), String> {
        let process = &self.plan.settings.probes.process;
        let ProbeFile { probes, diagnostics, .. } =
            Reader::new(engine).clock(&SystemClock).process(process).read(text);
        if let Some(error) = diagnostics.iter().find(|one| one.is_error()) {
            return Err(format!("{} ({})", error.message, error.code));
        }
        let entry = match <[_; 1]>::try_from(probes) {
            Ok([entry]) if entry.path.is_empty() => entry,
            Ok(_) | Err(_) => {
                return Err("`probe` is one probe: an object with `id`, `type` and `where`".to_owned());
            }
        };
        match &entry.outcome {
            Outcome::Ready(probe) => Ok((Arc::clone(probe), warnings(&entry.diagnostics))),
            Outcome::Elsewhere => Err(protocol::ELSEWHERE.to_owned()),
            Outcome::Rejected => Err(entry.cause().unwrap_or_default()),
        }
    }

    /// Whether there is room for another probe of this id, with so many bytes of events. Those that have ended make room.
    fn make_room(&self, id: &str, bytes: usize) -> Result<(), String> {
        let is_ignored = lock(&self.file).ignored.iter().any(|probe| probe.id == id);
        if is_ignored {
            return Err(format!("another probe before it has the id `{id}`"));
        }
        let mut all = lock(&self.temporaries.0);
        if all.iter().any(|held| held.ended.is_some() && *held.id == *id) {
            return Err(format!(
                "a temporary probe with the id `{id}` has ended, and its events are still kept: cancel it first, or choose another id"
            ));
        }
        if all.iter().filter(|held| held.ended.is_none()).count() >= PROBES {
            return Err(format!("a process has at most {PROBES} temporary probes: cancel one first"));
        }
        loop {
            let used = all.iter().fold(0_usize, |sum, held| sum.saturating_add(held.about.limits.bytes));
            if used.saturating_add(bytes) <= ALL_BYTES {
                return Ok(());
            }
            let Some(oldest) = all.iter().position(|held| held.ended.is_some()) else {
                return Err(format!(
                    "the temporary probes of a process may keep {ALL_BYTES} bytes of events together, of which {used} are taken: \
                     ask for fewer `bytes`, or cancel one first"
                ));
            };
            all.remove(oldest).ring.close();
        }
    }

    /// Lets the adapter place probes; false if it fails.
    pub fn apply(&self, changes: Vec<Change>, now: Timestamp) -> bool {
        let adapter = &self.plan.adapter;
        let applied = catch_unwind(AssertUnwindSafe(|| adapter.apply(&self.probes, changes, now)));
        if applied.is_err() {
            self.note(BROKEN);
        }
        applied.is_ok()
    }

    /// Takes a temporary probe out of the process, and gives its last report.
    fn take_out(&self, id: &str, now: Timestamp) -> Option<ProbeReport> {
        let (report, change) = self.probes.remove_temporary(id)?;
        self.apply(vec![change], now);
        Some(report)
    }

    /// Takes those that have ended out of the process, and forgets those that ended long ago. The gate is passed.
    pub fn settle_temporaries(&self, now: Timestamp) {
        if lock(&self.temporaries.0).is_empty() {
            return;
        }
        // those are noticed that nothing has hit since
        self.probes.tick(now);
        for (id, ended) in self.probes.ended_temporaries() {
            let Some(report) = self.take_out(&id, now) else { continue };
            let mut all = lock(&self.temporaries.0);
            if let Some(held) = all.iter_mut().find(|held| *held.id == *id && held.ended.is_none()) {
                held.ring.seal();
                held.about.ended = Some(match ended {
                    Ended::Expired => "expired".to_owned(),
                    Ended::Done => "hit limit reached".to_owned(),
                });
                held.ended = Some((now, Box::new(report)));
            }
        }
        let is_old = |held: &Held| held.ended.as_ref().is_some_and(|(at, _)| now.since(*at) >= KEPT);
        self.temporaries.forget(is_old);
        self.temporaries.trim();
    }

    /// A probe file is loaded: what it names is not temporary any more. The gate is passed.
    pub fn yield_to(&self, file: &ProbeFile) {
        let is_named = |id: &str| {
            let mine = file.probes.iter().filter(|entry| !matches!(entry.outcome, Outcome::Elsewhere));
            mine.filter_map(|entry| entry.id.as_deref()).any(|named| named == id)
        };
        for id in self.temporaries.forget(|held| is_named(&held.id)) {
            self.note(&format!("the temporary probe `{id}` has ended: the probe file has a probe of its id"));
        }
    }

    /// Fetches events of a temporary probe.
    pub fn samples(&self, poll: &Poll) -> Result<Samples, String> {
        if let Some(_pass) = self.gate.enter_within(BUSY) {
            self.settle_temporaries(now());
        }
        let (about, ring) = {
            let all = lock(&self.temporaries.0);
            let held = all.iter().find(|held| *held.id == *poll.id).ok_or_else(|| unknown(&poll.id))?;
            (held.about.clone(), Arc::clone(&held.ring))
        };
        let report = self.temporaries.ended(&poll.id);
        let report = report.or_else(|| self.probes.temporary(&poll.id).map(|(report, _)| report));
        let report = report.ok_or_else(|| unknown(&poll.id))?;
        let limit = poll.limit.unwrap_or(REPLY_SAMPLES).min(SAMPLES.1);
        let bytes = poll.bytes.unwrap_or(REPLY_BYTES).min(BYTES.2);
        let fetched = ring.fetch(poll.after, limit, bytes);
        Ok(Samples {
            protocol: PROTOCOL,
            pid: std::process::id(),
            id: poll.id.clone(),
            status: report.status.map_or("", Status::name).to_owned(),
            cause: report.cause.as_deref().map(str::to_owned),
            verdict: report.verdict,
            samples: fetched.samples,
            lost: fetched.lost,
            next: fetched.next,
            more: fetched.more,
            expires: about.limits.expires,
            ended: about.ended,
        })
    }

    /// Ends a temporary probe, and drops its events.
    pub fn cancel(&self, id: &str) -> Result<Cancelled, String> {
        let _pass = self.gate.enter_within(BUSY).ok_or_else(busy)?;
        let now = now();
        self.settle_temporaries(now);
        let held = {
            let mut all = lock(&self.temporaries.0);
            let at = all.iter().position(|held| *held.id == *id).ok_or_else(|| unknown(id))?;
            all.remove(at)
        };
        held.ring.close();
        let report = match held.ended {
            Some((_, report)) => *report,
            None => self.take_out(id, now).ok_or_else(|| unknown(id))?,
        };
        let probe = protocol::Probe { temporary: Some(held.about), ..protocol::Probe::of(&report) };
        Ok(Cancelled { protocol: PROTOCOL, pid: std::process::id(), probe })
    }
}

/// What is said where an adapter panics.
const BROKEN: &str = "the adapter has failed to place probes; this is a defect of it";

/// How many events, and bytes of events, are kept.
fn ring_bounds(create: &Create) -> Result<(usize, usize), String> {
    let samples = create.samples.unwrap_or(SAMPLES.0);
    let bytes = create.bytes.unwrap_or(BYTES.1);
    if !(1..=SAMPLES.1).contains(&samples) {
        return Err(format!("a temporary probe keeps 1 to {} events, not {samples}", SAMPLES.1));
    }
    if !(BYTES.0..=BYTES.2).contains(&bytes) {
        return Err(format!(
            "a temporary probe keeps {} to {} bytes of events, not {bytes}",
            BYTES.0, BYTES.2
        ));
    }
    Ok((samples, bytes))
}

/// Why a probe that was placed is not to stay, if so.
fn refusal(report: &ProbeReport) -> Option<String> {
    match report.status? {
        Status::Error | Status::Blocked | Status::Drifted | Status::Expired => {
            Some(report.cause.as_deref().map_or_else(|| report.verdict.clone(), str::to_owned))
        }
        Status::Received | Status::Installed | Status::Emitting | Status::Paused | Status::Done => None,
    }
}

fn warnings(diagnostics: &[Diagnostic]) -> Vec<String> {
    let warnings = diagnostics.iter().filter(|one| one.severity == Severity::Warning);
    warnings.map(in_a_line).collect()
}

/// What an operator is told of a probe that was created.
fn created(probe: &Probe, about: &Temporary) -> String {
    let process = about.pid.map_or_else(String::new, |pid| format!(", process {pid}"));
    format!(
        "temporary probe `{}` at {} until {}, created by user {}{process}",
        probe.id, probe.place, about.limits.expires, about.uid
    )
}
