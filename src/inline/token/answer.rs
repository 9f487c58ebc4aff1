use std::fmt;

use serde_json::Value;

use super::Request;
use super::reserved;
use crate::inline::answer::{
    AnswerError, AnswerErrorKind, Command, Failure, Op, Operation, Pointer, command_type, finish,
};
use crate::inline::index::Member;

/// Changes to one token, in the order given.
///
/// A claim is named by a string as it is, or by a way into it: see [`Pointer`]. Values are what
/// [`serde_json::Value`] is made of: strings, numbers, booleans, `json!(…)`. `Debug` shows none.
///
/// ```
/// use okta_hooks::inline::token::Patch;
/// use serde_json::json;
///
/// let patch = Patch::new()
///     .add("tenant", "acme")
///     .add(["roles", "-"], "auditor") // after the last role
///     .replace(["address", "city"], "Utrecht")
///     .add("limits", json!({"daily": 500}))
///     .remove("birthdate")
///     .lifetime(900);
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Patch {
    operations: Vec<Operation>,
}

impl Patch {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a claim, or replaces it; or a member of a claim, or an element before the one there.
    pub fn add(self, claim: impl Into<Pointer>, value: impl Into<Value>) -> Self {
        self.with(Op::Add, claim.into().within("claims"), Some(value.into()))
    }

    /// Replaces a claim, or a part of it, that the request has.
    pub fn replace(self, claim: impl Into<Pointer>, value: impl Into<Value>) -> Self {
        self.with(Op::Replace, claim.into().within("claims"), Some(value.into()))
    }

    /// Removes a claim, or a part of it, that the request has.
    pub fn remove(self, claim: impl Into<Pointer>) -> Self {
        self.with(Op::Remove, claim.into().within("claims"), None)
    }

    /// Sets how long the token lives, in seconds: 300 to 86,400.
    pub fn lifetime(self, seconds: u32) -> Self {
        self.with(Op::Replace, Pointer::from(LIFETIME), Some(seconds.into()))
    }

    fn with(mut self, op: Op, pointer: Pointer, value: Option<Value>) -> Self {
        self.operations.push(Operation { op, pointer, value });
        self
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patch").field("operations", &self.operations.len()).finish_non_exhaustive()
    }
}

/// An answer in the making to [`Request`]. Without a change it is 204, and the tokens are minted as
/// they are.
///
/// Okta applies all operations of a command or none, so each is checked against the request when the
/// answer is [built](Self::build). `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::token::{self, Patch};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = token::Request::from_slice(br#"{"eventType":"com.okta.oauth2.tokens.transform",
/// #     "data":{"access":{"claims":{}},"identity":{"claims":{"birthdate":"1815-12-10"}}}}"#)?;
/// let answer = request
///     .answer()
///     .patch_access(Patch::new().add("tenant", "acme").lifetime(900))
///     .patch_identity(Patch::new().remove("birthdate"))
///     .with_debug("ruleSet", "r17")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    request: Request,
    patches: Vec<(Token, Patch)>,
    debug: Vec<(String, Value)>,
}

/// The tokens that can be changed.
#[derive(Clone, Copy)]
pub(crate) enum Token {
    Access,
    Identity,
}

impl Request {
    /// Starts an answer.
    pub fn answer(&self) -> Answer {
        Answer { request: self.clone(), patches: Vec::new(), debug: Vec::new() }
    }

    /// Starts an answer that lets the token request fail: the client gets the OAuth error
    /// `server_error` with `summary` as its description.
    pub fn fail(&self, summary: impl Into<String>) -> Failure {
        Failure::new(self.0.hook_type(), summary.into())
    }
}

impl Answer {
    /// Changes the access token: `com.okta.access.patch`.
    pub fn patch_access(mut self, patch: Patch) -> Self {
        self.patches.push((Token::Access, patch));
        self
    }

    /// Changes the ID token: `com.okta.identity.patch`.
    pub fn patch_identity(mut self, patch: Patch) -> Self {
        self.patches.push((Token::Identity, patch));
        self
    }

    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let mut access = Token::Access.of(&self.request);
        let mut identity = Token::Identity.of(&self.request);
        let mut commands = Vec::new();
        for (token, patch) in self.patches.iter().filter(|(_, patch)| !patch.operations.is_empty())
        {
            let target = match token {
                Token::Access => &mut access,
                Token::Identity => &mut identity,
            };
            let kind = token.command_type();
            let wrong = |kind_of_error| AnswerError::new(kind_of_error).command(kind);
            let target = target.as_mut().ok_or_else(|| wrong(AnswerErrorKind::NotRequested))?;
            for operation in &patch.operations {
                token.apply(operation, target).map_err(|why| wrong(why).at(&operation.pointer))?;
            }
            let value = patch.operations.iter().map(Operation::to_json).collect();
            commands.push(Command { kind, value });
        }
        Ok(commands)
    }
}

finish! { Answer of TOKEN, errors:
    ///
    /// That is: a token the request does not ask for; a claim that Okta reserves; one to replace, to
    /// remove or to add to that is not there; a lifetime outside of its bounds; `null`.
}

/// Where in a token its lifetime stands.
const LIFETIME: [&str; 3] = ["token", "lifetime", "expiration"];

impl Token {
    pub(crate) fn command_type(self) -> &'static str {
        match self {
            Self::Access => command_type::ACCESS_PATCH,
            Self::Identity => command_type::IDENTITY_PATCH,
        }
    }

    /// The token as it is in the request, with claims even where there are none; `None` if the
    /// request does not ask for it.
    pub(crate) fn of(self, request: &Request) -> Option<Value> {
        let member = match self {
            Self::Access => Member::Access,
            Self::Identity => Member::Identity,
        };
        let mut token: Value = serde_json::from_str(request.0.json(member)).ok()?;
        token.as_object_mut()?.entry("claims").or_insert_with(|| Value::Object(Default::default()));
        Some(token)
    }

    /// Does `operation` to `token`, or says why Okta would not.
    pub(crate) fn apply(
        self,
        operation: &Operation,
        token: &mut Value,
    ) -> Result<(), AnswerErrorKind> {
        operation.check()?;
        let tokens: Vec<&str> = operation.pointer.tokens().iter().map(String::as_str).collect();
        match tokens[..] {
            _ if tokens == LIFETIME => check_lifetime(operation),
            ["claims", claim, ..] if self.is_reserved(claim) => Err(AnswerErrorKind::Reserved),
            ["claims", _, ..] => operation.apply(token),
            _ => Err(AnswerErrorKind::NotAllowed),
        }
    }

    fn is_reserved(self, claim: &str) -> bool {
        match self {
            Self::Access => reserved::in_access_token(claim),
            Self::Identity => reserved::in_id_token(claim),
        }
    }
}

fn check_lifetime(operation: &Operation) -> Result<(), AnswerErrorKind> {
    let seconds = operation.value.as_ref().and_then(Value::as_u64);
    match seconds {
        _ if operation.op != Op::Replace => Err(AnswerErrorKind::NotAllowed),
        Some(300..=86_400) => Ok(()),
        _ => Err(AnswerErrorKind::Lifetime),
    }
}
