//! Temporary probes: those that are created over a status socket.
//!
//! ```text
//! > {"do":"create","probe":{"id":"t1","type":"LOG_PROBE",…},"expires":600,"hits":20}
//! < {"protocol":1,"pid":4242,"id":"t1","status":"INSTALLED","expires":"2026-11-30T12:10:00Z","hits":20,…}
//! > {"do":"samples","id":"t1","after":0}
//! < {"protocol":1,"id":"t1","status":"EMITTING","samples":[{"number":1,"bytes":412,"event":{…}}],"lost":0,"next":1,…}
//! > {"do":"cancel","id":"t1"}
//! < {"protocol":1,"pid":4242,"probe":{"id":"t1",…,"temporary":{…}}}
//! ```

use probelang::redact::Mode;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Probe, Process, Request};

/// Creates a temporary probe: one with an end, whose events are kept in the process until they are fetched with [`Poll`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Create {
    /// The probe, as in a probe file: one JSON object.
    pub probe: String,
    /// After how many seconds it ends. None: 600.
    pub expires: Option<u64>,
    /// After how many events it ends. None: 20.
    pub hits: Option<u64>,
    /// How much of texts is hidden because of what they say: at least as much as the process hides anyway. None: all texts.
    pub redaction: Option<Mode>,
    /// How many events are kept. None: 100.
    pub samples: Option<usize>,
    /// How many bytes of events are kept. None: 512 KiB.
    pub bytes: Option<usize>,
}

impl Create {
    /// Creates this probe, with the limits that hold where nobody says otherwise.
    ///
    /// ```
    /// use probelang_control::protocol::Create;
    /// let mut create = Create::new(r#"{"id": "t1", "type": "LOG_PROBE", "template": "{total}",
    ///     "where": {"typeName": "shop.Cart", "methodName": "pay"}}"#);
    /// create.hits = Some(2);
    /// ```
    #[must_use]
    pub fn new(probe: impl Into<String>) -> Self {
        Self { probe: probe.into(), expires: None, hits: None, redaction: None, samples: None, bytes: None }
    }
}

/// What was created.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Created {
    /// The number of the protocol.
    pub protocol: u32,
    /// The number of the process.
    pub pid: u32,
    /// The id of the probe.
    pub id: String,
    /// Where it belongs.
    pub place: String,
    /// Its status: `INSTALLED`, or `RECEIVED` where the process has not met its place yet.
    pub status: String,
    /// Why it has that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What the compiler warns of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Its limits.
    #[serde(flatten)]
    pub limits: Limits,
}

/// The limits of a temporary probe.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// When it ends, in RFC 3339.
    pub expires: String,
    /// After how many events it ends.
    pub hits: u64,
    /// How much of texts is hidden, `off`, `targeted` or `strict`.
    pub redaction: String,
    /// How many events are kept.
    pub samples: usize,
    /// How many bytes of events are kept.
    pub bytes: usize,
}

/// Who created a temporary probe, and until when it is there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Temporary {
    /// The user who created it.
    pub uid: u32,
    /// The process that did, where the system says so. It may have ended since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When, in RFC 3339.
    pub created: String,
    /// Its limits.
    #[serde(flatten)]
    pub limits: Limits,
    /// Why it has ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Fetches the events of a temporary probe.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Poll {
    /// The probe.
    pub id: String,
    /// Only events with greater numbers: [`Samples::next`] of the last reply. The first event has number 1.
    pub after: u64,
    /// At most so many. None: 100.
    pub limit: Option<usize>,
    /// At most so many bytes of events. None: 256 KiB.
    pub bytes: Option<usize>,
}

impl Poll {
    /// The events of a probe from the first on.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), after: 0, limit: None, bytes: None }
    }
}

/// Events of a temporary probe. They come from the observed program: data that nobody has checked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Samples {
    /// The number of the protocol.
    pub protocol: u32,
    /// The number of the process.
    pub pid: u32,
    /// The id of the probe.
    pub id: String,
    /// Its status.
    pub status: String,
    /// Why it has that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Why it is silent, or that it is not.
    pub verdict: String,
    /// The events, the oldest first.
    pub samples: Vec<Sample>,
    /// How many events with greater numbers than `after` there were that are not kept any more.
    pub lost: u64,
    /// The number to fetch what comes next with.
    pub next: u64,
    /// Whether there are more events now, which did not fit.
    pub more: bool,
    /// When the probe ends, in RFC 3339.
    pub expires: String,
    /// Why it has ended, if it has. There will be no events besides those that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// An event of a temporary probe.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sample {
    /// Its number, from 1.
    pub number: u64,
    /// How long it is.
    pub bytes: usize,
    /// The event, a line of the sink `jsonl`. None: it is longer than all events of a reply may be; it can be fetched with more
    /// [bytes](Poll::bytes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Box<RawValue>>,
}

