//! Patterns written so that the regex crate reads in them what a runtime reads.

use std::borrow::Cow;

use regex_syntax::ast::{self, AssertionKind, Ast, ClassPerl, ClassPerlKind, Flag, Span};

use crate::{Dialect, PatternClasses, PatternDot, PatternLines};

impl Dialect {
    /// The pattern with what [`pattern_classes`](Self::pattern_classes), [`pattern_dot`](Self::pattern_dot) and
    /// [`pattern_lines`](Self::pattern_lines) make of `\d \w \s \b`, of `.` and of `^ $` written out. A pattern that does
    /// not read comes back as it is.
    ///
    /// What no pattern can say stays as the regex crate reads it: `\B` where `\b` is of ASCII, and `$` of
    /// [`LastBreak`](PatternLines::LastBreak) before something that takes the line break.
    ///
    /// # Cost
    /// Nothing where the three rows are portable; else linear in the pattern. The result is within
    /// [`PatternLimits::bytes_written`](crate::PatternLimits::bytes_written).
    #[must_use]
    pub fn written_out<'p>(&self, pattern: &'p str, nesting: u32) -> Cow<'p, str> {
        let portable = Self::default();
        if self.pattern_classes == portable.pattern_classes
            && self.pattern_dot == portable.pattern_dot
            && self.pattern_lines == portable.pattern_lines
        {
            return Cow::Borrowed(pattern);
        }
        let Ok(ast) = ast::parse::ParserBuilder::new().nest_limit(nesting).build().parse(pattern) else {
            return Cow::Borrowed(pattern);
        };
        let writer =
            Writer { dialect: self, flags: PatternFlags::START, outer: Vec::new(), tokens: Vec::new() };
        // the writer reports no error
        let tokens = ast::visit(&ast, writer).unwrap_or_default();
        let mut written = String::with_capacity(pattern.len());
        let mut at = 0;
        for (span, token) in tokens {
            written.push_str(pattern.get(at..span.start.offset).unwrap_or_default());
            written.push_str(token);
            at = span.end.offset;
        }
        written.push_str(pattern.get(at..).unwrap_or_default());
        Cow::Owned(written)
    }
}

/// How many times longer a pattern is at most when it is [written out](Dialect::written_out).
pub(super) const PATTERN_GROWTH: usize = 32;

/// The flags on which the meaning of a token depends.
///
/// ```
/// use probelang_dialect::PatternFlags;
/// use regex_syntax::ast::{Ast, parse::Parser};
///
/// let pattern = Parser::new().parse("(?s:.)").unwrap();
/// let Ast::Group(group) = &pattern else { unreachable!() };
/// assert!(PatternFlags::START.with(group.flags().unwrap()).dot_all);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatternFlags {
    /// `s`: a dot matches line breaks too.
    pub dot_all: bool,
    /// `m`: `^` and `$` match at line breaks too.
    pub multi_line: bool,
    /// `u`: classes are Unicode's.
    pub unicode: bool,
}

impl PatternFlags {
    /// Those at the start of a pattern.
    pub const START: Self = Self { dot_all: false, multi_line: false, unicode: true };

    /// The same with these flags set and unset. They hold to the end of the group that they stand in.
    #[must_use]
    pub fn with(self, flags: &ast::Flags) -> Self {
        let state = |flag, before| flags.flag_state(flag).unwrap_or(before);
        Self {
            dot_all: state(Flag::DotMatchesNewLine, self.dot_all),
            multi_line: state(Flag::MultiLine, self.multi_line),
            unicode: state(Flag::Unicode, self.unicode),
        }
    }
}

/// Finds the tokens that are written otherwise.
struct Writer<'d> {
    dialect: &'d Dialect,
    flags: PatternFlags,
    /// Those of the groups around.
    outer: Vec<PatternFlags>,
    /// In the order of the pattern.
    tokens: Vec<(Span, &'static str)>,
}

