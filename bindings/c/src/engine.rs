//! Settings, and names.

use std::ffi::{c_char, c_void};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use probelang::Terms;
use probelang::host::{Clock, Names, Resolve, RunLimits, Symbol, Use};
use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};

use crate::boundary::{Stop, boundary};
use crate::handle::{self, Opaque, give, shared, tag};
use crate::status::{Numbered, numbered, probelang_status};
use crate::text::{Zero, array, probelang_str, put, text, text_of};

/// The settings that programs are compiled and run with: dialect, redaction, limits, clock. Any number of threads may
/// use one; a change applies to what is compiled after it.
pub struct probelang_engine {
    _opaque: [u8; 0],
}

impl Opaque for probelang_engine {
    type Inner = RwLock<Settings>;
    const TAG: u64 = tag(3);
}

/// The inside of an engine.
#[derive(Clone)]
pub(crate) struct Settings {
    pub engine: probelang::Engine,
    pub run: RunLimits,
    pub clock: Option<CallbackClock>,
}

impl Settings {
    /// Changes the engine.
    fn change(&mut self, change: impl FnOnce(probelang::Engine) -> probelang::Engine) {
        self.engine = change(self.engine.clone());
    }

    fn policy(&mut self, change: impl FnOnce(Policy) -> Policy) {
        let policy = change((**self.engine.redaction()).clone());
        self.change(|engine| engine.policy(Arc::new(policy)));
    }
}

/// The settings as they are now.
pub(crate) fn settings(engine: *const probelang_engine) -> Result<Settings, Stop> {
    let lock = shared(engine)?;
    Ok(lock.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
}

fn change(
    engine: *mut probelang_engine,
    change: impl FnOnce(&mut Settings) -> Result<(), Stop>,
) -> Result<probelang_status, Stop> {
    let lock = shared(engine.cast_const())?;
    // a panic leaves settings that are whole: each is replaced at once
    change(&mut lock.write().unwrap_or_else(std::sync::PoisonError::into_inner))?;
    Ok(probelang_status::Ok)
}

/// A clock: nanoseconds since some fixed moment, never going back. Called on any thread that runs a program, and only
/// by runs of more than 512 steps.
pub type probelang_clock = Option<unsafe extern "C" fn(data: *mut c_void) -> u64>;

/// A clock of the caller.
#[derive(Clone, Copy)]
pub(crate) struct CallbackClock {
    pub now: unsafe extern "C" fn(data: *mut c_void) -> u64,
    pub data: *mut c_void,
}

// SAFETY: the caller of `probelang_engine_set_clock` and of the like promises that the clock can be read on any thread.
unsafe impl Send for CallbackClock {}
// SAFETY: as above.
unsafe impl Sync for CallbackClock {}

impl Clock for CallbackClock {
    fn now(&self) -> u64 {
        // SAFETY: the caller gave the function together with its data.
        unsafe { (self.now)(self.data) }
    }
}

/// What the library calls settings.
const TERMS: Terms = Terms {
    redact: "PROBELANG_REDACTION_NAMES",
    redact_exclude: "PROBELANG_REDACTION_EXCLUDE of `{}`",
    redact_types: "PROBELANG_REDACTION_TYPES",
    names: "docs/redaction.md",
    mode: "`probelang_engine_set_redaction`",
    shape_exclude: "PROBELANG_REDACTION_NO_SHAPES of `{}`",
    patterns: "`probelang_engine_redact_pattern`",
};

/// A new engine: the portable dialect, the built-in redaction, 1,000,000 steps and 50 ms for each run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_new(out: *mut *mut probelang_engine) -> probelang_status {
    boundary! {
        let engine = probelang::Engine::new().terms(&TERMS);
        give(out, RwLock::new(Settings { engine, run: RunLimits::default(), clock: None }))?;
        Ok(probelang_status::Ok)
    }
}

/// Selects the dialect of a runtime: `portable`, `java`, `python`, `node`, `dotnet`, `ruby`, `php`, `go`.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_dialect(
    engine: *mut probelang_engine,
    name: *const c_char,
    len: usize,
) -> probelang_status {
    boundary! {
        let preset = probelang::dialect::Preset::find(text(name, len)?).ok_or(probelang_status::Unknown)?;
        change(engine, |settings| {
            settings.change(|engine| engine.dialect(preset));
            Ok(())
        })
    }
}

