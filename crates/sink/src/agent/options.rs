//! Settings of the agent sink, in code and from the environment.

use std::path::Path;
use std::time::Duration;

use probelang_probe::settings::{self, PREFIX, Process};

use super::{TAGS, default_address};
use crate::http::{Address, AddressError};

/// Settings of the agent sink.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AgentOptions {
    /// Where the agent is.
    pub address: Address,
    /// How long a request may take: 10 seconds.
    pub timeout: Duration,
    /// How long events wait at most: one second.
    pub interval: Duration,
    /// Snapshots in a request: 100.
    pub batch: usize,
    /// The id of the container that the process runs in.
    pub container: Option<String>,
    /// The repository that the program was built from.
    pub repository: Option<String>,
    /// The commit that the program was built from.
    pub commit: Option<String>,
}

/// Where agents have their socket.
const SOCKET: &str = "/var/run/datadog/apm.socket";

impl AgentOptions {
    /// The defaults, with an agent at this address.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with the address.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        Ok(Self::at(Address::parse(url)?))
    }

    const fn at(address: Address) -> Self {
        Self {
            address,
            timeout: Duration::from_secs(10),
            interval: Duration::from_secs(1),
            batch: 100,
            container: None,
            repository: None,
            commit: None,
        }
    }

    /// Settings from the environment variables of the tracers. `url` comes before any variable.
    ///
    /// | variable | setting |
    /// |---|---|
    /// | `DD_TRACE_AGENT_URL` | the agent |
    /// | `DD_AGENT_HOST`, `DD_TRACE_AGENT_PORT` | the same in parts; without any, `/var/run/datadog/apm.socket` if it is there, else `http://localhost:8126` |
    /// | `DD_DYNAMIC_INSTRUMENTATION_UPLOAD_TIMEOUT` | seconds that a request may take |
    /// | `DD_DYNAMIC_INSTRUMENTATION_UPLOAD_FLUSH_INTERVAL` | milliseconds that events wait at most |
    /// | `DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS` | the same in seconds |
    /// | `DD_DYNAMIC_INSTRUMENTATION_UPLOAD_BATCH_SIZE` | snapshots in a request |
    /// | `DD_GIT_REPOSITORY_URL`, `DD_GIT_COMMIT_SHA` | tags of the events |
    ///
    /// Also gives a sentence for each variable that has no effect because its value is wrong.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with an address.
    pub fn from_environment(
        url: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, Vec<String>), AddressError> {
        let get = |name: &str| settings::text(&variable, name);
        let mut options = match url.map(str::to_owned).or_else(|| get("DD_TRACE_AGENT_URL")) {
            Some(url) => Self::new(&url)?,
            None => match (get("DD_AGENT_HOST"), get("DD_TRACE_AGENT_PORT")) {
                (None, None) if cfg!(unix) && Path::new(SOCKET).exists() => {
                    Self::at(Address::Socket(SOCKET.into()))
                }
                (None, None) => Self::at(default_address()),
                (host, port) => {
                    let host = host.as_deref().unwrap_or("localhost");
                    // an address of version 6 stands in brackets
                    let host = if host.contains(':') && !host.starts_with('[') {
                        format!("[{host}]")
                    } else {
                        host.to_owned()
                    };
                    Self::new(&format!("http://{host}:{}", port.as_deref().unwrap_or("8126")))?
                }
            },
        };
        let mut wrong = Vec::new();
        let own = |name: &str| format!("{PREFIX}{name}");
        if let Some(timeout) = settings::seconds(&variable, &own("UPLOAD_TIMEOUT"), &mut wrong) {
            options.timeout = timeout;
        }
        let flush = own("UPLOAD_FLUSH_INTERVAL");
        // 0 is its default, and leaves it to the other
        let is_left = get(&flush).as_deref() == Some("0");
        let millis =
            if is_left { None } else { settings::whole(&variable, &flush, "milliseconds", &mut wrong) };
        let interval = settings::seconds(&variable, &own("UPLOAD_INTERVAL_SECONDS"), &mut wrong);
        if let Some(interval) = millis.map(|millis| Duration::from_millis(millis.into())).or(interval) {
            options.interval = interval;
        }
        let batch = settings::whole(&variable, &own("UPLOAD_BATCH_SIZE"), "snapshots", &mut wrong);
        if let Some(batch) = batch.and_then(|batch| usize::try_from(batch).ok()) {
            options.batch = batch;
        }
        options.repository = get("DD_GIT_REPOSITORY_URL");
        options.commit = get("DD_GIT_COMMIT_SHA");
        options.container =
            std::fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| container(&text));
        Ok((options, wrong))
    }

    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let container = self.container.as_ref();
        container.map(|id| ("Datadog-Container-ID".to_owned(), id.clone())).into_iter().collect()
    }

    /// The tags of a request, separated by commas. One with a comma cannot be told from two, and is left out.
    pub(super) fn tags(&self, process: &Process) -> String {
        let of = |key: &str, value: Option<&str>| value.map(|value| format!("{key}:{value}"));
        let own = [
            of("env", process.env.as_deref()),
            of("version", process.version.as_deref()),
            of("debugger_version", Some(env!("CARGO_PKG_VERSION"))),
            of("host_name", process.host.as_deref()),
            of("runtime_id", process.runtime_id.as_deref()),
            of("git.commit.sha", self.commit.as_deref()),
            of("git.repository_url", self.repository.as_deref()),
        ];
        let mut all = String::new();
        for tag in own.into_iter().flatten().chain(process.tags.iter().cloned()) {
            if tag.contains(',') || all.len().saturating_add(tag.len()) >= TAGS {
                continue;
            }
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(&tag);
        }
        all
    }
}

