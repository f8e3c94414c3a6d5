//! Plays the sessions in `tests/sessions`: what a client sends, and what the server says, message by message.
//!
//! `UPDATE_CASES=1 cargo test -p probelang-lsp --test sessions` writes what it said into them. `tests/support/mod.rs` says how
//! they are written.

#![cfg(test)]

mod support;

use std::path::Path;
use std::{env, fs};

use support::Player;

#[test]
fn sessions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 3);
    let mut differ = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let written = fs::read_to_string(&path).unwrap();
        let played = Player::new(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name)).play(&written);
        // what data hold is never said, least of all a secret
        let said = |line: &&str| line.starts_with('<') && line.contains("s3cret");
        assert_eq!(played.lines().find(said), None);
        if played != written {
            if env::var_os("UPDATE_CASES").is_some() {
                fs::write(&path, played).unwrap();
            } else {
                let line = played.lines().zip(written.lines()).find(|(a, b)| a != b);
                differ.push(format!("{name}: {line:#?}"));
            }
        }
    }
    assert!(differ.is_empty(), "{}\nUPDATE_CASES=1 writes what the server says", differ.join("\n"));
}

/// The session that `docs/editors.md` shows.
const SHOWN: &str = r#"write probelang.toml
| data = ["order.json"]
write order.json
| {"user": {"name": "Ada"}, "total": 12.5}
initialize {}
open probes.json json
| [
|   {
|     "id": "big-orders",
|     "type": "LOG_PROBE",
|     "where": {"typeName": "Cart", "methodName": "pay"},
|     "when": {"dsl": "total > 10 and user.nmae == \"Ada\""},
|     "template": "{user.name} pays {total}"
|   }
| ]
codeAction probes.json " an|d "
completion probes.json "{user.na|me}"
hover probes.json "{user.na|me}"
change probes.json "and user.nmae" "&& user.name"
wait 150
request shutdown
notify exit
"#;

/// `UPDATE_DOCS=1` writes the session into the page.
#[test]
fn the_page_on_editors_shows_a_session() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/editors.md");
    let written = fs::read_to_string(&page).unwrap();
    let mut player = Player::new(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("shown"));
    player.is_transcript = true;
    let played = player.play(SHOWN);
    let played = played.trim_end().trim_end_matches("< Asked").trim_end();
    let (before, rest) = written.rsplit_once("```text\n").unwrap();
    let after = rest.rsplit_once("```").unwrap().1;
    let current = format!("{before}```text\n{played}\n```{after}");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page, &current).unwrap();
    } else {
        assert!(current == written, "UPDATE_DOCS=1 cargo test -p probelang-lsp --test sessions");
    }
}
