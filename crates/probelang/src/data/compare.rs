//! A program under several dialects, and what a code means.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Raw;
use crate::diagnostic::{Class, Code};
use crate::dialect::{Evidence, Preset, Row};
use crate::{Answer, DialectAnswer, Explanation};

/// The answers of a [`Comparison`](crate::Comparison), next to each other.
///
/// An object with `base`, the name of the dialect that the others are compared with, and `dialects`: for each its
/// `status` with the value, message, fault or error, and the rows of the dialect table that make the difference.
#[derive(Clone, Copy, Debug)]
pub struct SideBySide<'a> {
    /// The dialect that the others are compared with.
    pub base: Preset,
    /// What each gives.
    pub answers: &'a [DialectAnswer],
}

impl Serialize for SideBySide<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("base", self.base.name())?;
        let answers: Vec<_> = self.answers.iter().map(|answer| One { base: self.base, answer }).collect();
        map.serialize_entry("dialects", &answers)?;
        map.end()
    }
}

/// What one dialect gives.
struct One<'a> {
    base: Preset,
    answer: &'a DialectAnswer,
}

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DialectAnswer { preset, answer, rejected, rows } = self.answer;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("dialect", preset.name())?;
        map.serialize_entry("verified", &preset.is_verified())?;
        if let Some(answer) = answer {
            map.serialize_entry("status", answer.status())?;
            match answer {
                Answer::Message(message) => map.serialize_entry("message", &message.text)?,
                Answer::Fault(fault) => {
                    map.serialize_entry("fault", &Complaint::new(fault.code, &fault.message))?;
                }
                value => map.serialize_entry("value", &Raw(&value.to_json().unwrap_or_default()))?,
            }
        } else if let Some(rejected) = rejected {
            map.serialize_entry("status", "refused")?;
            map.serialize_entry("error", &Complaint::new(rejected.code, &rejected.message))?;
        }
        let decided: Vec<_> = rows.iter().flatten().map(|row| Decided { of: self, row: *row }).collect();
        map.serialize_entry("rows", &decided)?;
        map.serialize_entry("explained", &rows.is_some())?;
        map.end()
    }
}

/// A fault or an error in short.
#[derive(serde::Serialize)]
struct Complaint<'a> {
    code: &'a str,
    class: &'a str,
    message: &'a str,
}

impl<'a> Complaint<'a> {
    fn new(code: Code, message: &'a str) -> Self {
        let class: Class = code.class();
        Self { code: code.text(), class: class.name(), message }
    }
}

/// A row of the dialect table that makes a difference.
struct Decided<'a> {
    of: &'a One<'a>,
    row: Row,
}

impl Serialize for Decided<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { of, row } = *self;
        let (choice, evidence) = row.choice_of(of.answer.preset);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("row", row.name())?;
        map.serialize_entry("title", row.title())?;
        map.serialize_entry("choice", row.choice(choice))?;
        map.serialize_entry("base", row.choice(row.choice_of(of.base).0))?;
        if let Some(Evidence::Case(id) | Evidence::Source(id)) = evidence {
            map.serialize_entry("case", id)?;
        }
        if let Some(known) = row.known(of.answer.preset) {
            map.serialize_entry("known", &known.to_string())?;
        }
        map.end()
    }
}

impl Serialize for Explanation {
    /// `code`, `title`, `severity`, `class`, `text`, `example`, `instead`, `url`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { code, text, example, instead } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", code.text())?;
        map.serialize_entry("title", code.title())?;
        map.serialize_entry("severity", code.severity().name())?;
        map.serialize_entry("class", code.class().name())?;
        map.serialize_entry("text", text)?;
        map.serialize_entry("example", example)?;
        map.serialize_entry("instead", instead)?;
        map.serialize_entry("url", &code.url())?;
        map.end()
    }
}
