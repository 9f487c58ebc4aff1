use std::fmt;
use std::sync::Arc;

use crate::event::index::{Batch, NoEvent, SetAside};
use crate::json::Span;

/// An element of a batch that is no event, set aside so that the others go on.
///
/// `Display` and `Debug` say where and why, never what; [`raw`](Self::raw) has the JSON, for a
/// place where it may be kept.
///
/// ```
/// use okta_hooks::Delivery;
///
/// let delivery = Delivery::from_slice(
///     br#"{"data":{"events":[{"eventType":"user.session.start"}, 5, {"uuid":"u1"}]}}"#,
/// )?;
/// assert_eq!(delivery.events().len(), 1);
/// let defects = delivery.defects();
/// assert_eq!(defects[0].to_string(), "data.events[1]: expected an object");
/// assert_eq!(defects[1].to_string(), "data.events[2].eventType: expected a text");
/// assert_eq!((defects[1].position(), defects[1].raw()), (2, r#"{"uuid":"u1"}"#));
/// # Ok::<(), okta_hooks::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Defect {
    batch: Arc<Batch>,
    span: Span,
    /// The path of the array it stands in; empty where the array is the whole body.
    array: &'static str,
    position: u32,
    why: NoEvent,
}

impl Defect {
    pub(crate) fn all(
        batch: &Arc<Batch>,
        array: &'static str,
        set_aside: Vec<(u32, SetAside)>,
    ) -> Vec<Self> {
        let defect =
            |(position, (why, span))| Self { batch: batch.clone(), span, array, position, why };
        set_aside.into_iter().map(defect).collect()
    }

    /// Its place in the array of events, from 0.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position as usize
    }

    /// Where, from the root of the body: `data.events[2].eventType` in a delivery, `[2].eventType`
    /// in a page of the System Log.
    #[must_use]
    pub fn path(&self) -> String {
        let Self { array, position, .. } = self;
        match self.why {
            NoEvent::NotAnObject => format!("{array}[{position}]"),
            NoEvent::NoEventType => format!("{array}[{position}].eventType"),
        }
    }

    /// What Okta documents there.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        match self.why {
            NoEvent::NotAnObject => "an object",
            NoEvent::NoEventType => "a text",
        }
    }

    /// The element's JSON, to the byte.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.batch.text(self.span)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.path(), self.expected())
    }
}

impl fmt::Debug for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defect")
            .field("path", &self.path())
            .field("expected", &self.expected())
            .finish_non_exhaustive()
    }
}
