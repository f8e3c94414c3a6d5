//! What an embedding program decides: who it is, its limits, and its rules.

use std::time::Duration;

use probelang::host::RunLimits;

use crate::event::EVENT_BYTES;
use crate::probe::{Action, Captures, Probe};
use crate::status::Statuses;

mod redaction;

pub use redaction::{redaction_from_environment, redaction_settings};

/// What holds for a whole set of probes.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The process.
    pub process: Process,
    /// What its probes may take together.
    pub limits: Limits,
    /// What they may not do.
    pub rules: Rules,
    /// After how long a status is sent again: one hour.
    pub repeat: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            process: Process::default(),
            limits: Limits::default(),
            rules: Rules::default(),
            repeat: Statuses::REPEAT,
        }
    }
}

impl Settings {
    /// The same with [`process`](Self::process) set.
    #[must_use]
    pub fn with_process(mut self, process: Process) -> Self {
        self.process = process;
        self
    }
    /// The same with [`limits`](Self::limits) set.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
    /// The same with [`rules`](Self::rules) set.
    #[must_use]
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }
    /// The same with [`repeat`](Self::repeat) set.
    #[must_use]
    pub const fn with_repeat(mut self, repeat: Duration) -> Self {
        self.repeat = repeat;
        self
    }
}

/// The process that probes run in, as its events say it. What is empty is not said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Process {
    /// The service.
    pub service: Option<String>,
    /// Its environment.
    pub env: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The host that it runs on.
    pub host: Option<String>,
    /// The language of the program, as probe configurations call it.
    pub language: String,
    /// The id of this run of the process.
    pub runtime_id: Option<String>,
    /// Tags of all its events, `key:value`.
    pub tags: Vec<String>,
}

impl Process {
    /// The same with [`service`](Self::service), [`env`](Self::env) and [`version`](Self::version) set.
    #[must_use]
    pub fn with_service(
        mut self,
        service: Option<String>,
        env: Option<String>,
        version: Option<String>,
    ) -> Self {
        (self.service, self.env, self.version) = (service, env, version);
        self
    }
    /// The same with [`language`](Self::language) set.
    #[must_use]
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }
    /// The same with [`host`](Self::host) and [`runtime_id`](Self::runtime_id) set.
    #[must_use]
    pub fn with_ids(mut self, host: Option<String>, runtime_id: Option<String>) -> Self {
        (self.host, self.runtime_id) = (host, runtime_id);
        self
    }
    /// The same with [`tags`](Self::tags) set.
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<String>) -> Self {
        self.tags = tags;
        self
    }

    /// The tags of an event, separated by commas: those of the process, then those of the probe. A tag with a comma
    /// cannot be told from two, and is left out.
    pub(crate) fn event_tags(&self, probe: &[String]) -> String {
        let of = |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key}:{value}"));
        let own = [of("env", &self.env), of("version", &self.version), of("runtime_id", &self.runtime_id)];
        let tags: Vec<&str> = own
            .iter()
            .flatten()
            .chain(&self.tags)
            .chain(probe)
            .map(String::as_str)
            .filter(|tag| !tag.contains(','))
            .collect();
        tags.join(",")
    }
}

/// What probes may take, each and together.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Log events per second of all probes: 5,000.
    pub logs: f64,
    /// Events with captures per second of all probes: 100.
    pub captures: f64,
    /// Captured bytes per second of all probes: 8 MiB.
    pub capture_bytes: u64,
    /// What a probe may take in one hit, for everything that it does: 1,000,000 steps and 50 ms.
    pub run: RunLimits,
    /// The share of one CPU that one probe may take: 0.01.
    pub probe_share: f64,
    /// The share of one CPU that all probes may take: 0.01.
    pub share: f64,
    /// Calls of one probe whose captured entry may wait for their end: 1,024.
    pub waiting: usize,
    /// Distinct combinations of the tags of one metric: 1,000. What comes after counts under `_other`.
    pub combinations: usize,
    /// Bytes of an event: 1 MiB.
    pub event_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            logs: 5_000.0,
            captures: 100.0,
            capture_bytes: 8 << 20,
            run: RunLimits::default(),
            probe_share: 0.01,
            share: 0.01,
            waiting: 1_024,
            combinations: 1_000,
            event_bytes: EVENT_BYTES,
        }
    }
}

