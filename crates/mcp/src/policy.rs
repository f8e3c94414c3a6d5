//! What agents may do: the built-in policy, and the file that a person gives with `--policy`.

use std::fmt;
use std::path::Path;

use probelang::redact::Mode;
use serde::Deserialize;
use toml::Spanned;

use crate::failed::Failed;

/// Bytes of a policy file: 64 KiB.
pub const POLICY_BYTES: u64 = 64 << 10;

/// What agents may do on a connection. The [default](Self::default) is the built-in one.
///
/// ```
/// use probelang_mcp::Policy;
/// let policy = Policy::parse("agents.toml", "hits = 100\nservices = [\"shop\"]\n").unwrap();
/// assert!(Policy::parse("agents.toml", "hitz = 100").is_err());
/// # drop(policy);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    pub(crate) redaction: Rule<Mode>,
    pub(crate) data_redaction: Rule<Mode>,
    pub(crate) expires_seconds: Rule<u64>,
    pub(crate) hits: Rule<u64>,
    pub(crate) probes: Rule<u64>,
    pub(crate) types: Rule<Vec<String>>,
    pub(crate) places: Rule<Vec<String>>,
    pub(crate) services: Rule<Option<Vec<String>>>,
    pub(crate) envs: Rule<Option<Vec<String>>>,
    pub(crate) calls: Rule<u64>,
    pub(crate) bytes: Rule<u64>,
    pub(crate) seconds: Rule<u64>,
}

/// A rule with where it is from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Rule<T> {
    pub value: T,
    key: &'static str,
    /// The file and the line that has it, and its text; none of a built-in rule.
    line: Option<(String, usize, String)>,
}

impl<T> Rule<T> {
    const fn built_in(key: &'static str, value: T) -> Self {
        Self { value, key, line: None }
    }

    /// A call that this rule denies.
    pub fn deny(&self, message: impl Into<String>, next: impl Into<String>) -> Failed {
        Failed::denied(self.to_string(), message, next)
    }
}

impl<T> fmt::Display for Rule<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.line {
            Some((file, line, text)) => write!(f, "{file}, line {line}: {text}"),
            None => write!(f, "built-in rule `{}`; a policy file may have another", self.key),
        }
    }
}

/// The types of probes, as configurations and as people call them.
const TYPES: [(&str, &str); 4] = [
    ("LOG_PROBE", "log"),
    ("METRIC_PROBE", "metric"),
    ("SPAN_PROBE", "span"),
    ("SPAN_DECORATION_PROBE", "span_decoration"),
];

impl Default for Policy {
    fn default() -> Self {
        Self {
            redaction: Rule::built_in("redaction", Mode::Strict),
            data_redaction: Rule::built_in("data_redaction", Mode::Targeted),
            expires_seconds: Rule::built_in("expires_seconds", 600),
            hits: Rule::built_in("hits", 20),
            probes: Rule::built_in("probes", 5),
            types: Rule::built_in("types", vec!["log".to_owned(), "metric".to_owned()]),
            places: Rule::built_in("places", vec!["*".to_owned()]),
            services: Rule::built_in("services", None),
            envs: Rule::built_in("envs", None),
            calls: Rule::built_in("calls", 10_000),
            bytes: Rule::built_in("bytes", 256 << 20),
            seconds: Rule::built_in("seconds", 600),
        }
    }
}

/// A policy file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    redaction: Option<Spanned<String>>,
    data_redaction: Option<Spanned<String>>,
    expires_seconds: Option<Spanned<u64>>,
    hits: Option<Spanned<u64>>,
    probes: Option<Spanned<u64>>,
    types: Option<Spanned<Vec<String>>>,
    places: Option<Spanned<Vec<String>>>,
    services: Option<Spanned<Vec<String>>>,
    envs: Option<Spanned<Vec<String>>>,
    calls: Option<Spanned<u64>>,
    bytes: Option<Spanned<u64>>,
    seconds: Option<Spanned<u64>>,
}

/// The name of a file and its text.
struct Source<'s> {
    name: &'s str,
    text: &'s str,
}

