//! What a delivery costs that is read and answered: `cargo bench -p peers --bench web`.

use peers::{Program, Table, build, describe, express, rounds};

const SENDERS: usize = 32;
const ROUNDS: usize = 9;

fn main() {
    // `cargo test --benches` only wants to see that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let machine = describe();
    let target = build(&["peers", "axum-hook"]);
    let program = |name, binary, path| Program::new(name, target.join(binary), path);
    let mut programs = vec![
        program("axum that only reads the body (the floor)", "axum-floor", "/hook"),
        program("`examples/axum`", "axum-hook", "/userCreated"),
        program("axum that reads JSON and keeps none of it", "axum-ignored", "/hook"),
        program("axum by hand over `Value`", "axum-value", "/hook"),
    ];
    programs.extend(Program::other("axum-hook", "/userCreated"));
    programs.extend(express("Express by hand", "hook.js", &target));
    let found = rounds(&programs, SENDERS, ROUNDS, &std::env::temp_dir());
    println!(
        "{SENDERS} senders, medians of {ROUNDS} rounds, receiver and senders on a core each: {machine}"
    );
    let mut table = Table::new(&["", "deliveries/s", "CPU µs", "of the floor", "p99 ms"]);
    for it in &found {
        let cells = [
            format!("{:.0}", it.rate),
            format!("{:.1}", it.cpu),
            format!("{:.2}", it.cpu_beside_first),
            format!("{:.2}", it.p99),
        ];
        table.row(it.name, cells);
    }
    table.print();
}