/// Sets what is known of the names in scope, as JSON (`grammar/schema.schema.json`), for checks. No answer depends on
/// it.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_schema(
    engine: *mut probelang_engine,
    json: *const c_char,
    len: usize,
    report: *mut *mut crate::report::probelang_report,
) -> probelang_status {
    boundary! { report report;
        let json = text(json, len)?;
        let schema = probelang::check::Schema::parse(json).map_err(|diagnostics| {
            let form = crate::report::Form::UnreadJson;
            let message = diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
            let said = crate::report::Report::diagnostics(message, diagnostics, json.to_owned(), form);
            Stop::with(probelang_status::Rejected, said)
        })?;
        change(engine, |settings| {
            settings.change(|engine| engine.schema(schema));
            Ok(())
        })
    }
}

/// With 1, programs with an operation that is certain to fault are rejected; with 0, they get a warning.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_strict(
    engine: *mut probelang_engine,
    strict: u32,
) -> probelang_status {
    boundary! {
        change(engine, |settings| {
            settings.change(|engine| engine.strict(strict != 0));
            Ok(())
        })
    }
}

/// Rejects programs that may take more than `steps` steps.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_max_cost(
    engine: *mut probelang_engine,
    steps: u64,
) -> probelang_status {
    boundary! {
        change(engine, |settings| {
            settings.change(|engine| engine.max_cost(steps));
            Ok(())
        })
    }
}

/// What a list of names, types or shapes means for redaction.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_redaction {
    /// Values under these names are hidden, in any spelling: `api_key`, `apiKey` and `API-KEY` are one name.
    Names = 0,
    /// Values of these types are hidden. `*` matches any text.
    Types = 1,
    /// Values under these names are never hidden because of their name, whatever other lists say.
    Exclude = 2,
    /// Parts of texts that have these shapes of secrets are hidden too: `email`, `ip`. Where the mode is off, it becomes
    /// *targeted*.
    Shapes = 3,
    /// Parts of texts are not hidden because they have these shapes.
    NoShapes = 4,
}

numbered!(probelang_redaction as u32: Names Types Exclude Shapes NoShapes);

/// Adds names, types or shapes to the redaction policy; `rule` is a `probelang_redaction`. `PROBELANG_STATUS_UNKNOWN`
/// where there is no shape of that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_redact(
    engine: *mut probelang_engine,
    rule: u32,
    names: *const probelang_str,
    count: usize,
) -> probelang_status {
    boundary! {
        let names: Result<Vec<&str>, Stop> =
            array(names, count)?.iter().map(|name| text_of(*name)).collect();
        let names = names?;
        let rule = probelang_redaction::given(rule)?;
        change(engine, |settings| {
            let shapes = match rule {
                probelang_redaction::Shapes | probelang_redaction::NoShapes => shapes_of(&names)?,
                probelang_redaction::Names | probelang_redaction::Types | probelang_redaction::Exclude => {
                    Vec::new()
                }
            };
            settings.policy(|policy| match rule {
                probelang_redaction::Names => policy.with_names(names),
                probelang_redaction::Types => policy.with_types(names),
                probelang_redaction::Exclude => policy.without_names(names),
                probelang_redaction::Shapes if shapes.is_empty() => policy,
                probelang_redaction::Shapes => {
                    let all = shapes.into_iter().fold(policy.shapes(), |all, shape| all.with(shape));
                    policy.with_shapes(all).at_least(Mode::Targeted)
                }
                probelang_redaction::NoShapes => {
                    let all = shapes.into_iter().fold(policy.shapes(), |all, shape| all.without(shape));
                    policy.with_shapes(all)
                }
            });
            Ok(())
        })
    }
}

/// Shapes by their names.
fn shapes_of(names: &[&str]) -> Result<Vec<Shape>, Stop> {
    names.iter().map(|name| Shape::find(name).ok_or_else(|| probelang_status::Unknown.into())).collect()
}

