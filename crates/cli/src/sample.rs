//! A schema of the names in scope, sampled from inputs.

use probelang::Engine;
use probelang::check::Schema;
use probelang::check::schema::Sampler;
use probelang::diagnostic::SourceText;
use probelang::host::Names;

use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::input::{Inputs, Turn};
use crate::reply::Reply;

/// Names and types of all inputs, joined, and the highest status of them. What cannot be used is reported; if
/// nothing can be, there is no schema.
///
/// # Errors
/// If the console takes no more.
pub fn sample(
    inputs: &Inputs,
    engine: &Engine,
    console: &mut Console,
) -> Result<(Option<Schema>, Status), Failure> {
    // joined before any is settled: what was null or empty in one input, another one shows
    let mut all: Option<Sampler<'_>> = None;
    let mut highest = Status::Ok;
    inputs.run(
        &Names::new(),
        engine.redaction(),
        |input| {
            let view = input?;
            let mut sampler = engine.sampler();
            sampler.frame(&view, view.scope(), view.is_partial());
            Ok(sampler)
        },
        |Turn { several, result, .. }| match result {
            Ok(sampler) => {
                match &mut all {
                    Some(before) => before.join(sampler),
                    None => all = Some(sampler),
                }
                Ok(())
            }
            Err(unusable) => {
                let unusable = Reply::Unusable(unusable);
                let status = if several { unusable.status_of_many() } else { unusable.status() };
                highest = highest.max(status);
                unusable.write(&SourceText::nowhere(""), false, console)
            }
        },
    )?;
    inputs.remark(engine.redaction(), console);
    Ok((all.map(Sampler::finish), highest))
}
