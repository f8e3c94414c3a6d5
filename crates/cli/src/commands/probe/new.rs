//! `probelang probe new`: a probe from a few options.

use clap::{Args, ValueEnum};
use probelang::diagnostic::SourceText;
use probelang_probe::config::{Outcome as Became, Reader};
use probelang_probe::draft::{Does, Draft, DraftError};
use probelang_probe::life;
use probelang_probe::probe::{MetricKind, Moment, Place, Target};

use crate::args::Common;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::source::NamedSource;

/// Write a probe
///
/// Prints one probe as a JSON object, which is a probe file by itself. A place is a file and a line, or a type and a
/// function. A probe expires an hour after it is installed, unless you say otherwise.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang probe new --log shop/cart.py:42 --when 'total > 100' --template 'total is {total}'
  probelang probe new --log shop.Cart.pay --capture --expires 2h --max-hits 10
  probelang probe new --metric shop.Cart.pay --name cart.size --kind histogram --value 'len(items)'
  probelang probe new --span shop.Cart.pay --forever
  probelang probe new --tag shop.Cart.pay --name cart.total --value '{total}' --target root")]
pub struct Arguments {
    #[command(flatten)]
    place: Places,

    /// When it fires: a condition
    #[arg(long, value_name = "EXPR")]
    when: Option<String>,

    /// The message of a log probe
    #[arg(long, value_name = "TEMPLATE", requires = "log")]
    template: Option<String>,

    /// Capture the variables of the frame
    #[arg(long, requires = "log")]
    capture: bool,

    /// The name of the metric or of the tag
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// What is made of the values of a metric
    #[arg(long, value_enum, ignore_case = true, value_name = "KIND", default_value_t = Kind::Count)]
    kind: Kind,

    /// The value of the metric (an expression) or of the tag (a template)
    #[arg(long, value_name = "EXPR")]
    value: Option<String>,

    /// The span that gets the tag
    #[arg(long, value_enum, ignore_case = true, value_name = "SPAN", default_value_t = Span::Active)]
    target: Span,

    /// When in the function it is evaluated; the default depends on the type of the probe
    #[arg(long, value_enum, ignore_case = true, value_name = "MOMENT")]
    at: Option<At>,

    /// Its identity; made of its place if you give none
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// How long after its installation it expires: 5s, 30m, 2h or 7d
    #[arg(long, value_name = "DURATION", default_value = Draft::EXPIRES, value_parser = lifetime)]
    expires: String,

    /// Never expire
    #[arg(long, conflicts_with = "expires")]
    forever: bool,

    /// End after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_hits: Option<u64>,

    /// Fire at one of so many hits that match
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
}

/// The type of the probe, with its place: exactly one.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Places {
    /// A log probe: writes a message
    #[arg(long, value_name = "PLACE", value_parser = place)]
    log: Option<Place>,

    /// A metric probe: measures
    #[arg(long, value_name = "PLACE", value_parser = place)]
    metric: Option<Place>,

    /// A span probe: wraps the function in a span
    #[arg(long, value_name = "PLACE", value_parser = place)]
    span: Option<Place>,

    /// A span decoration probe: sets a tag on a span
    #[arg(long, value_name = "PLACE", value_parser = place)]
    tag: Option<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    Count,
    Gauge,
    Histogram,
    Distribution,
}

impl Kind {
    const fn kind(self) -> MetricKind {
        match self {
            Self::Count => MetricKind::Count,
            Self::Gauge => MetricKind::Gauge,
            Self::Histogram => MetricKind::Histogram,
            Self::Distribution => MetricKind::Distribution,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Span {
    Active,
    Root,
}

impl Span {
    const fn target(self) -> Target {
        match self {
            Self::Active => Target::Active,
            Self::Root => Target::Root,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum At {
    Entry,
    Exit,
}

impl At {
    const fn moment(self) -> Moment {
        match self {
            Self::Entry => Moment::Entry,
            Self::Exit => Moment::Exit,
        }
    }
}

fn place(text: &str) -> Result<Place, String> {
    Place::parse(text).ok_or_else(|| Place::FORMS.to_owned())
}

fn lifetime(text: &str) -> Result<String, String> {
    match life::duration(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(life::FORMS.to_owned()),
    }
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let engine = common.engine();
    let text = match draft(arguments)?.to_json(&engine) {
        Ok(text) => text,
        Err(DraftError { text, error, .. }) => {
            console.report(&NamedSource::typed(&text).unread(), &error.diagnostics);
            return Ok(Status::Expression);
        }
    };
    // what the options cannot rule out is found as in any other file
    let read = Reader::new(&engine).read(&text);
    let source = SourceText::new("<probe>", &text);
    for entry in &read.probes {
        console.report(&source, &entry.diagnostics);
    }
    if read.probes.iter().any(|entry| matches!(entry.outcome, Became::Rejected)) {
        return Ok(Status::Expression);
    }
    console.line(&text)?;
    Ok(Status::Ok)
}

/// The probe that the options ask for.
fn draft(arguments: &Arguments) -> Result<Draft, Failure> {
    let Arguments { place: Places { log, metric, span, tag }, name, value, template, .. } = arguments;
    let named = |option: &str| name.clone().ok_or_else(|| Failure::Usage(format!("--{option} needs --name")));
    if (log.is_some() || span.is_some()) && (name.is_some() || value.is_some()) {
        return Err(Failure::Usage("--name and --value belong to --metric and --tag".to_owned()));
    }
    let (place, does) = match (log, metric, span, tag) {
        (Some(place), ..) => (place, Does::Log { template: template.clone(), capture: arguments.capture }),
        (_, Some(place), ..) => {
            let kind = arguments.kind.kind();
            (place, Does::Metric { name: named("metric")?, kind, value: value.clone() })
        }
        (.., Some(place), _) => (place, Does::Span),
        (.., Some(place)) => {
            let name = named("tag")?;
            let value = value.clone().ok_or_else(|| {
                Failure::Usage("a tag needs --value, a template such as '{total}'".to_owned())
            })?;
            (place, Does::Tag { name, value, target: arguments.target.target() })
        }
        (None, None, None, None) => return Err(Failure::Usage("a probe needs a place".to_owned())),
    };
    let mut draft = Draft::new(place.clone(), does);
    draft.when.clone_from(&arguments.when);
    draft.at = arguments.at.map(At::moment);
    draft.id.clone_from(&arguments.id);
    draft.expires = (!arguments.forever).then(|| arguments.expires.clone());
    draft.max_hits = arguments.max_hits;
    draft.every = arguments.every;
    Ok(draft)
}
