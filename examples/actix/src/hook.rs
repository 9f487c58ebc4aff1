//! The flow of a request, through the functions that the layers call in the other starters.

use std::error::Error;
use std::io;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use okta_hooks::{Delivery, Inbound, Rejection};

use crate::handler::user_created;
use crate::settings::Settings;

/// Who may, what it is, what is new.
pub async fn hook(
    request: HttpRequest,
    payload: Payload,
    settings: Data<Settings>,
) -> HttpResponse {
    let headers = |name: &str| request.headers().get_all(name).map(HeaderValue::as_bytes);
    match settings.receiver.check(request.method(), headers) {
        Ok(Inbound::Verification { challenge, .. }) => {
            let mut response = HttpResponse::Ok();
            response.insert_header((CACHE_CONTROL, "no-store")).content_type("application/json");
            response.body(challenge.to_json())
        }
        Ok(Inbound::Delivery { .. }) => {
            // One deadline spans the whole answer. What is not done then is dropped.
            let answer = receive(payload, &settings);
            match tokio::time::timeout(settings.deadline, answer).await {
                Ok(answer) => answer.unwrap_or_else(|rejection| refuse(&rejection)),
                Err(_) => refuse(&Rejection::DeadlineElapsed),
            }
        }
        // A kind of request that a later release tells apart.
        Ok(_) => refuse(&Rejection::Unavailable),
        Err(rejection) => refuse(&rejection),
    }
}

async fn receive(payload: Payload, settings: &Settings) -> Result<HttpResponse, Rejection> {
    let delivery = read(payload, settings).await?;
    handle(delivery, settings).await.map_err(|error| {
        log_failure(&error);
        Rejection::Unavailable
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read(payload: Payload, settings: &Settings) -> Result<Delivery, Rejection> {
    let receiver = &settings.receiver;
    let body: Bytes = match payload.to_bytes_limited(receiver.body_limit()).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(Rejection::Incomplete),
        Err(_) => return Err(receiver.too_large()),
    };
    let delivery = receiver.decode(body)?;
    if let [first, ..] = delivery.invalid_events() {
        tracing::warn!(elements = delivery.invalid_events().len(), reason = %first, "elements that are not events");
    }
    Ok(delivery)
}

async fn handle(mut delivery: Delivery, settings: &Settings) -> io::Result<()> {
    if let Some(claim) = settings.seen.claim_or_wait(&mut delivery, Instant::now).await {
        user_created(delivery).await?;
        claim.commit(Instant::now());
    }
    Ok(())
}

fn refuse(rejection: &Rejection) -> HttpResponse {
    log_refusal(rejection);
    let status = StatusCode::from_u16(rejection.status().as_u16()).expect("a status is a status");
    let mut response = HttpResponse::build(status);
    if let Some((name, value)) = rejection.header() {
        response.insert_header((name.as_str(), value.as_bytes()));
    }
    response.content_type("text/plain; charset=utf-8").body(format!("{rejection}\n"))
}

fn log_failure(error: &(dyn Error + 'static)) {
    tracing::error!(error, "a delivery was not handled");
}

fn log_refusal(rejection: &Rejection) {
    tracing::warn!(status = rejection.status().as_u16(), reason = %rejection, "refused");
}
