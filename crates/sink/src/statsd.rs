//! DogStatsD: metrics as datagrams, over UDP or a Unix socket.

use std::io;
use std::net::UdpSocket;
use std::time::Duration;

use cadence::{MetricSink, UdpMetricSink};
use probelang_probe::event::{Event, METRIC_PREFIX, Sample};
use probelang_probe::probe::MetricKind;
use probelang_probe::settings::Process;

use crate::report::Loss;
use crate::sink::{Batch, Context, Kinds, Next, Profile, Sink};
use crate::totals::{Total, float};

mod line;
mod options;

pub use options::{ProbeTag, SocketAddress, SocketAddressError, StatsdOptions};

/// Bytes of a datagram: what an Ethernet frame has room for, and what fits the buffer of a local receiver.
const UDP: usize = 1_432;
#[cfg(unix)]
const UNIX: usize = 8_192;
/// Bytes of a line that is sent though it is longer than that.
const LINE: usize = 8_192;
/// How long a local receiver may take to make room.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_millis(100);

/// Sends metrics to a DogStatsD receiver. A datagram that was sent counts as delivered: nobody answers.
///
/// ```
/// use probelang_sink::statsd::{Statsd, StatsdOptions};
/// use probelang_sink::Sink;
/// let statsd = Statsd::new(StatsdOptions::new("localhost:8125")?);
/// assert_eq!(statsd.profile().target, "udp://localhost:8125");
/// # Ok::<(), probelang_sink::statsd::SocketAddressError>(())
/// ```
pub struct Statsd {
    options: StatsdOptions,
    /// None before the first metric, and after an error.
    socket: Option<Box<dyn MetricSink + Send>>,
}

impl std::fmt::Debug for Statsd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statsd").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Statsd {
    /// A sink with these settings. Nothing is sent before there are metrics.
    #[must_use]
    pub const fn new(options: StatsdOptions) -> Self {
        Self { options, socket: None }
    }

    const fn datagram(&self) -> usize {
        match self.options.address {
            SocketAddress::Udp(_) => UDP,
            #[cfg(unix)]
            SocketAddress::Unix(_) => UNIX,
        }
    }

    fn connect(address: &SocketAddress) -> io::Result<Box<dyn MetricSink + Send>> {
        match address {
            SocketAddress::Udp(address) => udp(address),
            #[cfg(unix)]
            SocketAddress::Unix(path) => unix(path),
        }
    }

    fn send(&mut self, datagram: &str) -> io::Result<()> {
        let socket = match &self.socket {
            Some(socket) => socket,
            None => self.socket.insert(Self::connect(&self.options.address)?),
        };
        let sent = socket.emit(datagram);
        if sent.is_err() {
            // the name may belong to another address by now
            self.socket = None;
        }
        sent.map(|_| ())
    }
}

fn udp(address: &str) -> io::Result<Box<dyn MetricSink + Send>> {
    use std::net::ToSocketAddrs as _;
    let to = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let own = if to.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(own)?;
    socket.set_nonblocking(true)?;
    Ok(Box::new(UdpMetricSink::from(to, socket).map_err(io::Error::other)?))
}

#[cfg(unix)]
fn unix(path: &std::path::Path) -> io::Result<Box<dyn MetricSink + Send>> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok(Box::new(cadence::UnixMetricSink::from(path, socket)))
}

/// Lines that go together.
#[derive(Debug, Default)]
struct Datagram {
    text: String,
    events: u64,
}

impl Sink for Statsd {
    fn profile(&self) -> Profile {
        Profile::new("statsd", self.options.address.to_string())
            .with_kinds(Kinds::METRICS)
            .with_interval(self.options.interval)
    }

    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        let process = &context.settings().process;
        let most = self.datagram();
        let mut datagrams = vec![Datagram::default()];
        let mut add = |sample: &Sample, events: u64| {
            let Some(line) = line::write(sample, &self.options, process) else {
                return context.lost(Loss::Invalid, events);
            };
            if line.len() > LINE {
                return context.lost(Loss::TooLarge, events);
            }
            let fits = |last: &&mut Datagram| {
                last.events == 0 || last.text.len().saturating_add(line.len()).saturating_add(1) <= most
            };
            match datagrams.last_mut().filter(fits) {
                Some(last) => {
                    if last.events > 0 {
                        last.text.push('\n');
                    }
                    last.text.push_str(&line);
                    last.events = last.events.saturating_add(events);
                }
                None => datagrams.push(Datagram { text: line, events }),
            }
        };
        for event in &batch.events {
            event.with(|event| match event {
                Event::Metric(sample) => add(sample, 1),
                // no other kind is taken
                Event::Log(_)
                | Event::Snapshot(_)
                | Event::Error(_)
                | Event::Span(_)
                | Event::Tags(_)
                | Event::Status(_) => context.lost(Loss::Invalid, 1),
            });
        }
        for Total { sample, samples, .. } in &batch.totals {
            add(sample, *samples);
        }
        let mut is_gone = false;
        for Datagram { text, events } in datagrams.into_iter().filter(|one| one.events > 0) {
            // a receiver that makes no room is not waited for again and again
            if is_gone || context.is_over() {
                context.lost(Loss::Unreachable, events);
                continue;
            }
            match self.send(&text) {
                Ok(()) => context.delivered(events),
                Err(error) => {
                    is_gone = true;
                    context.error(&error.to_string());
                    context.lost(Loss::Unreachable, events);
                }
            }
        }
        Next::Ready
    }
}
