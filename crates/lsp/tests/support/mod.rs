//! A client that plays sessions which are written as text.
//!
//! ```text
//! # a remark
//! write probelang.toml
//! | schema = "scope.json"
//! open a.probe probelang
//! | user.age > 40
//! hover a.probe "user.a|ge"
//! < {"id":1,…}
//! ```
//!
//! A command is a line. Lines with `|` after it are a text, lines with `<` what the server says, lines with `=` the text
//! that a document has then. A place is a piece of the document with `|` in it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use probelang_lsp::{Options, Server};
use serde_json::{Value, json};

/// A probe file of at least so many lines.
#[allow(dead_code, reason = "one of those who include this file needs it")]
pub fn long_probe_file(lines: usize) -> String {
    let mut file = String::from("[");
    for number in 0..lines.div_ceil(13) {
        let comma = if number == 0 { "" } else { "," };
        write!(
            file,
            r#"{comma}
  {{
    "id": "probe-{number}",
    "type": "LOG_PROBE",
    "where": {{"sourceFile": "shop/cart_{number}.py", "lines": ["{number}"]}},
    "when": {{
      "dsl": "total > {number} && any(items, {{@it.price > 100 && @it.name != \\"x{number}\\"}})"
    }},
    "template": "probe {number} {{user.name}}",
    "captureExpressions": [
      {{"name": "items", "expr": {{"dsl": "filter(items, {{@it.price > {number}}})"}}}}
    ],
    "life": {{"maxHits": 20}}
  }}"#
        )
        .unwrap();
    }
    file + "\n]\n"
}

/// A client with its documents.
pub struct Player {
    pub server: Server,
    folder: PathBuf,
    documents: HashMap<String, (i64, String)>,
    id: i64,
    now: u64,
    /// What the server said last, in a response.
    answer: Value,
    /// Whether messages are handed over together.
    holds: bool,
    /// Whether what is sent is written down, instead of commands.
    pub is_transcript: bool,
    out: String,
}

impl Player {
    pub fn new(folder: &Path) -> Self {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        fs::create_dir_all(folder).unwrap();
        Self {
            server: Server::new(Options::default()),
            folder: folder.canonicalize().unwrap(),
            documents: HashMap::new(),
            id: 0,
            now: 0,
            answer: Value::Null,
            holds: false,
            is_transcript: false,
            out: String::new(),
        }
    }

