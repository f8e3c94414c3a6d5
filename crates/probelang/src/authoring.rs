//! The front end of the facade: compile, check, complete, format, convert, explain.

use std::collections::HashSet;
use std::sync::Arc;

use probelang_check::{Applied, Candidate, Checked, Fixed, Form, Hover, Report, Sizes};
use probelang_compile::{Compiled, Options, compile};
use probelang_diagnostic::{Code, Diagnostic, Span, lint};
use probelang_dialect::ProgramKind;
use probelang_syntax::{Lexeme, Limits, Parsed, Tree, lex, parse, print, wire};

use crate::check::Schema;
use crate::dialect::{Dialect, Preset};
use crate::repair;
use crate::trace::Origin;
use crate::{CompileError, Condition, Engine, Expression, Metric, Program, Source, Template};

/// What reading, checking and compiling are told besides the source.
#[derive(Clone, Default, Debug)]
pub(crate) struct Authoring {
    pub(crate) dialect: Dialect,
    limits: Limits,
    strict: bool,
    schema: Option<Arc<Schema>>,
    targets: Vec<Preset>,
    sizes: Sizes,
    max_cost: Option<u64>,
}

/// Settings of the front end.
impl Engine {
    /// Gives the answers of that runtime: a [`Preset`], or a [`Dialect`] with choices of your own.
    #[must_use]
    pub fn dialect(mut self, dialect: impl Into<Dialect>) -> Self {
        self.authoring.dialect = dialect.into();
        self
    }

    /// Bounds text and tree of the sources read from now on.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.authoring.limits = limits;
        self
    }

    /// Rejects programs with an operation that is certain to fault, instead of warning.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.authoring.strict = strict;
        self
    }

    /// What is known of the names in scope, for checks, completion, hover and cost. No answer of a program
    /// depends on it.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<Arc<Schema>>) -> Self {
        self.authoring.schema = Some(schema.into());
        self
    }

    /// What is known of the names in scope, if a [schema](Self::schema) was given.
    #[must_use]
    pub const fn known_names(&self) -> Option<&Arc<Schema>> {
        self.authoring.schema.as_ref()
    }

    /// Reports where these runtimes would answer differently.
    #[must_use]
    pub fn targets(mut self, targets: impl IntoIterator<Item = Preset>) -> Self {
        self.authoring.targets = targets.into_iter().collect();
        self
    }

    /// What the cost bound assumes about collections and strings of unknown size.
    #[must_use]
    pub fn sizes(mut self, sizes: Sizes) -> Self {
        self.authoring.sizes = sizes;
        self
    }

    /// Rejects a program that may take more than `steps` steps.
    #[must_use]
    pub fn max_cost(mut self, steps: u64) -> Self {
        self.authoring.max_cost = Some(steps);
        self
    }
}

/// Compiling.
impl Engine {
    /// Compiles a condition.
    ///
    /// ```
    /// use probelang::{Engine, Source};
    /// let engine = Engine::new();
    /// engine.condition("len(items) > 2")?;
    /// // as a probe configuration carries it
    /// engine.condition(Source::Json(r#"{"dsl": "n > 1", "json": {"gt": [{"ref": "n"}, 1]}}"#))?;
    /// # Ok::<(), probelang::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// [`CompileError`] with every diagnostic, here and in all that follow.
    ///
    /// # Cost
    /// Linear in the source, apart from regular expressions, which have limits of their own.
    pub fn condition<'s>(&self, source: impl Into<Source<'s>>) -> Result<Condition, CompileError> {
        self.compile(ProgramKind::Condition, source).map(Condition::known)
    }

    /// Compiles a template: text with `{expression}` parts, or its segments as JSON.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn template<'s>(&self, source: impl Into<Source<'s>>) -> Result<Template, CompileError> {
        self.compile(ProgramKind::Template, source).map(Template::known)
    }

    /// Compiles a metric.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn metric<'s>(&self, source: impl Into<Source<'s>>) -> Result<Metric, CompileError> {
        self.compile(ProgramKind::Metric, source).map(Metric::known)
    }

    /// Compiles an expression of any value.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn expression<'s>(&self, source: impl Into<Source<'s>>) -> Result<Expression, CompileError> {
        self.compile(ProgramKind::Value, source).map(Expression::known)
    }

    /// Compiles a program whose kind is known at run time.
    ///
    /// # Errors
    /// [`CompileError`].
    pub fn compile<'s>(
        &self,
        kind: ProgramKind,
        source: impl Into<Source<'s>>,
    ) -> Result<Program, CompileError> {
        let source = source.into();
        let Parsed { tree, diagnostics, .. } = self.parse(kind, source);
        match tree {
            Some(tree) => self.compile_tree(kind, tree, diagnostics),
            None => Err(CompileError::unread(diagnostics, source)),
        }
    }

    /// Compiles a tree that was [read](Self::parse) before. `diagnostics` are those of reading it, and of
    /// [checking](Self::check_tree) it if it was checked; those of compiling are added.
    ///
    /// # Errors
    /// [`CompileError`], also if one of `diagnostics` is an error.
    pub fn compile_tree(
        &self,
        kind: ProgramKind,
        tree: impl Into<Arc<Tree>>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> Result<Program, CompileError> {
        let tree = tree.into();
        let options = self.options(kind);
        let program = match compile(&tree, &options) {
            Ok(Compiled { program, warnings }) => {
                diagnostics.extend(warnings);
                Some(program)
            }
            Err(errors) => {
                diagnostics.extend(errors);
                None
            }
        };
        merge(&mut diagnostics);
        match program.filter(|_| !diagnostics.iter().any(Diagnostic::is_error)) {
            Some(program) => {
                let origin = Some(Origin::new(tree, options));
                Ok(Program::new(program, self.settings.clone(), diagnostics, origin))
            }
            None => Err(CompileError::rejected(diagnostics, &tree)),
        }
    }

    pub(crate) fn options(&self, kind: ProgramKind) -> Options {
        Options {
            kind,
            dialect: self.authoring.dialect,
            policy: Arc::clone(&self.settings.policy),
            limits: self.authoring.limits,
            strict: self.authoring.strict,
            schema: self.authoring.schema.clone(),
        }
    }
}

