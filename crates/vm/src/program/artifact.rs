//! The binary form of a program: what a control plane compiles and a tracer, which has no front end, loads.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `PBLANG` and the version, little-endian |
//! | 8 | FNV-1a, 64 bits, of all that follows: against accidents, not against forgery |
//! | rest | the tables, field by field, as they are in [`Tables`] |
//!
//! Integers are little-endian and of fixed width, texts and lists have their length before them, a choice is its
//! number: the form depends on no target, and one program has one form. Nothing in it is trusted: each number
//! is held against its range while it is read, patterns are compiled within the limits of patterns, and what was
//! read has to pass the [verifier](crate::Invalid) like every other program.

use std::fmt;

use probelang_dialect::{PatternLimits, Regex};

use crate::Invalid;
use crate::program::ids::{PatternId, Table};
use crate::program::{Debug, Pattern, Program, Tables};

mod fields;
#[cfg(test)]
mod form;

use fields::{Field, Input, length};

/// The version that this build writes and reads. Every change of the form or of what an instruction does is
/// another one. `artifact/form.txt` is the form of this version.
pub const ARTIFACT_VERSION: u16 = 7;

/// Bytes of an artifact that are read: 4 MiB, far more than a program within the limits of source text takes.
pub const ARTIFACT_BYTES: usize = 4 << 20;

/// Patterns that an artifact may hold: as many as a program may have nodes.
const PATTERNS: usize = 1_000;

const MAGIC: &[u8; 6] = b"PBLANG";
const HEADER: usize = 16;

/// Why bytes are no program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ArtifactError {
    /// They do not begin as an artifact does.
    NoArtifact,
    /// Of another version: this one.
    Version(u16),
    /// Longer than [`ARTIFACT_BYTES`].
    TooLong,
    /// Cut off, or followed by something.
    Length,
    /// Changed on the way.
    Checksum,
    /// The number at this byte is out of its range.
    Malformed(usize),
    /// A pattern does not compile within the limits.
    Pattern,
    /// It reads, and does not hold together.
    Invalid(Invalid),
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoArtifact => f.write_str("not an artifact of probelang"),
            Self::Version(found) => {
                write!(f, "an artifact of version {found}; this build reads version {ARTIFACT_VERSION}")
            }
            Self::TooLong => write!(f, "the artifact is longer than {ARTIFACT_BYTES} bytes"),
            Self::Length => f.write_str("the artifact is cut off, or something follows it"),
            Self::Checksum => f.write_str("the artifact was changed: its checksum does not hold"),
            Self::Malformed(at) => write!(f, "the artifact does not read at byte {at}"),
            Self::Pattern => f.write_str("a pattern of the artifact does not compile within the limits"),
            Self::Invalid(invalid) => write!(f, "the artifact does not hold together: {invalid}"),
        }
    }
}

impl std::error::Error for ArtifactError {}

