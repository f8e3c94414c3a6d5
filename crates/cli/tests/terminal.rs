//! A session at a real terminal: completion, answers, traces, Ctrl-C, history.

#![cfg(test)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Long, for a machine that is busy; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// What was looked at.
    seen: usize,
}

impl Terminal {
    fn start(state: &Path, arguments: &[&str]) -> Self {
        let size = Winsize { ws_row: 50, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_probelang"))
            .args(arguments)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("data"))
            .env("XDG_STATE_HOME", state)
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(end(&pty.slave))
            .stdout(end(&pty.slave))
            .stderr(end(&pty.slave))
            .spawn()
            .unwrap();
        drop(pty.slave);
        let keys = File::from(pty.master);
        let mut output = keys.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&screen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // ends with an error when the other side is closed
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                written.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { child, keys, screen, seen: 0 }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// What was written and not looked at yet, without what moves the cursor.
    fn fresh(&self) -> String {
        let screen = self.screen.lock().unwrap();
        let text = String::from_utf8_lossy(&screen[self.seen.min(screen.len())..]).into_owned();
        anstream::adapter::strip_str(&text).to_string().replace('\r', "")
    }

    /// Waits until `there` holds of what is fresh, running `meanwhile` now and then.
    fn wait(&mut self, what: &str, there: impl Fn(&str) -> bool, mut meanwhile: impl FnMut(&mut Self)) {
        let start = Instant::now();
        while !there(&self.fresh()) {
            if start.elapsed() > PATIENCE {
                let fresh = self.fresh();
                let _ = self.child.kill();
                panic!("waited for {what:?} in\n{fresh}");
            }
            thread::sleep(Duration::from_millis(20));
            meanwhile(self);
        }
        self.seen = self.screen.lock().unwrap().len();
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(text, |fresh| fresh.contains(text), |_| {});
    }

    /// Waits for an answer and the empty prompt behind it: only then are keys read one by one.
    fn answer(&mut self, text: &str, meanwhile: impl FnMut(&mut Self)) {
        self.wait(text, |fresh| fresh.contains(text) && fresh.ends_with("\n> "), meanwhile);
    }

    /// Types a line and waits for what it prints.
    fn line(&mut self, line: &str, answer: &str) {
        self.press(&format!("{line}\r"));
        self.answer(answer, |_| {});
    }
}

#[test]
fn a_session_completes_evaluates_traces_and_survives_ctrl_c() {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal");
    let _ = fs::remove_dir_all(&state);
    let mut terminal = Terminal::start(&state, &["repl", "-i", "snapshot.json", "--frame", "entry"]);
    terminal.answer(":help", |_| {});

    // a field of a recorded object
    terminal.press("order.to\t");
    terminal.wait_for("order.total");
    terminal.line("", "99.5");

    terminal.line("order.total > 100", "false");
    terminal.line(":trace", "decided by order.total > 100");

    // at the prompt Ctrl-C clears the line
    terminal.press("nonsense");
    terminal.wait_for("nonsense");
    terminal.press("\u{3}");
    terminal.answer("", |_| {});
    terminal.line("1 == 1", "true");

    // while something runs it stops that, not the session
    terminal.line(":limits steps=1000000000000 time=1000000", "time=1000000");
    let numbers: Vec<String> = (0..400).map(|n| n.to_string()).collect();
    terminal.line(&format!(":let xs = [{}]", numbers.join(",")), "");
    terminal.press("any(xs, {any(xs, {any(xs, {any(xs, {any(xs, {@it < 0})})})})})\r");
    let pid = Pid::from_raw(i32::try_from(terminal.child.id()).unwrap());
    terminal.answer("interrupted", |_| kill(pid, Signal::SIGINT).unwrap());
    terminal.line("3 == 3", "true");

    terminal.press("\u{4}");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = terminal.child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < PATIENCE, "the session does not end");
        thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
    let history = fs::read_to_string(state.join("probelang").join("history")).unwrap();
    assert!(history.contains("order.total > 100"), "{history}");
    assert!(!history.contains("99.5"), "{history}");
}
