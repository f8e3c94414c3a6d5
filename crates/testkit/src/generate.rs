//! Generators of programs, driven by [`Choices`].

mod json;
mod literals;
mod program;
mod text;
mod tree;
pub mod world;

pub use json::wire_json;
pub use literals::{float, integer, name, string};
pub use program::{Freedom, any_type, expression_over_frame, template_over_frame};
pub use text::source;
pub use tree::{Shape, Want, expression, template};

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

/// A name of the function, the canonical one mostly.
fn name_of(choices: &mut Choices<'_>, makes: probelang_syntax::function::Makes) -> &'static str {
    let names: Vec<&str> = makes.function().names().collect();
    choices.pick(&names)
}
