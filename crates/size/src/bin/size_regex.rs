//! One pattern over one text: the part that the regex crate has, for `safety/size`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(pattern), Some(text)) = (arguments.next(), arguments.next()) else { return ExitCode::from(2) };
    match regex::RegexBuilder::new(&pattern).size_limit(4 << 20).build() {
        Ok(regex) if regex.is_match(&text) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
