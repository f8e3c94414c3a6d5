//! Settings, compiling, and tools for authors.

use probelang::data::InSource;
use probelang::data::text;
use probelang::diagnostic::SourceText;
use probelang::{Program, ProgramKind, Source};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::errors::{self, EXPRESSION};
use crate::names::{Resolving, Symbols};
use crate::plain;
use crate::program::{Compiled, Condition, Expression, Metric, Origin, Template};
use crate::settings::{Message, Settings, no_such};

/// The settings that programs are compiled and run with.
///
/// It is immutable, can be shared by threads, and can be pickled. Every setting has a default:
///
/// * `dialect`: the runtime whose answers are given, such as `"python"`; by default `"portable"`.
/// * `redact`, `redact_exclude`: names that are hidden besides the built-in ones, and names that are not.
/// * `redact_types`: types whose values are hidden; `*` matches any text.
/// * `redaction`: what of texts is hidden because of what they say: `"off"`, the default; `"targeted"`, what looks like a secret;
///   or `"strict"`, all of them. Expressions see the texts; what they give does not show what is hidden.
/// * `redact_shapes`, `no_redact_shapes`: shapes of secrets that are looked for too, such as `"email"`, and that are not.
/// * `redact_patterns`: patterns of your own for secrets, as a dict of names; they are written as those of `matches`. Without
///   `redaction` they and `redact_shapes` ask for `"targeted"`.
/// * `steps`, `deadline`: what one run may spend: 1,000,000 steps, and 0.05 seconds.
/// * `message_depth`, `message_items`, `message_fields`, `message_string`, `message_length`: what a message shows of each
///   value, and how long it is.
/// * `schema`: what is known of the names in scope, for `check`, `complete` and `hover`: a dict, or its JSON.
/// * `strict`: rejects programs with an operation that is certain to fail.
/// * `targets`: dialects; `check` reports where they would answer differently.
/// * `max_cost`: rejects programs that may take more steps.
#[pyclass(frozen, module = "probelang")]
pub struct Engine {
    pub engine: probelang::Engine,
    pub settings: Settings,
}

/// What a source is, by the object that it is given as.
fn read(given: &Bound<'_, PyAny>, form: &str) -> PyResult<(String, &'static str)> {
    let form = match form {
        "text" => "text",
        "json" => "json",
        other => return Err(no_such("form", other, &["text", "json"])),
    };
    match given.cast::<PyString>() {
        Ok(text) => Ok((text.to_str()?.to_owned(), form)),
        Err(_) => Ok((plain::to_json(given)?, "json")),
    }
}

impl Engine {
    /// A program of this engine or another. It obeys the redaction that it was compiled with.
    ///
    /// # Errors
    /// `ValueError` where that shows texts that this engine hides.
    fn traceable<P>(&self, compiled: &Compiled<P>) -> PyResult<Program> {
        let (own, asked) = (compiled.engine.get().engine.redaction().mode(), self.engine.redaction().mode());
        if own < asked {
            let message = format!(
                "the program was compiled with `redaction=\"{own}\"`: compile it with \"{asked}\" to trace it so"
            );
            return Err(PyValueError::new_err(message));
        }
        Ok(compiled.program.clone())
    }
}

/// A source as the engine takes it.
fn as_source<'s>(source: &'s str, form: &str) -> Source<'s> {
    if form == "json" { Source::Json(source) } else { Source::Text(source) }
}

/// A kind by its name; of a source that nobody named, a Boolean is a condition, as the command has it.
fn inferred(engine: &probelang::Engine, name: Option<&str>, source: Source<'_>) -> PyResult<ProgramKind> {
    if name.is_none() { Ok(engine.inferred_kind(source)) } else { kind(name, source) }
}

/// A kind by its name; that of a source which nobody named by its form.
fn kind(name: Option<&str>, source: Source<'_>) -> PyResult<ProgramKind> {
    let Some(name) = name else { return Ok(source.usual_kind()) };
    ProgramKind::find(name).ok_or_else(|| no_such("kind", name, &ProgramKind::ALL.map(ProgramKind::name)))
}

/// The byte of a place that Python counts in characters.
fn byte(text: &str, characters: usize) -> PyResult<u32> {
    let byte = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(characters);
    let byte = byte.and_then(|at| u32::try_from(at).ok());
    byte.ok_or_else(|| PyValueError::new_err(format!("there is no character {characters} in the text")))
}

/// The warnings of a program, with their places.
pub fn warnings<'py>(py: Python<'py>, program: &Program) -> PyResult<Bound<'py, PyAny>> {
    let text = match program.source() {
        "" => SourceText::nowhere(EXPRESSION),
        text => SourceText::new(EXPRESSION, text),
    };
    plain::from_json(py, &text::of(&InSource::new(program.warnings(), &text)))
}

