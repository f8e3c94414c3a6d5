//! What is at the cursor, with its type.

use gen_lsp_types::{Hover, Position};

use super::{View, contents};

/// Characters of a type that are shown.
const LONGEST: usize = 2_000;

pub(crate) fn hover(view: View<'_>, position: Position) -> Option<Hover> {
    let cursor = view.cursor(position)?;
    let embedded = cursor.embedded;
    let found = view.engine.hover(embedded.kind, &embedded.text, cursor.at)?;
    let name = found.span.slice(&embedded.text);
    // of a function or operator the type is how it is called
    let is_called = found.ty.contains(name);
    let mut head = if is_called { found.ty } else { format!("{name}: {}", found.ty) };
    if let Some((end, _)) = head.char_indices().nth(LONGEST) {
        head.truncate(end);
        head.push('…');
    }
    let mut text = format!("```probelang\n{head}\n```");
    if !found.docs.is_empty() {
        text.push_str("\n\n");
        text.push_str(&found.docs);
    }
    let span = View::written(cursor.start, embedded, found.span);
    Some(Hover { contents: contents(text), range: Some(view.text.range(span)) })
}