impl Program {
    /// The program as bytes: the same for the same program, on every machine.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.write_bytes(&self.tables.debug)
    }

    /// The same without source text, spans and paths: faults have their code and message, and no place.
    #[must_use]
    pub fn to_stripped_bytes(&self) -> Vec<u8> {
        self.write_bytes(&Debug::default())
    }

    fn write_bytes(&self, debug: &Debug) -> Vec<u8> {
        let t = &self.tables;
        let mut out = Vec::new();
        t.kind.put(&mut out);
        t.code.put(&mut out);
        t.entry.put(&mut out);
        t.parts.put(&mut out);
        t.constants.put(&mut out);
        t.symbols.put(&mut out);
        t.places.put(&mut out);
        t.loops.put(&mut out);
        t.catches.put(&mut out);
        t.pattern_limits.put(&mut out);
        length(t.patterns.len()).put(&mut out);
        for pattern in t.patterns.items() {
            pattern.source.put(&mut out);
            Box::<str>::from(pattern.regex.as_str()).put(&mut out);
            pattern.size.put(&mut out);
        }
        t.slots.put(&mut out);
        t.dialect.put(&mut out);
        debug.source.put(&mut out);
        debug.sites.put(&mut out);
        debug.spans.put(&mut out);
        debug.origins.put(&mut out);
        seal(&out)
    }

    /// The program that these bytes are. Linear in their length, patterns apart, which are compiled within the
    /// usual limits.
    ///
    /// # Errors
    /// Whatever is not as [`to_bytes`](Self::to_bytes) writes it, or does not hold together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        Self::from_bytes_within(bytes, &PatternLimits::default())
    }

    /// As [`from_bytes`](Self::from_bytes), with other limits on patterns.
    ///
    /// # Errors
    /// The same.
    pub fn from_bytes_within(bytes: &[u8], limits: &PatternLimits) -> Result<Self, ArtifactError> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            let cut = bytes.len() < MAGIC.len() && !bytes.is_empty() && MAGIC.starts_with(bytes);
            return Err(if cut { ArtifactError::Length } else { ArtifactError::NoArtifact });
        }
        let mut input = Input { bytes, at: MAGIC.len() };
        let version = u16::take(&mut input)?;
        if version != ARTIFACT_VERSION {
            return Err(ArtifactError::Version(version));
        }
        if bytes.len() > ARTIFACT_BYTES {
            return Err(ArtifactError::TooLong);
        }
        let sum = u64::take(&mut input)?;
        if sum != checksum(bytes.get(HEADER..).unwrap_or_default()) {
            return Err(ArtifactError::Checksum);
        }
        let input = &mut input;
        let tables = Tables {
            kind: Field::take(input)?,
            code: Field::take(input)?,
            entry: Field::take(input)?,
            parts: Field::take(input)?,
            constants: Field::take(input)?,
            symbols: Field::take(input)?,
            places: Field::take(input)?,
            loops: Field::take(input)?,
            catches: Field::take(input)?,
            pattern_limits: pattern_limits(input, limits)?,
            patterns: patterns(input, limits)?,
            slots: Field::take(input)?,
            dialect: Field::take(input)?,
            debug: Debug {
                source: Field::take(input)?,
                sites: Field::take(input)?,
                spans: Field::take(input)?,
                origins: Field::take(input)?,
                traced: None,
            },
        };
        if input.at != bytes.len() {
            return Err(ArtifactError::Length);
        }
        Self::new(tables).map_err(ArtifactError::Invalid)
    }
}

/// Puts a header before tables.
fn seal(tables: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    ARTIFACT_VERSION.put(&mut out);
    checksum(tables).put(&mut out);
    out.extend_from_slice(tables);
    out
}

fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn pattern_limits(input: &mut Input<'_>, limits: &PatternLimits) -> Result<PatternLimits, ArtifactError> {
    let at = input.at;
    let read = PatternLimits::take(input)?;
    let within =
        read.bytes <= limits.bytes && read.compiled <= limits.compiled && read.nesting <= limits.nesting;
    if within { Ok(read) } else { Err(ArtifactError::Malformed(at)) }
}

fn patterns(
    input: &mut Input<'_>,
    limits: &PatternLimits,
) -> Result<Table<PatternId, Pattern>, ArtifactError> {
    let at = input.at;
    let count = u32::take(input)? as usize;
    if count > PATTERNS {
        return Err(ArtifactError::Malformed(at));
    }
    let mut patterns = Table::default();
    let mut room = limits.together;
    for _ in 0..count {
        let source = Box::<str>::take(input)?;
        let whole = Box::<str>::take(input)?;
        let size = usize::take(input)?;
        if source.len() > limits.bytes || whole.len() > PatternLimits::bytes_written(source.len()) {
            return Err(ArtifactError::Pattern);
        }
        if size > limits.compiled || size > room {
            return Err(ArtifactError::Pattern);
        }
        room = room.saturating_sub(size);
        let regex = Regex::new(&whole, size, limits.nesting_written()).map_err(|_| ArtifactError::Pattern)?;
        patterns.push(Pattern { source, regex, size });
    }
    Ok(patterns)
}
