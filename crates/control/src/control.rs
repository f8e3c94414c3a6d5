//! What a live adapter starts and stops.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use probelang::Engine;
use probelang::diagnostic::human::one_line;
use probelang::redact::{Mode, Policy};
use probelang_probe::event::Output;
use probelang_probe::runtime::Runtime;
use probelang_probe::{Change, Probes, Timestamp};
use probelang_sink::Sinks;

use crate::gate::{Bell, Gate, lock};
use crate::keeper::{FileState, Keeper};
use crate::protocol::{self, Ask, PROTOCOL, Process, Reply, Request};
use crate::server::{Answer, Server};
use crate::settings::{Access, Settings};
use crate::sinks::open;
use crate::system::System;
use crate::temporary::Temporaries;
use crate::time::now;

/// What an adapter for a runtime does: it knows where the places of probes are in the running program.
pub trait Adapter: Send + Sync + 'static {
    /// Places probes as the changes say: [arms](Probes::arm) them where they belong, or [reports](Probes::report) that there is
    /// no such place. `probes` is the set that hits are to be reported to from now on.
    ///
    /// It is called on the thread that starts, in a child of a fork, or on a thread of its own; never on two at a time.
    /// [`Control::before_fork`] and [`Control::status`] wait for it, so whoever calls them must not hold a lock that it takes.
    fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, now: Timestamp);

    /// Tells an operator something: a line, without values of the program. Otherwise it is written to standard error.
    fn note(&self, note: &str) {
        write_error(&format!("probelang: {note}\n"));
    }

    /// What an operator is to know of the adapter as it is now: sentences that `probelang live status` shows, without values of
    /// the program. Asked each time, on a thread of its own.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// Where the events of hits go: to the sinks. An adapter that can set tags on the spans of the program does so on the way,
    /// and passes every event on; it is within the hit, so it must not wait. Asked once, and once in each child of a fork.
    fn output(&self, sinks: Arc<Sinks>) -> Arc<dyn Output> {
        sinks
    }

    /// About once a second, on the thread that watches the probe file: for what must not be done within the program's own
    /// calls. [`apply`](Self::apply) says what it must not wait for.
    fn tick(&self) {}

    /// The clocks and ids of the process; asked once, and once in each child of a fork.
    fn runtime(&self) -> Arc<dyn Runtime> {
        Arc::new(System::new())
    }
}

/// Probes in a live program: the probe file is obeyed, events go to sinks, and `probelang live` shows what becomes of them.
///
/// It owns the threads for that. Hits are reported to the [`Probes`] that the adapter is given, and wait for none of them.
///
/// Dropping it stops it, as [`stop`](Self::stop) does.
pub struct Control {
    plan: Arc<Plan>,
    running: ArcSwap<Running>,
}

/// What it was started with.
pub(crate) struct Plan {
    pub engine: Engine,
    pub settings: Settings,
    pub adapter: Arc<dyn Adapter>,
}

/// What the threads of a process share.
pub(crate) struct Shared {
    pub plan: Arc<Plan>,
    pub probes: Arc<Probes>,
    pub sinks: Arc<Sinks>,
    pub gate: Gate,
    pub bell: Arc<Bell>,
    pub file: Mutex<FileState>,
    pub temporaries: Temporaries,
    started: Timestamp,
}

/// The threads of a process.
struct Running {
    pid: u32,
    shared: Arc<Shared>,
    server: Mutex<Option<Server>>,
    keeper: Mutex<Option<JoinHandle<()>>>,
    /// Whether the gate is closed because the process forks.
    forks: AtomicBool,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("settings", &self.plan.settings).finish_non_exhaustive()
    }
}

impl Control {
    /// How long [`stop`](Self::stop) takes at most.
    pub const STOP: Duration = Sinks::EXIT;

    /// Starts probes: opens the sinks, reads the probe file, places its probes, then watches it and serves the status socket. When it
    /// returns, the probes are in place. Events carry the name of the host and a random id of this run, if the settings say
    /// neither.
    ///
    /// It never fails: what does not work is noted, and the program runs on without it. Unless the settings are
    /// [enabled](Settings::enabled), nothing is read, opened or started.
    ///
    /// `engine` compiles the probes: [`Settings::engine`] with the dialect of the runtime. Of texts it hides what the settings
    /// hide too.
    ///
    /// # Cost
    /// Reads and compiles the probe file.
    #[must_use = "dropping it stops the probes"]
    pub fn start(engine: Engine, mut settings: Settings, adapter: Arc<dyn Adapter>) -> Self {
        let engine = hiding_texts_of(engine, &settings.redaction);
        // a program may change its directory later
        settings.file = settings.file.map(|file| std::path::absolute(&file).unwrap_or(file));
        let plan = Arc::new(Plan { engine, settings, adapter });
        for wrong in &plan.settings.wrong {
            plan.note(wrong);
        }
        let running = Running::start(&plan, false);
        Self { plan, running: ArcSwap::from_pointee(running) }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.plan.settings
    }

