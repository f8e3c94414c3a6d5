//! Places of the program: spans and events of `tracing`, points of its own.

use std::fmt;
use std::sync::Arc;

use probelang_probe::{Probes, Site};
use tracing_core::{Level, Metadata};

use crate::point::Point;
use crate::shape::{RESULTS, Shape};

/// What a place is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PlaceKind {
    /// A span: it is entered, and it ends.
    Span,
    /// An event: it has one moment.
    Event,
    /// A [`probe_point!`](crate::probe_point): it has one moment.
    Point,
}

/// A place of the program that was met: its code has run at least once since probes were started.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct MetPlace {
    /// What it is.
    pub kind: PlaceKind,
    /// Its target, for `where.typeName`: the path of its module, unless the program says otherwise.
    pub target: &'static str,
    /// Its name, for `where.methodName`: that of a span, of a point, or of an event that has one.
    pub name: Option<&'static str>,
    /// Its file, for `where.sourceFile`.
    pub file: Option<&'static str>,
    /// Its line, for `where.lines`.
    pub line: Option<u32>,
    /// The level of a span or event.
    pub level: Option<Level>,
    /// The names of its fields or values.
    pub fields: Vec<&'static str>,
}

impl fmt::Display for MetPlace {
    /// The place in one line: `span shop::cart.pay (src/cart.rs:12): total, user`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            PlaceKind::Span => "span",
            PlaceKind::Event => "event",
            PlaceKind::Point => "point",
        };
        write!(f, "{kind} {}", self.target)?;
        if let Some(name) = self.name {
            write!(f, ".{name}")?;
        }
        if let (Some(file), Some(line)) = (self.file, self.line) {
            write!(f, " ({file}:{line})")?;
        }
        if !self.fields.is_empty() {
            write!(f, ": {}", self.fields.join(", "))?;
        }
        Ok(())
    }
}

/// A place, by what the program has of it.
#[derive(Clone, Copy)]
pub enum Spot {
    Callsite(&'static Metadata<'static>),
    Point(&'static Point),
}

impl Spot {
    /// Tells it from all other places.
    pub fn key(self) -> usize {
        match self {
            Self::Callsite(metadata) => key(metadata),
            Self::Point(point) => std::ptr::from_ref(point).addr(),
        }
    }

    pub fn kind(self) -> PlaceKind {
        match self {
            Self::Callsite(metadata) if metadata.is_span() => PlaceKind::Span,
            Self::Callsite(_) => PlaceKind::Event,
            Self::Point(_) => PlaceKind::Point,
        }
    }

    pub fn target(self) -> &'static str {
        match self {
            Self::Callsite(metadata) => metadata.target(),
            Self::Point(point) => point.target,
        }
    }

    /// Its name, if it has one: an event without a name is called after its line.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Callsite(metadata) if metadata.is_event() => {
                Some(metadata.name()).filter(|name| !name.starts_with("event "))
            }
            Self::Callsite(metadata) => Some(metadata.name()),
            Self::Point(point) => Some(point.name),
        }
    }

    pub fn file(self) -> Option<&'static str> {
        match self {
            Self::Callsite(metadata) => metadata.file(),
            Self::Point(point) => Some(point.file),
        }
    }

    pub fn line(self) -> Option<u32> {
        match self {
            Self::Callsite(metadata) => metadata.line(),
            Self::Point(point) => Some(point.line),
        }
    }

    /// Whether it is the event that writes the result of this span.
    pub fn is_result_of(self, span: Self) -> bool {
        matches!((self, span), (Self::Callsite(event), Self::Callsite(span)) if is_result_of(event, span))
    }

    /// For messages and for the names of spans.
    pub fn title(self) -> String {
        match (self.name(), self.file(), self.line()) {
            (Some(name), ..) => format!("{}::{name}", self.target()),
            (None, Some(file), Some(line)) => format!("{file}:{line}"),
            (None, ..) => self.target().to_owned(),
        }
    }

    pub fn met(self) -> MetPlace {
        let (level, fields) = match self {
            Self::Callsite(metadata) => {
                (Some(*metadata.level()), metadata.fields().iter().map(|field| field.name()).collect())
            }
            Self::Point(point) => (None, point.variables.to_vec()),
        };
        MetPlace {
            kind: self.kind(),
            target: self.target(),
            name: self.name(),
            file: self.file(),
            line: self.line(),
            level,
            fields,
        }
    }

    /// A place for probes here.
    pub fn site(self) -> Site {
        match self.kind() {
            PlaceKind::Span => Site::new(Some(self.target()), self.title()),
            PlaceKind::Event | PlaceKind::Point => {
                Site::of_line(Some(self.target()), self.title(), self.line().unwrap_or_default())
            }
        }
    }
}

/// Tells a callsite from all others.
pub fn key(metadata: &Metadata<'_>) -> usize {
    std::ptr::from_ref(metadata).addr()
}

/// Whether an event is one that `#[instrument(ret, err)]` writes for this span: it has the span's line, and a result.
pub fn is_result_of(event: &Metadata<'_>, span: &Metadata<'_>) -> bool {
    has_result(event)
        && span.is_span()
        && (event.target(), event.file(), event.line()) == (span.target(), span.file(), span.line())
}

/// Whether an event may be one of a span's result.
pub fn has_result(event: &Metadata<'_>) -> bool {
    event.is_event() && RESULTS.iter().any(|name| event.fields().field(*name).is_some())
}

/// A callsite with probes.
#[derive(Debug)]
pub struct Callsite {
    /// The set that its hits are reported to.
    pub probes: Arc<Probes>,
    pub metadata: &'static Metadata<'static>,
    pub shape: Shape,
    /// For spans and events.
    pub site: Arc<Site>,
    /// For span tags that are set at the end of a span: each time that the span is left, since OpenTelemetry's span has
    /// ended when this one does.
    pub leave: Arc<Site>,
}

impl Callsite {
    pub fn new(metadata: &'static Metadata<'static>, probes: &Arc<Probes>) -> Self {
        let spot = Spot::Callsite(metadata);
        let line = spot.line().unwrap_or_default();
        Self {
            probes: Arc::clone(probes),
            metadata,
            shape: Shape::of(metadata),
            site: Arc::new(spot.site()),
            leave: Arc::new(Site::of_line(Some(spot.target()), spot.title(), line)),
        }
    }
}
