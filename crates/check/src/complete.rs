//! Completion and hover, for prompts and editors: pure, and at home in input that is not finished.

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Applicability, Edit, Span, spell};
use probelang_dialect::MapMember;
use probelang_syntax::function::{self, AT_NAMES, FUNCTIONS, OPERATORS};
use probelang_syntax::tree::At;

use crate::cursor::{Cursor, Place};
use crate::infer::Bindings;
use crate::types::{Field, Fields};
use crate::{Kinds, Options, Type, accepts};

/// What a candidate is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CandidateKind {
    /// A name of the scope.
    Name,
    /// An `@`-name.
    AtName,
    /// A field of an object, or a key of a map after a dot.
    Member,
    /// A key of a map in brackets.
    Key,
    /// A function.
    Function,
    /// An operator.
    Operator,
    /// `true`, `false`, `null`, `not`.
    Keyword,
}

impl CandidateKind {
    /// Its name, lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::AtName => "at-name",
            Self::Member => "member",
            Self::Key => "key",
            Self::Function => "function",
            Self::Operator => "operator",
            Self::Keyword => "keyword",
        }
    }
}

/// Something that may be written at the cursor.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// As it is written.
    pub label: String,
    /// What it is.
    pub kind: CandidateKind,
    /// Its type; of a function its signature; `redacted` for what cannot be read.
    pub ty: String,
    /// A sentence or two; empty where nothing is known.
    pub docs: String,
    /// Puts it in place of the word at the cursor.
    pub edit: Edit,
}

/// What a hover shows.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Its type or signature.
    pub ty: String,
    /// A sentence or two; empty where nothing is known.
    pub docs: String,
}

/// What may be written at byte `offset` of `source`, the likeliest first.
///
/// Names come from the schema, which may be sampled from a snapshot. The source need not read; only its text
/// form is completed.
///
/// ```
/// use probelang_check::{Options, Schema, complete};
/// use probelang_dialect::ProgramKind;
/// let schema = Schema::parse(r#"{"names": {"user": {"type": "object", "fields": {"age": "integer"}}}}"#).unwrap();
/// let source = "len(x) > 1 && user.a";
/// let found = complete(source, source.len() as u32, &Options::of(ProgramKind::Condition).with_schema(schema));
/// assert_eq!((found[0].label.as_str(), found[0].ty.as_str()), ("age", "integer"));
/// ```
#[must_use]
pub fn complete(source: &str, offset: u32, options: &Options) -> Vec<Candidate> {
    let cursor = Cursor::new(source, offset, options.kind.source());
    let typed = Span::new(cursor.word.start, offset.max(cursor.word.start)).slice(source);
    let mut list = List { word: cursor.word, out: Vec::new() };
    match cursor.place {
        Place::Text => {}
        Place::Operator => {
            let left = cursor.left().map_or_else(Type::unknown, |left| cursor.type_of(left, options));
            list.operators(&left);
        }
        Place::Type => list.types(options),
        Place::Member(receiver) => {
            let ty = cursor.type_of(receiver, options);
            list.members(&ty, options);
        }
        Place::Key(receiver) => {
            let ty = cursor.type_of(receiver, options);
            if let Some(keys) = ty.keys() {
                list.keys(keys, options);
            }
            list.operands(&cursor, options);
        }
        Place::Operand => list.operands(&cursor, options),
    }
    let bare = typed.trim_start_matches(['"', '\'', '`']);
    let quoted = bare.len() != typed.len();
    let mut found = list.out;
    found.retain(|candidate| {
        let label = candidate.label.trim_matches(['"', '`']);
        (!quoted || candidate.label.starts_with(['"', '`'])) && matches(label, bare)
    });
    // what begins as typed before what merely holds it
    sort_by_number(&mut found, |candidate| {
        u128::from(!candidate.label.trim_start_matches(['"', '`']).starts_with(bare))
    });
    found
}

