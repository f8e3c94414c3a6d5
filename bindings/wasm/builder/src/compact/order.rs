//! Functions next to those that they resemble.

use std::collections::{HashMap, VecDeque};

use super::{Functions, rewrite};

/// Bytes of a piece of code. Functions resemble each other if they have many pieces in common.
const PIECE: usize = 6;

/// Bytes of code before a function that it is compared with. Deflate looks back 32 KiB, most matches are closer.
const WINDOW: usize = 12_000;

/// A piece that more functions have says nothing, and would be most of the work.
const COMMON: usize = 300;

/// The places of the functions that stay, each after those that have most in common with it.
///
/// Goes on with the function that has the greatest share of its pieces in the window, from the longest one. Takes time
/// in the square of their number: a second for 6,000.
pub fn by_likeness(functions: &Functions<'_>, instead: &[usize]) -> anyhow::Result<Vec<usize>> {
    let mut pieces = Pieces::default();
    let mut left = Vec::new();
    for (place, function) in functions.defined.iter().enumerate() {
        if instead[place] == place {
            let code = rewrite::code(function, &|index| functions.replaced(index, instead))?;
            left.push(Candidate {
                place,
                length: code.len(),
                pieces: pieces.of(&code, left.len()),
                seen: 0,
                taken: false,
            });
        }
    }
    let mut times = vec![0_u32; pieces.owners.len()];
    let mut window = VecDeque::new();
    let mut held = 0;
    let mut order = Vec::with_capacity(left.len());
    let mut next = (0..left.len()).rev().max_by_key(|&candidate| left[candidate].length);
    while let Some(taken) = next {
        left[taken].taken = true;
        order.push(left[taken].place);
        window.push_back(taken);
        held += left[taken].length;
        for piece in left[taken].pieces.clone() {
            times[piece] += 1;
            if times[piece] == 1 {
                pieces.rare_owners(piece).for_each(|owner| left[owner].seen += 1);
            }
        }
        while held > WINDOW && window.len() > 1 {
            let Some(gone) = window.pop_front() else { break };
            held -= left[gone].length;
            for piece in left[gone].pieces.clone() {
                times[piece] -= 1;
                if times[piece] == 0 {
                    pieces.rare_owners(piece).for_each(|owner| left[owner].seen -= 1);
                }
            }
        }
        // of equals the first
        next = None;
        for candidate in (0..left.len()).filter(|&candidate| !left[candidate].taken) {
            if next.is_none_or(|best: usize| left[candidate].is_closer_than(&left[best])) {
                next = Some(candidate);
            }
        }
    }
    Ok(order)
}

/// A function that has no place yet.
struct Candidate {
    place: usize,
    length: usize,
    /// The numbers of its pieces.
    pieces: Vec<usize>,
    /// How many of them are in the window.
    seen: u64,
    taken: bool,
}

impl Candidate {
    fn is_closer_than(&self, other: &Self) -> bool {
        // a short function with all of its few pieces in the window gains little
        let size = |candidate: &Self| candidate.pieces.len() as u64 + 4;
        self.seen * size(other) > other.seen * size(self)
    }
}

/// All pieces of code, numbered.
#[derive(Default)]
struct Pieces {
    numbers: HashMap<u64, usize>,
    /// The functions that have each.
    owners: Vec<Vec<usize>>,
}

impl Pieces {
    /// The pieces of the code of a function.
    fn of(&mut self, code: &[u8], owner: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for piece in code.windows(PIECE.min(code.len().max(1))) {
            // the leading 1 says how long it is
            let piece = piece.iter().fold(1, |bytes, &byte| bytes << 8 | u64::from(byte));
            let number = *self.numbers.entry(piece).or_insert(self.owners.len());
            if number == self.owners.len() {
                self.owners.push(Vec::new());
            }
            if self.owners[number].last() != Some(&owner) {
                self.owners[number].push(owner);
                found.push(number);
            }
        }
        found
    }

    /// The functions that have a piece, if they are few.
    fn rare_owners(&self, piece: usize) -> impl Iterator<Item = usize> {
        let owners = &self.owners[piece];
        owners.iter().copied().take(if owners.len() > COMMON { 0 } else { COMMON })
    }
}
