//! How the attempts of one delivery went, in a few words: `503 → retried → 204`.

use crate::http_client::{Answer, Fault};

/// One attempt: `None` while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    pub id: u64,
    pub end: Option<End>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `204`, `timeout`, `refused`.
    pub status: String,
    /// As in a call's `next`.
    pub next: &'static str,
}

impl Try {
    pub fn open(id: u64) -> Self {
        Self { id, end: None }
    }
}

/// The answer came, and the emulator pretends that it did not.
pub const LOST_ANSWER: &str = "chaos: the answer was lost on its way back";

/// How a call ended, in a word or two.
pub fn status(result: &Result<Answer, Fault>, note: Option<&'static str>) -> String {
    match result {
        Ok(_) if note == Some(LOST_ANSWER) => "answer lost".to_owned(),
        Ok(answer) => answer.status.as_u16().to_string(),
        Err(Fault::Timeout) => "timeout".to_owned(),
        Err(Fault::NoConnection(why)) => no_connection(why).to_owned(),
    }
}

fn no_connection(why: &str) -> &'static str {
    let why = why.to_ascii_lowercase();
    let known = [
        ("given up", "given up"),
        ("chaos", "not sent"),
        ("refused", "refused"),
        ("dns", "no such host"),
        ("lookup", "no such host"),
        ("certificate", "certificate"),
        ("reset", "reset"),
        ("closed", "closed"),
        ("eof", "closed"),
    ];
    known.into_iter().find(|(part, _)| why.contains(part)).map_or("no connection", |(_, name)| name)
}

/// All attempts of a delivery, and what became of it.
pub fn describe(kind: &str, tries: &[Try]) -> String {
    let mut words = Vec::new();
    for (position, attempt) in tries.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| tries[before].end.as_ref());
        let accepted = attempt.end.as_ref().is_some_and(|end| end.next == "accepted");
        match before {
            Some(before) if before.next == "accepted" => words.push("again"),
            Some(_) if accepted => words.push("retried"),
            _ => {}
        }
        words.push(attempt.end.as_ref().map_or("open", |end| end.status.as_str()));
    }
    let last = tries.last().and_then(|attempt| attempt.end.as_ref()).map(|end| end.next);
    words.extend(match (kind, last) {
        ("forwarded", Some("retry")) => Some("sender may retry"),
        (_, Some("retry")) => Some("retrying"),
        ("verification", Some("lost")) => Some("not verified"),
        ("delivery" | "forwarded", Some("lost")) => Some("dropped"),
        _ => None,
    });
    words.join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_says_how_each_attempt_ended_and_what_followed() {
        for (kind, ends, expected) in [
            ("delivery", &[("204", "accepted")][..], "204"),
            ("delivery", &[("503", "retry"), ("204", "accepted")], "503 → retried → 204"),
            (
                "delivery",
                &[("timeout", "retry"), ("timeout", "lost")],
                "timeout → timeout → dropped",
            ),
            ("delivery", &[("401", "lost")], "401 → dropped"),
            ("delivery", &[("503", "retry")], "503 → retrying"),
            ("delivery", &[("503", "retry"), ("", "")], "503 → open"),
            ("delivery", &[("", "")], "open"),
            ("forwarded", &[("timeout", "retry")], "timeout → sender may retry"),
            ("forwarded", &[("204", "accepted"), ("204", "accepted")], "204 → again → 204"),
            ("verification", &[("200", "lost")], "200 → not verified"),
            ("replay", &[("503", "lost")], "503"),
        ] {
            let end =
                |(status, next): &(&str, &'static str)| End { status: (*status).into(), next };
            let attempt = |pair: &(&str, &'static str)| Try {
                id: 1,
                end: Some(end(pair)).filter(|end| !end.status.is_empty()),
            };
            let tries: Vec<Try> = ends.iter().map(attempt).collect();
            assert_eq!(describe(kind, &tries), expected);
        }
    }

    #[test]
    fn a_fault_has_a_short_name() {
        for (why, name) in [
            ("Connection refused", "refused"),
            ("Connection reset by peer", "reset"),
            ("failed to lookup address information", "no such host"),
            ("invalid peer certificate: Expired", "certificate"),
            ("connection closed before message completed", "closed"),
            ("something else", "no connection"),
        ] {
            assert_eq!(status(&Err(Fault::NoConnection(why.to_owned())), None), name);
        }
        assert_eq!(status(&Err(Fault::Timeout), None), "timeout");
    }
}
