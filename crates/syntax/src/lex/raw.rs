//! The tokens as logos finds them. Bad input is a token too: reading never fails here.

use logos::{Lexer, Logos};
use probelang_diagnostic::spell::{is_name_continue, is_name_start};

/// What the callbacks need to know.
#[derive(Clone, Copy, Default, Debug)]
pub struct Mode {
    /// Inside a template part an open string or comment ends at the `}` that most likely closes the part, so
    /// that one bad part does not hide the next.
    pub in_part: bool,
}

/// A raw token. Characters outside ASCII are judged by the tables that the printer uses, not by logos' own:
/// the two must agree on what a name is.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(extras = Mode)]
pub enum Raw {
    /// White space that separates tokens.
    #[regex(r"[ \t\r\n]+")]
    Space,
    /// Any other white space, a run of one character.
    BadSpace,
    /// `//`, `#` to the end of the line; `/* … */`.
    #[token("//", line_comment)]
    #[token("#", line_comment)]
    #[token("/*", block_comment)]
    Comment,
    /// A word: a name, a keyword, a function.
    #[regex(r"[A-Za-z_$]", word)]
    #[regex(r"[^\x00-\x7F]", beyond_ascii)]
    Word,
    /// `@` and a word; the word may be missing.
    #[token("@", at_name)]
    AtName,
    /// A name in back quotes.
    #[token("`", |lex| quoted(lex, '`', Raw::Quoted, Raw::OpenQuoted))]
    Quoted,
    /// A name in back quotes without the second.
    OpenQuoted,
    /// A string in either quotes.
    #[token("\"", |lex| quoted(lex, '"', Raw::Str, Raw::OpenStr))]
    #[token("'", |lex| quoted(lex, '\'', Raw::Str, Raw::OpenStr))]
    Str,
    /// A string without its closing quote.
    OpenStr,
    /// A string in typographic quotation marks.
    FancyStr,
    /// An integer.
    #[regex(r"[0-9]", number)]
    Int,
    /// A float.
    Float,
    /// Something that starts with a digit and is no number.
    BadNumber,
    /// `( [ {`
    #[token("(")]
    #[token("[")]
    #[token("{")]
    Open,
    /// `) ] }`
    #[token(")")]
    #[token("]")]
    #[token("}")]
    Close,
    /// `,`
    #[token(",")]
    Comma,
    /// `.`
    #[token(".")]
    Dot,
    /// An operator of the language.
    #[token("&&")]
    #[token("||")]
    #[token("==")]
    #[token("!=")]
    #[token("<")]
    #[token("<=")]
    #[token(">")]
    #[token(">=")]
    #[token("!")]
    #[token("-")]
    Operator,
    /// An operator of other languages.
    #[regex(r"=|===|!==|<>|=<|:=|=~|!~|<=>")]
    #[regex(r"(\+|-|\*|/|%|&|\||\^|\?\?|<<|>>|\*\*)=")]
    #[regex(r"&|\||\^|~|<<|>>|\+|\*|/|%|\*\*|\+\+|--")]
    #[regex(r"\?|:|\?\?|\?\.|\?:|->|=>|::|;|\.\.|\.\.\.|\.\.<")]
    Foreign,
    /// A type name after `instanceof`: words and dots.
    TypeName,
    /// A type name after `instanceof` that must be quoted.
    OddTypeName,
    /// A character that the language does not use.
    Unknown,

    /// Template: text without braces.
    Text,
    /// Template: `{{` or `}}`.
    BraceEscape,
    /// Template: `}` outside of a part.
    LoneBrace,
    /// Template: the `{` of a part.
    PartOpen,
    /// Template: the `}` that closes a part.
    PartClose,
}

fn bump_while(lex: &mut Lexer<'_, Raw>, keep: impl Fn(char) -> bool) {
    let rest = lex.remainder();
    let len = rest.find(|c| !keep(c)).unwrap_or(rest.len());
    lex.bump(len);
}

