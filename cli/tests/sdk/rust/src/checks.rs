//! Counts what held, and prints what did not.

use std::fmt::Debug;
use std::process::ExitCode;

use okta::ClientError;
use serde_json::Value;

#[derive(Default)]
pub struct Checks {
    held: usize,
    failed: Vec<String>,
}

impl Checks {
    pub fn check<T: PartialEq<U> + Debug, U: Debug>(&mut self, what: &str, found: T, expected: U) {
        if found == expected {
            self.held += 1;
        } else {
            self.failed.push(format!("{what}: {found:?} instead of {expected:?}"));
        }
    }

    pub fn report(self) -> ExitCode {
        for line in &self.failed {
            println!("FAILED {line}");
        }
        println!("{} held, {} failed", self.held, self.failed.len());
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The status and Okta's code of an answer that is an error.
pub fn code<T>(answer: Result<T, ClientError>) -> (u16, String) {
    match answer {
        Ok(_) => (200, "not an error".to_owned()),
        Err(ClientError::HttpError { status, error, .. }) => {
            let error: Value = serde_json::from_str(&error).unwrap_or_default();
            (status.as_u16(), error["errorCode"].as_str().unwrap_or_default().to_owned())
        }
        Err(other) => (0, other.to_string()),
    }
}
