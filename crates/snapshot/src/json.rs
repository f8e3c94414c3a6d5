//! JSON into the arena: strict in form, tolerant in what the format leaves open.
//!
//! A key that comes twice is no error, the last value counts. Integers are exact, `-0` is 0. An escaped half of a surrogate pair is U+FFFD: tracers that count UTF-16 units cut between the
//! two. No recursion; nesting is limited before memory grows with it.

use probelang_diagnostic::{Code, input};

use crate::MAX_DEPTH;
use crate::lookup::unique_entries;
use crate::plan::{Keep, Member, Plan};
use crate::skip::{Stopped, Watch, byte, plain, skip, space};
use crate::store::{Items, NO_META, Node, Store, Text};
use crate::types::integer;

/// What is said of a value that was not kept, should anybody ask.
const NOT_READ: &str = "not read";

/// Where and why a text is not JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Broken {
    pub(crate) offset: usize,
    pub(crate) code: Code,
    pub(crate) message: &'static str,
}

/// Reads `text`, one value and white space, into `store`.
///
/// # Errors
/// [`Broken`], also for text behind the value; the store then holds parts that nothing refers to.
pub(crate) fn read(text: &str, store: &mut Store, scratch: &mut Scratch) -> Result<u32, Broken> {
    Reader::new(text, store, scratch, None).text()
}

/// Reads of `text` what `plan` keeps. All of it is checked as [`read`] does.
///
/// # Errors
/// Why it cannot be read by that plan: only [`read`] can say what is wrong with a text.
pub(crate) fn read_part(
    text: &str,
    store: &mut Store,
    scratch: &mut Scratch,
    plan: Plan<'_>,
) -> Result<u32, Stopped> {
    let mut reader = Reader::new(text, store, scratch, Some(plan));
    let read = reader.text();
    let stopped = reader.stopped;
    read.map_err(|_| stopped)
}

/// Memory that reading needs, to be used again.
#[derive(Clone, Default, Debug)]
pub(crate) struct Scratch {
    open: Vec<Open>,
    pending: Vec<Node>,
}

/// A collection whose end was not read yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// Whether it has keys.
    pub(crate) object: bool,
    /// Where its children start among the pending nodes.
    start: usize,
    /// What is kept of it; of an array what is kept of each element.
    pub(crate) keep: Keep,
    /// It is a document of its own: the whole text, or an element of an array that is.
    pub(crate) top: bool,
    /// It is under the key that an event has its snapshot in.
    pub(crate) inside: bool,
}

struct Reader<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    store: &'s mut Store,
    open: &'s mut Vec<Open>,
    /// Children of the open collections.
    pending: &'s mut Vec<Node>,
    /// What is kept; everything without one.
    plan: Option<Plan<'s>>,
    /// The value that is due is under the key that an event has its snapshot in.
    inside: bool,
    /// What stands for values that are not kept.
    absent: Node,
    /// Why nothing was read, if so.
    stopped: Stopped,
}

/// What comes after a value.
enum Next {
    /// Another one, of which so much is kept.
    Value(Keep),
    /// The end of all.
    End(Node),
}

