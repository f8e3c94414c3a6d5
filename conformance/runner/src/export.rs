//! Cases as data for other ways into the engine: each with its names as a snapshot, and what the engine answers over it.
//!
//! A binding runs the expression over the snapshot and must give the same answer. The snapshot is a capture of the
//! values of the case, whole; a case whose values cannot be captured is left out with its reason.

use probelang::capture::{About, Capture, CaptureLimits, Frame, Group, Name, Settings, frame};
use probelang::data::text::{Object, array, of, string};
use probelang::dialect::Preset;
use probelang::host::Budget;
use probelang::redact::Policy;
use probelang::snapshot::{Input, Mode};
use probelang::{Answer, ProgramKind, Source};

use crate::case::Case;
use crate::engine::Setup;
use crate::forms;
use crate::tagged;

/// Bytes of a snapshot.
const SIZE: usize = 1 << 20;

/// A case as one line of JSON, or why it is left out.
///
/// The line has `id`, `kind`, `dialect`, `source` (wire JSON), `redactExclude`, `redactTypes`, `data`, and `answer`:
/// `status` as the command writes it, with `value`, `message` and the number of `errors`, or the `code` and `message` of
/// a fault or of the first error.
///
/// # Errors
/// Why it is left out, in a few words.
pub fn line(case: &Case) -> Result<String, String> {
    let preset = case.preset()?;
    let kind = forms::kind(case);
    let is_wrapped = kind == ProgramKind::Template && case.kind != ProgramKind::Template;
    let source =
        if is_wrapped { format!(r#"[{{"json": {}}}]"#, case.wire()) } else { case.wire().to_owned() };
    if serde_json::from_str::<serde::de::IgnoredAny>(&source).is_err() {
        return Err("its wire form is not JSON".to_owned());
    }
    let setup = Setup::new(case, kind, preset.dialect());
    let data = captured(case, &setup, preset)?;
    let answer = answered(&source, kind, &data, &setup)?;
    let config = case.config.clone().unwrap_or_default();
    let strings = |texts: &[String]| array(texts.iter().map(|text| string(text)));
    let mut object = Object::new();
    object
        .string("id", &case.id)
        .string("kind", kind.name())
        .string("dialect", preset.name())
        .string("source", &source)
        .raw("redactExclude", &strings(&config.redaction_excluded_identifiers))
        .raw("redactTypes", &strings(&config.redacted_types))
        .number("maxSteps", setup.steps())
        .string("data", &data)
        .raw("answer", &answer);
    Ok(object.end())
}

/// The names of a case as a snapshot.
fn captured(case: &Case, setup: &Setup, preset: Preset) -> Result<String, String> {
    let world = tagged::world(case)?;
    let names: Vec<Name<'_>> = case
        .vars
        .iter()
        .map(|(name, _)| Name { group: Group::Locals, name, symbol: world.symbol(name) })
        .collect();
    let policy = Policy::none();
    let most = usize::MAX;
    let limits =
        CaptureLimits::default().with_depth(64).with_items(10_000).with_length(most).with_fields(most);
    let limits = match setup.keep.and_then(|keep| usize::try_from(keep).ok()) {
        Some(keep) => limits.with_items(keep),
        None => limits,
    };
    let mut capture = Capture::new();
    let hit = Frame { names: &names, ..Frame::default() };
    frame(&mut capture, &world, &hit, &Settings { policy: &policy, limits }, &mut Budget::steps(u64::MAX));
    if world.was_trap_touched() {
        return Err("a capture would touch a trap".to_owned());
    }
    let language = match preset {
        Preset::Portable => "json",
        other => other.name(),
    };
    let mut text = String::new();
    let written = capture.write_snapshot(&About { language, ..About::default() }, SIZE, &mut text);
    if written.pruned { Err("its values are too large".to_owned()) } else { Ok(text) }
}

/// What the engine answers over the snapshot.
fn answered(source: &str, kind: ProgramKind, data: &str, setup: &Setup) -> Result<String, String> {
    let engine = probelang::Engine::new().dialect(setup.dialect).policy(setup.policy.clone());
    let input = Input::read(data.as_bytes(), Mode::Auto, 0, None, &setup.policy)
        .map_err(|error| format!("its snapshot does not read: {error}"))?;
    let mut object = Object::new();
    let program = match engine.compile(kind, Source::Json(source)) {
        Ok(program) => program,
        Err(error) => {
            let first = error.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            object.string("status", "error");
            if let Some(first) = first {
                object.string("code", first.code.text()).string("message", &first.message);
            }
            return Ok(object.end());
        }
    };
    let mut names = probelang::host::Names::new();
    let bound = program.bind(&mut names);
    let answer = bound.run(&input.view(&names), &mut Budget::steps(setup.steps()));
    match &answer {
        Answer::Fault(fault) => {
            object
                .string("status", answer.status())
                .string("code", fault.code.text())
                .string("message", &fault.message);
        }
        Answer::Message(message) => {
            object
                .string("status", "ok")
                .string("message", &message.text)
                .raw("errors", &of(&message.errors.len()));
        }
        Answer::Truth(_) | Answer::Number(_) | Answer::Value(_) => {
            object.string("status", "ok").raw("value", &answer.to_json().unwrap_or_default());
        }
    }
    Ok(object.end())
}
