use jiff::Timestamp;

/// A time that is none: not RFC 3339, or a day or hour that does not exist. The message does not
/// quote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time that exists")]
pub struct TimeError(());

/// Reads a time with any number of digits of a second, and with a space for the `T`. Without a zone
/// it is UTC, as all of Okta's times are.
pub(crate) fn timestamp(text: &str) -> Result<Timestamp, TimeError> {
    text.parse().or_else(|_| format!("{text}Z").parse()).map_err(|_| TimeError(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_any_length_and_a_space_for_the_t_are_read() {
        let read = |text: &str| timestamp(text).map(|time| time.to_string());
        for (sent, expected) in [
            ("2025-07-27T21:14:05.318Z", "2025-07-27T21:14:05.318Z"),
            ("2024-06-17T22:01:21.809026Z", "2024-06-17T22:01:21.809026Z"),
            ("2025-10-10T11:36:46.282226397Z", "2025-10-10T11:36:46.282226397Z"),
            ("2025-07-27T21:14:05Z", "2025-07-27T21:14:05Z"),
            ("2025-07-27 21:14:05.318Z", "2025-07-27T21:14:05.318Z"),
            ("2025-07-27 21:14:05.318", "2025-07-27T21:14:05.318Z"),
            ("2025-07-27T23:14:05+02:00", "2025-07-27T21:14:05Z"),
        ] {
            assert_eq!(read(sent).as_deref(), Ok(expected), "{sent}");
        }
    }

    #[test]
    fn what_is_no_time_is_an_error_that_does_not_quote_it() {
        for text in ["2017-09-31T22:23:07.777Z", "2025-07-27", "yesterday", "", "1753650845"] {
            let error = timestamp(text).unwrap_err().to_string();
            assert_eq!(error, "not an RFC 3339 time that exists", "{text}");
        }
    }
}
