//! Regular expressions: read, bounded and compiled once.

use probelang_diagnostic::{Diagnostic, Span, limit, program, spell};
use probelang_dialect::{Dialect, PatternLimits, Regex, RegexError};
use regex_syntax::ast::{self, ErrorKind};

mod cache;
mod property;

pub use cache::PatternCache;

/// The smallest size that a compiled pattern counts with. Most are below.
const SMALLEST: usize = 16 * 1024;

/// What the patterns of one program may still take.
#[derive(Clone, Debug)]
pub struct Room {
    left: usize,
}

impl Room {
    /// All of it, for the first pattern.
    #[must_use]
    pub const fn new(limits: &PatternLimits) -> Self {
        Self { left: limits.together }
    }
}

/// A pattern, compiled.
#[derive(Clone, Debug)]
pub struct CompiledPattern {
    /// With what the dialect puts around it.
    pub regex: Regex,
    /// Bytes within which it compiles, and with which it counts.
    pub size: usize,
}

/// Compiles the pattern `source`, which is at `span`, as the dialect applies it, and takes its size from the
/// room of the program's patterns. A pattern that is in `cache` is not compiled again.
///
/// # Errors
/// What is wrong with it; a construct without linear time by its name.
///
/// # Cost
/// Bounded by the limits of patterns, and that of all patterns of a program by the limit of their sum.
pub fn compile(
    source: &str,
    span: Span,
    limits: &PatternLimits,
    dialect: &Dialect,
    room: &mut Room,
    cache: Option<&PatternCache>,
) -> Result<CompiledPattern, Box<Diagnostic>> {
    if source.len() > limits.bytes {
        let message = format!("the pattern is too long: {} bytes of at most {}", source.len(), limits.bytes);
        return Err(Diagnostic::new(limit::PATTERN_TOO_LONG, span, message).into());
    }
    let parsed = ast::parse::ParserBuilder::new().nest_limit(limits.nesting).build().parse(source);
    match parsed {
        Err(error) => return Err(unreadable(source, &error, span, limits).into()),
        Ok(parsed) => {
            if let Some(property) = property::of_no_runtime(&parsed) {
                return Err(unknown_property(&property, span).into());
            }
        }
    }
    let source = &*dialect.written_out(source, limits.nesting);
    let (before, behind) = dialect.matches.anchors();
    // an unfinished comment of a verbose pattern would swallow what comes after it
    let whole = [format!("{before}{source}{behind}"), format!("{before}{source}\n{behind}")];
    let whole = if before.is_empty() && behind.is_empty() { source } else { readable(&whole) };
    match sized(whole, limits, room, cache) {
        Ok(compiled) => Ok(compiled),
        Err(RegexError::TooLarge(size)) => {
            let message = if size < limits.compiled {
                format!(
                    "the patterns of this program are too large together: they compile to more than {} bytes",
                    limits.together
                )
            } else {
                format!("the pattern is too large: it compiles to more than {size} bytes")
            };
            let diagnostic = Diagnostic::new(limit::PATTERN_TOO_LARGE, span, message);
            let note =
                "a smaller repetition count, or an ASCII class such as [0-9] for \\d, makes it smaller";
            Err(diagnostic.note(note).into())
        }
        Err(RegexError::Unreadable(why)) => {
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(Diagnostic::new(program::BAD_PATTERN, span, format!("the pattern does not read: {why}"))
                .into())
        }
    }
}

/// Whether a pattern matches an empty text somewhere. One that does not read matches nothing.
#[must_use]
pub fn may_be_empty(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|read| read.properties().minimum_len() == Some(0))
}

/// Compiles within the smallest size that will do, or takes it from the cache. What a pattern that fits nowhere was tried with is taken from the
/// room too, so that a program of such patterns costs no more than one of the largest that fit.
fn sized(
    pattern: &str,
    limits: &PatternLimits,
    room: &mut Room,
    cache: Option<&PatternCache>,
) -> Result<CompiledPattern, RegexError> {
    let most = limits.compiled.min(room.left);
    let known = cache.and_then(|cache| cache.find(pattern, limits.nesting, most));
    let built = match known {
        Some(cache::Before::Fits(compiled)) => Ok(compiled),
        Some(cache::Before::TooLarge) => Err(RegexError::TooLarge(most)),
        None => {
            let built = built(pattern, limits, most);
            match (&built, cache) {
                (Ok(compiled), Some(cache)) => cache.fits(pattern, limits.nesting, compiled),
                (Err(RegexError::TooLarge(_)), Some(cache)) => {
                    cache.too_large(pattern, limits.nesting, most);
                }
                _ => {}
            }
            built
        }
    };
    // a pattern that does not read was tried once, with the smallest size
    let taken = match &built {
        Ok(compiled) => compiled.size,
        Err(RegexError::TooLarge(_)) => most,
        Err(_) => SMALLEST.min(most),
    };
    room.left = room.left.saturating_sub(taken);
    built
}

