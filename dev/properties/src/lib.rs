//! What holds for every input, as functions that panic where it does not: the fuzz targets call them
//! with any bytes, the tests of this crate with damaged fixtures.
//!
//! A body is read in one way by us and in another by `serde_json`, and both have to agree; what was
//! read and written again is the same; nothing that is shown has a value of the payload; and what is
//! allocated is linear in the bytes that were sent.

mod cost;
mod delivery;
mod event;
mod event_type;
mod filters;
mod hook;
mod inline;
mod inline_hook;
mod marks;
mod parts;
mod projection;
mod recorder;
mod reference;
mod seeds;
mod sent;
mod system_log;

pub use delivery::delivery;
pub use event_type::event_type;
pub use filters::filters;
pub use hook::hook;
pub use inline::inline;
pub use inline_hook::inline_hook;
pub use marks::MARK;
pub use projection::projection;
pub use seeds::{dictionary, seeds};
pub use system_log::{link, system_log};

/// Panics where it does not hold for these bytes.
pub type Property = fn(&[u8]);

/// Every property by the name of its fuzz target.
pub const ALL: [(&str, Property); 9] = [
    ("delivery", delivery),
    ("event_type", event_type),
    ("filters", filters),
    ("hook", hook),
    ("inline", inline),
    ("inline_hook", inline_hook),
    ("link", link),
    ("projection", projection),
    ("system_log", system_log),
];