impl Writer<'_> {
    fn put(&mut self, span: Span, token: Option<&'static str>) {
        if let Some(token) = token {
            self.tokens.push((span, token));
        }
    }

    fn class(&mut self, class: &ClassPerl, bracketed: bool) {
        if self.flags.unicode {
            self.put(class.span, perl(self.dialect.pattern_classes, class, bracketed));
        }
    }
}

impl ast::Visitor for Writer<'_> {
    type Output = Vec<(Span, &'static str)>;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.tokens)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        let dialect = self.dialect;
        match ast {
            Ast::Flags(set) => self.flags = self.flags.with(&set.flags),
            Ast::Group(group) => {
                self.outer.push(self.flags);
                if let Some(flags) = group.flags() {
                    self.flags = self.flags.with(flags);
                }
            }
            Ast::Dot(span) if !self.flags.dot_all && self.flags.unicode => {
                self.put(**span, dot(dialect.pattern_dot));
            }
            Ast::Assertion(assertion) => {
                let token = match assertion.kind {
                    AssertionKind::StartLine if !self.flags.multi_line => start(dialect.pattern_lines),
                    AssertionKind::EndLine if !self.flags.multi_line => end(dialect.pattern_lines),
                    AssertionKind::WordBoundary if self.flags.unicode => boundary(dialect.pattern_classes),
                    _ => None,
                };
                self.put(assertion.span, token);
            }
            Ast::ClassPerl(class) => self.class(class, false),
            Ast::Empty(_)
            | Ast::Literal(_)
            | Ast::Dot(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassBracketed(_)
            | Ast::Repetition(_)
            | Ast::Alternation(_)
            | Ast::Concat(_) => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        if matches!(ast, Ast::Group(_))
            && let Some(flags) = self.outer.pop()
        {
            self.flags = flags;
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), Self::Err> {
        if let ast::ClassSetItem::Perl(class) = item {
            self.class(class, true);
        }
        Ok(())
    }
}

/// `\d`, `\w`, `\s` or what is not in it. Among other items of a class no flag can be set.
fn perl(row: PatternClasses, class: &ClassPerl, bracketed: bool) -> Option<&'static str> {
    const DIGIT: [&str; 2] = ["[0-9]", "[^0-9]"];
    // a blank is escaped: under `x` it is nothing. Without `i`, under which ſ and the Kelvin sign are letters of ASCII
    const WORD: [&str; 2] = ["(?-i:[0-9A-Za-z_])", "(?-i:[^0-9A-Za-z_])"];
    const WORD_INSIDE: [&str; 2] = ["[0-9A-Za-z_]", "[^0-9A-Za-z_]"];
    const SPACE: [&str; 2] = [r"[\t-\r\x20]", r"[^\t-\r\x20]"];
    const PYTHON_SPACE: [&str; 2] = [r"[\s\x1c-\x1f]", r"[^\s\x1c-\x1f]"];
    const JAVASCRIPT_SPACE: [&str; 2] = [r"[[\s\x{feff}]--\x85]", r"[^[\s\x{feff}]--\x85]"];
    let word = if bracketed { WORD_INSIDE } else { WORD };
    let [positive, negative] = match (row, &class.kind) {
        (PatternClasses::Unicode, _) => return None,
        (PatternClasses::Python, ClassPerlKind::Digit | ClassPerlKind::Word) => return None,
        (PatternClasses::Ascii | PatternClasses::JavaScript, ClassPerlKind::Digit) => DIGIT,
        (PatternClasses::Ascii | PatternClasses::JavaScript, ClassPerlKind::Word) => word,
        (PatternClasses::Ascii, ClassPerlKind::Space) => SPACE,
        (PatternClasses::Python, ClassPerlKind::Space) => PYTHON_SPACE,
        (PatternClasses::JavaScript, ClassPerlKind::Space) => JAVASCRIPT_SPACE,
    };
    Some(if class.negated { negative } else { positive })
}

const fn boundary(row: PatternClasses) -> Option<&'static str> {
    match row {
        PatternClasses::Unicode | PatternClasses::Python | PatternClasses::Ascii => None,
        PatternClasses::JavaScript => Some(r"(?-u:\b)"),
    }
}

