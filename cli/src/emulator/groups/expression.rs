//! The part of Okta's expression language that group rules are written with:
//! `user.department == "Sales" AND (String.startsWith(user.title, "Head") OR not user.city == null)`.

use serde_json::{Map, Value};

const MAX_LENGTH: usize = 4096;
const MAX_DEPTH: usize = 30;

pub enum Expression {
    Or(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Equal(Operand, Operand),
    Call(Function, Operand, Operand),
    Is(Operand),
}

#[derive(Clone, Copy)]
pub enum Function {
    StartsWith,
    EndsWith,
    Contains,
}

pub enum Operand {
    Attribute(String),
    Literal(Value),
}

/// Not an expression, or one that is not understood here.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidExpression;

impl Expression {
    pub fn parse(text: &str) -> Result<Self, InvalidExpression> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidExpression);
        }
        let mut parser = Parser { rest: text, depth: 0 };
        let expression = parser.or()?;
        if parser.peek().is_empty() { Ok(expression) } else { Err(InvalidExpression) }
    }

    pub fn matches(&self, profile: &Map<String, Value>) -> bool {
        match self {
            Self::Or(a, b) => a.matches(profile) || b.matches(profile),
            Self::And(a, b) => a.matches(profile) && b.matches(profile),
            Self::Not(inner) => !inner.matches(profile),
            Self::Equal(a, b) => a.value(profile) == b.value(profile),
            Self::Is(operand) => operand.value(profile) == &Value::Bool(true),
            Self::Call(function, a, b) => {
                let (Value::String(a), Value::String(b)) = (a.value(profile), b.value(profile))
                else {
                    return false;
                };
                match function {
                    Function::StartsWith => a.starts_with(b.as_str()),
                    Function::EndsWith => a.ends_with(b.as_str()),
                    Function::Contains => a.contains(b.as_str()),
                }
            }
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, profile: &'a Map<String, Value>) -> &'a Value {
        match self {
            Self::Attribute(name) => profile.get(name).unwrap_or(&Value::Null),
            Self::Literal(value) => value,
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Result<Expression, InvalidExpression> {
        let mut left = self.and()?;
        while self.word("or") || self.symbol("||") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, InvalidExpression> {
        let mut left = self.not()?;
        while self.word("and") || self.symbol("&&") {
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, InvalidExpression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(InvalidExpression);
        }
        let negated = self.word("not") || !self.peek().starts_with("!=") && self.symbol("!");
        let expression = match negated {
            true => Expression::Not(Box::new(self.not()?)),
            false => self.test()?,
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn test(&mut self) -> Result<Expression, InvalidExpression> {
        if self.symbol("(") {
            let inside = self.or()?;
            return if self.symbol(")") { Ok(inside) } else { Err(InvalidExpression) };
        }
        for (name, function) in [
            ("String.startsWith", Function::StartsWith),
            ("String.endsWith", Function::EndsWith),
            ("String.stringContains", Function::Contains),
        ] {
            if self.symbol(name) {
                return self.call(function);
            }
        }
        let left = self.operand()?;
        if self.symbol("==") || self.word("eq") {
            return Ok(Expression::Equal(left, self.operand()?));
        }
        if self.symbol("!=") || self.word("ne") {
            return Ok(Expression::Not(Box::new(Expression::Equal(left, self.operand()?))));
        }
        Ok(Expression::Is(left))
    }

    fn call(&mut self, function: Function) -> Result<Expression, InvalidExpression> {
        let open = self.symbol("(");
        let first = self.operand()?;
        let comma = self.symbol(",");
        let second = self.operand()?;
        match open && comma && self.symbol(")") {
            true => Ok(Expression::Call(function, first, second)),
            false => Err(InvalidExpression),
        }
    }

    fn operand(&mut self) -> Result<Operand, InvalidExpression> {
        let text = self.peek();
        if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let inside = &text[1..];
            let end = inside.find(quote).ok_or(InvalidExpression)?;
            self.rest = &inside[end + 1..];
            return Ok(Operand::Literal(inside[..end].into()));
        }
        let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        let (word, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
        self.rest = rest;
        if let Some(attribute) = word.strip_prefix("user.").filter(|name| !name.is_empty()) {
            return Ok(Operand::Attribute(attribute.to_owned()));
        }
        serde_json::from_str(word).map(Operand::Literal).map_err(|_| InvalidExpression)
    }

    fn peek(&self) -> &'a str {
        self.rest.trim_start()
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A word in any case, that ends there.
    fn word(&mut self, word: &str) -> bool {
        let text = self.rest.trim_start();
        let found = text.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !text[word.len()..]
                .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_'));
        if found {
            self.rest = &text[word.len()..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn expressions_say_whom_they_match() {
        let profile =
            json!({ "department": "Sales", "title": "Head of it", "level": 3, "remote": true });
        let profile = profile.as_object().unwrap();
        for (text, expected) in [
            (r#"user.department=="Sales""#, true),
            (r#"user.department == 'Sales' AND user.level == 3"#, true),
            (r#"user.department != "Sales" OR user.remote"#, true),
            (r#"!(user.department == "Sales") || user.city != null"#, false),
            (r#"not user.remote"#, false),
            (r#"String.startsWith(user.title, "Head") && user.city == null"#, true),
            (
                r#"String.stringContains(user.title, "of") and String.endsWith(user.title,"x")"#,
                false,
            ),
            (r#"user.department eq "Sales" and user.department ne "It""#, true),
        ] {
            let matches = Expression::parse(text).map(|expression| expression.matches(profile));
            assert_eq!(matches, Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_expression_is_refused() {
        let deep = format!("{}user.a{}", "(".repeat(2000), ")".repeat(2000));
        let nots = format!("{}user.a", "!".repeat(2000));
        let long = format!("user.a == \"{}\"", "x".repeat(MAX_LENGTH));
        for text in [
            "",
            "(",
            "user.",
            "user.a ==",
            "user.a == x",
            "user.a == \"x",
            "user.a user.b",
            "ä",
            "String.startsWith(user.a)",
            "isMemberOfGroup(\"x\")",
            "user.a =",
            &deep,
            &nots,
            &long,
        ] {
            assert_eq!(Expression::parse(text).err(), Some(InvalidExpression), "{text}");
        }
    }
}
