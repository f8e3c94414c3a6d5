//! `probelang live`: the probes of running programs.

use clap::{Args, Subcommand};
use probelang::diagnostic::human::one_line;
use probelang_control::protocol::{Off, Probe, Process, Request, Sink, Temporary};
use probelang_control::{AskError, Socket, folder_candidates, sockets};

use crate::args::{Common, Format};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::json::{Object, array, of, string};
use crate::render::table::columns;

mod temporary;

/// See what becomes of the probes of running programs, switch them off, and add temporary ones
///
/// A program with probes serves a status socket, in the folder `probelang` of $XDG_RUNTIME_DIR or in `probelang-UID` of the
/// temporary directory. Only its own user and root may ask, and this command looks for programs of its own user: run it
/// as the user of the program, with the same $XDG_RUNTIME_DIR or $TMPDIR.
///
/// The exit status is 1 if there is no such program or probe or a program refuses what it is asked, and 6 if one does not
/// reply.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang live list
  probelang live status --pid 4242
  probelang live why cart-total
  probelang live disable
  probelang probe new --log shop.Cart.pay --when 'total > 100' --capture | probelang live create - --wait
  probelang live create probe.json --service shop --for 30m --hits 5
  probelang live samples cart-total --follow
  probelang live cancel cart-total")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// List the running programs with probes
    List(Which),
    /// Show the probes of running programs: status, place, and why each is silent
    ///
    /// And the probe file, whether it is what runs, and what became of the events of each sink. With an ID only that probe,
    /// with its counters.
    Status(StatusArguments),
    /// Say why a probe is silent, or that it is not
    ///
    /// One sentence on a line, the one that matters most first.
    Why(WhyArguments),
    /// The kill switch: stop all probes of running programs, of all of them without --pid
    ///
    /// It counts until `enable`, or until the end of the program. A hit of a probe then does nothing and is not counted.
    Disable(Which),
    /// Let the probes run again that `disable` has stopped
    ///
    /// What a probe file switches off with `"enabled": false` stays off.
    Enable(Which),
    /// Add a temporary probe to a running program
    ///
    /// It is not in the probe file, ends by itself, and its events go to nobody but `live samples`. All texts are hidden in
    /// them; --redaction targeted hides only what looks like a secret. The program takes it only if it was started with
    /// PROBELANG_CONTROL=write.
    Create(temporary::CreateArguments),
    /// Print the events of a temporary probe, one JSON object on a line
    ///
    /// They are what the sink `jsonl` writes, and what other commands read. A program keeps them for ten minutes after the
    /// probe has ended.
    Samples(temporary::SamplesArguments),
    /// End a temporary probe, and drop its events
    Cancel(temporary::CancelArguments),
}

/// Which programs.
#[derive(Args, Debug)]
struct Which {
    /// Only the program with this number
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,

    /// Only programs of this service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// For people (the default), or one JSON object for each program
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl Which {
    fn is_json(&self) -> bool {
        self.json || self.format == Some(Format::Json)
    }
}

#[derive(Args, Debug)]
struct StatusArguments {
    /// The probe
    #[arg(value_name = "ID")]
    id: Option<String>,

