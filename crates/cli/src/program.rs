//! From a source to a tree, and what went wrong on the way.

use probelang_syntax::{Limits, Parsed, SourceKind, Tree, parse, wire};

use crate::args::Kind;
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::render::Origin;
use crate::source::{Form, Source};

/// A program that was read, and what it was read from.
#[derive(Debug)]
pub struct Program {
    /// What was read.
    pub source: Source,
    /// The tree.
    pub tree: Tree,
}

impl Kind {
    /// What a program of this kind is read as.
    pub const fn source_kind(self) -> SourceKind {
        match self {
            Self::Template => SourceKind::Template,
            Self::Condition | Self::Value | Self::Metric => SourceKind::Expression,
        }
    }
}

/// The kind of a program that nobody named: JSON segments are a template, everything else a value.
pub fn kind_of(source: &Source, asked: Option<Kind>) -> Kind {
    asked.unwrap_or_else(|| match source.form {
        Form::Wire if source.text.trim_start().starts_with('[') => Kind::Template,
        _ => Kind::Value,
    })
}

/// Reads `source` as a program of that kind.
pub fn parsed(source: &Source, kind: Kind) -> Parsed {
    let limits = Limits::default();
    match source.form {
        Form::Text => parse(&source.text, kind.source_kind(), &limits),
        Form::Wire => wire::read(&source.text, kind.source_kind(), &limits),
    }
}

impl Program {
    /// Reads `source`, tells what is to be told, and ends the command where there are errors.
    ///
    /// # Errors
    /// With the status of a wrong expression.
    pub fn read(source: Source, kind: Kind, console: &mut Console) -> Result<Self, Failure> {
        let Parsed { tree, diagnostics, .. } = parsed(&source, kind);
        let Some(tree) = tree else {
            let origin = Origin { name: &source.name, text: &source.text, spans: source.form == Form::Text };
            console.tell(&origin, &diagnostics);
            return Err(Failure::Told(Status::Expression));
        };
        let program = Self { source, tree };
        console.tell(&program.origin(), &diagnostics);
        Ok(program)
    }

    /// The text that spans of the tree count in.
    pub fn origin(&self) -> Origin<'_> {
        Origin { name: &self.source.name, text: self.tree.source(), spans: true }
    }
}
