//! A JSON text as an arena of values.
//!
//! A reader of our own: numbers stay the tokens that were written (2^64 and `-0` are no floats), keys that
//! stand twice and lone surrogates are seen, and nesting lies on the heap. Memory and time are linear in
//! the text.

use std::collections::HashSet;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, LineIndex, Span, json_path, wire};

use super::scan::{Bad, Kind, Scanner};

mod loose;

pub(super) use loose::read_loosely;

/// A value of a [`Document`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ValueId(u32);

#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    /// Bytes of the JSON text.
    pub(super) span: Span,
    /// Bytes of its key with the quotes, empty where there is none.
    pub(super) key_span: Span,
    /// How many elements or members.
    pub(super) count: u32,
    /// An object with a repeated key, which was reported.
    pub(super) repeats: bool,
    next: Option<ValueId>,
}

impl Value {
    /// The first child of the value, which is `id`: it was read next.
    const fn first(&self, id: ValueId) -> Option<ValueId> {
        if self.count == 0 { None } else { Some(ValueId(id.0.saturating_add(1))) }
    }
}

/// A JSON text that was read.
#[derive(Debug)]
pub(super) struct Document<'j> {
    pub(super) source: &'j str,
    values: Vec<Value>,
    /// Strings and keys that are written with escapes, decoded, by the byte at which they start.
    decoded: Vec<(u32, String)>,
}

/// The outcome: a document unless the text is no JSON, and what is wrong, each with its place.
pub(super) struct Outcome<'j> {
    pub(super) document: Option<Document<'j>>,
    pub(super) problems: Vec<Diagnostic>,
    /// The text only ends too early.
    pub(super) incomplete: bool,
}

const NOTHING: Value = Value {
    kind: Kind::Null,
    span: Span::new(0, 0),
    key_span: Span::new(0, 0),
    count: 0,
    repeats: false,
    next: None,
};

impl<'j> Document<'j> {
    pub(super) const ROOT: ValueId = ValueId(0);

    /// How many values there are.
    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }
    pub(super) fn value(&self, id: ValueId) -> &Value {
        self.values.get(id.0 as usize).unwrap_or(const { &NOTHING })
    }
    /// The elements of a list or the members of an object, in order.
    pub(super) fn children(&self, id: ValueId) -> impl Iterator<Item = ValueId> + '_ {
        std::iter::successors(self.value(id).first(id), |&child| self.value(child).next)
    }
    /// The members of an object with their keys, in order.
    pub(super) fn members(&self, id: ValueId) -> impl Iterator<Item = (&str, ValueId)> + '_ {
        let object = self.value(id).kind == Kind::Object;
        self.children(id).filter(move |_| object).map(|child| (self.key(child), child))
    }
    /// The key of a member, decoded.
    fn key(&self, id: ValueId) -> &str {
        decoded(self.source, &self.decoded, self.value(id).key_span)
    }
    /// A string, decoded; empty for another value.
    pub(super) fn text(&self, id: ValueId) -> &str {
        let value = self.value(id);
        if value.kind == Kind::String { decoded(self.source, &self.decoded, value.span) } else { "" }
    }
    /// The text of a value as it was written.
    pub(super) fn raw(&self, id: ValueId) -> &'j str {
        self.value(id).span.slice(self.source)
    }
    /// The RFC 6901 path.
    pub(super) fn path(&self, id: ValueId) -> String {
        json_path(self.source, self.value(id).span.start).unwrap_or_default()
    }
}

/// The text between the quotes of `span`.
fn decoded<'a>(source: &'a str, decoded: &'a [(u32, String)], span: Span) -> &'a str {
    if let Ok(at) = decoded.binary_search_by_key(&span.start, |(start, _)| *start) {
        return decoded.get(at).map_or("", |(_, text)| text);
    }
    Span { start: span.start.saturating_add(1), end: span.end.saturating_sub(1) }.slice(source)
}

/// Where a text that is no JSON broke: nested deeper than this, the path names an enclosing value.
const PATH_STEPS: usize = 64;

/// Reads `source` whole. At most `most` problems are kept, besides the one that ends the reading.
pub(super) fn read(source: &str, most: usize) -> Outcome<'_> {
    let mut reader = Reader::new(source, most);
    match reader.run() {
        Ok(()) => Outcome {
            document: Some(Document { source, values: reader.values, decoded: reader.decoded }),
            problems: reader.problems,
            incomplete: false,
        },
        Err(bad) => {
            let incomplete = bad.incomplete && reader.problems.is_empty();
            let problem = reader.not_json(&bad);
            reader.problems.push(problem);
            Outcome { document: None, problems: reader.problems, incomplete }
        }
    }
}

