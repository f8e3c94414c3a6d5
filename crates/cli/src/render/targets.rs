//! Differences between runtimes as a table: a line per rule, a column per runtime.

use probelang::diagnostic::human::one_line;
use probelang::diagnostic::{Class, Diagnostic, SourceText};
use probelang::dialect::{Dialect, Preset, Row};
use unicode_width::UnicodeWidthStr;

use super::GAP;

/// Rules on which runtimes differ only for values that few programs meet: what is undefined, null or of a kind that the
/// operation is not meant for.
const RARE: [Row; 24] = [
    Row::UndefinedBinding,
    Row::ImplicitThis,
    Row::PredefinedNames,
    Row::MissingName,
    Row::MissingAt,
    Row::NullMember,
    Row::ScalarMember,
    Row::ListMember,
    Row::SetMember,
    Row::ScalarIndex,
    Row::ListIndex,
    Row::UndefinedOperand,
    Row::UndefinedEquality,
    Row::NullSubject,
    Row::ContainsNull,
    Row::ContainsOther,
    Row::ContainsNan,
    Row::ContainsLarge,
    Row::EmptyNumber,
    Row::EmptyOther,
    Row::LoopNumber,
    Row::DefinedFault,
    Row::NullDefined,
    Row::UnknownType,
];

/// Characters of an expression that are shown.
const EXPRESSION: usize = 40;

/// A rule with the expressions that it is about.
struct Difference {
    row: Row,
    expressions: Vec<String>,
}

/// Takes the differences out of `diagnostics` that are no more than a difference, and gives their table. What has a fix
/// or says more stays a diagnostic.
pub fn table(
    diagnostics: &mut Vec<Diagnostic>,
    source: &SourceText<'_>,
    base: (&str, &Dialect),
    targets: &[Preset],
) -> String {
    let mut found: Vec<Difference> = Vec::new();
    diagnostics.retain(|diagnostic| {
        let rows: Vec<Row> = diagnostic
            .args
            .iter()
            .filter(|(name, _)| *name == "row")
            .filter_map(|(_, row)| Row::find(row))
            .collect();
        let only = diagnostic.class() == Class::Portability && diagnostic.edits.is_empty();
        if rows.is_empty() || !only || diagnostic.is_error() {
            return true;
        }
        let expression = short(diagnostic.span.slice(source.text()));
        for row in rows {
            let at = found.iter().position(|known| known.row == row).unwrap_or_else(|| {
                found.push(Difference { row, expressions: Vec::new() });
                found.len() - 1
            });
            if let Some(known) = found.get_mut(at)
                && !known.expressions.contains(&expression)
            {
                known.expressions.push(expression.clone());
            }
        }
        false
    });
    let all = found.len();
    found.retain(|difference| !RARE.contains(&difference.row));
    let rare = all - found.len();
    let choice = |row: Row, dialect: &Dialect| row.choice(row.get(dialect)).to_owned();
    let heading = ["rule".to_owned(), base.0.to_owned()].into_iter();
    let names = targets.iter().map(|target| target.name().to_owned());
    let mut rows: Vec<Vec<String>> = vec![heading.chain(names).chain(["in".to_owned()]).collect()];
    for Difference { row, expressions } in &found {
        let cells = [row.title().to_owned(), choice(*row, base.1)].into_iter();
        let cells = cells.chain(targets.iter().map(|target| choice(*row, &target.dialect())));
        rows.push(cells.chain([expressions.join("; ")]).collect());
    }
    let mut out = if found.is_empty() { String::new() } else { columns(&rows) };
    if rare > 0 {
        let what = if rare == 1 { "difference" } else { "differences" };
        out.push_str(&format!("{rare} {what} for undefined, null or unusual values; --verbose shows all\n"));
    }
    out
}

fn short(expression: &str) -> String {
    let line = one_line(expression);
    match line.char_indices().nth(EXPRESSION) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Cells below each other.
fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.first().map_or(0, Vec::len);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            out.push_str(cell);
            out.push_str(&" ".repeat((width + GAP).saturating_sub(cell.width())));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}