/// Sets what of texts is hidden because of what they say: `off`, the mode of a new engine; `targeted`, each part that
/// looks like a secret; `strict`, every text. Expressions see the texts; messages, values and captures do not show what is
/// hidden. `PROBELANG_STATUS_UNKNOWN` for another name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_redaction(
    engine: *mut probelang_engine,
    mode: *const c_char,
    len: usize,
) -> probelang_status {
    boundary! {
        let mode = Mode::find(text(mode, len)?).ok_or(probelang_status::Unknown)?;
        change(engine, |settings| {
            settings.policy(|policy| policy.with_mode(mode));
            Ok(())
        })
    }
}

/// Hides the parts of texts that a pattern of your own matches; it is written and bounded as those of the function
/// `matches` are. Its name, of at most 64 letters, digits, `-` and `_`, is for messages; a pattern of the same name is
/// replaced. Where the mode is off, it becomes *targeted*. `PROBELANG_STATUS_REJECTED` for a pattern or a name that cannot
/// be: the report says why.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_redact_pattern(
    engine: *mut probelang_engine,
    name: probelang_str,
    pattern: probelang_str,
    report: *mut *mut crate::report::probelang_report,
) -> probelang_status {
    boundary! { report report;
        let (name, pattern) = (text_of(name)?, text_of(pattern)?);
        if let Err(wrong) = probelang::TextPattern::check_name(name) {
            return Err(Stop::saying(probelang_status::Rejected, wrong));
        }
        let finder = probelang::TextPattern::new(pattern).map_err(|diagnostic| {
            let form = crate::report::Form::Text;
            let message = diagnostic.message.clone();
            let said = crate::report::Report::diagnostics(message, vec![*diagnostic], pattern.to_owned(), form);
            Stop::with(probelang_status::Rejected, said)
        })?;
        change(engine, |settings| {
            settings.policy(|policy| policy.with_pattern(name, Arc::new(finder)).at_least(Mode::Targeted));
            Ok(())
        })
    }
}

/// Sets the steps and nanoseconds that a run without a budget may spend, and the limits of new budgets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_limits(
    engine: *mut probelang_engine,
    steps: u64,
    nanoseconds: u64,
) -> probelang_status {
    boundary! {
        change(engine, |settings| {
            let limits = RunLimits::default().with_steps(steps);
            settings.run = limits.with_deadline(Duration::from_nanos(nanoseconds));
            Ok(())
        })
    }
}

/// How much of a value a message shows, and of a message as a whole. 0 keeps the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_text_limits {
    /// `sizeof(probelang_text_limits)`.
    pub size: usize,
    /// Levels of collections and objects.
    pub depth: usize,
    /// Elements of a collection.
    pub items: usize,
    /// Fields of an object.
    pub fields: usize,
    /// Characters of a string.
    pub string: usize,
    /// Characters of a message.
    pub message: usize,
}

// SAFETY: numbers.
unsafe impl Zero for probelang_text_limits {}

/// How much of a value a message shows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_text_limits(
    engine: *mut probelang_engine,
    limits: *const probelang_text_limits,
) -> probelang_status {
    boundary! {
        let given = sized(limits)?;
        change(engine, |settings| {
            let mut limits = probelang::output::TextLimits::default();
            for (place, given) in [
                (&mut limits.depth, given.depth),
                (&mut limits.items, given.items),
                (&mut limits.fields, given.fields),
                (&mut limits.string, given.string),
                (&mut limits.message, given.message),
            ] {
                if given != 0 {
                    *place = given;
                }
            }
            settings.change(|engine| engine.text_limits(limits));
            Ok(())
        })
    }
}

/// Reads a growable struct of the caller; what it does not have is zero.
pub(crate) fn sized<T: Zero>(given: *const T) -> Result<T, Stop> {
    if given.is_null() {
        return Err(probelang_status::Null.into());
    }
    if !given.is_aligned() {
        return Err(probelang_status::WrongSize.into());
    }
    // SAFETY: a growable struct begins with its size, and the caller has that many bytes.
    unsafe {
        let size = given.cast::<usize>().read();
        crate::lent::read_sized(given, size, size_of::<usize>())
    }
}

/// Measures deadlines with `now` instead of the clock of the operating system; null restores that one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_set_clock(
    engine: *mut probelang_engine,
    now: probelang_clock,
    data: *mut c_void,
) -> probelang_status {
    boundary! {
        change(engine, |settings| {
            settings.clock = now.map(|now| CallbackClock { now, data });
            Ok(())
        })
    }
}

