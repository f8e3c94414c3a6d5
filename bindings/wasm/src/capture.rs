//! Captures of data.

use std::rc::Rc;
use std::sync::Arc;

use probelang::Bound;
use probelang::capture::{
    Audit, Capture, CaptureLimits, MIN_SIZE, Named, Order, Settings, Subject, SubjectKind,
};
use probelang::data::text::{self, Object};
use probelang::host::{Budget, Names, RunLimits};
use probelang::snapshot::{InputReader, Item, Snapshot, Vars};

use crate::Outcome;
use crate::kept::{self, Data, Kept};
use crate::options::{Options, Page};
use crate::reply::{self, Misuse};

/// Bytes of a snapshot or event that nobody limited: 1 MiB.
const SIZE: usize = 1 << 20;

/// What was captured: its text, and whether something was left out because of its size.
type Written = (String, bool);

/// The snapshot or event of data.
pub fn capture(options: &Options) -> Outcome {
    let event = match options.format.as_deref() {
        None | Some("snapshot") => false,
        Some("event") => true,
        Some(other) => return Err(crate::options::no_such("format", other, ["snapshot", "event"])),
    };
    let mut object = Object::new();
    match written(options, event)? {
        Ok((json, pruned)) => object
            .boolean("ok", true)
            .raw("capture", &json)
            .boolean("pruned", pruned)
            .raw("diagnostics", "[]"),
        Err(diagnostics) => object.boolean("ok", false).raw("diagnostics", &diagnostics),
    };
    Ok(object.end())
}

/// What a snapshot of data does not show.
pub fn audit(options: &Options) -> Outcome {
    let audited = written(options, false)?.and_then(|(json, _)| {
        Audit::under(json.as_bytes(), &options.policy())
            .map_err(|error| kept::unusable("<capture>", None, &error))
    });
    let mut object = Object::new();
    match audited {
        Ok(audit) => object.boolean("ok", true).raw("audit", &text::of(&audit)).raw("diagnostics", "[]"),
        Err(diagnostics) => object.boolean("ok", false).raw("diagnostics", &diagnostics),
    };
    Ok(object.end())
}

/// Captures the data, or says what is wrong.
fn written(options: &Options, event: bool) -> Result<Result<Written, String>, Misuse> {
    let kept: Option<Rc<Kept>> = options.data()?;
    let data = match kept.as_deref() {
        Some(Kept::Data(Ok(data))) => data,
        Some(Kept::Data(Err(diagnostics))) => return Ok(Err(diagnostics.clone())),
        _ => return Err(Misuse::new("a capture is made of data")),
    };
    let size = options.max_size.unwrap_or(SIZE);
    if size < MIN_SIZE {
        return Err(Misuse::new(format!("maxSize is at least {MIN_SIZE} bytes, not {size}")));
    }
    let mut names = Names::new();
    let policy = options.redaction_over(Some(data)).policy()?;
    let engine = options.engine()?.policy(Arc::clone(&policy));
    let mut bound: Vec<(&str, Bound<probelang::Expression>)> = Vec::new();
    for (name, source) in &options.expressions {
        match engine.expression(source) {
            Ok(program) => bound.push((name, program.bind(&mut names))),
            Err(error) => {
                let name = format!("<expression {name}>");
                return Ok(Err(reply::diagnostics(&error.diagnostics, &error.source_text(&name))));
            }
        }
    }
    let expressions: Vec<Named<'_>> =
        bound.iter().map(|(name, program)| Named { name, program, limits: None }).collect();
    let (vars, wrong) = options.vars();
    if let Some(first) = wrong.into_iter().next() {
        return Ok(Err(first));
    }
    let limits = CaptureLimits::default();
    let limits = limits
        .with_depth(options.max_depth.unwrap_or(limits.depth))
        .with_items(options.max_items.unwrap_or(limits.items))
        .with_length(options.max_length.unwrap_or(limits.length))
        .with_fields(options.max_fields.unwrap_or(limits.fields));
    let order = Order {
        settings: Settings { policy: &policy, limits },
        expressions: &expressions,
        names: &names,
        size,
        event,
    };
    Ok(subject(data, options, &vars, &order))
}

/// Reads the text of the data again, as something to capture, and captures it.
fn subject(data: &Data, options: &Options, vars: &Vars, order: &Order<'_>) -> Result<Written, String> {
    let policy = order.settings.policy;
    let (mut reader, mut snapshot) = (InputReader::new(), Snapshot::default());
    let unusable = |error| kept::unusable("<data>", None, &error);
    let mut items = reader.read(data.text.as_bytes(), data.mode).map_err(unusable)?;
    let kind = match items.nth(data.index) {
        Some(Ok(Item::Plain(plain))) => SubjectKind::Plain(plain),
        Some(Ok(Item::Recorded(recorded))) => {
            let frame = data.input.frame.as_deref();
            let exception = if order.expressions.is_empty() {
                recorded.open_apart(frame, policy, &mut snapshot).map_err(unusable)?
            } else {
                recorded.open_into(frame, policy, &mut snapshot).map_err(unusable)?;
                probelang::snapshot::Exception::Unsaid
            };
            SubjectKind::Recorded { recorded, snapshot: &snapshot, exception }
        }
        Some(Err(error)) => return Err(unusable(error)),
        // the data was read before
        None => return Err("[]".to_owned()),
    };
    let mut budget = match options.time() {
        Some(deadline) => {
            Budget::new(RunLimits::default().with_steps(u64::MAX).with_deadline(deadline), &Page)
        }
        None => Budget::steps(u64::MAX),
    };
    let mut out = String::new();
    let written = Subject { kind, vars }.write(&mut Capture::new(), order, &mut budget, &mut out);
    Ok((out, written.pruned))
}
