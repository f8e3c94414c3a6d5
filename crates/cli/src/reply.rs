//! What one input gave, and how it is written: on its own, or as a line of many.

use std::borrow::Cow;
use std::fmt::Write;
use std::mem;

use probelang::data::InSource;
use probelang::diagnostic::{Class, SourceText};
use probelang::{Answer, Fault, Message};

use crate::args::Format;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::input::Unusable;
use crate::json::{self, Object};
use crate::pretty;

/// What one input gave.
#[derive(Debug)]
pub enum Reply {
    /// The program ran.
    Answer(Answer),
    /// The input could not be used.
    Unusable(Box<Unusable>),
}

/// The exit status of a run that gave this answer.
pub fn status(answer: &Answer) -> Status {
    match answer {
        Answer::Truth(true) | Answer::Number(_) | Answer::Value(_) | Answer::Message(_) => Status::Ok,
        Answer::Truth(false) => Status::False,
        Answer::Fault(fault) if fault.class() == Class::Limit => Status::Limit,
        Answer::Fault(_) => Status::Fault,
    }
}

impl Reply {
    /// The exit status of a run with this one input.
    pub fn status(&self) -> Status {
        match self {
            Self::Answer(answer) => status(answer),
            Self::Unusable(unusable) => unusable.status,
        }
    }

    /// What came of the input in one word, as written in JSON.
    fn word(&self) -> &'static str {
        match self {
            Self::Answer(answer) => answer.status(),
            Self::Unusable(_) => "input",
        }
    }

    /// The status that the reply adds to a run over several inputs.
    pub fn status_of_many(&self) -> Status {
        match self {
            Self::Answer(answer) => status(answer),
            // a frame that one of many inputs does not have is no mistake of the command line
            Self::Unusable(_) => Status::Input,
        }
    }

    /// Writes the reply of the only input.
    pub fn write(
        &self,
        source: &SourceText<'_>,
        format: Option<Format>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        match self {
            Self::Answer(Answer::Message(message)) if format == Some(Format::Json) => {
                let mut object = Object::new();
                write_message(message, source, &mut object);
                console.line(&object.end())
            }
            Self::Answer(Answer::Message(message)) => {
                console.line(&message.text)?;
                // what is reported must not come before what was printed
                console.flush()?;
                let faults = message.errors.iter().filter_map(|error| error.fault.as_ref());
                let faults: Vec<_> = faults.map(Fault::diagnostic).collect();
                console.report(source, &faults);
                for error in message.errors.iter().filter(|error| error.fault.is_none()) {
                    console.remark(&error.message);
                }
                Ok(())
            }
            Self::Answer(Answer::Fault(fault)) => {
                console.report(source, &[fault.diagnostic()]);
                Ok(())
            }
            Self::Answer(answer) => {
                let value = value(answer);
                console.line(&if format == Some(Format::Human) {
                    pretty::layout(&value).into()
                } else {
                    value
                })
            }
            Self::Unusable(unusable) => {
                console.report(&unusable.origin(), std::slice::from_ref(&unusable.diagnostic));
                Ok(())
            }
        }
    }

    /// The reply as a line of many.
    pub fn line(&self, index: u64, source: &SourceText<'_>, format: Option<Format>) -> String {
        let mut line = String::new();
        match format {
            Some(Format::Human) => number(&mut line, index, format, &self.words()),
            _ => number(&mut line, index, format, &self.object(source, String::new())),
        }
        line
    }

    /// The reply as an object behind `text`, without the number of the input.
    fn object(&self, source: &SourceText<'_>, text: String) -> String {
        let mut object = Object::behind(text);
        object.string("status", self.word());
        match self {
            Self::Answer(Answer::Message(message)) => write_message(message, source, &mut object),
            Self::Answer(Answer::Fault(fault)) => {
                object.raw("fault", &json::of(&InSource::new(fault, source)));
            }
            Self::Answer(answer) => {
                object.raw("value", &value(answer));
            }
            Self::Unusable(unusable) => {
                object.raw("fault", &json::of(&InSource::new(&unusable.diagnostic, &unusable.origin())));
            }
        }
        object.into_text()
    }

    /// The reply in words, on one line if its text is.
    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Answer(Answer::Message(message)) => (&message.text).into(),
            Self::Answer(Answer::Fault(Fault { code, expression, message, .. })) => {
                format!("fault[{code}] at {expression}: {message}").into()
            }
            Self::Answer(answer) => value(answer),
            Self::Unusable(unusable) => {
                let Unusable { name, diagnostic, .. } = &**unusable;
                format!("error[{}] at {name}: {}", diagnostic.code, diagnostic.message).into()
            }
        }
    }
}

/// The value of an answer as JSON, of a value without a copy.
fn value(answer: &Answer) -> Cow<'_, str> {
    match answer {
        Answer::Value(json) => json.into(),
        Answer::Truth(true) => "true".into(),
        Answer::Truth(false) => "false".into(),
        other => other.to_json().unwrap_or_default().into(),
    }
}

/// Replies of several inputs, made ready to be written but for the numbers of the inputs.
#[derive(Debug)]
pub struct Lines {
    text: String,
    /// Where each reply ends in the text.
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
    /// Memory for an answer: that of one that was added.
    pub fn spare(&mut self) -> String {
        mem::take(&mut self.spare)
    }

    /// Adds a reply.
    pub fn add(&mut self, reply: Reply, source: &SourceText<'_>, format: Option<Format>) {
        self.status = self.status.max(reply.status_of_many());
        match format {
            Some(Format::Human) => self.text.push_str(&reply.words()),
            _ => self.text = reply.object(source, mem::take(&mut self.text)),
        }
        self.ends.push(self.text.len());
        if let Reply::Answer(Answer::Value(text) | Answer::Message(Message { text, .. })) = reply {
            self.spare = text;
        }
    }

    /// Writes the replies, a line each, the inputs numbered from `index` on.
    pub fn write(
        &self,
        index: &mut u64,
        format: Option<Format>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let (mut start, mut line) = (0, String::new());
        for &end in &self.ends {
            let reply = self.text.get(start..end).unwrap_or_default();
            line.clear();
            number(&mut line, *index, format, reply);
            console.line(&line)?;
            start = end;
            *index += 1;
        }
        Ok(())
    }
}

/// A reply behind the number of its input.
fn number(out: &mut String, index: u64, format: Option<Format>, reply: &str) {
    // writing to a string does not fail
    let _ = match (format, reply.strip_prefix('{')) {
        (Some(Format::Json) | None, Some(members)) => write!(out, "{{\"index\":{index},{members}"),
        _ => write!(out, "{index}: {reply}"),
    };
}

fn write_message(message: &Message, source: &SourceText<'_>, object: &mut Object) {
    object.string("message", &message.text);
    if !message.errors.is_empty() {
        object.raw("errors", &json::of(&InSource::new(message.errors.as_slice(), source)));
    }
    if message.truncated {
        object.boolean("truncated", true);
    }
}
