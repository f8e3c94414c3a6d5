//! Probes that people write with a few options: the JSON of their configuration.
//!
//! ```
//! use probelang::Engine;
//! use probelang_probe::draft::{Does, Draft};
//! use probelang_probe::probe::Place;
//!
//! let place = Place::parse("shop.Cart.pay").unwrap();
//! let mut draft = Draft::new(place, Does::Log { template: Some("pays {total}".to_owned()), capture: false });
//! draft.when = Some("total > 100".to_owned());
//! let json = draft.to_json(&Engine::new())?;
//! assert!(json.starts_with(r#"{"id":"log-shop-cart-pay","version":0,"type":"LOG_PROBE""#));
//! # Ok::<(), probelang_probe::draft::DraftError>(())
//! ```

use probelang::data::text::{Object, array, string};
use probelang::{CompileError, Engine, ProgramKind, Source};

use crate::probe::{MetricKind, Moment, Place, Target};

/// A probe before it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Draft {
    /// Where it is.
    pub place: Place,
    /// What it does.
    pub does: Does,
    /// When it fires: a condition.
    pub when: Option<String>,
    /// When in the function it is evaluated; by default as its type asks.
    pub at: Option<Moment>,
    /// Its identity; made of its place if there is none.
    pub id: Option<String>,
    /// How long after its installation it expires, as [`duration`](crate::life::duration) reads it; an hour by default. `None`: never.
    pub expires: Option<String>,
    /// After how many events it ends.
    pub max_hits: Option<u64>,
    /// At one of how many hits that match it fires.
    pub every: Option<u64>,
}

/// What a probe does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Does {
    /// Writes a message.
    Log {
        /// The message.
        template: Option<String>,
        /// Whether the variables of the frame are captured.
        capture: bool,
    },
    /// Measures.
    Metric {
        /// The name of the metric.
        name: String,
        /// What is made of the values.
        kind: MetricKind,
        /// The value, an expression; without one, hits are counted.
        value: Option<String>,
    },
    /// Wraps the function in a span.
    Span,
    /// Sets a tag on a span.
    Tag {
        /// The name of the tag.
        name: String,
        /// Its value, a template.
        value: String,
        /// The span that gets it.
        target: Target,
    },
}

impl Does {
    /// What people call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Log { .. } => "log",
            Self::Metric { .. } => "metric",
            Self::Span => "span",
            Self::Tag { .. } => "tag",
        }
    }

    /// The type in configurations.
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Log { .. } => "LOG_PROBE",
            Self::Metric { .. } => "METRIC_PROBE",
            Self::Span => "SPAN_PROBE",
            Self::Tag { .. } => "SPAN_DECORATION_PROBE",
        }
    }
}

/// An expression or template of a draft that does not compile.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct DraftError {
    /// The expression or template.
    pub text: String,
    /// What is wrong with it.
    pub error: CompileError,
}

impl Draft {
    /// How long a probe lives if nobody says otherwise.
    pub const EXPIRES: &str = "60m";

    /// A probe that fires at every hit, for an hour.
    #[must_use]
    pub fn new(place: Place, does: Does) -> Self {
        let expires = Some(Self::EXPIRES.to_owned());
        Self { place, does, when: None, at: None, id: None, expires, max_hits: None, every: None }
    }

    /// The configuration of the probe, a JSON object on one line. What is wrong with it besides its programs, a
    /// [`Reader`](crate::config::Reader) says.
    ///
    /// # Errors
    /// [`DraftError`] for the first expression or template that does not compile.
    pub fn to_json(&self, engine: &Engine) -> Result<String, DraftError> {
        let sources = Sources(engine);
        let when = self.when.as_deref().map(|when| sources.expression(ProgramKind::Condition, when));
        let when = when.transpose()?;
        let id = self.id.clone().unwrap_or_else(|| slug(self.does.name(), &self.place));
        let mut object = Object::new();
        object
            .string("id", &id)
            .number("version", 0)
            .string("type", self.does.type_name())
            .raw("where", &where_json(&self.place));
        match self.at {
            Some(at @ (Moment::Entry | Moment::Exit)) => {
                object.string("evaluateAt", at.name());
            }
            Some(Moment::Line) | None => {}
        }
        // a span gets its tags in groups, each with a condition of its own
        if let (Some(when), Does::Log { .. } | Does::Metric { .. } | Does::Span) = (&when, &self.does) {
            object.raw("when", when);
        }
        match &self.does {
            Does::Log { template, capture } => {
                if let Some(template) = template {
                    object
                        .string("template", template)
                        .raw("segments", &sources.json(ProgramKind::Template, template)?);
                }
                object.boolean("captureSnapshot", *capture);
            }
            Does::Metric { name, kind, value } => {
                object.string("kind", kind.name()).string("metricName", name);
                if let Some(value) = value {
                    object.raw("value", &sources.expression(ProgramKind::Metric, value)?);
                }
            }
            Does::Span => {}
            Does::Tag { name, value, target } => {
                let mut template = Object::new();
                template
                    .string("template", value)
                    .raw("segments", &sources.json(ProgramKind::Template, value)?);
                let mut tag = Object::new();
                tag.string("name", name).raw("value", &template.end());
                let mut group = Object::new();
                if let Some(when) = &when {
                    group.raw("when", when);
                }
                group.raw("tags", &array([tag.end()]));
                object.string("targetSpan", target.name()).raw("decorations", &array([group.end()]));
            }
        }
        let mut life = Object::new();
        if let Some(expires) = &self.expires {
            life.string("expiresAfter", expires);
        }
        if let Some(hits) = self.max_hits {
            life.number("maxHits", hits);
        }
        if let Some(every) = self.every {
            life.number("every", every);
        }
        let life = life.end();
        if life != "{}" {
            object.raw("life", &life);
        }
        Ok(object.end())
    }
}

struct Sources<'e>(&'e Engine);

impl Sources<'_> {
    /// The JSON of a program.
    fn json(&self, kind: ProgramKind, text: &str) -> Result<String, DraftError> {
        let json = self.0.to_json(kind, Source::Text(text));
        json.map_err(|error| DraftError { text: text.to_owned(), error })
    }

    /// The JSON of an expression with its text.
    fn expression(&self, kind: ProgramKind, text: &str) -> Result<String, DraftError> {
        let json = self.json(kind, text)?;
        let mut object = Object::new();
        object.string("dsl", text).raw("json", &json);
        Ok(object.end())
    }
}

fn where_json(place: &Place) -> String {
    let mut object = Object::new();
    match place {
        Place::Function { type_name, method, signature } => {
            if !type_name.is_empty() {
                object.string("typeName", type_name);
            }
            object.string("methodName", method);
            if let Some(signature) = signature {
                object.string("signature", signature);
            }
        }
        Place::Lines { file, from, to } => {
            let lines = if from == to { from.to_string() } else { format!("{from}-{to}") };
            object.string("sourceFile", file).raw("lines", &array([string(&lines)]));
        }
    }
    object.end()
}

/// An identity that a person recognises: `log-shop-cart-py-42`.
fn slug(kind: &str, place: &Place) -> String {
    let place = place.to_string();
    let words = place.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = kind.to_owned();
    for word in words {
        id.push('-');
        id.push_str(&word.to_lowercase());
    }
    id
}
