//! A connection: messages in, messages out, one call after the other.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use probelang::data::text::Object;
use serde_json::{Map, Value};

use crate::arguments::Arguments;
use crate::escape::visible;
use crate::failed::Failed;
use crate::message::{self, LINE_BYTES, Line, Message, code};
use crate::protocol::{Implementation, Params, Revision, STATELESS, unsupported};
use crate::tools::{Call, RESULT_BYTES};
use crate::{Server, schema};

/// Calls that wait.
const WAITING: usize = 64;
/// Messages of a batch.
const BATCH: usize = 100;

/// What the two threads of a connection share.
struct Shared<W> {
    output: Mutex<W>,
    /// The calls that wait or run, by id, each with what stops it.
    calls: Mutex<HashMap<String, Arc<AtomicBool>>>,
    /// Set when the output takes no more.
    gone: AtomicBool,
}

impl<W: Write> Shared<W> {
    fn say(&self, message: &str) {
        let mut output = lock(&self.output);
        let written = output
            .write_all(message.as_bytes())
            .and_then(|()| output.write_all(b"\n"))
            .and_then(|()| output.flush());
        if written.is_err() {
            self.gone.store(true, Ordering::Relaxed);
            for stop in lock(&self.calls).values() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call that waits.
struct Job {
    id: String,
    revision: Revision,
    name: String,
    arguments: String,
    /// What words about progress are for.
    progress: Option<String>,
    client: Implementation,
    stop: Arc<AtomicBool>,
}

/// What the thread of calls is given.
enum Work {
    One(Job),
    /// A batch: what was answered already, and what is called for.
    Batch(Vec<String>, Vec<Job>),
}

/// What becomes of a message.
enum Becomes {
    Answer(String),
    Call(Box<Job>),
    Nothing,
}

/// The thread that reads.
struct Reader<'s, W> {
    server: &'s Server,
    shared: &'s Shared<W>,
    /// What was agreed on, and with whom.
    agreed: Option<(Revision, Implementation)>,
}

/// Serves a connection until its input ends.
pub(crate) fn serve(server: &Server, input: &mut impl BufRead, output: impl Write + Send) -> io::Result<()> {
    let shared = Shared {
        output: Mutex::new(output),
        calls: Mutex::new(HashMap::new()),
        gone: AtomicBool::new(false),
    };
    let shared = &shared;
    thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING);
        scope.spawn(move || Worker::new(server, shared).run(&from));
        let mut reader = Reader { server, shared, agreed: None };
        while !shared.gone.load(Ordering::Relaxed) {
            match message::read_line(input)? {
                Line::End => break,
                Line::TooLong => {
                    let why =
                        format!("a message has at most {LINE_BYTES} bytes: give a `file` in place of `data`");
                    shared.say(&message::error(None, code::INVALID_REQUEST, &why, None));
                }
                Line::NotText => {
                    shared.say(&message::error(None, code::PARSE, "a message is UTF-8 text", None));
                }
                Line::Text(text) if text.trim().is_empty() => {}
                Line::Text(text) => reader.line(text.trim(), &to),
            }
        }
        Ok(())
    })
}

