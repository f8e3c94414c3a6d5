//! Where a receiver is.

use std::fmt;
use std::path::PathBuf;

/// The address of a receiver over HTTP: `http://host:port/path`, `https://…`, or a Unix socket, `unix:///path`.
///
/// ```
/// use probelang_sink::http::Address;
/// assert_eq!(Address::parse("http://localhost:4318/")?.to_string(), "http://localhost:4318");
/// assert!(Address::parse("localhost:4318").is_err());
/// # Ok::<(), probelang_sink::http::AddressError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Address {
    /// A server: scheme, host, port and path, without `/` at its end.
    Server(String),
    /// A Unix socket.
    Socket(PathBuf),
}

/// Why a text is not the address of a receiver.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It has another form.
    #[error("`{0}` is no address: write http://HOST:PORT or unix:///PATH")]
    Form(String),
    /// It needs encryption.
    #[error(
        "`{0}` needs TLS, which this program is built without (feature `tls`): use http, or a local agent"
    )]
    NoTls(String),
    /// It has a user or password.
    #[error("an address has no user and password: send them as a header")]
    Credentials,
    /// There are no Unix sockets.
    #[error("`{0}` is a Unix socket, which this system does not have")]
    NoSockets(String),
    /// A protocol that is not spoken here.
    #[error("the protocol `{0}` is not supported: use `http/protobuf` or `http/json`")]
    Protocol(String),
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let form = || AddressError::Form(crate::shown(text));
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.starts_with('/') {
                return Err(form());
            }
            return if cfg!(unix) {
                Ok(Self::Socket(path.into()))
            } else {
                Err(AddressError::NoSockets(path.to_owned()))
            };
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(AddressError::Credentials);
        }
        let has_port = match authority.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => port.parse::<u16>().is_ok_and(|port| port > 0),
            Some(_) | None => true,
        };
        let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#');
        if authority.is_empty() || authority.starts_with(':') || !has_port || rest.contains(bad) {
            return Err(form());
        }
        match scheme.as_str() {
            "http" => {}
            "https" if cfg!(feature = "tls") => {}
            "https" => return Err(AddressError::NoTls(crate::shown(text))),
            _ => return Err(form()),
        }
        Ok(Self::Server(format!("{scheme}://{}", rest.trim_end_matches('/'))))
    }

    /// The whole address of something at the receiver.
    pub(crate) fn url(&self, path: &str) -> String {
        match self {
            Self::Server(base) => format!("{base}{path}"),
            // nobody looks at the host, and no name has to be found
            Self::Socket(_) => format!("http://127.0.0.1{path}"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(base) => f.write_str(base),
            Self::Socket(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (text, address) in [
            ("http://localhost:4318", "http://localhost:4318"),
            (" HTTP://localhost/ ", "http://localhost"),
            ("http://[::1]:8126/a/b/", "http://[::1]:8126/a/b"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(Address::parse(text).map(|one| one.to_string()).as_deref(), Ok(address), "{text}");
        }
        #[cfg(unix)]
        for text in ["unix:///run/apm.socket", "unix:/run/apm.socket"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), "unix:///run/apm.socket");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for text in [
            "",
            "localhost:4318",
            "http://",
            "http:///x",
            "http://:80",
            "http://a:b",
            "http://a:0",
            "http://a:99999",
            "http://a b",
            "http://a/?x",
            "ftp://a",
            "unix:relative",
            "unix:",
        ] {
            assert!(matches!(Address::parse(text), Err(AddressError::Form(_))), "{text}");
        }
        assert_eq!(Address::parse("http://u:secret@a"), Err(AddressError::Credentials));
        for (text, shown) in [
            ("//u:secret@host", "…@host"),
            ("http://host?token=secret", "http://host?…"),
            ("u:sec?ret@host", "…@host"),
        ] {
            assert_eq!(Address::parse(text), Err(AddressError::Form(shown.to_owned())));
        }
        let https = Address::parse("https://a");
        if cfg!(feature = "tls") {
            assert!(https.is_ok());
        } else {
            assert!(https.unwrap_err().to_string().contains("TLS"));
        }
    }
}
