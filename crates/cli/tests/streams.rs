//! What only shows with real streams: readers that leave, disks that are full, input that comes slowly.

#![cfg(test)]

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

fn probelang(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probelang"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A line of the output of many inputs on standard input.
fn envelope(index: u64, value: &str) -> String {
    let line = index + 1;
    format!(
        "{{\"index\":{index},\"source\":\"<stdin>\",\"line\":{line},\"status\":\"ok\",\"value\":{value}}}"
    )
}

/// Writes lines until nobody reads them any more.
fn feed(child: &mut Child, lines: usize) {
    let mut input = child.stdin.take().unwrap();
    for n in 0..lines {
        if writeln!(input, "{{\"x\": {n}}}").is_err() {
            return;
        }
    }
}

#[test]
fn a_reader_that_leaves_is_no_crash() {
    let mut child = probelang(&["eval", "x", "-i", "-"]).spawn().unwrap();
    let mut first = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let feeder = std::thread::spawn({
        let mut stdin = Some(child.stdin.take().unwrap());
        move || {
            for n in 0..200_000 {
                if stdin.as_mut().is_none_or(|input| writeln!(input, "{{\"x\": {n}}}").is_err()) {
                    break;
                }
            }
            stdin.take();
        }
    });
    output.read_line(&mut first).unwrap();
    assert_eq!(first, "{\"index\":0,\"source\":\"<stdin>\",\"line\":1,\"status\":\"ok\",\"value\":0}\n");
    drop(output);
    let ended = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_output_error() {
    for arguments in
        [&["eval", "1 == 1"][..], &["--help"], &["--version"], &["eval", "--help"], &["explain", "--list"]]
    {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = probelang(arguments).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(6), "{arguments:?}");
        let error = String::from_utf8_lossy(&ended.stderr);
        assert!(error.starts_with("error: cannot write the output"), "{arguments:?}: {error}");
    }
}

#[test]
fn many_lines_come_in_order() {
    let mut child = probelang(&["test", "x >= 0", "-i", "-"]).spawn().unwrap();
    let output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut expected = 0;
        for line in BufReader::new(output).lines() {
            assert_eq!(line.unwrap(), envelope(expected, "true"));
            expected += 1;
        }
        expected
    });
    feed(&mut child, 50_000);
    assert_eq!(reader.join().unwrap(), 50_000);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_answer_does_not_wait_for_all_of_the_input() {
    let mut child = probelang(&["eval", "x", "-i", "-"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    // Whether there are many shows only with the second.
    write!(input, "{{\"x\": 0}}\n{{\"x\": 1}}\n").unwrap();
    input.flush().unwrap();
    for n in 0..5 {
        let line = output.next().unwrap().unwrap();
        assert_eq!(line, envelope(n, &n.to_string()));
        writeln!(input, "{{\"x\": {}}}", n + 2).unwrap();
        input.flush().unwrap();
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
