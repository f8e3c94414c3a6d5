//! A tree as somebody might have typed it: unusual white space, aliases, single quotes, needless parentheses.

use probelang_diagnostic::spell;
use probelang_syntax::function::Makes;
use probelang_syntax::tree::{LogicOp, Part, Root};
use probelang_syntax::{Node, NodeId, Tree};

use super::name_of;
use crate::choices::Choices;

/// A text that reads as `tree`, mostly not in canonical spelling. Simplest decisions give the plainest one.
#[must_use]
pub fn source(choices: &mut Choices<'_>, tree: &Tree) -> String {
    let mut typist = Typist { choices, tree, out: String::new() };
    match tree.root() {
        Root::Expression(id) => {
            typist.space();
            typist.node(*id, 0);
            typist.space();
        }
        Root::Template(parts) => {
            for part in parts {
                match part {
                    Part::Text { text, .. } => {
                        typist.out.push_str(&tree.text(*text).replace('{', "{{").replace('}', "}}"));
                    }
                    Part::Expression { root, .. } => {
                        typist.out.push('{');
                        typist.space();
                        typist.node(*root, 0);
                        typist.space();
                        typist.out.push('}');
                    }
                }
            }
        }
    }
    typist.out
}

struct Typist<'c, 'b, 't> {
    choices: &'c mut Choices<'b>,
    tree: &'t Tree,
    out: String,
}

/// How tightly each node binds, from `||` at 0 up to postfix at 5.
fn level(node: Node) -> u8 {
    match node {
        Node::Logic { op: LogicOp::Or, .. } => 0,
        Node::Logic { op: LogicOp::And, .. } => 1,
        Node::Compare { op, .. } if op.is_equality() => 2,
        Node::Compare { .. } | Node::InstanceOf { .. } => 3,
        Node::Not { .. } => 4,
        _ => 5,
    }
}

impl Typist<'_, '_, '_> {
    fn space(&mut self) {
        let space = self.choices.pick(&["", " ", "  ", "\n", "\t ", "\r\n"]);
        self.out.push_str(space);
    }

    /// White space where there must be some.
    fn gap(&mut self) {
        self.out.push(' ');
        self.space();
    }

    fn sign(&mut self, sign: &str) {
        self.space();
        self.out.push_str(sign);
        self.space();
    }

    fn node(&mut self, id: NodeId, least: u8) {
        let node = self.tree.node(id);
        let parentheses = usize::from(level(node) < least) + usize::from(self.choices.chance(24));
        for _ in 0..parentheses {
            self.out.push('(');
            self.space();
        }
        self.bare(node);
        for _ in 0..parentheses {
            self.space();
            self.out.push(')');
        }
    }

    fn bare(&mut self, node: Node) {
        match node {
            Node::Null | Node::Error => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Node::Int(value) => self.out.push_str(&value.to_string()),
            Node::Uint(value) => self.out.push_str(&value.to_string()),
            Node::Float(value) => {
                let text = if self.choices.chance(64) { format!("{value:e}") } else { format!("{value:?}") };
                // An exponent makes a float of any digits.
                self.out.push_str(&text);
            }
            Node::Str(text) => {
                let quote = self.choices.pick(&["\"", "'"]);
                self.quoted(self.tree.text(text), quote);
            }
            Node::Name(name) => self.name(self.tree.text(name), false),
            Node::At(at) => {
                if self.choices.chance(32) {
                    self.quoted(at.text(), "`");
                } else {
                    self.out.push_str(at.text());
                }
            }
            Node::Member { base, name } => {
                self.node(base, 5);
                self.sign(".");
                self.name(self.tree.text(name), true);
            }
            Node::Index { base, index } => {
                self.node(base, 5);
                self.sign("[");
                self.node(index, 0);
                self.space();
                self.out.push(']');
            }
            Node::Not { operand } => {
                if self.choices.chance(64) {
                    self.out.push_str("not");
                    self.gap();
                } else {
                    self.out.push('!');
                    self.space();
                }
                self.node(operand, 4);
            }
            Node::Unary { op, operand } => {
                let name = name_of(self.choices, Makes::Unary(op));
                self.call(name, &[operand]);
            }
            Node::Substring { text, from, to } => match to {
                Some(to) => self.call("substring", &[text, from, to]),
                None => self.call("substring", &[text, from]),
            },
            Node::Text { op, subject, argument } => {
                let name = name_of(self.choices, Makes::Text(op));
                self.call(name, &[subject, argument]);
            }
            Node::Loop { op, over, body } => {
                let name = name_of(self.choices, Makes::Loop(op));
                self.out.push_str(name);
                self.space();
                self.out.push('(');
                self.space();
                self.node(over, 0);
                self.sign(",");
                let braces = !self.choices.chance(64);
                if braces {
                    self.out.push('{');
                    self.space();
                }
                self.node(body, 0);
                self.space();
                if braces {
                    self.out.push('}');
                    self.space();
                }
                self.out.push(')');
            }
            Node::Compare { op, left, right } => {
                let operand = if op.is_equality() { 3 } else { 4 };
                self.node(left, operand);
                self.sign(op.text());
                self.node(right, operand);
            }
            Node::InstanceOf { operand, type_name } => {
                self.node(operand, 4);
                self.gap();
                self.out.push_str("instanceof");
                self.gap();
                let name = self.tree.text(type_name);
                let mut words = name.split('.');
                let bare = words.clone().all(spell::is_word)
                    && words.next().is_some_and(|first| !spell::RESERVED.contains(&first));
                if bare && self.choices.chance(128) {
                    self.out.push_str(name);
                } else {
                    self.quoted(name, "\"");
                }
            }
            Node::Logic { op, operands } => {
                let operands = self.tree.operands(operands);
                let operand = if op == LogicOp::Or { 1 } else { 2 };
                // A tail in parentheses is spliced back.
                let tail = if operands.len() > 2 && self.choices.chance(48) {
                    operands.len() - 2
                } else {
                    usize::MAX
                };
                for (at, &id) in operands.iter().enumerate() {
                    if at > 0 {
                        self.sign(op.text());
                    }
                    if at == tail {
                        self.out.push('(');
                    }
                    self.node(id, operand);
                }
                if tail != usize::MAX {
                    self.out.push(')');
                }
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[NodeId]) {
        self.out.push_str(name);
        self.space();
        self.out.push('(');
        for (at, &argument) in arguments.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.space();
            self.node(argument, 0);
            self.space();
        }
        self.out.push(')');
    }

    fn name(&mut self, name: &str, member: bool) {
        let bare = spell::is_word(name) && (member || !spell::RESERVED.contains(&name));
        if bare && !self.choices.chance(32) {
            self.out.push_str(name);
        } else {
            self.quoted(name, "`");
        }
    }

    fn quoted(&mut self, text: &str, quote: &str) {
        self.out.push_str(quote);
        for c in text.chars() {
            match c {
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\\' => self.out.push_str("\\\\"),
                c if quote.contains(c) => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                c if self.choices.chance(16) => match self.choices.below(2) {
                    0 => self.out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
                    _ => {
                        let mut units = [0; 2];
                        for unit in c.encode_utf16(&mut units) {
                            self.out.push_str(&format!("\\u{unit:04x}"));
                        }
                    }
                },
                c => self.out.push(c),
            }
        }
        self.out.push_str(quote);
    }
}
