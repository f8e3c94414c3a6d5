//! Which probes belong to the places that recorded hits name.
//!
//! A replay meets places one after the other. The place of a probe is decided among those that were met so far, so a
//! probe may move when a place is met that fits better, and becomes an ERROR when two fit it as well.

use std::sync::Arc;

use probelang::snapshot::Location;

use crate::place::{Match, find_file, find_type};
use crate::probe::{Place, Probe};
use crate::site::Site;
use crate::sorted::Sorted;

/// The probes of a replay, and the places that were met.
#[derive(Debug, Default)]
pub(super) struct Places {
    probes: Vec<Arc<Probe>>,
    /// Where each of them is armed.
    at: Vec<At>,
    /// By function, and then by type.
    functions: Sorted<String, Sorted<String, Arc<Site>>>,
    /// By file, and then by line.
    files: Sorted<String, Sorted<u32, Arc<Site>>>,
}

/// Where a probe is armed.
#[derive(Clone, PartialEq, Eq, Debug)]
enum At {
    Nowhere,
    /// In this type or file.
    One(String),
    /// Two fit it.
    Tie,
}

/// A probe whose place has changed.
#[derive(Debug)]
pub(super) struct Moved {
    pub probe: Arc<Probe>,
    /// Where it is armed no more.
    pub from: Vec<Arc<Site>>,
    /// Where it is to be armed; or why it belongs nowhere.
    pub to: Result<Vec<Arc<Site>>, String>,
}

impl Places {
    /// Watches out for the places of these probes.
    pub fn watch(&mut self, probes: Vec<Arc<Probe>>) {
        self.at = vec![At::Nowhere; probes.len()];
        self.probes = probes;
    }

    /// The probes.
    pub fn watched(&self) -> &[Arc<Probe>] {
        &self.probes
    }

    /// All places.
    pub fn sites(&self) -> impl Iterator<Item = Arc<Site>> {
        let functions = self.functions.values().flat_map(Sorted::values);
        functions.chain(self.files.values().flat_map(Sorted::values)).cloned()
    }

    /// The site of a place, and what is to be changed because it is new.
    pub fn at(&mut self, location: &Location<'_>) -> (Arc<Site>, Vec<Moved>) {
        match *location {
            Location::Function { type_name, method } => {
                let name =
                    if type_name.is_empty() { method.to_owned() } else { format!("{type_name}.{method}") };
                let (type_name, method) = function(type_name, method);
                if let Some(site) = self.functions.get(method).and_then(|types| types.get(type_name)) {
                    return (Arc::clone(site), Vec::new());
                }
                let site = Arc::new(Site::new(Some(type_name).filter(|name| !name.is_empty()), name));
                if let Some(types) = self.functions.or_default(&method.to_owned()) {
                    types.insert(type_name.to_owned(), Arc::clone(&site));
                }
                let concerns = |probe: &Probe| wanted(probe).is_some_and(|(_, wanted)| wanted == method);
                (site, self.decide(concerns))
            }
            Location::Line { file, line } => {
                if let Some(site) = self.files.get(file).and_then(|lines| lines.get(&line)) {
                    return (Arc::clone(site), Vec::new());
                }
                let site = Arc::new(Site::new(None, format!("{file}:{line}")));
                if let Some(lines) = self.files.or_default(&file.to_owned()) {
                    lines.insert(line, Arc::clone(&site));
                }
                let concerns = |probe: &Probe| matches!(&probe.place, Place::Lines { from, to, .. } if (*from..=*to).contains(&line));
                (site, self.decide(concerns))
            }
        }
    }

