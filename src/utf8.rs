use crate::parse_error::{ParseError, ParseErrorKind};

/// The body as a string, or where it stops being UTF-8, which JSON has to be (RFC 8259, section
/// 8.1).
pub(crate) fn from_utf8(body: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(body)
        .map_err(|error| ParseError::new(ParseErrorKind::NotUtf8, body, error.valid_up_to()))
}
