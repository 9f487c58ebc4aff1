use std::fmt;

use serde_json::{Value, json};

use super::Request;
use crate::inline::answer::{
    AnswerError, AnswerErrorKind, Command, Failure, Op, Operation, Pointer, command_type, finish,
};
use crate::inline::index::Member;

/// An attribute to add to an assertion: its values, and how they are declared.
///
/// A string is an attribute with that one value. `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::saml::Attribute;
///
/// let departments = Attribute::new("Sales").with_value("Support");
/// let level = Attribute::new("3").with_value_type("xs:integer");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Attribute {
    values: Vec<String>,
    value_type: String,
    name_format: String,
}

impl Attribute {
    /// An attribute with one value, declared as `xs:string`, and a name of the format
    /// `urn:oasis:names:tc:SAML:2.0:attrname-format:basic`.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            values: vec![value.into()],
            value_type: "xs:string".to_owned(),
            name_format: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic".to_owned(),
        }
    }

    /// Adds a value.
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Sets the type of all values: `xsi:type`.
    pub fn with_value_type(mut self, value_type: impl Into<String>) -> Self {
        self.value_type = value_type.into();
        self
    }

    /// Sets the format of the name: `NameFormat`, a URN.
    pub fn with_name_format(mut self, urn: impl Into<String>) -> Self {
        self.name_format = urn.into();
        self
    }

    fn to_json(&self) -> Value {
        let attributes = json!({ "xsi:type": self.value_type });
        let value = |value: &String| json!({ "attributes": attributes, "value": value });
        json!({
            "attributes": { "NameFormat": self.name_format },
            "attributeValues": self.values.iter().map(value).collect::<Value>(),
        })
    }
}

impl From<&str> for Attribute {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Attribute {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<Attribute> for Value {
    fn from(attribute: Attribute) -> Self {
        attribute.to_json()
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

/// An answer in the making to [`Request`]. Without a change it is 204, and the assertion is sent as
/// it is.
///
/// Okta has two operations here, `add` and `replace`; nothing can be removed. `Debug` shows no value.
///
/// ```
/// use okta_hooks::inline::saml::{self, Attribute};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let request = saml::Request::from_slice(br#"{"eventType":"com.okta.saml.tokens.transform",
/// #     "data":{"assertion":{"subject":{"nameId":"a"},"claims":{"roles":{"attributeValues":[{"value":"a"}]}}}}}"#)?;
/// let answer = request
///     .answer()
///     .add_claim("https://acme.example/claims/dept", Attribute::new("Sales"))
///     .replace(["claims", "roles", "attributeValues", "0", "value"], "auditor")
///     .replace(["subject", "nameId"], "ada@acme.example")
///     .session_lifetime(3_600)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Answer {
    request: Request,
    operations: Vec<Operation>,
    debug: Vec<(String, Value)>,
}

impl Request {
    /// Starts an answer.
    pub fn answer(&self) -> Answer {
        Answer { request: self.clone(), operations: Vec::new(), debug: Vec::new() }
    }

    /// Starts an answer that reports an error: Okta logs it, and may show `summary` to the user.
    pub fn fail(&self, summary: impl Into<String>) -> Failure {
        Failure::new(self.0.hook_type(), summary.into())
    }
}

impl Answer {
    /// Adds an attribute that the assertion does not have.
    pub fn add_claim(self, name: impl Into<String>, attribute: impl Into<Attribute>) -> Self {
        let pointer = Pointer::from(["claims".to_owned(), name.into()]);
        self.with(Op::Add, pointer, attribute.into().to_json())
    }

    /// Replaces what the assertion has below `subject`, `authentication`, `conditions` or `claims`.
    pub fn replace(self, pointer: impl Into<Pointer>, value: impl Into<Value>) -> Self {
        self.with(Op::Replace, pointer.into(), value.into())
    }

    /// Sets `SessionNotOnOrAfter`: for how many seconds the application may keep a session.
    pub fn session_lifetime(self, seconds: u32) -> Self {
        self.with(Op::Add, Pointer::from(SESSION_LIFETIME), seconds.into())
    }

    fn with(mut self, op: Op, pointer: Pointer, value: Value) -> Self {
        self.operations.push(Operation { op, pointer, value: Some(value) });
        self
    }

    fn commands(&self) -> Result<Vec<Command>, AnswerError> {
        let kind = command_type::ASSERTION_PATCH;
        let mut assertion = assertion(&self.request);
        for operation in &self.operations {
            apply(operation, &mut assertion)
                .map_err(|why| AnswerError::new(why).command(kind).at(&operation.pointer))?;
        }
        let value: Vec<Value> = self.operations.iter().map(Operation::to_json).collect();
        Ok((!value.is_empty()).then(|| Command { kind, value: value.into() }).into_iter().collect())
    }
}

finish! { Answer of SAML, errors:
    ///
    /// That is: an attribute to add that is there; something to replace that is not there, or that
    /// Okta does not let anybody change; `null`.
}

/// Where the lifetime of the session is added.
const SESSION_LIFETIME: [&str; 2] = ["authentication", "sessionLifetime"];

/// The assertion as it is in the request, with claims even where there are none.
pub(crate) fn assertion(request: &Request) -> Value {
    let read = serde_json::from_str(request.0.json(Member::Assertion)).ok();
    let mut assertion = read.filter(Value::is_object).unwrap_or_else(|| json!({}));
    if assertion["claims"].is_null() {
        assertion["claims"] = json!({});
    }
    assertion
}

/// Does `operation` to `assertion`, or says why Okta would not.
pub(crate) fn apply(operation: &Operation, assertion: &mut Value) -> Result<(), AnswerErrorKind> {
    operation.check()?;
    let tokens: Vec<&str> = operation.pointer.tokens().iter().map(String::as_str).collect();
    match (operation.op, &tokens[..]) {
        // The request does not show it, and may have no `authentication`.
        (Op::Add, tokens) if tokens == SESSION_LIFETIME => check_seconds(operation),
        (Op::Add, ["claims", name]) => match assertion["claims"].get(name) {
            Some(_) => Err(AnswerErrorKind::Exists),
            None => operation.apply(assertion),
        },
        (Op::Replace, ["subject" | "authentication" | "conditions" | "claims", _, ..]) => {
            operation.apply(assertion)
        }
        _ => Err(AnswerErrorKind::NotAllowed),
    }
}

fn check_seconds(operation: &Operation) -> Result<(), AnswerErrorKind> {
    match operation.value.as_ref().and_then(Value::as_u64) {
        Some(1..) => Ok(()),
        _ => Err(AnswerErrorKind::Lifetime),
    }
}
