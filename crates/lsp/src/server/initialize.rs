//! What the client can do, and what the server can.

use gen_lsp_types::{
    CodeActionOptions, CodeActionProvider, CompletionOptions, DiagnosticOptions, DiagnosticProvider,
    DocumentFormattingProvider, FoldingRangeProvider, Full, HoverProvider, InitializeResult,
    InlayHintProvider, PositionEncodingKind, SemanticTokensOptions, SemanticTokensOptionsRange,
    SemanticTokensProvider, ServerCapabilities, ServerInfo, SignatureHelpOptions, TextDocumentSync,
    TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::{Value, json};

use super::{Client, Phase, Refused, Server};
use crate::features::{actions, tokens};
use crate::text::Encoding;

impl Client {
    /// What the parameters of `initialize` say. What they do not say, or say wrongly, the client cannot do.
    fn of(params: &Value) -> Self {
        let can = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let does = |path: &str| can(path).and_then(Value::as_bool) == Some(true);
        let encodings: Vec<PositionEncodingKind> = can("general/positionEncodings")
            .and_then(|all| serde_json::from_value(all.clone()).ok())
            .unwrap_or_default();
        Self {
            encoding: Encoding::agree(&encodings),
            pulls: can("textDocument/diagnostic").is_some_and(Value::is_object),
            watches: does("workspace/didChangeWatchedFiles/dynamicRegistration"),
            refreshes_diagnostics: does("workspace/diagnostics/refreshSupport"),
            refreshes_hints: does("workspace/inlayHint/refreshSupport"),
        }
    }
}

impl Server {
    pub(super) fn initialize(&mut self, params: &Value) -> Result<Value, Refused> {
        self.client = Client::of(params);
        self.phase = Phase::Running;
        let result = InitializeResult {
            capabilities: self.capabilities(),
            server_info: Some(ServerInfo {
                name: "probelang".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        super::requests::value(result)
    }

    fn capabilities(&self) -> ServerCapabilities {
        let words = |all: &[&str]| Some(all.iter().map(|word| (*word).to_owned()).collect());
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(true.into()),
            ..TextDocumentSyncOptions::default()
        };
        let diagnostics = self.client.pulls.then(|| {
            DiagnosticProvider::DiagnosticOptions(DiagnosticOptions {
                identifier: Some("probelang".to_owned()),
                ..DiagnosticOptions::default()
            })
        });
        let tokens = SemanticTokensOptions {
            legend: tokens::legend(),
            range: Some(SemanticTokensOptionsRange::Bool(true)),
            full: Some(Full::Bool(true)),
            work_done_progress_options: Default::default(),
        };
        ServerCapabilities {
            position_encoding: Some(self.client.encoding.kind()),
            text_document_sync: Some(TextDocumentSync::Options(sync)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: words(&[".", "[", "(", "{", "@", "\""]),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(HoverProvider::Bool(true)),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: words(&["(", ","]),
                ..SignatureHelpOptions::default()
            }),
            code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
                code_action_kinds: Some(actions::kinds()),
                ..CodeActionOptions::default()
            })),
            document_formatting_provider: Some(DocumentFormattingProvider::Bool(true)),
            folding_range_provider: Some(FoldingRangeProvider::Bool(true)),
            semantic_tokens_provider: Some(SemanticTokensProvider::SemanticTokensOptions(tokens)),
            inlay_hint_provider: Some(InlayHintProvider::Bool(true)),
            diagnostic_provider: diagnostics,
            ..ServerCapabilities::default()
        }
    }

    /// Asks the client to say when a file changes that projects are read from. Without it the files are looked at now and then.
    pub(super) fn watch(&mut self) {
        if self.client.watches {
            let watchers: Vec<Value> = ["**/probelang.toml", "**/*.json", "**/*.ndjson", "**/*.jsonl"]
                .into_iter()
                .map(|pattern| json!({"globPattern": pattern}))
                .collect();
            let registration = json!({
                "id": "probelang-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers},
            });
            self.ask_client("client/registerCapability", json!({"registrations": [registration]}));
        }
    }
}
