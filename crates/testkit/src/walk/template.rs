//! Messages: the parts of a template. Each may fail by itself.

use probelang_diagnostic::{Class, fault};
use probelang_dialect::{Dialect, FailedNull, FailedPart};
use probelang_redact::Mode;
use probelang_syntax::tree::{At, Part};
use probelang_syntax::{Node, NodeId};

use super::show::{Out, duration, redacted_text, text};
use super::{Eval, Fault, Outcome, Refusal, Settings, Walker};

impl Walker<'_> {
    pub(super) fn template(
        &mut self,
        parts: &[Part],
        settings: &Settings<'_>,
        refused: &[Refusal],
    ) -> Outcome {
        let mut message = String::new();
        let mut faults = Vec::new();
        for part in parts {
            match part {
                Part::Text { text, .. } => message.push_str(self.tree.text(*text)),
                Part::Expression { root, .. } => {
                    let refusal = refused.iter().find(|refusal| refusal.root == *root);
                    let shown = match refusal {
                        Some(refusal) => self.fail(refusal.code, refusal.node),
                        None => self.part_text(*root, settings),
                    };
                    match shown {
                        Ok(shown) => message.push_str(&shown),
                        Err(fault) => {
                            let said = |fault: &Fault| (settings.message)(fault, faults.len());
                            message.push_str(&failed_text(&fault, self.dialect, &said));
                            faults.push(fault);
                        }
                    }
                }
            }
        }
        let limit = settings.text.message;
        let cut = message.char_indices().nth(limit).map(|(at, _)| at);
        if let Some(at) = cut {
            message.truncate(at);
            message.push_str("...");
        }
        if self.policy.mode() == Mode::Targeted {
            // what the parts together are
            message = self.policy.masked(&message).into_owned();
        }
        Outcome::Template { text: message, faults, cut: cut.is_some() }
    }

    fn part_text(&mut self, root: NodeId, settings: &Settings<'_>) -> Eval<String> {
        let out = self.value(root)?;
        let is_duration = matches!(self.tree.node(root), Node::At(At::Duration));
        #[allow(clippy::cast_precision_loss)]
        let milliseconds = match out {
            Out::Float(n) => Some(n),
            _ => None,
        };
        Ok(match milliseconds {
            Some(n) if is_duration => duration(n, settings.text, self.dialect, self.policy),
            _ => text(&out, settings.text, self.dialect, self.policy),
        })
    }
}

/// What the message contains for a part that failed.
fn failed_text(fault: &Fault, dialect: &Dialect, message: &dyn Fn(&Fault) -> String) -> String {
    let code = fault.code;
    if code.class() == Class::Redacted {
        return redacted_text(dialect).to_owned();
    }
    let missing =
        [fault::FIELD_OF_NULL, fault::INDEX_OF_NULL, fault::INDEX_OUT_OF_RANGE, fault::NEGATIVE_INDEX];
    if dialect.failed_null == FailedNull::Empty && missing.contains(&code) {
        return String::new();
    }
    match dialect.failed_part {
        FailedPart::Message => format!("{{{}}}", message(fault)),
        FailedPart::ErrorMessage => format!("{{error: {}}}", message(fault)),
        FailedPart::UndefinedValue => "UndefinedValue".to_owned(),
        FailedPart::Error => "ERROR".to_owned(),
        FailedPart::EvaluationError => "[evaluation error]".to_owned(),
        FailedPart::Undefined => "UNDEFINED".to_owned(),
    }
}
