//! Fetches the profiles on the work list, one at a time, as fast as Okta lets us.

use std::sync::Arc;
use std::time::Duration;

use okta_hooks::projection::Version;

use crate::okta::{self, Answered, Client, ClientError, Endpoint, ErrorKind};
use crate::store::{Change, Found, Profile, Refresh, Store, Turns};

/// How long to look away when there is nothing to do.
const IDLE: Duration = Duration::from_millis(200);

/// When to try again what will most likely fail again, until an admin changes something. There is no
/// longer wait for one profile.
pub const PERMANENT_WAIT: Duration = Duration::from_secs(15 * 60);

pub async fn run(client: Arc<Client>, store: Store, turns: Turns) {
    let mut failing = None;
    loop {
        let due = turns.next_refresh(PERMANENT_WAIT).await;
        let error = due.as_ref().err().cloned();
        if let Some(error) = error.as_ref().filter(|error| failing.as_ref() != Some(*error)) {
            // Said once, however often it is so.
            tracing::error!(%error, "the work list cannot be read");
        }
        failing = error;
        let pause = match due {
            Ok(Some(refresh)) => fetch(&client, &store, &turns, refresh).await,
            Ok(None) => IDLE,
            Err(_) => Duration::from_secs(1),
        };
        tokio::time::sleep(pause).await;
    }
}

/// Fetches one profile; returns how long to wait before the next.
async fn fetch(client: &Client, store: &Store, turns: &Turns, refresh: Refresh) -> Duration {
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
        Ok(answered) => (found(refresh, version, answered.value), answered.pause),
        Err(error) => later(refresh, &error),
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
fn later(refresh: Refresh, error: &ClientError) -> (Change, Duration) {
    tracing::warn!(%error, attempts = refresh.attempts, "a profile was not fetched");
    if error.is_about_the_id() {
        let Refresh { user_id, asked, .. } = refresh;
        return (Change::Dismissed { user_id, asked }, IDLE);
    }
    let wait = error.retry_after().unwrap_or(PERMANENT_WAIT).min(PERMANENT_WAIT);
    let pause = match error.kind() {
        // An admin role can be for some users only.
        ErrorKind::Status { status: 403, .. } if error.endpoint() == Endpoint::User => IDLE,
        _ if error.is_about_credentials() => PERMANENT_WAIT,
        ErrorKind::Status { status: 429, .. } => wait,
        _ => IDLE,
    };
    (Change::Later { user_id: refresh.user_id, wait }, pause)
}
