//! A program under several dialects side by side: what the `diff` command and the prompt share.

use std::sync::Arc;

use probelang::diagnostic::human::one_line;
use probelang::dialect::{Preset, Row};
use probelang::{Answer, DialectAnswer, Engine, data};

use crate::args::Format;
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::input::{Inputs, Turn};
use crate::json;
use crate::program::SourceTree;
use crate::reply::Reply;

/// A comparison of dialects.
pub struct SideBySide {
    /// The dialect that the others are compared with.
    pub base: Preset,
    /// The others.
    pub others: Vec<Preset>,
    /// How the answers are written.
    pub format: Option<Format>,
}

impl SideBySide {
    /// Runs the program over every input and writes the answers. Differences are no failure.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn run(&self, tree: &SourceTree, engine: &Engine, inputs: &Inputs, console: &mut Console) -> Outcome {
        let source = tree.text();
        let comparison = engine.compare_tree(tree.kind, Arc::clone(&tree.tree));
        let json = self.format == Some(Format::Json);
        let mut highest = Status::Ok;
        inputs.run(
            comparison.names(),
            engine.redaction(),
            |input| Ok(comparison.over(&input?, self.base, &self.others)),
            |Turn { index, several, waits, from, result }| {
                match result {
                    Err(unusable) => {
                        let unusable = Reply::Unusable(unusable);
                        let status = if several { unusable.status_of_many() } else { unusable.status() };
                        highest = highest.max(status);
                        if json {
                            let origin = inputs.source(from);
                            console.line(&unusable.envelope(index, origin, from.line, &source))
                        } else {
                            unusable.write(&source, false, console)
                        }
                    }
                    Ok(answers) if json => console.line(&self.json(several.then_some(index), &answers)),
                    Ok(answers) => {
                        if several {
                            console.line(&format!("input {index}"))?;
                        }
                        console.text(&self.table(&answers))
                    }
                }?;
                if waits { console.flush() } else { Ok(()) }
            },
        )?;
        inputs.remark(engine.redaction(), console);
        Ok(highest)
    }

    /// The table for people: dialect, answer, and below it the rows.
    fn table(&self, answers: &[DialectAnswer]) -> String {
        let base = self.base;
        let width = answers.iter().map(|answer| answer.preset.name().len()).max().unwrap_or(0);
        let mut out = String::new();
        for answer in answers {
            let name = answer.preset.name();
            let unverified = if answer.preset.is_verified() { "" } else { "  (unverified)" };
            out.push_str(&format!("{name:width$}  {}{unverified}\n", one_line(&words(answer))));
            let Some(rows) = &answer.rows else {
                out.push_str(&format!("{:width$}    no row of the dialect table explains it\n", ""));
                continue;
            };
            for &row in rows {
                let known = [base, answer.preset].into_iter().filter_map(|preset| row.known(preset));
                let known: Vec<_> = known.map(|known| known.to_string()).collect();
                out.push_str(&format!(
                    "{:width$}    {}: {}, {}: {} ({})\n",
                    "",
                    row.title(),
                    choice(row, answer.preset),
                    base.name(),
                    choice(row, base),
                    known.join("; ")
                ));
            }
        }
        out
    }

    /// The answers as one JSON object.
    fn json(&self, index: Option<u64>, answers: &[DialectAnswer]) -> String {
        json::numbered(index, json::of(&data::SideBySide { base: self.base, answers }))
    }
}

/// What a dialect gives, in words.
fn words(answer: &DialectAnswer) -> String {
    match (&answer.answer, &answer.rejected) {
        (Some(Answer::Message(message)), _) => message.text.clone(),
        (Some(Answer::Fault(fault)), _) => format!("fault[{}]: {}", fault.code, fault.message),
        (Some(answer), _) => answer.to_json().unwrap_or_default(),
        (None, Some(rejected)) => format!("error[{}]: {}", rejected.code, rejected.message),
        (None, None) => String::new(),
    }
}

fn choice(row: Row, preset: Preset) -> &'static str {
    row.choice(row.choice_of(preset).0)
}
