//! The inputs for which a condition holds, or how many they are.

use probelang::Answer;
use probelang::capture::{Capture, CaptureLimits, Order, Settings, Subject, SubjectKind};
use probelang::diagnostic::SourceText;
use probelang::host::{Budget, Host, Names, Value};
use probelang::output::{HostReader, JsonLimits, write_json};
use probelang::redact::Policy;

use crate::capture::MAX_SIZE;
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::input::{Came, Inputs};
use crate::json::{self, Object};
use crate::reply::Reply;
use crate::run::{BoundProgram, needs_whole};

/// What is written of the inputs that match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// The inputs, with redaction applied.
    Inputs,
    /// Their number.
    Count,
}

/// What came of inputs.
#[derive(Default)]
struct Batch {
    replies: Vec<(Reply, Option<String>)>,
    capture: Capture,
}

impl BoundProgram {
    /// Writes the inputs for which a condition holds. The status is 1 if there is none.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn matching(
        &self,
        inputs: &Inputs,
        source: &SourceText<'_>,
        output: Output,
        console: &mut Console,
    ) -> Outcome {
        let (mut highest, mut matched) = (Status::Ok, 0u64);
        inputs.run_part(
            false,
            self.policy(),
            |batch: &mut Batch, entry, input| match input {
                Ok(subject) => {
                    let answer = self.answer(String::new(), &subject);
                    let shown = answer == Answer::Truth(true) && output == Output::Inputs;
                    if (shown || needs_whole(&answer, &subject)) && !entry.whole {
                        return None;
                    }
                    let answer = self.hinted(answer, &subject, inputs);
                    let text = shown.then(|| shown_input(&subject, self.policy(), &mut batch.capture));
                    Some((Reply::Answer(answer), text))
                }
                Err(unusable) => Some((Reply::Unusable(unusable), None)),
            },
            |batch, reply| batch.replies.push(reply),
            |came| {
                let (replies, waits) = match came {
                    Came::Only(reply) => (vec![reply], false),
                    Came::Several { gathered, waits } => (gathered.replies, waits),
                };
                for (reply, text) in replies {
                    match &reply {
                        Reply::Answer(Answer::Truth(truth)) => matched += u64::from(*truth),
                        other => highest = highest.max(other.status_of_many()),
                    }
                    if let Some(text) = text {
                        console.line(&text)?;
                    }
                    reply.report(source, console)?;
                }
                if waits { console.flush() } else { Ok(()) }
            },
        )?;
        if output == Output::Count {
            console.line(&matched.to_string())?;
        }
        inputs.remark(self.policy(), console);
        Ok(if matched == 0 { highest.max(Status::False) } else { highest })
    }
}

/// An input as JSON on one line: a document as it is but for what is redacted, a snapshot as `capture` writes it.
pub fn shown_input(subject: &Subject<'_>, policy: &Policy, capture: &mut Capture) -> String {
    let names = Names::new();
    match &subject.kind {
        SubjectKind::Plain(plain) => {
            let view = plain.view(&names);
            let mut object = Object::new();
            for (name, value) in view.scope() {
                let is_hidden = policy.redacts_name(name);
                let name = &policy.masked_name(name);
                if is_hidden {
                    object.raw(name, r#"{"$redacted":true}"#);
                } else {
                    object.raw(name, &value_json(&view, &value, policy));
                }
            }
            object.end()
        }
        SubjectKind::Recorded { .. } => {
            let order = Order {
                settings: Settings { policy, limits: CaptureLimits::default() },
                expressions: &[],
                names: &names,
                size: MAX_SIZE,
                event: false,
            };
            let mut text = String::new();
            subject.write(capture, &order, &mut Budget::steps(u64::MAX), &mut text);
            text
        }
    }
}

fn value_json<'h>(host: &'h dyn Host, value: &Value<'h>, policy: &Policy) -> String {
    let (mut text, mut budget) = (String::new(), Budget::steps(u64::MAX));
    let mut reader = HostReader::new(host, policy, &mut budget);
    match write_json(&mut reader, value, &JsonLimits::default(), &mut text) {
        Ok(()) => text,
        // nothing ends the walk over a document
        Err(_) => json::string(""),
    }
}
