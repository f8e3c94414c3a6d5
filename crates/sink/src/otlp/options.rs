//! Settings of the OpenTelemetry sink, in code and from the environment.

use std::time::Duration;

use opentelemetry_proto::tonic::resource::v1::Resource;
use probelang_probe::event::METRIC_PREFIX;
use probelang_probe::settings::{self, Process};

use super::value::{Attributes, text, whole};
use crate::http::{Address, AddressError, unpercent};

/// How requests are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// `http/protobuf`.
    #[default]
    Protobuf,
    /// `http/json`.
    Json,
}

/// How captures are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CaptureForm {
    /// As one attribute with a structure.
    #[default]
    Structured,
    /// As one attribute with JSON text, for back ends that take no structures.
    Json,
}

/// Where one kind of data goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Endpoint {
    pub address: Address,
    pub path: &'static str,
    pub headers: Vec<(String, String)>,
}

/// Settings of the OpenTelemetry sink.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct OtlpOptions {
    pub(super) logs: Endpoint,
    pub(super) metrics: Endpoint,
    pub(super) traces: Endpoint,
    /// How requests are written: as protobuf.
    pub encoding: Encoding,
    /// Whether larger requests are compressed with gzip: yes.
    pub gzip: bool,
    /// How long a request may take: 10 seconds.
    pub timeout: Duration,
    /// How long events wait at most: one second.
    pub interval: Duration,
    /// How captures are sent: structured.
    pub captures: CaptureForm,
    /// What the names of metrics begin with: [`METRIC_PREFIX`].
    pub metric_prefix: String,
    /// Attributes of the resource, which come before those that follow from the process.
    pub resource: Vec<(String, String)>,
}

/// The receiver where nothing else is said.
const DEFAULT: &str = "http://localhost:4318";

