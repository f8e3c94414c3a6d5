//! Whatever is typed, the server goes on, and what it knows after edits is what it would know of the whole text.

#![cfg(test)]

use proptest::prelude::*;
use serde_json::{Value, json};

use probelang_lsp::{Options, Server};

const PIECES: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    "\"",
    ",",
    ":",
    "\\",
    "\n",
    " ",
    "\"dsl\": \"",
    "a > 1",
    "any(xs, {@it == \\\"x\\\"})",
    "\\u0041",
    "\\ud83d\\ude00",
    "😀",
    "é",
    "\"id\": \"p\"",
    "\"where\": {\"methodName\": \"f\"}",
    "\"type\": \"LOG_PROBE\"",
    "\"template\": \"{a} b\"",
    "\"when\": {",
    "\"segments\": [",
    "null",
];

const START: &str = r#"[
  {"id": "p", "type": "LOG_PROBE", "where": {"methodName": "f"},
   "when": {"dsl": "len(xs) > 1 and x == \"\ud83d\ude00\"", "json": {"gt": [{"len": {"ref": "xs"}}, 1]}},
   "segments": [{"str": "a"}, {"dsl": "x", "json": {"ref": "x"}}]},
  {"id": "q", "where": {"methodName": "g"}, "template": "é {user.name}"}
]"#;

struct Client {
    server: Server,
    id: i64,
}

impl Client {
    fn new() -> Self {
        let options = Options { reads_projects: false, ..Options::default() };
        let mut client = Self { server: Server::new(options), id: 0 };
        client.ask("initialize", json!({"capabilities": {"textDocument": {"diagnostic": {}}}}));
        client
    }

    fn say(&mut self, method: &str, params: Value) {
        let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.server.receive(message.to_string().as_bytes());
        while self.server.step(0) {}
        assert!(self.server.take().is_empty());
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let message = json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params});
        self.server.receive(message.to_string().as_bytes());
        while self.server.step(0) {}
        let said = self.server.take();
        assert_eq!(said.len(), 1, "{said:?}");
        let mut answer: Value = serde_json::from_str(&said[0]).unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    fn open(&mut self, uri: &str, language: &str, text: &str) {
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.say("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Everything that is found in a document, and at a position of it.
    fn everything(&mut self, uri: &str, position: &Value) -> Vec<Value> {
        let document = json!({"uri": uri});
        let range = json!({"start": position, "end": {"line": 99, "character": 0}});
        let at = json!({"textDocument": document, "position": position});
        let within = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
        let mut pulled = self.ask("textDocument/diagnostic", at.clone());
        pulled["resultId"] = Value::Null;
        let mut all = vec![pulled];
        for method in
            ["completion", "hover", "signatureHelp", "formatting", "foldingRange", "semanticTokens/full"]
        {
            all.push(self.ask(&format!("textDocument/{method}"), at.clone()));
        }
        for method in ["codeAction", "inlayHint", "semanticTokens/range"] {
            all.push(self.ask(&format!("textDocument/{method}"), within.clone()));
        }
        all
    }
}

/// The text with the edit applied, as the client sees it: columns in UTF-16, after the end is the end.
fn edited(text: &str, from: (u64, u64), to: (u64, u64), new: &str) -> String {
    let offset = |(line, column): (u64, u64)| {
        let mut start = 0;
        for _ in 0..line {
            match text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => return text.len(),
            }
        }
        let mut units = 0;
        for (at, c) in text[start..].char_indices() {
            units += c.len_utf16() as u64;
            if c == '\n' || units > column {
                return start + at;
            }
        }
        text.len()
    };
    let (a, b) = (offset(from), offset(to));
    format!("{}{new}{}", &text[..a.min(b)], &text[a.max(b)..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_are_as_good_as_the_whole_text(
        language in prop::sample::select(vec!["json", "probelang", "probelang-template"]),
        edits in prop::collection::vec((0u64..7, 0u64..70, 0u64..7, 0u64..70, prop::sample::select(PIECES.to_vec()), any::<bool>()), 1..7),
    ) {
        let (uri, mut text) = ("untitled:a", START.to_owned());
        let mut client = Client::new();
        client.open(uri, language, &text);
        for (version, (a, b, c, d, new, inserts)) in edits.into_iter().enumerate() {
            let (from, to) = ((a, b), if inserts { (a, b) } else { (c, d) });
            let position = |(line, character): (u64, u64)| json!({"line": line, "character": character});
            let range = json!({"start": position(from), "end": position(to)});
            let item = json!({"uri": uri, "version": version + 2});
            let changes = json!([{"range": range, "text": new}]);
            client.say("textDocument/didChange", json!({"textDocument": item, "contentChanges": changes}));
            text = edited(&text, from, to, new);
            let mut fresh = Client::new();
            fresh.open(uri, language, &text);
            prop_assert_eq!(client.everything(uri, &position(to)), fresh.everything(uri, &position(to)), "{}", text);
        }
    }
}
