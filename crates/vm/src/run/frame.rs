//! What one run keeps: the host, the budget, the slots, and the fault that ended it.

use std::ops::Range;

use probelang_capture::{Stop, hides_key, hides_type};
use probelang_diagnostic::{Class, Code, fault};
use probelang_dialect::{DefinedFault, Dialect, Regex, UndefinedOperand};
use probelang_host::{Budget, Exhausted, Handle, Hidden, Host, Kind, Local, Nature, Role, Value};
use probelang_redact::{MaskRule, Mode};

use crate::fault::{Detail, RawFault, Reason};
use crate::link::{Linked, Op};
use crate::program::ids::{Id, LoopId, SlotId};
use crate::program::instr::Target;
use crate::program::tables::LoopDef;
use crate::run::record::Recorder;

/// Bytes of text that are searched for secrets for one step.
const LOOKED_AT_PER_STEP: u64 = 16;

/// A fault before its span is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raised {
    pub(crate) code: Code,
    pub(crate) site: u32,
    pub(crate) detail: Detail,
    pub(crate) reason: Reason,
}

/// One run.
pub(crate) struct Frame<'a, 'f, 'c> {
    pub(crate) host: &'a dyn Host,
    pub(crate) linked: &'a Linked,
    pub(crate) budget: &'f mut Budget<'c>,
    /// Cached places first, then temporaries, then what loops keep.
    pub(crate) slots: &'f mut [Value<'a>],
    /// Which cached places were read.
    pub(crate) read: u64,
    pub(crate) raised: Option<Raised>,
    rare: Rare<'a>,
}

/// What few runs need: one word for the others, dropped out of their way.
struct Rare<'a>(Option<Box<RareState<'a>>>);

#[derive(Default)]
struct RareState<'a> {
    /// The last computed pattern, so that a loop does not compile it again.
    pattern: Option<(Box<str>, Regex)>,
    /// Who watches a traced program.
    recorder: Option<Box<Recorder<'a>>>,
}

impl Drop for Rare<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        #[cold]
        #[inline(never)]
        fn end(_: Box<RareState<'_>>) {}

        if let Some(kept) = self.0.take() {
            end(kept);
        }
    }
}

