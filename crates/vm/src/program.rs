//! A compiled program.

pub(crate) mod artifact;
pub(crate) mod disassemble;
pub(crate) mod ids;
pub(crate) mod instr;
pub(crate) mod tables;
pub(crate) mod verify;

use std::sync::Arc;

use probelang_diagnostic::{Span, json_path};
use probelang_dialect::{Dialect, LoopOp, PatternLimits, ProgramKind, Regex};

use self::ids::{ConstId, LoopId, PatternId, PlaceId, SymbolId, Table};
use self::instr::{Instr, Target};
use self::tables::{Catch, Const, LoopDef, Part, Place};

/// A regular expression, as written and compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As the author wrote it.
    pub source: Box<str>,
    /// Compiled, with the anchors that the dialect puts around it.
    pub regex: Regex,
    /// Bytes within which it compiles.
    pub size: usize,
}

/// Where the places of a wire program are in its JSON.
#[derive(Clone, PartialEq, Debug)]
pub struct Origins {
    /// The JSON text.
    pub json: Arc<str>,
    /// For each of [`Debug::spans`] the byte at which its value starts.
    pub at: Vec<u32>,
}

/// What the report of a fault needs: text, spans, paths. Running never touches it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Debug {
    /// The text that spans speak of.
    pub source: Arc<str>,
    /// For each instruction the first of its places in `spans`: the node itself, then each read of each
    /// operand, in order.
    pub sites: Vec<u32>,
    /// Spans.
    pub spans: Vec<Span>,
    /// For wire programs: what paths are made of.
    pub origins: Option<Origins>,
    /// For traced programs: the nodes of the tree.
    pub traced: Option<Box<Traced>>,
}

/// What the observer of a traced program knows of its tree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Traced {
    /// How many nodes there are.
    pub nodes: u32,
    /// The node of each of [`Debug::spans`].
    pub sites: Vec<u32>,
    /// The loops, by id; one inside another comes after it.
    pub loops: Table<LoopId, TracedLoop>,
}

/// A loop of a traced program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracedLoop {
    /// Its node.
    pub node: u32,
    /// Its operation.
    pub op: LoopOp,
    /// The nodes of its predicate.
    pub body: Vec<u32>,
    /// The loops in its predicate.
    pub inner: Vec<LoopId>,
}

/// The tables of a program, before they are taken for one.
#[derive(Clone, Debug)]
pub struct Tables {
    /// What it is for.
    pub kind: ProgramKind,
    /// Instructions.
    pub code: Vec<Instr>,
    /// Where the program starts; a template's parts have their own entries.
    pub entry: Target,
    /// Parts of a template.
    pub parts: Vec<Part>,
    /// Constants.
    pub constants: Table<ConstId, Const>,
    /// Names.
    pub symbols: Table<SymbolId, Box<str>>,
    /// Places.
    pub places: Table<PlaceId, Place>,
    /// Loops.
    pub loops: Table<LoopId, LoopDef>,
    /// Regions of `isDefined`.
    pub catches: Vec<Catch>,
    /// Regular expressions.
    pub patterns: Table<PatternId, Pattern>,
    /// Slots of the frame.
    pub slots: u16,
    /// What the dialect chooses.
    pub dialect: Dialect,
    /// Limits of computed patterns.
    pub pattern_limits: PatternLimits,
    /// Text, spans and paths.
    pub debug: Debug,
}

/// A compiled program: immutable, shared by threads, bound to no host. A policy of redaction is in it as far
/// as it decided literal names when it was compiled; the one of the process is added when it is
/// [linked](Program::link).
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) tables: Tables,
    /// Symbol of `this`, for implicit members.
    pub(crate) this: Option<SymbolId>,
}

impl Program {
    /// Takes tables for a program, if they hold together.
    ///
    /// # Errors
    /// [`Invalid`](crate::Invalid) with what does not hold.
    pub fn new(tables: Tables) -> Result<Self, crate::Invalid> {
        verify::verify(&tables)?;
        Ok(Self { this: this(&tables), tables })
    }

    /// As [`new`](Self::new), for threads to share.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn shared(tables: Tables) -> Result<Arc<Self>, crate::Invalid> {
        Self::new(tables).map(Arc::new)
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> ProgramKind {
        self.tables.kind
    }

    /// The names that it reads: variables, fields, `@`-names, each once, in the order of their first use.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.symbols.items().iter().map(AsRef::as_ref)
    }

    /// Bytes that its patterns count with against [`PatternLimits::together`].
    #[must_use]
    pub fn pattern_bytes(&self) -> usize {
        let patterns = self.tables.patterns.items().iter();
        patterns.fold(0, |sum: usize, pattern| sum.saturating_add(pattern.size))
    }

    /// The text that the spans of its faults speak of: the source, or the canonical text of a wire program.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.tables.debug.source
    }

    /// The dialect that it was compiled for.
    #[must_use]
    pub const fn dialect(&self) -> &Dialect {
        &self.tables.dialect
    }

    /// The tables, for tools.
    #[must_use]
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }

    pub(crate) fn constant(&self, id: ConstId) -> &Const {
        self.tables.constants.get(id).unwrap_or(&Const::Null)
    }

    pub(crate) fn symbol(&self, id: SymbolId) -> &str {
        self.tables.symbols.get(id).map_or("", AsRef::as_ref)
    }

    /// The span of a site.
    pub(crate) fn span(&self, site: u32) -> Span {
        self.tables.debug.spans.get(site as usize).copied().unwrap_or_default()
    }

    /// The RFC 6901 path of a site of a wire program.
    pub(crate) fn path(&self, site: u32) -> Option<String> {
        let origins = self.tables.debug.origins.as_ref()?;
        json_path(&origins.json, *origins.at.get(site as usize)?)
    }
}

/// The symbol of `this`.
fn this(tables: &Tables) -> Option<SymbolId> {
    tables.symbols.find(|name| &**name == "this")
}
