//! How long a key takes in a long probe file: from the change to the new diagnostics, without streams.
//!
//! `cargo run --release -p probelang-lsp --example key`

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, missing_docs, clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]
mod support;

use std::time::Instant;

use probelang_lsp::{Options, Server};
use serde_json::{Value, json};

/// Keys that are measured in each file.
const KEYS: usize = 200;

fn main() {
    for lines in [1_000, 10_000, 100_000] {
        measure(lines);
    }
}

/// Hands a message over, and waits until nothing is due.
fn say(server: &mut Server, now: &mut u64, message: &Value) {
    server.receive(message.to_string().as_bytes());
    for _ in 0..2 {
        while server.step(*now) {}
        *now += 1_000;
    }
    server.take();
}

#[allow(clippy::print_stdout)]
fn measure(lines: usize) {
    let text = support::long_probe_file(lines);
    let mut server = Server::new(Options { reads_projects: false, ..Options::default() });
    let now = &mut 0;
    say(&mut server, now, &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}));
    let item = json!({"uri": "untitled:a", "languageId": "json", "version": 1, "text": text});
    let open = json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}});
    let begin = Instant::now();
    say(&mut server, now, &open);
    let opened = begin.elapsed();
    // an expression in the middle, written letter by letter
    let line =
        text.lines().enumerate().skip(lines / 2).find_map(|(at, line)| Some((at, line.find("total > ")?)));
    let (line, column) = line.unwrap_or_default();
    let position = json!({"line": line, "character": column});
    let mut times = Vec::new();
    for key in 0..KEYS {
        let change = json!({"range": {"start": position, "end": position}, "text": "x"});
        let params =
            json!({"textDocument": {"uri": "untitled:a", "version": key + 2}, "contentChanges": [change]});
        let message = json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params});
        let begin = Instant::now();
        say(&mut server, now, &message);
        times.push(begin.elapsed());
    }
    times.sort();
    let at = |part: usize| times.get(KEYS * part / 100).copied().unwrap_or_default();
    let bytes = text.len();
    println!("{lines} lines, {bytes} bytes: open {opened:?}, key {:?} median, {:?} 95 %", at(50), at(95));
}
