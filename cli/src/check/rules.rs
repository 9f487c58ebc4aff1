//! What a receiver is held to: why it matters with Okta, and how to do it right.

/// One rule. What is only `advice` loses no events and lets nobody in.
pub struct Rule {
    pub id: &'static str,
    pub title: &'static str,
    pub why: &'static str,
    pub fix: &'static str,
    pub advice: bool,
}

pub const fn must(
    id: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule { id, title, why, fix, advice: false }
}

pub const fn should(
    id: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule { id, title, why, fix, advice: true }
}

pub static VERIFICATION: Rule = must(
    "verification",
    "answers the verification",
    "Okta delivers nothing to a URL it could not verify.",
    "Answer a GET with status 200 and {\"verification\":\"<the challenge>\"} as JSON.",
);
pub static VERIFICATION_AGAIN: Rule = must(
    "verification-again",
    "answers a second verification with its own challenge",
    "After any change of the URL or the secret Okta verifies again, with another challenge.",
    "Make the answer from the request alone, every time.",
);
pub static VERIFICATION_JSON: Rule = should(
    "verification-json",
    "answers with valid JSON whatever the challenge",
    "The value comes from the sender, and Okta promises nothing about its characters.",
    "Build the answer with a JSON serializer, not by joining strings.",
);
pub static VERIFICATION_EMPTY: Rule = should(
    "verification-without-challenge",
    "refuses a GET without a challenge",
    "Okta never sends it; a success hides a wrong set-up, a 5xx looks like an outage.",
    "Answer 400.",
);
pub static AUTH_MISSING: Rule = must(
    "auth-missing",
    "refuses a delivery without the secret",
    "Nothing else tells Okta from anybody: there is no signature. Everybody could add users.",
    "Compare the secret header first, and answer 401 if it is not there.",
);
pub static AUTH_WRONG: Rule = must(
    "auth-wrong",
    "refuses a delivery with a wrong secret",
    "It accepts any secret, or does not look: everybody could add users.",
    "Compare the whole value with the secret, in constant time, and answer 401.",
);
pub static AUTH_ALMOST: Rule = must(
    "auth-almost",
    "refuses what is almost the secret",
    "A comparison that stops early or ignores case leaves less to guess.",
    "Compare all bytes as they are.",
);
pub static AUTH_DOUBLED: Rule = should(
    "auth-doubled",
    "refuses the header twice",
    "A proxy in front may look at the other one of the two.",
    "Demand exactly one value.",
);
pub static AUTH_VERIFICATION: Rule = should(
    "auth-verification",
    "asks for the secret in the verification too",
    "Okta sends it there as well; without the check, everybody can have any string echoed.",
    "Check the secret before looking at the method.",
);
pub static AUTH_STATUS: Rule = should(
    "auth-status",
    "refuses a wrong secret with a 4xx",
    "After a 5xx Okta sends the same again, with the same secret.",
    "Answer 401.",
);
pub static DELIVERY: Rule = must(
    "delivery",
    "accepts a plain delivery",
    "Any answer but 2xx loses the events, at once after a 4xx, after one more try otherwise.",
    "Answer 204 as soon as the events are kept.",
);
pub static REDIRECT: Rule = must(
    "redirect",
    "does not redirect",
    "Okta does not follow: the events are lost.",
    "Serve the registered URL itself: mind the slash at the end, http and https, and login pages.",
);
pub static TOO_SLOW: Rule = must(
    "too-slow",
    "answers within three seconds",
    "Okta hangs up after three seconds and sends once more, so slow work is done twice and then lost.",
    "Keep the events first, answer, and work afterwards.",
);
pub static SLOW: Rule = should(
    "slow",
    "answers within a second",
    "Three seconds include the network and the connection's start.",
    "Keep the events first, answer, and work afterwards.",
);
pub static NULLS: Rule = must(
    "nulls",
    "takes members that are null as well as absent ones",
    "Okta has done both over the years, and documents that null members may be left out.",
    "Treat null and absent alike, for every member.",
);
pub static TARGET: Rule = must(
    "target",
    "survives a target that is null, absent, empty, or edited by hand",
    "Okta's preview sends no target, or what an admin typed; some types have none.",
    "Look for targets of the type you want; having none is no error.",
);
pub static UNKNOWN_TYPE: Rule = must(
    "unknown-type",
    "accepts types and members it does not know",
    "Okta adds both at any time, and refusing one event loses all that came with it.",
    "Ignore what you do not know, and answer 204.",
);
pub static UNEXPECTED_SHAPES: Rule = must(
    "unexpected-shapes",
    "survives values of an unexpected shape in members it does not need",
    "Seen from real orgs: a version as a number, an empty client, debugContext as a string.",
    "Read only what you need, and let nothing else fail.",
);
pub static EMPTY_BATCH: Rule = must(
    "empty-batch",
    "survives a batch without events",
    "Code that uses events[0] fails here, and loses all but the first event everywhere else.",
    "Loop over data.events.",
);
pub static BATCH: Rule = must(
    "batch",
    "takes many events at once",
    "Okta puts events that are close in time into one delivery.",
    "Loop over data.events.",
);
pub static ISOLATION: Rule = must(
    "isolation",
    "one malformed event does not fail the others",
    "The answer is for the whole delivery: refused because of one, all are lost.",
    "Skip and keep apart what you cannot read, keep the rest, and answer 204.",
);
pub static CONTENT_TYPE: Rule = must(
    "content-type",
    "accepts application/json with parameters",
    "A charset may come with it.",
    "Do not compare the header as a whole.",
);
pub static BAD_JSON: Rule = should(
    "bad-json",
    "refuses what is not a delivery with a 4xx",
    "After a 5xx Okta sends the same again; a 2xx hides that something was lost.",
    "Answer 400.",
);
pub static CRASH: Rule = must(
    "crash",
    "stays up whatever it is sent",
    "Anybody can send it.",
    "Limit the depth of what you parse, and let one request fail alone.",
);
pub static BODY_LIMIT: Rule = must(
    "body-limit",
    "has a limit for bodies",
    "Anybody can send a body that fills the memory; a batch of Okta's is some 5 KB an event.",
    "Stop reading at a limit of 1 to 10 MiB, and answer 413.",
);
pub static METHODS: Rule = should(
    "methods",
    "refuses other methods than GET and POST",
    "Okta uses these two only.",
    "Answer 405.",
);
pub static DUPLICATE: Rule = must(
    "duplicate",
    "accepts a delivery that it has already had",
    "Okta may send everything twice; refusing the second alarms, a 5xx brings a third.",
    "Do nothing the second time, and answer 204.",
);
pub static BUSY: Rule = must(
    "busy",
    "does not answer 4xx when it is busy",
    "Okta never sends again after a 4xx, not even after 429: events are lost for good.",
    "Answer 503: it brings one more try.",
);
pub static LOST_BATCH: Rule = must(
    "lost-batch",
    "keeps every event of a batch",
    "It uses events[0] only: all other events of a delivery are lost.",
    "Loop over data.events.",
);
pub static LOST_ISOLATION: Rule = must(
    "lost-isolation",
    "keeps the good events of a batch with a malformed one",
    "It answered 2xx, so Okta does not send them again.",
    "Skip what you cannot read, and go on with the next.",
);
pub static LOST_RETRY: Rule = must(
    "lost-retry",
    "keeps what it accepts at the second try",
    "It marks events as seen before it has kept them: the first try fails, and the second one is \
     taken for a duplicate.",
    "Mark as seen after success, or release the mark when it fails.",
);
pub static LOST: Rule = must(
    "lost",
    "keeps what it accepts",
    "It answered 2xx, so Okta does not send it again.",
    "Answer after the events are kept.",
);
pub static TWICE: Rule = must(
    "twice",
    "counts a duplicate once",
    "Okta may send everything twice.",
    "Remember the uuid of each event, for a day or so.",
);
