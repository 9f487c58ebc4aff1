//! Reading JSON where it stands: a [`Scanner`] for a whole body, and the members and elements of
//! one value.

mod plain;
mod scanner;
mod skip;
mod span;
mod string;
mod white_space;

pub(crate) use scanner::Scanner;
pub(crate) use span::Span;
pub(crate) use string::string;

use serde_json::value::RawValue;

/// Calls `member` with the key and the JSON of each member; does nothing for another shape.
///
/// `json` is a value that [`Scanner::value`] has passed, so that no error is left to find.
pub(crate) fn for_each_member<'a>(json: &'a str, mut member: impl FnMut(&str, &'a str)) {
    let Ok(mut scanner) = Scanner::new(json) else { return };
    let _ = scanner.object(|scanner, key| {
        let span = scanner.value()?;
        member(key, scanner.json(span));
        Ok(())
    });
}

/// Calls `element` with the JSON of each element; does nothing for another shape.
pub(crate) fn for_each_element<'a>(json: &'a str, mut element: impl FnMut(&'a str)) {
    let Ok(mut scanner) = Scanner::new(json) else { return };
    let _ = scanner.array(|scanner| {
        let span = scanner.value()?;
        element(scanner.json(span));
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

/// `json` as serde_json's type for JSON as it stands.
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
}
