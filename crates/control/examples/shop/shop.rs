//! A program with two places for probes, and the adapter that shows them.

#![allow(dead_code, reason = "the tests use a part")]

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use probelang::host::{Host, Names, Symbol, Value};
use probelang_control::Adapter;
use probelang_probe::place::{Match, find_file, find_type};
use probelang_probe::probe::Place;
use probelang_probe::runtime::{Outcome, Scene};
use probelang_probe::status::Status;
use probelang_probe::{Change, Probes, Site, Timestamp};

/// The type and the file of the program, as it knows them itself.
const TYPE: &str = "shop.Cart";
const FILE: &str = "/app/shop/cart.py";
/// Its line that takes probes.
const LINE: u32 = 42;
/// The names of its variables. Their symbols are their places here.
const NAMES: [&str; 2] = ["total", "user"];

/// The program: a function `shop.Cart.pay`, and a line of it.
pub struct Shop {
    pay: Arc<Site>,
    line: Arc<Site>,
    /// The set that hits are reported to. Another one in a child of a fork.
    probes: ArcSwapOption<Probes>,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            pay: Arc::new(Site::new(Some(TYPE), "shop.Cart.pay")),
            line: Arc::new(Site::new(Some(TYPE), format!("{FILE}:{LINE}"))),
            probes: ArcSwapOption::empty(),
        }
    }
}

impl Shop {
    /// What the program does: here it is observed.
    pub fn pay(&self, total: i64, user: &str) {
        let probes = self.probes.load();
        let Some(probes) = &*probes else { return };
        let frame = Frame { total, user };
        let call = probes.enter(&self.pay, &frame, now());
        probes.line(&self.line, &frame, now());
        probes.exit(call, &self.pay, &frame, Outcome::Returned, now());
    }

    /// Where a probe belongs, or why nowhere.
    fn find(&self, place: &Place) -> Result<&Arc<Site>, String> {
        match place {
            Place::Function { type_name, method, .. } => match find_type(type_name, [TYPE]) {
                Match::One(_) if method == "pay" => Ok(&self.pay),
                Match::One(_) => Err(format!("`{TYPE}` has no function `{method}`")),
                Match::None | Match::Tie(..) => Err(format!("there is no type `{type_name}`")),
            },
            Place::Lines { file, from, to } => match find_file(file, [FILE]) {
                Match::One(_) if (*from..=*to).contains(&LINE) => Ok(&self.line),
                Match::One(_) => Err(format!("nothing runs at line {from} of `{FILE}`")),
                Match::None | Match::Tie(..) => Err(format!("there is no file `{file}`")),
            },
        }
    }
}

impl Adapter for Shop {
    fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, now: Timestamp) {
        self.probes.store(Some(Arc::clone(probes)));
        for change in changes {
            match change {
                Change::Add(probe) | Change::Update(probe) => match self.find(&probe.place) {
                    Ok(site) => {
                        // a probe that is not allowed here, or was removed meanwhile, has its status
                        let _ = probes.arm(&probe.id, site, &mut names(), now);
                    }
                    Err(cause) => probes.report(&probe.id, probe.version, Status::Error, Some(&cause), now),
                },
                Change::Remove(_) => {}
            }
        }
    }
}

fn names() -> Names {
    let mut names = Names::new();
    for name in NAMES {
        names.symbol(name);
    }
    names
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::default().after(since.unwrap_or_default())
}

/// What can be seen in a call.
struct Frame<'f> {
    total: i64,
    user: &'f str,
}

impl Host for Frame<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match name.0 {
            0 => Value::Int(self.total),
            1 => Value::Str(self.user),
            _ => Value::Absent,
        };
    }
}

impl Scene for Frame<'_> {
    fn host(&self) -> &dyn Host {
        self
    }
}
