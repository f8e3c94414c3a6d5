//! Templates: literal parts, and the text of each expression.

use std::borrow::Cow;

use probelang_capture::{MessageWriter, Stop, TextLimits, write_duration, write_short, write_text};
use probelang_diagnostic::{Class, fault};
use probelang_dialect::{FailedNull, FailedPart};
use probelang_host::{Budget, Host, Value};
use probelang_redact::Mode;

use crate::fault::RawFault;
use crate::link::Linked;
use crate::program::instr::Target;
use crate::program::tables::Part;
use crate::run::frame::{Frame, Raised};
use crate::run::reader::FrameReader;

/// An evaluation error as the events of a probe carry it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EvaluationError {
    /// The failing sub-expression: its source text, or canonical text for wire programs.
    pub expr: String,
    /// One line.
    pub message: String,
    /// The fault, or why the part was rejected when it was compiled; a cut message has none.
    pub fault: Option<RawFault>,
}

/// What rendering a template came to. The message itself is in the caller's buffer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Rendered {
    /// One for each failed part, and one for a message that was cut.
    pub errors: Vec<EvaluationError>,
    /// The message was cut at its limit.
    pub truncated: bool,
    /// How many texts and parts of texts are hidden because of what they say.
    pub masked: u64,
}

impl Linked {
    /// Renders the template over `host` to the end of `out`. A failed part never stops the message; it shows
    /// what the dialect says and adds an error. Allocates nothing but output.
    pub fn render(
        &self,
        host: &dyn Host,
        budget: &mut Budget<'_>,
        limits: &TextLimits,
        out: &mut String,
    ) -> Rendered {
        self.framed(host, budget, |frame| frame.message(limits, out))
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Renders all parts to the end of `out`.
    pub(crate) fn message(&mut self, limits: &TextLimits, out: &mut String) -> Rendered {
        if self.linked.shows_texts {
            self.message_of::<true>(limits, out)
        } else {
            self.message_with_masks(limits, out)
        }
    }

    /// The same where the policy hides texts for what they say. At the end it hides what only the parts together are: a
    /// secret in pieces, a word that the text before it announces.
    #[cold]
    #[inline(never)]
    fn message_with_masks(&mut self, limits: &TextLimits, out: &mut String) -> Rendered {
        let start = out.len();
        let mut rendered = self.message_of::<false>(limits, out);
        let policy = &self.linked.policy;
        if policy.mode() == Mode::Targeted
            && let Cow::Owned(masked) = policy.masked(out.get(start..).unwrap_or_default())
        {
            let parts = policy.masks(out.get(start..).unwrap_or_default()).count();
            rendered.masked = rendered.masked.saturating_add(parts as u64);
            out.truncate(start);
            out.push_str(&masked);
        }
        rendered
    }

    /// Renders all parts, short ones without a walk if no text is hidden for what it says.
    #[inline]
    fn message_of<const SHOWS_TEXTS: bool>(&mut self, limits: &TextLimits, out: &mut String) -> Rendered {
        let mut errors = Vec::new();
        let mut message = MessageWriter::new(out, limits.message);
        let program = &self.linked.program;
        for part in &program.tables.parts {
            self.part::<SHOWS_TEXTS>(part, limits, &mut message, &mut errors);
        }
        let masked = message.masked();
        let truncated = message.finish();
        if truncated {
            errors.push(EvaluationError {
                expr: program.source().to_owned(),
                message: crate::fault::message_cut(limits.message),
                fault: None,
            });
        }
        Rendered { errors, truncated, masked }
    }

    #[inline]
    fn part<const SHOWS_TEXTS: bool>(
        &mut self,
        part: &'a Part,
        limits: &TextLimits,
        message: &mut MessageWriter<'_>,
        errors: &mut Vec<EvaluationError>,
    ) {
        match part {
            Part::Text(text) => message.push(text),
            Part::Refused { code, span, message: refused } => {
                errors.push(EvaluationError {
                    expr: span.slice(self.linked.program.source()).to_owned(),
                    message: refused.to_string(),
                    fault: Some(RawFault::refused(*code, *span)),
                });
                self.failed(refused, message);
            }
            Part::Expression { entry, duration } => {
                if let Err(Stop) = self.expression::<SHOWS_TEXTS>(*entry, *duration, limits, message) {
                    self.fault_part(message, errors);
                }
            }
        }
    }

    #[inline]
    fn expression<const SHOWS_TEXTS: bool>(
        &mut self,
        entry: Target,
        duration: bool,
        limits: &TextLimits,
        message: &mut MessageWriter<'_>,
    ) -> Result<(), Stop> {
        let value = *self.run_to_value(entry)?;
        if SHOWS_TEXTS && write_short(&value, limits, message) {
            return Ok(());
        }
        let mark = message.mark();
        self.print(value, entry, duration, limits, message).inspect_err(|_| message.rewind(mark))
    }

    /// Prints the value of an expression.
    #[inline(never)]
    fn print(
        &mut self,
        value: Value<'a>,
        entry: Target,
        duration: bool,
        limits: &TextLimits,
        message: &mut MessageWriter<'_>,
    ) -> Result<(), Stop> {
        self.consume(&value, entry)?;
        let site = self.root_site(entry);
        let linked = self.linked;
        let dialect = linked.program.dialect();
        let duration_of = match value {
            Value::Opaque(handle) if self.host.doubt(handle, None).is_none() => self.plain(&value),
            _ => value,
        };
        match duration_of {
            Value::Float(milliseconds) if duration => {
                write_duration(milliseconds, dialect, message);
                Ok(())
            }
            _ => write_text(&mut FrameReader { frame: self, site }, &value, limits, dialect, message),
        }
    }

    #[cold]
    fn fault_part(&mut self, message: &mut MessageWriter<'_>, errors: &mut Vec<EvaluationError>) {
        let null = self.raised.is_some_and(|Raised { code, .. }| {
            [fault::FIELD_OF_NULL, fault::INDEX_OF_NULL, fault::INDEX_OUT_OF_RANGE, fault::NEGATIVE_INDEX]
                .contains(&code)
        });
        let fault = self.fault();
        let program = &self.linked.program;
        let text = fault.message(program);
        if fault.class() == Class::Redacted {
            let text = program.dialect().redacted_text.text();
            if fault.code == fault::REDACTED_TEXT { message.hide(text) } else { message.push(text) }
        } else if !(null && self.dialect().failed_null == FailedNull::Empty) {
            self.failed(&text, message);
        }
        errors.push(EvaluationError {
            expr: fault.expression(program).to_owned(),
            message: text,
            fault: Some(fault),
        });
    }

    fn failed(&self, text: &str, message: &mut MessageWriter<'_>) {
        match self.dialect().failed_part {
            FailedPart::Message => {
                message.push("{");
                message.push(text);
                message.push("}");
            }
            FailedPart::ErrorMessage => {
                message.push("{error: ");
                message.push(text);
                message.push("}");
            }
            FailedPart::UndefinedValue => message.push("UndefinedValue"),
            FailedPart::Error => message.push("ERROR"),
            FailedPart::EvaluationError => message.push("[evaluation error]"),
            FailedPart::Undefined => message.push("UNDEFINED"),
        }
    }
}
