//! Generators of programs, driven by [`Choices`].

mod json;
mod literals;
pub mod pieces;
mod program;
mod text;
mod tree;
pub mod world;

pub use json::wire_json;
pub use literals::{float, integer, name, string};
pub use program::{Freedom, any_type, expression_over_frame, template_over_frame};
pub use text::source;
pub use tree::{Shape, Want, expression, template};

use probelang_syntax::function::{FUNCTIONS, Gives, Makes, Takes};
use probelang_syntax::tree::UnaryOp;

use crate::choices::Choices;

/// How many cases a test of many cases runs: `PROBELANG_CASES`, else `usual`.
#[must_use]
pub fn cases(usual: u64) -> u64 {
    std::env::var("PROBELANG_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// Runs `case` with the decisions of each seed below [`cases`]`(usual)`, and names the seed that fails.
///
/// # Panics
/// With what `case` says, where it fails.
pub fn for_each_seed(usual: u64, case: impl Fn(&mut Choices<'_>) -> Result<(), String>) {
    for seed in 0..cases(usual) {
        if let Err(message) = case(&mut Choices::seeded(seed)) {
            panic!("seed {seed}: {message}");
        }
    }
}

/// The functions of one operand that give `gives`, with what the operand must be.
fn functions_of_one(gives: Gives) -> impl Iterator<Item = (UnaryOp, Takes)> {
    FUNCTIONS.iter().filter_map(move |function| match (function.makes, function.parameters) {
        (Makes::Unary(op), [parameter]) if function.gives == gives => Some((op, parameter.takes)),
        _ => None,
    })
}

/// One of `functions`; where there is only one, nothing is decided.
fn one_of(choices: &mut Choices<'_>, functions: impl Iterator<Item = (UnaryOp, Takes)>) -> (UnaryOp, Takes) {
    match functions.collect::<Vec<_>>().as_slice() {
        [only] => *only,
        all => all[choices.below(all.len())],
    }
}

/// A name of the function, the canonical one mostly.
fn name_of(choices: &mut Choices<'_>, makes: Makes) -> &'static str {
    let names: Vec<&str> = makes.function().names().collect();
    choices.pick(&names)
}
