//! Sinks, made of their specifications.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use probelang_probe::settings::Settings;
use probelang_sink::console::Console;
use probelang_sink::lines::Lines;
use probelang_sink::{Sink, Sinks};

#[cfg(not(all(feature = "agent", feature = "otlp", feature = "statsd")))]
use crate::spec::NOT_BUILT;
use crate::spec::SinkSpec;

/// Why a sink cannot be opened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{spec}: {why}")]
#[non_exhaustive]
pub struct SinkError {
    /// Its specification.
    pub spec: SinkSpec,
    /// What went wrong.
    pub why: String,
}

/// Opens sinks, and starts a thread for each. `variable` gives environment variables by name: addresses, headers and the like that
/// a specification does not say. With `patience`, an event for which there is no room waits as long as its sink
/// makes progress, and so long besides: for events that were recorded.
///
/// Also gives a sentence for each variable that has no effect because its value is wrong.
///
/// # Errors
/// [`SinkError`] for the first that cannot be opened. A receiver that is not there is no error: that shows when events
/// are sent.
pub fn open_all(
    specs: &[SinkSpec],
    settings: &Settings,
    variable: impl Fn(&str) -> Option<String>,
    patience: Duration,
) -> Result<(Arc<Sinks>, Vec<String>), SinkError> {
    let mut builder = Sinks::builder(settings.clone()).with_patience(patience);
    let mut notes = Vec::new();
    for spec in specs {
        builder = builder.with_boxed(open_one(spec, &variable, &mut notes)?);
    }
    Ok((builder.start(), notes))
}

/// Opens those of a live program; also says why others are not.
pub(crate) fn open(
    specs: &[SinkSpec],
    settings: &Settings,
    variable: impl Fn(&str) -> Option<String>,
) -> (Arc<Sinks>, Vec<String>) {
    let mut builder = Sinks::builder(settings.clone());
    let mut notes = Vec::new();
    for spec in specs {
        match open_one(spec, &variable, &mut notes) {
            Ok(sink) => builder = builder.with_boxed(sink),
            Err(error) => notes.push(error.to_string()),
        }
    }
    (builder.start(), notes)
}

fn open_one(
    spec: &SinkSpec,
    variable: Variables<'_>,
    notes: &mut Vec<String>,
) -> Result<Box<dyn Sink>, SinkError> {
    let failed = |why: String| SinkError { spec: spec.clone(), why };
    match spec {
        SinkSpec::Console => Ok(console()),
        SinkSpec::JsonLines(path) => {
            let lines = Lines::open(path).map_err(|error| failed(format!("cannot be opened: {error}")))?;
            Ok(Box::new(lines))
        }
        SinkSpec::Otlp(url) => otlp(url.as_deref(), variable, notes).map_err(failed),
        SinkSpec::Agent(url) => agent(url.as_deref(), variable, notes).map_err(failed),
        SinkSpec::Statsd(address) => statsd(address.as_deref(), variable).map_err(failed),
    }
}

/// Standard error, without the lock that a thread may hold for it while the process forks: in the child nobody gives it
/// back.
fn console() -> Box<dyn Sink> {
    match std::io::stderr().as_fd().try_clone_to_owned() {
        Ok(stream) => Box::new(Console::to(File::from(stream), "stderr")),
        Err(_) => Box::new(Console::stderr()),
    }
}

type Opened = Result<Box<dyn Sink>, String>;
type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

/// The options that were read; what is wrong with variables goes to the notes, once where several sinks read the same.
#[cfg(any(feature = "agent", feature = "otlp"))]
fn noted<T>((options, wrong): (T, Vec<String>), notes: &mut Vec<String>) -> T {
    for one in wrong {
        if !notes.contains(&one) {
            notes.push(one);
        }
    }
    options
}

#[cfg(feature = "otlp")]
fn otlp(url: Option<&str>, variable: Variables<'_>, notes: &mut Vec<String>) -> Opened {
    use probelang_sink::otlp::{Otlp, OtlpOptions};
    let read = OtlpOptions::from_environment(url, variable).map_err(|error| error.to_string())?;
    Ok(Box::new(Otlp::new(noted(read, notes))))
}

#[cfg(feature = "agent")]
fn agent(url: Option<&str>, variable: Variables<'_>, notes: &mut Vec<String>) -> Opened {
    use probelang_sink::agent::{Agent, AgentOptions};
    let read = AgentOptions::from_environment(url, variable).map_err(|error| error.to_string())?;
    Ok(Box::new(Agent::new(noted(read, notes))))
}

#[cfg(feature = "statsd")]
fn statsd(address: Option<&str>, variable: Variables<'_>) -> Opened {
    use probelang_sink::statsd::{Statsd, StatsdOptions};
    let options = StatsdOptions::from_environment(address, variable).map_err(|error| error.to_string())?;
    Ok(Box::new(Statsd::new(options)))
}

#[cfg(not(feature = "otlp"))]
fn otlp(_: Option<&str>, _: Variables<'_>, _: &mut Vec<String>) -> Opened {
    Err(NOT_BUILT.to_owned())
}

#[cfg(not(feature = "agent"))]
fn agent(_: Option<&str>, _: Variables<'_>, _: &mut Vec<String>) -> Opened {
    Err(NOT_BUILT.to_owned())
}

#[cfg(not(feature = "statsd"))]
fn statsd(_: Option<&str>, _: Variables<'_>) -> Opened {
    Err(NOT_BUILT.to_owned())
}
