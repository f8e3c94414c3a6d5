//! The tokens of a pattern that runtimes read differently.

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSetItem, Flag, FlagsItemKind, LiteralKind,
    RepetitionKind, RepetitionRange,
};

use probelang_dialect::PatternFlags;

use super::ANYTHING;

/// What is in a pattern.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Tokens {
    /// `\d \w \s`, negated or not, and `\b`.
    pub(crate) classes: bool,
    /// `.` that does not match every character.
    pub(crate) dot: bool,
    /// `^` or `$` that is the end of the text.
    pub(crate) lines: bool,
    /// `\w`, `\W`.
    pub(crate) word: bool,
    /// `\b`.
    pub(crate) boundary: bool,
    /// `\B`.
    pub(crate) not_boundary: bool,
    /// `.` or a negated class that is not repeated without bound, or a character beyond U+FFFF in brackets.
    pub(crate) one_character: bool,
    /// Any flag.
    pub(crate) flags: bool,
    /// The flag `i`.
    pub(crate) folds: bool,
    /// The flags `m` and `s`.
    pub(crate) line_flags: bool,
    /// `\A \z \a \p{…} \x{…}`.
    pub(crate) rust_escapes: bool,
    /// `[[:alpha:]]`, and operations on classes.
    pub(crate) rust_classes: bool,
    /// `(?P<name>…)`.
    pub(crate) p_names: bool,
}

/// The tokens of a pattern; none if the pattern is not valid. What [`anywhere`](super::anywhere) puts around a pattern is
/// read the same everywhere and does not count. Linear in the pattern.
pub(crate) fn tokens(pattern: &str) -> Tokens {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_prefix(ANYTHING)).unwrap_or(pattern);
    let inner = inner.strip_suffix('$').and_then(|rest| rest.strip_suffix(ANYTHING)).unwrap_or(inner);
    // a backslash before it escapes the first bracket
    let parsed = ast::parse::Parser::new().parse(inner).or_else(|_| ast::parse::Parser::new().parse(pattern));
    let Ok(ast) = parsed else { return Tokens::default() };
    let (flags, outer) = (PatternFlags::START, Vec::new());
    let reader = Reader { found: Tokens::default(), flags, outer, repeated: None };
    ast::visit(&ast, reader).unwrap_or_default()
}

struct Reader {
    found: Tokens,
    flags: PatternFlags,
    /// Those of the groups around.
    outer: Vec<PatternFlags>,
    /// What is repeated without bound.
    repeated: Option<ast::Span>,
}

impl Reader {
    fn set(&mut self, flags: &ast::Flags) {
        self.flags = self.flags.with(flags);
        for item in &flags.items {
            let FlagsItemKind::Flag(flag) = item.kind else { continue };
            self.found.flags = true;
            match flag {
                Flag::CaseInsensitive => self.found.folds = true,
                Flag::MultiLine | Flag::DotMatchesNewLine => self.found.line_flags = true,
                Flag::SwapGreed | Flag::Unicode | Flag::CRLF | Flag::IgnoreWhitespace => {}
            }
        }
    }

    fn class(&mut self, class: &ClassPerl) {
        self.found.classes = true;
        self.found.word |= class.kind == ClassPerlKind::Word;
    }

    /// A token that matches one character that may be any.
    fn one(&mut self, span: &ast::Span) {
        self.found.one_character |= self.repeated.as_ref() != Some(span);
    }
}

impl ast::Visitor for Reader {
    type Output = Tokens;
    type Err = std::convert::Infallible;

