//! Events of a replay to receivers.

use std::sync::Arc;
use std::time::Duration;

use probelang_control::sink::Sinks;
use probelang_control::{SinkSpec, open_all};
use probelang_probe::event::{Event, Output as _};
use probelang_probe::settings::Settings;

use crate::console::Console;
use crate::exit::{Failure, Status};

/// How long a receiver may take for its next step, before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sinks that are opened when the first hit was replayed: it says of which service the events are, if nothing else does.
pub struct Delivery {
    specs: Vec<SinkSpec>,
    open: Option<Open>,
}

struct Open {
    sinks: Arc<Sinks>,
    /// Variables without effect.
    notes: Vec<String>,
    service: Option<String>,
    /// A hit was recorded in another service.
    others: bool,
}

impl Delivery {
    pub const fn new(specs: Vec<SinkSpec>) -> Self {
        Self { specs, open: None }
    }

    /// Hands events to the sinks. Waits where one has no room, as long as it makes progress.
    pub fn take(&mut self, events: Vec<Event>, settings: &Settings) -> Result<(), Failure> {
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let (sinks, notes) =
                    open_all(&self.specs, settings, |name| std::env::var(name).ok(), PATIENCE)
                        .map_err(|error| Failure::Data(error.to_string()))?;
                let service = settings.process.service.clone();
                self.open.insert(Open { sinks, notes, service, others: false })
            }
        };
        open.others |= open.service != settings.process.service;
        for event in events {
            open.sinks.emit(event);
        }
        Ok(())
    }

    /// Delivers what is left, and reports what became of the events.
    pub fn end(&self, console: &Console) -> Status {
        let Some(Open { sinks, notes, service, others }) = &self.open else { return Status::Ok };
        notes.iter().for_each(|note| console.remark(note));
        let done = || {
            let reports = sinks.reports();
            reports
                .iter()
                .fold(0, |sum, report| sum + u128::from(report.delivered) + u128::from(report.lost()))
        };
        let mut before = done();
        while !sinks.flush(PATIENCE) {
            let now = done();
            if now == before {
                break;
            }
            before = now;
        }
        let mut status = Status::Ok;
        for report in sinks.close(PATIENCE) {
            if report.is_complete() {
                console.remark(&report.to_string());
            } else {
                console.fail(&report.to_string());
                status = Status::Input;
            }
        }
        match sinks.untaken() {
            0 => {}
            1 => console.remark("1 event is for none of these sinks"),
            count => console.remark(&format!("{count} events are for none of these sinks")),
        }
        if *others {
            let service = service.as_deref().unwrap_or("(none)");
            console.remark(&format!(
                "hits were recorded in several services, and all events say `{service}`; --service names another"
            ));
        }
        status
    }
}
