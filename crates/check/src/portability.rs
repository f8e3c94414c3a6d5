//! Where runtimes would answer differently: the rows of the dialect table that a node can touch, given its
//! types, and what single runtimes do not take or get wrong at all.

mod notes;
mod rows;
mod spelling;
mod unsupported;

use probelang_diagnostic::{Code, Diagnostic, Edit, portability};
use probelang_dialect::{Dialect, Preset, ProgramKind, Row};
use probelang_syntax::tree::{Node, NodeId, Root, Tree};

use crate::Options;
use crate::constant::Constants;
use crate::infer::Inference;
use crate::redacted::{self, Redacted};
use crate::rewrite::Rewrite;

/// What the portability check reads.
pub(crate) struct Portability<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) redacted: &'a Redacted,
    pub(crate) types: &'a Inference,
    pub(crate) constants: &'a Constants,
    pub(crate) rewrite: &'a Rewrite<'a>,
    pub(crate) options: &'a Options,
}

/// Who does something, and how it is shown.
struct Side {
    /// `None` is the dialect that the program is written for.
    preset: Option<Preset>,
    dialect: Dialect,
}

impl Side {
    fn name(&self) -> String {
        match self.preset {
            None => "here".to_owned(),
            Some(preset) if preset.is_verified() => preset.name().to_owned(),
            Some(preset) => format!("{} (unverified)", preset.name()),
        }
    }
}

/// A row at a node on which the sides part.
struct Parting {
    row: Row,
    /// What each side does: an index into the choices, and who.
    groups: Vec<(usize, Vec<String>)>,
}

impl Parting {
    /// `fault here and in java, null in ruby`
    fn text(&self) -> String {
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|(choice, who)| format!("{} {}", self.row.choice(*choice), who_text(who)))
            .collect();
        groups.join(", ")
    }

    /// `java case java-0007, ruby live: …`: how it is known what the sides do that do not follow the language.
    fn known(&self, sides: &[Side]) -> String {
        let presets = sides.iter().filter_map(|side| side.preset);
        let known = presets.filter_map(|preset| Some((preset, self.row.known(preset)?)));
        known.map(|(preset, known)| format!("{} {known:#}", preset.name())).collect::<Vec<_>>().join("; ")
    }

    /// Whether one side faults and others go on, and nothing else is different.
    fn is_fault(&self) -> bool {
        self.groups.iter().filter(|(choice, _)| !self.row.faults(*choice)).count() <= 1
    }
}

/// `here and in java`, `in java and ruby`
fn who_text(who: &[String]) -> String {
    let here = who.first().is_some_and(|first| first == "here");
    let others = if here { who.get(1..).unwrap_or(&[]) } else { who };
    let list = list(others);
    match (here, others.is_empty()) {
        (true, true) => "here".to_owned(),
        (true, false) => format!("here and in {list}"),
        (false, _) => format!("in {list}"),
    }
}

