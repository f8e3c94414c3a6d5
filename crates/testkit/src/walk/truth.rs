//! Boolean positions, `isDefined`, and what a program's root is turned into.

use probelang_diagnostic::{Class, fault};
use probelang_dialect::{Condition, DefinedFault, Logic, NullDefined, UndefinedOperand};
use probelang_host::{Number, Size, Value};
use probelang_redact::Mode;
use probelang_syntax::NodeId;

use super::show::Out;
use super::value::{Scope, Val};
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    /// The truth of an operand of `&& || !` or of a predicate.
    pub(super) fn truth(&mut self, operand: NodeId, value: &Val<'a>) -> Eval<bool> {
        let logic = self.dialect.logic;
        self.truth_by(logic, operand, value)
    }

    fn truth_by(&mut self, logic: Logic, operand: NodeId, value: &Val<'a>) -> Eval<bool> {
        match (logic, value) {
            (Logic::Fault, Val::Host(Value::Bool(truth))) => Ok(*truth),
            (_, Val::Host(Value::Opaque(_))) if matches!(self.plain(value), Val::Host(Value::Bool(_))) => {
                self.truth_by(logic, operand, &self.plain(value))
            }
            (Logic::Fault, _) => {
                self.ordinary(operand, value)?;
                self.fail(fault::NOT_BOOLEAN, operand)
            }
            (_, Val::Host(Value::Opaque(_))) => {
                self.ordinary(operand, value)?;
                match self.plain(value) {
                    plain @ Val::Host(Value::Opaque(_)) if logic == Logic::Python => {
                        Ok(self.length_besides(operand, &plain)? != Some(0))
                    }
                    Val::Host(Value::Opaque(_)) => Ok(true),
                    plain => self.truth_by(logic, operand, &plain),
                }
            }
            (_, Val::Undefined) => Ok(false),
            (Logic::Python, Val::Host(Value::Cut(handle))) => match self.host.len(*handle) {
                Size::Known(size) => Ok(size > 0),
                Size::Unreadable(_) => self.fail(fault::UNREADABLE, operand),
            },
            (_, Val::Placeholder) => self.fail(fault::REDACTED_OPERAND, operand),
            (_, Val::Host(Value::Null | Value::Bool(false))) => Ok(false),
            (Logic::Ruby, _) => Ok(true),
            (_, Val::Host(Value::Int(0))) => Ok(false),
            (Logic::JavaScript, Val::Host(Value::Float(n))) => Ok(*n != 0.0 && !n.is_nan()),
            (Logic::Python, Val::Host(Value::Float(n))) => Ok(*n != 0.0),
            (_, Val::Host(Value::Str(text))) => Ok(!text.is_empty()),
            (Logic::Python, Val::Host(Value::List(handle) | Value::Set(handle) | Value::Map(handle))) => {
                match self.host.len(*handle) {
                    Size::Known(size) => Ok(size > 0),
                    Size::Unreadable(_) => self.fail(fault::UNREADABLE, operand),
                }
            }
            (Logic::Python, Val::Filter(filter)) => self.keeps_any(operand, filter),
            (Logic::Python, _) => {
                self.ordinary(operand, value)?;
                Ok(self.length_besides(operand, value)? != Some(0))
            }
            _ => Ok(true),
        }
    }

    pub(super) fn is_defined(&mut self, operand: NodeId, scope: Option<&Scope<'a>>) -> Eval<bool> {
        let value = self.eval(operand, scope).and_then(|value| {
            self.consume(operand, &value)?;
            Ok(value)
        });
        match value {
            Ok(value) if value.is_null() => Ok(self.dialect.null_defined == NullDefined::Yes),
            Ok(Val::Undefined) => Ok(self.dialect.undefined_operand == UndefinedOperand::Kind),
            Ok(_) => Ok(true),
            Err(fault) => match (fault.code.class(), self.dialect.defined_fault) {
                (Class::Limit | Class::Unreadable, _) => Err(fault),
                (Class::Undefined, _) | (_, DefinedFault::False) => Ok(false),
                (_, DefinedFault::Propagates) => Err(fault),
            },
        }
    }

    pub(super) fn condition(&mut self, root: NodeId) -> Eval<bool> {
        let value = self.eval(root, None)?;
        let logic = match self.dialect.condition {
            Condition::ExactlyTrue => return Ok(matches!(self.plain(&value), Val::Host(Value::Bool(true)))),
            Condition::Boolean => Logic::Fault,
            Condition::PythonTruth => Logic::Python,
            Condition::RubyTruth => Logic::Ruby,
        };
        self.truth_by(logic, root, &value)
    }

    pub(super) fn metric(&mut self, root: NodeId) -> Eval<Out> {
        let value = self.eval(root, None)?;
        match self.plain(&value) {
            Val::Host(Value::Bool(truth)) => Ok(Out::Int(i64::from(truth))),
            Val::Host(Value::BigInt(handle)) => {
                self.charge(1, root)?;
                Ok(Out::Float(self.big(handle) as f64))
            }
            Val::Host(plain) => match plain.number() {
                Some(Number::Int(n)) => Ok(Out::Int(n)),
                Some(Number::Uint(n)) => Ok(Out::Uint(n)),
                Some(Number::Float(n)) if n.is_finite() => Ok(Out::Float(n)),
                Some(Number::Float(_)) => self.fail(fault::NOT_FINITE, root),
                None => self.not_number(root, &value),
            },
            _ => self.not_number(root, &value),
        }
    }

    fn not_number(&self, root: NodeId, value: &Val<'a>) -> Eval<Out> {
        self.ordinary(root, value)?;
        self.fail(fault::NOT_NUMBER, root)
    }

    pub(super) fn value(&mut self, root: NodeId) -> Eval<Out> {
        let value = self.eval(root, None)?;
        if let Val::Host(Value::Cut(_)) = value {
            return self.fail(fault::UNREADABLE, root);
        }
        self.out(root, &value)
    }

    /// Evaluates to what leaves as a value: no text where all are hidden.
    pub(super) fn result(&mut self, root: NodeId) -> Eval<Out> {
        let out = self.value(root)?;
        let is_text = match &out {
            Out::Str(text) | Out::CutStr(text) | Out::Typed(_, text) => !text.is_empty(),
            Out::Enum(_) | Out::Opaque(Some(_)) | Out::Doubtful(..) => true,
            _ => false,
        };
        let hidden = is_text && self.policy.mode() == Mode::Strict;
        if hidden { self.fail(fault::REDACTED_TEXT, root) } else { Ok(out) }
    }
}
