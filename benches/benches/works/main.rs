//! Time of each work: ours and by hand on both hosts, plain Rust, the peers; then reading and compiling; then
//! a real snapshot. Prints one table at its end.

#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

mod front;
mod scaling;
mod table;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use probelang_bench::peers::PEERS;
use probelang_bench::subject;
use probelang_bench::works::WORKS;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
        .sample_size(30)
        .configure_from_args();
    let mut columns = vec![
        ("ours", "struct"),
        ("hand", "struct"),
        ("ours", "tree"),
        ("hand", "tree"),
        ("native", "struct"),
    ];
    columns.extend(PEERS.iter().map(|peer| (peer.name, "own")));
    for work in WORKS {
        let mut group = criterion.benchmark_group(work.name.replace('/', "-"));
        for (engine, host) in &columns {
            if let Some(mut run) = subject::prepare(work, host, engine) {
                assert!(run(), "{} by {engine} gives another answer", work.name);
                group.bench_function(format!("{engine} {host}"), |b| b.iter(|| black_box(run())));
            }
        }
        group.finish();
    }
    front::bench(&mut criterion);
    scaling::bench(&mut criterion);
    criterion.final_summary();
    table::print(&columns);
}
