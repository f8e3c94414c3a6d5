//! `probelang probe new`: a probe from a few options.

use clap::{Args, ValueEnum};
use probelang::diagnostic::SourceText;
use probelang::{Engine, ProgramKind};
use probelang_probe::config::{Outcome as Became, Reader};
use probelang_probe::life::duration;
use probelang_probe::probe::{MetricKind, Moment, Place, Target};

use crate::args::Common;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json::{Object, array, string};
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
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::Count)]
    kind: Kind,

    /// The value of the metric (an expression) or of the tag (a template)
    #[arg(long, value_name = "EXPR")]
    value: Option<String>,

    /// The span that gets the tag
    #[arg(long, value_enum, value_name = "SPAN", default_value_t = Span::Active)]
    target: Span,

    /// When in the function it is evaluated; the default depends on the type of the probe
    #[arg(long, value_enum, value_name = "MOMENT")]
    at: Option<At>,

    /// Its identity; made of its place if you give none
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// How long after its installation it expires: 5s, 30m, 2h or 7d
    #[arg(long, value_name = "DURATION", default_value = "60m", value_parser = lifetime)]
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
    const fn name(self) -> &'static str {
        match self {
            Self::Count => MetricKind::Count,
            Self::Gauge => MetricKind::Gauge,
            Self::Histogram => MetricKind::Histogram,
            Self::Distribution => MetricKind::Distribution,
        }
        .name()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Span {
    Active,
    Root,
}

impl Span {
    const fn name(self) -> &'static str {
        match self {
            Self::Active => Target::Active,
            Self::Root => Target::Root,
        }
        .name()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum At {
    Entry,
    Exit,
}

impl At {
    const fn name(self) -> &'static str {
        match self {
            Self::Entry => Moment::Entry,
            Self::Exit => Moment::Exit,
        }
        .name()
    }
}

/// What the probe does, as its option says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Does {
    Log,
    Metric,
    Span,
    Tag,
}

impl Does {
    /// The name of the option.
    const fn option(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Metric => "metric",
            Self::Span => "span",
            Self::Tag => "tag",
        }
    }

    const fn type_name(self) -> &'static str {
        match self {
            Self::Log => "LOG_PROBE",
            Self::Metric => "METRIC_PROBE",
            Self::Span => "SPAN_PROBE",
            Self::Tag => "SPAN_DECORATION_PROBE",
        }
    }

    const fn takes_name(self) -> bool {
        matches!(self, Self::Metric | Self::Tag)
    }
}

fn place(text: &str) -> Result<Place, String> {
    Place::parse(text).ok_or_else(|| {
        "a place is a file and a line, such as shop/cart.py:42, or a function, such as shop.Cart.pay"
            .to_owned()
    })
}

fn lifetime(text: &str) -> Result<String, String> {
    match duration(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("a duration is written like 5s, 30m, 2h or 7d".to_owned()),
    }
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let engine = common.engine();
    let Arguments { place: Places { log, metric, span, tag }, .. } = arguments;
    let (does, place) = match (log, metric, span, tag) {
        (Some(place), ..) => (Does::Log, place),
        (_, Some(place), ..) => (Does::Metric, place),
        (.., Some(place), _) => (Does::Span, place),
        (.., Some(place)) => (Does::Tag, place),
        (None, None, None, None) => return Err(Failure::Usage("a probe needs a place".to_owned())),
    };
    if !does.takes_name() && (arguments.name.is_some() || arguments.value.is_some()) {
        return Err(Failure::Usage("--name and --value belong to --metric and --tag".to_owned()));
    }
    if does.takes_name() && arguments.name.is_none() {
        return Err(Failure::Usage(format!("--{} needs --name", does.option())));
    }
    let source = Sources { engine: &engine, console };
    let mut object = Object::new();
    let id = arguments.id.clone().unwrap_or_else(|| slug(does.option(), place));
    object
        .string("id", &id)
        .number("version", 0)
        .string("type", does.type_name())
        .raw("where", &where_json(place));
    if let Some(at) = arguments.at {
        object.string("evaluateAt", at.name());
    }
    if does != Does::Tag
        && let Some(when) = &arguments.when
    {
        object.raw("when", &source.expression(ProgramKind::Condition, when)?);
    }
    match does {
        Does::Log => {
            if let Some(template) = &arguments.template {
                object
                    .string("template", template)
                    .raw("segments", &source.json(ProgramKind::Template, template)?);
            }
            object.boolean("captureSnapshot", arguments.capture);
        }
        Does::Metric => {
            object
                .string("kind", arguments.kind.name())
                .string("metricName", arguments.name.as_deref().unwrap_or_default());
            if let Some(value) = &arguments.value {
                object.raw("value", &source.expression(ProgramKind::Metric, value)?);
            }
        }
        Does::Tag => {
            let value = arguments.value.as_deref().ok_or_else(|| {
                Failure::Usage("a tag needs --value, a template such as '{total}'".to_owned())
            })?;
            let mut template = Object::new();
            template.string("template", value).raw("segments", &source.json(ProgramKind::Template, value)?);
            let mut tag = Object::new();
            tag.string("name", arguments.name.as_deref().unwrap_or_default()).raw("value", &template.end());
            let mut group = Object::new();
            if let Some(when) = &arguments.when {
                group.raw("when", &source.expression(ProgramKind::Condition, when)?);
            }
            group.raw("tags", &array([tag.end()]));
            object.string("targetSpan", arguments.target.name()).raw("decorations", &array([group.end()]));
        }
        Does::Span => {}
    }
    let mut life = Object::new();
    if !arguments.forever {
        life.string("expiresAfter", &arguments.expires);
    }
    if let Some(hits) = arguments.max_hits {
        life.number("maxHits", hits);
    }
    if let Some(every) = arguments.every {
        life.number("every", every);
    }
    let life = life.end();
    if life != "{}" {
        object.raw("life", &life);
    }
    let text = object.end();
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

struct Sources<'a> {
    engine: &'a Engine,
    console: &'a Console,
}

impl Sources<'_> {
    /// The JSON of a program.
    fn json(&self, kind: ProgramKind, text: &str) -> Result<String, Failure> {
        let named = NamedSource::typed(text);
        self.engine.to_json(kind, named.source()).map_err(|error| {
            self.console.report(&named.unread(), &error.diagnostics);
            Failure::Told(Status::Expression)
        })
    }

    /// The JSON of an expression with its text.
    fn expression(&self, kind: ProgramKind, text: &str) -> Result<String, Failure> {
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
