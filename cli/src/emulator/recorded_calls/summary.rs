//! A call without its headers and bodies: what a list of thousands needs.

use serde_json::{Value, json};

use super::call::Call;
use super::outcome;

/// As much of a URL as a row can show: the whole one is with the call.
const MAX_URL: usize = 300;

impl Call {
    pub fn summary(&self) -> Value {
        let end = self.end.as_ref();
        let answer = end.and_then(|end| end.result.as_ref().ok());
        json!({
            "id": self.id,
            "change": self.change,
            "kind": self.kind,
            "hookId": self.hook,
            "hookName": self.hook_name,
            "time": self.time(),
            "method": self.request.method.as_str(),
            "url": self.request.url.chars().take(MAX_URL).collect::<String>(),
            "source": self.source,
            "open": self.is_open(),
            "status": answer.map(|answer| answer.status.as_u16()),
            "end": end.map_or("open".to_owned(), |end| outcome::status(&end.result, end.note)),
            "durationMs": end.map(|end| end.duration_ms),
            "next": end.map(|end| end.next),
            "note": end.and_then(|end| end.note),
            "answered": end.and_then(|end| end.answered),
            "retries": self.who_retries(),
            "delivery": self.first_attempt,
            "attempt": self.attempt(),
            "attempts": self.tries.iter().map(|attempt| attempt.id).collect::<Vec<_>>(),
            "outcome": outcome::describe(self.kind, &self.tries),
            "replayOf": self.replay_of,
            "events": self.content.events,
            "types": self.content.types,
            "targets": self.content.targets,
        })
    }

    /// Who makes a call of this kind again if it fails so that it is worth it: nobody makes a
    /// replay or a preview again.
    fn who_retries(&self) -> Option<&'static str> {
        match self.kind {
            "delivery" | "verification" => Some("emulator"),
            "forwarded" => Some("sender"),
            _ => None,
        }
    }
}