impl OtlpOptions {
    /// The defaults, with a receiver at this address, to which the path of each kind of data (`/v1/logs`) is added.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with the address.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let address = Address::parse(url)?;
        let endpoint = |path| Endpoint { address: address.clone(), path, headers: Vec::new() };
        Ok(Self {
            logs: endpoint("/v1/logs"),
            metrics: endpoint("/v1/metrics"),
            traces: endpoint("/v1/traces"),
            encoding: Encoding::default(),
            gzip: true,
            timeout: Duration::from_secs(10),
            interval: Duration::from_secs(1),
            captures: CaptureForm::default(),
            metric_prefix: METRIC_PREFIX.to_owned(),
            resource: Vec::new(),
        })
    }

    /// Settings from the environment variables of OpenTelemetry, and of the tracers for what only they say. `url` comes
    /// before any variable.
    ///
    /// | variable | setting |
    /// |---|---|
    /// | `OTEL_EXPORTER_OTLP_ENDPOINT` | the receiver; `http://localhost:4318` |
    /// | `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`, `…_METRICS_…`, `…_TRACES_…` | the whole address for one kind of data |
    /// | `OTEL_EXPORTER_OTLP_HEADERS`, `…_LOGS_HEADERS` and so on | headers, `name=value`, separated by commas |
    /// | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf` or `http/json` |
    /// | `OTEL_EXPORTER_OTLP_COMPRESSION` | `gzip` or `none` |
    /// | `OTEL_EXPORTER_OTLP_TIMEOUT` | milliseconds that a request may take |
    /// | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | the resource |
    /// | `DD_GIT_REPOSITORY_URL`, `DD_GIT_COMMIT_SHA` | `vcs.*` of the resource |
    ///
    /// Also gives a sentence for each variable that has no effect because its value is wrong.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with an address, or that the protocol is one that is not spoken here.
    pub fn from_environment(
        url: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, Vec<String>), AddressError> {
        let mut wrong = Vec::new();
        let get = |name: &str| settings::text(&variable, name);
        let own = |name: &str| format!("OTEL_EXPORTER_OTLP_{name}");
        let otlp = |name: &str| get(&own(name));
        let base = url.map(str::to_owned).or_else(|| otlp("ENDPOINT"));
        let mut options = Self::new(base.as_deref().unwrap_or(DEFAULT))?;
        let mut list = |name: &str| get(name).map(|text| pairs(name, &text, &mut wrong));
        let headers = list(&own("HEADERS")).unwrap_or_default();
        for (kind, endpoint) in
            [("LOGS", &mut options.logs), ("METRICS", &mut options.metrics), ("TRACES", &mut options.traces)]
        {
            if url.is_none()
                && let Some(address) = otlp(&format!("{kind}_ENDPOINT"))
            {
                (endpoint.address, endpoint.path) = (Address::parse(&address)?, "");
            }
            endpoint.headers = list(&own(&format!("{kind}_HEADERS"))).unwrap_or_else(|| headers.clone());
        }
        let attributes = list("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        options.encoding = match otlp("PROTOCOL").as_deref() {
            None | Some("http/protobuf") => Encoding::Protobuf,
            Some("http/json") => Encoding::Json,
            Some(other) => return Err(AddressError::Protocol(other.to_owned())),
        };
        options.gzip = match otlp("COMPRESSION").as_deref() {
            None | Some("gzip") => true,
            Some("none") => false,
            Some(other) => {
                wrong.push(format!("{} is `gzip` or `none`, not `{other}`", own("COMPRESSION")));
                true
            }
        };
        if let Some(millis) = settings::whole(&variable, &own("TIMEOUT"), "milliseconds", &mut wrong) {
            options.timeout = Duration::from_millis(millis.into());
        }
        options.resource.extend(get("OTEL_SERVICE_NAME").map(|name| ("service.name".to_owned(), name)));
        options.resource.extend(attributes);
        for (name, key) in [
            ("DD_GIT_REPOSITORY_URL", "vcs.repository.url.full"),
            ("DD_GIT_COMMIT_SHA", "vcs.ref.head.revision"),
        ] {
            // an address may have a password in it
            let value = get(name).map(|value| without_credentials(&value));
            options.resource.extend(value.map(|value| (key.to_owned(), value)));
        }
        Ok((options, wrong))
    }

    /// The resource that all data belongs to.
    pub(super) fn resource(&self, process: &Process) -> Resource {
        let mut attributes = Attributes::default();
        for (key, value) in &self.resource {
            attributes.text(key, value);
        }
        let mut own = |key: &str, value: &Option<String>| {
            if let Some(value) = value {
                attributes.text(key, value);
            }
        };
        own("service.name", &process.service);
        own("service.version", &process.version);
        own("deployment.environment.name", &process.env);
        own("service.instance.id", &process.runtime_id);
        own("host.name", &process.host);
        attributes.text("service.name", "unknown_service");
        attributes.add("process.pid", whole(std::process::id().into()));
        if !process.language.is_empty() {
            attributes.text("telemetry.sdk.language", &process.language);
        }
        attributes.add("telemetry.sdk.name", text("probelang"));
        attributes.add("telemetry.sdk.version", text(env!("CARGO_PKG_VERSION")));
        process.tags.iter().for_each(|tag| attributes.tag(tag));
        Resource { attributes: attributes.0, ..Resource::default() }
    }
}

/// `name=value`, separated by commas, with bytes written as `%41`. What is reported of a part that is not so has no value:
/// a header may be a secret.
fn pairs(variable: &str, text: &str, wrong: &mut Vec<String>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (index, one) in text.split(',').enumerate().filter(|(_, one)| !one.trim().is_empty()) {
        match one.split_once('=').map(|(name, value)| (unpercent(name.trim()), unpercent(value.trim()))) {
            Some((name, value)) if !name.is_empty() => pairs.push((name, value)),
            _ => wrong.push(format!(
                "{variable} is a list of `name=value`, separated by commas; its part {} is not",
                index.saturating_add(1)
            )),
        }
    }
    pairs
}

