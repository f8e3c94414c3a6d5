//! Temporary probes in running programs. Whatever is done here is in the audit log first.

use std::time::Duration;

use probelang::Engine;
use probelang::data::text::{self, Object, array, string};
use probelang::diagnostic::SourceText;
use probelang_control::AskError;
use probelang_control::protocol::{Cancelled, Create, Poll, Process, Request, Sample};
use probelang_probe::config::{Outcome, Reader};
use probelang_probe::draft::{Does, Draft};
use probelang_probe::probe::{Moment, Place};

use super::live::{id, pid};
use super::{Call, RESULT_BYTES, diagnostics, untrusted};
use crate::failed::Failed;
use crate::live::{Made, Record, masked, now};
use crate::policy::Policy;

/// What ends a probe if nobody says otherwise.
const EXPIRES: u64 = 600;
const HITS: u64 = 20;
/// Samples that one call fetches.
const SAMPLES: usize = 20;

/// The probe of a call, as a configuration.
fn probe(call: &Call<'_>, engine: &Engine) -> Result<String, Failed> {
    let arguments = &call.arguments;
    let short = [&arguments.when, &arguments.template, &arguments.at].into_iter().any(Option::is_some)
        || arguments.capture.is_some();
    match (&arguments.probe, &arguments.place) {
        (Some(_), Some(_)) => {
            Err(Failed::arguments("there are both `probe` and `place`", "give one of them"))
        }
        (Some(_), None) if short => Err(Failed::arguments(
            "`when`, `template`, `capture` and `at` go with `place`",
            "write them into `probe`, or give `place` in place of `probe`",
        )),
        (Some(json), None) => Ok(json.get().to_owned()),
        (None, None) => Err(Failed::arguments(
            "there is no place for the probe",
            "give `place`, such as shop.Cart.pay or shop/cart.py:42, from the source code of the program",
        )),
        (None, Some(text)) => {
            let place = Place::parse(text)
                .ok_or_else(|| Failed::arguments(format!("`{text}` is not a place"), Place::FORMS))?;
            let capture = arguments.capture.unwrap_or(false);
            if arguments.template.is_none() && !capture {
                let message = "the probe would show nothing";
                return Err(Failed::arguments(message, "give a `template`, or `capture`: true"));
            }
            let mut draft = Draft::new(place, Does::Log { template: arguments.template.clone(), capture });
            draft.when.clone_from(&arguments.when);
            draft.at = match arguments.at.as_deref() {
                Some("exit") => Some(Moment::Exit),
                Some(_) => Some(Moment::Entry),
                None => None,
            };
            draft.id = Some(call.live.new_id());
            draft.expires = None;
            draft.to_json(engine).map_err(|wrong| {
                let source = wrong.error.source_text(&wrong.text);
                let first = wrong.error.diagnostics.first().map(|one| one.message.clone());
                Failed::program(
                    format!("`{}` is wrong: {}", wrong.text, first.unwrap_or_default()),
                    diagnostics(&wrong.error.diagnostics, &source),
                )
            })
        }
    }
}

/// What a probe is: its id, its type and its place.
struct Known {
    id: String,
    type_name: String,
    place: String,
}

/// Reads the probe, and says what is wrong with it before the process is asked.
fn known(json: &str, engine: &Engine, process: &Process) -> Result<Known, Failed> {
    let own = probelang_probe::settings::Process::default().with_service(
        process.service.clone(),
        process.env.clone(),
        process.version.clone(),
    );
    let file = Reader::new(engine).process(&own).read(json);
    let source = SourceText::new("<probe>", json);
    let mut entries = file.probes.iter();
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        let all = diagnostics(&file.diagnostics, &source);
        return Err(Failed::program("`probe` is one probe, with `id`, `type` and `where`", all));
    };
    match &entry.outcome {
        Outcome::Ready(probe) => Ok(Known {
            id: probe.id.to_string(),
            type_name: entry.type_name.clone().unwrap_or_default(),
            place: probe.place.to_string(),
        }),
        Outcome::Rejected => {
            let first = entry.diagnostics.first().map(|one| one.message.clone()).unwrap_or_default();
            Err(Failed::program(
                format!("the probe is wrong: {first}"),
                diagnostics(&entry.diagnostics, &source),
            ))
        }
        Outcome::Elsewhere => Err(Failed::arguments(
            "the tags of the probe name another service, env or version than the process has",
            "leave the tags out: the probe is for the process that `pid` names",
        )),
    }
}

/// What a process says of a request that it does not grant.
fn refused(error: &AskError) -> Failed {
    let next = match error {
        AskError::Gone => "live_list shows the programs that there are",
        AskError::Silent => "try again in a few seconds",
        AskError::Refused(_) => "mend what it says, or tell the person that you work for",
        _ => "tell the person that you work for",
    };
    Failed::live(format!("the process does not do it: {error}"), next)
}

pub(super) fn create(call: &Call<'_>) -> Result<String, Failed> {
    let pid = pid(call)?;
    let mut what = Object::new();
    if let Some(place) = &call.arguments.place {
        what.string("place", &masked(place));
    }
    let what = what.end();
    let asked = |process| Record {
        tool: "probe_create",
        client: Some(call.client),
        process,
        pid,
        what: &what,
        why: &call.arguments.reason,
    };
    let prepared = call
        .live
        .program(pid, &Request::Process, call.policy)
        .and_then(|(socket, process)| Ok((prepare(call, &process)?, socket, process)));
    let (Prepared { create, id, what, expires }, socket, process) = match prepared {
        Ok(prepared) => prepared,
        Err(failed) => {
            if let Some(policy) = &failed.policy {
                let detail = format!("{} ({policy})", failed.message());
                call.live.record(&asked(None), "denied", Some(&detail))?;
            }
            return Err(failed);
        }
    };
    let record = Record { what: &what, ..asked(Some(&process)) };
    call.live.record(&record, "asked", None)?;
    let created = match socket.create(&create) {
        Ok(created) => created,
        Err(error) => {
            call.live.record(&record, "failed", Some(&error.to_string()))?;
            return Err(refused(&error));
        }
    };
    if let Err(failed) = call.live.record(&record, "done", Some(&created.status)) {
        // what is not in the audit log is not to be there
        let _ = socket.cancel(&id);
        return Err(failed);
    }
    let until = now().after(Duration::from_secs(expires));
    call.live.add(Made { pid, id, until });
    Ok(text::of(&created))
}

