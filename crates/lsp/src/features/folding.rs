//! What can be folded: brackets over several lines.

use gen_lsp_types::FoldingRange;
use probelang::syntax::TokenClass;

use super::View;

/// Ranges that are given at most.
const MOST: usize = 20_000;

pub(crate) fn folding(view: View<'_>) -> Vec<FoldingRange> {
    let mut ranges = Vec::new();
    if view.analysis.is_probe_file {
        brackets(json_brackets(view.text.as_str()), view, &mut ranges);
    } else {
        for placed in &view.analysis.units {
            for embedded in &placed.unit.embedded {
                let lexemes = probelang::tokens(embedded.kind, &embedded.text);
                let all = lexemes.iter().filter(|lexeme| lexeme.class == TokenClass::Bracket);
                let all = all.map(|lexeme| {
                    let text = lexeme.span.slice(&embedded.text);
                    (
                        View::written(placed.start, embedded, lexeme.span).start,
                        text.starts_with(['(', '[', '{']),
                    )
                });
                brackets(all, view, &mut ranges);
            }
        }
    }
    ranges.sort_by_key(|range: &FoldingRange| (range.start_line, range.end_line));
    ranges.dedup_by_key(|range| (range.start_line, range.end_line));
    ranges
}

/// Adds a range for each pair of brackets that is on more than one line: up to the line before the one that closes it.
fn brackets(all: impl Iterator<Item = (u32, bool)>, view: View<'_>, ranges: &mut Vec<FoldingRange>) {
    let mut open = Vec::new();
    for (at, opens) in all {
        if opens {
            open.push(at);
        } else if let Some(from) = open.pop() {
            let (start_line, end) = (view.text.position(from).line, view.text.position(at).line);
            if end > start_line.saturating_add(1) && ranges.len() < MOST {
                ranges.push(FoldingRange {
                    start_line,
                    end_line: end.saturating_sub(1),
                    ..FoldingRange::default()
                });
            }
        }
    }
}

/// The brackets of a JSON text outside of its strings, and whether they open.
fn json_brackets(json: &str) -> impl Iterator<Item = (u32, bool)> + '_ {
    let (mut in_string, mut is_escaped) = (false, false);
    json.bytes().enumerate().filter_map(move |(at, byte)| {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' | b'\n' => in_string = false,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => {
                in_string = true;
                None
            }
            b'{' | b'[' => Some((crate::text::clip(at), true)),
            b'}' | b']' => Some((crate::text::clip(at), false)),
            _ => None,
        }
    })
}
