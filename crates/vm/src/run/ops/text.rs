//! String operators: `startsWith`, `endsWith`, `contains` in a string, `matches`. And strings in pieces, so
//! that the clock is read while a long one is worked on.

use std::fmt::Write;

use memchr::memmem;
use probelang_capture::Stop;
use probelang_diagnostic::{Code, fault};
use probelang_dialect::{FaultOrFalse, Matches, NullSubject, Regex, TextOp};
use probelang_host::Value;

use crate::fault::Detail;
use crate::program::ids::PatternId;
use crate::run::frame::Frame;

/// Bytes that are worked on between two looks at the budget.
pub(crate) const PIECE: usize = 64 * 1024;

/// A text as pieces of at most 64 KiB, between characters.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut at = rest.len().min(PIECE);
        while !rest.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        let (piece, behind) = rest.split_at_checked(at)?;
        rest = behind;
        Some(piece)
    })
}

/// A subject or argument that is text.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) cut: bool,
}

impl<'a> Frame<'a, '_, '_> {
    /// Whether two runs of bytes are the same, in pieces.
    pub(crate) fn same_bytes(&mut self, a: &[u8], b: &[u8], site: u32) -> Result<bool, Stop> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (a, b) in a.chunks(PIECE).zip(b.chunks(PIECE)) {
            self.charge_bytes(a.len(), site)?;
            if a != b {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether `needle` is in `text`: of a long text in pieces that overlap by the needle, so that the clock is
    /// read between them; each byte is paid for once. For a needle that is itself long all at once.
    pub(super) fn holds_text(&mut self, text: &str, needle: &str, site: u32) -> Result<bool, Stop> {
        const STRIDE: usize = PIECE / 2;
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        if needle.len() > text.len() {
            return Ok(false);
        }
        if text.len() <= PIECE || needle.len() > STRIDE {
            self.bytes(text.len(), 64, site)?;
            let found = memmem::find(text, needle).is_some();
            self.after(text.len(), site)?;
            return Ok(found);
        }
        let finder = memmem::Finder::new(needle);
        let overlap = needle.len().saturating_sub(1);
        let mut at = 0usize;
        while at < text.len() {
            let next = at.saturating_add(STRIDE).min(text.len());
            let end = next.saturating_add(overlap).min(text.len());
            self.charge_bytes(next.saturating_sub(at), site)?;
            if finder.find(text.get(at..end).unwrap_or_default()).is_some() {
                return Ok(true);
            }
            at = next;
        }
        Ok(false)
    }

    /// The subject of a string operator; `Err(answer)` where the dialect answers without looking further.
    fn subject(
        &mut self,
        value: &Value<'a>,
        other: FaultOrFalse,
        site: u32,
    ) -> Result<Result<Text<'a>, bool>, Stop> {
        let (null, code) = (self.dialect().null_subject, fault::NOT_TEXT);
        Ok(match self.plain(value) {
            Value::Str(text) => Ok(Text { text, cut: false }),
            Value::CutStr(text) => Ok(Text { text, cut: true }),
            Value::Null if null == NullSubject::Empty => Ok(Text { text: "", cut: false }),
            Value::Null if null == NullSubject::False => Err(false),
            Value::Null => return Err(self.fail_kind(code, site, value)),
            _ => {
                if let Some(stop) = self.special(value, site) {
                    return Err(stop);
                }
                if other == FaultOrFalse::False {
                    return Ok(Err(false));
                }
                return Err(self.fail_kind(code, site, value));
            }
        })
    }

    fn argument(&mut self, value: &Value<'a>, code: Code, site: u32) -> Result<Text<'a>, Stop> {
        match self.plain(value) {
            Value::Str(text) => Ok(Text { text, cut: false }),
            Value::CutStr(text) => Ok(Text { text, cut: true }),
            _ => Err(self.fail_kind(code, site, value)),
        }
    }

    pub(crate) fn text_predicate(
        &mut self,
        op: TextOp,
        subject: &Value<'a>,
        argument: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        let starts = match op {
            TextOp::Contains => return self.contains(subject, argument, site),
            TextOp::Matches => return self.matches_computed(subject, argument, site),
            TextOp::StartsWith => true,
            TextOp::EndsWith => false,
        };
        let subject = match self.subject(subject, self.dialect().other_subject, site)? {
            Ok(text) => text,
            Err(answer) => return Ok(answer),
        };
        let argument = self.argument(argument, fault::ARGUMENT_NOT_TEXT, site)?;
        if starts {
            self.starts_with(subject, argument, site)
        } else {
            self.ends_with(subject, argument, site)
        }
    }

    fn starts_with(&mut self, subject: Text<'a>, argument: Text<'a>, site: u32) -> Result<bool, Stop> {
        let shared = subject.text.len().min(argument.text.len());
        let (a, b) = (subject.text.as_bytes(), argument.text.as_bytes());
        let alike =
            self.same_bytes(a.get(..shared).unwrap_or_default(), b.get(..shared).unwrap_or_default(), site)?;
        if !alike {
            return Ok(false);
        }
        let whole = argument.text.len() <= subject.text.len();
        match (subject.cut, argument.cut) {
            (_, false) if whole => Ok(true),
            (false, _) if !whole => Ok(false),
            // it is longer than its beginning
            (false, true) if argument.text.len() == subject.text.len() => Ok(false),
            _ => Err(self.fail(fault::CUT_TEXT, site, Detail::None)),
        }
    }

    fn ends_with(&mut self, subject: Text<'a>, argument: Text<'a>, site: u32) -> Result<bool, Stop> {
        if subject.cut {
            return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
        }
        if argument.cut {
            if self.holds_text(subject.text, argument.text, site)? {
                return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
            }
            return Ok(false);
        }
        let from = subject.text.len().checked_sub(argument.text.len());
        match from.and_then(|from| subject.text.as_bytes().get(from..)) {
            Some(end) => self.same_bytes(end, argument.text.as_bytes(), site),
            None => Ok(false),
        }
    }

    /// `contains` in a string.
    pub(super) fn contains_text(
        &mut self,
        subject: Text<'_>,
        argument: Text<'_>,
        site: u32,
    ) -> Result<bool, Stop> {
        let found = self.holds_text(subject.text, argument.text, site)?;
        if found && !argument.cut {
            return Ok(true);
        }
        // a cut subject may hold it further on; a cut argument that is found may go on otherwise
        if subject.cut || (found && argument.cut) {
            return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
        }
        Ok(false)
    }

    pub(crate) fn matches(
        &mut self,
        subject: &Value<'a>,
        pattern: PatternId,
        site: u32,
    ) -> Result<bool, Stop> {
        let subject = match self.subject(subject, self.dialect().matches_subject, site)? {
            Ok(text) => text,
            Err(answer) => return Ok(answer),
        };
        let text = self.whole(subject, site)?;
        self.matches_text(text, pattern, site)
    }

    pub(crate) fn matches_text(&mut self, text: &str, pattern: PatternId, site: u32) -> Result<bool, Stop> {
        let linked = self.linked;
        match linked.program.tables.patterns.get(pattern) {
            Some(pattern) => self.search(text, &pattern.regex, site),
            None => Err(self.fail(fault::INTERNAL, site, Detail::None)),
        }
    }

    /// The subject of a pattern, which is looked at whole or not at all.
    fn whole(&mut self, subject: Text<'a>, site: u32) -> Result<&'a str, Stop> {
        if subject.cut { Err(self.fail(fault::CUT_TEXT, site, Detail::None)) } else { Ok(subject.text) }
    }

    fn search(&mut self, text: &str, regex: &Regex, site: u32) -> Result<bool, Stop> {
        self.bytes(text.len(), 16, site)?;
        let found = regex.is_match(text);
        self.after(text.len(), site)?;
        Ok(found)
    }

    fn matches_computed(
        &mut self,
        subject: &Value<'a>,
        argument: &Value<'a>,
        site: u32,
    ) -> Result<bool, Stop> {
        let subject = match self.subject(subject, self.dialect().matches_subject, site)? {
            Ok(text) => text,
            Err(answer) => return Ok(answer),
        };
        let argument = self.argument(argument, fault::PATTERN_NOT_TEXT, site)?;
        if argument.cut {
            return Err(self.fail(fault::CUT_TEXT, site, Detail::None));
        }
        let kept = self.take_pattern().filter(|kept| *kept.0 == *argument.text);
        let pattern = match kept {
            Some(kept) => kept,
            None => {
                // compiled first: a text that is too long for a pattern is never copied
                let regex = self.compile(argument.text, site)?;
                (argument.text.into(), regex)
            }
        };
        let found = self.whole(subject, site).and_then(|text| self.search(text, &pattern.1, site));
        self.keep_pattern(pattern);
        found
    }

    /// Compiles a computed pattern, within the limits, with the clock read on both sides.
    fn compile(&mut self, source: &str, site: u32) -> Result<Regex, Stop> {
        let limits = self.linked.program.tables.pattern_limits;
        if source.len() > limits.bytes {
            return Err(self.fail(fault::COMPUTED_PATTERN, site, Detail::None));
        }
        self.bytes(source.len(), 16, site)?;
        self.tick(site)?;
        let dialect = self.dialect();
        let build = |pattern: &str, nesting: u32| Regex::new(pattern, limits.compiled, nesting);
        // the pattern by itself first: `a)(b` would read between the anchors
        let built = build(source, limits.nesting).and_then(|alone| {
            let (written, nesting) = (dialect.written_out(source, limits.nesting), limits.nesting_written());
            match dialect.matches {
                Matches::Find if *written == *source => Ok(alone),
                Matches::Find => build(&written, nesting),
                Matches::Whole | Matches::Prefix => {
                    let (before, behind) = dialect.matches.anchors();
                    // a comment of a verbose pattern would swallow what comes after it
                    build(&format!("{before}{written}{behind}"), nesting)
                        .or_else(|_| build(&format!("{before}{written}\n{behind}"), nesting))
                }
            }
        });
        self.tick(site)?;
        built.map_err(|_| self.fail(fault::COMPUTED_PATTERN, site, Detail::None))
    }

    /// Charges an operation over that many bytes at once, and looks at the clock before and after a large one.
    pub(crate) fn bytes(&mut self, bytes: usize, per_step: u64, site: u32) -> Result<(), Stop> {
        self.budget.charge_bytes(bytes, per_step).map_err(|exhausted| self.exhausted(exhausted, site))
    }

    pub(crate) fn after(&mut self, bytes: usize, site: u32) -> Result<(), Stop> {
        self.budget.after_bytes(bytes).map_err(|exhausted| self.exhausted(exhausted, site))
    }

    pub(super) fn tick(&mut self, site: u32) -> Result<(), Stop> {
        self.budget.tick().map_err(|exhausted| self.exhausted(exhausted, site))
    }
}

/// A number as JavaScript turns it into a key, without allocation.
pub(crate) struct KeyText {
    bytes: [u8; 40],
    len: usize,
}

impl KeyText {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 40], len: 0 }
    }

