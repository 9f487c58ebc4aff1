//! Pairs of requests that have to take the same time, a pair that need not, and one that shows that a
//! difference would be seen.

mod instructions;
mod welch;

use std::hint::black_box;

use okta_hooks::{AuthError, HeaderAuth, Headers, Receiver};

pub use instructions::instructions;
pub use welch::t;

/// The values of two headers, one behind the other: of a gateway, and the secret.
pub type Sent = [u8; GATEWAY.len() + NEW.len()];

const GATEWAY: &[u8; 32] = b"the-gateway-says-it-is-our-okta!";
const NEW: &[u8; 64] = b"Bearer 4f7b2c1e9d8a6350b1c2d3e4f5a697887766554433221100ffeeddccb";
const OLD: &[u8; 64] = b"Bearer 00112233445566778899aabbccddeeff4f7b2c1e9d8a6350b1c2d3e4f";

/// Which check is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// [`HeaderAuth`], with two accepted secrets.
    Secret,
    /// A check of two headers at once, as the documentation of `Authenticate` has it.
    TwoHeaders,
    /// `==`, which ends at the first byte that differs.
    Naive,
}

/// Two requests, and whether the time may tell one from the other.
pub struct Case {
    pub name: &'static str,
    pub what: &'static str,
    pub check: Check,
    pub sent: [Sent; 2],
    pub may_differ: bool,
}

#[must_use]
pub fn cases() -> Vec<Case> {
    let case = |name, what, check, sent| Case { name, what, check, sent, may_differ: false };
    let [first, last] = [changed(NEW, 0), changed(NEW, NEW.len() - 1)];
    let other = NEW.map(|byte| byte ^ 1);
    let all = |secret: &[u8; 64]| sent(GATEWAY, secret);
    let mut gateway = *GATEWAY;
    gateway[0] ^= 1;
    vec![
        case(
            "place",
            "wrong in the first byte, in the last",
            Check::Secret,
            [all(&first), all(&last)],
        ),
        case("amount", "every byte wrong, only the last", Check::Secret, [all(&other), all(&last)]),
        case(
            "near",
            "almost one accepted secret, almost the other",
            Check::Secret,
            [all(&last), all(&changed(OLD, OLD.len() - 1))],
        ),
        case("which", "one accepted secret, the other", Check::Secret, [all(NEW), all(OLD)]),
        case(
            "header",
            "the first of two headers wrong, the second",
            Check::TwoHeaders,
            [sent(&gateway, NEW), all(&first)],
        ),
        Case {
            may_differ: true,
            ..case("verdict", "accepted, refused", Check::Secret, [all(NEW), all(&last)])
        },
        Case {
            may_differ: true,
            ..case(
                "control",
                "the first pair, compared by ==",
                Check::Naive,
                [all(&first), all(&last)],
            )
        },
    ]
}

fn changed(secret: &[u8; 64], at: usize) -> [u8; 64] {
    let mut changed = *secret;
    changed[at] ^= 1;
    changed
}

fn sent(gateway: &[u8; 32], secret: &[u8; 64]) -> Sent {
    let mut sent = [0; 96];
    sent[..gateway.len()].copy_from_slice(gateway);
    sent[gateway.len()..].copy_from_slice(secret);
    sent
}

impl Check {
    /// The check as a function of what was sent: whether it is accepted.
    #[must_use]
    pub fn build(self) -> Box<dyn Fn(&Sent) -> bool> {
        let auth = |name, value: &[u8]| HeaderAuth::new(name, value).expect("a secret");
        let secret = auth("authorization", NEW).or(auth("authorization", OLD)).expect("one header");
        let gateway = auth("x-gateway", GATEWAY);
        let receiver = match self {
            Self::Naive => return Box::new(|sent| sent[GATEWAY.len()..] == NEW[..]),
            Self::Secret => Receiver::new(secret),
            Self::TwoHeaders => Receiver::new(move |headers: Headers<'_>| {
                let (gateway, secret) = (gateway.check(headers), secret.check(headers));
                match gateway.is_ok() & secret.is_ok() {
                    true => secret.map(Some),
                    false => Err(AuthError::Mismatch),
                }
            }),
        };
        Box::new(move |sent| {
            let (gateway, secret) = sent.split_at(GATEWAY.len());
            let value = |name: &str| if name == "x-gateway" { gateway } else { secret };
            receiver.check("POST", |name: &str| std::iter::once(value(name))).is_ok()
        })
    }
}

/// What is counted and timed: so many checks of what stands in one place of memory.
#[inline(never)]
pub fn check_repeatedly(check: &dyn Fn(&Sent) -> bool, sent: &Sent, times: usize) {
    for _ in 0..times {
        black_box(check(black_box(sent)));
    }
}
