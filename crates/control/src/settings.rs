//! Settings of a live program: from its code, or from environment variables.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use probelang::Engine;
use probelang::redact::{Mode, Policy};
use probelang_probe::settings::{self as probe, PREFIX};

use crate::spec::{SinkSpec, SpecError};

/// A variable that a live program reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: &'static str,
}

const fn variable(name: &'static str, meaning: &'static str, default: &'static str) -> Variable {
    Variable { name, meaning, default }
}

/// Every variable that [`Settings::from_environment`] reads, and with them the sinks. `docs/live.md` lists them.
pub const VARIABLES: &[Variable] = &[
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_ENABLED",
        "whether probes run in this program: `true` or `false`",
        "`true` if a probe file is named or `PROBELANG_CONTROL` is `write`, else `false`",
    ),
    variable("DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE", "the probe file", "none"),
    variable(
        "PROBELANG_SINKS",
        "where events go, separated by blanks: `console`, `jsonl:PATH`, `otlp[:URL]`, `agent[:URL]`, `statsd[:ADDRESS]`",
        "OpenTelemetry if `OTEL_EXPORTER_OTLP_ENDPOINT` is set, the agent and DogStatsD if `DD_AGENT_HOST` or `DD_TRACE_AGENT_URL` is, else the console",
    ),
    variable(
        "PROBELANG_STATUS_SOCKET",
        "whether there is a status socket, which `probelang live` needs: `true` or `false`",
        "`true`",
    ),
    variable(
        "PROBELANG_CONTROL",
        "what the status socket allows: `read` to see what becomes of probes, and to switch all of them off; `write` also to create temporary probes. The code of the program may allow less",
        "`read`",
    ),
    variable(
        "XDG_RUNTIME_DIR",
        "the folder in which the folder `probelang` of status sockets is",
        "`probelang-UID` in the temporary directory",
    ),
    variable("TMPDIR", "the temporary directory", "`/tmp`"),
    variable("DD_SERVICE", "the service; probes with a tag `service:` of another name are ignored", "none"),
    variable("DD_ENV", "the environment, for tags `env:`", "none"),
    variable("DD_VERSION", "the version of the service, for tags `version:`", "none"),
    variable(
        "DD_TAGS",
        "tags of all events, `key:value`, separated by commas or blanks; `service`, `env` and `version` among them count where they have no variable of their own",
        "none",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_REDACTED_IDENTIFIERS",
        "names that are redacted besides the built-in ones, separated by commas",
        "none",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_REDACTED_TYPES",
        "types whose values are redacted, separated by commas; `*` matches any text",
        "none",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_REDACTION_EXCLUDED_IDENTIFIERS",
        "names that are not redacted, whoever says otherwise, separated by commas",
        "none",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_REDACTED_EXCLUDED_IDENTIFIERS",
        "another name of the one above; both count",
        "none",
    ),
    variable(
        "PROBELANG_REDACTION",
        "what of texts is hidden because of what they say: `off`, `targeted` or `strict`; any other value counts as `strict`, and the code of the program may be stricter",
        "`off`; `targeted` where shapes to look for or patterns are named",
    ),
    variable(
        "PROBELANG_REDACT_SHAPES",
        "[shapes of secrets](redaction.md) to look for too, separated by commas: `email,ip`",
        "none",
    ),
    variable(
        "PROBELANG_NO_REDACT_SHAPES",
        "shapes of secrets not to look for, separated by commas, unless the code of the program looks for them",
        "none",
    ),
    variable(
        "PROBELANG_REDACT_PATTERNS",
        "patterns of your own for texts that are secret, `NAME=REGEX`, separated by blanks; a blank in a pattern is `\\x20`",
        "none",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_EVALUATION_TIMEOUT_MS",
        "time that a hit may take, in milliseconds",
        "50",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_CAPTURE_TIMEOUT_MS",
        "the same; of the two the longer one counts, since a hit has one deadline",
        "50",
    ),
    variable("DD_DYNAMIC_INSTRUMENTATION_CAPTURE_TIMEOUT", "the same, where the one above is not set", "50"),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_MAX_TIME_TO_SERIALIZE",
        "the same, where the two above are not set",
        "50",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_DIAGNOSTICS_INTERVAL",
        "after how many seconds a status is sent again",
        "3600",
    ),
    variable("OTEL_EXPORTER_OTLP_ENDPOINT", "the receiver of OpenTelemetry", "`http://localhost:4318`"),
    variable("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "that of logs, with its path", "`/v1/logs` at the receiver"),
    variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "that of metrics", "`/v1/metrics` at the receiver"),
    variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "that of spans", "`/v1/traces` at the receiver"),
    variable(
        "OTEL_EXPORTER_OTLP_HEADERS",
        "headers of its requests, `name=value`, separated by commas",
        "none",
    ),
    variable("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "those of logs", "those of all"),
    variable("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "those of metrics", "those of all"),
    variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "those of spans", "those of all"),
    variable("OTEL_EXPORTER_OTLP_PROTOCOL", "`http/protobuf` or `http/json`", "`http/protobuf`"),
    variable("OTEL_EXPORTER_OTLP_COMPRESSION", "`gzip` or `none`", "`gzip`"),
    variable("OTEL_EXPORTER_OTLP_TIMEOUT", "milliseconds that a request may take", "10000"),
    variable("OTEL_SERVICE_NAME", "the service, for OpenTelemetry", "`DD_SERVICE`"),
    variable(
        "OTEL_RESOURCE_ATTRIBUTES",
        "attributes of its resource, `name=value`, separated by commas",
        "none",
    ),
    variable("DD_TRACE_AGENT_URL", "the agent, `http://HOST:PORT` or `unix://PATH`", "the two below"),
    variable(
        "DD_AGENT_HOST",
        "its host, also for DogStatsD",
        "`/var/run/datadog/apm.socket` if it is there, else `localhost`",
    ),
    variable("DD_TRACE_AGENT_PORT", "its port", "8126"),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_UPLOAD_TIMEOUT",
        "seconds that a request to the agent may take",
        "30",
    ),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_UPLOAD_FLUSH_INTERVAL",
        "milliseconds that events for the agent wait at most; 0 is not set",
        "the one below",
    ),
    variable("DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS", "the same in seconds", "1"),
    variable(
        "DD_DYNAMIC_INSTRUMENTATION_UPLOAD_BATCH_SIZE",
        "snapshots that a request to the agent has at most",
        "100",
    ),
    variable(
        "DD_GIT_REPOSITORY_URL",
        "the repository of the program, for the agent and OpenTelemetry",
        "none",
    ),
    variable("DD_GIT_COMMIT_SHA", "its commit", "none"),
    variable("DD_DOGSTATSD_URL", "DogStatsD, `udp://HOST:PORT` or `unix://PATH`", "the three below"),
    variable("DD_DOGSTATSD_SOCKET", "its Unix socket, a path", "none"),
    variable("DD_DOGSTATSD_HOST", "its host", "`DD_AGENT_HOST`, else `localhost`"),
    variable("DD_DOGSTATSD_PORT", "its port", "8125"),
];

