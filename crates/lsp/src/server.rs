//! The protocol: which message does what, in what order, and when diagnostics are due.

mod initialize;
mod requests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gen_lsp_types::{
    FileEvent, MessageType, PublishDiagnosticsParams, ShowMessageParams, TextDocumentItem, Uri,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use probelang_project::Project;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::document::Document;
use crate::features::{View, diagnostics};
use crate::folder::{Folder, Folders, MakeEngine};
use crate::serve::Ended;
use crate::text::{Encoding, Text};

/// How long a document is left alone after a change before its diagnostics are sent, in milliseconds.
const QUIET: u64 = 150;

/// Documents that are open at once.
const DOCUMENTS: usize = 4_096;

/// Settings of a server.
pub struct Options {
    /// Makes the engine of a project.
    pub engine: MakeEngine,
    /// Whether `probelang.toml` is looked for.
    pub reads_projects: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { engine: Box::new(Project::engine), reads_projects: true }
    }
}

/// A language server without streams, threads and clock.
pub struct Server {
    folders: Folders,
    documents: HashMap<String, Document>,
    client: Client,
    phase: Phase,
    /// Messages that wait, in the order in which they came.
    waiting: VecDeque<Message>,
    /// Documents whose diagnostics are due, and when.
    due: BTreeMap<String, u64>,
    out: Vec<String>,
    /// Requests that were sent to the client.
    asked: i32,
    /// What the user was told last of a project that is of no use.
    complaint: Option<String>,
}

/// What the client can do.
#[derive(Default)]
struct Client {
    encoding: Encoding,
    /// It asks for diagnostics; none are sent.
    pulls: bool,
    watches: bool,
    refreshes_diagnostics: bool,
    refreshes_hints: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    ShutDown,
    Ended(Ended),
}

/// Why a request has no result.
pub(crate) struct Refused {
    code: ErrorCode,
    message: String,
}

