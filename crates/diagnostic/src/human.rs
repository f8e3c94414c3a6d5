//! Diagnostics for people: the message, the source line with carets, notes, and what to do.
//!
//! ```
//! use probelang_diagnostic::human::Human;
//! use probelang_diagnostic::{Diagnostic, SourceText, Span, parse};
//!
//! let text = "a = 1";
//! let diagnostic = Diagnostic::new(parse::ASSIGNMENT, Span::new(2, 3), "`=` is an assignment: write `==`");
//! let shown = Human::PLAIN.render(&SourceText::new("condition.txt", text), &diagnostic);
//! assert_eq!(shown, "\
//! error[PL0209]: `=` is an assignment: write `==`
//!  --> condition.txt:1:3
//!   |
//! 1 | a = 1
//!   |   ^
//! ");
//! ```

mod line;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::ops::Range;

use self::line::Line;
use crate::{Applicability, Diagnostic, Edit, LineIndex, SourceText, Span};

/// How many edits of one diagnostic are shown.
const MAX_EDITS: usize = 3;

/// The sign of a mark that only says which line to show.
const UNMARKED: char = ' ';

/// What is written before and after a text to make it stand out, such as the escapes of a terminal.
///
/// `{}` writes the start and `{:#}` the end.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Style {
    /// Written before the text.
    pub start: &'static str,
    /// Written after it.
    pub end: &'static str,
}

impl Style {
    /// Nothing before, nothing after.
    pub const PLAIN: Self = Self { start: "", end: "" };
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { self.end } else { self.start })
    }
}

/// The styles of the parts of a rendered diagnostic.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Palette {
    /// `error`, `fault`, and their carets.
    pub error: Style,
    /// `warning` and its carets.
    pub warning: Style,
    /// Second places.
    pub label: Style,
    /// Line numbers and rules.
    pub gutter: Style,
    /// `help` and what an edit inserts.
    pub help: Style,
    /// The message itself.
    pub strong: Style,
}

impl Palette {
    /// No colours.
    pub const PLAIN: Self = Self {
        error: Style::PLAIN,
        warning: Style::PLAIN,
        label: Style::PLAIN,
        gutter: Style::PLAIN,
        help: Style::PLAIN,
        strong: Style::PLAIN,
    };
}

/// What a message is: the word at its start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Heading {
    /// A diagnostic of severity error.
    Error,
    /// A diagnostic of severity warning.
    Warning,
    /// An evaluation that ended.
    Fault,
}

impl Heading {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }

    fn of(diagnostic: &Diagnostic) -> Self {
        if diagnostic.code.is_fault() {
            Self::Fault
        } else if diagnostic.is_error() {
            Self::Error
        } else {
            Self::Warning
        }
    }
}

/// A mark below a line.
struct Mark<'a> {
    bytes: Range<usize>,
    style: Style,
    sign: char,
    text: &'a str,
}

/// Renders diagnostics. Source lines take at most `width` columns, messages are not wrapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Human {
    /// Colours.
    pub palette: Palette,
    /// Columns.
    pub width: usize,
}

impl Default for Human {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Human {
    /// 100 columns, without colours.
    pub const PLAIN: Self = Self { palette: Palette::PLAIN, width: 100 };

    /// `diagnostic` as text, ended by a line break. Nothing in it is obeyed by a terminal but the palette.
    ///
    /// # Cost
    /// Linear in the lines that it shows, and for each edit in the source.
    #[must_use]
    pub fn render(&self, source: &SourceText<'_>, diagnostic: &Diagnostic) -> String {
        let mut out = String::new();
        self.write(&mut out, source, diagnostic);
        out
    }

    /// As [`render`](Self::render), appended to `out`.
    pub fn write(&self, out: &mut String, source: &SourceText<'_>, diagnostic: &Diagnostic) {
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
        let marks = self.marks(source, diagnostic, accent);
        let last = marks.iter().map(|mark| line_of(source.lines(), mark.bytes.end).0).max();
        let margin = last.unwrap_or(0).saturating_add(1).to_string().len();
        self.place(out, source, diagnostic, margin, marks.first());
        if !marks.is_empty() {
            let _ = writeln!(out, "{:margin$} {gutter}|{gutter:#}", "");
            self.snippet(out, source.text(), source.lines(), &marks, margin);
        }
        for note in &diagnostic.notes {
            let _ = writeln!(out, "{:margin$} {gutter}={gutter:#} note: {}", "", one_line(note));
        }
        for edit in diagnostic.edits.iter().take(MAX_EDITS) {
            self.edit(out, source, edit, diagnostic.message.contains(&edit.title), margin);
        }
    }

