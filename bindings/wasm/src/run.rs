//! Programs over data.

use std::rc::Rc;

use probelang::Answer;
use probelang::data::text::{self, Object, array};
use probelang::data::{InSource, SideBySide};
use probelang::diagnostic::SourceText;
use probelang::dialect::Preset;
use probelang::hints::Around;
use probelang::host::{Budget, Names};
use probelang::output::TextLimits;
use probelang::snapshot::{Document, Input, Vars, View};
use probelang::trace::{ShownElement, TraceLimits};

use crate::Outcome;
use crate::kept::{self, Compiled, Data, Kept};
use crate::options::{Options, Page, preset};
use crate::reply::{self, EXPRESSION, Misuse};

/// What a run is made of, or the JSON of its diagnostics.
enum Ready {
    Run(Box<Run>),
    Wrong(String),
}

/// A program and what it runs over.
struct Run {
    compiled: Compiled,
    data: Over,
}

/// The data of a run with variables laid over it.
struct Over {
    data: Option<Rc<Kept>>,
    empty: Document,
    vars: Vars,
}

impl Over {
    /// The data that options name, or what is wrong with it.
    fn read(options: &Options) -> Result<Result<Self, String>, Misuse> {
        let data = options.data()?;
        match data.as_deref() {
            Some(Kept::Data(Err(diagnostics))) => return Ok(Err(diagnostics.clone())),
            Some(Kept::Data(Ok(_))) | None => {}
            Some(_) => return Err(Misuse::new("the data is a schema or a program")),
        }
        let (vars, wrong) = options.vars();
        if let Some(first) = wrong.into_iter().next() {
            return Ok(Err(first));
        }
        let empty = match Document::parse(b"{}") {
            Ok(empty) => empty,
            Err(error) => return Ok(Err(kept::unusable("<data>", None, &error))),
        };
        Ok(Ok(Self { data, empty, vars }))
    }

    fn data(&self) -> Option<&Data> {
        match self.data.as_deref()? {
            Kept::Data(data) => data.as_deref().ok(),
            Kept::Schema(_) | Kept::Program(_) => None,
        }
    }

    fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        self.data()
            .map_or_else(|| self.empty.view(names), |data| data.input.view(names))
            .with_vars(&self.vars)
    }

    /// The recorded frames that have a name. Each is read again, which only a fault asks for.
    fn frames_with(&self, name: &str) -> Vec<String> {
        let Some(Data { text, mode, index, input, policy, .. }) = self.data() else { return Vec::new() };
        let others = input.frames.iter().filter(|frame| Some(*frame) != input.frame.as_ref());
        let has = |frame: &&String| {
            let read = Input::read(text.as_bytes(), *mode, *index, Some(frame), policy);
            read.is_ok_and(|read| read.names().contains(&name))
        };
        others.filter(has).cloned().collect()
    }
}

/// What a message shows.
fn text_limits(options: &Options) -> TextLimits {
    let limits = TextLimits::default();
    limits
        .with_depth(options.max_depth.unwrap_or(limits.depth))
        .with_items(options.max_items.unwrap_or(limits.items))
        .with_fields(options.max_fields.unwrap_or(limits.fields))
        .with_string(options.max_string.unwrap_or(limits.string))
        .with_message(options.max_message.unwrap_or(limits.message))
}

/// Compiles the source, or takes the program that was compiled before, and reads the data.
fn ready(source: &str, options: &Options) -> Result<Ready, Misuse> {
    let data = match Over::read(options)? {
        Ok(data) => data,
        Err(diagnostics) => return Ok(Ready::Wrong(diagnostics)),
    };
    let redaction = options.redaction_over(data.data());
    let compiled = match options.program.map(kept::get).transpose()?.as_deref() {
        None => kept::compiled(&options.engine()?.policy(redaction.policy()?), source, options)?,
        Some(Kept::Program(Ok(compiled))) if !compiled.hides.hides_texts_of(&redaction) => {
            return Err(Misuse::new(
                "the call or its data hides more of texts than the program was compiled to hide: \
                 give the program the same redaction",
            ));
        }
        Some(Kept::Program(compiled)) => compiled.clone(),
        Some(Kept::Schema(_) | Kept::Data(_)) => return Err(Misuse::new("it is not a program")),
    };
    Ok(match compiled {
        Ok(compiled) => Ready::Run(Box::new(Run { compiled, data })),
        Err(diagnostics) => Ready::Wrong(diagnostics),
    })
}

impl Run {
    fn answer(&self, options: &Options) -> Answer {
        let mut names = Names::new();
        let bound = self.compiled.program.bind(&mut names).with_text_limits(text_limits(options));
        let view = self.data.view(&names);
        let answer = bound.run(&view, &mut Budget::new(options.run_limits(), &Page));
        let elsewhere = |name: &str| self.data.frames_with(name);
        let around = match self.data.data() {
            None => Around::default().with_no_input(Some("no data was given")),
            Some(Data { input, .. }) => match &input.frame {
                Some(frame) => Around::default().with_frame(frame, &elsewhere),
                None => Around::default(),
            },
        };
        answer.with_hints(&view, || view.scope(), &around)
    }

    /// The text that faults count in.
    fn text(&self) -> SourceText<'_> {
        match self.compiled.program.source() {
            "" => SourceText::nowhere(EXPRESSION),
            text => SourceText::new(EXPRESSION, text),
        }
    }
}

/// A run that could not begin.
fn wrong(diagnostics: &str) -> Object {
    let mut object = Object::new();
    object.string("status", "error");
    object.raw("diagnostics", diagnostics);
    object
}

