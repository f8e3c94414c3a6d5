//! Running a linked program: conditions, metrics, values.

pub(crate) mod elements;
pub(crate) mod frame;
pub(crate) mod iter;
mod local;
pub(crate) mod ops;
pub(crate) mod read;
pub(crate) mod reader;
pub(crate) mod record;
pub(crate) mod render;

use probelang_capture::{Reader, Stop};
use probelang_diagnostic::fault;
use probelang_host::{Budget, Host, Number, Scratch, Value};
use probelang_redact::{MaskRule, Mode};

use crate::fault::{Detail, RawFault};
use crate::link::Linked;
use crate::program::instr::Target;
use crate::run::frame::Frame;
use crate::run::reader::FrameReader;

/// The three outcomes of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It holds.
    Matched,
    /// It does not.
    NotMatched,
    /// It could not be answered. Not a match, and never silently a non-match.
    Failed(RawFault),
}

/// Slots that most programs fit into; others get a longer frame.
const TINY: usize = 4;
const SMALL: usize = 12;
const MEDIUM: usize = 64;
/// More than any program within the usual limits needs: 48 KiB, apart from the frames of others.
const LARGE: usize = 2_048;

impl Linked {
    /// Calls `run` with a frame that has as many slots as the program needs, and one more for its value.
    pub(crate) fn framed<'a, 'c, R>(
        &'a self,
        host: &'a dyn Host,
        budget: &mut Budget<'c>,
        run: impl FnOnce(&mut Frame<'a, '_, 'c>) -> R,
    ) -> R {
        if self.slots < TINY {
            let mut slots = [Value::Absent; TINY];
            return run(&mut Frame::new(host, self, budget, &mut slots));
        }
        self.framed_longer(host, budget, run)
    }

    #[inline(never)]
    fn framed_longer<'a, 'c, R>(
        &'a self,
        host: &'a dyn Host,
        budget: &mut Budget<'c>,
        run: impl FnOnce(&mut Frame<'a, '_, 'c>) -> R,
    ) -> R {
        if self.slots < SMALL {
            let mut slots = [Value::Absent; SMALL];
            return run(&mut Frame::new(host, self, budget, &mut slots));
        }
        if self.slots < MEDIUM {
            let mut slots = [Value::Absent; MEDIUM];
            return run(&mut Frame::new(host, self, budget, &mut slots));
        }
        self.framed_large(host, budget, run)
    }

    #[cold]
    #[inline(never)]
    fn framed_large<'a, 'c, R>(
        &'a self,
        host: &'a dyn Host,
        budget: &mut Budget<'c>,
        run: impl FnOnce(&mut Frame<'a, '_, 'c>) -> R,
    ) -> R {
        if self.slots < LARGE {
            let mut slots = [Value::Absent; LARGE];
            return run(&mut Frame::new(host, self, budget, &mut slots));
        }
        // only where the limits on the tree were raised
        let mut slots = vec![Value::Absent; self.slots.saturating_add(1)];
        run(&mut Frame::new(host, self, budget, &mut slots))
    }

    /// Whether the condition holds over `host`. Allocates nothing.
    #[must_use]
    pub fn condition(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Verdict {
        self.framed(host, budget, |frame| {
            let entry = frame.linked.entry;
            match Target(frame.run(entry, &Value::Absent)) {
                Target::YES => Verdict::Matched,
                Target::NO => Verdict::NotMatched,
                _ => Verdict::Failed(frame.fault()),
            }
        })
    }

    /// The number that a metric program gives over `host`. Allocates nothing.
    ///
    /// # Errors
    /// The fault that ended it; a value that is no finite number is one.
    pub fn metric(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Result<Number, RawFault> {
        self.framed(host, budget, |frame| {
            let entry = frame.linked.program.tables.entry;
            let run = frame.evaluate(entry).and_then(|value| frame.number(&value, entry));
            run.map_err(|Stop| frame.fault())
        })
    }

    /// Runs a value program over `host` and lends the value to `read`, with a reader that walks it within the
    /// same budget. A lazy filter is reached by walking it: `read` walks to its end.
    ///
    /// Values are hidden by names and types. Texts are lent as they are, whatever the mode of the policy: what `read` lets
    /// out it passes through the policy, as the writers of `probelang_capture` do.
    ///
    /// # Errors
    /// The fault that ended the program or the walk; where the mode hides all texts, also a text as the value.
    pub fn value<'h, R>(
        &'h self,
        host: &'h dyn Host,
        budget: &mut Budget<'_>,
        read: impl FnOnce(Value<'h>, &mut dyn Reader<'h>) -> Result<R, Stop>,
    ) -> Result<R, RawFault> {
        self.framed(host, budget, |frame| {
            let entry = frame.linked.program.tables.entry;
            let run = frame.evaluate(entry).and_then(|value| {
                frame.leaves(&value, entry)?;
                let site = frame.root_site(entry);
                let mut reader = FrameReader { frame, site };
                read(value, &mut reader)
            });
            run.map_err(|Stop| frame.fault())
        })
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Runs a body to its value.
    pub(crate) fn evaluate(&mut self, entry: Target) -> Result<Value<'a>, Stop> {
        self.run_to_value(entry).copied()
    }

    /// Runs a body, and lends its value from where it is kept.
    #[inline(always)]
    pub(crate) fn run_to_value(&mut self, entry: Target) -> Result<&Value<'a>, Stop> {
        if Target(self.run(entry.0, &Value::Absent)) != Target::YES {
            return Err(Stop);
        }
        self.slots.get(self.linked.slots).ok_or(Stop)
    }

    /// Keeps the value that a body ends with, after the slots of the program.
    #[inline(always)]
    pub(crate) fn end_with(&mut self, value: Value<'a>) {
        if let Some(slot) = self.slots.get_mut(self.linked.slots) {
            *slot = value;
        }
    }

    /// The site of the root node of a body: that of its last instruction.
    #[cold]
    pub(crate) fn root_site(&self, entry: Target) -> u32 {
        let program = &self.linked.program.tables;
        let code = program.code.get(entry.0 as usize..).unwrap_or_default();
        let ends = code.iter().position(|instr| matches!(instr, crate::Instr::Return { .. }));
        let at = (entry.0 as usize).saturating_add(ends.unwrap_or(0));
        program.debug.sites.get(at).copied().unwrap_or(0)
    }

    /// Faults where a value that is a result cannot be one.
    pub(crate) fn consume(&mut self, value: &Value<'a>, entry: Target) -> Result<(), Stop> {
        match *value {
            Value::Cut(handle) => {
                let site = self.root_site(entry);
                let reason = self.host.cut_reason(handle);
                Err(self.fail_because(fault::UNREADABLE, site, reason))
            }
            _ => Ok(()),
        }
    }

    /// Faults where a value that is the result cannot be one, or is a text and all texts are hidden.
    pub(crate) fn leaves(&mut self, value: &Value<'a>, entry: Target) -> Result<(), Stop> {
        self.consume(value, entry)?;
        if self.linked.policy.mode() != Mode::Strict {
            return Ok(());
        }
        let is_text = match self.plain(value) {
            Value::Str(text) | Value::CutStr(text) => !text.is_empty(),
            Value::Object(handle) => self.host.enum_name(handle).is_some(),
            Value::Opaque(handle) => self.host.text(handle).is_some(),
            Value::Absent
            | Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::BigInt(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Set(_)
            | Value::Map(_)
            | Value::Cut(_)
            | Value::Redacted(_)
            | Value::Unreadable(_)
            | Value::Local(_) => false,
        };
        let is_doubtful = matches!(*value, Value::Opaque(handle) if self.host.doubt(handle, None).is_some());
        if is_text || is_doubtful {
            let site = self.root_site(entry);
            return Err(self.fail_text(MaskRule::Strict, site));
        }
        Ok(())
    }

    pub(crate) fn number(&mut self, value: &Value<'a>, entry: Target) -> Result<Number, Stop> {
        let plain = self.plain(value);
        let number = match plain {
            Value::BigInt(integer) => {
                let site = self.root_site(entry);
                let mut scratch = Scratch::new();
                Some(Number::Float(self.digits(integer, &mut scratch, site)?.0.to_f64()))
            }
            _ => plain.number(),
        };
        match (plain, number) {
            (Value::Bool(b), _) => Ok(Number::Int(i64::from(b))),
            (_, Some(Number::Float(n))) if !n.is_finite() => {
                let site = self.root_site(entry);
                Err(self.fail(fault::NOT_FINITE, site, Detail::None))
            }
            (_, Some(number)) => Ok(number),
            _ => {
                let site = self.root_site(entry);
                Err(self.fail_kind(fault::NOT_NUMBER, site, value))
            }
        }
    }
}
