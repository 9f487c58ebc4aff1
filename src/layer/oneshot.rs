use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tower_service::Service;

pin_project_lite::pin_project! {
    /// Waits until a service is ready, then calls it: tower's `Oneshot`, without tower.
    #[project = OneshotProj]
    pub(super) enum Oneshot<S: Service<R>, R> {
        NotReady { service: S, request: Option<R> },
        Called { #[pin] future: S::Future },
    }
}

impl<S: Service<R>, R> Oneshot<S, R> {
    pub(super) fn new(service: S, request: R) -> Self {
        Self::NotReady { service, request: Some(request) }
    }
}

impl<S: Service<R>, R> Future for Oneshot<S, R> {
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let future = match self.as_mut().project() {
                OneshotProj::Called { future } => return future.poll(cx),
                OneshotProj::NotReady { service, request } => {
                    ready!(service.poll_ready(cx))?;
                    service.call(request.take().expect("a called service is `Called`"))
                }
            };
            self.set(Self::Called { future });
        }
    }
}
