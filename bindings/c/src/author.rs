//! Compiling and checking.

use std::ffi::c_char;

use probelang::data::{InSource, text::of as json_of};
use probelang::diagnostic::SourceText;
use probelang::{ProgramKind, Source};

use crate::boundary::{Stop, boundary, hand_out};
use crate::engine::{probelang_engine, settings};
use crate::handle::give;
use crate::program::{Compiled, kind_of, probelang_program, warnings};
use crate::report::{Form, Report, probelang_report};
use crate::status::{Numbered, numbered, probelang_status};
use crate::text::{text, utf16};

/// How a source is written.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_form {
    /// Text; for a template, text with `{expression}` parts.
    Text = 0,
    /// JSON: an expression as probe configurations carry it, an object with `dsl`, `json` or both, or the segments of a
    /// template.
    Json = 1,
}

numbered!(probelang_form as u32: Text Json);

fn source(form: u32, text: &str) -> Result<Source<'_>, Stop> {
    Ok(match probelang_form::given(form)? {
        probelang_form::Text => Source::Text(text),
        probelang_form::Json => Source::Json(text),
    })
}

fn compile(
    engine: *const probelang_engine,
    kind: u32,
    form: u32,
    text: &str,
    out: *mut *mut probelang_program,
    report: *mut *mut probelang_report,
) -> Result<probelang_status, Stop> {
    let (settings, kind, source) = (settings(engine)?, kind_of(kind)?, source(form, text)?);
    if out.is_null() {
        return Err(probelang_status::Null.into());
    }
    let program = settings.engine.compile(kind, source).map_err(|error| {
        let message = error.to_string();
        let form = if error.is_unread_json() { Form::UnreadJson } else { Form::Text };
        Stop::with(
            probelang_status::Rejected,
            Report::diagnostics(message, error.diagnostics, error.source, form),
        )
    })?;
    if let Some(warnings) = warnings(&program) {
        hand_out(warnings, report);
    }
    give(out, Compiled::new(program, settings))?;
    Ok(probelang_status::Ok)
}

/// Compiles a program. `kind` is a `probelang_program_kind`, `form` a `probelang_form`. `report` may be null; it gets
/// the reasons of a rejection or the warnings of a program, or null if there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_compile(
    engine: *const probelang_engine,
    kind: u32,
    form: u32,
    source: *const c_char,
    len: usize,
    out: *mut *mut probelang_program,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        compile(engine, kind, form, text(source, len)?, out, report)
    }
}

/// As `probelang_compile`, for a source in UTF-16; `len` counts units.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_compile_utf16(
    engine: *const probelang_engine,
    kind: u32,
    form: u32,
    source: *const u16,
    len: usize,
    out: *mut *mut probelang_program,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        compile(engine, kind, form, &utf16(source, len)?, out, report)
    }
}

fn check(
    engine: *const probelang_engine,
    kind: ProgramKind,
    source: Source<'_>,
    out: *mut *mut probelang_report,
) -> Result<probelang_status, Stop> {
    let checked = settings(engine)?.engine.check(kind, source);
    if out.is_null() {
        return Err(probelang_status::Null.into());
    }
    // where it was read, places count in its text, which of JSON is the canonical one
    let (text, form) = match (&checked.tree, source) {
        (Some(tree), _) => (tree.source().to_string(), Form::Text),
        (None, Source::Text(text)) => (text.to_owned(), Form::Text),
        (None, Source::Json(json)) => (json.to_owned(), Form::UnreadJson),
    };
    let json = {
        let source = match form {
            Form::Text => SourceText::new("", &text),
            Form::UnreadJson => SourceText::unread_json("", &text),
            Form::Nowhere => SourceText::nowhere(""),
        };
        json_of(&InSource::new(&checked, &source))
    };
    let message = checked.diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
    let status = if checked.is_ok() { probelang_status::Ok } else { probelang_status::Rejected };
    hand_out(Report::diagnostics(message, checked.diagnostics, text, form).with_json(json), out);
    Ok(status)
}

/// Checks a source: diagnostics, types, cost, and what it reads. `out` always gets a report; the status says whether it
/// compiles.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_check(
    engine: *const probelang_engine,
    kind: u32,
    form: u32,
    source: *const c_char,
    len: usize,
    out: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report out;
        check(engine, kind_of(kind)?, self::source(form, text(source, len)?)?, out)
    }
}

/// As `probelang_check`, for a source in UTF-16; `len` counts units.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_check_utf16(
    engine: *const probelang_engine,
    kind: u32,
    form: u32,
    source: *const u16,
    len: usize,
    out: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report out;
        check(engine, kind_of(kind)?, self::source(form, &utf16(source, len)?)?, out)
    }
}
