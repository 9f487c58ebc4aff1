//! Measures whether the time of a check tells anything about a secret, and prints for each pair of
//! requests |t| of their times, and the instructions of a hundred checks where valgrind is there.

use std::env;

use okta_hooks_timing::{Case, Check, cases, check_repeatedly, instructions, t};

const SAMPLES: usize = 1_000_000;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["checks", name, class] => checks(name, class.parse().expect("0 or 1")),
        _ => report(arguments.first().and_then(|samples| samples.parse().ok()).unwrap_or(SAMPLES)),
    }
}

/// What callgrind counts.
fn checks(name: &str, class: usize) {
    let case = cases().into_iter().find(|case| case.name == name).expect("a case");
    check_repeatedly(&case.check.build(), &case.sent[class], 100);
}

fn report(samples: usize) {
    println!("{:48} {:>8}  {:>12} {:>12}", "", "|t|", "instructions", "");
    let program = env::current_exe().expect("a program has a path");
    for case in cases() {
        let count = |class| instructions(&program, case.name, class).map(|count| count.to_string());
        let counts = [0, 1].map(|class| count(class).unwrap_or_else(|| "no valgrind".to_owned()));
        println!(
            "{:48} {:8.1}  {:>12} {:>12}{}",
            case.what,
            t(&case, samples),
            counts[0],
            counts[1],
            note(&case)
        );
    }
}

fn note(case: &Case) -> &'static str {
    match (case.may_differ, case.check) {
        (false, _) => "",
        (true, Check::Naive) => "  has to differ",
        (true, _) => "  may differ",
    }
}
