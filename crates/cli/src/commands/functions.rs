//! `probelang functions`: the functions of the language, from the registry that the parser reads.

use clap::Args;
use probelang_syntax::function::{self, FUNCTIONS, Function};

use crate::args::Format;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json::{self, Array, Object};

/// List the functions of the language, with signatures and examples
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang functions
  probelang functions filter
  probelang functions --format json")]
pub struct Arguments {
    /// Only this function, by its name or an alias
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// For people (the default) or as JSON, one function a line
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let one = match &arguments.name {
        None => None,
        Some(name) => Some(function::find(name).ok_or_else(|| {
            let all: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
            Failure::Usage(format!("there is no function '{name}'; the functions are {}", all.join(", ")))
        })?),
    };
    let chosen = one.map_or(FUNCTIONS, std::slice::from_ref);
    for (index, function) in chosen.iter().enumerate() {
        if arguments.format == Some(Format::Json) {
            console.line(&as_json(function))?;
        } else {
            if index > 0 {
                console.line("")?;
            }
            describe(function, console)?;
        }
    }
    Ok(Status::Ok)
}

/// `len(value) → integer`.
fn signature(function: &Function) -> String {
    format!("{}({}) -> {}", function.name, function.parameters.join(", "), function.result)
}

fn describe(function: &Function, console: &mut Console) -> Result<(), Failure> {
    console.line(&signature(function))?;
    console.line(&format!("    {}", function.summary))?;
    if !function.aliases.is_empty() {
        console.line(&format!("    Also read: {}.", function.aliases.join(", ")))?;
    }
    for example in function.examples {
        console.line(&format!(
            "    {}  over {}  gives {}",
            example.expression, example.document, example.answer
        ))?;
    }
    Ok(())
}

fn as_json(function: &Function) -> String {
    let strings = |texts: &[&str]| Array::of(texts.iter().map(|text| json::string(text)));
    let examples = function.examples.iter().map(|example| {
        let mut object = Object::new();
        object
            .string("expression", example.expression)
            .raw("document", example.document)
            .raw("answer", example.answer);
        object.end()
    });
    let mut object = Object::new();
    object
        .string("name", function.name)
        .raw("aliases", &strings(function.aliases))
        .raw("parameters", &strings(function.parameters))
        .string("result", function.result)
        .string("signature", &signature(function))
        .string("summary", function.summary)
        .raw("examples", &Array::of(examples));
    object.end()
}
