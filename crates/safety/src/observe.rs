//! Everything that a run lets anybody see.

use std::fmt::Write as _;

use probelang_capture::{JsonLimits, TextLimits, write_json};
use probelang_diagnostic::{Class, Code};
use probelang_host::{Budget, Host};
use probelang_vm::{Linked, ProgramKind, RawFault, Verdict};

/// What a run showed: its answer, its faults with messages, spans, paths and reasons, and its steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The answer, as text.
    pub answer: String,
    /// The fault that ended it, or of each failed part.
    pub faults: Vec<String>,
    /// Their codes.
    pub codes: Vec<Code>,
    /// Steps charged.
    pub steps: u64,
}

impl Seen {
    /// Whether a limit ended it, or a part of it.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.codes.iter().any(|code| code.class() == Class::Limit)
    }

    /// Whether it met a defect of the engine.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.codes.iter().any(|code| code.class() == Class::Internal)
    }
}

/// Runs a program of any kind.
#[must_use]
pub fn run(linked: &Linked, host: &dyn Host, budget: &mut Budget<'_>, text: &TextLimits) -> Seen {
    let program = linked.program();
    let mut seen = Seen { answer: String::new(), faults: Vec::new(), codes: Vec::new(), steps: 0 };
    let failed = |seen: &mut Seen, fault: &RawFault| {
        let mut line = String::new();
        let (message, expression) = (fault.message(program), fault.expression(program));
        let _ = write!(line, "{:?} {} at {:?} `{expression}`", fault.code, message, fault.span);
        let _ = write!(line, " path {:?} reason {:?} {fault:?}", fault.path(program), fault.reason());
        seen.faults.push(line);
        seen.codes.push(fault.code);
    };
    match program.kind() {
        ProgramKind::Condition => match linked.condition(host, budget) {
            Verdict::Matched => seen.answer.push_str("matched"),
            Verdict::NotMatched => seen.answer.push_str("not matched"),
            Verdict::Failed(fault) => failed(&mut seen, &fault),
        },
        ProgramKind::Metric => match linked.metric(host, budget) {
            Ok(number) => seen.answer = format!("{number:?}"),
            Err(fault) => failed(&mut seen, &fault),
        },
        ProgramKind::Value => {
            let run = linked.value(host, budget, |value, reader| {
                let mut json = String::new();
                write_json(reader, &value, &JsonLimits::default(), &mut json)?;
                Ok(json)
            });
            match run {
                Ok(json) => seen.answer = json,
                Err(fault) => failed(&mut seen, &fault),
            }
        }
        ProgramKind::Template => {
            let rendered = linked.render(host, budget, text, &mut seen.answer);
            for error in &rendered.errors {
                match &error.fault {
                    Some(fault) => failed(&mut seen, fault),
                    None => seen.faults.push(String::new()),
                }
                if let Some(line) = seen.faults.last_mut() {
                    let _ = write!(line, " error {:?} {:?}", error.expr, error.message);
                }
            }
            if rendered.truncated {
                seen.faults.push("truncated".to_owned());
            }
        }
    }
    seen.steps = budget.spent();
    seen
}