    fn finish(self) -> Result<Tokens, Self::Err> {
        Ok(self.found)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Flags(set) => self.set(&set.flags),
            Ast::Group(group) => {
                self.outer.push(self.flags);
                if let Some(flags) = group.flags() {
                    self.set(flags);
                }
                self.found.p_names |=
                    matches!(group.kind, ast::GroupKind::CaptureName { starts_with_p: true, .. });
            }
            Ast::Repetition(repetition) => {
                let unbounded = match &repetition.op.kind {
                    RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore => true,
                    RepetitionKind::Range(range) => matches!(range, RepetitionRange::AtLeast(_)),
                    RepetitionKind::ZeroOrOne => false,
                };
                self.repeated = unbounded.then(|| *repetition.ast.span());
            }
            Ast::Dot(span) => {
                self.found.dot |= !self.flags.dot_all;
                self.one(span);
            }
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine | AssertionKind::EndLine => {
                    self.found.lines |= !self.flags.multi_line
                }
                AssertionKind::WordBoundary => (self.found.classes, self.found.boundary) = (true, true),
                AssertionKind::NotWordBoundary => self.found.not_boundary = true,
                AssertionKind::StartText | AssertionKind::EndText => self.found.rust_escapes = true,
                AssertionKind::WordBoundaryStart
                | AssertionKind::WordBoundaryEnd
                | AssertionKind::WordBoundaryStartAngle
                | AssertionKind::WordBoundaryEndAngle
                | AssertionKind::WordBoundaryStartHalf
                | AssertionKind::WordBoundaryEndHalf => self.found.rust_escapes = true,
            },
            Ast::ClassPerl(class) => {
                self.class(class);
                if class.negated {
                    self.one(&class.span);
                }
            }
            Ast::ClassUnicode(_) => self.found.rust_escapes = true,
            Ast::Literal(literal) => self.found.rust_escapes |= is_of_rust(&literal.kind),
            Ast::ClassBracketed(class) => {
                if class.negated {
                    self.one(&class.span);
                }
            }
            Ast::Empty(_) | Ast::Alternation(_) | Ast::Concat(_) => {}
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

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Perl(class) => self.class(class),
            ClassSetItem::Ascii(_) => self.found.rust_classes = true,
            ClassSetItem::Unicode(_) => self.found.rust_escapes = true,
            ClassSetItem::Literal(literal) => {
                self.found.rust_escapes |= is_of_rust(&literal.kind);
                self.found.one_character |= literal.c > '\u{ffff}';
            }
            ClassSetItem::Range(range) => self.found.one_character |= range.end.c > '\u{ffff}',
            ClassSetItem::Bracketed(_) => self.found.rust_classes = true,
            ClassSetItem::Empty(_) | ClassSetItem::Union(_) => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), Self::Err> {
        self.found.rust_classes = true;
        Ok(())
    }
}

/// `\a`, `\x{…}`, `\u{…}`, `\U…`.
const fn is_of_rust(kind: &LiteralKind) -> bool {
    match kind {
        LiteralKind::Special(ast::SpecialLiteralKind::Bell) | LiteralKind::HexBrace(_) => true,
        LiteralKind::HexFixed(kind) => matches!(kind, ast::HexLiteralKind::UnicodeLong),
        LiteralKind::Verbatim
        | LiteralKind::Meta
        | LiteralKind::Superfluous
        | LiteralKind::Octal
        | LiteralKind::Special(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_they_are_tokens() {
        let none = Tokens::default();
        let classes = Tokens { classes: true, ..none };
        let cases = [
            ("abc", none),
            (r"\d+", classes),
            (r"\\d", none),
            ("[.^$]", none),
            (r"[\s]", classes),
            (r"\w", Tokens { word: true, ..classes }),
            (r"\b", Tokens { boundary: true, ..classes }),
            (r"\B", Tokens { not_boundary: true, ..none }),
            ("^a$", Tokens { lines: true, ..none }),
            ("^.*$", Tokens { lines: true, dot: true, ..none }),
            ("a.c", Tokens { dot: true, one_character: true, ..none }),
            ("(?s)a.*", Tokens { flags: true, line_flags: true, ..none }),
            ("(?s:.)a", Tokens { one_character: true, flags: true, line_flags: true, ..none }),
            ("(?s:a).", Tokens { dot: true, one_character: true, flags: true, line_flags: true, ..none }),
            ("((?m)a)^", Tokens { lines: true, flags: true, line_flags: true, ..none }),
            ("(?i)a", Tokens { flags: true, folds: true, ..none }),
            ("[^a]+", none),
            ("[^a]", Tokens { one_character: true, ..none }),
            ("[[:alpha:]]", Tokens { rust_classes: true, ..none }),
            ("[a-z&&[^b]]", Tokens { rust_classes: true, ..none }),
            (r"\Aa\z", Tokens { rust_escapes: true, ..none }),
            ("(?P<n>a)", Tokens { p_names: true, ..none }),
            (r"^[\s\S]*a[\s\S]*$", none),
            (r"^[\s\S]*^a[\s\S]*$", Tokens { lines: true, ..none }),
            ("(", none),
        ];
        for (pattern, expected) in cases {
            assert_eq!(tokens(pattern), expected, "{pattern}");
        }
    }
}
