//! What came of one input, and how it is written: alone, or as a line of many.

use std::borrow::Cow;
use std::fmt::Write;
use std::mem;

use probelang_diagnostic::{Class, Diagnostic};

use crate::args::Format;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::input::Unusable;
use crate::json::{Array, Object};
use crate::pretty;
use crate::render::{Origin, json as diagnostic_json};

/// What came of one input.
#[derive(Debug)]
pub enum Answer {
    /// A value, as JSON.
    Value(String),
    /// The answer of a condition.
    Truth(bool),
    /// A rendered message.
    Message(Message),
    /// The evaluation ended in a fault.
    Failed(Failed),
    /// The input could not be used.
    Unusable(Box<Unusable>),
}

/// A rendered message with what failed in it.
#[derive(Debug)]
pub struct Message {
    /// The text.
    pub text: String,
    /// One for each failed part, and one where the text was cut.
    pub errors: Vec<PartError>,
    /// Whether the text was cut at its limit.
    pub cut: bool,
}

/// A failed part of a message.
#[derive(Debug)]
pub struct PartError {
    /// The failing sub-expression.
    pub expr: String,
    /// One line.
    pub message: String,
    /// The fault, where there was one.
    pub fault: Option<Diagnostic>,
}

/// A fault with what it says.
#[derive(Debug)]
pub struct Failed {
    /// The failing sub-expression.
    pub expr: String,
    /// The rest.
    pub diagnostic: Diagnostic,
}

impl Answer {
    /// The exit status of a run with this one input.
    pub fn status(&self) -> Status {
        match self {
            Self::Value(_) | Self::Truth(true) | Self::Message(_) => Status::Ok,
            Self::Truth(false) => Status::False,
            Self::Failed(failed) if failed.diagnostic.class() == Class::Limit => Status::Limit,
            Self::Failed(_) => Status::Fault,
            Self::Unusable(unusable) => unusable.status,
        }
    }

    /// Writes the answer of the only input.
    pub fn write(
        &self,
        origin: &Origin<'_>,
        format: Option<Format>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        match self {
            Self::Value(value) if format == Some(Format::Human) => console.line(&pretty::layout(value)),
            Self::Value(value) => console.line(value),
            Self::Truth(truth) => console.line(if *truth { "true" } else { "false" }),
            Self::Message(message) if format == Some(Format::Json) => {
                let mut object = Object::new();
                message.write(&mut object);
                console.line(&object.end())
            }
            Self::Message(message) => {
                console.line(&message.text)?;
                // What is told must not stand before what was printed.
                console.flush()?;
                let faults: Vec<_> = message.errors.iter().filter_map(|error| error.fault.clone()).collect();
                console.tell(origin, &faults);
                for error in message.errors.iter().filter(|error| error.fault.is_none()) {
                    console.remark(&error.message);
                }
                Ok(())
            }
            Self::Failed(failed) => {
                console.tell(origin, std::slice::from_ref(&failed.diagnostic));
                Ok(())
            }
            Self::Unusable(unusable) => {
                let origin = Origin { name: &unusable.name, text: "", spans: false };
                console.tell(&origin, std::slice::from_ref(&unusable.diagnostic));
                Ok(())
            }
        }
    }

    /// The answer as a line of many.
    pub fn line(&self, index: u64, origin: &Origin<'_>, format: Option<Format>) -> String {
        let mut line = String::new();
        match format {
            Some(Format::Human) => number(&mut line, index, format, &self.words()),
            _ => number(&mut line, index, format, &self.object(origin, String::new())),
        }
        line
    }

    /// The answer as an object behind `text`, without the number of the input.
    fn object(&self, origin: &Origin<'_>, text: String) -> String {
        let mut object = Object::behind(text);
        object.string("status", self.word());
        match self {
            Self::Value(value) => {
                object.raw("value", value);
            }
            Self::Truth(truth) => {
                object.boolean("value", *truth);
            }
            Self::Message(message) => message.write(&mut object),
            Self::Failed(failed) => {
                let mut fault = diagnostic_json::object(origin, &failed.diagnostic);
                fault.string("expr", &failed.expr);
                object.raw("fault", &fault.end());
            }
            Self::Unusable(unusable) => {
                let origin = Origin { name: &unusable.name, text: "", spans: false };
                object.raw("fault", &diagnostic_json::object(&origin, &unusable.diagnostic).end());
            }
        }
        object.into_text()
    }