/// Tools for authors, editors and prompts. Pure: no input, output, clock or run of a program.
impl Engine {
    /// Reads a source to a tree.
    #[must_use]
    pub fn parse<'s>(&self, kind: ProgramKind, source: impl Into<Source<'s>>) -> Parsed {
        let limits = &self.authoring.limits;
        match source.into() {
            Source::Text(text) => parse(text, kind.source(), limits),
            Source::Json(json) => wire::read(json, kind.source(), limits),
        }
    }

    /// Checks a source: diagnostics of reading, checking and compiling, types, cost, and what it reads.
    ///
    /// ```
    /// use probelang::check::Schema;
    /// use probelang::{Engine, ProgramKind};
    /// let schema = Schema::parse(r#"{"names": {"total": "number"}}"#).unwrap();
    /// let report = Engine::new().schema(schema).check(ProgramKind::Condition, "totla > 100");
    /// assert_eq!(report.diagnostics[0].message, "the schema has no name totla");
    /// ```
    #[must_use]
    pub fn check<'s>(&self, kind: ProgramKind, source: impl Into<Source<'s>>) -> Report {
        let source = source.into();
        let schema = self.authoring.schema.as_deref();
        let report = probelang_check::check(source.as_str(), schema, &self.checks(kind, form(source)));
        self.complete_report(kind, report)
    }

    /// Checks a tree that was [read](Self::parse) before: types, cost, what it reads, and the diagnostics of
    /// checking only. [`compile_tree`](Self::compile_tree) adds its own to them.
    #[must_use]
    pub fn check_tree(&self, kind: ProgramKind, tree: &Tree) -> Checked {
        let schema = self.authoring.schema.as_deref();
        probelang_check::check_tree(tree, schema, &self.checks(kind, Form::Text))
    }

    /// Applies the safe fixes to a source, and checks what results.
    ///
    /// JSON is repaired as JSON until it can be read. The text of the result is then the repaired JSON.
    #[must_use]
    pub fn fix<'s>(&self, kind: ProgramKind, source: impl Into<Source<'s>>) -> Fixed {
        let source = source.into();
        let schema = self.authoring.schema.as_deref();
        let options = self.checks(kind, form(source));
        let Source::Json(json) = source else {
            let mut fixed = probelang_check::fix(source.as_str(), schema, &options);
            fixed.report = self.complete_report(kind, fixed.report);
            return fixed;
        };
        let (json, mut applied) = self.repaired(kind, json);
        let mut fixed = probelang_check::fix(&json, schema, &options);
        applied.append(&mut fixed.applied);
        fixed.report = self.complete_report(kind, fixed.report);
        fixed.applied = applied;
        fixed
    }

    /// JSON with the safe fixes of its reading applied, until it can be read or none is left.
    fn repaired(&self, kind: ProgramKind, json: &str) -> (String, Vec<Applied>) {
        let mut json = json.to_owned();
        let (mut seen, mut applied) = (HashSet::new(), Vec::new());
        for _ in 0..ROUNDS {
            let parsed = self.parse(kind, Source::Json(&json));
            if parsed.tree.is_some() {
                break;
            }
            match repair::apply(&json, &parsed.diagnostics) {
                Some((fixed, edits)) if seen.insert(fixed.clone()) => {
                    json = fixed;
                    applied.extend(edits);
                }
                _ => break,
            }
        }
        (json, applied)
    }

    /// What can be written at byte `offset` of `source`, the likeliest first. Only text is completed; it need
    /// not be valid.
    #[must_use]
    pub fn complete(&self, kind: ProgramKind, source: &str, offset: u32) -> Vec<Candidate> {
        let schema = self.authoring.schema.as_deref();
        probelang_check::complete(source, offset, schema, &self.checks(kind, Form::Text))
    }

    /// What is written at byte `offset` of `source`, with its type.
    #[must_use]
    pub fn hover(&self, kind: ProgramKind, source: &str, offset: u32) -> Option<Hover> {
        let schema = self.authoring.schema.as_deref();
        probelang_check::hover(source, offset, schema, &self.checks(kind, Form::Text))
    }

    /// The canonical text of a source; of JSON its text.
    ///
    /// ```
    /// use probelang::{Engine, ProgramKind, Source};
    /// let engine = Engine::new();
    /// assert_eq!(engine.format(ProgramKind::Condition, "not isEmpty( s )&&count(xs)>2")?, "!isEmpty(s) && len(xs) > 2");
    /// let json = engine.to_json(ProgramKind::Condition, "x > 1")?;
    /// assert_eq!(engine.format(ProgramKind::Condition, Source::Json(&json))?, "x > 1");
    /// # Ok::<(), probelang::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// [`CompileError`] if the source cannot be read. What would be rejected later is formatted all the same.
    pub fn format<'s>(
        &self,
        kind: ProgramKind,
        source: impl Into<Source<'s>>,
    ) -> Result<String, CompileError> {
        self.tree(kind, source.into()).map(|tree| print::tree(&tree))
    }

    /// The wire JSON of a source; of a template its segments.
    ///
    /// # Errors
    /// As [`format`](Self::format).
    pub fn to_json<'s>(
        &self,
        kind: ProgramKind,
        source: impl Into<Source<'s>>,
    ) -> Result<String, CompileError> {
        self.tree(kind, source.into()).map(|tree| wire::write(&tree))
    }

    fn tree(&self, kind: ProgramKind, source: Source<'_>) -> Result<Tree, CompileError> {
        let Parsed { tree, diagnostics, .. } = self.parse(kind, source);
        tree.ok_or_else(|| CompileError::unread(diagnostics, source))
    }

    /// A sampler of schemas that hides what this engine redacts.
    #[must_use]
    pub fn sampler(&self) -> crate::check::schema::Sampler<'_> {
        crate::check::schema::Sampler::new(
            &self.settings.policy,
            crate::check::schema::SampleLimits::default(),
        )
    }

    /// What the checker is told.
    fn checks(&self, kind: ProgramKind, form: Form) -> probelang_check::Options {
        let Authoring { dialect, limits, strict, schema: _, targets, sizes, max_cost } = &self.authoring;
        probelang_check::Options {
            kind,
            form,
            dialect: *dialect,
            policy: Arc::clone(&self.settings.policy),
            limits: *limits,
            strict: *strict,
            targets: targets.clone(),
            sizes: *sizes,
            max_cost: *max_cost,
        }
    }

    /// Adds what only the compiler says.
    fn complete_report(&self, kind: ProgramKind, mut report: Report) -> Report {
        if let Some(tree) = &report.tree {
            report.diagnostics.extend(match compile(tree, &self.options(kind)) {
                Ok(compiled) => compiled.warnings,
                Err(diagnostics) => diagnostics,
            });
            merge(&mut report.diagnostics);
        }
        report
    }
}