/// An address without user and password.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(
        url: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Result<(OtlpOptions, Vec<String>), AddressError> {
        OtlpOptions::from_environment(url, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn read(url: Option<&str>, variables: &[(&str, &str)]) -> Result<OtlpOptions, AddressError> {
        read_all(url, variables).map(|(options, _)| options)
    }

    #[test]
    fn what_is_wrong_is_reported_without_what_may_be_a_secret() {
        let (options, wrong) = read_all(
            None,
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "x=1, qwertz ,,=y"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
                ("OTEL_RESOURCE_ATTRIBUTES", "team"),
            ],
        )
        .unwrap();
        assert_eq!((options.gzip, options.timeout.as_secs(), options.logs.headers.len()), (true, 10, 1));
        assert_eq!(
            wrong,
            [
                "OTEL_EXPORTER_OTLP_HEADERS is a list of `name=value`, separated by commas; its part 2 is not",
                "OTEL_EXPORTER_OTLP_HEADERS is a list of `name=value`, separated by commas; its part 4 is not",
                "OTEL_RESOURCE_ATTRIBUTES is a list of `name=value`, separated by commas; its part 1 is not",
                "OTEL_EXPORTER_OTLP_COMPRESSION is `gzip` or `none`, not `zstd`",
                "OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds, not `10s`",
            ]
        );
    }

    #[test]
    fn the_receiver_is_the_one_that_is_named_nearest() {
        let url = |endpoint: &Endpoint| endpoint.address.url(endpoint.path);
        let all = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://one:1/base/"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://two:2/logs"),
        ];
        let options = read(None, &all).unwrap();
        assert_eq!(
            (url(&options.logs), url(&options.metrics)),
            ("http://two:2/logs".to_owned(), "http://one:1/base/v1/metrics".to_owned())
        );
        let options = read(Some("http://three:3"), &all).unwrap();
        assert_eq!(
            (url(&options.logs), url(&options.traces)),
            ("http://three:3/v1/logs".to_owned(), "http://three:3/v1/traces".to_owned())
        );
        assert_eq!(url(&read(None, &[]).unwrap().logs), "http://localhost:4318/v1/logs");
    }

    #[test]
    fn headers_protocol_and_time_come_from_the_environment() {
        let options = read(
            None,
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x = y,broken"),
                ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "z=1"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ],
        )
        .unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(options.logs.headers, [pair("api-key", "a b"), pair("x", "y")]);
        assert_eq!(options.traces.headers, [pair("z", "1")]);
        assert_eq!(
            (options.encoding, options.gzip, options.timeout.as_millis()),
            (Encoding::Json, false, 1_500)
        );
        assert_eq!(
            read(None, &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]),
            Err(AddressError::Protocol("grpc".to_owned()))
        );
    }

    #[test]
    fn the_resource_says_who_the_process_is_and_what_was_set_beats_what_follows() {
        let options = read(
            None,
            &[
                ("OTEL_SERVICE_NAME", "cart"),
                ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,team=pay"),
                ("DD_GIT_REPOSITORY_URL", "https://user:pass@example.org/shop.git"),
                ("DD_GIT_COMMIT_SHA", "abc"),
            ],
        )
        .unwrap();
        let process = Process::default()
            .with_service(Some("shop".to_owned()), Some("prod".to_owned()), Some("7".to_owned()))
            .with_tags(vec!["team:other".to_owned(), "region:eu".to_owned()]);
        let resource = options.resource(&process);
        let value = |key: &str| {
            resource.attributes.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone())
        };
        for (key, expected) in [
            ("service.name", "cart"),
            ("service.version", "7"),
            ("deployment.environment.name", "prod"),
            ("team", "pay"),
            ("region", "eu"),
            ("vcs.repository.url.full", "https://example.org/shop.git"),
            ("vcs.ref.head.revision", "abc"),
        ] {
            assert_eq!(value(key), Some(text(expected)), "{key}");
        }
        let nameless = read(None, &[]).unwrap().resource(&Process::default());
        assert!(nameless.attributes.iter().any(|pair| pair.value == Some(text("unknown_service"))));
    }
}
