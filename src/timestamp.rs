use jiff::Timestamp;

/// Reads an RFC 3339 timestamp with any number of digits of a second, and with a space for the `T`.
/// Without a zone it is UTC, as all of Okta's times are. `None` if it is not valid: another format,
/// or a day or hour that does not exist.
pub(crate) fn timestamp(string: &str) -> Option<Timestamp> {
    string.parse().or_else(|_| format!("{string}Z").parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_any_length_and_a_space_for_the_t_are_read() {
        let read = |sent: &str| timestamp(sent).map(|time| time.to_string());
        for (sent, expected) in [
            ("2025-07-27T21:14:05.318Z", "2025-07-27T21:14:05.318Z"),
            ("2024-06-17T22:01:21.809026Z", "2024-06-17T22:01:21.809026Z"),
            ("2025-10-10T11:36:46.282226397Z", "2025-10-10T11:36:46.282226397Z"),
            ("2025-07-27T21:14:05Z", "2025-07-27T21:14:05Z"),
            ("2025-07-27 21:14:05.318Z", "2025-07-27T21:14:05.318Z"),
            ("2025-07-27 21:14:05.318", "2025-07-27T21:14:05.318Z"),
            ("2025-07-27T23:14:05+02:00", "2025-07-27T21:14:05Z"),
        ] {
            assert_eq!(read(sent).as_deref(), Some(expected), "{sent}");
        }
    }

    #[test]
    fn what_is_not_a_valid_timestamp_reads_as_absent() {
        for sent in ["2017-09-31T22:23:07.777Z", "2025-07-27", "yesterday", "", "1753650845"] {
            assert_eq!(timestamp(sent), None, "{sent}");
        }
    }
}
