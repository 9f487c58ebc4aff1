use super::ip_address::IpAddress;
use super::macros::part;

part! {
    /// `request`: the proxies a request came through, in System Log API answers.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","request":{"ipChain":[{"ip":"203.0.113.24"}]}}"#)?;
    /// assert_eq!(event.request().unwrap_or_default().ip_chain.len(), 1);
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    #[derive(PartialEq)]
    pub struct Request<'a> {
        /// The client first, then the proxies. Empty for what Okta does by itself.
        pub ip_chain: Vec<IpAddress<'a>> = "ipChain",
    }
}
