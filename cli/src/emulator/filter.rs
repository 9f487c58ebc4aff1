//! The filters of Okta's APIs: `eventType eq "a" or (actor.id sw "00u" and not (outcome.result eq "FAILURE"))`.
//!
//! Strings are compared without regard to the case of ASCII letters, times as the moments they are. A
//! path goes into every element of an array on its way.

use okta_hooks::simulate;
use serde_json::Value;

use super::clock;
use super::listed::Listed;

/// Members that are times.
const TIMES: [&str; 7] = [
    "activated",
    "created",
    "lastMembershipUpdated",
    "lastUpdated",
    "passwordChanged",
    "published",
    "statusChanged",
];

pub enum Filter {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Test { path: String, operator: Operator, value: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Pr,
    Sw,
    Ew,
    Co,
}

/// Not a filter. What was unexpected is not quoted.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidFilter;

impl Filter {
    pub fn parse(text: &str) -> Result<Self, InvalidFilter> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
        let filter = parser.or()?;
        if parser.next == parser.tokens.len() { Ok(filter) } else { Err(InvalidFilter) }
    }

    pub fn matches(&self, item: &impl Listed) -> bool {
        match self {
            Self::Or(filters) => filters.iter().any(|filter| filter.matches(item)),
            Self::And(filters) => filters.iter().all(|filter| filter.matches(item)),
            Self::Not(filter) => !filter.matches(item),
            Self::Test { path, operator, value } => {
                let (found, rest) = item.member(path);
                match operator {
                    Operator::Ne => !any(&found, rest, &|f| compare(f, Operator::Eq, value)),
                    _ => any(&found, rest, &|found| compare(found, *operator, value)),
                }
            }
        }
    }

    /// The string that this member has to be equal to, whatever else is asked: a look at it spares
    /// the rest.
    pub fn wanted(&self, member: &str) -> Option<&str> {
        match self {
            Self::And(filters) => filters.iter().find_map(|filter| filter.wanted(member)),
            Self::Or(filters) if filters.len() == 1 => filters[0].wanted(member),
            Self::Test { path, operator: Operator::Eq, value } if path == member => value.as_str(),
            _ => None,
        }
    }

    /// Whether every test is one that `allowed` says `true` to.
    pub fn all(&self, allowed: &dyn Fn(&str, Operator) -> bool) -> bool {
        match self {
            Self::Or(filters) | Self::And(filters) => filters.iter().all(|f| f.all(allowed)),
            Self::Not(filter) => filter.all(allowed),
            Self::Test { path, operator, .. } => allowed(path, *operator),
        }
    }
}

fn any(json: &Value, path: &str, test: &dyn Fn(&Value) -> bool) -> bool {
    if let Value::Array(elements) = json {
        return elements.iter().any(|element| any(element, path, test));
    }
    match path.split_once('.') {
        _ if path.is_empty() => test(json),
        Some((first, rest)) => json.get(first).is_some_and(|inner| any(inner, rest, test)),
        None => json.get(path).is_some_and(|inner| any(inner, "", test)),
    }
}

fn compare(found: &Value, operator: Operator, value: &Value) -> bool {
    if operator == Operator::Pr {
        return !found.is_null();
    }
    let (Value::String(found), Value::String(value)) = (found, value) else {
        return operator == Operator::Eq && found == value;
    };
    // A filter is asked of thousands: nothing is copied for it, as far as that can be.
    let (found, value) = (found.as_bytes(), value.as_bytes());
    let order = || lower(found).cmp(lower(value));
    let part = |part: Option<&[u8]>| part.is_some_and(|part| part.eq_ignore_ascii_case(value));
    match operator {
        Operator::Eq => found.eq_ignore_ascii_case(value),
        Operator::Ne => !found.eq_ignore_ascii_case(value),
        Operator::Gt => order().is_gt(),
        Operator::Ge => order().is_ge(),
        Operator::Lt => order().is_lt(),
        Operator::Le => order().is_le(),
        Operator::Sw => part(found.get(..value.len())),
        Operator::Ew => part(found.len().checked_sub(value.len()).map(|start| &found[start..])),
        Operator::Co => {
            value.is_empty() || found.windows(value.len()).any(|window| part(Some(window)))
        }
        Operator::Pr => true,
    }
}

fn lower(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().map(u8::to_ascii_lowercase)
}

