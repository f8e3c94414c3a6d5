//! A part of a document that is read and checked by itself: a whole file, or one probe. What is found in it is kept until its
//! text changes.

use probelang::check::Fixed;
use probelang::diagnostic::spell::push_visible_json;
use probelang::diagnostic::{Applicability, Change, Class, Diagnostic, Edit, Span};
use probelang::syntax::wire::{self, Carrier, Spelled, StringPlaces};
use probelang::syntax::{Tree, print};
use probelang::{Engine, ProgramKind, Source};
use probelang_probe::config::Reader;
use probelang_project::Gate;

use crate::text::clip;

/// An expression or template that is written as text, with its places. Bytes count from the start of its unit.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) kind: ProgramKind,
    /// What it says.
    pub(crate) text: String,
    /// Where its characters are.
    pub(crate) places: StringPlaces,
    /// Whether it is in a JSON string, so that what is written into it is escaped.
    pub(crate) quoted: bool,
    /// The bytes of JSON next to it that says the same, and is to be changed with it.
    pub(crate) twin: Option<Span>,
    /// Whether it is what runs. If not, other JSON next to it runs, and it is only shown.
    pub(crate) runs: bool,
    /// The bytes of what is next to it and may be written from it, or it from that.
    pub(crate) beside: Option<Span>,
}

/// What is wrong in a unit.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Where, in bytes of the unit.
    pub(crate) span: Span,
    /// What. Its own places do not count.
    pub(crate) said: Diagnostic,
    /// Further places.
    pub(crate) related: Vec<(Span, String)>,
    /// What may be done, the best first.
    pub(crate) fixes: Vec<Fix>,
}

/// A change of the document that repairs something.
#[derive(Debug)]
pub(crate) struct Fix {
    pub(crate) title: String,
    pub(crate) changes: Vec<Change>,
    pub(crate) is_safe: bool,
}

/// What was found in a part of a document.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) embedded: Vec<Embedded>,
    pub(crate) findings: Vec<Finding>,
    /// The id of a probe, and where it is.
    pub(crate) id: Option<(String, Span)>,
    /// Whether it is JSON that does not read.
    pub(crate) is_broken: bool,
    /// How many programs were checked for it.
    pub(crate) checked: usize,
}

impl Embedded {
    /// A fix as the document takes it.
    fn fix(&self, engine: &Engine, edit: &Edit) -> Option<Fix> {
        let mut changes: Vec<Change> =
            edit.changes.iter().map(|change| self.change(change.span, &change.text)).collect();
        if let Some(twin) = self.twin {
            // the JSON next to it runs, so that a fix of the text alone would fix nothing
            let fixed = edit.apply(&self.text)?;
            let json = engine.to_json(self.kind, &fixed).ok()?;
            changes.push(Change { span: twin, text: json });
            changes.sort_by_key(|change| change.span);
        }
        let is_safe = edit.applicability == Applicability::Safe;
        Some(Fix { title: edit.title.clone(), changes, is_safe })
    }

    /// A replacement in its text as one of the document.
    pub(crate) fn change(&self, span: Span, text: &str) -> Change {
        let text = if self.quoted { escaped(text) } else { text.to_owned() };
        Change { span: self.places.written_span(span), text }
    }

    fn finding(&self, engine: &Engine, said: Diagnostic) -> Finding {
        Finding {
            span: self.places.written_span(said.span),
            related: said
                .labels
                .iter()
                .map(|label| (self.places.written_span(label.span), label.text.clone()))
                .collect(),
            fixes: said.edits.iter().filter_map(|edit| self.fix(engine, edit)).collect(),
            said,
        }
    }

    /// Its canonical spelling, if it is another and it is what runs.
    pub(crate) fn formatted(&self, engine: &Engine) -> Option<Change> {
        let canonical =
            engine.format(self.kind, &self.text).ok().filter(|canonical| *canonical != self.text)?;
        let whole = Span::new(0, clip(self.text.len()));
        self.runs.then(|| self.change(whole, &canonical))
    }
}

/// A text as it is written between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    push_visible_json(&mut out, text);
    out.get(1..out.len().saturating_sub(1)).unwrap_or("").to_owned()
}

