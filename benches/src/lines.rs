//! Archives: a line read for a condition and tested, and a row of columns of Arrow. By hand a line is only checked to be JSON, and of a
//! row the two values are compared.

use std::hint::black_box;

use probelang::host::{Budget, Names, RunLimits};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode, Snapshot};
use probelang::{Engine, Verdict};

use crate::ours::StillClock;
use crate::subject::Run;
use crate::works::Work;

/// What an archive has on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// A log event, as `benches/archive` writes them.
    Event,
    /// A recording of a tracer.
    Recording,
}

const EVENT: &str = r#"{"timestamp": 1790000000000, "service": "search", "level": "ERROR", "message": "retry payment timeout accepted user user payment request", "trace": {"id": "0013714f2b707a60", "span": "00178c1ef6b57a91"}, "user": {"id": 426141, "name": "user 76192", "age": 79, "plan": "gold", "roles": ["reader", "writer"]}, "items": [{"sku": "sku-3161", "qty": 8, "price": 28.28}, {"sku": "sku-3259", "qty": 9, "price": 92.7}, {"sku": "sku-0932", "qty": 6, "price": 96.95}], "request": {"method": "GET", "path": "/request/9799?q=cart%20\u00e9\\\"", "status": 200, "headers": {"host": "shop.example.org", "accept": "application/json", "x-id": "8965"}}, "ms": 674.837, "ok": true}"#;

const RECORDING: &str = include_str!("../../conformance/snapshots/python-shop-line-small.json");

impl Line {
    /// The line.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Event => EVENT,
            Self::Recording => RECORDING,
        }
    }
}

/// A work over a line, of which the condition holds.
#[must_use]
pub fn over_text(work: &Work, line: Line, engine: &str) -> Option<Run> {
    let text = line.text();
    match engine {
        "ours" => {
            let condition = Engine::new().condition(work.source).ok()?;
            let mut reader = InputReader::new().only(condition.program().projection());
            let mut names = Names::new();
            let bound = condition.bind(&mut names);
            let (policy, mut snapshot) = (Policy::built_in(), Snapshot::default());
            Some(Box::new(move || {
                let mut budget = Budget::new(RunLimits::default(), &StillClock);
                let Ok(mut items) = reader.read(black_box(text.as_bytes()), Mode::Auto) else { return false };
                match items.next() {
                    Some(Ok(Item::Plain(plain))) => {
                        bound.test(&plain.view(&names), &mut budget) == Verdict::Matched
                    }
                    Some(Ok(Item::Recorded(recorded))) => {
                        recorded.open_into(None, &policy, &mut snapshot).is_ok()
                            && bound.test(&snapshot.view(&names), &mut budget) == Verdict::Matched
                    }
                    Some(Err(_)) | None => false,
                }
            }))
        }
        "hand" => Some(Box::new(move || {
            serde_json::from_str::<serde::de::IgnoredAny>(black_box(text.trim_end())).is_ok()
        })),
        _ => None,
    }
}

/// A work over a row of columns, of which the condition holds, one row after the other.
#[cfg(feature = "columns")]
#[must_use]
pub fn over_columns(work: &Work, engine: &str) -> Option<Run> {
    use std::sync::Arc;

    use arrow_array::{Array, ArrayRef, Int64Array, StringArray, StructArray};
    use arrow_schema::Field;

    const ROWS: usize = 64;
    let ages: ArrayRef = Arc::new(Int64Array::from_iter_values((0..).map(|n| 41 + n).take(ROWS)));
    let plans: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n("gold", ROWS)));
    let field = |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
    let user = StructArray::from(vec![
        (field("age", &ages), Arc::clone(&ages)),
        (field("plan", &plans), Arc::clone(&plans)),
    ]);
    let user: ArrayRef = Arc::new(user);
    let rows = StructArray::from(vec![(field("user", &user), Arc::clone(&user))]);
    let mut at = 0;
    match engine {
        "ours" => {
            let mut names = Names::new();
            let bound = Engine::new().condition(work.source).ok()?.bind(&mut names);
            // the host borrows both, for as long as the process runs
            let (rows, names): (&'static StructArray, &'static Names) =
                (Box::leak(Box::new(rows)), Box::leak(Box::new(names)));
            let mut columns = crate::arrow::columns::Columns::new(rows, names);
            Some(Box::new(move || {
                at = (at + 1) % ROWS;
                columns.row = at;
                let mut budget = Budget::new(RunLimits::default(), &StillClock);
                bound.test(black_box(&columns), &mut budget) == Verdict::Matched
            }))
        }
        "hand" => Some(Box::new(move || {
            use arrow_array::cast::AsArray;
            at = (at + 1) % ROWS;
            let Some(user) = black_box(&rows).column(0).as_struct_opt() else { return false };
            let ages = user.column(0).as_primitive_opt::<arrow_array::types::Int64Type>();
            let plans = user.column(1).as_string_opt::<i32>();
            let (Some(ages), Some(plans)) = (ages, plans) else { return false };
            let is_valid = user.is_valid(at) && ages.is_valid(at) && plans.is_valid(at);
            is_valid && ages.value(at) > 40 && plans.value(at) == "gold"
        })),
        _ => None,
    }
}

/// As above, where it was not built.
#[cfg(not(feature = "columns"))]
#[must_use]
pub fn over_columns(_: &Work, _: &str) -> Option<Run> {
    None
}
