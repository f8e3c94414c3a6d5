//! From raw tokens to the terminals of the grammar: keywords, signs and words of other languages, what does not
//! read; brackets in pairs. Every error that shows in a token and its neighbours is reported here.

mod constructs;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, lex, limit, parse, spell, template};
use probelang_dialect::CompareOp;

use super::brackets::{Brackets, PredicateAt};
use super::foreign;
use super::report::Report;
use super::token::{Kind, Token};
use crate::lex::raw::Raw;
use crate::lex::scan::{Scanned, Scanner};
use crate::lex::{number, type_name};
use crate::operation::Operation;
use crate::tree::At;
use crate::{Limits, SourceKind, suggest};

/// The tokens of a source.
pub struct Terminals {
    /// All of them, after the marker of the source's kind; every bracket has its partner.
    pub tokens: Vec<Token>,
    /// Whether the source ends with brackets open.
    pub unfinished: bool,
}

/// Reads the tokens of `source`.
///
/// # Errors
/// The one diagnostic of a limit that was reached.
pub fn read(
    source: &str,
    kind: SourceKind,
    limits: &Limits,
    report: &mut Report,
) -> Result<Terminals, Box<Diagnostic>> {
    let marker = match kind {
        SourceKind::Expression => Kind::Expression,
        SourceKind::Template => Kind::Template,
    };
    // a token takes some bytes with the space around it
    let mut tokens = Vec::with_capacity((source.len() / 4).saturating_add(4));
    tokens.push(Token { kind: marker, span: Span::default() });
    let mut reader = Reader {
        source,
        limits,
        report,
        brackets: Brackets::new(tokens),
        prefixes: Vec::new(),
        pending: 0,
        parts: 0,
        skip: 0,
    };
    for token in Scanner::new(source, kind) {
        reader.raw(token)?;
    }
    reader.end_number();
    let (tokens, unfinished) = reader.brackets.finish(reader.report);
    Ok(Terminals { tokens, unfinished })
}

struct Reader<'s, 'r> {
    source: &'s str,
    limits: &'r Limits,
    report: &'r mut Report,
    brackets: Brackets,
    /// For each open bracket the prefix operators in front of it.
    prefixes: Vec<u32>,
    /// Prefix operators that wait for their operand, those in front of open brackets too.
    pending: u32,
    parts: u32,
    /// The end of what was read as one operand although it is several tokens.
    skip: u32,
}

type Held = Result<(), Box<Diagnostic>>;

impl Reader<'_, '_> {
    fn last(&self) -> Kind {
        self.brackets.tokens().last().map_or(Kind::Error, |token| token.kind)
    }

    fn before_last(&self) -> Kind {
        self.brackets.tokens().iter().nth_back(1).map_or(Kind::Error, |token| token.kind)
    }

    /// The source after `span`.
    fn rest(&self, span: Span) -> &str {
        self.source.get(span.end as usize..).unwrap_or("")
    }

    /// Whether an operator is due.
    fn after_operand(&self) -> bool {
        self.last().ends_operand()
    }

