//! The call that the cursor is in.

use gen_lsp_types::{
    ActiveParameter, ParameterInformation, ParameterInformationLabel, Position, SignatureHelp,
    SignatureInformation,
};

use super::{View, documentation};
use crate::text::clip;

pub(crate) fn signature(view: View<'_>, position: Position) -> Option<SignatureHelp> {
    let cursor = view.cursor(position)?;
    let found = view.engine.signature(cursor.embedded.kind, &cursor.embedded.text, cursor.at)?;
    let parameters = parameters(&found.text).into_iter().map(|(from, to)| ParameterInformation {
        label: ParameterInformationLabel::Tuple((from, to)),
        documentation: None,
    });
    let active = Some(ActiveParameter::Int(clip(found.argument)));
    let signature = SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: documentation(found.docs),
        label: found.text,
        active_parameter: active,
    };
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active })
}

/// Where the parameters of `name(a, b) -> type` are. Signatures are ASCII, so that all encodings count alike.
fn parameters(signature: &str) -> Vec<(u32, u32)> {
    let (Some(open), Some(close)) = (signature.find('('), signature.find(") ->").or(signature.rfind(')')))
    else {
        return Vec::new();
    };
    let first = open.saturating_add(1);
    let Some(inner) = signature.get(first..close).filter(|inner| !inner.is_empty()) else {
        return Vec::new();
    };
    let mut at = first;
    inner
        .split(", ")
        .map(|parameter| {
            let from = at;
            at = at.saturating_add(parameter.len()).saturating_add(2);
            (clip(from), clip(from.saturating_add(parameter.len())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn every_parameter_is_found() {
        let text = "substring(text, from, to) -> string";
        let found: Vec<_> =
            parameters(text).into_iter().map(|(from, to)| &text[from as usize..to as usize]).collect();
        assert_eq!(found, ["text", "from", "to"]);
        assert!(parameters("x").is_empty() && parameters("f() -> x").is_empty());
    }

    #[test]
    fn signatures_are_ascii() {
        for function in probelang::syntax::function::FUNCTIONS {
            assert!(function.typed_signature().is_ascii(), "{}", function.typed_signature());
        }
    }
}