    /// Decides the places of the probes that a new place may concern.
    fn decide(&mut self, concerns: impl Fn(&Probe) -> bool) -> Vec<Moved> {
        let mut moves = Vec::new();
        for index in 0..self.probes.len() {
            let (Some(probe), Some(at)) = (self.probes.get(index), self.at.get(index)) else { continue };
            if *at == At::Tie || !concerns(probe) {
                continue;
            }
            let found = self.find(probe);
            let from = match at {
                At::One(name) => self.sites_in(probe, name),
                At::Nowhere | At::Tie => Vec::new(),
            };
            let (now, to) = match found {
                Match::None => continue,
                // armed again at the places of before, and at the new one
                Match::One(name) => (At::One(name.to_owned()), Ok(self.sites_in(probe, name))),
                Match::Tie(one, other) => {
                    (At::Tie, Err(format!("two places fit it: `{one}` and `{other}`; name more of it")))
                }
            };
            let stays = now == *at;
            let moved = Moved { probe: Arc::clone(probe), from: if stays { Vec::new() } else { from }, to };
            moves.push(moved);
            if let Some(at) = self.at.get_mut(index) {
                *at = now;
            }
        }
        moves
    }

    /// The type or file that a probe names.
    fn find(&self, probe: &Probe) -> Match<&str> {
        match &probe.place {
            Place::Function { type_name, method, .. } => {
                let (type_name, method) = function(type_name, method);
                let types = || self.functions.get(method).into_iter().flat_map(Sorted::keys);
                if type_name.is_empty() {
                    let mut all = types();
                    return match (all.next(), all.next()) {
                        (Some(one), Some(other)) => Match::Tie(one, other),
                        (Some(one), None) => Match::One(one),
                        (None, _) => Match::None,
                    };
                }
                match find_type(type_name, types().map(String::as_str)) {
                    Match::None => short(type_name, types().map(String::as_str)),
                    found => found,
                }
            }
            Place::Lines { file, from, to } => {
                let there = self.files.iter().filter(|(_, lines)| lines.range(*from..=*to).next().is_some());
                find_file(file, there.map(|(file, _)| file.as_str()).collect::<Vec<_>>())
            }
        }
    }

    /// The sites of a probe in a type or file.
    fn sites_in(&self, probe: &Probe, name: &str) -> Vec<Arc<Site>> {
        match &probe.place {
            Place::Function { type_name, method, .. } => {
                let (_, method) = function(type_name, method);
                self.functions.get(method).and_then(|types| types.get(name)).into_iter().cloned().collect()
            }
            Place::Lines { from, to, .. } => {
                let lines = self.files.get(name);
                lines.into_iter().flat_map(|lines| lines.range(*from..=*to)).cloned().collect()
            }
        }
    }
}

/// A function by its type and its own name. Without a type the name may have it in front, as the tracer of Go writes it.
fn function<'n>(type_name: &'n str, method: &'n str) -> (&'n str, &'n str) {
    if !type_name.is_empty() {
        return (type_name, method);
    }
    let parts = ["::", "#", "."].into_iter().filter_map(|separator| method.rsplit_once(separator));
    let longest = parts.max_by_key(|(before, _)| before.len());
    longest.filter(|(before, own)| !before.is_empty() && !own.is_empty()).unwrap_or((type_name, method))
}

/// The function that a probe names.
fn wanted(probe: &Probe) -> Option<(&str, &str)> {
    match &probe.place {
        Place::Function { type_name, method, .. } => Some(function(type_name, method)),
        Place::Lines { .. } => None,
    }
}

