//! OpenTelemetry: log records, metrics and spans over OTLP/HTTP, as protobuf or JSON.
//!
//! `docs/sinks.md` lists every field.

use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use probelang_probe::event::Event;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{Answer, Client, Fate, Outbox, Parcel, Retry, Transport, gzip};
use crate::report::Loss;
use crate::sink::{Batch, Context, Next, Profile, Sink};
use metrics::Gathered;
use options::Endpoint;

mod histogram;
mod logs;
mod metrics;
mod options;
mod spans;
mod value;

pub use options::{CaptureForm, Encoding, OtlpOptions};

/// Bytes of the records of one request, before it is compressed.
const REQUEST: usize = 3 << 20;

/// Bytes of the events of a batch. As a structure, a capture takes many times the memory of its text.
const BATCH: usize = 1 << 20;

/// Sends events to an OpenTelemetry receiver.
///
/// ```
/// use probelang_sink::otlp::{Otlp, OtlpOptions};
/// use probelang_sink::Sink;
/// let otlp = Otlp::new(OtlpOptions::new("http://localhost:4318")?);
/// assert_eq!(otlp.profile().target, "http://localhost:4318");
/// # Ok::<(), probelang_sink::http::AddressError>(())
/// ```
pub struct Otlp {
    options: OtlpOptions,
    transports: [Box<dyn Transport>; 3],
    /// Requests on their way, for each kind of data: one receiver may be gone while another is there.
    outboxes: [Outbox; 3],
}

impl std::fmt::Debug for Otlp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Otlp").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The kinds of data, each with an endpoint of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Signal {
    Logs,
    Metrics,
    Traces,
}

impl Signal {
    const ALL: [Self; 3] = [Self::Logs, Self::Metrics, Self::Traces];

    const fn endpoint(self, options: &OtlpOptions) -> &Endpoint {
        match self {
            Self::Logs => &options.logs,
            Self::Metrics => &options.metrics,
            Self::Traces => &options.traces,
        }
    }

    /// What a receiver has rejected of a request that it took in part, and why. An answer that cannot be read is that of
    /// a receiver that took all.
    fn rejected(self, body: &[u8], encoding: Encoding) -> Option<(i64, String)> {
        match self {
            Self::Logs => read::<ExportLogsServiceResponse>(body, encoding)?
                .partial_success
                .map(|part| (part.rejected_log_records, part.error_message)),
            Self::Metrics => read::<ExportMetricsServiceResponse>(body, encoding)?
                .partial_success
                .map(|part| (part.rejected_data_points, part.error_message)),
            Self::Traces => read::<ExportTraceServiceResponse>(body, encoding)?
                .partial_success
                .map(|part| (part.rejected_spans, part.error_message)),
        }
    }
}

fn read<T: Message + Default + DeserializeOwned>(body: &[u8], encoding: Encoding) -> Option<T> {
    match encoding {
        Encoding::Protobuf => T::decode(body).ok(),
        Encoding::Json => serde_json::from_slice(body).ok(),
    }
}

impl Otlp {
    /// A sink with these settings. Nothing is sent before there are events.
    #[must_use]
    pub fn new(options: OtlpOptions) -> Self {
        let client = |signal: Signal| -> Box<dyn Transport> {
            Box::new(Client::new(&signal.endpoint(&options).address))
        };
        let transports = Signal::ALL.map(client);
        Self::with_transports(options, transports)
    }

    /// A sink whose requests go to these: for logs, metrics and spans.
    #[must_use]
    pub fn with_transports(options: OtlpOptions, transports: [Box<dyn Transport>; 3]) -> Self {
        let outboxes = Signal::ALL.map(|_| Outbox::new(Retry::DEFAULT, options.timeout));
        Self { options, transports, outboxes }
    }