    /// Plays a session, and gives it with what the server said.
    pub fn play(&mut self, session: &str) -> String {
        let mut lines = session.lines().peekable();
        while let Some(line) = lines.next() {
            if line.starts_with(['<', '=']) {
                continue;
            }
            if !self.is_transcript {
                self.out.push_str(line);
                self.out.push('\n');
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut text = Vec::new();
            while let Some(more) = lines.next_if(|next| next.starts_with('|')) {
                if !self.is_transcript {
                    self.out.push_str(more);
                    self.out.push('\n');
                }
                text.push(more.strip_prefix("| ").unwrap_or_else(|| &more[1..]));
            }
            self.command(line, &text.join("\n"));
        }
        std::mem::take(&mut self.out)
    }

    /// Opens a document.
    pub fn open(&mut self, name: &str, language: &str, text: &str) {
        self.documents.insert(name.to_owned(), (1, text.to_owned()));
        let item = json!({"uri": self.uri(name), "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Replaces the first `old` in a document.
    pub fn replace(&mut self, name: &str, old: &str, new: &str) {
        let start = self.documents[name].1.find(old).unwrap_or_else(|| panic!("{old} is not in {name}"));
        let range = self.range(name, start, start + old.len());
        let uri = self.uri(name);
        let (version, whole) = self.documents.get_mut(name).unwrap();
        *version += 1;
        whole.replace_range(start..start + old.len(), new);
        let item = json!({"uri": uri, "version": version});
        let changes = json!([{"range": range, "text": new}]);
        self.notify("textDocument/didChange", json!({"textDocument": item, "contentChanges": changes}));
    }

    fn command(&mut self, line: &str, text: &str) {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
        let document = json!({"uri": self.uri(name)});
        match command {
            "initialize" => {
                let capabilities: Value = serde_json::from_str(rest).unwrap_or_else(|_| json!({}));
                self.request("initialize", json!({"capabilities": capabilities}));
                self.notify("initialized", json!({}));
            }
            "write" => fs::write(self.folder.join(name), text.to_owned() + "\n").unwrap(),
            "watched" => {
                self.notify(
                    "workspace/didChangeWatchedFiles",
                    json!({"changes": [{"uri": document["uri"], "type": 2}]}),
                );
            }
            "open" => self.open(name, argument, text),
            "close" => self.notify("textDocument/didClose", json!({"textDocument": document})),
            "change" => {
                let mut both = serde_json::Deserializer::from_str(argument).into_iter::<String>();
                let (old, new) = (both.next().unwrap().unwrap(), both.next().unwrap().unwrap());
                self.replace(name, &old, &new);
            }
            "hover" | "completion" | "signatureHelp" => {
                let range = self.place(name, argument);
                let params = json!({"textDocument": document, "position": range["start"]});
                self.request(&format!("textDocument/{command}"), params);
            }
            "codeAction" | "fixAll" => {
                let range = self.place(name, argument);
                let only = (command == "fixAll").then_some(["source.fixAll"]);
                let context = json!({"diagnostics": [], "only": only});
                let params = json!({"textDocument": document, "range": range, "context": context});
                self.request("textDocument/codeAction", params);
            }
            "formatting" => {
                let options = json!({"tabSize": 2, "insertSpaces": true});
                self.request(
                    "textDocument/formatting",
                    json!({"textDocument": document, "options": options}),
                );
            }
            "foldingRange" | "semanticTokens/full" => {
                self.request(&format!("textDocument/{command}"), json!({"textDocument": document}));
            }
            "diagnostic" => {
                let params = json!({"textDocument": document, "previousResultId": argument});
                self.request("textDocument/diagnostic", params);
            }
            "inlayHint" => {
                let range = self.range(name, 0, self.documents[name].1.len());
                self.request("textDocument/inlayHint", json!({"textDocument": document, "range": range}));
            }
            "wait" => {
                self.now += rest.parse::<u64>().unwrap();
                self.run();
            }
            "accept" => {
                let items = self.answer["result"]["items"].as_array().unwrap();
                let Some(item) = items.iter().find(|item| item["label"] == rest) else {
                    let labels: Vec<_> = items.iter().map(|item| item["label"].to_string()).collect();
                    return writeln!(self.out, "= there are {}", labels.join(", ")).unwrap();
                };
                let edits = vec![item["textEdit"].clone()];
                let name = self.last_name();
                self.apply(&name, &edits);
            }
            "apply" => {
                let actions = self.answer["result"].as_array().unwrap();
                let Some(action) = actions.iter().find(|action| action["title"] == rest) else {
                    let titles: Vec<_> = actions.iter().map(|action| action["title"].to_string()).collect();
                    return writeln!(self.out, "= there are {}", titles.join(", ")).unwrap();
                };
                let edits: Vec<Value> = action["edit"]["changes"]
                    .as_object()
                    .unwrap()
                    .values()
                    .next()
                    .unwrap()
                    .as_array()
                    .unwrap()
                    .clone();
                let name = self.last_name();
                self.apply(&name, &edits);
            }
            "edited" => {
                let edits = self.answer["result"].as_array().unwrap().clone();
                let name = self.last_name();
                self.apply(&name, &edits);
            }
            "hold" => self.holds = true,
            "go" => {
                self.holds = false;
                self.run();
            }
            "request" => {
                let params =
                    if argument.is_empty() { Value::Null } else { serde_json::from_str(argument).unwrap() };
                self.request(name, params);
            }
            "notify" => {
                let params =
                    if argument.is_empty() { Value::Null } else { serde_json::from_str(argument).unwrap() };
                self.notify(name, params);
            }
            "raw" => {
                self.server.receive(rest.as_bytes());
                self.run();
            }
            other => panic!("there is no command {other}"),
        }
    }

    pub fn uri(&self, name: &str) -> String {
        format!("file://{}", self.folder.join(name).display())
    }

    /// The document that the last request was about.
    fn last_name(&self) -> String {
        self.answer["of"].as_str().unwrap().to_owned()
    }

    fn apply(&mut self, name: &str, edits: &[Value]) {
        let text = self.documents[name].1.clone();
        let offset = |position: &Value| {
            let line = position["line"].as_u64().unwrap() as usize;
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            let units = position["character"].as_u64().unwrap() as usize;
            let mut counted = 0;
            let inner = text[start..].char_indices().find(|(_, c)| {
                let before = counted;
                counted += c.len_utf16();
                before >= units
            });
            inner.map_or(text.len(), |(at, _)| start + at)
        };
        let mut edits: Vec<(usize, usize, &str)> = edits
            .iter()
            .map(|edit| {
                let range = &edit["range"];
                (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
            })
            .collect();
        edits.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
        let mut new = text.clone();
        for (start, end, with) in edits {
            new.replace_range(start..end, with);
        }
        for line in new.lines() {
            writeln!(self.out, "= {line}").unwrap();
        }
    }

    fn position(&self, name: &str, offset: usize) -> Value {
        let before = &self.documents[name].1[..offset];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap().encode_utf16().count();
        json!({"line": line, "character": column})
    }

    fn range(&self, name: &str, start: usize, end: usize) -> Value {
        json!({"start": self.position(name, start), "end": self.position(name, end)})
    }

    /// Where the bars of `"user.|age"` are in a document: one, or two around a range.
    fn place(&self, name: &str, needle: &str) -> Value {
        let needle: String = serde_json::from_str(needle).unwrap_or_else(|_| panic!("a string: {needle}"));
        let plain = needle.replace('|', "");
        let text = &self.documents[name].1;
        let start = text.find(&plain).unwrap_or_else(|| panic!("{plain} is not in {name}"));
        let first = needle.find('|').unwrap();
        let last = needle.rfind('|').unwrap();
        let last = if last == first { first } else { last - 1 };
        self.range(name, start + first, start + last)
    }

    pub fn request(&mut self, method: &str, params: Value) {
        self.id += 1;
        let of = params["textDocument"]["uri"].as_str().map(|uri| uri.rsplit('/').next().unwrap().to_owned());
        let mut message = json!({"jsonrpc": "2.0", "id": self.id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        if let Some(of) = of {
            self.answer["of"] = of.into();
        }
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        let mut message = json!({"jsonrpc": "2.0", "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
    }

    fn send(&mut self, message: &Value) {
        if self.is_transcript {
            let shown = self.shown(&message.to_string());
            writeln!(self.out, "→ {shown}").unwrap();
        }
        self.server.receive(message.to_string().as_bytes());
        if !self.holds {
            self.run();
        }
    }

    /// A message without what is different on every machine and in every version.
    fn shown(&self, message: &str) -> String {
        let (folder, version) = (self.folder.display().to_string(), env!("CARGO_PKG_VERSION"));
        message
            .replace("\"jsonrpc\":\"2.0\",", "")
            .replace(",\"jsonrpc\":\"2.0\"", "")
            .replace(&folder, "/shop")
            .replace(&format!("/{version}/"), "/VERSION/")
            .replace(&format!("\"version\":\"{version}\""), "\"version\":\"VERSION\"")
    }

    fn run(&mut self) {
        while self.server.step(self.now) {}
        for said in self.server.take() {
            let message: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(message["jsonrpc"], "2.0", "{said}");
            let (arrow, shown) = (if self.is_transcript { '←' } else { '<' }, self.shown(&said));
            writeln!(self.out, "{arrow} {shown}").unwrap();
            if message.get("method").is_none() {
                self.answer = message;
            }
        }
        if let Some(ended) = self.server.ended() {
            writeln!(self.out, "< {ended:?}").unwrap();
        }
    }
}
