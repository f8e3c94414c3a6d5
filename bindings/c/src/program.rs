//! Programs: compiled, loaded, bound.

use std::ffi::c_void;

use probelang::host::{Allowance, Resolve};
use probelang::{Bound, Condition, Expression, Metric, Program, ProgramKind, Template};

use crate::boundary::{Stop, boundary};
use crate::engine::{
    CallbackClock, Resolver, Settings, probelang_engine, probelang_names, probelang_resolve, settings,
    with_names,
};
use crate::handle::{self, Opaque, give, shared, tag};
use crate::report::{Report, probelang_report};
#[cfg(feature = "front-end")]
use crate::status::Numbered;
use crate::status::{numbered, probelang_status};
use crate::text::{bytes, probelang_str, put};

/// What a program is for.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_program_kind {
    /// A Boolean: the `when` of a probe.
    Condition = 0,
    /// Any value.
    Value = 1,
    /// A finite number.
    Metric = 2,
    /// Text with `{expression}` parts.
    Template = 3,
}

numbered!(probelang_program_kind as u32: Condition Value Metric Template);

/// The kind with this number.
#[cfg(feature = "front-end")]
pub(crate) fn kind_of(number: u32) -> Result<ProgramKind, Stop> {
    Ok(match probelang_program_kind::given(number)? {
        probelang_program_kind::Condition => ProgramKind::Condition,
        probelang_program_kind::Value => ProgramKind::Value,
        probelang_program_kind::Metric => ProgramKind::Metric,
        probelang_program_kind::Template => ProgramKind::Template,
    })
}

/// The number of a kind.
pub(crate) const fn number_of(kind: ProgramKind) -> u32 {
    let kind = match kind {
        ProgramKind::Condition => probelang_program_kind::Condition,
        ProgramKind::Value => probelang_program_kind::Value,
        ProgramKind::Metric => probelang_program_kind::Metric,
        ProgramKind::Template => probelang_program_kind::Template,
    };
    kind as u32
}

/// A compiled program. Immutable; any number of threads may use one.
pub struct probelang_program {
    _opaque: [u8; 0],
}

impl Opaque for probelang_program {
    type Inner = Compiled;
    const TAG: u64 = tag(5);
}

/// The inside of a program, with the settings of its engine.
pub(crate) struct Compiled {
    pub program: Program,
    settings: Settings,
}

impl Compiled {
    #[cfg(feature = "front-end")]
    pub const fn new(program: Program, settings: Settings) -> Self {
        Self { program, settings }
    }
}

/// Loads a program from the bytes of an artifact, which are verified.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_load(
    engine: *const probelang_engine,
    artifact: *const u8,
    len: usize,
    out: *mut *mut probelang_program,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let settings = settings(engine)?;
        let program = settings.engine.load(bytes(artifact.cast(), len)?);
        let program = program.map_err(|error| Stop::saying(probelang_status::Rejected, error.to_string()))?;
        give(out, Compiled { program, settings })?;
        Ok(probelang_status::Ok)
    }
}

/// Copies the program to `buffer` as an artifact, for `probelang_load`; with `stripped` 1, without source and places.
/// `needed` gets the size of the whole in bytes; if `room` is less, nothing is copied and the status is
/// `PROBELANG_STATUS_TOO_SMALL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_program_artifact(
    program: *const probelang_program,
    stripped: u32,
    buffer: *mut u8,
    room: usize,
    needed: *mut usize,
) -> probelang_status {
    boundary! {
        let program = &shared(program)?.program;
        let artifact = if stripped == 0 { program.to_bytes() } else { program.to_stripped_bytes() };
        put(needed, artifact.len())?;
        if room < artifact.len() {
            return Ok(probelang_status::TooSmall);
        }
        if buffer.is_null() {
            return Ok(probelang_status::Null);
        }
        // SAFETY: the caller lends `room` bytes, which are enough.
        unsafe { std::ptr::copy_nonoverlapping(artifact.as_ptr(), buffer, artifact.len()) };
        Ok(probelang_status::Ok)
    }
}

/// What the program is for: a `probelang_program_kind`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_program_get_kind(
    program: *const probelang_program,
    out: *mut u32,
) -> probelang_status {
    boundary! {
        put(out, number_of(shared(program)?.program.kind()))?;
        Ok(probelang_status::Ok)
    }
}

