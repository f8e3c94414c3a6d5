//! The functions of one operand, `substring`, the operators on text, `instanceof`, and JavaScript's conversions.

use probelang_diagnostic::fault;
use probelang_dialect::{
    ContainsNull, EndBeyond, FaultOrFalse, NegativeBound, NullSubject, OtherBound, PlainKind, PlainTypes,
    SoughtInText, StartAfterEnd, StartBeyond, TextOp, TextUnit, TruthOp, UnknownType, ValueOp,
};
use probelang_host::{Instance, Value};
use probelang_syntax::NodeId;

use super::value::{Shape, Val};
use super::{Eval, Walker};

impl<'a> Walker<'a> {
    // ---- functions of one operand ---------------------------------------------------------------------------

    pub(super) fn apply(&mut self, node: NodeId, op: ValueOp, of: &Val<'a>) -> Eval<Val<'a>> {
        match op {
            ValueOp::Len => self.len(node, of),
        }
    }

    pub(super) fn decide(&mut self, node: NodeId, op: TruthOp, of: &Val<'a>) -> Eval<bool> {
        match op {
            TruthOp::IsEmpty => self.is_empty(node, of),
        }
    }

    // ---- text by units --------------------------------------------------------------------------------------

    /// The length of `text` in the dialect's unit.
    pub(super) fn units(&self, text: &str) -> usize {
        text.chars().map(|c| self.unit(c)).sum()
    }

    fn unit(&self, c: char) -> usize {
        match self.dialect.text_unit {
            TextUnit::Scalar => 1,
            TextUnit::Utf16 => c.len_utf16(),
            TextUnit::Byte => c.len_utf8(),
        }
    }

    /// The byte at which the unit `bound` starts, or the character that contains it.
    fn byte_of(&self, text: &str, bound: i128) -> usize {
        let mut units = 0;
        for (at, c) in text.char_indices() {
            units += self.unit(c) as i128;
            if units > bound {
                return at;
            }
        }
        text.len()
    }

    pub(super) fn substring(
        &mut self,
        node: NodeId,
        text: &Val<'a>,
        from: &Val<'a>,
        to: Option<&Val<'a>>,
    ) -> Eval<Val<'a>> {
        let (text, cut) = match self.plain(text) {
            Val::Host(Value::Str(text)) => (text, false),
            Val::Host(Value::CutStr(text)) => (text, true),
            _ => {
                self.ordinary(node, text)?;
                return self.fail(fault::NOT_TEXT, node);
            }
        };
        let mut from = self.bound(node, from)?.unwrap_or(0);
        let to = match to {
            Some(to) => self.bound(node, to)?,
            None => None,
        };
        // measured from the end and from the start for each bound
        self.charge((text.len() as u64).div_ceil(64) * 4, node)?;
        let length = self.units(text) as i128;
        // without an end the start cannot be after it, and it cannot be too far
        let open = to.is_none();
        let mut to = to.unwrap_or(i128::MAX);
        let from_end = self.dialect.negative_bound == NegativeBound::FromEnd;
        let before = from < 0 && from_end && from.saturating_add(length) < 0;
        for bound in [&mut from, &mut to] {
            if *bound < 0 {
                *bound = match self.dialect.negative_bound {
                    NegativeBound::Fault => return self.fail(fault::NEGATIVE_BOUND, node),
                    NegativeBound::Zero => 0,
                    NegativeBound::FromEnd if cut => return self.fail(fault::CUT_TEXT, node),
                    NegativeBound::FromEnd => bound.saturating_add(length).max(0),
                };
            }
        }
        if self.dialect.start_beyond == StartBeyond::Null && (before || from > length) {
            return if cut { self.fail(fault::CUT_TEXT, node) } else { Ok(Val::NULL) };
        }
        if from > to {
            match self.dialect.start_after_end {
                StartAfterEnd::Fault => return self.fail(fault::START_AFTER_END, node),
                StartAfterEnd::Empty => return Ok(Val::str("")),
                StartAfterEnd::Swapped => std::mem::swap(&mut from, &mut to),
            }
        }
        if cut && to > length {
            return self.fail(fault::CUT_TEXT, node);
        }
        if from > length {
            match self.dialect.start_beyond {
                StartBeyond::Empty => return Ok(Val::str("")),
                StartBeyond::Fault => return self.fail(fault::BOUND_BEYOND_END, node),
                StartBeyond::Null => return Ok(Val::NULL),
            }
        }
        if !open && to > length && self.dialect.end_beyond == EndBeyond::Fault {
            return self.fail(fault::BOUND_BEYOND_END, node);
        }
        let part = self.byte_of(text, from)..self.byte_of(text, to);
        self.taken(node, text, part.clone())?;
        Ok(Val::str(&text[part]))
    }

