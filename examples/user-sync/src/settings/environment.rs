//! How a variable is read: what has another shape is said by name, never by value.

use std::env::{self, VarError};
use std::fs;
use std::io::ErrorKind;
use std::str::FromStr;

use adotenv::{Document, Quote};

/// The variables of the process, and those of the file `.env` that the process does not set.
///
/// In the file a value is what is written, `$` included: nothing is substituted. Around it may be
/// quotes; within double quotes `\n` is a new line, and within either the value may have several
/// lines.
pub struct Environment {
    file: Document<'static>,
}

impl Environment {
    /// Reads `.env` in the working directory, if it is there.
    pub fn read() -> Result<Self, String> {
        match fs::read_to_string(".env") {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::parse(""),
            Err(error) => Err(format!(".env: {error}")),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let malformed = |line: usize| {
            format!(".env: line {line}: expected NAME=value; a value of several lines needs quotes")
        };
        let file = adotenv::parse_strict(text).map_err(|error| malformed(error.line()))?;
        let name_alone = file.entries().find(|entry| entry.value().is_none());
        match name_alone.map(|entry| entry.line()) {
            Some(line) => Err(malformed(line)),
            None => Ok(Self { file: file.into_owned() }),
        }
    }

    pub fn string(&self, name: &str) -> Result<Option<String>, String> {
        match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(self.file.get(name).map(str::to_owned)),
            Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected UTF-8")),
        }
    }

    pub fn parsed<T: FromStr>(&self, name: &str, default: T, expected: &str) -> Result<T, String> {
        match self.string(name)? {
            Some(value) => value.parse().map_err(|_| format!("{name}: expected {expected}")),
            None => Ok(default),
        }
    }

    /// A secret: it must say something, and be all that was written.
    pub fn secret(&self, name: &str) -> Result<Option<String>, String> {
        let secret = self.string(name)?;
        if secret.as_ref().is_some_and(|secret| secret.trim().is_empty()) {
            return Err(format!("{name} is empty: set it to the secret, or unset it"));
        }
        let entry = self.file.get_entry(name).filter(|_| env::var_os(name).is_none());
        // Without quotes, what comes after a # may be meant as a comment or not.
        let is_unclear = |entry: &adotenv::Entry<'_>| {
            let begins = entry.value().is_some_and(|value| value.starts_with('#'));
            entry.quote() == Quote::None && (begins || entry.inline_comment().is_some())
        };
        if let Some(entry) = entry.filter(is_unclear) {
            let line = entry.line();
            return Err(format!(
                ".env: line {line}: {name} has a # in it: put the value in quotes"
            ));
        }
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "A_NAME_THAT_NO_ENVIRONMENT_HAS";

    fn secret(value: &str) -> Result<Option<String>, String> {
        Environment::parse(&format!("{NAME}={value}\n"))?.secret(NAME)
    }

    #[test]
    fn a_secret_in_the_file_is_what_is_written() {
        for (written, read) in [
            ("ab$ecret99", "ab$ecret99"),
            ("${HOME}$(id)`id`", "${HOME}$(id)`id`"),
            ("'ab$ecret99'", "ab$ecret99"),
            ("\"ab$ecret99\"", "ab$ecret99"),
            ("Basic YWJj==", "Basic YWJj=="),
            ("  ab cd  ", "ab cd"),
            ("' ab cd '", " ab cd "),
            ("ab#cd", "ab#cd"),
            ("'ab #cd'", "ab #cd"),
            ("\"ab #cd\" # comment", "ab #cd"),
            ("it's", "it's"),
            ("ab\\ncd", "ab\\ncd"),
            ("'ab\\ncd'", "ab\\ncd"),
            ("\"ab\\ncd\"", "ab\ncd"),
            ("'ab\ncd'", "ab\ncd"),
            ("ab\r", "ab"),
        ] {
            assert_eq!(secret(written).unwrap().as_deref(), Some(read), "{written}");
        }
    }

    #[test]
    fn a_secret_that_would_be_cut_short_or_is_empty_is_refused_without_showing_it() {
        for (written, says) in [
            ("s3cret #cd", "line 1: A_NAME_THAT_NO_ENVIRONMENT_HAS has a # in it"),
            ("", "is empty"),
            ("''", "is empty"),
            ("# s3cret", "line 1: A_NAME_THAT_NO_ENVIRONMENT_HAS has a # in it"),
            ("'s3cret", "line 1: expected NAME=value"),
            ("\"s3cret\"s3cret", "line 1: expected NAME=value"),
            ("s3cret\ns3cret", "line 2: expected NAME=value"),
        ] {
            let error = match secret(written) {
                Err(error) => error,
                Ok(None) => "is empty".to_owned(),
                Ok(Some(_)) => panic!("{written} is accepted"),
            };
            assert!(error.contains(says), "{written}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_file_may_begin_with_a_byte_order_mark_and_have_comments_and_crlf() {
        let file = "\u{feff}FIRST_NAME_NOBODY_HAS=a\r\n# a comment\r\n\r\nexport OTHER_NAME_NOBODY_HAS = 'b'\r\n";
        let environment = Environment::parse(file).unwrap();
        assert_eq!(environment.string("FIRST_NAME_NOBODY_HAS").unwrap().as_deref(), Some("a"));
        assert_eq!(environment.string("OTHER_NAME_NOBODY_HAS").unwrap().as_deref(), Some("b"));
    }
}
