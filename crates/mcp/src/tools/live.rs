//! What running programs say of themselves.

use probelang::data::text::{self, Object, array, string};
use probelang_control::protocol::Request;

use super::{Call, RESULT_BYTES, untrusted};
use crate::failed::Failed;

/// The process that a call names; the contract asks for it.
pub(super) fn pid(call: &Call<'_>) -> Result<u32, Failed> {
    call.arguments.pid.ok_or_else(Failed::internal)
}

/// The probe that a call names.
pub(super) fn id<'c>(call: &'c Call<'_>) -> Result<&'c str, Failed> {
    call.arguments.id.as_deref().ok_or_else(Failed::internal)
}

fn no_probe(id: &str) -> Failed {
    Failed::live(format!("the process has no probe `{id}`"), "live_status shows the probes that it has")
}

pub(super) fn list(call: &Call<'_>) -> Result<String, Failed> {
    let (mut programs, problems) = call.live.programs(&Request::Process);
    let all = programs.len();
    programs.retain(|process| {
        call.policy.allow_process(process.service.as_deref(), process.env.as_deref()).is_ok()
    });
    let left_out = all.saturating_sub(programs.len());
    let mut object = Object::new();
    object
        .raw("untrusted", &untrusted("programs", &array(programs.iter().map(text::of))))
        .number("left_out", u64::try_from(left_out).unwrap_or(u64::MAX))
        .raw("problems", &array(problems.iter().map(|problem| string(problem))));
    Ok(object.end())
}

pub(super) fn status(call: &Call<'_>) -> Result<String, Failed> {
    let (_, mut process) = call.live.program(pid(call)?, &Request::Status, call.policy)?;
    if let Some(id) = &call.arguments.id {
        let probes = process.probes.get_or_insert_default();
        probes.retain(|probe| probe.id == *id);
        if probes.is_empty() {
            return Err(no_probe(id));
        }
    }
    let json = text::of(&process);
    if json.len() > RESULT_BYTES {
        let message = format!("the process has {} probes, too many for one result", process.count);
        return Err(Failed::live(message, "give the `id` of a probe"));
    }
    let mut object = Object::new();
    object.raw("untrusted", &untrusted("program", &json));
    Ok(object.end())
}

pub(super) fn why(call: &Call<'_>) -> Result<String, Failed> {
    let (_, process) = call.live.program(pid(call)?, &Request::Status, call.policy)?;
    let id = id(call)?;
    let why = process.why(id).ok_or_else(|| no_probe(id))?;
    let mut object = Object::new();
    object.raw("untrusted", &untrusted("why", &array(why.iter().map(|sentence| string(sentence)))));
    Ok(object.end())
}
