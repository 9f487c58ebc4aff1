//! What is wrong when a URL cannot be verified, and what to do about it.

use okta_hooks::simulate::{VerificationBuilder, VerificationFault};

use crate::http_client::{Exchange, Fault};

pub struct Diagnosis {
    pub what: String,
    pub fix: &'static str,
}

/// `None` if the answer verifies the URL.
pub fn of(
    exchange: &Exchange,
    verification: &VerificationBuilder,
    has_secret: bool,
) -> Option<Diagnosis> {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(fault) => return Some(no_answer(fault)),
    };
    let fault = verification.check(answer.status, &answer.headers, &answer.body).err()?;
    Some(Diagnosis { what: fault.to_string(), fix: fix(fault, has_secret) })
}

fn no_answer(fault: &Fault) -> Diagnosis {
    match fault {
        Fault::Timeout => Diagnosis {
            what: "no complete answer within three seconds".to_owned(),
            fix: "Answer a GET at once: nothing has to be looked up for it.",
        },
        Fault::NoConnection(why) => Diagnosis {
            what: format!("no answer: {why}"),
            fix: "Is the receiver running, and are host and port right? With https, is its \
                certificate valid?",
        },
    }
}

fn fix(fault: VerificationFault, has_secret: bool) -> &'static str {
    use VerificationFault as Is;
    match fault {
        Is::Redirect(_) => {
            "Okta does not follow redirects: register the URL that answers itself. Often a missing \
             or doubled slash at the end, or http where only https is served."
        }
        Is::Refused(_) if has_secret => {
            "The receiver expects another secret, or another header. The value is compared as it \
             is: for Basic authentication it begins with \"Basic \"."
        }
        Is::Refused(_) => "It asks for a secret: give it with --secret or OKTA_HOOK_SECRET.",
        Is::Status(status) if status == 404 || status == 405 => {
            "Does the path exist, and does it take GET as well as POST?"
        }
        Is::Status(_) => "Answer the GET with status 200, even where deliveries get 204.",
        Is::InHeader => {
            "Put the challenge into the body: {\"verification\":\"…\"}. The header is only how Okta \
             sends it."
        }
        Is::BareChallenge => "Wrap the challenge in JSON: {\"verification\":\"…\"}.",
        Is::Html => {
            "A web page answered: a login page, a tunnel's warning page, or another route of the \
             application stands in the way."
        }
        Is::NotJson | Is::NoMember => "The body has to be {\"verification\":\"…\"}.",
        _ => "Send back the value of X-Okta-Verification-Challenge unchanged, case included.",
    }
}
