use std::borrow::Cow;

use super::geography::GeographicalContext;
use super::macros::{open_set, part};

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
    #[derive(PartialEq)]
    pub struct IpAddress<'a> {
        /// IPv4 or IPv6, as a string: not always a valid address.
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

open_set! {
    /// `V4` or `V6`.
    pub struct IpVersion {
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
    #[derive(PartialEq)]
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
    /// use okta_hooks::event::IpServiceType;
    ///
    /// assert_eq!(details.ip_service_categories[0].kind, Some(IpServiceType::VPN));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct IpServiceCategory<'a> {
        /// `type`: mixed case, with spaces.
        pub kind: Option<IpServiceType> = "type",
        /// Who offers it.
        pub operator: Option<Cow<'a, str>> = "operator",
        /// Whether it hides who uses it.
        pub is_anonymous: Option<bool> = "isAnonymous",
    }
}

open_set! {
    /// What kind of service is known at an address.
    pub struct IpServiceType {
        /// A virtual private network.
        VPN = "VPN",
        /// A proxy.
        PROXY = "Proxy",
        /// The Tor network.
        TOR = "Tor",
        /// A proxy in somebody's home.
        RESIDENTIAL_PROXY = "Residential Proxy",
        /// A VPN over a blockchain.
        BLOCKCHAIN_VPN = "Blockchain VPN",
    }
}