impl<W: Write> Reader<'_, W> {
    fn line(&mut self, text: &str, to: &SyncSender<Work>) {
        if text.starts_with('[') {
            return self.batch(text, to);
        }
        match self.message(text) {
            Becomes::Answer(answer) => self.shared.say(&answer),
            Becomes::Call(job) => self.hand_on(Work::One(*job), to),
            Becomes::Nothing => {}
        }
    }

    fn batch(&mut self, text: &str, to: &SyncSender<Work>) {
        let refuse = |why: &str| self.shared.say(&message::error(None, code::INVALID_REQUEST, why, None));
        if !self.agreed.as_ref().is_some_and(|(revision, _)| revision.has_batches()) {
            return refuse("the revision of the protocol in use has no batches: send one message on a line");
        }
        let messages = match message::batch(text) {
            Ok(messages) if messages.len() > BATCH => {
                return refuse(&format!("a batch has at most {BATCH} messages"));
            }
            Ok(messages) => messages,
            Err(why) => return refuse(&why),
        };
        let (mut answers, mut jobs) = (Vec::new(), Vec::new());
        for text in messages {
            match self.message(text) {
                Becomes::Answer(answer) => answers.push(answer),
                Becomes::Call(job) => jobs.push(*job),
                Becomes::Nothing => {}
            }
        }
        if !jobs.is_empty() {
            self.hand_on(Work::Batch(answers, jobs), to);
        } else if !answers.is_empty() {
            self.shared.say(&message::batched(answers));
        }
    }

    /// Hands calls to the thread of calls, if not too many wait.
    fn hand_on(&self, work: Work, to: &SyncSender<Work>) {
        let work = match to.try_send(work) {
            Ok(()) => return,
            Err(TrySendError::Full(work) | TrySendError::Disconnected(work)) => work,
        };
        let busy = |job: &Job| {
            lock(&self.shared.calls).remove(&job.id);
            let why = format!("{WAITING} calls wait: send this one again when one of them was answered");
            message::error(Some(&job.id), code::BUSY, &why, None)
        };
        match work {
            Work::One(job) => self.shared.say(&busy(&job)),
            Work::Batch(mut answers, jobs) => {
                answers.extend(jobs.iter().map(busy));
                self.shared.say(&message::batched(answers));
            }
        }
    }

    fn message(&mut self, text: &str) -> Becomes {
        match Message::read(text) {
            Message::Request { id, method, params } => self.request(id, &method, params),
            Message::Notification { method, params } => {
                if method == "notifications/cancelled" {
                    self.cancel(params);
                }
                Becomes::Nothing
            }
            Message::Response => Becomes::Nothing,
            Message::Wrong(id, why) => {
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
                let code = if is_json { code::INVALID_REQUEST } else { code::PARSE };
                Becomes::Answer(message::error(id, code, &why, None))
            }
        }
    }

    /// Stops a call that waits or runs. It gets no answer.
    fn cancel(&self, params: &str) {
        let Ok(Params { request_id: Some(id), .. }) = serde_json::from_str(params) else { return };
        if let Some(stop) = lock(&self.shared.calls).get(id.get()) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    fn request(&mut self, id: &str, method: &str, params: &str) -> Becomes {
        let fail =
            |code, why: &str, data: Option<&str>| Becomes::Answer(message::error(Some(id), code, why, data));
        let answer = |result: String| Becomes::Answer(message::result(id, &result));
        let params: Params = match serde_json::from_str(params) {
            Ok(params) => params,
            Err(error) => return fail(code::INVALID_PARAMS, &format!("`params`: {error}"), None),
        };
        if method == "initialize" {
            let Some(version) = &params.protocol_version else {
                return fail(code::INVALID_PARAMS, "`protocolVersion` is missing", None);
            };
            let revision = Revision::agree(version);
            self.agreed = Some((revision, params.client_info.unwrap_or_default()));
            return answer(revision.initialized(&self.server.instructions()));
        }
        let meta = params.meta.as_ref();
        let (revision, client) = match (meta.and_then(|meta| meta.version.as_deref()), &self.agreed) {
            (Some(STATELESS), _) => {
                let client = meta.and_then(|meta| meta.client.clone());
                (Revision::Jul2026, client.unwrap_or_default())
            }
            (Some(version), _) => {
                let why = format!("the revision {version} of the protocol is not known");
                return fail(code::UNSUPPORTED_VERSION, &why, Some(&unsupported(version)));
            }
            (None, Some((revision, client))) => (*revision, client.clone()),
            (None, None) if method == "ping" => (Revision::Nov2025, Implementation::default()),
            (None, None) => {
                return fail(
                    code::INVALID_REQUEST,
                    "the first request of a connection is `initialize`",
                    None,
                );
            }
        };
        match method {
            "ping" => answer(revision.nothing()),
            "server/discover" => answer(revision.discovered(&self.server.instructions())),
            "tools/list" => {
                let tools = self.server.tools.offered(self.server.access);
                answer(revision.tools(tools.map(|tool| &tool.listed)))
            }
            "resources/list" => answer(revision.pages()),
            "resources/templates/list" => answer(revision.templates()),
            "resources/read" => {
                let uri = params.uri.unwrap_or_default();
                match revision.page(&uri) {
                    Some(page) => answer(page),
                    None => {
                        let stateless = revision == Revision::Jul2026;
                        let code = if stateless { code::INVALID_PARAMS } else { code::NO_RESOURCE };
                        fail(code, &format!("there is no resource `{uri}`: see resources/list"), None)
                    }
                }
            }
            "tools/call" => self.call(id, revision, client, params),
            _ => fail(code::NO_METHOD, &format!("there is no method `{method}`"), None),
        }
    }

    fn call(&self, id: &str, revision: Revision, client: Implementation, params: Params) -> Becomes {
        let Some(name) = params.name else {
            let why = "`name` is missing: the name of the tool";
            return Becomes::Answer(message::error(Some(id), code::INVALID_PARAMS, why, None));
        };
        let stop = Arc::new(AtomicBool::new(false));
        let mut calls = lock(&self.shared.calls);
        if calls.contains_key(id) {
            let why = "a request with this id waits or runs already";
            return Becomes::Answer(message::error(Some(id), code::INVALID_REQUEST, why, None));
        }
        calls.insert(id.to_owned(), Arc::clone(&stop));
        Becomes::Call(Box::new(Job {
            id: id.to_owned(),
            revision,
            name,
            arguments: params.arguments.map_or_else(|| "{}".to_owned(), |raw| raw.get().to_owned()),
            progress: params.meta.and_then(|meta| Some(meta.progress?.get().to_owned())),
            client,
            stop,
        }))
    }
}

/// The thread of calls.
struct Worker<'s, W> {
    server: &'s Server,
    shared: &'s Shared<W>,
    #[cfg(unix)]
    live: crate::live::Live,
    calls: u64,
    bytes: u64,
    time: Duration,
}