impl<'a, 'f, 'c> Frame<'a, 'f, 'c> {
    #[inline(always)]
    pub(crate) fn new(
        host: &'a dyn Host,
        linked: &'a Linked,
        budget: &'f mut Budget<'c>,
        slots: &'f mut [Value<'a>],
    ) -> Self {
        Self { host, linked, budget, slots, read: 0, raised: None, rare: Rare(None) }
    }

    /// Who watches the run.
    pub(crate) fn recorder(&mut self) -> Option<&mut Recorder<'a>> {
        self.rare.0.as_mut()?.recorder.as_deref_mut()
    }

    pub(crate) fn take_recorder(&mut self) -> Option<Box<Recorder<'a>>> {
        self.rare.0.as_mut()?.recorder.take()
    }

    pub(crate) fn set_recorder(&mut self, recorder: Option<Box<Recorder<'a>>>) {
        self.rare.0.get_or_insert_default().recorder = recorder;
    }

    /// The computed pattern that was kept.
    pub(crate) fn take_pattern(&mut self) -> Option<(Box<str>, Regex)> {
        self.rare.0.as_mut()?.pattern.take()
    }

    pub(crate) fn keep_pattern(&mut self, pattern: (Box<str>, Regex)) {
        self.rare.0.get_or_insert_default().pattern = Some(pattern);
    }

    pub(crate) fn dialect(&self) -> &'a Dialect {
        &self.linked.program.tables.dialect
    }

    /// Runs a body from `pc` to one of its ends.
    pub(crate) fn run(&mut self, mut pc: u32, it: &Value<'a>) -> u32 {
        let ops: &'a [Op] = &self.linked.ops;
        while let Some(mut op) = ops.get(pc as usize) {
            loop {
                pc = (op.run)(self, op, it);
                match ops.get(pc as usize) {
                    Some(next) => op = next,
                    None => break,
                }
            }
            if pc != Target::FAULT {
                break;
            }
            match self.caught(op.index) {
                Some(to) => pc = to,
                None => break,
            }
        }
        pc
    }

    /// Where the innermost `isDefined` around the instruction `at` goes on, if it takes the fault for "not
    /// defined".
    #[cold]
    fn caught(&mut self, at: u32) -> Option<u32> {
        let class = self.raised.map_or(Class::Internal, |raised| raised.code.class());
        let taken = match class {
            Class::Undefined => true,
            // what cannot be read may have been there
            Class::Unreadable | Class::Limit | Class::Internal => false,
            _ => self.dialect().defined_fault == DefinedFault::False,
        };
        if !taken {
            return None;
        }
        let catches = &self.linked.program.tables.catches;
        let inner = catches.iter().filter(|catch| (catch.start..catch.end).contains(&at));
        let to = inner.min_by_key(|catch| catch.end.saturating_sub(catch.start))?.to;
        self.tell_raised();
        self.raised = None;
        Some(to.0)
    }

    /// Runs the predicate of a loop for one element.
    pub(crate) fn predicate(&mut self, def: &LoopDef, it: &Value<'a>) -> Result<bool, Stop> {
        self.read &= !def.per_element;
        match Target(self.run(def.body.0, it)) {
            Target::YES => Ok(true),
            Target::NO => Ok(false),
            _ => Err(Stop),
        }
    }

    pub(crate) fn slot(&self, at: SlotId) -> Value<'a> {
        self.slots.get(at.index()).copied().unwrap_or(Value::Absent)
    }

    pub(crate) fn set(&mut self, at: SlotId, value: Value<'a>) {
        if let Some(slot) = self.slots.get_mut(at.index()) {
            *slot = value;
        }
    }

    /// Charges steps before work.
    #[inline]
    pub(crate) fn charge(&mut self, steps: u64, site: u32) -> Result<(), Stop> {
        match self.budget.charge(steps) {
            Ok(()) => Ok(()),
            Err(exhausted) => Err(self.exhausted(exhausted, site)),
        }
    }

    /// Charges work on `bytes` bytes, at most a bulk's worth: 64 KiB.
    #[inline]
    pub(crate) fn charge_bytes(&mut self, bytes: usize, site: u32) -> Result<(), Stop> {
        self.charge(bytes.div_ceil(64) as u64, site)
    }

    #[cold]
    pub(crate) fn exhausted(&mut self, exhausted: Exhausted, site: u32) -> Stop {
        let code = match exhausted {
            Exhausted::Steps => fault::STEPS,
            Exhausted::Deadline => fault::DEADLINE,
        };
        self.fail(code, site, Detail::None)
    }

    /// Records a fault.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, code: Code, site: u32, detail: Detail) -> Stop {
        self.fail_by(code, site, detail, Reason::NONE)
    }

    /// Records a fault with a detail and a reason.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail_by(&mut self, code: Code, site: u32, detail: Detail, reason: Reason) -> Stop {
        self.raised = Some(Raised { code, site, detail, reason });
        Stop
    }

    /// Records a fault with the host's reason.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail_because(&mut self, code: Code, site: u32, reason: &str) -> Stop {
        // what is hidden of it is found before it is cut
        let reason = Reason::new(&self.linked.policy.masked_reason(reason));
        self.raised = Some(Raised { code, site, detail: Detail::None, reason });
        Stop
    }

    /// The fault of a text, or a part of it, that `rule` of the policy hides.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail_text(&mut self, rule: MaskRule<'_>, site: u32) -> Stop {
        self.fail_by(fault::REDACTED_TEXT, site, Detail::None, Reason::new(rule.name()))
    }

    /// Faults where the policy hides a part of `text` that is among the bytes `part`, which the program takes for a
    /// text of their own. Where all texts are hidden, so is that one.
    #[inline]
    pub(crate) fn taken(&mut self, text: &str, part: Range<usize>, site: u32) -> Result<(), Stop> {
        match self.linked.policy.mode() {
            Mode::Off | Mode::Strict => Ok(()),
            Mode::Targeted => self.taken_of_text(text, part, site),
        }
    }

    #[cold]
    fn taken_of_text(&mut self, text: &str, part: Range<usize>, site: u32) -> Result<(), Stop> {
        if part.is_empty() {
            return Ok(());
        }
        let linked = self.linked;
        self.bytes(part.end, LOOKED_AT_PER_STEP, site)?;
        let hidden = linked.policy.masks_before(text, part.end).find(|mask| mask.end > part.start);
        self.after(part.end, site)?;
        match hidden {
            Some(mask) => Err(self.fail_text(mask.rule, site)),
            None => Ok(()),
        }
    }

    /// A fault about the kind of `value`, after the operands that no operator takes: the value undefined, a
    /// placeholder, what was cut by depth.
    #[cold]
    pub(crate) fn fail_kind(&mut self, code: Code, site: u32, value: &Value<'a>) -> Stop {
        match self.special(value, site) {
            Some(stop) => stop,
            None => {
                let kind = self.kind(value);
                self.fail(code, site, Detail::Kind(kind))
            }
        }
    }

    /// The fault of an operand that no operator takes, if `value` is one.
    #[cold]
    pub(crate) fn special(&mut self, value: &Value<'a>, site: u32) -> Option<Stop> {
        Some(match *value {
            Value::Absent | Value::Undefined => {
                let code = self.undefined_operand();
                self.fail(code, site, Detail::None)
            }
            Value::Local(Local { role: Role::Placeholder, .. }) => {
                self.fail(fault::REDACTED_OPERAND, site, Detail::None)
            }
            Value::Redacted(hidden) => {
                let rule = self.hiding_rule(hidden, None);
                self.fail_by(redacted_code(hidden), site, Detail::None, rule)
            }
            Value::Unreadable(reason) => self.fail_because(fault::UNREADABLE, site, reason),
            Value::Cut(handle) => {
                let reason = self.host.cut_reason(handle);
                self.fail_because(fault::UNREADABLE, site, reason)
            }
            _ => return self.doubted(value, site),
        })
    }

    /// A value without its handle, where the host is in no doubt of it.
    #[cold]
    pub(crate) fn undoubted(&mut self, value: &Value<'a>, site: u32) -> Result<Value<'a>, Stop> {
        self.doubted(value, site).map_or(Ok(self.plain(value)), Err)
    }

    /// The fault of an operand that may be more than an object, as far as the host can say.
    #[cold]
    pub(crate) fn doubted(&mut self, value: &Value<'a>, site: u32) -> Option<Stop> {
        let (Value::Object(handle) | Value::Opaque(handle)) = *value else { return None };
        let reason = self.host.doubt(handle, None)?;
        Some(self.fail_because(fault::UNREADABLE, site, reason))
    }

    /// `value` as what else the host says that it is, a collection or an object.
    #[cold]
    pub(crate) fn also(&self, value: &Value<'a>, nature: Nature) -> Option<Value<'a>> {
        let (Value::List(handle)
        | Value::Set(handle)
        | Value::Map(handle)
        | Value::Object(handle)
        | Value::Opaque(handle)) = *value
        else {
            return None;
        };
        let other = self.host.also(handle, nature)?;
        Some(match nature {
            Nature::Fields => Value::Object(other),
            Nature::List | Nature::Length => Value::List(other),
            Nature::Map => Value::Map(other),
        })
    }

    /// `value` as the collection that it is besides, a list before a map.
    #[cold]
    pub(crate) fn also_collection(&self, value: &Value<'a>) -> Option<Value<'a>> {
        self.also(value, Nature::List).or_else(|| self.also(value, Nature::Map))
    }

    /// The code of an operator's fault on the value undefined.
    pub(crate) fn undefined_operand(&self) -> Code {
        match self.dialect().undefined_operand {
            UndefinedOperand::Undefined => fault::UNDEFINED_VALUE,
            UndefinedOperand::Kind => fault::UNDEFINED_OPERAND,
        }
    }

    /// The kind of a value, a filter by what it gives.
    pub(crate) fn kind(&self, value: &Value<'a>) -> Kind {
        match *value {
            Value::Local(Local { role: Role::Filter, slot }) => {
                match self.filter_shape(LoopId::of_filter(slot)) {
                    probelang_capture::Shape::Set => Kind::Set,
                    probelang_capture::Shape::Map => Kind::Map,
                    _ => Kind::List,
                }
            }
            _ => self.plain(value).kind(),
        }
    }

    /// A scalar that has a handle as the scalar that it is.
    #[inline]
    pub(crate) fn plain(&self, value: &Value<'a>) -> Value<'a> {
        #[cold]
        fn scalar<'a>(host: &'a dyn Host, value: Value<'a>) -> Value<'a> {
            value.plain(host)
        }

        if let Value::Opaque(_) = value { scalar(self.host, *value) } else { *value }
    }

    /// Whether the type of `handle` is redacted. Read only where types are configured.
    pub(crate) fn redacted_type(&self, handle: Handle) -> bool {
        self.linked.checks_types && hides_type(&self.linked.policy, self.host, handle)
    }

    /// Whether a value under this key is redacted.
    pub(crate) fn redacted_key(&self, key: &Value<'a>) -> bool {
        hides_key(&self.linked.policy, self.host, key)
    }

    /// Tells the recorder of the fault that was recorded.
    fn tell_raised(&mut self) {
        let raised = self.raised;
        if let (Some(recorder), Some(raised)) = (self.recorder(), raised) {
            recorder.raised(raised);
        }
    }

    /// Whether this key may be found as an enum constant whose name is redacted: `Mode.PASSWORD`.
    pub(crate) fn names_redacted_constant(&self, key: &Value<'_>) -> bool {
        matches!(*key, Value::Str(text) if self.linked.policy.may_redact_constant(text))
    }

    /// The fault that was recorded, with its span.
    #[cold]
    pub(crate) fn fault(&mut self) -> RawFault {
        let program = &self.linked.program;
        self.tell_raised();
        match self.raised.take() {
            Some(Raised { code, site, detail, reason }) => {
                RawFault { code, span: program.span(site), site, detail, reason }
            }
            None => RawFault {
                code: fault::INTERNAL,
                span: program.span(0),
                site: 0,
                detail: Detail::None,
                reason: Reason::NONE,
            },
        }
    }
}

pub(crate) const fn redacted_code(hidden: Hidden) -> Code {
    match hidden {
        Hidden::Name | Hidden::NameOf(_) => fault::REDACTED_NAME,
        Hidden::Type | Hidden::TypeOf(_) => fault::REDACTED_TYPE,
        Hidden::Host => fault::REDACTED_BY_HOST,
    }
}

/// What a redacted read goes on as where a dialect asks for it.
pub(crate) const PLACEHOLDER: Value<'static> = Value::Local(Local { role: Role::Placeholder, slot: 0 });
