//! Which parts of a text are hidden, and the text without them.

use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crate::shape::{Secret, Secrets, Shape, rules_out, secrets_before};
use crate::{Mode, Policy};

/// What is shown in place of a hidden part of a text.
pub const MASK: &str = "{redacted}";

/// Bytes after the part of a text that is shown in which a secret may end that begins in it.
const REACH: usize = 32 * 1024;

/// Reasons of recorders, of the engine and of its hosts for what cannot be read. They are words of a format, not text of the
/// observed program.
const REASONS: [&str; 21] = [
    "__getattr__",
    "audited",
    "collectionSize",
    "depth",
    "descriptor",
    "digits",
    "fieldCount",
    "getter",
    "length",
    "method",
    "not known yet",
    "not lent",
    "not recorded",
    "opaque",
    "payloadTooLarge",
    "property",
    "redactedIdent",
    "redactedType",
    "timeout",
    "truncated",
    "unreadable",
];

/// Matches of one pattern of your own that are hidden one by one: each search may read to the end of the text. What
/// follows the last of them is hidden as one.
const MATCHES: usize = 1_000;

/// Finds what a pattern of your own matches. This crate has no pattern engine: whoever adds a pattern brings one, as the
/// facade `probelang` does with the patterns of the function `matches`.
pub trait Finder: Debug + Send + Sync + UnwindSafe + RefUnwindSafe {
    /// The pattern as it is written. Two finders of one text are taken to be equal.
    fn text(&self) -> &str;

    /// The first part at or after the byte `from` that matches and is not empty. What comes before `from` may be looked at.
    /// In time linear in the text.
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>>;
}

/// A pattern of your own and its name.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    name: Box<str>,
    finder: Arc<dyn Finder>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.finder.text() == other.finder.text()
    }
}

impl Eq for Pattern {}

/// Why a part of a text is hidden.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MaskRule<'p> {
    /// It has the shape of a secret.
    Shape(Shape),
    /// A pattern of your own matches; its name.
    Pattern(&'p str),
    /// Every text is hidden.
    Strict,
}

impl<'p> MaskRule<'p> {
    /// The name of the shape or of the pattern, or `strict`.
    #[must_use]
    pub const fn name(self) -> &'p str {
        match self {
            Self::Shape(shape) => shape.name(),
            Self::Pattern(name) => name,
            Self::Strict => Mode::Strict.name(),
        }
    }
}

/// A hidden part of a text: its bytes from `start` to `end`. It is never empty and has whole characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mask<'p> {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The rule that hides its first byte.
    pub rule: MaskRule<'p>,
}

impl Policy {
    /// What of a text is hidden because of what it says.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The same with a mode at least as strong as `mode`: how configuration adds to what a program has chosen, and never
    /// takes from it.
    #[must_use]
    pub fn at_least(mut self, mode: Mode) -> Self {
        self.mode = self.mode.at_least(mode);
        self
    }

    /// The same, which hides of texts also what `other` hides: the stronger mode, and the shapes and patterns of both. How
    /// settings add to what a program has chosen, and never take from it.
    ///
    /// ```
    /// use probelang_redact::shape::{Shape, Shapes};
    /// use probelang_redact::{Mode, Policy};
    /// let cards = Shapes::default().without(Shape::Card);
    /// let settings = Policy::built_in().with_mode(Mode::Targeted).with_shapes(cards);
    /// assert!(!settings.hides_text("4111111111111111"));
    /// let program = Policy::none().with_mode(Mode::Targeted);
    /// assert!(settings.with_texts_of(&program).hides_text("4111111111111111"));
    /// ```
    #[must_use]
    pub fn with_texts_of(mut self, other: &Self) -> Self {
        if other.mode == Mode::Off {
            return self;
        }
        self.shapes = if self.mode == Mode::Off { other.shapes } else { self.shapes.and(other.shapes) };
        for pattern in &other.patterns {
            if !self.patterns.contains(pattern) {
                self.patterns.push(pattern.clone());
            }
        }
        self.at_least(other.mode)
    }

    /// The mode. Where it is [`Mode::Off`], no text needs to be looked at.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The shapes that [`Mode::Targeted`] looks for.
    #[must_use]
    pub fn with_shapes(mut self, shapes: crate::shape::Shapes) -> Self {
        self.shapes = shapes;
        self
    }

    /// The shapes that are looked for where the mode says so.
    #[must_use]
    pub const fn shapes(&self) -> crate::shape::Shapes {
        self.shapes
    }

