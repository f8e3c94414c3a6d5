//! The way into the library and out of it: what failed becomes a status, and no panic crosses.

use crate::report::{Report, probelang_report};
use crate::status::probelang_status;

/// Why a call ended early.
pub(crate) struct Stop {
    pub status: probelang_status,
    pub report: Option<Box<Report>>,
}

impl Stop {
    /// With a sentence for people.
    pub fn saying(status: probelang_status, message: impl Into<String>) -> Self {
        Self { status, report: Some(Box::new(Report::message(message.into()))) }
    }

    /// With a report.
    pub fn with(status: probelang_status, report: Report) -> Self {
        Self { status, report: Some(Box::new(report)) }
    }
}

impl From<probelang_status> for Stop {
    fn from(status: probelang_status) -> Self {
        Self { status, report: None }
    }
}

/// Runs the body of an exported function. `?` ends it with a status; a panic becomes `PROBELANG_STATUS_PANICKED`. With
/// `report` in front, what there is to say goes to that out-parameter of the function.
macro_rules! boundary {
    (report $report:expr; $($body:tt)*) => {{
        let report: *mut *mut $crate::report::probelang_report = $report;
        $crate::boundary::clear(report);
        match $crate::boundary::boundary!(@ $($body)*) {
            Ok(Ok(status)) => status,
            Ok(Err(stop)) => $crate::boundary::stopped(stop, report),
            Err(_) => $crate::status::probelang_status::Panicked,
        }
    }};
    (@ $($body:tt)*) => {
        // what a panic leaves half-done is memory for text and counters, which every call begins anew
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(
            || -> Result<$crate::status::probelang_status, $crate::boundary::Stop> { $($body)* },
        ))
    };
    ($($body:tt)*) => {
        match $crate::boundary::boundary!(@ $($body)*) {
            Ok(Ok(status)) => status,
            Ok(Err(stop)) => stop.status,
            Err(_) => $crate::status::probelang_status::Panicked,
        }
    };
}
pub(crate) use boundary;

/// Empties the out-parameter for reports.
pub(crate) fn clear(report: *mut *mut probelang_report) {
    if !report.is_null() {
        // SAFETY: the caller of an exported function lends a place for a pointer, or null.
        unsafe { report.write(std::ptr::null_mut()) };
    }
}

/// The status of a call that ended early, with its report handed out.
#[cold]
pub(crate) fn stopped(stop: Stop, report: *mut *mut probelang_report) -> probelang_status {
    if let Some(said) = stop.report {
        hand_out(*said, report);
    }
    stop.status
}

/// Hands a report out, where the caller wants one.
pub(crate) fn hand_out(said: Report, report: *mut *mut probelang_report) {
    if !report.is_null() {
        let handle = crate::handle::create::<probelang_report>(said);
        // SAFETY: as in `clear`.
        unsafe { report.write(handle) };
    }
}

#[cfg(test)]
mod tests {
    use crate::status::probelang_status;

    #[test]
    fn a_panic_becomes_a_status() {
        let status = boundary! { if true { panic!("a defect") } else { Ok(probelang_status::Ok) } };
        assert_eq!(status, probelang_status::Panicked);
        let mut report = std::ptr::null_mut();
        let status = boundary! { report &raw mut report; if true { panic!("a defect") } else { Ok(probelang_status::Ok) } };
        assert_eq!((status, report.is_null()), (probelang_status::Panicked, true));
    }
}