/// What is at byte `offset` of `source`, with its type.
#[must_use]
pub fn hover(source: &str, offset: u32, options: &Options) -> Option<Hover> {
    use probelang_syntax::{TokenClass, lex};
    let lexemes = lex(source, options.kind.source());
    let at = lexemes.iter().find(|lexeme| lexeme.span.start <= offset && offset < lexeme.span.end)?;
    let text = at.span.slice(source);
    let word = |words: &[function::Word]| {
        words
            .iter()
            .find(|word| word.text == text)
            .map(|word| (word.result.to_owned(), word.summary.to_owned()))
    };
    let (ty, docs) = match at.class {
        TokenClass::Function => {
            let function = function::find(text)?;
            (function.typed_signature(), function.summary.to_owned())
        }
        TokenClass::Operator | TokenClass::Keyword
            if text == "not" || at.class == TokenClass::Operator || text == "instanceof" =>
        {
            let text = if text == "not" { "!" } else { text };
            let found = OPERATORS.iter().find(|word| word.text == text)?;
            (found.result.to_owned(), found.summary.to_owned())
        }
        TokenClass::Name | TokenClass::Member | TokenClass::AtName => {
            let cursor = Cursor::new(source, at.span.end, options.kind.source());
            let ty = cursor.type_of(cursor.chain(), options);
            let (_, mut docs) = word(AT_NAMES).unwrap_or_default();
            let mut shown = ty.to_string();
            if let Some(field) = field_at(&cursor, text, options) {
                if field.redacted || options.policy.redacts_name(text) {
                    "redacted".clone_into(&mut shown);
                }
                docs = field.doc.as_deref().unwrap_or_default().to_owned();
            } else if at.class != TokenClass::AtName && options.policy.redacts_name(text) {
                "redacted".clone_into(&mut shown);
            }
            (shown, docs)
        }
        _ => return None,
    };
    Some(Hover { span: at.span, ty, docs })
}

/// The call that a cursor is in.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Signature {
    /// The function as it is called, with the kinds of its result: `len(value) -> integer`.
    pub text: String,
    /// The argument that the cursor is in, from 0.
    pub argument: usize,
    /// Its name; empty if the function has no such argument.
    pub parameter: &'static str,
    /// A sentence or two on the function.
    pub docs: &'static str,
}

/// The innermost call that byte `offset` of `source` is in: the signature help of an editor. The source need not be valid.
///
/// ```
/// use probelang_check::{Options, signature};
/// use probelang_dialect::ProgramKind;
/// let source = "any(xs, {startsWith(@it, ";
/// let found = signature(source, source.len() as u32, &Options::of(ProgramKind::Condition)).unwrap();
/// assert_eq!(found.text, "startsWith(text, prefix) -> Boolean");
/// assert_eq!((found.argument, found.parameter), (1, "prefix"));
/// ```
#[must_use]
pub fn signature(source: &str, offset: u32, options: &Options) -> Option<Signature> {
    let (function, argument) = Cursor::new(source, offset, options.kind.source()).call()?;
    Some(Signature {
        text: function.typed_signature(),
        argument,
        parameter: function.parameters.get(argument).map_or("", |parameter| parameter.name),
        docs: function.summary,
    })
}

/// What the schema says of the name or member at the cursor.
fn field_at(cursor: &Cursor<'_>, text: &str, options: &Options) -> Option<Field> {
    match cursor.place {
        Place::Member(receiver) => {
            let ty = cursor.type_of(receiver, options);
            [ty.fields(), ty.keys()].into_iter().flatten().find_map(|fields| fields.get(text)).cloned()
        }
        _ => options.known()?.name(text).cloned(),
    }
}

