//! Programs over a frame of [`world`](super::world).

use probelang_diagnostic::Span;
use probelang_dialect::{CompareOp, LoopOp, Quantifier, TextOp};
use probelang_syntax::function::{Gives, Takes};
use probelang_syntax::tree::{At, Builder, LogicOp, Part, Root, UnaryOp};
use probelang_syntax::{Limits, Node, NodeId, Tree};

use super::world::{ADDRESS_FIELDS, FIELDS, TEXTS, TYPES, Type, VARIABLES, number};
use super::{functions_of_one, one_of};
use crate::choices::Choices;
use crate::value::Given;

use Type::{Bool, Card, Entry, List, Map, Mode, Number, Odd, Set, Text, User};

const PATTERNS: &[&str] = &[
    "a",
    "^a",
    "b$",
    "",
    "a|ab",
    "[a-z]+",
    "(?i)READ",
    ".",
    "^.$",
    "(?x)a # comment",
    r"^\w+$",
    r"[^\s]\b",
    r"\d|\W",
    "b.$",
];

/// Types that an expression may be asked for.
const ANY: &[Type] = &[
    Bool,
    Number,
    Text,
    User,
    List(&Number),
    List(&Text),
    List(&User),
    Set(&Number),
    Set(&Text),
    Map(&Text, &Number),
    Map(&Number, &Text),
    Map(&Mode, &Number),
    List(&List(&Number)),
    List(&Map(&Text, &Number)),
    Mode,
    Card,
    List(&Card),
    List(&Odd),
    Map(&Odd, &Odd),
    Odd,
];

/// What programs may contain besides what `portable` compiles.
#[derive(Clone, Copy, Debug)]
pub struct Freedom {
    /// `@it @key @value` outside of predicates.
    pub element_outside: bool,
    /// Patterns that are no literals.
    pub computed_patterns: bool,
    /// `substring` without its end.
    pub open_substrings: bool,
}

/// An expression that mostly gives a value of type `want`. Its source is its canonical text.
#[must_use]
pub fn expression_over_frame(choices: &mut Choices<'_>, want: Type, freedom: Freedom) -> Tree {
    let depth = 2 + choices.below(4);
    let mut programs = Programs::new(choices, freedom);
    let root = programs.node(want, depth, None);
    programs.builder.finish_canonical(Root::Expression(root))
}

/// A template over a frame. Its source is its canonical text.
#[must_use]
pub fn template_over_frame(choices: &mut Choices<'_>, freedom: Freedom) -> Tree {
    let mut programs = Programs::new(choices, freedom);
    let mut parts = Vec::new();
    let span = Span::default();
    for _ in 0..1 + programs.choices.below(3) {
        if programs.choices.chance(100) && !matches!(parts.last(), Some(Part::Text { .. })) {
            let text = programs.builder.text(" text; ");
            parts.push(Part::Text { text, span });
        }
        let want = ANY[programs.choices.below(ANY.len())];
        let depth = 1 + programs.choices.below(3);
        let root = if programs.choices.chance(16) {
            programs.push(Node::At(At::Duration))
        } else {
            programs.node(want, depth, None)
        };
        parts.push(Part::Expression { root, span, label: None });
    }
    programs.builder.finish_canonical(Root::Template(parts))
}

/// A type to ask an expression for.
#[must_use]
pub fn any_type(choices: &mut Choices<'_>) -> Type {
    ANY[choices.below(ANY.len())]
}

/// The types of `@it @key @value`.
#[derive(Clone, Copy)]
struct Element {
    it: Type,
    key: Option<Type>,
    value: Option<Type>,
}

struct Programs<'c, 'b> {
    choices: &'c mut Choices<'b>,
    builder: Builder,
    freedom: Freedom,
    /// Nodes that may still be made.
    left: u32,
}

impl<'c, 'b> Programs<'c, 'b> {
    fn new(choices: &'c mut Choices<'b>, freedom: Freedom) -> Self {
        let limits = Limits::default().with_nodes(u32::MAX);
        Self { choices, builder: Builder::new(&limits, ""), freedom, left: 40 }
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.left = self.left.saturating_sub(1);
        self.builder.push(node, Span::default(), Span::default()).expect("a tree within the limits")
    }

    fn name(&mut self, name: &str) -> NodeId {
        let node = match At::find(name) {
            Some(at) => Node::At(at),
            None => Node::Name(self.builder.text(name)),
        };
        self.push(node)
    }

