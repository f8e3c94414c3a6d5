//! Rows in columns.

use std::fmt::Write;

use probelang::diagnostic::human::Style;
use unicode_width::UnicodeWidthStr;

use super::GAP;

/// Rows with their cells below each other, the first cell of each in the style `first`.
pub fn columns(rows: &[[String; 4]], first: Style) -> String {
    let widths = [0, 1, 2]
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            let room = widths.get(at).map_or(0, |width| (width + GAP).saturating_sub(cell.width()));
            // writing to a string does not fail
            let _ = match at {
                0 => write!(out, "{first}{cell}{first:#}{}", " ".repeat(room)),
                _ => write!(out, "{cell}{}", " ".repeat(room)),
            };
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}
