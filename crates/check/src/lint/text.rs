//! Patterns that are plain texts, and type names of other languages.

use probelang_diagnostic::{Applicability, Diagnostic, Edit, lint, spell};
use probelang_dialect::{Matches, PatternLines, PlainType, PlainTypes, TextOp, portable_type};
use probelang_syntax::print;
use probelang_syntax::tree::{Node, NodeId, TextId};

use super::Lint;
use crate::Kinds;
use crate::pattern::{self, Plain};
use crate::rewrite::Level;

impl Lint<'_> {
    pub(super) fn texts(&mut self) {
        for id in self.tree.ids() {
            match self.tree.node(id) {
                Node::Text { op: TextOp::Matches, subject, argument } => {
                    if let Node::Str(pattern) = self.tree.node(argument) {
                        self.plain(id, subject, argument, pattern);
                    }
                }
                Node::InstanceOf { operand, type_name } => self.type_name(id, operand, type_name),
                _ => {}
            }
        }
    }

    fn plain(&mut self, id: NodeId, subject: NodeId, argument: NodeId, pattern: TextId) {
        if self.options.dialect.matches != Matches::Find || self.constants.of(id).is_some() {
            return;
        }
        let Some(Plain { text, start, end }) = pattern::plain(self.tree.text(pattern)) else { return };
        if text.is_empty() && !(start && end) {
            return;
        }
        if (start || end) && self.options.dialect.pattern_lines != PatternLines::Text {
            return;
        }
        let literal = spell::string(&text);
        let of = print::node(self.tree, subject);
        // what the plain function takes besides a string the pattern would refuse
        let text_only = self.types.kinds(subject) == Kinds::STR;
        let (written, sure) = match (start, end) {
            (true, true) => {
                let text = format!("{} == {literal}", self.rewrite.operand(subject, Level::Operand));
                (self.rewrite.fitted(id, text, Level::Comparison), text_only)
            }
            (true, false) => (format!("startsWith({of}, {literal})"), true),
            (false, true) => (format!("endsWith({of}, {literal})"), true),
            (false, false) => (format!("contains({of}, {literal})"), text_only),
        };
        let applicability = if sure { Applicability::Safe } else { Applicability::Maybe };
        let title = format!("write `{written}`");
        let message = "this pattern is a plain text, which needs no regular expression";
        let diagnostic = Diagnostic::new(lint::PLAIN_PATTERN, self.tree.span(argument), message)
            .edit(Edit::replace(self.tree.span(id), written, title, applicability));
        self.tell(id, diagnostic);
    }

    fn type_name(&mut self, id: NodeId, operand: NodeId, type_name: TextId) {
        if self.options.dialect.plain_types != PlainTypes::Portable {
            return;
        }
        let name = self.tree.text(type_name);
        if PlainTypes::Portable.find(name).is_some() {
            return;
        }
        let lower = name.to_lowercase();
        let word =
            lower.strip_prefix("java.lang.").or_else(|| lower.strip_prefix("system.")).unwrap_or(&lower);
        let Some(own) = portable_type(word).map(PlainType::name) else { return };
        let span = self.tree.span(id);
        let subject = self.rewrite.operand(operand, Level::Operand);
        let written = format!("{subject} instanceof {}", spell::string(own));
        let message = format!("the plain kind is called `{own}` here");
        let diagnostic = Diagnostic::new(lint::FOREIGN_TYPE, span, message)
            .arg("name", spell::string(name).to_string())
            .note("a type that no host knows is never matched")
            .edit(Edit::replace(span, written.clone(), format!("write `{written}`"), Applicability::Maybe));
        self.tell(id, diagnostic);
    }
}
