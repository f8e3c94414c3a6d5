//! The published engines beside us, each on its own values, built beforehand, and with its program compiled
//! beforehand. What is not like for like stands at each peer.

#[cfg(feature = "peers")]
pub mod cel;
#[cfg(feature = "peers")]
pub mod datalogic;
#[cfg(feature = "peers")]
pub mod evalexpr;
#[cfg(feature = "peers")]
pub mod rhai;

use crate::data::State;

/// One evaluation; the answer is whether it was the expected one.
pub type Run = Box<dyn FnMut() -> bool>;

/// A peer.
pub struct Peer {
    /// Its name and version.
    pub name: &'static str,
    /// Prepares a work; `None` where the peer cannot say it.
    pub prepare: fn(work: &str, state: &State) -> Option<Run>,
    /// Compiles the program of a work, nothing else; `None` where the peer cannot say it.
    pub compile: fn(work: &str) -> Option<Run>,
}

/// All peers, in the order of the tables; none without the feature `peers`.
#[cfg(not(feature = "peers"))]
pub const PEERS: &[Peer] = &[];

/// All peers, in the order of the tables; none without the feature `peers`.
#[cfg(feature = "peers")]
pub const PEERS: &[Peer] = &[
    Peer { name: "cel 0.15", prepare: cel::prepare, compile: cel::compile },
    Peer { name: "rhai 1.27", prepare: rhai::prepare, compile: rhai::compile },
    Peer { name: "evalexpr 13.1", prepare: evalexpr::prepare, compile: evalexpr::compile },
    Peer { name: "datalogic-rs 5.4", prepare: datalogic::prepare, compile: datalogic::compile },
];

/// What W8 renders.
#[cfg(feature = "peers")]
const MESSAGE: &str = "User Ada Lovelace bought 42 items";

/// The values as JSON, for peers that read it.
#[cfg(feature = "peers")]
fn document(state: &State) -> serde_json::Value {
    serde_json::json!({
        "user": {
            "id": state.user.id, "name": state.user.name, "age": state.user.age,
            "plan": state.user.plan, "email": state.user.email,
        },
        "items": state.items.iter().map(|item| serde_json::json!({
            "sku": item.sku, "qty": item.qty, "price": item.price, "stocked": item.stocked,
        })).collect::<Vec<_>>(),
        "names10": state.names10, "names100": state.names100, "names1000": state.names1000,
        "headers": state.headers.iter().map(|(k, v)| (k.clone(), v.clone().into()))
            .collect::<serde_json::Map<String, serde_json::Value>>(),
        "id": state.id,
        "order": {"customer": {"account": {"plan": {"tier": {"region": {"zone": {"code": 7}}}}}}},
        "x": {"y": {"z": state.x.y.z}},
        "count": state.count, "flag": state.flag,
    })
}
