//! Programs over arrays of Arrow: over JSON texts, and over columns.
//!
//! Each entry is one run with a budget of its own, whatever becomes of the others. No object of Python is touched between the
//! first and the last, so that the GIL is free meanwhile.

mod answers;
mod capsule;
mod columns;
mod texts;

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray, new_empty_array};
use probelang::diagnostic::{Code, input};
use probelang::host::{Allowance, Host, Names, Number, SystemClock};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode, Snapshot};
use probelang::{Bound as Linked, InputError, Program, RawFault, Verdict};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

pub use answers::Answers;
use answers::{Answer, Builder, Faults};
use capsule::{Given, broken};
use columns::Columns;
use texts::Texts;

use crate::errors;
use crate::program::Compiled;
use crate::settings::no_such;

/// Rows between two looks at whether somebody wants to interrupt the call.
const ROWS: usize = 16_384;

/// How an array is taken, as the keywords say.
#[derive(Clone, Copy)]
pub struct Options<'o> {
    pub faults: &'o str,
    pub input: &'o str,
    pub frame: Option<&'o str>,
}

/// Why a row has no answer.
pub enum Fault {
    Run(RawFault),
    Input { code: Code, message: String },
}

impl Fault {
    fn code(&self) -> Code {
        match self {
            Self::Run(raw) => raw.code,
            Self::Input { code, .. } => *code,
        }
    }

    fn input(code: Code, message: impl Into<String>) -> Self {
        Self::Input { code, message: message.into() }
    }
}

impl From<InputError> for Fault {
    fn from(error: InputError) -> Self {
        Self::input(error.code, error.to_string())
    }
}

/// A program, bound to the names of JSON texts and columns.
enum Ready {
    Condition(Linked<probelang::Condition>),
    Template(Linked<probelang::Template>),
    Metric(Linked<probelang::Metric>),
    Value(Linked<probelang::Expression>),
}

impl Ready {
    fn new(program: &Program, names: &mut Names) -> Option<Self> {
        let program = || program.clone();
        Some(if let Ok(condition) = probelang::Condition::try_from(program()) {
            Self::Condition(condition.bind(names))
        } else if let Ok(template) = probelang::Template::try_from(program()) {
            Self::Template(template.bind(names))
        } else if let Ok(metric) = probelang::Metric::try_from(program()) {
            Self::Metric(metric.bind(names))
        } else {
            Self::Value(probelang::Expression::try_from(program()).ok()?.bind(names))
        })
    }

    /// The answer over a host; a text goes to `text`.
    #[inline]
    fn answer(&self, host: &dyn Host, allowance: Allowance, text: &mut String) -> Result<Answer, Fault> {
        let budget = &mut allowance.budget(Some(&SystemClock));
        text.clear();
        match self {
            Self::Condition(condition) => match condition.test(host, budget) {
                Verdict::Matched => Ok(Answer::Truth(true)),
                Verdict::NotMatched => Ok(Answer::Truth(false)),
                Verdict::Failed(raw) => Err(Fault::Run(raw)),
            },
            Self::Metric(metric) => match metric.measure(host, budget) {
                #[expect(clippy::cast_precision_loss, reason = "a column of numbers has floats")]
                Ok(number) => Ok(Answer::Number(match number {
                    Number::Int(n) => n as f64,
                    Number::Uint(n) => n as f64,
                    Number::Float(n) => n,
                })),
                Err(raw) => Err(Fault::Run(raw)),
            },
            Self::Template(template) => {
                let rendered = template.render(host, budget, text);
                let first = rendered.errors.into_iter().find_map(|error| error.fault);
                Ok(Answer::Text(first.map(Fault::Run)))
            }
            Self::Value(expression) => match expression.eval(host, budget, text) {
                Ok(()) => Ok(Answer::Text(None)),
                Err(raw) => Err(Fault::Run(raw)),
            },
        }
    }

    fn fault(&self, raw: &RawFault) -> probelang::Fault {
        match self {
            Self::Condition(program) => program.fault(raw),
            Self::Template(program) => program.fault(raw),
            Self::Metric(program) => program.fault(raw),
            Self::Value(program) => program.fault(raw),
        }
    }
}

