//! The requests about a document.

use gen_lsp_types::{CodeActionKind, Position, Range};
use lsp_server::ErrorCode;
use probelang::diagnostic::Span;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Named, NamedDocument, Refused, Server};
use crate::features::{
    View, actions, complete, diagnostics, folding, format, hover, inlay, signature, tokens,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    text_document: NamedDocument,
    position: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct In {
    text_document: NamedDocument,
    range: Range,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionsIn {
    text_document: NamedDocument,
    range: Range,
    #[serde(default)]
    context: ActionContext,
}

#[derive(Default, Deserialize)]
struct ActionContext {
    #[serde(default)]
    only: Option<Vec<CodeActionKind>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pulled {
    text_document: NamedDocument,
    #[serde(default)]
    previous_result_id: Option<String>,
}

fn params<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|error| Refused::new(ErrorCode::InvalidParams, error.to_string()))
}

/// A result as JSON.
pub(super) fn value(result: impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(result).map_err(|error| Refused::new(ErrorCode::InternalError, error.to_string()))
}

const EVERYTHING: Span = Span::new(0, u32::MAX);

impl Server {
    /// Answers a request. A document that is not open has nothing in it.
    pub(super) fn ask(&mut self, method: &str, given: Value, now: u64) -> Result<Value, Refused> {
        match method {
            "textDocument/completion" => self.at(given, now, complete::complete),
            "textDocument/hover" => self.at(given, now, hover::hover),
            "textDocument/signatureHelp" => self.at(given, now, signature::signature),
            "textDocument/codeAction" => {
                let ActionsIn { text_document: NamedDocument { uri }, range, context } = params(given)?;
                let found = self.looking(&uri, now, |view, _| {
                    actions::actions(view, &uri, view.text.span(range), context.only.as_deref())
                });
                value(found)
            }
            "textDocument/formatting" => self.whole(given, now, format::format),
            "textDocument/foldingRange" => self.whole(given, now, folding::folding),
            "textDocument/semanticTokens/full" => {
                self.whole(given, now, |view| tokens::tokens(view, EVERYTHING))
            }
            "textDocument/semanticTokens/range" => self.within(given, now, tokens::tokens),
            "textDocument/inlayHint" => self.within(given, now, inlay::hints),
            "textDocument/diagnostic" => self.pull(given, now),
            "initialize" => Err(Refused::new(ErrorCode::InvalidRequest, "the server was initialized before")),
            _ => Err(Refused::new(ErrorCode::MethodNotFound, format!("there is no method {method}"))),
        }
    }

    fn at<T: Serialize>(
        &mut self,
        given: Value,
        now: u64,
        ask: impl FnOnce(View<'_>, Position) -> Option<T>,
    ) -> Result<Value, Refused> {
        let At { text_document: NamedDocument { uri }, position } = params(given)?;
        value(self.looking(&uri, now, |view, _| ask(view, position)).flatten())
    }

    fn within<T: Serialize>(
        &mut self,
        given: Value,
        now: u64,
        ask: impl FnOnce(View<'_>, Span) -> T,
    ) -> Result<Value, Refused> {
        let In { text_document: NamedDocument { uri }, range } = params(given)?;
        value(self.looking(&uri, now, |view, _| ask(view, view.text.span(range))))
    }

    fn whole<T: Serialize>(
        &mut self,
        given: Value,
        now: u64,
        ask: impl FnOnce(View<'_>) -> T,
    ) -> Result<Value, Refused> {
        let Named { text_document: NamedDocument { uri } } = params(given)?;
        value(self.looking(&uri, now, |view, _| ask(view)))
    }

    fn pull(&mut self, given: Value, now: u64) -> Result<Value, Refused> {
        let Pulled { text_document: NamedDocument { uri }, previous_result_id } = params(given)?;
        let report = self.looking(&uri, now, |view, document| {
            let id = document.state();
            if previous_result_id.as_ref() == Some(&id) {
                return json!({"kind": "unchanged", "resultId": id});
            }
            json!({"kind": "full", "resultId": id, "items": diagnostics::diagnostics(view, &uri)})
        });
        Ok(report.unwrap_or_else(|| json!({"kind": "full", "items": []})))
    }
}