    /// A bound; `None` where it is open.
    fn bound(&mut self, node: NodeId, value: &Val<'a>) -> Eval<Option<i128>> {
        let choice = self.dialect.other_bound;
        if let Some(integer) = self.integer(node, value, choice == OtherBound::Integral)? {
            return Ok(Some(integer));
        }
        let plain = self.plain(value);
        let float = |n: f64| if n.is_nan() { 0 } else { n as i128 };
        match (choice, &plain) {
            (OtherBound::Python | OtherBound::Ruby, Val::Host(Value::Null))
            | (OtherBound::JavaScript, Val::Undefined) => Ok(None),
            (OtherBound::Ruby, Val::Host(Value::Float(n))) if n.abs() < 2_f64.powi(62) => Ok(Some(float(*n))),
            (OtherBound::JavaScript, Val::Host(Value::Null)) => Ok(Some(0)),
            (OtherBound::JavaScript, Val::Host(Value::Bool(truth))) => Ok(Some(i128::from(*truth))),
            (OtherBound::JavaScript, Val::Host(Value::Float(n))) => Ok(Some(float(*n))),
            (OtherBound::JavaScript, Val::Host(Value::CutStr(_))) => self.fail(fault::CUT_TEXT, node),
            (OtherBound::JavaScript, Val::Host(Value::Str(text))) => {
                self.charge_bytes(text.len(), node)?;
                Ok(Some(float(javascript_number(text))))
            }
            _ => {
                self.ordinary(node, value)?;
                self.fail(fault::BOUND_NOT_INTEGER, node)
            }
        }
    }

    // ---- startsWith, endsWith, contains, matches ------------------------------------------------------------

    pub(super) fn text_operator(
        &mut self,
        node: NodeId,
        op: TextOp,
        subject: &Val<'a>,
        argument: &Val<'a>,
    ) -> Eval<bool> {
        if op == TextOp::Contains {
            return self.contains(node, subject, argument);
        }
        let (text, cut) = match self.plain(subject) {
            Val::Host(Value::Str(text)) => (text, false),
            Val::Host(Value::CutStr(text)) => (text, true),
            Val::Host(Value::Null) => match self.dialect.null_subject {
                NullSubject::Fault => return self.fail(fault::NOT_TEXT, node),
                NullSubject::False => return Ok(false),
                NullSubject::Empty => ("", false),
            },
            _ => {
                self.ordinary(node, subject)?;
                let other = match op {
                    TextOp::Matches => self.dialect.matches_subject,
                    _ => self.dialect.other_subject,
                };
                return match other {
                    FaultOrFalse::Fault => self.fail(fault::NOT_TEXT, node),
                    FaultOrFalse::False => Ok(false),
                };
            }
        };
        let (argument, argument_cut) = match self.plain(argument) {
            Val::Host(Value::Str(argument)) => (argument, false),
            Val::Host(Value::CutStr(argument)) => (argument, true),
            _ => {
                self.ordinary(node, argument)?;
                let matches = op == TextOp::Matches;
                return self
                    .fail(if matches { fault::PATTERN_NOT_TEXT } else { fault::ARGUMENT_NOT_TEXT }, node);
            }
        };
        match op {
            TextOp::StartsWith => {
                self.charge_bytes(argument.len(), node)?;
                match (text.starts_with(argument), argument.starts_with(text)) {
                    (true, _) if !argument_cut => Ok(true),
                    // it is longer than the text
                    (true, true) if !cut => Ok(false),
                    (true, _) => self.fail(fault::CUT_TEXT, node),
                    (false, true) if cut => self.fail(fault::CUT_TEXT, node),
                    (false, _) => Ok(false),
                }
            }
            TextOp::EndsWith if cut => self.fail(fault::CUT_TEXT, node),
            TextOp::EndsWith if argument_cut => {
                self.charge_bytes(text.len(), node)?;
                if text.contains(argument) { self.fail(fault::CUT_TEXT, node) } else { Ok(false) }
            }
            TextOp::EndsWith => {
                self.charge_bytes(argument.len(), node)?;
                Ok(text.ends_with(argument))
            }
            _ if argument_cut => self.fail(fault::CUT_TEXT, node),
            _ => {
                self.charge((argument.len() as u64).div_ceil(16), node)?;
                let Some(pattern) = self.pattern(argument) else {
                    return self.fail(fault::COMPUTED_PATTERN, node);
                };
                if cut {
                    return self.fail(fault::CUT_TEXT, node);
                }
                self.charge((text.len() as u64).div_ceil(16), node)?;
                Ok(pattern.is_match(text))
            }
        }
    }

