//! What is kept between calls, under handles.

#[cfg(feature = "evaluate")]
use std::cell::OnceCell;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use probelang::check::Schema;
use probelang::data::text::Object;
#[cfg(feature = "evaluate")]
use probelang::data::text::{array, string};
use probelang::diagnostic::SourceText;
#[cfg(feature = "evaluate")]
use probelang::{
    Engine, Program, ProgramKind, Source,
    diagnostic::{Diagnostic, Span, program as artifact_code},
    host::Names,
    redact::Policy,
    snapshot::{Input, InputError, Mode, Vars},
};

use crate::Outcome;
use crate::options::Options;
#[cfg(feature = "evaluate")]
use crate::options::no_such;
#[cfg(feature = "evaluate")]
use crate::redaction::Redaction;
use crate::reply::{self, Misuse};

/// Something that is kept, or the diagnostics that say what is wrong with it, as JSON.
#[derive(Debug)]
pub enum Kept {
    /// The names in scope.
    Schema(Result<Arc<Schema>, String>),
    /// A document or a recorded frame.
    #[cfg(feature = "evaluate")]
    Data(Result<Box<Data>, String>),
    /// A program.
    #[cfg(feature = "evaluate")]
    Program(Result<Compiled, String>),
}

/// Data that was read.
#[cfg(feature = "evaluate")]
#[derive(Debug)]
pub struct Data {
    /// The text, which captures read again.
    pub text: String,
    /// How it was read.
    pub mode: Mode,
    /// Which snapshot of it.
    pub index: usize,
    /// The values.
    pub input: Input,
    /// What is hidden in it.
    pub policy: Arc<Policy>,
    /// The options that said so.
    pub redaction: Redaction,
    schema: OnceCell<Arc<Schema>>,
}

/// A program that was compiled.
#[cfg(feature = "evaluate")]
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The program.
    pub program: Program,
    /// Its warnings as JSON.
    pub warnings: String,
    /// What it hides.
    pub hides: Redaction,
}

thread_local! {
    static ALL: RefCell<Vec<Option<Rc<Kept>>>> = const { RefCell::new(Vec::new()) };
}

/// What is kept under a handle.
pub fn get(handle: u32) -> Result<Rc<Kept>, Misuse> {
    let place = (handle as usize).checked_sub(1);
    let found = ALL.with_borrow(|all| place.and_then(|place| all.get(place).cloned().flatten()));
    found.ok_or_else(|| Misuse::new("it was freed"))
}

/// Frees what is kept under a handle.
pub fn close(handle: u32) {
    if let Some(place) = (handle as usize).checked_sub(1) {
        let kept = ALL.with_borrow_mut(|all| all.get_mut(place).and_then(Option::take));
        drop(kept);
    }
}

fn keep(kept: Kept) -> u32 {
    ALL.with_borrow_mut(|all| {
        let place = all.iter().position(Option::is_none).unwrap_or(all.len());
        match all.get_mut(place) {
            Some(free) => *free = Some(Rc::new(kept)),
            None => all.push(Some(Rc::new(kept))),
        }
        u32::try_from(place.saturating_add(1)).unwrap_or(u32::MAX)
    })
}

/// Reads something and keeps it.
pub fn open(what: &str, text: &str, options: &Options) -> Outcome {
    let kept = match what {
        "schema" => Kept::Schema(schema(text)),
        #[cfg(feature = "evaluate")]
        "schemaOf" => Kept::Schema(match options.data()?.as_deref() {
            Some(Kept::Data(Ok(data))) => Ok(data.schema()),
            Some(Kept::Data(Err(diagnostics))) => Err(diagnostics.clone()),
            _ => return Err(Misuse::new("a schema is made of data")),
        }),
        #[cfg(feature = "evaluate")]
        "data" => Kept::Data(data(text, options)?),
        #[cfg(feature = "evaluate")]
        "program" => Kept::Program(program(text, options)?),
        _ => return Err(Misuse::new(format!("there is nothing to open called '{what}'"))),
    };
    #[cfg(not(feature = "evaluate"))]
    let _ = options;
    Ok(described(kept))
}