    pub(crate) fn write(&mut self, n: impl std::fmt::Display) -> &str {
        // what does not fit is no key of any object
        let _ = write!(self, "{n}");
        self.text()
    }

    pub(crate) fn write_float(&mut self, n: f64) -> &str {
        if n.is_nan() {
            return "NaN";
        }
        if n.is_infinite() {
            return if n > 0.0 { "Infinity" } else { "-Infinity" };
        }
        if n == 0.0 {
            return "0";
        }
        if (1e-6..1e21).contains(&n.abs()) {
            return self.write(n);
        }
        // Rust writes `1e21`, JavaScript `1e+21`
        let negative = n.abs() < 1.0;
        let _ = write!(self, "{n:e}");
        if !negative && let Some(at) = self.text().find('e') {
            self.insert_plus(at.saturating_add(1));
        }
        self.text()
    }

    fn insert_plus(&mut self, at: usize) {
        let end = self.len;
        if let Some(rest) = self.bytes.get_mut(at..=end) {
            rest.rotate_right(1);
            if let Some(first) = rest.first_mut() {
                *first = b'+';
                self.len = end.saturating_add(1);
            }
        }
    }

    fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Write for KeyText {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len.saturating_add(text.len());
        match self.bytes.get_mut(self.len..end) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                self.len = end;
                Ok(())
            }
            None => Err(std::fmt::Error),
        }
    }
}
