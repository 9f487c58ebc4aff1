//! Which servers, who we are there, and which stream.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::ServerAddr;
use percent_encoding::percent_decode_str;

use super::subject;

/// What the variables say. It holds a password, and so has no `Debug`.
///
/// - `NATS_URL`: one server or several, with commas between, `nats://127.0.0.1:4222` if not set.
///   `tls://` means TLS. A user and password in it are used.
/// - `NATS_USER`, `NATS_PASSWORD`: instead of those in the URL.
/// - `NATS_CREDENTIALS`: a credentials file (JWT and seed) instead.
/// - `NATS_CA`: a PEM file with the authority that signed the servers' certificates; without it those
///   that the system trusts.
/// - `NATS_STREAM`: the stream's name, `OKTA` if not set.
/// - `NATS_REPLICAS`: on how many servers a new stream is stored, 1 if not set; 3 survive the loss of one.
/// - `NATS_DAYS`: how long a new stream keeps an event, 14 if not set.
#[derive(Clone)]
pub struct NatsSettings {
    pub servers: Vec<ServerAddr>,
    pub user: Option<(String, String)>,
    pub credentials: Option<PathBuf>,
    pub ca: Option<PathBuf>,
    pub stream: String,
    pub replicas: usize,
    pub max_age: Duration,
}

const DAY: u64 = 24 * 60 * 60;
/// A server keeps the time in nanoseconds, in 63 bits.
const MAX_DAYS: u64 = i64::MAX as u64 / 1_000_000_000 / DAY;
const TWO_WEEKS: NonZeroU64 = NonZeroU64::new(14).unwrap();

