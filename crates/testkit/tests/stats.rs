use probelang_redact::Policy;
use probelang_syntax::{Dialect, Limits};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::*;
use probelang_testkit::host::TestHost;
use probelang_testkit::walk::*;
use std::collections::BTreeMap;
#[test]
fn stats() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let policy = Policy::built_in().with_types(["com.acme.Card*"]);
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(20000);
    let mut nodes = 0;
    for seed in 0..n {
        let mut c = Choices::seeded(seed);
        let mut host = TestHost::new(world::frame(&mut c));
        let f = Freedom { element_outside: false, computed_patterns: false, open_substrings: false };
        let ty = any_type(&mut c);
        let want = if seed % 2 == 0 { world::Type::Bool } else { ty };
        let tree = expression_over_frame(&mut c, want, f);
        nodes += tree.len();
        if seed < 30 {
            println!("{}", tree.source());
        }
        let d = Dialect::default();
        let limits = Limits::default();
        let text = probelang_capture::TextLimits::default();
        let linked = Linked::new(&tree, host.names());
        let s = Settings {
            dialect: &d,
            policy: &policy,
            limits: &limits,
            text: &text,
            steps: 1_000_000,
            message: &|f| f.code.title().to_owned(),
        };
        let run = linked.run(Kind::Value, &s, &host);
        let key = match run.outcome {
            Outcome::Value(Out::Bool(_)) => "bool".into(),
            Outcome::Value(_) => "value".into(),
            Outcome::Fault(f) => f.code.title().to_string(),
            o => format!("{o:?}").chars().take(30).collect(),
        };
        *counts.entry(key).or_default() += 1;
    }
    println!("nodes {}", nodes as f64 / n as f64);
    let mut v: Vec<_> = counts.into_iter().collect();
    v.sort_by_key(|x| std::cmp::Reverse(x.1));
    for (k, c) in v {
        println!("{c:7} {k}");
    }
}
