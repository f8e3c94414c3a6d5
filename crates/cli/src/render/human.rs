//! Diagnostics for people: the message, the line it speaks of with carets, notes, and what to do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use anstyle::Style;
use probelang::diagnostic::{Diagnostic, Edit, LineIndex, Span};

use super::line::Line;
use super::style::Palette;
use super::{Heading, Origin};

/// How many repairs of one diagnostic are shown.
const MAX_EDITS: usize = 3;

/// The sign of a mark that only says which line to show.
const UNMARKED: char = ' ';

/// A mark below a line.
struct Mark<'a> {
    bytes: Range<usize>,
    style: Style,
    sign: char,
    text: &'a str,
}

/// Renders diagnostics in at most `width` columns (source lines; messages are not wrapped).
#[derive(Clone, Copy, Debug)]
pub struct Human {
    /// Colours.
    pub palette: Palette,
    /// Columns.
    pub width: usize,
}

impl Human {
    /// Appends `diagnostic` to `out`, ended by a line break.
    pub fn write(&self, out: &mut String, origin: &Origin<'_>, diagnostic: &Diagnostic) {
        let heading = Heading::of(diagnostic);
        let accent = if heading == Heading::Warning { self.palette.warning } else { self.palette.error };
        let Palette { strong, gutter, .. } = self.palette;
        let _ = writeln!(
            out,
            "{accent}{}[{}]{accent:#}{strong}: {}{strong:#}",
            heading.word(),
            diagnostic.code,
            one_line(&diagnostic.message)
        );
        let index = LineIndex::new(origin.text);
        let marks = self.marks(origin, diagnostic, accent);
        let last = marks.iter().map(|mark| index.line_of(mark.bytes.end as u32).0 + 1).max();
        let margin = last.unwrap_or(1).to_string().len();
        self.place(out, origin, diagnostic, &index, margin, marks.first());
        if !marks.is_empty() {
            let _ = writeln!(out, "{:margin$} {gutter}|{gutter:#}", "");
            self.snippet(out, origin.text, &index, &marks, margin);
        }
        for note in &diagnostic.notes {
            let _ = writeln!(out, "{:margin$} {gutter}={gutter:#} note: {}", "", one_line(note));
        }
        for edit in diagnostic.edits.iter().take(MAX_EDITS) {
            self.edit(out, origin, edit, margin);
        }
    }

    /// What is marked in the source: the diagnostic's own place, then its labels.
    fn marks<'a>(&self, origin: &Origin<'_>, diagnostic: &'a Diagnostic, accent: Style) -> Vec<Mark<'a>> {
        if origin.text.is_empty() {
            return Vec::new();
        }
        let own = (diagnostic.span, "");
        let labels = diagnostic.labels.iter().map(|label| (label.span, label.text.as_str()));
        let mut marks: Vec<_> = origin.spans.then_some(own).into_iter().chain(labels).collect();
        if let [(_, text)] = marks.as_mut_slice()
            && !origin.spans
        {
            // What a lone place of a JSON text says the message has said.
            *text = "";
        }
        marks
            .into_iter()
            .enumerate()
            .map(|(index, (span, text))| Mark {
                bytes: clamp(span, origin.text),
                style: if index == 0 { accent } else { self.palette.label },
                sign: if index == 0 { '^' } else { '-' },
                text,
            })
            .collect()
    }

    /// The line that says where.
    fn place(
        &self,
        out: &mut String,
        origin: &Origin<'_>,
        diagnostic: &Diagnostic,
        index: &LineIndex,
        margin: usize,
        mark: Option<&Mark<'_>>,
    ) {
        let gutter = self.palette.gutter;
        let _ = write!(out, "{:margin$}{gutter}-->{gutter:#} {}", "", one_line(origin.name));
        // The canonical text of a JSON-borne program has lines and columns that nobody wrote.
        let written = diagnostic.path.is_none() || !origin.spans;
        if let Some(mark) = mark.filter(|_| written) {
            let at = index.line_column(origin.text, mark.bytes.start as u32);
            let _ = write!(out, ":{}:{}", at.line, at.column);
        }
        if let Some(path) = &diagnostic.path {
            let shown = if path.is_empty() { "the root" } else { path };
            let _ = write!(out, " at {}", one_line(shown));
        }
        out.push('\n');
    }

