//! What other languages write: their operators and signs, and what this language says instead.

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, Span, lex, parse};
use probelang_dialect::CompareOp;

use super::token::Kind;

/// A sign or word of another language where an operator is due.
pub struct Foreign {
    /// What the grammar takes it for.
    pub kind: Kind,
    /// The error, where the sign is enough to word it; otherwise the production words it.
    pub error: Option<Worded>,
}

/// An error about a sign.
pub struct Worded {
    code: Code,
    /// The common word for the construct.
    construct: &'static str,
    /// What this language writes.
    instead: &'static str,
    /// Whether `instead` can be put in its place.
    fits: Option<Applicability>,
}

impl Worded {
    /// The diagnostic about `text` at `span`.
    pub fn diagnostic(&self, text: &str, span: Span) -> Diagnostic {
        let Self { code, construct, instead, fits } = self;
        let message = match fits {
            Some(_) if instead.is_empty() => format!("`{text}` is {construct}: leave it out"),
            Some(_) => format!("`{text}` is {construct}: write `{instead}`"),
            None => format!("`{text}` is {construct}: {instead}"),
        };
        let diagnostic = Diagnostic::new(*code, span, message).arg("operator", text);
        match fits {
            Some(fits) => {
                let title = if instead.is_empty() {
                    format!("remove `{text}`")
                } else {
                    format!("write `{instead}`")
                };
                diagnostic.edit(Edit::replace(span, *instead, title, *fits))
            }
            None => diagnostic,
        }
    }
}

const fn safe(kind: Kind, code: Code, construct: &'static str, instead: &'static str) -> Foreign {
    Foreign { kind, error: Some(Worded { code, construct, instead, fits: Some(Applicability::Safe) }) }
}

const fn maybe(kind: Kind, code: Code, construct: &'static str, instead: &'static str) -> Foreign {
    Foreign { kind, error: Some(Worded { code, construct, instead, fits: Some(Applicability::Maybe) }) }
}

const fn told(kind: Kind, code: Code, construct: &'static str, advice: &'static str) -> Foreign {
    Foreign { kind, error: Some(Worded { code, construct, instead: advice, fits: None }) }
}

/// A foreign sign where an operator is due. `arrow` is what `->` is taken for there.
pub fn sign(text: &str, arrow: Kind) -> Foreign {
    use CompareOp::{Eq, Le, Ne};
    const FOREIGN: Code = parse::FOREIGN_OPERATOR;
    let plain = |kind| Foreign { kind, error: None };
    match text {
        "=" => {
            safe(Kind::Equality(Eq), parse::ASSIGNMENT, "an assignment, and expressions change nothing", "==")
        }
        "===" => safe(Kind::Equality(Eq), FOREIGN, "JavaScript's strict equality", "=="),
        "!==" => safe(Kind::Equality(Ne), FOREIGN, "JavaScript's strict inequality", "!="),
        "<>" => safe(Kind::Equality(Ne), FOREIGN, "SQL's inequality", "!="),
        "=<" => safe(Kind::Order(Le), FOREIGN, "a comparison with its signs swapped", "<="),
        "<=>" => told(
            Kind::Order(Le),
            FOREIGN,
            "a three-way comparison (spaceship operator)",
            "ask with `<`, `==` or `>`",
        ),
        "&" => safe(Kind::And, FOREIGN, "the bitwise and", "&&"),
        "|" => safe(Kind::Or, FOREIGN, "the bitwise or", "||"),
        "?." => maybe(Kind::Dot, FOREIGN, "optional chaining (safe navigation)", "."),
        "::" => safe(Kind::Dot, FOREIGN, "the scope operator", "."),
        "->" if arrow == Kind::Dot => safe(Kind::Dot, FOREIGN, "the member arrow", "."),
        "->" | "=>" => plain(Kind::Arrow),
        "=~" | "!~" => plain(Kind::Relation),
        "?" => plain(Kind::Question),
        ":" => plain(Kind::Colon),
        "??" | "?:" => plain(Kind::Fallback),
        ";" => plain(Kind::Semicolon),
        _ if text.ends_with('=') => told(
            Kind::Equality(Eq),
            parse::ASSIGNMENT,
            "an assignment",
            "expressions change nothing; equality is written `==`",
        ),
        _ => plain(Kind::Arithmetic),
    }
}

/// A word that other languages write as an operator, where an operator is due; `text` in lower case.
pub fn word(text: &str) -> Option<Foreign> {
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    const FOREIGN: Code = parse::FOREIGN_OPERATOR;
    let spelled = |op: CompareOp| {
        let kind = if op.is_equality() { Kind::Equality(op) } else { Kind::Order(op) };
        safe(kind, FOREIGN, "a comparison spelled as a word", op.text())
    };
    Some(match text {
        "and" => safe(Kind::And, FOREIGN, "the logical and spelled as a word", "&&"),
        "or" => safe(Kind::Or, FOREIGN, "the logical or spelled as a word", "||"),
        "eq" | "equals" => spelled(Eq),
        "ne" | "neq" => spelled(Ne),
        "gt" => spelled(Gt),
        "ge" | "gte" => spelled(Ge),
        "lt" => spelled(Lt),
        "le" | "lte" => spelled(Le),
        "is" => maybe(Kind::Equality(Eq), FOREIGN, "an identity or type test of another language", "=="),
        "is not" | "isnt" => {
            maybe(Kind::Equality(Ne), FOREIGN, "an identity or type test of another language", "!=")
        }
        "in" | "like" | "ilike" | "contains" | "includes" | "has" | "startswith" | "endswith" | "matches" => {
            Foreign { kind: Kind::Relation, error: None }
        }
        "mod" | "div" => Foreign { kind: Kind::Arithmetic, error: None },
        "xor" => safe(Kind::Equality(Ne), FOREIGN, "the exclusive or, which of Booleans is inequality", "!="),
        _ => return None,
    })
}

