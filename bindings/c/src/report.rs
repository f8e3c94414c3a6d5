//! What there is to say about a call: diagnostics, faults, a sentence.

use std::ffi::c_char;

use probelang::Fault;
use probelang::data::{InSource, text::of as json_of};
use probelang::diagnostic::human::Human;
use probelang::diagnostic::{Applicability, Class, Diagnostic, Severity, SourceText};

use crate::boundary::{Stop, boundary};
use crate::handle::{self, Opaque, exclusive, shared, tag};
use crate::lent::ABSURD;
use crate::status::probelang_status;
use crate::text::{Zero, probelang_str, probelang_text, put, text};

/// Details of a call: why a source is rejected, its warnings, the fault of a run. Immutable; any number of threads may
/// read one. The caller that got it frees it.
pub struct probelang_report {
    _opaque: [u8; 0],
}

impl Opaque for probelang_report {
    type Inner = Report;
    const TAG: u64 = tag(2);
}

/// The inside of a report.
pub(crate) struct Report {
    message: String,
    diagnostics: Vec<Diagnostic>,
    /// What the spans count in.
    source: String,
    form: Form,
    /// In the schema of the facade.
    json: Json,
}

/// What the source of a report is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text.
    Text,
    /// JSON that was not read: places are paths.
    UnreadJson,
    /// There is none.
    Nowhere,
}

/// The JSON of a report.
enum Json {
    /// An array of the diagnostics.
    Diagnostics,
    Fault(Box<Fault>),
    Written(String),
}

impl Report {
    /// A sentence.
    pub fn message(message: String) -> Self {
        let json = Json::Written(format!("{{\"message\":{}}}", probelang::data::text::string(&message)));
        Self { message, diagnostics: Vec::new(), source: String::new(), form: Form::Nowhere, json }
    }

    /// Diagnostics of a source.
    pub fn diagnostics(message: String, diagnostics: Vec<Diagnostic>, source: String, form: Form) -> Self {
        Self { message, diagnostics, source, form, json: Json::Diagnostics }
    }

    /// The same, with another JSON.
    pub fn with_json(mut self, json: String) -> Self {
        self.json = Json::Written(json);
        self
    }

    /// A fault.
    pub fn fault(fault: Fault) -> Self {
        Self {
            message: fault.message.clone(),
            diagnostics: vec![fault.diagnostic()],
            source: fault.source().to_owned(),
            form: if fault.source().is_empty() { Form::Nowhere } else { Form::Text },
            json: Json::Fault(Box::new(fault)),
        }
    }

    /// The fault, if it is of one.
    #[cfg(feature = "front-end")]
    pub fn as_fault(&self) -> Option<&Fault> {
        match &self.json {
            Json::Fault(fault) => Some(fault),
            Json::Diagnostics | Json::Written(_) => None,
        }
    }

    fn source_text<'s>(&'s self, name: &'s str) -> SourceText<'s> {
        match self.form {
            Form::Text => SourceText::new(name, &self.source),
            Form::UnreadJson => SourceText::unread_json(name, &self.source),
            Form::Nowhere => SourceText::nowhere(name),
        }
    }

    fn to_json(&self) -> String {
        match &self.json {
            Json::Diagnostics => json_of(&InSource::new(self.diagnostics.as_slice(), &self.source_text(""))),
            Json::Fault(fault) => json_of(&InSource::new(&**fault, &fault.source_text(""))),
            Json::Written(json) => json.clone(),
        }
    }

    fn diagnostic(&self, at: usize) -> Result<&Diagnostic, Stop> {
        self.diagnostics.get(at).ok_or_else(|| probelang_status::OutOfRange.into())
    }
}

/// The severity of a diagnostic.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_severity {
    /// The program is rejected, or the run ended.
    Error = 0,
    /// The program runs, but is probably not what was meant.
    Warning = 1,
}

