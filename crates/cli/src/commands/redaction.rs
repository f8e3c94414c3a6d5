//! `probelang redaction`: what is redacted, by which rule, and what takes the rule out.

use clap::Args;
use probelang::redact::{Policy, built_in_names};

use crate::args::{Common, Format};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::json::Object;

/// List the names and types that are redacted, each with the setting that takes it out
///
/// A name is compared in lower case without `_ - $ @ . #`, so that `HTTP_AUTHORIZATION`, `#password` and
/// `Symbol(token)` are hidden too. With a NAME: whether it is hidden, and by which rule.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang redaction
  probelang redaction HTTP_X_API_KEY
  probelang redaction --redact badge --redact-type 'Acme.Card*' --format json")]
pub struct Arguments {
    /// Only the rule that hides values under this name
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// For people (the default) or as JSON, one rule a line
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

/// One rule.
struct Rule<'p> {
    kind: &'static str,
    text: &'p str,
    is_built_in: bool,
}

impl Rule<'_> {
    /// The setting that takes it out.
    fn setting(&self) -> String {
        match (self.kind, self.is_built_in) {
            ("type", _) => format!("leave {} out of --redact-type", self.text),
            (_, true) => format!("--redact-exclude {}", self.text),
            (_, false) => format!("leave {} out of --redact", self.text),
        }
    }

    fn write(&self, format: Option<Format>, console: &mut Console) -> Outcome {
        console.line(&if format == Some(Format::Json) {
            let mut object = Object::new();
            object.string("kind", self.kind).string("rule", self.text);
            object.boolean("builtIn", self.is_built_in);
            object.string("setting", &self.setting());
            object.end()
        } else {
            let origin = if self.is_built_in { "built in" } else { "configured" };
            format!("{} {:<26} {origin:<11} {}", self.kind, self.text, self.setting())
        })?;
        Ok(Status::Ok)
    }
}

fn rules(policy: &Policy) -> Vec<Rule<'_>> {
    let built_in: Vec<&str> = built_in_names().collect();
    let name = |text| Rule { kind: "name", text, is_built_in: built_in.contains(&text) };
    let names = policy.names().into_iter().map(name);
    // no type is built in
    let types = policy.types().into_iter().map(|text| Rule { kind: "type", text, is_built_in: false });
    names.chain(types).collect()
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let policy = common.policy();
    let Some(name) = &arguments.name else {
        for rule in rules(&policy) {
            rule.write(arguments.format, console)?;
        }
        return Ok(Status::Ok);
    };
    match policy.name_rule(name) {
        Some(rule) => {
            let rule = Rule { kind: "name", text: rule.text, is_built_in: rule.is_built_in };
            rule.write(arguments.format, console)
        }
        None => {
            console.remark("no rule hides values under this name");
            Ok(Status::False)
        }
    }
}