/// Loads an artifact and keeps the program.
#[cfg(feature = "evaluate")]
pub fn load(bytes: &[u8], options: &Options) -> Outcome {
    let program = options.engine()?.load(bytes).map_err(|error| {
        let diagnostic = Diagnostic::new(artifact_code::BAD_ARTIFACT, Span::default(), error.to_string());
        reply::diagnostics(&[diagnostic], &SourceText::nowhere("<artifact>"))
    });
    let hides = options.redaction.clone();
    let compiled = program.map(|program| Compiled { program, warnings: "[]".to_owned(), hides });
    Ok(described(Kept::Program(compiled)))
}

/// The artifact of a program that compiled.
#[cfg(feature = "evaluate")]
pub fn artifact(handle: u32) -> Option<Vec<u8>> {
    match &*get(handle).ok()? {
        Kept::Program(Ok(compiled)) => Some(compiled.program.to_bytes()),
        Kept::Program(Err(_)) | Kept::Schema(_) | Kept::Data(_) => None,
    }
}

/// Keeps it, and says what is known of it.
fn described(kept: Kept) -> String {
    let mut object = Object::new();
    match &kept {
        Kept::Schema(Ok(schema)) => {
            object
                .boolean("ok", true)
                .raw("diagnostics", "[]")
                .raw("schema", &probelang::data::text::of(&**schema));
        }
        #[cfg(feature = "evaluate")]
        Kept::Data(Ok(data)) => {
            let input = &data.input;
            let names = input.names().into_iter().map(|name| string(&data.policy.masked_name(name)));
            object
                .boolean("ok", true)
                .raw("diagnostics", "[]")
                .string("language", &input.language)
                .raw("frame", &input.frame.as_deref().map_or_else(|| "null".to_owned(), string))
                .raw("frames", &array(input.frames.iter().map(|frame| string(frame))))
                .number("count", u64::try_from(input.count).unwrap_or(u64::MAX))
                .raw("names", &array(names));
        }
        #[cfg(feature = "evaluate")]
        Kept::Program(Ok(Compiled { program, warnings, hides: _ })) => {
            object.boolean("ok", true).raw("diagnostics", warnings).string("kind", program.kind().name());
        }
        Kept::Schema(Err(diagnostics)) => {
            object.boolean("ok", false).raw("diagnostics", diagnostics);
        }
        #[cfg(feature = "evaluate")]
        Kept::Data(Err(diagnostics)) | Kept::Program(Err(diagnostics)) => {
            object.boolean("ok", false).raw("diagnostics", diagnostics);
        }
    }
    object.number("handle", keep(kept).into());
    object.end()
}

fn schema(text: &str) -> Result<Arc<Schema>, String> {
    Schema::parse(text)
        .map(Arc::new)
        .map_err(|diagnostics| reply::diagnostics(&diagnostics, &SourceText::unread_json("<schema>", text)))
}

#[cfg(feature = "evaluate")]
fn data(text: &str, options: &Options) -> Result<Result<Box<Data>, String>, Misuse> {
    let (mode, policy) = (options.mode()?, options.policy());
    let read = Input::read(text.as_bytes(), mode, options.index, options.frame.as_deref(), &policy);
    Ok(match read {
        Ok(input) => {
            let text = text.to_owned();
            let redaction = options.redaction.clone();
            let (index, schema) = (options.index, OnceCell::new());
            Ok(Box::new(Data { text, mode, index, input, policy, redaction, schema }))
        }
        Err(error) => Err(unusable("<data>", None, &error)),
    })
}

/// What is wrong with an input, or with a line of it, as diagnostics. Its place is in the name of the source.
#[cfg(feature = "evaluate")]
pub fn unusable(name: &str, line: Option<u64>, error: &InputError) -> String {
    let (name, diagnostic) = error.diagnose(name, line);
    reply::diagnostics(&[diagnostic], &SourceText::nowhere(&name))
}