impl Source<'_> {
    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or_default().matches('\n').count().saturating_add(1)
    }

    /// A line, without the space around it.
    fn text_of(&self, line: usize) -> &str {
        self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim()
    }

    /// Sets a rule to what the file says.
    fn set<T, U>(
        &self,
        rule: &mut Rule<U>,
        given: Option<Spanned<T>>,
        read: impl Fn(T) -> Result<U, String>,
    ) -> Result<(), PolicyError> {
        let Some(given) = given else { return Ok(()) };
        let start = given.span().start;
        let line = self.line(start);
        let text = self.text_of(line).to_owned();
        let value = read(given.into_inner())
            .map_err(|why| PolicyError(format!("{}, line {line}: `{}` {why}", self.name, rule.key)))?;
        rule.value = value;
        rule.line = Some((self.name.to_owned(), line, text));
        Ok(())
    }
}

/// Why a policy file is not one. A server does not start with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct PolicyError(String);

impl Policy {
    /// Reads the policy file at `path`.
    ///
    /// # Errors
    /// [`PolicyError`] if it cannot be read, or with what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        use std::io::Read as _;
        let name = path.display().to_string();
        let failed = |error: std::io::Error| PolicyError(format!("{name}: {error}"));
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(POLICY_BYTES.saturating_add(1)).read_to_string(&mut text).map_err(failed)?;
        if u64::try_from(text.len()).is_ok_and(|length| length > POLICY_BYTES) {
            return Err(PolicyError(format!("{name}: a policy has at most {POLICY_BYTES} bytes")));
        }
        Self::parse(&name, &text)
    }

    /// Reads the text of a policy file, which messages call `name`.
    ///
    /// # Errors
    /// [`PolicyError`], also for keys that there are not.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let source = Source { name, text };
        let file: File = toml::from_str(text).map_err(|error| {
            let line = source.line(error.span().map_or(0, |span| span.start));
            PolicyError(format!("{name}, line {line}: {}: {}", source.text_of(line), error.message().trim()))
        })?;
        let mut policy = Self::default();
        let limit = |most: u64| {
            move |given: u64| match given {
                1.. if given <= most => Ok(given),
                _ => Err(format!("is from 1 to {most}, not {given}")),
            }
        };
        let mode = |name: String| match Mode::find(&name) {
            Some(mode) if mode != Mode::Off => Ok(mode),
            _ => Err(format!("is \"strict\" or \"targeted\", not {name:?}")),
        };
        let any_mode = |name: String| {
            Mode::find(&name).ok_or_else(|| format!("is \"strict\", \"targeted\" or \"off\", not {name:?}"))
        };
        source.set(&mut policy.redaction, file.redaction, mode)?;
        source.set(&mut policy.data_redaction, file.data_redaction, any_mode)?;
        source.set(&mut policy.expires_seconds, file.expires_seconds, limit(86_400))?;
        source.set(&mut policy.hits, file.hits, limit(100_000))?;
        source.set(&mut policy.probes, file.probes, limit(100))?;
        source.set(&mut policy.types, file.types, |types: Vec<String>| {
            match types.iter().find(|one| !TYPES.iter().any(|(_, name)| name == one)) {
                Some(one) => Err(format!("has the types log, metric, span and span_decoration, not {one:?}")),
                None => Ok(types),
            }
        })?;
        source.set(&mut policy.places, file.places, Ok)?;
        source.set(&mut policy.services, file.services, |names| Ok(Some(names)))?;
        source.set(&mut policy.envs, file.envs, |names| Ok(Some(names)))?;
        source.set(&mut policy.calls, file.calls, limit(1_000_000_000))?;
        source.set(&mut policy.bytes, file.bytes, limit(1 << 40))?;
        source.set(&mut policy.seconds, file.seconds, limit(86_400))?;
        Ok(policy)
    }

    /// Whether a probe of this type, in the words of its configuration, may be created.
    pub(crate) fn allow_type(&self, type_name: &str) -> Result<(), Failed> {
        let name = TYPES.iter().find(|(config, _)| *config == type_name).map_or(type_name, |(_, name)| name);
        if self.types.value.iter().any(|one| one == name) {
            return Ok(());
        }
        Err(self.types.deny(
            format!("probes of the type `{name}` are not allowed"),
            format!("use one of these types: {}", self.types.value.join(", ")),
        ))
    }

    /// Whether a probe may be created at this place, as people write it.
    pub(crate) fn allow_place(&self, place: &str) -> Result<(), Failed> {
        if self.places.value.iter().any(|pattern| glob(pattern, place)) {
            return Ok(());
        }
        Err(self.places.deny(
            format!("a probe at `{place}` is not allowed"),
            format!("use a place that one of these patterns matches: {}", self.places.value.join(", ")),
        ))
    }

    /// Whether a process of this service and environment may be looked at.
    pub(crate) fn allow_process(&self, service: Option<&str>, env: Option<&str>) -> Result<(), Failed> {
        for (rule, what, given) in [(&self.services, "service", service), (&self.envs, "env", env)] {
            let Some(names) = &rule.value else { continue };
            if !given.is_some_and(|given| names.iter().any(|pattern| glob(pattern, given))) {
                let given = given.map_or_else(|| "none".to_owned(), |given| format!("`{given}`"));
                return Err(rule.deny(
                    format!("the {what} of the process is {given}, which is not allowed"),
                    "use a process that live_list shows",
                ));
            }
        }
        Ok(())
    }

    /// A number that the agent asked for, or the default, if the rule allows it.
    pub(crate) fn within(
        rule: &Rule<u64>,
        argument: &str,
        asked: Option<u64>,
        usual: u64,
    ) -> Result<u64, Failed> {
        match asked {
            None => Ok(usual.min(rule.value)),
            Some(asked) if asked <= rule.value => Ok(asked),
            Some(asked) => Err(rule.deny(
                format!("`{argument}` is {asked}, and at most {} is allowed", rule.value),
                format!("ask for {} or less, or leave `{argument}` out", rule.value),
            )),
        }
    }
}

