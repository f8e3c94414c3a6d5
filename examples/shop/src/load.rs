//! Orders, from four customers at a time, about 60 in a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::shop::{Basket, Line, Plan};

const CUSTOMERS: [&str; 5] = ["ann", "bob", "eve", "kim", "zoe"];

/// Sends so many orders, or orders without end.
pub fn run(address: &str, orders: Option<u64>) -> Result<(), Failure> {
    let count = AtomicU64::new(0);
    // a card that is not accepted is an answer, too
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{address}/orders");
    let customer = || -> Result<(), Failure> {
        loop {
            let number = count.fetch_add(1, Ordering::Relaxed);
            if orders.is_some_and(|orders| number >= orders) {
                return Ok(());
            }
            let body = serde_json::to_vec(&basket(number))?;
            agent
                .post(&url)
                .header("content-type", "application/json")
                .send(&body)?
                .body_mut()
                .read_to_vec()?;
            thread::sleep(Duration::from_millis(50));
        }
    };
    thread::scope(|scope| {
        let customers: Vec<_> = (0..4).map(|_| scope.spawn(customer)).collect();
        customers
            .into_iter()
            .try_for_each(|customer| customer.join().unwrap_or_else(|_| Err("panicked".into())))
    })
}

/// The order of a number, always the same.
fn basket(number: u64) -> Basket {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let draw = |at: u32, until: u64| (mixed >> at) % until;
    let user = CUSTOMERS.get(draw(3, 5) as usize).copied().unwrap_or("ann");
    let line = |at: u32, article: &str| Line {
        article: article.to_owned(),
        quantity: 1 + draw(at, 9),
        price: 100 + draw(at + 4, 4_000),
    };
    Basket {
        user: user.to_owned(),
        plan: if draw(7, 4) == 0 { Plan::Gold } else { Plan::Free },
        lines: vec![line(11, "apple"), line(23, "pear")],
        card: format!("4111-{:04}", draw(40, 10_000)),
    }
}
