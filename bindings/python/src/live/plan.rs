//! What is to be placed, and where it is.

use std::cell::OnceCell;
use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use probelang_control::{ByAddress, now};
use probelang_probe::place::{Match, find_file, find_type};
use probelang_probe::probe::{Place, Probe};
use probelang_probe::status::Status;
use probelang_probe::{Probes, Site};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::code::{self, Instructions};
use super::drift::{self, Drift};
use super::find::{self, Filter};
use super::lookup::{self, Named};
use super::names::{CodeNames, Resolving};
use super::state::{Armed, State};
use super::tool;

/// A code object that was found.
pub struct Found {
    /// It.
    pub code: Py<PyAny>,
    /// The address of the one around it, if that was found too.
    pub around: Option<usize>,
    /// The name of its module.
    pub module: Rc<str>,
    /// Its file.
    pub file: Rc<str>,
}

impl Found {
    /// A code object of a module and everything nested in it.
    pub fn tree(code: &Bound<'_, PyAny>, module: Rc<str>, file: Rc<str>) -> impl Iterator<Item = Self> {
        code::tree(code).into_iter().map(move |(code, around)| {
            let (module, file) = (Rc::clone(&module), Rc::clone(&file));
            Self { code: code.unbind(), around, module, file }
        })
    }
}

/// The same with what is read from it when it is needed.
struct Known<'f, 'py> {
    found: &'f Found,
    code: &'f Bound<'py, PyAny>,
    path: OnceCell<Vec<String>>,
    lines: OnceCell<Vec<u32>>,
}

impl<'f, 'py> Known<'f, 'py> {
    fn new(py: Python<'py>, found: &'f Found) -> Self {
        Self { found, code: found.code.bind(py), path: OnceCell::new(), lines: OnceCell::new() }
    }
}

impl Known<'_, '_> {
    /// Its name within its module.
    fn path(&self) -> &[String] {
        self.path.get_or_init(|| code::path(self.code))
    }

    /// Its full name.
    fn full(&self) -> String {
        full_name(&self.found.module, self.path())
    }

    /// The full name of what is around it.
    fn type_name(&self) -> String {
        full_name(&self.found.module, self.path().split_last().map_or(&[], |(_, around)| around))
    }

    fn lines(&self, instructions: Instructions) -> &[u32] {
        self.lines.get_or_init(|| instructions.lines(self.code))
    }
}

/// A name with its module.
pub fn full_name(module: &str, path: &[String]) -> String {
    let parts =
        std::iter::once(module).filter(|module| !module.is_empty()).chain(path.iter().map(String::as_str));
    parts.collect::<Vec<_>>().join(".")
}

/// A probe of the set.
pub struct Wanted {
    /// It.
    pub probe: Arc<Probe>,
    /// Where it is armed: code objects, and the line of each, or that it is the function.
    at: Vec<(usize, Option<u32>)>,
    /// The full name of the function, or the file, that it was found in.
    name: Option<String>,
    /// Whether it can be nowhere, which its status says.
    has_failed: bool,
}

/// What is to be placed.
#[derive(Default)]
pub struct Plan {
    /// The probes of the set.
    pub wanted: Vec<Wanted>,
    /// Which lines code has.
    pub instructions: Option<Instructions>,
    /// What new code is looked at for.
    pub filter: Option<Filter>,
}

impl Plan {
    /// The full names of functions that are nowhere yet.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.wanted.iter().filter(|wanted| wanted.is_nowhere()).filter_map(Wanted::full)
    }
}

impl Wanted {
    /// A probe that is nowhere yet.
    pub const fn new(probe: Arc<Probe>) -> Self {
        Self { probe, at: Vec::new(), name: None, has_failed: false }
    }

    /// It goes on in a changed form.
    pub fn update(&mut self, probe: Arc<Probe>) {
        (self.probe, self.has_failed) = (probe, false);
    }

    /// Whether code may be of interest to it.
    pub const fn is_open(&self) -> bool {
        !self.has_failed
    }

    /// Whether it is to be looked for.
    pub const fn is_nowhere(&self) -> bool {
        self.is_open() && self.at.is_empty()
    }

    /// The last part of the name of its function.
    pub fn function(&self) -> Option<&str> {
        match &self.probe.place {
            Place::Function { method, .. } => method.rsplit('.').next(),
            Place::Lines { .. } => None,
        }
    }

