//! Diagnostics for programs: one JSON object a line.

use probelang::diagnostic::{Diagnostic, SourceText, Span};

use crate::json::{Array, Object};

/// `diagnostic` as a JSON object that can still grow.
pub fn object(source: &SourceText<'_>, diagnostic: &Diagnostic) -> Object {
    let lines = source.lines();
    let mut object = Object::new();
    object
        .string("code", diagnostic.code.text())
        .string("class", diagnostic.class().name())
        .string("severity", diagnostic.severity.name())
        .string("message", &diagnostic.message);
    if source.has_spans() {
        object.raw("span", &span(diagnostic.span));
    } else {
        object.raw("span", "null");
    }
    match &diagnostic.path {
        Some(path) => object.string("path", path),
        None => object.raw("path", "null"),
    };
    object.string("source", source.name());
    let first = diagnostic.labels.first().map(|label| label.span).filter(|_| !source.has_spans());
    if let Some(first) = first {
        let at = lines.line_column(first.start);
        object.number("line", u64::from(at.line)).number("column", u64::from(at.column));
    }
    if source.has_spans() {
        let at = lines.line_column(diagnostic.span.start);
        let mut utf16 = Object::new();
        utf16
            .number("start", u64::from(lines.utf16(diagnostic.span.start)))
            .number("end", u64::from(lines.utf16(diagnostic.span.end)));
        object
            .number("line", u64::from(at.line))
            .number("column", u64::from(at.column))
            .raw("utf16", &utf16.end());
    }
    let mut args = Object::new();
    for (name, value) in &diagnostic.args {
        args.string(name, value);
    }
    object.raw("args", &args.end());
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = Object::new();
        object.raw("span", &span(label.span)).string("text", &label.text);
        object.end()
    });
    object.raw("labels", &Array::of(labels));
    object.raw("notes", &Array::of(diagnostic.notes.iter().map(|note| crate::json::string(note))));
    let edits = diagnostic.edits.iter().map(|edit| {
        let changes = edit.changes.iter().map(|change| {
            let mut object = Object::new();
            object.raw("span", &span(change.span)).string("text", &change.text);
            object.end()
        });
        let mut object = Object::new();
        object
            .string("title", &edit.title)
            .string("applicability", edit.applicability.name())
            .raw("changes", &Array::of(changes));
        object.end()
    });
    object.raw("edits", &Array::of(edits));
    object
}

fn span(span: Span) -> String {
    let mut object = Object::new();
    object.number("start", u64::from(span.start)).number("end", u64::from(span.end));
    object.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use probelang::diagnostic::{Applicability, Edit, parse};

    #[test]
    fn every_part_of_a_diagnostic_is_there() {
        let diagnostic = Diagnostic::new(parse::FOREIGN_OPERATOR, Span::new(9, 11), "`<>` is written `!=`")
            .arg("operator", "<>")
            .label(Span::new(0, 8), "left side")
            .note("a \"note\"")
            .edit(Edit::replace(Span::new(9, 11), "!=", "write `!=`", Applicability::Safe));
        let origin = SourceText::new("<expression>", "\"ж😀\" <>x");
        insta::assert_snapshot!(object(&origin, &diagnostic).end());
        let nowhere = Diagnostic::new(parse::ARITY, Span::empty(0), "no").at_path("");
        insta::assert_snapshot!(object(&SourceText::nowhere("<json>"), &nowhere).end());
    }
}
