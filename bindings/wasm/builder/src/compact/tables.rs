//! Tables of numbers as differences.
//!
//! A table of pointers or code points grows by the same steps from row to row, which a compressor does not see. The
//! module therefore has the differences, and sums them up before it starts.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use wasm_encoder::{BlockType, Function, Instruction, MemArg, ValType};
use wasmparser::{DataKind, Operator, Parser, Payload};

use super::powers::Powers;

/// Bytes that are differences together, or not.
const BLOCK: usize = 256;

/// Bytes of a word, in which differences are taken.
const WORD: usize = 4;

/// Rows of a table that are looked at: of 1 to 4 words.
const ROWS: [usize; 4] = [WORD, 2 * WORD, 3 * WORD, 4 * WORD];

/// Compressed bytes that a block must save, so that the description of its table pays.
const GAIN: usize = 12;

/// The data of a module with differences, and where they are, and without what is computed.
pub struct Data {
    /// Which data segment it is.
    pub segment: usize,
    pub bytes: Vec<u8>,
    /// The address of its first byte.
    address: u32,
    tables: Vec<Table>,
    powers: Option<Powers>,
}

/// A part of the data that is differences.
struct Table {
    start: usize,
    end: usize,
    /// Bytes of a row: how far back the word is from which a word differs.
    row: usize,
}

impl Data {
    /// The largest data segment with differences where they compress better, and without tables of powers; nothing if
    /// that changes nothing.
    pub fn read(module: &[u8]) -> anyhow::Result<Option<Self>> {
        let mut largest: Option<(usize, u32, &[u8])> = None;
        for payload in Parser::new(0).parse_all(module) {
            let Payload::DataSection(section) = payload? else { continue };
            for (segment, data) in section.into_iter().enumerate() {
                let data = data?;
                let DataKind::Active { memory_index: 0, offset_expr } = data.kind else { continue };
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                    continue;
                };
                let address = value.cast_unsigned();
                let is_aligned = (address as usize).is_multiple_of(WORD);
                if is_aligned && largest.is_none_or(|(_, _, other)| other.len() < data.data.len()) {
                    largest = Some((segment, address, data.data));
                }
            }
        }
        let Some((segment, address, plain)) = largest else { return Ok(None) };
        let mut plain = plain.to_vec();
        let powers = Powers::take(&mut plain, address)?;
        let tables = tables(&plain)?;
        let mut bytes = plain.clone();
        for table in &tables {
            for at in (table.start..table.end).step_by(WORD) {
                bytes[at..at + WORD].copy_from_slice(&difference(&plain, at, table.row));
            }
        }
        let is_other = !tables.is_empty() || powers.is_some();
        Ok(is_other.then_some(Self { segment, bytes, address, tables, powers }))
    }

    /// The functions that sum the differences up, compute the powers, and do all of that: the last is run first. `first`
    /// is the number of the first.
    pub fn functions(&self, first: u32) -> anyhow::Result<[Vec<u8>; 3]> {
        // the parameters of the first: where a table starts and ends, and the bytes of a row
        let (at, end, row) = (0, 1, 2);
        let word = MemArg { offset: 0, align: 2, memory_index: 0 };
        let mut sum = Function::new([]);
        for instruction in [
            Instruction::Loop(BlockType::Empty),
            Instruction::LocalGet(at),
            Instruction::LocalGet(at),
            Instruction::I32Load(word),
            Instruction::LocalGet(at),
            Instruction::LocalGet(row),
            Instruction::I32Sub,
            Instruction::I32Load(word),
            Instruction::I32Add,
            Instruction::I32Store(word),
            Instruction::LocalGet(at),
            Instruction::I32Const(WORD as i32),
            Instruction::I32Add,
            Instruction::LocalTee(at),
            Instruction::LocalGet(end),
            Instruction::I32LtU,
            Instruction::BrIf(0),
            Instruction::End,
            Instruction::End,
        ] {
            sum.instruction(&instruction);
        }
        let mut all = Function::new([]);
        for table in &self.tables {
            let place = |at: usize| (self.address + at as u32).cast_signed();
            for parameter in [place(table.start), place(table.end), table.row as i32] {
                all.instruction(&Instruction::I32Const(parameter));
            }
            all.instruction(&Instruction::Call(first));
        }
        // only now: a difference may be to what the powers replace
        if let Some(powers) = &self.powers {
            for argument in powers.arguments() {
                all.instruction(&Instruction::I32Const(argument));
            }
            all.instruction(&Instruction::Call(first + 1));
        }
        all.instruction(&Instruction::End);
        Ok([sum.into_raw_body(), Powers::function()?, all.into_raw_body()])
    }

    /// The parameters of these functions.
    pub const PARAMETERS: [&'static [ValType]; 3] = [&[ValType::I32; 3], &[ValType::I32; 2], &[]];
}

/// The parts that are tables.
fn tables(plain: &[u8]) -> anyhow::Result<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for (number, block) in plain.chunks_exact(BLOCK).enumerate() {
        let start = number * BLOCK;
        let mut best = (compressed(block)?.saturating_sub(GAIN), None);
        for row in ROWS.into_iter().filter(|row| *row <= start) {
            let differences = (start..start + BLOCK).step_by(WORD).flat_map(|at| difference(plain, at, row));
            let size = compressed(&differences.collect::<Vec<u8>>())?;
            if size < best.0 {
                best = (size, Some(row));
            }
        }
        let Some(row) = best.1 else { continue };
        match tables.last_mut() {
            Some(table) if table.end == start && table.row == row => table.end += BLOCK,
            _ => tables.push(Table { start, end: start + BLOCK, row }),
        }
    }
    Ok(tables)
}

/// What a word is more than the one a row before it.
fn difference(plain: &[u8], at: usize, row: usize) -> [u8; WORD] {
    let word =
        |at: usize| plain[at..at + WORD].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    word(at).wrapping_sub(word(at - row)).to_le_bytes()
}

fn compressed(bytes: &[u8]) -> std::io::Result<usize> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
