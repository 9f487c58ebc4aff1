//! Groups, who is in them, and the rules that put people there.

pub mod api;
mod expression;
mod group;
mod list;
mod members;
mod rule;
pub mod rules_api;

pub use group::Group;
pub use rule::Rule;