macro_rules! compile {
    ($slf:ident, $py:ident, $given:ident, $form:ident, $kind:ident, $class:ident) => {{
        let (source, form) = read($given, $form)?;
        let compiled = $slf.get().engine.$kind(as_source(&source, form));
        let program = compiled.map_err(|error| errors::compile($py, &error))?;
        let origin = Origin::Source { source, form };
        let untyped = program.program().clone();
        let mut symbols = Symbols::default();
        let linked = program.bind(&mut Resolving(&mut symbols, $py));
        Compiled::new(untyped, linked, symbols, $slf, origin).map($class)
    }};
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (
        *, dialect="portable", redact=vec![], redact_exclude=vec![], redact_types=vec![], redaction=None,
        redact_shapes=vec![], no_redact_shapes=vec![], redact_patterns=None, steps=1_000_000, deadline=0.05, message_depth=None, message_items=None, message_fields=None, message_string=None,
        message_length=None, schema=None, strict=false, targets=vec![], max_cost=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        py: Python<'_>,
        dialect: &str,
        redact: Vec<String>,
        redact_exclude: Vec<String>,
        redact_types: Vec<String>,
        redaction: Option<String>,
        redact_shapes: Vec<String>,
        no_redact_shapes: Vec<String>,
        redact_patterns: Option<&Bound<'_, PyDict>>,
        steps: u64,
        deadline: f64,
        message_depth: Option<usize>,
        message_items: Option<usize>,
        message_fields: Option<usize>,
        message_string: Option<usize>,
        message_length: Option<usize>,
        schema: Option<&Bound<'_, PyAny>>,
        strict: bool,
        targets: Vec<String>,
        max_cost: Option<u64>,
    ) -> PyResult<Self> {
        let usual = Message::default();
        let schema = match schema {
            None => None,
            Some(given) => Some(match given.cast::<PyString>() {
                Ok(text) => text.to_str()?.to_owned(),
                Err(_) => plain::to_json(given)?,
            }),
        };
        let settings = Settings {
            dialect: dialect.to_owned(),
            redact,
            redact_exclude,
            redact_types,
            redaction,
            redact_shapes,
            no_redact_shapes,
            redact_patterns: match redact_patterns {
                None => Vec::new(),
                Some(patterns) => patterns
                    .iter()
                    .map(|(name, pattern)| Ok((name.extract()?, pattern.extract()?)))
                    .collect::<PyResult<_>>()?,
            },
            targets,
            strict,
            max_cost,
            schema,
            steps,
            deadline,
            message: Message {
                depth: message_depth.unwrap_or(usual.depth),
                items: message_items.unwrap_or(usual.items),
                fields: message_fields.unwrap_or(usual.fields),
                string: message_string.unwrap_or(usual.string),
                length: message_length.unwrap_or(usual.length),
            },
        };
        Ok(Self { engine: settings.engine(py)?, settings })
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        Ok((PyTuple::empty(py), self.settings.keywords(py)?))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.settings == other.settings
    }

    fn __repr__(&self) -> String {
        format!("Engine(dialect={:?})", self.settings.dialect)
    }

    /// Compiles a condition.
    ///
    /// The source is text; or wire JSON, as text with `form="json"`, or as objects: a dict such as
    /// `{"gt": [{"ref": "n"}, 1]}` or `{"dsl": …, "json": …}`. Raises `CompileError`.
    #[pyo3(signature = (source, /, *, form="text"))]
    fn condition(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        form: &str,
    ) -> PyResult<Condition> {
        compile!(slf, py, source, form, condition, Condition)
    }

    /// Compiles a message template: text with `{expression}` parts, or its segments as JSON. As `condition`.
    #[pyo3(signature = (source, /, *, form="text"))]
    fn template(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        form: &str,
    ) -> PyResult<Template> {
        compile!(slf, py, source, form, template, Template)
    }

    /// Compiles a metric, an expression whose value is a number. As `condition`.
    #[pyo3(signature = (source, /, *, form="text"))]
    fn metric(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        form: &str,
    ) -> PyResult<Metric> {
        compile!(slf, py, source, form, metric, Metric)
    }

    /// Compiles an expression of any value. As `condition`.
    #[pyo3(signature = (source, /, *, form="text"))]
    fn expression(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        form: &str,
    ) -> PyResult<Expression> {
        compile!(slf, py, source, form, expression, Expression)
    }

    /// Loads a program from the bytes that `to_bytes` gave. Nothing in them is trusted. Raises `ArtifactError`.
    #[pyo3(signature = (artifact, /))]
    fn load<'py>(slf: &Bound<'py, Self>, py: Python<'py>, artifact: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        let program = slf.get().engine.load(artifact).map_err(|error| errors::artifact(py, &error))?;
        let origin = Origin::Artifact(artifact.to_vec());
        macro_rules! loaded {
            ($class:ident) => {{
                let typed = probelang::$class::try_from(program.clone())
                    .map_err(|wrong| PyValueError::new_err(wrong.to_string()))?;
                let mut symbols = Symbols::default();
                let linked = typed.bind(&mut Resolving(&mut symbols, py));
                let compiled = Compiled::new(program, linked, symbols, slf, origin)?;
                Ok(Bound::new(py, $class(compiled))?.into_any())
            }};
        }
        match program.kind() {
            ProgramKind::Condition => loaded!(Condition),
            ProgramKind::Template => loaded!(Template),
            ProgramKind::Metric => loaded!(Metric),
            ProgramKind::Value => loaded!(Expression),
        }
    }

    /// What is known of a source without running it: diagnostics, types, cost, the names that it reads. A dictionary.
    ///
    /// `kind` is `"condition"`, `"template"`, `"metric"` or `"value"`; without it an expression that gives a Boolean
    /// whatever it reads is a condition, any other a value. Places are in bytes, UTF-16 units, and lines
    /// and columns of characters.
    #[pyo3(signature = (source, /, *, kind=None, form="text"))]
    fn check<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        kind: Option<&str>,
        form: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (text, form) = read(source, form)?;
        let source = as_source(&text, form);
        let report = self.engine.check(inferred(&self.engine, kind, source)?, source);
        let text = match (&report.tree, source) {
            (Some(tree), _) => SourceText::new(EXPRESSION, tree.source()),
            (None, Source::Text(text)) => SourceText::new(EXPRESSION, text),
            (None, Source::Json(json)) => SourceText::unread_json(EXPRESSION, json),
        };
        plain::from_json(py, &text::of(&InSource::new(&report, &text)))
    }

    /// The source in canonical text. Raises `CompileError` where it cannot be read.
    #[pyo3(signature = (source, /, *, kind=None, form="text"))]
    fn format(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        kind: Option<&str>,
        form: &str,
    ) -> PyResult<String> {
        let (text, form) = read(source, form)?;
        let source = as_source(&text, form);
        self.engine.format(self::kind(kind, source)?, source).map_err(|error| errors::compile(py, &error))
    }

    /// The wire JSON of a source, as objects. Raises `CompileError` where it cannot be read.
    #[pyo3(signature = (source, /, *, kind=None, form="text"))]
    fn to_json<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'_, PyAny>,
        kind: Option<&str>,
        form: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (text, form) = read(source, form)?;
        let source = as_source(&text, form);
        let json = self.engine.to_json(self::kind(kind, source)?, source);
        plain::from_json(py, &json.map_err(|error| errors::compile(py, &error))?)
    }

    /// The source with its safe fixes applied: the text, and the titles of what was applied.
    #[pyo3(signature = (source, /, *, kind=None, form="text"))]
    fn fix(
        &self,
        source: &Bound<'_, PyAny>,
        kind: Option<&str>,
        form: &str,
    ) -> PyResult<(String, Vec<String>)> {
        let (text, form) = read(source, form)?;
        let source = as_source(&text, form);
        let fixed = self.engine.fix(inferred(&self.engine, kind, source)?, source);
        Ok((fixed.text, fixed.applied.into_iter().map(|applied| applied.title).collect()))
    }

    /// What can be written at a place in a text, the likeliest first: a list of dictionaries.
    ///
    /// The place is counted in characters. The text need not be valid.
    #[pyo3(signature = (source, offset, /, *, kind=None))]
    fn complete<'py>(
        &self,
        py: Python<'py>,
        source: &str,
        offset: usize,
        kind: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let kind = self::kind(kind, Source::Text(source))?;
        let candidates = self.engine.complete(kind, source, byte(source, offset)?);
        let text = SourceText::new(EXPRESSION, source);
        plain::from_json(py, &text::of(&InSource::new(candidates.as_slice(), &text)))
    }

    /// What is written at a place in a text, with its type: a dictionary, or `None` for nothing.
    #[pyo3(signature = (source, offset, /, *, kind=None))]
    fn hover<'py>(
        &self,
        py: Python<'py>,
        source: &str,
        offset: usize,
        kind: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let kind = self::kind(kind, Source::Text(source))?;
        let text = SourceText::new(EXPRESSION, source);
        let hover = self.engine.hover(kind, source, byte(source, offset)?);
        hover.map(|hover| plain::from_json(py, &text::of(&InSource::new(&hover, &text)))).transpose()
    }

    /// The tokens of a text, for highlighting: tuples of start, end (in characters) and class.
    #[pyo3(signature = (source, /, *, kind=None))]
    fn tokens(&self, source: &str, kind: Option<&str>) -> PyResult<Vec<(u32, u32, &'static str)>> {
        let kind = self::kind(kind, Source::Text(source))?;
        let mut at = (0, 0);
        let mut characters = |byte: u32| {
            let (from, counted) = at;
            let more = source.get(from as usize..byte as usize).map_or(0, |text| text.chars().count());
            at = (byte, u32::try_from(more).unwrap_or(u32::MAX).saturating_add(counted));
            at.1
        };
        Ok(probelang::tokens(kind, source)
            .into_iter()
            .map(|token| (characters(token.span.start), characters(token.span.end), token.class.name()))
            .collect())
    }

    /// Runs a program and explains what it gave: the value of each part, and what decided.
    ///
    /// The program is one of this package's, or a source, whose kind and form `kind` and `form` say. The variables are
    /// those of `Condition.test`.
    #[pyo3(signature = (program, variables=None, budget=None, /, *, kind=None, form="text"))]
    fn trace(
        slf: &Bound<'_, Self>,
        py: Python<'_>,
        program: &Bound<'_, PyAny>,
        variables: Option<&Bound<'_, PyAny>>,
        budget: Option<&Bound<'_, crate::program::Budget>>,
        kind: Option<&str>,
        form: &str,
    ) -> PyResult<crate::trace::Trace> {
        let compiled = if let Ok(program) = program.cast::<Condition>() {
            slf.get().traceable(&program.get().0)?
        } else if let Ok(program) = program.cast::<Template>() {
            slf.get().traceable(&program.get().0)?
        } else if let Ok(program) = program.cast::<Metric>() {
            slf.get().traceable(&program.get().0)?
        } else if let Ok(program) = program.cast::<Expression>() {
            slf.get().traceable(&program.get().0)?
        } else {
            let (text, form) = read(program, form)?;
            let source = as_source(&text, form);
            let kind = self::kind(kind, source)?;
            slf.get().engine.compile(kind, source).map_err(|error| errors::compile(py, &error))?
        };
        let Some(traced) = compiled.traced() else {
            return Err(PyTypeError::new_err("a program from an artifact has no source to trace"));
        };
        crate::trace::run(py, &traced, slf.get(), variables, budget)
    }

    /// Captures variables as a snapshot in the format of the tracers: limited, redacted, of a bounded size. JSON as text.
    ///
    /// The variables are those of `Condition.test`; with `expressions`, a dict of names and sources, these are captured in
    /// their place. `group` is `"locals"` or `"arguments"`. `max_depth`, `max_items`, `max_length`, `max_fields` bound each
    /// value, `max_size` the whole in bytes.
    #[pyo3(signature = (
        variables=None, budget=None, /, *, expressions=None, group="locals", max_depth=None, max_items=None,
        max_length=None, max_fields=None, max_size=1_048_576
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn capture(
        &self,
        py: Python<'_>,
        variables: Option<&Bound<'_, PyAny>>,
        budget: Option<&Bound<'_, crate::program::Budget>>,
        expressions: Option<&Bound<'_, PyDict>>,
        group: &str,
        max_depth: Option<usize>,
        max_items: Option<usize>,
        max_length: Option<usize>,
        max_fields: Option<usize>,
        max_size: usize,
    ) -> PyResult<String> {
        let limits = crate::capture::limits(max_depth, max_items, max_length, max_fields);
        let mut named = Vec::new();
        for (name, given) in expressions.into_iter().flat_map(|expressions| expressions.iter()) {
            let (text, form) = read(&given, "text")?;
            let program = self.engine.expression(as_source(&text, form));
            named.push((name.extract::<String>()?, program.map_err(|error| errors::compile(py, &error))?));
        }
        crate::capture::capture(py, self, variables, budget, &named, group, limits, max_size)
    }
}

/// What a code such as `"PL1003"` means, for people; `None` for an unknown one.
#[pyfunction]
#[pyo3(signature = (code, /))]
pub fn explain(code: &str) -> Option<String> {
    probelang::explain(code).map(|explanation| {
        format!("{} {}\n\n{}", explanation.code.text(), explanation.code.title(), explanation.text.trim_end())
    })
}