    /// The set of probes of this process.
    #[must_use]
    pub fn probes(&self) -> Arc<Probes> {
        Arc::clone(&self.running.load().shared.probes)
    }

    /// Where the events of this process go.
    #[must_use]
    pub fn sinks(&self) -> Arc<Sinks> {
        Arc::clone(&self.running.load().shared.sinks)
    }

    /// The kill switch: while it is on, no probe runs. `probelang live disable` and `enable` turn the same switch.
    pub fn switch_off(&self, off: bool) {
        self.probes().switch_off(off);
    }

    /// What the status socket says of this process.
    #[must_use]
    pub fn status(&self) -> Process {
        self.running.load().shared.status(true)
    }

    /// To be called before the process forks: waits until no probe is being placed or removed, for
    /// [two seconds](Self::STOP) at most. Until one of the two functions below is called, the probe file is not obeyed.
    pub fn before_fork(&self) {
        let running = self.running.load();
        if running.shared.gate.close(Self::STOP) {
            running.forks.store(true, Ordering::SeqCst);
        }
    }

    /// To be called in the parent after the process has forked, or has failed to.
    pub fn after_fork_in_parent(&self) {
        let running = self.running.load();
        if running.forks.swap(false, Ordering::SeqCst) {
            running.shared.gate.open();
        }
    }

    /// To be called in the child after the process has forked: starts everything anew, with a set of its own whose counters are
    /// zero, threads, empty queues and a status socket. Probes are taken out of all places of the parent's set,
    /// and [`Adapter::apply`] places those of the new one. What the parent has switched off stays off.
    ///
    /// Nothing of the parent is waited for, and its events are its own.
    pub fn after_fork_in_child(&self) {
        let parent = self.running.load_full();
        let is_off = parent.shared.probes.switches().program;
        parent.shared.probes.abandon_places();
        // its thread is not here
        if let Ok(server) = parent.server.try_lock()
            && let Some(server) = &*server
        {
            server.close_inherited();
        }
        let running = Running::start(&self.plan, is_off);
        running.shared.take_over();
        self.running.store(Arc::new(running));
        // what belongs to threads that do not exist here is never dropped: they cannot be waited for
        std::mem::forget(parent);
    }

    /// Stops everything: no probe runs any more, events that wait are sent, the socket is removed. Takes
    /// [two seconds](Self::STOP) at most; what is not delivered by then is lost.
    pub fn stop(&self) {
        self.running.load().stop();
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let running = self.running.load_full();
        if running.pid == std::process::id() {
            running.stop();
        } else {
            // a child of a fork that was not told: the socket and the threads are its parent's
            std::mem::forget(running);
        }
    }
}

/// An engine that hides of texts also what these settings hide.
pub(crate) fn hiding_texts_of(engine: Engine, redaction: &Policy) -> Engine {
    let policy = (**engine.redaction()).clone().with_texts_of(redaction);
    engine.policy(policy)
}

impl Plan {
    pub(crate) fn note(&self, note: &str) {
        self.adapter.note(&one_line(note));
    }
}

impl Running {
    fn start(plan: &Arc<Plan>, is_off: bool) -> Self {
        let Settings { enabled, sinks, sockets, .. } = &plan.settings;
        let mut settings = plan.settings.probes.clone();
        let runtime = plan.adapter.runtime();
        if settings.process.runtime_id.is_none() {
            settings.process.runtime_id = Some(probelang_probe::event::uuid(runtime.id()));
        }
        if settings.process.host.is_none() {
            settings.process.host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        }
        let specs: &[_] = if *enabled { sinks } else { &[] };
        let (sinks, notes) = open(specs, &settings, |name| plan.settings.variable(name));
        let output = plan.adapter.output(Arc::clone(&sinks));
        let probes = Probes::new(plan.engine.redaction(), settings, runtime, output);
        probes.switch_off(is_off);
        let shared = Arc::new(Shared {
            plan: Arc::clone(plan),
            probes: Arc::new(probes),
            sinks,
            gate: Gate::default(),
            bell: Arc::default(),
            file: Mutex::default(),
            temporaries: Temporaries::default(),
            started: now(),
        });
        for note in notes {
            shared.note(&note);
        }
        let (mut server, mut keeper) = (None, None);
        if *enabled {
            let first = Keeper::start(&shared);
            let started =
                thread::Builder::new().name("probelang-control".to_owned()).spawn(move || first.run());
            match started {
                Ok(thread) => keeper = Some(thread),
                Err(error) => shared.note(&format!("the probe file is not watched: {error}")),
            }
            let notes;
            (server, notes) =
                if sockets.is_empty() { (None, Vec::new()) } else { Server::start(sockets, shared.answer()) };
            for note in notes {
                shared.note(&note);
            }
        }
        Self {
            pid: std::process::id(),
            shared,
            server: Mutex::new(server),
            keeper: Mutex::new(keeper),
            forks: AtomicBool::new(false),
        }
    }