impl<'s, W: Write> Worker<'s, W> {
    fn new(server: &'s Server, shared: &'s Shared<W>) -> Self {
        Self {
            server,
            shared,
            #[cfg(unix)]
            live: crate::live::Live::new(server),
            calls: 0,
            bytes: 0,
            time: Duration::ZERO,
        }
    }

    fn run(mut self, from: &Receiver<Work>) {
        while let Ok(work) = from.recv() {
            match work {
                Work::One(job) => {
                    if let Some(answer) = self.answer(&job) {
                        self.shared.say(&answer);
                    }
                }
                Work::Batch(mut answers, jobs) => {
                    answers.extend(jobs.iter().filter_map(|job| self.answer(job)));
                    self.shared.say(&message::batched(answers));
                }
            }
        }
        #[cfg(unix)]
        self.live.end();
    }

    /// The answer to a call; none if it was cancelled.
    fn answer(&mut self, job: &Job) -> Option<String> {
        let result = if job.stop.load(Ordering::Relaxed) { None } else { Some(self.result(job)) };
        lock(&self.shared.calls).remove(&job.id);
        result.filter(|_| !job.stop.load(Ordering::Relaxed))
    }

    fn result(&mut self, job: &Job) -> String {
        let tool = match self.server.tools.find(&job.name, self.server.access) {
            Ok(tool) => tool,
            Err(Some(denied)) => return self.written(job, Err(denied)),
            Err(None) => {
                let names = self.server.tools.offered(self.server.access).map(|tool| tool.name.as_str());
                let names: Vec<_> = names.collect();
                let why = format!("there is no tool `{}`; the tools are {}", job.name, names.join(", "));
                return message::error(Some(&job.id), code::INVALID_PARAMS, &visible_text(&why), None);
            }
        };
        if let Err(denied) = self.within_budget() {
            return self.written(job, Err(denied));
        }
        let begin = Instant::now();
        let left = Duration::from_secs(self.server.policy.seconds.value).saturating_sub(self.time);
        let until = begin.checked_add(left);
        let progress = |done: u64| {
            if let Some(token) = &job.progress {
                let mut params = Object::new();
                params.raw("progressToken", token).number("progress", done);
                self.shared.say(&message::notification("notifications/progress", &params.end()));
            }
        };
        #[cfg(unix)]
        let client = crate::live::Client::of(&job.client);
        let called = catch_unwind(AssertUnwindSafe(|| {
            let given: Map<String, Value> = serde_json::from_str(&job.arguments)
                .map_err(|_| Failed::arguments("`arguments` is an object", "give the arguments by name"))?;
            let schema = tool.listed.get("inputSchema").unwrap_or(&Value::Null);
            if let Some(wrong) = schema::wrong(schema, &given) {
                let next = "mend the arguments; tools/list has the contract of the tool";
                return Err(Failed::arguments(wrong, next));
            }
            tool.call(&Call {
                folders: &self.server.folders,
                policy: &self.server.policy,
                arguments: Arguments::read(&job.arguments)?,
                stop: &job.stop,
                until,
                progress: &progress,
                #[cfg(unix)]
                live: &self.live,
                #[cfg(unix)]
                client: &client,
            })
        }));
        self.time = self.time.saturating_add(begin.elapsed());
        self.calls = self.calls.saturating_add(1);
        let called = called.unwrap_or_else(|_| Err(Failed::internal()));
        // what was not looked at must not count as not there
        let called =
            called.and_then(|json| if begin.elapsed() < left { Ok(json) } else { Err(self.out_of_time()) });
        self.written(job, called)
    }

    fn out_of_time(&self) -> Failed {
        let rule = &self.server.policy.seconds;
        rule.deny(
            format!("the call was stopped: this connection has used up its {} seconds of work", rule.value),
            "tell the person that you work for; a new connection begins anew",
        )
    }

    /// What a connection may use up in all.
    fn within_budget(&self) -> Result<(), Failed> {
        let policy = &self.server.policy;
        let used = [
            (&policy.calls, self.calls, "calls"),
            (&policy.bytes, self.bytes, "bytes of results"),
            (&policy.seconds, self.time.as_secs(), "seconds of work"),
        ];
        for (rule, used, what) in used {
            if used >= rule.value {
                return Err(rule.deny(
                    format!("this connection has used up its {} {what}", rule.value),
                    "tell the person that you work for; a new connection begins anew",
                ));
            }
        }
        Ok(())
    }

    fn written(&mut self, job: &Job, called: Result<String, Failed>) -> String {
        let (json, is_error) = match called {
            Ok(json) => (json, false),
            Err(failed) => (failed.json(), true),
        };
        let mut json = visible(&json);
        let mut is_error = is_error;
        if json.len() > RESULT_BYTES.saturating_mul(2) {
            let next = "ask for less";
            json = Failed::data("the result is too large", next).json();
            is_error = true;
        }
        self.bytes = self.bytes.saturating_add(u64::try_from(json.len()).unwrap_or(u64::MAX));
        message::result(&job.id, &job.revision.called(&json, is_error))
    }
}

/// A text with what is invisible written out.
fn visible_text(text: &str) -> String {
    probelang::diagnostic::human::one_line(text)
}
