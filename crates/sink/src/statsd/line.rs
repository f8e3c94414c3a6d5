//! A metric as a line: `name:value|type|#tags`.

use super::{METRIC_PREFIX, MetricKind, ProbeTag, Process, Sample, StatsdOptions, float};
use probelang::host::Number;
use std::fmt::Write as _;

/// Characters of a name, and of a tag.
const NAME: usize = 200;

/// The line of a sample; none where its value is not finite.
pub(super) fn write(sample: &Sample, options: &StatsdOptions, process: &Process) -> Option<String> {
    if !float(sample.value).is_finite() {
        return None;
    }
    let mut line = String::from(METRIC_PREFIX);
    line.extend(sample.name.chars().take(NAME).map(in_name));
    line.push(':');
    // a string takes any text
    let _ = match sample.value {
        Number::Int(value) => write!(line, "{value}"),
        Number::Uint(value) => write!(line, "{value}"),
        // without an exponent, a large or small number has hundreds of digits
        Number::Float(value) if value != 0.0 && !(1e-7..1e16).contains(&value.abs()) => {
            write!(line, "{value:e}")
        }
        Number::Float(value) => write!(line, "{value}"),
    };
    line.push_str(match sample.kind {
        MetricKind::Count => "|c",
        MetricKind::Gauge => "|g",
        MetricKind::Histogram => "|h",
        MetricKind::Distribution => "|d",
    });
    let mut tags = Tags { line, any: false };
    for (key, value) in [("service", &process.service), ("env", &process.env), ("version", &process.version)]
    {
        if let Some(value) = value {
            tags.pair(key, value);
        }
    }
    for tag in process.tags.iter().chain(&sample.tags) {
        match tag.split_once(':') {
            Some((key, value)) => tags.pair(key, value),
            None => tags.bare(tag),
        }
    }
    let id = &sample.probe.id;
    match options.probe_tag {
        ProbeTag::Dotted => tags.pair("debugger.probeid", id),
        ProbeTag::Dashed => tags.pair("probe-id", id),
        ProbeTag::Both => {
            tags.pair("debugger.probeid", id);
            tags.pair("probe-id", id);
        }
    }
    Some(tags.line)
}

/// What a name may have; all else is `_`.
const fn in_name(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '_' }
}

struct Tags {
    line: String,
    any: bool,
}

impl Tags {
    fn pair(&mut self, key: &str, value: &str) {
        if key.trim().is_empty() {
            return;
        }
        self.begin();
        self.text(key);
        self.line.push(':');
        self.text(value);
    }

    fn bare(&mut self, tag: &str) {
        if !tag.trim().is_empty() {
            self.begin();
            self.text(tag);
        }
    }

    fn begin(&mut self) {
        self.line.push_str(if self.any { "," } else { "|#" });
        self.any = true;
    }

    /// What would end a tag or a line is `_`.
    fn text(&mut self, text: &str) {
        let clean = |c: char| match c {
            '|' | ':' | '#' | ',' | '@' | '\u{2028}' | '\u{2029}' => '_',
            c if c.is_control() => '_',
            c => c,
        };
        self.line.extend(text.trim().chars().take(NAME).map(clean));
    }
}