    /// Adds a pattern of your own for [`Mode::Targeted`]; one of the same name is replaced. A name that is one of a shape would
    /// be taken for it in messages.
    #[must_use]
    pub fn with_pattern(mut self, name: &str, finder: Arc<dyn Finder>) -> Self {
        self.patterns.retain(|pattern| *pattern.name != *name);
        self.patterns.push(Pattern { name: name.into(), finder });
        self
    }

    /// The patterns of your own, in the order in which they were added: the name and what was written.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.patterns.iter().map(|pattern| (&*pattern.name, pattern.finder.text()))
    }

    /// The hidden parts of a text, in order; no two overlap. None under [`Mode::Off`]; the whole text under
    /// [`Mode::Strict`] unless it is empty.
    ///
    /// Linear in the text. Allocates nothing as long as no pattern of your own matches. Of such a pattern the first 1,000
    /// matches are hidden one by one, and then the rest of the text.
    ///
    /// ```
    /// use probelang_redact::{Mode, Policy};
    /// let policy = Policy::built_in().with_mode(Mode::Targeted);
    /// let text = "paid with 4111 1111 1111 1111";
    /// let masks: Vec<_> = policy.masks(text).map(|mask| (mask.rule.name(), &text[mask.start..mask.end])).collect();
    /// assert_eq!(masks, [("card", "4111 1111 1111 1111")]);
    /// assert_eq!(policy.masked(text), "paid with {redacted}");
    /// ```
    #[must_use]
    pub fn masks<'a>(&'a self, text: &'a str) -> Masks<'a> {
        self.masks_before(text, text.len())
    }

    /// Those of [`masks`](Self::masks) that start before the byte `shown`: what a text needs of which only the first
    /// `shown` bytes leave. Reads at most 32 KiB after them, so that a text of megabytes costs no more than what is shown
    /// of it. The last may end after `shown`.
    #[must_use]
    pub fn masks_before<'a>(&'a self, text: &'a str, shown: usize) -> Masks<'a> {
        self.masks_in(self.mode, text, shown)
    }

    /// The hidden parts of a name of a variable or field, or of another text that [`Mode::Strict`] shows too: those of
    /// [`Mode::Targeted`], unless the mode is [`Mode::Off`].
    #[must_use]
    pub fn masks_of_name<'a>(&'a self, name: &'a str) -> Masks<'a> {
        self.masks_of_name_before(name, name.len())
    }

    /// Those of [`masks_of_name`](Self::masks_of_name) that start before the byte `shown`, as
    /// [`masks_before`](Self::masks_before) does it.
    #[must_use]
    pub fn masks_of_name_before<'a>(&'a self, name: &'a str, shown: usize) -> Masks<'a> {
        self.masks_in(self.mode.min(Mode::Targeted), name, shown)
    }

    fn masks_in<'a>(&'a self, mode: Mode, text: &'a str, shown: usize) -> Masks<'a> {
        let text = match mode {
            Mode::Off => "",
            Mode::Strict => text,
            Mode::Targeted => {
                text.get(..text.floor_char_boundary(shown.saturating_add(REACH))).unwrap_or(text)
            }
        };
        let secrets = match mode {
            Mode::Targeted => secrets_before(text, self.shapes, shown),
            Mode::Off | Mode::Strict => secrets_before("", self.shapes, 0),
        };
        Masks {
            patterns: &self.patterns,
            is_strict: mode == Mode::Strict,
            text,
            shown,
            secrets,
            secret: None,
            matches: Vec::new(),
            begun: false,
        }
    }

    /// Whether anything of a text is hidden.
    #[must_use]
    pub fn hides_text(&self, text: &str) -> bool {
        match self.mode {
            Mode::Off => false,
            Mode::Targeted => !self.is_harmless(text) && self.finds(text),
            Mode::Strict => !text.is_empty(),
        }
    }

    /// [`hides_text`](Self::hides_text) for what is no short text, apart from it: a search takes room.
    #[inline(never)]
    fn finds(&self, text: &str) -> bool {
        self.masks(text).next().is_some()
    }

    /// Whether anything of a name is hidden.
    #[must_use]
    pub fn hides_name(&self, name: &str) -> bool {
        self.masks_of_name(name).next().is_some()
    }

    /// The text with [`MASK`] in place of each hidden part: borrowed if there is none.
    #[must_use]
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        without(text, self.masks(text))
    }

    /// The name with [`MASK`] in place of what [`masks_of_name`](Self::masks_of_name) hides: borrowed if it hides nothing.
    #[must_use]
    pub fn masked_name<'t>(&self, name: &'t str) -> Cow<'t, str> {
        if self.is_harmless(name) { Cow::Borrowed(name) } else { without(name, self.masks_of_name(name)) }
    }

    /// Whether [`Mode::Targeted`] hides nothing of a short text, as most are: a look that costs less than the beginning of a
    /// search.
    #[inline]
    fn is_harmless(&self, text: &str) -> bool {
        self.patterns.is_empty() && rules_out(text, self.shapes)
    }

    /// The reason why a value cannot be read, as it may be shown. The words of recorders and of the engine, such as `depth`,
    /// always are; any other reason is a text.
    #[must_use]
    pub fn masked_reason<'t>(&self, reason: &'t str) -> Cow<'t, str> {
        if self.mode == Mode::Off || REASONS.contains(&reason) {
            Cow::Borrowed(reason)
        } else {
            self.masked(reason)
        }
    }
}

