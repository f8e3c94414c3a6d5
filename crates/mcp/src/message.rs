//! Messages of JSON-RPC 2.0, one on a line.

use std::io::{self, BufRead};

use probelang::data::text::{self, Object};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Bytes of a line: 8 MiB.
pub(crate) const LINE_BYTES: usize = 8 << 20;

/// The numbers of errors, as JSON-RPC and the protocol define them.
pub(crate) mod code {
    pub const PARSE: i32 = -32700;
    pub const INVALID_REQUEST: i32 = -32600;
    pub const NO_METHOD: i32 = -32601;
    pub const INVALID_PARAMS: i32 = -32602;
    /// Too many calls wait.
    pub const BUSY: i32 = -32000;
    /// Before 2026-07-28, of a resource that there is not.
    pub const NO_RESOURCE: i32 = -32002;
    /// Since 2026-07-28.
    pub const UNSUPPORTED_VERSION: i32 = -32022;
}

/// A message as it comes in.
#[derive(Deserialize, Debug)]
pub(crate) struct Incoming<'l> {
    jsonrpc: Option<&'l str>,
    #[serde(borrow)]
    id: Option<&'l RawValue>,
    method: Option<String>,
    #[serde(borrow)]
    pub params: Option<&'l RawValue>,
}

/// What a message is.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Message<'l> {
    /// It wants an answer under this id.
    Request { id: &'l str, method: String, params: &'l str },
    /// It wants none.
    Notification { method: String, params: &'l str },
    /// An answer to something that was never asked.
    Response,
    /// None of the three: the id, if it has one, and why.
    Wrong(Option<&'l str>, String),
}

impl<'l> Message<'l> {
    /// Reads one message, which is not a batch.
    pub fn read(text: &'l str) -> Self {
        let Incoming { jsonrpc, id, method, params } = match serde_json::from_str(text) {
            Ok(incoming) => incoming,
            Err(error) => return Self::Wrong(None, format!("not a message of JSON-RPC: {error}")),
        };
        // `"id": null` is read as none
        let id = id.map(RawValue::get).filter(|id| *id != "null");
        if id.is_some_and(|id| !id.starts_with(['"', '-']) && !id.starts_with(|c: char| c.is_ascii_digit())) {
            return Self::Wrong(None, "`id` is a string or a number".to_owned());
        }
        if jsonrpc != Some("2.0") {
            return Self::Wrong(id, "`jsonrpc` is \"2.0\"".to_owned());
        }
        let params = params.map_or("{}", RawValue::get);
        match (id, method) {
            (_, Some(_)) if !params.starts_with('{') => Self::Wrong(id, "`params` is an object".to_owned()),
            (Some(id), Some(method)) => Self::Request { id, method, params },
            (None, Some(method)) => Self::Notification { method, params },
            (Some(_), None) => Self::Response,
            (None, None) => Self::Wrong(None, "a message has a `method`, or an `id` and a result".to_owned()),
        }
    }
}

/// The answer to a request.
pub(crate) fn result(id: &str, result: &str) -> String {
    let mut object = Object::new();
    object.string("jsonrpc", "2.0").raw("id", id).raw("result", result);
    object.end()
}

/// An error in place of an answer. `data` is JSON.
pub(crate) fn error(id: Option<&str>, code: i32, message: &str, data: Option<&str>) -> String {
    let mut error = Object::new();
    error.raw("code", &code.to_string()).string("message", message);
    if let Some(data) = data {
        error.raw("data", data);
    }
    let mut object = Object::new();
    object.string("jsonrpc", "2.0").raw("id", id.unwrap_or("null")).raw("error", &error.end());
    object.end()
}

/// Something that is said without being asked.
pub(crate) fn notification(method: &str, params: &str) -> String {
    let mut object = Object::new();
    object.string("jsonrpc", "2.0").string("method", method).raw("params", params);
    object.end()
}

/// The messages of a batch, or why it is none.
pub(crate) fn batch(text: &str) -> Result<Vec<&str>, String> {
    let messages: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| format!("not a batch of JSON-RPC: {error}"))?;
    if messages.is_empty() {
        return Err("a batch has at least one message".to_owned());
    }
    Ok(messages.into_iter().map(RawValue::get).collect())
}

/// Answers as a batch.
pub(crate) fn batched(answers: impl IntoIterator<Item = String>) -> String {
    text::array(answers)
}

/// A line that was read.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Line {
    /// Its text.
    Text(String),
    /// It is longer than [`LINE_BYTES`], and was passed over.
    TooLong,
    /// It is not UTF-8.
    NotText,
    /// There is no more.
    End,
}

/// Reads a line. Never has more than [`LINE_BYTES`] of it in memory.
///
/// # Errors
/// Those of the input.
pub(crate) fn read_line(input: &mut impl BufRead) -> io::Result<Line> {
    let (mut line, mut too_long, mut any) = (Vec::new(), false, false);
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        too_long |= line.len().saturating_add(part.len()) > LINE_BYTES;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = end.map_or(chunk.len(), |end| end.saturating_add(1));
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, too_long) {
        (false, _) => Line::End,
        (true, true) => Line::TooLong,
        (true, false) => String::from_utf8(line).map_or(Line::NotText, Line::Text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_what_its_members_say() {
        let read = |text| match Message::read(text) {
            Message::Request { id, method, params } => format!("request {id} {method} {params}"),
            Message::Notification { method, params } => format!("notification {method} {params}"),
            Message::Response => "response".to_owned(),
            Message::Wrong(id, _) => format!("wrong {id:?}"),
        };
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request 1 ping {}"),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":"x","params":{"n":1e400}}"#,
                r#"request "a" x {"n":1e400}"#,
            ),
            (r#"{"jsonrpc":"2.0","method":"x"}"#, "notification x {}"),
            (r#"{"jsonrpc":"2.0","id":3,"result":{}}"#, "response"),
            (r#"{"jsonrpc":"2.0","id":3,"method":"x","params":[1]}"#, "wrong Some(\"3\")"),
            (r#"{"jsonrpc":"1.0","id":3,"method":"x"}"#, "wrong Some(\"3\")"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#, "wrong None"),
            (r#"{"jsonrpc":"2.0"}"#, "wrong None"),
            ("{", "wrong None"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_huge_line_is_passed_over_and_the_next_one_is_read() {
        let mut text = vec![b'x'; LINE_BYTES + 1];
        text.extend_from_slice(b"\n{}\n\xff\nlast");
        let mut input = io::BufReader::new(text.as_slice());
        let mut next = || read_line(&mut input).unwrap();
        assert_eq!(next(), Line::TooLong);
        assert_eq!(next(), Line::Text("{}".to_owned()));
        assert_eq!(next(), Line::NotText);
        assert_eq!(next(), Line::Text("last".to_owned()));
        assert_eq!(next(), Line::End);
    }
}
