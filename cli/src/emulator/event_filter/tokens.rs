//! The words and signs of an expression, each with its place.

use super::InvalidExpression;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A field, an operator, or a part of `event.target.?[…].size()`, as in `event.target.`.
    Word(String),
    Text(String),
    Number(usize),
    Open,
    Close,
    /// `?[`
    Select,
    /// `]`
    Selected,
    And,
    Or,
    More,
}

/// The tokens, each with the character it begins at, from 1 on.
pub fn tokens(expression: &str) -> Result<Vec<(usize, Token)>, InvalidExpression> {
    const SIGNS: [(&str, Token); 7] = [
        ("&&", Token::And),
        ("||", Token::Or),
        ("?[", Token::Select),
        ("]", Token::Selected),
        ("(", Token::Open),
        (")", Token::Close),
        (">", Token::More),
    ];
    let mut tokens = Vec::new();
    let (mut rest, mut position) = (expression, 1);
    while let Some(first) = rest.chars().next() {
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (length, token) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), None),
            '\'' | '"' => {
                let (length, text) = text(rest, first)
                    .ok_or(InvalidExpression { position, expected: "a string that ends" })?;
                (length, Some(Token::Text(text)))
            }
            _ => match sign {
                Some((sign, token)) => (sign.len(), Some(token.clone())),
                None => {
                    let (length, token) = word(rest).ok_or(InvalidExpression {
                        position,
                        expected: "a field, a string or an operator",
                    })?;
                    (length, Some(token))
                }
            },
        };
        tokens.extend(token.map(|token| (position, token)));
        position += rest[..length].chars().count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// A string, in which its quote is doubled; and how many bytes it takes.
fn text(rest: &str, quote: char) -> Option<(usize, String)> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((place, c)) = chars.next() {
        if c != quote {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Some((place + 1, text));
        }
    }
    None
}

fn word(rest: &str) -> Option<(usize, Token)> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let token = match word.starts_with(|c: char| c.is_ascii_digit()) {
        true => Token::Number(word.parse().ok()?),
        false => Token::Word(word.to_owned()),
    };
    (!word.is_empty()).then_some((word.len(), token))
}
