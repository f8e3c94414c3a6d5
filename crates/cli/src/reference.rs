//! What codes mean and what functions there are: what `explain`, `functions` and the prompt print.

use probelang::diagnostic::Code;
use probelang::explain as explanation;
use probelang::syntax::function::{self, FUNCTIONS, Function};

use crate::args::Format;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json::{self, Object, array};

/// Prints all codes, one per line, the code first, then its title.
///
/// # Errors
/// If the output takes no more.
pub fn codes(console: &mut Console) -> Outcome {
    for code in Code::all() {
        console.line(&format!("{} {}", code.text(), code.title()))?;
    }
    Ok(Status::Ok)
}

/// Prints what a code means.
///
/// # Errors
/// If there is no such code, or the output takes no more.
pub fn explain(text: &str, console: &mut Console) -> Outcome {
    let explained = explanation(text).ok_or_else(|| {
        Failure::Usage(format!("there is no code '{text}'; 'probelang explain --list' shows all"))
    })?;
    let code = explained.code;
    console.line(&format!("{}: {}", code.text(), code.title()))?;
    console.line(&format!("{}, class {}", code.severity().name(), code.class().name()))?;
    console.line("")?;
    console.line(explained.text)?;
    if let Some(example) = explained.example {
        console.line(&format!("\nExample:\n  probelang {example}"))?;
    }
    if let Some(instead) = explained.instead {
        console.line(&format!("\nInstead:\n  probelang {instead}"))?;
    }
    Ok(Status::Ok)
}

/// Prints all functions of the language, or the one with that name or alias.
///
/// # Errors
/// If there is no such function, or the output takes no more.
pub fn functions(name: Option<&str>, format: Option<Format>, console: &mut Console) -> Outcome {
    let one = match name {
        None => None,
        Some(name) => Some(function::find(name).ok_or_else(|| {
            if let Some(meant) = function::meant(name) {
                return Failure::Usage(format!(
                    "there is no function '{name}': did you mean '{}'?",
                    meant.name
                ));
            }
            let all: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
            Failure::Usage(format!("there is no function '{name}'; the functions are {}", all.join(", ")))
        })?),
    };
    let chosen = one.map_or(FUNCTIONS, std::slice::from_ref);
    for (index, function) in chosen.iter().enumerate() {
        if format == Some(Format::Json) {
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

fn describe(function: &Function, console: &mut Console) -> Result<(), Failure> {
    console.line(&function.typed_signature())?;
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
    let strings = |texts: &[&str]| array(texts.iter().map(|text| json::string(text)));
    let examples = function.examples.iter().map(|example| {
        let mut object = Object::new();
        object
            .string("expression", example.expression)
            .raw("document", example.document)
            .raw("answer", example.answer);
        object.end()
    });
    let parameters: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name).collect();
    let mut object = Object::new();
    object
        .string("name", function.name)
        .raw("aliases", &strings(function.aliases))
        .raw("parameters", &strings(&parameters))
        .string("result", function.gives.name())
        .string("signature", &function.typed_signature())
        .string("summary", function.summary)
        .raw("examples", &array(examples));
    object.end()
}
