//! A source without an end is rejected after its beginning: what that takes of memory. One test, since the system counts
//! the largest of all children.

#![cfg(all(test, unix))]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};

/// Bytes of a program that nobody would write.
const SOURCE: usize = 64 << 20;
/// Kilobytes that a command may take.
const MOST: i64 = 50 << 10;

#[test]
fn a_source_of_64_mib_or_without_an_end_is_rejected_within_50_mb() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("memory");
    std::fs::create_dir_all(&directory).unwrap();
    let file = |name: &str, begin: &str, again: &str| {
        let path = directory.join(name);
        let mut file = File::create(&path).unwrap();
        file.write_all(begin.as_bytes()).unwrap();
        let part = again.repeat((1 << 20) / again.len());
        for _ in 0..SOURCE.div_ceil(part.len()) {
            file.write_all(part.as_bytes()).unwrap();
        }
        path.to_str().unwrap().to_owned()
    };
    let sources = [
        "/dev/zero".to_owned(),
        file("text.txt", "a", " || a"),
        file("string.txt", "\"", "x"),
        file("wire.json", "{\"and\": [true", ", true"),
    ];
    let commands: [&[&str]; 5] =
        [&["check", "-f"], &["eval", "-f"], &["fmt", "-f"], &["trace", "-f"], &["check", "--fix", "-f"]];
    let run = |arguments: &[&str], codes: &[&str]| {
        let command =
            Command::new(env!("CARGO_BIN_EXE_probelang")).args(arguments).stdin(Stdio::null()).output();
        let error = String::from_utf8(command.unwrap().stderr).unwrap();
        assert!(codes.iter().any(|code| error.contains(code)), "{arguments:?}: {error}");
        let most = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
        // the system of Apple counts bytes
        let most = if cfg!(target_vendor = "apple") { most / 1024 } else { most };
        assert!(most < MOST, "{arguments:?} took up to {most} kB");
    };
    for source in &sources {
        for command in commands {
            run(&[command, &[source.as_str()]].concat(), &["PL0501"]);
        }
        run(&["check", "--json", &format!("@{source}")], &["PL0501"]);
        run(&["check", "a", "--schema", source], &["PL0901", "cannot read"]);
        run(&["probe", "check", source], &["PL3001", "PL3010"]);
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