fn without<'t>(text: &'t str, masks: Masks<'_>) -> Cow<'t, str> {
    let mut masked = String::new();
    let mut shown = 0;
    for mask in masks {
        masked.push_str(text.get(shown..mask.start).unwrap_or_default());
        masked.push_str(MASK);
        shown = mask.end;
    }
    if shown == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(text.get(shown..).unwrap_or_default());
    Cow::Owned(masked)
}

/// The iterator of [`Policy::masks`].
#[derive(Clone, Debug)]
pub struct Masks<'a> {
    patterns: &'a [Pattern],
    /// Everything is hidden.
    is_strict: bool,
    text: &'a str,
    /// No mask starts at or after it.
    shown: usize,
    secrets: Secrets<'a>,
    /// The next secret, if it was looked for and is not passed.
    secret: Option<Secret>,
    /// The next match of each pattern that has one.
    matches: Vec<Match<'a>>,
    /// Whether the first of all were looked for.
    begun: bool,
}

/// The next match of a pattern.
#[derive(Clone, Debug)]
struct Match<'a> {
    pattern: &'a Pattern,
    start: usize,
    end: usize,
    /// Matches that may still be looked for.
    left: usize,
}

impl<'a> Match<'a> {
    /// The first of a pattern at or after `from`.
    fn after(pattern: &'a Pattern, text: &str, from: usize, left: usize) -> Option<Self> {
        let found = pattern.finder.find(text, from)?;
        let start = text.floor_char_boundary(found.start).max(from);
        let end = if left == 0 { text.len() } else { text.ceil_char_boundary(found.end) };
        (start < end).then(|| Self { pattern, start, end, left: left.saturating_sub(1) })
    }
}

impl<'a> Iterator for Masks<'a> {
    type Item = Mask<'a>;

    fn next(&mut self) -> Option<Mask<'a>> {
        if self.text.is_empty() {
            return None;
        }
        if self.is_strict {
            let end = std::mem::take(&mut self.text).len();
            return Some(Mask { start: 0, end, rule: MaskRule::Strict });
        }
        if !self.begun {
            self.begun = true;
            self.secret = self.secrets.next();
            let patterns = self.patterns.iter();
            self.matches.extend(patterns.filter_map(|pattern| Match::after(pattern, self.text, 0, MATCHES)));
        }
        let mut mask = self.take_before(self.shown)?;
        // what overlaps it belongs to it
        while let Some(more) = self.take_before(mask.end) {
            mask.end = mask.end.max(more.end);
        }
        Some(mask)
    }
}

impl<'a> Masks<'a> {
    /// The first of all that are next, if it starts before `end`.
    fn take_before(&mut self, end: usize) -> Option<Mask<'a>> {
        let first = self.matches.iter().enumerate().min_by_key(|(_, next)| next.start);
        let first = first.map(|(at, next)| (at, next.clone()));
        let secret = self.secret.filter(|secret| secret.start < end);
        if let Some(secret) = secret
            && first.as_ref().is_none_or(|(_, next)| secret.start <= next.start)
        {
            self.secret = self.secrets.next();
            return Some(Mask { start: secret.start, end: secret.end, rule: MaskRule::Shape(secret.shape) });
        }
        let (at, next) = first.filter(|(_, next)| next.start < end)?;
        match Match::after(next.pattern, self.text, next.end, next.left) {
            Some(after) => {
                if let Some(place) = self.matches.get_mut(at) {
                    *place = after;
                }
            }
            None => {
                self.matches.swap_remove(at);
            }
        }
        Some(Mask { start: next.start, end: next.end, rule: MaskRule::Pattern(&next.pattern.name) })
    }
}
