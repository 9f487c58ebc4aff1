//! From an expression to what it asks.

use super::InvalidExpression;
use super::condition::{Condition, CountOperator, Operand};
use super::fields;
use super::tokens::{Token, tokens};

/// Parentheses in parentheses.
const MAX_DEPTH: usize = 50;

pub fn parse(expression: &str) -> Result<Condition, InvalidExpression> {
    let end = expression.chars().count() + 1;
    let mut parser =
        Parser { tokens: tokens(expression)?, next: 0, depth: 0, end, in_target: false };
    let condition = parser.any()?;
    match parser.peek() {
        None => Ok(condition),
        Some(_) => Err(parser.expected("&& or ||")),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    /// The position after the last character.
    end: usize,
    in_target: bool,
}

type Parsed<T> = Result<T, InvalidExpression>;

impl Parser {
    fn any(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.all()?];
        while self.takes(&Token::Or) {
            conditions.push(self.all()?);
        }
        Ok(Condition::Any(conditions))
    }

    fn all(&mut self) -> Parsed<Condition> {
        let mut conditions = vec![self.one()?];
        while self.takes(&Token::And) {
            conditions.push(self.one()?);
        }
        Ok(Condition::All(conditions))
    }

    fn one(&mut self) -> Parsed<Condition> {
        if self.peek() == Some(&Token::Open) {
            return self.in_parentheses();
        }
        let selects = matches!(self.peek(), Some(Token::Word(word)) if word == "event.target.");
        if selects && !self.in_target {
            return self.targets();
        }
        let left = self.operand()?;
        let is_equal = self.is_equal()?;
        Ok(Condition::Compare { left, is_equal, right: self.operand()? })
    }

    fn in_parentheses(&mut self) -> Parsed<Condition> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected("an expression that is less deep"));
        }
        self.depth += 1;
        self.next += 1;
        let inside = self.any()?;
        self.take(&Token::Close, ")")?;
        self.depth -= 1;
        Ok(inside)
    }

    /// `event.target.?[…].size()>0`
    fn targets(&mut self) -> Parsed<Condition> {
        self.next += 1;
        self.take(&Token::Select, "?[")?;
        self.in_target = true;
        let matching = Box::new(self.any()?);
        self.in_target = false;
        self.take(&Token::Selected, "]")?;
        self.take(&Token::Word(".size".to_owned()), ".size()")?;
        self.take(&Token::Open, "(")?;
        self.take(&Token::Close, ")")?;
        let operator = match self.takes(&Token::More) {
            true => CountOperator::More,
            false if self.is_equal()? => CountOperator::Equal,
            false => CountOperator::NotEqual,
        };
        let Some(Token::Number(count)) = self.peek() else { return Err(self.expected("a number")) };
        let count = *count;
        self.next += 1;
        Ok(Condition::Targets { matching, operator, count })
    }

    fn is_equal(&mut self) -> Parsed<bool> {
        let word = |text: &str| Token::Word(text.to_owned());
        match self.takes(&word("eq")) {
            true => Ok(true),
            false if self.takes(&word("ne")) => Ok(false),
            false => Err(self.expected("eq or ne")),
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let operand = match self.peek() {
            Some(Token::Text(text)) => Some(Operand::Text(text.clone())),
            Some(Token::Word(name)) => fields::pointer(name, self.in_target).map(Operand::Field),
            _ => None,
        };
        let operand =
            operand.ok_or_else(|| self.expected("a field that filters have, or a string"))?;
        self.next += 1;
        Ok(operand)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn takes(&mut self, token: &Token) -> bool {
        let is_there = self.peek() == Some(token);
        self.next += usize::from(is_there);
        is_there
    }

    fn take(&mut self, token: &Token, expected: &'static str) -> Parsed<()> {
        if self.takes(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn expected(&self, expected: &'static str) -> InvalidExpression {
        let position = self.tokens.get(self.next).map_or(self.end, |(position, _)| *position);
        InvalidExpression { position, expected }
    }
}
