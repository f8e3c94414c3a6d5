//! A program as text, for people.

use std::fmt::Write;

use probelang_diagnostic::{Span, spell};
use probelang_dialect::TextOp;

use crate::program::Program;
use crate::program::ids::{Id, PlaceId};
use crate::program::instr::{Branch, Event, Instr, Operand, Target};
use crate::program::tables::{Const, Part, Step};

/// A line of the listing of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CodeLine {
    /// What it says, without a line break.
    pub text: String,
    /// Of an instruction, what it was compiled from. None for other lines, and where the program has no source.
    pub span: Option<Span>,
}

impl Program {
    /// The instructions, one a line, with their places and constants written out. For people and tests; the
    /// form may change.
    #[must_use]
    pub fn disassemble(&self) -> String {
        let mut out = String::new();
        for line in self.listing() {
            out.push_str(&line.text);
            out.push('\n');
        }
        out
    }

    /// The lines of [`disassemble`](Self::disassemble), each with its place in the source.
    #[must_use]
    pub fn listing(&self) -> Vec<CodeLine> {
        let tables = &self.tables;
        let mut lines = Vec::with_capacity(tables.code.len().saturating_add(1));
        let mut line = |text: String, span| lines.push(CodeLine { text, span });
        line(format!("{}, dialect {}", tables.kind.name(), tables.dialect), None);
        for (at, part) in tables.parts.iter().enumerate() {
            let text = match part {
                Part::Text(text) => format!("part {at}: {}", spell::string(text)),
                Part::Expression { entry, .. } => format!("part {at}: from {}", entry.0),
                Part::Refused { message, .. } => format!("part {at}: refused, {message}"),
            };
            line(text, None);
        }
        for (at, instr) in tables.code.iter().enumerate() {
            for (id, _) in tables.loops.iter().filter(|(_, def)| def.body.0 as usize == at) {
                line(format!("loop {id}:"), None);
            }
            let mut text = format!("{at:4}  ");
            // a string takes any text
            let _ = self.instr(instr, &mut text);
            let site = tables.debug.sites.get(at);
            line(text, site.and_then(|&site| tables.debug.spans.get(site as usize).copied()));
        }
        for catch in &tables.catches {
            line(format!("undefined in {}..{} -> {}", catch.start, catch.end, target(catch.to)), None);
        }
        lines
    }

    fn instr(&self, instr: &Instr, out: &mut String) -> std::fmt::Result {
        let op = |operand: Operand| self.operand(operand);
        match *instr {
            Instr::Test { of, truth, on } => {
                write!(out, "test {} ({truth:?}){}", op(of), branch(on))
            }
            Instr::Compare { op: compare, left, right, on } => {
                write!(out, "{} {} {}{}", op(left), compare.text(), op(right), branch(on))
            }
            Instr::Text { op: text, subject, argument, on } => {
                let computed = if text == TextOp::Matches { " (computed)" } else { "" };
                write!(out, "{} {}, {}{computed}{}", text.text(), op(subject), op(argument), branch(on))
            }
            Instr::Matches { subject, pattern, on } => {
                let source = self.tables.patterns.get(pattern).map_or("", |pattern| &*pattern.source);
                write!(out, "matches {}, {}{}", op(subject), spell::string(source), branch(on))
            }
            Instr::Decide { op: function, of, on } => {
                write!(out, "{} {}{}", function.text(), op(of), branch(on))
            }
            Instr::Defined { of, on } => write!(out, "isDefined {}{}", op(of), branch(on)),
            Instr::InstanceOf { of, type_name, on } => {
                write!(out, "{} instanceof {}{}", op(of), self.operand(Operand::Const(type_name)), branch(on))
            }
            Instr::Loop { op: quantifier, over, id, on } => {
                write!(out, "{} {}, loop {id}{}", quantifier.text(), op(over), branch(on))
            }
            Instr::Goto { to } => write!(out, "goto {}", target(to)),
            Instr::Move { from, to } => write!(out, "t{to} = {}", op(from)),
            Instr::Index { base, index, to } => write!(out, "t{to} = {}[{}]", op(base), op(index)),
            Instr::Apply { op: function, of, to } => write!(out, "t{to} = {} {}", function.text(), op(of)),
            Instr::Substring { text, from, until, to } => {
                write!(out, "t{to} = substring {}, {}", op(text), op(from))?;
                until.map_or(Ok(()), |until| write!(out, ", {}", op(until)))
            }
            Instr::Filter { over, id, to } => write!(out, "t{to} = filter {}, loop {id}", op(over)),
            Instr::Return { of } => write!(out, "return {}", op(of)),
            Instr::Observe { event, to } => {
                match event {
                    Event::Value { of, node } => write!(out, "observe {} as node {node}", op(of))?,
                    Event::Loop { id } => write!(out, "observe loop {id}")?,
                    Event::Element { id } => write!(out, "observe element of loop {id}")?,
                    Event::Passed { id, holds } => write!(out, "observe loop {id} {holds}")?,
                }
                write!(out, " -> {}", target(to))
            }
        }
    }

    fn operand(&self, operand: Operand) -> String {
        match operand {
            Operand::Temp(slot) => format!("t{slot}"),
            Operand::Const(id) => match self.constant(id) {
                Const::Undefined => "undefined".to_owned(),
                Const::Null => "null".to_owned(),
                Const::Bool(b) => b.to_string(),
                Const::Int(n) => n.to_string(),
                Const::Uint(n) => n.to_string(),
                Const::Float(n) => spell::Float(*n).to_string(),
                Const::Str(text) => spell::string(text).to_string(),
            },
            Operand::Place(id) => self.place_text(id),
        }
    }

    fn place_text(&self, id: PlaceId) -> String {
        let Some(place) = self.tables.places.get(id) else { return String::new() };
        let base = place.base.filter(|base| *base < id).map(|base| self.place_text(base)).unwrap_or_default();
        let step = match place.step {
            Step::Var(name) | Step::VarOrNull(name) => spell::Ident(self.symbol(name)).to_string(),
            Step::At(name) => self.symbol(name).to_owned(),
            Step::It(_) => "@it".to_owned(),
            Step::Key(_) => "@key".to_owned(),
            Step::Value(_) => "@value".to_owned(),
            Step::Outside => "@outside".to_owned(),
            Step::Temp(slot) => format!("t{slot}"),
            Step::Field(name) => format!(".{}", spell::Member(self.symbol(name))),
            Step::Index(key) => format!("[{}]", self.operand(Operand::Const(key))),
        };
        let hidden = if place.hidden { "!" } else { "" };
        let kept = place.cache.map(|cache| format!("#{}", cache.index())).unwrap_or_default();
        format!("{base}{step}{hidden}{kept}")
    }
}

fn target(target: Target) -> String {
    match target {
        Target::YES => "yes".to_owned(),
        Target::NO => "no".to_owned(),
        Target(at) => at.to_string(),
    }
}

fn branch(on: Branch) -> String {
    format!(" -> {}, {}", target(on.yes), target(on.no))
}
