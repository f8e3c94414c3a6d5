//! The front end of the facade: compile, check, complete, format, convert, explain.

use std::collections::HashSet;
use std::sync::Arc;

use probelang_check::{
    Accepted, Applied, Candidate, Checked, Fixed, Form, Hover, Kinds, Options, Report, Signature, Sizes,
    judge,
};
use probelang_compile::compile;
use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Code, Diagnostic};
use probelang_dialect::ProgramKind;
use probelang_syntax::{Lexeme, Limits, Parsed, Tree, lex, parse, print, wire};

use crate::check::Schema;
use crate::check::regex::PatternCache;
use crate::dialect::{Dialect, Preset};
use crate::repair;
use crate::trace::Origin;
use crate::{CompileError, Condition, Engine, Expression, Metric, Program, Source, Template};

/// Settings of the front end.
impl Engine {
    /// Gives the answers of that runtime: a [`Preset`], or a [`Dialect`] with choices of your own.
    #[must_use]
    pub fn dialect(mut self, dialect: impl Into<Dialect>) -> Self {
        self.authoring = self.authoring.with_dialect(dialect);
        self
    }

    /// Bounds text and tree of the sources read from now on.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.authoring = self.authoring.with_limits(limits);
        self
    }

    /// Rejects programs with an operation that is certain to fault, instead of warning.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.authoring = self.authoring.with_strict(strict);
        self
    }

    /// What is known of the names in scope, for checks, completion, hover and cost. No answer of a program
    /// depends on it.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<Arc<Schema>>) -> Self {
        self.authoring = self.authoring.with_schema(schema);
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
        self.authoring = self.authoring.with_targets(targets);
        self
    }

    /// What the cost bound assumes about collections and strings of unknown size.
    #[must_use]
    pub fn sizes(mut self, sizes: Sizes) -> Self {
        self.authoring = self.authoring.with_sizes(sizes);
        self
    }

    /// Keeps compiled patterns for programs that are read again and again: an editor checks and traces at every key.
    /// All clones of the engine share them. No answer depends on it.
    #[must_use]
    pub fn keeping_patterns(mut self, patterns: impl Into<Arc<PatternCache>>) -> Self {
        self.authoring = self.authoring.with_patterns(patterns);
        self
    }

    /// Rejects a program that may take more than `steps` steps.
    #[must_use]
    pub fn max_cost(mut self, steps: u64) -> Self {
        self.authoring = self.authoring.with_max_cost(steps);
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

    /// Compiles a tree that was [read](Self::parse) before. `diagnostics` are those of reading it; those of judging
    /// it are added.
    ///
    /// # Errors
    /// [`CompileError`], also if one of `diagnostics` is an error.
    pub fn compile_tree(
        &self,
        kind: ProgramKind,
        tree: impl Into<Arc<Tree>>,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<Program, CompileError> {
        let tree = tree.into();
        let judged = judge(Arc::clone(&tree), self.options(kind, Form::Text));
        self.compile_accepted(&tree, judged.accepted, diagnostics, judged.diagnostics)
    }

    /// Compiles a tree that was [checked](Self::check_tree) before, without judging it again. `diagnostics` are those
    /// of reading it; those of checking it are added.
    ///
    /// # Errors
    /// [`CompileError`], also if one of `diagnostics` is an error.
    pub fn compile_checked(
        &self,
        checked: Checked,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<Program, CompileError> {
        self.compile_accepted(&checked.tree, checked.accepted, diagnostics, checked.diagnostics)
    }

    fn compile_accepted(
        &self,
        tree: &Tree,
        accepted: Option<Accepted>,
        mut diagnostics: Vec<Diagnostic>,
        judged: Vec<Diagnostic>,
    ) -> Result<Program, CompileError> {
        diagnostics.extend(judged);
        sort_by_number(&mut diagnostics, |diagnostic| diagnostic.span.rank());
        let accepted = accepted.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
        let Some(accepted) = accepted else { return Err(CompileError::rejected(diagnostics, tree)) };
        match compile(&accepted) {
            Ok(program) => {
                let origin = Some(Origin::new(accepted));
                Ok(Program::new(program, self.settings.clone(), diagnostics, origin))
            }
            Err(defect) => {
                diagnostics.push(*defect);
                Err(CompileError::rejected(diagnostics, tree))
            }
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

    /// Checks a source: diagnostics of reading and checking, types, cost, and what it reads. A source without an error
    /// compiles.
    ///
    /// ```
    /// use probelang::check::Schema;
    /// use probelang::{Engine, ProgramKind};
    /// let schema = Schema::parse(r#"{"names": {"total": "number"}}"#).unwrap();
    /// let report = Engine::new().schema(schema).check(ProgramKind::Condition, "totla > 100");
    /// assert_eq!(report.diagnostics[0].message, "the schema has no name `totla`");
    /// ```
    #[must_use]
    pub fn check<'s>(&self, kind: ProgramKind, source: impl Into<Source<'s>>) -> Report {
        let source = source.into();
        probelang_check::check(source.as_str(), &self.options(kind, form(source)))
    }

    /// The kind of a source that nobody named: a JSON array is a template, an expression whose value is a Boolean whatever
    /// it reads is a condition, anything else a value. Costs a check.
    ///
    /// ```
    /// use probelang::{Engine, ProgramKind};
    /// assert_eq!(Engine::new().inferred_kind("user.age > 40"), ProgramKind::Condition);
    /// assert_eq!(Engine::new().inferred_kind("user.age"), ProgramKind::Value);
    /// ```
    #[must_use]
    pub fn inferred_kind<'s>(&self, source: impl Into<Source<'s>>) -> ProgramKind {
        let source = source.into();
        let usual = source.usual_kind();
        if usual != ProgramKind::Value {
            return usual;
        }
        let is_truth = |report: Report| report.analysis.is_some_and(|known| known.ty.kinds() == Kinds::BOOL);
        if is_truth(self.check(usual, source)) { ProgramKind::Condition } else { usual }
    }

    /// Checks a tree that was [read](Self::parse) before: types, cost, what it reads, and the diagnostics of
    /// checking only. [`compile_checked`](Self::compile_checked) compiles the outcome.
    #[must_use]
    pub fn check_tree(&self, kind: ProgramKind, tree: impl Into<Arc<Tree>>) -> Checked {
        probelang_check::check_tree(tree, self.options(kind, Form::Text))
    }

    /// Applies the safe fixes to a source, and checks what results.
    ///
    /// JSON is repaired as JSON until it can be read. The text of the result is then the repaired JSON.
    #[must_use]
    pub fn fix<'s>(&self, kind: ProgramKind, source: impl Into<Source<'s>>) -> Fixed {
        let source = source.into();
        let options = self.options(kind, form(source));
        let Source::Json(json) = source else { return probelang_check::fix(source.as_str(), &options) };
        let (json, mut applied) = self.repaired(kind, json);
        let mut fixed = probelang_check::fix(&json, &options);
        applied.append(&mut fixed.applied);
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
        probelang_check::complete(source, offset, &self.options(kind, Form::Text))
    }

    /// What is written at byte `offset` of `source`, with its type.
    #[must_use]
    pub fn hover(&self, kind: ProgramKind, source: &str, offset: u32) -> Option<Hover> {
        probelang_check::hover(source, offset, &self.options(kind, Form::Text))
    }

    /// The innermost call that byte `offset` of `source` is in. The source need not be valid.
    #[must_use]
    pub fn signature(&self, kind: ProgramKind, source: &str, offset: u32) -> Option<Signature> {
        probelang_check::signature(source, offset, &self.options(kind, Form::Text))
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

    /// The settings of the front end for one program.
    fn options(&self, kind: ProgramKind, form: Form) -> Options {
        self.authoring.clone().with_kind(kind).with_form(form).with_policy(Arc::clone(&self.settings.policy))
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
    /// A command line that is right and does not show it; `None` if there is none.
    pub instead: Option<&'static str>,
}

/// What the code written `code` means, in any case and with or without its letters (`PL0214`, `pl214`, `214`);
/// `None` for an unknown one.
#[must_use]
pub fn explain(code: &str) -> Option<Explanation> {
    let digits = code.trim_start_matches(['P', 'L', 'p', 'l']);
    let number: u16 = digits.parse().ok()?;
    let code = Code::all().find(|code| code.number() == number)?;
    let page = code.page();
    Some(Explanation { code, text: page.text, example: page.example, instead: page.instead })
}
