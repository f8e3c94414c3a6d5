//! Judgements: what becomes of a read that found nothing, or something that is hidden or cannot be read.

use probelang_capture::Stop;
use probelang_diagnostic::{Code, fault};
use probelang_dialect::{ImplicitThis, Missing, RedactedRead, UndefinedBinding};
use probelang_host::{Handle, Hidden, Scratch, Symbol, Value};

use crate::fault::{Detail, Reason};
use crate::program::ids::SymbolId;
use crate::program::tables::{Const, Step};
use crate::run::frame::{Frame, PLACEHOLDER, redacted_code};

/// What a member or constant key was read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Receiver {
    Object,
    /// A map; which, where the member may be a field of it.
    Map(Option<Handle>),
}

impl Receiver {
    /// That of a read from `value`, which is a map or an object.
    pub(crate) const fn of(value: &Value<'_>) -> Self {
        match *value {
            Value::Map(map) => Self::Map(Some(map)),
            _ => Self::Object,
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Judges a root that was read; `member` is the symbol of its name as a field of `this`.
    pub(crate) fn judge_root(
        &mut self,
        step: Step,
        member: Symbol,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match step {
            Step::Var(name) | Step::VarOrNull(name) if *out == Value::Absent => {
                self.absent_name(step, name, member, site, out)
            }
            Step::At(name) if *out == Value::Absent => {
                let missing = self.dialect().missing_at.into();
                self.missing(missing, fault::NOT_AT_THIS_PLACE, site, Detail::Name(name), out)
            }
            _ => self.settle(site, out),
        }
    }

    /// Judges a member or constant key that was read from `receiver`, and is not found.
    #[cold]
    pub(crate) fn judge_member(
        &mut self,
        step: Step,
        symbol: Symbol,
        receiver: Receiver,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if let (Receiver::Map(Some(map)), Step::Field(_), Value::Absent) = (receiver, step, *out) {
            self.field_besides(&Value::Map(map), symbol, out);
        }
        let map = receiver != Receiver::Object;
        if *out != Value::Absent {
            return self.settle(site, out);
        }
        let dialect = self.dialect();
        let (missing, code, detail) = match step {
            Step::Index(key) => (dialect.missing_key, fault::UNKNOWN_KEY, Detail::Constant(key)),
            Step::Field(name) if map => (dialect.missing_key, fault::UNKNOWN_KEY, Detail::Name(name)),
            Step::Field(name) => (dialect.missing_member, fault::UNKNOWN_FIELD, Detail::Name(name)),
            _ => return self.settle(site, out),
        };
        self.missing(missing, code, site, detail, out)
    }

    #[cold]
    fn absent_name(
        &mut self,
        step: Step,
        name: SymbolId,
        member: Symbol,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if let (ImplicitThis::Yes, Some(this)) = (self.dialect().implicit_this, self.linked.this) {
            self.charge(1, site)?;
            if self.linked.policy.redacts_name("this") {
                return self.hide(Hidden::Name, site, Detail::Name(name), out);
            }
            let text = self.linked.program.symbol(name);
            let mut receiver = Value::Absent;
            self.host.var(this, &mut receiver);
            if let Some(handle) = receiver.handle().filter(|handle| self.redacted_type(*handle)) {
                return self.hide_type(handle, site, out);
            }
            match receiver {
                Value::Redacted(_) | Value::Unreadable(_) => {
                    *out = receiver;
                    return self.settle(site, out);
                }
                Value::Cut(handle) => {
                    let reason = self.host.cut_reason(handle);
                    return Err(self.fail_because(fault::UNREADABLE, site, reason));
                }
                Value::Map(_) if self.names_redacted_constant(&Value::Str(text)) => {
                    self.ask_key(&receiver, &Value::Str(text), site, out)?;
                }
                Value::Object(handle) => self.host.field(handle, member, out),
                Value::Map(handle) => self.ask_entry(handle, member, text, site, out)?,
                _ => {}
            }
            if *out != Value::Absent {
                return self.settle(site, out);
            }
        }
        let missing = match step {
            Step::VarOrNull(_) => Missing::Null,
            _ => self.dialect().missing_name.into(),
        };
        self.missing(missing, fault::UNKNOWN_NAME, site, Detail::Name(name), out)
    }

    /// What a read that found nothing gives.
    #[cold]
    pub(crate) fn missing(
        &mut self,
        missing: Missing,
        code: Code,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        *out = match missing {
            Missing::Fault => return Err(self.fail(code, site, detail)),
            Missing::Null => Value::Null,
            Missing::Undefined => Value::Undefined,
        };
        Ok(())
    }

    /// A redacted read: a fault, or the placeholder. What is hidden is not looked at in either case, so that
    /// nothing about it, not even whether it is there, decides anything.
    #[cold]
    pub(super) fn hide(
        &mut self,
        hidden: Hidden,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let program = &self.linked.program;
        let name = match detail {
            Detail::Name(name) => Some(program.symbol(name)),
            Detail::Constant(key) => match program.constant(key) {
                Const::Str(text) => Some(&**text),
                _ => None,
            },
            _ => None,
        };
        self.hide_by(hidden, name, site, detail, out)
    }

    /// As [`hide`](Self::hide), of what is under a key that was read.
    #[cold]
    pub(super) fn hide_under(&mut self, key: &Value<'a>, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        self.hide_by(Hidden::Name, self.name_of_key(key), site, Detail::None, out)
    }

    /// The name that a key is to redaction.
    pub(crate) fn name_of_key(&self, key: &Value<'a>) -> Option<&'a str> {
        match self.plain(key) {
            Value::Str(text) | Value::CutStr(text) => Some(text),
            Value::Object(handle) => self.host.enum_name(handle),
            _ => None,
        }
    }

    /// As [`hide`](Self::hide), of a value of a redacted type.
    #[cold]
    fn hide_type(&mut self, handle: Handle, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        let (host, mut scratch) = (self.host, Scratch::new());
        let name = host.type_name(handle, &mut scratch);
        self.hide_by(Hidden::Type, name, site, Detail::None, out)
    }

    /// Hides a value; the fault knows the rule by which `name`, of the value or its type, hides it.
    #[cold]
    fn hide_by(
        &mut self,
        hidden: Hidden,
        name: Option<&str>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if self.dialect().redacted_read == RedactedRead::Placeholder {
            *out = PLACEHOLDER;
            return Ok(());
        }
        let rule = self.hiding_rule(hidden, name);
        Err(self.fail_by(redacted_code(hidden), site, detail, rule))
    }

    /// The rule of the policy by which `name`, of a value or its type, hides it.
    #[cold]
    pub(crate) fn hiding_rule(&self, hidden: Hidden, name: Option<&str>) -> Reason {
        let policy = &self.linked.policy;
        let of_type = |name: &str| policy.type_rule(name, false).or_else(|| policy.type_rule(name, true));
        let rule = match hidden {
            Hidden::Name => name.and_then(|name| policy.name_rule(name)).map(|rule| rule.text),
            Hidden::NameOf(number) => {
                let name = self.host.hidden_by(number);
                name.and_then(|name| policy.expression_rule(name)).map(|rule| rule.text)
            }
            Hidden::Type => name.and_then(of_type),
            Hidden::TypeOf(number) => self.host.hidden_by(number).and_then(of_type),
            Hidden::Host => None,
        };
        rule.map_or(Reason::NONE, Reason::new)
    }

    /// Judges a read: what it found, or what a dialect makes of its absence.
    #[inline(always)]
    pub(super) fn found_or(
        &mut self,
        missing: Missing,
        code: Code,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if *out == Value::Absent {
            return self.missing(missing, code, site, detail, out);
        }
        self.settle(site, out)
    }

    /// Judges the outcome of a read whose absence was judged before.
    #[inline]
    pub(crate) fn settle(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match *out {
            Value::Absent | Value::Undefined | Value::Redacted(_) | Value::Unreadable(_) => {
                self.unsettled(site, out)
            }
            _ if self.linked.checks_types => self.settle_type(site, out),
            _ => Ok(()),
        }
    }

    #[cold]
    fn unsettled(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match *out {
            Value::Redacted(hidden) => self.hide(hidden, site, Detail::None, out),
            Value::Unreadable(reason) => Err(self.fail_because(fault::UNREADABLE, site, reason)),
            _ if self.dialect().undefined_binding == UndefinedBinding::Value => Ok(()),
            _ => Err(self.fail(fault::UNDEFINED_VALUE, site, Detail::None)),
        }
    }

    #[cold]
    fn settle_type(&mut self, site: u32, out: &mut Value<'a>) -> Result<(), Stop> {
        match out.handle() {
            Some(handle) if self.redacted_type(handle) => self.hide_type(handle, site, out),
            _ => Ok(()),
        }
    }
}
