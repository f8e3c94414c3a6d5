//! What is said over a status socket: one JSON object on a line, and one back.
//!
//! ```text
//! > {"do":"status"}
//! < {"protocol":1,"pid":4242,"service":"shop",…,"probes":[{"id":"p1",…}],"sinks":[…]}
//! > {"do":"stop"}
//! < {"protocol":1,"error":"…"}
//! ```

use std::collections::BTreeMap;

use probelang_probe::ProbeReport;
use probelang_probe::count::Cause;
use probelang_probe::status::{Status as Standing, StatusReport};
use probelang_sink::SinkReport;
use serde::{Deserialize, Serialize};

mod temporary;

pub(crate) use temporary::{Ask, Reply, Written};
pub use temporary::{Cancelled, Create, Created, Limits, Poll, Sample, Samples, Temporary};

/// The number of this protocol. Members may be added to it; another number is another protocol.
pub const PROTOCOL: u32 = 1;

/// Bytes of a request, its line break included: 64 KiB.
pub const REQUEST_BYTES: usize = 64 << 10;

/// Why a probe is not for a process.
pub(crate) const ELSEWHERE: &str = "its tags name another service, environment or version";

/// What can be asked of a process; the requests for temporary probes are [`Create`], [`Poll`] and [`Socket::cancel`](crate::Socket::cancel).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Request {
    /// The process without its probes and sinks.
    Process,
    /// The process, its probes and its sinks.
    Status,
    /// The kill switch: no probe runs until [`Enable`](Self::Enable). Answers as [`Process`](Self::Process).
    Disable,
    /// Lets probes run again that [`Disable`](Self::Disable) has stopped. Answers as [`Process`](Self::Process).
    Enable,
}

/// A process with probes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Process {
    /// The number of the protocol.
    pub protocol: u32,
    /// The number of the process.
    pub pid: u32,
    /// Its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// The version of its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its language, as probe configurations call it.
    pub language: String,
    /// The version of probelang in it.
    pub probelang: String,
    /// When its probes were started, in RFC 3339.
    pub started: String,
    /// What its status socket allows, `read` or `write`: whether probes can be created over it.
    pub access: String,
    /// How much of texts it hides because of what they say, `targeted` or `strict`; none where it is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redaction: Option<String>,
    /// Who has switched all probes off; both may have.
    pub off: Off,
    /// Its probe file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// What the adapter has to say, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// How many probes it has, those included that cannot be used.
    pub count: usize,
    /// Its probes, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<Vec<Probe>>,
    /// Where its events go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sinks: Option<Vec<Sink>>,
}

/// Who has switched all probes off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Off {
    /// The program, or `probelang live disable`.
    pub program: bool,
    /// The probe file, with `"enabled": false`.
    pub file: bool,
}

/// A probe file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct File {
    /// Its path.
    pub path: String,
    /// When the probes that run were read from it, in RFC 3339. None: it has never been read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loaded: Option<String>,
    /// Why the file as it is now is not what runs, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A probe of a process.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Probe {
    /// Its id.
    pub id: String,
    /// The version of its configuration.
    pub version: u64,
    /// Where it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Its status; `IGNORED` if it is for another service, environment or version.
    pub status: String,
    /// Why it has that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How often it was hit.
    pub hits: u64,
    /// How many of the hits had which cause, those without any left out.
    pub causes: BTreeMap<String, u64>,
    /// Bytes of its messages and captured values.
    pub bytes: u64,
    /// Steps that it took.
    pub steps: u64,
    /// Why it is silent, or that it is not.
    pub verdict: String,
    /// Who created it over the status socket, if it is not a probe of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary: Option<Temporary>,
}

