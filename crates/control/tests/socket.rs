//! The status socket: who asks is answered, and nobody who asks can disturb.

#![cfg(test)]

mod common;
mod program;
#[path = "../examples/shop/shop.rs"]
mod shop;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{file, folder, mode};
use probelang_control::protocol::{Process, Request};
use probelang_control::{AskError, Control, Settings, Socket, sockets};
use program::Program;

/// A program with a probe, whose socket may be in these folders.
fn start(folder: &Path, sockets: Vec<PathBuf>) -> (Control, Arc<Program>) {
    let probes = r#"{"id": "p1", "type": "LOG_PROBE", "template": "x", "when": {"dsl": "total > 100"},
        "where": {"typeName": "shop.Cart", "methodName": "pay"}}"#;
    let settings = Settings::from_environment(|_| None)
        .with_file(file(folder.join("probes.json"), probes))
        .with_sinks(Vec::new())
        .with_sockets(sockets);
    let program = Arc::new(Program::default());
    (Control::start(settings.engine(), settings, Arc::clone(&program) as Arc<_>), program)
}

/// The only socket of a folder.
fn only(folder: &Path) -> Socket {
    let (all, errors) = sockets(&[folder.to_owned()]);
    assert!(errors.is_empty(), "{errors:?}");
    let [socket] = all.as_slice() else { panic!("{all:?}") };
    socket.clone()
}

/// Sends bytes, and reads what comes back up to a line break or the end.
fn exchange(socket: &Socket, request: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket.path()).unwrap();
    // the process may have enough before it has all
    let _ = stream.write_all(request);
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line
}

fn hits(process: &Process) -> u64 {
    process.probes.as_ref().unwrap()[0].hits
}

#[test]
fn a_process_says_what_becomes_of_its_probes_and_has_a_kill_switch() {
    let folder = folder("socket-status");
    let (control, program) = start(&folder, vec![folder.join("s")]);
    let socket = only(&folder.join("s"));
    assert_eq!(socket.pid(), Some(std::process::id()));
    program.shop.pay(7, "eve");
    let status = socket.ask(&Request::Status).unwrap();
    assert_eq!((status.pid, status.count, hits(&status)), (std::process::id(), 1, 1));
    assert_eq!(
        status.why("p1").unwrap(),
        ["hit once, and its condition was false; `total > 100` decided each miss that was looked at"]
    );
    let process = socket.ask(&Request::Process).unwrap();
    assert_eq!((process.count, process.probes), (1, None));
    // while it is off, hits are not even counted
    assert!(socket.ask(&Request::Disable).unwrap().off.program);
    program.shop.pay(200, "eve");
    assert_eq!(hits(&socket.ask(&Request::Status).unwrap()), 1);
    assert!(!socket.ask(&Request::Enable).unwrap().off.program);
    program.shop.pay(200, "eve");
    assert_eq!(hits(&socket.ask(&Request::Status).unwrap()), 2);
    control.stop();
    assert!(sockets(&[folder.join("s")]).0.is_empty(), "the socket is gone");
    assert!(matches!(socket.ask(&Request::Process), Err(AskError::Gone)));
}

#[test]
fn requests_that_are_none_are_refused_and_the_next_one_is_served() {
    let folder = folder("socket-garbage");
    let (_control, _) = start(&folder, vec![folder.join("s")]);
    let socket = only(&folder.join("s"));
    let long = format!("{{\"do\":\"status\",\"x\":\"{}\"}}\n", "x".repeat(64 << 10));
    for (request, why) in [
        (&b"\n"[..], "not a request"),
        (b"{\"do\":\"stop\"}\n", "not a request: unknown variant `stop`"),
        (b"[]\n", "not a request"),
        (b"GET / HTTP/1.1\r\n\r\n", "not a request"),
        (b"\xff\xfe\x00\n", "not a request"),
        (long.as_bytes(), "a request has at most 65536 bytes"),
        // one that never ends
        (b"{\"do\":", "a request takes at most 1 s"),
    ] {
        let reply = exchange(&socket, request);
        assert!(reply.starts_with("{\"protocol\":1,\"error\":") && reply.contains(why), "{reply}");
        assert!(socket.ask(&Request::Status).is_ok(), "{why}");
    }
    // what comes after the line break is not read
    assert!(exchange(&socket, b"{\"do\":\"process\"}\n{\"do\":").contains("\"pid\""));
    // and without one, the end is one
    let mut stream = UnixStream::connect(socket.path()).unwrap();
    stream.write_all(b"{\"do\":\"process\"}").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.contains("\"pid\""), "{reply}");
}

#[test]
fn who_does_not_read_the_reply_or_leaves_disturbs_nobody() {
    let folder = folder("socket-leavers");
    let (_control, _) = start(&folder, vec![folder.join("s")]);
    let socket = only(&folder.join("s"));
    let mut silent = Vec::new();
    for number in 0..50 {
        let mut stream = UnixStream::connect(socket.path()).unwrap();
        let _ = stream.write_all(b"{\"do\":\"status\"}\n");
        if number % 10 == 0 {
            silent.push(stream);
        }
    }
    assert!(socket.ask(&Request::Status).is_ok());
}