/// Whether a label is what the typed letters may mean: they begin it, or appear in it in this order.
fn matches(label: &str, typed: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

struct List {
    word: Span,
    out: Vec<Candidate>,
}

impl List {
    fn add(&mut self, label: &str, insert: &str, kind: CandidateKind, ty: String, docs: &str) {
        let edit = Edit::replace(self.word, insert, format!("write {label}"), Applicability::Safe);
        self.out.push(Candidate { label: label.to_owned(), kind, ty, docs: docs.to_owned(), edit });
    }

    fn field(&mut self, label: &str, name: &str, kind: CandidateKind, field: &Field, options: &Options) {
        let hidden = field.redacted || (!name.starts_with('@') && options.policy.redacts_name(name));
        let mut ty = if hidden { "redacted".to_owned() } else { field.ty.to_string() };
        if field.optional && !hidden {
            ty.push('?');
        }
        self.add(label, label, kind, ty, field.doc.as_deref().unwrap_or_default());
    }

    fn members(&mut self, ty: &Type, options: &Options) {
        if let Some(fields) = ty.fields() {
            for (name, field) in fields.iter() {
                let label = spell::Member(name).to_string();
                self.field(&label, name, CandidateKind::Member, field, options);
            }
        }
        if let Some(keys) =
            ty.keys().filter(|_| options.dialect.map_member == MapMember::Key || ty.has_members())
        {
            for (name, field) in keys.iter() {
                let label = spell::Member(name).to_string();
                self.field(&label, name, CandidateKind::Member, field, options);
            }
        }
    }

    fn keys(&mut self, keys: &Fields, options: &Options) {
        for (name, field) in keys.iter() {
            let label = spell::string(name).to_string();
            self.field(&label, name, CandidateKind::Key, field, options);
        }
    }

    /// Operators, those that the operand before them can have first.
    fn operators(&mut self, left: &Type) {
        let logic = |text: &str| matches!(text, "&&" | "||");
        let mut words: Vec<_> = OPERATORS.iter().filter(|word| word.text != "!").collect();
        let is_other = !left.kinds().meets(Kinds::BOOL);
        sort_by_number(&mut words, |word| u128::from(is_other && logic(word.text)));
        for word in words {
            self.add(word.text, word.text, CandidateKind::Operator, word.result.to_owned(), word.summary);
        }
    }

    /// Names of types: the plain kinds, then those that the schema knows.
    fn types(&mut self, options: &Options) {
        const PLAIN: [&str; 7] = ["bool", "int", "float", "string", "list", "set", "map"];
        let mut names: Vec<&str> = PLAIN.to_vec();
        let known = options.known().into_iter().flat_map(|schema| schema.names.iter());
        for (_, field) in known {
            if let Some(name) = field.ty.shape().and_then(|shape| shape.name.as_deref())
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        for name in names {
            let label = spell::string(name).to_string();
            self.add(&label, &label, CandidateKind::Keyword, "type".to_owned(), "");
        }
    }

    fn operands(&mut self, cursor: &Cursor<'_>, options: &Options) {
        // of the names those that the function takes come first
        let takes = cursor.argument().and_then(|(function, at)| function.parameters.get(at));
        let takes = takes.map_or(Kinds::ALL, |parameter| accepts::operand(parameter.takes, &options.dialect));
        let bindings = cursor.bindings(options);
        if let Some(bindings) = &bindings {
            self.elements(bindings);
        }
        if let Some(schema) = options.known() {
            let mut names: Vec<_> = schema.names.iter().filter(|(name, _)| !name.starts_with('@')).collect();
            sort_by_number(&mut names, |(_, field)| u128::from(!field.ty.kinds().meets(takes)));
            for (name, field) in names {
                let label = spell::Ident(name).to_string();
                self.field(&label, name, CandidateKind::Name, field, options);
            }
        }
        for at in [At::Return, At::Exception, At::Duration] {
            let Some(word) = AT_NAMES.iter().find(|word| word.text == at.text()) else { continue };
            let known = options.known().and_then(|schema| schema.name(at.text()));
            let ty = known.map_or_else(|| word.result.to_owned(), |field| field.ty.to_string());
            self.add(word.text, word.text, CandidateKind::AtName, ty, word.summary);
        }
        for function in FUNCTIONS {
            let insert = format!("{}(", function.name);
            self.add(
                function.name,
                &insert,
                CandidateKind::Function,
                function.typed_signature(),
                function.summary,
            );
        }
        for (text, ty) in [("true", "Boolean"), ("false", "Boolean"), ("null", "null"), ("not", "Boolean")] {
            self.add(text, text, CandidateKind::Keyword, ty.to_owned(), "");
        }
    }

    /// The `@`-names of a predicate that are bound there.
    fn elements(&mut self, bindings: &Bindings) {
        for (at, ty) in [(At::It, &bindings.it), (At::Key, &bindings.key), (At::Value, &bindings.value)] {
            let Some(word) = AT_NAMES.iter().find(|word| word.text == at.text()) else { continue };
            // over a list there is no key, whatever else is unknown
            if ty.kinds() != Kinds::NONE {
                self.add(word.text, word.text, CandidateKind::AtName, ty.to_string(), word.summary);
            }
        }
    }
}
