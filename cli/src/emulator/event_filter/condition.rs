//! What an expression asks of an event.

use serde_json::Value;

#[derive(Debug)]
pub enum Condition {
    Any(Vec<Self>),
    All(Vec<Self>),
    Compare {
        left: Operand,
        is_equal: bool,
        right: Operand,
    },
    /// How many targets meet a condition of their own.
    Targets {
        matching: Box<Self>,
        operator: CountOperator,
        count: usize,
    },
}

#[derive(Debug)]
pub enum Operand {
    /// A JSON pointer.
    Field(&'static str),
    Text(String),
}

#[derive(Clone, Copy, Debug)]
pub enum CountOperator {
    More,
    Equal,
    NotEqual,
}

impl Condition {
    /// Whether it is true of `json`, an event or one of its targets. A field that is missing, or is
    /// no string, equals nothing.
    pub fn holds(&self, json: &Value) -> bool {
        match self {
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(json)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(json)),
            Self::Compare { left, is_equal, right } => {
                let equal = match (left.value(json), right.value(json)) {
                    (Some(left), Some(right)) => left == right,
                    _ => false,
                };
                equal == *is_equal
            }
            Self::Targets { matching, operator, count } => {
                let targets = json["target"].as_array().map(Vec::as_slice).unwrap_or_default();
                let found = targets.iter().filter(|target| matching.holds(target)).count();
                match operator {
                    CountOperator::More => found > *count,
                    CountOperator::Equal => found == *count,
                    CountOperator::NotEqual => found != *count,
                }
            }
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, json: &'a Value) -> Option<&'a str> {
        match self {
            Self::Field(pointer) => json.pointer(pointer)?.as_str(),
            Self::Text(text) => Some(text),
        }
    }
}