/// The class of an error or warning.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_class {
    /// A class that this version of the header does not know.
    Other = 0,
    /// No such name, field, key or index.
    Undefined = 1,
    /// The value is hidden by redaction.
    Redacted = 2,
    /// The value exists, and the host cannot show it.
    Unreadable = 3,
    /// A value of the wrong kind.
    Kind = 4,
    /// An argument outside of what the operation takes.
    Range = 5,
    /// A limit was reached.
    Limit = 6,
    /// A regular expression that cannot be used.
    Pattern = 7,
    /// The text or the JSON cannot be parsed.
    Syntax = 8,
    /// It can be parsed, and the program is rejected.
    Program = 9,
    /// A warning about a program that runs.
    Lint = 10,
    /// Runtimes would answer differently.
    Portability = 11,
    /// A schema that cannot be used.
    Schema = 12,
    /// Data that cannot be read.
    Input = 13,
    /// A probe configuration that cannot be used.
    Probe = 14,
    /// A bug in the library.
    Internal = 15,
}

const fn class(class: Class) -> probelang_class {
    match class {
        Class::Undefined => probelang_class::Undefined,
        Class::Redacted => probelang_class::Redacted,
        Class::Unreadable => probelang_class::Unreadable,
        Class::Kind => probelang_class::Kind,
        Class::Range => probelang_class::Range,
        Class::Limit => probelang_class::Limit,
        Class::Pattern => probelang_class::Pattern,
        Class::Syntax => probelang_class::Syntax,
        Class::Program => probelang_class::Program,
        Class::Lint => probelang_class::Lint,
        Class::Portability => probelang_class::Portability,
        Class::Schema => probelang_class::Schema,
        Class::Input => probelang_class::Input,
        Class::Probe => probelang_class::Probe,
        Class::Internal => probelang_class::Internal,
        // the enum of another crate may grow
        _ => probelang_class::Other,
    }
}

/// A diagnostic. Its strings are lent until the report is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_diagnostic {
    /// `sizeof(probelang_diagnostic)`, to be set before the call.
    pub size: usize,
    /// Its stable code, `PL0214`.
    pub code: probelang_str,
    /// A `probelang_severity`.
    pub severity: u32,
    /// A `probelang_class`.
    pub class: u32,
    /// One line, without values.
    pub message: probelang_str,
    /// The JSON pointer (RFC 6901) of the node that it is about, for a program from JSON.
    pub path: probelang_str,
    /// Its place in bytes of the source.
    pub start: u32,
    /// The end of that place.
    pub end: u32,
    /// Its place in UTF-16 units of the source.
    pub utf16_start: u32,
    /// The end of that place.
    pub utf16_end: u32,
    /// The line of its beginning, from 1.
    pub line: u32,
    /// The column of its beginning, in characters from 1.
    pub column: u32,
    /// How many repairs it offers.
    pub edits: usize,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_diagnostic {}

/// A repair. Its strings are lent until the report is freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_edit {
    /// `sizeof(probelang_edit)`, to be set before the call.
    pub size: usize,
    /// Its description: ``write `&&` ``.
    pub title: probelang_str,
    /// 1 if it can be applied without asking, else 0.
    pub safe: u32,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_edit {}

/// Fills a growable struct of the caller, as far as it goes; its size stays.
pub(crate) fn put_sized<T>(out: *mut T, value: &T) -> Result<(), Stop> {
    if out.is_null() {
        return Err(probelang_status::Null.into());
    }
    if !out.is_aligned() {
        return Err(probelang_status::WrongSize.into());
    }
    // SAFETY: a growable struct begins with its size, which the caller has set.
    let size = unsafe { out.cast::<usize>().read() };
    let head = size_of::<usize>();
    if size < head || size > ABSURD {
        return Err(probelang_status::WrongSize.into());
    }
    // never a part of a pointer
    let known = size.min(size_of::<T>()) / head * head;
    let (from, to) = (std::ptr::from_ref(value).cast::<u8>(), out.cast::<u8>());
    // SAFETY: both have `known` bytes, which are more than `head`, and are apart.
    unsafe { std::ptr::copy_nonoverlapping(from.add(head), to.add(head), known.saturating_sub(head)) };
    Ok(())
}

