//! A session at a real terminal: completion, answers, traces, Ctrl-C, history.

#![cfg(test)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::Pid;

/// Long, for a machine that is busy; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    child: Child,
    /// The other side: keys go in, what is shown comes out.
    keys: File,
    /// How the terminal was set before.
    before: Termios,
    screen: Arc<Mutex<Vec<u8>>>,
    /// What was looked at.
    seen: usize,
}

impl Terminal {
    fn start(state: &Path, arguments: &[&str]) -> Self {
        let size = Winsize { ws_row: 50, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let before = tcgetattr(&pty.slave).unwrap();
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
        Self { child, keys, before, screen, seen: 0 }
    }

    /// Whether the terminal is set as it was before the program ran.
    fn is_as_before(&self) -> bool {
        let now = tcgetattr(&self.keys).unwrap();
        let flags = |set: &Termios| (set.input_flags, set.output_flags, set.control_flags, set.local_flags);
        flags(&now) == flags(&self.before)
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Waits for the program to end.
    fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("the program does not end");
            }
            thread::sleep(Duration::from_millis(20));
        }
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
    let pid = terminal.pid();
    terminal.answer("interrupted", |_| kill(pid, Signal::SIGINT).unwrap());
    terminal.line("3 == 3", "true");

    // an argument of a command
    terminal.press(":dialect JA\t");
    terminal.wait_for(":dialect java");
    terminal.line("", "dialect java");

    // an expression that is not finished goes on after another prompt, and Ctrl-C gives it up
    terminal.press("1 ==\r");
    terminal.wait("a continuation", |fresh| fresh.ends_with("\n. "), |_| {});
    terminal.line("1", "true");
    terminal.press("(1 ==\r");
    terminal.wait("a continuation", |fresh| fresh.ends_with("\n. "), |_| {});
    terminal.press("\u{3}");
    terminal.answer("", |_| {});
    terminal.line("2 == 2", "true");

    terminal.press("\u{4}");
    let status = terminal.end();
    assert!(status.success(), "{status}");
    let history = fs::read_to_string(state.join("probelang").join("history")).unwrap();
    assert!(history.contains("order.total > 100"), "{history}");
    assert!(!history.contains("99.5"), "{history}");
}

#[test]
fn sigterm_ends_a_session_and_puts_the_terminal_back() {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sigterm");
    for busy in [false, true] {
        let mut terminal = Terminal::start(&state, &["repl", "-i", "snapshot.json", "--frame", "entry"]);
        terminal.answer(":help", |_| {});
        if busy {
            terminal.line(":limits steps=1000000000000 time=1000000", "time=1000000");
            let numbers: Vec<String> = (0..400).map(|n| n.to_string()).collect();
            terminal.line(&format!(":let xs = [{}]", numbers.join(",")), "");
            terminal.press("any(xs, {any(xs, {any(xs, {any(xs, {any(xs, {@it < 0})})})})})\r");
            terminal.wait_for("@it < 0");
        } else {
            let start = Instant::now();
            while terminal.is_as_before() {
                assert!(start.elapsed() < PATIENCE, "the prompt does not read keys");
                thread::sleep(Duration::from_millis(20));
            }
        }
        kill(terminal.pid(), Signal::SIGTERM).unwrap();
        assert_eq!(terminal.end().code(), Some(143), "busy: {busy}");
        assert!(terminal.is_as_before(), "busy: {busy}");
    }
}

/// What would set the title of a window, clear the screen and ring the bell.
const HOSTILE: &str = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m";

