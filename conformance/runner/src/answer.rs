//! What an engine answered, taken out of the engine so that it can be judged and shown.

use std::fmt;

use probelang::diagnostic::{Class, Code, fault};
use probelang::host::{Handle, Number, Role, Scratch, Value};
use probelang::output::{Reader, Shape, Step, Stop};

/// Levels of a value that are taken over.
const DEPTH: u32 = 16;

/// The outcome of one form of a case.
#[derive(Debug)]
pub enum Outcome {
    /// Not compiled; the first error.
    Refused(String),
    /// A value.
    Value(Answer),
    /// A fault.
    Failed(Failure),
    /// A message, and the errors reported beside it.
    Text {
        /// The message.
        text: String,
        /// The errors.
        errors: Vec<Failure>,
    },
    /// The runner cannot run it, and why.
    Unrunnable(String),
}

/// A fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Its code; a cut message and a part that did not compile have none.
    pub code: Option<Code>,
    /// Its message.
    pub message: String,
}

impl Failure {
    /// The kind of error that the corpus would call it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        // the corpus counts a null receiver as a wrong operand, not as something missing
        let null_members = [fault::FIELD_OF_NULL, fault::INDEX_OF_NULL];
        let is_undefined = |code: Code| code.class() == Class::Undefined && !null_members.contains(&code);
        if self.code.is_some_and(is_undefined) { "undefined" } else { "evaluation" }
    }
}

/// A value, whole.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Answer {
    Undefined,
    Null,
    Bool(bool),
    Number(Number),
    Str(String),
    List(Vec<Answer>),
    Set(Vec<Answer>),
    Map(Vec<(Answer, Answer)>),
    Object(Thing),
    Opaque(Option<String>),
    Redacted,
    Unreadable(String),
    /// A collection of which a capture keeps only the beginning.
    Truncated(Box<Answer>),
}

/// An object.
#[derive(Clone, PartialEq, Debug)]
pub struct Thing {
    /// Which one, where it is the host's.
    pub handle: Option<Handle>,
    /// Its class.
    pub class: Option<String>,
    /// Its name, if it is an enum constant.
    pub constant: Option<String>,
    /// Its fields.
    pub fields: Vec<(String, Answer)>,
    /// A copy by an engine that does not say which object it was, nor of which class.
    pub is_copied: bool,
}

impl Thing {
    /// A copy without anything in it.
    #[must_use]
    pub const fn copied() -> Self {
        Self { handle: None, class: None, constant: None, fields: Vec::new(), is_copied: true }
    }
}

