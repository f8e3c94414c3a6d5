//! Metrics with delta temporality: counts as sums, gauges, and exponential histograms.

use std::collections::HashMap;
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Metric,
    NumberDataPoint, Sum, metric,
};
use probelang::host::Number;
use probelang_probe::event::Sample;
use probelang_probe::probe::MetricKind;

use super::histogram::Histogram;
use super::value::{Attributes, text};
use crate::totals::{Total, add, float};

/// Characters of the name of a metric.
const NAME: usize = 255;

/// What a metric is known by.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Name {
    name: String,
    unit: Option<Arc<str>>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    Sum,
    Gauge,
    Histogram,
}

/// The samples of one set of attributes.
#[derive(Debug)]
struct Points {
    attributes: Vec<KeyValue>,
    total: Total,
    /// Those of a histogram.
    values: Vec<f64>,
}

/// A metric, the probe that gave it, and its tags.
type Series = (Name, Arc<str>, Vec<String>);

/// Metrics that are put together.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    points: HashMap<Series, Points>,
    /// In the order in which they came first.
    order: Vec<Series>,
    pub samples: u64,
}

impl Gathered {
    pub fn sample(&mut self, sample: &Sample, prefix: &str) {
        self.total(Total::of(sample.clone()), prefix);
    }

    pub fn total(&mut self, total: Total, prefix: &str) {
        let sample = &total.sample;
        let name = Name {
            name: clean(&format!("{prefix}{}", sample.name)),
            unit: sample.unit.clone(),
            kind: match sample.kind {
                MetricKind::Count => Kind::Sum,
                MetricKind::Gauge => Kind::Gauge,
                MetricKind::Histogram | MetricKind::Distribution => Kind::Histogram,
            },
        };
        self.samples = self.samples.saturating_add(total.samples);
        let key = (name, Arc::clone(&sample.probe.id), sample.tags.clone());
        let value = float(sample.value);
        match self.points.get_mut(&key) {
            Some(points) => {
                points.total.merge(&total);
                points.values.push(value);
            }
            None => {
                let points = Points { attributes: attributes(sample), total, values: vec![value] };
                self.order.push(key.clone());
                self.points.insert(key, points);
            }
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The metrics, each with its points.
    pub fn metrics(mut self) -> Vec<Metric> {
        let mut names: Vec<Name> = Vec::new();
        let mut groups: HashMap<Name, Vec<Points>> = HashMap::new();
        for key in self.order {
            let Some(points) = self.points.remove(&key) else { continue };
            let group = groups.entry(key.0.clone()).or_insert_with(|| {
                names.push(key.0);
                Vec::new()
            });
            group.push(points);
        }
        names.into_iter().map(|name| Self::metric(groups.remove(&name).unwrap_or_default(), name)).collect()
    }

    fn metric(points: Vec<Points>, name: Name) -> Metric {
        let delta = AggregationTemporality::Delta.into();
        let data = match name.kind {
            Kind::Sum => metric::Data::Sum(Sum {
                is_monotonic: points.iter().all(|points| float(points.total.sample.value) >= 0.0),
                data_points: points.into_iter().map(number).collect(),
                aggregation_temporality: delta,
            }),
            Kind::Gauge => {
                metric::Data::Gauge(Gauge { data_points: points.into_iter().map(number).collect() })
            }
            Kind::Histogram => metric::Data::ExponentialHistogram(ExponentialHistogram {
                data_points: points.into_iter().map(histogram).collect(),
                aggregation_temporality: delta,
            }),
        };
        Metric {
            name: name.name,
            unit: name.unit.map(|unit| unit.to_string()).unwrap_or_default(),
            data: Some(data),
            ..Metric::default()
        }
    }
}

/// When the samples of a point were taken: a span of time, so that a sum has a rate.
fn times(total: &Total) -> (u64, u64) {
    let end = total.sample.time.nanos();
    (total.first.nanos().min(end.saturating_sub(1)), end)
}

fn number(points: Points) -> NumberDataPoint {
    let (start_time_unix_nano, time_unix_nano) = times(&points.total);
    // a sum of nothing is a whole number
    let value = match add(points.total.sample.value, Number::Int(0)) {
        Number::Int(value) => Value::AsInt(value),
        Number::Uint(value) => i64::try_from(value).map_or(Value::AsDouble(value as f64), Value::AsInt),
        Number::Float(value) => Value::AsDouble(value),
    };
    NumberDataPoint {
        attributes: points.attributes,
        start_time_unix_nano,
        time_unix_nano,
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

fn histogram(points: Points) -> ExponentialHistogramDataPoint {
    let (start_time_unix_nano, time_unix_nano) = times(&points.total);
    let histogram = Histogram::of(&points.values);
    ExponentialHistogramDataPoint {
        attributes: points.attributes,
        start_time_unix_nano,
        time_unix_nano,
        count: histogram.count,
        sum: Some(histogram.sum),
        scale: histogram.scale,
        zero_count: histogram.zeros,
        positive: Some(histogram.positive),
        negative: Some(histogram.negative),
        min: Some(histogram.min),
        max: Some(histogram.max),
        ..ExponentialHistogramDataPoint::default()
    }
}

fn attributes(sample: &Sample) -> Vec<KeyValue> {
    let mut attributes = Attributes::default();
    attributes.add("probelang.probe.id", text(&*sample.probe.id));
    sample.tags.iter().for_each(|tag| attributes.tag(tag));
    attributes.0
}

/// The name of an instrument: letters, digits and `_.-/`, a letter first.
fn clean(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "_.-/".contains(c) { c } else { '_' };
    let mut clean: String = name.chars().map(keep).take(NAME).collect();
    if !clean.starts_with(|c: char| c.is_ascii_alphabetic()) {
        clean.insert(0, 'm');
        clean.truncate(NAME);
    }
    clean
}
