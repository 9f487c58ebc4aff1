//! Where requests go, and the secret they carry: the same arguments in all commands.

use http::{HeaderName, HeaderValue};
use reqwest::Url;

#[derive(clap::Args)]
pub struct Destination {
    /// The URL of the hook, such as http://127.0.0.1:8082/userCreated
    #[arg(value_parser = url)]
    pub url: String,
    #[command(flatten)]
    pub auth: Auth,
}

#[derive(clap::Args)]
pub struct Auth {
    /// The exact value of the secret header, with its scheme if it has one: 'Basic dXNl…'
    #[arg(long, env = "OKTA_HOOK_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// The name of the secret header
    #[arg(long, env = "OKTA_HOOK_HEADER", default_value = "authorization", value_parser = name)]
    pub header: String,
}

impl Auth {
    /// Whether the secret can be sent. Not left to clap, which repeats a value it refuses.
    pub fn check(&self) -> Result<(), &'static str> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let sendable = HeaderValue::from_bytes(secret.as_bytes()).is_ok();
        match sendable && !secret.is_empty() && secret.trim() == secret {
            true => Ok(()),
            false => Err("the secret is empty, or no header can carry it as it is"),
        }
    }

    /// The headers configured on the hook.
    pub fn configured(&self) -> Vec<(&str, &str)> {
        self.secret.iter().map(|secret| (self.header.as_str(), secret.as_str())).collect()
    }
}

pub fn url(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "not a URL: it begins with http:// or https://")?;
    let usable = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if usable { Ok(text.to_owned()) } else { Err("not a URL: it begins with http:// or https://") }
}

fn name(text: &str) -> Result<String, &'static str> {
    HeaderName::from_bytes(text.as_bytes()).map_err(|_| "not the name of a header")?;
    Ok(text.to_owned())
}
