//! What ends an evaluation.

use std::fmt::Write;

use probelang_diagnostic::fault::FaultCode;
use probelang_diagnostic::{Class, Code, Span, spell};
use probelang_host::{Hidden, Kind};
use probelang_redact::Mode;

use crate::Program;
use crate::program::ids::{ConstId, SymbolId};

/// The rule that hides every text.
const STRICT: &str = Mode::Strict.name();

/// Bytes of a reason, or of a rule of the policy, that are kept.
const LONGEST: usize = 87;

/// A reason that the host gave, kept without allocation: its beginning, where it is long.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason {
    len: u8,
    bytes: [u8; LONGEST],
}

impl Reason {
    /// No reason.
    pub(crate) const NONE: Self = Self { len: 0, bytes: [0; LONGEST] };

    /// `text`, or its beginning and `...`, cut between characters.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let end = if text.len() > LONGEST { "..." } else { "" };
        let mut len = text.len().min(LONGEST.saturating_sub(end.len()));
        while !text.is_char_boundary(len) {
            len = len.saturating_sub(1);
        }
        let kept = text.as_bytes().iter().take(len).chain(end.as_bytes());
        let mut reason = Self::NONE;
        for (place, byte) in reason.bytes.iter_mut().zip(kept) {
            *place = *byte;
        }
        reason.len = u8::try_from(len.saturating_add(end.len())).unwrap_or(0);
        reason
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        let bytes = self.bytes.get(..self.len as usize).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

/// What a fault is about, besides its code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Detail {
    /// Nothing more.
    None,
    /// A name: an index into the program's symbols.
    Name(SymbolId),
    /// A constant key.
    Constant(ConstId),
    /// The kind of one operand.
    Kind(Kind),
    /// The kinds of two.
    Kinds(Kind, Kind),
    /// What hides a part of a value.
    Hidden(Hidden),
}

/// What is said of a message that reached its limit.
pub(crate) fn message_cut(limit: usize) -> String {
    format!("the message was cut at {limit} characters")
}

/// A fault: what ended an evaluation, and where. Small, without text; what it says is made from the program
/// when somebody asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RawFault {
    /// Its code.
    pub code: Code,
    /// The smallest failing sub-expression, in [`Program::source`].
    pub span: Span,
    pub(crate) site: u32,
    pub(crate) detail: Detail,
    pub(crate) reason: Reason,
}

impl RawFault {
    /// Why a part of a template was rejected, as a fault.
    pub(crate) const fn refused(code: Code, span: Span) -> Self {
        Self { code, span, site: u32::MAX, detail: Detail::None, reason: Reason::NONE }
    }

