//! Graphs of values with cycles, in which secrets are reached by redacted names, keys and types alone.

use std::collections::HashMap;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, More, Names, Resolve, Scratch, Size, Symbol, Use, Value,
};
use probelang::redact::Policy;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world;

use crate::taint::CANARY;

/// Names that some policies redact.
const NAMES: &[&str] = &["password", "Access-Token", "apiKey", "city", "name", "key", "a", "b", "next", "@x"];

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Object,
    Map,
    List,
    Set,
    Opaque,
    Constant,
    Text,
    Cut,
    Unreadable,
}

struct Node {
    sort: Sort,
    type_name: Option<String>,
    text: String,
    edges: Vec<(String, usize)>,
}

/// A host over a graph.
pub struct Graph {
    names: Names,
    nodes: Vec<Node>,
    variables: HashMap<Symbol, usize>,
    order: Vec<String>,
}

impl Graph {
    /// A graph in which everything that `policy` hides is full of the canary.
    #[must_use]
    pub fn draw(choices: &mut Choices<'_>, policy: &Policy) -> Self {
        let (public, secret) = (2 + choices.below(12), 1 + choices.below(6));
        let mut nodes = Vec::new();
        // a node of a redacted type is a secret wherever it is
        let mut hidden = Vec::new();
        for at in 0..public + secret {
            let sort = [
                Sort::Object,
                Sort::Object,
                Sort::Map,
                Sort::List,
                Sort::Set,
                Sort::Opaque,
                Sort::Constant,
                Sort::Text,
                Sort::Cut,
                Sort::Unreadable,
            ][choices.below(10)];
            let type_name = choices.chance(150).then(|| choices.pick(&world::TYPES).to_owned());
            let handled = !matches!(sort, Sort::Text | Sort::Unreadable);
            let typed = type_name.as_deref().is_some_and(|name| handled && policy.redacts_type(name));
            hidden.push(at >= public || typed);
            let text = if hidden[at] { CANARY } else { choices.pick(world::TEXTS) };
            nodes.push(Node { sort, type_name, text: text.to_owned(), edges: Vec::new() });
        }
        for at in 0..nodes.len() {
            for _ in 0..choices.below(5) {
                let mut to = choices.below(nodes.len());
                let mut name = choices.pick(NAMES).to_owned();
                let keyed = matches!(nodes[at].sort, Sort::Object | Sort::Map);
                if hidden[at] {
                    name = format!("{CANARY}{name}");
                } else if to >= public && !(keyed && policy.redacts_name(&name)) {
                    to = choices.below(public);
                }
                nodes[at].edges.push((name, to));
            }
        }
        let mut graph = Self { names: Names::new(), nodes, variables: HashMap::new(), order: Vec::new() };
        for number in 0..1 + choices.below(5) {
            let name = choices.pick(NAMES);
            let to = if policy.redacts_name(name) {
                choices.below(public + secret)
            } else {
                choices.below(public)
            };
            let name = if number == 0 { name.to_owned() } else { format!("{name}{}", "_".repeat(number)) };
            let symbol = graph.names.resolve(&name, Use::Variable);
            if graph.variables.insert(symbol, to).is_none() {
                graph.order.push(name);
            }
        }
        graph
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// The table that its names are resolved with.
    pub const fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    fn at(&self, handle: Handle) -> Option<&Node> {
        self.nodes.get(usize::try_from(handle.word).ok()?)
    }

    fn value(&self, at: usize) -> Value<'_> {
        let handle = Handle { shape: 0, word: at as u64 };
        let Some(node) = self.nodes.get(at) else { return Value::Absent };
        match node.sort {
            Sort::Object | Sort::Constant => Value::Object(handle),
            Sort::Map => Value::Map(handle),
            Sort::List => Value::List(handle),
            Sort::Set => Value::Set(handle),
            Sort::Opaque => Value::Opaque(handle),
            Sort::Text => Value::Str(&node.text),
            Sort::Cut => Value::Cut(handle),
            Sort::Unreadable => Value::Unreadable(&node.text),
        }
    }
}

impl Host for Graph {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = self.variables.get(&name).map_or(Value::Absent, |at| self.value(*at));
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let name = self.names.text(name);
        let found = self.at(object).and_then(|node| node.edges.iter().find(|(edge, _)| edge == name));
        *out = found.map_or(Value::Absent, |(_, to)| self.value(*to));
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        let edge = self.at(list).zip(usize::try_from(index).ok()).and_then(|(node, at)| node.edges.get(at));
        *out = edge.map_or(Value::Absent, |(_, to)| self.value(*to));
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(self.at(value).map_or(0, |node| node.edges.len() as u64))
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut count = 0;
        while let Some(place) = out.get_mut(count)
            && cursor.position < self.at(cursor.handle).map_or(0, |node| node.edges.len() as u64)
        {
            self.index(cursor.handle, cursor.position, place);
            cursor.position += 1;
            count += 1;
        }
        Batch { count, more: if count == 0 { More::Done } else { More::Yes } }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let position = usize::try_from(cursor.position).unwrap_or(usize::MAX);
        let edges = self.at(cursor.handle).and_then(|node| node.edges.get(position..)).unwrap_or_default();
        let mut count = 0;
        for (((name, to), key), value) in edges.iter().zip(keys).zip(values) {
            (*key, *value) = (Value::Str(name), self.value(*to));
            count += 1;
        }
        cursor.position += count as u64;
        Batch { count, more: if count == 0 { More::Done } else { More::Yes } }
    }

    fn instance_of(&self, _: Handle, _: &str) -> Instance<'_> {
        Instance::No
    }

    fn type_name<'t>(&'t self, value: Handle, _: &'t mut Scratch) -> Option<&'t str> {
        self.at(value)?.type_name.as_deref()
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        self.at(object).filter(|node| node.sort == Sort::Constant).map(|node| &*node.text)
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        self.at(opaque).map(|node| &*node.text)
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        self.at(cut).map_or("depth", |node| &*node.text)
    }
}