    #[command(flatten)]
    which: Which,
}

#[derive(Args, Debug)]
struct WhyArguments {
    /// The probe
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    which: Which,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    match &arguments.command {
        Command::List(which) => list(which, console),
        Command::Status(StatusArguments { id, which }) => status(id.as_deref(), which, console),
        Command::Why(WhyArguments { id, which }) => why(id, which, console),
        Command::Disable(which) => switch(&Request::Disable, which, console),
        Command::Enable(which) => switch(&Request::Enable, which, console),
        Command::Create(arguments) => temporary::create(arguments, common, console),
        Command::Samples(arguments) => temporary::samples(arguments, console),
        Command::Cancel(arguments) => temporary::cancel(arguments, console),
    }
}

/// What was asked, and how it ended so far.
struct Asked {
    processes: Vec<Process>,
    status: Status,
}

/// Asks all programs that are meant. What has ended meanwhile is none of them.
fn ask(request: &Request, which: &Which, console: &Console) -> Asked {
    let (all, status) = ask_all(request, which, console);
    Asked { processes: all.into_iter().map(|(_, process)| process).collect(), status }
}

/// The same with their sockets.
fn ask_all(request: &Request, which: &Which, console: &Console) -> (Vec<(Socket, Process)>, Status) {
    let (found, errors) = sockets(&folder_candidates(|name| std::env::var(name).ok()));
    for error in errors {
        console.remark(&error.to_string());
    }
    let (mut all, mut status) = (Vec::new(), Status::Ok);
    let of_service = |process: &Process| which.service.is_none() || process.service == which.service;
    for socket in found.into_iter().filter(|socket| which.pid.is_none_or(|pid| socket.pid() == Some(pid))) {
        // what is for those of a service only is not asked of others
        let asked = match (&which.service, request) {
            (Some(_), Request::Disable | Request::Enable) => match socket.ask(&Request::Process) {
                Ok(process) if !of_service(&process) => continue,
                Ok(_) => socket.ask(request),
                Err(error) => Err(error),
            },
            _ => socket.ask(request),
        };
        match asked {
            Ok(process) if of_service(&process) => all.push((socket, process)),
            Ok(_) | Err(AskError::Gone) => {}
            Err(error) => {
                console.fail(&format!("{}: {error}", name_of(&socket)));
                status = Status::Input;
            }
        }
    }
    all.sort_by_key(|(_, process)| process.pid);
    (all, status)
}

/// The programs that are meant; where there is none it is said, and is the status.
fn find(which: &Which, console: &Console) -> (Vec<(Socket, Process)>, Status) {
    let (all, status) = ask_all(&Request::Process, which, console);
    let status = if all.is_empty() { none(status, which, console) } else { status };
    (all, status)
}

fn name_of(socket: &Socket) -> String {
    socket.pid().map_or_else(|| socket.path().display().to_string(), |pid| format!("process {pid}"))
}

/// Says that there is no such program, if there is none and nothing else was said.
fn nobody(asked: &Asked, which: &Which, console: &Console) -> Option<Status> {
    asked.processes.is_empty().then(|| none(asked.status, which, console))
}

/// The same where there is none.
fn none(status: Status, which: &Which, console: &Console) -> Status {
    if status == Status::Ok {
        console.remark(&match (which.pid, &which.service) {
            (Some(pid), None) => format!("process {pid} has no probes, or is not a process of this user"),
            (Some(pid), Some(name)) => {
                format!("process {pid} has no probes, is not a process of this user, or not of the service `{name}`")
            }
            (None, Some(name)) => format!("no program of this user has probes and is of the service `{name}`"),
            (None, None) => "no program of this user has probes".to_owned(),
        });
    }
    status.max(Status::False)
}

fn list(which: &Which, console: &mut Console) -> Outcome {
    let asked = ask(&Request::Process, which, console);
    if let Some(status) = nobody(&asked, which, console) {
        // a list may be empty, but not of what was named
        return Ok(if which.pid.is_none() && which.service.is_none() && status == Status::False {
            Status::Ok
        } else {
            status
        });
    }
    show_programs(asked, which, console)
}

/// Prints the programs that replied, one on a line.
fn show_programs(asked: Asked, which: &Which, console: &mut Console) -> Outcome {
    if which.is_json() {
        for process in &asked.processes {
            console.line(&of(process))?;
        }
    } else {
        let rows: Vec<_> = asked.processes.iter().map(row).collect();
        console.styled(&columns(&rows, console.palette().strong))?;
    }
    Ok(asked.status)
}

fn row(process: &Process) -> [String; 4] {
    let probes = many(u64::try_from(process.count).unwrap_or(u64::MAX), "probe");
    let state = match process.off {
        Off { program: false, file: false } => probes,
        Off { program: true, .. } => format!("{probes}, switched off"),
        Off { file: true, .. } => format!("{probes}, switched off by the file"),
    };
    [process.pid.to_string(), one_line(&service(process)), one_line(&process.language), state]
}

/// What the program is, as its tags say.
fn service(process: &Process) -> String {
    let mut all = process.service.clone().unwrap_or_else(|| "(no service)".to_owned());
    if let Some(version) = &process.version {
        all = format!("{all} {version}");
    }
    if let Some(env) = &process.env {
        all = format!("{all} ({env})");
    }
    all
}

fn status(id: Option<&str>, which: &Which, console: &mut Console) -> Outcome {
    let mut asked = ask(&Request::Status, which, console);
    if let Some(status) = nobody(&asked, which, console) {
        return Ok(status);
    }
    if let Some(id) = id {
        for process in &mut asked.processes {
            if let Some(probes) = &mut process.probes {
                probes.retain(|probe| probe.id == id);
            }
        }
        asked.processes.retain(|process| process.probes.as_ref().is_some_and(|all| !all.is_empty()));
        if asked.processes.is_empty() {
            return no_probe(id, asked.status, console);
        }
    }
    for (number, process) in asked.processes.iter().enumerate() {
        if which.is_json() {
            console.line(&of(process))?;
            continue;
        }
        if number > 0 {
            console.line("")?;
        }
        console.styled(&columns(&[row(process)], console.palette().strong))?;
        if let Some(file) = &process.file {
            let loaded = match &file.loaded {
                Some(time) => format!("loaded {time}"),
                None => "never loaded".to_owned(),
            };
            console.line(&format!("  file  {}, {}", one_line(&file.path), one_line(&loaded)))?;
            if let Some(problem) = &file.problem {
                console.line(&format!("        is not what runs: {}", one_line(problem)))?;
            }
        }
        if let Some(mode) = &process.redaction {
            console.line(&format!("  texts redaction is {}", one_line(mode)))?;
        }
        for remark in &process.remarks {
            console.line(&format!("  note  {}", one_line(remark)))?;
        }
        for sink in process.sinks.iter().flatten() {
            console.line(&format!("  sink  {}", one_line(&deliveries(sink))))?;
        }
        let rows: Vec<_> = process.probes.iter().flatten().map(probe_row).collect();
        console.styled(&columns(&rows, console.palette().strong))?;
        for probe in process.probes.iter().flatten().filter(|_| id.is_some()) {
            console.line(&format!("  {}", one_line(&counters(probe))))?;
        }
    }
    Ok(asked.status)
}

fn probe_row(probe: &Probe) -> [String; 4] {
    let place = probe.place.as_deref().unwrap_or_default();
    let verdict = match &probe.temporary {
        Some(temporary) => format!("{}; {}", probe.verdict, whose(temporary)),
        None => probe.verdict.clone(),
    };
    [&probe.status, &probe.id, place, &verdict].map(one_line)
}

/// Whose a temporary probe is, and until when.
fn whose(temporary: &Temporary) -> String {
    let by = temporary.pid.map(|pid| format!(", process {pid}")).unwrap_or_default();
    let until = match &temporary.ended {
        Some(ended) => ended.clone(),
        None => format!("until {}", temporary.limits.expires),
    };
    format!("temporary, of user {}{by}, {until}", temporary.uid)
}

/// The counters of a probe: what became of its hits, the most frequent first, and what they took.
fn counters(probe: &Probe) -> String {
    let mut causes: Vec<_> = probe.causes.iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let causes: Vec<_> =
        causes.iter().map(|(cause, count)| format!("{count} {}", cause.replace('_', " "))).collect();
    let causes = if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) };
    let [hits, bytes, steps] = [(probe.hits, "hit"), (probe.bytes, "byte"), (probe.steps, "step")]
        .map(|(count, of)| many(count, of));
    format!("{hits}{causes}; {bytes}, {steps}")
}

