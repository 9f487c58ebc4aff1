use super::EventType;

/// What Okta's catalogue says about one event type.
///
/// From [`EventType::info`] and [`EventType::catalog`]. It is the catalogue of release 2026.08.1:
/// a type may have changed since, so it is good for choosing and explaining types and no reason to
/// refuse an event.
///
/// Source: Okta, [Event types](https://developer.okta.com/docs/reference/api/event-types/).
///
/// # Examples
///
/// ```
/// use okta_hooks::EventType;
///
/// for info in EventType::catalog().iter().filter(|info| info.tags.contains(&"oie-only")) {
///     println!("{} needs Identity Engine", info.event_type);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventTypeInfo {
    /// The type itself.
    pub event_type: EventType,
    /// The area of the product it belongs to, such as `core-identity`.
    pub category: &'static str,
    /// Its tags, such as `oie-only` (Identity Engine orgs only). Empty if it has none.
    pub tags: &'static [&'static str],
    /// The release that brought it: `2023.06.0`, or with the week, as in `2016.14`.
    pub release: &'static str,
    /// The day it was added to the catalogue: `2023-05-25`.
    pub created: &'static str,
    /// Whether an event hook can subscribe to it. The tag `event-hook-eligible` says the same.
    pub hook_eligible: bool,
    /// Whether it belongs to a feature in beta.
    pub beta: bool,
    /// Whether Okta marks it as internal.
    pub internal: bool,
    /// The schemas of its targets' details, such as `PolicyResourceDetails`. Empty means that the
    /// catalogue has no schema, not that events of the type have no targets.
    pub targets: &'static [&'static str],
}

/// The marks in a row of the catalogue.
pub(super) const HOOK: u8 = 1;
pub(super) const BETA: u8 = 2;
pub(super) const INTERNAL: u8 = 4;

/// What a mark adds to the documentation of a constant.
macro_rules! mark_doc {
    (HOOK) => {
        " Hook-eligible."
    };
    (BETA) => {
        " Beta."
    };
    (INTERNAL) => {
        " Internal."
    };
}

/// Makes the constants and the tables of the rows: `Known` numbers the types, `NAMES` has their
/// strings and `CATALOG` the rest, so that a program that never asks for it need not contain it.
macro_rules! catalog {
    ($($name:ident: $string:literal, $category:literal, [$($tag:literal),*], $release:literal,
        $created:literal, [$($mark:ident),*], [$($target:literal),*];)*) => {
        use super::info::{BETA, HOOK, INTERNAL};
        use super::{EventType, EventTypeInfo};

        /// A type of the catalogue, by its place in it.
        // The variants are named like the constants: a macro cannot change the case of a name.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub(super) enum Known {
            $($name,)*
        }

        impl Known {
            /// All of them, sorted by string: `lookup` relies on it.
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            pub(super) const fn as_str(self) -> &'static str {
                NAMES[self as usize]
            }

            pub(super) fn info(self) -> &'static EventTypeInfo {
                &CATALOG[self as usize]
            }
        }

        static NAMES: [&str; Known::ALL.len()] = [$($string),*];

        pub(super) static CATALOG: [EventTypeInfo; Known::ALL.len()] = [$(EventTypeInfo {
            event_type: EventType::$name,
            category: $category,
            tags: &[$($tag),*],
            release: $release,
            created: $created,
            hook_eligible: (0 $(| $mark)*) & HOOK != 0,
            beta: (0 $(| $mark)*) & BETA != 0,
            internal: (0 $(| $mark)*) & INTERNAL != 0,
            targets: &[$($target),*],
        }),*];

        /// The types in Okta's catalogue.
        impl EventType {
            $(
                #[doc = concat!("`", $string, "`.")]
                $(#[doc = mark_doc!($mark)])*
                pub const $name: Self = Self::known(Known::$name);
            )*
        }
    };
}
