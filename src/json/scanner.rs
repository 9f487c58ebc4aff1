//! Where each value of a JSON document stands, found without building anything.
//!
//! A value that is not looked into is skipped. serde_json judges what [`skip_value`] does not accept, so
//! that an error within a value is serde_json's, and a value may be nested as deep as it likes.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::plain::skip_plain;
use super::skip::skip_value;
use super::span::Span;
use super::string::string;
use super::white_space::skip_white_space;
use crate::parse_error::{ParseError, ParseErrorKind};

/// Walks one JSON document from its start.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(json: &'a str) -> Result<Self, ParseError> {
        if u32::try_from(json.len()).is_err() {
            return Err(ParseError::new(ParseErrorKind::TooLong, json.as_bytes(), 0));
        }
        Ok(Self { json, at: 0 })
    }

    pub(crate) fn json(&self, span: Span) -> &'a str {
        &self.json[span.range()]
    }

    /// What was not read yet.
    fn rest(&self) -> &'a [u8] {
        &self.json.as_bytes()[self.at..]
    }

    /// Goes on at `rest`, which is the end of what was not read yet.
    fn go_on_at(&mut self, rest: &[u8]) {
        self.at = self.json.len() - rest.len();
    }

    /// The next byte that is not white space, which stays unread.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let rest = skip_white_space(self.rest());
        self.go_on_at(rest);
        rest.first().copied()
    }

    /// An error about the byte that would be read next.
    pub(crate) fn error(&self, kind: ParseErrorKind) -> ParseError {
        ParseError::new(kind, self.json.as_bytes(), self.at)
    }

    /// Reads one value of any shape and depth.
    pub(crate) fn value(&mut self) -> Result<Span, ParseError> {
        self.peek();
        let start = self.at;
        match skip_value(self.rest()) {
            Some(behind) => self.go_on_at(behind),
            None => self.at += self.judged_length()?,
        }
        Ok(Span::new(start, self.at))
    }

    /// How long the value is that starts here, if serde_json accepts it.
    #[cold]
    fn judged_length(&self) -> Result<usize, ParseError> {
        let mut values =
            serde_json::Deserializer::from_str(&self.json[self.at..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => Ok(values.byte_offset()),
            Some(Err(error)) => Err(ParseError::from_json(&error, self.json.as_bytes(), self.at)),
            None => Err(self.error(ParseErrorKind::Eof)),
        }
    }

    /// Reads an object: `member` gets each key with the scanner before its value, which it reads.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), ParseError>,
    ) -> Result<Span, ParseError> {
        self.peek();
        let start = self.at;
        self.expect(b'{')?;
        if !self.eat(b'}') {
            loop {
                let key = self.key()?;
                self.expect(b':')?;
                member(self, &key)?;
                if !self.eat(b',') {
                    self.expect(b'}')?;
                    break;
                }
            }
        }
        Ok(Span::new(start, self.at))
    }

    /// Reads an array: `element` gets the scanner before each element, which it reads.
    pub(crate) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), ParseError>,
    ) -> Result<Span, ParseError> {
        self.peek();
        let start = self.at;
        self.expect(b'[')?;
        if !self.eat(b']') {
            loop {
                element(self)?;
                if !self.eat(b',') {
                    self.expect(b']')?;
                    break;
                }
            }
        }
        Ok(Span::new(start, self.at))
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<(), ParseError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error(ParseErrorKind::Syntax)),
        }
    }

    fn key(&mut self) -> Result<Cow<'a, str>, ParseError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        if let Some(span) = self.plain_string() {
            return Ok(Cow::Borrowed(self.json(span.without_quotes())));
        }
        let span = self.value()?;
        let json = self.json(span);
        // A key that is not a string (half a surrogate pair) is kept as written: no name we know.
        Ok(string(json).unwrap_or(Cow::Borrowed(json)))
    }

    /// Reads the string that starts here, unless it has an escape or is malformed.
    fn plain_string(&mut self) -> Option<Span> {
        let start = self.at;
        let behind = skip_plain(self.rest().strip_prefix(b"\"")?).strip_prefix(b"\"")?;
        self.go_on_at(behind);
        Some(Span::new(start, self.at))
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.eat(byte) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&mut self) -> ParseError {
        match self.peek() {
            None => self.error(ParseErrorKind::Eof),
            Some(_) => self.error(ParseErrorKind::Syntax),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_document_is_one_that_serde_json_accepts() {
        let documents = [
            "{}",
            "{",
            "}",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1}}",
            "{\"a\":1}x",
            "{a:1}",
            "{1:1}",
            "{\"a\":01}",
            "{\"a\":1e}",
            "{\"a\":tru}",
            "{\"a\":true1}",
            "{\"a\":\"\u{1}\"}",
            "{\"a\\x\":1}",
            "{\"\\ud800\":1}",
            "{\"a\":[}",
            "{\"a\":1]",
            "{\"a\":+1}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":-}",
            "{\"a\":1\u{a0}}",
        ];
        for document in documents {
            let ours = Scanner::new(document).and_then(|mut scanner| {
                scanner.object(|scanner, _| scanner.value().map(drop))?;
                scanner.end()
            });
            let theirs = serde_json::from_str::<IgnoredAny>(document);
            assert_eq!(ours.is_ok(), theirs.is_ok(), "{document}");
        }
    }
}
