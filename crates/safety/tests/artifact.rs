//! Artifacts: one form for one program, and no byte of it that is trusted.

use probelang::dialect::PatternLimits;
use probelang::host::Budget;
use probelang::syntax::Limits;
use probelang::{ARTIFACT_VERSION, ArtifactError, Engine, Program};
use probelang_safety::artifact::{HEADER, load_and_run, reseal};
use probelang_safety::{draw, observe};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{cases, for_each_seed, world};
use probelang_testkit::host::TestHost;

fn load(bytes: &[u8]) -> Result<Program, ArtifactError> {
    Engine::new().load(bytes)
}

/// The artifacts of some programs, of all kinds and dialects.
fn artifacts(count: usize) -> Vec<Vec<u8>> {
    (0..)
        .filter_map(|seed| Some(draw::program(&mut Choices::seeded(seed)).program()?.to_bytes()))
        .take(count)
        .collect()
}

#[test]
fn a_program_answers_as_its_artifact_does() {
    for_each_seed(2_000, |choices| {
        let drawn = draw::program(choices);
        let (Some(program), Some(again)) = (drawn.program(), drawn.program()) else { return Ok(()) };
        let bytes = program.to_bytes();
        if again.to_bytes() != bytes {
            return Err(format!("{}: two compilations differ", drawn.shown()));
        }
        let engine = Engine::new().policy(drawn.policy.clone()).text_limits(drawn.text);
        let loaded = engine.load(&bytes).map_err(|error| format!("{}: {error}", drawn.shown()))?;
        let stripped = engine
            .load(&program.to_stripped_bytes())
            .map_err(|error| format!("{} stripped: {error}", drawn.shown()))?;
        if loaded.to_bytes() != bytes || loaded.disassemble() != program.disassemble() {
            return Err(format!("{}: written otherwise than it was read", drawn.shown()));
        }
        let frame = world::frame(choices);
        let run = |program: &Program| {
            let mut host = TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
            let bound = program.bind(host.names());
            observe::run(&bound, &host, &mut Budget::steps(100_000))
        };
        let (one, two, three) = (run(&program), run(&loaded), run(&stripped));
        if one != two {
            return Err(format!("{}: {one:?} became {two:?}", drawn.shown()));
        }
        // without spans: the same answer, codes and steps
        if (&one.codes, one.steps) != (&three.codes, three.steps) {
            return Err(format!("{}: {one:?} became {three:?}, stripped", drawn.shown()));
        }
        Ok(())
    });
}

#[test]
fn every_truncation_is_refused() {
    for bytes in artifacts(40) {
        for end in 0..bytes.len() {
            assert!(load(&bytes[..end]).is_err(), "{end} of {}", bytes.len());
            let mut cut = bytes[..end].to_vec();
            reseal(&mut cut);
            assert!(load(&cut).is_err(), "{end} of {}, sealed again", bytes.len());
        }
        let mut longer = [bytes.as_slice(), &[0]].concat();
        reseal(&mut longer);
        assert_eq!(load(&longer).err(), Some(ArtifactError::Length));
    }
}

#[test]
fn every_changed_bit_is_refused_and_where_the_checksum_is_put_in_order_refused_or_bounded() {
    let mut accepted = 0;
    for (at, bytes) in artifacts(40).iter().enumerate() {
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(load(&changed).is_err(), "bit {bit}");
            reseal(&mut changed);
            accepted += u32::from(bit / 8 >= HEADER && load_and_run(&changed, at as u64).is_ok());
        }
    }
    // most are constants, texts and spans
    assert!(accepted > 1_000, "{accepted}");
}

#[test]
fn random_bytes_and_programs_spliced_of_two_are_refused_or_bounded() {
    let all = artifacts(60);
    let mut accepted = 0u32;
    let count = cases(20_000);
    for seed in 0..count {
        let choices = &mut Choices::seeded(seed);
        let mut bytes = all[choices.below(all.len())].clone();
        match choices.below(3) {
            0 => {
                bytes.truncate(HEADER);
                bytes.extend((0..choices.below(200)).map(|_| choices.byte()));
            }
            1 => {
                for _ in 0..1 + choices.below(4) {
                    let at = HEADER + choices.below(bytes.len() - HEADER);
                    bytes[at] = if choices.chance(128) { choices.below(4) as u8 } else { choices.byte() };
                }
            }
            _ => {
                let other = &all[choices.below(all.len())];
                let at = HEADER + choices.below(bytes.len() - HEADER);
                let from = HEADER + choices.below(other.len() - HEADER);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        reseal(&mut bytes);
        accepted += u32::from(load_and_run(&bytes, seed).is_ok());
    }
    assert!(u64::from(accepted) > count / 200, "{accepted} of {count}");
}

#[test]
fn patterns_that_are_too_large_together_are_refused() {
    // each counts as 1 MiB; from a compiler with another limit
    let source: Vec<String> = (0..33).map(|i| format!(r#"matches(s, "\\d{{190}}{i}")"#)).collect();
    let limits =
        Limits::default().with_patterns(PatternLimits { together: 1 << 30, ..PatternLimits::default() });
    let bytes = |patterns: usize| {
        let source = source[..patterns].join(" || ");
        Engine::new().limits(limits).condition(&source).expect("compiles").to_bytes()
    };
    assert!(load(&bytes(32)).is_ok());
    assert_eq!(load(&bytes(33)).err(), Some(ArtifactError::Pattern));
}

#[test]
fn another_version_is_refused_by_name() {
    let mut bytes = artifacts(1).remove(0);
    bytes[6..8].copy_from_slice(&(ARTIFACT_VERSION + 1).to_le_bytes());
    let refused = load(&bytes).expect_err("of another version");
    assert_eq!(refused, ArtifactError::Version(ARTIFACT_VERSION + 1));
    let (other, own) = (ARTIFACT_VERSION + 1, ARTIFACT_VERSION);
    assert_eq!(
        refused.to_string(),
        format!("an artifact of version {other}; this build reads version {own}")
    );
    assert_eq!(load(b"").err(), Some(ArtifactError::NoArtifact));
    assert_eq!(load(b"{\"json\": 1}").err(), Some(ArtifactError::NoArtifact));
}