impl Limits {
    /// The same with [`logs`](Self::logs) and [`captures`](Self::captures) set.
    #[must_use]
    pub const fn with_rates(mut self, logs: f64, captures: f64) -> Self {
        (self.logs, self.captures) = (logs, captures);
        self
    }
    /// The same with [`capture_bytes`](Self::capture_bytes) set.
    #[must_use]
    pub const fn with_capture_bytes(mut self, bytes: u64) -> Self {
        self.capture_bytes = bytes;
        self
    }
    /// The same with [`run`](Self::run) set.
    #[must_use]
    pub const fn with_run(mut self, run: RunLimits) -> Self {
        self.run = run;
        self
    }
    /// The same with [`probe_share`](Self::probe_share) and [`share`](Self::share) set.
    #[must_use]
    pub const fn with_shares(mut self, probe: f64, all: f64) -> Self {
        (self.probe_share, self.share) = (probe, all);
        self
    }
    /// The same with [`waiting`](Self::waiting) set.
    #[must_use]
    pub const fn with_waiting(mut self, calls: usize) -> Self {
        self.waiting = calls;
        self
    }
    /// The same with [`combinations`](Self::combinations) set.
    #[must_use]
    pub const fn with_combinations(mut self, combinations: usize) -> Self {
        self.combinations = combinations;
        self
    }
    /// The same with [`event_bytes`](Self::event_bytes) set.
    #[must_use]
    pub const fn with_event_bytes(mut self, bytes: usize) -> Self {
        self.event_bytes = bytes;
        self
    }
}

/// What the embedding program does not allow. No configuration of probes can change it.
///
/// ```
/// use probelang_probe::settings::Rules;
/// let rules = Rules::default().denying_types(["com.acme.Vault", "com.acme.crypto.*"]);
/// assert!(rules.denied_type("com.acme.crypto.Key").is_some());
/// assert!(rules.denied_type("com.acme.Cart").is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Rules {
    /// Whether no probe may capture.
    pub no_capture: bool,
    /// The environments in which probes may run. None: all.
    pub environments: Option<Vec<String>>,
    denied: Vec<String>,
    /// Lists of types: only what is in all of them is allowed.
    allowed: Vec<Vec<String>>,
}

impl Rules {
    /// The same without captures.
    #[must_use]
    pub const fn without_capture(mut self) -> Self {
        self.no_capture = true;
        self
    }

    /// The same for these environments only.
    #[must_use]
    pub fn only_in<S: Into<String>>(mut self, environments: impl IntoIterator<Item = S>) -> Self {
        self.environments = Some(environments.into_iter().map(Into::into).collect());
        self
    }

