use serde_json::error::Category;

/// A body that is not the JSON this crate expects. The message says where, never what.
///
/// Lines and columns count from 1, columns in bytes; an error at the very start of an empty body
/// is at column 0.
///
/// ```
/// use okta_hooks::{Delivery, ParseErrorKind};
///
/// let error = Delivery::from_slice(b"{\"data\":\n  oops}").unwrap_err();
/// assert_eq!(error.kind(), ParseErrorKind::Syntax);
/// assert_eq!(error.to_string(), "not valid JSON at line 2 column 3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at line {line} column {column}")]
pub struct ParseError {
    kind: ParseErrorKind,
    line: usize,
    column: usize,
}

/// What a [`ParseError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A byte that JSON does not allow there.
    #[error("not valid JSON")]
    Syntax,
    /// The body ended too early, or is empty.
    #[error("unexpected end of JSON")]
    Eof,
    /// JSON is UTF-8 (RFC 8259, section 8.1); this body is not.
    #[error("not UTF-8")]
    NotUtf8,
    /// The body is JSON, but not an object.
    #[error("expected an object")]
    NotAnObject,
    /// The body is JSON, but not an array, as a page of the System Log is.
    #[error("expected an array")]
    NotAnArray,
    /// A delivery has no `data.events`, or it is not an array.
    #[error("expected an array of events in `data.events`")]
    NoEvents,
    /// A single event, or the request of an inline hook, has no `eventType`, or it is not a string.
    #[error("expected a string in `eventType`")]
    NoEventType,
    /// The body is the request of an inline hook of another type than the one asked for.
    #[error("not the expected type of inline hook in `eventType`")]
    OtherHookType,
    /// The body is 4 GiB or longer.
    #[error("too long")]
    TooLong,
}

impl ParseError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The line it was noticed in, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The byte in that line, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// An error about the byte at `offset`, or about the end when nothing is there.
    pub(crate) fn new(kind: ParseErrorKind, body: &[u8], offset: usize) -> Self {
        let before = &body[..offset];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let column = body.len().min(offset + 1) - line_start;
        Self { kind, line: 1 + newlines(before), column }
    }

    /// serde_json's error about the value that starts at `start`, without serde_json's message,
    /// which may quote the value.
    pub(crate) fn from_json(error: &serde_json::Error, body: &[u8], start: usize) -> Self {
        let kind = match error.classify() {
            Category::Eof => ParseErrorKind::Eof,
            Category::Syntax | Category::Data | Category::Io => ParseErrorKind::Syntax,
        };
        let before = &body[..start];
        let column = match before.iter().rposition(|&byte| byte == b'\n') {
            _ if error.line() > 1 => error.column(),
            Some(last) => start - last - 1 + error.column(),
            None => start + error.column(),
        };
        Self { kind, line: newlines(before) + error.line(), column }
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_bytes_from_one() {
        let at = |body: &[u8], offset| {
            let error = ParseError::new(ParseErrorKind::Syntax, body, offset);
            (error.line, error.column)
        };
        assert_eq!(at(b"", 0), (1, 0));
        assert_eq!(at(b"abc", 0), (1, 1));
        assert_eq!(at(b"abc", 3), (1, 3));
        assert_eq!(at(b"a\nbc", 1), (1, 2));
        assert_eq!(at(b"a\nbc", 2), (2, 1));
        assert_eq!(at(b"a\nbc", 4), (2, 2));
        assert_eq!(at(b"a\n", 2), (2, 0));
    }

    #[test]
    fn positions_in_a_value_are_positions_in_the_body() {
        let body = b"{\n  \"a\": [1,\n oops]}";
        let error = serde_json::from_slice::<serde::de::IgnoredAny>(&body[9..]).unwrap_err();
        let error = ParseError::from_json(&error, body, 9);
        assert_eq!((error.line, error.column), (3, 2));
        let error = serde_json::from_slice::<serde::de::IgnoredAny>(b"oops").unwrap_err();
        let error = ParseError::from_json(&error, b"{\n  \"a\": oops", 9);
        assert_eq!((error.line, error.column), (2, 8));
    }
}
