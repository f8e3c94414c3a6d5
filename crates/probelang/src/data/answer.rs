//! What one run gave, as members of an object.

use super::InSource;
use super::text::Object;
use crate::diagnostic::SourceText;
use crate::{Answer, Message};

/// Adds to `object` what a run gave: `status`, and `value`, `message` or `fault`. The status says whether there is an answer, not
/// what it is: `ok` for true and false. Places count in `source`.
///
/// ```
/// use probelang::data::text::Object;
/// use probelang::data::write_answer;
/// use probelang::diagnostic::SourceText;
/// use probelang::Answer;
///
/// let mut object = Object::new();
/// write_answer(&mut object, &Answer::Truth(false), &SourceText::new("when", "1 > 2"));
/// assert_eq!(object.end(), r#"{"status":"ok","value":false}"#);
/// ```
pub fn write_answer(object: &mut Object, answer: &Answer, source: &SourceText<'_>) {
    let status = match answer {
        Answer::Truth(_) => "ok",
        answer => answer.status(),
    };
    object.string("status", status);
    match answer {
        Answer::Message(message) => write_message(object, message, source),
        Answer::Fault(fault) => {
            object.serialized("fault", &InSource::new(fault, source));
        }
        Answer::Value(json) => {
            object.raw("value", json);
        }
        Answer::Truth(truth) => {
            object.boolean("value", *truth);
        }
        Answer::Number(_) => {
            object.raw("value", &answer.to_json().unwrap_or_default());
        }
    }
}

fn write_message(object: &mut Object, message: &Message, source: &SourceText<'_>) {
    object.string("message", &message.text);
    if !message.errors.is_empty() {
        object.serialized("errors", &InSource::new(message.errors.as_slice(), source));
    }
    if message.truncated {
        object.boolean("truncated", true);
    }
}
