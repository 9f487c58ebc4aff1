use std::time::Duration;

use http::StatusCode;

/// One try of Okta's to deliver something, and what follows from how it ended.
///
/// Okta waits three seconds for a complete answer. It sends once more after a 5xx, or when no answer
/// came, and never after a 4xx: those events are lost. It does not follow redirects. What it makes of a
/// 2xx other than 200 and 204 is not documented; here it is accepted, as inline hooks take it.
///
/// Times are counted from any moment the caller likes; no clock is read.
///
/// Source: Okta, [Event hooks](https://developer.okta.com/docs/concepts/event-hooks/). That
/// redirects are not followed is documented for inline hooks only, and that a connection that failed
/// counts as an error response is read from "timeout or error response".
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use okta_hooks::simulate::{Attempt, AttemptOutcome, Failure, Next};
/// use http::StatusCode;
///
/// let first = Attempt::first(Duration::ZERO);
/// assert_eq!(first.deadline(), Duration::from_secs(3));
///
/// // Busy: Okta tries again, once.
/// let busy = AttemptOutcome::Answer(StatusCode::SERVICE_UNAVAILABLE);
/// let Next::Retry(second) = first.after(busy, Duration::from_secs(1)) else {
///     panic!("a 5xx is retried")
/// };
/// assert_eq!((second.number(), second.deadline()), (2, Duration::from_secs(4)));
///
/// // An answer that comes too late does not count.
/// let late = AttemptOutcome::Answer(StatusCode::NO_CONTENT);
/// assert_eq!(second.after(late, Duration::from_secs(4)), Next::Lost(Failure::Timeout));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    number: u8,
    started: Duration,
}

/// How an attempt ended, or that it has not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The whole answer has come, with this status.
    Answer(StatusCode),
    /// There is no answer yet, or not all of it.
    Pending,
    /// No connection, or it broke.
    NoConnection,
}

/// What Okta does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It goes on waiting, until the [deadline](Attempt::deadline).
    Wait,
    /// It is done: the delivery was accepted.
    Accepted,
    /// It sends the same once more.
    Retry(Attempt),
    /// It gives up. The events are not sent again.
    Lost(Failure),
}

/// Why a delivery was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A status other than 2xx.
    #[error("answered with status {}", .0.as_u16())]
    Status(StatusCode),
    /// No complete answer in time.
    #[error("no complete answer within three seconds")]
    Timeout,
    /// No connection, or it broke.
    #[error("the connection failed")]
    NoConnection,
}

impl Attempt {
    /// How long Okta waits for a complete answer.
    pub const TIMEOUT: Duration = Duration::from_secs(3);

    /// The first attempt, begun at `now`.
    #[must_use]
    pub fn first(now: Duration) -> Self {
        Self { number: 1, started: now }
    }

    /// 1 for the first, 2 for the retry.
    #[must_use]
    pub fn number(self) -> u8 {
        self.number
    }

    /// When Okta stops waiting.
    #[must_use]
    pub fn deadline(self) -> Duration {
        self.started.saturating_add(Self::TIMEOUT)
    }

    /// What Okta does, `outcome` being what it sees at `now`.
    #[must_use]
    pub fn after(self, outcome: AttemptOutcome, now: Duration) -> Next {
        let failure = match outcome {
            _ if now >= self.deadline() => Failure::Timeout,
            AttemptOutcome::Pending => return Next::Wait,
            AttemptOutcome::Answer(status) if status.is_success() => return Next::Accepted,
            AttemptOutcome::Answer(status) => Failure::Status(status),
            AttemptOutcome::NoConnection => Failure::NoConnection,
        };
        match self.number == 1 && failure.is_retried() {
            true => Next::Retry(Self { number: 2, started: now }),
            false => Next::Lost(failure),
        }
    }
}

impl Failure {
    /// Whether Okta sends once more after such a failure.
    #[must_use]
    pub fn is_retried(self) -> bool {
        match self {
            Self::Status(status) => status.is_server_error(),
            Self::Timeout | Self::NoConnection => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(status: u16) -> AttemptOutcome {
        AttemptOutcome::Answer(StatusCode::from_u16(status).unwrap())
    }

    #[test]
    fn success_is_the_end() {
        for status in [200, 201, 202, 204] {
            assert_eq!(Attempt::first(SECOND).after(answer(status), SECOND * 2), Next::Accepted);
        }
    }

    #[test]
    fn what_the_receiver_refuses_or_moves_is_lost_at_once() {
        for status in [301, 302, 307, 308, 400, 401, 404, 408, 413, 429, 499] {
            let next = Attempt::first(SECOND).after(answer(status), SECOND * 2);
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(next, Next::Lost(Failure::Status(status)), "{status}");
        }
    }

    #[test]
    fn what_failed_is_sent_once_more_and_no_more() {
        let error = StatusCode::INTERNAL_SERVER_ERROR;
        for (outcome, now, failure) in [
            (answer(500), SECOND, Failure::Status(error)),
            (AttemptOutcome::NoConnection, SECOND, Failure::NoConnection),
            (AttemptOutcome::Pending, SECOND * 3, Failure::Timeout),
            (answer(204), SECOND * 3, Failure::Timeout),
            (answer(400), SECOND * 3, Failure::Timeout),
        ] {
            let Next::Retry(second) = Attempt::first(Duration::ZERO).after(outcome, now) else {
                panic!("{outcome:?} at {now:?}")
            };
            assert_eq!(second, Attempt { number: 2, started: now });
            assert_eq!(second.after(outcome, now + now), Next::Lost(failure));
            assert_eq!(second.after(answer(204), now + SECOND), Next::Accepted);
        }
    }

    #[test]
    fn an_answer_is_waited_for_until_the_deadline() {
        let first = Attempt::first(SECOND);
        let just_before = SECOND * 4 - Duration::from_nanos(1);
        assert_eq!(first.after(AttemptOutcome::Pending, just_before), Next::Wait);
        assert_eq!(first.after(answer(204), just_before), Next::Accepted);
        assert!(matches!(first.after(AttemptOutcome::Pending, SECOND * 4), Next::Retry(_)));
    }
}
