//! `probelang explain`: what a code means.

use clap::Args;
use probelang_diagnostic::Code;

use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

/// Explain a diagnostic or fault by its code
#[derive(Args, Debug)]
#[group(id = "what", required = true, multiple = false)]
#[command(after_long_help = "\
Examples:
  probelang explain PL0207
  probelang explain --list")]
pub struct Arguments {
    /// The code, such as PL0207
    #[arg(value_name = "CODE", group = "what")]
    code: Option<String>,

    /// One code a line, the code first, then its title
    #[arg(long, group = "what")]
    list: bool,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let Some(text) = &arguments.code else {
        for code in Code::all() {
            console.line(&format!("{} {}", code.text(), code.title()))?;
        }
        return Ok(Status::Ok);
    };
    let code = Code::find(text).ok_or_else(|| {
        Failure::Usage(format!("there is no code '{text}'; 'probelang explain --list' shows all"))
    })?;
    let page = code.page();
    console.line(&format!("{}: {}", code.text(), code.title()))?;
    console.line(&format!("{}, class {}", code.severity().name(), code.class().name()))?;
    console.line("")?;
    console.line(page.text)?;
    if let Some(example) = page.example {
        console.line(&format!("\nExample:\n  probelang {example}"))?;
    }
    Ok(Status::Ok)
}
