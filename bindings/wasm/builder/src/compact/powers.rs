//! Tables of powers that the module computes.
//!
//! The standard library reads floats with 128 bits of each power of five from 5^-342 to 5^308, and serde_json those of
//! JSON with powers of ten. No compressor makes them smaller: 10,416 bytes and 2,472. The module is without them, and
//! computes them when it starts, in a few hundred bytes.

use wasmparser::{Parser, Payload};

/// The powers of five in the table.
const FIVES: std::ops::RangeInclusive<i32> = -342..=308;

/// Below the lowest power of five that is rounded up; all positive ones are cut off.
const CUT: i32 = -28;

/// The lowest address that the function does not use.
const SCRATCH: u32 = 448;

/// The tables of a module.
pub struct Powers {
    /// The address of the table of powers of five.
    fives: u32,
    /// The address of the table of powers of ten, or 0.
    tens: u32,
}

impl Powers {
    /// Takes the tables out of the data that is at `address`; nothing if they are not there.
    pub fn take(data: &mut [u8], address: u32) -> anyhow::Result<Option<Self>> {
        // the stack, where the function has its numbers, is below
        anyhow::ensure!(address >= SCRATCH, "the data of the module does not come after its stack");
        let Some(fives) = clear(data, &fives()) else { return Ok(None) };
        let tens = clear(data, &tens());
        let place = |at: usize| anyhow::Ok(address + u32::try_from(at)?);
        Ok(Some(Self { fives: place(fives)?, tens: tens.map(place).transpose()?.unwrap_or(0) }))
    }

    /// What the function is called with.
    pub fn arguments(&self) -> [i32; 2] {
        [self.fives.cast_signed(), self.tens.cast_signed()]
    }

    /// The code of the function, which takes two addresses.
    pub fn function() -> anyhow::Result<Vec<u8>> {
        let module = wat::parse_str(include_str!("powers.wat"))?;
        for payload in Parser::new(0).parse_all(&module) {
            if let Payload::CodeSectionEntry(body) = payload? {
                return Ok(body.as_bytes().to_vec());
            }
        }
        anyhow::bail!("there is no function in powers.wat")
    }
}

/// Writes zeros over a table, and says where it was.
fn clear(data: &mut [u8], table: &[u8]) -> Option<usize> {
    let at = data.windows(table.len()).position(|bytes| bytes == table)?;
    data[at..at + table.len()].fill(0);
    Some(at)
}

/// The first 128 bits of the powers of five, as the function writes them.
fn fives() -> Vec<u8> {
    let (mut down, mut up) = (Number::default(), Number::default());
    down.0[Number::WORDS - 1] = 1 << 31;
    up.0[0] = 1;
    let mut table = vec![0_u128; FIVES.count()];
    let place = |power: i32| (power - FIVES.start()) as usize;
    for power in (*FIVES.start()..0).rev() {
        down.divide();
        table[place(power)] = down.first_bits() + u128::from(power > CUT);
    }
    for power in 0..=*FIVES.end() {
        table[place(power)] = up.first_bits();
        up.multiply();
    }
    table.iter().flat_map(|bits| [(bits >> 64) as u64, *bits as u64]).flat_map(u64::to_le_bytes).collect()
}

/// The powers of ten that a float has.
fn tens() -> Vec<u8> {
    (0..=*FIVES.end())
        .flat_map(|power| format!("1e{power}").parse::<f64>().unwrap_or(0.0).to_le_bytes())
        .collect()
}

/// A number, its lowest word first.
#[derive(Default)]
struct Number([u32; Number::WORDS]);

impl Number {
    const WORDS: usize = 32;

    fn divide(&mut self) {
        self.0.iter_mut().rev().fold(0, |rest, word| {
            let whole = rest << 32 | u64::from(*word);
            *word = (whole / 5) as u32;
            whole % 5
        });
    }

    fn multiply(&mut self) {
        self.0.iter_mut().fold(0, |rest, word| {
            let whole = u64::from(*word) * 5 + rest;
            *word = whole as u32;
            whole >> 32
        });
    }

    /// Its bits from the first that is one.
    fn first_bits(&self) -> u128 {
        let words = self.0.iter().rev().skip_while(|word| **word == 0).chain([&0; 5]).copied();
        let mut words = words.map(u128::from);
        let mut next = || words.next().unwrap_or(0);
        let bits = next() << 96 | next() << 64 | next() << 32 | next();
        let shift = bits.leading_zeros();
        bits << shift | next() >> (32 - shift)
    }
}

/// That the function writes the same tables is tested with the package: `../tests/node/powers.test.js`.
#[cfg(test)]
mod tests {
    #[test]
    fn a_power_is_written_as_the_standard_library_has_it() {
        let bits = super::fives();
        // 5^-342, and 5^0
        assert_eq!(bits[..8], 0xeef4_53d6_923b_d65a_u64.to_le_bytes());
        assert_eq!(bits[342 * 16..][..16], [0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
