//! Programs out of decisions.

use std::sync::Arc;

use probelang::dialect::{Dialect, Preset, Row};
use probelang::output::TextLimits;
use probelang::redact::Policy;
use probelang::syntax::Tree;
use probelang::{Engine, Program, ProgramKind, Traced};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world::Type;
use probelang_testkit::generate::{Freedom, any_type, expression_over_frame, template_over_frame};

/// A program over the variables of [`world`](probelang_testkit::generate::world), and how it is compiled and
/// printed.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The tree. Its source is its canonical text.
    pub tree: Tree,
    /// What it is for.
    pub kind: ProgramKind,
    /// The dialect.
    pub dialect: Dialect,
    /// What is redacted.
    pub policy: Arc<Policy>,
    /// Limits of messages.
    pub text: TextLimits,
}

impl Drawn {
    /// The engine that compiles it.
    #[must_use]
    pub fn engine(&self) -> Engine {
        Engine::new().dialect(self.dialect).policy(Arc::clone(&self.policy)).text_limits(self.text)
    }

    /// The program, if it compiles.
    #[must_use]
    pub fn program(&self) -> Option<Program> {
        let engine = self.engine();
        engine.compile_tree(self.kind, self.tree.clone(), Vec::new()).ok()
    }

    /// The program to be traced, if it compiles.
    #[must_use]
    pub fn traced(&self) -> Option<Traced> {
        self.program().and_then(|program| program.traced())
    }

    /// Source, kind, and the rows that are not portable's: for the message of a failing test.
    #[must_use]
    pub fn shown(&self) -> String {
        let rows = Row::ALL.into_iter().filter(|row| row.get(&self.dialect) > 0).map(|row| {
            let choice = row.get(&self.dialect);
            format!("{} = {}", row.name(), row.choice(choice))
        });
        let rows: Vec<_> = rows.collect();
        format!("{} `{}` {rows:?}", self.kind.name(), self.tree.source())
    }
}

/// A dialect: a preset, and now and then some rows of it changed.
pub fn dialect(choices: &mut Choices<'_>) -> Dialect {
    let mut dialect = Preset::ALL[choices.below(Preset::ALL.len())].dialect();
    if choices.chance(100) {
        for row in Row::ALL {
            if choices.chance(40) {
                row.set(&mut dialect, choices.below(row.choices().len()));
            }
        }
    }
    dialect
}

/// A policy of redaction.
pub fn policy(choices: &mut Choices<'_>) -> Policy {
    match choices.below(5) {
        0 => Policy::built_in(),
        1 => Policy::built_in()
            .with_names(["city", "READ", "10", "null", "it"])
            .without_names(["password"])
            .with_types(["Addr*"]),
        2 => Policy::built_in().with_names(["name", "a", "key", "this"]).with_types(["pkg.*", "User"]),
        _ => Policy::built_in().with_types(["com.acme.Card*"]),
    }
}

/// Limits of messages, some of them tight.
pub fn text_limits(choices: &mut Choices<'_>) -> TextLimits {
    match choices.below(4) {
        0 => TextLimits::default().with_depth(2).with_items(1).with_fields(2).with_string(2).with_message(12),
        1 => TextLimits::default().with_depth(0).with_items(0).with_fields(0).with_string(0).with_message(40),
        2 => TextLimits::default()
            .with_depth(9)
            .with_items(9)
            .with_fields(20)
            .with_string(99)
            .with_message(2_000),
        _ => TextLimits::default(),
    }
}

/// A program of any kind under any dialect.
pub fn program(choices: &mut Choices<'_>) -> Drawn {
    use ProgramKind::{Condition, Metric, Template, Value};
    let kind = [Condition, Value, Metric, Template][choices.below(4)];
    let dialect = dialect(choices);
    let portable = Dialect::default();
    let freedom = Freedom {
        element_outside: dialect.element_outside != portable.element_outside,
        computed_patterns: dialect.computed_pattern != portable.computed_pattern,
        open_substrings: dialect.substring_end != portable.substring_end,
    };
    let policy = Arc::new(policy(choices));
    let text = text_limits(choices);
    let tree = match kind {
        Template => template_over_frame(choices, freedom),
        Condition => expression_over_frame(choices, Type::Bool, freedom),
        Metric => expression_over_frame(choices, Type::Number, freedom),
        Value => {
            let want = any_type(choices);
            expression_over_frame(choices, want, freedom)
        }
    };
    Drawn { tree, kind, dialect, policy, text }
}
