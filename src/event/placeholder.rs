/// Whether `string` is one of the words that Okta writes where it has no value: `unknown` in alternate
/// ids, names and session ids, `Unknown` and `UNKNOWN` in devices and user agents, `null` (as a
/// string) in `client.zone`.
///
/// ```
/// use okta_hooks::event::is_placeholder;
///
/// assert!(is_placeholder("null") && is_placeholder("Unknown"));
/// assert!(!is_placeholder("Office EU") && !is_placeholder("OFF_NETWORK"));
/// ```
#[must_use]
pub fn is_placeholder(string: &str) -> bool {
    string.eq_ignore_ascii_case("unknown") || string == "null"
}
