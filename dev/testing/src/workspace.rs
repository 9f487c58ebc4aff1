//! The programs of the workspace's other packages.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The binary `name` of any package of the workspace, as its sources are now.
///
/// A package's own tests have `env!("CARGO_BIN_EXE_…")`, which is never stale; for what needs
/// several packages this asks cargo to bring them all up to date first, once. After
/// `cargo test --workspace --all-features` there is nothing left to build.
pub fn binary(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let path = BUILT.get_or_init(build).join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(path.exists(), "no package has a binary {name}");
    path
}

/// The repository's own directory.
pub fn root() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../..").into()
}

/// Builds what `cargo test --workspace --all-features` builds; the directory the binaries are in.
fn build() -> PathBuf {
    let mut directory = env::current_exe().expect("a test has a path");
    directory.pop();
    directory.pop();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["test", "--quiet", "--workspace", "--all-features", "--no-run"])
        .current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // What cargo tells this program of its package would make build scripts believe in a change.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    assert!(cargo.status().expect("cargo runs").success(), "the workspace builds");
    directory
}