const fn dot(row: PatternDot) -> Option<&'static str> {
    match row {
        PatternDot::LineFeed => None,
        PatternDot::JavaScript => Some(r"[^\n\r\x{2028}\x{2029}]"),
        PatternDot::Java => Some(r"[^\n\r\x85\x{2028}\x{2029}]"),
    }
}

const fn start(row: PatternLines) -> Option<&'static str> {
    match row {
        PatternLines::Text | PatternLines::LastBreak => None,
        PatternLines::Lines => Some("(?m:^)"),
    }
}

const fn end(row: PatternLines) -> Option<&'static str> {
    match row {
        PatternLines::Text => None,
        PatternLines::LastBreak => Some(r"(?:\n?\z)"),
        PatternLines::Lines => Some("(?m:$)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Preset, Row};

    fn written(preset: Preset, pattern: &str) -> String {
        preset.dialect().written_out(pattern, 50).into_owned()
    }

    #[test]
    fn tokens_are_written_out_and_nothing_else_is() {
        let cases = [
            (Preset::Portable, r"^\d\w\s\b.$", r"^\d\w\s\b.$"),
            (Preset::Node, r"\d+\D", "[0-9]+[^0-9]"),
            (Preset::Node, r"\\d[.]\.", r"\\d[.]\."),
            (Preset::Node, r"\bé", r"(?-u:\b)é"),
            (Preset::Node, "[^\\d-]", "[^[0-9]-]"),
            (Preset::Node, "(?s:.).", r"(?s:.)[^\n\r\x{2028}\x{2029}]"),
            (Preset::Node, "(?s).|.", "(?s).|."),
            (Preset::Node, "((?s).).", r"((?s).)[^\n\r\x{2028}\x{2029}]"),
            (Preset::Node, r"(?-u:\w)", r"(?-u:\w)"),
            (Preset::Node, "(?x) . # a . comment\n", "(?x) [^\\n\\r\\x{2028}\\x{2029}] # a . comment\n"),
            (Preset::Python, "^a$", r"^a(?:\n?\z)"),
            (Preset::Python, "(?m)^a$", "(?m)^a$"),
            (Preset::Python, r"\w\s", r"\w[\s\x1c-\x1f]"),
            (Preset::Ruby, "^a$", "(?m:^)a(?m:$)"),
            (Preset::Ruby, r"[\w]\W", "[[0-9A-Za-z_]](?-i:[^0-9A-Za-z_])"),
            (Preset::Ruby, r"(", "("),
        ];
        for (preset, pattern, expected) in cases {
            assert_eq!(written(preset, pattern), expected, "{} {pattern}", preset.name());
        }
    }

    #[test]
    fn what_is_written_out_reads_and_keeps_its_bound() {
        let tokens = [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", ".", "^", "$", r"\b", r"\B"];
        let around = ["{}", "[{}]", "[^a{}]", "(?i:{})", "({}|a)*", "(?x:{} )", "[a&&{}]"];
        for classes in 0..Row::PatternClasses.choices().len() {
            for (lines, dots) in [(0, 0), (1, 1), (2, 2)] {
                let mut dialect = Dialect::default();
                Row::PatternClasses.set(&mut dialect, classes);
                Row::PatternLines.set(&mut dialect, lines);
                Row::PatternDot.set(&mut dialect, dots);
                for pattern in tokens.iter().flat_map(|t| around.iter().map(|a| a.replace("{}", t))) {
                    let reads = regex_syntax::parse(&pattern).is_ok();
                    let written = dialect.written_out(&pattern, 50);
                    assert_eq!(regex_syntax::parse(&written).is_ok(), reads, "{pattern}: {written}");
                    assert!(written.len() <= pattern.len() * PATTERN_GROWTH);
                }
            }
        }
    }
}
