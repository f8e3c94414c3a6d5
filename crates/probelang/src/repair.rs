//! Applies the safe fixes of JSON that cannot be read.

use probelang_check::Applied;
use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Applicability, Diagnostic, Edit};

/// `source` with the best safe fix of each diagnostic applied, as far as they do not overlap, and what was applied;
/// `None` if there is none to apply.
pub(crate) fn apply(source: &str, diagnostics: &[Diagnostic]) -> Option<(String, Vec<Applied>)> {
    let safe = |diagnostic: &Diagnostic| {
        let edit = diagnostic.edits.iter().find(|edit| edit.applicability == Applicability::Safe);
        let edit = edit.filter(|edit| !edit.changes.is_empty());
        edit.map(|edit| (diagnostic.code, edit.clone()))
    };
    let mut edits: Vec<_> = diagnostics.iter().filter_map(safe).collect();
    sort_by_number(&mut edits, |(_, edit)| edit.changes.first().map_or(0, |change| change.span.rank()));
    let (mut changes, mut applied) = (Vec::new(), Vec::new());
    let mut end = 0;
    for (code, edit) in edits {
        let first = edit.changes.first().map_or(0, |change| change.span.start);
        if first < end || (first == end && end > 0 && changes.last() == edit.changes.first()) {
            continue;
        }
        end = edit.changes.last().map_or(end, |change| change.span.end);
        applied.push(Applied::new(code, edit.title));
        changes.extend(edit.changes);
    }
    if changes.is_empty() {
        return None;
    }
    let all = Edit { title: String::new(), changes, applicability: Applicability::Safe };
    all.apply(source).filter(|fixed| fixed != source).map(|fixed| (fixed, applied))
}

#[cfg(test)]
mod tests {
    use super::*;
    use probelang_diagnostic::{Change, Span, parse};

    fn edit(changes: &[(u32, u32, &str)], applicability: Applicability) -> Diagnostic {
        let changes = changes
            .iter()
            .map(|&(start, end, text)| Change { span: Span::new(start, end), text: text.to_owned() });
        let edit = Edit { title: "t".to_owned(), changes: changes.collect(), applicability };
        Diagnostic::new(parse::UNEXPECTED, Span::new(0, 1), "m").edit(edit)
    }

    #[test]
    fn safe_fixes_are_applied_together_where_they_do_not_overlap() {
        let diagnostics = [
            edit(&[(4, 5, "=="), (8, 9, "&&")], Applicability::Safe),
            edit(&[(0, 1, "A")], Applicability::Safe),
            edit(&[(4, 9, "never")], Applicability::Safe),
            edit(&[(2, 3, "maybe")], Applicability::Maybe),
        ];
        let (fixed, applied) = apply("a b c d e f", &diagnostics).unwrap();
        assert_eq!((fixed.as_str(), applied.len()), ("A b == d && f", 2));
    }

    #[test]
    fn nothing_safe_is_nothing_to_apply() {
        assert_eq!(apply("a", &[edit(&[(0, 1, "b")], Applicability::Maybe)]), None);
        assert_eq!(apply("a", &[edit(&[(0, 1, "a")], Applicability::Safe)]), None);
    }
}
