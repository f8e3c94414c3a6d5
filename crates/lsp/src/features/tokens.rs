//! What the words of a text are, for colours.

use gen_lsp_types::{SemanticToken, SemanticTokens, SemanticTokensLegend};
use probelang::diagnostic::Span;
use probelang::syntax::TokenClass;

use super::View;

/// The types of tokens, in the order of their numbers.
const TYPES: [&str; 8] =
    ["keyword", "variable", "property", "function", "type", "string", "number", "operator"];
/// The only modifier: what the language defines.
const MODIFIERS: [&str; 1] = ["defaultLibrary"];

pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.map(str::to_owned).into(),
        token_modifiers: MODIFIERS.map(str::to_owned).into(),
    }
}

/// The number of a type and the bits of its modifiers; `None` for what has the colour of plain text, or of the string around it.
const fn number(class: TokenClass) -> Option<(u32, u32)> {
    match class {
        TokenClass::Keyword => Some((0, 0)),
        TokenClass::Name => Some((1, 0)),
        TokenClass::AtName => Some((1, 1)),
        TokenClass::Member => Some((2, 0)),
        TokenClass::Function => Some((3, 1)),
        TokenClass::TypeName => Some((4, 0)),
        TokenClass::String => Some((5, 0)),
        TokenClass::Number => Some((6, 0)),
        TokenClass::Operator => Some((7, 0)),
        TokenClass::Space
        | TokenClass::Bracket
        | TokenClass::Punctuation
        | TokenClass::Text
        | TokenClass::Escape
        | TokenClass::Bad => None,
    }
}

/// The tokens of the texts that touch `span`.
pub(crate) fn tokens(view: View<'_>, span: Span) -> SemanticTokens {
    let mut data = Vec::new();
    let (mut line, mut character) = (0, 0);
    for (start, embedded) in view.analysis.embedded_in(span) {
        let whole = embedded.places.inner().offset(start);
        if whole.end < span.start || whole.start > span.end {
            continue;
        }
        for lexeme in probelang::tokens(embedded.kind, &embedded.text) {
            let Some((token_type, token_modifiers_bitset)) = number(lexeme.class) else { continue };
            let written = View::written(start, embedded, lexeme.span);
            for part in view.text.lines_of(written) {
                let (from, to) = (view.text.position(part.start), view.text.position(part.end));
                let length = to.character.saturating_sub(from.character);
                if length == 0 {
                    continue;
                }
                let delta_line = from.line.saturating_sub(line);
                let before = if delta_line == 0 { character } else { 0 };
                data.push(SemanticToken {
                    delta_line,
                    delta_start: from.character.saturating_sub(before),
                    length,
                    token_type,
                    token_modifiers_bitset,
                });
                (line, character) = (from.line, from.character);
            }
        }
    }
    SemanticTokens { result_id: None, data }
}