/// A sink of a process.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Sink {
    /// What probes call it.
    pub name: String,
    /// Where it sends to.
    pub target: String,
    /// Events that it has delivered.
    pub delivered: u64,
    /// Events that wait.
    pub waiting: u64,
    /// Events that it has lost, by cause.
    pub lost: BTreeMap<String, u64>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Probe {
    /// A probe that runs, or has run.
    pub(crate) fn of(report: &ProbeReport) -> Self {
        let counts = &report.counts;
        let causes = Cause::ALL.into_iter().map(|cause| (cause.name().to_owned(), counts.of(cause)));
        Self {
            id: report.id.to_string(),
            version: report.version,
            place: Some(report.place.clone()),
            status: report.status.map_or("", Standing::name).to_owned(),
            cause: report.cause.as_deref().map(str::to_owned),
            hits: counts.hits(),
            causes: causes.filter(|(_, count)| *count > 0).collect(),
            bytes: counts.bytes,
            steps: counts.steps,
            verdict: report.verdict.clone(),
            temporary: None,
        }
    }

    /// A probe that never ran: it cannot be used, or is not allowed.
    pub(crate) fn refused(status: &StatusReport) -> Self {
        let cause = status.cause.as_deref().map(str::to_owned);
        Self {
            id: status.id.to_string(),
            version: status.version,
            status: status.status.name().to_owned(),
            verdict: never(cause.as_deref().unwrap_or(status.status.phrase())),
            cause,
            ..Self::default()
        }
    }

    /// A probe of the file that is for another process.
    pub(crate) fn ignored(id: &str, version: u64, place: &str) -> Self {
        let cause = ELSEWHERE;
        Self {
            id: id.to_owned(),
            version,
            place: Some(place.to_owned()),
            status: "IGNORED".to_owned(),
            cause: Some(cause.to_owned()),
            verdict: never(cause),
            ..Self::default()
        }
    }
}

impl Sink {
    pub(crate) fn of(report: &SinkReport) -> Self {
        let lost = report.losses().filter(|(_, count)| *count > 0);
        Self {
            name: report.name.clone(),
            target: report.target.clone(),
            delivered: report.delivered,
            waiting: report.waiting,
            lost: lost.map(|(loss, count)| (loss.name().to_owned(), count)).collect(),
            error: report.last_error.clone(),
        }
    }
}

fn never(why: &str) -> String {
    format!("never hit: {why}")
}

impl Process {
    /// Why a probe of the process is silent, or that it is not: sentences, the one that matters most first. `None` if the
    /// process has no probe of that id.
    #[must_use]
    pub fn why(&self, id: &str) -> Option<Vec<String>> {
        let probe = self.probes.iter().flatten().find(|probe| probe.id == id)?;
        let mut why = Vec::new();
        if self.off.program {
            why.push("all probes are switched off, by the program or by `probelang live disable`".to_owned());
        }
        if self.off.file {
            why.push("all probes are switched off, by `\"enabled\": false` in the probe file".to_owned());
        }
        let ended = probe.temporary.as_ref().and_then(|temporary| temporary.ended.as_deref());
        why.extend(ended.map(|ended| format!("it has ended: {ended}")));
        why.push(probe.verdict.clone());
        if let Some(cause) = probe.cause.as_deref().filter(|cause| !probe.verdict.ends_with(*cause)) {
            why.push(format!("{}: {cause}", probe.status));
        }
        // the rest is not of those whose events are fetched
        if probe.temporary.is_some() {
            return Some(why);
        }
        if let Some(problem) = self.file.as_ref().and_then(|file| file.problem.as_deref()) {
            why.push(format!("the probe file has changed, and is not what runs: {problem}"));
        }
        let emitted = probe.causes.get(Cause::Emitted.name()).copied().unwrap_or_default();
        for sink in self.sinks.iter().flatten().filter(|_| emitted > 0) {
            let lost: u64 = sink.lost.values().fold(0, |sum, count| sum.saturating_add(*count));
            if lost > 0 {
                let error = sink.error.as_ref().map(|error| format!(": {error}"));
                why.push(format!("{} has lost {lost} events{}", sink.name, error.unwrap_or_default()));
            }
        }
        Some(why)
    }
}
