//! A set of probes: loaded, armed, drained.

use std::ffi::{c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use probelang::data::text as json;
use probelang::host::{Clock, Resolve, RunLimits, SystemClock};
use probelang_probe::config::{ProbeFile, Reader};
use probelang_probe::runtime::{Runtime, Seeded};
use probelang_probe::settings::{Process, Settings};
use probelang_probe::status::Status;
use probelang_probe::{ArmError, Probes, Timestamp};

use crate::boundary::{Stop, boundary, hand_out};
use crate::changes::probelang_changes;
use crate::engine::{
    CallbackClock, Resolver, probelang_clock, probelang_engine, probelang_names, probelang_resolve, settings,
    sized, with_names,
};
use crate::handle::{self, Opaque, exclusive, give, shared, tag};
use crate::queue::Queue;
use crate::report::{Report, probelang_report};
use crate::site::probelang_site;
use crate::status::probelang_status;
use crate::text::{Zero, array, optional, probelang_str, probelang_text, put, text, text_of};

/// The probes of a process, with their counters, limits, statuses, and the events that wait to be drained. Any number
/// of threads may use one.
pub struct probelang_probes {
    _opaque: [u8; 0],
}

impl Opaque for probelang_probes {
    type Inner = Set;
    const TAG: u64 = tag(9);
}

/// The inside of a set.
pub(crate) struct Set {
    probes: Probes,
    engine: probelang::Engine,
    queue: Arc<Queue>,
}

impl Set {
    #[inline]
    pub const fn probes(&self) -> &Probes {
        &self.probes
    }
}

/// How a set of probes runs. Null or 0 keeps the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_probes_options {
    /// `sizeof(probelang_probes_options)`.
    pub size: usize,
    /// The service. It, the environment and the version also say which probes are for this process.
    pub service: probelang_str,
    /// The environment.
    pub env: probelang_str,
    /// The version of the service.
    pub version: probelang_str,
    /// The name of the machine.
    pub host_name: probelang_str,
    /// The language of the program: `java`.
    pub language: probelang_str,
    /// The id of this run of the process.
    pub runtime_id: probelang_str,
    /// Tags of all events, `key:value`.
    pub tags: *const probelang_str,
    /// How many tags.
    pub tag_count: usize,
    /// Log events per second of all probes: 5,000.
    pub logs_per_second: f64,
    /// Events with captures per second of all probes: 100.
    pub captures_per_second: f64,
    /// Captured bytes per second of all probes: 8 MiB.
    pub capture_bytes_per_second: u64,
    /// Bytes of an event: 1 MiB.
    pub event_bytes: usize,
    /// The share of one CPU that one probe may take: 0.01.
    pub probe_share: f64,
    /// The share of one CPU that all probes may take: 0.01.
    pub share: f64,
    /// Events that may wait to be drained: 1,024. Further events are dropped and counted.
    pub queue_events: usize,
    /// Captured bytes that may wait: 16 MiB.
    pub queue_bytes: usize,
    /// The seed of the ids of events. It must differ from process to process, so set it to a random number.
    pub seed: u64,
    /// The CPU time of the running thread in nanoseconds, with the data of the clock; null: the cost is estimated from
    /// steps.
    pub cpu: probelang_clock,
    /// Passed to `cpu`.
    pub cpu_data: *mut c_void,
}

// SAFETY: numbers, pointers, and a callback that may be absent.
unsafe impl Zero for probelang_probes_options {}

/// Clocks and ids of a set.
struct Around {
    ids: Seeded,
    clock: Option<CallbackClock>,
    cpu: Option<CallbackClock>,
}

impl Runtime for Around {
    fn id(&self) -> u128 {
        self.ids.id()
    }

    fn clock(&self) -> Option<&dyn Clock> {
        match &self.clock {
            Some(clock) => Some(clock),
            None => Some(&SystemClock),
        }
    }