/// The text that places count in: the source, or the canonical text of a program from JSON. Lent until the program is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_program_source(
    program: *const probelang_program,
    out: *mut probelang_str,
) -> probelang_status {
    boundary! {
        put(out, probelang_str::lend(shared(program)?.program.source()))?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a program. Bound programs stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_program_free(program: *mut probelang_program) -> probelang_status {
    boundary! { handle::free(program) }
}

/// A program bound to a family of hosts: all that share one meaning of symbols. Immutable; any number of threads may
/// run one.
pub struct probelang_bound {
    _opaque: [u8; 0],
}

impl Opaque for probelang_bound {
    type Inner = Ready;
    const TAG: u64 = tag(6);
}

/// The inside of a bound program.
pub(crate) struct Ready {
    pub program: Kinds,
    /// What a run may spend without a budget of its own.
    pub allowance: Allowance,
    pub clock: Option<CallbackClock>,
    /// The variables that it asks for.
    variables: Vec<(String, u32)>,
}

/// A bound program, by its kind.
pub(crate) enum Kinds {
    Condition(Bound<Condition>),
    Value(Bound<Expression>),
    Metric(Bound<Metric>),
    Template(Bound<Template>),
    #[cfg(feature = "front-end")]
    /// With the text that its places count in.
    Traced(probelang::BoundTraced, String),
}

impl Ready {
    fn new(compiled: &Compiled, program: Kinds) -> Self {
        let variables = match &program {
            Kinds::Condition(bound) => variables(bound),
            Kinds::Value(bound) => variables(bound),
            Kinds::Metric(bound) => variables(bound),
            Kinds::Template(bound) => variables(bound),
            #[cfg(feature = "front-end")]
            Kinds::Traced(..) => Vec::new(),
        };
        let Settings { run, clock, .. } = compiled.settings;
        Self { program, allowance: Allowance::new(run), clock, variables }
    }

    fn bind(compiled: &Compiled, names: &mut dyn Resolve) -> Result<Self, Stop> {
        let program = compiled.program.clone();
        // the kind was asked, so that the conversions do not fail
        let other = |_| Stop::from(probelang_status::WrongKind);
        let bound = match program.kind() {
            ProgramKind::Condition => {
                Kinds::Condition(Condition::try_from(program).map_err(other)?.bind(names))
            }
            ProgramKind::Value => Kinds::Value(Expression::try_from(program).map_err(other)?.bind(names)),
            ProgramKind::Metric => Kinds::Metric(Metric::try_from(program).map_err(other)?.bind(names)),
            ProgramKind::Template => Kinds::Template(Template::try_from(program).map_err(other)?.bind(names)),
        };
        Ok(Self::new(compiled, bound))
    }

    #[cfg(feature = "front-end")]
    fn bind_traced(compiled: &Compiled, names: &mut dyn Resolve) -> Result<Self, Stop> {
        let traced = compiled.program.traced().ok_or(probelang_status::WrongKind)?;
        Ok(Self::new(compiled, Kinds::Traced(traced.bind(names), traced.source().to_owned())))
    }
}

fn variables<P>(bound: &Bound<P>) -> Vec<(String, u32)> {
    bound.variables().iter().map(|variable| (variable.name.to_owned(), variable.symbol.0)).collect()
}

/// Binds a program to the hosts that know the symbols of `names`. Linear in the size of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bind(
    program: *const probelang_program,
    names: *mut probelang_names,
    out: *mut *mut probelang_bound,
) -> probelang_status {
    boundary! {
        let compiled = shared(program)?;
        give(out, with_names(names, |names| Ready::bind(compiled, names))?)?;
        Ok(probelang_status::Ok)
    }
}

/// Binds a program to hosts with symbols of their choice. `resolve` is called for each name before this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bind_with(
    program: *const probelang_program,
    resolve: probelang_resolve,
    data: *mut c_void,
    out: *mut *mut probelang_bound,
) -> probelang_status {
    boundary! {
        let mut names = Resolver::of(resolve, data)?;
        give(out, Ready::bind(shared(program)?, &mut names)?)?;
        Ok(probelang_status::Ok)
    }
}

/// As `probelang_bind`, for `probelang_trace` only. `PROBELANG_STATUS_WRONG_KIND` for a program from an artifact.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bind_traced(
    program: *const probelang_program,
    names: *mut probelang_names,
    out: *mut *mut probelang_bound,
) -> probelang_status {
    boundary! {
        let compiled = shared(program)?;
        give(out, with_names(names, |names| Ready::bind_traced(compiled, names))?)?;
        Ok(probelang_status::Ok)
    }
}

/// As `probelang_bind_with`, for `probelang_trace` only.
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bind_traced_with(
    program: *const probelang_program,
    resolve: probelang_resolve,
    data: *mut c_void,
    out: *mut *mut probelang_bound,
) -> probelang_status {
    boundary! {
        let mut names = Resolver::of(resolve, data)?;
        give(out, Ready::bind_traced(shared(program)?, &mut names)?)?;
        Ok(probelang_status::Ok)
    }
}

/// Variable `index`, from 0, of those that the program may ask a host for: its name, lent until the bound program is
/// freed, and its symbol. Redacted names are not listed. `PROBELANG_STATUS_OUT_OF_RANGE` after the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bound_variable(
    bound: *const probelang_bound,
    index: usize,
    name: *mut probelang_str,
    symbol: *mut u32,
) -> probelang_status {
    boundary! {
        let (text, number) = shared(bound)?.variables.get(index).ok_or(probelang_status::OutOfRange)?;
        put(name, probelang_str::lend(text))?;
        put(symbol, *number)?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a bound program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_bound_free(bound: *mut probelang_bound) -> probelang_status {
    boundary! { handle::free(bound) }
}

/// Warnings of a program, where there are some.
#[cfg(feature = "front-end")]
pub(crate) fn warnings(program: &Program) -> Option<Report> {
    let first = program.warnings().first()?;
    let (message, source) = (first.message.clone(), program.source().to_owned());
    Some(Report::diagnostics(message, program.warnings().to_vec(), source, crate::report::Form::Text))
}
