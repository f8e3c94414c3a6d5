//! A probe, read and compiled.

use std::fmt;
use std::sync::Arc;

use probelang::capture::CaptureLimits;
use probelang::host::Projection;
use probelang::{Condition, Expression, Metric, Template};

use crate::life::Life;

/// A probe that can be used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Probe {
    /// Its identity.
    pub id: Arc<str>,
    /// The version of its configuration.
    pub version: u64,
    /// Its configuration, as it was read.
    pub config: Arc<str>,
    /// The runtime that it was written for, in the words of its configuration.
    pub language: Option<String>,
    /// Where it belongs.
    pub place: Place,
    /// The text of its line when it was written, without the space around it: `where.lineText`, an extension. With it an
    /// adapter sees that the code has changed.
    pub line_text: Option<String>,
    /// When it is evaluated.
    pub moment: Moment,
    /// When its configuration asks it to be evaluated, if that says so.
    pub asked: Option<Moment>,
    /// When it ends.
    pub life: Life,
    /// When it fires. None: always.
    pub when: Option<Condition>,
    /// What it does.
    pub action: Action,
    /// Its tags, `key:value` or a bare key.
    pub tags: Vec<String>,
    /// The names of the sinks that its events go to. None: all.
    pub targets: Option<Vec<String>>,
}

impl Probe {
    /// Whether the events of the probe go to the sink of that name.
    #[must_use]
    pub fn is_for(&self, sink: &str) -> bool {
        self.targets.as_ref().is_none_or(|targets| targets.iter().any(|target| target == sink))
    }

    /// What the probe reads of the values at its hits: everything, if it captures.
    ///
    /// # Cost
    /// Linear in its programs.
    #[must_use]
    pub fn projection(&self) -> Projection {
        let (mut conditions, mut templates, mut value) = (Vec::from_iter(&self.when), Vec::new(), None);
        match &self.action {
            Action::Log(log) => match log.captures {
                Captures::Nothing => templates.extend(&log.message),
                Captures::Frame(_) | Captures::Expressions(_) => return Projection::whole(),
            },
            Action::Metric(metric) => {
                value = metric.value.as_ref();
                templates.extend(metric.tags.iter().map(|tag| &tag.value));
            }
            Action::Span => {}
            Action::Tags(action) => {
                conditions.extend(action.groups.iter().filter_map(|group| group.when.as_ref()));
                let tags = action.groups.iter().flat_map(|group| &group.tags);
                templates.extend(tags.map(|tag| &tag.value));
            }
        }
        let conditions = conditions.into_iter().map(|condition| condition.program().projection());
        let templates = templates.into_iter().map(|template| template.program().projection());
        let value = value.map(|value| value.program().projection());
        conditions.chain(templates).chain(value).collect()
    }

    /// Whether a tag of that key has the value, or no tag has the key.
    pub(crate) fn is_tagged(&self, key: &str, value: &str) -> bool {
        let mut values = self.tags.iter().filter_map(|tag| {
            let (name, value) = tag.split_once(':')?;
            (name.trim() == key).then_some(value.trim())
        });
        let mut any = false;
        values.any(|one| {
            any = true;
            one == value
        }) || !any
    }
}

/// Where a probe belongs, in the terms of its configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A function.
    Function {
        /// The class or module.
        type_name: String,
        /// The function.
        method: String,
        /// Which of several functions of that name.
        signature: Option<String>,
    },
    /// Lines of a file.
    Lines {
        /// The file.
        file: String,
        /// The first line, from 1.
        from: u32,
        /// The last line.
        to: u32,
    },
}

impl Place {
    /// How a place is written, for people.
    pub const FORMS: &str =
        "a place is a file and a line, such as shop/cart.py:42, or a function, such as shop.Cart.pay";

    /// Reads a place as people write it, which is how it is displayed: a file and a line (`shop/cart.py:42`) or a range of
    /// lines (`A.java:12-25`), or a type and a function (`shop.Cart.pay`, `shop::Cart::pay`, `Cart#pay`), or a function
    /// only.
    ///
    /// ```
    /// use probelang_probe::probe::Place;
    /// let place = Place::parse("shop/cart.py:42").unwrap();
    /// assert_eq!(place, Place::Lines { file: "shop/cart.py".to_owned(), from: 42, to: 42 });
    /// assert_eq!(Place::parse("shop/cart.py:0"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((file, lines)) = text.rsplit_once(':')
            && lines.starts_with(|c: char| c.is_ascii_digit())
        {
            let (from, to) = line_range(lines)?;
            return (!file.is_empty()).then(|| Self::Lines { file: file.to_owned(), from, to });
        }
        let (type_name, method) = ["::", "#", "."]
            .into_iter()
            .filter_map(|separator| text.rsplit_once(separator))
            .max_by_key(|(type_name, _)| type_name.len())
            .unwrap_or(("", text));
        let is_name = |text: &str| !text.is_empty() && !text.contains(['/', '\\', ' ', ':']);
        is_name(method).then(|| Self::Function {
            type_name: type_name.to_owned(),
            method: method.to_owned(),
            signature: None,
        })
    }
}