/// Lends one sentence: the message of the first error or warning, or of the fault.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_message(
    report: *const probelang_report,
    out: *mut probelang_str,
) -> probelang_status {
    boundary! {
        put(out, probelang_str::lend(&shared(report)?.message))?;
        Ok(probelang_status::Ok)
    }
}

/// Writes the report as JSON: an array of diagnostics for a compilation (`grammar/diagnostic.schema.json`),
/// `grammar/report.schema.json` for a check, `grammar/fault.schema.json` for a run, otherwise an object with its
/// `message`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_json(
    report: *const probelang_report,
    out: *mut probelang_text,
) -> probelang_status {
    boundary! {
        *exclusive(out)? = shared(report)?.to_json();
        Ok(probelang_status::Ok)
    }
}

/// Writes the report for people, with the lines of the source; `name` is the name of the source.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_human(
    report: *const probelang_report,
    name: *const c_char,
    name_len: usize,
    out: *mut probelang_text,
) -> probelang_status {
    boundary! {
        let (report, name) = (shared(report)?, text(name, name_len)?);
        let mut out = exclusive(out)?;
        out.clear();
        let source = report.source_text(name);
        for diagnostic in &report.diagnostics {
            Human::PLAIN.write(&mut out, &source, diagnostic);
        }
        if report.diagnostics.is_empty() {
            out.push_str(&report.message);
            out.push('\n');
        }
        Ok(probelang_status::Ok)
    }
}

/// The number of diagnostics.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_count(
    report: *const probelang_report,
    out: *mut usize,
) -> probelang_status {
    boundary! {
        put(out, shared(report)?.diagnostics.len())?;
        Ok(probelang_status::Ok)
    }
}

/// Diagnostic `index`, from 0, in the order of their places.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_diagnostic(
    report: *const probelang_report,
    index: usize,
    out: *mut probelang_diagnostic,
) -> probelang_status {
    boundary! {
        let report = shared(report)?;
        let diagnostic = report.diagnostic(index)?;
        let source = report.source_text("");
        let (lines, span) = (source.lines(), diagnostic.span);
        let first = lines.line_column(span.start);
        let filled = probelang_diagnostic {
            size: 0,
            code: probelang_str::lend(diagnostic.code.text()),
            severity: match diagnostic.severity {
                Severity::Error => probelang_severity::Error,
                Severity::Warning => probelang_severity::Warning,
            } as u32,
            class: class(diagnostic.class()) as u32,
            message: probelang_str::lend(&diagnostic.message),
            path: probelang_str::lend_option(diagnostic.path.as_deref()),
            start: span.start,
            end: span.end,
            utf16_start: lines.utf16(span.start),
            utf16_end: lines.utf16(span.end),
            line: first.line,
            column: first.column,
            edits: diagnostic.edits.len(),
        };
        put_sized(out, &filled)?;
        Ok(probelang_status::Ok)
    }
}

/// Repair `edit` of diagnostic `index`, the best first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_edit(
    report: *const probelang_report,
    index: usize,
    edit: usize,
    out: *mut probelang_edit,
) -> probelang_status {
    boundary! {
        let diagnostic = shared(report)?.diagnostic(index)?;
        let edit = diagnostic.edits.get(edit).ok_or(probelang_status::OutOfRange)?;
        let safe = u32::from(edit.applicability == Applicability::Safe);
        let filled = probelang_edit { size: 0, title: probelang_str::lend(&edit.title), safe };
        put_sized(out, &filled)?;
        Ok(probelang_status::Ok)
    }
}

/// Writes the source with repair `edit` of diagnostic `index` applied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_apply(
    report: *const probelang_report,
    index: usize,
    edit: usize,
    out: *mut probelang_text,
) -> probelang_status {
    boundary! {
        let report = shared(report)?;
        let edit = report.diagnostic(index)?.edits.get(edit).ok_or(probelang_status::OutOfRange)?;
        let applied = edit.apply(&report.source).ok_or(probelang_status::OutOfRange)?;
        *exclusive(out)? = applied;
        Ok(probelang_status::Ok)
    }
}

/// Frees a report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_free(report: *mut probelang_report) -> probelang_status {
    boundary! { handle::free(report) }
}