impl Sample {
    /// The event as JSON.
    #[must_use]
    pub fn json(&self) -> Option<&str> {
        self.event.as_ref().map(|event| event.get())
    }
}

/// The last report of a temporary probe that was cancelled. It is gone, and so are its events.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cancelled {
    /// The number of the protocol.
    pub protocol: u32,
    /// The number of the process.
    pub pid: u32,
    /// The probe.
    pub probe: Probe,
}

/// A request as it is written.
#[derive(Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Written<'r> {
    Create {
        probe: &'r RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        hits: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "mode")]
        redaction: Option<Mode>,
        #[serde(skip_serializing_if = "Option::is_none")]
        samples: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<usize>,
    },
    Samples {
        id: &'r str,
        after: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        limit: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<usize>,
    },
    Cancel {
        id: &'r str,
    },
}

fn mode<S: Serializer>(mode: &Option<Mode>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(mode.unwrap_or_default().name())
}

impl Create {
    /// As it is written; `probe` is the probe on one line.
    pub(crate) const fn written<'r>(&self, probe: &'r RawValue) -> Written<'r> {
        let &Self { probe: _, expires, hits, redaction, samples, bytes } = self;
        Written::Create { probe, expires, hits, redaction, samples, bytes }
    }
}

impl Poll {
    pub(crate) fn written(&self) -> Written<'_> {
        let &Self { ref id, after, limit, bytes } = self;
        Written::Samples { id, after, limit, bytes }
    }
}

/// What a line may ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    Process(Request),
    Create(Create),
    Samples(Poll),
    Cancel(String),
}

/// The kind of a request.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Head {
    Process,
    Status,
    Disable,
    Enable,
    Create,
    Samples,
    Cancel,
}

/// What `create` may have. What is not known is an error: a limit under a wrong name would not count.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateRead<'r> {
    #[serde(rename = "do")]
    _do: IgnoredAny,
    #[serde(borrow)]
    probe: &'r RawValue,
    expires: Option<u64>,
    hits: Option<u64>,
    redaction: Option<String>,
    samples: Option<usize>,
    bytes: Option<usize>,
}

/// What `samples` may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PollRead {
    #[serde(rename = "do")]
    _do: IgnoredAny,
    id: String,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    bytes: Option<usize>,
}

/// What `cancel` may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelRead {
    #[serde(rename = "do")]
    _do: IgnoredAny,
    id: String,
}

impl Ask {
    /// Whether it may take long, because an adapter places probes.
    pub const fn is_slow(&self) -> bool {
        match self {
            Self::Process(_) => false,
            Self::Create(_) | Self::Samples(_) | Self::Cancel(_) => true,
        }
    }

    /// Reads a line, or says what is wrong with it.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("not a request: {error}");
        Ok(match serde_json::from_slice(line).map_err(wrong)? {
            Head::Process => Self::Process(Request::Process),
            Head::Status => Self::Process(Request::Status),
            Head::Disable => Self::Process(Request::Disable),
            Head::Enable => Self::Process(Request::Enable),
            Head::Create => {
                let CreateRead { _do, probe, expires, hits, redaction, samples, bytes } =
                    serde_json::from_slice(line).map_err(wrong)?;
                let probe = probe.get().to_owned();
                let redaction = redaction.as_deref().map(mode_of).transpose()?;
                Self::Create(Create { probe, expires, hits, redaction, samples, bytes })
            }
            Head::Samples => {
                let PollRead { _do, id, after, limit, bytes } =
                    serde_json::from_slice(line).map_err(wrong)?;
                Self::Samples(Poll { id, after, limit, bytes })
            }
            Head::Cancel => {
                let CancelRead { _do, id } = serde_json::from_slice(line).map_err(wrong)?;
                Self::Cancel(id)
            }
        })
    }
}

/// The mode of redaction of a request.
fn mode_of(name: &str) -> Result<Mode, String> {
    let mode = Mode::find(name).filter(|mode| *mode != Mode::Off);
    mode.ok_or_else(|| format!("`redaction` is `strict` or `targeted`, not `{name}`"))
}

/// What is replied.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Reply {
    Process(Box<Process>),
    Created(Box<Created>),
    Samples(Box<Samples>),
    Cancelled(Box<Cancelled>),
}
