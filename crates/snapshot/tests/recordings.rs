//! Every recording that lies in the repository loads, and every name in every frame of it prints.

#![cfg(test)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use probelang_capture::{HostReader, JsonLimits, MessageWriter, TextLimits, write_json, write_text};
use probelang_dialect::Dialect;
use probelang_host::{Budget, Host, Names, Value};
use probelang_redact::Policy;
use probelang_snapshot::{InputReader, Item, Mode, View};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/snapshots")
}

fn print(view: &View<'_>, value: &Value<'_>, policy: &Policy) -> (String, String) {
    let mut budget = Budget::steps(1_000_000);
    let (mut json, mut text) = (String::new(), String::new());
    let mut reader = HostReader::new(view, policy, &mut budget);
    write_json(&mut reader, value, &JsonLimits::default(), &mut json).unwrap();
    let mut message = MessageWriter::new(&mut text, 8_192);
    write_text(&mut reader, value, &TextLimits::default(), &Dialect::default(), &mut message).unwrap();
    (json, text)
}

#[test]
fn every_name_of_every_frame_prints() {
    let mut paths: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert_eq!(paths.len(), 23);
    let policy = Policy::built_in();
    let mut reader = InputReader::new();
    let mut out = String::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for (number, item) in reader.read(&bytes, Mode::Auto).unwrap().enumerate() {
            let Item::Recorded(recorded) = item.unwrap() else { panic!("{name} is a snapshot") };
            let frames = match recorded.frames() {
                Ok(frames) => frames,
                Err(error) => {
                    writeln!(out, "{name} {number}: {error}").unwrap();
                    continue;
                }
            };
            for frame in frames {
                let snapshot = recorded.open(Some(&frame), &policy).unwrap();
                writeln!(out, "{name} {number} {frame}").unwrap();
                let mut names = Names::new();
                let scope = snapshot.names();
                let symbols: Vec<_> = scope.iter().map(|name| (*name, names.symbol(name))).collect();
                let view = snapshot.view(&names);
                for (name, symbol) in symbols {
                    let mut value = Value::Absent;
                    view.var(symbol, &mut value);
                    let (json, text) = print(&view, &value, &policy);
                    assert_eq!(
                        json.parse::<serde_json::Value>().map(|_| ()).map_err(|e| e.to_string()),
                        Ok(()),
                        "{json}"
                    );
                    writeln!(out, "  {name}: {json}\n    {text}").unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(out);
}
