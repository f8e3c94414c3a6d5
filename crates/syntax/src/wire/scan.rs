//! The tokens of JSON, and what to report where there is none.

use std::borrow::Cow;

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

/// One character of a string.
pub(super) enum Character {
    Is(char),
    /// Half of a surrogate pair.
    Lone,
    End,
}

/// Why the text is no JSON: what to say, and where.
pub(super) struct Bad {
    pub(super) at: usize,
    pub(super) message: Cow<'static, str>,
    /// The text only ends too early.
    pub(super) incomplete: bool,
    /// What is plainly meant instead of the bytes from `at`, and how many those are.
    pub(super) instead: Option<(usize, &'static str)>,
}

impl Bad {
    pub(super) const fn new(at: usize, message: &'static str) -> Self {
        Self::told(at, Cow::Borrowed(message))
    }
    const fn told(at: usize, message: Cow<'static, str>) -> Self {
        Self { at, message, incomplete: false, instead: None }
    }
    pub(super) const fn instead(mut self, bytes: usize, text: &'static str) -> Self {
        self.instead = Some((bytes, text));
        self
    }
}

/// Reads tokens.
pub(super) struct Scanner<'j> {
    pub(super) source: &'j str,
    pub(super) at: usize,
}

impl<'j> Scanner<'j> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }
    pub(super) const fn bump(&mut self) {
        self.at = self.at.saturating_add(1);
    }
    pub(super) fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.bump();
        }
    }
    fn rest(&self) -> &'j str {
        self.source.get(self.at..).unwrap_or("")
    }
    /// The letters and digits that are here.
    pub(super) fn word(&self) -> &'j str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    /// What was found instead of `expected`.
    pub(super) fn expected(&self, expected: &str) -> Bad {
        let at = self.at;
        match self.rest().chars().next() {
            None => {
                let message = format!("the text ends where {expected} is expected").into();
                Bad { incomplete: true, ..Bad::told(at, message) }
            }
            Some('\u{feff}') => {
                Bad::new(at, "a byte order mark does not belong in it").instead('\u{feff}'.len_utf8(), "")
            }
            Some('\'') => Bad::new(at, "strings stand in double quotes"),
            Some('/') if matches!(self.rest().as_bytes().get(1), Some(b'/' | b'*')) => {
                Bad::new(at, "JSON has no comments")
            }
            Some(c) => Bad::told(at, format!("{expected} expected, not {}", describe(c)).into()),
        }
    }

    /// Passes a string without escapes, as most are, whose opening quote is here. False for any other, at which it
    /// stays.
    pub(super) fn plain_string(&mut self) -> bool {
        let bytes = self.source.as_bytes();
        let mut at = self.at.saturating_add(1);
        while let Some(byte) = bytes.get(at) {
            at = at.saturating_add(1);
            match byte {
                b'"' => {
                    self.at = at;
                    return true;
                }
                b'\\' | 0..0x20 => break,
                _ => {}
            }
        }
        false
    }

    /// Reads a string whose opening quote is here. The second is whether it has a lone surrogate.
    pub(super) fn string(&mut self) -> Result<(String, bool), Bad> {
        let open = self.at;
        self.bump();
        let (mut text, mut lone) = (String::new(), false);
        loop {
            match self.character() {
                Ok(Character::Is(c)) => text.push(c),
                Ok(Character::Lone) => {
                    lone = true;
                    text.push('\u{fffd}');
                }
                Ok(Character::End) => return Ok((text, lone)),
                Err(bad) if bad.incomplete => return Err(Bad { at: open, ..bad }),
                Err(bad) => return Err(bad),
            }
        }
    }

    /// Reads one character of a string, or its closing quote.
    pub(super) fn character(&mut self) -> Result<Character, Bad> {
        let at = self.at;
        let Some(c) = self.rest().chars().next() else {
            return Err(Bad { incomplete: true, ..Bad::new(at, "the string has no closing quote") });
        };
        self.at = at.saturating_add(c.len_utf8());
        match c {
            '"' => Ok(Character::End),
            '\\' => self.escape(at),
            '\n' | '\r' => Err(Bad::new(at, "a string ends on its line; a line break in it is written \\n")),
            '\t' => Err(Bad::new(at, "a tab in a string is written \\t")),
            c if c < ' ' => {
                let message = format!("this control character is written \\u{:04x}", u32::from(c));
                Err(Bad::told(at, message.into()))
            }
            c => Ok(Character::Is(c)),
        }
    }

    fn escape(&mut self, at: usize) -> Result<Character, Bad> {
        let Some(c) = self.rest().chars().next() else {
            return Err(Bad { incomplete: true, ..Bad::new(at, "the string has no closing quote") });
        };
        self.at = self.at.saturating_add(c.len_utf8());
        let plain = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.hex(at)?;
                return Ok(self.unit(unit));
            }
            _ => return Err(Bad::new(at, "JSON has no such escape; a backslash is written twice")),
        };
        Ok(Character::Is(plain))
    }

    fn hex(&mut self, escape: usize) -> Result<u16, Bad> {
        let rest = self.rest();
        let digits = rest.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
        let unit = rest.get(..4).filter(|_| digits == 4);
        let Some(unit) = unit.and_then(|unit| u16::from_str_radix(unit, 16).ok()) else {
            let incomplete = digits == rest.len();
            return Err(Bad { incomplete, ..Bad::new(escape, "\\u takes four hexadecimal digits") });
        };
        self.at = self.at.saturating_add(4);
        Ok(unit)
    }

    /// The character of a UTF-16 unit and, where it is the first half of a pair, of the one after it.
    fn unit(&mut self, unit: u16) -> Character {
        if let Some(c) = char::from_u32(u32::from(unit)) {
            return Character::Is(c);
        }
        let before = self.at;
        if self.rest().starts_with("\\u") {
            self.at = self.at.saturating_add(2);
            if let Ok(second) = self.hex(before)
                && let Some(Ok(c)) = char::decode_utf16([unit, second]).next()
            {
                return Character::Is(c);
            }
        }
        self.at = before;
        Character::Lone
    }

    /// Reads a number by the grammar of JSON.
    pub(super) fn number(&mut self) -> Result<(), Bad> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.bump();
        }
        let first = self.at;
        if !self.digits() {
            return Err(self.expected("a digit"));
        }
        if self.source.as_bytes().get(first) == Some(&b'0') && self.at > first.saturating_add(1) {
            return Err(Bad::new(start, "numbers have no leading zeros"));
        }
        if self.peek() == Some(b'.') {
            self.bump();
            if !self.digits() {
                return Err(self.expected("a digit behind the point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.bump();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.bump();
            }
            if !self.digits() {
                return Err(self.expected("a digit of the exponent"));
            }
        }
        if matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.')) {
            return Err(Bad::new(start, "numbers are decimal, without separators and suffixes"));
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.bump();
        }
        self.at > start
    }

    /// Reads `null`, `true` or `false`.
    pub(super) fn literal(&mut self) -> Result<Kind, Bad> {
        let word = self.word();
        let kind = match word {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "True" | "TRUE" => {
                return Err(Bad::new(self.at, "true is written in lower case").instead(word.len(), "true"));
            }
            "False" | "FALSE" => {
                return Err(Bad::new(self.at, "false is written in lower case").instead(word.len(), "false"));
            }
            "None" | "nil" | "undefined" | "NULL" | "Null" => {
                return Err(Bad::new(self.at, "nothing is written null").instead(word.len(), "null"));
            }
            "NaN" | "Infinity" => return Err(Bad::new(self.at, "NaN and infinities have no literal")),
            _ if !word.is_empty()
                && ["null", "true", "false"].iter().any(|whole| whole.starts_with(word)) =>
            {
                let incomplete = self.rest() == word;
                return Err(Bad { incomplete, ..Bad::new(self.at, "a word that is cut off") });
            }
            _ => return Err(self.expected("a value")),
        };
        self.at = self.at.saturating_add(word.len());
        Ok(kind)
    }
}

/// A character as messages name it.
fn describe(c: char) -> String {
    if c.is_ascii_graphic() || c.is_alphanumeric() {
        format!("`{c}`")
    } else {
        format!("U+{:04X}", u32::from(c))
    }
}