/// How often JSON is repaired and read again.
const ROUNDS: usize = 16;

const fn form(source: Source<'_>) -> Form {
    match source {
        Source::Text(_) => Form::Text,
        Source::Json(_) => Form::Wire,
    }
}

/// Puts the diagnostics of one program in order. Reading, checking and compiling may each have seen the same
/// thing: it is reported once, as it was reported first.
fn merge(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() < 2 {
        return;
    }
    let mut seen: HashSet<(Code, Span)> = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.span)));
    // the checker points at the operand that is wrong, the compiler at the operation that it is wrong for
    let certain = |diagnostic: &Diagnostic| diagnostic.code == lint::CERTAIN_KIND;
    let places: Vec<Span> = diagnostics.iter().filter(|one| certain(one)).map(|one| one.span).collect();
    diagnostics.retain(|one| {
        !certain(one) || !places.iter().any(|place| *place != one.span && one.span.contains(*place))
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
}

/// The tokens of a source, for highlighting. They cover the whole text, also of one that cannot be read.
#[must_use]
pub fn tokens(kind: ProgramKind, source: &str) -> Vec<Lexeme> {
    lex(source, kind.source())
}

/// What a code means, for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What it means, why it is so, and what to do: a few sentences in short lines.
    pub text: &'static str,
    /// A command line that shows it, without the name of the program; `None` if none can.
    pub example: Option<&'static str>,
}

/// What the code written `code` means, in any case and with or without its letters (`PL0214`, `pl214`, `214`);
/// `None` for an unknown one.
#[must_use]
pub fn explain(code: &str) -> Option<Explanation> {
    let digits = code.trim_start_matches(['P', 'L', 'p', 'l']);
    let number: u16 = digits.parse().ok()?;
    let code = Code::all().find(|code| code.number() == number)?;
    let page = code.page();
    Some(Explanation { code, text: page.text, example: page.example })
}