fn word(lex: &mut Lexer<'_, Raw>) {
    bump_while(lex, is_name_continue);
}

fn at_name(lex: &mut Lexer<'_, Raw>) {
    if lex.remainder().starts_with(is_name_continue) {
        word(lex);
    }
}

/// Whether `c` is white space that looks like a space, or like nothing.
pub fn is_bad_space(c: char) -> bool {
    c != ' ' && c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The quotation mark that closes the typographic mark `c`.
fn fancy_close(c: char) -> Option<&'static [char]> {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some(&['\u{201d}', '\u{201c}']),
        '\u{2018}' | '\u{2019}' | '\u{201a}' => Some(&['\u{2019}', '\u{2018}']),
        '«' => Some(&['»']),
        _ => None,
    }
}

fn beyond_ascii(lex: &mut Lexer<'_, Raw>) -> Raw {
    let c = lex.slice().chars().next().unwrap_or('\0');
    if is_name_start(c) {
        word(lex);
        return Raw::Word;
    }
    if is_bad_space(c) {
        bump_while(lex, |next| next == c);
        return Raw::BadSpace;
    }
    if let Some(closers) = fancy_close(c) {
        let line = lex.remainder().split(['\n', '\r']).next().unwrap_or("");
        if let Some((at, mark)) = line.char_indices().find(|(_, next)| closers.contains(next)) {
            lex.bump(at.saturating_add(mark.len_utf8()));
            return Raw::FancyStr;
        }
    }
    Raw::Unknown
}

/// Where an open string or comment ends: with its line, in a part before the next `}`.
fn rest_of_line(lex: &Lexer<'_, Raw>) -> usize {
    let rest = lex.remainder();
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let line = rest.get(..line).unwrap_or(rest);
    if lex.extras.in_part { line.find('}').unwrap_or(line.len()) } else { line.len() }
}

fn line_comment(lex: &mut Lexer<'_, Raw>) {
    let len = rest_of_line(lex);
    lex.bump(len);
}

fn block_comment(lex: &mut Lexer<'_, Raw>) {
    let len = match lex.remainder().find("*/") {
        Some(at) => at.saturating_add(2),
        None if lex.extras.in_part => rest_of_line(lex),
        None => lex.remainder().len(),
    };
    lex.bump(len);
}

fn quoted(lex: &mut Lexer<'_, Raw>, quote: char, closed: Raw, open: Raw) -> Raw {
    let mut escaped = false;
    for (at, c) in lex.remainder().char_indices() {
        match c {
            '\n' | '\r' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => {
                lex.bump(at.saturating_add(1));
                return closed;
            }
            _ => {}
        }
    }
    let len = rest_of_line(lex);
    lex.bump(len);
    open
}

fn digits(lex: &mut Lexer<'_, Raw>) {
    bump_while(lex, |c| c.is_ascii_digit());
}

/// A number after its first digit. Whatever a name could continue with belongs to it, so that `10L` and
/// `0x1F` are one bad token. A dot belongs to it only with a digit after it: `1.e5` is a member.
fn number(lex: &mut Lexer<'_, Raw>) -> Raw {
    let zero = lex.slice() == "0";
    digits(lex);
    let leading_zero = zero && lex.slice().len() > 1;
    let mut kind = Raw::Int;
    let mut rest = lex.remainder().chars();
    if rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit()) {
        kind = Raw::Float;
        lex.bump(1);
        digits(lex);
    }
    let rest = lex.remainder();
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let digits_at = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits_at.starts_with(|c: char| c.is_ascii_digit()) {
            kind = Raw::Float;
            lex.bump(rest.len().saturating_sub(digits_at.len()));
            digits(lex);
        }
    }
    if lex.remainder().starts_with(is_name_continue) {
        word(lex);
        return Raw::BadNumber;
    }
    if leading_zero { Raw::BadNumber } else { kind }
}
