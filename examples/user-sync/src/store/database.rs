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
        let (scheme, rest) = value.trim().split_once(':').unwrap_or_default();
        if ["postgres", "postgresql"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            // The driver knows the scheme in lower case only.
            return Self::server(&format!("postgres:{rest}"), variable, replica);
        }
        // A file's name is printed, and a password may be in these.
        if value.contains("://") || value.contains("password=") {
            return Err("DATABASE: expected a file's name, or a URL that begins with postgres://"
                .to_owned());
        }
        Ok(Self::File(value.into()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Database, String> {
        Database::parse(value.to_owned(), &|_| Ok(None), "one")
    }

    #[test]
    fn what_looks_like_a_server_of_another_kind_is_refused_and_not_repeated() {
        for value in [
            "postgresql+psycopg://ann:s3cret@h/sync",
            "jdbc:postgresql://h/sync?user=ann&password=s3cret",
            "mysql://ann:s3cret@h/sync",
            "postgres+tls://ann:s3cret@h/sync",
            "host=h user=ann password=s3cret",
        ] {
            let error = parse(value).err().expect(value);
            assert!(error.starts_with("DATABASE: expected a file's name"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn any_other_value_is_the_name_of_a_file() {
        for value in ["users.db", "/var/lib/sync/users.db", r"C:\sync\users.db", "my users.db"] {
            assert_eq!(parse(value).expect(value).to_string(), value);
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn the_scheme_of_a_server_may_be_in_any_case_and_after_a_space() {
        for value in ["Postgres://ann:s3cret@h/sync", " POSTGRESQL://ann:s3cret@h/sync "] {
            assert_eq!(parse(value).expect(value).to_string(), "h");
        }
    }
}
