//! Settings of the DogStatsD sink, in code and from the environment.

use std::fmt;
use std::time::Duration;

use probelang_probe::settings;

/// Where a DogStatsD receiver is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SocketAddress {
    /// `host:port`.
    Udp(String),
    /// A Unix socket for datagrams.
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

/// A text that is not the address of a DogStatsD receiver.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no address: write HOST:PORT, udp://HOST:PORT or unix:///PATH")]
pub struct SocketAddressError(String);

impl SocketAddress {
    /// Reads an address: `host`, `host:port`, `udp://host:port`, `unix:///path` or `unixgram:///path`. The port is 8125
    /// where there is none.
    ///
    /// # Errors
    /// [`SocketAddressError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, SocketAddressError> {
        let text = text.trim();
        let wrong = || SocketAddressError(crate::shown(text));
        if let Some(path) =
            ["unixgram://", "unix://", "unix:"].into_iter().find_map(|scheme| text.strip_prefix(scheme))
        {
            #[cfg(unix)]
            if path.starts_with('/') {
                return Ok(Self::Unix(path.into()));
            }
            let _: &str = path;
            return Err(wrong());
        }
        let address = text.strip_prefix("udp://").unwrap_or(text);
        if address.contains(['/', '@', '?', ' ']) || address.contains(char::is_control) {
            return Err(wrong());
        }
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            Some(_) | None => (address, "8125"),
        };
        // an address of version 6 stands in brackets
        let is_plain = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        if host.is_empty() || !is_plain || !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return Err(wrong());
        }
        Ok(Self::Udp(format!("{host}:{port}")))
    }
}

impl fmt::Display for SocketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address) => write!(f, "udp://{address}"),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// Under which tag a metric carries the id of its probe. The tracers do not agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ProbeTag {
    /// `debugger.probeid:<id>`, as Java and Python.
    #[default]
    Dotted,
    /// `probe-id:<id>`, as .NET.
    Dashed,
    /// Both.
    Both,
}

/// Settings of the DogStatsD sink.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct StatsdOptions {
    /// Where the receiver is.
    pub address: SocketAddress,
    /// Under which tag a metric carries the id of its probe.
    pub probe_tag: ProbeTag,
    /// How long metrics wait at most: one second.
    pub interval: Duration,
}

impl StatsdOptions {
    /// The defaults, with a receiver at this address.
    ///
    /// # Errors
    /// [`SocketAddressError`] for a text that is no address.
    pub fn new(address: &str) -> Result<Self, SocketAddressError> {
        let address = SocketAddress::parse(address)?;
        Ok(Self { address, probe_tag: ProbeTag::default(), interval: Duration::from_secs(1) })
    }

    /// The same with [`probe_tag`](Self::probe_tag) set.
    #[must_use]
    pub const fn with_probe_tag(mut self, tag: ProbeTag) -> Self {
        self.probe_tag = tag;
        self
    }

    /// Settings from the environment variables of the tracers: `DD_DOGSTATSD_URL`, else `DD_DOGSTATSD_SOCKET`, else
    /// `DD_DOGSTATSD_HOST` or `DD_AGENT_HOST`, and `DD_DOGSTATSD_PORT`; `localhost:8125` without any. `address` comes
    /// before any variable.
    ///
    /// # Errors
    /// [`SocketAddressError`] for a text that is no address.
    pub fn from_environment(
        address: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SocketAddressError> {
        let get = |name: &str| settings::text(&variable, name);
        let socket = || get("DD_DOGSTATSD_SOCKET").map(|path| format!("unix://{path}"));
        let host = || {
            let host = get("DD_DOGSTATSD_HOST").or_else(|| get("DD_AGENT_HOST"));
            let host = host.unwrap_or_else(|| "localhost".to_owned());
            let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host };
            format!("{host}:{}", get("DD_DOGSTATSD_PORT").unwrap_or_else(|| "8125".to_owned()))
        };
        let address = address.map(str::to_owned).or_else(|| get("DD_DOGSTATSD_URL")).or_else(socket);
        Self::new(&address.unwrap_or_else(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (text, address) in [
            ("localhost", "udp://localhost:8125"),
            ("localhost:1", "udp://localhost:1"),
            ("udp://[::1]:8125", "udp://[::1]:8125"),
            ("[::1]", "udp://[::1]:8125"),
        ] {
            assert_eq!(
                SocketAddress::parse(text).map(|one| one.to_string()).as_deref(),
                Ok(address),
                "{text}"
            );
        }
        #[cfg(unix)]
        for text in ["unix:///run/dsd", "unixgram:///run/dsd", "unix:/run/dsd"] {
            assert_eq!(SocketAddress::parse(text).unwrap().to_string(), "unix:///run/dsd");
        }
        for text in ["", ":1", "a:b", "a:0", "http://a", "::1", "a b", "unix://relative", "a:70000"] {
            assert!(SocketAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_receiver_is_the_one_that_is_named_nearest() {
        let read = |address: Option<&str>, variables: &[(&str, &str)]| {
            let get = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            StatsdOptions::from_environment(address, get).unwrap().address.to_string()
        };
        let host = ("DD_AGENT_HOST", "one");
        assert_eq!(read(None, &[]), "udp://localhost:8125");
        assert_eq!(read(None, &[host, ("DD_DOGSTATSD_PORT", "2")]), "udp://one:2");
        assert_eq!(read(None, &[host, ("DD_DOGSTATSD_URL", "udp://two:3")]), "udp://two:3");
        assert_eq!(read(Some("three"), &[host]), "udp://three:8125");
    }
}
