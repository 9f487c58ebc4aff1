//! A receiver of hooks in this process, which answers as it is told and remembers what came.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use okta_hooks::{Challenge, Delivery};

pub const SECRET: &str = "Basic aHVudGVyMjpodW50ZXIy";

#[derive(Clone)]
pub struct Hook {
    pub address: SocketAddr,
    state: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    /// How the next requests are answered; 204 (or a right verification) when there is none left.
    answers: VecDeque<Answer>,
    deliveries: Vec<Delivery>,
    verifications: usize,
}

#[derive(Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// After four seconds.
    Late,
    /// A verification with another challenge.
    Wrong,
}

impl Hook {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let state = Arc::new(Mutex::new(Memory::default()));
        let app = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn answer_next(&self, answers: &[Answer]) {
        self.state.lock().unwrap().answers.extend(answers);
    }

    pub fn verifications(&self) -> usize {
        self.state.lock().unwrap().verifications
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state.lock().unwrap().deliveries.clone()
    }

    /// All events so far as `type login`, once there are so many or it takes too long.
    pub async fn events(&self, expected: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let events: Vec<String> = self.deliveries().iter().flat_map(describe).collect();
            if events.len() >= expected || Instant::now() > deadline {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn describe(delivery: &Delivery) -> Vec<String> {
    let event = |event: &okta_hooks::LogEvent| {
        let login = event.user_targets().next().and_then(|user| user.alternate_id);
        format!("{} {}", event.event_type(), login.as_deref().unwrap_or("-"))
    };
    delivery.events().iter().map(event).collect()
}

async fn answer(
    State(state): State<Arc<Mutex<Memory>>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(headers["authorization"], SECRET, "the secret comes with every request");
    let told = {
        let mut memory = state.lock().unwrap();
        match method {
            Method::GET => memory.verifications += 1,
            _ => memory.deliveries.push(Delivery::from_bytes(body).expect("it is a delivery")),
        }
        memory.answers.pop_front()
    };
    match told {
        Some(Answer::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Answer::Late) => {
            tokio::time::sleep(Duration::from_secs(4)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Some(Answer::Wrong) => r#"{"verification":"other"}"#.into_response(),
        None if method == Method::GET => {
            Challenge::from_headers(&headers).unwrap().to_json().into_response()
        }
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
