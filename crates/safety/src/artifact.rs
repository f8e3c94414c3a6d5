//! Artifacts that somebody changed.

use probelang::host::{Budget, Names};
use probelang::{ArtifactError, Engine};

use crate::evil::{EvilHost, Sins};
use crate::observe;

/// Bytes of the header: the magic, the version, the checksum.
pub const HEADER: usize = 16;

/// Puts the checksum in order again.
pub fn reseal(bytes: &mut [u8]) {
    if bytes.len() < HEADER {
        return;
    }
    let (header, rest) = bytes.split_at_mut(HEADER);
    let sum = rest.iter().fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    header[8..].copy_from_slice(&sum.to_le_bytes());
}

/// Loads bytes; what loads is run over a host, prints, and is written as it was read.
///
/// # Panics
/// Where a program that was accepted is not bounded.
pub fn load_and_run(bytes: &[u8], seed: u64) -> Result<(), ArtifactError> {
    let program = Engine::new().load(bytes)?;
    assert_eq!(program.to_bytes(), bytes, "one program has one form");
    let _ = program.disassemble();
    let bound = program.bind(&mut Names::new());
    let host = EvilHost::new(seed, Sins::default());
    let seen = observe::run(&bound, &host, &mut Budget::steps(2_000));
    assert!(seen.steps <= 2_000, "{} steps", seen.steps);
    assert_eq!((host.still_open(), host.misused.get()), (0, 0), "cursors");
    Ok(())
}