/// What is asked of a process.
struct Prepared {
    create: Create,
    id: String,
    what: String,
    expires: u64,
}

/// Sees whether the policy allows the probe of a call.
fn prepare(call: &Call<'_>, process: &Process) -> Result<Prepared, Failed> {
    if process.access != "write" {
        return Err(Failed::live(
            "the process takes no probes over its status socket",
            "tell the person that you work for: the program decides that, see the page `live` of `explain`",
        ));
    }
    let policy = call.policy;
    let engine = Engine::new();
    let json = probe(call, &engine)?;
    let Known { id, type_name, place } = known(&json, &engine, process)?;
    policy.allow_type(&type_name)?;
    policy.allow_place(&place)?;
    let arguments = &call.arguments;
    let expires =
        Policy::within(&policy.expires_seconds, "expires_seconds", arguments.expires_seconds, EXPIRES)?;
    let hits = Policy::within(&policy.hits, "hits", arguments.hits, HITS)?;
    let count = call.live.count();
    if count >= policy.probes.value {
        return Err(policy.probes.deny(
            format!("this connection has {count} probes in running programs"),
            "end one with probe_cancel first",
        ));
    }
    let redaction = policy.redaction.value;
    let mut what = Object::new();
    what.string("id", &id)
        .string("place", &place)
        .string("type", &type_name)
        .string("probe", &masked(&json))
        .number("expires_seconds", expires)
        .number("hits", hits)
        .string("redaction", redaction.name());
    let mut create = Create::new(json);
    create.expires = Some(expires);
    create.hits = Some(hits);
    create.redaction = Some(redaction);
    Ok(Prepared { create, id, what: what.end(), expires })
}

pub(super) fn samples(call: &Call<'_>) -> Result<String, Failed> {
    let (pid, id) = (pid(call)?, id(call)?);
    call.live.own(pid, id)?;
    let (socket, process) = call.live.program(pid, &Request::Process, call.policy)?;
    let mut poll = Poll::new(id);
    poll.after = call.arguments.after;
    poll.limit = Some(call.arguments.limit.unwrap_or(SAMPLES));
    poll.bytes = Some(RESULT_BYTES / 2);
    let samples = socket.samples(&poll).map_err(|error| refused(&error))?;
    if !samples.samples.is_empty() {
        let bytes: usize = samples.samples.iter().fold(0, |sum, sample| sum.saturating_add(sample.bytes));
        let mut what = Object::new();
        what.string("id", id)
            .number("samples", u64::try_from(samples.samples.len()).unwrap_or(u64::MAX))
            .number("bytes", u64::try_from(bytes).unwrap_or(u64::MAX))
            .number("next", samples.next);
        let what = what.end();
        let process = Some(&process);
        let client = Some(call.client);
        let record = Record { tool: "probe_samples", client, process, pid, what: &what, why: "" };
        call.live.record(&record, "done", None)?;
    }
    let list = array(samples.samples.iter().map(sample));
    let mut object = Object::new();
    object.string("id", &samples.id).string("status", &samples.status);
    if let Some(cause) = &samples.cause {
        object.string("cause", cause);
    }
    object
        .string("verdict", &samples.verdict)
        .raw("untrusted", &untrusted("samples", &list))
        .number("lost", samples.lost)
        .number("next", samples.next)
        .boolean("more", samples.more)
        .string("expires", &samples.expires);
    if let Some(ended) = &samples.ended {
        object.string("ended", ended);
    }
    Ok(object.end())
}

fn sample(sample: &Sample) -> String {
    let mut object = Object::new();
    object.number("number", sample.number);
    match sample.json() {
        Some(json) => object.raw("event", json),
        None => object.raw(
            "left_out",
            &string(&format!("it has {} bytes: ask for less with a template", sample.bytes)),
        ),
    };
    object.end()
}

pub(super) fn cancel(call: &Call<'_>) -> Result<String, Failed> {
    let (pid, id) = (pid(call)?, id(call)?);
    call.live.own(pid, id)?;
    let (socket, process) = call.live.program(pid, &Request::Process, call.policy)?;
    let mut what = Object::new();
    what.string("id", id);
    let what = what.end();
    let (client, process) = (Some(call.client), Some(&process));
    let record =
        Record { tool: "probe_cancel", client, process, pid, what: &what, why: &call.arguments.reason };
    // to end a probe is safe: it is done whether or not it can be written down, but not in silence
    let noted = call.live.record(&record, "asked", None);
    let cancelled = socket.cancel(id);
    let Cancelled { probe, .. } = match cancelled {
        Ok(cancelled) => cancelled,
        Err(error) => {
            call.live.record(&record, "failed", Some(&error.to_string()))?;
            return Err(refused(&error));
        }
    };
    call.live.remove(pid, id);
    noted?;
    call.live.record(&record, "done", None)?;
    let mut object = Object::new();
    object.raw("untrusted", &untrusted("probe", &text::of(&probe)));
    Ok(object.end())
}
