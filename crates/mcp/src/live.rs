//! Running programs, as a connection sees them: their status sockets, and the probes that it has made.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use probelang::data::text::Object;
use probelang::diagnostic::human::one_line;
use probelang::redact::{Mode, Policy as Redaction};
use probelang_control::protocol::{Process, Request};
use probelang_control::{AskError, Socket, sockets};
use probelang_probe::Timestamp;

use crate::Server;
use crate::audit::AuditLog;
use crate::failed::Failed;
use crate::policy::Policy;
use crate::protocol::Implementation;

/// Who calls, as it says itself.
pub(crate) struct Client {
    name: String,
    version: String,
}

impl Client {
    pub fn of(client: &Implementation) -> Self {
        let short = |text: &str| one_line(&text.chars().take(100).collect::<String>());
        Self { name: short(&client.name), version: short(&client.version) }
    }
}

/// A probe that the connection has made.
#[derive(Clone)]
pub(crate) struct Made {
    pub pid: u32,
    pub id: String,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// What a connection does with running programs.
pub(crate) struct Live {
    folders: Vec<PathBuf>,
    audit: Option<AuditLog>,
    /// What tells the lines of this connection in the audit log from others.
    session: String,
    made: Mutex<Vec<Made>>,
    numbers: Mutex<u64>,
}

/// Something for the audit log.
pub(crate) struct Record<'r> {
    pub tool: &'static str,
    pub client: Option<&'r Client>,
    pub process: Option<&'r Process>,
    pub pid: u32,
    /// Members of what is done, as JSON.
    pub what: &'r str,
    pub why: &'r str,
}

/// The time of the system.
pub(crate) fn now() -> Timestamp {
    Timestamp::default().after(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A text in which what looks like a secret is hidden.
pub(crate) fn masked(text: &str) -> String {
    Redaction::built_in().with_mode(Mode::Targeted).masked(text).into_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    pub fn new(server: &Server) -> Self {
        let (folders, audit) = (server.sockets.clone(), server.audit.clone());
        let session = format!("{:x}-{:x}", std::process::id(), now().nanos());
        Self { folders, audit, session, made: Mutex::new(Vec::new()), numbers: Mutex::new(0) }
    }

    /// All programs that reply, and what kept others from it.
    pub fn programs(&self, request: &Request) -> (Vec<Process>, Vec<String>) {
        let (found, errors) = sockets(&self.folders);
        let mut problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let mut programs = Vec::new();
        for socket in &found {
            match socket.ask(request) {
                Ok(process) => programs.push(process),
                Err(AskError::Gone) => {}
                Err(error) => {
                    let pid = socket.pid().map_or_else(|| "?".to_owned(), |pid| pid.to_string());
                    problems.push(format!("process {pid}: {error}"));
                }
            }
        }
        programs.sort_by_key(|process| process.pid);
        (programs, problems)
    }

    /// The program of that number, if the policy allows it.
    pub fn program(&self, pid: u32, request: &Request, policy: &Policy) -> Result<(Socket, Process), Failed> {
        let next = "live_list shows the programs that there are";
        let mut problem = format!("no process {pid} of this user has probelang in it");
        for socket in sockets(&self.folders).0.into_iter().filter(|socket| socket.pid() == Some(pid)) {
            match socket.ask(request) {
                Ok(process) if process.pid == pid => {
                    policy.allow_process(process.service.as_deref(), process.env.as_deref())?;
                    return Ok((socket, process));
                }
                Ok(_) | Err(AskError::Gone) => {}
                Err(error) => problem = format!("process {pid}: {error}"),
            }
        }
        Err(Failed::live(problem, next))
    }

    /// A new id for a probe.
    pub fn new_id(&self) -> String {
        let mut number = lock(&self.numbers);
        *number = number.saturating_add(1);
        format!("agent-{}-{}", self.session, *number)
    }

    /// How many probes of the connection have not ended by themselves yet.
    pub fn count(&self) -> u64 {
        let now = now();
        let mut made = lock(&self.made);
        // one that has ended can be read for a while
        made.retain(|one| one.until.after(Duration::from_secs(600)) > now);
        made.iter().filter(|one| one.until > now).count().try_into().unwrap_or(u64::MAX)
    }

    pub fn add(&self, one: Made) {
        lock(&self.made).push(one);
    }

    pub fn remove(&self, pid: u32, id: &str) {
        lock(&self.made).retain(|one| one.pid != pid || one.id != id);
    }

    /// Rejects a probe that the connection has not made.
    pub fn own(&self, pid: u32, id: &str) -> Result<(), Failed> {
        let made = lock(&self.made);
        if made.iter().any(|one| one.pid == pid && one.id == id) {
            return Ok(());
        }
        let own: Vec<_> = made.iter().map(|one| format!("`{}` in process {}", one.id, one.pid)).collect();
        let own = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
        Err(Failed::denied(
            "built-in rule: a connection reads and ends only probes that it created".to_owned(),
            format!("this connection has created no probe `{id}` in process {pid}"),
            format!("the probes of this connection: {own}; live_status shows the others"),
        ))
    }

    /// Writes a line of the audit log.
    pub fn record(&self, record: &Record<'_>, result: &str, detail: Option<&str>) -> Result<(), Failed> {
        let Some(audit) = &self.audit else { return Err(Failed::audit("there is no audit log")) };
        let written = audit.add(|object| {
            let mut who = Object::new();
            who.number("uid", nix::unistd::getuid().as_raw().into()).number("pid", std::process::id().into());
            if let Some(client) = record.client {
                who.string("client", &client.name).string("version", &client.version);
            }
            let mut process = Object::new();
            process.number("pid", record.pid.into());
            if let Some(of) = record.process {
                for (key, text) in [("service", &of.service), ("env", &of.env), ("version", &of.version)] {
                    if let Some(text) = text {
                        process.string(key, text);
                    }
                }
            }
            object
                .string("time", &now().to_string())
                .raw("who", &who.end())
                .string("session", &self.session)
                .string("tool", record.tool)
                .raw("process", &process.end())
                .raw("what", record.what)
                .string("why", &masked(record.why))
                .string("result", result);
            if let Some(detail) = detail {
                object.string("detail", &masked(detail));
            }
        });
        written.map(drop).map_err(|error| Failed::audit(error.to_string()))
    }

    /// Ends all probes of the connection.
    pub fn end(&self) {
        let made = std::mem::take(&mut *lock(&self.made));
        let now = now();
        for Made { pid, id, .. } in made.into_iter().filter(|one| one.until > now) {
            let sockets = sockets(&self.folders).0.into_iter().filter(|socket| socket.pid() == Some(pid));
            let ended = sockets.map(|socket| socket.cancel(&id)).any(|ended| ended.is_ok());
            let mut what = Object::new();
            what.string("id", &id);
            let what = what.end();
            let why = "the connection ended";
            let record = Record { tool: "probe_cancel", client: None, process: None, pid, what: &what, why };
            // there is nobody left to say it to
            let _ = self.record(&record, if ended { "done" } else { "failed" }, None);
        }
    }
}
