//! Patterns as a dialect reads them: the tree of the pattern, with other trees where it reads a token otherwise.

use probelang_dialect::{Dialect, Matches, PatternClasses, PatternDot, PatternLimits, PatternLines};
use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, Flag, print::Printer,
};

/// A pattern as `matches` applies it; `None` where it is none, or beyond the limits.
pub(super) fn compile(pattern: &str, dialect: &Dialect, limits: &PatternLimits) -> Option<regex::Regex> {
    let build = |pattern: &str, nesting: u32| {
        regex::RegexBuilder::new(pattern).size_limit(limits.compiled).nest_limit(nesting).build().ok()
    };
    if pattern.len() > limits.bytes {
        return None;
    }
    build(pattern, limits.nesting)?;
    let mut tree = ast::parse::ParserBuilder::new().nest_limit(limits.nesting).build().parse(pattern).ok()?;
    let mut reader = Reader { dialect, dot_all: false, multi_line: false, unicode: true, is_known: true };
    let mut written = String::new();
    reader.tree(&mut tree);
    if !reader.is_known {
        return None;
    }
    Printer::new().print(&tree, &mut written).ok()?;
    let (before, after) = match dialect.matches {
        Matches::Find => ("", ""),
        Matches::Whole => (r"\A(?:", r")\z"),
        Matches::Prefix => (r"\A(?:", ")"),
    };
    // a printed tree has no comment that could swallow what comes after it, unless it is one of the `x` flag
    [format!("{before}{written}{after}"), format!("{before}{written}\n{after}")]
        .iter()
        .find_map(|whole| build(whole, limits.nesting + 4))
}

struct Reader<'d> {
    dialect: &'d Dialect,
    dot_all: bool,
    multi_line: bool,
    unicode: bool,
    /// Whether all properties are ones that runtimes have.
    is_known: bool,
}

fn parsed(text: &str) -> Ast {
    ast::parse::Parser::new().parse(text).expect("a token reads")
}

impl Reader<'_> {
    fn set(&mut self, flags: &ast::Flags) {
        self.dot_all = flags.flag_state(Flag::DotMatchesNewLine).unwrap_or(self.dot_all);
        self.multi_line = flags.flag_state(Flag::MultiLine).unwrap_or(self.multi_line);
        self.unicode = flags.flag_state(Flag::Unicode).unwrap_or(self.unicode);
    }

    fn tree(&mut self, ast: &mut Ast) {
        match ast {
            Ast::Flags(flags) => self.set(&flags.flags),
            Ast::Group(group) => {
                let outer = (self.dot_all, self.multi_line, self.unicode);
                if let ast::GroupKind::NonCapturing(flags) = &group.kind {
                    self.set(flags);
                }
                self.tree(&mut group.ast);
                (self.dot_all, self.multi_line, self.unicode) = outer;
            }
            Ast::Repetition(repetition) => self.tree(&mut repetition.ast),
            Ast::Alternation(of) => of.asts.iter_mut().for_each(|ast| self.tree(ast)),
            Ast::Concat(of) => of.asts.iter_mut().for_each(|ast| self.tree(ast)),
            Ast::Dot(_) if self.dot_all || !self.unicode => {}
            Ast::Dot(_) => match self.dialect.pattern_dot {
                PatternDot::LineFeed => {}
                PatternDot::JavaScript => *ast = parsed(r"[^\n\r\u2028\u2029]"),
                PatternDot::Java => *ast = parsed(r"[^\n\r\u0085\u2028\u2029]"),
            },
            Ast::Assertion(assertion) => {
                let instead = match assertion.kind {
                    AssertionKind::StartLine if !self.multi_line => match self.dialect.pattern_lines {
                        PatternLines::Text | PatternLines::LastBreak => return,
                        PatternLines::Lines => "(?m:^)",
                    },
                    AssertionKind::EndLine if !self.multi_line => match self.dialect.pattern_lines {
                        PatternLines::Text => return,
                        PatternLines::LastBreak => r"(?:\n\z|\z)",
                        PatternLines::Lines => "(?m:$)",
                    },
                    AssertionKind::WordBoundary if self.unicode => match self.dialect.pattern_classes {
                        PatternClasses::Unicode | PatternClasses::Python | PatternClasses::Ascii => return,
                        PatternClasses::JavaScript => r"(?-u:\b)",
                    },
                    _ => return,
                };
                *ast = parsed(instead);
            }
            Ast::ClassPerl(class) => {
                if let Some(members) = self.members(class) {
                    // the members are letters as they are, whatever `i` says
                    *ast = parsed(&format!("(?-i:{})", brackets(class, members)));
                }
            }
            Ast::ClassBracketed(class) => self.class(&mut class.kind),
            Ast::ClassUnicode(class) => self.property(class),
            Ast::Empty(_) | Ast::Literal(_) => {}
        }
    }

    /// Of the properties with a value, runtimes have categories and scripts.
    fn property(&mut self, class: &ast::ClassUnicode) {
        if let ast::ClassUnicodeKind::NamedValue { name, .. } = &class.kind {
            let name = name.to_lowercase().replace([' ', '_', '-'], "");
            let name = name.strip_prefix("is").unwrap_or(&name);
            self.is_known &=
                ["gc", "generalcategory", "sc", "script", "scx", "scriptextensions"].contains(&name);
        }
    }

    fn class(&mut self, set: &mut ClassSet) {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(op) => {
                self.class(&mut op.lhs);
                self.class(&mut op.rhs);
            }
        }
    }

    fn item(&mut self, item: &mut ClassSetItem) {
        match item {
            ClassSetItem::Perl(class) => {
                if let Some(members) = self.members(class) {
                    let Ast::ClassBracketed(class) = &parsed(&brackets(class, members)) else {
                        panic!("brackets are a class");
                    };
                    *item = ClassSetItem::Bracketed(class.clone());
                }
            }
            ClassSetItem::Bracketed(class) => self.class(&mut class.kind),
            ClassSetItem::Union(union) => union.items.iter_mut().for_each(|item| self.item(item)),
            ClassSetItem::Empty(_)
            | ClassSetItem::Literal(_)
            | ClassSetItem::Range(_)
            | ClassSetItem::Ascii(_) => {}
            ClassSetItem::Unicode(class) => self.property(class),
        }
    }

    /// What `\d`, `\w` or `\s` has, without brackets; `None` where that is Unicode's.
    fn members(&self, class: &ClassPerl) -> Option<&'static str> {
        const JAVASCRIPT: &str =
            r"\t\n\x0b\x0c\r\x20\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
        if !self.unicode {
            return None;
        }
        match (self.dialect.pattern_classes, &class.kind) {
            (PatternClasses::Unicode, _) => None,
            (PatternClasses::Python, ClassPerlKind::Space) => Some(
                r"\t\n\x0b\x0c\r\x1c-\x1f\x20\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
            ),
            (PatternClasses::Python, _) => None,
            (PatternClasses::JavaScript, ClassPerlKind::Space) => Some(JAVASCRIPT),
            (PatternClasses::Ascii, ClassPerlKind::Space) => Some(r"\t\n\x0b\x0c\r\x20"),
            (PatternClasses::Ascii | PatternClasses::JavaScript, ClassPerlKind::Digit) => Some("0123456789"),
            (PatternClasses::Ascii | PatternClasses::JavaScript, ClassPerlKind::Word) => Some("a-zA-Z0-9_"),
        }
    }
}

fn brackets(class: &ClassPerl, members: &str) -> String {
    format!("[{}{members}]", if class.negated { "^" } else { "" })
}
