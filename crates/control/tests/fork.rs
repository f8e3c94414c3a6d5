//! A program that forks, as servers do that make their workers so.

#![cfg(test)]

mod common;
#[path = "../examples/shop/shop.rs"]
mod shop;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::{file, folder, replace};
use fork::{Fork, fork, waitpid_nohang};
use probelang_control::protocol::{Create, Poll, Request};
use probelang_control::{Access, AskError, Control, Settings, SinkSpec, sockets};
use shop::Shop;

/// One test at a time: a child has what the process had at that moment, whichever test it belongs to.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn probe(id: &str) -> String {
    format!(
        r#"{{"id": "{id}", "type": "LOG_PROBE", "template": "{{user}} pays {{total}}",
        "where": {{"typeName": "shop.Cart", "methodName": "pay"}}}}"#
    )
}

/// Whether the probe `q` runs, and no other. A status waits for changes that are being made.
fn has_only_q(control: &Control) -> bool {
    control.status().probes.unwrap().iter().all(|probe| &*probe.id == "q")
}

fn start(folder: &Path) -> (Control, Arc<Shop>) {
    let settings = Settings::from_environment(|_| None)
        .with_file(file(folder.join("probes.json"), &probe("p")))
        .with_sinks(vec![SinkSpec::JsonLines(folder.join("events-{pid}.ndjson").display().to_string())])
        .with_access(Access::Write)
        .with_sockets(vec![folder.join("s")]);
    let shop = Arc::new(Shop::default());
    (Control::start(settings.engine(), settings, Arc::clone(&shop) as Arc<_>), shop)
}

/// Runs `child` in a child, and waits for it.
fn in_child(control: &Control, child: impl FnOnce() -> bool) {
    control.before_fork();
    match fork().unwrap() {
        Fork::Child => {
            let fine = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child)).unwrap_or(false);
            std::process::exit(i32::from(!fine));
        }
        Fork::Parent(pid) => {
            control.after_fork_in_parent();
            let end = Instant::now() + Duration::from_secs(60);
            let status = loop {
                if let Some(status) = waitpid_nohang(pid).unwrap() {
                    break status;
                }
                assert!(Instant::now() < end, "the child hangs");
                std::thread::sleep(Duration::from_millis(2));
            };
            assert_eq!(status, 0, "the child has failed");
        }
    }
}

#[test]
fn a_child_has_probes_threads_queues_and_a_socket_of_its_own() {
    let _alone = alone();
    let folder = folder("fork-own");
    let (control, shop) = start(&folder);
    shop.pay(1, "parent");
    in_child(&control, || {
        control.after_fork_in_child();
        shop.pay(2, "child");
        let pid = std::process::id();
        let (all, _) = sockets(&[folder.join("s")]);
        let own = all.iter().find(|socket| socket.pid() == Some(pid)).unwrap();
        let status = own.ask(&Request::Status).unwrap();
        let probes = status.probes.unwrap();
        let hits: Vec<_> = probes.iter().map(|probe| (&*probe.id, probe.hits)).collect();
        // its file is watched too
        replace(&folder.join("probes.json"), &probe("q"));
        common::until("q", || has_only_q(&control));
        shop.pay(3, "child");
        control.stop();
        let events = fs::read_to_string(folder.join(format!("events-{pid}.ndjson"))).unwrap();
        all.len() == 2
            && status.pid == pid
            && hits == [("p", 1)]
            && events.contains("child pays 2")
            && events.contains("child pays 3")
            && !events.contains("parent")
    });
    common::until("q in the parent", || has_only_q(&control));
    shop.pay(4, "parent");
    control.stop();
    let events = fs::read_to_string(folder.join(format!("events-{}.ndjson", std::process::id()))).unwrap();
    assert!(events.contains("parent pays 1") && events.contains("parent pays 4"), "{events}");
    assert!(!events.contains("child"), "{events}");
}

