//! The client of all sinks over HTTP.

use std::time::Duration;

use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;

use super::{Address, Answer, Method, Request, Transport};

/// Bytes of an answer that are read.
const ANSWER: u64 = 256 << 10;

/// Sends requests to one receiver. It follows no redirects and asks no proxy, whatever the environment says.
pub(crate) struct Client(Agent);

impl Client {
    pub fn new(address: &Address) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(1)
            .max_idle_age(Duration::from_secs(10))
            .user_agent(concat!("probelang/", env!("CARGO_PKG_VERSION")))
            .build();
        match address {
            Address::Server(_) => Self(Agent::new_with_config(config)),
            #[cfg(unix)]
            Address::Socket(path) => {
                Self(Agent::with_parts(config, socket::Connector(path.clone()), DefaultResolver::default()))
            }
            #[cfg(not(unix))]
            Address::Socket(_) => Self(Agent::new_with_config(config)),
        }
    }
}

impl Transport for Client {
    fn send(&mut self, request: &Request<'_>) -> Result<Answer, String> {
        let timeout = Some(request.timeout.max(Duration::from_millis(1)));
        let sent = match request.method {
            Method::Get => {
                let mut get = self.0.get(request.url);
                for (name, value) in request.headers {
                    get = get.header(name, value);
                }
                get.config().timeout_global(timeout).build().call()
            }
            Method::Post => {
                let mut post = self.0.post(request.url);
                for (name, value) in request.headers {
                    post = post.header(name, value);
                }
                post.config().timeout_global(timeout).build().send(request.body)
            }
        };
        let mut response = sent.map_err(|error| error.to_string())?;
        let header = response.headers().get("retry-after");
        let retry_after = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER).read_to_vec();
        // a status says enough, also where the rest of the answer is missing
        Ok(Answer { status, retry_after, body: body.unwrap_or_default() })
    }
}

#[cfg(unix)]
mod socket {
    //! HTTP over Unix sockets.

    use std::io::{self, Read as _, Write as _};
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    use ureq::Error;
    use ureq::unversioned::transport::{
        Buffers, ConnectionDetails, Connector as Connects, LazyBuffers, NextTimeout, Transport,
    };

    #[derive(Debug)]
    pub(super) struct Connector(pub PathBuf);

    impl Connects<()> for Connector {
        type Out = Stream;

        fn connect(
            &self,
            details: &ConnectionDetails<'_>,
            _: Option<()>,
        ) -> Result<Option<Self::Out>, Error> {
            let stream = UnixStream::connect(&self.0)?;
            let config = &details.config;
            let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
            Ok(Some(Stream { stream, buffers }))
        }
    }

    #[derive(Debug)]
    pub(super) struct Stream {
        stream: UnixStream,
        buffers: LazyBuffers,
    }

    fn timed<T>(result: io::Result<T>, timeout: NextTimeout) -> Result<T, Error> {
        result.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
            _ => error.into(),
        })
    }

    impl Transport for Stream {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
            self.stream.set_write_timeout(timeout.not_zero().map(|time| *time))?;
            let output = self.buffers.output().get(..amount).unwrap_or_default();
            timed(self.stream.write_all(output), timeout)
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
            self.stream.set_read_timeout(timeout.not_zero().map(|time| *time))?;
            let input = self.buffers.input_append_buf();
            let read = loop {
                match self.stream.read(input) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            let amount = timed(read, timeout)?;
            self.buffers.input_appended(amount);
            Ok(amount > 0)
        }

        fn is_open(&mut self) -> bool {
            let is_quiet = |stream: &mut UnixStream| {
                stream.set_nonblocking(true)?;
                let read = stream.read(&mut [0]);
                stream.set_nonblocking(false)?;
                Ok::<_, io::Error>(matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock))
            };
            is_quiet(&mut self.stream).unwrap_or(false)
        }
    }
}
