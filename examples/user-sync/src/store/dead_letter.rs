//! What no handler sees, kept with all its bytes until somebody looks at it.

use okta_hooks::InvalidEvent;

/// How many elements of one delivery, or of one page, get a row each. More of them are kept as one:
/// a body of brackets alone can hold hundreds of thousands.
const MAX_ROWS: usize = 16;

/// A row of its own. The same bytes of the same place are kept once.
pub struct DeadLetter {
    pub reason: String,
    /// Where it was; empty for a whole body.
    pub path: String,
    pub raw: Vec<u8>,
}

impl DeadLetter {
    pub fn whole_body(reason: String, raw: Vec<u8>) -> Self {
        Self { reason, path: String::new(), raw }
    }

    /// Elements of a delivery that are not events; `body` is all of it.
    pub fn of_delivery(elements: &[InvalidEvent], body: &[u8]) -> Vec<Self> {
        match elements.len() > MAX_ROWS {
            true => vec![Self::whole_body(reason_for_all(elements), body.to_vec())],
            false => elements.iter().map(|element| Self::new(element, element.path())).collect(),
        }
    }

    /// Elements of a page of the System Log. Their places in it say nothing later on.
    pub fn of_log_page(elements: &[InvalidEvent]) -> Vec<Self> {
        let path = "system log".to_owned();
        match elements.len() > MAX_ROWS {
            true => {
                vec![Self { reason: reason_for_all(elements), path, raw: as_delivery(elements) }]
            }
            false => elements.iter().map(|element| Self::new(element, path.clone())).collect(),
        }
    }

    /// An event that the database has no place for.
    #[cfg(feature = "postgres")]
    pub fn refused(event: &okta_hooks::LogEvent, path: String, why: &str) -> Self {
        Self { reason: format!("the database: {why}"), path, raw: event.raw().into() }
    }

    fn new(element: &InvalidEvent, path: String) -> Self {
        let reason = format!("expected {}", element.reason().expected());
        Self { reason, path, raw: element.raw().into() }
    }
}

fn reason_for_all(elements: &[InvalidEvent]) -> String {
    format!("{} elements are not events", elements.len())
}

/// A delivery of these elements, as it can be put through again.
fn as_delivery(elements: &[InvalidEvent]) -> Vec<u8> {
    let raws: Vec<_> = elements.iter().map(InvalidEvent::raw).collect();
    format!(r#"{{"data":{{"events":[{}]}}}}"#, raws.join(",")).into_bytes()
}
