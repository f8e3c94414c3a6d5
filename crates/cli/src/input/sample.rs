//! A schema of the names in scope, sampled from inputs.

use probelang_check::Schema;
use probelang_check::schema::{SampleLimits, Sampler};
use probelang_host::Names;
use probelang_redact::Policy;

use super::{Inputs, Turn};
use crate::answer::Answer;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::render::Origin;

impl Inputs {
    /// Names and types of all inputs, joined, and the highest status of them. What cannot be used is told; where
    /// nothing can be, there is no schema.
    ///
    /// # Errors
    /// Where the console does not take what is told.
    pub fn sample(
        &self,
        policy: &Policy,
        console: &mut Console,
    ) -> Result<(Option<Schema>, Status), Failure> {
        // joined before any is settled: what one input was null or empty in, another one tells
        let mut all: Option<Sampler<'_>> = None;
        let mut highest = Status::Ok;
        self.run(
            &Names::new(),
            policy,
            |input| {
                let view = input?;
                let mut sampler = Sampler::new(policy, SampleLimits::default());
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
                    let unusable = Answer::Unusable(unusable);
                    let status = if several { unusable.status_of_many() } else { unusable.status() };
                    highest = highest.max(status);
                    unusable.write(&Origin { name: "", text: "", spans: false }, None, console)
                }
            },
        )?;
        Ok((all.map(Sampler::finish), highest))
    }
}
