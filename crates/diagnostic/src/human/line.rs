//! One line of source as a terminal shows it: tabs, wide and invisible characters, and a window into a line
//! that is too long.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Columns that a tab takes. Fixed, because only the marks below the line have to agree with it.
const TAB: &str = "    ";

/// Shown in place of the part of a line that is left out.
const MORE: char = '…';

/// A source line laid out in columns.
pub(super) struct Line {
    /// What is shown, marks for what is left out included.
    pub(super) shown: String,
    /// For each character near the focus, where it starts: byte in the line, column in that part.
    places: Vec<(usize, usize)>,
    /// Columns of the part that was looked at that are shown.
    window: Range<usize>,
    /// Columns in front of the window's first (the mark).
    lead: usize,
}

impl Line {
    /// Lays out `text` in at most `width` columns so that the start of `focus` (bytes of `text`) is seen.
    ///
    /// Only the part of the line near the focus is looked at, so the cost does not grow with the line.
    pub(super) fn new(text: &str, focus: &Range<usize>, width: usize) -> Self {
        let width = width.max(16);
        let near = near(text, focus, width);
        let part = text.get(near.clone()).unwrap_or_default();
        let mut places = Vec::with_capacity(part.len().saturating_add(1));
        let mut column = 0;
        for (byte, c) in part.char_indices() {
            places.push((near.start.saturating_add(byte), column));
            column = shown(c, &mut String::new()).saturating_add(column);
        }
        places.push((near.end, column));
        let window = window(&places, focus, width);
        let lead = usize::from(window.start > 0 || near.start > 0);
        let mut out = String::new();
        if lead > 0 {
            out.push(MORE);
        }
        for (c, (_, column)) in part.chars().zip(&places) {
            if window.contains(column) {
                shown(c, &mut out);
            }
        }
        if window.end < column || near.end < text.len() {
            out.push(MORE);
        }
        Self { shown: out, places, window, lead }
    }

    /// The shown columns of a range of bytes, at least one wide; `None` where all of it is left out.
    pub(super) fn columns(&self, bytes: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (self.places.first()?.0, self.places.last()?.0);
        if bytes.start > last || (bytes.end <= first && first > 0) {
            return None;
        }
        let start = self.column(bytes.start);
        let end = self.column(bytes.end).max(start.saturating_add(1));
        let Range { start: first, end: last } = self.window;
        if end <= first || start > last {
            return None;
        }
        // one column after the window is for a caret at the end of the line
        let clip = |column: usize| column.min(last.saturating_add(1)).saturating_sub(first);
        let shown = |column: usize| column.saturating_add(self.lead);
        Some(shown(clip(start))..shown(clip(end).max(clip(start).saturating_add(1))))
    }

    /// The column of the character that starts at `byte` or holds it.
    fn column(&self, byte: usize) -> usize {
        let after = self.places.partition_point(|&(start, _)| start <= byte);
        self.places.get(after.saturating_sub(1)).map_or(0, |&(_, column)| column)
    }
}

/// The bytes of `text` that can be seen with `focus`: a character takes at least a byte and, but for combining
/// ones, a column.
fn near(text: &str, focus: &Range<usize>, width: usize) -> Range<usize> {
    let room = width.saturating_mul(8);
    let start = focus.start.min(text.len()).saturating_sub(room);
    let end = focus.start.min(text.len()).saturating_add(room.saturating_mul(2)).min(text.len());
    text.floor_char_boundary(start)..text.ceil_char_boundary(end)
}

/// Which columns are shown: all, or a window with the start of the focus a third into it.
fn window(places: &[(usize, usize)], focus: &Range<usize>, width: usize) -> Range<usize> {
    let total = places.last().map_or(0, |&(_, column)| column);
    if total <= width {
        return 0..total;
    }
    let room = width.saturating_sub(2);
    let at = places.partition_point(|&(byte, _)| byte < focus.start);
    let at = places.get(at).map_or(total, |&(_, column)| column);
    let to = places.partition_point(|&(byte, _)| byte < focus.end);
    let to = places.get(to).map_or(total, |&(_, column)| column);
    // what is pointed at is shown whole if it fits, with a third of the window before it
    let before = (room / 3).min(room.saturating_sub(to.saturating_sub(at)));
    let start = at.saturating_sub(before).min(total.saturating_sub(room));
    // the window begins and ends at a character
    let first = places.partition_point(|&(_, column)| column < start);
    let last = places.partition_point(|&(_, column)| column <= start.saturating_add(room));
    let column_of = |index: usize| places.get(index).map_or(total, |&(_, column)| column);
    column_of(first)..column_of(last.saturating_sub(1))
}

/// Appends `c` as it is shown, and returns its columns. Nothing that a terminal would obey, or that would not
/// be seen, is written as it is.
fn shown(c: char, out: &mut String) -> usize {
    if c == '\t' {
        out.push_str(TAB);
        return TAB.len();
    }
    if c.is_control() || is_invisible(c) {
        let escape = format!("\\u{{{:x}}}", u32::from(c));
        out.push_str(&escape);
        return escape.len();
    }
    out.push(c);
    c.width().unwrap_or(1)
}

/// Characters that take no room or turn the direction of what follows.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_wide_and_invisible_characters_keep_their_marks_below_them() {
        let line = Line::new("\ta漢\u{200b}b", &(0..1), 80);
        assert_eq!(line.shown, "    a漢\\u{200b}b");
        assert_eq!(line.columns(&(1..2)), Some(4..5));
        assert_eq!(line.columns(&(2..5)), Some(5..7));
        assert_eq!(line.columns(&(5..8)), Some(7..15));
        assert_eq!(line.columns(&(9..9)), Some(16..17));
    }

    #[test]
    fn a_long_line_is_seen_through_a_window() {
        let text = format!("{}NEEDLE{}", "a".repeat(5_000), "b".repeat(5_000));
        let line = Line::new(&text, &(5_000..5_006), 40);
        assert_eq!(line.shown.chars().count(), 40);
        let columns = line.columns(&(5_000..5_006)).unwrap();
        let seen: String = line.shown.chars().skip(columns.start).take(columns.len()).collect();
        assert_eq!(seen, "NEEDLE");
        assert!(line.columns(&(0..5)).is_none());
        assert!(line.columns(&(9_000..9_001)).is_none());
    }

    #[test]
    fn of_a_line_of_any_length_only_what_is_near_the_focus_is_laid_out() {
        for c in ["x", "漢", "\0"] {
            let text = c.repeat(1 << 20);
            let at = c.len() << 19;
            let line = Line::new(&text, &(at..at + c.len()), 40);
            assert!(line.places.len() < 2_000 && line.columns(&(at..at + 1)).is_some());
            assert!(line.columns(&(0..1)).is_none() && line.columns(&(text.len()..text.len())).is_none());
        }
    }

    #[test]
    fn the_window_may_touch_either_end() {
        let text = "x".repeat(100);
        for (focus, first, last) in [(0..1, 'x', '…'), (99..100, '…', 'x'), (100..100, '…', 'x')] {
            let line = Line::new(&text, &focus, 30);
            assert_eq!((line.shown.chars().next(), line.shown.chars().last()), (Some(first), Some(last)));
            assert!(line.columns(&focus).is_some_and(|columns| columns.end <= 31), "{focus:?}");
        }
    }
}
