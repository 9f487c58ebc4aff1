use std::borrow::Cow;

use super::geography::GeographicalContext;
use super::part::{open_enum, part};

part! {
    /// `request`: the proxies a request came through, in System Log API answers.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","request":{"ipChain":[{"ip":"203.0.113.24"}]}}"#)?;
    /// assert_eq!(event.request().unwrap_or_default().ip_chain.len(), 1);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct Request<'a> {
        /// The client first, then the proxies. Empty for what Okta does by itself.
        pub ip_chain: Vec<IpAddress<'a>> = "ipChain",
    }
}

part! {
    /// One address of an IP chain.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","client":{"ipChain":[{"ip":"2001:db8::1","version":"V6"}]}}"#)?;
    /// use okta_hooks::event::IpVersion;
    ///
    /// let address = &event.ip_chain()[0];
    /// assert_eq!(address.ip.as_deref(), Some("2001:db8::1"));
    /// assert_eq!(address.version, Some(IpVersion::V6));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct IpAddress<'a> {
        /// IPv4 or IPv6, as text: not always a valid address.
        pub ip: Option<Cow<'a, str>> = "ip",
        /// Where the address is.
        pub geographical_context: Option<GeographicalContext<'a>> = "geographicalContext",
        /// Which kind of address it is.
        pub version: Option<IpVersion> = "version",
        /// Absent in all samples.
        pub source: Option<Cow<'a, str>> = "source",
        /// Who runs the network; since 2026.
        pub ip_details: Option<IpDetails<'a>> = "ipDetails",
    }
}

open_enum! {
    /// `V4` or `V6`.
    pub enum IpVersion {
        /// IPv4.
        V4 = "V4",
        /// IPv6.
        V6 = "V6",
    }
}

part! {
    /// Who runs the network an address is in.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"ipDetails":{"asNumber":4200000001}}}"#)?;
    /// let details = event.security_context().and_then(|context| context.ip_details).unwrap_or_default();
    /// assert_eq!(details.as_number, Some(4_200_000_001));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct IpDetails<'a> {
        /// The autonomous system's number, of 32 bits.
        pub as_number: Option<i64> = "asNumber",
        /// The organisation that has the number.
        pub as_org: Option<Cow<'a, str>> = "asOrg",
        /// The internet service provider.
        pub isp: Option<Cow<'a, str>> = "isp",
        /// The domain the address belongs to.
        pub domain: Option<Cow<'a, str>> = "domain",
        /// Anonymising and proxy services known at the address.
        pub ip_service_categories: Vec<IpServiceCategory<'a>> = "ipServiceCategories",
    }
}

part! {
    /// A service known at an address.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","securityContext":{"ipDetails":{"ipServiceCategories":[{"type":"VPN"}]}}}"#)?;
    /// let details = event.security_context().and_then(|context| context.ip_details).unwrap_or_default();
    /// assert_eq!(details.ip_service_categories[0].kind.as_deref(), Some("VPN"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct IpServiceCategory<'a> {
        /// `type`: `VPN`, `Tor`, `Residential Proxy`, …; mixed case, with spaces.
        pub kind: Option<Cow<'a, str>> = "type",
        /// Who offers it.
        pub operator: Option<Cow<'a, str>> = "operator",
        /// Whether it hides who uses it.
        pub is_anonymous: Option<bool> = "isAnonymous",
    }
}
