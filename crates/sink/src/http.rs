//! What the sinks over HTTP share: addresses, requests, and when a request is sent again.

use std::io::Write as _;
use std::time::Duration;

use probelang_probe::Timestamp;

mod address;
mod client;
mod outbox;
#[cfg(test)]
mod trials;

pub use address::{Address, AddressError};
pub(crate) use client::Client;
pub(crate) use outbox::{Fate, Outbox, Parcel, Retry};

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// What is asked for.
    pub method: Method,
    /// The whole address of what is asked for.
    pub url: &'r str,
    /// Headers.
    pub headers: &'r [(String, String)],
    /// The body.
    pub body: &'r [u8],
    /// How long it may take, the answer included.
    pub timeout: Duration,
}

/// What is done with a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// It is read.
    Get,
    /// A body is sent to it.
    Post,
}

/// What a receiver has answered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body, at most 256 KiB of it.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer with that status and no body.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// The same with that body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same with a header `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }

    /// Whether the receiver has taken the request.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// How long the receiver asks to wait: a number of seconds, or a date.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
        let date = Timestamp::from_millis(u64::try_from(date.timestamp_millis()).unwrap_or(0));
        Some(date.since(now))
    }
}

/// Sends requests. Tests have one of their own.
pub trait Transport: Send {
    /// Sends a request, and waits for the answer.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn send(&mut self, request: &Request<'_>) -> Result<Answer, String>;
}

/// A body that is smaller is not compressed.
const SMALL: usize = 1_024;

/// Compresses a body with gzip, where that is worth it.
pub(crate) fn gzip(body: Vec<u8>, headers: &mut Vec<(String, String)>) -> Vec<u8> {
    if body.len() < SMALL {
        return body;
    }
    let room = Vec::with_capacity(body.len() / 4);
    let mut encoder = flate2::write::GzEncoder::new(room, flate2::Compression::fast());
    // memory takes any bytes
    match encoder.write_all(&body).and_then(|()| encoder.finish()) {
        Ok(small) => {
            headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
            small
        }
        Err(_) => body,
    }
}

/// Writes a text for a URL: all but letters, digits and `-_.~` by their bytes.
pub(crate) fn percent(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
}

/// Reads a text in which bytes are written as `%41`. What is no such byte stays.
#[cfg(feature = "otlp")]
pub(crate) fn unpercent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|digits| *first == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_how_long_to_wait_in_seconds_or_by_a_date() {
        let now = Timestamp::parse("2026-11-29T12:00:00Z").unwrap();
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 29 Nov 2026 12:01:30 GMT", Some(90)),
            ("Sun, 29 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let answer = Answer::of(503).with_retry_after(text);
            assert_eq!(answer.wait(now), seconds.map(Duration::from_secs), "{text}");
        }
        assert_eq!(Answer::of(503).wait(now), None);
    }

    #[test]
    fn texts_for_a_url_lose_nothing() {
        let mut out = String::new();
        percent("env:a b,ü&x=%1", &mut out);
        assert_eq!(out, "env%3Aa%20b%2C%C3%BC%26x%3D%251");
    }

    #[test]
    fn what_is_compressed_says_so() {
        let mut headers = Vec::new();
        assert_eq!(gzip(vec![7; 10], &mut headers), vec![7; 10]);
        assert!(headers.is_empty());
        let small = gzip(vec![7; 10_000], &mut headers);
        assert!(small.len() < 200 && headers[0].1 == "gzip");
    }
}
