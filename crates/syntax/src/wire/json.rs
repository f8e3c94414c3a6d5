//! A JSON text as an arena of values.
//!
//! A reader of our own: numbers stay the tokens that were written (2^64 and `-0` are no floats), keys that
//! stand twice and lone surrogates are seen, and nesting lies on the heap. Memory and time are linear in
//! the text.

use std::borrow::Cow;
use std::collections::HashSet;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, LineIndex, Span, wire};

use super::scan::{Bad, Character, Scanner};

/// A value of a [`Document`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ValueId(u32);

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    String,
    List,
    Object,
}

impl Kind {
    /// With its article, for messages.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// How a value hangs in the one above it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step<'j> {
    Root,
    Index(u32),
    Key(Cow<'j, str>),
}

#[derive(Debug)]
pub(super) struct Value<'j> {
    pub(super) kind: Kind,
    /// Bytes of the JSON text.
    pub(super) span: Span,
    /// Bytes of its key with the quotes, empty where there is none.
    pub(super) key_span: Span,
    pub(super) parent: Option<ValueId>,
    pub(super) step: Step<'j>,
    /// A string, decoded.
    pub(super) text: Cow<'j, str>,
    /// How many elements or members.
    pub(super) count: u32,
    /// An object with a key that stands twice, which was reported.
    pub(super) repeats: bool,
    first: Option<ValueId>,
    next: Option<ValueId>,
}

/// A JSON text that was read.
#[derive(Debug)]
pub(super) struct Document<'j> {
    pub(super) source: &'j str,
    values: Vec<Value<'j>>,
}

/// The outcome: a document unless the text is no JSON, and what is wrong, each with its place.
pub(super) struct Outcome<'j> {
    pub(super) document: Option<Document<'j>>,
    pub(super) problems: Vec<Diagnostic>,
    /// The text only ends too early.
    pub(super) incomplete: bool,
}

const NOTHING: Value<'static> = Value {
    kind: Kind::Null,
    span: Span::new(0, 0),
    key_span: Span::new(0, 0),
    parent: None,
    step: Step::Root,
    text: Cow::Borrowed(""),
    count: 0,
    repeats: false,
    first: None,
    next: None,
};

impl<'j> Document<'j> {
    pub(super) const ROOT: ValueId = ValueId(0);

    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }
    pub(super) fn value(&self, id: ValueId) -> &Value<'j> {
        self.values.get(id.0 as usize).unwrap_or(const { &NOTHING })
    }
    pub(super) const fn index(id: ValueId) -> usize {
        id.0 as usize
    }
    /// The elements of a list or the members of an object, in order.
    pub(super) fn children(&self, id: ValueId) -> impl Iterator<Item = ValueId> + '_ {
        std::iter::successors(self.value(id).first, |&child| self.value(child).next)
    }
    /// The members of an object with their keys, in order.
    pub(super) fn members(&self, id: ValueId) -> impl Iterator<Item = (&str, ValueId)> + '_ {
        self.children(id).filter_map(|child| match &self.value(child).step {
            Step::Key(key) => Some((key.as_ref(), child)),
            _ => None,
        })
    }
    /// The text of a value as it was written.
    pub(super) fn raw(&self, id: ValueId) -> &'j str {
        self.value(id).span.slice(self.source)
    }
    /// The RFC 6901 path.
    pub(super) fn path(&self, id: ValueId) -> String {
        path(&self.values, Some(id), usize::MAX)
    }
    /// The key or index by which a value hangs in the one above it; `None` for the root.
    pub(super) fn step_text(&self, id: ValueId) -> Option<Box<str>> {
        match &self.value(id).step {
            Step::Root => None,
            Step::Index(index) => Some(index.to_string().into()),
            Step::Key(key) => Some(key.as_ref().into()),
        }
    }
    /// Where byte `at` of a decoded string stands in the JSON text.
    pub(super) fn place_in_string(&self, id: ValueId, at: u32) -> u32 {
        let value = self.value(id);
        let mut scan = Scanner { source: self.source, at: value.span.start as usize };
        scan.bump();
        let mut decoded = 0usize;
        while decoded < at as usize {
            match scan.character() {
                Ok(Character::Is(c)) => decoded = decoded.saturating_add(c.len_utf8()),
                Ok(Character::Lone) => decoded = decoded.saturating_add('\u{fffd}'.len_utf8()),
                Ok(Character::End) | Err(_) => break,
            }
        }
        u32::try_from(scan.at).unwrap_or(u32::MAX)
    }
}