    /// The same without probes in these types or modules: full names, or with a `*` at the end all that begin so.
    #[must_use]
    pub fn denying_types<S: Into<String>>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        self.denied.extend(types.into_iter().map(Into::into));
        self
    }

    /// The same without probes in these packages: a package and all below it.
    #[must_use]
    pub fn denying_packages<S: AsRef<str>>(mut self, packages: impl IntoIterator<Item = S>) -> Self {
        for package in packages {
            let package = package.as_ref().trim_end_matches(['.', ':']);
            self.denied.extend([".*", "::*", "$*"].map(|below| format!("{package}{below}")));
            self.denied.push(package.to_owned());
        }
        self
    }

    /// The same with probes in these types or modules only, written as in [`denying_types`](Self::denying_types). A type
    /// that is denied stays denied.
    #[must_use]
    pub fn only_types<S: Into<String>>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        let types: Vec<String> = types.into_iter().map(Into::into).collect();
        if !types.is_empty() {
            self.allowed.push(types);
        }
        self
    }

    /// The entry that denies probes in a type or module, by its full name.
    #[must_use]
    pub fn denied_type(&self, name: &str) -> Option<&str> {
        entry(&self.denied, name)
    }

    /// The rules of both: only what both allow is allowed.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.no_capture |= other.no_capture;
        self.denied.extend(other.denied);
        self.allowed.extend(other.allowed);
        self.environments = match (self.environments, other.environments) {
            (Some(one), Some(other)) => Some(one.into_iter().filter(|env| other.contains(env)).collect()),
            (one, other) => one.or(other),
        };
        self
    }

    /// Why probes are not allowed in a type or module, by its full name, if so. The subject of the sentence is left
    /// out: "allows no probes in …".
    #[must_use]
    pub fn refuse_type(&self, name: &str) -> Option<String> {
        if let Some(denied) = self.denied_type(name) {
            return Some(format!("allows no probes in `{denied}`"));
        }
        self.allowed
            .iter()
            .any(|types| entry(types, name).is_none())
            .then(|| "allows probes in certain types only, and this is none of them".to_owned())
    }

    /// Why a probe is not allowed wherever it is, if so.
    #[must_use]
    pub fn refuse(&self, probe: &Probe, env: Option<&str>) -> Option<String> {
        if let Some(allowed) = &self.environments
            && !env.is_some_and(|env| allowed.iter().any(|allowed| allowed == env))
        {
            return Some(match env {
                Some(env) => format!("the program allows no probes in the environment `{env}`"),
                None => "the program allows probes in certain environments only, and does not say in which it runs"
                    .to_owned(),
            });
        }
        let captures =
            matches!(&probe.action, Action::Log(log) if !matches!(log.captures, Captures::Nothing));
        (self.no_capture && captures).then(|| "the program allows no captures".to_owned())
    }
}

/// The first of `types` that is a type's full name, or the beginning of it with a `*`.
fn entry<'t>(types: &'t [String], name: &str) -> Option<&'t str> {
    types
        .iter()
        .find(|one| match one.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == one.as_str(),
        })
        .map(String::as_str)
}

/// Settings from the environment variables that the tracers read.
///
/// | variable | setting |
/// |---|---|
/// | `DD_SERVICE`, `DD_ENV`, `DD_VERSION`, `DD_TAGS` | [`Process`]; `service:`, `env:` and `version:` among the tags count where there is no variable of their own |
/// | `DD_DYNAMIC_INSTRUMENTATION_EVALUATION_TIMEOUT_MS` | the deadline of [`Limits::run`] |
/// | `DD_DYNAMIC_INSTRUMENTATION_CAPTURE_TIMEOUT_MS`, else `…_CAPTURE_TIMEOUT`, else `…_MAX_TIME_TO_SERIALIZE` | the same, where it is longer: a hit has one deadline for all that it does |
/// | `DD_DYNAMIC_INSTRUMENTATION_DIAGNOSTICS_INTERVAL` | [`Settings::repeat`], in seconds |
///
/// [`redaction_from_environment`] reads those of the redaction. Where probes come from, whether they run at all and how
/// events are sent is the business of the program around this crate. A value that is not a positive number is reported
/// and has no effect.
///
/// ```
/// use probelang_probe::settings::from_environment;
/// let variables = |name: &str| (name == "DD_SERVICE").then(|| "shop".to_owned());
/// let (settings, wrong) = from_environment(variables);
/// assert_eq!((settings.process.service.as_deref(), wrong.len()), (Some("shop"), 0));
/// ```
#[must_use]
pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> (Settings, Vec<String>) {
    let mut wrong = Vec::new();
    let mut settings = Settings::default();
    let process = &mut settings.process;
    process.tags = list(&variable, "DD_TAGS", &[',', ' ']);
    let tag = |key: &str| {
        let mut values = process.tags.iter().filter_map(|tag| tag.split_once(':'));
        values.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
    };
    let own = |name: &str, key: &str| text(&variable, name).or_else(|| tag(key));
    let (service, env, version) =
        (own("DD_SERVICE", "service"), own("DD_ENV", "env"), own("DD_VERSION", "version"));
    (process.service, process.env, process.version) = (service, env, version);
    // what an event says apart is not said again among its tags
    process.tags.retain(|tag| !["service:", "env:", "version:"].iter().any(|key| tag.starts_with(key)));
    if let Some(deadline) = deadline(&variable, &mut wrong) {
        settings.limits.run = settings.limits.run.with_deadline(deadline);
    }
    let interval = format!("{PREFIX}DIAGNOSTICS_INTERVAL");
    if let Some(repeat) = whole(&variable, &interval, "seconds", &mut wrong) {
        settings.repeat = Duration::from_secs(repeat.into());
    }
    (settings, wrong)
}

