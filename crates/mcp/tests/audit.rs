//! The audit log: a chain that shows what was done to it.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::{fs, thread};

use probelang_mcp::{AuditLog, Break, START, VerifyError, verify};

fn log(name: &str) -> (AuditLog, PathBuf) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit").join(name).join("audit.ndjson");
    let _ = fs::remove_dir_all(path.parent().unwrap());
    (AuditLog::new(&path), path)
}

fn filled(name: &str, lines: usize) -> (PathBuf, Vec<String>) {
    let (log, path) = log(name);
    for number in 0..lines {
        log.add(|object| {
            object.string("what", &format!("{number}"));
        })
        .unwrap();
    }
    let lines = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    (path, lines)
}

fn broken(path: &Path, lines: &[String]) -> (u64, Break) {
    fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    match verify(path, None) {
        Err(VerifyError::Broken { line, how }) => (line, how),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_that_nobody_touched_holds_and_ends_with_its_head() {
    let (path, lines) = filled("whole", 5);
    let verified = verify(&path, None).unwrap();
    assert_eq!((verified.lines, verified.after), (5, None));
    assert!(lines[4].ends_with(&format!("\"hash\":\"{}\"}}", verified.head)));
    assert!(lines[0].contains(&format!("\"previous\":\"{START}\"")));
    assert_eq!(verify(&path, Some(&verified.head)).unwrap().after, Some(0));
    assert_eq!(verify(&path, Some(START)).unwrap().after, Some(5));
}

#[test]
fn what_was_done_to_it_is_named_with_its_line() {
    let (path, lines) = filled("broken", 5);
    let mut edited = lines.clone();
    edited[2] = edited[2].replace("\"what\":\"2\"", "\"what\":\"3\"");
    assert_eq!(broken(&path, &edited), (3, Break::Edited));
    let mut removed = lines.clone();
    removed.drain(1..3);
    assert_eq!(broken(&path, &removed), (2, Break::Removed { first: 2, last: 3 }));
    assert_eq!(broken(&path, &lines[1..]), (1, Break::Removed { first: 1, last: 1 }));
    let mut moved = lines.clone();
    moved.swap(1, 2);
    assert_eq!(broken(&path, &moved), (2, Break::Reordered { expected: 2, found: 3 }));
    let mut twice = lines.clone();
    twice.insert(2, lines[1].clone());
    assert_eq!(broken(&path, &twice), (3, Break::Reordered { expected: 3, found: 2 }));
    let (_, others) = filled("other", 6);
    let mut replaced = lines.clone();
    replaced[2] = others[2].clone();
    // the same text in the same place gives the same hash, so another log has to differ
    assert_eq!(verify_of(&path, &replaced), Some(5));
    let mut noise = lines.clone();
    noise[0] = "{}".to_owned();
    assert_eq!(broken(&path, &noise), (1, Break::NotALine));
}

fn verify_of(path: &Path, lines: &[String]) -> Option<u64> {
    fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    verify(path, None).ok().map(|verified| verified.lines)
}

#[test]
fn a_line_of_another_log_does_not_continue_this_one() {
    let (path, lines) = filled("one", 4);
    let (other, others) = log("another");
    for text in ["x", "y", "z"] {
        other
            .add(|object| {
                object.string("what", text);
            })
            .unwrap();
    }
    let theirs: Vec<String> = fs::read_to_string(&others).unwrap().lines().map(str::to_owned).collect();
    let mixed = [lines[0].clone(), theirs[1].clone(), lines[2].clone()];
    assert_eq!(broken(&path, &mixed), (2, Break::Replaced));
}

#[test]
fn a_cut_tail_is_seen_with_the_head_that_was_kept() {
    let (path, lines) = filled("cut", 5);
    let head = verify(&path, None).unwrap().head;
    assert_eq!(verify_of(&path, &lines[..4]), Some(4));
    assert!(matches!(verify(&path, Some(&head)), Err(VerifyError::Broken { line: 4, how: Break::NoHead })));
    // half a line shows by itself, and nothing is added to it
    let text = lines.join("\n");
    fs::write(&path, &text[..text.len() - 5]).unwrap();
    assert!(matches!(verify(&path, None), Err(VerifyError::Broken { line: 5, how: Break::Truncated })));
    let error = AuditLog::new(&path).add(|_| {}).unwrap_err();
    assert!(error.to_string().contains("is broken"), "{error}");
}

#[test]
fn many_writers_make_one_chain() {
    let (log, path) = log("many");
    thread::scope(|scope| {
        for writer in 0..8 {
            let log = log.clone();
            scope.spawn(move || {
                for _ in 0..20 {
                    log.add(|object| {
                        object.number("writer", writer);
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(verify(&path, None).unwrap().lines, 160);
}

#[cfg(unix)]
#[test]
fn the_log_is_for_its_owner_only_and_is_never_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (path, _) = filled("mode", 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let link = path.with_file_name("link");
    symlink(&path, &link).unwrap();
    assert!(AuditLog::new(&link).add(|_| {}).is_err());
}