    fn raw(&mut self, Scanned { raw, span }: Scanned) -> Held {
        if span.start < self.skip {
            return Ok(());
        }
        let text = span.slice(self.source);
        if !matches!(raw, Raw::Word | Raw::Quoted | Raw::Dot | Raw::Space) {
            self.end_number();
        }
        match raw {
            Raw::Space => {}
            Raw::BadSpace => self.report.push(foreign::bad_space(text, span)),
            Raw::Comment if text.starts_with('#') && self.last() == Kind::Dot => self.private(span),
            Raw::Comment => self.report.push(
                Diagnostic::new(parse::COMMENT, span, "comments are not read: leave it out")
                    .edit(Edit::replace(span, "", "remove the comment", Applicability::Safe)),
            ),
            Raw::Word => return self.word(text, span),
            Raw::AtName => self.at_name(text, span),
            Raw::Quoted => self.operand(Kind::Quoted, span),
            Raw::Str => self.operand(Kind::Str, span),
            Raw::OpenStr | Raw::OpenQuoted => self.open_quote(raw, text, span),
            Raw::FancyStr => self.fancy_string(text, span),
            Raw::Int | Raw::Float => self.number(raw, span),
            Raw::BadNumber => {
                self.report.push(number::bad(text, span));
                self.operand(Kind::Refused, span);
            }
            Raw::Open | Raw::Close | Raw::Comma | Raw::Dot | Raw::Operator | Raw::Foreign => {
                return self.sign(text, span);
            }
            Raw::TypeName => self.operand(Kind::TypeName, span),
            Raw::OddTypeName => self.odd_type_name(text, span),
            Raw::Unknown => return self.unknown(text, span),
            Raw::Text | Raw::BraceEscape => self.text(span),
            Raw::LoneBrace => {
                self.report.push(
                    Diagnostic::new(
                        template::LONE_BRACE,
                        span,
                        "`}` closes no part: in the text it is written `}}`",
                    )
                    .edit(Edit::replace(span, "}}", "write `}}`", Applicability::Safe)),
                );
                self.text(span);
            }
            Raw::PartOpen => {
                self.parts = self.parts.saturating_add(1);
                if self.parts > u32::from(self.limits.parts) {
                    let most = self.limits.parts;
                    return Err(Box::new(
                        Diagnostic::new(
                            limit::TOO_MANY_PARTS,
                            span,
                            format!("too many template parts: at most {most} are read"),
                        )
                        .arg("limit", most.to_string()),
                    ));
                }
                return self.open(Kind::PartOpen, span, None);
            }
            Raw::PartClose => self.close(Kind::PartClose, span),
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, span: Span) {
        self.brackets.push(Token { kind, span });
    }

    /// A token that ends an operand: the prefix operators in front of it have theirs.
    fn operand(&mut self, kind: Kind, span: Span) {
        self.push(kind, span);
        self.settle();
    }

    fn settle(&mut self) {
        let outer: u32 = self.prefixes.iter().copied().fold(0, u32::saturating_add);
        self.pending = outer;
    }

    /// A prefix operator: each is a level of the tree, so a run of them is refused before it is read.
    fn prefix(&mut self, kind: Kind, span: Span) -> Held {
        self.pending = self.pending.saturating_add(1);
        if self.pending > u32::from(self.limits.depth) {
            return Err(Box::new(too_deep(span, self.limits.depth)));
        }
        self.push(kind, span);
        Ok(())
    }

    fn open(&mut self, kind: Kind, span: Span, predicate: Option<PredicateAt>) -> Held {
        if self.brackets.depth() >= usize::from(self.limits.brackets) {
            let most = self.limits.brackets;
            return Err(Box::new(
                Diagnostic::new(
                    limit::NESTED_TOO_DEEPLY,
                    span,
                    format!("nested too deeply: at most {most} brackets may be open at one time"),
                )
                .arg("limit", most.to_string()),
            ));
        }
        let outer: u32 = self.prefixes.iter().copied().fold(0, u32::saturating_add);
        self.prefixes.push(self.pending.saturating_sub(outer));
        self.brackets.open(Token { kind, span }, predicate);
        Ok(())
    }

    fn close(&mut self, kind: Kind, span: Span) {
        self.brackets.close(Token { kind, span }, self.report);
        self.prefixes.truncate(self.brackets.depth());
        self.settle();
    }

    /// Neighbouring pieces of text are one token.
    fn text(&mut self, span: Span) {
        if self.last() == Kind::Text
            && let Some(&Token { span: before, .. }) = self.brackets.tokens().last()
        {
            self.brackets.pop();
            return self.push(Kind::Text, before.cover(span));
        }
        self.push(Kind::Text, span);
    }

    fn word(&mut self, text: &str, span: Span) -> Held {
        if self.last() == Kind::Dot {
            self.operand(Kind::Word, span);
            return Ok(());
        }
        self.end_number();
        match text {
            "true" | "false" => self.operand(Kind::Bool(text == "true"), span),
            "null" => self.operand(Kind::Null, span),
            "not" => return self.not(span),
            "instanceof" if !self.after_operand() && self.rest(span).starts_with('(') => {
                self.operand(Kind::Word, span);
            }
            "instanceof" => self.push(Kind::InstanceOf, span),
            _ => {
                let word = text.to_ascii_lowercase();
                if word == "not" && self.is_not(span) {
                    return Ok(());
                }
                if word == "not" && self.after_operand() && self.relation_follows(span) {
                    return self.prefix(Kind::Not, span);
                }
                if self.not_relation(&word, span) {
                    return Ok(());
                }
                match foreign::word(&word).filter(|_| self.after_operand()) {
                    Some(foreign) => self.foreign(foreign, text, span),
                    None => self.operand(Kind::Word, span),
                }
            }
        }
        Ok(())
    }

    /// `not`: a prefix operator, but for `is not` of other languages.
    fn not(&mut self, span: Span) -> Held {
        if self.is_not(span) { Ok(()) } else { self.prefix(Kind::Not, span) }
    }

    /// The `not` of `is not`, if it is one: the two are one operator.
    fn is_not(&mut self, span: Span) -> bool {
        let Some(is) = self.brackets.tokens().last().copied() else { return false };
        let is_word = is.span.slice(self.source).eq_ignore_ascii_case("is");
        let found = foreign::word("is not").filter(|_| is_word && matches!(is.kind, Kind::Equality(_)));
        let Some(foreign) = found else { return false };
        self.brackets.pop();
        self.report.forget(is.span);
        let both = is.span.cover(span);
        // the two may be on two lines
        let words = both.slice(self.source).split_whitespace().collect::<Vec<_>>().join(" ");
        self.foreign(foreign, &words, both);
        true
    }

    /// Whether the next word is a relation of another language, as `LIKE` of SQL.
    fn relation_follows(&self, span: Span) -> bool {
        let rest = self.rest(span).trim_start();
        let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        foreign::word(&word.to_ascii_lowercase()).is_some_and(|foreign| foreign.kind == Kind::Relation)
    }

    /// `not in` and its like of Python and SQL.
    fn not_relation(&mut self, word: &str, span: Span) -> bool {
        let Some(&not) = self.brackets.tokens().last() else { return false };
        let negated = not.kind == Kind::Not
            && not.span.slice(self.source).eq_ignore_ascii_case("not")
            && self.before_last().ends_operand()
            && foreign::word(word).is_some_and(|foreign| foreign.kind == Kind::Relation);
        if negated {
            self.brackets.pop();
            self.settle();
            self.push(Kind::Relation, not.span.cover(span));
        }
        negated
    }

    fn at_name(&mut self, text: &str, span: Span) {
        if let Some(at) = At::find(text) {
            return self.operand(Kind::At(at), span);
        }
        self.operand(Kind::Refused, span);
        if self.report.is_full() {
            return;
        }
        let told = if text == "@" {
            Diagnostic::new(lex::UNKNOWN_AT_NAME, span, "`@` stands alone: a name such as `@it` is missing")
        } else {
            Diagnostic::new(lex::UNKNOWN_AT_NAME, span, format!("there is no `{text}`")).arg("name", text)
        };
        let told = match suggest::at_name(text) {
            Some((at, fits)) => {
                let at = at.text();
                let message = format!("{}: did you mean `{at}`?", told.message);
                told.with_message(message).edit(Edit::replace(span, at, format!("write `{at}`"), fits))
            }
            None => told.note(
                "the @-names are `@return`, `@duration`, `@exception`, and in predicates `@it`, `@key`, `@value`",
            ),
        };
        self.report.push(told);
    }

    fn open_quote(&mut self, raw: Raw, text: &str, span: Span) {
        let quote = text.chars().next().unwrap_or('"');
        let opening = Span::new(span.start, span.start.saturating_add(1));
        let (code, what, mark) = if raw == Raw::OpenStr {
            (lex::UNCLOSED_STRING, "string", "closing quote")
        } else {
            (lex::UNCLOSED_NAME, "name", "second back quote")
        };
        let mut told = Diagnostic::new(
            code,
            opening,
            format!("the {what} is never closed: its {mark} is missing before the end of the line"),
        );
        if text.ends_with(&format!("\\{quote}")) {
            told = told.note(format!(
                "`\\{quote}` does not close it: a backslash before the last `{quote}` is written `\\\\`"
            ));
        }
        // the quote after a backslash would be text
        let escapes = text.len().saturating_sub(text.trim_end_matches('\\').len()) % 2 == 1;
        let end = if escapes { format!("\\{quote}") } else { quote.to_string() };
        self.report.push(told.edit(Edit::replace(
            Span::empty(span.end),
            end,
            "close it at the end of the line",
            Applicability::Maybe,
        )));
        self.brackets.swallow();
        self.operand(Kind::Error, span);
    }

    fn fancy_string(&mut self, text: &str, span: Span) {
        let mut inner = text.chars();
        let mark = inner.next().unwrap_or('"');
        inner.next_back();
        let plain = format!("\"{}\"", inner.as_str().replace('"', "\\\""));
        // an escape in it may be none
        let fits = if inner.as_str().contains('\\') { Applicability::Maybe } else { Applicability::Safe };
        self.report.push(
            Diagnostic::new(
                lex::UNKNOWN_CHARACTER,
                Span::new(span.start, span.start.saturating_add(u32::try_from(mark.len_utf8()).unwrap_or(1))),
                format!("`{mark}` is a typographic quotation mark: strings stand in `\"` or `'`"),
            )
            .edit(Edit::replace(span, plain, "write plain quotation marks", fits)),
        );
        self.operand(Kind::Refused, span);
    }

    /// A number; with a dot right in front and no operand before that it lacks its first digit.
    fn number(&mut self, raw: Raw, span: Span) {
        let dot = self.brackets.tokens().last().copied();
        let dot = dot.filter(|dot| dot.kind == Kind::Dot && dot.span.end == span.start);
        if let Some(dot) = dot.filter(|_| !self.before_last().ends_operand()) {
            self.brackets.pop();
            let whole = dot.span.cover(span);
            let fixed = format!("0{}", whole.slice(self.source));
            let told =
                Diagnostic::new(lex::BAD_NUMBER, whole, "a float has digits on both sides of its point");
            let before = self.source.get(..whole.start as usize).unwrap_or("");
            self.report.push(if number::is_number(&fixed) && !before.ends_with(spell::is_name_continue) {
                told.edit(Edit::replace(whole, &*fixed, format!("write `{fixed}`"), Applicability::Safe))
            } else {
                told
            });
            return self.operand(Kind::Refused, whole);
        }
        self.operand(if raw == Raw::Int { Kind::Int } else { Kind::Float }, span);
    }

    /// An integer and a dot, and now something that is no member.
    fn end_number(&mut self) {
        let mut back = self.brackets.tokens().iter().rev();
        let (Some(&dot), Some(&int), before) = (back.next(), back.next(), back.next()) else { return };
        let is_float = dot.kind == Kind::Dot
            && int.kind == Kind::Int
            && int.span.end == dot.span.start
            && before.is_none_or(|token| token.kind != Kind::Dot);
        if !is_float || dot.span.slice(self.source) != "." {
            return;
        }
        self.brackets.pop();
        self.brackets.pop();
        let whole = int.span.cover(dot.span);
        let fixed = format!("{}0", whole.slice(self.source));
        self.report.push(
            Diagnostic::new(lex::BAD_NUMBER, whole, "a float has digits on both sides of its point")
                .edit(Edit::replace(whole, &*fixed, format!("write `{fixed}`"), Applicability::Safe)),
        );
        self.operand(Kind::Refused, whole);
    }

    fn odd_type_name(&mut self, text: &str, span: Span) {
        let told = Diagnostic::new(parse::TYPE_NAME, span, "put this type name in quotes");
        let rest = self.rest(span);
        self.report.push(if type_name::is_odd(rest) {
            told
        } else {
            // what goes on otherwise may be wrong too, and is reported when the name is one
            let ends = rest.trim_start().chars().next().is_none_or(|c| "&|),}]".contains(c));
            let fits = if ends { Applicability::Safe } else { Applicability::Maybe };
            let quoted = spell::string(text).to_string();
            told.edit(Edit::replace(span, quoted, "put it in quotes", fits))
        });
        self.operand(Kind::Error, span);
    }

    fn unknown(&mut self, text: &str, span: Span) -> Held {
        let c = text.chars().next().unwrap_or('\0');
        if let Some(sign) = foreign::lookalike(c) {
            let subtracts = sign == "-" && self.after_operand();
            let fits = if subtracts { Applicability::Maybe } else { Applicability::Safe };
            self.report.push(
                Diagnostic::new(lex::UNKNOWN_CHARACTER, span, format!("`{c}` is not read: write `{sign}`"))
                    .edit(Edit::replace(span, sign, format!("write `{sign}`"), fits)),
            );
            return self.sign(sign, span);
        }
        // A run of them is one operand, and reported once.
        if let Some(last) = self.brackets.tokens().last().copied()
            && last.kind == Kind::Error
            && last.span.end == span.start
        {
            self.brackets.pop();
            self.operand(Kind::Error, last.span.cover(span));
            return Ok(());
        }
        let number = u32::from(c);
        let name = if c.is_control() { format!("U+{number:04X}") } else { format!("`{c}` (U+{number:04X})") };
        self.report.push(
            Diagnostic::new(
                lex::UNKNOWN_CHARACTER,
                span,
                format!("the language does not use the character {name}"),
            )
            .arg("character", name),
        );
        self.operand(Kind::Error, span);
        Ok(())
    }

    fn sign(&mut self, text: &str, span: Span) -> Held {
        use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
        let kind = match text {
            "(" => return self.open(Kind::ParenOpen, span, self.predicate_of_call()),
            "[" => return self.open(Kind::BracketOpen, span, None),
            "{" => return self.open(Kind::BraceOpen, span, None),
            ")" => {
                self.close(Kind::ParenClose, span);
                return Ok(());
            }
            "]" => {
                self.close(Kind::BracketClose, span);
                return Ok(());
            }
            "}" => {
                self.close(Kind::BraceClose, span);
                return Ok(());
            }
            "!" => return self.prefix(Kind::Not, span),
            "," => Kind::Comma,
            "." => Kind::Dot,
            "&&" => Kind::And,
            "||" => Kind::Or,
            "==" => Kind::Equality(Eq),
            "!=" => Kind::Equality(Ne),
            "<" => Kind::Order(Lt),
            "<=" => Kind::Order(Le),
            ">" => Kind::Order(Gt),
            ">=" => Kind::Order(Ge),
            "-" if self.after_operand() => Kind::Minus,
            "-" => return self.prefix(Kind::Minus, span),
            _ => return self.foreign_sign(text, span),
        };
        self.push(kind, span);
        Ok(())
    }

    /// Where the call that opens here takes a predicate, if it is one of those that do.
    fn predicate_of_call(&self) -> Option<PredicateAt> {
        let name = self.brackets.tokens().last().filter(|token| token.kind == Kind::Word)?;
        let Operation::Call(makes) = suggest::canonical(name.span.slice(self.source))? else { return None };
        let place = if self.before_last() == Kind::Dot { PredicateAt::First } else { PredicateAt::Second };
        makes.function().is_loop().then_some(place)
    }
}

/// The error about a tree that is too deep.
pub fn too_deep(span: Span, most: u16) -> Diagnostic {
    Diagnostic::new(
        limit::NESTED_TOO_DEEPLY,
        span,
        format!("nested too deeply: at most {most} levels of operations are read"),
    )
    .arg("limit", most.to_string())
}