impl Unit {
    /// A file of one expression or template. A byte order mark before it and a line break after it are not part of it.
    pub(crate) fn file(text: &str, kind: Option<ProgramKind>, engine: &Engine, gate: &Gate) -> Self {
        let inner = text.strip_prefix('\u{feff}').unwrap_or(text);
        let start = clip(text.len().saturating_sub(inner.len()));
        let inner = inner.strip_suffix('\n').map_or(inner, |inner| inner.strip_suffix('\r').unwrap_or(inner));
        let embedded = Embedded {
            kind: kind.unwrap_or_else(|| engine.inferred_kind(inner)),
            text: inner.to_owned(),
            places: StringPlaces::plain(start, clip(inner.len())),
            quoted: false,
            twin: None,
            runs: true,
            beside: None,
        };
        let mut found = engine.check(embedded.kind, inner).diagnostics;
        if inner.trim().is_empty() {
            // nothing is written yet
            found.clear();
        }
        gate.judge(&mut found);
        let findings = found.into_iter().map(|said| embedded.finding(engine, said)).collect();
        Self { embedded: vec![embedded], findings, checked: 1, ..Self::default() }
    }

    /// One probe, which need not be JSON.
    pub(crate) fn probe(json: &str, listed_as: Option<&str>, engine: &Engine, gate: &Gate) -> Self {
        let texts = wire::probe_texts(json);
        let mut unit = Self { id: texts.id, is_broken: wire::json_error(json).is_some(), ..Self::default() };
        for program in &texts.programs {
            unit.program(json, program, engine, gate);
        }
        for template in &texts.templates {
            let (text, places) = wire::decode(json, template.span.start);
            let embedded = Embedded {
                kind: ProgramKind::Template,
                text,
                places,
                quoted: true,
                twin: None,
                runs: template.segments.is_none(),
                beside: template.segments,
            };
            if embedded.runs {
                unit.check(&embedded, engine, gate, false);
            }
            unit.embedded.push(embedded);
        }
        unit.embedded.sort_by_key(|embedded| embedded.places.inner().start);
        if !unit.is_broken {
            // what is wrong with its programs is said above, at its exact place
            let mut found = Reader::new(engine).entry(json, listed_as).diagnostics;
            found.retain(|one| one.class() == Class::Probe);
            gate.judge(&mut found);
            unit.findings.extend(found.into_iter().map(|said| Finding {
                span: said.span,
                said,
                related: Vec::new(),
                fixes: Vec::new(),
            }));
        }
        unit.findings.sort_by_key(|finding| finding.span);
        unit
    }

    /// Checks a text by itself. Where the program that it is part of is `accepted`, its errors reject no more than a part.
    fn check(&mut self, embedded: &Embedded, engine: &Engine, gate: &Gate, accepted: bool) {
        self.checked = self.checked.saturating_add(1);
        let mut found = engine.check(embedded.kind, &embedded.text).diagnostics;
        if accepted {
            for one in &mut found {
                if one.is_error() {
                    one.severity = probelang::diagnostic::Severity::Warning;
                }
            }
        }
        gate.judge(&mut found);
        self.findings.extend(found.into_iter().map(|said| embedded.finding(engine, said)));
    }