impl Refused {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: TextDocumentItem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: Versioned,
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
struct Versioned {
    uri: String,
    #[serde(default)]
    version: i32,
}

#[derive(Deserialize)]
struct ContentChange {
    #[serde(default)]
    range: Option<gen_lsp_types::Range>,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    text_document: NamedDocument,
}

#[derive(Deserialize)]
struct NamedDocument {
    uri: String,
}

#[derive(Deserialize)]
struct Watched {
    changes: Vec<FileEvent>,
}

#[derive(Deserialize)]
struct Cancelled {
    id: RequestId,
}

impl Server {
    /// A server that waits for `initialize`.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            folders: Folders::new(options.engine, options.reads_projects),
            documents: HashMap::new(),
            client: Client::default(),
            phase: Phase::New,
            waiting: VecDeque::new(),
            due: BTreeMap::new(),
            out: Vec::new(),
            asked: 0,
            complaint: None,
        }
    }

    /// Takes a message: it waits until [`step`](Self::step) comes to it. One that cancels a request that still waits is obeyed at
    /// once. What is not a message is answered with an error.
    pub fn receive(&mut self, message: &[u8]) {
        let value: Value = match serde_json::from_slice(message) {
            Ok(value) => value,
            Err(error) => return self.reject(None, ErrorCode::ParseError, &format!("not JSON: {error}")),
        };
        let has_id = value.get("id").is_some();
        let id = value.get("id").filter(|id| id.is_i64() || id.is_string()).cloned();
        let is_request = value.get("method").is_some();
        match serde_json::from_value(value) {
            // an answer without a method is a response; one with an id that is no id must not pass as a notification
            Ok(Message::Notification(notification)) if !has_id => self.notified(notification),
            Ok(Message::Request(request)) => self.waiting.push_back(Message::Request(request)),
            Ok(Message::Response(_)) if !is_request => {}
            _ => self.reject(id, ErrorCode::InvalidRequest, "not a message of JSON-RPC"),
        }
    }

    fn notified(&mut self, notification: Notification) {
        if notification.method != "$/cancelRequest" {
            self.waiting.push_back(Message::Notification(notification));
            return;
        }
        let Ok(Cancelled { id }) = serde_json::from_value(notification.params) else { return };
        let is_it = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        if let Some(at) = self.waiting.iter().position(is_it) {
            self.waiting.remove(at);
            let refused = Refused::new(ErrorCode::RequestCanceled, "the client cancelled it");
            self.answer(id, Err(refused));
        }
    }

    /// Answers a message that was longer than is read.
    pub(crate) fn too_long(&mut self, length: u64) {
        let message = format!("a message of {length} bytes is too long");
        self.reject(None, ErrorCode::InvalidRequest, &message);
    }

    /// Does one thing: handles the next message or, if none waits, finds what is due at `now`. False if there was nothing to
    /// do. `now` is in milliseconds, from whenever.
    pub fn step(&mut self, now: u64) -> bool {
        match self.waiting.pop_front() {
            Some(Message::Request(request)) => self.request(request, now),
            Some(Message::Notification(notification)) => self.notification(notification, now),
            Some(Message::Response(_)) => {}
            None => {
                let next = self.due.iter().find(|(_, due)| **due <= now).map(|(uri, _)| uri.clone());
                let Some(uri) = next else { return false };
                self.due.remove(&uri);
                self.publish(&uri, now);
            }
        }
        true
    }

    /// When the next thing is due that no message asks for, in milliseconds.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.due.values().copied().min()
    }

    /// What the server has to say since this was called last: a JSON text each.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.out)
    }

    /// How the session ended, if it has.
    #[must_use]
    pub const fn ended(&self) -> Option<Ended> {
        match self.phase {
            Phase::Ended(ended) => Some(ended),
            Phase::New | Phase::Running | Phase::ShutDown => None,
        }
    }

    /// How many programs were checked for a document since it was opened: what is not checked again after a change does not
    /// count again. For tests of what a key costs.
    #[must_use]
    pub fn checked(&self, uri: &str) -> usize {
        self.documents.get(uri).map_or(0, |document| document.checked)
    }

    fn request(&mut self, request: Request, now: u64) {
        let Request { id, method, params } = request;
        let result = match self.phase {
            Phase::New if method == "initialize" => self.initialize(&params),
            Phase::New => {
                Err(Refused::new(ErrorCode::ServerNotInitialized, "the first request is `initialize`"))
            }
            Phase::Running if method == "shutdown" => {
                self.phase = Phase::ShutDown;
                self.due.clear();
                Ok(Value::Null)
            }
            // a defect ends the request that met it, not the session
            Phase::Running => catch_unwind(AssertUnwindSafe(|| self.ask(&method, params, now)))
                .unwrap_or_else(|_| Err(Refused::new(ErrorCode::InternalError, "a defect of the server"))),
            Phase::ShutDown | Phase::Ended(_) => {
                Err(Refused::new(ErrorCode::InvalidRequest, "the server was shut down"))
            }
        };
        self.answer(id, result);
    }

    fn notification(&mut self, notification: Notification, now: u64) {
        let Notification { method, params } = notification;
        if method == "exit" {
            let ended = if self.phase == Phase::ShutDown { Ended::Asked } else { Ended::Left };
            self.phase = Phase::Ended(ended);
            return;
        }
        if self.phase != Phase::Running {
            return;
        }
        match &*method {
            "initialized" => self.watch(),
            "textDocument/didOpen" => self.taking(params, |server, opened| server.open(opened, now)),
            "textDocument/didChange" => self.taking(params, |server, changed| server.change(changed, now)),
            "textDocument/didSave" => self.taking(params, |server, saved: Named| {
                server.is_due(&saved.text_document.uri, now);
            }),
            "textDocument/didClose" => self.taking(params, Self::close),
            "workspace/didChangeWatchedFiles" => {
                self.taking(params, |server, watched| server.files_changed(&watched, now));
            }
            "workspace/didChangeConfiguration" => self.projects_changed(now),
            _ => {}
        }
    }

    /// Hands the parameters of a notification on. What they are not is reported, since a notification has no answer.
    fn taking<T: DeserializeOwned>(&mut self, params: Value, take: impl FnOnce(&mut Self, T)) {
        match serde_json::from_value(params) {
            Ok(params) => take(self, params),
            Err(error) => {
                self.say(MessageType::Error, "window/logMessage", format!("bad parameters: {error}"))
            }
        }
    }

    fn open(&mut self, opened: Opened, now: u64) {
        let TextDocumentItem { uri, language_id, version, text } = opened.text_document;
        if self.documents.len() >= DOCUMENTS {
            let message = format!("{} is not looked at: {DOCUMENTS} documents are open", uri.0);
            return self.say(MessageType::Warning, "window/logMessage", message);
        }
        let language = serde_json::to_value(&language_id).ok();
        let language = language.as_ref().and_then(Value::as_str).unwrap_or_default();
        let text = Text::new(text, self.client.encoding);
        self.due.insert(uri.0.clone(), now);
        let document = Document::new(&uri.0, language, version, text);
        self.documents.insert(uri.0, document);
    }

    fn change(&mut self, changed: Changed, now: u64) {
        let uri = changed.text_document.uri;
        let Some(document) = self.documents.get_mut(&uri) else { return };
        document.version = changed.text_document.version;
        document.changed();
        for change in changed.content_changes {
            if !document.text.replace(change.range, &change.text) {
                // what follows would count in a text that is not there
                self.documents.remove(&uri);
                self.due.remove(&uri);
                let message = format!("{uri} is too long to be looked at");
                return self.say(MessageType::Warning, "window/logMessage", message);
            }
        }
        self.due.insert(uri, now.saturating_add(QUIET));
    }

    fn close(&mut self, closed: Named) {
        let uri = closed.text_document.uri;
        self.due.remove(&uri);
        if self
            .documents
            .remove(&uri)
            .is_some_and(|document| document.published.is_some_and(|all| !all.is_empty()))
        {
            let params = PublishDiagnosticsParams { uri: Uri(uri), version: None, diagnostics: Vec::new() };
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    fn is_due(&mut self, uri: &str, now: u64) {
        if self.documents.contains_key(uri) {
            self.due.insert(uri.to_owned(), now);
        }
    }

    fn files_changed(&mut self, watched: &Watched, now: u64) {
        let is_read = |event: &FileEvent| {
            crate::place::path(&event.uri.0).is_some_and(|path| self.folders.reads(&path))
        };
        if watched.changes.iter().any(is_read) {
            self.projects_changed(now);
        }
    }

    /// Reads all projects again, and whatever was found with them.
    fn projects_changed(&mut self, now: u64) {
        self.folders.forget();
        for (uri, document) in &mut self.documents {
            document.changed();
            self.due.insert(uri.clone(), now);
        }
        if self.client.pulls && self.client.refreshes_diagnostics {
            self.ask_client("workspace/diagnostic/refresh", Value::Null);
        }
        if self.client.refreshes_hints {
            self.ask_client("workspace/inlayHint/refresh", Value::Null);
        }
    }

    /// A document with its project, analysed.
    fn looking<T>(&mut self, uri: &str, now: u64, look: impl FnOnce(View<'_>, &Document) -> T) -> Option<T> {
        let document = self.documents.get_mut(uri)?;
        let folder: Arc<Folder> = self.folders.of(document.path.as_deref(), now);
        document.analyse(&folder);
        let document = self.documents.get(uri)?;
        let view = View { text: &document.text, analysis: document.analysis(), engine: &folder.engine };
        let result = look(view, document);
        self.complain(&folder);
        Some(result)
    }

    /// Says once what is wrong with a project.
    fn complain(&mut self, folder: &Folder) {
        if folder.problem.is_some() && folder.problem != self.complaint {
            let message = folder.problem.clone().unwrap_or_default();
            self.say(MessageType::Error, "window/showMessage", message);
        }
        self.complaint.clone_from(&folder.problem);
    }

    /// Sends the diagnostics of a document, if they are not those that were sent before. The first are sent also if there are none:
    /// the client then knows that it was looked at.
    fn publish(&mut self, uri: &str, now: u64) {
        if self.client.pulls {
            return;
        }
        let found = catch_unwind(AssertUnwindSafe(|| {
            self.looking(uri, now, |view, document| {
                (document.version, view.analysis.is_looked_at(), diagnostics::diagnostics(view, uri))
            })
        }));
        let Ok(Some((version, is_looked_at, diagnostics))) = found else { return };
        let Some(document) = self.documents.get_mut(uri) else { return };
        let is_known = match &document.published {
            Some(known) => *known == diagnostics,
            None => !is_looked_at,
        };
        if !is_known {
            document.published = Some(diagnostics.clone());
            let params =
                PublishDiagnosticsParams { uri: Uri(uri.to_owned()), version: Some(version), diagnostics };
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    fn say(&mut self, kind: MessageType, method: &str, message: String) {
        self.notify(method, ShowMessageParams { kind, message });
    }

    fn notify(&mut self, method: &str, params: impl Serialize) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask_client(&mut self, method: &str, params: Value) {
        self.asked = self.asked.saturating_add(1);
        let mut request = json!({"jsonrpc": "2.0", "id": self.asked, "method": method});
        if let Some(request) = request.as_object_mut().filter(|_| !params.is_null()) {
            request.insert("params".to_owned(), params);
        }
        self.send(&request);
    }

    fn answer(&mut self, id: RequestId, result: Result<Value, Refused>) {
        let response = match result {
            Ok(result) => Response { id, response_result: Ok(result) },
            Err(Refused { code, message }) => Response::new_err(id, code as i32, message),
        };
        let mut value = serde_json::to_value(response).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.insert("jsonrpc".to_owned(), json!("2.0"));
        }
        self.send(&value);
    }

    /// Answers what is not a request.
    fn reject(&mut self, id: Option<Value>, code: ErrorCode, message: &str) {
        let error = json!({"code": code as i32, "message": message});
        self.send(&json!({"jsonrpc": "2.0", "id": id, "error": error}));
    }

    fn send(&mut self, message: &Value) {
        self.out.push(message.to_string());
    }
}
