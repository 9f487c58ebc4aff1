//! `check --inline`: whether Okta would take the answers of a receiver of inline hooks.

mod answers;
mod cases;
mod hostile;
mod probe;
mod rules;

use okta_hooks::inline::HookType;

use super::auth;
use super::finding::Finding;
use crate::destination::Destination;
use crate::http_client::HttpClient;
use probe::Probe;

/// The types of inline hooks.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// claims and lifetimes of tokens
    Token,
    /// attributes of SAML assertions
    Saml,
    /// self-service registration, and completed profiles
    Registration,
    /// passwords that another system keeps
    PasswordImport,
    /// users that are imported from an application
    UserImport,
    /// one-time codes by a provider of one's own
    Telephony,
}

impl Kind {
    fn hook_type(self) -> HookType {
        match self {
            Self::Token => HookType::TOKEN,
            Self::Saml => HookType::SAML,
            Self::Registration => HookType::REGISTRATION,
            Self::PasswordImport => HookType::PASSWORD_IMPORT,
            Self::UserImport => HookType::USER_IMPORT,
            Self::Telephony => HookType::TELEPHONY,
        }
    }
}

pub async fn check(
    kind: Kind,
    to: &Destination,
    client: &HttpClient,
    large: u32,
    burst: u32,
) -> Vec<Finding> {
    let probe = Probe::new(client, to, kind);
    let (mut findings, goes_on) = answers::check(&probe).await;
    if !goes_on {
        return findings;
    }
    let with_secret = async |headers: &[(&str, &str)]| {
        probe.send(probe.request_with(probe.plain().to_body(), headers)).await
    };
    findings.extend(auth::secrets(&to.auth, &rules::AUTH, with_secret).await);
    findings.extend(hostile::check(&probe, large).await);
    findings.extend(answers::many_at_once(&probe, burst).await);
    findings
}
