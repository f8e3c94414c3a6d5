//! Messages in a stream: a header with the length, then that many bytes.
//!
//! `lsp-server` has this too. It takes any length at its word, and ends at the first message that is not JSON. Here a length has
//! a bound, and the stream goes on.

use std::io::{self, BufRead, Read, Write};

/// Bytes of a message: 64 MiB.
const MESSAGE_BYTES: u64 = 64 << 20;

/// Bytes of a header: 8 KiB.
const HEADER_BYTES: u64 = 8 << 10;

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// The bytes of a message, whatever they say.
    Message(Vec<u8>),
    /// A message of so many bytes, which was passed over.
    TooLong(u64),
}

/// The next message; `None` at the end of the stream.
///
/// # Errors
/// If the stream fails, or a header is not one: nobody knows then where the next message begins.
pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length: Option<u64> = None;
    let mut left = HEADER_BYTES;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        let count = from.by_ref().take(left).read_until(b'\n', &mut line)?;
        if count == 0 {
            return if is_first { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        is_first = false;
        left = left.saturating_sub(count as u64);
        if line.last() != Some(&b'\n') {
            return Err(bad("the header of a message is too long or cut off"));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("a line of a header has no colon"))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().map_err(|_| bad("Content-Length is not a number"))?);
        }
    }
    let length = length.ok_or_else(|| bad("a message has no Content-Length"))?;
    let mut body = from.by_ref().take(length);
    if length > MESSAGE_BYTES {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Some(Incoming::TooLong(length)));
    }
    // not reserved: who says a length has not sent it yet
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(Incoming::Message(bytes)))
}

/// Writes a message.
///
/// # Errors
/// If the stream takes no more.
pub(crate) fn write(to: &mut impl Write, message: &str) -> io::Result<()> {
    write!(to, "Content-Length: {}\r\n\r\n{message}", message.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_follow_each_other_whatever_they_say() {
        let mut stream = Vec::new();
        write(&mut stream, "{}").unwrap();
        stream.extend(b"content-length:3\nX: y\n\n\xff\0a");
        stream.extend(format!("Content-Length: {}\r\n\r\n", MESSAGE_BYTES + 1).bytes());
        let mut from = io::BufReader::new(stream.as_slice().chain(io::repeat(b' ').take(MESSAGE_BYTES + 1)));
        let mut next = || read(&mut from).unwrap();
        assert!(matches!(next(), Some(Incoming::Message(bytes)) if bytes == b"{}"));
        assert!(matches!(next(), Some(Incoming::Message(bytes)) if bytes == b"\xff\0a"));
        assert!(matches!(next(), Some(Incoming::TooLong(_))));
        assert!(next().is_none());
    }

    #[test]
    fn what_is_no_header_ends_the_stream() {
        let long = format!("X: {}", "y".repeat(9_000));
        for wrong in [
            "{}\n\n",
            "Content-Length: x\n\n",
            "X: 1\n\n",
            "Content-Length: 5\n\n{}",
            "Content-Length: 1",
            &long,
        ] {
            assert!(read(&mut wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
