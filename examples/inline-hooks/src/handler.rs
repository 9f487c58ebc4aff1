//! What becomes of a request: the policy for its type, with the IO that the policy does not do.

use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;

use okta_hooks::Rejection;
use okta_hooks::inline::{Answer, Request, password_import, telephony::Message};
use okta_hooks::layer::HandlerError;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tower::BoxError;

use crate::legacy_users::LegacyUsers;
use crate::policies;
use crate::policies::registration::AllowedDomains;

/// What the policies go by.
pub struct Rules {
    allowed_domains: AllowedDomains,
    legacy_users: LegacyUsers,
    /// As many passwords are hashed at once as there are processors: each takes 19 MB.
    hashing: Arc<Semaphore>,
}

impl Rules {
    pub fn new(allowed_domains: AllowedDomains, legacy_users: LegacyUsers) -> Self {
        let at_once = available_parallelism().map_or(1, usize::from);
        Self { allowed_domains, legacy_users, hashing: Arc::new(Semaphore::new(at_once)) }
    }
}

/// Answers a request, whichever route it came by. After an error, the layer answers for us with what
/// does least harm.
pub async fn answer(request: Request, rules: Arc<Rules>) -> Result<Answer, BoxError> {
    Ok(match request {
        Request::Token(request) => policies::token::answer(&request)?,
        Request::Saml(request) => policies::saml::answer(&request)?,
        Request::Registration(request) => {
            policies::registration::answer(&request, &rules.allowed_domains)?
        }
        Request::PasswordImport(request) => check_password(request, rules).await?,
        Request::UserImport(request) => policies::user_import::answer(&request)?,
        Request::Telephony(request) => {
            print(&request.message().unwrap_or_default()).await?;
            policies::telephony::answer(&request)?
        }
        _ => return Err("this service does not answer hooks of this type".into()),
    })
}

/// Hashes on a thread of its own. One that is given up at the deadline keeps its place until it ends.
async fn check_password(
    request: password_import::Request,
    rules: Arc<Rules>,
) -> Result<Answer, BoxError> {
    let place = rules.hashing.clone().acquire_owned().await?;
    let check = move || {
        let _place = place;
        policies::password_import::answer(&request, &rules.legacy_users)
    };
    Ok(spawn_blocking(check).await??)
}

async fn print(message: &Message<'_>) -> io::Result<()> {
    let line = policies::telephony::printable(message) + "\n";
    let mut stdout = tokio::io::stdout();
    stdout.write_all(line.as_bytes()).await?;
    stdout.flush().await
}

/// Logs why a request was refused, or answered without its policy: the layer leaves the reason in the
/// response.
pub fn log<B>(response: http::Response<B>) -> http::Response<B> {
    if let Some(error) = response.extensions().get::<HandlerError>() {
        tracing::error!(error = error as &dyn std::error::Error, "a request was not answered");
    } else if let Some(rejection) = response.extensions().get::<Rejection>() {
        tracing::warn!(status = response.status().as_u16(), reason = %rejection, "refused");
    }
    response
}
