use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::Response;

use super::BoxError;
use super::response_body::ReplyBody;
use crate::rejection::Rejection;

/// The error that made an answer a 503, or the fallback of an inline hook, in the response's
/// extensions.
///
/// It is never sent to anybody. `Display`, `Debug` and [`source`](Error::source) are those of the
/// service's own error: what they show is the service's choice.
#[derive(Clone)]
pub struct HandlerError(Arc<dyn Error + Send + Sync>);

impl HandlerError {
    pub(super) fn new(error: BoxError) -> Self {
        Self(error.into())
    }

    /// The service's own error, to be downcast.
    #[must_use]
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HandlerError").field(&self.0).finish()
    }
}

impl Error for HandlerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// The answer when a handler failed, or what keeps dead letters: 503, so that Okta sends the
/// delivery once more. The error is for an outer layer and not for the sender.
pub(super) fn handler_failed(error: BoxError) -> Response<ReplyBody> {
    let mut response = Rejection::Unavailable.to_response().map(ReplyBody::from);
    response.extensions_mut().insert(HandlerError::new(error));
    response
}
