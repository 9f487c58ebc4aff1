//! Where each value of a JSON text stands, found without building anything.
//!
//! serde_json judges every value (it skips it, checking the grammar, without recursion); this
//! walks only the braces, brackets, colons and commas between them. A parser of our own for the
//! values would be faster and one more thing to trust.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::parse_error::{ParseError, ParseErrorKind};

/// A place in a text of less than 4 GiB. The empty span means "absent": no JSON value is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// `start` and `end` fit: [`Scanner::new`] refuses longer texts.
    fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn is_absent(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What is between the quotes of a string.
    pub(crate) fn without_quotes(self) -> Self {
        Self { start: self.start + 1, end: self.end - 1 }
    }

    /// The same place once everything before `origin` is gone.
    pub(crate) fn relative_to(self, origin: Self) -> Self {
        if self.is_absent() {
            return self;
        }
        Self { start: self.start - origin.start, end: self.end - origin.start }
    }
}

/// Walks one JSON text from its start.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, ParseError> {
        if u32::try_from(text.len()).is_err() {
            return Err(ParseError::new(ParseErrorKind::TooLong, text.as_bytes(), 0));
        }
        Ok(Self { text, at: 0 })
    }

    pub(crate) fn text(&self, span: Span) -> &'a str {
        &self.text[span.range()]
    }

    /// The next byte that is not white space, which stays unread.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// An error about the byte that would be read next.
    pub(crate) fn error(&self, kind: ParseErrorKind) -> ParseError {
        ParseError::new(kind, self.text.as_bytes(), self.at)
    }

    /// Reads one value of any shape and depth.
    pub(crate) fn value(&mut self) -> Result<Span, ParseError> {
        self.peek();
        let start = self.at;
        let mut values =
            serde_json::Deserializer::from_str(&self.text[start..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                self.at += values.byte_offset();
                Ok(Span::new(start, self.at))
            }
            Some(Err(error)) => Err(ParseError::from_json(&error, self.text.as_bytes(), start)),
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
        // Most keys end at the first byte that needs a look.
        let inner = &self.text[self.at + 1..];
        let special = |byte| byte == b'"' || byte == b'\\' || byte < b' ';
        let length = inner.bytes().position(special).unwrap_or(inner.len());
        if inner.as_bytes().get(length) == Some(&b'"') {
            self.at += length + 2;
            return Ok(Cow::Borrowed(&inner[..length]));
        }
        let span = self.value()?;
        let json = self.text(span);
        // A key that is no text (half a surrogate pair) is kept as written: no name we know.
        Ok(string(json).unwrap_or(Cow::Borrowed(json)))
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

/// The text of a JSON string; `None` if `json` is another value, or half a surrogate pair.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// Calls `member` with the key and the JSON of each member; does nothing for another shape.
///
/// `json` is a value that [`Scanner::value`] has passed, so that no error is left to find.
pub(crate) fn for_each_member<'a>(json: &'a str, mut member: impl FnMut(&str, &'a str)) {
    let Ok(mut scanner) = Scanner::new(json) else { return };
    let _ = scanner.object(|scanner, key| {
        let span = scanner.value()?;
        member(key, scanner.text(span));
        Ok(())
    });
}

/// Calls `element` with the JSON of each element; does nothing for another shape.
pub(crate) fn for_each_element<'a>(json: &'a str, mut element: impl FnMut(&'a str)) {
    let Ok(mut scanner) = Scanner::new(json) else { return };
    let _ = scanner.array(|scanner| {
        let span = scanner.value()?;
        element(scanner.text(span));
        Ok(())
    });
}

/// The last member called `name`, as the duplicate that counts.
pub(crate) fn member<'a>(json: &'a str, name: &str) -> Option<&'a RawValue> {
    let mut found = None;
    for_each_member(json, |key, value| {
        if key == name {
            found = Some(value);
        }
    });
    found.and_then(raw)
}

/// `json` as serde_json's type for JSON text.
pub(crate) fn raw(json: &str) -> Option<&RawValue> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn members(json: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for_each_member(json, |key, value| found.push((key.to_owned(), value.to_owned())));
        found
    }

    #[test]
    fn members_are_found_whatever_the_white_space_and_escapes() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(members("{}"), []);
        assert_eq!(members(" {\n\"a\" :\t[1, 2] }\r\n"), [pair("a", "[1, 2]")]);
        assert_eq!(
            members(r#"{"\u0061":"\"}","b":{"c":"]"},"":0.00}"#),
            [pair("a", r#""\"}""#), pair("b", r#"{"c":"]"}"#), pair("", "0.00")]
        );
    }

    #[test]
    fn a_wrong_shape_has_no_members_and_no_elements() {
        assert_eq!(members("[1]"), []);
        assert_eq!(members("\"null\""), []);
        for_each_element("{}", |_| panic!("an object has no elements"));
    }

    #[test]
    fn every_accepted_text_is_one_that_serde_json_accepts() {
        let texts = [
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
        for text in texts {
            let ours = Scanner::new(text).and_then(|mut scanner| {
                scanner.object(|scanner, _| scanner.value().map(drop))?;
                scanner.end()
            });
            let theirs = serde_json::from_str::<IgnoredAny>(text);
            assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}");
        }
    }

    #[test]
    fn strings_are_unescaped_and_other_values_are_none() {
        assert_eq!(string("\"a\"").as_deref(), Some("a"));
        assert_eq!(string(r#""\u00e9\n""#).as_deref(), Some("é\n"));
        assert_eq!(string("1"), None);
        assert_eq!(string(r#""\ud800""#), None);
    }
}
