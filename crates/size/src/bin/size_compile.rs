//! Compiles a condition from text and runs it over a JSON document: what a tracer links that compiles, for
//! `safety/size`. Exit status: 0 matched, 1 not matched, 3 a fault, 2 no program or no document.

use std::process::ExitCode;

use probelang::{Document, Engine};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(source), Some(json)) = (arguments.next(), arguments.next()) else { return ExitCode::from(2) };
    let Ok(condition) = Engine::new().condition(&source) else { return ExitCode::from(2) };
    let Ok(document) = Document::parse(json.as_bytes()) else { return ExitCode::from(2) };
    match condition.test(&document) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(_) => ExitCode::from(3),
    }
}
