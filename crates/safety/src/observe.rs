//! Everything that a run lets anybody see.

use std::fmt::Write as _;

use probelang::diagnostic::{Class, Code};
use probelang::host::{Budget, Host};
use probelang::{Answer, Bound, Fault, Program};

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
pub fn run(bound: &Bound<Program>, host: &dyn Host, budget: &mut Budget<'_>) -> Seen {
    let mut seen = Seen { answer: String::new(), faults: Vec::new(), codes: Vec::new(), steps: 0 };
    let failed = |seen: &mut Seen, fault: &Fault| {
        seen.faults.push(format!("{fault:?}"));
        seen.codes.push(fault.code);
    };
    match bound.run(host, budget) {
        Answer::Fault(fault) => failed(&mut seen, &fault),
        Answer::Message(message) => {
            for error in &message.errors {
                match &error.fault {
                    Some(fault) => failed(&mut seen, fault),
                    None => seen.faults.push(String::new()),
                }
                if let Some(line) = seen.faults.last_mut() {
                    let _ = write!(line, " error {:?} {:?}", error.expression, error.message);
                }
            }
            if message.truncated {
                seen.faults.push("truncated".to_owned());
            }
            seen.answer = message.text;
        }
        answer => seen.answer = answer.to_json().unwrap_or_default(),
    }
    seen.steps = budget.spent();
    seen
}