    fn member(&mut self, base: NodeId, name: &str) -> NodeId {
        let name = self.builder.text(name);
        self.push(Node::Member { base, name })
    }

    /// An expression that mostly gives a `want`.
    fn node(&mut self, want: Type, depth: usize, element: Option<Element>) -> NodeId {
        let want = if self.choices.chance(7) { any_type(self.choices) } else { want };
        if depth == 0 || self.left == 0 {
            return self.leaf(want, element);
        }
        let below = depth - 1;
        match want {
            Bool => self.boolean(below, element),
            Number => match self.choices.below(6) {
                0..=2 => self.path(want, below, element),
                3 => self.literal(want),
                _ => {
                    let function = one_of(self.choices, functions_of_one(Gives::Integer));
                    self.unary(function, below, element)
                }
            },
            Text => match self.choices.below(6) {
                0..=2 => self.path(want, below, element),
                3 => self.literal(want),
                _ => {
                    let mut parts = functions_of_one(Gives::Part).peekable();
                    if parts.peek().is_some() && self.choices.chance(128) {
                        let function = one_of(self.choices, parts);
                        self.unary(function, below, element)
                    } else {
                        self.substring(below, element)
                    }
                }
            },
            List(_) | Set(_) | Map(..) if self.choices.chance(90) => {
                let (collection, inside) = self.collection_like(want);
                self.over(LoopOp::Filter, collection, inside, below, element)
            }
            _ if self.choices.chance(8) => self.logic(want, below, element),
            _ => self.path(want, below, element),
        }
    }

    fn leaf(&mut self, want: Type, element: Option<Element>) -> NodeId {
        if self.choices.chance(90) { self.literal(want) } else { self.path(want, 0, element) }
    }

    fn literal(&mut self, want: Type) -> NodeId {
        match want {
            Bool => {
                let truth = self.choices.chance(128);
                self.push(Node::Bool(truth))
            }
            Number => match number(self.choices) {
                Given::Int(n) => self.push(Node::Int(n)),
                Given::Uint(n) => self.push(Node::Uint(n)),
                Given::Float(n) => self.push(Node::Float(n)),
                _ => unreachable!("a number"),
            },
            Text | Mode => {
                let text = self.choices.pick(TEXTS);
                let text = self.builder.text(text);
                self.push(Node::Str(text))
            }
            Odd => self.push(Node::Null),
            _ => self.path(want, 0, None),
        }
    }

    /// Names, members and indexes that lead to a `want`.
    fn path(&mut self, want: Type, depth: usize, element: Option<Element>) -> NodeId {
        if self.choices.chance(4) {
            let (name, _) = VARIABLES[self.choices.below(VARIABLES.len())];
            return self.name(name);
        }
        if self.freedom.element_outside && self.choices.chance(4) {
            let name = self.choices.pick(&["@it", "@key", "@value"]);
            return self.name(name);
        }
        if let Some(element) = element
            && self.choices.chance(190)
            && let Some(node) = self.of_element(want, element)
        {
            return node;
        }
        let variables: Vec<_> = VARIABLES.iter().filter(|(_, ty)| *ty == want).collect();
        if depth == 0 || !variables.is_empty() && self.choices.chance(140) {
            if variables.is_empty() {
                let (name, _) = VARIABLES[self.choices.below(VARIABLES.len())];
                return self.name(name);
            }
            let (name, _) = variables[self.choices.below(variables.len())];
            // a member of `this` may be written as its name only
            if self.choices.chance(10)
                && let Some((name, _)) = FIELDS.iter().find(|(_, ty)| *ty == want)
            {
                return self.name(name);
            }
            return self.name(name);
        }
        let below = depth - 1;
        let fields: Vec<_> = FIELDS.iter().filter(|(_, ty)| *ty == want).collect();
        let of_address: Vec<_> = ADDRESS_FIELDS.iter().filter(|(_, ty)| *ty == want).collect();
        match self.choices.below(5) {
            0 | 1 if !fields.is_empty() => {
                let base = self.node(User, below, element);
                let name = fields[self.choices.below(fields.len())].0;
                self.field(base, name)
            }
            2 if !of_address.is_empty() => {
                let base = self.node(Type::Address, below, element);
                let name = of_address[self.choices.below(of_address.len())].0;
                self.field(base, name)
            }
            _ => {
                let holders: Vec<_> = VARIABLES
                    .iter()
                    .filter(|(_, ty)| match ty {
                        List(of) | Map(_, of) => **of == want,
                        _ => false,
                    })
                    .collect();
                if holders.is_empty() {
                    let base = self.node(User, below, element);
                    let name = FIELDS[self.choices.below(FIELDS.len())].0;
                    return self.field(base, name);
                }
                let holder = holders[self.choices.below(holders.len())].1;
                let base = self.node(holder, below, element);
                let key = match holder {
                    Map(key, _) => *key,
                    _ => Number,
                };
                if key == Text && self.choices.chance(100) {
                    let name = self.choices.pick(TEXTS);
                    return self.member(base, name);
                }
                let index = match key {
                    Number if self.choices.chance(200) => {
                        let n = i64::try_from(self.choices.below(5)).expect("small") - 1;
                        self.push(Node::Int(n))
                    }
                    key if self.choices.chance(128) => self.literal(key),
                    key => self.node(key, below.min(1), element),
                };
                self.push(Node::Index { base, index })
            }
        }
    }

