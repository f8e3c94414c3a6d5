//! What came of one input, and how it is written: alone, or as a line of many.

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
        if format == Some(Format::Human) {
            return self.human_line(index);
        }
        let mut object = Object::new();
        object.number("index", index).string("status", self.word());
        match self {
            Self::Value(value) => object.raw("value", value),
            Self::Truth(truth) => object.boolean("value", *truth),
            Self::Message(message) => {
                message.write(&mut object);
                &mut object
            }
            Self::Failed(failed) => {
                let mut fault = diagnostic_json::object(origin, &failed.diagnostic);
                fault.string("expr", &failed.expr);
                object.raw("fault", &fault.end())
            }
            Self::Unusable(unusable) => {
                let origin = Origin { name: &unusable.name, text: "", spans: false };
                object.raw("fault", &diagnostic_json::object(&origin, &unusable.diagnostic).end())
            }
        };
        object.end()
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

    fn human_line(&self, index: u64) -> String {
        let text = match self {
            Self::Value(value) => value.clone(),
            Self::Truth(truth) => truth.to_string(),
            Self::Message(message) => message.text.clone(),
            Self::Failed(Failed { diagnostic, expr }) => {
                format!("fault[{}] at {expr}: {}", diagnostic.code, diagnostic.message)
            }
            Self::Unusable(unusable) => {
                let Unusable { name, diagnostic, .. } = &**unusable;
                format!("error[{}] at {name}: {}", diagnostic.code, diagnostic.message)
            }
        };
        format!("{index}: {text}")
    }
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
