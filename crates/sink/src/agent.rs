//! The Datadog agent: logs, snapshots, errors and statuses, over TCP or a Unix socket.
//!
//! Metrics go to the agent by DogStatsD (feature `statsd`), spans by OpenTelemetry. `docs/sinks.md` lists every field.

use std::time::Duration;

use probelang_probe::event::Event;
use probelang_probe::settings::{Process, Settings};
use serde::Deserialize;

use crate::http::{
    Address, Answer, Client, Fate, Method, Outbox, Parcel, Request, Retry, Transport, percent,
};
use crate::report::Loss;
use crate::sink::{Batch, Context, Kinds, Next, Profile, Sink};

mod options;
mod status;

pub use options::AgentOptions;

/// Bytes of a request.
const REQUEST: usize = 5 << 20;
/// An event that is larger has a request of its own.
const LARGE: usize = 512 << 10;
/// Events without captures in a request.
const LOGS: usize = 1_024;
/// How long an agent that has no place for events is not asked again.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// Bytes of the tags of a request.
const TAGS: usize = 4_000;

const INPUT_2: &str = "/debugger/v2/input";
const INPUT_1: &str = "/debugger/v1/input";
const DIAGNOSTICS: &str = "/debugger/v1/diagnostics";

/// What is sent apart from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Track {
    Snapshots,
    Logs,
    Statuses,
}

impl Track {
    const ALL: [Self; 3] = [Self::Snapshots, Self::Logs, Self::Statuses];

    /// Where it is sent: what the newest agents have comes first.
    const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Snapshots => &[INPUT_2, DIAGNOSTICS],
            Self::Logs => &[INPUT_2, INPUT_1],
            Self::Statuses => &[DIAGNOSTICS],
        }
    }

    fn of(tag: u8) -> Self {
        Self::ALL.into_iter().find(|track| *track as u8 == tag).unwrap_or(Self::Snapshots)
    }
}

/// What is known of the agent.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Whether it has said what it has.
    is_asked: bool,
    /// Which of its paths each track uses.
    rungs: [usize; 3],
    /// Until when it is not asked again for a track for which it has no place.
    gone: [Option<Duration>; 3],
}

impl Known {
    fn rung(&self, track: Track) -> usize {
        self.rungs.get(track as usize).copied().unwrap_or(0)
    }

    fn is_gone(&self, track: Track) -> bool {
        self.gone.get(track as usize).is_some_and(Option::is_some)
    }

    /// Looks for a place for a track after the one that is not there: whether there is one.
    fn step_down(&mut self, track: Track, from: usize, now: Duration) -> Option<usize> {
        let next = from.saturating_add(1);
        if track.paths().get(next).is_some() {
            if let Some(rung) = self.rungs.get_mut(track as usize) {
                *rung = next;
            }
            return Some(next);
        }
        if let Some(gone) = self.gone.get_mut(track as usize) {
            *gone = Some(now.saturating_add(ASK_AGAIN));
        }
        None
    }
}

/// Sends events to a Datadog agent.
///
/// ```
/// use probelang_sink::agent::{Agent, AgentOptions};
/// use probelang_sink::Sink;
/// let agent = Agent::new(AgentOptions::new("http://localhost:8126")?);
/// assert_eq!(agent.profile().name, "agent");
/// # Ok::<(), probelang_sink::http::AddressError>(())
/// ```
pub struct Agent {
    options: AgentOptions,
    transport: Box<dyn Transport>,
    known: Known,
    /// What is not sent again, and what is.
    events: Outbox,
    statuses: Outbox,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What an agent says of itself.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Info {
    endpoints: Vec<String>,
}

impl Agent {
    /// A sink with these settings. Nothing is sent before there are events.
    #[must_use]
    pub fn new(options: AgentOptions) -> Self {
        let transport = Box::new(Client::new(&options.address));
        Self::with_transport(options, transport)
    }

    /// A sink whose requests go there.
    #[must_use]
    pub fn with_transport(options: AgentOptions, transport: Box<dyn Transport>) -> Self {
        let outbox = || Outbox::new(Retry { attempts: 10, ..Retry::DEFAULT }, options.timeout);
        Self { transport, known: Known::default(), events: outbox(), statuses: outbox(), options }
    }

    /// Asks the agent what it has. An agent that does not say it is tried with what the newest have.
    fn discover(&mut self, context: &Context<'_>) {
        let now = context.now();
        if self.known.gone.iter().flatten().any(|until| now >= *until) {
            self.known = Known::default();
        }
        if self.known.is_asked {
            return;
        }
        let left = context.deadline().map(|deadline| deadline.saturating_sub(context.now()));
        let timeout = left.map_or(self.options.timeout, |left| left.min(self.options.timeout));
        let url = self.options.address.url("/info");
        let request = Request { method: Method::Get, url: &url, headers: &[], body: &[], timeout };
        // who cannot be reached is asked again with the next events, which fail by themselves
        let Ok(answer) = self.transport.send(&request) else { return };
        let info: Info = if answer.is_success() {
            serde_json::from_slice(&answer.body).unwrap_or_default()
        } else {
            Info::default()
        };
        let has = |path: &str| info.endpoints.iter().any(|one| one.trim_end_matches('/') == path);
        let of = |track: Track| track.paths().iter().position(|path| has(path)).unwrap_or(0);
        self.known = Known { is_asked: true, rungs: Track::ALL.map(of), gone: [None; 3] };
    }