    /// Encodes the events of a batch into requests.
    fn take(&mut self, batch: Batch, context: &Context<'_>) {
        let prefix = &self.options.metric_prefix;
        let mut records = Vec::new();
        let mut spans = Vec::new();
        let mut metrics = Gathered::default();
        for event in batch.events {
            event.with(|event| match event {
                Event::Metric(sample) => metrics.sample(sample, prefix),
                Event::Span(span) => spans.push(spans::span(span, || context.random())),
                Event::Log(_) | Event::Snapshot(_) | Event::Error(_) | Event::Tags(_) | Event::Status(_) => {
                    records.extend(logs::record(event, self.options.captures, context.settings()));
                }
            });
        }
        batch.totals.into_iter().for_each(|total| metrics.total(total, prefix));
        let resource = self.options.resource(&context.settings().process);
        let now = context.wall().nanos();
        for record in &mut records {
            // the clock may have gone back since
            record.observed_time_unix_nano = now.max(record.time_unix_nano);
        }
        for part in parts(records) {
            let events = count(&part);
            self.post(Signal::Logs, &logs_request(&resource, part), events, context);
        }
        for part in parts(spans) {
            let events = count(&part);
            self.post(Signal::Traces, &spans_request(&resource, part), events, context);
        }
        if !metrics.is_empty() {
            let events = metrics.samples;
            self.post(Signal::Metrics, &metrics_request(&resource, metrics.metrics()), events, context);
        }
    }

    fn post(
        &mut self,
        signal: Signal,
        request: &(impl Message + Serialize),
        events: u64,
        context: &Context<'_>,
    ) {
        let endpoint = signal.endpoint(&self.options);
        let mut headers = endpoint.headers.clone();
        let (body, kind) = match self.options.encoding {
            Encoding::Protobuf => (request.encode_to_vec(), "application/x-protobuf"),
            Encoding::Json => match serde_json::to_vec(request) {
                Ok(body) => (body, "application/json"),
                Err(_) => return context.lost(Loss::Invalid, events),
            },
        };
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
        let body = if self.options.gzip { gzip(body, &mut headers) } else { body };
        let url = endpoint.address.url(endpoint.path);
        let parcel = Parcel { url, headers, body, events, is_retried: true, tag: 0 };
        if let Some(outbox) = self.outboxes.get_mut(signal as usize) {
            outbox.add(parcel);
        }
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// The items in parts of at most so many bytes.
fn parts<T: Message>(items: Vec<T>) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::new();
    let mut left = 0;
    for item in items {
        let size = item.encoded_len();
        match parts.last_mut() {
            Some(part) if size <= left => part.push(item),
            Some(_) | None => {
                left = REQUEST;
                parts.push(vec![item]);
            }
        }
        left = left.saturating_sub(size);
    }
    parts
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope {
        name: "probelang".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    })
}

fn logs_request(resource: &Resource, log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { scope: scope(), log_records, ..ScopeLogs::default() }];
    let resource = Some(resource.clone());
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { resource, scope_logs, ..ResourceLogs::default() }],
    }
}

fn metrics_request(resource: &Resource, metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    let scope_metrics = vec![ScopeMetrics { scope: scope(), metrics, ..ScopeMetrics::default() }];
    let resource = Some(resource.clone());
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics { resource, scope_metrics, ..ResourceMetrics::default() }],
    }
}

fn spans_request(resource: &Resource, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { scope: scope(), spans, ..ScopeSpans::default() }];
    let resource = Some(resource.clone());
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }],
    }
}

impl Sink for Otlp {
    fn profile(&self) -> Profile {
        let target = &self.options.logs.address;
        Profile::new("otlp", target.to_string()).with_interval(self.options.interval).with_batch(BATCH)
    }

    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        if !batch.is_empty() {
            self.take(batch, context);
        }
        let encoding = self.options.encoding;
        let mut next = Next::Ready;
        for ((outbox, transport), signal) in
            self.outboxes.iter_mut().zip(&mut self.transports).zip(Signal::ALL)
        {
            let sent =
                outbox.send(&mut **transport, context, |_, answer| judge(answer, signal, encoding, context));
            next = next.and(sent);
        }
        next
    }
}

/// What an answer means: only 429, 502, 503 and 504 say that the same request may be taken later.
fn judge(answer: Result<&Answer, &str>, signal: Signal, encoding: Encoding, context: &Context<'_>) -> Fate {
    let Ok(answer) = answer else { return Fate::Later(None) };
    match answer.status {
        200..=299 => {
            let (rejected, why) = signal.rejected(&answer.body, encoding).unwrap_or_default();
            let rejected = u64::try_from(rejected).unwrap_or(0);
            if rejected > 0 || !why.is_empty() {
                context.error(&format!("the receiver took a part: {why}"));
            }
            Fate::Delivered { rejected }
        }
        429 | 502 | 503 | 504 => Fate::Later(answer.wait(context.wall())),
        413 => Fate::Rejected(Loss::TooLarge),
        _ => Fate::Rejected(Loss::Rejected),
    }
}
