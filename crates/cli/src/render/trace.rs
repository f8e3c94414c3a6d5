//! Traces as a tree for people.

use std::fmt::Write;

use probelang::Trace;
use probelang::diagnostic::human::{Palette, one_line};
use probelang::trace::{Element, HiddenPart, LoopSeen, State, TraceNode};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::GAP;

/// The tree with its values in a column, in about `width` columns.
pub fn human(trace: &Trace, palette: Palette, width: usize) -> String {
    let rows: Vec<Row> = rows(trace);
    let widest = rows.iter().map(|row| row.tree.width()).max().unwrap_or(0);
    let column = widest.min((width * 3 / 5).max(16));
    let mut out = String::new();
    for row in &rows {
        let style = match row.tone {
            Tone::Plain => palette.strong,
            Tone::Fault => palette.error,
            Tone::Quiet => palette.gutter,
        };
        let tree = cut(&row.tree, column);
        let room = " ".repeat(column.saturating_sub(tree.width()) + GAP);
        let gutter = palette.gutter;
        let _ = write!(out, "{tree}{room}{style}{}{style:#}", row.value);
        if !row.remark.is_empty() {
            let _ = write!(out, "  {gutter}{}{gutter:#}", row.remark);
        }
        out.push('\n');
    }
    out
}

/// How a value stands out.
enum Tone {
    Plain,
    Fault,
    Quiet,
}

struct Row {
    tree: String,
    value: String,
    remark: String,
    tone: Tone,
}

fn rows(trace: &Trace) -> Vec<Row> {
    let mut rows = Vec::with_capacity(trace.nodes.len());
    let roots = trace.nodes.iter().enumerate().filter(|(_, node)| node.level == 0);
    // place, what stands in front of the node, what stands in front of its operands, the element spoken of
    let mut pending: Vec<(usize, String, String, Option<String>)> =
        roots.map(|(at, _)| (at, String::new(), String::new(), None)).collect();
    pending.reverse();
    while let Some((at, lead, below, element)) = pending.pop() {
        let Some(node) = trace.nodes.get(at) else { continue };
        rows.push(row(node, &lead, element.as_deref()));
        // a literal says itself what it is, and what was not evaluated is one line
        let skipped = matches!(node.state, State::Skipped(_));
        let shown: Vec<usize> = node
            .children
            .iter()
            .copied()
            .filter(|_| !skipped)
            .filter(|&at| trace.nodes.get(at).is_some_and(|node| !node.literal))
            .collect();
        let body = node.elements.as_ref().and_then(|_| node.children.last()).copied();
        for (place, &child) in shown.iter().enumerate().rev() {
            let last = place + 1 == shown.len();
            let lead = format!("{below}{}", if last { "└─ " } else { "├─ " });
            let below = format!("{below}{}", if last { "   " } else { "│  " });
            let element = (body == Some(child))
                .then(|| node.elements.as_ref()?.element.as_ref().map(place_of))
                .flatten();
            pending.push((child, lead, below, element));
        }
    }
    rows
}

fn row(node: &TraceNode, lead: &str, element: Option<&str>) -> Row {
    let element = element.map(|element| format!("{element} ")).unwrap_or_default();
    let tree = format!("{lead}{element}{}", one_line(&node.expression));
    let mut remarks: Vec<String> = node.elements.iter().map(|elements| said(elements, node)).collect();
    let (value, tone) = match &node.state {
        State::Value(shown) => {
            remarks.extend(shown.hidden.iter().map(hidden));
            (one_line(&shown.text), Tone::Plain)
        }
        State::Fault { fault, value, own: true } => {
            remarks.extend(value.iter().map(|shown| format!("its value is {}", one_line(&shown.text))));
            (format!("fault[{}]: {}", fault.code, one_line(&fault.message)), Tone::Fault)
        }
        State::Fault { .. } => ("failed".to_owned(), Tone::Fault),
        State::Skipped(skip) => (skip.text().to_owned(), Tone::Quiet),
    };
    Row { tree, value, remark: remarks.join("; "), tone }
}

/// `[3]`, or `["key"]`.
fn place_of(element: &Element) -> String {
    match &element.key {
        Some(key) => format!("[{}]", one_line(&key.text)),
        None => format!("[{}]", element.index),
    }
}

/// What is said of a loop's elements.
fn said(elements: &LoopSeen, node: &TraceNode) -> String {
    let plural = |n: u64| if n == 1 { "1 element".to_owned() } else { format!("{n} elements") };
    let mut text = format!("{} seen", plural(elements.reached));
    match &elements.element {
        Some(element) if elements.decided => {
            let _ = write!(text, ", {} decided", place_of(element));
        }
        Some(element) if element.failed => {
            let _ = write!(text, ", {} failed", place_of(element));
        }
        Some(_)
            if elements.held > 0
                || matches!(&node.state, State::Value(shown) if shown.json.as_deref() != Some("false")) =>
        {
            let _ = write!(text, ", it held for {}", elements.held);
        }
        Some(_) => text.push_str(", none decided"),
        None => {}
    }
    text
}

fn hidden(part: &HiddenPart) -> String {
    let path = if part.path.is_empty() { String::new() } else { format!("{}: ", one_line(&part.path)) };
    match &part.reason {
        Some(reason) => format!("{path}{} ({})", part.code.title(), one_line(reason)),
        None => format!("{path}{}", part.code.title()),
    }
}

/// `text` in at most `columns` columns.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect();
    out.push('…');
    out
}