/// So many, in words.
fn many(count: u64, of: &str) -> String {
    if count == 1 { format!("1 {of}") } else { format!("{count} {of}s") }
}

fn deliveries(sink: &Sink) -> String {
    let mut all = format!("{} {}: {} delivered", sink.name, sink.target, sink.delivered);
    if sink.waiting > 0 {
        all = format!("{all}, {} waiting", sink.waiting);
    }
    for (cause, count) in &sink.lost {
        all = format!("{all}, {count} lost ({})", cause.replace('_', " "));
    }
    match &sink.error {
        Some(error) => format!("{all}; {error}"),
        None => all,
    }
}

fn no_probe(id: &str, status: Status, console: &Console) -> Outcome {
    console.remark(&format!("no program that was asked has a probe `{id}`: it is not in its probe file"));
    Ok(status.max(Status::False))
}

fn why(id: &str, which: &Which, console: &mut Console) -> Outcome {
    let asked = ask(&Request::Status, which, console);
    if let Some(status) = nobody(&asked, which, console) {
        return Ok(status);
    }
    let mut is_known = false;
    for process in &asked.processes {
        let Some(sentences) = process.why(id) else { continue };
        is_known = true;
        if which.is_json() {
            let mut object = Object::new();
            object.number("pid", process.pid.into()).string("id", id);
            object.raw("why", &array(sentences.iter().map(|sentence| string(sentence)).collect::<Vec<_>>()));
            console.line(&object.end())?;
        } else {
            for sentence in sentences {
                console.line(&format!("{}: {}", process.pid, one_line(&sentence)))?;
            }
        }
    }
    if is_known { Ok(asked.status) } else { no_probe(id, asked.status, console) }
}

fn switch(request: &Request, which: &Which, console: &mut Console) -> Outcome {
    let asked = ask(request, which, console);
    if let Some(status) = nobody(&asked, which, console) {
        return Ok(status);
    }
    show_programs(asked, which, console)
}