/// The deadline of a hit, if a variable sets one: the longer of those of evaluation and capture. A value that is not a
/// positive number is reported to `wrong`, and counts as not set.
///
/// ```
/// use std::time::Duration;
/// use probelang_probe::settings::deadline;
/// let name = "DD_DYNAMIC_INSTRUMENTATION_CAPTURE_TIMEOUT_MS";
/// let variable = |asked: &str| (asked == name).then(|| "200".to_owned());
/// assert_eq!(deadline(variable, &mut Vec::new()), Some(Duration::from_millis(200)));
/// ```
pub fn deadline(variable: impl Fn(&str) -> Option<String>, wrong: &mut Vec<String>) -> Option<Duration> {
    let mut number = |name: &str| whole(&variable, &format!("{PREFIX}{name}"), "milliseconds", wrong);
    let run = number("EVALUATION_TIMEOUT_MS");
    let capture =
        ["CAPTURE_TIMEOUT_MS", "CAPTURE_TIMEOUT", "MAX_TIME_TO_SERIALIZE"].into_iter().find_map(number);
    run.max(capture).map(|millis| Duration::from_millis(millis.into()))
}

/// The value of a variable without the blanks around it; an empty one is not set.
///
/// ```
/// let variable = |name: &str| (name == "DD_ENV").then(|| " prod ".to_owned());
/// assert_eq!(probelang_probe::settings::text(variable, "DD_ENV").as_deref(), Some("prod"));
/// assert_eq!(probelang_probe::settings::text(|_| Some(" ".to_owned()), "DD_ENV"), None);
/// ```
pub fn text(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The positive whole number of a variable, counted in `unit`, a noun in the plural. Any other value is reported to `wrong`,
/// and counts as not set.
///
/// ```
/// use probelang_probe::settings::whole;
/// let (variable, mut wrong) = (|_: &str| Some("soon".to_owned()), Vec::new());
/// assert_eq!(whole(variable, "OTEL_EXPORTER_OTLP_TIMEOUT", "milliseconds", &mut wrong), None);
/// assert_eq!(wrong, ["OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds, not `soon`"]);
/// ```
pub fn whole(
    variable: impl Fn(&str) -> Option<String>,
    name: &str,
    unit: &str,
    wrong: &mut Vec<String>,
) -> Option<u32> {
    let value = text(variable, name)?;
    let number = value.parse().ok().filter(|number| *number > 0);
    if number.is_none() {
        wrong.push(not_a_number(name, unit, &value));
    }
    number
}

/// The same for a number of seconds, which may have a fraction.
///
/// ```
/// use probelang_probe::settings::seconds;
/// let name = "DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS";
/// let interval = seconds(|_: &str| Some("0.25".to_owned()), name, &mut Vec::new());
/// assert_eq!(interval.map(|interval| interval.as_millis()), Some(250));
/// ```
pub fn seconds(
    variable: impl Fn(&str) -> Option<String>,
    name: &str,
    wrong: &mut Vec<String>,
) -> Option<Duration> {
    let value = text(variable, name)?;
    let number = value.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    let number = number.filter(|number| !number.is_zero());
    if number.is_none() {
        wrong.push(not_a_number(name, "seconds", &value));
    }
    number
}

fn not_a_number(name: &str, unit: &str, value: &str) -> String {
    format!("{name} is a number of {unit}, not `{value}`")
}

fn list(variable: impl Fn(&str) -> Option<String>, name: &str, separators: &[char]) -> Vec<String> {
    let all = text(variable, name).unwrap_or_default();
    all.split(separators).map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// What the names of the product's own variables begin with.
pub const PREFIX: &str = "DD_DYNAMIC_INSTRUMENTATION_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_denied_with_all_below_it() {
        let rules = Rules::default().denying_packages(["java.security", "acme::vault"]);
        for (name, denied) in [
            ("java.security.Key", true),
            ("java.security", true),
            ("java.securityx.Key", false),
            ("acme::vault::Key", true),
            ("acme::vaults::Key", false),
        ] {
            assert_eq!(rules.denied_type(name).is_some(), denied, "{name}");
        }
    }

    #[test]
    fn two_sets_of_rules_allow_what_both_allow() {
        let one = Rules::default().only_types(["com.acme.*"]).only_in(["staging", "prod"]);
        let both = one.and(Rules::default().only_types(["com.acme.cart.*", "org.*"]).only_in(["staging"]));
        for (name, refused) in [("com.acme.cart.Cart", false), ("com.acme.Shop", true), ("org.Cart", true)] {
            assert_eq!(both.refuse_type(name).is_some(), refused, "{name}");
        }
        assert_eq!(both.environments, Some(vec!["staging".to_owned()]));
    }

    #[test]
    fn only_allowed_types_are_allowed_and_denied_ones_stay_denied() {
        let rules = Rules::default().only_types(["com.acme.*", "Main"]).denying_types(["com.acme.Vault"]);
        for (name, refused) in
            [("com.acme.Cart", false), ("Main", false), ("com.acme.Vault", true), ("com.other.Cart", true)]
        {
            assert_eq!(rules.refuse_type(name).is_some(), refused, "{name}");
        }
    }

    #[test]
    fn a_tag_says_what_no_variable_of_its_own_says() {
        let variables = |name: &str| match name {
            "DD_ENV" => Some("prod".to_owned()),
            "DD_TAGS" => Some("env:test,version:7,team:pay".to_owned()),
            "DD_DYNAMIC_INSTRUMENTATION_DIAGNOSTICS_INTERVAL" => Some("60".to_owned()),
            "DD_DYNAMIC_INSTRUMENTATION_MAX_TIME_TO_SERIALIZE" => Some("300".to_owned()),
            _ => None,
        };
        let (settings, wrong) = from_environment(variables);
        let process = &settings.process;
        assert_eq!((process.env.as_deref(), process.version.as_deref()), (Some("prod"), Some("7")));
        assert_eq!((&process.tags[..], &wrong[..]), (&["team:pay".to_owned()][..], &[][..]));
        assert_eq!(settings.repeat, Duration::from_secs(60));
        assert_eq!(settings.limits.run.deadline, Duration::from_millis(300));
    }

    #[test]
    fn variables_that_are_no_numbers_are_reported() {
        let variables = |name: &str| match name {
            "DD_DYNAMIC_INSTRUMENTATION_EVALUATION_TIMEOUT_MS" => Some("fast".to_owned()),
            "DD_DYNAMIC_INSTRUMENTATION_CAPTURE_TIMEOUT" => Some("200".to_owned()),
            "DD_TAGS" => Some("team:pay, tier:1".to_owned()),
            _ => None,
        };
        let (settings, wrong) = from_environment(variables);
        assert_eq!(settings.limits.run.deadline, Duration::from_millis(200));
        assert_eq!(settings.process.tags, ["team:pay", "tier:1"]);
        assert_eq!(
            wrong,
            ["DD_DYNAMIC_INSTRUMENTATION_EVALUATION_TIMEOUT_MS is a number of milliseconds, not `fast`"]
        );
    }
}
