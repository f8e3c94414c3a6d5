//! What one input gave, and how it is written.

use std::borrow::Cow;
use std::fmt::Write;
use std::mem;

use probelang::data::{InSource, write_answer};
use probelang::diagnostic::{Class, Diagnostic, SourceText};
use probelang::{Answer, Fault, Message};

use crate::args::AnswerFormat;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::input::Unusable;
use crate::json::Object;
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

    /// The status that the reply adds to a run over several inputs.
    pub fn status_of_many(&self) -> Status {
        match self {
            Self::Answer(answer) => status(answer),
            // a frame that one of many inputs does not have is no mistake of the command line
            Self::Unusable(_) => Status::Input,
        }
    }

    /// Whether a warning of the program says what the fault of the reply says too.
    pub fn says_again(&self, warning: &Diagnostic) -> bool {
        let Self::Answer(Answer::Fault(fault)) = self else { return false };
        let again = matches!(fault.class(), Class::Redacted | Class::Undefined | Class::Kind)
            && matches!(warning.class(), Class::Redacted | Class::Lint | Class::Kind);
        again && fault.span.contains(warning.span)
    }

    /// The faults and what else is to be said of them, in order, for standard error.
    fn problems(&self) -> (Vec<Diagnostic>, Option<&str>) {
        match self {
            Self::Answer(Answer::Message(message)) => {
                let faults = message.errors.iter().filter_map(|error| error.fault.as_ref());
                let cut = message.errors.iter().find(|error| error.fault.is_none());
                (faults.map(Fault::diagnostic).collect(), cut.map(|error| error.message.as_str()))
            }
            Self::Answer(Answer::Fault(fault)) => (vec![fault.diagnostic()], None),
            Self::Answer(Answer::Truth(_) | Answer::Number(_) | Answer::Value(_)) => (Vec::new(), None),
            Self::Unusable(unusable) => (vec![unusable.diagnostic.clone()], None),
        }
    }

    /// Writes what a reply has for standard error.
    pub fn report(&self, source: &SourceText<'_>, console: &mut Console) -> Result<(), Failure> {
        let (diagnostics, remark) = self.problems();
        if diagnostics.is_empty() && remark.is_none() {
            return Ok(());
        }
        // what is reported must not come before what was printed
        console.flush()?;
        match self {
            Self::Unusable(unusable) => console.report(&unusable.origin(), &diagnostics),
            Self::Answer(_) => console.report(source, &diagnostics),
        }
        if let Some(remark) = remark {
            console.remark(remark);
        }
        Ok(())
    }

    /// Writes the answer, if there is one, and its faults.
    pub fn write(&self, source: &SourceText<'_>, pretty: bool, console: &mut Console) -> Result<(), Failure> {
        match self {
            Self::Answer(Answer::Message(message)) => console.line(&message.text)?,
            Self::Answer(Answer::Fault(_)) | Self::Unusable(_) => {}
            Self::Answer(answer) if pretty => console.line(&pretty::layout(&value(answer)))?,
            Self::Answer(answer) => console.line(&value(answer))?,
        }
        self.report(source, console)
    }

    /// The reply as a line of many for people.
    pub fn line(&self, index: u64) -> String {
        format!("{index}: {}", self.words())
    }

    /// The reply as an object: where its input is from, then what came of it.
    pub fn envelope(
        &self,
        index: u64,
        origin: Option<&str>,
        line: Option<u64>,
        source: &SourceText<'_>,
    ) -> String {
        let mut out = String::new();
        number(&mut out, index, true, &self.object(origin, line, source, String::new()));
        out
    }

    /// The reply as an object after `text`, without the number of the input.
    fn object(
        &self,
        origin: Option<&str>,
        line: Option<u64>,
        source: &SourceText<'_>,
        text: String,
    ) -> String {
        let mut object = Object::behind(text);
        if let Some(origin) = origin {
            object.string("source", origin);
        }
        if let Some(line) = line {
            object.number("line", line);
        }
        match self {
            Self::Answer(answer) => write_answer(&mut object, answer, source),
            Self::Unusable(unusable) => {
                object
                    .string("status", "input")
                    .serialized("fault", &InSource::new(&unusable.diagnostic, &unusable.origin()));
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
    /// Replies that have something for standard error, with their place among the ends.
    reported: Vec<(usize, Reply)>,
    /// Memory for the next answer.
    spare: String,
    /// The status that all of them add to a run.
    pub status: Status,
}

impl Default for Lines {
    fn default() -> Self {
        let (text, spare) = (String::new(), String::new());
        Self { text, ends: Vec::new(), reported: Vec::new(), spare, status: Status::Ok }
    }
}

impl Lines {
    /// Memory for an answer: that of one that was added.
    pub fn spare(&mut self) -> String {
        mem::take(&mut self.spare)
    }

    /// Adds a reply, whose input is from `origin`.
    pub fn add(
        &mut self,
        reply: Reply,
        origin: Option<&str>,
        line: Option<u64>,
        source: &SourceText<'_>,
        format: AnswerFormat,
    ) {
        self.status = self.status.max(reply.status_of_many());
        match format {
            AnswerFormat::Human => self.text.push_str(&reply.words()),
            AnswerFormat::Json => self.text = reply.object(origin, line, source, mem::take(&mut self.text)),
            AnswerFormat::Value => match &reply {
                Reply::Answer(Answer::Message(message)) => self.text.push_str(&message.text),
                Reply::Answer(Answer::Fault(_)) | Reply::Unusable(_) => {}
                Reply::Answer(answer) => self.text.push_str(&value(answer)),
            },
        }
        let at = self.ends.len();
        self.ends.push(self.text.len());
        let reports = format == AnswerFormat::Value
            && matches!(reply.problems(), (problems, remark) if !problems.is_empty() || remark.is_some());
        if reports {
            self.reported.push((at, reply));
        } else if let Reply::Answer(Answer::Value(text) | Answer::Message(Message { text, .. })) = reply {
            self.spare = text;
        }
    }

    /// Writes the replies, a line each, the inputs numbered from `index` on.
    pub fn write(
        &self,
        index: &mut u64,
        source: &SourceText<'_>,
        format: AnswerFormat,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let (mut start, mut line) = (0, String::new());
        let mut reported = self.reported.iter().peekable();
        for (at, &end) in self.ends.iter().enumerate() {
            let reply = self.text.get(start..end).unwrap_or_default();
            let problem = reported.next_if(|(place, _)| *place == at);
            if format == AnswerFormat::Value {
                // a fault has no value
                if !matches!(problem, Some((_, Reply::Unusable(_) | Reply::Answer(Answer::Fault(_))))) {
                    console.line(reply)?;
                }
            } else {
                line.clear();
                number(&mut line, *index, format == AnswerFormat::Json, reply);
                console.line(&line)?;
            }
            if let Some((_, reply)) = problem {
                reply.report(source, console)?;
            }
            start = end;
            *index += 1;
        }
        Ok(())
    }
}

/// A reply after the number of its input.
fn number(out: &mut String, index: u64, json: bool, reply: &str) {
    // writing to a string does not fail
    let _ = match reply.strip_prefix('{').filter(|_| json) {
        Some(members) => write!(out, "{{\"index\":{index},{members}"),
        None => write!(out, "{index}: {reply}"),
    };
}
