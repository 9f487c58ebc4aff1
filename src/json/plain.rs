/// Each byte of a word the same.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// What stands behind the bytes that stand for themselves in a string: a quote, a backslash, a control
/// character, or nothing.
#[inline]
pub(super) fn skip_plain(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return &rest[special.trailing_zeros() as usize / 8..];
        }
        rest = behind;
    }
    while let [b' '..=b'!' | b'#'..=b'[' | b']'.., behind @ ..] = rest {
        rest = behind;
    }
    rest
}

/// The highest bit of each byte that is special, up to the first; those behind it may be wrong.
///
/// A byte below `n`, which is at most 128, borrows when `n` is taken off it. With one bit flipped in
/// each byte, the quote comes next after the control characters, so that one subtraction finds both.
const fn special_bytes(word: u64) -> u64 {
    let quote_or_control = (word ^ each(b'"' ^ b' ')).wrapping_sub(each(b' ' + 1));
    let backslash = (word ^ each(b'\\')).wrapping_sub(each(1));
    (quote_or_control | backslash) & !word & each(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_counts_as_it_does_one_by_one() {
        for place in 0..24 {
            for byte in 0..=u8::MAX {
                for behind in [b'a', b'"', 0, 0x1f, 0xff] {
                    let mut bytes = vec![b'~'; 24];
                    bytes[place] = byte;
                    bytes[place + 1..].fill(behind);
                    let plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..b' ');
                    let expected = bytes.iter().take_while(plain).count();
                    let skipped = bytes.len() - skip_plain(&bytes).len();
                    assert_eq!(skipped, expected, "{place} {byte} {behind}");
                }
            }
        }
        assert!(skip_plain(b"").is_empty());
    }
}