    fn stop(&self) {
        let until = Instant::now().checked_add(Control::STOP);
        let left = || until.map_or(Control::STOP, |until| until.saturating_duration_since(Instant::now()));
        self.shared.bell.end();
        let server = lock(&self.server).as_mut().and_then(Server::stop);
        let keeper = lock(&self.keeper).take();
        if self.shared.plan.settings.access == Access::Write {
            // who creates a probe just now is waited for, but not by itself; from now on nobody does
            drop(self.shared.gate.enter_within(left().min(BUSY)));
        }
        self.shared.probes.switch_off(true);
        self.shared.sinks.close(left());
        for thread in [server, keeper].into_iter().flatten() {
            // a thread that is called to stop from within an adapter cannot wait for itself
            while !thread.is_finished() && !left().is_zero() && thread.thread().id() != thread::current().id()
            {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

impl Shared {
    /// Where a child of a fork has no probes of a file, the adapter still has to leave the set of the parent.
    fn take_over(&self) {
        // who is inside places the probes of the file
        let Some(_pass) = self.gate.enter_within(BUSY) else { return };
        let is_loaded = lock(&self.file).loaded.is_some();
        if self.plan.settings.enabled && !is_loaded {
            self.apply(Vec::new(), now());
        }
    }

    pub(crate) fn note(&self, note: &str) {
        self.plan.note(note);
    }

    fn answer(self: &Arc<Self>) -> Answer {
        let shared = Arc::clone(self);
        Arc::new(move |ask, peer| {
            let may_write = match shared.plan.settings.access {
                Access::Write => Ok(()),
                Access::Read => Err(NO_WRITE.to_owned()),
            };
            let request = match ask {
                Ask::Process(request) => request,
                Ask::Create(create) => {
                    return may_write
                        .and_then(|()| Ok(Reply::Created(Box::new(shared.create(&create, peer)?))));
                }
                Ask::Samples(poll) => {
                    return may_write.and_then(|()| Ok(Reply::Samples(Box::new(shared.samples(&poll)?))));
                }
                Ask::Cancel(id) => {
                    return may_write.and_then(|()| Ok(Reply::Cancelled(Box::new(shared.cancel(&id)?))));
                }
            };
            let with_probes = match request {
                Request::Process => false,
                Request::Status => true,
                Request::Disable => {
                    shared.probes.switch_off(true);
                    false
                }
                Request::Enable => {
                    shared.probes.switch_off(false);
                    false
                }
            };
            Ok(Reply::Process(Box::new(shared.status(with_probes))))
        })
    }

    fn status(&self, with_probes: bool) -> Process {
        // an adapter that takes long must not keep anybody from the kill switch; while it does, nobody can fork either
        let _pass = self.gate.enter_within(BUSY);
        let settings = self.probes.settings();
        let process = &settings.process;
        let mode = self.plan.engine.redaction().mode();
        let switches = self.probes.switches();
        let state = lock(&self.file);
        let file = self.plan.settings.file.as_ref().map(|path| protocol::File {
            path: path.display().to_string(),
            loaded: state.loaded.map(|time| time.to_string()),
            problem: state.problem.clone(),
        });
        let mut probes: Vec<protocol::Probe> =
            self.probes.reports().iter().map(protocol::Probe::of).collect();
        let refused = self.probes.statuses();
        let refused = refused.iter().filter(|status| probes.iter().all(|probe| *probe.id != *status.id));
        let refused: Vec<_> = refused.map(protocol::Probe::refused).collect();
        probes.extend(refused);
        probes.extend(state.ignored.iter().cloned());
        self.temporaries.mark(&mut probes);
        probes.sort_by(|one, other| one.id.cmp(&other.id));
        Process {
            protocol: PROTOCOL,
            pid: std::process::id(),
            service: process.service.clone(),
            env: process.env.clone(),
            version: process.version.clone(),
            language: process.language.clone(),
            probelang: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started.to_string(),
            access: self.plan.settings.access.name().to_owned(),
            redaction: (mode != Mode::Off).then(|| mode.name().to_owned()),
            off: protocol::Off { program: switches.program, file: switches.file },
            file,
            remarks: self.plan.adapter.remarks(),
            count: probes.len(),
            probes: with_probes.then_some(probes),
            sinks: with_probes.then(|| self.sinks.reports().iter().map(protocol::Sink::of).collect()),
        }
    }
}

/// What is said to who would create probes where that is not allowed.
const NO_WRITE: &str = "this process takes no probes over its status socket: it does if it is started with \
                        PROBELANG_CONTROL=write";

/// How long who asks for the status waits for who places probes.
const BUSY: Duration = Duration::from_millis(500);

/// Writes to standard error, without the lock that other threads may hold for it: in a child of a fork nobody gives it back.
fn write_error(text: &str) {
    if let Ok(stream) = io::stderr().as_fd().try_clone_to_owned() {
        let _ = std::fs::File::from(stream).write_all(text.as_bytes());
    }
}
