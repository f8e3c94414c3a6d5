//! A tree as somebody's serialiser might have written it: aliases, white space, escapes, `and` and `or` of any
//! number of operands.

use probelang_dialect::CompareOp;
use probelang_syntax::function::Makes;
use probelang_syntax::tree::{LogicOp, Part, Root};
use probelang_syntax::{Node, NodeId, Tree, print};

use super::name_of;
use crate::choices::Choices;

/// JSON that reads as `tree`, mostly not in canonical spelling. Simplest decisions give the plainest one.
#[must_use]
pub fn wire_json(choices: &mut Choices<'_>, tree: &Tree) -> String {
    let mut typist = Typist { choices, tree, out: String::new() };
    typist.space();
    match tree.root() {
        Root::Expression(id) => match typist.choices.below(4) {
            0 | 1 => typist.node(*id),
            2 => {
                typist.out.push_str("{\"dsl\": \"stale\", \"json\": ");
                typist.node(*id);
                typist.out.push('}');
            }
            _ => {
                typist.out.push_str("{\"version\": [1, {\"a\": 1e999}], \"json\":");
                typist.node(*id);
                typist.out.push_str(",\"dsl\":null}");
            }
        },
        Root::Template(parts) => typist.segments(parts),
    }
    typist.space();
    typist.out
}

struct Typist<'c, 'b, 't> {
    choices: &'c mut Choices<'b>,
    tree: &'t Tree,
    out: String,
}

impl Typist<'_, '_, '_> {
    fn space(&mut self) {
        let space = self.choices.pick(&["", "", " ", "\n\t", "\r\n  "]);
        self.out.push_str(space);
    }

    fn segments(&mut self, parts: &[Part]) {
        self.out.push('[');
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.space();
            if self.choices.chance(24) {
                self.out.push_str("{\"str\": \"\"},");
            }
            match part {
                Part::Text { text, .. } => {
                    let text = self.tree.text(*text);
                    let cut = text.char_indices().nth(1).map_or(0, |(at, _)| at);
                    if cut > 0 && self.choices.chance(64) {
                        self.out.push_str("{\"str\":");
                        self.string(&text[..cut]);
                        self.out.push_str("},{\"str\":");
                        self.string(&text[cut..]);
                    } else {
                        self.out.push_str("{\"str\":");
                        self.string(text);
                    }
                }
                Part::Expression { root, .. } => match self.choices.below(3) {
                    0 => {
                        self.out.push_str("{\"dsl\":\"label\",\"json\":");
                        self.node(*root);
                    }
                    1 => {
                        self.out.push_str("{\"json\":");
                        self.node(*root);
                    }
                    _ => {
                        self.out.push_str("{\"dsl\":");
                        let text = print::node(self.tree, *root);
                        self.string(&text);
                    }
                },
            }
            self.space();
            self.out.push('}');
        }
        self.out.push(']');
    }

    fn node(&mut self, id: NodeId) {
        if self.choices.chance(12) {
            // One operand is itself.
            self.out.push_str("{\"or\": [");
            self.node(id);
            self.out.push_str("]}");
            return;
        }
        match self.tree.node(id) {
            Node::Null | Node::Error => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Node::Int(0) if self.choices.chance(64) => self.out.push_str("-0"),
            Node::Int(value) => self.out.push_str(&value.to_string()),
            Node::Uint(value) => self.out.push_str(&value.to_string()),
            Node::Float(value) => {
                let text = match self.choices.below(4) {
                    0 | 1 => format!("{value:?}"),
                    2 => format!("{value:e}"),
                    _ => format!("{value:E}").replace("E", "E+").replace("E+-", "E-0"),
                };
                self.out.push_str(&text);
            }
            Node::Str(text) => self.string(self.tree.text(text)),
            Node::Name(name) => {
                self.key("ref");
                self.string(self.tree.text(name));
                self.out.push('}');
            }
            Node::At(at) => {
                self.key("ref");
                self.string(at.text());
                self.out.push('}');
            }
            Node::Member { base, name } => self.named("getmember", base, self.tree.text(name)),
            Node::InstanceOf { operand, type_name } => {
                self.named("instanceof", operand, self.tree.text(type_name));
            }
            Node::Index { base, index } => self.list("index", &[base, index]),
            Node::Not { operand } => {
                let key = self.choices.pick(&["not", "!"]);
                self.key(key);
                self.node(operand);
                self.out.push('}');
            }
            Node::Unary { op, operand } => {
                let key = name_of(self.choices, Makes::Unary(op));
                self.key(key);
                self.node(operand);
                self.out.push('}');
            }
            Node::Substring { text, from, to: Some(to) } => self.list("substring", &[text, from, to]),
            Node::Substring { text, from, to: None } => self.list("substring", &[text, from]),
            Node::Text { op, subject, argument } => {
                let key = name_of(self.choices, Makes::Text(op));
                self.list(key, &[subject, argument]);
            }
            Node::Loop { op, over, body } => {
                let key = name_of(self.choices, Makes::Loop(op));
                self.list(key, &[over, body]);
            }
            Node::Compare { op, left, right } => {
                let key = match op {
                    CompareOp::Ne => self.choices.pick(&["ne", "!=", "neq"]),
                    op => self.choices.pick(&[op.key(), op.text()]),
                };
                self.list(key, &[left, right]);
            }
            Node::Logic { op, operands } => {
                let key = match op {
                    LogicOp::And => ["and", "&&"],
                    LogicOp::Or => ["or", "||"],
                };
                let operands = self.tree.operands(operands);
                match self.choices.below(3) {
                    0 => {
                        let key = self.choices.pick(&key);
                        self.list(key, operands);
                    }
                    1 => {
                        // Nested to the right.
                        let (last, before) = operands.split_last().expect("two operands");
                        for &operand in before {
                            self.key(key[0]);
                            self.out.push('[');
                            self.node(operand);
                            self.out.push(',');
                        }
                        self.node(*last);
                        self.out.push_str(&"]}".repeat(before.len()));
                    }
                    _ => {
                        // Nested to the left.
                        let (first, behind) = operands.split_first().expect("two operands");
                        for _ in behind {
                            self.key(key[1]);
                            self.out.push('[');
                        }
                        self.node(*first);
                        for &operand in behind {
                            self.out.push(',');
                            self.node(operand);
                            self.out.push_str("]}");
                        }
                    }
                }
            }
        }
    }

    fn named(&mut self, key: &str, operand: NodeId, name: &str) {
        self.key(key);
        self.out.push('[');
        self.node(operand);
        self.out.push(',');
        self.string(name);
        self.out.push_str("]}");
    }

    fn list(&mut self, key: &str, operands: &[NodeId]) {
        self.key(key);
        self.out.push('[');
        for (at, &operand) in operands.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.space();
            self.node(operand);
            self.space();
        }
        self.out.push_str("]}");
    }

    fn key(&mut self, key: &str) {
        self.out.push('{');
        self.space();
        self.string(key);
        self.space();
        self.out.push(':');
        self.space();
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '/' if self.choices.chance(64) => self.out.push_str("\\/"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c if c < ' ' || self.choices.chance(12) => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        self.out.push_str(&format!("\\u{unit:04X}"));
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}