    fn cpu(&self) -> Option<Duration> {
        Some(Duration::from_nanos(self.cpu.as_ref()?.now()))
    }
}

fn given_settings(given: &probelang_probes_options, run: RunLimits) -> Result<Settings, Stop> {
    let owned = |text: probelang_str| Ok::<_, Stop>(optional(text)?.map(str::to_owned));
    let tags: Result<Vec<String>, Stop> =
        array(given.tags, given.tag_count)?.iter().map(|tag| Ok(text_of(*tag)?.to_owned())).collect();
    let process = Process::default()
        .with_service(owned(given.service)?, owned(given.env)?, owned(given.version)?)
        .with_language(owned(given.language)?.unwrap_or_default())
        .with_ids(owned(given.host_name)?, owned(given.runtime_id)?)
        .with_tags(tags?);
    let numbers = [given.logs_per_second, given.captures_per_second, given.probe_share, given.share];
    if !numbers.iter().all(|number| number.is_finite() && *number >= 0.0) {
        return Err(probelang_status::WrongNumber.into());
    }
    let mut limits = Settings::default().limits.with_run(run);
    let or = |given: f64, default: f64| if given == 0.0 { default } else { given };
    limits = limits
        .with_rates(or(given.logs_per_second, limits.logs), or(given.captures_per_second, limits.captures));
    limits = limits.with_shares(or(given.probe_share, limits.probe_share), or(given.share, limits.share));
    if given.capture_bytes_per_second != 0 {
        limits = limits.with_capture_bytes(given.capture_bytes_per_second);
    }
    if given.event_bytes != 0 {
        limits = limits.with_event_bytes(given.event_bytes);
    }
    Ok(Settings::default().with_process(process).with_limits(limits))
}

/// A new, empty set, with the current dialect, redaction, limits and clock of the engine. `options` may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_new(
    engine: *const probelang_engine,
    options: *const probelang_probes_options,
    out: *mut *mut probelang_probes,
) -> probelang_status {
    boundary! {
        let settings = settings(engine)?;
        let given = if options.is_null() { Zero::ZERO } else { sized(options)? };
        let queue = Arc::new(Queue::new(given.queue_events, given.queue_bytes));
        let runtime = Around {
            ids: Seeded::new(given.seed),
            clock: settings.clock,
            cpu: given.cpu.map(|now| CallbackClock { now, data: given.cpu_data }),
        };
        let probes = Probes::new(
            settings.engine.redaction(),
            given_settings(&given, settings.run)?,
            Arc::new(runtime),
            Arc::clone(&queue) as Arc<_>,
        );
        give(out, Set { probes, engine: settings.engine, queue })?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a set. Its sites and lists of changes are freed on their own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_free(probes: *mut probelang_probes) -> probelang_status {
    boundary! { handle::free(probes) }
}

fn entries_json(file: &ProbeFile, configuration: &str) -> String {
    let source = probelang::diagnostic::SourceText::unread_json("", configuration);
    let of = |diagnostics: &[probelang::diagnostic::Diagnostic]| {
        json::of(&probelang::data::InSource::new(diagnostics, &source))
    };
    let entries = file.probes.iter().map(|entry| {
        let mut object = json::Object::new();
        object.string("path", &entry.path);
        if let Some(id) = &entry.id {
            object.string("id", id);
        }
        object.raw("diagnostics", &of(&entry.diagnostics)).end()
    });
    let mut object = json::Object::new();
    object.raw("diagnostics", &of(&file.diagnostics)).raw("probes", &json::array(entries)).end()
}

/// Replaces the set by a configuration (`grammar/probe.schema.json`): probes that it does not contain are removed, new
/// ones are added, changed ones go on with their new configuration. `now` is in nanoseconds since 1970, as in all
/// functions that take a time. `out` gets what the caller has to do. `report` may be null; it gets the diagnostics of
/// the configuration, if any: its JSON is an object with `diagnostics`, and under `probes` those of each probe. A probe
/// that cannot be used gets the status `ERROR` and does not affect the others; if the configuration as a whole cannot
/// be read, the status is `PROBELANG_STATUS_REJECTED`, and the set is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_load(
    probes: *const probelang_probes,
    configuration: *const c_char,
    len: usize,
    now: u64,
    out: *mut *mut probelang_changes,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let (set, configuration) = (shared(probes)?, text(configuration, len)?);
        if out.is_null() {
            return Ok(probelang_status::Null);
        }
        let process = &set.probes.settings().process;
        let file = Reader::new(&set.engine).clock(&SystemClock).process(process).read(configuration);
        let all = file.diagnostics.iter().chain(file.probes.iter().flat_map(|entry| &entry.diagnostics));
        let all: Vec<_> = all.cloned().collect();
        let said = all.first().map(|first| {
            let form = crate::report::Form::UnreadJson;
            let entries = entries_json(&file, configuration);
            Report::diagnostics(first.message.clone(), all.clone(), configuration.to_owned(), form).with_json(entries)
        });
        if file.diagnostics.iter().any(probelang::diagnostic::Diagnostic::is_error) {
            return Err(Stop { status: probelang_status::Rejected, report: said.map(Box::new) });
        }
        let changes = set.probes.load(&file, Timestamp::from_nanos(now));
        if let Some(said) = said {
            hand_out(said, report);
        }
        give(out, changes)?;
        Ok(probelang_status::Ok)
    }
}

