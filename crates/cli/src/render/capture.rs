//! Captures for people: the tree of what was captured, the table of what was not.

use std::fmt::Write;

use probelang::capture::{Audit, AuditEntry};
use probelang::diagnostic::human::{Palette, one_line};
use probelang::diagnostic::spell;
use probelang::snapshot::{OutlineRow, Recorded, RowName};
use unicode_width::UnicodeWidthStr;

use super::GAP;
use super::table::columns;

/// A captured snapshot as a tree, its values in a column, in about `width` columns.
pub fn tree(recorded: &Recorded<'_>, palette: Palette, width: usize) -> String {
    let rows: Vec<OutlineRow<'_>> = recorded.outline().collect();
    let last = last(&rows);
    // of each open row, whether it is the last of its siblings
    let mut open: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(rows.len());
    for (row, last) in rows.iter().zip(last) {
        open.truncate(row.level);
        let mut name: String = open.iter().skip(1).map(|last| if *last { "   " } else { "│  " }).collect();
        if row.level > 0 {
            name.push_str(if last { "└─ " } else { "├─ " });
        }
        name.push_str(&one_line(&label(row.label)));
        open.push(last);
        lines.push((name, row));
    }
    let widest = lines.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let column = widest.min((width / 2).max(24));
    let mut out = String::new();
    for (name, row) in &lines {
        let Palette { strong, gutter, warning, .. } = palette;
        let room = " ".repeat(column.saturating_sub(name.width()) + GAP);
        let (value, remark) = (value(row), remark(row));
        let type_name = row.type_name.map(one_line).unwrap_or_default();
        let mut line = name.clone();
        if !(value.is_empty() && type_name.is_empty() && remark.is_empty()) {
            line.push_str(&room);
        }
        // writing to a string does not fail
        let _ = match (value.is_empty(), type_name.is_empty()) {
            (false, false) => write!(line, "{strong}{value}{strong:#}  {gutter}{type_name}{gutter:#}"),
            (false, true) => write!(line, "{strong}{value}{strong:#}"),
            (true, false) => write!(line, "{gutter}{type_name}{gutter:#}"),
            (true, true) => Ok(()),
        };
        if !remark.is_empty() {
            let gap = if value.is_empty() && type_name.is_empty() { "" } else { "  " };
            let _ = write!(line, "{gap}{warning}{remark}{warning:#}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if let Some(reason) = recorded.reason() {
        let Palette { warning, .. } = palette;
        let _ = writeln!(out, "{warning}{}{warning:#}", one_line(reason));
    }
    out
}

/// Whether each row is the last of its siblings.
fn last(rows: &[OutlineRow<'_>]) -> Vec<bool> {
    let mut followed: Vec<bool> = Vec::new();
    let mut last: Vec<bool> = rows
        .iter()
        .rev()
        .map(|row| {
            followed.truncate(row.level + 1);
            followed.resize(row.level + 1, false);
            followed.last_mut().is_none_or(|followed| !std::mem::replace(followed, true))
        })
        .collect();
    last.reverse();
    last
}

fn label(label: RowName<'_>) -> String {
    match label {
        RowName::Frame(name) | RowName::Group(name) | RowName::Variable(name) | RowName::Field(name) => {
            name.to_owned()
        }
        RowName::Line(line) => format!("line {line}"),
        RowName::Element(at) => format!("[{at}]"),
        RowName::Key(key) => format!("[{}]", spell::string(key)),
        RowName::ScalarKey(key) => format!("[{key}]"),
        RowName::EntryKey(at) => format!("{{{at}}} key"),
        RowName::EntryValue(at) => format!("{{{at}}} value"),
    }
}

/// What is known of the value itself.
fn value(row: &OutlineRow<'_>) -> String {
    match (row.text, row.parts, row.size) {
        (Some(text), ..) if row.is_string => format!("{}{}", spell::string(text), more(row)),
        (Some(text), ..) => format!("{}{}", one_line(text), more(row)),
        _ if row.is_null => "null".to_owned(),
        (None, Some(parts), Some(size)) if parts as u64 != size => format!("{parts} of {size}"),
        (None, Some(parts), _) => parts.to_string(),
        (None, None, Some(size)) => format!("0 of {size}"),
        (None, None, None) => String::new(),
    }
}

/// What follows a text that is only the beginning of one.
fn more(row: &OutlineRow<'_>) -> String {
    match row.size {
        _ if !row.truncated => String::new(),
        Some(size) => format!("... ({size} characters)"),
        None => "...".to_owned(),
    }
}

/// What is missing.
fn remark(row: &OutlineRow<'_>) -> String {
    match row.reason {
        _ if row.pruned => "pruned: the whole is too large".to_owned(),
        Some("redactedIdent") => "hidden by its name".to_owned(),
        Some("redactedType") => "hidden by its type".to_owned(),
        Some(reason) => format!("cut: {}", one_line(reason)),
        None if row.truncated => "cut: length".to_owned(),
        None => String::new(),
    }
}

/// What is missing of a capture, as a table.
pub fn table(audit: &Audit, pruned: bool, palette: Palette) -> String {
    let lists = [("hidden", &audit.hidden), ("cut", &audit.cut), ("pruned", &audit.pruned)];
    let rows = lists.into_iter().flat_map(|(what, list)| list.iter().map(move |entry| (what, entry)));
    let rows: Vec<[String; 4]> = rows
        .map(|(what, entry)| {
            let rule = match &entry.reason {
                Some(reason) if entry.rule == "reason" => one_line(reason),
                _ => entry.rule.to_owned(),
            };
            [what.to_owned(), rule, place(entry), by(entry)]
        })
        .collect();
    let mut out = columns(&rows, palette.warning);
    let _ = writeln!(out, "{} bytes{}", audit.bytes, if pruned { ", pruned to fit" } else { "" });
    out
}

/// The path of an entry, after its frame.
fn place(entry: &AuditEntry) -> String {
    match (&*entry.frame, &*entry.path) {
        ("", _) => "the whole".to_owned(),
        (frame, "") => one_line(frame),
        (frame, path) => format!("{}: {}", one_line(frame), one_line(path)),
    }
}

/// What hides an entry, or how much of it is shown.
fn by(entry: &AuditEntry) -> String {
    match (entry.entry.as_deref(), entry.origin) {
        (Some(name), Some("configured")) => format!("by {}", one_line(name)),
        (Some(name), _) => format!("by {} (built-in)", one_line(name)),
        (None, Some(_)) => "as it was recorded".to_owned(),
        (None, None) => shown(entry),
    }
}

/// How much is shown of how much.
fn shown(entry: &AuditEntry) -> String {
    match (entry.shown, entry.size) {
        (Some(shown), Some(size)) => format!("{shown} of {size}"),
        (Some(shown), None) => format!("{shown}"),
        (None, Some(size)) => format!("0 of {size}"),
        (None, None) => String::new(),
    }
}
