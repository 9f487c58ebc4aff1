//! What maintaining okta-hooks needs beside cargo.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

const USAGE: &str = "\
usage: cargo run -p xtask -- catalog FILE

  catalog FILE   writes src/event_type/catalog.rs from Okta's catalogue of event types, a CSV file";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["catalog", file] => catalog(Path::new(file)),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn catalog(file: &Path) -> Result<String, String> {
    let csv = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let rows =
        xtask::catalog::read(&csv).map_err(|error| format!("{}: {error}", file.display()))?;
    let source = xtask::catalog::source();
    fs::write(&source, xtask::catalog::render(&rows))
        .map_err(|error| format!("{}: {error}", source.display()))?;
    Ok(format!("{} event types in src/event_type/catalog.rs", rows.len()))
}
