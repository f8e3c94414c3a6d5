//! Runs the transcripts under `tests/transcripts/`: what a client sends, and what it gets.
//!
//! ```text
//! # a remark
//! --folder inside              a folder of tests/data
//! --policy hits = 3            a line of the policy
//! --live write                 read or write
//! > call NAME ARGUMENTS        a call of a tool
//! < ok RESULT                  what it gave, or `error` and why not
//! > {"jsonrpc":…}              any other line
//! < {…}                        the answer with its id
//! <? {…}                       what has no id, after everything else, sorted
//! ```
//!
//! `UPDATE_DATA=1 cargo test -p probelang-mcp --test transcripts` writes what came out into the transcripts, and the contracts
//! of all tools into `tests/tools.json`.

#![cfg(test)]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{env, fs};

use probelang_mcp::{Access, AuditLog, Config, Folders, Policy, Server};
use serde_json::{Value, json};

fn updates() -> bool {
    env::var_os("UPDATE_DATA").is_some()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A copy of the data of the tests, with what cannot be kept in a repository.
fn data(name: &str) -> PathBuf {
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp").join(name);
    let _ = fs::remove_dir_all(&to);
    for folder in ["inside", "outside"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(here().join("data").join(folder)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
        }
    }
    symlink("../outside/secret.json", to.join("inside/link.json")).unwrap();
    symlink("../outside", to.join("inside/linked")).unwrap();
    fs::write(to.join("inside/packed.json.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    fs::write(to.join("inside/binary.json"), [0xff, 0xfe]).unwrap();
    to
}

/// What goes in and comes out of a connection.
fn talk(server: &Server, lines: &[String]) -> Vec<Value> {
    let input = lines.join("\n") + "\n";
    let mut output = Vec::new();
    server.serve(&mut input.as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn initialize() -> String {
    json!({"jsonrpc": "2.0", "id": "initialize", "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}})
    .to_string()
}

fn call(id: usize, name: &str, arguments: &str) -> String {
    // numbers of any size stay as they are written
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{name}","arguments":{arguments}}}}}"#
    )
}

fn run(path: &Path) {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let text = fs::read_to_string(path).unwrap();
    let folder = data(name);
    let mut config = Config::default();
    let (mut folders, mut policy) = (Vec::new(), String::new());
    let (mut sent, mut calls) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("--folder ") {
            folders.push(folder.join(name));
        } else if let Some(line) = line.strip_prefix("--policy ") {
            policy.push_str(&format!("{line}\n"));
        } else if let Some(how) = line.strip_prefix("--live ") {
            config.access = if how == "write" { Access::Write } else { Access::Read };
        } else if let Some(line) = line.strip_prefix("> call ") {
            let (name, arguments) = line.split_once(' ').unwrap();
            sent.push(call(number, name, arguments));
            calls.push(number);
        } else if let Some(line) = line.strip_prefix("> ") {
            sent.push(line.to_owned());
        }
    }
    config.folders = Folders::open(&folders).unwrap();
    config.policy = Policy::parse("policy.toml", &policy).unwrap();
    config.audit = Some(AuditLog::new(folder.join("audit.ndjson")));
    config.sockets = vec![folder.join("none")];
    if !calls.is_empty() {
        sent.insert(0, initialize());
    }
    let mut answers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut others = Vec::new();
    for answer in talk(&Server::new(config).unwrap(), &sent) {
        match answer.get("id").filter(|id| !id.is_null()) {
            Some(id) => answers.entry(id.to_string()).or_default().push(answer),
            None => others.push(answer),
        }
    }
    let mut out = String::new();
    let root = folder.canonicalize().unwrap().display().to_string();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('<') {
            continue;
        }
        out.push_str(&format!("{line}\n"));
        let id = if calls.contains(&number) {
            number.to_string()
        } else {
            let sent = line.strip_prefix("> ").unwrap_or_default();
            let sent: Value = serde_json::from_str(sent).unwrap_or_default();
            sent.get("id").map(Value::to_string).unwrap_or_default()
        };
        for answer in answers.remove(&id).unwrap_or_default() {
            let shown = if calls.contains(&number) {
                let result = &answer["result"];
                if result["isError"] == false {
                    assert_eq!(result["structuredContent"].to_string(), {
                        let text = result["content"][0]["text"].as_str().unwrap();
                        serde_json::from_str::<Value>(text).unwrap().to_string()
                    });
                }
                match result["content"][0]["text"].as_str() {
                    Some(text) if result["isError"] == true => format!("error {text}"),
                    Some(text) => format!("ok {text}"),
                    None => answer.to_string(),
                }
            } else {
                answer.to_string()
            };
            out.push_str(&format!(
                "< {}\n",
                shown.replace(&root, "DATA").replace(env!("CARGO_PKG_VERSION"), "VERSION")
            ));
        }
    }
    // two threads answer: what has no id comes in no order
    others.sort_by_key(Value::to_string);
    for answer in others {
        out.push_str(&format!("<? {answer}\n"));
    }
    assert!(answers.values().all(|left| left.iter().all(|one| one["id"] == "initialize")), "{answers:?}");
    if updates() {
        fs::write(path, out).unwrap();
    } else {
        assert_eq!(out, text, "{}", path.display());
    }
}

#[test]
fn transcripts() {
    let mut files: Vec<_> =
        fs::read_dir(here().join("transcripts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 4);
    files.iter().for_each(|path| run(path));
}

fn contracts() -> Vec<Value> {
    let folder = data("contracts");
    let mut config = Config::default();
    config.access = Access::Write;
    config.audit = Some(AuditLog::new(folder.join("audit.ndjson")));
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_owned();
    let answers = talk(&Server::new(config).unwrap(), &[initialize(), list]);
    answers[1]["result"]["tools"].as_array().unwrap().clone()
}

#[test]
fn the_contracts_are_those_of_the_golden_file() {
    let golden = here().join("tools.json");
    let text = serde_json::to_string_pretty(&contracts()).unwrap() + "\n";
    if updates() {
        fs::write(&golden, text).unwrap();
    } else {
        assert_eq!(text, fs::read_to_string(&golden).unwrap());
    }
}

/// The examples of the contracts run, and what they give is what the contracts say.
#[test]
fn every_example_fits_its_contract() {
    let tools: Vec<Value> = serde_json::from_str(include_str!("../data/tools.json")).unwrap();
    let contracts = contracts();
    let server = Server::new(Config::default()).unwrap();
    assert_eq!(tools.len(), 16);
    for (number, tool) in tools.iter().enumerate() {
        let name = tool["name"].as_str().unwrap();
        let contract = contracts.iter().find(|contract| contract["name"] == name).unwrap();
        for schema in ["inputSchema", "outputSchema"] {
            jsonschema::meta::validate(&contract[schema]).unwrap();
        }
        let input = jsonschema::validator_for(&contract["inputSchema"]).unwrap();
        assert!(input.is_valid(&tool["example"]), "{name}");
        assert_eq!(
            contract["inputSchema"]["properties"].as_object().unwrap().len(),
            tool["arguments"].as_array().unwrap().len(),
            "{name} has arguments that nothing describes"
        );
        if tool["access"] != "offline" {
            continue;
        }
        let answers = talk(&server, &[initialize(), call(number, name, &tool["example"].to_string())]);
        let result = &answers[1]["result"];
        assert_eq!(result["isError"], false, "{name}: {result}");
        let output = jsonschema::validator_for(&contract["outputSchema"]).unwrap();
        assert!(output.is_valid(&result["structuredContent"]), "{name}: {result}");
    }
}

#[test]
fn every_page_can_be_read_in_both_ways() {
    let server = Server::new(Config::default()).unwrap();
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#.to_owned();
    let answers = talk(&server, &[initialize(), list]);
    let pages = answers[1]["result"]["resources"].as_array().unwrap();
    assert!(pages.len() > 4);
    for page in pages {
        let read =
            json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": page["uri"]}});
        let explain = call(2, "explain", &json!({"topic": page["name"]}).to_string());
        let answers = talk(&server, &[initialize(), read.to_string(), explain]);
        let text = answers[1]["result"]["contents"][0]["text"].as_str().unwrap();
        let explained = answers[2]["result"]["structuredContent"]["text"].as_str().unwrap();
        assert!(text.len() > 1000);
        assert_eq!(text.lines().next(), explained.lines().next());
    }
}

#[test]
fn a_huge_line_harms_nothing_and_a_server_needs_its_audit_log() {
    let server = Server::new(Config::default()).unwrap();
    let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(9 << 20));
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.to_owned();
    let answers = talk(&server, &[huge, ping]);
    assert!(answers[0]["error"]["message"].as_str().unwrap().contains("at most"));
    assert_eq!(answers[1]["id"], 1);
    let mut config = Config::default();
    config.access = Access::Write;
    assert!(Server::new(config.clone()).is_err());
    config.audit = Some(AuditLog::new("/dev/null/audit.ndjson"));
    assert!(Server::new(config).is_err());
}

#[test]
fn a_call_that_would_take_too_long_is_stopped_and_says_why() {
    let folder = data("time");
    fs::write(folder.join("inside/many.ndjson"), "{\"total\": 1}\n".repeat(5_000_000)).unwrap();
    let mut config = Config::default();
    config.folders = Folders::open(&[folder.join("inside")]).unwrap();
    config.policy = Policy::parse("policy.toml", "seconds = 1\n").unwrap();
    let probes = r#"{"id":"p","type":"LOG_PROBE","template":"{total}","where":{"methodName":"f"}}"#;
    let long = call(1, "forecast", &format!(r#"{{"file":"many.ndjson","probes":{probes}}}"#));
    let answers = talk(&Server::new(config).unwrap(), &[initialize(), long]);
    let text = answers[1]["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("policy.toml, line 1: seconds = 1"), "{text}");
}

#[test]
fn a_call_that_waits_is_cancelled_without_an_answer() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::net::UnixStream;
    let folder = data("cancel");
    let hit = r#"{"total": 1, "items": [1, 2, 3]}"#.to_owned() + "\n";
    fs::write(folder.join("inside/many.ndjson"), hit.repeat(200_000)).unwrap();
    let mut config = Config::default();
    config.folders = Folders::open(&[folder.join("inside")]).unwrap();
    let server = Server::new(config).unwrap();
    let (client, end) = UnixStream::pair().unwrap();
    std::thread::scope(|scope| {
        let output = end.try_clone().unwrap();
        let (input, server) = (end, &server);
        scope.spawn(move || server.serve(&mut BufReader::new(input), output).unwrap());
        let mut to = client.try_clone().unwrap();
        let mut from = BufReader::new(client.try_clone().unwrap()).lines();
        let mut next = || -> Value { serde_json::from_str(&from.next().unwrap().unwrap()).unwrap() };
        let long = |id: usize| {
            let probes = r#"{"id":"p","type":"LOG_PROBE","template":"{total}","where":{"methodName":"f"}}"#;
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"forecast","_meta":{{"progressToken":"t"}},"arguments":{{"file":"many.ndjson","probes":{probes}}}}}}}"#
            )
        };
        writeln!(to, "{}\n{}", initialize(), long(1)).unwrap();
        assert_eq!(next()["id"], "initialize");
        // it runs, and says how far it is
        let progress = next();
        assert_eq!(
            (&progress["method"], &progress["params"]["progressToken"]),
            (&json!("notifications/progress"), &json!("t"))
        );
        // the same id twice is refused; what waits and what runs is cancelled
        writeln!(to, "{}", long(1)).unwrap();
        writeln!(to, "{}", long(2)).unwrap();
        for id in [2, 1] {
            let params = json!({"requestId": id});
            let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
            writeln!(to, "{cancel}").unwrap();
        }
        writeln!(to, "{}", call(3, "evaluate", r#"{"source":"1"}"#)).unwrap();
        let mut ids = Vec::new();
        while ids.last() != Some(&json!(3)) {
            let message = next();
            if let Some(id) = message.get("id") {
                assert_eq!(message.get("error").is_some(), *id == 1, "{message}");
                ids.push(id.clone());
            }
        }
        assert_eq!(ids, [json!(1), json!(3)]);
        client.shutdown(std::net::Shutdown::Both).unwrap();
    });
}
