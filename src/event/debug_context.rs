use super::FreeForm;
use super::part::part;

part! {
    /// Details that Okta calls an aid for debugging, not a contract.
    pub struct DebugContext<'a> {
        /// Differs by event type and release; values are nearly always strings.
        /// [`LogEvent::debug_data`](crate::LogEvent::debug_data) reads one.
        pub debug_data: Option<FreeForm<'a>> = "debugData",
    }
}
