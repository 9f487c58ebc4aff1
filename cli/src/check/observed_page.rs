//! What became of the users, seen on a page of the receiver's: only there can be seen what was lost.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;

use super::finding::Finding;
use super::probe::{Accepted, Probe, Role};
use super::rules::{self, Rule};
use crate::http_client::{Fault, HttpClient};

/// How long the page itself may take.
const PAGE: Duration = Duration::from_secs(5);

/// A longer page is not judged: who is not in its beginning may be in the rest.
const MAX_PAGE: usize = 32 * 1024 * 1024;

/// Why nothing can be said of who is on the page.
enum PageError {
    TooLong,
    Failed(String),
}

pub fn not_observed() -> Vec<Finding> {
    skipped("give --observe URL, a page that shows the logins it has received")
}

fn skipped(why: &'static str) -> Vec<Finding> {
    let all = [
        &rules::LOST_BATCH,
        &rules::LOST_ISOLATION,
        &rules::LOST_RETRY,
        &rules::LOST,
        &rules::TWICE,
    ];
    all.into_iter().map(|rule| Finding::skipped(rule, why)).collect()
}

/// Looks at the page until everybody is there, `patience` at most.
pub async fn check(probe: &Probe<'_>, url: &str, patience: Duration) -> Vec<Finding> {
    let accepted = probe.accepted();
    let deadline = Instant::now() + patience;
    loop {
        let page = page(probe.client, url).await;
        let complete =
            page.as_ref().is_ok_and(|page| accepted.iter().all(|user| page.contains(&user.login)));
        let too_long = matches!(page, Err(PageError::TooLong));
        if complete || too_long || Instant::now() > deadline {
            return match page {
                Ok(page) => judge(&accepted, &page),
                Err(PageError::Failed(why)) => vec![Finding::short(&rules::LOST, why)],
                Err(PageError::TooLong) => skipped("the page to observe is longer than 32 MiB"),
            };
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn page(client: &HttpClient, url: &str) -> Result<String, PageError> {
    let failed = |why: String| PageError::Failed(format!("the page to observe {why}"));
    let request = Request::builder().uri(url).body(Bytes::new());
    let request = request.map_err(|error| failed(format!("cannot be asked for: {error}")))?;
    let exchange = client.exchange_beginning(MAX_PAGE + 1, request, PAGE).await;
    let answer = exchange.result.map_err(|fault| {
        failed(match fault {
            Fault::Timeout => format!("is not complete within {} s", PAGE.as_secs()),
            Fault::NoConnection(_) => "does not answer".to_owned(),
        })
    })?;
    if !answer.status.is_success() {
        return Err(failed(format!("answered with status {}", answer.status.as_u16())));
    }
    if answer.body.len() > MAX_PAGE {
        return Err(PageError::TooLong);
    }
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

/// Pure: who was accepted, and what the page shows.
fn judge(accepted: &[Accepted], page: &str) -> Vec<Finding> {
    let any = accepted.iter().any(|user| page.contains(&user.login));
    let hint = if any { "" } else { ", nor is any other: is it the right page?" };
    let missing = |rule: &'static Rule, is: &dyn Fn(&Accepted) -> bool| {
        let all: Vec<_> = accepted.iter().filter(|user| is(user)).collect();
        let lost = all.iter().filter(|user| !page.contains(&user.login)).count();
        match (lost, all.len()) {
            (0, 0) => Finding::skipped(rule, "it did not come to that"),
            (0, _) => Finding::held(rule),
            _ => Finding::short(
                rule,
                format!("{lost} of {} users are not on the page{hint}", all.len()),
            ),
        }
    };
    let at_once = |user: &Accepted| user.tries == 1;
    let shown = |user: &Accepted| page.matches(&user.login).count();
    let once =
        accepted.iter().filter(|user| user.role == Role::First).map(shown).max().unwrap_or(0);
    let often = accepted.iter().filter(|user| user.role == Role::Twice).map(shown).max();
    let twice = match often {
        Some(often) if once > 0 && often > once => {
            let what = format!("a user that was sent again is shown {often} times, others {once}");
            Finding::short(&rules::TWICE, what)
        }
        Some(often) if often > 0 => Finding::held(&rules::TWICE),
        _ => Finding::skipped(&rules::TWICE, "the user is not on the page at all"),
    };
    vec![
        missing(&rules::LOST_BATCH, &|user| at_once(user) && user.role == Role::Later),
        missing(&rules::LOST_ISOLATION, &|user| at_once(user) && user.role == Role::AmongMalformed),
        missing(&rules::LOST_RETRY, &|user| !at_once(user)),
        missing(&rules::LOST, &|user| at_once(user) && user.role == Role::First),
        twice,
    ]
}
