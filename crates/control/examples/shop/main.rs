//! A live program with probes. It pays what it reads: an amount and a user on each line.
//!
//! ```console
//! $ probelang probe new --log shop.Cart.pay --when 'total > 100' --template '{user} pays {total}' > probes.json
//! $ chmod go-w . probes.json
//! $ export DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE=$PWD/probes.json
//! $ cargo run -p probelang-control --example shop
//! ```
//!
//! Type `120 eve`, change the file, ask `probelang live status` in another terminal.

#![allow(clippy::print_stdout)]

use std::io::stdin;
use std::sync::Arc;

use probelang_control::{Control, Settings};

mod shop;

fn main() {
    let shop = Arc::new(shop::Shop::default());
    let settings = Settings::of_process();
    let control = Control::start(settings.engine(), settings, Arc::clone(&shop) as Arc<_>);
    for line in stdin().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let total = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
        let user = words.next().unwrap_or("nobody");
        shop.pay(total, user);
        println!("{user} has paid {total}");
    }
    control.stop();
}
