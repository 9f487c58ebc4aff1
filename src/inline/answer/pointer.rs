use std::fmt;

/// Where in a token or an assertion something stands: a JSON Pointer
/// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)), made of its tokens as they are.
///
/// One string is one token, whatever is in it: no name has to be escaped. Several are a way down,
/// through members and, by their place from 0, elements; `-` is the place after the last element.
///
/// ```
/// use okta_hooks::inline::Pointer;
///
/// assert_eq!(Pointer::from("https://acme.example/tenant").to_string(), "/https:~1~1acme.example~1tenant");
/// assert_eq!(Pointer::from(["roles", "-"]).to_string(), "/roles/-");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// The tokens, not escaped.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// What `self` is within the member `name`.
    pub(in crate::inline) fn within(mut self, name: &str) -> Self {
        self.tokens.insert(0, name.to_owned());
        self
    }

    /// Whether it leads nowhere: no token at all, or one of no character, which names nothing.
    pub(in crate::inline) fn is_empty(&self) -> bool {
        self.tokens.is_empty() || self.tokens.iter().any(String::is_empty)
    }
}

/// A place in an array: digits without zeros in front.
pub(in crate::inline) fn array_index(token: &str) -> Option<usize> {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded = token.len() > 1 && token.starts_with('0');
    (is_plain && !is_padded).then(|| token.parse().ok())?
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tokens
            .iter()
            .try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

impl From<&str> for Pointer {
    fn from(token: &str) -> Self {
        Self { tokens: vec![token.to_owned()] }
    }
}

impl From<String> for Pointer {
    fn from(token: String) -> Self {
        Self { tokens: vec![token] }
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Pointer {
    fn from(tokens: [S; N]) -> Self {
        Self { tokens: tokens.map(Into::into).into() }
    }
}

impl<S: Into<String>> From<Vec<S>> for Pointer {
    fn from(tokens: Vec<S>) -> Self {
        Self { tokens: tokens.into_iter().map(Into::into).collect() }
    }
}
