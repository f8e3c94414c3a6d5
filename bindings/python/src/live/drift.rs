//! Whether the line of a probe is still the one that it was written for.

/// Bytes of a source file that is compared.
const SOURCE: u64 = 8 << 20;

/// Where the text of a line is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drift {
    /// Where it was.
    Same,
    /// On this line only.
    Moved(u32),
    /// It cannot be said; why, and what may be meant.
    Drifted(String),
}

/// Where in a file `text` is, which was on line `line`. `has_code` says which lines can be meant.
pub fn find(path: &str, text: &str, line: u32, has_code: impl Fn(u32) -> bool) -> Drift {
    let is_small = std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= SOURCE);
    match std::fs::read(path).ok().filter(|_| is_small) {
        Some(source) => look(&String::from_utf8_lossy(&source), text, line, has_code),
        None => {
            Drift::Drifted(format!("whether line {line} has changed cannot be said: {path} cannot be read"))
        }
    }
}

fn look(source: &str, text: &str, line: u32, has_code: impl Fn(u32) -> bool) -> Drift {
    let lines = || (1_u32..).zip(source.lines().map(str::trim));
    if lines().any(|(number, other)| number == line && other == text) {
        return Drift::Same;
    }
    let same: Vec<u32> = lines()
        .filter(|(number, other)| *other == text && has_code(*number))
        .map(|(number, _)| number)
        .collect();
    match same.as_slice() {
        [only] => Drift::Moved(*only),
        [] => {
            let nearest = lines()
                .filter(|(number, _)| has_code(*number))
                .map(|(number, other)| {
                    (likeness(text, other), std::cmp::Reverse(number.abs_diff(line)), number)
                })
                .max()
                .filter(|(likeness, ..)| *likeness >= 60);
            let hint =
                nearest.map_or_else(String::new, |(_, _, number)| format!("; line {number} is most like it"));
            Drift::Drifted(format!("line {line} has another text now, and no line has the one it had{hint}"))
        }
        [first, second, more @ ..] => {
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            Drift::Drifted(format!(
                "line {line} has another text now, and the one it had is on several lines: {first}, {second}{more}"
            ))
        }
    }
}

/// How much of two texts is the same at their beginnings and ends, in percent of the longer one.
fn likeness(one: &str, other: &str) -> usize {
    let longest = one.chars().count().max(other.chars().count());
    let shortest = one.chars().count().min(other.chars().count());
    let head = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let tail = one.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
    head.saturating_add(tail).min(shortest).saturating_mul(100).checked_div(longest).unwrap_or_default()
}
