//! Faults that a request asks for itself: `X-Emulator-Fault: 429;reset=2`, for tests that run side by
//! side.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::errors::OktaError;

/// Header values whose uses are counted; beyond it, the counts start again.
const MAX_COUNTED: usize = 10_000;
const MAX_DELAY_MS: u64 = 10 * 60 * 1000;
const MAX_RESET_SECONDS: u64 = 24 * 60 * 60;

/// How often each header value was used: `times=2` is for the first two requests that carry it.
#[derive(Default)]
pub struct Faults(Mutex<HashMap<String, u32>>);

/// What is to go wrong with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The status of the answer; without it, the request is handled.
    pub status: Option<StatusCode>,
    /// How many seconds a 429 says to wait. Without it, it is the 429 of too many at once.
    pub reset: Option<u64>,
    pub delay: Duration,
    times: Option<u32>,
}

impl Faults {
    /// The fault that a request asks for, if it is its turn.
    pub fn of(&self, headers: &HeaderMap) -> Result<Option<Fault>, OktaError> {
        let Some(value) = headers.get("x-emulator-fault") else { return Ok(None) };
        let invalid =
            || OktaError::validation("X-Emulator-Fault", "X-Emulator-Fault: as in 429;reset=2");
        let value = value.to_str().map_err(|_| invalid())?;
        let fault = Fault::parse(value).ok_or_else(invalid)?;
        Ok(Some(fault).filter(|fault| self.is_due(value, fault.times)))
    }

    fn is_due(&self, value: &str, times: Option<u32>) -> bool {
        let Some(times) = times else { return true };
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MAX_COUNTED && !used.contains_key(value) {
            used.clear();
        }
        let used = used.entry(value.to_owned()).or_default();
        *used = used.saturating_add(1);
        *used <= times
    }
}

impl Fault {
    /// `STATUS;reset=SECONDS;delay=MILLISECONDS;times=COUNT`, all but one of them optional. What
    /// else is in it tells the faults of one test from those of another: `429;times=1;test=4711`.
    fn parse(value: &str) -> Option<Self> {
        let mut fault = Self::default();
        for part in value.split(';').map(str::trim) {
            match part.split_once('=') {
                None => fault.status = Some(status(part)?),
                Some(("reset", seconds)) => fault.reset = Some(number(seconds, MAX_RESET_SECONDS)?),
                Some(("delay", milliseconds)) => {
                    fault.delay = Duration::from_millis(number(milliseconds, MAX_DELAY_MS)?);
                }
                Some(("times", times)) => {
                    fault.times = Some(number(times, u32::MAX.into())?.try_into().ok()?);
                }
                Some(_) => {}
            }
        }
        (fault.status.is_some() || !fault.delay.is_zero()).then_some(fault)
    }
}

/// What the emulator can fail with: every status of an error.
fn status(text: &str) -> Option<StatusCode> {
    let status = StatusCode::from_bytes(text.as_bytes()).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

fn number(text: &str, max: u64) -> Option<u64> {
    text.parse().ok().filter(|number| *number <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_goes_wrong() {
        let fault = |text| Fault::parse(text).unwrap();
        assert_eq!(fault("429;reset=2").status, Some(StatusCode::TOO_MANY_REQUESTS));
        assert_eq!((fault("429;reset=2").reset, fault("429").reset), (Some(2), None));
        assert_eq!(fault("500; delay=100; test=x").delay, Duration::from_millis(100));
        assert_eq!(fault("delay=1").status, None);
        for text in
            ["", "200", "x", "429;reset=x", "429;times=-1", "reset=2", "delay=600001", "429;"]
        {
            assert_eq!(Fault::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_fault_for_the_first_requests_ends() {
        let faults = Faults::default();
        let due = |value: &'static str| {
            let headers = [("x-emulator-fault", value)].map(|(name, value)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
            });
            faults.of(&headers.into_iter().collect()).unwrap().is_some()
        };
        assert_eq!(["503;times=2"; 4].map(due), [true, true, false, false]);
        assert_eq!(["503;times=1;test=other"; 2].map(due), [true, false]);
        assert_eq!(["503"; 3].map(due), [true; 3]);
    }
}