/// The value of an expression, a condition or a metric.
pub fn evaluate(source: &str, options: &Options) -> Outcome {
    let run = match ready(source, options)? {
        Ready::Run(run) => run,
        Ready::Wrong(diagnostics) => return Ok(wrong(&diagnostics).end()),
    };
    let mut object = Object::new();
    match run.answer(options) {
        Answer::Fault(fault) => {
            object
                .string("status", Answer::Fault(fault.clone()).status())
                .serialized("fault", &InSource::new(&fault, &run.text()));
        }
        answer => {
            object.string("status", "ok").raw("value", &answer.to_json().unwrap_or_default());
        }
    }
    object.raw("diagnostics", &run.compiled.warnings);
    Ok(options.integers.write(object.end()))
}

/// The message of a template.
pub fn render(source: &str, options: &Options) -> Outcome {
    let run = match ready(source, options)? {
        Ready::Run(run) => run,
        Ready::Wrong(diagnostics) => {
            let mut object = wrong(&diagnostics);
            object.string("text", "").raw("errors", "[]").boolean("truncated", false);
            return Ok(object.end());
        }
    };
    let mut object = Object::new();
    match run.answer(options) {
        Answer::Message(message) => {
            object
                .string("status", "ok")
                .string("text", &message.text)
                .serialized("errors", &InSource::new(message.errors.as_slice(), &run.text()))
                .boolean("truncated", message.truncated);
        }
        Answer::Fault(fault) => {
            object
                .string("status", Answer::Fault(fault.clone()).status())
                .string("text", "")
                .raw("errors", "[]")
                .boolean("truncated", false)
                .serialized("fault", &InSource::new(&fault, &run.text()));
        }
        Answer::Truth(_) | Answer::Number(_) | Answer::Value(_) => {
            return Err(Misuse::new("only a template is rendered"));
        }
    }
    object.raw("diagnostics", &run.compiled.warnings);
    Ok(object.end())
}

/// What every part of a program gave.
pub fn trace(source: &str, options: &Options) -> Outcome {
    let run = match ready(source, options)? {
        Ready::Run(run) => run,
        Ready::Wrong(diagnostics) => return Ok(wrong(&diagnostics).end()),
    };
    let Some(traced) = run.compiled.program.traced() else {
        return Err(Misuse::new("a program from an artifact has no source to trace"));
    };
    let mut names = Names::new();
    let bound = traced.bind(&mut names);
    let view = run.data.view(&names);
    let limits = TraceLimits::default();
    let mut trace = bound.run(&view, &mut Budget::new(options.run_limits(), &Page), &limits);
    if !options.elements.is_empty() {
        let text = run.text();
        let elements: Vec<ShownElement> = options
            .elements
            .iter()
            .map(|element| ShownElement {
                start: text.lines().from_utf16(element.start),
                index: element.index,
            })
            .collect();
        bound.show(&mut trace, &elements, &view, &mut Budget::new(options.run_limits(), &Page), &limits);
    }
    let status = match trace.answer.status() {
        "false" => "ok",
        status => status,
    };
    let mut object = Object::new();
    object
        .string("status", status)
        .serialized("trace", &InSource::new(&trace, &run.text()))
        .raw("diagnostics", &run.compiled.warnings);
    Ok(options.integers.write(object.end()))
}

/// The code of a program, line by line.
pub fn disassemble(source: &str, options: &Options) -> Outcome {
    let compiled = match kept::compiled(&options.engine()?, source, options)? {
        Ok(compiled) => compiled,
        Err(diagnostics) => {
            let mut object = Object::new();
            object.boolean("ok", false).raw("lines", "[]").raw("diagnostics", &diagnostics);
            return Ok(object.end());
        }
    };
    let source = SourceText::new(EXPRESSION, compiled.program.source());
    let lines = compiled.program.listing().into_iter().map(|line| {
        let mut object = Object::new();
        object.string("text", &line.text);
        match &line.span {
            Some(span) => object.serialized("span", &InSource::new(span, &source)),
            None => object.raw("span", "null"),
        };
        object.end()
    });
    let mut object = Object::new();
    object.boolean("ok", true).raw("lines", &array(lines)).raw("diagnostics", &compiled.warnings);
    Ok(object.end())
}

/// The answers of several dialects.
pub fn diff(source: &str, options: &Options) -> Outcome {
    let base = options.base.as_deref().map_or(Ok(Preset::Portable), preset)?;
    let others: Vec<Preset> = match options.dialects.as_slice() {
        [] => Preset::ALL.into_iter().collect(),
        names => names.iter().map(|name| preset(name)).collect::<Result<_, _>>()?,
    };
    let data = match Over::read(options)? {
        Ok(data) => data,
        Err(diagnostics) => return Ok(wrong(&diagnostics).end()),
    };
    let engine = options.engine()?.policy(options.redaction_over(data.data()).policy()?);
    let source = options.source(source);
    let comparison = match engine.compare(options.kind(source)?, source) {
        Ok(comparison) => comparison,
        Err(error) => return Ok(wrong(&reply::of_error(&error)).end()),
    };
    let answers = comparison.over(&data.view(comparison.names()), base, &others);
    let sides = text::of(&SideBySide { base, answers: &answers });
    let sides = sides.strip_prefix('{').and_then(|sides| sides.strip_suffix('}')).unwrap_or_default();
    let json = format!(r#"{{"status":"ok",{sides},"diagnostics":[]}}"#);
    Ok(options.integers.write(json))
}
