//! What a receiver of inline hooks is held to.

use okta_hooks::inline::AnswerErrorKind;
use okta_hooks::simulate::inline::FindingKind;

use super::super::auth::AuthRules;
use super::super::rules::{Rule, must, should};
use super::Kind;

pub static ANSWER: Rule = must(
    "answer",
    "answers with status 200 and JSON, or with 204",
    "Okta takes anything else for no answer, and does not ask again, or once more at most.",
    "Answer 200 with a JSON object below 256 KB, or 204 without a body where nothing changes; not for \
     telephony, which takes 200 only. Does the path exist, and does it take POST?",
);
pub static SECRET: Rule = must(
    "secret",
    "accepts the secret",
    "Okta sends the value that an admin entered, and takes 401 for no answer.",
    "Compare --secret and --header with what the receiver expects; for Basic authentication the value \
     begins with \"Basic \".",
);
pub static REDIRECT: Rule = must(
    "redirect",
    "does not redirect",
    "Okta does not follow: that is no answer.",
    "Serve the registered URL itself: mind the slash at the end, http and https, and login pages.",
);
pub static TOO_SLOW: Rule = must(
    "too-slow",
    "answers within three seconds",
    "People wait, and Okta goes on without an answer after three seconds.",
    "Answer after 2.5 s whatever happens, with what does least harm.",
);
pub static COMMAND: Rule = must(
    "command",
    "sends the commands of this type of hook",
    "Okta executes no other ones.",
    "Take the names from Okta's reference of this type, letter by letter.",
);
pub static SHAPE: Rule = must(
    "shape",
    "sends values of the shape that Okta expects",
    "The value of a patch and of a telephony action is an array, that of an update an object; anything \
     else is not executed.",
    "Build the JSON from types, not from strings.",
);
pub static NULL: Rule = must(
    "null",
    "leaves out members without a value",
    "Okta documents no null in an answer, and may refuse all of it for one.",
    "Make the serializer skip what is null.",
);
pub static OPERATION: Rule = must(
    "operation",
    "patches what can be patched",
    "One operation that fails makes Okta drop every patch of the answer.",
    "Replace and remove only what the request has, and add only to a token that it asks for.",
);
pub static RESERVED: Rule = must(
    "reserved-claim",
    "leaves the claims alone that Okta reserves",
    "Okta then drops every patch of the answer.",
    "Take another name, such as one with a prefix of your own.",
);
pub static LIFETIME: Rule = must(
    "lifetime",
    "keeps lifetimes within their bounds",
    "Okta then drops every patch of the answer.",
    "For a token 300 to 86,400 seconds, as an integer.",
);
pub static ERROR: Rule = must(
    "error",
    "sends no command beside an error",
    "Okta executes no command of an answer that has the member error, not even for {}.",
    "Leave error out, null included, unless it failed; a registration may be denied beside it.",
);
pub static ANY_PASSWORD: Rule = must(
    "any-password",
    "calls a made-up password wrong",
    "Whoever tries a password first has the account.",
    "Answer VERIFIED only after the comparison, and UNVERIFIED to everything else.",
);

/// In the order in which they are told.
pub static OF_ANSWERS: [&Rule; 11] = [
    &ANSWER, &SECRET, &REDIRECT, &TOO_SLOW, &COMMAND, &SHAPE, &NULL, &OPERATION, &RESERVED,
    &LIFETIME, &ERROR,
];

/// The rule that a finding is about.
pub fn of(kind: FindingKind) -> &'static Rule {
    match kind {
        FindingKind::Timeout => &TOO_SLOW,
        FindingKind::Redirect(_) => &REDIRECT,
        FindingKind::Refused(_) => &SECRET,
        FindingKind::Null | FindingKind::Answer(AnswerErrorKind::Null) => &NULL,
        FindingKind::UnknownCommand | FindingKind::MissingCommand(_) => &COMMAND,
        FindingKind::Expected(_) | FindingKind::UnknownMember | FindingKind::UnknownValue => &SHAPE,
        FindingKind::Answer(AnswerErrorKind::Reserved) => &RESERVED,
        FindingKind::Answer(AnswerErrorKind::Lifetime) => &LIFETIME,
        FindingKind::UnknownOperation | FindingKind::RemoveWithValue | FindingKind::Answer(_) => {
            &OPERATION
        }
        FindingKind::NotExecuted => &ERROR,
        _ => &ANSWER,
    }
}

/// Whether it can be broken by a receiver of hooks of this type.
pub fn is_about(rule: &Rule, kind: Kind) -> bool {
    match rule.id {
        "operation" | "lifetime" => matches!(kind, Kind::Token | Kind::Saml),
        "reserved-claim" => kind == Kind::Token,
        _ => true,
    }
}

/// Each way a secret can be wrong.
pub const AUTH: AuthRules = AuthRules {
    missing: &AUTH_MISSING,
    wrong: &AUTH_WRONG,
    almost: &super::super::rules::AUTH_ALMOST,
    doubled: &super::super::rules::AUTH_DOUBLED,
    status: &super::super::rules::AUTH_STATUS,
};

static AUTH_MISSING: Rule = must(
    "auth-missing",
    "refuses a request without the secret",
    "Nothing else tells Okta from anybody: everybody could try passwords, and read what it answers.",
    "Compare the secret header first, and answer 401 if it is not there.",
);
static AUTH_WRONG: Rule = must(
    "auth-wrong",
    "refuses a request with a wrong secret",
    "It accepts any secret, or does not look: everybody could try passwords, and read what it answers.",
    "Compare the whole value with the secret, in constant time, and answer 401.",
);

pub static CONTENT_TYPE: Rule = must(
    "content-type",
    "accepts application/json with parameters",
    "A charset may come with it.",
    "Do not compare the header as a whole.",
);
pub static BAD_JSON: Rule = should(
    "bad-json",
    "refuses what is not a request with a 4xx, or answers it with its fallback",
    "Commands hide that nothing was understood; after a 5xx Okta may ask the same again.",
    "Answer 400, or what does least harm: a denial, an error, or 204.",
);
pub static METHODS: Rule = should(
    "methods",
    "refuses other methods than POST",
    "Okta uses no other: inline hooks are not verified with a GET.",
    "Answer 405.",
);
// From outside, a fallback looks like an answer to what was read: so no more than advice.
pub static BODY_LIMIT: Rule = should(
    "body-limit",
    "has a limit for bodies",
    "Anybody can send a body that fills the memory; a request of Okta's has a few KB.",
    "Stop reading at a limit of 1 MiB, and answer 413 or the fallback.",
);
pub static CRASH: Rule = must(
    "crash",
    "stays up whatever it is sent",
    "While it is away, people cannot register or sign in.",
    "Limit the depth of what you parse, and let one request fail alone.",
);
pub static BUSY: Rule = must(
    "busy",
    "answers when many ask at once",
    "Everybody who signs in in that moment waits for it.",
    "Bound what is slow, and answer without it in time.",
);
pub static SLOW: Rule = should(
    "slow",
    "answers within a second",
    "Three seconds include the network and the connection's start, and people wait.",
    "Look up what is slow beforehand.",
);
