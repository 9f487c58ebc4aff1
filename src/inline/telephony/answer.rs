use serde_json::{Map, Value};

use super::Request;
use crate::inline::answer::{AnswerError, AnswerErrorKind, Command, Failure, command_type, finish};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It was sent.
    Successful,
    /// It is going to be sent.
    Pending,
    /// It could not be sent.
    Failed,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "SUCCESSFUL",
            Self::Pending => "PENDING",
            Self::Failed => "FAILED",
        }
    }
}

/// An answer in the making to [`Request`]. There is no empty one: Okta takes only 200. `Debug` shows
/// no value.
///
/// ```
/// use okta_hooks::inline::telephony::{self, Status};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = telephony::Request::from_slice(br#"{"eventType":"com.okta.telephony.provider"}"#)?;
/// let answer = request
///     .answer(Status::Successful)
///     .with_provider("Acme SMS")
///     .with_transaction_id("SM49a8ece2822d44e4adaccd7ed268f954")
///     .with_transaction_metadata("duration=00:00:02")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    status: Status,
    details: Vec<(&'static str, String)>,
    debug: Vec<(String, Value)>,
}

impl Request {
    /// Starts an answer that says what became of the message.
    pub fn answer(&self, status: Status) -> Answer {
        Answer { status, details: Vec::new(), debug: Vec::new() }
    }

    /// Starts an answer that reports an error: Okta sends the code through its own provider, which is
    /// heavily rate limited.
    pub fn fail(&self, summary: impl Into<String>) -> Failure {
        Failure::new(self.0.hook_type(), summary.into())
    }
}

impl Answer {
    /// `provider`: the name of the provider, for Okta's log.
    pub fn with_provider(self, name: impl Into<String>) -> Self {
        self.with("provider", name.into())
    }

    /// `transactionId`: the provider's id of the message.
    pub fn with_transaction_id(self, id: impl Into<String>) -> Self {
        self.with("transactionId", id.into())
    }

    /// `transactionMetadata`: whatever else the provider says about it.
    pub fn with_transaction_metadata(self, metadata: impl Into<String>) -> Self {
        self.with("transactionMetadata", metadata.into())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.details.push((name, value));
        self
    }

    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let kind = command_type::TELEPHONY_ACTION;
        let mut action = Map::new();
        action.insert("status".into(), self.status.as_str().into());
        for (name, value) in &self.details {
            if action.insert((*name).into(), value.as_str().into()).is_some() {
                return Err(AnswerError::new(AnswerErrorKind::Duplicate).command(kind).at(name));
            }
        }
        Ok(vec![Command { kind, value: Value::Array(vec![action.into()]) }])
    }
}

finish! { Answer of TELEPHONY, errors:
    ///
    /// That is: a detail given twice.
}
