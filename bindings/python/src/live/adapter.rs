//! The adapter: places probes as the probe file says.

use std::sync::Arc;

use probelang_control::Adapter;
use probelang_control::sink::Sinks;
use probelang_probe::event::{Event, Output};
use probelang_probe::{Change, Probes, Timestamp};
use pyo3::prelude::*;

use super::arrival;
use super::code::Instructions;
use super::find::{Filter, Search};
use super::notes;
use super::plan::{Plan, Wanted};
use super::spans;
use super::state::{State, state};

/// The adapter of this interpreter.
pub struct Interpreter;

impl Adapter for Interpreter {
    fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, _: Timestamp) {
        let applied = Python::try_attach(|py| state(py).apply(py, probes, changes));
        // an interpreter that ends takes no probes
        if let Some(Err(error)) = applied {
            self.note(&format!("probes cannot be placed: {error}"));
        }
    }

    fn remarks(&self) -> Vec<String> {
        notes::all()
    }

    fn output(&self, sinks: Arc<Sinks>) -> Arc<dyn Output> {
        Arc::new(Tagging(sinks))
    }
}

/// Sets tags on the spans of the program, on the way to the sinks.
struct Tagging(Arc<Sinks>);

impl Output for Tagging {
    fn emit(&self, event: Event) {
        if let Event::Tags(record) = &event
            && let Err(why) = spans::set_tags(record)
        {
            notes::missed(why);
        }
        self.0.emit(event);
    }
}

impl State {
    /// Places probes as the changes say.
    fn apply(&self, py: Python<'_>, probes: &Arc<Probes>, changes: Vec<Change>) -> PyResult<()> {
        let is_same = self.probes.borrow().as_ref().is_some_and(|before| Arc::ptr_eq(before, probes));
        if !is_same {
            // a child of a fork: calls that were entered are hits of the set of its parent
            self.calls.borrow_mut().clear();
            *self.plan.borrow_mut() = Plan::default();
            *self.probes.borrow_mut() = Some(Arc::clone(probes));
        }
        if self.plan.borrow().instructions.is_none() {
            self.plan.borrow_mut().instructions = Some(Instructions::of(py)?);
        }
        for change in changes {
            let mut plan = self.plan.borrow_mut();
            match change {
                Change::Add(probe) => plan.wanted.push(Wanted::new(probe)),
                Change::Update(probe) => {
                    if let Some(wanted) = plan.wanted.iter_mut().find(|wanted| wanted.probe.id == probe.id) {
                        wanted.update(probe);
                        self.arm_again(py, probes, wanted)?;
                    }
                }
                Change::Remove(probe) => plan.wanted.retain(|wanted| wanted.probe.id != probe.id),
            }
        }
        arrival::watch(py, !self.plan.borrow().wanted.is_empty())?;
        let [of_all, of_missing] = [true, false].map(|all| Filter::of(&self.plan.borrow(), all));
        self.plan.borrow_mut().filter = of_all;
        if let Some(filter) = of_missing {
            let search = Search::run(py, self, &filter)?;
            self.offer(py, &search.found, Some(&search.running));
            self.offer_named(py, &search.running);
        }
        self.sweep(py)
    }

    /// Leaves the program as it was before there were probes.
    ///
    /// # Errors
    /// Those of giving the tool id back.
    pub fn clear(&self, py: Python<'_>) -> PyResult<()> {
        arrival::watch(py, false)?;
        *self.plan.borrow_mut() = Plan::default();
        *self.probes.borrow_mut() = None;
        self.calls.borrow_mut().clear();
        let tool = self.tool.borrow_mut().take();
        let arriving = std::mem::take(&mut *self.arriving.borrow_mut());
        let leaving = std::mem::take(&mut *self.leaving.borrow_mut());
        let codes = std::mem::take(&mut *self.codes.borrow_mut());
        let Some(tool) = tool else { return Ok(()) };
        for code in codes.values().map(|armed| &armed.code).chain(arriving.values()).chain(leaving.values()) {
            tool.silence(code.bind(py))?;
        }
        tool.give_back(py)
    }
}
