//! Which rows of the dialect table a node can touch.

use probelang_dialect::{CompareOp, Row, is_plain_type};
use probelang_syntax::function::{Function, Gives, Takes};
use probelang_syntax::tree::{At, Node, NodeId, TextId};

use super::Portability;
use crate::constant::Constant;
use crate::pattern::{self, Tokens};
use crate::types::{Field, Fields};
use crate::{Kinds, Type};

/// The largest whole number up to which floats are exact.
const EXACT: i128 = 1 << 53;
/// Texts, numbers and Booleans.
const SCALAR: Kinds = Kinds::STR.union(Kinds::NUMBER).union(Kinds::BOOL);

impl Portability<'_> {
    fn kinds(&self, id: NodeId) -> Kinds {
        self.types.kinds(id)
    }

    fn may(&self, id: NodeId, kinds: Kinds) -> bool {
        self.kinds(id).meets(kinds)
    }

    /// Whether a value may be the host's undefined.
    fn may_be_undefined(&self, id: NodeId) -> bool {
        // only reads give it
        let read = matches!(
            self.tree.node(id),
            Node::Name(_) | Node::Member { .. } | Node::Index { .. } | Node::At(_)
        );
        read && (self.types.ty(id).is_unknown() || self.may(id, Kinds::UNDEFINED))
    }

    /// The rows, each once.
    pub(super) fn touched(&self, id: NodeId) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        match self.tree.node(id) {
            Node::Name(name) => self.name(name, &mut rows),
            Node::At(at) => self.at(id, at, &mut rows),
            Node::Member { base, name } => self.member(base, name, &mut rows),
            Node::Index { base, index } => self.index(base, index, &mut rows),
            Node::Not { operand } => self.truth(operand, &mut rows),
            Node::Unary { .. } | Node::Text { .. } | Node::Loop { .. } => self.call(id, &mut rows),
            Node::Substring { text, from, to } => self.substring(text, from, to, &mut rows),
            Node::Compare { op, left, right } => self.compare(op, left, right, &mut rows),
            Node::InstanceOf { operand, type_name } => {
                let name = self.tree.text(type_name);
                rows.push(if is_plain_type(name) { Row::PlainTypes } else { Row::UnknownType });
                if self.may_be_undefined(operand) {
                    rows.push(Row::UndefinedOperand);
                }
            }
            Node::Logic { operands, .. } => {
                for &operand in self.tree.operands(operands) {
                    self.truth(operand, &mut rows);
                }
            }
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Error => {}
        }
        if self.redacted.contains(id) {
            rows.clear();
            rows.push(Row::RedactedRead);
        }
        if self.is_root(id) {
            self.root(id, &mut rows);
        }
        let mut seen = std::collections::HashSet::new();
        rows.retain(|row| seen.insert(*row));
        rows
    }

    fn name(&self, name: TextId, rows: &mut Vec<Row>) {
        let text = self.tree.text(name);
        let known = self.options.known().and_then(|schema| schema.name(text));
        if text.starts_with('@') && known.is_none() {
            rows.push(Row::UnknownAtName);
            return;
        }
        if matches!(text, "undefined" | "Infinity") && known.is_none() {
            rows.push(Row::PredefinedNames);
            return;
        }
        match known {
            Some(Field { optional: false, ty, .. }) => {
                if ty.is_unknown() || ty.kinds().meets(Kinds::UNDEFINED) {
                    rows.push(Row::UndefinedBinding);
                }
            }
            Some(_) => rows.extend([Row::MissingName, Row::UndefinedBinding]),
            None if text == "this" => rows.push(Row::MissingName),
            None => rows.extend([Row::ImplicitThis, Row::MissingName, Row::UndefinedBinding]),
        }
    }

    fn at(&self, id: NodeId, at: At, rows: &mut Vec<Row>) {
        if !at.is_element() {
            rows.push(Row::MissingAt);
            return;
        }
        let Some(of) = self.types.loop_of(id) else {
            rows.push(Row::ElementOutside);
            return;
        };
        let Node::Loop { over, .. } = self.tree.node(of) else { return };
        let keyed = Kinds::MAP;
        if at == At::It {
            if self.may(over, keyed) && !self.is_entry_member(id) {
                rows.push(Row::MapElement);
            }
        } else if self.may(over, Kinds::LIST.union(Kinds::SET)) {
            rows.push(Row::ListKey);
        }
    }

    /// Whether `@it` is the receiver of `.key` or `.value`, where the member says which half is meant.
    fn is_entry_member(&self, id: NodeId) -> bool {
        let parent = self.rewrite.parent(id).map(|parent| self.tree.node(parent));
        matches!(parent, Some(Node::Member { name, .. }) if matches!(self.tree.text(name), "key" | "value"))
    }

    /// Whether the node is `@it` over something that may be a map.
    fn is_entry(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id), Node::At(At::It))
            && self.types.loop_of(id).is_some_and(
                |of| matches!(self.tree.node(of), Node::Loop { over, .. } if self.may(over, Kinds::MAP)),
            )
    }

    fn member(&self, base: NodeId, name: TextId, rows: &mut Vec<Row>) {
        let text = self.tree.text(name);
        let ty = self.types.ty(base);
        if self.is_entry(base) && matches!(text, "key" | "value" | "Key" | "Value") {
            rows.extend([Row::MapElement, Row::EntryMembers]);
            if !self.types.ty(base).is_unknown() {
                return;
            }
        }
        if self.may(base, Kinds::NULL) {
            rows.push(Row::NullMember);
        }
        if self.may(base, SCALAR) {
            rows.push(Row::ScalarMember);
        }
        if self.may(base, Kinds::OBJECT.union(Kinds::ENUM)) && !is_there(ty.fields(), text) {
            rows.push(Row::MissingMember);
        }
        if self.may(base, Kinds::MAP) {
            if !ty.has_members() {
                rows.push(Row::MapMember);
            }
            if !is_there(ty.keys(), text) {
                rows.push(Row::MissingKey);
            }
        }
        if self.may(base, Kinds::LIST) {
            rows.push(Row::ListMember);
        }
        if self.may(base, Kinds::SET) {
            rows.push(Row::SetMember);
        }
        self.undefined(base, rows);
    }

    fn index(&self, base: NodeId, index: NodeId, rows: &mut Vec<Row>) {
        let ty = self.types.ty(base);
        let key = match self.tree.node(index) {
            Node::Str(text) => Some(self.tree.text(text)),
            _ => None,
        };
        if self.may(base, Kinds::LIST) && self.may(index, Kinds::NUMBER) {
            rows.push(Row::MissingIndex);
            let below = match self.constants.of(index) {
                Some(Constant::Number(number)) => number.to_f64() < 0.0,
                _ => true,
            };
            if below {
                rows.push(Row::NegativeIndex);
            }
        }
        if self.may(base, Kinds::LIST) {
            if self.may(index, Kinds::FLOAT) {
                rows.push(Row::FloatIndex);
            }
            if self.may(index, Kinds::BOOL) {
                rows.push(Row::BooleanNumbers);
            }
            if self.may(index, Kinds::ALL.minus(Kinds::INT)) {
                rows.push(Row::ListIndex);
            }
        }
        if self.may(base, SCALAR) {
            rows.push(Row::ScalarIndex);
        }
        if self.may(base, Kinds::MAP) && !key.is_some_and(|key| is_there(ty.keys(), key)) {
            rows.push(Row::MissingKey);
            if self.may(index, Kinds::BOOL) || ty.key().kinds().both(Kinds::BOOL) == Kinds::BOOL {
                rows.push(Row::BooleanNumbers);
            }
        }
        if self.may(base, Kinds::OBJECT) {
            rows.push(Row::PlainObjects);
        }
        self.undefined(base, rows);
    }

    /// An operand that may be the host's undefined.
    fn undefined(&self, operand: NodeId, rows: &mut Vec<Row>) {
        if self.may_be_undefined(operand) {
            rows.push(Row::UndefinedOperand);
        }
    }

    /// A call of a function, by what its operands are taken as.
    fn call(&self, id: NodeId, rows: &mut Vec<Row>) {
        let Some(function) = self.tree.node(id).function() else { return };
        let Some(first) = self.tree.children(id).next() else { return };
        let operands = || function.parameters.iter().zip(self.tree.children(id));
        // how a pattern is read is said first
        let pattern = |takes: Takes| takes == Takes::Pattern;
        for (parameter, operand) in operands().filter(|(parameter, _)| pattern(parameter.takes)) {
            self.operand(function, parameter.takes, operand, first, rows);
        }
        for (parameter, operand) in operands().filter(|(parameter, _)| !pattern(parameter.takes)) {
            self.operand(function, parameter.takes, operand, first, rows);
        }
        self.undefined(first, rows);
    }

    /// An operand of a function whose first operand is `first`.
    fn operand(
        &self,
        function: &Function,
        takes: Takes,
        operand: NodeId,
        first: NodeId,
        rows: &mut Vec<Row>,
    ) {
        match takes {
            Takes::Anything => {
                if self.constants.of(operand).is_none() {
                    rows.push(Row::DefinedFault);
                }
                if self.may(operand, Kinds::NULL) {
                    rows.push(Row::NullDefined);
                }
            }
            Takes::Sized => {
                if self.may(operand, Kinds::STR) && !self.is_text(operand) {
                    rows.push(Row::TextUnit);
                }
                if self.may(operand, Kinds::NULL) {
                    rows.push(Row::LenNull);
                }
                if self.may(operand, Kinds::SET) {
                    rows.push(Row::LenSet);
                }
                self.fields(operand, rows);
            }
            Takes::Emptiable => {
                if self.may(operand, Kinds::NULL) {
                    rows.push(Row::EmptyNull);
                }
                let object = Kinds::OBJECT.union(Kinds::ENUM).union(Kinds::OPAQUE);
                for (kinds, row) in [
                    (Kinds::NUMBER, Row::EmptyNumber),
                    (object.union(Kinds::BOOL), Row::EmptyOther),
                    (Kinds::SET.union(Kinds::MAP), Row::EmptyMap),
                ] {
                    if self.may(operand, kinds) {
                        rows.push(row);
                    }
                }
                self.fields(operand, rows);
            }
            // what of a text is given is a matter of the function: `substring`
            Takes::Text | Takes::Bound => {}
            Takes::Subject => {
                if self.may(operand, Kinds::NULL) {
                    rows.push(Row::NullSubject);
                }
                if self.may(operand, Kinds::ANY.minus(Kinds::STR).minus(Kinds::NULL)) {
                    let matches = function.takes(Takes::Pattern);
                    rows.push(if matches { Row::MatchesSubject } else { Row::OtherSubject });
                }
            }
            Takes::Affix => {}
            Takes::Pattern => self.pattern(operand, rows),
            Takes::Searched => self.searched(operand, rows),
            Takes::Sought => {
                if self.may(first, Kinds::COLLECTION) {
                    let ty = self.types.ty(first);
                    let linear = self.may(first, Kinds::LIST.union(Kinds::SET));
                    let element = if linear { ty.element() } else { ty.key() };
                    self.equality(element.kinds(), self.kinds(operand), rows);
                    if self.may(operand, Kinds::FLOAT) && self.constants.of(operand).is_none() {
                        rows.push(Row::ContainsNan);
                    }
                }
                if self.may(first, Kinds::SET.union(Kinds::MAP)) && self.may(operand, Kinds::COLLECTION) {
                    rows.push(Row::SoughtCollection);
                }
                if self.may(first, Kinds::TEXTUAL) && self.may(operand, Kinds::ALL.minus(Kinds::TEXTUAL)) {
                    rows.push(Row::SoughtInText);
                }
            }
            Takes::Collection => self.collection(function.gives, operand, rows),
            Takes::Predicate => self.truth(operand, rows),
        }
    }

    /// What has a length, where that may be the number of its fields.
    fn fields(&self, operand: NodeId, rows: &mut Vec<Row>) {
        if self.may(operand, Kinds::OBJECT) {
            rows.extend([Row::LenObject, Row::PlainObjects]);
        }
    }

    fn is_text(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id), Node::Str(_))
    }

    fn substring(&self, text: NodeId, from: NodeId, to: Option<NodeId>, rows: &mut Vec<Row>) {
        let number = |id: NodeId| match self.constants.of(id) {
            Some(Constant::Number(number)) => Some(number.to_f64()),
            _ => None,
        };
        rows.push(Row::TextUnit);
        for bound in [Some(from), to].into_iter().flatten() {
            if self.may(bound, Kinds::ALL.minus(Kinds::INT)) {
                rows.push(Row::OtherBound);
            }
            if self.may(bound, Kinds::BOOL) {
                rows.push(Row::BooleanNumbers);
            }
        }
        let Some(to) = to else {
            rows.push(Row::SubstringEnd);
            return;
        };
        let (start, end) = (number(from), number(to));
        if end != Some(0.0) {
            rows.push(Row::EndBeyond);
        }
        if start != Some(0.0) {
            rows.push(Row::StartBeyond);
        }
        if start != Some(0.0) && !start.zip(end).is_some_and(|(start, end)| start <= end) {
            rows.push(Row::StartAfterEnd);
        }
        if [start, end].iter().any(|bound| bound.is_none_or(|bound| bound < 0.0)) {
            rows.push(Row::NegativeBound);
        }
        self.undefined(text, rows);
    }

    /// What something is looked for in.
    fn searched(&self, subject: NodeId, rows: &mut Vec<Row>) {
        if self.may(subject, Kinds::NULL) {
            rows.push(Row::ContainsNull);
        }
        for (kind, row) in
            [(Kinds::MAP, Row::ContainsMap), (Kinds::LIST, Row::ContainsList), (Kinds::SET, Row::ContainsSet)]
        {
            if self.may(subject, kind) {
                rows.push(row);
            }
        }
        let other = Kinds::ANY.minus(Kinds::SIZED).minus(Kinds::NULL).minus(Kinds::ENUM);
        if self.may(subject, other) {
            rows.push(Row::ContainsOther);
        }
        let large = self.types.ty(subject).items().or(self.options.sizes.items) > 1_000_000;
        if self.may(subject, Kinds::COLLECTION) && large {
            rows.push(Row::ContainsLarge);
        }
    }

    fn pattern(&self, argument: NodeId, rows: &mut Vec<Row>) {
        let (whole, tokens) = match self.tree.node(argument) {
            Node::Str(text) => {
                let pattern = self.tree.text(text);
                let whole = pattern::anchors(pattern).is_some_and(|anchors| anchors.start && anchors.end);
                (whole, pattern::tokens(pattern))
            }
            _ => {
                rows.push(Row::ComputedPattern);
                (false, Tokens { classes: true, dot: true, lines: true, ..Tokens::default() })
            }
        };
        if !whole {
            rows.push(Row::Matches);
        }
        for (has, row) in [
            (tokens.classes, Row::PatternClasses),
            (tokens.dot, Row::PatternDot),
            (tokens.lines, Row::PatternLines),
        ] {
            if has {
                rows.push(row);
            }
        }
    }

    /// What a function that gives `gives` goes over.
    fn collection(&self, gives: Gives, over: NodeId, rows: &mut Vec<Row>) {
        if self.may(over, Kinds::SET) {
            rows.push(Row::LoopSet);
        }
        if self.may(over, Kinds::STR) {
            rows.push(Row::LoopText);
        }
        if self.may(over, Kinds::NUMBER.union(Kinds::BOOL)) {
            rows.push(Row::LoopNumber);
        }
        if self.may(over, Kinds::OBJECT) {
            rows.extend([Row::LoopObject, Row::PlainObjects]);
        }
        match gives {
            Gives::Kept => {
                if self.may(over, Kinds::SET) {
                    rows.push(Row::FilterSet);
                }
                if self.may(over, Kinds::MAP) {
                    rows.push(Row::FilterMap);
                }
            }
            Gives::Boolean | Gives::Integer | Gives::Part => {}
        }
    }

    /// A Boolean position.
    fn truth(&self, operand: NodeId, rows: &mut Vec<Row>) {
        if self.may(operand, Kinds::ALL.minus(Kinds::BOOL)) {
            rows.push(Row::Logic);
            self.undefined(operand, rows);
        }
    }

    fn compare(&self, op: CompareOp, left: NodeId, right: NodeId, rows: &mut Vec<Row>) {
        let (l, r) = (self.kinds(left), self.kinds(right));
        if op.is_equality() {
            self.equality(l, r, rows);
            self.numbers(left, right, rows);
            for side in [left, right] {
                if self.may_be_undefined(side) {
                    rows.push(Row::UndefinedEquality);
                }
            }
            return;
        }
        let both = |kinds: Kinds| kinds.contains(l) && kinds.contains(r);
        if [Kinds::LIST, Kinds::SET, Kinds::MAP].iter().any(|kind| l.meets(*kind) && r.meets(*kind)) {
            rows.push(Row::CollectionOrder);
        }
        let is_bmp = |id: NodeId| match self.tree.node(id) {
            Node::Str(text) => self.tree.text(text).chars().all(|c| c <= '\u{d7ff}'),
            _ => false,
        };
        if l.meets(Kinds::STR) && r.meets(Kinds::STR) && !is_bmp(left) && !is_bmp(right) {
            rows.push(Row::TextOrder);
        }
        if !both(Kinds::NUMBER) && !both(Kinds::STR) {
            rows.push(Row::UnlikeOrder);
            let booleans = Kinds::BOOL;
            if (l.meets(booleans) && r.meets(booleans.union(Kinds::NUMBER)))
                || (r.meets(booleans) && l.meets(Kinds::NUMBER))
            {
                rows.push(Row::BooleanNumbers);
            }
        }
        self.numbers(left, right, rows);
        for side in [left, right] {
            self.undefined(side, rows);
        }
    }

    /// Rows of `==` between these kinds.
    fn equality(&self, l: Kinds, r: Kinds, rows: &mut Vec<Row>) {
        let null = Kinds::NULL;
        let alone = |kinds: Kinds| kinds.minus(null);
        let (a, b) = (alone(l), alone(r));
        let alike = [Kinds::NUMBER, Kinds::STR, Kinds::BOOL, Kinds::LIST, Kinds::SET, Kinds::MAP]
            .iter()
            .any(|kinds| kinds.contains(a) && kinds.contains(b));
        if !a.is_empty() && !b.is_empty() && !alike {
            rows.push(Row::UnlikeEquality);
        }
        if [Kinds::LIST, Kinds::SET, Kinds::MAP].iter().any(|kind| a.meets(*kind) && b.meets(*kind)) {
            rows.push(Row::CollectionEquality);
        }
        if (a.meets(Kinds::BOOL) && b.meets(Kinds::NUMBER))
            || (b.meets(Kinds::BOOL) && a.meets(Kinds::NUMBER))
        {
            rows.push(Row::BooleanNumbers);
        }
    }

    /// Two numbers, unless one is a literal that every representation holds apart from its neighbours.
    fn numbers(&self, left: NodeId, right: NodeId, rows: &mut Vec<Row>) {
        let small = |id: NodeId| match self.constants.of(id) {
            Some(Constant::Number(number)) => number.to_integer().is_none_or(|number| number.abs() < EXACT),
            // a length
            _ => self.tree.node(id).function().is_some_and(|function| function.gives == Gives::Integer),
        };
        let numbers = self.may(left, Kinds::NUMBER) && self.may(right, Kinds::NUMBER);
        if numbers && !small(left) && !small(right) {
            rows.push(Row::NumberComparison);
        }
    }

    /// What the end of the program does with its value.
    fn root(&self, id: NodeId, rows: &mut Vec<Row>) {
        let ty = self.types.ty(id);
        if self.is_part(id) {
            self.part(id, ty, rows);
        } else if self.is_condition() && ty.kinds().meets(Kinds::ALL.minus(Kinds::BOOL)) {
            rows.push(Row::Condition);
        }
    }

    /// A part of a template.
    fn part(&self, id: NodeId, ty: &Type, rows: &mut Vec<Row>) {
        if ty.is_never() && self.redacted.contains(id) {
            rows.push(Row::RedactedText);
            return;
        }
        if self.constants.of(id).is_none() {
            rows.push(Row::FailedPart);
            if self.may_fail_on_null(id) {
                rows.push(Row::FailedNull);
            }
        }
        let kinds = ty.kinds();
        if kinds.meets(Kinds::NULL) {
            rows.push(Row::NullText);
        }
        if kinds.meets(Kinds::BOOL) {
            rows.push(Row::BooleanText);
        }
        if kinds.meets(Kinds::COLLECTION.union(Kinds::OBJECT)) {
            rows.extend([Row::InnerStrings, Row::RedactedText]);
        }
        if matches!(self.tree.node(id), Node::At(At::Duration)) {
            rows.push(Row::DurationText);
        }
        if kinds.meets(Kinds::FLOAT) {
            rows.push(Row::WholeFloat);
        }
    }

    fn may_fail_on_null(&self, root: NodeId) -> bool {
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            match self.tree.node(id) {
                Node::Member { base, .. } if self.may(base, Kinds::NULL) => return true,
                Node::Index { .. } => return true,
                _ => pending.extend(self.tree.children(id)),
            }
        }
        false
    }
}

/// Whether the part is certainly there.
fn is_there(fields: Option<&Fields>, name: &str) -> bool {
    fields.and_then(|fields| fields.get(name)).is_some_and(|field| !field.optional)
}
