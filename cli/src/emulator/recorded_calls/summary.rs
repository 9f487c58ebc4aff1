//! A call without its headers and bodies: what a list of thousands needs.

use serde::Serialize;

use super::call::Call;
use super::outcome;

/// As much of a URL as a row can show: the whole one is with the call.
const MAX_URL: usize = 300;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    id: u64,
    /// The number of its last change.
    change: u64,
    kind: &'static str,
    hook_id: &'a str,
    hook_name: &'a str,
    time: String,
    method: &'a str,
    url: &'a str,
    source: Option<&'a str>,
    open: bool,
    status: Option<u16>,
    /// How it ended, in a word or two.
    end: String,
    duration_ms: Option<u64>,
    next: Option<&'static str>,
    note: Option<&'static str>,
    /// The status that the sender of a forwarded call was answered with.
    answered: Option<u16>,
    /// Who makes it again if it fails so that it is worth it.
    retries: Option<&'static str>,
    /// The id of the first attempt.
    delivery: Option<u64>,
    attempt: usize,
    attempts: Vec<u64>,
    /// How all attempts went.
    outcome: String,
    replay_of: Option<u64>,
    events: usize,
    types: &'a [String],
    targets: &'a [String],
}

impl Call {
    pub fn summary(&self) -> Summary<'_> {
        let end = self.end.as_ref();
        let answer = end.and_then(|end| end.result.as_ref().ok());
        let url = &self.request.url;
        Summary {
            id: self.id,
            change: self.change,
            kind: self.kind,
            hook_id: &self.hook,
            hook_name: &self.hook_name,
            time: self.time(),
            method: self.request.method.as_str(),
            url: url.char_indices().nth(MAX_URL).map_or(url, |(end, _)| &url[..end]),
            source: self.source.as_deref(),
            open: self.is_open(),
            status: answer.map(|answer| answer.status.as_u16()),
            end: end.map_or("open".to_owned(), |end| outcome::status(&end.result, end.note)),
            duration_ms: end.map(|end| end.duration_ms),
            next: end.map(|end| end.next),
            note: end.and_then(|end| end.note),
            answered: end.and_then(|end| end.answered),
            retries: self.who_retries(),
            delivery: self.first_attempt,
            attempt: self.attempt(),
            attempts: self.tries.iter().map(|attempt| attempt.id).collect(),
            outcome: outcome::describe(self.kind, &self.tries),
            replay_of: self.replay_of,
            events: self.content.events,
            types: &self.content.types,
            targets: &self.content.targets,
        }
    }

    /// Nobody makes a replay or a preview again.
    fn who_retries(&self) -> Option<&'static str> {
        match self.kind {
            "delivery" | "verification" => Some("emulator"),
            "forwarded" => Some("sender"),
            _ => None,
        }
    }
}
