use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::answer::written;
use super::{
    Answer, AnswerError, Envelope, HookType, password_import, registration, saml, telephony, token,
    user_import,
};
use crate::parse_error::ParseError;

/// What Okta asks of an inline hook, by the type of the hook.
///
/// One route may serve several types. A type this release does not know is [`Other`](Self::Other),
/// and may be a variant of its own in a later one: match that arm by
/// [`hook_type`](Self::hook_type), or treat it as unknown whatever its type.
///
/// `Debug` shows no value of the payload; `Serialize` writes the JSON as it came, and `Deserialize`
/// reads it (both with `serde_json`).
///
/// # Examples
///
/// ```
/// use okta_hooks::inline::Request;
///
/// let body = br#"{"eventType": "com.okta.user.credential.password.import", "data": {"context":
///     {"credential": {"username": "ivo@example.com", "password": "Tr0ub4dor"}}}}"#;
/// match Request::from_slice(body)? {
///     Request::PasswordImport(request) => {
///         let credential = request.credential().unwrap_or_default();
///         assert_eq!(credential.username.as_deref(), Some("ivo@example.com"));
///         assert_eq!(format!("{credential:?}"), "Credential { username: _, password: _, .. }");
///     }
///     other => panic!("a password import, not {}", other.hook_type()),
/// }
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Request {
    /// A token is about to be minted.
    Token(token::Request),
    /// A SAML assertion is about to be sent.
    Saml(saml::Request),
    /// Someone registers, or completes a profile.
    Registration(registration::Request),
    /// A user signs in whose password is elsewhere.
    PasswordImport(password_import::Request),
    /// An application's user is imported.
    UserImport(user_import::Request),
    /// A one-time code has to be sent.
    Telephony(telephony::Request),
    /// A type of hook that this release does not know.
    Other(OtherRequest),
}

impl Request {
    /// Reads a request body as received: UTF-8 JSON. Copies nothing.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if `body` is not a JSON object with a string in `eventType`. A member that is
    /// unknown or of another shape is kept, and never an error.
    pub fn from_bytes(body: impl Into<Bytes>) -> Result<Self, ParseError> {
        let envelope = Envelope::read(body.into())?;
        Ok(match envelope.hook_type() {
            HookType::TOKEN => Self::Token(token::Request(envelope)),
            HookType::SAML => Self::Saml(saml::Request(envelope)),
            HookType::REGISTRATION => Self::Registration(registration::Request(envelope)),
            HookType::PASSWORD_IMPORT => Self::PasswordImport(password_import::Request(envelope)),
            HookType::USER_IMPORT => Self::UserImport(user_import::Request(envelope)),
            HookType::TELEPHONY => Self::Telephony(telephony::Request(envelope)),
            _ => Self::Other(OtherRequest(envelope)),
        })
    }

    /// A request of this type of which nothing else is known.
    #[cfg(feature = "tower")]
    pub(crate) fn of_type(hook_type: &HookType) -> Option<Self> {
        Self::from_bytes(serde_json::json!({ "eventType": hook_type }).to_string()).ok()
    }

    /// Like [`from_bytes`](Self::from_bytes), with a copy of `body`.
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_slice(body: &[u8]) -> Result<Self, ParseError> {
        Self::from_bytes(Bytes::copy_from_slice(body))
    }

    /// The members around `data`, and the body's bytes.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        match self {
            Self::Token(token::Request(envelope))
            | Self::Saml(saml::Request(envelope))
            | Self::Registration(registration::Request(envelope))
            | Self::PasswordImport(password_import::Request(envelope))
            | Self::UserImport(user_import::Request(envelope))
            | Self::Telephony(telephony::Request(envelope))
            | Self::Other(OtherRequest(envelope)) => envelope,
        }
    }

    /// The type of the hook.
    #[must_use]
    pub fn hook_type(&self) -> HookType {
        self.envelope().hook_type()
    }
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.envelope().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_bytes(String::from(Box::<str>::from(json))).map_err(serde::de::Error::custom)
    }
}

/// A request of a type of hook that this release does not know.
///
/// All of it is in the [`Envelope`]: [`Envelope::get`] reads any member.
#[derive(Clone)]
pub struct OtherRequest(pub(super) Envelope);

impl OtherRequest {
    /// The members around `data`, and the body's bytes.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.0
    }
}

impl OtherRequest {
    /// An answer with any JSON as its body, and status 200: nothing is known about what Okta accepts.
    ///
    /// # Errors
    ///
    /// [`AnswerError`] if it is 256 KB or longer.
    pub fn answer(&self, body: &serde_json::Value) -> Result<Answer, AnswerError> {
        written(self.0.hook_type(), body)
    }

    /// An answer without a body, and status 204.
    #[must_use]
    pub fn no_content(&self) -> Answer {
        Answer::new(self.0.hook_type(), Bytes::new())
    }
}

impl fmt::Debug for OtherRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Other").field(&self.0).finish()
    }
}