    /// The word for what came of the input.
    pub fn word(&self) -> &'static str {
        match self.status() {
            Status::Ok => "ok",
            Status::False => "false",
            Status::Limit => "limit",
            Status::Fault => "fault",
            Status::Usage | Status::Expression | Status::Input | Status::Internal => "input",
        }
    }

    /// The status that the answer adds to a run over several inputs.
    pub fn status_of_many(&self) -> Status {
        match self {
            // A frame that one of many inputs does not have is no mistake of the command line.
            Self::Unusable(_) => Status::Input,
            _ => self.status(),
        }
    }

    /// The answer in words, on one line if its text is.
    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Value(value) => value.into(),
            Self::Truth(truth) => if *truth { "true" } else { "false" }.into(),
            Self::Message(message) => (&message.text).into(),
            Self::Failed(Failed { diagnostic, expr }) => {
                format!("fault[{}] at {expr}: {}", diagnostic.code, diagnostic.message).into()
            }
            Self::Unusable(unusable) => {
                let Unusable { name, diagnostic, .. } = &**unusable;
                format!("error[{}] at {name}: {}", diagnostic.code, diagnostic.message).into()
            }
        }
    }
}

/// Answers of several inputs, made ready to be written but for the numbers of the inputs.
#[derive(Debug)]
pub struct Lines {
    text: String,
    /// Where each answer ends in the text.
    ends: Vec<usize>,
    /// Memory for the next answer.
    spare: String,
    /// The status that all of them add to a run.
    pub status: Status,
}

impl Default for Lines {
    fn default() -> Self {
        Self { text: String::new(), ends: Vec::new(), spare: String::new(), status: Status::Ok }
    }
}

impl Lines {
    /// Memory for an answer, that of one that was added.
    pub fn spare(&mut self) -> String {
        mem::take(&mut self.spare)
    }

    /// Adds an answer.
    pub fn add(&mut self, answer: Answer, origin: &Origin<'_>, format: Option<Format>) {
        self.status = self.status.max(answer.status_of_many());
        match format {
            Some(Format::Human) => self.text.push_str(&answer.words()),
            _ => self.text = answer.object(origin, mem::take(&mut self.text)),
        }
        self.ends.push(self.text.len());
        if let Answer::Value(mut text) | Answer::Message(Message { mut text, .. }) = answer {
            text.clear();
            self.spare = text;
        }
    }

    /// Writes the answers, a line each, the inputs numbered from `index` on.
    pub fn write(
        &self,
        index: &mut u64,
        format: Option<Format>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let (mut start, mut line) = (0, String::new());
        for &end in &self.ends {
            let answer = self.text.get(start..end).unwrap_or_default();
            line.clear();
            number(&mut line, *index, format, answer);
            console.line(&line)?;
            start = end;
            *index += 1;
        }
        Ok(())
    }
}

/// An answer behind the number of its input.
fn number(out: &mut String, index: u64, format: Option<Format>, answer: &str) {
    // Writing to a string does not fail.
    let _ = match (format, answer.strip_prefix('{')) {
        (Some(Format::Json) | None, Some(members)) => write!(out, "{{\"index\":{index},{members}"),
        _ => write!(out, "{index}: {answer}"),
    };
}

impl Message {
    fn write(&self, object: &mut Object) {
        object.string("message", &self.text);
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(|error| {
                let mut object = Object::new();
                object.string("expr", &error.expr).string("message", &error.message);
                if let Some(fault) = &error.fault {
                    object.string("code", fault.code.text()).string("class", fault.class().name());
                }
                object.end()
            });
            object.raw("errors", &Array::of(errors));
        }
        if self.cut {
            object.boolean("truncated", true);
        }
    }
}
