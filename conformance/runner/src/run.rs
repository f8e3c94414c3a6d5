//! Running the cases of files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use probelang::ProgramKind;
use probelang::dialect::{Dialect, Preset};
use probelang::syntax::Tree;
use serde::Serialize;

use crate::answer::Outcome;
use crate::case::Case;
use crate::engine::{Engine, Setup};
use crate::forms::{self, Form};
use crate::judge;
use crate::ledger::Ledger;
use crate::tagged;

/// What a file came to.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// The path as it was given, or found in a directory that was given.
    pub path: String,
    /// Lines that hold, or should hold, a case.
    pub cases: usize,
    /// Cases met.
    pub passed: usize,
    /// Cases not met.
    pub failed: usize,
    /// Cases not met that the ledger explains.
    pub ledger: usize,
    /// The cases not met.
    pub failures: Vec<Failed>,
    /// Where the cases come from, for the table.
    #[serde(skip)]
    pub source: String,
}

/// A case that is not met.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Failed {
    /// The case.
    pub id: String,
    /// What it expects.
    pub expected: String,
    /// What came instead.
    pub actual: String,
}

/// A file that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// A file of cases, one a line.
#[derive(Debug)]
pub struct CaseFile {
    /// Its path.
    pub path: String,
    /// Its cases.
    pub lines: Vec<Line>,
}

/// A line of a file of cases.
#[derive(Debug)]
pub struct Line {
    /// The id of the case, or which line it is.
    pub id: String,
    /// The case, or what is wrong with the line.
    pub case: Result<Case, String>,
}

/// Reads files of cases; of a directory all `*.ndjson` in it, by name.
///
/// # Errors
/// The first that cannot be read.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<CaseFile>, Unreadable> {
    let mut files = Vec::new();
    for path in paths {
        let unreadable = |why: String| Unreadable { path: path.clone(), why };
        if !path.is_dir() {
            files.push(read_file(path)?);
            continue;
        }
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| unreadable(error.to_string()))? {
            let inside = entry.map_err(|error| unreadable(error.to_string()))?.path();
            if inside.extension().is_some_and(|extension| extension == "ndjson") {
                found.push(inside);
            }
        }
        if found.is_empty() {
            return Err(unreadable("no *.ndjson in this directory".to_owned()));
        }
        found.sort();
        for inside in found {
            files.push(read_file(&inside)?);
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<CaseFile, Unreadable> {
    let bytes = std::fs::read(path)
        .map_err(|error| Unreadable { path: path.to_path_buf(), why: error.to_string() })?;
    Ok(CaseFile { path: path.display().to_string(), lines: read_lines(&bytes) })
}

/// The lines of a file that are not empty.
#[must_use]
pub fn read_lines(bytes: &[u8]) -> Vec<Line> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(at, line)| {
            let case = Case::read(line);
            let id = match &case {
                Ok(case) => case.id.clone(),
                Err(_) => Case::id_of(line).unwrap_or_else(|| format!("line {}", at + 1)),
            };
            Line { id, case }
        })
        .collect()
}

/// Runs cases.
pub struct Runner<'e> {
    /// On what.
    pub engine: &'e dyn Engine,
    /// Under which preset, if not that of each source.
    pub dialect: Option<Preset>,
    /// What is known not to be met.
    pub ledger: &'e Ledger,
}

