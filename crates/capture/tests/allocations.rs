//! Captures allocate nothing once their memory is large enough.

#![cfg(test)]

use probelang_capture::{About, Binding, Capture, CaptureLimits, Group, HostReader, Moment};
use probelang_host::{Budget, Symbol};
use probelang_redact::Policy;
use probelang_testkit::host::TestHost;
use probelang_testkit::value::Given;

/// One hit: captures a variable, and writes it in `size` bytes.
fn hit(
    host: &TestHost,
    names: &[(&str, Symbol)],
    policy: &Policy,
    size: usize,
    capture: &mut Capture,
    out: &mut String,
) {
    let mut budget = Budget::steps(1_000_000);
    let mut reader = HostReader::new(host, policy, &mut budget);
    let limits = CaptureLimits::default().with_depth(20);
    capture.clear();
    out.clear();
    capture.moment(Moment::Line("7"));
    capture.group(Group::Locals);
    for (name, symbol) in names {
        capture.name(&mut reader, name, Binding::Variable(*symbol), &limits).unwrap();
    }
    capture.write_snapshot(&About::default(), size, out);
}

#[test]
fn a_second_hit_allocates_nothing_not_even_when_it_is_deep_or_pruned() {
    let mut deep = Given::Float(1.25);
    for level in 0..12 {
        deep = Given::list(vec![deep, Given::str("text\n"), Given::Int(level), Given::Null]);
    }
    let mut host = TestHost::new([("deep", deep), ("password", Given::str("s"))]);
    let names = ["deep", "password"].map(|name| (name, host.names().symbol(name)));
    let policy = Policy::built_in().with_types(["com.acme.*"]);
    for size in [1 << 20, 1_024] {
        let (mut capture, mut out) = (Capture::new(), String::new());
        hit(&host, &names, &policy, size, &mut capture, &mut out);
        let first = out.clone();
        let counted = allocation_counter::measure(|| {
            hit(&host, &names, &policy, size, &mut capture, &mut out);
        });
        assert_eq!((counted.count_total, out.as_str()), (0, first.as_str()));
        assert_eq!(first.contains("pruned"), size == 1_024);
    }
}
