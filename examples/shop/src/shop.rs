//! The service: orders are priced, charged and confirmed. It is instrumented with `tracing`, as services are, and has one
//! point of its own for probes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use probelang_tracing::{Inspect, probe_point};
use serde::{Deserialize, Serialize};
use tracing::{info, instrument};

/// What a customer wants.
#[derive(Deserialize, Serialize, Inspect, Debug)]
pub struct Basket {
    pub user: String,
    pub plan: Plan,
    pub lines: Vec<Line>,
    #[inspect(secret)]
    pub card: String,
}

/// What a customer has subscribed to.
#[derive(Deserialize, Serialize, Inspect, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    Free,
    Gold,
}

/// Some pieces of one article.
#[derive(Deserialize, Serialize, Inspect, Debug)]
pub struct Line {
    pub article: String,
    pub quantity: u64,
    /// In cents, each.
    pub price: u64,
}

/// What became of an order.
#[derive(Serialize)]
pub struct Receipt {
    order: u64,
    total: u64,
}

pub fn router() -> Router {
    Router::new().route("/", get(|| async { "shop\n" })).route("/orders", post(order))
}

#[instrument(name = "POST /orders", skip_all)]
async fn order(Json(basket): Json<Basket>) -> Result<Json<Receipt>, (StatusCode, String)> {
    let receipt = checkout(&basket).await;
    receipt.map(Json).map_err(|why| (StatusCode::PAYMENT_REQUIRED, why))
}

#[instrument(skip_all, fields(user = basket.user, lines = basket.lines.len()))]
async fn checkout(basket: &Basket) -> Result<Receipt, String> {
    static ORDERS: AtomicU64 = AtomicU64::new(1);
    let order = ORDERS.fetch_add(1, Ordering::Relaxed);
    probe_point!("basket", order, basket);
    let total = price(basket);
    charge(order, total, &basket.card).await?;
    info!(name: "paid", order, total, user = basket.user, "paid");
    Ok(Receipt { order, total })
}

#[instrument(skip_all, ret)]
fn price(basket: &Basket) -> u64 {
    let all = basket.lines.iter().map(|line| line.quantity.saturating_mul(line.price));
    let sum = all.fold(0, u64::saturating_add);
    if basket.plan == Plan::Gold { sum.saturating_sub(sum.div_euclid(10)) } else { sum }
}

/// Asks the bank, which takes a while.
#[instrument(skip(card), err(level = "warn"))]
async fn charge(order: u64, total: u64, card: &str) -> Result<(), String> {
    tokio::time::sleep(Duration::from_millis(total.rem_euclid(20))).await;
    if card.ends_with("000") { Err("the card is not accepted".to_owned()) } else { Ok(()) }
}
