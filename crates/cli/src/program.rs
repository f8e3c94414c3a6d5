//! From the command line to an engine, from a source to a tree and a program, and what goes wrong on the way.

use std::sync::Arc;

use probelang::check::Schema;
use probelang::diagnostic::SourceText;
use probelang::syntax::{Parsed, Tree};
use probelang::{CompileError, Engine, Program, ProgramKind, Terms};

use crate::args::Common;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::source::{NamedSource, display_name, read_file};

/// What the command calls settings.
pub const FLAGS: Terms = Terms {
    redact: "--redact",
    redact_exclude: "--redact-exclude {}",
    redact_types: "--redact-type",
    names: "`probelang redaction`",
    mode: "--redaction",
    shape_exclude: "--no-redact-shape {}",
    patterns: "--redact-pattern",
};

impl Common {
    /// An engine with the dialect and the redaction of the command line.
    pub fn engine(&self) -> Engine {
        Engine::new().dialect(self.dialect()).policy(self.policy()).terms(&FLAGS)
    }

    /// An engine that knows the schema too, if one was given.
    ///
    /// # Errors
    /// If the schema cannot be read; its errors are reported.
    pub fn engine_with_schema(&self, console: &Console) -> Result<Engine, Failure> {
        let engine = self.engine();
        Ok(match self.schema(console)? {
            Some(schema) => engine.schema(schema),
            None => engine,
        })
    }

    /// The schema, if one was given.
    ///
    /// # Errors
    /// If it cannot be read; its errors are reported.
    pub fn schema(&self, console: &Console) -> Result<Option<Schema>, Failure> {
        let Some(path) = &self.schema else { return Ok(None) };
        let text = read_file(path)?;
        Schema::parse(&text).map(Some).map_err(|diagnostics| {
            let name = display_name(path);
            console.report(&SourceText::unread_json(&name, &text), &diagnostics);
            Failure::Told(Status::Input)
        })
    }
}

/// A source that was read as a program.
#[derive(Debug)]
pub struct SourceTree {
    /// What was read.
    pub source: NamedSource,
    /// What the program is for.
    pub kind: ProgramKind,
    /// The tree.
    pub tree: Arc<Tree>,
}

/// The kind that was asked for, else the usual one of such a source.
pub fn kind_of(source: &NamedSource, asked: Option<ProgramKind>) -> ProgramKind {
    asked.unwrap_or_else(|| source.source().usual_kind())
}

/// As [`kind_of`], but a source whose value is a Boolean is a condition.
pub fn inferred_kind(engine: &Engine, source: &NamedSource, asked: Option<ProgramKind>) -> ProgramKind {
    asked.unwrap_or_else(|| engine.inferred_kind(source.source()))
}

impl SourceTree {
    /// Reads `source`, reports its diagnostics, and ends the command if there are errors.
    ///
    /// # Errors
    /// With the status of a wrong expression.
    pub fn read(source: NamedSource, kind: ProgramKind, console: &Console) -> Result<Self, Failure> {
        let Parsed { tree, diagnostics, .. } = Engine::new().parse(kind, source.source());
        let Some(tree) = tree else {
            console.report(&source.unread(), &diagnostics);
            return Err(Failure::Told(Status::Expression));
        };
        let read = Self { source, kind, tree: Arc::new(tree) };
        console.report(&read.text(), &diagnostics);
        Ok(read)
    }

    /// The text that spans of the tree count in. Linear in it.
    pub fn text(&self) -> SourceText<'_> {
        SourceText::new(&self.source.name, self.tree.source())
    }

    /// Compiles the tree and reports the diagnostics, with a schema also those of checking.
    ///
    /// # Errors
    /// With the status of a wrong expression.
    pub fn compile(&self, engine: &Engine, console: &Console) -> Result<Program, Failure> {
        let program = self.compile_quietly(engine, console)?;
        console.report(&self.text(), program.warnings());
        Ok(program)
    }

    /// As [`compile`](Self::compile), without the warnings of a program that compiles.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_quietly(&self, engine: &Engine, console: &Console) -> Result<Program, Failure> {
        let compiled = if engine.known_names().is_some() {
            let checked = engine.check_tree(self.kind, Arc::clone(&self.tree));
            engine.compile_checked(checked, Vec::new())
        } else {
            engine.compile_tree(self.kind, Arc::clone(&self.tree), Vec::new())
        };
        match compiled {
            Ok(program) => Ok(program),
            Err(CompileError { diagnostics, .. }) => {
                console.report(&self.text(), &diagnostics);
                Err(Failure::Told(Status::Expression))
            }
        }
    }
}