/// The common word for an operator of arithmetic and its like.
fn computation(sign: &str) -> &'static str {
    match &*sign.to_ascii_lowercase() {
        "+" => "addition",
        "-" | "−" | "–" | "—" | "‐" | "‑" | "－" => "subtraction",
        "*" => "multiplication",
        "/" | "div" => "division",
        "%" | "mod" => "remainder",
        "**" => "power",
        "++" => "increment",
        "--" => "decrement",
        _ => "calculation",
    }
}

/// What an operator of another language is called that no sign of this one replaces.
fn operator(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "^" => "the bitwise exclusive or",
        "~" => "the bitwise complement",
        "<<" | ">>" => "a shift",
        ".." | "..." | "..<" => "a range",
        _ => return None,
    })
}

/// The error about a token of another language that takes more than itself to read: `text` as it is in the
/// source. `None` for tokens that the language has.
pub fn construct(kind: Kind, text: &str, span: Span) -> Option<Diagnostic> {
    // `not in` may be on two lines.
    let text = &*text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = |code, message: String| Some(Diagnostic::new(code, span, message).arg("operator", text));
    match kind {
        Kind::Arithmetic | Kind::Minus => match operator(text) {
            Some(name) => {
                told(parse::FOREIGN_OPERATOR, format!("`{text}` is {name}: the language has no such operator"))
            }
            None => told(
                parse::ARITHMETIC,
                format!(
                    "`{text}` is arithmetic ({}): expressions read and compare values, they do not compute",
                    computation(text)
                ),
            ),
        },
        Kind::Question => told(
            parse::FOREIGN_OPERATOR,
            "`? :` is a conditional (ternary operator): of Booleans `a && b || !a && c` says the same, of other \
             values nothing does"
                .to_owned(),
        ),
        Kind::Fallback => {
            let name = if text == "??" { "null coalescing" } else { "the Elvis operator" };
            told(
                parse::FOREIGN_OPERATOR,
                format!("`{text}` is {name}: there are no default values, ask with `isDefined(a)` or `a != null`"),
            )
        }
        Kind::Arrow => told(
            parse::FOREIGN_OPERATOR,
            format!("`{text}` is a lambda (arrow function): a predicate names its element `@it`"),
        ),
        Kind::Relation => {
            told(parse::FOREIGN_OPERATOR, format!("`{text}` is an operator of another language: write a function"))
        }
        Kind::Semicolon => {
            told(parse::FOREIGN_OPERATOR, "`;` ends a statement: a program is one expression".to_owned())
        }
        _ => None,
    }
}

/// The sign of the language that `c` looks like.
pub fn lookalike(c: char) -> Option<&'static str> {
    Some(match c {
        '≠' => "!=",
        '≤' | '⩽' | '≦' => "<=",
        '≥' | '⩾' | '≧' => ">=",
        '∧' | '＆' => "&&",
        '∨' | '｜' => "||",
        '¬' | '！' => "!",
        '−' | '–' | '—' | '‐' | '‑' | '－' => "-",
        '＝' => "==",
        '＜' => "<",
        '＞' => ">",
        '（' => "(",
        '）' => ")",
        '［' => "[",
        '］' => "]",
        '，' | '、' => ",",
        '．' => ".",
        _ => return None,
    })
}

/// The name of white space that does not separate tokens, and what replaces it.
pub fn white_space(c: char) -> (String, &'static str) {
    let (name, instead) = match c {
        '\u{a0}' => ("no-break space", " "),
        '\u{202f}' => ("narrow no-break space", " "),
        '\u{3000}' => ("ideographic space", " "),
        '\u{2028}' => ("line separator", " "),
        '\u{2029}' => ("paragraph separator", " "),
        '\u{85}' => ("next line", " "),
        '\u{b}' => ("vertical tab", " "),
        '\u{c}' => ("form feed", " "),
        '\u{2002}' => ("en space", " "),
        '\u{2003}' => ("em space", " "),
        '\u{2009}' => ("thin space", " "),
        '\u{200a}' => ("hair space", " "),
        '\u{ad}' => ("soft hyphen", ""),
        '\u{200b}' => ("zero-width space", ""),
        '\u{200c}' => ("zero-width non-joiner", ""),
        '\u{200d}' => ("zero-width joiner", ""),
        '\u{200e}' => ("left-to-right mark", ""),
        '\u{200f}' => ("right-to-left mark", ""),
        '\u{2060}' => ("word joiner", ""),
        '\u{feff}' => ("byte order mark", ""),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ("bidirectional control", ""),
        c if c.is_whitespace() => ("white space", " "),
        _ => ("invisible character", ""),
    };
    (format!("{name} (U+{:04X})", u32::from(c)), instead)
}

/// The error about `text`, a run of white space that does not separate tokens.
pub fn bad_space(text: &str, span: Span) -> Diagnostic {
    let c = text.chars().next().unwrap_or(' ');
    let (name, instead) = white_space(c);
    let advice = if instead.is_empty() { "remove it" } else { "write an ordinary space" };
    Diagnostic::new(lex::WHITE_SPACE, span, format!("{name} between tokens: {advice}"))
        .arg("character", name)
        .edit(Edit::replace(span, instead, advice, Applicability::Safe))
}
