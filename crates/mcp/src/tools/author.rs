//! Tools for authors: nothing here runs a program.

use probelang::data::InSource;
use probelang::data::text::{self, Object, array};
use probelang::diagnostic::SourceText;
use probelang::{Source, explain as explain_code};

use super::{Bounded, Call, EXPRESSION};
use crate::docs;
use crate::failed::Failed;

pub(super) fn check(call: &Call<'_>) -> Result<String, Failed> {
    let engine = call.knowing()?;
    let source = call.arguments.source();
    let kind = call.arguments.kind().unwrap_or_else(|| engine.inferred_kind(source));
    let report = engine.check(kind, source);
    let text = match (&report.tree, source) {
        (Some(tree), _) => SourceText::new(EXPRESSION, tree.source()),
        (None, Source::Text(text)) => SourceText::new(EXPRESSION, text),
        (None, Source::Json(json)) => SourceText::unread_json(EXPRESSION, json),
    };
    Ok(text::of(&InSource::new(&report, &text)))
}

pub(super) fn explain(call: &Call<'_>) -> Result<String, Failed> {
    let topic = call.arguments.topic.trim();
    let mut object = Object::new();
    if let Some(page) = docs::find(topic) {
        object.string("topic", page.name).string("text", page.text);
        return Ok(object.end());
    }
    let Some(explanation) = explain_code(topic) else {
        let pages: Vec<_> = docs::PAGES.iter().map(|page| page.name).collect();
        return Err(Failed::arguments(
            format!("there is no code or page `{topic}`"),
            format!("codes look like PL0214; the pages are {}", pages.join(", ")),
        ));
    };
    object.string("topic", explanation.code.text()).string("text", explanation.text);
    if let Some(example) = explanation.example {
        object.string("example", &format!("probelang {example}"));
    }
    if let Some(instead) = explanation.instead {
        object.string("instead", &format!("probelang {instead}"));
    }
    Ok(object.end())
}

pub(super) fn complete(call: &Call<'_>) -> Result<String, Failed> {
    let engine = call.knowing()?;
    let source = call.arguments.source();
    let Source::Text(source) = source else {
        return Err(Failed::arguments("only text is completed", "write the expression in the language"));
    };
    let text = SourceText::new(EXPRESSION, source);
    let offset = match call.arguments.cursor {
        Some(chars) => source.char_indices().nth(chars).map_or(source.len(), |(at, _)| at),
        None => source.len(),
    };
    let kind = call.arguments.kind().unwrap_or_else(|| Source::Text(source).usual_kind());
    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
    let mut candidates = Bounded::new(call.limit());
    for candidate in engine.complete(kind, source, offset) {
        if !candidates.add(text::of(&InSource::new(&candidate, &text))) {
            break;
        }
    }
    let mut object = Object::new();
    object.raw("candidates", &array(candidates.items)).boolean("truncated", candidates.truncated);
    Ok(object.end())
}