#[test]
fn a_child_has_none_of_the_temporary_probes_of_its_parent() {
    let _alone = alone();
    let folder = folder("fork-temporary");
    let (control, shop) = start(&folder);
    let of = |pid: u32| {
        let (all, _) = sockets(&[folder.join("s")]);
        all.into_iter().find(|socket| socket.pid() == Some(pid)).unwrap()
    };
    let parent = of(std::process::id());
    parent.create(&Create::new(probe("t"))).unwrap();
    shop.pay(1, "parent");
    in_child(&control, || {
        control.after_fork_in_child();
        shop.pay(2, "child");
        let own = of(std::process::id());
        let probes = own.ask(&Request::Status).unwrap().probes.unwrap();
        let is_free = probes.iter().all(|probe| probe.id == "p" && probe.temporary.is_none());
        let is_unknown = matches!(own.samples(&Poll::new("t")), Err(AskError::Refused(_)));
        // it may have one of its own, of the same id
        own.create(&Create::new(probe("t"))).unwrap();
        shop.pay(3, "child");
        let has_own = own.samples(&Poll::new("t")).unwrap().next == 1;
        control.stop();
        is_free && is_unknown && has_own
    });
    assert_eq!(parent.samples(&Poll::new("t")).unwrap().next, 1);
    control.stop();
}

#[test]
fn forks_in_the_middle_of_hits_and_changes_leave_nothing_locked() {
    let _alone = alone();
    let folder = folder("fork-stress");
    let (control, shop) = start(&folder);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                shop.pay(1, "parent");
            }
        });
        scope.spawn(|| {
            for number in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                replace(&folder.join("probes.json"), &probe(&format!("p{number}")));
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let _ = control.status();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        for _ in 0..20 {
            in_child(&control, || {
                control.after_fork_in_child();
                let armed = control.status().count;
                shop.pay(2, "child");
                let status = control.status();
                control.stop();
                armed == 1 && status.probes.unwrap()[0].hits == 1
            });
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_is_switched_off_stays_off_in_a_child() {
    let _alone = alone();
    let folder = folder("fork-off");
    let (control, shop) = start(&folder);
    control.switch_off(true);
    in_child(&control, || {
        control.after_fork_in_child();
        shop.pay(2, "child");
        let status = control.status();
        status.off.program && status.probes.unwrap()[0].hits == 0
    });
}

#[test]
fn the_end_of_a_parent_does_not_depend_on_its_children_nor_the_other_way_round() {
    let _alone = alone();
    let folder = folder("fork-ends");
    let (control, _shop) = start(&folder);
    let socket = sockets(&[folder.join("s")]).0.remove(0);
    let kept = folder.join("s/1.sock");
    fs::hard_link(socket.path(), &kept).unwrap();
    // a child that was not told ends: the socket is its parent's
    in_child(&control, || true);
    assert!(socket.ask(&Request::Process).is_ok());
    // one that was told lives on while its parent ends
    let ready = UnixListener::bind(folder.join("ready")).unwrap();
    control.before_fork();
    match fork().unwrap() {
        Fork::Child => {
            control.after_fork_in_child();
            let mut stream = UnixStream::connect(folder.join("ready")).unwrap();
            let _ = stream.write_all(b"x");
            let _ = stream.read(&mut [0; 1]);
            std::process::exit(0);
        }
        Fork::Parent(pid) => {
            control.after_fork_in_parent();
            let (mut stream, _) = ready.accept().unwrap();
            stream.read_exact(&mut [0; 1]).unwrap();
            control.stop();
            let others = sockets(&[folder.join("s")]).0;
            let of_parent = others.iter().find(|socket| socket.pid() == Some(1)).unwrap();
            assert!(matches!(of_parent.ask(&Request::Process), Err(AskError::Gone)), "nobody listens there");
            let of_child = others.iter().find(|socket| socket.pid() == u32::try_from(pid).ok()).unwrap();
            assert!(of_child.ask(&Request::Process).is_ok());
            drop(stream);
            common::until("the child has ended", || waitpid_nohang(pid).unwrap().is_some());
            assert!(!kept.exists(), "a socket of nobody is removed");
        }
    }
}
