//! Changes of one row or two, each in a transaction of its own. The tables come in the same order as
//! in a transaction of events.

use std::borrow::Cow;

use okta_hooks::projection::UserStatus;
use tokio_postgres::Client;

use super::error::Error;
use super::merge::login_key;
use crate::store::{Found, Profile};

/// Okta's own word on a user, as of a time: events after it still count. No event has the same
/// version, and of two answers the one that is written last was asked for last.
const PROFILE: &str = "
    UPDATE users SET
        login = CASE WHEN $3::text IS NOT NULL AND $2 >= login_version THEN $3 ELSE login END,
        login_version = CASE WHEN $3 IS NOT NULL THEN greatest($2, login_version)
                             ELSE login_version END,
        display_name = CASE WHEN $4::text IS NOT NULL AND $2 >= display_name_version THEN $4
                            ELSE display_name END,
        display_name_version = CASE WHEN $4 IS NOT NULL THEN greatest($2, display_name_version)
                                    ELSE display_name_version END,
        status = CASE WHEN $5::text IS NOT NULL AND $2 >= status_version THEN $5 ELSE status END,
        status_version = CASE WHEN $5 IS NOT NULL THEN greatest($2, status_version)
                              ELSE status_version END,
        email = CASE WHEN $9 AND $2 >= profile_version THEN $6 ELSE email END,
        first_name = CASE WHEN $9 AND $2 >= profile_version THEN $7 ELSE first_name END,
        last_name = CASE WHEN $9 AND $2 >= profile_version THEN $8 ELSE last_name END,
        profile_version = greatest($2, profile_version)
    WHERE key = $1";

/// A login was seen with an id. What came with the login alone is that user's from now on, the wish
/// for a profile included.
const CLAIM_LOGIN: &str = "
    WITH claimed AS (
        INSERT INTO logins (login, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING user_id)
    INSERT INTO refreshes AS known (user_id, due_at)
    SELECT user_id, millis() FROM claimed, users WHERE key = $3 AND profile_wanted
    ON CONFLICT (user_id) DO UPDATE SET
        asked = nextval('refreshes_asked'), due_at = least(known.due_at, excluded.due_at)";

pub async fn profile(client: &Client, profile: &Profile) -> Result<(), Error> {
    let deleted =
        Found { status: Some(UserStatus::DELETED.as_str().to_owned()), ..Found::default() };
    let found = profile.found.as_ref().unwrap_or(&deleted);
    let [login, display_name, status, email, first_name, last_name] = [
        &found.login,
        &found.display_name,
        &found.status,
        &found.email,
        &found.first_name,
        &found.last_name,
    ]
    .map(storable);
    let (id, version, is_found) = (&profile.id, profile.version.as_str(), profile.found.is_some());
    client
        .execute(
            PROFILE,
            &[
                id,
                &version,
                &login,
                &display_name,
                &status,
                &email,
                &first_name,
                &last_name,
                &is_found,
            ],
        )
        .await?;
    if let Some(login) = login {
        // See `project::lock_logins`.
        client.batch_execute("SELECT pg_advisory_xact_lock_shared(7349712301)").await?;
        let parameters = [&login.to_ascii_lowercase(), id, &login_key(&login)];
        client.execute(CLAIM_LOGIN, &parameters.map(|text| text as _)).await?;
    }
    answered(client, id, profile.asked).await
}

/// PostgreSQL keeps no NUL in a string. There is no dead letter for a profile: it would be fetched
/// over and over.
fn storable(value: &Option<String>) -> Option<Cow<'_, str>> {
    let value = value.as_deref()?;
    Some(match value.contains('\0') {
        true => value.replace('\0', "\u{fffd}").into(),
        false => value.into(),
    })
}

/// Takes a profile off the work list; if it was asked for again meanwhile, it is to be fetched now.
pub async fn answered(client: &Client, id: &str, asked: i64) -> Result<(), Error> {
    let answered = "DELETE FROM refreshes WHERE user_id = $1 AND asked = $2";
    let again = "UPDATE refreshes SET attempts = 0, due_at = millis(), claimed_until = 0
                 WHERE user_id = $1";
    if client.execute(answered, &[&id, &asked]).await? == 0 {
        client.execute(again, &[&id]).await?;
    }
    Ok(())
}

/// Puts a profile off.
pub async fn later(client: &Client, id: &str, wait: std::time::Duration) -> Result<(), Error> {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
    let sql = "UPDATE refreshes
               SET due_at = millis() + $2, attempts = attempts + 1, claimed_until = 0
               WHERE user_id = $1";
    client.execute(sql, &[&id, &wait]).await?;
    Ok(())
}
