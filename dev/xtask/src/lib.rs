//! The parts of the maintainers' commands, so that tests can hold them.

pub mod catalog;
