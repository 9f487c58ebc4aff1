use std::borrow::Cow;

use super::macros::part;
use super::read::StringOrNumber;

part! {
    /// Where an address is, as far as is known.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","client":{"geographicalContext":{"postalCode":10013}}}"#)?;
    /// let place = event.client().and_then(|client| client.geographical_context).unwrap_or_default();
    /// assert_eq!(place.postal_code.as_deref(), Some("10013"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct GeographicalContext<'a> {
        /// The city's full name.
        pub city: Option<Cow<'a, str>> = "city",
        /// The state's or province's full name.
        pub state: Option<Cow<'a, str>> = "state",
        /// The country's full name, not its code.
        pub country: Option<Cow<'a, str>> = "country",
        /// May be partial, may start with zeros. A number is read as a string.
        pub postal_code: Option<Cow<'a, str>> = "postalCode" as StringOrNumber,
        /// The coordinates; may be there when every name is absent.
        pub geolocation: Option<Geolocation> = "geolocation",
    }
}

part! {
    /// Coordinates in degrees.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","client":{"geographicalContext":{"geolocation":{"lat":52.5,"lon":5}}}}"#)?;
    /// let place = event.client().and_then(|client| client.geographical_context).unwrap_or_default();
    /// let location = place.geolocation.unwrap_or_default();
    /// assert_eq!((location.lat, location.lon), (Some(52.5), Some(5.0)));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Geolocation {
        /// Latitude, north positive.
        pub lat: Option<f64> = "lat",
        /// Longitude, east positive.
        pub lon: Option<f64> = "lon",
    }
}
