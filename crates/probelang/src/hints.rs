//! What the values say of a fault: the nearest name, what there is instead, what to write.
//!
//! Asked after the fault, of the same host: a run never looks for what it was not asked for.

use probelang_capture::{Shape, hides_keys};
use probelang_diagnostic::fault::FaultCode;
use probelang_diagnostic::{Applicability, Edit, Span, spell};
use probelang_dialect::SourceKind;
use probelang_host::{Handle, Host, More, Scratch, Size, Value};
use probelang_syntax::tree::{Node, NodeId, Root, Tree};
use probelang_syntax::{Limits, nearest, parse};

use crate::{Answer, Fault};

/// Names that a note lists.
const LISTED: usize = 8;
/// Entries of a map or fields of an object that are looked at.
const SEEN: usize = 1_000;

/// Finds the recorded frames that have a name.
pub type FramesWith<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// What is known besides the values.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Around<'a> {
    /// The recorded frame that the program ran over.
    pub frame: Option<&'a str>,
    /// The recorded frames that have a name.
    pub elsewhere: Option<FramesWith<'a>>,
    /// What to say if there are no values at all.
    pub no_input: Option<&'a str>,
}

impl<'a> Around<'a> {
    /// The same with what to say if there are no values at all.
    #[must_use]
    pub const fn with_no_input(mut self, note: Option<&'a str>) -> Self {
        self.no_input = note;
        self
    }

    /// The same with the recorded frame, and what gives the frames that have a name.
    #[must_use]
    pub const fn with_frame(mut self, frame: &'a str, elsewhere: FramesWith<'a>) -> Self {
        self.frame = Some(frame);
        self.elsewhere = Some(elsewhere);
        self
    }
}

/// What a hint looks at besides what the program reads. A reader that [keeps nothing else](crate::Program::projection) has less to show
/// for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Beyond {
    /// Nothing.
    Nothing,
    /// Other members of the values that it reads.
    Members,
    /// Other names, and what is in them.
    Names,
}

/// What a hint adds to a fault.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Hint {
    pub(crate) notes: Vec<String>,
    pub(crate) edits: Vec<Edit>,
}

impl Answer {
    /// The answer with what the values say of its faults; see [`Fault::with_hint`].
    #[must_use]
    pub fn with_hints<'h>(
        self,
        host: &'h dyn Host,
        scope: impl FnOnce() -> Vec<(&'h str, Value<'h>)>,
        around: &Around<'_>,
    ) -> Self {
        match self {
            Self::Fault(fault) => Self::Fault(fault.with_hint(host, &scope(), around)),
            Self::Message(mut message) if message.errors.iter().any(|error| error.fault.is_some()) => {
                let scope = scope();
                for error in &mut message.errors {
                    error.fault = error.fault.take().map(|fault| fault.with_hint(host, &scope, around));
                }
                Self::Message(message)
            }
            other => other,
        }
    }

    /// What [`with_hints`](Self::with_hints) may look at besides what the program reads.
    #[must_use]
    pub fn beyond(&self) -> Beyond {
        match self {
            Self::Fault(fault) => fault.beyond(),
            Self::Message(message) => {
                let faults = message.errors.iter().filter_map(|error| error.fault.as_ref());
                faults.map(Fault::beyond).max().unwrap_or(Beyond::Nothing)
            }
            Self::Truth(_) | Self::Number(_) | Self::Value(_) => Beyond::Nothing,
        }
    }
}

