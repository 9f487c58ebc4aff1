//! What is put under load.

use std::path::{Path, PathBuf};

use okta_hooks_testing::process::Server;
use peers::SECRET;

use crate::Programs;

/// The starters that have a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The starter on axum: `axum::serve`, no store.
    Axum,
    /// Okta's users in SQLite: every delivery is on disk before it is answered.
    UserSync,
}

impl Receiver {
    pub const ALL: [Self; 2] = [Self::Axum, Self::UserSync];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::UserSync => "user-sync",
        }
    }

    /// Where it takes deliveries.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Axum => "/userCreated",
            Self::UserSync => "/userTransfer",
        }
    }

    /// Starts it with an empty directory, through another program where one is given, with so many
    /// files that it may have open.
    pub(crate) fn start(
        self,
        programs: &Programs,
        through: &[&str],
        directory: &Path,
        files: u32,
    ) -> Server {
        let program = match self {
            Self::Axum => &programs.axum,
            Self::UserSync => &programs.user_sync,
        };
        let program = program.to_str().expect("a path is UTF-8");
        let mut command = through.to_vec();
        command.push(program);
        let database = database(directory);
        let settings = [
            ("OKTA_HOOK_SECRET", SECRET),
            ("PAGES", "127.0.0.1:0"),
            ("DATABASE", database.to_str().expect("a path is UTF-8")),
            // A line for each refusal would fill a pipe that nobody reads before the end, and then
            // stop the receiver.
            ("RUST_LOG", "off"),
        ];
        Server::start_after(&format!("ulimit -n {files}"), command[0], &command[1..], &settings)
    }
}

/// The file that the sync has in a directory.
pub(crate) fn database(directory: &Path) -> PathBuf {
    directory.join("users.db")
}
