//! Our own words for what the grammar expected.

use probelang_diagnostic::{Diagnostic, Span, parse};

use super::report::Report;
use super::token::{Kind, Token};

/// Tells that the token `at` (behind the last one: the end) does not go on what stands before it.
pub fn tell(source: &str, tokens: &[Token], at: usize, expected: &[String], report: &mut Report) {
    let found = tokens.get(at).copied();
    if let Some(token) = found {
        // A bracket that was put in, and input that was refused, are told already.
        let told = token.is_put_in() || token.kind == Kind::Error || report.speaks_of(token.span);
        if told {
            return;
        }
    }
    let before = at.checked_sub(1).and_then(|before| tokens.get(before)).copied();
    let words = words(tokens, at, expected);
    let due = list(&words);
    let Some(found) = found else {
        let end = Span::empty(before.map_or(0, |token| token.span.end));
        let message = format!("the expression is not finished: {due} is missing");
        report.push(Diagnostic::new(parse::INCOMPLETE, end, message));
        return;
    };
    let message = format!("expected {due}, found {}", describe(source, found));
    report.push(Diagnostic::new(parse::UNEXPECTED, found.span, message).arg("expected", words.join(", ")));
}

/// What was expected, at most three things, the closing bracket first.
fn words(tokens: &[Token], at: usize, expected: &[String]) -> Vec<String> {
    let takes = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
    let mut words = Vec::new();
    if takes("type") {
        words.push("a type name in quotes".to_owned());
    } else if takes("int") && takes("null") {
        words.push("a value".to_owned());
    } else if takes("word") && takes("quoted") {
        words.push("a member name".to_owned());
    } else {
        if let Some(closer) = innermost(tokens, at).and_then(Kind::closer) {
            words.push(format!("`{}`", closer.bracket()));
        }
        if takes(",") && takes(")") {
            words.push("`,`".to_owned());
        }
        if takes("&&") || takes("==") || words.is_empty() {
            words.push("an operator".to_owned());
        }
    }
    words
}

fn list(words: &[String]) -> String {
    match words {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The innermost bracket that is open before the token `at`.
fn innermost(tokens: &[Token], at: usize) -> Option<Kind> {
    let mut closed = 0usize;
    for token in tokens.iter().take(at).rev() {
        if token.kind.is_closer() {
            closed = closed.saturating_add(1);
        } else if token.kind.closer().is_some() {
            match closed.checked_sub(1) {
                Some(left) => closed = left,
                None => return Some(token.kind),
            }
        }
    }
    None
}

/// A token in words; never the content of a string.
fn describe(source: &str, token: Token) -> String {
    let text = token.span.slice(source);
    match token.kind {
        Kind::Word | Kind::Quoted => format!("the name {text}"),
        Kind::At(_) | Kind::Bool(_) | Kind::Null => format!("`{text}`"),
        Kind::Int | Kind::Float => "a number".to_owned(),
        Kind::Str => "a string".to_owned(),
        Kind::TypeName => "a type name".to_owned(),
        Kind::PartClose => "the end of the part".to_owned(),
        _ => format!("`{text}`"),
    }
}
