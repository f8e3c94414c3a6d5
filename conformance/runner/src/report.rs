//! Reports as tables and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::portable::PortableReport;
use crate::run::FileReport;

/// The report of a run as JSON.
#[derive(Serialize)]
pub struct Report<'r, R> {
    /// One for each file.
    pub files: &'r [R],
}

/// Any report as JSON, in lines.
///
/// # Errors
/// Never for the reports of this crate.
pub fn json<R: Serialize>(files: &[R]) -> Result<String, String> {
    serde_json::to_string_pretty(&Report { files }).map_err(|error| error.to_string())
}

/// The failures, then one table: a row a file, named after the source of its cases.
#[must_use]
pub fn run_table(files: &[FileReport]) -> String {
    let mut out = String::new();
    for file in files {
        for failed in &file.failures {
            let _ = writeln!(
                out,
                "{}: {}\n  expected {}\n  actual   {}",
                file.path, failed.id, failed.expected, failed.actual
            );
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let mut rows = vec![["source", "file", "cases", "passed", "ledger", "failed"].map(str::to_owned)];
    let mut total = [0; 4];
    for file in files {
        let counts = [file.cases, file.passed, file.ledger, file.failed];
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        let [cases, passed, ledger, failed] = counts.map(|count| count.to_string());
        rows.push([file.source.clone(), file.path.clone(), cases, passed, ledger, failed]);
    }
    let [cases, passed, ledger, failed] = total.map(|count| count.to_string());
    rows.push(["total".to_owned(), String::new(), cases, passed, ledger, failed]);
    table(&rows, 2, &mut out);
    out
}

/// Cases that nothing explains, the table, and how many cases each row of the dialect decides.
#[must_use]
pub fn portable_table(files: &[PortableReport]) -> String {
    let mut out = String::new();
    for file in files {
        for explained in &file.explained {
            let _ = writeln!(out, "{}: {}", explained.id, explained.rows.join(", "));
        }
        for failed in &file.failures {
            let _ = writeln!(
                out,
                "{}: {}\n  expected {}\n  actual   {}",
                file.path, failed.id, failed.expected, failed.actual
            );
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let mut rows = vec![["file", "core cases", "passed", "by rows", "ledger", "failed"].map(str::to_owned)];
    let mut total = [0; 5];
    for file in files {
        let counts = [file.cases, file.passed, file.explained.len(), file.ledger, file.failed];
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        let [cases, passed, explained, ledger, failed] = counts.map(|count| count.to_string());
        rows.push([file.path.clone(), cases, passed, explained, ledger, failed]);
    }
    let [cases, passed, explained, ledger, failed] = total.map(|count| count.to_string());
    rows.push(["total".to_owned(), cases, passed, explained, ledger, failed]);
    table(&rows, 1, &mut out);
    let mut decided: BTreeMap<&str, usize> = BTreeMap::new();
    for row in files.iter().flat_map(|file| &file.explained).flat_map(|explained| &explained.rows) {
        *decided.entry(row).or_default() += 1;
    }
    if !decided.is_empty() {
        let mut rows: Vec<[String; 2]> =
            decided.into_iter().map(|(row, count)| [row.to_owned(), count.to_string()]).collect();
        rows.insert(0, ["row of the dialect".to_owned(), "cases".to_owned()]);
        out.push('\n');
        table(&rows, 1, &mut out);
    }
    out
}

/// A table in Markdown, so that documents can take it as it is; from column `numbers` on to the right.
fn table<const N: usize>(rows: &[[String; N]], numbers: usize, out: &mut String) {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (at, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let _ = if column < numbers {
                write!(out, "| {cell:<width$} ")
            } else {
                write!(out, "| {cell:>width$} ")
            };
        }
        out.push_str("|\n");
        if at == 0 {
            for (column, width) in widths.into_iter().enumerate() {
                let (rule, end) = ("-".repeat(width), if column < numbers { ' ' } else { ':' });
                let _ = write!(out, "| {rule}{end}");
            }
            out.push_str("|\n");
        }
    }
}