fn arm(
    probes: *const probelang_probes,
    site: *const probelang_site,
    id: &str,
    names: &mut dyn Resolve,
    now: u64,
) -> Result<probelang_status, Stop> {
    let (set, site) = (shared(probes)?, shared(site)?);
    match set.probes.arm(id, site, names, Timestamp::from_nanos(now)) {
        Ok(()) => Ok(probelang_status::Ok),
        Err(error @ ArmError::Unknown(_)) => Err(Stop::saying(probelang_status::Unknown, error.to_string())),
        Err(error @ ArmError::Blocked(_)) => Err(Stop::saying(probelang_status::Rejected, error.to_string())),
    }
}

/// Arms a probe at a place whose hosts know the symbols of `names`. The status is `PROBELANG_STATUS_UNKNOWN` for an id
/// that the set does not contain, and `PROBELANG_STATUS_REJECTED` at a place where no probe is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_arm(
    probes: *const probelang_probes,
    site: *const probelang_site,
    id: *const c_char,
    id_len: usize,
    names: *mut probelang_names,
    now: u64,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let id = text(id, id_len)?;
        with_names(names, |names| arm(probes, site, id, names, now))
    }
}

/// As `probelang_probes_arm`, with symbols of the host's choice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_arm_with(
    probes: *const probelang_probes,
    site: *const probelang_site,
    id: *const c_char,
    id_len: usize,
    resolve: probelang_resolve,
    data: *mut c_void,
    now: u64,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        arm(probes, site, text(id, id_len)?, &mut Resolver::of(resolve, data)?, now)
    }
}

/// Disarms a probe at a place that no longer exists. Calls that have not ended are still finished.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_disarm(
    probes: *const probelang_probes,
    site: *const probelang_site,
    id: *const c_char,
    id_len: usize,
) -> probelang_status {
    boundary! {
        shared(probes)?.probes.disarm(text(id, id_len)?, shared(site)?);
        Ok(probelang_status::Ok)
    }
}

/// Reports what the caller knows of a probe: `status` is the name of one, `ERROR` or `DRIFTED`; `cause` may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_report(
    probes: *const probelang_probes,
    id: *const c_char,
    id_len: usize,
    version: u64,
    status: *const c_char,
    status_len: usize,
    cause: *const c_char,
    cause_len: usize,
    now: u64,
) -> probelang_status {
    boundary! {
        let (set, id, name) = (shared(probes)?, text(id, id_len)?, text(status, status_len)?);
        let cause = optional(probelang_str { data: cause, len: cause_len })?;
        let status = Status::ALL.into_iter().find(|status| status.name() == name);
        let status = status.ok_or(probelang_status::Unknown)?;
        set.probes.report(id, version, status, cause, Timestamp::from_nanos(now));
        Ok(probelang_status::Ok)
    }
}