    /// A pattern as the dialect applies it.
    fn pattern(&mut self, pattern: &str) -> Option<regex::Regex> {
        if let Some(known) = self.patterns.get(pattern) {
            return known.clone();
        }
        let compiled = super::pattern::compile(pattern, self.dialect, &self.limits.patterns);
        self.patterns.insert(pattern.to_owned(), compiled.clone());
        compiled
    }

    fn contains(&mut self, node: NodeId, subject: &Val<'a>, argument: &Val<'a>) -> Eval<bool> {
        let (text, cut) = match self.plain(subject) {
            Val::Host(Value::Str(text)) => (text, false),
            Val::Host(Value::CutStr(text)) => (text, true),
            Val::Host(Value::Null) if self.dialect.contains_null == ContainsNull::Empty => ("", false),
            Val::Host(Value::Null) => return self.fail(fault::NOT_SEARCHABLE, node),
            _ => match self.constant(subject) {
                Some(name) => (name, false),
                None => {
                    self.ordinary(node, subject)?;
                    return self.contains_element(node, subject, argument);
                }
            },
        };
        let converted;
        let (argument, argument_cut) = match self.plain(argument) {
            Val::Host(Value::Str(argument)) => (argument, false),
            Val::Host(Value::CutStr(argument)) => (argument, true),
            _ => match self.constant(argument) {
                Some(name) => (name, false),
                None => {
                    let javascript = self.dialect.sought_in_text == SoughtInText::JavaScript;
                    if !(javascript && matches!(argument, Val::Undefined)) {
                        self.ordinary(node, argument)?;
                    }
                    let key = if javascript { self.javascript_key(node, argument)? } else { None };
                    let Some(key) = key else { return self.fail(fault::ARGUMENT_NOT_TEXT, node) };
                    converted = key;
                    (converted.as_str(), false)
                }
            },
        };
        self.charge_bytes(text.len().max(argument.len()), node)?;
        match (text.contains(argument), cut, argument_cut) {
            (found, false, false) => Ok(found),
            (true, _, false) => Ok(true),
            (false, false, true) => Ok(false),
            _ => self.fail(fault::CUT_TEXT, node),
        }
    }

