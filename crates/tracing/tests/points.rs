//! Probes at places of the program's own, and what they see of its values.

#![cfg(test)]

mod common;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Program, file, log, until};
use probelang_tracing::{Inspect, probe_point};
use serde_json::{Value, json};

fn point(name: &str) -> Value {
    json!({"typeName": "points", "methodName": name})
}

#[derive(Inspect)]
struct Order<'o, T> {
    total: u64,
    user: Option<Arc<User>>,
    lines: Vec<Line>,
    note: Cow<'o, str>,
    extra: T,
    #[inspect(secret)]
    #[allow(dead_code)]
    card: String,
    #[inspect(skip)]
    #[allow(dead_code)]
    connection: Unknown,
    #[inspect(rename = "kind")]
    r#type: Plan,
    of: PhantomData<T>,
}

/// Nothing that probes know.
struct Unknown;

#[derive(Inspect)]
struct User {
    name: String,
    age: u8,
    password: String,
}

#[derive(Inspect)]
struct Line {
    quantity: u32,
    price: Cents,
}

#[derive(Inspect, Clone, Copy)]
struct Cents(i64);

#[derive(Inspect)]
enum Plan {
    #[allow(dead_code)]
    Free,
    #[inspect(rename = "Gold")]
    Paid,
}

#[derive(Inspect)]
enum Event {
    Moved {
        x: f64,
        y: f32,
    },
    Named(String),
    #[inspect(secret)]
    Hidden(#[allow(dead_code)] u32),
    Nothing,
}

#[derive(Inspect)]
#[inspect(rename = "geo::Point")]
struct Point(f64, f64);

#[derive(Inspect)]
struct Wrapped(User);

#[derive(Inspect)]
struct Items(Vec<u8>);

#[derive(Inspect)]
#[inspect(secret)]
struct Token(#[allow(dead_code)] Unknown);

#[derive(Inspect)]
struct Unit;

#[derive(Inspect)]
struct List<T> {
    value: T,
    next: Option<Box<List<T>>>,
}

trait Shop {
    type Item: Inspect;
}

#[derive(Inspect)]
struct Shelf<S: Shop> {
    first: S::Item,
    others: Vec<Option<S::Item>>,
}

struct Books;
impl Shop for Books {
    type Item = u8;
}

#[derive(Inspect)]
#[inspect(bound = "T: Copy + Inspect")]
struct Bounded<T>(T);

fn order() -> Order<'static, [u8; 2]> {
    Order {
        total: 120,
        user: Some(Arc::new(User { name: "eve".to_owned(), age: 40, password: "hunter2".to_owned() })),
        lines: vec![Line { quantity: 2, price: Cents(10) }, Line { quantity: 60, price: Cents(500) }],
        note: Cow::Borrowed("quick"),
        extra: [1, 2],
        card: "4111".to_owned(),
        connection: Unknown,
        r#type: Plan::Paid,
        of: PhantomData,
    }
}

/// What expressions give at a point with values, as a message shows it.
fn shown(name: &str, expressions: &[&str], hit: impl Fn()) -> Vec<String> {
    let probes: Vec<Value> = expressions
        .iter()
        .map(|expression| log(expression, point(name), &format!("{{{expression}}}")))
        .collect();
    let program = Program::start(&format!("point-{name}"), &file(&probes));
    hit();
    for expression in expressions {
        assert!(
            program.status(expression).0.starts_with("EMITTING"),
            "{expression}: {:?}",
            program.status(expression)
        );
    }
    let gone = program.end();
    expressions.iter().map(|expression| gone.messages(expression).concat()).collect()
}

#[test]
fn structs_are_read_where_they_are() {
    let expressions = [
        "order.total > 100",
        "order.user.name",
        "order.user.age == 40",
        "any(order.lines, {@it.quantity > 50})",
        "order.lines[1].price == 500",
        "len(order.lines)",
        "order.note",
        "order.extra[1]",
        "order.kind == \"Gold\"",
        "order.card",
        "order.user.password",
        "user",
        "sum",
    ];
    let shown = shown("structs", &expressions, || {
        let order = order();
        let user = "bob";
        probe_point!("structs", order, user, sum = 1 + 2);
    });
    assert_eq!(
        shown,
        [
            "true",
            "eve",
            "true",
            "true",
            "true",
            "2",
            "quick",
            "2",
            "true",
            "{redacted}",
            "{redacted}",
            "bob",
            "3"
        ]
    );
}

#[test]
fn enums_newtypes_and_tuples_have_their_own_shapes() {
    let expressions = [
        "moved.x",
        "moved.y == 2.5",
        "moved.variant",
        "named._0",
        "named instanceof \"points::Event::Named\"",
        "named instanceof \"points::Event\"",
        "nothing == \"Nothing\"",
        "hidden._0",
        "place[1]",
        "wrapped._0.age",
        "len(items)",
        "items[0]",
        "pair[1]",
        "token",
        "list.next.next.value",
        "shelf.first",
        "shelf.others[0]",
        "bounded",
        "isDefined(moved.z)",
        "ok._0",
        "ok.variant",
    ];
    let shown = shown("shapes", &expressions, || {
        let moved = Event::Moved { x: 1.5, y: 2.5 };
        let named = Event::Named("n".to_owned());
        let (nothing, hidden) = (Event::Nothing, Event::Hidden(7));
        let wrapped = Wrapped(User { name: String::new(), age: 7, password: String::new() });
        let (place, items, pair, token) = (Point(1.0, 2.0), Items(vec![9, 8]), (1, "two"), Token(Unknown));
        let third = List { value: 3, next: None };
        let list = List { value: 1, next: Some(Box::new(List { value: 2, next: Some(Box::new(third)) })) };
        let shelf = Shelf::<Books> { first: 5, others: vec![Some(6), None] };
        let bounded = Bounded(6_u8);
        let ok: Result<u8, String> = Ok(4);
        let unit = Unit;
        probe_point!(
            "shapes", moved, named, nothing, hidden, place, wrapped, items, pair, token, list, shelf,
            bounded, ok, unit
        );
    });
    assert_eq!(
        shown,
        [
            "1.5",
            "true",
            "Moved",
            "n",
            "true",
            "true",
            "true",
            "{redacted}",
            "2.0",
            "7",
            "2",
            "9",
            "two",
            "{redacted}",
            "3",
            "5",
            "6",
            "6",
            "false",
            "4",
            "Ok"
        ]
    );
}

#[test]
fn types_of_the_standard_library_are_what_they_look_like() {
    let expressions = [
        "map[\"a\"]",
        "tree[2]",
        "len(map)",
        "any(tree, {@value == \"two\"})",
        "any(set, {@it == 3})",
        "queue[1]",
        "slice[0]",
        "len(boxed)",
        "wide > 1",
        "single",
        "letter",
        "counter",
        "isDefined(none)",
        "path",
        "waited.secs",
        "len(heap)",
        "any(linked, {@it == 2})",
    ];
    let shown = shown("std", &expressions, || {
        let map = HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let tree = BTreeMap::from([(1, "one"), (2, "two")]);
        let set = BTreeSet::from([1, 2, 3]);
        let queue = VecDeque::from([1, 2]);
        let numbers = [5, 6, 7];
        let slice: &[i32] = &numbers[1..];
        let boxed: Rc<[u8]> = Rc::from(vec![1, 2, 3]);
        let (wide, single, letter, counter) = (u128::MAX, 0.1_f32, 'é', AtomicU64::new(3));
        let none: Option<u8> = None;
        let path = std::path::Path::new("/etc");
        let waited = Duration::from_secs(4);
        let heap = std::collections::BinaryHeap::from([1, 2]);
        let linked = std::collections::LinkedList::from([1, 2]);
        probe_point!(
            "std", map, tree, set, queue, slice, boxed, wide, single, letter, counter, none, path, waited,
            heap, linked
        );
    });
    assert_eq!(
        shown,
        [
            "1", "two", "2", "true", "true", "2", "6", "3", "true", "0.1", "é", "3", "true", "/etc", "4",
            "2", "true"
        ]
    );
}

#[test]
fn what_is_behind_a_lock_is_not_waited_for() {
    let locked = Mutex::new(5);
    let held = locked.lock().unwrap();
    let shown = shown("locked", &["locked"], || probe_point!("locked", locked));
    drop(held);
    assert!(shown[0].contains("behind a lock"), "{shown:?}");
}

#[test]
fn a_snapshot_shows_values_and_no_secret() {
    let probe = json!({"id": "c", "type": "LOG_PROBE", "where": point("shot"), "template": "", "captureSnapshot": true});
    let program = Program::start("point-shot", &file(&[probe]));
    let order = order();
    let (event, token) = (Event::Named("n".to_owned()), Token(Unknown));
    probe_point!("shot", order, event, token);
    let gone = program.end();
    let snapshot = gone.of("c")[0].to_string();
    for secret in ["4111", "hunter2"] {
        assert!(!snapshot.contains(secret), "{snapshot}");
    }
    for text in ["points::Order", "\"variant\"", "points::Cents", "\"Gold\"", "redactedIdent"] {
        assert!(snapshot.contains(text), "{text} in {snapshot}");
    }
}

#[test]
fn a_redacted_type_hides_its_value_within_another() {
    let probes = file(&[log("p", point("typed"), "{price} {line.price} {line.quantity}")]);
    let program = Program::start_with("point-typed", &probes, |settings| {
        let redaction = settings.redaction.clone().with_types(["points::Cents"]);
        settings.with_redaction(redaction)
    });
    let price = Cents(44_444);
    let line = Line { quantity: 1, price };
    probe_point!("typed", price, line);
    let messages = program.end().messages("p");
    assert_eq!(messages, ["{redacted} {redacted} 1"]);
}

#[test]
fn a_point_without_a_probe_does_not_look_at_its_values() {
    static LOOKED: AtomicUsize = AtomicUsize::new(0);
    let run = || probe_point!("idle", looked = LOOKED.fetch_add(1, Ordering::Relaxed));
    // the first time announces the point
    run();
    let announced = LOOKED.load(Ordering::Relaxed);
    run();
    let program = Program::start("point-idle", &file(&[log("p", point("busy"), "x")]));
    run();
    probe_point!("busy");
    assert_eq!(program.end().messages("p"), ["x"]);
    run();
    assert_eq!(LOOKED.load(Ordering::Relaxed), announced);
}

#[test]
fn a_point_takes_probes_that_come_later_and_lets_go_of_them() {
    let run = |total: u8| probe_point!("later", total, user = Cents(5));
    let program = Program::start("point-later", &file(&[]));
    run(1);
    program.change(&file(&[log("p", point("later"), "{total}")]), "p", 0);
    until("it is installed", || program.status("p").0.starts_with("INSTALLED"));
    run(2);
    let mut other = log("q", point("later"), "{total} {user}");
    other["version"] = json!(1);
    program.change(&file(&[other]), "q", 1);
    run(3);
    program.change(&file(&[log("r", json!({"methodName": "elsewhere"}), "x")]), "r", 0);
    run(4);
    let gone = program.end();
    assert_eq!((gone.messages("p"), gone.messages("q")), (vec!["2".to_owned()], vec!["3 5".to_owned()]));
}

#[test]
fn one_object_by_two_ways_is_the_same_and_equal_ones_are_not() {
    let a = Arc::new(Unit2 { inner: Inner { x: 1 } });
    let b = Arc::clone(&a);
    let c = Arc::new(Unit2 { inner: Inner { x: 1 } });
    let shown = shown("same", &["a == b", "a == c", "a.inner == c.inner"], || probe_point!("same", a, b, c));
    assert_eq!(shown[0], "true");
    // whether two objects that look alike are equal is the dialect's affair; the first field is not its struct
    assert_eq!(shown[1], shown[2]);
}

#[derive(Inspect)]
struct Unit2 {
    inner: Inner,
}

#[derive(Inspect)]
struct Inner {
    x: u8,
}
