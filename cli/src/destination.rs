//! Where requests go, and the secret they carry: the same arguments in all commands.

use http::{HeaderName, HeaderValue, Uri};
use reqwest::Url;

use crate::diagnosis::Secret;
use crate::loopback;

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
    #[arg(long, env = "OKTA_HOOK_HEADER", default_value = "authorization", hide_env_values = true)]
    pub header: String,
    /// Send the secret unencrypted to another machine, in a network that you trust
    #[arg(long)]
    pub insecure_http: bool,
}

impl Destination {
    /// Whether the secret can and may be sent there.
    pub fn check(&self) -> Result<(), &'static str> {
        self.auth.check()?;
        match self.auth.secret.is_none() || self.auth.may_send_to(&self.url) {
            true => Ok(()),
            false => Err(UNENCRYPTED),
        }
    }
}

pub const UNENCRYPTED: &str = "the secret would go unencrypted to another machine: use https, or \
    --insecure-http in a network that you trust";

impl Auth {
    /// Whether the secret can be sent. Not left to clap, which repeats a value it refuses: here a
    /// secret, and in the place of the name one by mistake.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.header.is_empty() {
            return Err("OKTA_HOOK_HEADER or --header is empty: set it to the name of the header \
                        that was entered in Okta, or unset it");
        }
        HeaderName::from_bytes(self.header.as_bytes())
            .map_err(|_| "--header or OKTA_HOOK_HEADER is not the name of a header")?;
        let Some(secret) = &self.secret else { return Ok(()) };
        if secret.trim().is_empty() {
            return Err(
                "OKTA_HOOK_SECRET or --secret is empty: set it to the secret that was entered \
                        in Okta, or unset it",
            );
        }
        let sendable = HeaderValue::from_bytes(secret.as_bytes()).is_ok();
        match sendable && secret.trim() == secret {
            true => Ok(()),
            false => {
                Err("no header can carry the secret as it is: it may not begin or end with a \
                          space, nor have line breaks in it")
            }
        }
    }

    pub fn sends(&self) -> Secret {
        match self.secret {
            Some(_) => Secret::Sent,
            None => Secret::MissingInArguments,
        }
    }

    /// Whether a secret may go to this URL.
    pub fn may_send_to(&self, url: &str) -> bool {
        self.insecure_http || Url::parse(url).is_ok_and(|url| loopback::is_private(&url))
    }

    /// The headers configured on the hook.
    pub fn configured(&self) -> Vec<(&str, &str)> {
        self.secret.iter().map(|secret| (self.header.as_str(), secret.as_str())).collect()
    }
}

/// The URL as it is sent: in ASCII, with what may not be in one encoded.
pub fn url(text: &str) -> Result<String, &'static str> {
    let wrong = "not a URL: it begins with http:// or https://";
    let url = Url::parse(text).map_err(|_| wrong)?;
    let usable = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if usable && is_sendable(url.as_str()) { Ok(url.into()) } else { Err(wrong) }
}

/// Whether a request can have this URL: not every one that a browser understands, nor any length.
pub fn is_sendable(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_as_it_is_sent() {
        for (text, sent) in [
            ("https://münchen.example/h", "https://xn--mnchen-3ya.example/h"),
            ("http:/127.0.0.1:8082/h", "http://127.0.0.1:8082/h"),
            ("http://127.0.0.1:8082/a b?c d", "http://127.0.0.1:8082/a%20b?c%20d"),
            ("HTTP://LOCALHOST:8082", "http://localhost:8082/"),
            ("http://[::1]:8082/hook?a=b", "http://[::1]:8082/hook?a=b"),
        ] {
            assert_eq!(url(text).as_deref(), Ok(sent), "{text}");
            assert!(is_sendable(sent), "{sent}");
        }
        let long = format!("http://localhost/{}", "a".repeat(70_000));
        for text in ["", "localhost", "/hook", "ftp://localhost/", "http://", &long] {
            assert!(url(text).is_err(), "{text:.40}");
        }
    }
}
