use std::borrow::Cow;

use super::geography::GeographicalContext;
use super::ip_address::IpAddress;
use super::macros::{open_set, part};
use super::placeholder::is_placeholder;

part! {
    /// The HTTP client that made the request. For what Okta does by itself it is absent, or has
    /// an empty `ip_chain` and nothing else.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","client":{"zone":"null","ipAddress":"203.0.113.24"}}"#)?;
    /// let client = event.client().unwrap_or_default();
    /// assert_eq!(client.ip_address.as_deref(), Some("203.0.113.24"));
    /// assert_eq!((client.zone.as_deref(), client.known_zone()), (Some("null"), None));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Client<'a> {
        /// What the client says it is.
        pub user_agent: Option<UserAgent<'a>> = "userAgent",
        /// The network zone's name, or the string `null` where there is none: see
        /// [`known_zone`](Self::known_zone).
        pub zone: Option<Cow<'a, str>> = "zone",
        /// The class of device, unrelated to [`LogEvent::device`](crate::LogEvent::device).
        pub device: Option<DeviceClass> = "device",
        /// An OAuth client's id, or an agent's for API tokens.
        pub id: Option<Cow<'a, str>> = "id",
        /// IPv4 or IPv6, as a string: not always a valid address.
        pub ip_address: Option<Cow<'a, str>> = "ipAddress",
        /// Where the address is.
        pub geographical_context: Option<GeographicalContext<'a>> = "geographicalContext",
        /// The addresses the request came through, the client first. In hooks only: see
        /// [`LogEvent::ip_chain`](crate::LogEvent::ip_chain).
        pub ip_chain: Vec<IpAddress<'a>> = "ipChain",
    }
}

impl Client<'_> {
    /// The network zone's name, unless it is Okta's placeholder, the string `null`.
    #[must_use]
    pub fn known_zone(&self) -> Option<&str> {
        self.zone.as_deref().filter(|zone| !is_placeholder(zone))
    }
}

part! {
    /// What the client says it is.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","client":{"userAgent":{"browser":"FIREFOX"}}}"#)?;
    /// let agent = event.client().and_then(|client| client.user_agent).unwrap_or_default();
    /// assert_eq!(agent.browser.as_deref(), Some("FIREFOX"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct UserAgent<'a> {
        /// The `User-Agent` header.
        pub raw_user_agent: Option<Cow<'a, str>> = "rawUserAgent" | "RawUserAgent",
        /// `Mac OS 14.4.1 (Sonoma)`, `Windows 10`, `Unknown`, …
        pub os: Option<Cow<'a, str>> = "os" | "OS",
        /// `CHROME`, `SAFARI`, `UNKNOWN`, …
        pub browser: Option<Cow<'a, str>> = "browser" | "Browser",
    }
}

open_set! {
    /// What class of device a client runs on: `client.device`.
    pub struct DeviceClass {
        /// A desktop or laptop computer.
        COMPUTER = "Computer",
        /// A telephone or tablet.
        MOBILE = "Mobile",
        /// Okta cannot tell.
        UNKNOWN = "Unknown",
    }
}
