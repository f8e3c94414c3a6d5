//! `probelang lsp`: the language server.

use std::io;
use std::sync::Arc;

use clap::Args;
use probelang_lsp::{Ended, Options, serve};

use crate::args::Common;
use crate::config;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

/// Serve editors: expressions, templates and probe files
///
/// A server of the Language Server Protocol on standard input and output. Editors start it; docs/editors.md says how each is set up. It
/// looks at files `*.probe` (an expression), `*.probe-template` (a template) and JSON that is a probe file. Settings, and the
/// names in scope, come from the nearest probelang.toml of each file: its `schema`, or its `data`.
///
/// The status is 0 if the editor ended the session as the protocol wants it, otherwise 1.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang lsp
  probelang lsp --dialect python --schema scope.json")]
pub struct Arguments {
    /// Accepted for editors that pass it: there is no other way
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn run(_: &Arguments, common: &Common, console: &Console) -> Outcome {
    let given = common.clone();
    // what the command line says counts before what a project says
    let schema = common.schema(console)?.map(Arc::new);
    let engine = move |project: &probelang_project::Project| {
        let mut common = given.clone();
        config::add_to(project, &mut common);
        let engine = common.engine().targets(project.targets.iter().copied());
        match &schema {
            Some(schema) => engine.schema(Arc::clone(schema)),
            None => engine,
        }
    };
    let options = Options { engine: Box::new(engine), reads_projects: !common.no_config };
    match serve(io::stdin(), io::stdout().lock(), options) {
        Ok(Ended::Asked) => Ok(Status::Ok),
        Ok(Ended::Left) => Ok(Status::False),
        Err(error) => Err(Failure::Data(format!("the session ended: {error}"))),
    }
}