    /// The full name of its function, as far as it is given.
    pub fn full(&self) -> Option<String> {
        match &self.probe.place {
            Place::Function { type_name, method, .. } if type_name.is_empty() => Some(method.clone()),
            Place::Function { type_name, method, .. } => Some(format!("{type_name}.{method}")),
            Place::Lines { .. } => None,
        }
    }

    /// Its file.
    pub fn file(&self) -> Option<&str> {
        match &self.probe.place {
            Place::Lines { file, .. } => Some(file),
            Place::Function { .. } => None,
        }
    }

    fn fail(&mut self, probes: &Probes, why: &str) {
        self.has_failed = true;
        probes.report(&self.probe.id, self.probe.version, Status::Error, Some(why), now());
    }
}

/// The components of a path, the last first.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
}

/// Whether a file may be one that is wanted, in the process as it is.
pub fn is_file_of(py: Python<'_>, path: &str, wanted: &str) -> bool {
    // most files have another name
    parts(path).next() == parts(wanted).next() && may_be(path, wanted, &roots(py))
}

/// Whether a file may be the one that is wanted: its path ends in all of what is wanted; or, below one of the folders
/// that modules are imported from, all of its path is the end of what is wanted. That only the name of a file is the same
/// would place a probe for `shop/models.py` in the `models.py` of a library.
fn may_be(path: &str, wanted: &str, roots: &[String]) -> bool {
    let ends_in = |long: &str, short: &str| {
        let mut long = parts(long);
        parts(short).next().is_some() && parts(short).all(|part| long.next() == Some(part))
    };
    ends_in(path, wanted)
        || roots.iter().any(|root| {
            let below =
                path.strip_prefix(root.as_str()).filter(|rest| root.ends_with('/') || rest.starts_with('/'));
            !root.is_empty() && below.is_some_and(|below| ends_in(wanted, below))
        })
}

/// The folders that modules are imported from.
fn roots(py: Python<'_>) -> Vec<String> {
    let path = sys(py, c"path").and_then(|path| path.cast_into_exact::<PyList>().ok());
    path.iter().flatten().filter_map(|entry| entry.extract().ok()).collect()
}

/// What `sys` has under a name, without importing it: that may be a function of the program.
pub fn sys<'py>(py: Python<'py>, name: &CStr) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the GIL is held; the interpreter keeps what it lends
    unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PySys_GetObject(name.as_ptr())) }
}

impl State {
    /// Places probes in code that was found: those that are nowhere yet in code that was loaded before, where `running` has
    /// the number of frames of each code object; or all, in code that is about to run for the first time.
    pub fn offer(&self, py: Python<'_>, found: &[Found], running: Option<&ByAddress<usize>>) {
        let Ok(probes) = self.probes.try_borrow().map(|probes| probes.clone()) else { return };
        let (Some(probes), Ok(mut plan)) = (probes, self.plan.try_borrow_mut()) else { return };
        let Some(instructions) = plan.instructions else { return };
        let roots = roots(py);
        let known: Vec<_> = found.iter().map(|found| Known::new(py, found)).collect();
        let placing = Placing { py, state: self, probes: &probes, known: &known, running, instructions };
        let is_first = running.is_none();
        for wanted in
            plan.wanted.iter_mut().filter(|one| if is_first { one.is_open() } else { one.is_nowhere() })
        {
            match &Arc::clone(&wanted.probe).place {
                Place::Function { .. } => placing.function(wanted),
                Place::Lines { file, from, to } => placing.lines(wanted, &roots, file, *from, *to),
            }
        }
    }

