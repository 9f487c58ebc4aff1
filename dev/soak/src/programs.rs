//! Where the receivers' programs are.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The programs of the receivers.
pub struct Programs {
    pub axum: PathBuf,
    pub user_sync: PathBuf,
}

impl Programs {
    /// Builds them as they would be deployed, each with its own features and no more.
    ///
    /// # Panics
    ///
    /// If that fails.
    #[must_use]
    pub fn build() -> Self {
        for package in ["axum-hook", "user-sync"] {
            let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args(["build", "--quiet", "--bins", "--package", package]);
            cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
            if !cfg!(debug_assertions) {
                cargo.arg("--release");
            }
            assert!(cargo.status().expect("cargo is there").success(), "{package} is built");
        }
        let program = env::current_exe().expect("a program has a path");
        let built = |name| program.with_file_name(name);
        Self { axum: built("axum-hook"), user_sync: built("user-sync") }
    }
}
