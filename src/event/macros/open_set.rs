//! The macro for open sets: strings of which Okta documents some, and adds others at any time.

use std::sync::Arc;

/// A string of an open set: one that has a constant, or any other.
// Derived equality lets constants be patterns, and is that of the strings: `From<&str>` is the only
// way in, and never puts a string that has a constant into `Other`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Repr {
    Named(&'static str),
    Other(Arc<str>),
}

impl Repr {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Named(string) => string,
            Self::Other(string) => string,
        }
    }
}

/// Declares an open set as a newtype with a constant for each string that has a name.
///
/// `in` names the public module that it is in, where that is not `event`.
///
/// The traits are those of [`EventType`](crate::EventType): whatever compares, sorts or hashes a
/// value does so by its string, so that a name given later changes nothing.
macro_rules! open_set {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$constant_meta:meta])* $constant:ident = $string:literal,)*
        }
    ) => {
        open_set! {
            $(#[$meta])*
            pub struct $name in "event" {
                $($(#[$constant_meta])* $constant = $string,)*
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $module:literal {
            $($(#[$constant_meta:meta])* $constant:ident = $string:literal,)*
        }
    ) => {
        $(#[$meta])*
        ///
        /// One of the [open sets](crate::event#open-sets): any string, kept as sent, with constants
        /// for those that have a name. `Debug` shows named ones only.
        ///
        /// ```
        #[doc = concat!("use okta_hooks::", $module, "::", stringify!($name), ";")]
        ///
        #[doc = concat!("let value = ", stringify!($name), "::from(\"A_VALUE_OF_NEXT_YEAR\");")]
        /// assert_eq!(value, "A_VALUE_OF_NEXT_YEAR");
        #[doc = concat!("assert_eq!(format!(\"{value:?}\"), \"", stringify!($name), "(_)\");")]
        /// ```
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name($crate::event::macros::open_set::Repr);

        impl $name {
            $(
                $(#[$constant_meta])*
                #[doc = concat!("`", $string, "`.")]
                pub const $constant: Self =
                    Self($crate::event::macros::open_set::Repr::Named($string));
            )*

            /// The string as it is on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(string: &str) -> Self {
                match string {
                    $($string => Self::$constant,)*
                    other => Self($crate::event::macros::open_set::Repr::Other(other.into())),
                }
            }
        }

        impl From<String> for $name {
            fn from(string: String) -> Self {
                Self::from(&*string)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(string: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(string))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match &self.0 {
                    $crate::event::macros::open_set::Repr::Named(string) => {
                        write!(f, concat!(stringify!($name), "({})"), string)
                    }
                    _ => f.write_str(concat!(stringify!($name), "(_)")),
                }
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                self == other.as_str()
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                *self == other.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let string = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok(Self::from(&*string))
            }
        }

        impl<'a> $crate::event::read::Read<'a> for $name {
            const EXPECTED: &'static str = "a string";

            fn read(json: &'a str) -> Option<Self> {
                $crate::json::string(json).map(|string| Self::from(&*string))
            }
        }

        impl $crate::event::macros::part::FieldValue for $name {
            type Static = Self;

            fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }

            fn into_owned(self) -> Self {
                self
            }
        }
    };
}

pub(crate) use open_set;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::event::{OutcomeResult, Severity, TargetType};

    #[test]
    fn a_named_string_is_its_constant_however_it_came() {
        let parsed: OutcomeResult = "SUCCESS".parse().unwrap_or_else(|never| match never {});
        let read: OutcomeResult = serde_json::from_str(r#""\u0053UCCESS""#).unwrap();
        for value in [OutcomeResult::from("SUCCESS"), parsed, read, "SUCCESS".to_owned().into()] {
            assert_eq!(value, OutcomeResult::SUCCESS);
            assert!(matches!(value, OutcomeResult::SUCCESS), "a constant is a pattern");
            assert!(HashSet::from([OutcomeResult::SUCCESS]).contains(&value));
        }
        assert_ne!(OutcomeResult::from("success"), OutcomeResult::SUCCESS, "case matters");
    }

    #[test]
    fn a_string_without_a_name_is_kept_and_equals_itself() {
        let value = OutcomeResult::from("NEXT_YEAR");
        assert_eq!(value.as_str(), "NEXT_YEAR");
        assert_eq!(value, OutcomeResult::from("NEXT_YEAR"));
        assert!(HashSet::from([value.clone()]).contains(&OutcomeResult::from("NEXT_YEAR")));
        assert_ne!(value, OutcomeResult::UNKNOWN);
        assert_eq!(serde_json::to_string(&value).unwrap(), r#""NEXT_YEAR""#);
        assert_eq!(OutcomeResult::from("").as_str(), "");
    }

    #[test]
    fn values_compare_with_strings_on_either_side_and_sort_like_them() {
        let group = TargetType::USER_GROUP;
        assert!(group == "UserGroup");
        assert!("UserGroup" == group);
        assert!(group == *"UserGroup");
        assert!(*"UserGroup" == group);
        assert!(group != "usergroup");
        assert!("usergroup" != group);
        let mut types = ["User", "Zebra", "AppUser", "UserGroup"].map(TargetType::from);
        types.sort();
        assert_eq!(types, ["AppUser", "User", "UserGroup", "Zebra"]);
    }

    #[test]
    fn display_pads_and_debug_shows_named_strings_only() {
        assert_eq!(format!("{:>6}|{:<6}|", Severity::INFO, Severity::from("X")), "  INFO|X     |");
        assert_eq!(format!("{:?}", Severity::INFO), "Severity(INFO)");
        assert_eq!(format!("{:?}", Severity::from("hunter2")), "Severity(_)");
    }
}