/// `java, node and ruby`
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl Portability<'_> {
    /// Every place where the targets, and the dialect that the program is written for, part.
    pub(crate) fn run(&self) -> Vec<Diagnostic> {
        if self.options.targets.is_empty() {
            return Vec::new();
        }
        let mut sides = vec![Side { preset: None, dialect: self.options.dialect }];
        for preset in Preset::ALL {
            if preset != Preset::Portable && self.options.targets.contains(&preset) {
                sides.push(Side { preset: Some(preset), dialect: preset.dialect() });
            }
        }
        if self.options.targets.contains(&Preset::Portable) && self.options.dialect != Dialect::default() {
            sides.push(Side { preset: Some(Preset::Portable), dialect: Dialect::default() });
        }
        let mut out = Vec::new();
        for id in self.tree.ids() {
            self.rows(id, &sides, &mut out);
            self.unsupported(id, &mut out);
            self.remarks(id, &mut out);
            self.hidden(id, &mut out);
        }
        out
    }

    fn rows(&self, id: NodeId, sides: &[Side], out: &mut Vec<Diagnostic>) {
        let partings: Vec<Parting> = self
            .touched(id)
            .into_iter()
            .filter_map(|row| {
                let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
                for side in sides {
                    let choice = row.get(&side.dialect);
                    match groups.iter_mut().find(|(known, _)| *known == choice) {
                        Some((_, who)) => who.push(side.name()),
                        None => groups.push((choice, vec![side.name()])),
                    }
                }
                (groups.len() > 1).then_some(Parting { row, groups })
            })
            .collect();
        let Some(first) = partings.first() else { return };
        let code = self.code(id, &partings);
        let message = match partings.as_slice() {
            [only] => format!("{}: {}", only.row.title(), only.text()),
            [first, rest @ ..] => format!(
                "{}: {}; and {} more {}",
                first.row.title(),
                first.text(),
                rest.len(),
                if rest.len() == 1 { "difference" } else { "differences" },
            ),
            [] => return,
        };
        let mut diagnostic = Diagnostic::new(code, self.tree.span(id), message).arg("row", first.row.name());
        let known = first.known(sides);
        if !known.is_empty() {
            diagnostic = diagnostic.note(format!("known from {known}"));
        }
        for parting in partings.get(1..).unwrap_or(&[]) {
            let text = format!("{}: {}", parting.row.title(), parting.text());
            let known = parting.known(sides);
            let note = if known.is_empty() { text } else { format!("{text} ({known})") };
            diagnostic = diagnostic.arg("row", parting.row.name()).note(note);
        }
        let rows: Vec<Row> = partings.iter().map(|parting| parting.row).collect();
        if let Some(edit) = self.everywhere(id, &rows) {
            diagnostic = diagnostic.edit(edit);
        }
        out.push(self.placed(id, diagnostic));
    }

    fn code(&self, id: NodeId, partings: &[Parting]) -> Code {
        let rows = || partings.iter().map(|parting| parting.row);
        let of_pattern =
            |row| matches!(row, Row::Matches | Row::PatternClasses | Row::PatternDot | Row::PatternLines);
        let is_text = matches!(self.tree.node(id), Node::Text { .. });
        if is_text && rows().any(|row| row == Row::Matches) && rows().all(of_pattern) {
            portability::UNANCHORED
        } else if partings.iter().all(Parting::is_fault) {
            portability::FAULTS_ELSEWHERE
        } else {
            portability::DIFFERS
        }
    }

    /// What a runtime does not take at all, or gets wrong.
    fn unsupported(&self, id: NodeId, out: &mut Vec<Diagnostic>) {
        for found in self.unsupported_at(id) {
            let who = self.who(found.runtimes);
            if who.is_empty() {
                continue;
            }
            let between = if who.len() == 1 { "" } else { ":" };
            let message = format!("{}{between} {}", list(&who), found.text);
            let mut diagnostic = Diagnostic::new(portability::UNSUPPORTED, self.tree.span(id), message)
                .arg("runtimes", who.join(","));
            if let Some(edit) = found.edit {
                diagnostic = diagnostic.edit(edit);
            }
            out.push(self.placed(id, diagnostic));
        }
    }

    /// What a runtime answers otherwise, and no row says.
    fn remarks(&self, id: NodeId, out: &mut Vec<Diagnostic>) {
        for notes::Remark { code, runtimes, text } in self.remarks_at(id) {
            let who = self.who(runtimes);
            if !who.is_empty() {
                let message = format!("{}: {text}", list(&who));
                let diagnostic = Diagnostic::new(code, self.tree.span(id), message);
                out.push(self.placed(id, diagnostic.arg("runtimes", who.join(","))));
            }
        }
    }

    /// A redacted name, which some tracers read.
    fn hidden(&self, id: NodeId, out: &mut Vec<Diagnostic>) {
        let Some(key) = redacted::key(self.tree, id).filter(|_| self.redacted.contains(id)) else { return };
        let (mut who, mut notes): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
        for (preset, reads, what) in [
            (Preset::Node, self.is_condition(), "node hides it in templates and captures, not in conditions"),
            (Preset::Ruby, true, "ruby hides it only where it is printed"),
        ] {
            if reads && self.targets(preset) {
                who.push(preset.name().to_owned());
                notes.push(what);
            }
        }
        if who.is_empty() {
            return;
        }
        let name = crate::lint::quoted(&probelang_diagnostic::spell::Ident(self.tree.text(key)).to_string());
        let verb = if who.len() == 1 { "reads" } else { "read" };
        let message = format!("{} {verb} {name}, which is redacted here", list(&who));
        let mut diagnostic = Diagnostic::new(portability::REDACTED_ELSEWHERE, self.tree.span(id), message)
            .arg("name", self.tree.text(key))
            .arg("runtimes", who.join(","));
        for note in notes {
            diagnostic = diagnostic.note(note);
        }
        out.push(self.placed(id, diagnostic));
    }

    fn placed(&self, id: NodeId, diagnostic: Diagnostic) -> Diagnostic {
        match self.tree.path(id) {
            Some(path) => diagnostic.at_path(path),
            None => diagnostic,
        }
    }

    fn is_condition(&self) -> bool {
        self.options.kind == ProgramKind::Condition
    }

    /// Whether the node is the whole expression, or the whole of a template's part.
    fn is_root(&self, id: NodeId) -> bool {
        self.tree.roots().any(|root| root == id)
    }

    fn is_part(&self, id: NodeId) -> bool {
        matches!(self.tree.root(), Root::Template(_)) && self.is_root(id)
    }

    /// The targets among the runtimes, as messages name them.
    fn who(&self, runtimes: &[Preset]) -> Vec<String> {
        let targets = runtimes.iter().filter(|preset| self.targets(**preset));
        targets.map(|preset| Side { preset: Some(*preset), dialect: Dialect::default() }.name()).collect()
    }

    /// Whether a runtime is among the targets.
    fn targets(&self, preset: Preset) -> bool {
        self.options.targets.contains(&preset)
    }

    fn replace(&self, id: NodeId, text: String, sure: bool) -> Edit {
        use probelang_diagnostic::Applicability::{Maybe, Safe};
        let title = format!("write {}", crate::lint::quoted(&text));
        Edit::replace(self.tree.span(id), text, title, if sure { Safe } else { Maybe })
    }
}
