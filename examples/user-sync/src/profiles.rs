//! Fetches the profiles on the work list, one at a time, as fast as Okta lets us.

use std::sync::Arc;
use std::time::Duration;

use okta_hooks::projection::Version;

use crate::okta::{self, Answered, Client, ClientError, Endpoint, ErrorKind};
use crate::store::{Change, Found, Profile, Refresh, Store, Turns};

/// How long to look away when there is nothing to do.
const IDLE: Duration = Duration::from_millis(200);

/// The longest pause between profiles while Okta is away, whoever is asked for.
const AWAY: Duration = Duration::from_secs(30);

/// The same while it says that we may not see them: an admin role can be for some users only, and those
/// must not wait long behind the others.
const FORBIDDEN: Duration = Duration::from_secs(1);

/// When to try again what will most likely fail again, until an admin changes something. There is no
/// longer wait for one profile.
pub const PERMANENT_WAIT: Duration = Duration::from_secs(15 * 60);

pub async fn run(client: Arc<Client>, store: Store, turns: Turns) {
    let mut failing = None;
    let mut failures = Failures::default();
    loop {
        let due = turns.next_refresh(PERMANENT_WAIT).await;
        let error = due.as_ref().err().cloned();
        if let Some(error) = error.as_ref().filter(|error| failing.as_ref() != Some(*error)) {
            // Said once, however often it is so.
            tracing::error!(%error, "the work list cannot be read");
        }
        failing = error;
        let pause = match due {
            Ok(Some(refresh)) => fetch(&client, &store, &turns, refresh, &mut failures).await,
            Ok(None) => IDLE,
            Err(_) => Duration::from_secs(1),
        };
        tokio::time::sleep(pause).await;
    }
}

/// How often Okta gave no profile since it last gave one.
#[derive(Default)]
struct Failures {
    /// Because we may not see it, as is normal where an admin role is for some users only. It counts apart:
    /// whoever answers this is not away.
    forbidden: u32,
    /// Because Okta, or the way to it, is away.
    away: u32,
}

/// Fetches one profile; returns how long to wait before the next.
async fn fetch(
    client: &Client,
    store: &Store,
    turns: &Turns,
    refresh: Refresh,
    failures: &mut Failures,
) -> Duration {
    // What happened after this moment may be missing in the answer, and will ask again. What we know
    // already is not: whatever Okta's clock says, the answer is newer.
    let version = Version::observed(&jiff::Timestamp::now().to_string());
    let known = refresh.known.as_ref().map(Version::after);
    let version = known.into_iter().fold(version, Ord::max);
    let answer = client.user(&refresh.user_id, refresh.attempts).await;
    if let Err(error) = tell_others(turns, &answer).await {
        tracing::debug!(%error, "the other replicas do not know of the rate limit");
    }
    let (change, pause) = match answer {
        Ok(answered) => {
            *failures = Failures::default();
            (found(refresh, version, answered.value), answered.pause)
        }
        Err(error) => later(refresh, &error, failures),
    };
    match store.write(change).await {
        Ok(_) => pause,
        Err(error) => {
            tracing::warn!(%error, "a profile was not written, and stays on the work list");
            pause.max(Duration::from_secs(1))
        }
    }
}

/// Okta counts the calls of all replicas together.
async fn tell_others(
    turns: &Turns,
    answer: &Result<Answered<okta::Found>, ClientError>,
) -> Result<(), String> {
    match answer {
        Ok(answered) => turns.wait(answered.pause, answered.pause).await,
        Err(error) if matches!(error.kind(), ErrorKind::Status { status: 429, .. }) => {
            turns.wait(error.retry_after().unwrap_or_default(), Duration::ZERO).await
        }
        Err(_) => Ok(()),
    }
}

fn found(refresh: Refresh, version: Version, found: okta::Found) -> Change {
    let found = match found {
        okta::Found::NotFound => None,
        okta::Found::User(user) => Some(Found {
            login: user.login,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            display_name: user.display_name,
            status: user.status,
        }),
    };
    Change::Profile(Profile { id: refresh.user_id, version, asked: refresh.asked, found })
}

/// Puts a profile off, or drops one that nobody has, and waits with all others too where they would fail alike.
fn later(refresh: Refresh, error: &ClientError, failures: &mut Failures) -> (Change, Duration) {
    tracing::warn!(%error, attempts = refresh.attempts, "a profile was not fetched");
    if error.is_about_the_id() {
        let Refresh { user_id, asked, .. } = refresh;
        return (Change::Dismissed { user_id, asked }, IDLE);
    }
    let wait = error.retry_after().unwrap_or(PERMANENT_WAIT).min(PERMANENT_WAIT);
    let pause = match error.kind() {
        ErrorKind::Status { status: 403, .. } if error.endpoint() == Endpoint::User => {
            back_off(&mut failures.forbidden, FORBIDDEN)
        }
        _ if error.is_about_credentials() => PERMANENT_WAIT,
        ErrorKind::Status { status: 429, .. } => wait,
        _ => back_off(&mut failures.away, AWAY),
    };
    (Change::Later { user_id: refresh.user_id, wait }, pause)
}

/// 0.2 s, 0.4 s, 0.8 s, … for whatever is the next on the list, as this happens again and again.
fn back_off(failures: &mut u32, at_most: Duration) -> Duration {
    let pause = IDLE.saturating_mul(2u32.saturating_pow(*failures)).min(at_most);
    *failures = failures.saturating_add(1);
    pause
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_between_profiles_grows_with_the_failures_up_to_a_bound() {
        let millis = |at_most| {
            [0, 1, 2, 3, 8, 40, u32::MAX]
                .map(|failures| back_off(&mut { failures }, at_most).as_millis())
        };
        assert_eq!(millis(AWAY), [200, 400, 800, 1_600, 30_000, 30_000, 30_000]);
        assert_eq!(millis(FORBIDDEN), [200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
    }

    #[test]
    fn each_failure_makes_the_next_pause_longer() {
        let mut failures = 0;
        let pauses = [(); 4].map(|()| back_off(&mut failures, FORBIDDEN).as_millis());
        assert_eq!(pauses, [200, 400, 800, 1_000]);
    }
}
