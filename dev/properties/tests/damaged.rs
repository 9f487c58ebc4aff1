//! Inputs that nobody would write: fixtures, damaged in every way that chance finds.

use std::fs;

use okta_hooks_properties::{ALL, seeds};

/// How many inputs each property is asked about.
const ROUNDS: usize = 1_000;

/// Cuts, repeats, swaps and overwrites some bytes, most of them with what JSON is made of.
fn damage(input: &mut Vec<u8>, random: &mut fastrand::Rng) {
    const PIECES: [&[u8]; 22] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u00",
        b"null",
        b"-",
        b"1e",
        b"0",
        b" ",
        b"\n",
        b"\xff",
        b"\"events\":",
        b"\"data\":",
        b"\"context\":",
        b"\"eventType\":",
    ];
    for _ in 0..1 + random.usize(..3) {
        let at = random.usize(..=input.len());
        let end = (at + random.usize(..8)).min(input.len());
        match random.usize(..4) {
            0 => drop(input.drain(at..end)),
            1 => drop(input.splice(at..end, PIECES[random.usize(..PIECES.len())].iter().copied())),
            2 => input.truncate(at),
            _ => {
                let piece = input[at..end].to_vec();
                let to = random.usize(..=input.len());
                drop(input.splice(to..to, piece));
            }
        }
    }
}

/// Says which input it was, when a property does not hold for it.
struct Saying<'a>(&'a str, &'a [u8]);

impl Drop for Saying<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {}", self.0, self.1.escape_ascii());
        }
    }
}

#[test]
fn every_property_holds_for_every_seed() {
    for (name, property) in ALL {
        for seed in seeds(name) {
            let _saying = Saying(name, &seed);
            property(&seed);
        }
    }
}

/// Files called as the target that found them, up to the first dot.
#[test]
fn what_fuzzing_found_stays_mended() {
    let findings = concat!(env!("CARGO_MANIFEST_DIR"), "/findings");
    let mut asked = 0;
    for entry in fs::read_dir(findings).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let target = name.split('.').next();
        let (name, property) = ALL.iter().find(|(name, _)| Some(*name) == target).expect(name);
        let input = fs::read(&path).expect("a file");
        let _saying = Saying(name, &input);
        property(&input);
        asked += 1;
    }
    assert!(asked > 0, "there are some");
}

#[test]
fn every_property_holds_for_damaged_seeds() {
    for (name, property) in ALL {
        let mut random = fastrand::Rng::with_seed(42);
        let seeds = seeds(name);
        for _ in 0..ROUNDS {
            let mut input = seeds[random.usize(..seeds.len())].clone();
            damage(&mut input, &mut random);
            let _saying = Saying(name, &input);
            property(&input);
        }
    }
}