/// What a call needs for each row.
struct Job<'j> {
    bound: Ready,
    names: &'j Names,
    allowance: Allowance,
    policy: &'j Policy,
    faults: Faults,
    mode: Mode,
    frame: Option<&'j str>,
    reader: InputReader,
    snapshot: Snapshot,
    text: String,
    builder: Builder,
    /// Rows of the arrays before.
    before: usize,
}

/// What ends a call.
enum Stop {
    Raised(usize, Fault),
    Failed(PyErr),
}

/// Runs a program over each entry of an array.
///
/// # Errors
/// For options and arrays that it does not take, an interrupt, and with [`Faults::Raise`] the first fault.
pub fn run<P>(
    py: Python<'_>,
    compiled: &Compiled<P>,
    array: &Bound<'_, PyAny>,
    options: Options<'_>,
) -> PyResult<Answers> {
    let faults = match options.faults {
        "struct" => Faults::Struct,
        "null" => Faults::Null,
        "raise" => Faults::Raise,
        other => return Err(no_such("faults", other, &["struct", "null", "raise"])),
    };
    let mode = match options.input {
        "auto" => Mode::Auto,
        "plain" => Mode::Plain,
        "snapshot" => Mode::Snapshot,
        other => return Err(no_such("input", other, &["auto", "plain", "snapshot"])),
    };
    let given = Given::of(array)?;
    let data_type = given.data_type();
    let mut names = Names::new();
    let Some(bound) = Ready::new(&compiled.program, &mut names) else {
        return Err(PyTypeError::new_err("the program is of no kind"));
    };
    let mut job = Job {
        bound,
        names: &names,
        allowance: compiled.allowance,
        policy: compiled.engine.get().engine.redaction(),
        faults,
        mode,
        frame: options.frame,
        reader: InputReader::new().only(compiled.program.projection()),
        snapshot: Snapshot::default(),
        text: String::new(),
        builder: Builder::new(compiled.program.kind(), &data_type, faults),
        before: 0,
    };
    match given {
        Given::Array(array) => job.array(py, &array)?,
        Given::Stream(mut stream) => {
            // who makes the arrays may need the GIL for it, in another thread too
            while let Some(next) = py.detach(|| stream.next()) {
                job.array(py, &next.map_err(|error| broken(&error))?)?;
            }
            if job.before == 0 {
                rows_of(&new_empty_array(&data_type), &names)?;
            }
        }
    }
    job.builder.finish()
}

/// What the rows of an array are.
enum Rows<'a> {
    Texts(Texts),
    Columns(&'a StructArray, Columns<'a>),
}

fn rows_of<'a>(array: &'a ArrayRef, names: &'a Names) -> PyResult<Rows<'a>> {
    if let Some(rows) = array.as_struct_opt() {
        return Ok(Rows::Columns(rows, Columns::new(rows, names)));
    }
    Texts::of(array).map(Rows::Texts).ok_or_else(|| {
        let given = array.data_type();
        PyTypeError::new_err(format!(
            "an array of JSON texts or of structs is needed, and this is one of {given}"
        ))
    })
}