/// Frees an engine. Programs that were compiled with it stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_engine_free(engine: *mut probelang_engine) -> probelang_status {
    boundary! { handle::free(engine) }
}

/// A table of names: each name that a program mentions gets a number in it, its symbol, when the program is bound. Any
/// number of threads may use one; a look-up waits while a program is being bound.
pub struct probelang_names {
    _opaque: [u8; 0],
}

impl Opaque for probelang_names {
    type Inner = RwLock<Names>;
    const TAG: u64 = tag(4);
}

/// A new, empty table. Bound programs do not need it any more; hosts that look up names do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_names_new(out: *mut *mut probelang_names) -> probelang_status {
    boundary! {
        give(out, RwLock::new(Names::new()))?;
        Ok(probelang_status::Ok)
    }
}

/// The number of names. Symbols are the numbers below it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_names_count(
    names: *const probelang_names,
    out: *mut usize,
) -> probelang_status {
    boundary! {
        let names = shared(names)?;
        put(out, names.read().unwrap_or_else(std::sync::PoisonError::into_inner).len())?;
        Ok(probelang_status::Ok)
    }
}

/// The name of a symbol, lent until the table is freed. `PROBELANG_STATUS_OUT_OF_RANGE` for a number that the table did
/// not hand out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_names_text(
    names: *const probelang_names,
    symbol: u32,
    out: *mut probelang_str,
) -> probelang_status {
    boundary! {
        let names = shared(names)?.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if symbol as usize >= names.len() {
            return Ok(probelang_status::OutOfRange);
        }
        // a table only grows, and its texts stay where they are
        put(out, probelang_str::lend(names.text(Symbol(symbol))))?;
        Ok(probelang_status::Ok)
    }
}

/// The symbol of a name, which is added if it is new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_names_symbol(
    names: *mut probelang_names,
    name: *const c_char,
    len: usize,
    out: *mut u32,
) -> probelang_status {
    boundary! {
        let name = text(name, len)?;
        let mut names = shared(names.cast_const())?.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        put(out, names.symbol(name).0)?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_names_free(names: *mut probelang_names) -> probelang_status {
    boundary! { handle::free(names) }
}

/// What a name is used for.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_use {
    /// A variable.
    Variable = 0,
    /// A name of the probe, with its `@`: `@return`.
    At = 1,
    /// A field of an object, or the key of an entry.
    Field = 2,
    /// The key of an entry.
    Key = 3,
}

numbered!(probelang_use as u32: Variable At Field Key);

/// Returns the symbol of a name, a number of the host's choice. `use_` is a `probelang_use`. The same name and use
/// always get the same symbol; a name that no host knows gets a symbol that hosts answer with absent.
pub type probelang_resolve =
    Option<unsafe extern "C" fn(data: *mut c_void, name: *const c_char, len: usize, use_: u32) -> u32>;

/// Names resolved by the caller.
pub(crate) struct Resolver {
    pub resolve: unsafe extern "C" fn(data: *mut c_void, name: *const c_char, len: usize, use_: u32) -> u32,
    pub data: *mut c_void,
}

impl Resolver {
    pub fn of(resolve: probelang_resolve, data: *mut c_void) -> Result<Self, Stop> {
        Ok(Self { resolve: resolve.ok_or(probelang_status::Null)?, data })
    }
}

impl Resolve for Resolver {
    fn resolve(&mut self, name: &str, usage: Use) -> Symbol {
        let usage = match usage {
            Use::Variable => probelang_use::Variable,
            Use::At => probelang_use::At,
            Use::Field => probelang_use::Field,
            Use::Key => probelang_use::Key,
        };
        // SAFETY: the caller gave the function together with its data; the name is lent for the call.
        Symbol(unsafe { (self.resolve)(self.data, name.as_ptr().cast(), name.len(), usage as u32) })
    }
}

/// Binds with a table.
pub(crate) fn with_names<R>(
    names: *mut probelang_names,
    bind: impl FnOnce(&mut dyn Resolve) -> Result<R, Stop>,
) -> Result<R, Stop> {
    let lock = shared(names.cast_const())?;
    bind(&mut *lock.write().unwrap_or_else(std::sync::PoisonError::into_inner))
}
