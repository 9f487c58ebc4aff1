use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::sample::{Sample, Subject};
use crate::inline::{self, HookType};
use crate::simulate::request::post_json;
use crate::simulate::seed::Seed;
use crate::simulate::time;

/// The request of a token hook, for an ID token and an access token.
pub fn token() -> RequestBuilder {
    RequestBuilder::new(Sample::Token)
}

/// The request of a SAML assertion hook.
pub fn saml() -> RequestBuilder {
    RequestBuilder::new(Sample::Saml)
}

/// The request of a registration hook: somebody registers.
pub fn registration() -> RequestBuilder {
    RequestBuilder::new(Sample::Registration)
}

/// The request of a registration hook: a user completes the profile.
pub fn progressive_profile() -> RequestBuilder {
    RequestBuilder::new(Sample::ProgressiveProfile)
}

/// The request of a password import hook.
pub fn password_import() -> RequestBuilder {
    RequestBuilder::new(Sample::PasswordImport)
}

/// The request of a user import hook, in which no user matches.
pub fn user_import() -> RequestBuilder {
    RequestBuilder::new(Sample::UserImport)
}

/// The request of a telephony hook, for a text message.
pub fn telephony() -> RequestBuilder {
    RequestBuilder::new(Sample::Telephony)
}

/// The request of a hook of this type; `None` for a type that this release does not know.
#[must_use]
pub fn request(hook_type: &HookType) -> Option<RequestBuilder> {
    Some(match *hook_type {
        HookType::TOKEN => token(),
        HookType::SAML => saml(),
        HookType::REGISTRATION => registration(),
        HookType::PASSWORD_IMPORT => password_import(),
        HookType::USER_IMPORT => user_import(),
        HookType::TELEPHONY => telephony(),
        _ => return None,
    })
}

/// The request of an inline hook in the making, as Okta posts it.
///
/// Ids follow from the [seed](Self::seed) and the user. `Debug` shows no value of the payload.
///
/// Source: Okta, [Inline hooks](https://developer.okta.com/docs/concepts/inline-hooks/), and the
/// reference of each type.
///
/// # Examples
///
/// ```
/// use okta_hooks::inline::Request;
/// use okta_hooks::simulate;
///
/// let request = simulate::inline::token()
///     .user("ada@acme.example")
///     .with("/data/access/claims/tier", 3)
///     .without("/data/identity")
///     .build();
/// let Request::Token(request) = request else { panic!("a token") };
/// assert!(request.identity().is_none());
/// let claims = request.access().and_then(|access| access.claims).unwrap_or_default();
/// assert_eq!(claims.string("tier").as_deref(), Some("3"));
/// assert_eq!(claims.string("sub").as_deref(), Some("ada@acme.example"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct RequestBuilder {
    sample: Sample,
    seed: u64,
    login: String,
    event_time: Option<Timestamp>,
    changes: Vec<(String, Option<Value>)>,
}

impl RequestBuilder {
    fn new(sample: Sample) -> Self {
        let login = "john.doe@example.com".to_owned();
        Self { sample, seed: 0, login, event_time: None, changes: Vec::new() }
    }

    /// Who it is about, by the login, which is the e-mail address too.
    pub fn user(mut self, login: impl Into<String>) -> Self {
        self.login = login.into();
        self
    }

    /// What ids follow from, 0 if not set. The same seed again makes the same request.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// `eventTime`: when Okta composed it.
    pub fn sent_at(mut self, time: SystemTime) -> Self {
        self.event_time = Some(time::from_system(time));
        self
    }

    /// Sets the member at a JSON Pointer into the body, such as `/data/access/claims/tier`; what is
    /// on the way there and is not an object becomes one.
    pub fn with(mut self, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        self.changes.push((pointer.into(), Some(value.into())));
        self
    }

    /// Removes the member at a JSON Pointer into the body.
    pub fn without(mut self, pointer: impl Into<String>) -> Self {
        self.changes.push((pointer.into(), None));
        self
    }

    /// The body as a tree.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let seed = Seed::new(self.seed);
        let subject = Subject::new(&seed, &self.login);
        let mut own = seed.fork("inline");
        let mut json = json!({
            // 16 bytes in base64url.
            "eventId": own.alphanumeric(22),
            "eventTime": time::to_string(self.event_time.unwrap_or_else(time::start)),
            "eventType": self.sample.hook_type(),
            "eventTypeVersion": "1.0",
            "contentType": "application/json",
            "cloudEventVersion": "0.1",
            "source": self.sample.source(&mut own),
            "data": self.sample.data(&subject, &mut own),
        });
        if let Some(request_type) = self.sample.request_type() {
            json["requestType"] = request_type.into();
        }
        for (pointer, value) in &self.changes {
            change(&mut json, pointer, value.as_ref());
        }
        json
    }

    /// The body.
    #[must_use]
    pub fn to_body(&self) -> Bytes {
        self.to_json().to_string().into()
    }

    /// The request that posts it to `url`, with the headers configured on the hook, such as
    /// `("authorization", "s3cret")`. The `Debug` of the request does not show their values.
    ///
    /// # Errors
    ///
    /// [`http::Error`] if the URL or a header cannot be.
    pub fn to_request(
        &self,
        url: &str,
        configured: &[(&str, &str)],
    ) -> Result<Request<Bytes>, http::Error> {
        post_json(url, self.to_body(), configured)
    }

    /// The request as a receiver reads it.
    ///
    /// # Panics
    ///
    /// If [`with`](Self::with) or [`without`](Self::without) took away what every request has: an
    /// object with a string in `eventType`.
    #[must_use]
    pub fn build(&self) -> inline::Request {
        inline::Request::from_bytes(self.to_body()).expect("an object with a string in `eventType`")
    }
}

/// Sets or removes what stands at `pointer`.
fn change(root: &mut Value, pointer: &str, value: Option<&Value>) {
    let Some(tokens) = pointer.strip_prefix('/') else { return };
    let unescape = |token: &str| token.replace("~1", "/").replace("~0", "~");
    let mut tokens: Vec<String> = tokens.split('/').map(unescape).collect();
    let Some(last) = tokens.pop() else { return };
    let parent = tokens.iter().fold(root, |parent, token| child(parent, token));
    match value {
        Some(value) => *child(parent, &last) = value.clone(),
        None => remove(parent, &last),
    }
}

fn child<'v>(parent: &'v mut Value, token: &str) -> &'v mut Value {
    let index = token.parse::<usize>().ok();
    let is_element = index.is_some_and(|index| parent.get(index).is_some());
    if is_element {
        return &mut parent[index.unwrap_or_default()];
    }
    if !parent.is_object() {
        *parent = json!({});
    }
    &mut parent[token]
}

fn remove(parent: &mut Value, token: &str) {
    match (parent, token.parse::<usize>()) {
        (Value::Object(members), _) => drop(members.remove(token)),
        (Value::Array(elements), Ok(index)) if index < elements.len() => {
            elements.remove(index);
        }
        _ => {}
    }
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("hook_type", &self.sample.hook_type())
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
