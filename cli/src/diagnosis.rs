//! What is wrong when a URL cannot be verified or a delivery is lost, and what to do about it.

use http::HeaderValue;
use okta_hooks::simulate::{VerificationBuilder, VerificationFault};

use crate::http_client::{Answer, Exchange, Fault};
use crate::terminal::printable;

pub struct Diagnosis {
    pub what: String,
    pub fix: &'static str,
    /// The beginning of what the receiver answered.
    pub answer: Option<String>,
}

/// Whether a secret was sent, and if not, where it is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    Sent,
    MissingInArguments,
    MissingInHook,
}

/// `None` if the answer verifies the URL.
pub fn of(
    exchange: &Exchange,
    verification: &VerificationBuilder,
    secret: Secret,
) -> Option<Diagnosis> {
    let answer = match &exchange.result {
        Ok(answer) => answer,
        Err(fault) => return Some(no_answer(fault)),
    };
    let fault = verification.check(answer.status, &answer.headers, &answer.body).err()?;
    Some(Diagnosis {
        what: fault.to_string(),
        fix: fix(fault, secret),
        answer: quote(answer, &exchange.secrets),
    })
}

/// Why a delivery was lost; `None` if it was accepted.
pub fn of_delivery(exchange: &Exchange) -> Option<Diagnosis> {
    let answer = match &exchange.result {
        Ok(answer) if answer.status.is_success() => return None,
        Ok(answer) => answer,
        Err(Fault::Timeout) => {
            let fix = "Keep the events, answer, and work afterwards.";
            return Some(Diagnosis { fix, ..no_answer(&Fault::Timeout) });
        }
        Err(fault) => return Some(no_answer(fault)),
    };
    let status = answer.status.as_u16();
    let what = format!("answered with status {status}");
    Some(Diagnosis { what, fix: fix_of_status(status), answer: quote(answer, &exchange.secrets) })
}

/// The beginning of what a receiver answered, on one line; `None` if there is nothing to quote.
/// Secrets of the request that it repeats are masked.
fn quote(answer: &Answer, secrets: &[HeaderValue]) -> Option<String> {
    const MAX_CHARS: usize = 200;
    let mut text = String::from_utf8_lossy(&answer.body).into_owned();
    for secret in secrets.iter().filter_map(|secret| secret.to_str().ok()) {
        // The scheme is no secret, and a receiver may leave it out.
        let bare = secret.split_once(' ').map_or(secret, |(_, rest)| rest);
        if bare.len() >= SHORTEST_SECRET {
            text = text.replace(bare, MASK);
        }
    }
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MAX_CHARS) {
        words.truncate(end);
        words.push('…');
    }
    Some(printable(&words)).filter(|words| !words.is_empty())
}

/// Shorter ones would be found in any text.
const SHORTEST_SECRET: usize = 4;

const MASK: &str = "••••••••";

impl Diagnosis {
    /// What to print below the line that says what is wrong.
    pub fn print_details(&self) {
        if let Some(answer) = &self.answer {
            print_line!("  its answer: {answer}");
        }
        print_line!("  {}", self.fix);
    }
}

fn fix_of_status(status: u16) -> &'static str {
    match status {
        300..=399 => "Okta does not follow redirects: send to the URL that answers itself.",
        401 | 403 => {
            "The receiver expects another secret, or another header: compare --secret and --header \
             with its own. For Basic authentication the value begins with \"Basic \"."
        }
        404 | 405 => "Does the path exist, and does it take POST?",
        400 | 422 => "The receiver could not read the body: its log says why.",
        400..=499 => "After a 4xx Okta never sends again: answer 503 to what only failed now.",
        _ => "The receiver failed twice: its log says why.",
    }
}

fn no_answer(fault: &Fault) -> Diagnosis {
    match fault {
        Fault::Timeout => Diagnosis {
            what: "no complete answer within three seconds".to_owned(),
            fix: "Answer a GET at once: nothing has to be looked up for it.",
            answer: None,
        },
        Fault::NoConnection(why) => Diagnosis {
            what: format!("no answer: {why}"),
            fix: "Is the receiver running, and are host and port right? With https, is its \
                certificate valid?",
            answer: None,
        },
    }
}

fn fix(fault: VerificationFault, secret: Secret) -> &'static str {
    use VerificationFault as Is;
    match fault {
        Is::Redirect(_) => {
            "Okta does not follow redirects: register the URL that answers itself. Often a missing \
             or doubled slash at the end, or http where only https is served."
        }
        Is::Refused(_) => match secret {
            Secret::Sent => {
                "The receiver expects another secret, or another header. The value is compared as \
                 it is: for Basic authentication it begins with \"Basic \"."
            }
            Secret::MissingInArguments => {
                "It asks for a secret, and none was sent: give it with --secret or OKTA_HOOK_SECRET."
            }
            Secret::MissingInHook => {
                "It asks for a secret, and the hook has none: edit the hook, and give the name and \
                 the value of the header that the receiver expects."
            }
        },
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

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, StatusCode};

    fn quoted(body: &[u8], secrets: &[&'static str]) -> Option<String> {
        let body = bytes::Bytes::copy_from_slice(body);
        let answer = Answer { status: StatusCode::UNAUTHORIZED, headers: HeaderMap::new(), body };
        let secrets: Vec<_> =
            secrets.iter().map(|secret| HeaderValue::from_static(secret)).collect();
        quote(&answer, &secrets)
    }

    #[test]
    fn an_answer_is_quoted_on_one_short_line_without_what_is_secret() {
        assert_eq!(quoted(b" \n\t", &[]), None);
        assert_eq!(
            quoted(b"no\n  \x1b[31mheader\0", &[]).unwrap(),
            "no \u{fffd}[31mheader\u{fffd}"
        );
        let long = quoted("ä".repeat(70_000).as_bytes(), &[]).unwrap();
        assert_eq!(long.chars().count(), 201);
        let told =
            quoted(b"got 'Basic aHVudGVyMg==', not aHVudGVyMg==", &["Basic aHVudGVyMg==", "x"]);
        assert_eq!(told.unwrap(), "got 'Basic ••••••••', not ••••••••");
        assert_eq!(quoted(&[0xff, 0xfe], &["s3cret"]).unwrap(), "\u{fffd}\u{fffd}");
    }
}
