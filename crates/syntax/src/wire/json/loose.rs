//! Reads what is being written: JSON with anything missing, doubled or open, for editors. It never fails.

use probelang_diagnostic::Span;

use super::{Document, Open, Reader};
use crate::wire::places::each_character;
use crate::wire::scan::Kind;

/// Reads `source` as far as it says anything. A text without a closing quote ends with its line, a missing comma or colon
/// is passed over, and what is open at the end is closed there. Linear in `source`.
pub(in crate::wire) fn read_loosely(source: &str) -> Document<'_> {
    let mut reader = Reader::new(source, 0);
    reader.run_loosely();
    Document { source, values: reader.values, decoded: reader.decoded }
}

impl Reader<'_> {
    fn run_loosely(&mut self) {
        loop {
            self.scan.skip_space();
            let start = self.scan.at;
            match self.scan.peek() {
                None => break,
                Some(b'{') => self.open(Kind::Object),
                Some(b'[') => self.open(Kind::List),
                Some(b'}') => self.close_loosely(Kind::Object),
                Some(b']') => self.close_loosely(Kind::List),
                Some(b',') => {
                    self.key = Span::default();
                    self.scan.bump();
                }
                Some(b':') => self.scan.bump(),
                Some(b'"') => {
                    self.string_loosely();
                    let end = self.scan.at;
                    let in_object = self.open.last().is_some_and(|open| self.kind(open.id) == Kind::Object);
                    self.scan.skip_space();
                    if in_object && self.key.is_empty() && self.scan.peek() == Some(b':') {
                        self.key = Span::from_usize(start, end);
                    } else {
                        self.scan.at = end;
                        self.add(Kind::String, start);
                    }
                }
                Some(_) => {
                    let kind = self.word_loosely();
                    self.add(kind, start);
                }
            }
            if self.open.is_empty() && !self.values.is_empty() {
                // what comes after the value is no part of it
                break;
            }
        }
        while !self.open.is_empty() {
            self.end_innermost();
        }
    }

    /// Closes the innermost value of that kind, and what is open in it. Without one the bracket is passed over.
    fn close_loosely(&mut self, kind: Kind) {
        self.scan.bump();
        self.key = Span::default();
        if let Some(at) = self.open.iter().rposition(|open| self.kind(open.id) == kind) {
            while self.open.len() > at {
                self.end_innermost();
            }
        }
    }

    fn end_innermost(&mut self) {
        let end = Span::from_usize(0, self.scan.at).end;
        if let Some(Open { id, count, .. }) = self.open.pop()
            && let Some(value) = self.values.get_mut(id.0 as usize)
        {
            value.span.end = end;
            value.count = count;
        }
    }

    /// Passes a string, and keeps what it says where it is not the bytes between its quotes.
    fn string_loosely(&mut self) {
        if self.scan.plain_string() {
            return;
        }
        let start = self.scan.at;
        let mut text = String::new();
        self.scan.at = each_character(self.scan.source, start, |c, _, _| text.push(c)).outer;
        self.decoded.push((Span::from_usize(start, start).start, text));
    }

    /// Passes a number, a word, or what is neither.
    fn word_loosely(&mut self) -> Kind {
        let start = self.scan.at;
        while let Some(byte) = self.scan.peek() {
            if matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"' | b' ' | b'\t' | b'\n' | b'\r') {
                break;
            }
            self.scan.bump();
        }
        match self.scan.source.get(start..self.scan.at) {
            Some("true") => Kind::Bool(true),
            Some("false") => Kind::Bool(false),
            Some("null") => Kind::Null,
            _ => Kind::Number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::{ValueId, read};

    /// A value with all that is in it, for comparison.
    fn shown(document: &Document<'_>, id: ValueId) -> String {
        let value = document.value(id);
        match value.kind {
            Kind::Object => {
                let members = document.members(id);
                let all: Vec<_> =
                    members.map(|(key, id)| format!("{key:?}:{}", shown(document, id))).collect();
                format!("{{{}}}", all.join(","))
            }
            Kind::List => {
                let all: Vec<_> = document.children(id).map(|id| shown(document, id)).collect();
                format!("[{}]", all.join(","))
            }
            Kind::String => format!("{:?}", document.text(id)),
            Kind::Null | Kind::Bool(_) | Kind::Number => document.raw(id).to_owned(),
        }
    }

    #[test]
    fn json_is_read_as_strictly() {
        for json in [
            r#"{"a": [1, {"b\u00e9\"": "x\ud83d\ude00"}], "c": {}, "d": null, "e": [], "f": "\ud800"}"#,
            r#"[true, false, -1.5e3, ["x"]]"#,
            "\"only a text\"",
        ] {
            let strict = read(json, 1).document.unwrap();
            let loose = read_loosely(json);
            assert_eq!(shown(&loose, Document::ROOT), shown(&strict, Document::ROOT));
            let ends = |document: &Document<'_>| {
                (0..document.len()).map(|id| document.value(ValueId(id as u32)).span).collect::<Vec<_>>()
            };
            assert_eq!(ends(&loose), ends(&strict), "{json}");
        }
    }

    #[test]
    fn what_is_missing_is_passed_over() {
        for (json, expected) in [
            (r#"{"a": "x"#, r#"{"a":"x"}"#),
            ("{\"a\": \"x\n \"b\": 1}", r#"{"a":"x","b":1}"#),
            (r#"{"a": [1, {"c": 2], "b": 3"#, r#"{"a":[1,{"c":2}],"b":3}"#),
            (r#"{"a" 1, "b": 2,}"#, r#"{"":"a","":1,"b":2}"#),
            (r#"[1 2, , "\q	"]"#, r#"[1,2,"\\q\t"]"#),
            (r#"{]"a": }"#, "{}"),
            (r#"{"a": "\u12"#, r#"{"a":"\\u12"}"#),
        ] {
            assert_eq!(shown(&read_loosely(json), Document::ROOT), expected, "{json}");
        }
    }
}
