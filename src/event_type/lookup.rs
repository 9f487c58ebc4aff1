//! From a string to a known type: a hash table that is built when the crate is compiled.
//!
//! It holds nothing that was sent, so nobody can make it slow: a look-up reads the string once, and
//! compares it with the few types that stand in one row of the table.

use super::catalog::Known;

/// A power of two, and at least twice the types, so that every row of types ends soon.
const SIZE: usize = (2 * Known::ALL.len()).next_power_of_two();

/// Each type stands in the slot of its hash or, if that was taken, in the next one that was not.
static SLOTS: [Option<Known>; SIZE] = slots();

/// The known type with exactly this string.
pub(super) fn find(string: &str) -> Option<Known> {
    let mut slot = slot_of(string);
    loop {
        let known = SLOTS[slot]?;
        if known.as_str() == string {
            return Some(known);
        }
        slot = (slot + 1) % SIZE;
    }
}

const fn slots() -> [Option<Known>; SIZE] {
    let mut slots = [None; SIZE];
    let mut n = 0;
    while n < Known::ALL.len() {
        let mut slot = slot_of(Known::ALL[n].as_str());
        while slots[slot].is_some() {
            slot = (slot + 1) % SIZE;
        }
        slots[slot] = Some(Known::ALL[n]);
        n += 1;
    }
    slots
}

/// The length and the last sixteen bytes, which hardly two types share.
const fn slot_of(string: &str) -> usize {
    let bytes = string.as_bytes();
    let mut hash = bytes.len() as u64;
    let mut rest = bytes;
    let mut words = 0;
    while let ([before @ .., a, b, c, d, e, f, g, h], 0..2) = (rest, words) {
        let word = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
        // 2^64 divided by the golden ratio, the usual multiplier to spread bits upwards.
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        rest = before;
        words += 1;
    }
    (hash >> (u64::BITS - SIZE.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_and_no_string_close_to_it_is_found() {
        for &known in Known::ALL {
            let string = known.as_str();
            assert!(find(string) == Some(known), "{string}");
            for other in [format!("{string}."), format!("{string}\0"), string.replacen('.', "_", 1)]
            {
                let expected = Known::ALL.iter().find(|known| known.as_str() == other);
                assert!(find(&other) == expected.copied(), "{other}");
            }
        }
        assert!(find("").is_none());
        assert!(find("user").is_none());
        assert!(find(&"user.".repeat(100_000)).is_none());
    }

    #[test]
    fn no_string_is_compared_with_more_than_a_few_types() {
        let vacant = |slot: &usize| SLOTS[*slot].is_none();
        let ends: Vec<usize> = (0..SIZE).filter(vacant).collect();
        let within = ends.windows(2).map(|pair| pair[1] - pair[0] - 1);
        let around = ends[0] + SIZE - 1 - ends[ends.len() - 1];
        let longest_row = within.chain([around]).max();
        assert!(longest_row <= Some(16), "{longest_row:?}");
    }
}