/// The id of a container in a list of control groups: 64 hexadecimal digits, a UUID, or the task of a container service
/// (32 hexadecimal digits and a number).
fn container(groups: &str) -> Option<String> {
    let is_hex =
        |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let last = |text: &str, length: usize| {
        let start = text.len().checked_sub(length)?;
        text.get(start..).map(str::to_owned)
    };
    let id = |part: &str| {
        let part = part.strip_suffix(".scope").unwrap_or(part);
        last(part, 64)
            .filter(|end| is_hex(end, 64))
            .or_else(|| {
                last(part, 36).filter(|end| {
                    end.split('-').zip([8, 4, 4, 4, 12]).all(|(one, length)| is_hex(one, length))
                })
            })
            .or_else(|| {
                let (task, number) = part.rsplit_once('-')?;
                let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
                let task = last(task, 32).filter(|task| is_number && is_hex(task, 32))?;
                Some(format!("{task}-{number}"))
            })
    };
    groups.lines().find_map(|line| {
        let path = line.splitn(3, ':').nth(2)?;
        path.rsplit('/').find_map(id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: Option<&str>, variables: &[(&str, &str)]) -> AgentOptions {
        AgentOptions::from_environment(url, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
        .0
    }

    #[test]
    fn the_agent_is_the_one_that_is_named_nearest() {
        let host = ("DD_AGENT_HOST", "one");
        let url = ("DD_TRACE_AGENT_URL", "http://two:2");
        for (given, variables, address) in [
            (None, &[host][..], "http://one:8126"),
            (None, &[host, ("DD_TRACE_AGENT_PORT", "1")], "http://one:1"),
            (None, &[("DD_AGENT_HOST", "::1")], "http://[::1]:8126"),
            (None, &[host, url], "http://two:2"),
            (Some("http://three:3"), &[host, url], "http://three:3"),
        ] {
            assert_eq!(read(given, variables).address.to_string(), address);
        }
    }

    #[test]
    fn times_come_from_the_environment_and_nonsense_is_reported() {
        let options = read(
            Some("http://a"),
            &[
                ("DD_DYNAMIC_INSTRUMENTATION_UPLOAD_TIMEOUT", "3"),
                ("DD_DYNAMIC_INSTRUMENTATION_UPLOAD_FLUSH_INTERVAL", "0"),
                ("DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS", "0.25"),
                ("DD_DYNAMIC_INSTRUMENTATION_UPLOAD_BATCH_SIZE", "7"),
            ],
        );
        assert_eq!(
            (options.timeout.as_millis(), options.interval.as_millis(), options.batch),
            (3_000, 250, 7)
        );
        for (variable, value, unit) in [
            ("UPLOAD_TIMEOUT", "1e999", "seconds"),
            ("UPLOAD_TIMEOUT", "-1", "seconds"),
            ("UPLOAD_FLUSH_INTERVAL", "soon", "milliseconds"),
            ("UPLOAD_INTERVAL_SECONDS", "0", "seconds"),
            ("UPLOAD_BATCH_SIZE", "2.5", "snapshots"),
        ] {
            let name = format!("{PREFIX}{variable}");
            let get = |asked: &str| (asked == name).then(|| value.to_owned());
            let (options, wrong) = AgentOptions::from_environment(Some("http://a"), get).unwrap();
            assert_eq!(wrong, [format!("{name} is a number of {unit}, not `{value}`")]);
            assert_eq!(
                (options.timeout.as_secs(), options.interval.as_secs(), options.batch),
                (10, 1, 100),
                "{name}"
            );
        }
    }

    #[test]
    fn a_tag_with_a_comma_is_left_out() {
        let process = Process::default()
            .with_service(None, Some("a,b".to_owned()), Some("7".to_owned()))
            .with_tags(vec!["team:pay".to_owned(), "x:1,2".to_owned()]);
        let mut options = AgentOptions::new("http://a").unwrap();
        options.commit = Some("abc".to_owned());
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            options.tags(&process),
            format!("version:7,debugger_version:{version},git.commit.sha:abc,team:pay")
        );
    }

    #[test]
    fn a_container_is_known_by_its_control_group() {
        let id = "0123456789abcdef".repeat(4);
        for groups in [
            format!("12:cpu:/docker/{id}\n"),
            format!("0::/system.slice/docker-{id}.scope"),
            format!("1:name=systemd:/kubepods/besteffort/pod1/{id}"),
            format!("1:name=systemd:/system.slice/containerd.service/kubepods:cri-containerd:{id}"),
        ] {
            assert_eq!(container(&groups).as_deref(), Some(&*id), "{groups}");
        }
        for id in ["12345678-90ab-cdef-1234-567890abcdef", "0123456789abcdef0123456789abcdef-1234567890"] {
            assert_eq!(container(&format!("1:name=systemd:/ecs/{id}")).as_deref(), Some(id));
        }
        for other in ["0::/user.slice", "", "0::", "1:a:/ecs/0123456789abcdef0123456789abcdef-", "0::/é/x-1"]
        {
            assert_eq!(container(other), None, "{other}");
        }
    }
}
