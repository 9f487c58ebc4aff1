//! The two macros that the parts of an event are written with, and what they share.

use super::read::Read;
use super::schema_mismatch::Report;

/// One member of a part: `Option<T>` or `Vec<T>`.
pub(super) trait Field<'a> {
    fn read(json: &'a str) -> Self;
    fn check(json: &'a str, report: &mut Report);
    fn is_absent(&self) -> bool;
}

impl<'a, T: Read<'a>> Field<'a> for Option<T> {
    fn read(json: &'a str) -> Self {
        T::read(json)
    }

    fn check(json: &'a str, report: &mut Report) {
        T::check(json, report);
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<'a, T: Read<'a>> Field<'a> for Vec<T> {
    fn read(json: &'a str) -> Self {
        Read::read(json).unwrap_or_default()
    }

    fn check(json: &'a str, report: &mut Report) {
        <Self as Read<'a>>::check(json, report);
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Declares a part of an event: its struct, how it is read and checked, and how it is written.
///
/// Of two spellings the first is the one written; `as` names the type a value is read as where
/// that is not the field's own.
macro_rules! part {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$lt:lifetime>)? {
            $(
                $(#[$field_meta:meta])*
                pub $field:ident: $ty:ty = $key:literal $(| $other:literal)* $(as $via:ident)?,
            )*
        }
    ) => {
        $(#[$meta])*
        ///
        /// `Debug` names the members that are there, not their values.
        #[derive(Clone, Default)]
        #[non_exhaustive]
        pub struct $name $(<$lt>)? {
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        impl<'a> $crate::event::read::Read<'a> for $name $(<$lt>)? {
            const EXPECTED: &'static str = "an object";

            fn read(json: &'a str) -> Option<Self> {
                if !json.starts_with('{') {
                    return None;
                }
                let mut part = Self::default();
                $crate::json::for_each_member(json, |key, json| match key {
                    $($key $(| $other)* => part.$field = part!(@read json, $ty $(, $via)?),)*
                    _ => {}
                });
                Some(part)
            }

            fn check(json: &'a str, report: &mut $crate::event::schema_mismatch::Report) {
                if json == "null" {
                    return;
                }
                if !json.starts_with('{') {
                    return report.unexpected(Self::EXPECTED);
                }
                $crate::json::for_each_member(json, |key, json| match key {
                    $($key $(| $other)* => report.inside(format_args!("{key}"), |report| {
                        part!(@check json, report, $ty $(, $via)?);
                    }),)*
                    _ => {}
                });
            }
        }

        impl $(<$lt>)? std::fmt::Debug for $name $(<$lt>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                use $crate::event::part::Field;
                let mut part = f.debug_struct(stringify!($name));
                $(if !self.$field.is_absent() {
                    part.field(stringify!($field), &format_args!("_"));
                })*
                part.finish_non_exhaustive()
            }
        }

        impl $(<$lt>)? serde::Serialize for $name $(<$lt>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                use $crate::event::part::Field;
                let mut map = serializer.serialize_map(None)?;
                $(if !self.$field.is_absent() {
                    map.serialize_entry($key, &self.$field)?;
                })*
                map.end()
            }
        }
    };
    (@read $json:ident, $ty:ty) => { <$ty as $crate::event::part::Field<'a>>::read($json) };
    (@read $json:ident, $ty:ty, $via:ident) => { <$via<'a> as $crate::event::read::Read<'a>>::read($json).map(|value| value.0) };
    (@check $json:ident, $report:ident, $ty:ty) => {
        <$ty as $crate::event::part::Field<'a>>::check($json, $report)
    };
    (@check $json:ident, $report:ident, $ty:ty, $via:ident) => { <$via<'a> as $crate::event::read::Read<'a>>::check($json, $report) };
}

/// Declares a small set of values that Okta may add to: known ones are variants, any other text is
/// kept in `Other`.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        ///
        /// Compared case-sensitively and written back as sent. A later release may name what is
        /// `Other` today: to be safe from that, compare [`as_str`](Self::as_str). `Debug` does not
        /// show the text of `Other`.
        ///
        /// ```
        #[doc = concat!("use okta_hooks::event::", stringify!($name), ";")]
        ///
        #[doc = concat!("let value = ", stringify!($name), "::from(\"A_VALUE_OF_NEXT_YEAR\");")]
        /// assert_eq!(value.as_str(), "A_VALUE_OF_NEXT_YEAR");
        /// ```
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                ///
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
            /// A value this release has no name for, as sent.
            Other(Box<str>),
        }

        impl $name {
            /// The value as it is on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => stringify!($variant),)*
                    Self::Other(_) => "Other(_)",
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'a> $crate::event::read::Read<'a> for $name {
            const EXPECTED: &'static str = "a string";

            fn read(json: &'a str) -> Option<Self> {
                $crate::json::string(json).map(|text| Self::from(&*text))
            }
        }
    };
}

pub(crate) use {open_enum, part};