impl Runner<'_> {
    /// Runs the cases of a file.
    #[must_use]
    pub fn file(&self, file: &CaseFile) -> FileReport {
        let mut report = FileReport {
            path: file.path.clone(),
            cases: file.lines.len(),
            passed: 0,
            failed: 0,
            ledger: 0,
            failures: Vec::new(),
            source: source_of(file),
        };
        for line in &file.lines {
            let failure = self.line(line);
            let entry = self.ledger.get(&line.id);
            match (failure, entry) {
                (None, Some(entry)) if self.dialect.is_none() => {
                    report.failed += 1;
                    report.failures.push(Failed {
                        id: line.id.clone(),
                        expected: format!("not met, says the ledger: {}", entry.why),
                        actual: "met: take it out of the ledger".to_owned(),
                    });
                }
                (None, _) => report.passed += 1,
                (Some(_), Some(_)) => report.ledger += 1,
                (Some(failure), None) => {
                    report.failed += 1;
                    report.failures.push(failure);
                }
            }
        }
        report
    }

    fn line(&self, line: &Line) -> Option<Failed> {
        let failed =
            |expected: String, actual: String| Some(Failed { id: line.id.clone(), expected, actual });
        let case = match &line.case {
            Ok(case) => case,
            Err(why) => return failed("a case".to_owned(), format!("cannot be run: {why}")),
        };
        let dialect = match self.dialect.map_or_else(|| case.preset(), Ok) {
            Ok(preset) => preset.dialect(),
            Err(why) => return failed(expected(case), format!("cannot be run: {why}")),
        };
        let forms = forms::read(case);
        let misses = misses(self.engine, case, &forms, dialect);
        if misses.is_empty() {
            return None;
        }
        let must_be_refused =
            forms.iter().all(|form| form.must_be_refused || !misses.iter().any(|miss| miss.0 == form.name));
        let expected = if must_be_refused { "refused in text".to_owned() } else { expected(case) };
        let actual = misses.iter().map(|(form, actual)| format!("{form}: {actual}")).collect::<Vec<_>>();
        failed(expected, actual.join("; "))
    }
}

/// The forms of a case that miss its expectation under a dialect, each with what came instead.
#[must_use]
pub fn misses(
    engine: &dyn Engine,
    case: &Case,
    forms: &[Form],
    dialect: Dialect,
) -> Vec<(&'static str, String)> {
    let mut misses = Vec::new();
    for form in forms {
        if form.must_be_refused {
            if form.tree.is_ok() {
                misses.push((form.name, "not refused".to_owned()));
            }
            continue;
        }
        if let Err(actual) = one(engine, case, form, dialect) {
            misses.push((form.name, actual));
        }
    }
    misses
}

/// Runs and judges one form; what came instead where it misses.
fn one(engine: &dyn Engine, case: &Case, form: &Form, dialect: Dialect) -> Result<(), String> {
    let unrunnable = |why: String| format!("cannot be run: {why}");
    let world = tagged::world(case).map_err(unrunnable)?;
    let outcome = match &form.tree {
        Ok(tree) => run(engine, tree, &Setup::new(case, compiled_as(case), dialect), &world),
        Err(why) => Outcome::Refused(why.clone()),
    };
    if world.was_trap_touched() {
        return Err(format!("a trap was touched; {outcome}"));
    }
    if judge::passes(case, &outcome, &world).map_err(unrunnable)? { Ok(()) } else { Err(outcome.to_string()) }
}

fn run(engine: &dyn Engine, tree: &Tree, setup: &Setup, world: &crate::world::World) -> Outcome {
    // no input may end the run of all the others, whatever an engine does
    catch_unwind(AssertUnwindSafe(|| engine.run(tree, setup, world))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Outcome::Unrunnable(format!("the engine panicked: {}", text.unwrap_or_default()))
    })
}

/// A condition decides; where a case expects another value of one, its value is asked for.
fn compiled_as(case: &Case) -> ProgramKind {
    let kind = forms::kind(case);
    let is_decision = matches!(case.expect.value, None | Some(crate::json::Json::Bool(_)));
    if kind == ProgramKind::Condition && !is_decision { ProgramKind::Value } else { kind }
}

/// What a case expects, in words.
fn expected(case: &Case) -> String {
    match (&case.expect.error, &case.expect.value) {
        (Some(kind), _) => format!("error: {kind}"),
        (None, Some(value)) => match &case.expect.errors {
            Some(errors) => format!("{value}, with {} errors", errors.len()),
            None => value.to_string(),
        },
        (None, None) => "nothing that this runner knows".to_owned(),
    }
}

/// The source of the cases of a file.
fn source_of(file: &CaseFile) -> String {
    let mut sources: Vec<&str> = file
        .lines
        .iter()
        .filter_map(|line| line.case.as_ref().ok())
        .map(|case| case.source.as_str())
        .collect();
    sources.sort_unstable();
    sources.dedup();
    match sources.as_slice() {
        [] => "–".to_owned(),
        [one] => (*one).to_owned(),
        _ => "several".to_owned(),
    }
}
