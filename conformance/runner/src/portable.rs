//! The second run: every core case under `portable`, and on which rows the misses rest.

use probelang::dialect::{Dialect, Preset, deciding_rows};
use serde::Serialize;

use crate::engine::Engine;
use crate::forms;
use crate::ledger::Ledger;
use crate::run::{CaseFile, Failed, Line, misses};

/// What a file came to under `portable`.
#[derive(Debug, Serialize)]
pub struct PortableReport {
    /// The path.
    pub path: String,
    /// Core cases, and lines that are no case.
    pub cases: usize,
    /// Cases that the portable dialect meets.
    pub passed: usize,
    /// Cases that it does not meet, with the rows that make the difference.
    pub explained: Vec<Explained>,
    /// Cases that no rows explain and the ledger does.
    pub ledger: usize,
    /// Cases that nothing explains.
    pub failed: usize,
    /// Those cases.
    pub failures: Vec<Failed>,
}

/// A case that the portable dialect does not meet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explained {
    /// The case.
    pub id: String,
    /// The smallest set of rows that, switched to the choice of the source, make it pass.
    pub rows: Vec<&'static str>,
}

/// Runs the core cases of a file under `portable`.
#[must_use]
pub fn file(engine: &dyn Engine, ledger: &Ledger, file: &CaseFile) -> PortableReport {
    let mut report = PortableReport {
        path: file.path.clone(),
        cases: 0,
        passed: 0,
        explained: Vec::new(),
        ledger: 0,
        failed: 0,
        failures: Vec::new(),
    };
    for line in &file.lines {
        if line.case.as_ref().is_ok_and(|case| !case.is_core()) {
            continue;
        }
        report.cases += 1;
        match rows(engine, line) {
            Ok(rows) if rows.is_empty() => report.passed += 1,
            Ok(rows) => report.explained.push(Explained { id: line.id.clone(), rows }),
            Err(_) if ledger.get(&line.id).is_some() => report.ledger += 1,
            Err(failed) => {
                report.failed += 1;
                report.failures.push(failed);
            }
        }
    }
    report
}

/// The rows that the portable outcome rests on; none where the case passes.
fn rows(engine: &dyn Engine, line: &Line) -> Result<Vec<&'static str>, Failed> {
    let failed = |actual: String| {
        let expected = "rows of the dialect that make it pass".to_owned();
        Failed { id: line.id.clone(), expected, actual }
    };
    let case = line.case.as_ref().map_err(|why| failed(format!("cannot be run: {why}")))?;
    let preset = case.preset().map_err(|why| failed(format!("cannot be run: {why}")))?;
    let forms = forms::read(case);
    let (portable, own) = (Preset::Portable.dialect(), preset.dialect());
    let passes = |dialect: &Dialect| misses(engine, case, &forms, *dialect).is_empty();
    match deciding_rows(&portable, &own, passes) {
        Some(rows) => Ok(rows.into_iter().map(|row| row.name()).collect()),
        None => {
            let misses = misses(engine, case, &forms, portable);
            let actual = misses.iter().map(|(form, actual)| format!("{form}: {actual}")).collect::<Vec<_>>();
            Err(failed(actual.join("; ")))
        }
    }
}