    fn take(&mut self, batch: Batch, context: &Context<'_>) {
        let mut parts = Track::ALL.map(|_| Part::default());
        // a request with one event is no larger than the event may be
        let mut limits = context.settings().limits;
        limits.event_bytes = limits.event_bytes.saturating_sub(2);
        let settings = Settings::clone(context.settings()).with_limits(limits);
        for event in batch.events {
            let mut json = String::new();
            let track = event.with(|event| {
                let track = match event {
                    Event::Snapshot(_) | Event::Error(_) => Track::Snapshots,
                    Event::Log(_) => Track::Logs,
                    Event::Status(report) => {
                        status::write(report.status, event, &settings, &mut json)?;
                        return Some(Track::Statuses);
                    }
                    Event::Metric(_) | Event::Span(_) | Event::Tags(_) => return None,
                };
                event.write_payload(&settings, &mut json);
                Some(track)
            });
            let Some(track) = track else {
                // a receiver that has no word for it misses nothing
                context.delivered(1);
                continue;
            };
            if self.known.is_gone(track) {
                context.lost(Loss::Rejected, 1);
                continue;
            }
            if json.len() > REQUEST.saturating_sub(2) {
                context.lost(Loss::TooLarge, 1);
                continue;
            }
            if let Some(part) = parts.get_mut(track as usize) {
                if !part.fits(&json, track, self.options.batch) {
                    let full = std::mem::take(part);
                    self.post(track, full, &settings.process);
                }
                part.push(&json);
            }
        }
        for (track, part) in Track::ALL.into_iter().zip(parts) {
            if part.events > 0 {
                self.post(track, part, &settings.process);
            }
        }
    }

    fn post(&mut self, track: Track, part: Part, process: &Process) {
        let array = format!("[{}]", part.json);
        let mut headers = self.options.headers();
        let (body, kind) = match track {
            Track::Statuses => multipart(&array),
            Track::Snapshots | Track::Logs => (array.into_bytes(), "application/json".to_owned()),
        };
        headers.push(("Content-Type".to_owned(), kind));
        let url = url(&self.options, track, self.known.rung(track), process);
        let parcel = Parcel {
            url,
            headers,
            body,
            events: part.events,
            is_retried: track == Track::Statuses,
            tag: track as u8,
        };
        match track {
            Track::Statuses => self.statuses.add(parcel),
            Track::Snapshots | Track::Logs => self.events.add(parcel),
        }
    }
}

/// Events that go together.
#[derive(Default)]
struct Part {
    json: String,
    events: u64,
}

impl Part {
    fn fits(&self, json: &str, track: Track, snapshots: usize) -> bool {
        let most = match track {
            Track::Snapshots => snapshots,
            Track::Logs | Track::Statuses => LOGS,
        };
        let size = self.json.len().saturating_add(json.len()).saturating_add(3);
        let is_large = json.len() > LARGE || self.json.len() > LARGE && self.events == 1;
        self.events == 0
            || (size <= REQUEST && !is_large && self.events < u64::try_from(most).unwrap_or(u64::MAX))
    }

    fn push(&mut self, json: &str) {
        if self.events > 0 {
            self.json.push(',');
        }
        self.json.push_str(json);
        self.events = self.events.saturating_add(1);
    }
}

/// A form with one file, which no text in it can end: JSON has no line break within.
fn multipart(json: &str) -> (Vec<u8>, String) {
    const BOUNDARY: &str = "probelang-8f3b2c61d5e94a07";
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"event\"; filename=\"event.json\"\r\n\
         Content-Type: application/json\r\n\r\n{json}\r\n--{BOUNDARY}--\r\n"
    );
    (body.into_bytes(), format!("multipart/form-data; boundary={BOUNDARY}"))
}

impl Sink for Agent {
    fn profile(&self) -> Profile {
        Profile::new("agent", self.options.address.to_string())
            .with_kinds(Kinds::RECORDS.and(Kinds::STATUSES))
            .with_interval(self.options.interval)
    }

    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        self.discover(context);
        if !batch.is_empty() {
            self.take(batch, context);
        }
        let Self { events, statuses, transport, known, options } = self;
        let process = &context.settings().process;
        let mut judge = |parcel: &mut Parcel, answer: Result<&Answer, &str>| {
            judge(parcel, answer, known, options, process, context)
        };
        let next = events.send(&mut **transport, context, &mut judge);
        next.and(statuses.send(&mut **transport, context, &mut judge))
    }
}

/// What an answer means. Where there is no such place, that of older agents is tried.
fn judge(
    parcel: &mut Parcel,
    answer: Result<&Answer, &str>,
    known: &mut Known,
    options: &AgentOptions,
    process: &Process,
    context: &Context<'_>,
) -> Fate {
    let Ok(answer) = answer else { return Fate::Later(None) };
    match answer.status {
        200..=299 => Fate::Delivered { rejected: 0 },
        404 => {
            let track = Track::of(parcel.tag);
            let is_at = |path: &&str| parcel.url.starts_with(&options.address.url(path));
            let at = track.paths().iter().position(is_at).unwrap_or(0);
            let Some(next) = known.step_down(track, at, context.now()) else {
                context.error("the agent has no place for the events of probes: it has to be 7.49 or newer");
                return Fate::Rejected(Loss::Rejected);
            };
            parcel.url = url(options, track, next, process);
            Fate::Changed
        }
        408 | 429 | 500..=599 => Fate::Later(answer.wait(context.wall())),
        413 => Fate::Rejected(Loss::TooLarge),
        _ => Fate::Rejected(Loss::Rejected),
    }
}

/// Where a track is sent.
fn url(options: &AgentOptions, track: Track, rung: usize, process: &Process) -> String {
    let path = track.paths().get(rung).copied().unwrap_or(DIAGNOSTICS);
    let mut url = options.address.url(path);
    if track != Track::Statuses {
        url.push_str("?ddtags=");
        percent(&options.tags(process), &mut url);
    }
    url
}

/// The address of the agent where nothing else is said.
fn default_address() -> Address {
    Address::Server("http://localhost:8126".to_owned())
}
