//! How a variable is read: what has another shape is said by name, never by value.

use std::env::{self, VarError};
use std::str::FromStr;

pub fn parsed<T: FromStr>(name: &str, default: T, expected: &str) -> Result<T, String> {
    match text(name)? {
        Some(text) => text.parse().map_err(|_| format!("{name}: expected {expected}")),
        None => Ok(default),
    }
}

pub fn text(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name}: expected UTF-8")),
    }
}
