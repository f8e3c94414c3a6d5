//! The spelling that is the same everywhere, where there is one.

use probelang_diagnostic::{Edit, spell};
use probelang_dialect::{Row, TextOp};
use probelang_syntax::print;
use probelang_syntax::tree::{At, Node, NodeId};

use super::Portability;
use crate::Kinds;
use crate::pattern;
use crate::rewrite::Level;

impl Portability<'_> {
    /// A spelling of the node that none of `rows` touches.
    pub(super) fn everywhere(&self, id: NodeId, rows: &[Row]) -> Option<Edit> {
        let on = |row| rows.contains(&row);
        let text = |node: NodeId| print::node(self.tree, node);
        match self.tree.node(id) {
            Node::Member { base, name } => {
                if self.is_map_element(base) {
                    return match self.tree.text(name) {
                        "key" => Some(self.replace(id, "@key".to_owned(), true)),
                        "value" => Some(self.replace(id, "@value".to_owned(), true)),
                        _ => None,
                    };
                }
                if on(Row::MapMember) && self.types.kinds(base) == Kinds::MAP {
                    let base = self.rewrite.operand(base, Level::Operand);
                    let written = format!("{base}[{}]", spell::string(self.tree.text(name)));
                    return Some(self.replace(id, written, true));
                }
                None
            }
            Node::Name(name) if on(Row::ImplicitThis) => {
                let text = self.tree.text(name);
                let this = self.options.known()?.name("this")?;
                let fields = this.ty.fields()?;
                let member = self.options.known()?.name(text).is_none() && fields.get(text).is_some();
                member.then(|| self.replace(id, format!("this.{}", spell::Member(text)), true))
            }
            Node::Text { op: TextOp::Matches, argument, .. } if on(Row::Matches) => {
                let Node::Str(pattern) = self.tree.node(argument) else { return None };
                let anchored = pattern::anywhere(self.tree.text(pattern))?;
                Some(self.replace(argument, spell::string(&anchored).to_string(), true))
            }
            Node::Text { op: TextOp::Contains, subject, argument } => {
                let element = match self.types.kinds(subject) {
                    Kinds::LIST if on(Row::ContainsList) => "@it",
                    Kinds::SET if on(Row::ContainsSet) && !on_set_loop(self) => "@it",
                    Kinds::MAP if on(Row::ContainsMap) => "@key",
                    _ => return None,
                };
                // inside the predicate the elements of an outer one are not those of here
                if self.uses_elements(argument) {
                    return None;
                }
                let sought = self.rewrite.operand(argument, Level::Operand);
                let written = format!("any({}, {{{element} == {sought}}})", text(subject));
                Some(self.replace(id, written, true))
            }
            Node::Logic { operands, .. } if on(Row::Logic) => {
                // one operand at a time: the first that may be no Boolean
                let operand = self
                    .tree
                    .operands(operands)
                    .iter()
                    .find(|operand| self.types.kinds(**operand) != Kinds::BOOL)?;
                self.compared_with_true(*operand)
            }
            Node::Not { operand } if on(Row::Logic) => self.compared_with_true(operand),
            Node::Loop { body, .. } if on(Row::Logic) => self.compared_with_true(body),
            _ if on(Row::Condition) && self.is_condition() => self.compared_with_true(id),
            _ => None,
        }
    }

    /// `x == true`, which is a Boolean everywhere.
    pub(super) fn compared_with_true(&self, id: NodeId) -> Option<Edit> {
        if self.constants.of(id).is_some() || !self.types.kinds(id).meets(Kinds::BOOL) {
            return None;
        }
        let written = format!("{} == true", self.rewrite.operand(id, Level::Operand));
        let written = self.rewrite.fitted(id, written, Level::Comparison);
        // where a fault was, now there is no match
        Some(self.replace(id, written, self.types.kinds(id) == Kinds::BOOL))
    }

    /// Whether the node is `@it` over what is certainly a map.
    fn is_map_element(&self, id: NodeId) -> bool {
        matches!(self.tree.node(id), Node::At(At::It))
            && self.types.loop_of(id).is_some_and(|of| match self.tree.node(of) {
                Node::Loop { over, .. } => self.types.kinds(over) == Kinds::MAP,
                _ => false,
            })
    }

    fn uses_elements(&self, root: NodeId) -> bool {
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            if matches!(self.tree.node(id), Node::At(at) if at.is_element()) {
                return true;
            }
            pending.extend(self.tree.children(id));
        }
        false
    }
}

/// Whether one of the runtimes goes over no sets at all.
fn on_set_loop(portability: &Portability<'_>) -> bool {
    portability.targets(probelang_dialect::Preset::Ruby)
}