#[cfg(feature = "evaluate")]
fn program(text: &str, options: &Options) -> Result<Result<Compiled, String>, Misuse> {
    let engine = match known(options)? {
        None => options.engine()?,
        Some(Ok(schema)) => options.engine()?.schema(schema),
        Some(Err(wrong)) => return Ok(Err(wrong)),
    };
    let source = options.source(text);
    Ok(compiled_as(&engine, options.inferred_kind(&engine, source)?, source, options))
}

/// Compiles a source.
#[cfg(feature = "evaluate")]
pub fn compiled(engine: &Engine, text: &str, options: &Options) -> Result<Result<Compiled, String>, Misuse> {
    let source = options.source(text);
    Ok(compiled_as(engine, options.kind(source)?, source, options))
}

#[cfg(feature = "evaluate")]
fn compiled_as(
    engine: &Engine,
    kind: ProgramKind,
    source: Source<'_>,
    options: &Options,
) -> Result<Compiled, String> {
    match engine.compile(kind, source) {
        Ok(program) => {
            let warnings = reply::of_source(program.warnings(), Some(program.source()), source);
            Ok(Compiled { program, warnings, hides: options.redaction.clone() })
        }
        Err(error) => Err(reply::of_error(&error)),
    }
}

/// What is known of the names in scope, if something should say them, or what is wrong with that.
pub fn known(options: &Options) -> Result<Option<Result<Arc<Schema>, String>>, Misuse> {
    let Some(kept) = options.schema()? else { return Ok(None) };
    Ok(Some(match &*kept {
        Kept::Schema(schema) => schema.clone(),
        #[cfg(feature = "evaluate")]
        Kept::Data(Ok(data)) => Ok(data.schema()),
        #[cfg(feature = "evaluate")]
        Kept::Data(Err(wrong)) => Err(wrong.clone()),
        #[cfg(feature = "evaluate")]
        Kept::Program(_) => return Err(Misuse::new("a program says nothing of the names in scope")),
    }))
}

#[cfg(feature = "evaluate")]
impl Data {
    /// The names in scope with their types, without a value.
    pub fn schema(&self) -> Arc<Schema> {
        let schema = self.schema.get_or_init(|| {
            let engine = Engine::new().policy(Arc::clone(&self.policy));
            let names = Names::new();
            let view = self.input.view(&names);
            let mut sampler = engine.sampler();
            sampler.frame(&view, view.scope(), view.is_partial());
            Arc::new(sampler.finish())
        });
        Arc::clone(schema)
    }
}

#[cfg(feature = "evaluate")]
impl Options {
    /// What is redacted over data: of texts what the call or the data hides.
    pub fn redaction_over(&self, data: Option<&Data>) -> Redaction {
        let own = self.redaction.clone();
        match data {
            Some(data) => own.with_texts_of(&data.redaction),
            None => own,
        }
    }

    /// The data of a call, if there is any.
    pub fn data(&self) -> Result<Option<Rc<Kept>>, Misuse> {
        self.data.map(get).transpose()
    }

    /// The variables of a call, without those that do not read, and what is wrong with each of these.
    pub fn vars(&self) -> (Vars, Vec<String>) {
        let (mut vars, mut wrong) = (Vars::new(), Vec::new());
        for (name, json) in &self.variables {
            if let Err(error) = vars.set(name, json.as_bytes()) {
                wrong.push(unusable("<variables>", None, &error));
            }
        }
        (vars, wrong)
    }

    /// How data is read.
    pub fn mode(&self) -> Result<Mode, Misuse> {
        match self.input.as_deref() {
            None | Some("auto") => Ok(Mode::Auto),
            Some("plain") => Ok(Mode::Plain),
            Some("snapshot") => Ok(Mode::Snapshot),
            Some(other) => Err(no_such("input", other, ["auto", "plain", "snapshot"])),
        }
    }
}
