//! `probelang redaction`: what is redacted, by which rule, and what takes the rule out.

use clap::Args;
use probelang::redact::shape::Shape;
use probelang::redact::{Mask, MaskRule, Mode, Policy, built_in_names};

use crate::args::{Common, Format};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::json::Object;

/// List what is redacted, each rule with the setting that takes it out
///
/// These are names, types, and the shapes and patterns that --redaction targeted looks for in texts; and the mode in force. A
/// name is compared in lower case without `_ - $ @ . #`, so that `HTTP_AUTHORIZATION`, `#password` and `Symbol(token)` are
/// hidden too. With a NAME: whether it is hidden, and by which rule. With --test: which parts of a text are hidden.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang redaction
  probelang redaction HTTP_X_API_KEY
  probelang redaction --redact-pattern 'badge=B-[0-9]{4}' --test 'seen with B-1815'
  probelang redaction --redact badge --redact-type 'Acme.Card*' --format json")]
pub struct Arguments {
    /// Only the rule that hides values under this name
    #[arg(value_name = "NAME", conflicts_with = "test")]
    name: Option<String>,

    /// Say which parts of a text are hidden, and by which rule
    ///
    /// Without --redaction those that the mode targeted hides. The status is 1 if there is none.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    test: Option<String>,

    /// For people (the default) or as JSON, one rule a line
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

/// What a rule is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mode,
    Name,
    Type,
    Shape,
    Pattern,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Mode => "mode",
            Self::Name => "name",
            Self::Type => "type",
            Self::Shape => "shape",
            Self::Pattern => "pattern",
        }
    }

    const fn of(rule: MaskRule<'_>) -> Self {
        match rule {
            MaskRule::Shape(_) => Self::Shape,
            MaskRule::Pattern(_) => Self::Pattern,
            MaskRule::Strict => Self::Mode,
        }
    }
}

/// One rule.
struct Rule<'p> {
    kind: Kind,
    text: &'p str,
    /// Of a pattern what is matched.
    pattern: Option<&'p str>,
    is_built_in: bool,
    /// Whether it is followed: a shape that is switched off is not.
    is_on: bool,
}

impl<'p> Rule<'p> {
    const fn new(kind: Kind, text: &'p str, is_built_in: bool) -> Self {
        Self { kind, text, pattern: None, is_built_in, is_on: true }
    }

    /// The setting that takes it out, or in.
    fn setting(&self) -> String {
        match (self.kind, self.is_built_in, self.is_on) {
            (Kind::Mode, ..) => "--redaction off|targeted|strict".to_owned(),
            (Kind::Type, ..) => format!("leave {} out of --redact-type", self.text),
            (Kind::Shape, _, true) => format!("--no-redact-shape {}", self.text),
            (Kind::Shape, _, false) => format!("--redact-shape {}", self.text),
            (Kind::Pattern, ..) => format!("leave {} out of --redact-pattern", self.text),
            (Kind::Name, true, _) => format!("--redact-exclude {}", self.text),
            (Kind::Name, false, _) => format!("leave {} out of --redact", self.text),
        }
    }

    fn write(&self, format: Option<Format>, console: &mut Console) -> Outcome {
        console.line(&if format == Some(Format::Json) {
            let mut object = Object::new();
            object.string("kind", self.kind.name()).string("rule", self.text);
            if let Some(pattern) = self.pattern {
                object.string("pattern", pattern);
            }
            object.boolean("builtIn", self.is_built_in);
            if self.kind == Kind::Shape {
                object.boolean("on", self.is_on);
            }
            object.string("setting", &self.setting());
            object.end()
        } else {
            let origin = match (self.kind, self.is_built_in, self.is_on) {
                (Kind::Mode, ..) => "in force",
                (_, _, false) => "off",
                (_, true, _) => "built in",
                (_, false, _) => "configured",
            };
            format!("{} {:<26} {origin:<11} {}", self.kind.name(), self.text, self.setting())
        })?;
        Ok(Status::Ok)
    }
}

fn rules(policy: &Policy) -> Vec<Rule<'_>> {
    let built_in: Vec<&str> = built_in_names().collect();
    let names = policy.names().into_iter();
    let mut rules: Vec<Rule<'_>> =
        names.map(|name| Rule::new(Kind::Name, name, built_in.contains(&name))).collect();
    // no type is built in
    rules.extend(policy.types().into_iter().map(|text| Rule::new(Kind::Type, text, false)));
    rules.extend(Shape::ALL.into_iter().map(|shape| Rule {
        is_on: policy.shapes().contains(shape),
        ..Rule::new(Kind::Shape, shape.name(), true)
    }));
    rules.extend(
        policy
            .patterns()
            .map(|(name, text)| Rule { pattern: Some(text), ..Rule::new(Kind::Pattern, name, false) }),
    );
    rules.push(Rule::new(Kind::Mode, policy.mode().name(), false));
    rules
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let policy = common.policy();
    if let Some(text) = &arguments.test {
        let asked = common.redaction.mode.is_some() || policy.mode() != Mode::Off;
        if !asked {
            console.remark("the mode in force is off; this is what --redaction targeted hides");
        }
        let policy = if asked { policy } else { policy.with_mode(Mode::Targeted) };
        return test(text, &policy, arguments.format, console);
    }
    let Some(name) = &arguments.name else {
        for rule in rules(&policy) {
            rule.write(arguments.format, console)?;
        }
        return Ok(Status::Ok);
    };
    match policy.name_rule(name) {
        Some(rule) => Rule::new(Kind::Name, rule.text, rule.is_built_in).write(arguments.format, console),
        None => {
            console.remark("no rule hides values under this name");
            Ok(Status::False)
        }
    }
}

/// Says which parts of `text` are hidden. The parts themselves are not written.
fn test(text: &str, policy: &Policy, format: Option<Format>, console: &mut Console) -> Outcome {
    let masks: Vec<Mask<'_>> = policy.masks(text).collect();
    let characters = |to: usize| text.get(..to).unwrap_or_default().chars().count();
    if format != Some(Format::Json) {
        console.line(&policy.masked(text))?;
    }
    for mask in &masks {
        let (start, end) = (characters(mask.start), characters(mask.end));
        let (kind, rule) = (Kind::of(mask.rule), mask.rule.name());
        console.line(&if format == Some(Format::Json) {
            let mut object = Object::new();
            object.string("kind", kind.name()).string("rule", rule);
            object.raw("start", &start.to_string()).raw("end", &end.to_string());
            object.end()
        } else {
            format!("{} {rule:<26} characters {} to {end}", kind.name(), start.saturating_add(1))
        })?;
    }
    if masks.is_empty() {
        console.remark("no rule hides a part of this text");
        return Ok(Status::False);
    }
    Ok(Status::Ok)
}