/// Compiles within the smallest size up to `most` that will do.
fn built(pattern: &str, limits: &PatternLimits, most: usize) -> Result<CompiledPattern, RegexError> {
    let mut size = SMALLEST.min(most);
    loop {
        match Regex::new(pattern, size, limits.nesting_written()) {
            Err(RegexError::TooLarge(_)) if size < most => size = size.saturating_mul(4).min(most),
            Err(error) => return Err(error),
            Ok(regex) => return Ok(CompiledPattern { regex, size }),
        }
    }
}

/// The first of two spellings that reads.
fn readable(spellings: &[String; 2]) -> &str {
    let [first, second] = spellings;
    if ast::parse::Parser::new().parse(first).is_ok() { first } else { second }
}

/// A property that patterns do not have here.
fn unknown_property(property: &str, span: Span) -> Diagnostic {
    let message = format!("the pattern does not read: no runtime knows the property `{property}`");
    Diagnostic::new(program::BAD_PATTERN, span, message)
        .note("with a value there are general categories, `\\p{gc=Lu}`, and scripts, `\\p{sc=Greek}` and `\\p{scx=Greek}`")
}

/// Why a pattern does not read, with the name of a construct that needs backtracking.
fn unreadable(source: &str, error: &ast::Error, span: Span, limits: &PatternLimits) -> Diagnostic {
    let at = error.span().start.offset;
    let rest = source.get(at..).unwrap_or_default();
    let construct = match error.kind() {
        ErrorKind::NestLimitExceeded(_) => {
            let message = format!("the pattern nests too deeply: more than {} levels", limits.nesting);
            return Diagnostic::new(limit::PATTERN_TOO_LARGE, span, message);
        }
        ErrorKind::UnsupportedBackreference => Some("a back-reference"),
        ErrorKind::UnsupportedLookAround if rest.starts_with("(?<") => Some("a look-behind"),
        ErrorKind::UnsupportedLookAround => Some("a look-ahead"),
        _ => construct(source, at),
    };
    match construct {
        Some(name) => {
            let message = format!("{name} cannot be matched in linear time");
            Diagnostic::new(program::PATTERN_CONSTRUCT, span, message)
                .arg("construct", name)
                .note("patterns have the syntax of Rust's regex crate: no look-around, no back-references")
        }
        None => {
            let message = format!("the pattern does not read: {}, at its character {}", error.kind(), {
                source.get(..at).unwrap_or_default().chars().count().saturating_add(1)
            });
            Diagnostic::new(program::BAD_PATTERN, span, message)
                .arg("pattern", spell::string(source).to_string())
        }
    }
}

/// A construct of backtracking engines at or just before the place of an error.
fn construct(source: &str, at: usize) -> Option<&'static str> {
    let constructs = [
        ("(?=", "a look-ahead"),
        ("(?!", "a look-ahead"),
        ("(?<=", "a look-behind"),
        ("(?<!", "a look-behind"),
        ("(?P=", "a back-reference"),
        ("(?>", "an atomic group"),
        ("(?(", "a conditional group"),
        ("(?R", "a recursion"),
        ("(?0", "a recursion"),
        ("(?1", "a recursion"),
        ("(?&", "a recursion"),
        ("(?|", "a branch reset"),
        ("(*", "a backtracking verb"),
        ("\\k", "a back-reference"),
        ("\\g", "a back-reference"),
        ("\\K", "a match reset"),
        ("\\G", "a continuation anchor"),
    ];
    let mut from = at.saturating_sub(4);
    while !source.is_char_boundary(from) {
        from = from.saturating_sub(1);
    }
    let near = source.get(from..)?;
    constructs
        .iter()
        .filter_map(|(text, name)| {
            let place = near.find(text)?.saturating_add(from);
            (place <= at).then_some((place, *name))
        })
        .max_by_key(|(place, _)| *place)
        .map(|(_, name)| name)
}
