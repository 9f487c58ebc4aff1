//! The two macros that the parts of an event and their open sets of values are written with.

pub(crate) mod open_set;
pub(crate) mod part;

pub(crate) use open_set::open_set;
pub(crate) use part::part;
