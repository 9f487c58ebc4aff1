//! Counted, not timed: a check takes the same instructions whatever in a secret is wrong.

use std::path::Path;

use okta_hooks_timing::{Check, cases, instructions};

#[test]
fn instructions_do_not_tell_where_a_secret_differs_nor_which_of_them_it_is() {
    let program = Path::new(env!("CARGO_BIN_EXE_okta-hooks-timing"));
    for case in cases().into_iter().filter(|case| !case.may_differ) {
        let [Some(one), Some(other)] = [0, 1].map(|class| instructions(program, case.name, class))
        else {
            println!("skipped: there is no valgrind");
            return;
        };
        assert!(one > 100, "{}: {one}", case.what);
        match case.check {
            // Each header has a verdict of its own, and a branch of some instructions for it.
            Check::TwoHeaders => assert!(one.abs_diff(other) < one / 100, "{}", case.what),
            _ => assert_eq!(one, other, "{}", case.what),
        }
    }
}
