//! Reading and compiling, and the path over a real snapshot.

use std::hint::black_box;

use criterion::Criterion;
use probelang::{Engine, ProgramKind, Source};
use probelang_bench::peers::PEERS;
use probelang_bench::works::{self, Ask};

/// The works whose front end is measured.
const COMPILED: [&str; 2] = ["W1t", "W4"];

/// Measures parse + compile from text and from JSON, beside a plain parse of the JSON and the peers.
pub fn bench(criterion: &mut Criterion) {
    let engine = Engine::new();
    for name in COMPILED {
        let Some(work) = works::find(name) else { continue };
        assert!(matches!(work.ask, Ask::Condition(_)));
        let json = engine.to_json(ProgramKind::Condition, work.source).expect("the work is valid");
        let mut group = criterion.benchmark_group(format!("compile {name}"));
        group.bench_function("serde_json value", |b| {
            b.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&json)).is_ok());
        });
        group.bench_function("ours json", |b| {
            b.iter(|| engine.condition(Source::Json(black_box(&json))).is_ok());
        });
        group.bench_function("ours text", |b| {
            b.iter(|| engine.condition(black_box(work.source)).is_ok());
        });
        for peer in PEERS {
            if let Some(mut run) = (peer.compile)(name) {
                group.bench_function(peer.name, |b| b.iter(|| black_box(run())));
            }
        }
        group.finish();
    }
}

/// Prints the second table.
pub fn print(median: fn(&str, &str) -> Option<f64>) {
    println!(
        "\nMedian ns to read and compile (patterns apart).\n\n| | serde_json value | ours, JSON | ours, text | cel | rhai | evalexpr | datalogic-rs |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for name in COMPILED {
        let group = format!("compile {name}");
        print!("| {name} |");
        let mut columns = vec!["serde_json value", "ours json", "ours text"];
        columns.extend(PEERS.iter().map(|peer| peer.name));
        for column in columns {
            match median(&group, column) {
                Some(ns) => print!(" {ns:.0} |"),
                None => print!(" – |"),
            }
        }
        println!();
    }
}