impl Fault {
    /// What [`with_hint`](Self::with_hint) may look at besides what the program reads.
    ///
    /// ```
    /// use probelang::hints::Beyond;
    ///
    /// let document = probelang::Document::parse(br#"{"request": {"status": "503"}}"#)?;
    /// let beyond = |text: &str| {
    ///     let condition = probelang::Engine::new().condition(text)?;
    ///     Ok::<_, probelang::CompileError>(condition.test(&document).unwrap_err().beyond())
    /// };
    /// assert_eq!(beyond("requset.status == 503")?, Beyond::Names);
    /// assert_eq!(beyond("request.stauts == 503")?, Beyond::Members);
    /// assert_eq!(beyond("request.status > 500")?, Beyond::Nothing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn beyond(&self) -> Beyond {
        match FaultCode::of(self.code) {
            Some(FaultCode::UNKNOWN_NAME) => Beyond::Names,
            Some(FaultCode::UNKNOWN_KEY | FaultCode::UNKNOWN_FIELD | FaultCode::UNREADABLE) => {
                Beyond::Members
            }
            // of lists the size, which is read, and of others what they are
            Some(_) | None => Beyond::Nothing,
        }
    }

    /// The fault with notes and edits that the values suggest: the nearest name, the names that there are, the frame
    /// that has it. `scope` lists the names in scope with their values. Its message stays as it was.
    ///
    /// ```
    /// use probelang::hints::Around;
    /// use probelang::host::Names;
    ///
    /// let document = probelang::Document::parse(br#"{"request": {"status": 503}}"#)?;
    /// let fault = probelang::Engine::new().condition("request.stauts == 3")?.test(&document).unwrap_err();
    /// let names = Names::new();
    /// let view = document.view(&names);
    /// let fault = fault.with_hint(&view, &view.scope(), &Around::default());
    /// assert_eq!(fault.diagnostic().edits[0].title, "write `status`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Cost
    /// Linear in the names in scope, and in up to 1,000 keys of each value on the way to the one that is missing.
    #[must_use]
    pub fn with_hint<'h>(
        mut self,
        host: &'h dyn Host,
        scope: &[(&str, Value<'h>)],
        around: &Around<'_>,
    ) -> Self {
        let hint = Looking { fault: &self, host, scope, around }.hint().unwrap_or_default();
        self.set_hint(hint);
        self
    }
}

/// A fault and where an answer to it is sought.
struct Looking<'l, 'h> {
    fault: &'l Fault,
    host: &'h dyn Host,
    scope: &'l [(&'l str, Value<'h>)],
    around: &'l Around<'l>,
}