    fn program(&mut self, json: &str, program: &wire::Carried, engine: &Engine, gate: &Gate) {
        let (kind, part) = match program.carrier {
            Carrier::When => (ProgramKind::Condition, ProgramKind::Condition),
            Carrier::Segments => (ProgramKind::Template, ProgramKind::Value),
            Carrier::Metric => (ProgramKind::Metric, ProgramKind::Metric),
            Carrier::Capture => (ProgramKind::Value, ProgramKind::Value),
        };
        let source = program.span.slice(json);
        let mut exact: Vec<&str> = Vec::new();
        let mut written = Vec::new();
        let mut has_null = false;
        for spelled in &program.expressions {
            let Some((span, text)) = &spelled.dsl else { continue };
            let twin = spelled.json.filter(|twin| twin.slice(json) != "null");
            has_null |= twin.is_none() && spelled.json.is_some();
            let runs = twin.is_none_or(|twin| says_the_same(engine, text, twin.slice(json)));
            if runs {
                exact.push(&spelled.path);
            }
            let (text, places) = wire::decode(json, span.start);
            let twin_of_it = twin.filter(|_| runs);
            written.push(Embedded {
                kind: part,
                text,
                places,
                quoted: true,
                twin: twin_of_it,
                runs,
                beside: twin,
            });
        }
        let is_covered = program.carrier != Carrier::Segments
            && exact.len() == program.expressions.len()
            && !exact.is_empty();
        let mut accepted = false;
        // a `json` that is null is as good as not there, which only a probe takes so
        let is_null = has_null && kind != ProgramKind::Template;
        if !(is_covered || is_null || self.is_broken) {
            self.checked = self.checked.saturating_add(1);
            let report = engine.check(kind, Source::Json(source));
            accepted = kind == ProgramKind::Template && report.is_ok();
            let has_spans = report.tree.is_some();
            let mut found = report.diagnostics;
            gate.judge(&mut found);
            for said in found {
                let inner = said.path.as_deref().unwrap_or_default();
                let path = format!("{}{inner}", program.path);
                let is_exact = |exact: &&str| {
                    path.strip_prefix(exact).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                if !exact.iter().any(is_exact) {
                    let finding = self.placed(json, program, said, &path, has_spans, engine);
                    self.findings.push(finding);
                }
            }
        }
        for embedded in &written {
            if embedded.runs {
                self.check(embedded, engine, gate, accepted);
            }
        }
        self.embedded.extend(written);
    }

    /// A finding of the JSON of a program, which speaks of a path, or of bytes where the JSON did not read.
    fn placed(
        &self,
        json: &str,
        program: &wire::Carried,
        said: Diagnostic,
        path: &str,
        has_spans: bool,
        engine: &Engine,
    ) -> Finding {
        let label = said.labels.first().filter(|_| !has_spans);
        let span = match label {
            Some(label) => label.span.offset(program.span.start),
            None => wire::span_at(json, path),
        };
        let mut fixes: Vec<Fix> = Vec::new();
        if !has_spans {
            fixes.extend(said.edits.iter().map(|edit| {
                Fix {
                    title: edit.title.clone(),
                    changes: edit
                        .changes
                        .iter()
                        .map(|change| Change {
                            span: change.span.offset(program.span.start),
                            text: change.text.clone(),
                        })
                        .collect(),
                    is_safe: edit.applicability == Applicability::Safe,
                }
            }));
        }
        let spelled = match program.expressions.as_slice() {
            [one] if program.carrier != Carrier::Segments => Some(one),
            _ => program.expressions.iter().find(|one| path.starts_with(&one.path)),
        };
        let mut span = span;
        if said.code == probelang::diagnostic::wire::DIFFERENT {
            span = spelled.and_then(|spelled| spelled.dsl.as_ref()).map_or(span, |(dsl, _)| *dsl);
            fixes.extend(spelled.into_iter().flat_map(|spelled| agreeing(json, spelled, engine)));
        } else if has_spans && said.edits.iter().any(|edit| edit.applicability == Applicability::Safe) {
            fixes.extend(spelled.and_then(|spelled| fixed_json(json, program, spelled, engine)));
        }
        Finding { span, said, related: Vec::new(), fixes }
    }
}

/// Both ways to make the `dsl` and the `json` of an expression say the same.
fn agreeing(json: &str, spelled: &Spelled, engine: &Engine) -> Vec<Fix> {
    let (Some((span, text)), Some(twin)) = (&spelled.dsl, spelled.json) else { return Vec::new() };
    let mut fixes = Vec::new();
    if let Ok(new) = engine.to_json(ProgramKind::Value, text) {
        let changes = vec![Change { span: twin, text: new }];
        fixes.push(Fix { title: "write `json` anew from `dsl`".to_owned(), changes, is_safe: false });
    }
    if let Ok(new) = engine.format(ProgramKind::Value, Source::Json(twin.slice(json))) {
        let mut quoted = String::new();
        push_visible_json(&mut quoted, &new);
        let changes = vec![Change { span: *span, text: quoted }];
        fixes.push(Fix { title: "write `dsl` anew from `json`".to_owned(), changes, is_safe: false });
    }
    fixes
}

/// The JSON of an expression with its safe fixes applied.
fn fixed_json(json: &str, program: &wire::Carried, spelled: &Spelled, engine: &Engine) -> Option<Fix> {
    let kind = match program.carrier {
        Carrier::When => ProgramKind::Condition,
        Carrier::Metric => ProgramKind::Metric,
        Carrier::Segments | Carrier::Capture => ProgramKind::Value,
    };
    let twin = spelled.json?;
    let Fixed { text, applied, .. } = engine.fix(kind, Source::Json(twin.slice(json)));
    let title = applied.first()?.title.clone();
    Some(Fix { title, changes: vec![Change { span: twin, text }], is_safe: true })
}

/// Whether an expression is the one that `json` says.
fn says_the_same(engine: &Engine, text: &str, json: &str) -> bool {
    let tree = |source: Source<'_>| -> Option<Tree> { engine.parse(ProgramKind::Value, source).tree };
    match (tree(Source::Text(text)), tree(Source::Json(json))) {
        (Some(text), Some(json)) => print::tree(&text) == print::tree(&json),
        _ => false,
    }
}