/// The path of `id`, without the innermost steps beyond `most`.
fn path(values: &[Value<'_>], id: Option<ValueId>, most: usize) -> String {
    let mut steps = Vec::new();
    let mut at = id.and_then(|id| values.get(id.0 as usize));
    while let Some(value) = at {
        steps.push(&value.step);
        at = value.parent.and_then(|parent| values.get(parent.0 as usize));
    }
    let mut path = String::new();
    for step in steps.into_iter().rev().take(most) {
        push_step(&mut path, step);
    }
    path
}

fn push_step(path: &mut String, step: &Step<'_>) {
    match step {
        Step::Root => {}
        Step::Index(index) => {
            path.push('/');
            path.push_str(&index.to_string());
        }
        Step::Key(key) => {
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
    }
}

/// Where a text that is no JSON broke: nested deeper than this, the path names an enclosing value.
const PATH_STEPS: usize = 64;

/// Reads `source` whole. At most `most` problems are kept, beside the one that ends the reading.
pub(super) fn read(source: &str, most: usize) -> Outcome<'_> {
    let mut reader = Reader {
        scan: Scanner { source, at: 0 },
        values: Vec::new(),
        open: Vec::new(),
        key: None,
        problems: Vec::new(),
        most,
    };
    match reader.run() {
        Ok(()) => Outcome {
            document: Some(Document { source, values: reader.values }),
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

/// A list or object that is still open, with its last child.
struct Open {
    id: ValueId,
    last: Option<ValueId>,
}

struct Reader<'j> {
    scan: Scanner<'j>,
    values: Vec<Value<'j>>,
    open: Vec<Open>,
    /// The key of the value that comes next.
    key: Option<(Cow<'j, str>, Span)>,
    problems: Vec<Diagnostic>,
    most: usize,
}

impl<'j> Reader<'j> {
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
                    let (text, lone) = self.scan.string()?;
                    let id = self.add(Kind::String, start, text);
                    if lone {
                        self.lone(Some(id), start);
                    }
                    return Ok(());
                }
                Some(b'-' | b'0'..=b'9') => {
                    self.scan.number()?;
                    self.add(Kind::Number, start, Cow::Borrowed(""));
                    return Ok(());
                }
                _ => {
                    let kind = self.scan.literal()?;
                    self.add(kind, start, Cow::Borrowed(""));
                    return Ok(());
                }
            }
        }
    }

    fn open(&mut self, kind: Kind) {
        let start = self.scan.at;
        self.scan.bump();
        let id = self.add(kind, start, Cow::Borrowed(""));
        self.open.push(Open { id, last: None });
        self.scan.skip_space();
    }

    fn close(&mut self) {
        self.scan.bump();
        let end = Span::from_usize(0, self.scan.at).end;
        if let Some(Open { id, .. }) = self.open.pop() {
            if let Some(value) = self.values.get_mut(id.0 as usize) {
                value.span.end = end;
            }
            if self.kind(id) == Kind::Object {
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
        let (key, lone) = self.scan.string()?;
        if lone {
            self.lone(self.open.last().map(|open| open.id), start);
        }
        let span = Span::from_usize(start, self.scan.at);
        self.scan.skip_space();
        if self.scan.peek() != Some(b':') {
            return Err(self.scan.expected("`:`"));
        }
        self.scan.bump();
        self.key = Some((key, span));
        Ok(())
    }

    /// Adds a value that ends here below the innermost open one.
    fn add(&mut self, kind: Kind, start: usize, text: Cow<'j, str>) -> ValueId {
        let id = ValueId(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        let (key, key_span) = self.key.take().unzip();
        let key_span = key_span.unwrap_or_default();
        let mut step = Step::Root;
        let mut parent = None;
        if let Some(open) = self.open.last_mut() {
            parent = Some(open.id);
            let before = open.last.replace(id);
            if let Some(before) = before.and_then(|last| self.values.get_mut(last.0 as usize)) {
                before.next = Some(id);
            }
            if let Some(above) = self.values.get_mut(open.id.0 as usize) {
                above.first = above.first.or(Some(id));
                step = key.map_or(Step::Index(above.count), Step::Key);
                above.count = above.count.saturating_add(1);
            }
        }
        let span = Span::from_usize(start, self.scan.at);
        self.values.push(Value { kind, span, key_span, parent, step, text, ..NOTHING });
        id
    }

    fn lone(&mut self, id: Option<ValueId>, start: usize) {
        if self.problems.len() < self.most {
            let span = Span::from_usize(start, self.scan.at);
            let path = path(&self.values, id, usize::MAX);
            self.problems.push(lone_surrogate(path, span));
        }
    }

    fn find_repeated(&mut self, id: ValueId) {
        let Some(object) = self.values.get(id.0 as usize) else { return };
        if object.count < 2 {
            return;
        }
        let mut seen = HashSet::new();
        let mut repeated = Vec::new();
        let mut reported = HashSet::new();
        let mut at = object.first;
        while let Some(value) = at.and_then(|id| self.values.get(id.0 as usize)) {
            if let Step::Key(key) = &value.step
                && !seen.insert(key.as_ref())
                && reported.insert(key.as_ref())
            {
                repeated.push((key.to_string(), at));
            }
            at = value.next;
        }
        for (key, member) in repeated.iter().take(self.most.saturating_sub(self.problems.len())) {
            let place = member.and_then(|id| self.values.get(id.0 as usize));
            self.problems.push(
                Diagnostic::new(
                    wire::REPEATED_KEY,
                    Span::default(),
                    format!("the key {} stands twice in one object", super::short(key)),
                )
                .arg("key", key.clone())
                .at_path(path(&self.values, *member, usize::MAX))
                .label(place.map_or_else(Span::default, |value| value.span), "the second time"),
            );
        }
        if let Some(object) = self.values.get_mut(id.0 as usize) {
            object.repeats = !repeated.is_empty();
        }
    }

    fn not_json(&self, bad: &Bad) -> Diagnostic {
        let source = self.scan.source;
        let place = Span::from_usize(bad.at, bad.at);
        let lines = LineIndex::new(source).line_column(source, place.start);
        let mut path = path(&self.values, self.open.last().map(|open| open.id), PATH_STEPS);
        if let Some((key, _)) = &self.key
            && self.open.len() < PATH_STEPS
        {
            push_step(&mut path, &Step::Key(Cow::Borrowed(key.as_ref())));
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
            problem = problem.edit(Edit::replace(span, text, title, Applicability::Sure));
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
