//! What stands behind a value, found without building anything.
//!
//! `None` is not yet an error: a value that is not accepted here is malformed or nested unusually deep,
//! and serde_json judges which, and where. What is accepted here, serde_json accepts too.

use super::plain::skip_plain;
use super::white_space::skip_white_space;

/// How deep a value may be nested, since each level takes some stack. Okta's values are not nested half
/// as deep.
const MAX_DEPTH: u32 = 32;

/// What stands behind the value that `json` starts with.
pub(super) fn skip_value(json: &[u8]) -> Option<&[u8]> {
    value(json, MAX_DEPTH)
}

fn value(json: &[u8], depth: u32) -> Option<&[u8]> {
    match json.first()? {
        b'"' => skip_string(json),
        b'{' => object(json, depth.checked_sub(1)?),
        b'[' => array(json, depth.checked_sub(1)?),
        b'n' => json.strip_prefix(b"null"),
        b't' => json.strip_prefix(b"true"),
        b'f' => json.strip_prefix(b"false"),
        _ => number(json),
    }
}

fn object(json: &[u8], depth: u32) -> Option<&[u8]> {
    let mut rest = skip_white_space(json.strip_prefix(b"{")?);
    if let [b'}', behind @ ..] = rest {
        return Some(behind);
    }
    loop {
        rest = skip_white_space(skip_string(rest)?);
        rest = skip_white_space(rest.strip_prefix(b":")?);
        rest = skip_white_space(value(rest, depth)?);
        match rest {
            [b',', behind @ ..] => rest = skip_white_space(behind),
            [b'}', behind @ ..] => return Some(behind),
            _ => return None,
        }
    }
}

fn array(json: &[u8], depth: u32) -> Option<&[u8]> {
    let mut rest = skip_white_space(json.strip_prefix(b"[")?);
    if let [b']', behind @ ..] = rest {
        return Some(behind);
    }
    loop {
        rest = skip_white_space(value(rest, depth)?);
        match rest {
            [b',', behind @ ..] => rest = skip_white_space(behind),
            [b']', behind @ ..] => return Some(behind),
            _ => return None,
        }
    }
}

/// As in serde_json when it ignores a string, half a surrogate pair is an escape like any other.
fn skip_string(json: &[u8]) -> Option<&[u8]> {
    let mut rest = skip_plain(json.strip_prefix(b"\"")?);
    loop {
        rest = match rest {
            [b'"', behind @ ..] => return Some(behind),
            [b'\\', b'u', behind @ ..] => skip_plain(skip_hex_digits(behind)?),
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', behind @ ..] => {
                skip_plain(behind)
            }
            _ => return None,
        };
    }
}

fn skip_hex_digits(json: &[u8]) -> Option<&[u8]> {
    let (digits, behind) = json.split_first_chunk::<4>()?;
    digits.iter().all(u8::is_ascii_hexdigit).then_some(behind)
}

fn number(json: &[u8]) -> Option<&[u8]> {
    let mut rest = match json.strip_prefix(b"-").unwrap_or(json) {
        [b'0', behind @ ..] => behind,
        whole => skip_digits(whole)?,
    };
    if let [b'.', behind @ ..] = rest {
        rest = skip_digits(behind)?;
    }
    if let [b'e' | b'E', b'+' | b'-', behind @ ..] | [b'e' | b'E', behind @ ..] = rest {
        rest = skip_digits(behind)?;
    }
    Some(rest)
}

/// What stands behind at least one digit.
fn skip_digits(json: &[u8]) -> Option<&[u8]> {
    let [b'0'..=b'9', rest @ ..] = json else { return None };
    let mut rest = rest;
    while let [b'0'..=b'9', behind @ ..] = rest {
        rest = behind;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    const DOCUMENT: &str = r#"{"a":[1,-0.50,2e+1,3E-2,{},[]], "\u00eF\n\"":
        {"long enough":"for more than a word" ,"b":true,"":false},"c":null}"#;

    #[track_caller]
    fn judged_as_serde_json_does(json: &[u8]) {
        let accepted = skip_value(json).is_some_and(|behind| skip_white_space(behind).is_empty());
        let expected = serde_json::from_slice::<IgnoredAny>(json).is_ok();
        assert_eq!(accepted, expected, "{}", json.escape_ascii());
    }

    #[test]
    fn with_any_byte_replaced_what_serde_json_accepts_is_accepted_and_nothing_else() {
        assert_eq!(skip_value(DOCUMENT.as_bytes()), Some(&b""[..]));
        for place in 1..DOCUMENT.len() {
            for byte in 0..=u8::MAX {
                let mut json = DOCUMENT.as_bytes().to_vec();
                json[place] = byte;
                judged_as_serde_json_does(&json);
            }
        }
    }

    #[test]
    fn with_any_bytes_missing_what_serde_json_accepts_is_accepted_and_nothing_else() {
        for start in 0..DOCUMENT.len() {
            for end in start..=DOCUMENT.len() {
                let (before, behind) = (&DOCUMENT[..start], &DOCUMENT[end..]);
                judged_as_serde_json_does(format!("{before}{behind}").trim_start().as_bytes());
            }
        }
    }

    #[test]
    fn a_number_or_a_literal_is_skipped_as_far_as_it_goes() {
        let behind = |json: &'static str| skip_value(json.as_bytes());
        assert_eq!(behind("0"), Some(&b""[..]));
        assert_eq!(behind("01"), Some(&b"1"[..]));
        assert_eq!(behind("-12.5e9,"), Some(&b","[..]));
        assert_eq!(behind("nullnull"), Some(&b"null"[..]));
        for malformed in ["", " 1", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "t", "NaN"] {
            assert_eq!(behind(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_left_to_serde_json() {
        let nested = |depth: u32| {
            let (open, close) = ("[".repeat(depth as usize), "]".repeat(depth as usize));
            skip_value(format!("{open}{close}").as_bytes()).is_some()
        };
        assert!(nested(MAX_DEPTH));
        assert!(!nested(MAX_DEPTH + 1));
    }
}
