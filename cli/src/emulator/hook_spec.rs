//! What a request wants a hook to be, and Okta's rules for it.

use std::collections::BTreeSet;

use http::{HeaderName, HeaderValue};
use okta_hooks::EventType;
use reqwest::Url;
use serde_json::Value;

use super::errors::OktaError;
use super::event_filter;
use super::hooks::Channel;
use crate::{destination, loopback};

/// Event types that a hook may subscribe to.
const MAX_TYPES: usize = 300;

/// What a request wants a hook to be.
pub struct HookSpec {
    pub name: String,
    pub description: Option<String>,
    /// `None` if the request does not say.
    pub active: Option<bool>,
    pub items: Vec<String>,
    pub filter: Option<Value>,
    pub channel: Channel,
}

impl HookSpec {
    pub fn read(body: &Value) -> Result<Self, OktaError> {
        let name = name(body)?;
        fixed(body, "/events/type", "EVENT_TYPE")?;
        fixed(body, "/channel/type", "HTTP")?;
        fixed(body, "/channel/version", "1.0.0")?;
        Ok(Self {
            name,
            description: body["description"].as_str().map(str::to_owned),
            active: match body["status"].as_str() {
                Some("ACTIVE") => Some(true),
                Some("INACTIVE") => Some(false),
                _ => None,
            },
            items: items(&body["events"]["items"])?,
            filter: event_filter::read(&body["events"]["filter"])?,
            channel: channel(&body["channel"]["config"])?,
        })
    }
}

pub fn name(body: &Value) -> Result<String, OktaError> {
    let name = body["name"].as_str().unwrap_or_default();
    match name.trim().is_empty() || name.chars().count() > 255 {
        true => Err(OktaError::validation("name", "name: The field must be 1 to 255 characters")),
        false => Ok(name.to_owned()),
    }
}

pub fn fixed(body: &Value, pointer: &str, only: &str) -> Result<(), OktaError> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    let field = pointer[1..].replace('/', ".");
    match found == Some(only) {
        true => Ok(()),
        false => Err(OktaError::validation(&field, format!("{field}: must be {only}"))),
    }
}

fn items(items: &Value) -> Result<Vec<String>, OktaError> {
    let invalid = |cause: String| OktaError::validation("events.items", cause);
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() || items.len() > MAX_TYPES {
        return Err(invalid(format!("events.items: must have 1 to {MAX_TYPES} event types")));
    }
    let mut chosen = BTreeSet::new();
    for (position, item) in items.iter().enumerate() {
        let event_type: Option<EventType> = item.as_str().and_then(|text| text.parse().ok());
        let eligible = event_type.filter(|of| of.info().is_some_and(|info| info.hook_eligible));
        let Some(eligible) = eligible else {
            return Err(invalid(format!(
                "events.items[{position}]: not an event type that event hooks can subscribe to"
            )));
        };
        chosen.insert(eligible.as_str().to_owned());
    }
    Ok(chosen.into_iter().collect())
}

pub fn channel(config: &Value) -> Result<Channel, OktaError> {
    let uri = config["uri"].as_str().unwrap_or_default();
    check_uri(uri)?;
    let headers = config["headers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let headers = headers.iter().filter(|header| !header.is_null());
    let headers = headers.map(|header| pair(header, "headers")).collect::<Result<_, _>>()?;
    let scheme = &config["authScheme"];
    let auth = match scheme.is_null() {
        true => None,
        false if scheme["type"] != "HEADER" => {
            let cause = "channel.config.authScheme.type: must be HEADER";
            return Err(OktaError::validation("authScheme", cause));
        }
        // The secret is never handed out, so whoever replaces a hook has to send it again.
        false => Some(pair(scheme, "authScheme")?),
    };
    Ok(Channel { uri: uri.to_owned(), headers, auth })
}

/// Okta takes https only; here a receiver on the same machine may do without.
fn check_uri(uri: &str) -> Result<(), OktaError> {
    let invalid = |cause: &str| {
        Err(OktaError::validation("channel.config.uri", format!("channel.config.uri: {cause}")))
    };
    if uri.len() > 1024 || uri.contains(char::is_whitespace) {
        return invalid("must be at most 1024 characters, without white space");
    }
    let Ok(url) = Url::parse(uri) else { return invalid("must be a URL") };
    if !matches!(url.scheme(), "http" | "https") || !loopback::is_private(&url) {
        return invalid("must begin with https:// (or be on this machine)");
    }
    match destination::is_sendable(uri) {
        true => Ok(()),
        false => invalid(&format!("must be written as {url}")),
    }
}

fn pair(json: &Value, of: &str) -> Result<(String, String), OktaError> {
    const RESERVED: [&str; 7] = [
        "accept",
        "content-type",
        "content-length",
        "host",
        "connection",
        "transfer-encoding",
        "x-okta-verification-challenge",
    ];
    let invalid = |cause: &str| OktaError::validation(of, format!("channel.config.{of}: {cause}"));
    let key = json["key"].as_str().unwrap_or_default();
    let value = json["value"].as_str().unwrap_or_default();
    let name = HeaderName::from_bytes(key.as_bytes())
        .map_err(|_| invalid("key: not the name of a header"))?;
    if RESERVED.contains(&name.as_str()) {
        return Err(invalid("key: this header is reserved"));
    }
    if value.is_empty()
        || value.trim() != value
        || HeaderValue::from_bytes(value.as_bytes()).is_err()
    {
        return Err(invalid("value: must be there, and a header must be able to carry it"));
    }
    Ok((key.to_owned(), value.to_owned()))
}
