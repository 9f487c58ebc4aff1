/// What stands behind the white space that `json` starts with, which may be none.
#[inline]
pub(super) fn skip_white_space(json: &[u8]) -> &[u8] {
    let mut rest = json;
    loop {
        rest = match rest {
            [b'\n', behind @ ..] => skip_indentation(behind),
            [b' ' | b'\t' | b'\r', behind @ ..] => behind,
            _ => return rest,
        };
    }
}

/// Eight spaces at a time, since a line of pretty-printed JSON starts with many; fewer are left.
fn skip_indentation(json: &[u8]) -> &[u8] {
    let mut rest = json;
    while let Some(behind) = rest.strip_prefix(b"        ") {
        rest = behind;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_mixture_is_skipped_and_nothing_else() {
        for indentation in 0..40 {
            let json = format!("\r\n{}\t \n\n x ", " ".repeat(indentation));
            assert_eq!(skip_white_space(json.as_bytes()), b"x ", "{indentation}");
        }
        assert_eq!(skip_white_space(b" \n"), b"");
        assert_eq!(skip_white_space(b"\x0b "), b"\x0b ");
        assert_eq!(skip_white_space("\u{a0}".as_bytes()), "\u{a0}".as_bytes());
    }
}
