//! Which secret the hook expects, and what to enter in Okta.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use okta_hooks::HeaderAuth;

use super::environment::Environment;

/// The accepted secrets; without `OKTA_HOOK_SECRET` a random one, which is printed with what to enter
/// in Okta for a hook at `path`.
pub fn from_env(
    environment: &Environment,
    listen: SocketAddr,
    path: &str,
) -> Result<HeaderAuth, String> {
    let header =
        environment.string("OKTA_HOOK_HEADER")?.unwrap_or_else(|| "authorization".to_owned());
    let made = |name: &str, secret: String| {
        HeaderAuth::new(&header, secret)
            .map_err(|error| format!("OKTA_HOOK_HEADER or {name}: {error}"))
    };
    let auth = match environment.secret("OKTA_HOOK_SECRET")? {
        Some(secret) => made("OKTA_HOOK_SECRET", secret)?,
        None => {
            let secret = random_secret()?;
            println!("No OKTA_HOOK_SECRET is set, so this run has one of its own. Enter in Okta:");
            println!("  URL                    https://<your public name>{path}");
            println!("  Authentication field   {header}");
            println!("  Authentication secret  {secret}");
            println!("Verify it, and send a delivery, as Okta does:");
            let curl = format!("curl -i http://{listen}{path} -H '{header}: {secret}'");
            println!("  {curl} -H 'x-okta-verification-challenge: hello'");
            println!("  {curl} --data '{SAMPLE}'");
            made("OKTA_HOOK_SECRET", secret)?
        }
    };
    match environment.secret("OKTA_HOOK_SECRET_PREVIOUS")? {
        Some(secret) => {
            let previous = made("OKTA_HOOK_SECRET_PREVIOUS", secret)?;
            auth.or(previous).map_err(|error| error.to_string())
        }
        None => Ok(auth),
    }
}

/// A delivery with one new user, as short as one can be.
const SAMPLE: &str = r#"{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.lifecycle.create","target":[{"id":"00u1","type":"User","alternateId":"john.doe@example.com"}]}]}}"#;

fn random_secret() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("no random bytes for a secret: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
