//! What feature `tracing` records, less the ids, which are there to be read.

use std::cell::RefCell;
use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

thread_local! {
    static RECORDED: RefCell<String> = const { RefCell::new(String::new()) };
    static DISPATCH: Dispatch = Dispatch::new(tracing_subscriber::registry().with(Recorder));
}

/// Does something, and returns what was recorded meanwhile too.
pub fn recorded<T>(work: impl FnOnce() -> T) -> (T, String) {
    RECORDED.take();
    let done = DISPATCH.with(|dispatch| dispatcher::with_default(dispatch, work));
    (done, RECORDED.take())
}

struct Recorder;

struct Put;

impl Visit for Put {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if !["event_id", "org", "hook_id"].contains(&field.name()) {
            let put = |recorded: &RefCell<String>| {
                write!(recorded.borrow_mut(), "{}={value:?} ", field.name())
            };
            RECORDED.with(put).expect("a string grows");
        }
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut Put);
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut Put);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Put);
    }
}