    /// Every line that has a mark, each with its marks below it.
    fn snippet(&self, out: &mut String, text: &str, index: &LineIndex, marks: &[Mark<'_>], margin: usize) {
        let gutter = self.palette.gutter;
        let mut previous = None;
        for (number, (start, pieces)) in by_line(text, index, marks) {
            if previous.is_some_and(|previous| previous + 1 < number) {
                let _ = writeln!(out, "{gutter}...{gutter:#}");
            }
            previous = Some(number);
            let focus =
                pieces.first().map_or(0..0, |piece| piece.bytes.start - start..piece.bytes.end - start);
            let room = self.width.saturating_sub(margin + 3);
            let line = Line::new(index.line_text(text, number), &focus, room);
            let label = number + 1;
            let _ = writeln!(out, "{gutter}{label:margin$} |{gutter:#} {}", line.shown);
            for row in rows(&line, start, &pieces) {
                let _ = write!(out, "{:margin$} {gutter}|{gutter:#} ", "");
                let mut at = 0;
                for columns in &row.columns {
                    let Mark { style, sign, .. } = row.mark;
                    let _ = write!(out, "{:pad$}{style}", "", pad = columns.start - at);
                    let _ = write!(out, "{}{style:#}", sign.to_string().repeat(columns.len()));
                    at = columns.end;
                }
                let style = row.mark.style;
                if !row.mark.text.is_empty() {
                    let _ = write!(out, "{style} {}{style:#}", one_line(row.mark.text));
                }
                out.push('\n');
            }
        }
    }

    /// A repair: its title, and the source as it would read.
    fn edit(&self, out: &mut String, origin: &Origin<'_>, edit: &Edit, margin: usize) {
        let Palette { help, gutter, .. } = self.palette;
        let _ = writeln!(out, "{help}help{help:#}: {}", one_line(&edit.title));
        let Some(edited) = edit.apply(origin.text) else { return };
        let mut marks = Vec::new();
        let mut shift = 0i64;
        for change in &edit.changes {
            let start = usize::try_from(i64::from(change.span.start) + shift).unwrap_or(0);
            // What is only taken away has nothing to mark.
            if !change.text.is_empty() {
                marks.push(Mark {
                    bytes: start..start + change.text.len(),
                    style: help,
                    sign: '~',
                    text: "",
                });
            }
            shift += change.text.len() as i64 - i64::from(change.span.len());
        }
        if marks.is_empty() {
            let at = edit.changes.first().map_or(0, |change| change.span.start as usize).min(edited.len());
            marks.push(Mark { bytes: at..at, style: help, sign: UNMARKED, text: "" });
        }
        let _ = writeln!(out, "{:margin$} {gutter}|{gutter:#}", "");
        self.snippet(out, &edited, &LineIndex::new(&edited), &marks, margin);
    }
}

/// A row of marks below a line: those of one sort without text share one.
struct Row<'p, 'a> {
    mark: &'p Mark<'a>,
    columns: Vec<Range<usize>>,
}

/// The rows below a line that begins at byte `start`.
fn rows<'p, 'a>(line: &Line, start: usize, pieces: &'p [Mark<'a>]) -> Vec<Row<'p, 'a>> {
    let mut rows: Vec<Row<'p, 'a>> = Vec::new();
    for mark in pieces.iter().filter(|mark| mark.sign != UNMARKED) {
        let bytes = mark.bytes.start - start..mark.bytes.end - start;
        let Some(columns) = line.columns(&bytes) else { continue };
        match rows.last_mut() {
            Some(row)
                if row.mark.sign == mark.sign
                    && row.mark.text.is_empty()
                    && mark.text.is_empty()
                    && row.columns.last().is_some_and(|last| last.end <= columns.start) =>
            {
                row.columns.push(columns);
            }
            _ => rows.push(Row { mark, columns: vec![columns] }),
        }
    }
    rows
}

/// The marks cut into lines: for each zero-based line its first byte and its pieces. A mark over several
/// lines is shown on its first and its last.
fn by_line<'m>(text: &str, index: &LineIndex, marks: &[Mark<'m>]) -> BTreeMap<u32, (usize, Vec<Mark<'m>>)> {
    let mut lines: BTreeMap<u32, (usize, Vec<Mark<'m>>)> = BTreeMap::new();
    let mut add = |line: u32, line_start: usize, bytes: Range<usize>, mark: &Mark<'m>, text: &'m str| {
        let piece = Mark { bytes, style: mark.style, sign: mark.sign, text };
        lines.entry(line).or_insert_with(|| (line_start, Vec::new())).1.push(piece);
    };
    for mark in marks {
        let (first, first_start) = index.line_of(mark.bytes.start as u32);
        let last_byte = mark.bytes.end.saturating_sub(usize::from(mark.bytes.end > mark.bytes.start));
        let (last, last_start) = index.line_of(last_byte as u32);
        let end_of = |line: u32, start: u32| start as usize + index.line_text(text, line).len();
        if first == last {
            let end = mark.bytes.end.min(end_of(first, first_start)).max(mark.bytes.start);
            add(first, first_start as usize, mark.bytes.start..end, mark, mark.text);
        } else {
            let end = end_of(first, first_start).max(mark.bytes.start);
            add(first, first_start as usize, mark.bytes.start..end, mark, "");
            let line = index.line_text(text, last);
            let indent = last_start as usize + (line.len() - line.trim_start().len());
            let end = mark.bytes.end.min(end_of(last, last_start));
            add(last, last_start as usize, indent.min(end)..end, mark, mark.text);
        }
    }
    lines
}

/// `span` as a range that lies in `text`.
fn clamp(span: Span, text: &str) -> Range<usize> {
    let end = (span.end as usize).min(text.len());
    (span.start as usize).min(end)..end
}

/// `text` without anything that would break the line or that a terminal would obey.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
#[path = "human_tests.rs"]
mod tests;