impl<'t, 's> Reader<'t, 's> {
    fn new(text: &'t str, store: &'s mut Store, scratch: &'s mut Scratch, plan: Option<Plan<'s>>) -> Self {
        let Scratch { open, pending } = scratch;
        open.clear();
        pending.clear();
        let absent = if plan.is_some() { Node::Unreadable(store.push_text(NOT_READ)) } else { Node::Null };
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            store,
            open,
            pending,
            plan,
            inside: false,
            absent,
            stopped: Stopped::Broken,
        }
    }

    /// One value, and white space.
    fn text(&mut self) -> Result<u32, Broken> {
        let root = self.document()?;
        let root = self.store.push(root);
        self.space();
        if self.at < self.bytes.len() {
            return self.fail("there is text behind the JSON value");
        }
        Ok(root)
    }

    fn document(&mut self) -> Result<Node, Broken> {
        let mut keep = self.plan.map_or(Keep::All, |plan| plan.root());
        loop {
            // a value is due
            self.space();
            let node = match self.peek() {
                Some(_) if keep == Keep::Nothing => {
                    self.skip()?;
                    self.absent
                }
                Some(b'{') => {
                    self.begin(true, keep)?;
                    self.space();
                    if self.peek() != Some(b'}') {
                        if let Some(next) = self.member()? {
                            keep = next;
                            continue;
                        }
                    } else {
                        self.step();
                    }
                    self.end()
                }
                Some(b'[') => {
                    let of_each =
                        self.plan.map_or(Keep::All, |plan| plan.of_each(keep, self.open.is_empty()));
                    self.begin(false, of_each)?;
                    self.space();
                    if self.peek() != Some(b']') {
                        keep = of_each;
                        continue;
                    }
                    self.step();
                    self.end()
                }
                Some(b'"') => Node::Str(self.string()?),
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word("true", Node::Bool(true))?,
                Some(b'f') => self.word("false", Node::Bool(false))?,
                Some(b'n') => self.word("null", Node::Null)?,
                Some(_) => return self.fail("a JSON value was expected"),
                None => return self.fail("the JSON ends where a value was expected"),
            };
            match self.follow(node)? {
                Next::Value(next) => keep = next,
                Next::End(root) => return Ok(root),
            }
        }
    }

    /// Puts a finished value in its place and reads on to where the next is due.
    fn follow(&mut self, mut node: Node) -> Result<Next, Broken> {
        loop {
            let Some(open) = self.open.last().copied() else { return Ok(Next::End(node)) };
            self.pending.push(node);
            self.space();
            match (self.peek(), open.object) {
                (Some(b','), true) => {
                    self.step();
                    self.space();
                    match self.member()? {
                        Some(next) => return Ok(Next::Value(next)),
                        None => node = self.end(),
                    }
                }
                (Some(b','), false) => {
                    self.step();
                    return Ok(Next::Value(open.keep));
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.step();
                    node = self.end();
                }
                (None, _) => return self.fail("the JSON ends inside an object or array"),
                (Some(_), true) => return self.fail("`,` or `}` was expected"),
                (Some(_), false) => return self.fail("`,` or `]` was expected"),
            }
        }
    }

    fn begin(&mut self, object: bool, keep: Keep) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            let message = "the data nests deeper than 512 levels";
            return Err(Broken { offset: self.at, code: input::DATA_TOO_DEEP, message });
        }
        self.step();
        let top = match self.open.as_slice() {
            [] => true,
            [only] => !only.object,
            _ => false,
        };
        let inside = std::mem::take(&mut self.inside);
        self.open.push(Open { object, start: self.pending.len(), keep, top, inside });
        Ok(())
    }

    /// Ends the innermost open collection.
    fn end(&mut self) -> Node {
        let Some(Open { object, start, .. }) = self.open.pop() else { return Node::Null };
        let children = self.pending.len().saturating_sub(start);
        let first = self.store.extend(self.pending.drain(start..));
        let count = if object { children / 2 } else { children };
        // fewer than the bytes of the input, which are counted in 32 bits
        let items = Items { first, len: u32::try_from(count).unwrap_or(u32::MAX), meta: NO_META };
        if object { Node::Map(unique_entries(self.store, items)) } else { Node::List(items) }
    }

    /// A key is due in an object. Skips members that are not kept: what is kept of the value that is due then, or `None`
    /// at the end of the object.
    fn member(&mut self) -> Result<Option<Keep>, Broken> {
        let Some(plan) = self.plan else { return self.key().map(|_| Some(Keep::All)) };
        loop {
            let kept = self.pending.len();
            let text = self.store.text_end();
            let start = self.at;
            let end = plain(self.bytes, start.saturating_add(1));
            let is_plain = self.peek() == Some(b'"') && byte(self.bytes, end) == b'"';
            let escaped = if is_plain {
                self.at = end.saturating_add(1);
                self.colon()?;
                None
            } else {
                Some(self.key()?)
            };
            self.space();
            let Some(open) = self.open.last_mut() else { return Ok(None) };
            let key = match escaped {
                Some(key) => self.store.text(key).as_bytes(),
                None => self.bytes.get(start.saturating_add(1)..end).unwrap_or_default(),
            };
            let is_object = byte(self.bytes, self.at) == b'{';
            let mut member = plan.member(open, key, is_object);
            let mut after = None;
            if member == Member::Spared {
                let watch = Watch::Events { inside: false };
                match skip(self.bytes, self.at, self.open.len(), watch) {
                    Ok(end) => after = Some(end),
                    Err(Stopped::Event) => member = Member::Kept { keep: Keep::Around, inside: false },
                    Err(Stopped::Broken) => return self.fail("a JSON value was expected"),
                }
            }
            match member {
                Member::Kept { keep, inside } => {
                    self.inside = inside;
                    if escaped.is_none() {
                        let key = self.text.get(start.saturating_add(1)..end).unwrap_or_default();
                        let key = self.store.push_text(key);
                        self.pending.push(Node::Str(key));
                    }
                    return Ok(Some(keep));
                }
                Member::Event => {
                    self.stopped = Stopped::Event;
                    return self.fail("a snapshot");
                }
                Member::Skipped { .. } | Member::Spared => {
                    self.inside = matches!(member, Member::Skipped { inside: true });
                    self.pending.truncate(kept);
                    self.store.text_mut().truncate(text);
                    match after {
                        Some(end) => self.at = end,
                        None => self.skip()?,
                    }
                    self.space();
                    match self.peek() {
                        Some(b',') => {
                            self.step();
                            self.space();
                        }
                        Some(b'}') => {
                            self.step();
                            return Ok(None);
                        }
                        _ => return self.fail("`,` or `}` was expected"),
                    }
                }
            }
        }
    }

    /// Skips the value that is due.
    fn skip(&mut self) -> Result<(), Broken> {
        let watch = self.plan.map_or(Watch::Nothing, |plan| plan.watch(std::mem::take(&mut self.inside)));
        match skip(self.bytes, self.at, self.open.len(), watch) {
            Ok(end) => {
                self.at = end;
                Ok(())
            }
            Err(stopped) => {
                self.stopped = stopped;
                self.fail("a JSON value was expected")
            }
        }
    }

    fn key(&mut self) -> Result<Text, Broken> {
        match self.peek() {
            Some(b'"') => {}
            Some(_) => return self.fail("a key in double quotes was expected"),
            None => return self.fail("the JSON ends inside an object or array"),
        }
        let key = self.string()?;
        self.pending.push(Node::Str(key));
        self.colon()?;
        Ok(key)
    }

    fn colon(&mut self) -> Result<(), Broken> {
        self.space();
        if self.peek() != Some(b':') {
            return self.fail("`:` was expected behind a key");
        }
        self.step();
        Ok(())
    }

    fn string(&mut self) -> Result<Text, Broken> {
        let opened = self.at;
        self.step();
        let start = self.store.text_end();
        loop {
            let from = self.at;
            self.at = plain(self.bytes, from);
            self.store.text_mut().push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                None => {
                    let message = "a string has no closing quote";
                    return Err(Broken { offset: opened, code: input::BAD_DATA, message });
                }
                Some(b'"') => {
                    self.step();
                    return Ok(self.store.text_since(start));
                }
                Some(b'\\') => self.escape()?,
                _ => return self.fail("a string holds a control character that must be escaped"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let start = self.at;
        self.step();
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.step();
                let c = self.code_point(start)?;
                self.store.text_mut().push(c);
                return Ok(());
            }
            _ => {
                self.at = start;
                return self.fail("a string holds an escape that JSON does not have");
            }
        };
        self.step();
        self.store.text_mut().push(c);
        Ok(())
    }

    /// The character of `\uXXXX`, behind the `u`; of a pair of them where it is a surrogate pair.
    fn code_point(&mut self, start: usize) -> Result<char, Broken> {
        let high = self.unit(start)?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        if self.bytes.get(before..before.saturating_add(2)) == Some(b"\\u") {
            self.at = before.saturating_add(2);
            let low = self.unit(before)?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000_u32.saturating_add((high & 0x3ff) << 10 | (low & 0x3ff));
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // two characters: this half alone, and whatever the other escape says
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn unit(&mut self, start: usize) -> Result<u32, Broken> {
        let digits = self.text.get(self.at..self.at.saturating_add(4));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                self.at = self.at.saturating_add(4);
                Ok(unit)
            }
            None => {
                self.at = start;
                self.fail("an escape of a string needs four hexadecimal digits behind `\\u`")
            }
        }
    }

    fn number(&mut self) -> Result<Node, Broken> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.step();
        }
        let whole = self.digits();
        if whole == 0 {
            self.at = start;
            return self.fail("a number has no digits");
        }
        if whole > 1 && self.bytes.get(self.at.saturating_sub(whole)) == Some(&b'0') {
            self.at = start;
            return self.fail("a number begins with a zero");
        }
        let mut float = false;
        if self.peek() == Some(b'.') {
            self.step();
            float = true;
            if self.digits() == 0 {
                self.at = start;
                return self.fail("a number has no digits behind its point");
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.step();
            float = true;
            if let Some(b'+' | b'-') = self.peek() {
                self.step();
            }
            if self.digits() == 0 {
                self.at = start;
                return self.fail("a number has no digits in its exponent");
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if float {
            return Ok(Node::Float(text.parse().unwrap_or(f64::NAN)));
        }
        Ok(self.store.push_scalar(integer(text)))
    }

    fn digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at = self.at.saturating_add(count);
        count
    }

    fn word(&mut self, word: &str, node: Node) -> Result<Node, Broken> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let longer = rest.as_bytes().get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
        if !rest.starts_with(word) || longer {
            return self.fail("a JSON value was expected");
        }
        self.at = self.at.saturating_add(word.len());
        Ok(node)
    }

    fn space(&mut self) {
        self.at = space(self.bytes, self.at);
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn fail<T>(&self, message: &'static str) -> Result<T, Broken> {
        Err(Broken { offset: self.at, code: input::BAD_DATA, message })
    }
}
