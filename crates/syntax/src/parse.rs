//! Text to tree.
//!
//! A source is read in three steps, each linear: raw tokens ([`crate::lex`]), the terminals of the grammar with
//! every bracket in a pair (`terminals`), the generated LR parser (`grammar/probelang.lalrpop`), which has no
//! recursion. What the grammar does not read is reported, cut out and the rest read again (`recover`), once for each
//! error that is reported, so the whole stays linear.

mod balance;
mod brackets;
pub(crate) mod build;
mod expected;
mod foreign;
mod recover;
mod report;
mod terminals;
pub(crate) mod token;

#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    missing_docs,
    unused_qualifications,
    unused_extern_crates,
    dead_code,
    unused_imports
)]
mod grammar {
    lalrpop_util::lalrpop_mod!(generated, "/probelang.rs");
    pub use generated::SourceParser;
}

use lalrpop_util::ParseError;
use probelang_diagnostic::{Diagnostic, Span, limit, parse as code};

use crate::tree::Full;
use crate::{Limits, Parsed, SourceKind, Tree};
use build::{Build, Stop};
use expected::Stuck;
use recover::Recovery;
use report::Report;
use terminals::Terminals;
use token::{Kind, Token};

/// Reads `source` as an expression or a template.
///
/// Never panics, whatever the source. Time is linear in its length, and nothing is read of a source that is
/// longer than `limits` allow; a limit that is reached is the only diagnostic. Otherwise errors are reported
/// together, up to the limit on them.
///
/// ```
/// use probelang_syntax::{Limits, SourceKind, parse};
/// let parsed = parse("len(items) > 5", SourceKind::Expression, &Limits::default());
/// assert!(parsed.tree.is_some());
/// let parsed = parse("items.size() > 5", SourceKind::Expression, &Limits::default());
/// assert_eq!(parsed.diagnostics[0].message, "`size` is a method call: write `len(items)`");
/// ```
#[must_use]
pub fn parse(source: &str, kind: SourceKind, limits: &Limits) -> Parsed {
    let refused = |diagnostic| Parsed { tree: None, diagnostics: vec![diagnostic], incomplete: false };
    if source.len() > limits.source_bytes {
        return refused(too_long(limits.source_bytes));
    }
    let mut report = Report::new(limits);
    let terminals = match terminals::read(source, kind, limits, &mut report) {
        Ok(terminals) => terminals,
        Err(diagnostic) => return refused(*diagnostic),
    };
    match read(source, terminals, limits, &mut report) {
        Ok((tree, unfinished)) => {
            let incomplete = unfinished && report.errors().all(says_unfinished);
            let diagnostics = report.finish();
            let refused = diagnostics.iter().any(Diagnostic::is_error);
            Parsed { tree: tree.filter(|_| !refused), diagnostics, incomplete }
        }
        Err(diagnostic) => refused(*diagnostic),
    }
}

/// Whether an error says no more than that the source ends too early.
fn says_unfinished(error: &Diagnostic) -> bool {
    [code::INCOMPLETE, code::EMPTY, code::UNCLOSED_BRACKET, probelang_diagnostic::template::UNCLOSED_PART]
        .contains(&error.code)
}

/// Runs the parser until it reads all, and reports what it did not read on the way. The tree, and whether the
/// source ends too early.
fn read(
    source: &str,
    terminals: Terminals,
    limits: &Limits,
    report: &mut Report,
) -> Result<(Option<Tree>, bool), Box<Diagnostic>> {
    let Terminals { mut tokens, mut unfinished } = terminals;
    if let [Token { kind: Kind::Expression, .. }] = tokens.as_slice() {
        let message = "there is no expression";
        report.push(Diagnostic::new(code::EMPTY, Span::from_usize(source.len(), source.len()), message));
        return Ok((None, true));
    }
    let mut recovery = Recovery::new(limits);
    loop {
        let mut build = Build::new(source, tokens.len(), limits, report);
        let input = tokens.iter().enumerate().map(|(at, token)| Ok((at, *token, at)));
        let (at, expected) = match grammar::SourceParser::new().parse(&mut build, input) {
            Ok(()) => return Ok((build.finish(), unfinished)),
            Err(ParseError::User { error: Stop::Full(full, span) }) => {
                return Err(Box::new(full_tree(full, span, limits)));
            }
            Err(ParseError::UnrecognizedToken { token: (at, ..), expected }) => (at, expected),
            Err(ParseError::UnrecognizedEof { expected, .. }) => {
                unfinished = true;
                (tokens.len(), expected)
            }
            Err(ParseError::ExtraToken { token: (at, ..) }) => (at, Vec::new()),
            Err(ParseError::InvalidToken { location }) => (location, Vec::new()),
        };
        drop(build.finish());
        let piece = recovery.piece(&tokens, at);
        let stuck = Stuck { source, tokens: &tokens, at, expected: &expected };
        stuck.tell(piece.clone().unwrap_or(at..at), report);
        match piece.filter(|_| !report.is_full()) {
            Some(piece) => Recovery::cut(&mut tokens, piece),
            None => return Ok((None, unfinished)),
        }
    }
}

fn too_long(most: usize) -> Diagnostic {
    Diagnostic::new(
        limit::SOURCE_TOO_LONG,
        Span::default(),
        format!("the source is longer than {most} bytes, the most that is read"),
    )
    .arg("limit", most.to_string())
}

fn full_tree(full: Full, span: Span, limits: &Limits) -> Diagnostic {
    match full {
        Full::Depth => terminals::too_deep(span, limits.depth),
        Full::Nodes => {
            let most = limits.nodes;
            Diagnostic::new(
                limit::TOO_MANY_NODES,
                span,
                format!("too many operations: at most {most} literals, names, operators and calls are read"),
            )
            .arg("limit", most.to_string())
        }
    }
}
