//! The work: what each of W1–W9 says, what H1–H3 ask of a host (an integer key of a map of 1,000, a walk of its
//! entries, a type test), what C1–C4 capture, how many probes P1 and P2 hit, R1: a text that is searched for secrets and has none, and
//! L1–L4: a line of an archive that is read and tested, or a row of columns.

use crate::capture::Scene;
use crate::data;
use crate::lines::Line;

/// What a work asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// A condition with this answer.
    Condition(bool),
    /// A template with this text.
    Template(&'static str),
    /// A capture; the source says of what.
    Capture(Scene),
    /// A hit of a place with so many probes, whose conditions are all the source, and false.
    Hit(u32),
    /// A search for secrets in the text of [`data::prose`], which has none.
    Search,
    /// A condition that holds over a line of an archive, which is read for it.
    Line(Line),
    /// A condition that holds over a row of columns.
    Row,
}

/// One work.
#[derive(Debug)]
pub struct Work {
    /// Its name in the tables.
    pub name: &'static str,
    /// The expression or template.
    pub source: &'static str,
    /// What it must answer.
    pub ask: Ask,
}

/// All works, in the order of the tables.
pub const WORKS: &[Work] = &[
    Work { name: "W1t", source: r#"user.age > 40 && user.plan == "gold""#, ask: Ask::Condition(true) },
    Work { name: "W1f", source: r#"user.age > 50 && user.plan == "gold""#, ask: Ask::Condition(false) },
    Work { name: "W2", source: r#"headers["Host"] == "example.org""#, ask: Ask::Condition(true) },
    Work { name: "W3/10", source: r#"any(names10, {@it == "name0009"})"#, ask: Ask::Condition(true) },
    Work { name: "W3/100", source: r#"any(names100, {@it == "name0099"})"#, ask: Ask::Condition(true) },
    Work { name: "W3/1000", source: r#"any(names1000, {@it == "name0999"})"#, ask: Ask::Condition(true) },
    Work { name: "W4", source: "len(filter(items, {@it.qty > 50})) > 2", ask: Ask::Condition(true) },
    Work { name: "W5", source: r#"matches(id, "^user-[0-9]+$")"#, ask: Ask::Condition(true) },
    Work {
        name: "W6",
        source: r#"startsWith(user.name, "Grace") || contains(user.email, "example.org")"#,
        ask: Ask::Condition(true),
    },
    Work {
        name: "W7",
        source: "order.customer.account.plan.tier.region.zone.code == 7",
        ask: Ask::Condition(true),
    },
    Work {
        name: "W8",
        source: "User {user.name} bought {count} items",
        ask: Ask::Template("User Ada Lovelace bought 42 items"),
    },
    Work {
        name: "W9",
        source: r#"isDefined(x) && x.y != null && substring(x.y.z, 0, 3) == "abc""#,
        ask: Ask::Condition(true),
    },
    Work { name: "H1", source: r#"codes[977] == "code0977""#, ask: Ask::Condition(true) },
    Work { name: "H2", source: r#"any(codes, {@value == "none"})"#, ask: Ask::Condition(false) },
    Work { name: "H3", source: r#"count instanceof "int""#, ask: Ask::Condition(true) },
    Work { name: "C1", source: "an order of 100 items with 8 fields", ask: Ask::Capture(Scene::Order) },
    Work { name: "C2", source: "a map of 1,000 strings", ask: Ask::Capture(Scene::Map) },
    Work { name: "C3", source: "a frame of 12 scalars", ask: Ask::Capture(Scene::Flat) },
    Work { name: "C4", source: "objects in objects, cut at three levels", ask: Ask::Capture(Scene::Deep) },
    Work { name: "P1", source: r#"user.age > 50 && user.plan == "gold""#, ask: Ask::Hit(1) },
    Work { name: "P2", source: r#"user.age > 50 && user.plan == "gold""#, ask: Ask::Hit(8) },
    Work { name: "R1", source: "prose, JSON and lines of a log, without a secret", ask: Ask::Search },
    Work { name: "L1", source: r#"user.age > 40 && user.plan == "gold""#, ask: Ask::Line(Line::Event) },
    Work {
        name: "L2",
        source: r#"any(items, {@it.price > 95}) && contains(message, "timeout")"#,
        ask: Ask::Line(Line::Event),
    },
    Work { name: "L3", source: "len(numbers) > 2", ask: Ask::Line(Line::Recording) },
    Work { name: "L4", source: r#"user.age > 40 && user.plan == "gold""#, ask: Ask::Row },
];

impl Work {
    /// The most instructions of ours beyond those by hand, where there is a bound: a hit of a place costs its conditions,
    /// 115 instructions for the first probe and 45 for each further one.
    #[must_use]
    pub fn most_beyond_hand(&self) -> Option<u64> {
        match self.ask {
            Ask::Hit(probes) => Some(115 + 45 * u64::from(probes.saturating_sub(1))),
            Ask::Condition(_)
            | Ask::Template(_)
            | Ask::Capture(_)
            | Ask::Search
            | Ask::Line(_)
            | Ask::Row => None,
        }
    }

    /// The most instructions of ours where there is a bound to them alone: a search takes four for each byte.
    #[must_use]
    pub fn most(&self) -> Option<u64> {
        match self.ask {
            Ask::Search => Some(4 * data::prose().len() as u64),
            Ask::Condition(_)
            | Ask::Template(_)
            | Ask::Capture(_)
            | Ask::Hit(_)
            | Ask::Line(_)
            | Ask::Row => None,
        }
    }

    /// Whether it is one of those that stand for conditions and templates as people write them.
    #[must_use]
    pub fn is_common(&self) -> bool {
        self.name.starts_with('W')
    }
}

/// The work of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Work> {
    WORKS.iter().find(|work| work.name == name)
}
