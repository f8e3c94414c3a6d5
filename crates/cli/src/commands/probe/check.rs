//! `probelang probe check`: what would become of each probe of a file.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use probelang::diagnostic::human::{Style, one_line};
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang_probe::Timestamp;
use probelang_probe::config::{CheckedEntry, ProbeFile};

use crate::args::{Common, Format};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::json::{array, of};
use crate::render::table::columns;

use super::load::{Files, Loaded};

/// Check probe files: what is wrong with each probe, and where it belongs
///
/// A probe file is a JSON array of probes as the tracers take them, one probe, or an object with `probes`. Each probe is
/// read and compiled for itself: one that is wrong does not harm another. The exit status is 3 if
/// one of them is, or if the `dsl` of an expression means something else than its `json`.
///
/// The status of a probe is RECEIVED if it can be used, ERROR if not, EXPIRED if its time is over, and IGNORED if its tags
/// name another service, environment or version.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang probe check probes.json
  probelang probe check probes/*.json --service orders --env prod --format json")]
pub struct Arguments {
    #[command(flatten)]
    files: Files,

    /// For people (the default), or one JSON array of all probes
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let engine = common.engine();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::default().after(now);
    let (mut rows, mut objects, mut worst) = (Vec::new(), Vec::new(), Status::Ok);
    for Loaded { name, text, file } in arguments.files.load(&engine)? {
        let ProbeFile { probes, diagnostics, .. } = file;
        let source = SourceText::new(&name, &text);
        console.report(&source, &diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            worst = Status::Expression;
        }
        for entry in &probes {
            console.report(&source, &entry.diagnostics);
            if entry.fails() {
                worst = Status::Expression;
            }
            objects.push(of(&Checked { file: &name, entry: CheckedEntry { entry, source: &source, now } }));
            rows.push([
                entry.standing(now).to_owned(),
                one_line(entry.id.as_deref().unwrap_or("(no id)")),
                one_line(entry.type_name.as_deref().unwrap_or_default()),
                one_line(&entry.place),
            ]);
        }
    }
    if arguments.format == Some(Format::Json) {
        console.line(&array(objects))?;
    } else {
        console.text(&columns(&rows, Style::PLAIN))?;
    }
    Ok(worst)
}

/// A probe with the file that it is from.
#[derive(serde::Serialize)]
struct Checked<'a> {
    file: &'a str,
    #[serde(flatten)]
    entry: CheckedEntry<'a>,
}