    /// A field, by a dot or by an index.
    fn field(&mut self, base: NodeId, name: &str) -> NodeId {
        if self.choices.chance(20) {
            let text = self.builder.text(name);
            let index = self.push(Node::Str(text));
            return self.push(Node::Index { base, index });
        }
        self.member(base, name)
    }

    fn of_element(&mut self, want: Type, element: Element) -> Option<NodeId> {
        let mut ways: Vec<(&str, Option<&str>)> = Vec::new();
        for (name, ty) in [("@it", Some(element.it)), ("@key", element.key), ("@value", element.value)] {
            match ty {
                Some(ty) if ty == want => ways.push((name, None)),
                Some(Entry(key, _)) if *key == want => ways.push((name, Some("key"))),
                Some(Entry(_, value)) if *value == want => ways.push((name, Some("value"))),
                Some(User) => {
                    ways.extend(FIELDS.iter().filter(|(_, ty)| *ty == want).map(|(f, _)| (name, Some(*f))));
                }
                _ => {}
            }
        }
        if ways.is_empty() && self.choices.chance(128) {
            ways.extend([("@it", None), ("@key", None), ("@value", None)]);
        }
        if ways.is_empty() {
            return None;
        }
        let (name, member) = ways[self.choices.below(ways.len())];
        let base = self.name(name);
        let Some(member) = member else { return Some(base) };
        let upper = ["key", "value"].contains(&member) && self.choices.chance(40);
        let member = match member {
            "key" if upper => "Key",
            "value" if upper => "Value",
            member => member,
        };
        Some(self.member(base, member))
    }

    fn collection(&mut self) -> (Type, Element) {
        let collections: Vec<_> =
            ANY.iter().filter(|ty| matches!(ty, List(_) | Set(_) | Map(..))).copied().collect();
        let ty = match self.choices.below(12) {
            // what some dialects walk too
            0 => [Text, User, Mode, Odd][self.choices.below(4)],
            _ => collections[self.choices.below(collections.len())],
        };
        self.collection_like(ty)
    }

    const fn collection_like(&self, ty: Type) -> (Type, Element) {
        let element = match ty {
            List(of) | Set(of) => Element { it: *of, key: None, value: None },
            Map(key, value) => Element { it: Entry(key, value), key: Some(*key), value: Some(*value) },
            User => Element { it: Entry(&Text, &Odd), key: Some(Text), value: Some(Odd) },
            _ => Element { it: Text, key: None, value: None },
        };
        (ty, element)
    }

    fn over(
        &mut self,
        op: LoopOp,
        collection: Type,
        inside: Element,
        below: usize,
        element: Option<Element>,
    ) -> NodeId {
        let over = self.node(collection, below, element);
        let body = self.node(Bool, below, Some(inside));
        self.push(Node::Loop { op, over, body })
    }

    fn logic(&mut self, want: Type, below: usize, element: Option<Element>) -> NodeId {
        let op = [LogicOp::And, LogicOp::Or][self.choices.below(2)];
        let count = 2 + self.choices.below(2);
        let operands: Vec<_> = (0..count).map(|_| self.node(want, below, element)).collect();
        self.left = self.left.saturating_sub(1);
        let none = Span::default();
        self.builder.logic(op, operands, none, none).expect("a tree within the limits")
    }