impl<'h> Looking<'_, 'h> {
    fn hint(&self) -> Option<Hint> {
        let code = FaultCode::of(self.fault.code)?;
        let tree = parse(&self.fault.expression, SourceKind::Expression, &Limits::default()).tree?;
        let Root::Expression(root) = *tree.root() else { return None };
        match (code, tree.node(root)) {
            (FaultCode::UNKNOWN_NAME, Node::Name(name)) => Some(self.name(tree.text(name))),
            (FaultCode::UNKNOWN_KEY | FaultCode::UNKNOWN_FIELD, Node::Member { base, name }) => {
                let name = tree.text(name);
                self.part(&tree, root, base, name, |near| spell::Member(near).to_string())
            }
            (FaultCode::UNKNOWN_KEY, Node::Index { base, index }) => {
                let Node::Str(key) = tree.node(index) else { return None };
                self.part(&tree, index, base, tree.text(key), |near| spell::string(near).to_string())
            }
            (FaultCode::INDEX_OUT_OF_RANGE, Node::Index { base, .. }) => {
                let Size::Known(size) = self.host.len(self.value(&tree, base)?.handle()?) else {
                    return None;
                };
                let elements = if size == 1 { "element" } else { "elements" };
                Some(note(format!("`{}` has {size} {elements}", self.text(&tree, base))))
            }
            (FaultCode::NO_FIELDS, Node::Member { base, name }) => {
                let of = self.text(&tree, base);
                if is_length(tree.text(name)) {
                    return Some(self.edit(&tree, root, format!("len({of})")));
                }
                let is_list = matches!(self.value(&tree, base)?, Value::List(_));
                is_list.then(|| {
                    let member = spell::Member(tree.text(name));
                    note(format!(
                        "its elements have fields: `{of}[0].{member}`, or `any({of}, {{@it.{member} …}})`"
                    ))
                })
            }
            (FaultCode::UNREADABLE, Node::Member { base, name }) => self.unread(&tree, base, tree.text(name)),
            _ => None,
        }
    }

    /// A name that is not in scope.
    fn name(&self, name: &str) -> Hint {
        if self.scope.is_empty()
            && let Some(text) = self.around.no_input
        {
            return note(text.to_owned());
        }
        let whole = self.fault.source();
        let after = whole.get(self.fault.span.end as usize..).unwrap_or("");
        if name == "$" && after.starts_with('.') {
            let span = Span::new(self.fault.span.start, self.fault.span.end.saturating_add(1));
            let edit = Edit::replace(span, "", "remove `$.`", Applicability::Maybe);
            let notes = vec!["names are read without the `$` of JSONPath".to_owned()];
            return Hint { notes, edits: self.edits(edit) };
        }
        if let Some(at) = element(name).filter(|_| in_predicate(whole, self.fault.span)) {
            return self.replace(at);
        }
        let policy = self.fault.policy();
        let names = || self.scope.iter().map(|(name, _)| *name).filter(|name| !policy.hides_name(name));
        let bare = name.trim_start_matches('$');
        if bare != name && names().any(|known| known == bare) {
            return self.replace(&spell::Ident(bare).to_string());
        }
        let frames = self.around.elsewhere.map_or_else(Vec::new, |elsewhere| elsewhere(name));
        if !frames.is_empty() {
            let has = if frames.len() == 1 { "frame" } else { "frames" };
            let frames: Vec<_> = frames.iter().map(|frame| format!("`{frame}`")).collect();
            let here = self.around.frame.map_or_else(String::new, |frame| format!(", this is `{frame}`"));
            return note(format!("the {has} {} of the snapshot has it{here}", frames.join(" and ")));
        }
        // `_` is the last value of a prompt
        let own = || names().filter(|known| !known.starts_with('@') && *known != "_");
        if let Some(near) = nearest(name, own(), slips) {
            return self.replace(&spell::Ident(near).to_string());
        }
        let owner = self.scope.iter().find(|(_, value)| self.keys(value).contains(&name));
        if let Some((owner, _)) = owner.filter(|(owner, _)| !owner.starts_with('@')) {
            return self.replace(&format!("{}.{}", spell::Ident(owner), spell::Member(name)));
        }
        let frame = self.around.frame.map_or_else(String::new, |frame| format!(" in the frame `{frame}`"));
        match listed(own().map(str::to_owned)) {
            Some(list) => note(format!("in scope{frame}: {list}")),
            None => note(format!("there is no name in scope{frame}")),
        }
    }

    /// A key or field that the value of `base` does not have; `at` is where it is written.
    fn part(
        &self,
        tree: &Tree,
        at: NodeId,
        base: NodeId,
        name: &str,
        spelled: impl Fn(&str) -> String,
    ) -> Option<Hint> {
        let value = self.value(tree, base)?;
        let keys = self.keys(&value);
        let is_member = matches!(tree.node(at), Node::Member { .. });
        let at = if is_member { tree.focus(at) } else { tree.span(at) };
        if let Some(near) = nearest(name, keys.iter().copied(), slips) {
            let text = spelled(near);
            let edit = Edit::replace(self.place(at), &*text, format!("write `{text}`"), Applicability::Maybe);
            return Some(Hint { edits: self.edits(edit), notes: self.said(&text) });
        }
        let of = self.text(tree, base);
        if is_length(name) {
            let text = format!("len({of})");
            let span = self.fault.span;
            let edit = Edit::replace(span, &*text, format!("write `{text}`"), Applicability::Maybe);
            return Some(Hint { edits: self.edits(edit), notes: self.said(&text) });
        }
        Some(match listed(keys.iter().map(|key| (*key).to_owned())) {
            Some(list) => note(format!("`{of}` has {list}")),
            None if self.is_empty(&value) => note(format!("`{of}` is empty")),
            // its keys are hidden
            None => return None,
        })
    }

    /// A field that was not captured.
    fn unread(&self, tree: &Tree, base: NodeId, name: &str) -> Option<Hint> {
        let value = self.value(tree, base)?;
        let keys = self.keys(&value);
        if keys.contains(&name) {
            return None;
        }
        let mut scratch = Scratch::new();
        let of = match value.handle().and_then(|handle| self.host.type_name(handle, &mut scratch)) {
            Some(name) => format!("`{}`", one_line(name)),
            None => format!("`{}`", self.text(tree, base)),
        };
        let why = match self.fault.reason.as_deref()? {
            "fieldCount" => "; the snapshot was cut by its limit on fields",
            "collectionSize" => "; the snapshot was cut by its limit on the size of collections",
            "depth" => "; the snapshot was cut by its limit on depth",
            _ => "",
        };
        let list = listed(keys.iter().map(|key| (*key).to_owned()))?;
        let member = spell::Member(name).to_string();
        let count = keys.len();
        let fields = if count == 1 { "field" } else { "fields" };
        Some(note(format!("`{member}` is not among the {count} captured {fields} of {of} ({list}){why}")))
    }

    /// The value of a path of names, members and literal keys.
    fn value(&self, tree: &Tree, id: NodeId) -> Option<Value<'h>> {
        let mut steps = Vec::new();
        let mut at = id;
        let root = loop {
            let (base, step) = match tree.node(at) {
                Node::Name(name) => break tree.text(name),
                Node::At(name) if !name.is_element() => break name.text(),
                Node::Member { base, name } => (base, Step::Entry(tree.text(name))),
                Node::Index { base, index } => {
                    let index = tree.node(index);
                    if let Node::Str(key) = index {
                        (base, Step::Entry(tree.text(key)))
                    } else if let Node::Int(index) = index {
                        (base, Step::Element(u64::try_from(index).ok()?))
                    } else {
                        return None;
                    }
                }
                Node::Null
                | Node::Bool(_)
                | Node::Int(_)
                | Node::Uint(_)
                | Node::Float(_)
                | Node::Str(_)
                | Node::At(_)
                | Node::Not { .. }
                | Node::Unary { .. }
                | Node::Substring { .. }
                | Node::Text { .. }
                | Node::Loop { .. }
                | Node::Compare { .. }
                | Node::InstanceOf { .. }
                | Node::Logic { .. }
                | Node::Error => return None,
            };
            steps.push(step);
            at = base;
        };
        let mut value = self.scope.iter().find(|(name, _)| *name == root)?.1;
        while let Some(step) = steps.pop() {
            value = match step {
                Step::Entry(key) => self.entry(&value, key)?,
                Step::Element(index) => {
                    let Value::List(list) = value else { return None };
                    let mut element = Value::Absent;
                    self.host.index(list, index, &mut element);
                    element
                }
            };
        }
        Some(value)
    }

    fn entry(&self, value: &Value<'h>, name: &str) -> Option<Value<'h>> {
        let mut found = None;
        self.entries(value, |key, entry| {
            if key == name {
                found = Some(entry);
            }
            found.is_none()
        });
        found
    }

    /// The keys that may be shown.
    fn keys(&self, value: &Value<'h>) -> Vec<&'h str> {
        let mut keys = Vec::new();
        let policy = self.fault.policy();
        let shape = if matches!(value, Value::Map(_)) { Shape::Map } else { Shape::Object };
        if hides_keys(policy, self.host, shape, value) {
            return keys;
        }
        self.entries(value, |key, _| {
            if !policy.hides_name(key) {
                keys.push(key);
            }
            true
        });
        keys
    }

    fn is_empty(&self, value: &Value<'h>) -> bool {
        let mut is_empty = true;
        self.entries(value, |_, _| {
            is_empty = false;
            false
        });
        is_empty
    }

    /// Shows `visit` the text keys of a map, or the fields of an object, until it has seen enough.
    fn entries(&self, value: &Value<'h>, mut visit: impl FnMut(&'h str, Value<'h>) -> bool) {
        let (Value::Map(handle) | Value::Object(handle)) = *value else { return };
        self.walk(handle, &mut visit);
    }

    fn walk(&self, handle: Handle, visit: &mut dyn FnMut(&'h str, Value<'h>) -> bool) {
        let mut cursor = self.host.open(handle);
        let (mut keys, mut values) = ([Value::Absent; 16], [Value::Absent; 16]);
        let mut seen = 0usize;
        loop {
            let batch = self.host.entries(&mut cursor, &mut keys, &mut values);
            seen = seen.saturating_add(batch.count);
            let mut entries = keys.iter().zip(&values).take(batch.count);
            let goes_on = entries.all(|(key, value)| {
                let Value::Str(text) = *key else { return true };
                visit(text, *value)
            });
            if !goes_on || batch.more != More::Yes || batch.count == 0 || seen > SEEN {
                break;
            }
        }
        self.host.close(&mut cursor);
    }

    fn text(&self, tree: &Tree, id: NodeId) -> String {
        tree.span(id).slice(tree.source()).to_owned()
    }

    /// A span of the failing expression in the whole source.
    fn place(&self, span: Span) -> Span {
        let start = self.fault.span.start;
        Span::new(start.saturating_add(span.start), start.saturating_add(span.end))
    }

    fn replace(&self, text: &str) -> Hint {
        let title = format!("write `{text}`");
        let edit = Edit::replace(self.fault.span, text, title, Applicability::Maybe);
        Hint { edits: self.edits(edit), notes: self.said(text) }
    }

    fn edit(&self, tree: &Tree, at: NodeId, text: String) -> Hint {
        let title = format!("write `{text}`");
        let span = self.place(tree.span(at));
        let notes = self.said(&text);
        Hint { edits: self.edits(Edit::replace(span, text, title, Applicability::Maybe)), notes }
    }

    /// The edit, if the author wrote the text that it changes.
    fn edits(&self, edit: Edit) -> Vec<Edit> {
        if self.fault.path.is_none() { vec![edit] } else { Vec::new() }
    }

    /// What an edit would say, if the author wrote JSON.
    fn said(&self, text: &str) -> Vec<String> {
        if self.fault.path.is_none() { Vec::new() } else { vec![format!("did you mean `{text}`?")] }
    }
}

/// A step of a path to a value.
enum Step<'t> {
    Entry(&'t str),
    Element(u64),
}

fn note(text: String) -> Hint {
    Hint { notes: vec![text], edits: Vec::new() }
}

/// Slips at which a name may have been meant.
fn slips(name: &str) -> usize {
    if name.chars().count() <= 4 { 1 } else { 2 }
}

/// What other languages call the length of a value.
fn is_length(word: &str) -> bool {
    matches!(word, "length" | "size" | "count" | "len" | "Length" | "Size" | "Count")
}

/// The name of an element that is called so elsewhere.
fn element(name: &str) -> Option<&'static str> {
    Some(match name {
        "it" | "item" | "element" | "elem" | "_" => "@it",
        "key" => "@key",
        "value" => "@value",
        _ => return None,
    })
}

/// Whether `span` is in the predicate of a loop.
fn in_predicate(source: &str, span: Span) -> bool {
    parse(source, SourceKind::Expression, &Limits::default()).tree.is_some_and(|tree| {
        tree.ids().any(|id| {
            let Node::Loop { body, .. } = tree.node(id) else { return false };
            tree.span(body).contains(span)
        })
    })
}

/// A text of the observed program on one line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A few names for a note, each in back quotes; `None` if there is none.
fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    let mut names = names.map(|name| format!("`{}`", one_line(&name)));
    let few: Vec<String> = names.by_ref().take(LISTED).collect();
    if few.is_empty() {
        return None;
    }
    let more = names.count();
    let text = few.join(", ");
    Some(if more > 0 { format!("{text} and {more} more") } else { text })
}