    /// Places probes in functions under the names that modules and classes pass on, where no code has the name itself.
    pub fn offer_named(&self, py: Python<'_>, running: &ByAddress<usize>) {
        let Some(probes) = self.probes.borrow().clone() else { return };
        let mut plan = self.plan.borrow_mut();
        let Some(instructions) = plan.instructions else { return };
        for wanted in plan.wanted.iter_mut().filter(|wanted| wanted.is_nowhere()) {
            let Some(full) = wanted.full() else { continue };
            let (code, module) = match lookup::function(py, &full) {
                None => continue,
                Some(Named::InC) => {
                    wanted.fail(
                        &probes,
                        &format!("`{full}` is written in C: it has no code that a probe can be placed in"),
                    );
                    continue;
                }
                Some(Named::Function(code, globals)) => (code, find::module(&globals)),
            };
            let file = code::file(&code).into();
            let found = Found { code: code.unbind(), around: None, module: module.into(), file };
            let known = [Known::new(py, &found)];
            let placing = Placing {
                py,
                state: self,
                probes: &probes,
                known: &known,
                running: Some(running),
                instructions,
            };
            let [known] = &known;
            let note = format!("installed at `{}`", known.full());
            placing.put(wanted, known.full(), &[(known, None)], note);
        }
    }

    /// Arms a probe again wherever it is.
    pub fn arm_again(&self, py: Python<'_>, probes: &Probes, wanted: &Wanted) -> PyResult<()> {
        let mut codes = self.codes.borrow_mut();
        for (address, line) in &wanted.at {
            let Some(armed) = codes.get_mut(address) else { continue };
            let site = match line {
                None => armed.call.clone(),
                Some(line) => armed.line(*line).cloned(),
            };
            let Some(site) = site else { continue };
            // what is not allowed any more has its status
            let _ = probes.arm(&wanted.probe.id, &site, &mut Resolving(&mut armed.names, py), now());
            tool::with(py, self, |tool| tool.listen(py, armed))?;
        }
        Ok(())
    }

    /// Takes a probe out of the places where it is.
    fn unplace(&self, probes: &Probes, wanted: &mut Wanted) {
        let codes = self.codes.borrow();
        for (address, line) in wanted.at.drain(..) {
            let Some(armed) = codes.get(&address) else { continue };
            let site = match line {
                None => armed.call.as_ref(),
                Some(line) => armed.line(line),
            };
            site.into_iter().for_each(|site| probes.disarm(&wanted.probe.id, site));
        }
    }

    /// Drops what has no probes any more, and what no code object needs. Without anything left, no tool id is held.
    pub fn sweep(&self, py: Python<'_>) -> PyResult<()> {
        let mut codes = self.codes.borrow_mut();
        let mut tool = self.tool.borrow_mut();
        let mut gone = Vec::new();
        codes.retain(|address, armed| {
            if armed.call.as_ref().is_some_and(|site| site.is_empty()) {
                armed.call = None;
            }
            armed.lines.retain(|(_, site)| !site.is_empty());
            // nothing but this table knows of it: its module was reloaded
            let is_dead = references(&armed.code) == 1;
            let keep = !is_dead && (armed.call.is_some() || !armed.lines.is_empty());
            if !keep {
                gone.push((*address, armed.code.clone_ref(py)));
            }
            keep
        });
        if let Some(tool) = &*tool {
            for (_, code) in &gone {
                tool.silence(code.bind(py))?;
            }
            for armed in codes.values() {
                tool.listen(py, armed)?;
            }
        }
        let probes = self.probes.borrow();
        let is_gone = |code: usize| gone.iter().any(|(address, _)| *address == code);
        self.calls.borrow_mut().retain(|call| {
            let is_lost = !codes.get(&call.code).is_some_and(|armed| armed.has_ends());
            if is_lost && let Some(probes) = &*probes {
                probes.abandon(call.pending);
            }
            !is_lost
        });
        self.plan.borrow_mut().wanted.iter_mut().for_each(|wanted| wanted.at.retain(|(at, _)| !is_gone(*at)));
        let is_idle = self.plan.borrow().wanted.is_empty();
        for modules in [&self.arriving, &self.leaving] {
            let (kept, dropped): (Vec<_>, Vec<_>) = std::mem::take(&mut *modules.borrow_mut())
                .into_iter()
                .partition(|(_, code)| !is_idle && references(code) > 1);
            modules.borrow_mut().extend(kept);
            for (_, code) in dropped {
                if let Some(tool) = &*tool {
                    tool.silence(code.bind(py))?;
                }
            }
        }
        if let Some(tool) = &*tool {
            for code in self.leaving.borrow().values() {
                tool.await_end(code.bind(py))?;
            }
        }
        let has_ends = codes.values().any(|armed| armed.has_ends());
        if let Some(tool) = &mut *tool {
            tool.follow_ends(py, has_ends)?;
        }
        if codes.is_empty()
            && self.arriving.borrow().is_empty()
            && self.leaving.borrow().is_empty()
            && let Some(tool) = tool.take()
        {
            tool.give_back(py)?;
        }
        Ok(())
    }
}

