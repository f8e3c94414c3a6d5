//! A service to try probes with, and the load for it. README.md is the walk through it.

use std::error::Error;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

mod load;
mod shop;
mod telemetry;

/// Whatever went wrong.
type Failure = Box<dyn Error + Send + Sync>;

const ADDRESS: &str = "127.0.0.1:8080";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => serve(ADDRESS),
        ["serve", address] => serve(address),
        ["load"] => load::run(ADDRESS, None),
        ["load", orders] => load::run(ADDRESS, Some(orders.parse()?)),
        ["load", orders, address] => load::run(address, Some(orders.parse()?)),
        _ => Err("usage: shop | shop serve ADDRESS | shop load [ORDERS [ADDRESS]]".into()),
    }
}

#[tokio::main]
async fn serve(address: &str) -> Result<(), Failure> {
    let logs = tracing_subscriber::fmt::layer().with_filter(LevelFilter::WARN);
    let spans = telemetry::provider()?;
    // probes: these lines, and `stop` at the end
    let probing = probelang_tracing::init().probes("probes.json").sink("console").start();
    tracing_subscriber::registry()
        .with(logs)
        .with(spans.as_ref().map(telemetry::layer))
        .with(probing.layer())
        .init();

    let listener = tokio::net::TcpListener::bind(address).await?;
    tracing::warn!("open at http://{}", listener.local_addr()?);
    axum::serve(listener, shop::router())
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    probing.stop();
    if let Some(spans) = spans {
        spans.shutdown()?;
    }
    Ok(())
}
