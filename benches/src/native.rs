//! The same work in plain Rust over the structs: what only generated native code could reach.

use std::fmt::Write;

use regex::Regex;

use crate::data::State;

/// A work over the structs.
pub type NativeFn = fn(&State, &Regex, &mut String) -> bool;

/// The native version of the work `name`.
#[must_use]
pub fn find(name: &str) -> Option<NativeFn> {
    Some(match name {
        "W1t" => |s, _, _| s.user.age > 40 && s.user.plan == "gold",
        "W1f" => |s, _, _| s.user.age > 50 && s.user.plan == "gold",
        "W2" => |s, _, _| s.headers.get("Host").is_some_and(|host| host == "example.org"),
        "W3/10" => |s, _, _| s.names10.iter().any(|name| name == "name0009"),
        "W3/100" => |s, _, _| s.names100.iter().any(|name| name == "name0099"),
        "W3/1000" => |s, _, _| s.names1000.iter().any(|name| name == "name0999"),
        "W4" => |s, _, _| s.items.iter().filter(|item| item.qty > 50).count() > 2,
        "W5" => |s, pattern, _| pattern.is_match(&s.id),
        "W6" => |s, _, _| s.user.name.starts_with("Grace") || s.user.email.contains("example.org"),
        "W7" => |s, _, _| s.order.customer.account.plan.tier.region.zone.code == 7,
        "W8" => |s, _, out| {
            out.clear();
            write!(out, "User {} bought {} items", s.user.name, s.count).is_ok()
        },
        "W9" => |s, _, _| s.x.y.z.get(..3) == Some("abc"),
        _ => return None,
    })
}
