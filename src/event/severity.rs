use super::macros::open_set;

open_set! {
    /// How grave an event is: `severity`. It sorts like its string, not by how grave it is.
    pub struct Severity {
        /// For debugging.
        DEBUG = "DEBUG",
        /// Ordinary.
        INFO = "INFO",
        /// Worth a look.
        WARN = "WARN",
        /// Something failed.
        ERROR = "ERROR",
    }
}
