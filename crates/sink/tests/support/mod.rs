//! A receiver over HTTP that does what a test says.

#![allow(dead_code, reason = "each test file needs other parts")]

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A time that is never reached where all is well.
pub const LONG: Duration = Duration::from_secs(60);

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    /// With what follows the `?`.
    pub path: String,
    /// By their names in lower case.
    pub headers: HashMap<String, String>,
    /// Not compressed any more.
    pub body: Vec<u8>,
}

impl Received {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn is_at(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }
}

/// What the receiver does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16, Vec<u8>),
    /// A status with a header.
    With(u16, &'static str, String),
    /// Bytes that are no answer.
    Garbage,
    /// The connection is closed.
    Reset,
    /// Nothing, until the receiver ends.
    Never,
}

pub fn ok() -> Reply {
    Reply::Status(200, Vec::new())
}

/// A receiver on a port of its own.
pub struct Server {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    requests: Mutex<Vec<Received>>,
    news: Condvar,
    is_over: AtomicBool,
    keeps: bool,
    reply: Box<dyn Fn(&Received) -> Reply + Send + Sync>,
}

impl Server {
    pub fn start(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::keeping(true, reply)
    }

    /// A receiver that keeps no requests, for many of them.
    pub fn forgetful(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::keeping(false, reply)
    }

    fn keeping(keeps: bool, reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            news: Condvar::new(),
            is_over: AtomicBool::new(false),
            keeps,
            reply: Box::new(reply),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if own.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), own) = (stream, Arc::clone(&own)) else { continue };
                thread::spawn(move || serve(stream, &own));
            }
        });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Waits until there are requests that `are_enough`.
    pub fn wait(&self, are_enough: impl Fn(&[Received]) -> bool) {
        let end = Instant::now() + LONG;
        let mut requests = self.shared.requests.lock().unwrap();
        while !are_enough(&requests) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the requests did not come: {requests:?}");
            requests = self.shared.news.wait_timeout(requests, left).unwrap().0;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.news.notify_all();
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    while let Ok(Some(request)) = read(&mut reader) {
        let reply = (shared.reply)(&request);
        if shared.keeps {
            shared.requests.lock().unwrap().push(request);
        }
        shared.news.notify_all();
        if answer(&stream, reply, shared).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// Writes an answer; an error ends the connection.
fn answer(mut stream: &TcpStream, reply: Reply, shared: &Shared) -> io::Result<()> {
    let mut send = |status: u16, header: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{header}\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    match reply {
        Reply::Status(status, body) => send(status, "", &body),
        Reply::With(status, name, value) => send(status, &format!("{name}: {value}\r\n"), &[]),
        Reply::Garbage => {
            stream.write_all(b"\x00\x01 what is HTTP?\r\n\r\n")?;
            Err(io::ErrorKind::Other.into())
        }
        Reply::Reset => Err(io::ErrorKind::ConnectionReset.into()),
        Reply::Never => {
            let mut requests = shared.requests.lock().unwrap();
            while !shared.is_over.load(Ordering::SeqCst) {
                requests = shared.news.wait_timeout(requests, Duration::from_millis(100)).unwrap().0;
            }
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

/// Reads a request, and insists on what HTTP/1.1 asks for.
pub fn read(reader: &mut impl io::BufRead) -> io::Result<Option<Received>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.trim_end().split(' ');
    let mut part = || parts.next().expect("a request line").to_owned();
    let (method, path, version) = (part(), part(), part());
    assert_eq!(version, "HTTP/1.1");
    assert!(path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    assert!(headers.contains_key("host"));
    let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        let mut whole = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut whole)?;
        body = whole;
    }
    Ok(Some(Received { method, path, headers, body }))
}

/// A port that nobody listens on.
pub fn dead_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
