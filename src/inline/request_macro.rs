//! The macro for the request of one type of hook: a handle whose accessors read its parts.

/// Declares a request, and how it is read out of a body of the type `$hook_type`.
macro_rules! request {
    ($(#[$meta:meta])* pub struct $name:ident is $variant:ident of $hook_type:ident;) => {
        $(#[$meta])*
        ///
        /// A cheap handle over the bytes Okta sent: an accessor reads its part when asked. What is
        /// missing, `null`, or of another shape than Okta documents reads as `None` or as an empty
        /// list. `Debug` shows no value; `Serialize` writes the JSON unchanged.
        #[derive(Clone)]
        pub struct $name(pub(in $crate::inline) $crate::inline::Envelope);

        impl $name {
            /// Reads a request body as received: UTF-8 JSON. Copies nothing.
            ///
            /// # Errors
            ///
            /// [`ParseError`](crate::ParseError) if `body` is not a JSON object with a string in
            /// `eventType`, or if the type of the hook is another one.
            pub fn from_bytes(body: impl Into<bytes::Bytes>) -> Result<Self, $crate::ParseError> {
                let body = body.into();
                match $crate::inline::Request::from_bytes(body.clone())? {
                    $crate::inline::Request::$variant(request) => Ok(request),
                    _ => Err($crate::ParseError::new($crate::ParseErrorKind::OtherHookType, &body, 0)),
                }
            }

            /// Like [`from_bytes`](Self::from_bytes), with a copy of `body`.
            ///
            /// # Errors
            ///
            /// As [`from_bytes`](Self::from_bytes).
            pub fn from_slice(body: &[u8]) -> Result<Self, $crate::ParseError> {
                Self::from_bytes(bytes::Bytes::copy_from_slice(body))
            }

            /// The members around `data`, and the body's bytes.
            #[must_use]
            pub fn envelope(&self) -> &$crate::inline::Envelope {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($variant)).field(&self.0).finish()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
                Self::from_bytes(String::from(Box::<str>::from(json))).map_err(serde::de::Error::custom)
            }
        }

        impl From<$name> for $crate::inline::Request {
            fn from(request: $name) -> Self {
                Self::$variant(request)
            }
        }
    };
}

pub(crate) use request;