    /// Its class.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code.class()
    }

    /// The source text of the failing sub-expression (canonical text for wire programs).
    #[must_use]
    pub fn expression<'p>(&self, program: &'p Program) -> &'p str {
        self.span.slice(program.source())
    }

    /// The RFC 6901 path of the failing sub-expression in a wire program.
    #[must_use]
    pub fn path(&self, program: &Program) -> Option<String> {
        program.path(self.site)
    }

    /// The host's reason, for what is unreadable.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        (self.reason.len > 0 && !matches!(self.class(), Class::Redacted)).then(|| self.reason.text())
    }

    /// The rule of the policy that hid the value, for what is redacted: a name in lower case without separators,
    /// a pattern of types, the name of a shape or pattern of texts, or `strict`; its beginning and `...` where it is longer than 87 bytes.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        (self.reason.len > 0 && matches!(self.class(), Class::Redacted)).then(|| self.reason.text())
    }

    /// What hid the value, or the part on which the answer depends, for what is redacted.
    #[must_use]
    pub fn hidden(&self) -> Option<Hidden> {
        match (FaultCode::of(self.code), self.detail) {
            (Some(FaultCode::REDACTED_NAME), _) => Some(Hidden::Name),
            (Some(FaultCode::REDACTED_TYPE), _) => Some(Hidden::Type),
            (Some(FaultCode::REDACTED_BY_HOST), _) => Some(Hidden::Host),
            (Some(FaultCode::REDACTED_PART), Detail::Hidden(hidden)) => Some(hidden),
            _ => None,
        }
    }

    /// One line: what, and why. Names and kinds, never a value.
    #[must_use]
    pub fn message(&self, program: &Program) -> String {
        let mut text = String::new();
        // a string takes any text
        let _ = self.write(program, &mut text);
        text
    }

    fn kind(&self) -> &'static str {
        match self.detail {
            Detail::Kind(kind) | Detail::Kinds(kind, _) => kind.phrase(),
            _ => "a value of another kind",
        }
    }

    const fn kinds(&self) -> Option<(Kind, Kind)> {
        if let Detail::Kinds(a, b) = self.detail { Some((a, b)) } else { None }
    }

    fn write(&self, program: &Program, out: &mut String) -> std::fmt::Result {
        let key = |id: ConstId| match program.constant(id) {
            crate::Const::Str(text) => spell::string(text).to_string(),
            crate::Const::Int(n) => n.to_string(),
            crate::Const::Uint(n) => n.to_string(),
            crate::Const::Float(n) => spell::Float(*n).to_string(),
            crate::Const::Bool(b) => b.to_string(),
            crate::Const::Null | crate::Const::Undefined => "null".to_owned(),
        };
        // names are in back quotes, as the language may need them itself
        let name = match self.detail {
            Detail::Name(id) => quoted(spell::Ident(program.symbol(id)).to_string()),
            Detail::Constant(id) => key(id),
            _ => String::new(),
        };
        let member = match self.detail {
            Detail::Name(id) => quoted(spell::Member(program.symbol(id)).to_string()),
            _ => name.clone(),
        };
        let named = !name.is_empty();
        // why a part of a template was rejected was reported with its message when it was compiled
        let Some(code) = FaultCode::of(self.code) else { return out.write_str(self.code.title()) };
        match code {
            FaultCode::UNKNOWN_NAME => write!(out, "{name} is not defined"),
            FaultCode::UNKNOWN_FIELD => write!(out, "no field {member}"),
            FaultCode::UNKNOWN_KEY if named => write!(out, "no key {name} in the map"),
            FaultCode::UNKNOWN_KEY => out.write_str("no such key in the map"),
            FaultCode::INDEX_OUT_OF_RANGE if named => write!(out, "index {name} is out of range"),
            FaultCode::INDEX_OUT_OF_RANGE => out.write_str("the index is out of range"),
            FaultCode::NEGATIVE_INDEX => out.write_str("an index cannot be negative"),
            FaultCode::FIELD_OF_NULL => write!(out, "cannot read field {member} of null"),
            FaultCode::INDEX_OF_NULL => out.write_str("cannot index null"),
            FaultCode::NO_FIELDS => write!(out, "{} has no fields", self.kind()),
            FaultCode::NOT_AT_THIS_PLACE => match program.symbol_of(self.detail) {
                "@return" => out.write_str("`@return` exists only if a method returned without an exception"),
                "@exception" => out.write_str("`@exception` exists only if a method ended with an exception"),
                other => write!(out, "`{other}` exists only when a method has ended"),
            },
            FaultCode::NO_KEY_HERE => {
                out.write_str("a list or set has no `@key` and no `@value`, its elements are `@it`")
            }
            FaultCode::OUTSIDE_PREDICATE => out.write_str("no element is bound to this name here"),
            FaultCode::UNDEFINED_VALUE => out.write_str("the value is undefined"),
            FaultCode::REDACTED_NAME if named => write!(out, "{name} is redacted by its name"),
            FaultCode::REDACTED_NAME => out.write_str("the value is redacted by the name of its key"),
            FaultCode::REDACTED_TYPE => out.write_str("the value is redacted by its type"),
            FaultCode::REDACTED_BY_HOST => out.write_str("the value was redacted when it was recorded"),
            FaultCode::REDACTED_PART => out.write_str("the answer depends on a redacted part"),
            FaultCode::REDACTED_TEXT => match self.rule() {
                Some(STRICT) | None => out.write_str("the value is a text, and texts are redacted"),
                Some(_) => out.write_str("the text would show a part that is redacted"),
            },
            FaultCode::UNREADABLE => match self.reason() {
                Some(reason) => write!(out, "the value cannot be read: {}", OneLine(reason)),
                None => out.write_str("the value cannot be read"),
            },
            FaultCode::UNREADABLE_PART => match self.reason() {
                Some(reason) => {
                    write!(out, "the answer depends on a part that cannot be read: {}", OneLine(reason))
                }
                None => out.write_str("the answer depends on a part that cannot be read"),
            },
            FaultCode::CUT_COLLECTION => match self.reason() {
                Some(reason) => {
                    write!(out, "the answer depends on elements that were not captured: {}", OneLine(reason))
                }
                None => out.write_str("the answer depends on elements that were not captured"),
            },
            FaultCode::CUT_TEXT => out.write_str("the answer depends on text that was not captured"),
            FaultCode::NO_IDENTITY => out.write_str("two objects without identity cannot be compared"),
            FaultCode::NOT_BOOLEAN => write!(out, "expected a Boolean, found {}", self.kind()),
            FaultCode::NOT_ORDERED => match self.kinds() {
                Some((a, b)) if a == b => write!(out, "cannot order {} and another", a.phrase()),
                Some((a, b)) => write!(out, "cannot order {} and {}", a.phrase(), b.phrase()),
                None => out.write_str("cannot order these values"),
            },
            FaultCode::NO_LENGTH => write!(out, "{} has no length", self.kind()),
            FaultCode::NOT_TEXT => write!(out, "expected a string, found {}", self.kind()),
            FaultCode::ARGUMENT_NOT_TEXT => {
                write!(out, "the second argument must be a string, found {}", self.kind())
            }
            FaultCode::NOT_COLLECTION => write!(out, "expected a list, set or map, found {}", self.kind()),
            FaultCode::NOT_INDEXABLE => write!(out, "{} cannot be indexed", self.kind()),
            FaultCode::BAD_INDEX => match self.kinds() {
                Some((of, index)) => write!(out, "{} is not an index of {}", index.phrase(), of.phrase()),
                None => out.write_str("not an index of this collection"),
            },
            FaultCode::NOT_SEARCHABLE => write!(out, "{} cannot contain anything", self.kind()),
            FaultCode::BOUND_NOT_INTEGER => {
                write!(out, "a bound of substring must be an integer, found {}", self.kind())
            }
            FaultCode::NOT_NUMBER => write!(out, "expected a number, found {}", self.kind()),
            FaultCode::UNLIKE_KINDS => match self.kinds() {
                Some((a, b)) => write!(out, "cannot compare {} with {}", a.phrase(), b.phrase()),
                None => out.write_str("values of unlike kinds cannot be compared"),
            },
            FaultCode::MEMBER_OF_COLLECTION => write!(out, "{} has no members", self.kind()),
            FaultCode::UNDEFINED_OPERAND => out.write_str("the operand is undefined"),
            FaultCode::REDACTED_OPERAND => out.write_str("the operand is redacted"),
            FaultCode::PATTERN_NOT_TEXT => write!(out, "a pattern must be a string, found {}", self.kind()),
            FaultCode::UNKNOWN_TYPE => match self.detail {
                Detail::Constant(id) => match program.constant(id) {
                    crate::Const::Str(text) => write!(out, "no type {} is known", spell::string(text)),
                    _ => out.write_str("no such type is known"),
                },
                _ => out.write_str("no such type is known"),
            },
            FaultCode::START_AFTER_END => out.write_str("substring starts after its end"),
            FaultCode::NEGATIVE_BOUND => out.write_str("a bound of substring cannot be negative"),
            FaultCode::BOUND_BEYOND_END => {
                out.write_str("a bound of substring lies beyond the end of the string")
            }
            FaultCode::NOT_FINITE => out.write_str("a metric must be a finite number"),
            FaultCode::STEPS => out.write_str("the evaluation takes too many steps"),
            FaultCode::DEADLINE => out.write_str("the evaluation takes too long"),
            FaultCode::NESTING => out.write_str("the compared values nest too deeply"),
            FaultCode::COLLECTION_SIZE => out.write_str("the collection is too large to search"),
            FaultCode::COMPUTED_PATTERN => out.write_str("the computed pattern cannot be used"),
            FaultCode::INTERNAL => out.write_str(self.code.title()),
        }
    }
}

/// A name in back quotes; one that is written with them has them.
fn quoted(name: String) -> String {
    if name.starts_with('`') { name } else { format!("`{name}`") }
}

/// Text that a host gave, kept on one line.
struct OneLine<'a>(&'a str);

impl std::fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|c| spell::write_escaped(f, c, '\u{0}'))
    }
}

impl Program {
    fn symbol_of(&self, detail: Detail) -> &str {
        match detail {
            Detail::Name(id) => self.symbol(id),
            _ => "it",
        }
    }
}