/// How many references there are to an object.
fn references(object: &Py<PyAny>) -> isize {
    // SAFETY: a live object
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}

/// Places probes in code that was found.
struct Placing<'p, 'py> {
    py: Python<'py>,
    state: &'p State,
    probes: &'p Probes,
    known: &'p [Known<'p, 'py>],
    running: Option<&'p ByAddress<usize>>,
    instructions: Instructions,
}

impl Placing<'_, '_> {
    fn function(&self, wanted: &mut Wanted) {
        let Some(full) = wanted.full() else { return };
        let last = wanted.function().unwrap_or_default().to_owned();
        let fitting: Vec<(String, &Known<'_, '_>)> = self
            .known
            .iter()
            .filter(|known| known.path().last().is_some_and(|name| *name == last))
            .filter(|known| code::body(known.code) != code::Body::Names)
            .map(|known| (known.full(), known))
            .filter(|(name, _)| !matches!(find_type(&full, [name.as_str()]), Match::None))
            .collect();
        if fitting.is_empty() {
            return;
        }
        let names = fitting.iter().map(|(name, _)| name.as_str()).chain(wanted.name.as_deref());
        let name = match find_type(&full, names) {
            Match::None => return,
            Match::Tie(one, other) => {
                let why = format!("`{full}` may be `{one}` or `{other}`; give the full name");
                self.state.unplace(self.probes, wanted);
                return wanted.fail(self.probes, &why);
            }
            Match::One(name) => name.to_owned(),
        };
        let here: Vec<_> =
            fitting.iter().filter(|(other, _)| *other == name).map(|(_, known)| (*known, None)).collect();
        self.put(wanted, name, &here, String::new());
    }

    fn lines(&self, wanted: &mut Wanted, roots: &[String], file: &str, from: u32, to: u32) {
        let fitting: Vec<&Known<'_, '_>> =
            self.known.iter().filter(|known| may_be(&known.found.file, file, roots)).collect();
        if fitting.is_empty() {
            return;
        }
        let files: Vec<&str> =
            fitting.iter().map(|known| &*known.found.file).chain(wanted.name.as_deref()).collect();
        let path = match find_file(file, files.iter().copied()) {
            Match::None => return,
            Match::Tie(one, other) => {
                let why = format!("`{file}` may be {one} or {other}; give more of the path");
                self.state.unplace(self.probes, wanted);
                return wanted.fail(self.probes, &why);
            }
            Match::One(path) => path.to_owned(),
        };
        let here: Vec<_> = fitting.into_iter().filter(|known| *known.found.file == *path).collect();
        if here.is_empty() {
            return;
        }
        let all = || here.iter().flat_map(|known| known.lines(self.instructions)).copied();
        let (mut from, mut to, mut note) = (from, to, String::new());
        if let Some(text) = &wanted.probe.line_text {
            match drift::find(&path, text, from, |line| all().any(|other| other == line)) {
                Drift::Same => {}
                Drift::Moved(line) => {
                    note = format!("installed at line {line}, which has the text that line {from} had");
                    (from, to) = (line, line.saturating_add(to.saturating_sub(from)));
                }
                Drift::Drifted(why) => {
                    self.state.unplace(self.probes, wanted);
                    let probe = &wanted.probe;
                    return self.probes.report(&probe.id, probe.version, Status::Drifted, Some(&why), now());
                }
            }
        }
        let Some(line) = all().filter(|line| (from..=to).contains(line)).min() else {
            // what is found of a file that is known already is a part of it, made at run time
            if wanted.name.is_some() {
                return;
            }
            let next = all().filter(|line| *line > to).min();
            let which = if from == to { format!("line {from}") } else { format!("lines {from} to {to}") };
            let why = match next {
                Some(next) => {
                    format!("no loaded code is on {which} of {path}; the next line with code is {next}")
                }
                None => format!("no loaded code is on {which} of {path}, nor after it"),
            };
            return wanted.fail(self.probes, &why);
        };
        let on_line: Vec<_> =
            here.into_iter().filter(|known| known.lines(self.instructions).contains(&line)).collect();
        let here: Vec<_> = self.meant(&on_line).into_iter().map(|known| (known, Some(line))).collect();
        self.put(wanted, path, &here, note);
    }

