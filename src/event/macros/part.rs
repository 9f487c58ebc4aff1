//! The macro that the parts of an event are written with, and what their members have in common.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::event::read::Read;
use crate::event::schema_mismatch::Report;

/// One member of a part: `Option<T>` or `Vec<T>`.
pub(crate) trait Field<'a> {
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

/// What a member contributes to the `Debug` of its part, and the same value without a borrow.
pub(crate) trait FieldValue {
    type Static;

    /// Types and named values; of anything that may be about people, that it is there.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }

    fn into_owned(self) -> Self::Static;
}

impl FieldValue for Cow<'_, str> {
    type Static = Cow<'static, str>;

    fn into_owned(self) -> Self::Static {
        Cow::Owned(self.into_owned())
    }
}

impl FieldValue for Cow<'_, RawValue> {
    type Static = Cow<'static, RawValue>;

    fn into_owned(self) -> Self::Static {
        Cow::Owned(self.into_owned())
    }
}

macro_rules! plain_members {
    ($($ty:ty)*) => {$(
        impl FieldValue for $ty {
            type Static = Self;

            fn into_owned(self) -> Self {
                self
            }
        }
    )*};
}

plain_members! { bool i64 f64 }

impl<T: FieldValue> FieldValue for Option<T> {
    type Static = Option<T::Static>;

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Some(value) => value.show(f),
            None => f.write_str("None"),
        }
    }

    fn into_owned(self) -> Self::Static {
        self.map(FieldValue::into_owned)
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    type Static = Vec<T::Static>;

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Shown)).finish()
    }

    fn into_owned(self) -> Self::Static {
        self.into_iter().map(FieldValue::into_owned).collect()
    }
}

/// `Debug` by [`FieldValue::show`].
pub(crate) struct Shown<'a, T>(pub(crate) &'a T);

impl<T: FieldValue> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f)
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
        /// `Debug` names the members that are there, and shows types and named values only.
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
                use $crate::event::macros::part::Field;
                let mut part = f.debug_struct(stringify!($name));
                $(if !self.$field.is_absent() {
                    part.field(stringify!($field), &$crate::event::macros::part::Shown(&self.$field));
                })*
                part.finish_non_exhaustive()
            }
        }

        part!(@owned $name $(<$lt>)? { $($field)* });

        impl $(<$lt>)? serde::Serialize for $name $(<$lt>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                use $crate::event::macros::part::Field;
                let mut map = serializer.serialize_map(None)?;
                $(if !self.$field.is_absent() {
                    map.serialize_entry($key, &self.$field)?;
                })*
                map.end()
            }
        }
    };
    (@owned $name:ident { $($field:ident)* }) => {
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
    (@owned $name:ident <$lt:lifetime> { $($field:ident)* }) => {
        impl $name<'_> {
            /// The same without a borrow of what it was read from, to be kept or sent elsewhere.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name { $($field: $crate::event::macros::part::FieldValue::into_owned(self.$field),)* }
            }
        }

        impl $crate::event::macros::part::FieldValue for $name<'_> {
            type Static = $name<'static>;

            fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self, f)
            }

            fn into_owned(self) -> $name<'static> {
                self.into_owned()
            }
        }
    };
    (@read $json:ident, $ty:ty) => { <$ty as $crate::event::macros::part::Field<'a>>::read($json) };
    (@read $json:ident, $ty:ty, $via:ident) => { <$via<'a> as $crate::event::read::Read<'a>>::read($json).map(|value| value.0) };
    (@check $json:ident, $report:ident, $ty:ty) => {
        <$ty as $crate::event::macros::part::Field<'a>>::check($json, $report)
    };
    (@check $json:ident, $report:ident, $ty:ty, $via:ident) => { <$via<'a> as $crate::event::read::Read<'a>>::check($json, $report) };
}

pub(crate) use part;