/// The recorded type that is the end of the one that is wanted: some tracers record short names.
fn short<'t>(wanted: &str, types: impl Iterator<Item = &'t str>) -> Match<&'t str> {
    let mut found = Match::None;
    for name in types.filter(|name| find_type(name, [wanted]) == Match::One(wanted)) {
        found = match found {
            Match::None => Match::One(name),
            Match::One(one) | Match::Tie(one, _) => Match::Tie(one, name),
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use probelang::Engine;

    use super::*;
    use crate::config::{Outcome, Reader};

    fn probe(place: &str) -> Arc<Probe> {
        let file = format!(r#"{{"id": "p", "type": "LOG_PROBE", "template": "x", "where": {place}}}"#);
        let mut read = Reader::new(&Engine::new()).read(&file);
        let Outcome::Ready(probe) = read.probes.remove(0).outcome else { panic!("{place}") };
        probe
    }

    /// Where the probe is armed after these places were met, or why nowhere.
    fn met(place: &str, locations: &[Location<'_>]) -> Result<Vec<String>, String> {
        let mut places = Places::default();
        places.watch(vec![probe(place)]);
        let mut at = Ok(Vec::new());
        for location in locations {
            for moved in places.at(location).1 {
                at = moved.to.map(|sites| sites.iter().map(|site| site.name().to_owned()).collect());
            }
        }
        at
    }

    const fn called<'l>(type_name: &'l str, method: &'l str) -> Location<'l> {
        Location::Function { type_name, method }
    }

    const fn line(file: &str, line: u32) -> Location<'_> {
        Location::Line { file, line }
    }

    #[test]
    fn a_function_is_found_by_its_exact_type_or_the_only_one_that_fits() {
        let place = r#"{"typeName": "Cart", "methodName": "pay"}"#;
        let (one, other, exact) = (called("a.Cart", "pay"), called("b.Cart", "pay"), called("Cart", "pay"));
        assert_eq!(met(place, &[called("a.Cart", "add")]).unwrap(), [""; 0]);
        assert_eq!(met(place, &[one]).unwrap(), ["a.Cart.pay"]);
        assert_eq!(met(place, &[one, exact]).unwrap(), ["Cart.pay"]);
        assert!(met(place, &[one, other]).unwrap_err().contains("`a.Cart` and `b.Cart`"));
        // what was a tie stays one
        assert!(met(place, &[one, other, exact]).is_err());
    }

    #[test]
    fn a_short_recorded_type_is_the_full_one_of_the_probe() {
        let place = r#"{"typeName": "com.acme.Cart", "methodName": "pay"}"#;
        assert_eq!(met(place, &[called("Cart", "pay")]).unwrap(), ["Cart.pay"]);
        assert_eq!(
            met(place, &[called("Cart", "pay"), called("com.acme.Cart", "pay")]).unwrap(),
            ["com.acme.Cart.pay"]
        );
    }

    #[test]
    fn a_function_without_a_type_may_have_it_in_its_name() {
        let recorded = called("", "main.testParams");
        for place in [
            r#"{"typeName": "main", "methodName": "testParams"}"#,
            r#"{"methodName": "main.testParams"}"#,
            r#"{"methodName": "testParams"}"#,
        ] {
            assert_eq!(met(place, &[recorded]).unwrap(), ["main.testParams"], "{place}");
        }
        for place in [
            r#"{"typeName": "other", "methodName": "testParams"}"#,
            r#"{"methodName": "n.testParams"}"#,
            r#"{"methodName": "Params"}"#,
        ] {
            assert_eq!(met(place, &[recorded]).unwrap(), [""; 0], "{place}");
        }
        assert_eq!(met(r#"{"methodName": "a.b.f"}"#, &[called("a.b", "f")]).unwrap(), ["a.b.f"]);
        assert_eq!(met(r#"{"methodName": ".ctor"}"#, &[called("a.B", ".ctor")]).unwrap(), ["a.B..ctor"]);
    }

    #[test]
    fn the_lines_of_a_range_are_all_places_of_the_probe() {
        let place = r#"{"sourceFile": "src/shop/Cart.java", "lines": ["12-14"]}"#;
        let file = "/app/shop/Cart.java";
        assert_eq!(met(place, &[line(file, 11), line(file, 15)]).unwrap(), [""; 0]);
        assert_eq!(
            met(place, &[line(file, 12), line(file, 14)]).unwrap(),
            ["/app/shop/Cart.java:12", "/app/shop/Cart.java:14"]
        );
        // a file that fits better takes the probe over
        assert_eq!(
            met(place, &[line("/old/Cart.java", 12), line(file, 12)]).unwrap(),
            ["/app/shop/Cart.java:12"]
        );
    }
}