    /// Of several code objects with one line, those that it is the line of. A comprehension or lambda within a statement is
    /// a part of it. A function or class on one line is meant itself, not the statement that makes it; and so is
    /// a lambda that a module or class makes, which runs once.
    fn meant<'k>(&self, all: &[&'k Known<'k, 'k>]) -> Vec<&'k Known<'k, 'k>>
    where
        Self: 'k,
    {
        let around = |known: &Known<'_, '_>| {
            let mut next = known.found.around;
            while let Some(address) = next {
                if let Some(other) = all.iter().find(|other| code::address(other.code) == address) {
                    return Some(*other);
                }
                let found = self.known.iter().find(|other| code::address(other.code) == address);
                next = found.and_then(|known| known.found.around);
            }
            None
        };
        let mut left: Vec<usize> = Vec::new();
        for known in all {
            let Some(outer) = around(known) else { continue };
            let name = code::name(known.code);
            let is_own =
                !name.starts_with('<') || (name == "<lambda>" && code::body(outer.code) == code::Body::Names);
            left.push(code::address(if is_own { outer.code } else { known.code }));
        }
        all.iter().copied().filter(|known| !left.contains(&code::address(known.code))).collect()
    }

    /// Arms a probe in code objects; elsewhere it is no more, if it was found under another name. `note` is what its status
    /// says besides.
    fn put(&self, wanted: &mut Wanted, name: String, here: &[(&Known<'_, '_>, Option<u32>)], note: String) {
        if wanted.name.as_ref().is_some_and(|before| *before != name) {
            self.state.unplace(self.probes, wanted);
        }
        if let Err(error) = tool::with(self.py, self.state, |_| Ok(())) {
            return wanted.fail(self.probes, &error.value(self.py).to_string());
        }
        wanted.name = Some(name);
        let mut frames = 0_usize;
        for (known, line) in here {
            let address = code::address(known.code);
            if wanted.at.contains(&(address, *line)) {
                continue;
            }
            if let Err(error) = self.arm(wanted, known, *line) {
                let why = format!("Python does not give its events: {}", error.value(self.py));
                return wanted.fail(self.probes, &why);
            }
            wanted.at.push((address, *line));
            let running = self.running.and_then(|running| running.get(&address)).copied();
            frames = frames.saturating_add(running.unwrap_or_default());
        }
        let mut cause = note;
        if frames > 0 {
            let start = if cause.is_empty() { "installed" } else { cause.as_str() };
            cause = format!("{start}, {frames} frame{} already running", if frames == 1 { "" } else { "s" });
        }
        if !cause.is_empty() {
            let probe = &wanted.probe;
            self.probes.report(&probe.id, probe.version, Status::Installed, Some(&cause), now());
        }
    }

    fn arm(&self, wanted: &Wanted, known: &Known<'_, '_>, line: Option<u32>) -> PyResult<()> {
        let mut codes = self.state.codes.borrow_mut();
        let armed = codes.entry(code::address(known.code)).or_insert_with(|| {
            let (call, lines) = (None, Vec::new());
            Box::new(Armed {
                code: known.code.clone().unbind(),
                names: CodeNames::new(known.code),
                call,
                lines,
            })
        });
        let type_name = known.type_name();
        let site = match line {
            None => Arc::clone(
                armed.call.get_or_insert_with(|| Arc::new(Site::new(Some(&type_name), known.full()))),
            ),
            Some(line) => match armed.line(line) {
                Some(site) => Arc::clone(site),
                None => {
                    let site = Arc::new(Site::new(Some(&type_name), format!("{}:{line}", known.found.file)));
                    armed.lines.push((line, Arc::clone(&site)));
                    site
                }
            },
        };
        // what is not allowed has its status
        let _ = self.probes.arm(&wanted.probe.id, &site, &mut Resolving(&mut armed.names, self.py), now());
        let mut tool = self.state.tool.borrow_mut();
        let Some(tool) = &mut *tool else { return Ok(()) };
        tool.listen(self.py, armed)?;
        if armed.has_ends() { tool.follow_ends(self.py, true) } else { Ok(()) }
    }
}
