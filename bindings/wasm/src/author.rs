//! Tools for authors: nothing here runs a program.

use probelang::check::{Candidate, Hover, Report};
use probelang::data::InSource;
use probelang::data::text::{self, Object, array};
use probelang::diagnostic::{LineIndex, SourceText};
use probelang::{Engine, ProgramKind, Source};

use crate::Outcome;
use crate::kept::known;
use crate::options::Options;
use crate::reply;

/// An engine that knows the names in scope, and what is wrong with what should say them.
fn knowing(options: &Options) -> Result<(Engine, String), reply::Misuse> {
    let engine = options.engine()?;
    Ok(match known(options)? {
        None => (engine, "[]".to_owned()),
        Some(Ok(schema)) => (engine.schema(schema), "[]".to_owned()),
        Some(Err(wrong)) => (engine, wrong),
    })
}

/// A report as JSON, with what was wrong with the schema before it.
fn write(report: &Report, source: Source<'_>, wrong: &str) -> String {
    let text = reply::source_text(report.tree.as_ref().map(|tree| &**tree.source()), source);
    let json = text::of(&InSource::new(report, &text));
    if wrong == "[]" {
        return json;
    }
    let diagnostics = reply::diagnostics(&report.diagnostics, &text);
    let mut object = Object::new();
    object
        .boolean("ok", false)
        .string("kind", report.kind.name())
        .boolean("incomplete", report.incomplete)
        .raw("diagnostics", &reply::joined(&[wrong, &diagnostics]));
    object.end()
}

/// The report of a source.
pub fn check(source: &str, options: &Options) -> Outcome {
    let source = options.source(source);
    let (engine, wrong) = knowing(options)?;
    let report = engine.check(options.inferred_kind(&engine, source)?, source);
    Ok(options.integers.write(write(&report, source, &wrong)))
}

/// The source in canonical text.
pub fn format(source: &str, options: &Options) -> Outcome {
    let source = options.source(source);
    Ok(reply::text(options.engine()?.format(options.kind(source)?, source)))
}

/// The wire JSON of a source.
pub fn to_json(source: &str, options: &Options) -> Outcome {
    let source = options.source(source);
    Ok(reply::text(options.engine()?.to_json(options.kind(source)?, source)))
}

/// The safe fixes of a source applied.
pub fn fix(source: &str, options: &Options) -> Outcome {
    let source = options.source(source);
    let (engine, wrong) = knowing(options)?;
    let fixed = engine.fix(options.inferred_kind(&engine, source)?, source);
    let remaining = match source {
        Source::Text(_) => Source::Text(&fixed.text),
        Source::Json(_) => Source::Json(&fixed.text),
    };
    let tree = fixed.report.tree.as_ref().map(|tree| &**tree.source());
    let diagnostics = reply::of_source(&fixed.report.diagnostics, tree, remaining);
    let applied = fixed.applied.iter().map(|applied| text::string(&applied.title));
    let mut object = Object::new();
    object
        .boolean("ok", fixed.report.is_ok() && wrong == "[]")
        .string("text", &fixed.text)
        .raw("applied", &array(applied))
        .raw("diagnostics", &reply::joined(&[&wrong, &diagnostics]));
    Ok(object.end())
}

/// A source with a cursor in it: its kind, its text with lines, the byte of the cursor.
fn at_cursor<'s>(
    source: &'s str,
    options: &Options,
) -> Result<(ProgramKind, SourceText<'s>, u32), reply::Misuse> {
    let text = SourceText::new(reply::EXPRESSION, source);
    let offset = text.lines().from_utf16(options.offset);
    Ok((options.kind(Source::Text(source))?, text, offset))
}

/// What can be written at the cursor.
pub fn complete(source: &str, options: &Options) -> Outcome {
    let (kind, text, offset) = at_cursor(source, options)?;
    let candidates: Vec<Candidate> = knowing(options)?.0.complete(kind, source, offset);
    Ok(text::of(&InSource::new(candidates.as_slice(), &text)))
}

/// What is written at the cursor; `null` for nothing.
pub fn hover(source: &str, options: &Options) -> Outcome {
    let (kind, text, offset) = at_cursor(source, options)?;
    let hover: Option<Hover> = knowing(options)?.0.hover(kind, source, offset);
    Ok(hover.map_or_else(|| "null".to_owned(), |hover| text::of(&InSource::new(&hover, &text))))
}

/// The tokens of a source, each with its class and its ends in UTF-16 units.
pub fn tokens(source: &str, options: &Options) -> Outcome {
    let lines = LineIndex::new(source);
    let tokens = probelang::tokens(options.kind(Source::Text(source))?, source);
    Ok(array(tokens.into_iter().map(|token| {
        let mut object = Object::new();
        object
            .number("start", lines.utf16(token.span.start).into())
            .number("end", lines.utf16(token.span.end).into())
            .string("class", token.class.name());
        object.end()
    })))
}

/// What a code means; `null` for an unknown one.
pub fn explain(code: &str) -> String {
    probelang::explain(code).map_or_else(|| "null".to_owned(), |explanation| text::of(&explanation))
}
