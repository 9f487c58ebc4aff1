use jiff::Timestamp;

/// Where ids and other made-up values come from: SplitMix64 (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014). Good enough to look random, and the same in
/// every run; nothing that has to be secret may come from it.
#[derive(Clone)]
pub(super) struct Seed(u64);

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Between 1582-10-15, where the times of version 1 UUIDs begin, and 1970: in steps of 100 ns.
const GREGORIAN_TO_UNIX: u64 = 0x01B2_1DD2_1381_4000;

impl Seed {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for `name`: what is made for one name does not depend on what was
    /// made before, so that the same login has the same id in all events of a seed.
    pub(super) fn fork(&self, name: &str) -> Self {
        // FNV-1a.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut mixed = Self(self.0 ^ hash);
        Self(mixed.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `length` letters and digits.
    pub(super) fn alphanumeric(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(ALPHABET[(self.next() % 62) as usize])).collect()
    }

    /// An id like Okta's: 20 characters, the first of which tell of what.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.alphanumeric(20_usize.saturating_sub(prefix.len())))
    }

    /// A UUID as Okta gives to events: version 1, that is, made of the time.
    pub(super) fn uuid_v1(&mut self, time: Timestamp) -> String {
        let ticks =
            GREGORIAN_TO_UNIX.wrapping_add_signed(time.as_millisecond().wrapping_mul(10_000));
        // Okta has many events in a millisecond.
        let ticks = ticks.wrapping_add(self.next() % 10_000);
        let (low, middle, high) = (ticks as u32, (ticks >> 32) as u16, (ticks >> 48) as u16);
        let clock = 0x8000 | (self.next() as u16 & 0x3FFF);
        let node = self.next() & 0xFFFF_FFFF_FFFF;
        format!("{low:08x}-{middle:04x}-{:04x}-{clock:04x}-{node:012x}", 0x1000 | (high & 0x0FFF))
    }

    /// A UUID as Okta gives to deliveries: version 4.
    pub(super) fn uuid_v4(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        let (low, middle, high) = ((a >> 32) as u32, (a >> 16) as u16, a as u16 & 0x0FFF);
        let clock = 0x8000 | ((b >> 48) as u16 & 0x3FFF);
        format!("{low:08x}-{middle:04x}-4{high:03x}-{clock:04x}-{:012x}", b & 0xFFFF_FFFF_FFFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_split_mix_64() {
        // The first numbers of the reference implementation for this seed.
        let mut seed = Seed::new(1_234_567);
        assert_eq!(seed.next(), 6_457_827_717_110_365_317);
        assert_eq!(seed.next(), 3_203_168_211_198_807_973);
        assert_eq!(seed.next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn a_uuid_of_version_1_holds_its_time() {
        let uuid = Seed::new(1).uuid_v1(Timestamp::UNIX_EPOCH);
        // 1970 in such a UUID: 13814000-1dd2-11b2, plus less than a millisecond.
        assert!(uuid.starts_with("1381") && uuid[8..].starts_with("-1dd2-11b2-"), "{uuid}");
        assert_eq!(uuid.len(), 36);
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{uuid}");
    }

    #[test]
    fn a_uuid_of_version_4_says_so() {
        let uuid = Seed::new(1).uuid_v4();
        assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'), "{uuid}");
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{uuid}");
    }

    #[test]
    fn a_fork_depends_on_the_seed_and_the_name_only() {
        let mut used = Seed::new(7);
        let fork = |seed: &Seed, name: &str| seed.fork(name).next();
        let before = fork(&used, "a");
        assert_eq!(before, fork(&Seed::new(7), "a"));
        assert_ne!(before, fork(&used, "b"));
        assert_ne!(before, fork(&Seed::new(8), "a"));
        used.next();
        assert_ne!(before, fork(&used, "a"), "a used generator is another seed");
    }

    #[test]
    fn ids_have_twenty_characters() {
        assert_eq!(Seed::new(3).id("00u").len(), 20);
        assert!(Seed::new(3).id("who").starts_with("who"));
    }
}
