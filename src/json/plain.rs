/// Each byte of a word the same.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// How many bytes stand before the first that ends a string or needs a look: a quote, a backslash or
/// a control character.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(word) = bytes[length..].first_chunk() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let special = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < b' ';
    length + bytes[length..].iter().position(special).unwrap_or(bytes.len() - length)
}

/// The highest bit of each byte that is special, up to the first; those behind it may be wrong.
///
/// A byte below `n`, which is at most 128, borrows when `n` is taken off it.
fn special_bytes(word: u64) -> u64 {
    let below = |word: u64, n: u8| word.wrapping_sub(each(n)) & !word;
    let is = |byte: u8| below(word ^ each(byte), 1);
    (is(b'"') | is(b'\\') | below(word, b' ')) & each(0x80)
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
                    assert_eq!(plain_length(&bytes), expected, "{place} {byte} {behind}");
                }
            }
        }
        assert_eq!(plain_length(b""), 0);
    }
}
