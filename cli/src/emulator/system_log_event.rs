//! An event as the System Log API has it, over the bytes that a hook would deliver.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::listed::Listed;

type Members<'a> = BTreeMap<&'a str, &'a RawValue>;

/// What of it nobody asks for is copied as it is, and not read. Hooks have `client.ipChain`, and when the
/// event was inserted; the System Log has `request.ipChain`, and not that.
pub struct ApiEvent<'a> {
    members: Members<'a>,
    client: Option<Members<'a>>,
    request: Request<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(serialize_with = "or_empty")]
    ip_chain: Option<&'a RawValue>,
}

fn or_empty<S: Serializer>(chain: &Option<&RawValue>, serializer: S) -> Result<S::Ok, S::Error> {
    match chain {
        Some(chain) => chain.serialize(serializer),
        None => [(); 0].serialize(serializer),
    }
}

impl<'a> ApiEvent<'a> {
    pub fn read(delivered: &'a str) -> Option<Self> {
        let mut members: Members<'a> = serde_json::from_str(delivered).ok()?;
        for other in ["insertionTimestamp", "request"] {
            members.remove(other);
        }
        let client = members.remove("client").map(|client| serde_json::from_str(client.get()));
        let mut client: Option<Members<'a>> = client.transpose().ok()?;
        let ip_chain = client.as_mut().and_then(|client| client.remove("ipChain"));
        Some(Self { members, client, request: Request { ip_chain } })
    }
}

impl Serialize for ApiEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len() + 2))?;
        if let Some(client) = &self.client {
            map.serialize_entry("client", client)?;
        }
        map.serialize_entry("request", &self.request)?;
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Listed for ApiEvent<'_> {
    fn id(&self) -> &str {
        ""
    }

    fn member<'p>(&self, path: &'p str) -> (Cow<'_, Value>, &'p str) {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let member = match name {
            "client" => serde_json::to_value(&self.client),
            "request" => serde_json::to_value(&self.request),
            name => match self.members.get(name) {
                Some(member) => serde_json::from_str(member.get()),
                None => Ok(Value::Null),
            },
        };
        (Cow::Owned(member.unwrap_or_default()), rest)
    }
}