/// Whether a text matches a pattern in which `*` is any text. Linear in the product of both lengths.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at.saturating_add(part.len())..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text, matches) in [
            ("*", "", true),
            ("*", "shop.Cart.pay", true),
            ("shop.*", "shop.Cart.pay", true),
            ("shop.*", "shopping", false),
            ("*.pay", "shop.Cart.pay", true),
            ("*.pay", "shop.Cart.payment", false),
            ("shop.*.pay", "shop.pay", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_rule_says_its_line() {
        let policy = Policy::parse("p.toml", "# why\nhits = 40\nservices = [\"shop*\"]\n").unwrap();
        let denied = Policy::within(&policy.hits, "hits", Some(41), 20).unwrap_err();
        assert_eq!(denied.policy.as_deref(), Some("p.toml, line 2: hits = 40"));
        assert_eq!(Policy::within(&policy.hits, "hits", None, 20).unwrap(), 20);
        assert!(policy.allow_process(Some("shop-eu"), None).is_ok());
        let denied = policy.allow_process(None, None).unwrap_err();
        assert_eq!(denied.policy.as_deref(), Some("p.toml, line 3: services = [\"shop*\"]"));
        let denied = policy.allow_type("SPAN_PROBE").unwrap_err();
        assert_eq!(denied.policy.as_deref(), Some("built-in rule `types`; a policy file may have another"));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_an_error() {
        for (text, part) in [
            ("hitz = 1", "unknown field `hitz`"),
            ("hits = 0", "line 1: `hits` is from 1 to 100000, not 0"),
            ("hits = \"many\"", "hits"),
            ("\nredaction = \"off\"", "line 2: `redaction` is \"strict\" or \"targeted\", not \"off\""),
            ("types = [\"logs\"]", "has the types"),
            ("hits = ", "p.toml"),
        ] {
            let error = Policy::parse("p.toml", text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(Policy::parse("p.toml", "").unwrap(), Policy::default());
    }
}
