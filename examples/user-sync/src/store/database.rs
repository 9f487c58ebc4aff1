//! Which database: what `DATABASE` says.

use std::fmt;
use std::path::PathBuf;

#[cfg(feature = "postgres")]
use super::postgres::Target;

pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(Box<Target>),
}

impl Database {
    /// `variable` looks up what a URL leaves open; `replica` is the name of this process.
    pub fn parse(
        value: String,
        variable: &dyn Fn(&str) -> Result<Option<String>, String>,
        replica: &str,
    ) -> Result<Self, String> {
        match value.starts_with("postgres:") || value.starts_with("postgresql:") {
            true => Self::server(&value, variable, replica),
            false => Ok(Self::File(value.into())),
        }
    }

    #[cfg(feature = "postgres")]
    fn server(
        url: &str,
        variable: &dyn Fn(&str) -> Result<Option<String>, String>,
        replica: &str,
    ) -> Result<Self, String> {
        Ok(Self::Postgres(Box::new(Target::new(url, variable, replica)?)))
    }

    #[cfg(not(feature = "postgres"))]
    fn server(
        _: &str,
        _: &dyn Fn(&str) -> Result<Option<String>, String>,
        _: &str,
    ) -> Result<Self, String> {
        Err("DATABASE: this program was built without PostgreSQL; build it with --features postgres"
            .to_owned())
    }
}

/// Where it is, without what is secret.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(target) => target.describe().fmt(f),
        }
    }
}