#[test]
fn a_folder_that_is_not_the_users_only_is_not_used() {
    let folder = folder("socket-folders");
    let (wide, link, other, good) =
        (folder.join("wide"), folder.join("link"), folder.join("file"), folder.join("good"));
    fs::create_dir(&wide).unwrap();
    mode(&wide, 0o755);
    fs::create_dir(folder.join("target")).unwrap();
    mode(&folder.join("target"), 0o700);
    symlink("target", &link).unwrap();
    file(other.clone(), "");
    let missing = folder.join("missing/probelang");
    let all = vec![wide.clone(), link.clone(), other.clone(), missing, good.clone()];
    let (_control, program) = start(&folder, all.clone());
    let notes = program.notes();
    let expected = [
        format!("`{}` is not used: its mode is 0755, not 0700", wide.display()),
        format!("`{}` is not used: it is a link, or not a folder", link.display()),
        format!("`{}` is not used: it is a link, or not a folder", other.display()),
    ];
    assert_eq!(notes, expected);
    assert!(only(&good).ask(&Request::Process).is_ok());
    let permissions = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(permissions(&good), 0o700);
    assert_eq!(permissions(&only(&good).path()), 0o600);
    // who looks for processes does not use them either
    let (found, errors) = sockets(&all);
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!((found.len(), errors), (1, expected.to_vec()));
    // without any, the program runs on
    let (control, program) = start(&folder, vec![wide]);
    program.shop.pay(200, "eve");
    assert_eq!(hits(&control.status()), 1);
    assert!(program.notes()[1].contains("`probelang live` does not see this process"));
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    if !nix::unistd::geteuid().is_root() {
        // only root can make one
        return;
    }
    let folder = folder("socket-owner");
    let foreign = folder.join("s");
    fs::create_dir(&foreign).unwrap();
    mode(&foreign, 0o700);
    nix::unistd::chown(&foreign, Some(12_345.into()), None).unwrap();
    let (_control, program) = start(&folder, vec![foreign.clone()]);
    let notes = program.notes();
    assert_eq!(
        notes[0],
        format!("`{}` is not used: it belongs to user 12345, not to user 0", foreign.display())
    );
    assert!(fs::read_dir(&foreign).unwrap().next().is_none());
}

#[test]
fn sockets_of_dead_processes_are_removed_and_those_of_others_kept() {
    let folder = folder("socket-stale");
    let s = folder.join("s");
    fs::create_dir(&s).unwrap();
    mode(&s, 0o700);
    let own = format!("{}.sock", std::process::id());
    // no process has so large a number, and in the order of names it comes behind that of any
    let dead = "999999999.sock";
    // a process with the same number in another namespace lives, one of the past does not
    let lives = UnixListener::bind(s.join(&own)).unwrap();
    drop(UnixListener::bind(s.join(dead)).unwrap());
    file(s.join("notes.txt"), "");
    let (control, _) = start(&folder, vec![s.clone()]);
    let (all, _) = sockets(std::slice::from_ref(&s));
    let names: Vec<_> = all.iter().map(|socket| socket.path().file_name().unwrap().to_owned()).collect();
    let second = format!("{}-1.sock", std::process::id());
    assert_eq!(names, [second.as_str(), own.as_str(), dead]);
    assert_eq!(all[0].pid(), Some(std::process::id()));
    assert!(all[0].ask(&Request::Process).is_ok());
    // nobody accepts there
    assert!(matches!(all[1].ask(&Request::Process), Err(AskError::Silent)));
    assert!(matches!(all[2].ask(&Request::Process), Err(AskError::Gone)));
    assert!(!s.join(dead).exists());
    control.stop();
    assert!(s.join(&own).exists() && !s.join(&second).exists());
    // the next one takes the place of a dead one
    drop(lives);
    let (_control, _) = start(&folder, vec![s.clone()]);
    assert!(only(&s).ask(&Request::Process).is_ok());
}

#[test]
fn a_path_may_be_longer_than_the_address_of_a_socket() {
    let folder = folder("socket-long");
    let long = folder.join("x".repeat(200));
    fs::create_dir(&long).unwrap();
    let (_control, program) = start(&folder, vec![long.join("probelang")]);
    assert!(program.notes().is_empty());
    assert!(only(&long.join("probelang")).ask(&Request::Process).is_ok());
}

#[test]
fn another_protocol_is_named() {
    let folder = folder("socket-foreign");
    let s = folder.join("s");
    fs::create_dir(&s).unwrap();
    mode(&s, 0o700);
    for (reply, why) in [
        ("{\"protocol\":2,\"pid\":1}\n", "number 2, not 1"),
        ("hello\n", "expected value"),
        ("{\"protocol\":1,\"error\":\"no\"}\n", "no"),
    ] {
        let path = s.join("1.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 64];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(reply.as_bytes()).unwrap();
        });
        let error = only(&s).ask(&Request::Process).unwrap_err();
        thread.join().unwrap();
        assert!(error.to_string().contains(why), "{error}");
        fs::remove_file(&path).unwrap();
    }
}
