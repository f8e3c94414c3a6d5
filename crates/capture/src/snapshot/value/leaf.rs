//! A value that is not expanded: a scalar, a text up to its limits, or why there is none.

use probelang_diagnostic::spell::{push_float, push_json_content};
use probelang_host::{Handle, Hidden, Scratch, Size, Value};
use probelang_redact::{MASK, Mode};

use super::super::plain::{kind, type_name};
use super::super::{index::Missing, reason};
use super::{NOT_NULL, ValueSink};
use crate::Reader;
use crate::walk::{
    BYTES_PER_STEP, DEPTH, Found, Leaf, NO_DIGITS, Place, digits, redacts_type, shows_scalars,
};

/// Bytes of text that are written between two looks at the budget.
const PIECE: usize = 16 * 1_024;
/// Bytes after the end of what is shown that may be looked at for a secret that begins in it.
const LOOKED_AT: usize = 32 * 1_024;
/// Bytes of text whose characters are counted for one step: counting is faster than writing.
const COUNTED_PER_STEP: usize = 1_024;

impl ValueSink<'_> {
    /// Writes a value that is not expanded, whose type has the name `own`, if the host gives it one.
    pub(super) fn leaf_of_type<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        leaf: Leaf<'a>,
        found: &Found<'_, 'a>,
        own: Option<&str>,
    ) {
        let start = self.out.len();
        let typed = match found.value {
            Value::Opaque(_) => true,
            Value::BigInt(_) => own.is_some(),
            _ => false,
        };
        self.begin(own, found.value);
        let leaf = match leaf {
            Leaf::Redacted(_) => leaf,
            // a scalar has no handle that the walk could ask by
            _ if !shows_scalars(reader.policy())
                && redacts_type(reader.policy(), type_name(own, found.value)) =>
            {
                Leaf::Redacted(Hidden::Type)
            }
            _ => leaf,
        };
        if typed && let Some(kind) = kind(leaf) {
            self.out.push_str(",\"kind\":\"");
            self.out.push_str(kind);
            self.out.push('"');
            self.besides(reader, found);
        }
        if found.value.handle().is_some() {
            self.named(own);
        }
        let mut missing = Missing::Nothing;
        match leaf {
            Leaf::Undefined => {}
            Leaf::Null => self.out.push_str(",\"isNull\":true"),
            Leaf::Bool(truth) => self.plain(if truth { "true" } else { "false" }),
            Leaf::Int(n) => self.plain(itoa::Buffer::new().format(n)),
            Leaf::Uint(n) => self.plain(itoa::Buffer::new().format(n)),
            Leaf::BigInt(integer) => missing = self.big(reader, integer),
            Leaf::Float(n) => self.float(n),
            Leaf::Text(name) if self.key_is_name && found.place == Place::Key => {
                missing = self.text(reader, name, false, Mode::Targeted);
            }
            Leaf::Text(text) => missing = self.text(reader, text, false, self.mode),
            Leaf::Doubtful(text, why) => {
                // for people: an expression must not take it for certain
                let is_whole = self.opaque(reader, text);
                missing = match is_whole {
                    true => self.not_captured(&reader.policy().masked_reason(why)),
                    false => self.not_captured(reason::REDACTED_VALUE),
                };
            }
            Leaf::CutText(text) => missing = self.text(reader, text, true, self.mode),
            Leaf::Constant(name) => {
                self.doubt(reader, found);
                self.besides(reader, found);
                missing = self.constant(reader, name);
            }
            Leaf::Opaque(text) => {
                let is_whole = text.is_none_or(|text| self.opaque(reader, text));
                if is_whole {
                    self.out.push_str(NOT_NULL);
                }
                missing = self.not_captured(if is_whole { reason::OPAQUE } else { reason::REDACTED_VALUE });
            }
            Leaf::Unreadable(why) => {
                let why = &*reader.policy().masked_reason(why);
                if let Value::Cut(handle) = *found.value
                    && let Size::Known(size) = reader.host().len(handle)
                {
                    self.size(size);
                    missing = self.not_captured(why);
                } else if matches!(found.value, Value::Cut(_)) {
                    if why != DEPTH {
                        self.out.push_str(NOT_NULL);
                    }
                    missing = self.not_captured(why);
                } else if why == DEPTH {
                    // of what is cut by depth it is known that it is not null
                    missing = self.not_captured(reason::UNREADABLE);
                } else {
                    missing = self.not_captured(why);
                }
            }
            Leaf::Redacted(hidden) => {
                missing = self.not_captured(match hidden {
                    Hidden::Name | Hidden::NameOf(_) | Hidden::Host => reason::REDACTED_NAME,
                    Hidden::Type | Hidden::TypeOf(_) => reason::REDACTED_TYPE,
                });
            }
            Leaf::Deep(count) => {
                match (*found.value, count) {
                    (_, Some(count)) => self.size(count),
                    (Value::List(handle) | Value::Set(handle) | Value::Map(handle), None) => {
                        if let Size::Known(size) = reader.host().len(handle) {
                            self.size(size);
                        }
                    }
                    _ => {}
                }
                missing = self.not_captured(DEPTH);
            }
            // keys are expanded
            Leaf::Key => missing = self.not_captured(reason::OPAQUE),
        }
        self.out.push('}');
        self.index.leaf(start, self.out.len(), missing);
    }

    /// Writes a text that needs no escapes.
    fn plain(&mut self, text: &str) {
        self.out.push_str(",\"value\":\"");
        self.out.push_str(text);
        self.out.push('"');
    }

    /// Writes an integer beyond 64 bits, whole or not at all.
    fn big<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, integer: Handle) -> Missing {
        let mut scratch = Scratch::new();
        let Ok(digits) = digits(reader, integer, &mut scratch) else {
            self.exhausted = true;
            return self.not_captured(reason::TIMEOUT);
        };
        match digits {
            Some(digits) if digits.len() > self.cap.saturating_sub(self.out.len()) => {
                self.not_captured(reason::TOO_LARGE)
            }
            Some(digits) => {
                self.plain(digits);
                Missing::Nothing
            }
            None => self.not_captured(NO_DIGITS),
        }
    }

    fn float(&mut self, float: f64) {
        self.out.push_str(",\"value\":\"");
        push_float(self.out, float);
        self.out.push('"');
    }

    /// Writes a string up to the limit; `cut` says that it is itself only a beginning. What of it is hidden under
    /// `mode` is found before the limit cuts anything, and a part that goes on after the limit is hidden whole.
    fn text<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        text: &str,
        cut: bool,
        mode: Mode,
    ) -> Missing {
        let mut kept = self.kept(reader, text).len();
        let masks = match mode {
            Mode::Off => Vec::new(),
            // also a name under the strict mode
            Mode::Targeted => self.masks(reader, text, &mut kept),
            Mode::Strict if text.is_empty() => Vec::new(),
            Mode::Strict => {
                self.masked = self.masked.saturating_add(1);
                if !cut {
                    self.characters(reader, text);
                }
                return self.not_captured(reason::REDACTED_VALUE);
            }
        };
        self.out.push_str(",\"value\":\"");
        let written = self.shown(reader, text, kept, &masks);
        self.out.push('"');
        if cut || written < text.len() {
            self.out.push_str(",\"truncated\":true");
            if !cut {
                self.characters(reader, text);
            }
        }
        if masks.is_empty() { Missing::Nothing } else { self.not_captured(reason::REDACTED_VALUE) }
    }

    /// Writes how many characters a text has, if that can be paid.
    fn characters<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) {
        if self.afford(reader, text.len().div_ceil(COUNTED_PER_STEP)) {
            self.size(text.chars().count() as u64);
        }
    }

    /// The hidden parts that start in the first `kept` bytes of a text, which become 0 where looking at it cannot be
    /// paid.
    fn masks<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        text: &str,
        kept: &mut usize,
    ) -> Vec<(usize, usize)> {
        // writing pays for what is written
        let beyond = text.len().min(kept.saturating_add(LOOKED_AT)).saturating_sub(*kept);
        if beyond > 0 && !self.afford(reader, beyond.div_ceil(BYTES_PER_STEP)) {
            *kept = 0;
            return Vec::new();
        }
        // most texts have none, and the list then takes no memory
        let masks: Vec<_> =
            reader.policy().masks_of_name_before(text, *kept).map(|mask| (mask.start, mask.end)).collect();
        self.masked = self.masked.saturating_add(masks.len() as u64);
        masks
    }

    /// Writes the first `kept` bytes of a text with the hidden parts masked: how many bytes of it that covers.
    fn shown<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        text: &str,
        kept: usize,
        masks: &[(usize, usize)],
    ) -> usize {
        let mut at = 0;
        for &(start, end) in masks {
            let before = text.get(at..start).unwrap_or_default();
            let written = self.content(reader, before);
            if written < before.len() || self.out.len() >= self.cap {
                return at.saturating_add(written);
            }
            self.out.push_str(MASK);
            at = end;
        }
        let rest = text.get(at..kept).unwrap_or_default();
        at.saturating_add(self.content(reader, rest))
    }

    /// The beginning of `text` that the limits leave.
    fn kept<'a, 't, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &'t str) -> &'t str {
        let room = text.len().min(self.cap.saturating_sub(self.out.len()));
        if room <= self.limits.length && room == text.len() {
            // as many bytes are no more characters than that
            return text;
        }
        let start = text.get(..text.floor_char_boundary(room)).unwrap_or_default();
        if !self.afford(reader, start.len().min(self.limits.length).div_ceil(COUNTED_PER_STEP)) {
            return "";
        }
        let end = start.char_indices().nth(self.limits.length).map_or(start.len(), |(at, _)| at);
        start.get(..end).unwrap_or_default()
    }

    /// Writes what is between the quotes, as far as the budget goes: how many bytes of `text` were written.
    fn content<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) -> usize {
        let mut rest = text;
        // a long text in pieces, so that the clock is read between them
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
            if !self.afford(reader, piece.len().div_ceil(BYTES_PER_STEP)) {
                break;
            }
            push_json_content(self.out, piece);
            rest = after;
            // escapes may have made it longer
            if self.out.len() >= self.calm && self.ended_by_size().is_some() {
                break;
            }
        }
        text.len().saturating_sub(rest.len())
    }

    /// Writes the name of an enum constant. A part of one would be another.
    fn constant<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, name: &str) -> Missing {
        if name.len() > self.cap.saturating_sub(self.out.len()) {
            return self.not_captured(reason::TOO_LARGE);
        }
        if !self.afford(reader, name.len().div_ceil(BYTES_PER_STEP)) {
            return self.not_captured(reason::TIMEOUT);
        }
        if self.mode != Mode::Off && reader.policy().hides_text(name) {
            self.masked = self.masked.saturating_add(1);
            return self.not_captured(reason::REDACTED_VALUE);
        }
        self.out.push_str(",\"enum\":true,\"value\":\"");
        push_json_content(self.out, name);
        self.out.push('"');
        Missing::Nothing
    }

    /// Writes the text of an opaque value for people: whether nothing of it is hidden. It is not a string that an
    /// expression may ask for, so that a reason follows it, and nothing says where it was cut.
    fn opaque<'a, R: Reader<'a> + ?Sized>(&mut self, reader: &mut R, text: &str) -> bool {
        let mut kept = self.kept(reader, text).len();
        let masks = match self.mode {
            Mode::Off => Vec::new(),
            Mode::Targeted => self.masks(reader, text, &mut kept),
            Mode::Strict => {
                self.masked = self.masked.saturating_add(1);
                return false;
            }
        };
        self.out.push_str(",\"value\":\"");
        let written = self.shown(reader, text, kept, &masks);
        self.out.push_str(if written < text.len() { "...\"" } else { "\"" });
        masks.is_empty()
    }
}