/// Updates what depends on time. Call it about once a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_tick(
    probes: *const probelang_probes,
    now: u64,
) -> probelang_status {
    boundary! {
        shared(probes)?.probes.tick(Timestamp::from_nanos(now));
        Ok(probelang_status::Ok)
    }
}

/// The kill switch: while `off` is 1, hits do nothing and are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_switch_off(
    probes: *const probelang_probes,
    off: u32,
) -> probelang_status {
    boundary! {
        shared(probes)?.probes.switch_off(off != 0);
        Ok(probelang_status::Ok)
    }
}

/// The last status of each probe, as a JSON array of `id`, `version`, `status` and perhaps `cause`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_statuses(
    probes: *const probelang_probes,
    out: *mut probelang_text,
) -> probelang_status {
    boundary! {
        let statuses = shared(probes)?.probes.statuses();
        *exclusive(out)? = json::array(statuses.iter().map(|status| {
            let mut object = json::Object::new();
            object.string("id", &status.id).number("version", status.version);
            object.string("status", status.status.name());
            if let Some(cause) = &status.cause {
                object.string("cause", cause);
            }
            object.end()
        }));
        Ok(probelang_status::Ok)
    }
}

/// A report on each probe, as a JSON array: hits by outcome, bytes, steps, and in words why it is silent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_reports(
    probes: *const probelang_probes,
    out: *mut probelang_text,
) -> probelang_status {
    boundary! {
        let reports = shared(probes)?.probes.reports();
        *exclusive(out)? = json::of(&reports);
        Ok(probelang_status::Ok)
    }
}

/// Moves events to `buffer`: whole events, in order, each one line of JSON with a line break
/// (`grammar/probe-event.schema.json`), as many as fit in `room` bytes. `written` gets the number of bytes, `left` the
/// number of events that still wait. If not even the first event fits, it stays, the status is
/// `PROBELANG_STATUS_TOO_SMALL`, and `written` gets the bytes that it needs. Call it from one thread at a time, and not
/// in a hit: a second thread gets `PROBELANG_STATUS_BUSY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_drain(
    probes: *const probelang_probes,
    buffer: *mut c_char,
    room: usize,
    written: *mut usize,
    left: *mut usize,
) -> probelang_status {
    boundary! {
        let set = shared(probes)?;
        if written.is_null() || left.is_null() || (buffer.is_null() && room > 0) {
            return Ok(probelang_status::Null);
        }
        let mut at = 0_usize;
        let needed = set.queue.drain(set.probes.settings(), |line| {
            if line.len() > room.saturating_sub(at) {
                return false;
            }
            // SAFETY: the caller lends `room` bytes, `at` are written, and the line fits into the rest.
            unsafe { std::ptr::copy_nonoverlapping(line.as_ptr(), buffer.cast::<u8>().add(at), line.len()) };
            at = at.saturating_add(line.len());
            true
        })?;
        put(left, set.queue.len())?;
        match needed {
            Some(needed) if at == 0 => {
                put(written, needed)?;
                Ok(probelang_status::TooSmall)
            }
            _ => {
                put(written, at)?;
                Ok(probelang_status::Ok)
            }
        }
    }
}

/// The number of events that were dropped because the queue was full.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_probes_dropped(
    probes: *const probelang_probes,
    out: *mut u64,
) -> probelang_status {
    boundary! {
        put(out, shared(probes)?.queue.dropped())?;
        Ok(probelang_status::Ok)
    }
}

/// Nothing that panics while it has one of these leaves it half-written.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
