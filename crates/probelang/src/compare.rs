//! One program under several dialects, and the rules that make the difference.

use std::sync::Arc;

use probelang_diagnostic::Diagnostic;
use probelang_dialect::ProgramKind;
use probelang_host::{Host, Names, Resolve, Symbol, Use};
use probelang_syntax::Tree;

use crate::dialect::{Dialect, Preset, Row, deciding_rows};
use crate::{Answer, Bound, CompileError, Engine, Program, Scope, Source};

/// A program compiled for every dialect, to be run over the same values.
///
/// ```
/// use probelang::dialect::Preset;
/// use probelang::{Answer, Document, Engine, ProgramKind};
///
/// let engine = Engine::new();
/// let comparison = engine.compare(ProgramKind::Condition, r#"matches(name, "bc")"#)?;
/// let name = Document::parse(br#"{"name": "abcd"}"#)?;
/// let answers = comparison.run(&name, Preset::Portable, &[Preset::Java]);
/// assert_eq!(answers[0].answer, Some(Answer::Truth(true)));
/// assert_eq!(answers[1].answer, Some(Answer::Truth(false)));
/// let rows: Vec<_> = answers[1].rows.iter().flatten().map(|row| row.name()).collect();
/// assert_eq!(rows, ["matches"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Comparison {
    engine: Engine,
    kind: ProgramKind,
    tree: Arc<Tree>,
    names: Names,
    programs: Vec<(Preset, Compiled)>,
}

/// A program under one dialect, or the error that rejects it there.
type Compiled = Result<Bound<Program>, Box<Diagnostic>>;

/// What a program gives under one dialect.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DialectAnswer {
    /// The dialect.
    pub preset: Preset,
    /// The answer; `None` if the program does not compile under this dialect.
    pub answer: Option<Answer>,
    /// The error that rejects the program under this dialect.
    pub rejected: Option<Diagnostic>,
    /// The smallest set of rows of the dialect table that, switched in the base, gives this answer: empty if the
    /// answers are equal, `None` if no set does.
    pub rows: Option<Vec<Row>>,
}

impl Engine {
    /// Compiles a source for every dialect.
    ///
    /// # Errors
    /// [`CompileError`] if the source cannot be read. That it does not compile under some dialect is an answer.
    pub fn compare<'s>(
        &self,
        kind: ProgramKind,
        source: impl Into<Source<'s>>,
    ) -> Result<Comparison, CompileError> {
        let source = source.into();
        let parsed = self.parse(kind, source);
        let Some(tree) = parsed.tree else {
            return Err(CompileError::unread(parsed.diagnostics, source));
        };
        Ok(self.compare_tree(kind, tree))
    }

    /// As [`compare`](Self::compare), from a tree that was read before.
    #[must_use]
    pub fn compare_tree(&self, kind: ProgramKind, tree: impl Into<Arc<Tree>>) -> Comparison {
        let (engine, tree) = (self.clone(), tree.into());
        let mut comparison = Comparison { engine, kind, tree, names: Names::new(), programs: Vec::new() };
        // all are bound to one table, so that it has whatever name a choice of any of them reads
        let mut names = Names::new();
        let programs =
            Preset::ALL.into_iter().map(|preset| (preset, comparison.program(preset.dialect(), &mut names)));
        comparison.programs = programs.collect();
        comparison.names = names;
        comparison
    }
}

impl Comparison {
    /// The table of names of the hosts that [`over`](Self::over) takes.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Runs the program over a scope under `base` and then under each of `others`, each within a budget of its
    /// own.
    #[must_use]
    pub fn run(&self, scope: &impl Scope, base: Preset, others: &[Preset]) -> Vec<DialectAnswer> {
        self.over(&scope.host(&self.names), base, others)
    }

    /// As [`run`](Self::run), over a host that looks names up in [`names`](Self::names).
    #[must_use]
    pub fn over(&self, host: &dyn Host, base: Preset, others: &[Preset]) -> Vec<DialectAnswer> {
        let of = |preset: Preset| {
            let program = self.programs.iter().find(|(other, _)| *other == preset);
            program.map_or(Given { answer: None, rejected: None }, |(_, program)| self.given(program, host))
        };
        std::iter::once(base)
            .chain(others.iter().copied().filter(|preset| *preset != base))
            .map(|preset| {
                let given = of(preset);
                let same = |dialect: &Dialect| {
                    self.given(&self.program(*dialect, &mut Known(&self.names)), host).reads_as(&given)
                };
                let rows = deciding_rows(&base.dialect(), &preset.dialect(), same);
                DialectAnswer { preset, answer: given.answer, rejected: given.rejected, rows }
            })
            .collect()
    }

    fn given(&self, program: &Compiled, host: &dyn Host) -> Given {
        match program {
            Ok(bound) => {
                let answer = self.engine.settings.with_budget(|budget| bound.run(host, budget));
                Given { answer: Some(answer), rejected: None }
            }
            Err(rejected) => Given { answer: None, rejected: Some((**rejected).clone()) },
        }
    }

    fn program(&self, dialect: Dialect, names: &mut dyn Resolve) -> Compiled {
        let engine = self.engine.clone().dialect(dialect);
        match engine.compile_tree(self.kind, Arc::clone(&self.tree), Vec::new()) {
            Ok(program) => Ok(program.bind(names)),
            Err(error) => {
                let rejected = error.diagnostics.into_iter().find(Diagnostic::is_error);
                Err(Box::new(rejected.unwrap_or_else(|| {
                    let message = "the program is rejected without an error";
                    let code = probelang_diagnostic::fault::INTERNAL;
                    Diagnostic::new(code, probelang_diagnostic::Span::default(), message)
                })))
            }
        }
    }
}

/// What one dialect gives.
struct Given {
    answer: Option<Answer>,
    rejected: Option<Diagnostic>,
}

impl Given {
    /// Whether a person reads the same in both: the same value or text, or the same complaint.
    fn reads_as(&self, other: &Self) -> bool {
        let complaint = |given: &Self| match (&given.answer, &given.rejected) {
            (Some(Answer::Fault(fault)), _) => Some((fault.code, fault.message.clone())),
            (_, Some(rejected)) => Some((rejected.code, rejected.message.clone())),
            _ => None,
        };
        let value = |given: &Self| given.answer.as_ref().and_then(Answer::to_json);
        value(self) == value(other) && complaint(self) == complaint(other)
    }
}

/// The names that are known already: a program with other choices reads no others.
struct Known<'n>(&'n Names);

impl Resolve for Known<'_> {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        self.0.find(name).unwrap_or(Symbol(u32::MAX))
    }
}