/// Reads `12` or `12-25`.
pub(crate) fn line_range(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|line| *line > 0);
    match text.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)).filter(|(from, to)| from <= to),
        None => number(text).map(|line| (line, line)),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function { type_name, method, .. } if type_name.is_empty() => f.write_str(method),
            Self::Function { type_name, method, .. } => write!(f, "{type_name}.{method}"),
            Self::Lines { file, from, to } if from == to => write!(f, "{file}:{from}"),
            Self::Lines { file, from, to } => write!(f, "{file}:{from}-{to}"),
        }
    }
}

/// When a probe is evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Moment {
    /// When the function is entered.
    Entry,
    /// When the function has returned or thrown.
    Exit,
    /// Before the line runs.
    Line,
}

impl Moment {
    /// The moment of a probe: that of its line, the one that was asked for, or the default of its type. A metric is
    /// taken at the entry, unless it reads a result; all else at the exit.
    pub(crate) fn of(
        place: &Place,
        asked: Option<Self>,
        action: Option<&Action>,
        reads_results: bool,
    ) -> Self {
        match (place, asked, action) {
            (Place::Lines { .. }, _, _) => Self::Line,
            (Place::Function { .. }, Some(asked), _) => asked,
            (Place::Function { .. }, None, Some(Action::Metric(_))) if !reads_results => Self::Entry,
            (Place::Function { .. }, None, _) => Self::Exit,
        }
    }

    /// The name in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "ENTRY",
            Self::Exit => "EXIT",
            Self::Line => "LINE",
        }
    }
}

/// What a probe does when it fires.
#[derive(Clone, Debug)]
pub enum Action {
    /// Writes a message, and captures values.
    Log(Log),
    /// Measures.
    Metric(MetricAction),
    /// Wraps the function in a span.
    Span,
    /// Sets tags on a span.
    Tags(Tags),
}

/// A log probe.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Log {
    /// The message. None: the place.
    pub message: Option<Template>,
    /// What is captured.
    pub captures: Captures,
    /// Events per second.
    pub rate: f64,
}

/// What a log probe captures.
#[derive(Clone, Debug)]
pub enum Captures {
    /// Nothing.
    Nothing,
    /// The variables of the frame.
    Frame(CaptureLimits),
    /// Named expressions.
    Expressions(Vec<CapturedExpression>),
}

/// A named expression to capture.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CapturedExpression {
    /// Its name in the snapshot.
    pub name: String,
    /// Its value.
    pub value: Expression,
    /// How much of it.
    pub limits: CaptureLimits,
}

/// A metric probe.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MetricAction {
    /// Its name, without the prefix.
    pub name: String,
    /// What is made of the values.
    pub kind: MetricKind,
    /// The value. None: 1, for a count.
    pub value: Option<Metric>,
    /// The unit of the value.
    pub unit: Option<String>,
    /// Tags with values of their own.
    pub tags: Vec<TagValue>,
}

/// What is made of the values of a metric.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MetricKind {
    /// They are added up.
    Count,
    /// The last one is kept.
    Gauge,
    /// Their distribution, on this host.
    Histogram,
    /// Their distribution, over all hosts.
    Distribution,
}

impl MetricKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Count, Self::Gauge, Self::Histogram, Self::Distribution];

    /// The name in configurations, in upper case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Gauge => "GAUGE",
            Self::Histogram => "HISTOGRAM",
            Self::Distribution => "DISTRIBUTION",
        }
    }
}

/// A tag whose value is rendered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TagValue {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Template,
}

/// A span decoration probe.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tags {
    /// The span.
    pub target: Target,
    /// Groups of tags, each with a condition.
    pub groups: Vec<TagGroup>,
}

/// Which span gets tags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// The span that is active.
    Active,
    /// The span with which the service was entered.
    Root,
}

impl Target {
    /// The name in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Root => "ROOT",
        }
    }
}

/// Tags that are set together.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TagGroup {
    /// When they are set. None: always.
    pub when: Option<Condition>,
    /// The tags.
    pub tags: Vec<TagValue>,
}
