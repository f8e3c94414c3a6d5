//! Whether time grows with size alone: loops of more elements, programs of more nodes.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use probelang::host::{Batch, Budget, Cursor, Handle, Host, More, Names, Size, Symbol, Value};
use probelang::{Engine, ProgramKind, Source, Verdict};

/// A list of so many integers, each its own index, under every name.
struct Rows(u64);

impl Rows {
    fn at(&self, index: u64) -> Value<'static> {
        if index < self.0 { Value::Int(index.cast_signed()) } else { Value::Absent }
    }
}

impl Host for Rows {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::List(Handle { shape: 0, word: 0 });
    }

    fn index<'a>(&'a self, _: Handle, index: u64, out: &mut Value<'a>) {
        *out = self.at(index);
    }

    fn len(&self, _: Handle) -> Size<'_> {
        Size::Known(self.0)
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut count = 0;
        for (out, index) in out.iter_mut().zip(cursor.position..self.0) {
            *out = self.at(index);
            count += 1;
        }
        cursor.position += count as u64;
        Batch { count, more: if cursor.position < self.0 { More::Yes } else { More::Done } }
    }
}

/// A balanced condition of `leaves` comparisons: four nodes each, in all one less.
fn condition(leaves: usize) -> String {
    match leaves {
        0 | 1 => "name == 12345".to_owned(),
        _ => format!("({} && {})", condition(leaves / 2), condition(leaves - leaves / 2)),
    }
}

/// Measures loops of 10, 1,000 and 100,000 elements, and reading and compiling 24 and 240 comparisons.
pub fn bench(criterion: &mut Criterion) {
    let engine = Engine::new();
    let mut group = criterion.benchmark_group("scaling");
    for (name, source) in
        [("simple", "any(rows, {@it == -1})"), ("body", "any(rows, {@it >= 0 && @it == -1})")]
    {
        let bound = engine.condition(source).expect("the loop compiles").bind(&mut Names::new());
        for count in [10, 1_000, 100_000] {
            let host = Rows(count);
            let run = || bound.test(black_box(&host), &mut Budget::steps(10_000_000));
            assert_eq!(run(), Verdict::NotMatched, "{source}");
            group.throughput(Throughput::Elements(count));
            group.bench_function(format!("loop {name} {count}"), |b| b.iter(run));
        }
    }
    for leaves in [24, 240] {
        let source = condition(leaves);
        let json = engine.to_json(ProgramKind::Condition, &source).expect("the condition is valid");
        group.throughput(Throughput::Elements(leaves as u64 * 4 - 1));
        group.bench_function(format!("text {leaves}"), |b| {
            b.iter(|| engine.condition(black_box(&source)).is_ok());
        });
        group.bench_function(format!("json {leaves}"), |b| {
            b.iter(|| engine.condition(Source::Json(black_box(&json))).is_ok());
        });
    }
    group.finish();
}