/// What a live program needs to know to run probes.
///
/// Everything here comes from the code of the program or from its environment, never from a probe file: who may write that
/// file may add probes, and nothing else.
///
/// ```
/// use probelang_control::Settings;
/// let file = "DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE";
/// let settings = Settings::from_environment(|name| (name == file).then(|| "/etc/shop/probes.json".to_owned()));
/// assert!(settings.enabled && settings.wrong.is_empty());
/// assert_eq!(settings.sinks[0].to_string(), "console");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Whether probes run at all. Otherwise nothing is read, opened or started.
    pub enabled: bool,
    /// The probe file, if there is one.
    pub file: Option<PathBuf>,
    /// Where events go.
    pub sinks: Vec<SinkSpec>,
    /// The folders in which the status socket may be; it is in the first that can be used. None: there is no socket.
    pub sockets: Vec<PathBuf>,
    /// What may be asked over the status socket.
    pub access: Access,
    /// What is redacted.
    pub redaction: Policy,
    /// The process, its limits and its rules.
    pub probes: probe::Settings,
    /// Variables that have no effect, because their values are wrong: a sentence for each.
    pub wrong: Vec<String>,
    /// The variables, as the sinks read them.
    environment: BTreeMap<&'static str, String>,
}

impl Settings {
    /// The settings of environment variables, which `variable` gives by their names: those of [`VARIABLES`].
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let (probes, mut wrong) = probe::from_environment(&variable);
        let redaction = probe::redaction_from_environment(&variable, &mut wrong);
        let text = |name: &str| probe::text(&variable, name);
        let mut switch = |name: &str, default: bool| match text(name).map(|value| (boolean(&value), value)) {
            None => default,
            Some((Some(on), _)) => on,
            Some((None, value)) => {
                wrong.push(format!("{name} is `true` or `false`, not `{value}`; it counts as `false`"));
                false
            }
        };
        let file = text(&format!("{PREFIX}PROBE_FILE")).map(PathBuf::from);
        let access = text(ACCESS).map(|value| Access::find(&value).ok_or(value));
        let enabled =
            switch(&format!("{PREFIX}ENABLED"), file.is_some() || access == Some(Ok(Access::Write)));
        let has_socket = switch("PROBELANG_STATUS_SOCKET", true);
        let access = match access {
            None => Access::default(),
            Some(Ok(access)) => access,
            Some(Err(value)) => {
                wrong.push(format!("{ACCESS} is `read` or `write`, not `{value}`; it counts as `read`"));
                Access::Read
            }
        };
        let sinks = match text("PROBELANG_SINKS").map(|specs| SinkSpec::parse_all(&specs)) {
            Some(Ok(sinks)) => sinks,
            Some(Err(SpecError { spec, why })) => {
                wrong.push(format!("PROBELANG_SINKS: `{spec}`: {why}"));
                SinkSpec::defaults(&variable)
            }
            None => SinkSpec::defaults(&variable),
        };
        let sockets = crate::folder::candidates(&variable);
        Self {
            enabled,
            file,
            sinks,
            sockets: if has_socket { sockets } else { Vec::new() },
            access,
            redaction,
            probes,
            wrong,
            environment: VARIABLES.iter().filter_map(|one| Some((one.name, variable(one.name)?))).collect(),
        }
    }

    /// The settings of the environment of this process. A program that runs with more rights than who started it takes
    /// nothing from there, and is not enabled.
    #[must_use]
    pub fn of_process() -> Self {
        let is_trusted = {
            use nix::unistd::{getegid, geteuid, getgid, getuid};
            getuid() == geteuid() && getgid() == getegid()
        };
        let mut settings = Self::from_environment(|name| {
            let value = std::env::var_os(name).filter(|_| is_trusted)?;
            Some(value.to_string_lossy().into_owned())
        });
        if !is_trusted {
            settings
                .wrong
                .push("the environment is not read: the program has other rights than its user".to_owned());
        }
        settings
    }

    /// Whether a variable of [`VARIABLES`] was set to something when the settings were made: what a program says in its code
    /// counts where it was not.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.environment.get(name).is_some_and(|value| !value.trim().is_empty())
    }

    /// A variable as it was when the settings were made.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    /// An engine with the [redaction](Self::redaction) of these settings.
    #[must_use]
    pub fn engine(&self) -> Engine {
        Engine::new().policy(self.redaction.clone())
    }

    /// The same with [`enabled`](Self::enabled) set.
    #[must_use]
    pub const fn with_enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// The same with [`file`](Self::file) set, and enabled.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        (self.file, self.enabled) = (Some(file.into()), true);
        self
    }

    /// The same with [`sinks`](Self::sinks) set.
    #[must_use]
    pub fn with_sinks(mut self, sinks: Vec<SinkSpec>) -> Self {
        self.sinks = sinks;
        self
    }

    /// The same with [`sockets`](Self::sockets) set.
    #[must_use]
    pub fn with_sockets(mut self, sockets: Vec<PathBuf>) -> Self {
        self.sockets = sockets;
        self
    }

    /// The same with [`access`](Self::access) set. Where the variable `PROBELANG_CONTROL` says something, the one counts that
    /// allows less; where it says nothing, to allow writing also [enables](Self::enabled) probes.
    ///
    /// ```
    /// use probelang_control::{Access, Settings};
    /// let settings = |access: &'static str| {
    ///     Settings::from_environment(move |name| (name == "PROBELANG_CONTROL").then(|| access.to_owned()))
    /// };
    /// assert_eq!(settings("write").with_access(Access::Read).access, Access::Read);
    /// assert_eq!(settings("read").with_access(Access::Write).access, Access::Read);
    /// assert_eq!(settings("").with_access(Access::Write).access, Access::Write);
    /// ```
    #[must_use]
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = if self.is_set(ACCESS) { self.access.min(access) } else { access };
        if self.access == Access::Write && !self.is_set(&format!("{PREFIX}ENABLED")) {
            self.enabled = true;
        }
        self
    }

    /// The same with this deadline of a hit, where no variable sets one. A runtime that stops the whole program for
    /// a hit needs a shorter one than others.
    #[must_use]
    pub fn with_usual_deadline(mut self, deadline: Duration) -> Self {
        // what is wrong was reported when the settings were made
        if probe::deadline(|name| self.variable(name), &mut Vec::new()).is_none() {
            let limits = &mut self.probes.limits;
            limits.run = limits.run.with_deadline(deadline);
        }
        self
    }

    /// The same with [`redaction`](Self::redaction) set. Of texts it hides what the variables hide too.
    #[must_use]
    pub fn with_redaction(mut self, redaction: Policy) -> Self {
        self.redaction = redaction.with_texts_of(&self.redaction);
        self
    }

    /// The same with a mode of [`redaction`](Self::redaction) that is at least this one, and with the shapes that it looks for.
    /// No variable makes it weaker.
    ///
    /// ```
    /// use probelang::redact::Mode;
    /// use probelang_control::Settings;
    /// let settings = |mode: &'static str| {
    ///     Settings::from_environment(|name| (name == "PROBELANG_REDACTION").then(|| mode.to_owned()))
    /// };
    /// assert_eq!(settings("off").with_redaction_mode(Mode::Targeted).redaction.mode(), Mode::Targeted);
    /// assert_eq!(settings("strict").with_redaction_mode(Mode::Targeted).redaction.mode(), Mode::Strict);
    /// ```
    #[must_use]
    pub fn with_redaction_mode(mut self, mode: Mode) -> Self {
        self.redaction = self.redaction.with_texts_of(&Policy::none().with_mode(mode));
        self
    }

    /// The same with [`probes`](Self::probes) set.
    #[must_use]
    pub fn with_probes(mut self, probes: probe::Settings) -> Self {
        self.probes = probes;
        self
    }
}

/// The variable of [`Access`].
const ACCESS: &str = "PROBELANG_CONTROL";

/// What may be asked over a status socket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum Access {
    /// What becomes of probes, and that all of them are switched off, and on again. The default: a program that is not told
    /// otherwise runs the probes of its file and no others.
    #[default]
    Read,
    /// Also that temporary probes are created, whose events who asks can fetch.
    Write,
}

impl Access {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name() == name)
    }
}

/// What a value of a switch means.
fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
