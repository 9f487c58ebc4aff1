use okta_hooks::inline::telephony::{Message, Request, Status};
use okta_hooks::inline::{Answer, AnswerError};

/// Says that the message was sent. Whoever has a provider sends it first.
pub fn answer(request: &Request) -> Result<Answer, AnswerError> {
    request.answer(Status::Successful).with_provider("standard output").build()
}

/// The message in one line, without the code, and without the number but for its last digits.
pub fn printable(message: &Message<'_>) -> String {
    let channel = if message.is_voice_call() { "A call" } else { "A message" };
    let number = masked_number(message.phone_number.as_deref().unwrap_or_default());
    let code = message.otp_code.as_deref().unwrap_or_default();
    let words = message.msg_template.as_deref().unwrap_or("the code is read out");
    format!("{channel} to {number}: {}", masked(words, code)).replace(char::is_control, "\u{fffd}")
}

/// `words` without `code`, and without digits: a code that is read out is `0 0 4 2 1 7`.
fn masked(words: &str, code: &str) -> String {
    let hidden = "•".repeat(code.chars().count());
    let words = if code.is_empty() { words.to_owned() } else { words.replace(code, &hidden) };
    words.replace(char::is_numeric, "•")
}

fn masked_number(number: &str) -> String {
    let shown = number.chars().count().saturating_sub(2);
    let mask = |(nth, c)| if nth < shown { '•' } else { c };
    number.chars().enumerate().map(mask).collect()
}
