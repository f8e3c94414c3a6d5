//! Where events go, as people write it: `console`, `jsonl:PATH`, `otlp[:URL]`, `agent[:URL]`, `statsd[:ADDR]`.

use std::fmt;
use std::str::FromStr;

/// The specification of a sink.
///
/// ```
/// use probelang_control::SinkSpec;
/// let spec: SinkSpec = "otlp:http://collector:4318".parse()?;
/// assert_eq!(spec, SinkSpec::Otlp(Some("http://collector:4318".to_owned())));
/// let error = "otlp:collector".parse::<SinkSpec>().unwrap_err();
/// assert!(error.to_string().starts_with("`otlp:collector`: "));
/// # Ok::<(), probelang_control::SpecError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SinkSpec {
    /// One line per event on standard error, for people.
    Console,
    /// JSON lines, appended to a file; `{pid}` in the path is the number of the process.
    JsonLines(String),
    /// OpenTelemetry, over HTTP. Without a URL that of the environment, or the usual one.
    Otlp(Option<String>),
    /// The agent of Datadog, over HTTP or a Unix socket. Without a URL that of the environment, or the usual one.
    Agent(Option<String>),
    /// DogStatsD, over UDP or a Unix socket. Without an address that of the environment, or the usual one.
    Statsd(Option<String>),
}

/// Why a text is not the specification of a sink.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{spec}`: {why}")]
#[non_exhaustive]
pub struct SpecError {
    /// The text.
    pub spec: String,
    /// What is wrong with it.
    pub why: String,
}

impl SinkSpec {
    /// The forms of all specifications, for people.
    pub const FORMS: &str = "console, jsonl:PATH, otlp[:URL], agent[:URL] or statsd[:ADDRESS]";

    /// Reads several, separated by blanks.
    ///
    /// # Errors
    /// [`SpecError`] for the first that is wrong.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, SpecError> {
        text.split_whitespace().map(str::parse).collect()
    }

    /// What a program sends to when nobody says where: OpenTelemetry if a variable `OTEL_EXPORTER_OTLP…ENDPOINT` is set, the
    /// agent and its DogStatsD if `DD_AGENT_HOST` or `DD_TRACE_AGENT_URL` is, both if both are, and else the console.
    #[must_use]
    pub fn defaults(variable: impl Fn(&str) -> Option<String>) -> Vec<Self> {
        let any = |names: &[&str]| {
            names.iter().any(|name| probelang_probe::settings::text(&variable, name).is_some())
        };
        let mut all = Vec::new();
        if any(&OTLP_VARIABLES) {
            all.push(Self::Otlp(None));
        }
        if any(&AGENT_VARIABLES) {
            all.extend([Self::Agent(None), Self::Statsd(None)]);
        }
        if all.is_empty() {
            all.push(Self::Console);
        }
        all
    }
}

/// Variables that say that there is a receiver of OpenTelemetry.
pub(crate) const OTLP_VARIABLES: [&str; 1] = ["OTEL_EXPORTER_OTLP_ENDPOINT"];
/// Variables that say that there is an agent.
pub(crate) const AGENT_VARIABLES: [&str; 2] = ["DD_AGENT_HOST", "DD_TRACE_AGENT_URL"];

impl FromStr for SinkSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let wrong = |why: &str| SpecError { spec: shown(text), why: why.to_owned() };
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (kind, Some(rest)),
            None => (text, None),
        };
        match (kind, rest) {
            ("console", None) => Ok(Self::Console),
            ("console", Some(_)) => Err(wrong("the console has no address")),
            ("jsonl", None | Some("")) => Err(wrong("a file is missing: jsonl:PATH")),
            ("jsonl", Some(path)) => Ok(Self::JsonLines(path.to_owned())),
            ("otlp", rest) => otlp(rest).map(|()| Self::Otlp(own(rest))).map_err(|why| wrong(&why)),
            ("agent", rest) => agent(rest).map(|()| Self::Agent(own(rest))).map_err(|why| wrong(&why)),
            ("statsd", rest) => statsd(rest).map(|()| Self::Statsd(own(rest))).map_err(|why| wrong(&why)),
            ("", _) => Err(wrong(&format!("a sink is {}", Self::FORMS))),
            (kind, _) => Err(wrong(&format!("there is no sink `{kind}`; a sink is {}", Self::FORMS))),
        }
    }
}

/// A specification as a message shows it: what may be a password is not repeated.
fn shown(text: &str) -> String {
    match (text.split_once(':'), text.contains('@')) {
        (Some((kind, _)), true) if kind != "jsonl" => format!("{kind}:…"),
        _ => text.to_owned(),
    }
}

fn own(address: Option<&str>) -> Option<String> {
    address.map(str::to_owned)
}

/// Checks a URL, as the sink reads it.
#[cfg(feature = "otlp")]
fn otlp(url: Option<&str>) -> Result<(), String> {
    let options = url.map(probelang_sink::otlp::OtlpOptions::new);
    options.map_or(Ok(()), |options| options.map(drop).map_err(|error| error.to_string()))
}

#[cfg(not(feature = "otlp"))]
fn otlp(_: Option<&str>) -> Result<(), String> {
    Err(NOT_BUILT.to_owned())
}

/// Checks a URL, as the sink reads it.
#[cfg(feature = "agent")]
fn agent(url: Option<&str>) -> Result<(), String> {
    let options = url.map(probelang_sink::agent::AgentOptions::new);
    options.map_or(Ok(()), |options| options.map(drop).map_err(|error| error.to_string()))
}

#[cfg(not(feature = "agent"))]
fn agent(_: Option<&str>) -> Result<(), String> {
    Err(NOT_BUILT.to_owned())
}

/// Checks an address, as the sink reads it.
#[cfg(feature = "statsd")]
fn statsd(address: Option<&str>) -> Result<(), String> {
    let options = address.map(probelang_sink::statsd::StatsdOptions::new);
    options.map_or(Ok(()), |options| options.map(drop).map_err(|error| error.to_string()))
}

#[cfg(not(feature = "statsd"))]
fn statsd(_: Option<&str>) -> Result<(), String> {
    Err(NOT_BUILT.to_owned())
}

/// What is said of a sink that is left out of the build.
#[cfg(not(all(feature = "agent", feature = "otlp", feature = "statsd")))]
pub(crate) const NOT_BUILT: &str = "this build of probelang does not have this sink";

impl fmt::Display for SinkSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, address) = match self {
            Self::Console => ("console", None),
            Self::JsonLines(path) => ("jsonl", Some(path.as_str())),
            Self::Otlp(url) => ("otlp", url.as_deref()),
            Self::Agent(url) => ("agent", url.as_deref()),
            Self::Statsd(address) => ("statsd", address.as_deref()),
        };
        f.write_str(kind)?;
        address.map_or(Ok(()), |address| write!(f, ":{address}"))
    }
}
