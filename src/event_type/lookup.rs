//! From text to a known type: a hash table that is built when the crate is compiled.
//!
//! It never grows, so whatever text is sent, a look-up reads the text once and compares it with no
//! more types than stand in a row in the table.

use super::catalog::Known;

/// A power of two, and at least twice the types, so that every row of types ends soon.
const SIZE: usize = (2 * Known::ALL.len()).next_power_of_two();

/// The length of the longest known type.
const LONGEST: usize = longest();

/// Each type stands in the slot of its hash or, if that was taken, in the next one that was not.
static SLOTS: [Option<Known>; SIZE] = slots();

/// The known type with exactly this text.
pub(super) fn find(text: &str) -> Option<Known> {
    if text.len() > LONGEST {
        return None;
    }
    let mut slot = first_slot(text);
    loop {
        let known = SLOTS[slot]?;
        if known.text() == text {
            return Some(known);
        }
        slot = next_slot(slot);
    }
}

const fn slots() -> [Option<Known>; SIZE] {
    let mut slots = [None; SIZE];
    let mut n = 0;
    while n < Known::ALL.len() {
        let mut slot = first_slot(Known::ALL[n].text());
        while slots[slot].is_some() {
            slot = next_slot(slot);
        }
        slots[slot] = Some(Known::ALL[n]);
        n += 1;
    }
    slots
}

const fn longest() -> usize {
    let mut longest = 0;
    let mut n = 0;
    while n < Known::ALL.len() {
        let len = Known::ALL[n].text().len();
        longest = if len > longest { len } else { longest };
        n += 1;
    }
    longest
}

const fn next_slot(slot: usize) -> usize {
    (slot + 1) % SIZE
}

/// The highest bits of the hash, which are the ones that all of the text has a part in.
const fn first_slot(text: &str) -> usize {
    (hash(text.as_bytes()) >> (u64::BITS - SIZE.trailing_zeros())) as usize
}

/// Like rustc's own hash: fast on short text. That somebody could look for collisions is no
/// danger, because what is sent is never put into the table.
// Slice patterns, since a call costs far more than a pattern while the table is being built.
const fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    let mut rest = text;
    while let [a, b, c, d, e, f, g, h, after @ ..] = rest {
        hash = mix(hash, u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
        rest = after;
    }
    // The last word overlaps the one before, which is quicker than a look at each byte of the rest.
    match text {
        [.., a, b, c, d, e, f, g, h] => {
            mix(hash, u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))
        }
        short => mix(hash, short_word(short)),
    }
}

/// A word of fewer than eight bytes.
const fn short_word(text: &[u8]) -> u64 {
    let mut word = 0;
    let mut n = 0;
    while n < text.len() {
        word = word << 8 | text[n] as u64;
        n += 1;
    }
    word
}

const fn mix(hash: u64, word: u64) -> u64 {
    // 2^64 divided by the golden ratio, the usual multiplier to spread bits upwards.
    (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_and_no_text_close_to_it_is_found() {
        for &known in Known::ALL {
            let text = known.text();
            assert!(find(text) == Some(known), "{text}");
            for other in [format!("{text}."), format!("{text}\0"), text.replacen('.', "_", 1)] {
                let expected = Known::ALL.iter().find(|known| known.text() == other);
                assert!(find(&other) == expected.copied(), "{other}");
            }
        }
    }

    #[test]
    fn text_longer_than_any_type_is_not_even_hashed() {
        let longest = Known::ALL.iter().map(|known| known.text().len()).max();
        assert_eq!(Some(LONGEST), longest);
        assert!(find(&"a".repeat(LONGEST)).is_none());
        assert!(find(&"a".repeat(LONGEST + 1)).is_none());
        assert!(find("").is_none());
    }

    #[test]
    fn no_text_is_compared_with_more_than_a_few_types() {
        let vacant = |slot: &usize| SLOTS[*slot].is_none();
        let ends: Vec<usize> = (0..SIZE).filter(vacant).collect();
        let within = ends.windows(2).map(|pair| pair[1] - pair[0] - 1);
        let around = ends[0] + SIZE - 1 - ends[ends.len() - 1];
        let longest_row = within.chain([around]).max();
        assert!(longest_row <= Some(16), "{longest_row:?}");
    }
}