#[derive(Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Quoted(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, InvalidFilter> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => {
                tokens.push(if first == '(' { Token::Open } else { Token::Close });
                1
            }
            '"' => {
                let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let string = strings.next().ok_or(InvalidFilter)?.map_err(|_| InvalidFilter)?;
                tokens.push(Token::Quoted(string));
                strings.byte_offset()
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
                let length = rest.find(ends).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn or(&mut self) -> Result<Filter, InvalidFilter> {
        let mut filters = vec![self.and()?];
        while self.keyword("or") {
            filters.push(self.and()?);
        }
        Ok(Filter::Or(filters))
    }

    fn and(&mut self) -> Result<Filter, InvalidFilter> {
        let mut filters = vec![self.one()?];
        while self.keyword("and") {
            filters.push(self.one()?);
        }
        Ok(Filter::And(filters))
    }

    fn one(&mut self) -> Result<Filter, InvalidFilter> {
        self.depth += 1;
        if self.depth > 50 {
            return Err(InvalidFilter);
        }
        let filter = match self.keyword("not") {
            true => Filter::Not(Box::new(self.one()?)),
            false => self.group_or_test()?,
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn group_or_test(&mut self) -> Result<Filter, InvalidFilter> {
        match self.take()? {
            Token::Open => {
                let inside = self.or()?;
                if self.take()? == Token::Close { Ok(inside) } else { Err(InvalidFilter) }
            }
            Token::Word(path) => self.test(path),
            _ => Err(InvalidFilter),
        }
    }

    fn test(&mut self, path: String) -> Result<Filter, InvalidFilter> {
        let Token::Word(word) = self.take()? else { return Err(InvalidFilter) };
        let operator = operator(&word).ok_or(InvalidFilter)?;
        let value = match operator {
            Operator::Pr => Value::Null,
            _ => match self.take()? {
                Token::Quoted(text) if is_moment(&path, operator) => Value::String(time(&text)?),
                Token::Quoted(text) => Value::String(text),
                Token::Word(word) => serde_json::from_str(&word).map_err(|_| InvalidFilter)?,
                _ => return Err(InvalidFilter),
            },
        };
        Ok(Filter::Test { path, operator, value })
    }

    fn take(&mut self) -> Result<Token, InvalidFilter> {
        let token = self.tokens.get(self.next).cloned().ok_or(InvalidFilter)?;
        self.next += 1;
        Ok(token)
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(w) if w.eq_ignore_ascii_case(keyword));
        let found = self.tokens.get(self.next).is_some_and(is);
        self.next += usize::from(found);
        found
    }
}

/// Whether the value stands for a moment, and not for letters of one.
fn is_moment(path: &str, operator: Operator) -> bool {
    let letters = [Operator::Sw, Operator::Ew, Operator::Co];
    TIMES.contains(&path) && !letters.contains(&operator)
}

/// The same moment as it is written in what is looked at, so that their letters have its order.
fn time(text: &str) -> Result<String, InvalidFilter> {
    clock::parse(text).map(simulate::timestamp).ok_or(InvalidFilter)
}

fn operator(word: &str) -> Option<Operator> {
    Some(match word.to_ascii_lowercase().as_str() {
        "eq" => Operator::Eq,
        "ne" => Operator::Ne,
        "gt" => Operator::Gt,
        "ge" => Operator::Ge,
        "lt" => Operator::Lt,
        "le" => Operator::Le,
        "pr" => Operator::Pr,
        "sw" => Operator::Sw,
        "ew" => Operator::Ew,
        "co" => Operator::Co,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_say_what_they_match() {
        let event = json!({
            "eventType": "user.lifecycle.create",
            "actor": {"id": "00u1", "displayName": null},
            "target": [{"type": "User", "alternateId": "a@example.com"}, {"type": "UserGroup"}],
        });
        for (text, expected) in [
            (r#"eventType eq "user.lifecycle.create""#, true),
            (r#"eventType eq "USER.lifecycle.create""#, true),
            (r#"eventType eq "a" or eventType eq "user.lifecycle.create""#, true),
            (r#"eventType sw "user." and actor.id ew "1""#, true),
            (r#"eventType sw "user." and actor.id eq "2" or target.type eq "UserGroup""#, true),
            (r#"eventType sw "user." and (actor.id eq "2" or target.type eq "x")"#, false),
            (r#"not (eventType co "lifecycle")"#, false),
            (r#"target.alternateId eq "a@example.com""#, true),
            (r#"target.type ne "User""#, false),
            ("actor.id pr and not(actor.displayName pr)", true),
            ("missing pr", false),
            (r#"missing eq "x""#, false),
            (r#"missing ne "x""#, true),
            (r#"eventType co "LIFE" and eventType ew "CREATE" and eventType sw "User""#, true),
            (r#"eventType co "" and eventType sw "" and eventType ew """#, true),
            (r#"actor.id co "00u1x" or actor.id sw "00u1x" or actor.id ew "x00u1""#, false),
            (
                r#"eventType gt "USER.lifecycle.creat" and eventType lt "User.lifecycle.createx""#,
                true,
            ),
            (r#"actor.id gt "00u0" and actor.id le "00u1""#, true),
            ("actor.displayName eq null", true),
        ] {
            assert_eq!(
                Filter::parse(text).is_ok_and(|filter| filter.matches(&event)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn times_are_compared_as_moments_however_they_are_written() {
        let user = json!({
            "lastUpdated": "2026-01-01T00:00:00.123Z", "profile": { "created": "2026-01-01" },
        });
        for (text, expected) in [
            (r#"lastUpdated gt "2026-01-01T00:00:00Z""#, true),
            (r#"lastUpdated gt "2026-01-01T00:00:00.123Z""#, false),
            (r#"lastUpdated ge "2026-01-01T00:00:00.123Z""#, true),
            (r#"lastUpdated gt "2025-12-31T19:00:00-05:00""#, true),
            (r#"lastUpdated lt "2026-01-01T01:00:00+01:00""#, false),
            (r#"lastUpdated lt "2026-01-01T01:00:01+01:00""#, true),
            (r#"lastUpdated eq "2026-01-01T02:00:00.123+02:00""#, true),
            (r#"lastUpdated sw "2026-01""#, true),
            ("lastUpdated pr", true),
            (r#"created gt "2026-01-01T00:00:00Z""#, false),
            (r#"profile.created eq "2026-01-01""#, true),
        ] {
            let filter = Filter::parse(text).unwrap();
            assert_eq!(filter.matches(&user), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_filter_is_refused() {
        let deep = format!("{}a pr{}", "(".repeat(10_000), ")".repeat(10_000));
        let nots = format!("{}a pr", "not ".repeat(10_000));
        for text in [
            "",
            "eventType",
            "eventType eq",
            "eventType is \"x\"",
            "eventType eq x",
            "(a pr",
            "a pr)",
            "a eq \"x",
            "a pr or",
            "\"a\" pr",
            "a pr b pr",
            "lastUpdated gt \"2026\"",
            "created eq \"yesterday\"",
            "not (published lt \"2026-01-01T00:00:00\")",
            &deep,
            &nots,
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