    /// What is marked in the source: the diagnostic's own place, then its labels.
    fn marks<'a>(&self, source: &SourceText<'_>, diagnostic: &'a Diagnostic, accent: Style) -> Vec<Mark<'a>> {
        let text = source.text();
        if text.is_empty() {
            return Vec::new();
        }
        let own = source.has_spans().then_some((diagnostic.span, ""));
        let labels = diagnostic.labels.iter().map(|label| (label.span, label.text.as_str()));
        let mut marks: Vec<_> = own.into_iter().chain(labels).collect();
        if let (false, [only]) = (source.has_spans(), marks.as_mut_slice()) {
            // the message says what a single place of a JSON text would say
            only.1 = "";
        }
        let first = [(accent, '^')].into_iter();
        let styles = first.chain(std::iter::repeat((self.palette.label, '-')));
        let marks = marks.into_iter().zip(styles);
        marks
            .map(|((span, text_of), (style, sign))| Mark {
                bytes: clamp(span, text),
                style,
                sign,
                text: text_of,
            })
            .collect()
    }

    /// The line that says where.
    fn place(
        &self,
        out: &mut String,
        source: &SourceText<'_>,
        diagnostic: &Diagnostic,
        margin: usize,
        mark: Option<&Mark<'_>>,
    ) {
        let gutter = self.palette.gutter;
        let _ = write!(out, "{:margin$}{gutter}-->{gutter:#} {}", "", one_line(source.name()));
        // nobody wrote the lines and columns of the canonical text of a program from JSON
        let written = diagnostic.path.is_none() || !source.has_spans();
        if let Some(mark) = mark.filter(|_| written) {
            let at = source.lines().line_column(offset(mark.bytes.start));
            let _ = write!(out, ":{}:{}", at.line, at.column);
        }
        if let Some(path) = &diagnostic.path {
            let shown = if path.is_empty() { "the root" } else { path };
            let _ = write!(out, " at {}", one_line(shown));
        }
        out.push('\n');
    }