impl Job<'_> {
    /// Runs over all entries of one array.
    fn array(&mut self, py: Python<'_>, array: &ArrayRef) -> PyResult<()> {
        let mut rows = rows_of(array, self.names)?;
        let len = array.len();
        let mut from = 0;
        while from < len {
            let to = from.saturating_add(ROWS).min(len);
            let done = py.detach(|| match &mut rows {
                Rows::Texts(texts) => self.texts(texts, from..to),
                Rows::Columns(rows, columns) => self.columns(rows, columns, from..to),
            });
            done.map_err(|stop| self.raised(py, stop))?;
            py.check_signals()?;
            from = to;
        }
        self.before = self.before.saturating_add(len);
        Ok(())
    }

    fn texts(&mut self, texts: &Texts, rows: Range<usize>) -> Result<(), Stop> {
        for row in rows {
            let answer = texts.get(row).map(|text| self.text(text));
            self.add(row, answer)?;
        }
        Ok(())
    }

    fn columns(
        &mut self,
        rows: &StructArray,
        columns: &mut Columns<'_>,
        range: Range<usize>,
    ) -> Result<(), Stop> {
        for row in range {
            columns.row = row;
            if rows.is_null(row) {
                self.add(row, None)?;
                continue;
            }
            if let Ready::Condition(condition) = &self.bound {
                // as below, without what only others need
                match condition.test(columns, &mut self.allowance.budget(Some(&SystemClock))) {
                    Verdict::Matched => self.builder.add_truth(true),
                    Verdict::NotMatched => self.builder.add_truth(false),
                    Verdict::Failed(raw) => self.add(row, Some(Err(Fault::Run(raw))))?,
                }
                continue;
            }
            let answer = self.bound.answer(columns, self.allowance, &mut self.text);
            self.add(row, Some(answer))?;
        }
        Ok(())
    }

    /// The answer over a text. A condition holds for several inputs where it holds for one of them.
    fn text(&mut self, json: &[u8]) -> Result<Answer, Fault> {
        let items = self.reader.read(json, self.mode)?;
        let count = items.len();
        let is_condition = matches!(self.bound, Ready::Condition(_));
        let mut found: Option<Result<Answer, Fault>> = None;
        for item in items {
            let item = item?;
            if count > 1 && !is_condition {
                let code = match item {
                    Item::Plain(_) => input::NO_OBJECT,
                    Item::Recorded(_) => input::NO_SNAPSHOT,
                };
                return Err(Fault::input(
                    code,
                    format!("the text contains {count} inputs, and an entry is one"),
                ));
            }
            let answer = match item {
                Item::Plain(_) if self.frame.is_some() => Err(Fault::input(
                    input::NO_SUCH_FRAME,
                    "`frame` is for snapshots, and this is a plain document",
                )),
                Item::Plain(plain) => {
                    self.bound.answer(&plain.view(self.names), self.allowance, &mut self.text)
                }
                Item::Recorded(recorded) => {
                    match recorded.open_into(self.frame, self.policy, &mut self.snapshot) {
                        Ok(()) => {
                            let view = self.snapshot.view(self.names);
                            self.bound.answer(&view, self.allowance, &mut self.text)
                        }
                        Err(error) => Err(error.into()),
                    }
                }
            };
            match (&found, &answer) {
                (_, Ok(Answer::Truth(true))) => return answer,
                // no answer says more than that it does not hold
                (None, _) | (Some(Ok(_)), Err(_)) => found = Some(answer),
                (Some(_), _) => {}
            }
        }
        found.unwrap_or_else(|| Err(Fault::input(input::NO_SNAPSHOT, "the array is empty")))
    }

    /// Adds what came of a row, nothing for null.
    #[inline]
    fn add(&mut self, row: usize, answer: Option<Result<Answer, Fault>>) -> Result<(), Stop> {
        let added = match answer {
            None => self.builder.add(None, "", None),
            Some(Ok(answer)) => {
                let code = match &answer {
                    Answer::Text(Some(fault)) => Some(fault.code().text()),
                    Answer::Text(None) | Answer::Truth(_) | Answer::Number(_) => None,
                };
                self.builder.add(Some(&answer), &self.text, code)
            }
            Some(Err(fault)) if self.faults == Faults::Raise => {
                return Err(Stop::Raised(self.before.saturating_add(row), fault));
            }
            Some(Err(fault)) => self.builder.add(None, "", Some(fault.code().text())),
        };
        added.map_err(Stop::Failed)
    }

    /// What ended the call as an exception, with the row.
    #[cold]
    fn raised(&self, py: Python<'_>, stop: Stop) -> PyErr {
        match stop {
            Stop::Failed(error) => error,
            Stop::Raised(row, Fault::Run(raw)) => {
                errors::in_row(py, errors::fault(py, &self.bound.fault(&raw)), row)
            }
            Stop::Raised(row, Fault::Input { code, message }) => {
                errors::in_row(py, errors::input(py, code, &message), row)
            }
        }
    }
}