    /// The name of an enum constant.
    fn constant(&self, value: &Val<'a>) -> Option<&'a str> {
        match value {
            Val::Host(Value::Object(handle)) => self.host.enum_name(*handle),
            _ => None,
        }
    }

    // ---- instanceof -----------------------------------------------------------------------------------------

    pub(super) fn instance_of(&self, node: NodeId, value: &Val<'a>, type_name: &str) -> Eval<bool> {
        if matches!(value, Val::Placeholder) {
            return self.fail(fault::REDACTED_OPERAND, node);
        }
        let plain = self.dialect.plain_types.find(type_name);
        // what is in doubt may be of another kind
        let doubted = matches!(value, Val::Host(Value::Opaque(_))) && self.is_doubted(value, None);
        let of_kind = if doubted { value.clone() } else { self.plain(value) };
        // a host may know that a value is of another type than the runtime's name of its kind says
        let other = match value {
            Val::Host(value) if self.dialect.plain_types != PlainTypes::Portable => {
                value.handle().is_some_and(|handle| self.host.instance_of(handle, type_name) == Instance::No)
            }
            _ => false,
        };
        if !other && plain.is_some_and(|plain| plain.has(plain_kind(&of_kind))) {
            return Ok(true);
        }
        let answer = match value {
            Val::Host(Value::Null) if self.dialect.unknown_type != UnknownType::Always => return Ok(false),
            Val::Host(value) => match value.handle() {
                Some(handle) => self.host.instance_of(handle, type_name),
                None => self.host.scalar_instance_of(value, type_name),
            },
            _ if self.dialect.unknown_type == UnknownType::Always => {
                self.host.scalar_instance_of(&Value::Null, type_name)
            }
            _ => return Ok(false),
        };
        let known = plain.is_some() || self.dialect.plain_types.knows(type_name);
        match answer {
            Instance::Yes => Ok(true),
            Instance::No => Ok(false),
            Instance::UnknownType if self.dialect.unknown_type != UnknownType::False && !known => {
                self.fail(fault::UNKNOWN_TYPE, node)
            }
            Instance::UnknownType => Ok(false),
            Instance::Unreadable(_) => self.fail(fault::UNREADABLE, node),
        }
    }
}

/// The kind of the value, as type names distinguish kinds.
fn plain_kind(value: &Val<'_>) -> PlainKind {
    match value.shape() {
        Some(Shape::List) => return PlainKind::List,
        Some(Shape::Set) => return PlainKind::Set,
        Some(Shape::Map) => return PlainKind::Map,
        None => {}
    }
    match value {
        Val::Undefined => PlainKind::Undefined,
        Val::Host(Value::Null) => PlainKind::Null,
        Val::Host(Value::Bool(true)) => PlainKind::True,
        Val::Host(Value::Bool(false)) => PlainKind::False,
        Val::Host(Value::Int(_) | Value::Uint(_) | Value::BigInt(_)) => PlainKind::Int,
        Val::Host(Value::Float(_)) => PlainKind::Float,
        Val::Host(Value::Str(_) | Value::CutStr(_)) => PlainKind::Str,
        _ => PlainKind::Object,
    }
}

/// A float as JavaScript writes it.
pub(super) fn javascript_text(n: f64) -> String {
    if n.is_nan() {
        return "NaN".to_owned();
    }
    if n.is_infinite() {
        return if n > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if n == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&n.abs()) {
        return n.to_string();
    }
    // Rust writes `1e21`, JavaScript `1e+21`
    let text = format!("{n:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

/// A text as JavaScript reads a number from it.
pub(super) fn javascript_number(text: &str) -> f64 {
    let text = text.trim_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{feff}');
    let radix = |prefixes: [&str; 2], radix| {
        let digits = prefixes.into_iter().find_map(|prefix| text.strip_prefix(prefix))?;
        let mut number = 0.0;
        for c in digits.chars() {
            number = number * f64::from(radix) + f64::from(c.to_digit(radix)?);
        }
        (!digits.is_empty()).then_some(number)
    };
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => radix(["0x", "0X"], 16)
            .or_else(|| radix(["0o", "0O"], 8))
            .or_else(|| radix(["0b", "0B"], 2))
            .or_else(|| {
                let decimal = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
                text.chars().all(decimal).then(|| text.parse().ok())?
            })
            .unwrap_or(f64::NAN),
    }
}