    /// Every line that has a mark, each with its marks below it.
    fn snippet(&self, out: &mut String, text: &str, lines: &LineIndex, marks: &[Mark<'_>], margin: usize) {
        let gutter = self.palette.gutter;
        let mut expected = None;
        for (number, (start, pieces)) in by_line(text, lines, marks) {
            if expected.is_some_and(|expected| expected < number) {
                let _ = writeln!(out, "{gutter}...{gutter:#}");
            }
            let label = number.saturating_add(1);
            expected = Some(label);
            let focus = pieces.first().map_or(0..0, |piece| within(&piece.bytes, start));
            let room = self.width.saturating_sub(margin.saturating_add(3));
            let line = Line::new(lines.line_text(text, number), &focus, room);
            let _ = writeln!(out, "{gutter}{label:margin$} |{gutter:#} {}", line.shown);
            for row in rows(&line, start, &pieces) {
                let _ = write!(out, "{:margin$} {gutter}|{gutter:#} ", "");
                let mut at = 0;
                for columns in &row.columns {
                    let Mark { style, sign, .. } = row.mark;
                    let _ = write!(out, "{:pad$}{style}", "", pad = columns.start.saturating_sub(at));
                    out.extend(std::iter::repeat_n(*sign, columns.len()));
                    let _ = write!(out, "{style:#}");
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

    /// An edit: its title, unless the message `says` it, and the source as it would be.
    fn edit(&self, out: &mut String, source: &SourceText<'_>, edit: &Edit, says: bool, margin: usize) {
        let Palette { help, gutter, .. } = self.palette;
        let edited = edit.apply(source.text());
        let is_safe = edit.applicability == Applicability::Safe;
        if says && is_safe && edited.as_ref().is_none_or(|edited| edit.title.contains(&format!("`{edited}`")))
        {
            return;
        }
        let heading = match (edit.applicability, says) {
            (Applicability::Safe, false) => one_line(&edit.title),
            (Applicability::Maybe, false) => format!("perhaps {}", one_line(&edit.title)),
            (Applicability::Safe, true) => "corrected".to_owned(),
            (Applicability::Maybe, true) => "perhaps".to_owned(),
        };
        let _ = writeln!(out, "{help}help{help:#}: {heading}");
        let Some(edited) = edited else { return };
        let mut marks = Vec::new();
        let (mut added, mut removed) = (0usize, 0usize);
        for change in &edit.changes {
            let start = (change.span.start as usize).saturating_add(added).saturating_sub(removed);
            // what is only removed leaves nothing to mark
            if !change.text.is_empty() {
                let bytes = start..start.saturating_add(change.text.len());
                marks.push(Mark { bytes, style: help, sign: '~', text: "" });
            }
            added = added.saturating_add(change.text.len());
            removed = removed.saturating_add(change.span.len() as usize);
        }
        if marks.is_empty() {
            let at = edit.changes.first().map_or(0, |change| change.span.start as usize).min(edited.len());
            marks.push(Mark { bytes: at..at, style: help, sign: UNMARKED, text: "" });
        }
        let _ = writeln!(out, "{:margin$} {gutter}|{gutter:#}", "");
        self.snippet(out, &edited, &LineIndex::new(&edited), &marks, margin);
    }
}

/// A row of marks below a line: those of one kind without text share one.
struct Row<'p, 'a> {
    mark: &'p Mark<'a>,
    columns: Vec<Range<usize>>,
}

/// The rows below a line that begins at byte `start`.
fn rows<'p, 'a>(line: &Line, start: usize, pieces: &'p [Mark<'a>]) -> Vec<Row<'p, 'a>> {
    let mut rows: Vec<Row<'p, 'a>> = Vec::new();
    for mark in pieces.iter().filter(|mark| mark.sign != UNMARKED) {
        let Some(columns) = line.columns(&within(&mark.bytes, start)) else { continue };
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
fn by_line<'m>(text: &str, lines: &LineIndex, marks: &[Mark<'m>]) -> BTreeMap<u32, (usize, Vec<Mark<'m>>)> {
    let mut found: BTreeMap<u32, (usize, Vec<Mark<'m>>)> = BTreeMap::new();
    let mut add = |(line, start): (u32, usize), bytes: Range<usize>, mark: &Mark<'m>, text: &'m str| {
        let piece = Mark { bytes, style: mark.style, sign: mark.sign, text };
        found.entry(line).or_insert_with(|| (start, Vec::new())).1.push(piece);
    };
    let end_of = |(line, start): (u32, usize)| start.saturating_add(lines.line_text(text, line).len());
    for mark in marks {
        let Range { start, end } = mark.bytes;
        let first = line_of(lines, start);
        let last = line_of(lines, if end > start { end.saturating_sub(1) } else { end });
        if first == last {
            add(first, start..end.min(end_of(first)).max(start), mark, mark.text);
        } else {
            add(first, start..end_of(first).max(start), mark, "");
            let line = lines.line_text(text, last.0);
            let indent = last.1.saturating_add(line.len().saturating_sub(line.trim_start().len()));
            let end = end.min(end_of(last));
            add(last, indent.min(end)..end, mark, mark.text);
        }
    }
    found
}

/// The zero-based line of a byte, and the byte at which it starts.
fn line_of(lines: &LineIndex, byte: usize) -> (u32, usize) {
    let (line, start) = lines.line_of(offset(byte));
    (line, start as usize)
}

/// Bytes of the text as bytes of the line that starts at byte `start`.
const fn within(bytes: &Range<usize>, start: usize) -> Range<usize> {
    bytes.start.saturating_sub(start)..bytes.end.saturating_sub(start)
}

fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// `span` as a range inside `text`.
fn clamp(span: Span, text: &str) -> Range<usize> {
    let end = (span.end as usize).min(text.len());
    (span.start as usize).min(end)..end
}

/// `text` without anything that would break the line or that a terminal would obey.
#[must_use]
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
