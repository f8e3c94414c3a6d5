//! `probelang ast`: the tree of a program.

use std::fmt::Write;

use clap::Args;
use probelang::diagnostic::{Span, spell};
use probelang::syntax::function::Makes;
use probelang::syntax::tree::Part;
use probelang::syntax::{Node, NodeId, Root, Tree};

use crate::args::{Format, KindArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::json::{Object, array};
use crate::program::{SourceTree, kind_of};

/// Print the tree of an expression or a template
///
/// Each line is a node with its place in the source, in bytes; of wire JSON also with its path.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang ast 'any(xs, {@it.age > 18}) && ok'
  probelang ast --template 'Hello {name}' --format json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    /// For people (the default) or as one JSON object
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let read = SourceTree::read(source, kind, console)?;
    let tree = &read.tree;
    if arguments.format == Some(Format::Json) {
        console.line(&json(tree))?;
    } else {
        let mut out = String::new();
        match tree.root() {
            Root::Expression(root) => outline(tree, *root, "", "", &mut out),
            Root::Template(parts) => {
                out.push_str("template\n");
                for (index, part) in parts.iter().enumerate() {
                    let last = index + 1 == parts.len();
                    let (here, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                    match part {
                        Part::Text { text, span } => {
                            let _ = writeln!(
                                out,
                                "{here}text {} {}",
                                spell::string(tree.text(*text)),
                                place(*span)
                            );
                        }
                        Part::Expression { root, .. } => outline(tree, *root, here, below, &mut out),
                    }
                }
            }
        }
        console.text(&out)?;
    }
    Ok(Status::Ok)
}

/// What a node is, and the word or value that tells it from others of its sort.
fn describe(tree: &Tree, id: NodeId) -> (&'static str, Option<String>) {
    let (sort, word) = match tree.node(id) {
        Node::Null => ("null", None),
        Node::Bool(value) => ("boolean", Some(value.to_string())),
        Node::Int(value) => ("integer", Some(value.to_string())),
        Node::Uint(value) => ("integer", Some(value.to_string())),
        Node::Float(value) => ("float", Some(spell::Float(value).to_string())),
        Node::Str(text) => ("string", Some(spell::string(tree.text(text)).to_string())),
        Node::Name(name) => ("name", Some(spell::Ident(tree.text(name)).to_string())),
        Node::At(at) => ("name", Some(at.text().to_owned())),
        Node::Member { name, .. } => ("member", Some(spell::Member(tree.text(name)).to_string())),
        Node::Index { .. } => ("index", None),
        Node::Not { .. } => ("call", Some("!".to_owned())),
        Node::Unary { op, .. } => ("call", Some(op.text().to_owned())),
        Node::Substring { .. } => ("call", Some(Makes::Substring.function().name.to_owned())),
        Node::Text { op, .. } => ("call", Some(op.text().to_owned())),
        Node::Loop { op, .. } => ("loop", Some(op.text().to_owned())),
        Node::Compare { op, .. } => ("compare", Some(op.text().to_owned())),
        Node::InstanceOf { type_name, .. } => {
            ("instanceof", Some(spell::string(tree.text(type_name)).to_string()))
        }
        Node::Logic { op, .. } => ("logic", Some(op.text().to_owned())),
        Node::Error => ("error", None),
    };
    (sort, word)
}

fn place(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

/// A node and what hangs below it. A tree has a limit on its depth, so this may call itself.
fn outline(tree: &Tree, id: NodeId, here: &str, below: &str, out: &mut String) {
    let (sort, word) = describe(tree, id);
    let word = word.map(|word| format!(" {word}")).unwrap_or_default();
    let path =
        tree.path(id).filter(|path| !path.is_empty()).map(|path| format!(" at {path}")).unwrap_or_default();
    let _ = writeln!(out, "{here}{sort}{word} {}{path}", place(tree.span(id)));
    let mut children = tree.children(id).peekable();
    while let Some(child) = children.next() {
        let (branch, rest) =
            if children.peek().is_some() { ("├─ ", "│  ") } else { ("└─ ", "   ") };
        outline(tree, child, &format!("{below}{branch}"), &format!("{below}{rest}"), out);
    }
}

fn json(tree: &Tree) -> String {
    match tree.root() {
        Root::Expression(root) => json_node(tree, *root),
        Root::Template(parts) => {
            let parts = parts.iter().map(|part| match part {
                Part::Text { text, span } => {
                    let mut object = Object::new();
                    object
                        .string("node", "text")
                        .string("text", tree.text(*text))
                        .raw("span", &json_span(*span));
                    object.end()
                }
                Part::Expression { root, .. } => json_node(tree, *root),
            });
            let mut object = Object::new();
            object.string("node", "template").raw("children", &array(parts));
            object.end()
        }
    }
}

fn json_node(tree: &Tree, id: NodeId) -> String {
    let (sort, word) = describe(tree, id);
    let mut object = Object::new();
    object.string("node", sort);
    match (tree.node(id), word) {
        (Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_), Some(word)) => {
            object.raw("value", &word)
        }
        (Node::Str(text), _) => object.string("value", tree.text(text)),
        (Node::Name(name) | Node::Member { name, .. }, _) => object.string("name", tree.text(name)),
        (Node::At(at), _) => object.string("name", at.text()),
        (Node::InstanceOf { type_name, .. }, _) => object.string("type", tree.text(type_name)),
        (_, Some(word)) => object.string("op", &word),
        (_, None) => &mut object,
    };
    object.raw("span", &json_span(tree.span(id)));
    if let Some(path) = tree.path(id) {
        object.string("path", &path);
    }
    object.raw("children", &array(tree.children(id).map(|child| json_node(tree, child))));
    object.end()
}

fn json_span(span: Span) -> String {
    let mut object = Object::new();
    object.number("start", u64::from(span.start)).number("end", u64::from(span.end));
    object.end()
}