/// File names and data reach a terminal as text: of every command that shows either.
#[test]
fn nothing_in_a_file_name_or_in_data_is_obeyed_by_a_terminal() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let file = |name: &str, content: &str| {
        let path = directory.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let json = |text: &str| serde_json::to_string(text).unwrap();
    // JSON in which the signs are written as they are, as C1 signs may be
    let raw = |text: &str| format!("\"{}\"", text.replace(['\u{1b}', '\u{7}'], ""));
    let hostile = json(HOSTILE);
    let data = file(
        &format!("data{HOSTILE}.json"),
        &format!(
            "{{\"text\": {hostile}, \"raw\": {}, \"map\": {{{hostile}: 1}}, {hostile}: 1}}",
            raw(HOSTILE)
        ),
    );
    let lines = file("lines.ndjson", &format!("{{\"text\": {hostile}}}\n{{\"text\": {}}}\n", raw(HOSTILE)));
    let broken = file(&format!("broken{HOSTILE}.json"), &format!("{{\"a\": {HOSTILE}"));
    let missing = format!("{}/missing{HOSTILE}", directory.display());
    let nowhere = format!("{missing}/artifact");
    let source = file(&format!("source{HOSTILE}.txt"), &format!("text == \"{HOSTILE}\" + 1"));
    let fine = file("fine.txt", &format!("contains(text, \"{HOSTILE}\")"));
    let literal = format!("text == \"{HOSTILE}\"");
    let name = format!("`{HOSTILE}`");
    let variable = format!("v={hostile}");
    let commands: &[&[&str]] = &[
        &["eval", "text", "-i", &data],
        &["eval", "raw", "-i", &data, "--format", "json"],
        &["eval", "map", "-i", &data, "--pretty"],
        &["eval", "nope", "-i", &data],
        &["eval", "map.nope", "-i", &data],
        &["eval", "text", "-i", &lines],
        &["eval", "text", "-i", &lines, "--format", "value"],
        &["eval", "text", "-i", &lines, "--format", "human"],
        &["eval", "v", "--var", &variable],
        &["eval", "v", "--var", &literal],
        &["eval", &name],
        &["eval", &name, "-i", &data],
        &["eval", "a", "-i", &broken],
        &["eval", "a", "-i", &missing],
        &["eval", "a", HOSTILE],
        &["eval", "a", &missing],
        &["eval", "a", &format!("--{HOSTILE}")],
        &["eval", "a", "--frame", HOSTILE, "-i", "snapshot.json"],
        &["eval", "a", "--dialect", HOSTILE],
        &["test", &literal, "-i", &data, "--matching"],
        &["test", &literal, "-i", &lines, "--matching"],
        &["render", "{text} and {raw}", "-i", &data],
        &["metric", "text", "-i", &data],
        &["trace", &literal, "-i", &data],
        &["trace", &literal, "-i", &data, "--format", "json"],
        &["trace", "text", "-i", &lines],
        &["capture", "-i", &data],
        &["capture", "-i", &data, "--format", "json"],
        &["check", "-f", &source],
        &["check", "-f", &missing],
        &["check", "-f", &fine, "-i", &data],
        &["check", &literal, "--schema", &broken],
        &["check", &name, "-i", &data],
        &["fmt", "-f", &fine],
        &["fmt", &literal],
        &["convert", &literal],
        &["ast", &literal],
        &["asm", &literal],
        &["diff", &literal, "-i", &data],
        &["diff", "text", "-i", &data],
        &["schema", &data],
        &["schema", &broken],
        &["explain", HOSTILE],
        &["functions", HOSTILE],
        &["redaction", HOSTILE],
        &["compile", &literal, "-o", &nowhere],
        &["verify", &data],
        &["disasm", &data],
        &["run", &data, "-i", &data],
        &["probe", "check", &data],
        &["probe", "check", &missing],
        &["repl", "-i", &missing],
        &["repl", "-i", &broken],
    ];
    for arguments in commands {
        let mut terminal = Terminal::start(&directory, arguments);
        terminal.end();
        // the reader ends when the program has
        let start = Instant::now();
        while Arc::strong_count(&terminal.screen) > 1 && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
        let screen = terminal.screen.lock().unwrap();
        let shown = String::from_utf8_lossy(&screen);
        assert!(!shown.is_empty(), "{arguments:?} shows nothing");
        let obeyed = shown.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        assert_eq!(obeyed, None, "{arguments:?}: {shown:?}");
    }
}