impl Answer {
    /// Takes a value over, at most `keep` elements of it.
    ///
    /// # Errors
    /// [`Stop`] where reaching an element ended the run.
    pub fn read<'h>(value: Value<'h>, reader: &mut dyn Reader<'h>, keep: Option<u64>) -> Result<Self, Stop> {
        Self::level(value, reader, keep, DEPTH)
    }

    fn level<'h>(
        value: Value<'h>,
        reader: &mut dyn Reader<'h>,
        keep: Option<u64>,
        depth: u32,
    ) -> Result<Self, Stop> {
        Ok(match value {
            Value::Absent | Value::Undefined => Self::Undefined,
            Value::Redacted(_) => Self::Redacted,
            Value::Unreadable(reason) => Self::Unreadable(reason.to_owned()),
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Number(Number::Int(value)),
            Value::Uint(value) => Self::Number(Number::Uint(value)),
            // as the JSON of the cases is read
            Value::BigInt(integer) => {
                let digits = reader.host().digits(integer, &mut Scratch::new()).parse();
                Self::Number(Number::Float(digits.unwrap_or(f64::NAN)))
            }
            Value::Float(value) => Self::Number(Number::Float(value)),
            Value::Str(text) | Value::CutStr(text) => Self::Str(text.to_owned()),
            Value::Opaque(handle) => Self::Opaque(reader.host().text(handle).map(str::to_owned)),
            Value::Cut(handle) => Self::Unreadable(reader.host().cut_reason(handle).to_owned()),
            Value::Local(local) if local.role == Role::Placeholder => Self::Redacted,
            Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Object(_) | Value::Local(_) => {
                return Self::parts(value, reader, keep, depth);
            }
        })
    }

    fn parts<'h>(
        value: Value<'h>,
        reader: &mut dyn Reader<'h>,
        keep: Option<u64>,
        depth: u32,
    ) -> Result<Self, Stop> {
        let Some(next_depth) = depth.checked_sub(1) else { return Ok(Self::Unreadable("depth".into())) };
        let Some(mut walk) = reader.open(&value)? else { return Ok(Self::Unreadable("no parts".into())) };
        let mut items = Vec::new();
        let mut truncated = false;
        let stopped = loop {
            let (mut key, mut item) = (Value::Absent, Value::Absent);
            match reader.next(&mut walk, &mut key, &mut item) {
                Err(stop) => break Err(stop),
                Ok(Step::Done) => break Ok(()),
                Ok(Step::Cut(_)) => {
                    truncated = true;
                    break Ok(());
                }
                Ok(Step::Element) if keep.is_some_and(|keep| items.len() as u64 >= keep) => {
                    truncated = true;
                    break Ok(());
                }
                Ok(Step::Element) => {}
            }
            let pair = Self::level(key, reader, None, next_depth)
                .and_then(|key| Ok((key, Self::level(item, reader, None, next_depth)?)));
            match pair {
                Ok(pair) => items.push(pair),
                Err(stop) => break Err(stop),
            }
        };
        reader.close(&mut walk);
        stopped?;
        let values = |items: Vec<(Self, Self)>| items.into_iter().map(|(_, item)| item).collect();
        let whole = match walk.shape {
            Shape::List => Self::List(values(items)),
            Shape::Set => Self::Set(values(items)),
            Shape::Map => Self::Map(items),
            Shape::Object => {
                let handle = value.handle();
                let host = reader.host();
                let text = |text: &str| text.to_owned();
                Self::Object(Thing {
                    handle,
                    class: handle.and_then(|handle| host.type_name(handle, &mut Scratch::new()).map(text)),
                    constant: handle.and_then(|handle| host.enum_name(handle)).map(text),
                    fields: items
                        .into_iter()
                        .map(|(name, value)| match name {
                            Self::Str(name) => (name, value),
                            other => (other.to_string(), value),
                        })
                        .collect(),
                    is_copied: false,
                })
            }
        };
        Ok(if truncated { Self::Truncated(Box::new(whole)) } else { whole })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => f.write_str("undefined"),
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(Number::Int(value)) => write!(f, "{value}"),
            Self::Number(Number::Uint(value)) => write!(f, "{value}"),
            Self::Number(Number::Float(value)) => write!(f, "{value:?}"),
            Self::Str(text) => write!(f, "{text:?}"),
            Self::List(items) => listed(f, "[", items.iter(), "]"),
            Self::Set(items) => listed(f, "set [", items.iter(), "]"),
            Self::Map(entries) => {
                f.write_str("map {")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
            Self::Object(thing) => {
                let class = thing.class.as_deref().unwrap_or("object");
                if let Some(constant) = &thing.constant {
                    return write!(f, "{class}.{constant}");
                }
                write!(f, "{class} {{")?;
                for (at, (name, value)) in thing.fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
            Self::Opaque(text) => write!(f, "opaque {}", text.as_deref().unwrap_or("value")),
            Self::Redacted => f.write_str("redacted"),
            Self::Unreadable(reason) => write!(f, "unreadable ({reason})"),
            Self::Truncated(whole) => write!(f, "{whole}, and more"),
        }
    }
}

fn listed<'a>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: impl Iterator<Item = &'a Answer>,
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (at, item) in items.enumerate() {
        write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("refused:", Code::text);
        write!(f, "{code} {} ({})", self.message, self.kind())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Value(answer) => write!(f, "{answer}"),
            Self::Failed(failure) => write!(f, "fault: {failure}"),
            Self::Text { text, errors } => {
                write!(f, "text {text:?}")?;
                for error in errors {
                    write!(f, ", error: {error}")?;
                }
                Ok(())
            }
            Self::Unrunnable(why) => write!(f, "cannot be run: {why}"),
        }
    }
}