impl NatsSettings {
    /// Reads them through `variable`, which has a value for each name that is set.
    pub fn read(variable: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Self, String> {
        let url = variable("NATS_URL")?.unwrap_or_else(|| "nats://127.0.0.1:4222".to_owned());
        let servers = servers(&url).ok_or(
            "NATS_URL: expected nats:// or tls://, a host and a port, and commas between several",
        )?;
        let path = |name: &str| Ok::<_, String>(variable(name)?.map(PathBuf::from));
        let (user, password) = (variable("NATS_USER")?, variable("NATS_PASSWORD")?);
        let replicas = number(&variable, "NATS_REPLICAS", NonZeroU64::MIN)?.get();
        let replicas = usize::try_from(replicas).ok().filter(|replicas| *replicas <= 5);
        let days = number(&variable, "NATS_DAYS", TWO_WEEKS)?.get();
        if days > MAX_DAYS {
            return Err(format!("NATS_DAYS: expected a number up to {MAX_DAYS}"));
        }
        let stream = variable("NATS_STREAM")?.unwrap_or_else(|| "OKTA".to_owned());
        Ok(Self {
            user: user_and_password(user, password, &servers)?,
            servers,
            credentials: path("NATS_CREDENTIALS")?,
            ca: path("NATS_CA")?,
            stream: valid_name("NATS_STREAM", stream)?,
            replicas: replicas.ok_or("NATS_REPLICAS: expected a number from 1 to 5")?,
            max_age: Duration::from_secs(days * DAY),
        })
    }
}

/// What stands for a stream or a consumer in subjects.
pub fn valid_name(variable: &str, name: String) -> Result<String, String> {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match !name.is_empty() && name.len() <= 64 && name.bytes().all(is_valid) {
        true => Ok(name),
        false => Err(format!("{variable}: expected up to 64 letters, digits, _ and -")),
    }
}

/// The subjects that a consumer wants.
pub fn valid_filter(filter: String, consumer: &str) -> Result<String, String> {
    match subject::matches_dead_letters_of(consumer, &filter) {
        true => Err(format!(
            "FILTER: it matches {}.{consumer}.>, where this consumer leaves what it gives up",
            subject::DEAD_LETTERS
        )),
        false => Ok(filter),
    }
}

/// A number from 1, `default` if the variable is not set.
pub fn number(
    variable: impl Fn(&str) -> Result<Option<String>, String>,
    name: &str,
    default: NonZeroU64,
) -> Result<NonZeroU64, String> {
    match variable(name)? {
        Some(value) => value.parse().map_err(|_| format!("{name}: expected a number above 0")),
        None => Ok(default),
    }
}

fn servers(url: &str) -> Option<Vec<ServerAddr>> {
    url.split(',').map(|one| one.trim().parse().ok()).collect()
}

/// async-nats does not use those in the URL by itself.
fn user_and_password(
    user: Option<String>,
    password: Option<String>,
    servers: &[ServerAddr],
) -> Result<Option<(String, String)>, String> {
    match (user, password) {
        (Some(user), Some(password)) => Ok(Some((user, password))),
        (None, None) => {
            let in_url = servers.iter().find_map(|one| one.username().zip(one.password()));
            in_url.map(|(user, password)| Ok((decoded(user)?, decoded(password)?))).transpose()
        }
        _ => Err("NATS_USER and NATS_PASSWORD: set both or none".to_owned()),
    }
}

/// As it was before somebody wrote it into a URL.
fn decoded(encoded: &str) -> Result<String, String> {
    let decoded = percent_decode_str(encoded).decode_utf8();
    let decoded = decoded.map_err(|_| "NATS_URL: expected UTF-8 as the user and password")?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<NatsSettings, String> {
        NatsSettings::read(|name| {
            let found = variables.iter().find(|(set, _)| *set == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    #[test]
    fn a_user_and_password_come_from_the_url_or_from_variables() {
        let user = |variables| read(variables).unwrap().user;
        let both = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(user(&[]), None);
        assert_eq!(user(&[("NATS_URL", "nats://a:b@host:4222")]), both("a", "b"));
        assert_eq!(user(&[("NATS_URL", "tls://one, tls://a:b@two")]), both("a", "b"));
        assert_eq!(user(&[("NATS_USER", "a"), ("NATS_PASSWORD", "c")]), both("a", "c"));
        assert_eq!(user(&[("NATS_USER", "a%40"), ("NATS_PASSWORD", "%2F")]), both("a%40", "%2F"));
    }

    #[test]
    fn a_user_and_password_in_the_url_may_have_characters_that_a_url_cannot() {
        let user = |url| read(&[("NATS_URL", url)]).unwrap().user.unwrap();
        let (name, password) = user("nats://acme%40hooks:p%40ss%2Fw%3Ard%C3%BC%25@host");
        assert_eq!((&*name, &*password), ("acme@hooks", "p@ss/w:rdü%"));
        let (name, password) = user("nats://a:100%pure ü@host");
        assert_eq!((&*name, &*password), ("a", "100%pure ü"));
    }

    #[test]
    fn a_stream_keeps_events_for_as_long_as_a_server_can_count() {
        let kept = |days| read(&[("NATS_DAYS", days)]).unwrap().max_age;
        assert_eq!(kept("14"), Duration::from_secs(14 * DAY));
        assert!(i64::try_from(kept("106751").as_nanos()).is_ok());
    }

    #[test]
    fn what_makes_no_sense_is_named_and_not_repeated() {
        for (variables, says) in [
            ([("NATS_URL", "s3cret://"), ("", "")], "NATS_URL: expected"),
            ([("NATS_USER", "s3cret"), ("", "")], "NATS_USER and NATS_PASSWORD: set both"),
            ([("NATS_REPLICAS", "s3cret"), ("", "")], "NATS_REPLICAS: expected a number"),
            ([("NATS_REPLICAS", "6"), ("", "")], "NATS_REPLICAS: expected a number from 1 to 5"),
            ([("NATS_STREAM", "s3cret.x"), ("", "")], "NATS_STREAM: expected up to 64 letters"),
            ([("NATS_DAYS", "0"), ("", "")], "NATS_DAYS: expected a number above 0"),
            ([("NATS_DAYS", "106752"), ("", "")], "NATS_DAYS: expected a number up to 106751"),
            ([("NATS_URL", "nats://s3cret:%FF@h"), ("", "")], "NATS_URL: expected UTF-8"),
        ] {
            let error = read(&variables).err().expect(says);
            assert!(error.starts_with(says) && !error.contains("s3cret"), "{error}");
        }
    }
}
