//! A document that is open: its text, what kind of file it is, and what was found in it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use gen_lsp_types::Diagnostic;
use probelang::ProgramKind;
use probelang::diagnostic::{Change, Diagnostic as Said, Span, probe};
use probelang::syntax::wire;
use probelang_probe::config::{FILE_BYTES, PROBES, Reader, same_id};

use crate::folder::Folder;
use crate::place;
use crate::text::{Text, clip};
use crate::unit::{Embedded, Finding, Fix, Unit};

/// Bytes of a file of one expression or template that is looked at: 1 MiB, well above what the language accepts.
const SOURCE_BYTES: usize = 1 << 20;

/// What kind of file a document is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Expression,
    Template,
    /// A probe file, if it looks like one.
    Json,
    /// Nothing that is looked at.
    Other,
}

impl Kind {
    /// The kind by what the editor calls the language, else by the name of the file.
    pub(crate) fn of(language: &str, uri: &str) -> Self {
        let name = uri.rsplit('/').next().unwrap_or(uri);
        match language {
            "probelang" => Self::Expression,
            "probelang-template" => Self::Template,
            "json" | "jsonc" => Self::Json,
            _ if name.ends_with(".probe") => Self::Expression,
            _ if name.ends_with(".probe-template") => Self::Template,
            _ if name.ends_with(".json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// A unit and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) start: u32,
    pub(crate) unit: Arc<Unit>,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    /// In the order of the text.
    pub(crate) units: Vec<Placed>,
    /// What is wrong with the file as a whole, in its bytes.
    pub(crate) findings: Vec<Finding>,
    /// Whether it is a probe file.
    pub(crate) is_probe_file: bool,
}

type UnitKey = (Option<&'static str>, Box<str>);

/// A document that is open.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) path: Option<PathBuf>,
    pub(crate) version: i32,
    pub(crate) kind: Kind,
    pub(crate) text: Text,
    analysis: Option<Analysis>,
    /// The version of the project that the units were checked under.
    generation: u64,
    units: HashMap<UnitKey, Arc<Unit>>,
    /// The text around the probes, and what is wrong with it, in its own bytes.
    around: Option<(String, Vec<Finding>, bool)>,
    /// Programs that were checked for this document since it was opened.
    pub(crate) checked: usize,
    /// What the client was told last.
    pub(crate) published: Option<Vec<Diagnostic>>,
}

impl Document {
    pub(crate) fn new(uri: &str, language: &str, version: i32, text: Text) -> Self {
        Self {
            kind: Kind::of(language, uri),
            path: place::path(uri),
            version,
            text,
            analysis: None,
            generation: 0,
            units: HashMap::new(),
            around: None,
            checked: 0,
            published: None,
        }
    }

    /// What was found must be found again.
    pub(crate) fn changed(&mut self) {
        self.analysis = None;
    }

    /// What was found last; nothing before [`analyse`](Self::analyse).
    pub(crate) fn analysis(&self) -> &Analysis {
        static NOTHING: Analysis = Analysis { units: Vec::new(), findings: Vec::new(), is_probe_file: false };
        self.analysis.as_ref().unwrap_or(&NOTHING)
    }

    /// Names the text and the project that findings are of.
    pub(crate) fn state(&self) -> String {
        format!("{}.{}", self.version, self.generation)
    }

    /// What is in the document, found now if its text or project has changed. Of a probe file only the probes that have
    /// changed are read again.
    pub(crate) fn analyse(&mut self, folder: &Folder) {
        if self.generation != folder.generation {
            self.generation = folder.generation;
            self.units.clear();
            self.around = None;
            self.analysis = None;
        }
        if self.analysis.is_none() {
            let text = std::mem::replace(&mut self.text, Text::new(String::new(), Default::default()));
            let found = self.find(text.as_str(), folder);
            self.text = text;
            self.analysis = Some(found);
        }
    }

    fn find(&mut self, text: &str, folder: &Folder) -> Analysis {
        let is_probe_file = || wire::probe_entries(text).is_probe_file;
        let kind = match self.kind {
            Kind::Other => return Analysis::default(),
            Kind::Template => Some(ProgramKind::Template),
            // as `probelang check -f` does
            Kind::Expression if is_probe_file() => return self.probe_file(text, folder),
            Kind::Expression => None,
            Kind::Json => return self.probe_file(text, folder),
        };
        if text.len() > SOURCE_BYTES {
            return Analysis { findings: vec![too_long(SOURCE_BYTES)], ..Analysis::default() };
        }
        let unit = Unit::file(text, kind, &folder.engine, &folder.project.gate);
        self.checked = self.checked.saturating_add(unit.checked);
        Analysis { units: vec![Placed { start: 0, unit: Arc::new(unit) }], ..Analysis::default() }
    }

    fn probe_file(&mut self, text: &str, folder: &Folder) -> Analysis {
        let is_named = self.path.as_deref().is_some_and(|path| folder.project.is_probe_file(path));
        if text.len() > FILE_BYTES {
            let findings = if is_named { vec![too_long(FILE_BYTES)] } else { Vec::new() };
            return Analysis { findings, ..Analysis::default() };
        }
        let entries = wire::probe_entries(text);
        if !entries.is_probe_file && !is_named {
            self.units.clear();
            return Analysis::default();
        }
        let mut analysis = Analysis { is_probe_file: true, ..Analysis::default() };
        let mut kept: HashMap<UnitKey, Arc<Unit>> = HashMap::with_capacity(entries.probes.len());
        let mut ids: HashMap<String, Span> = HashMap::new();
        let mut is_broken = false;
        for entry in entries.probes.iter().take(PROBES) {
            let json = entry.span.slice(text);
            let key = (entry.listed_as, Box::from(json));
            let unit = match kept.entry(key) {
                Entry::Occupied(known) => Arc::clone(known.get()),
                Entry::Vacant(empty) => {
                    let unit = self.units.remove(empty.key()).unwrap_or_else(|| {
                        let (engine, gate) = (&folder.engine, &folder.project.gate);
                        let unit = Unit::probe(json, entry.listed_as, engine, gate);
                        self.checked = self.checked.saturating_add(unit.checked);
                        Arc::new(unit)
                    });
                    Arc::clone(empty.insert(unit))
                }
            };
            is_broken |= unit.is_broken;
            if let Some((id, span)) = &unit.id {
                let here = span.offset(entry.span.start);
                match ids.get(id.as_str()) {
                    None => {
                        ids.insert(id.clone(), here);
                    }
                    Some(first) => analysis.findings.push(Finding {
                        span: here,
                        said: same_id(id),
                        related: vec![(*first, "the first probe with this id".to_owned())],
                        fixes: Vec::new(),
                    }),
                }
            }
            analysis.units.push(Placed { start: entry.span.start, unit });
        }
        self.units = kept;
        if let Some(first) = entries.probes.get(PROBES) {
            let message = format!("a set has at most {PROBES} probes");
            analysis.findings.push(file_finding(first.span, Said::new(probe::TOO_MUCH, first.span, message)));
        }
        let around = self.around(text, &entries, folder);
        is_broken |= around.1;
        analysis.findings.extend(around.0);
        if is_broken {
            let mark = text.len().saturating_sub(text.trim_start_matches('\u{feff}').len());
            let json = text.get(mark..).unwrap_or("");
            analysis.findings.extend(wire::json_error(json).map(|said| json_finding(json, clip(mark), said)));
        }
        analysis.findings.sort_by_key(|finding| finding.span);
        analysis
    }

    /// What is wrong with the file around its probes, and whether that is no JSON. It is read again only if it has changed.
    fn around(&mut self, text: &str, entries: &wire::ProbeEntries, folder: &Folder) -> (Vec<Finding>, bool) {
        // each probe is one byte here
        let mut skeleton = String::with_capacity(text.len() / 8);
        let mut moved: Vec<(u32, u32)> = Vec::with_capacity(entries.probes.len());
        let mut at = 0;
        for entry in &entries.probes {
            skeleton.push_str(Span::new(at, entry.span.start).slice(text));
            moved.push((clip(skeleton.len()), entry.span.start));
            skeleton.push('0');
            at = entry.span.end;
        }
        skeleton.push_str(text.get(at as usize..).unwrap_or(""));
        if self.around.as_ref().is_none_or(|(known, ..)| *known != skeleton) {
            let is_broken = wire::json_error(skeleton.trim_start_matches('\u{feff}')).is_some();
            let is_list = !entries.is_wrapper && !entries.has_others && entries.is_probe_file;
            let mut findings = Vec::new();
            if !is_broken && !is_list {
                let read = Reader::new(&folder.engine).read(&skeleton);
                let all = read.diagnostics.into_iter();
                let mut all: Vec<Said> =
                    all.chain(read.probes.into_iter().flat_map(|entry| entry.diagnostics)).collect();
                // of the probes themselves is said above
                all.retain(|said| moved.binary_search_by_key(&said.span.start, |(at, _)| *at).is_err());
                folder.project.gate.judge(&mut all);
                findings.extend(all.into_iter().map(|said| file_finding(said.span, said)));
            }
            self.around = Some((skeleton, findings, is_broken));
        }
        let Some((_, findings, is_broken)) = &self.around else { return (Vec::new(), false) };
        let place = |offset: u32| {
            let before = moved.partition_point(|(at, _)| *at <= offset);
            match before.checked_sub(1).and_then(|last| Some((moved.get(last)?, entries.probes.get(last)?))) {
                None => offset,
                Some(((at, start), _)) if *at == offset => *start,
                Some(((at, _), entry)) => {
                    entry.span.end.saturating_add(offset.saturating_sub(*at).saturating_sub(1))
                }
            }
        };
        let findings = findings.iter().map(|finding| {
            file_finding(Span::new(place(finding.span.start), place(finding.span.end)), finding.said.clone())
        });
        (findings.collect(), *is_broken)
    }
}

impl Analysis {
    /// Whether the document is one of the kinds that are looked at.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.is_probe_file || !self.units.is_empty() || !self.findings.is_empty()
    }

    /// The text at a byte of the document, with the start of its unit: what is between its quotes, ends included.
    pub(crate) fn embedded_at(&self, offset: u32) -> Option<(u32, &Embedded)> {
        let last = self.units.partition_point(|placed| placed.start <= offset).checked_sub(1)?;
        let placed = self.units.get(last)?;
        let inner = offset.checked_sub(placed.start)?;
        let all = &placed.unit.embedded;
        let last = all.partition_point(|embedded| embedded.places.inner().start <= inner).checked_sub(1)?;
        let embedded = all.get(last).filter(|embedded| inner <= embedded.places.inner().end)?;
        Some((placed.start, embedded))
    }

    /// All texts with the starts of their units, of those units that touch a span.
    pub(crate) fn embedded_in(&self, span: Span) -> impl Iterator<Item = (u32, &Embedded)> {
        let first = self.units.partition_point(|placed| placed.start <= span.start).saturating_sub(1);
        let units = self.units.get(first..).unwrap_or_default();
        units
            .iter()
            .take_while(move |placed| placed.start <= span.end)
            .flat_map(|placed| placed.unit.embedded.iter().map(|embedded| (placed.start, embedded)))
    }

    /// All findings with the starts of their units, those of the whole file first.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (u32, &Finding)> {
        let of_units =
            self.units.iter().flat_map(|placed| placed.unit.findings.iter().map(|one| (placed.start, one)));
        self.findings.iter().map(|finding| (0, finding)).chain(of_units)
    }
}

fn file_finding(span: Span, said: Said) -> Finding {
    Finding { span, said, related: Vec::new(), fixes: Vec::new() }
}

fn too_long(most: usize) -> Finding {
    let message = format!("the file has more than {most} bytes, the most that is looked at");
    file_finding(Span::default(), Said::new(probe::TOO_MUCH, Span::default(), message))
}

/// What is wrong with a text as JSON, at the place of its label. The text begins at byte `mark` of the document.
fn json_finding(text: &str, mark: u32, said: Said) -> Finding {
    let at = said.labels.first().map(|label| label.span.start).unwrap_or_default();
    // the character that is wrong, where there is one
    let next =
        text.get(at as usize..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    let span = Span::new(at, at.saturating_add(next.map_or(0, |c| clip(c.len_utf8()))));
    let moved = |change: &Change| Change { span: change.span.offset(mark), text: change.text.clone() };
    let fixes = said.edits.iter().map(|edit| Fix {
        title: edit.title.clone(),
        changes: edit.changes.iter().map(moved).collect(),
        is_safe: true,
    });
    Finding { span: span.offset(mark), fixes: fixes.collect(), related: Vec::new(), said }
}