/// A list or object that is still open, with its last child and how many it has.
struct Open {
    id: ValueId,
    last: Option<ValueId>,
    count: u32,
}

struct Reader<'j> {
    scan: Scanner<'j>,
    values: Vec<Value>,
    decoded: Vec<(u32, String)>,
    open: Vec<Open>,
    /// The key of the value that comes next.
    key: Span,
    problems: Vec<Diagnostic>,
    most: usize,
}

impl<'j> Reader<'j> {
    fn new(source: &'j str, most: usize) -> Self {
        Self {
            scan: Scanner { source, at: 0 },
            // a value takes some bytes with its key and signs
            values: Vec::with_capacity((source.len() / 8).saturating_add(4)),
            decoded: Vec::new(),
            open: Vec::with_capacity(8),
            key: Span::default(),
            problems: Vec::new(),
            most,
        }
    }

    fn run(&mut self) -> Result<(), Bad> {
        self.scan.skip_space();
        if self.scan.peek().is_none() {
            return Err(self.scan.expected("a value"));
        }
        loop {
            self.value()?;
            while let Some(open) = self.open.last() {
                let id = open.id;
                let list = self.kind(id) == Kind::List;
                self.scan.skip_space();
                match (self.scan.peek(), list) {
                    (Some(b','), _) => {
                        let comma = self.scan.at;
                        self.scan.bump();
                        self.scan.skip_space();
                        if matches!(self.scan.peek(), Some(b']' | b'}')) {
                            return Err(Bad::new(comma, "a trailing comma").instead(1, ""));
                        }
                        if !list {
                            self.key()?;
                        }
                        break;
                    }
                    (Some(b']'), true) | (Some(b'}'), false) => self.close(),
                    (_, true) => return Err(self.scan.expected("`,` or `]`")),
                    (_, false) => return Err(self.scan.expected("`,` or `}`")),
                }
            }
            if self.open.is_empty() {
                break;
            }
        }
        self.scan.skip_space();
        if self.scan.peek().is_some() {
            return Err(Bad::new(self.scan.at, "text after the value"));
        }
        Ok(())
    }

    fn kind(&self, id: ValueId) -> Kind {
        self.values.get(id.0 as usize).map_or(Kind::Null, |value| value.kind)
    }

    /// Reads a value up to its end, or, of a list or object, up to its first element.
    fn value(&mut self) -> Result<(), Bad> {
        loop {
            self.scan.skip_space();
            let start = self.scan.at;
            match self.scan.peek() {
                Some(b'[') => {
                    self.open(Kind::List);
                    if self.scan.peek() == Some(b']') {
                        self.close();
                        return Ok(());
                    }
                }
                Some(b'{') => {
                    self.open(Kind::Object);
                    if self.scan.peek() == Some(b'}') {
                        self.close();
                        return Ok(());
                    }
                    self.key()?;
                }
                Some(b'"') => {
                    let lone = self.string()?;
                    let id = self.add(Kind::String, start);
                    if lone {
                        self.lone(Some(id), start);
                    }
                    return Ok(());
                }
                Some(b'-' | b'0'..=b'9') => {
                    self.scan.number()?;
                    self.add(Kind::Number, start);
                    return Ok(());
                }
                _ => {
                    let kind = self.scan.literal()?;
                    self.add(kind, start);
                    return Ok(());
                }
            }
        }
    }

    /// Reads a string, and keeps what it says where it is written with escapes. Whether it has a lone surrogate.
    fn string(&mut self) -> Result<bool, Bad> {
        if self.scan.plain_string() {
            return Ok(false);
        }
        let start = Span::from_usize(self.scan.at, self.scan.at).start;
        let (text, lone) = self.scan.string()?;
        self.decoded.push((start, text));
        Ok(lone)
    }

    fn open(&mut self, kind: Kind) {
        let start = self.scan.at;
        self.scan.bump();
        let id = self.add(kind, start);
        self.open.push(Open { id, last: None, count: 0 });
        self.scan.skip_space();
    }

    fn close(&mut self) {
        self.scan.bump();
        let end = Span::from_usize(0, self.scan.at).end;
        if let Some(Open { id, count, .. }) = self.open.pop()
            && let Some(value) = self.values.get_mut(id.0 as usize)
        {
            value.span.end = end;
            value.count = count;
            if value.kind == Kind::Object && count > 1 {
                self.find_repeated(id);
            }
        }
    }

