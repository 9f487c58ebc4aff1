//! Writes the seeds of every fuzz target, and the dictionary of bodies, below the directory that is
//! named: `cargo run -p okta-hooks-properties --bin seeds -- fuzz/corpus`.

use std::path::Path;
use std::{env, fs, io};

use okta_hooks_properties::{ALL, dictionary, seeds};

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).unwrap_or_else(|| "fuzz/corpus".into());
    let directory = Path::new(&directory);
    for (target, _) in ALL {
        let of_target = directory.join(target);
        fs::create_dir_all(&of_target)?;
        for (nth, seed) in seeds(target).into_iter().enumerate() {
            fs::write(of_target.join(format!("seed-{nth:04}")), seed)?;
        }
    }
    fs::write(directory.join("json.dict"), dictionary())
}
