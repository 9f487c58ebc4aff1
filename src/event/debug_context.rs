use super::FreeForm;
use super::macros::part;

part! {
    /// Details that Okta calls an aid for debugging, not a contract.
    ///
    /// ```
    /// # use okta_hooks::LogEvent;
    /// let event = LogEvent::from_slice(br#"{"eventType":"x","debugContext":{"debugData":{"requestUri":"/api/v1/users"}}}"#)?;
    /// let data = event.debug_context().and_then(|context| context.debug_data).unwrap_or_default();
    /// assert_eq!(data.string("requestUri").as_deref(), Some("/api/v1/users"));
    /// # Ok::<(), okta_hooks::ParseError>(())
    /// ```
    pub struct DebugContext<'a> {
        /// Differs by event type and release; values are nearly always strings.
        /// [`LogEvent::debug_data`](crate::LogEvent::debug_data) reads one.
        pub debug_data: Option<FreeForm<'a>> = "debugData",
    }
}