    /// Reads a key and its colon.
    fn key(&mut self) -> Result<(), Bad> {
        let start = self.scan.at;
        if self.scan.peek() != Some(b'"') {
            let word = self.scan.word();
            return Err(if word.is_empty() {
                self.scan.expected("a key")
            } else {
                Bad::new(start, "keys stand in double quotes")
            });
        }
        let lone = self.string()?;
        if lone {
            self.lone(self.open.last().map(|open| open.id), start);
        }
        let span = Span::from_usize(start, self.scan.at);
        self.scan.skip_space();
        if self.scan.peek() != Some(b':') {
            return Err(self.scan.expected("`:`"));
        }
        self.scan.bump();
        self.key = span;
        Ok(())
    }

    /// Adds a value that ends here below the innermost open one.
    fn add(&mut self, kind: Kind, start: usize) -> ValueId {
        let id = ValueId(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        let key_span = std::mem::take(&mut self.key);
        if let Some(open) = self.open.last_mut() {
            let before = open.last.replace(id);
            if let Some(before) = before.and_then(|last| self.values.get_mut(last.0 as usize)) {
                before.next = Some(id);
            }
            open.count = open.count.saturating_add(1);
        }
        let span = Span::from_usize(start, self.scan.at);
        self.values.push(Value { kind, span, key_span, ..NOTHING });
        id
    }

    fn path(&self, id: Option<ValueId>) -> String {
        let value = id.and_then(|id| self.values.get(id.0 as usize));
        value.and_then(|value| json_path(self.scan.source, value.span.start)).unwrap_or_default()
    }

    fn lone(&mut self, id: Option<ValueId>, start: usize) {
        if self.problems.len() < self.most {
            let span = Span::from_usize(start, self.scan.at);
            self.problems.push(lone_surrogate(self.path(id), span));
        }
    }

    fn find_repeated(&mut self, id: ValueId) {
        let Some(object) = self.values.get(id.0 as usize) else { return };
        let key = |value: &Value| decoded(self.scan.source, &self.decoded, value.key_span);
        let mut seen = HashSet::new();
        let mut reported = HashSet::new();
        let mut repeated = Vec::new();
        let mut at = object.first(id);
        while let Some(member) = at
            && let Some(value) = self.values.get(member.0 as usize)
        {
            if !seen.insert(key(value)) && reported.insert(key(value)) {
                repeated.push((key(value).to_owned(), member));
            }
            at = value.next;
        }
        let room = self.most.saturating_sub(self.problems.len());
        let found = !repeated.is_empty();
        for (key, member) in repeated.into_iter().take(room) {
            let place = self.values.get(member.0 as usize).map(|value| value.span).unwrap_or_default();
            let message = format!("the key {} stands twice in one object", super::short(&key));
            self.problems.push(
                Diagnostic::new(wire::REPEATED_KEY, Span::default(), message)
                    .arg("key", key)
                    .at_path(self.path(Some(member)))
                    .label(place, "the second time"),
            );
        }
        if let Some(object) = self.values.get_mut(id.0 as usize) {
            object.repeats = found;
        }
    }

    fn not_json(&self, bad: &Bad) -> Diagnostic {
        let source = self.scan.source;
        let place = Span::from_usize(bad.at, bad.at);
        let lines = LineIndex::new(source).line_column(place.start);
        let inner = self.open.get(..PATH_STEPS).unwrap_or(&self.open).last();
        let mut path = self.path(inner.map(|open| open.id));
        if !self.key.is_empty() && self.open.len() < PATH_STEPS {
            let key = decoded(source, &self.decoded, self.key);
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        let message = format!("not JSON at line {}, column {}: {}", lines.line, lines.column, bad.message);
        let mut problem = Diagnostic::new(wire::BAD_JSON, Span::default(), message)
            .arg("line", lines.line.to_string())
            .arg("column", lines.column.to_string())
            .at_path(path)
            .label(place, "here");
        if let Some((bytes, text)) = bad.instead {
            let title = if text.is_empty() { "take it out".to_owned() } else { format!("write {text}") };
            let span = Span::from_usize(bad.at, bad.at.saturating_add(bytes));
            problem = problem.edit(Edit::replace(span, text, title, Applicability::Safe));
        } else if self.values.is_empty()
            && source.get(bad.at..).is_some_and(|rest| {
                rest.starts_with(|c: char| {
                    c.is_alphabetic() || matches!(c, '(' | '!' | '@' | '`' | '_' | '$')
                })
            })
        {
            problem = problem.note("an expression as text is handed in as {\"dsl\": \"...\"}");
        }
        problem
    }
}

fn lone_surrogate(path: String, span: Span) -> Diagnostic {
    Diagnostic::new(
        wire::LONE_SURROGATE,
        Span::default(),
        "an escape names half of a surrogate pair, which is no character",
    )
    .at_path(path)
    .label(span, "in this string")
    .note("a character above U+FFFF is written as two escapes, such as \\ud83d\\ude00")
}