    /// A function of one operand, mostly of one that it takes.
    fn unary(&mut self, function: (UnaryOp, Takes), below: usize, element: Option<Element>) -> NodeId {
        let (op, takes) = function;
        let of = match takes {
            Takes::Anything => any_type(self.choices),
            Takes::Sized if self.choices.chance(90) => Text,
            Takes::Emptiable if self.choices.chance(128) => any_type(self.choices),
            Takes::Sized | Takes::Emptiable | Takes::Searched | Takes::Collection => self.collection().0,
            Takes::Text | Takes::Subject | Takes::Affix | Takes::Pattern | Takes::Sought => Text,
            Takes::Bound => Number,
            Takes::Predicate => Bool,
        };
        let operand = self.node(of, below, element);
        self.push(Node::Unary { op, operand })
    }

    fn substring(&mut self, below: usize, element: Option<Element>) -> NodeId {
        let text = self.node(Text, below, element);
        let bound = |programs: &mut Self| {
            if programs.choices.chance(60) {
                programs.node(Number, below.min(1), element)
            } else {
                let n = i64::try_from(programs.choices.below(6)).expect("small") - 1;
                programs.push(Node::Int(n))
            }
        };
        let from = bound(self);
        let open = self.freedom.open_substrings && self.choices.chance(60);
        let to = (!open).then(|| bound(self));
        self.push(Node::Substring { text, from, to })
    }

    fn boolean(&mut self, below: usize, element: Option<Element>) -> NodeId {
        match self.choices.below(20) {
            0 => self.path(Bool, below, element),
            1..=3 => {
                let op = [CompareOp::Eq, CompareOp::Ne][self.choices.below(2)];
                let want = any_type(self.choices);
                let other = match want {
                    Mode if self.choices.chance(128) => Text,
                    _ if self.choices.chance(10) => Odd,
                    want => want,
                };
                let left = self.node(want, below, element);
                let right = self.node(other, below, element);
                self.push(Node::Compare { op, left, right })
            }
            4..=6 => {
                let op = [CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge][self.choices.below(4)];
                let want = if self.choices.chance(80) { Text } else { Number };
                let left = self.node(want, below, element);
                let right = self.node(want, below, element);
                self.push(Node::Compare { op, left, right })
            }
            7..=9 => self.logic(Bool, below, element),
            10 => {
                let operand = self.node(Bool, below, element);
                self.push(Node::Not { operand })
            }
            kind @ (11 | 12) => {
                let of_anything = kind == 11;
                let functions = functions_of_one(Gives::Boolean);
                let functions = functions.filter(|(_, takes)| (*takes == Takes::Anything) == of_anything);
                let function = one_of(self.choices, functions);
                self.unary(function, below, element)
            }
            13 => {
                let want = any_type(self.choices);
                let operand = self.node(want, below, element);
                let type_name = self.choices.pick(&TYPES);
                let type_name = self.builder.text(type_name);
                self.push(Node::InstanceOf { operand, type_name })
            }
            14 | 15 => self.text_operator(below, element),
            _ => {
                let op = [LoopOp::Quantifier(Quantifier::Any), LoopOp::Quantifier(Quantifier::All)]
                    [self.choices.below(2)];
                let (collection, inside) = self.collection();
                self.over(op, collection, inside, below, element)
            }
        }
    }

    fn text_operator(&mut self, below: usize, element: Option<Element>) -> NodeId {
        let ops = [TextOp::Contains, TextOp::StartsWith, TextOp::EndsWith, TextOp::Matches];
        let op = ops[self.choices.below(ops.len())];
        let (over, wanted) = match op {
            TextOp::Contains => match self.choices.below(6) {
                0 | 1 => (Text, Text),
                _ => match any_type(self.choices) {
                    ty @ (List(of) | Set(of) | Map(of, _)) => (ty, *of),
                    ty => (ty, Text),
                },
            },
            _ => (Text, Text),
        };
        let subject = self.node(over, below, element);
        let argument = if op != TextOp::Matches {
            self.node(wanted, below, element)
        } else if self.freedom.computed_patterns && self.choices.chance(20) {
            // computed, and no pattern
            let text = self.builder.text("a(");
            let text = self.push(Node::Str(text));
            let [from, to] = [0, 2].map(|bound| self.push(Node::Int(bound)));
            self.push(Node::Substring { text, from, to: Some(to) })
        } else if self.freedom.computed_patterns && self.choices.chance(120) {
            self.node(Text, below, element)
        } else if self.choices.chance(10) {
            self.push(Node::Int(5))
        } else {
            let pattern = self.choices.pick(PATTERNS);
            let pattern = self.builder.text(pattern);
            self.push(Node::Str(pattern))
        };
        self.push(Node::Text { op, subject, argument })
    }
}
