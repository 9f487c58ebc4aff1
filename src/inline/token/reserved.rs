//! The claims that only Okta sets.
//!
//! Source: the reference page of the token inline hook (an older state of it, of 57 names), and the
//! OAuth 2.0 reference for `iat`, `exp`, `scp`, `aud` and `sub`.

const IN_ACCESS_TOKENS: [&str; 9] =
    ["acr", "amr", "as_uri", "cid", "groups", "rpt", "rsi", "uid", "username"];

const IN_ID_TOKENS: [&str; 46] = [
    "active",
    "aid",
    "app_id",
    "app_type",
    "at_hash",
    "auth_time",
    "client_id",
    "client_ip",
    "client_req_id",
    "client_type",
    "client_user_agent",
    "cnf",
    "c_hash",
    "device_compliance",
    "device_id",
    "device_known",
    "device_managed",
    "device_name",
    "device_trust",
    "did",
    "dst",
    "group",
    "groups",
    "hotk",
    "idp",
    "idp_iss",
    "mac_key",
    "may_act",
    "nonce",
    "oid",
    "okta_emailVerified",
    "okta_lastUpdated",
    "orig",
    "permissions",
    "purpose",
    "pwd_exp_days",
    "pwd_exp_time",
    "rid",
    "role",
    "scope",
    "scopes",
    "sid",
    "term",
    "user_ip",
    // These may be changed in access tokens.
    "aud",
    "sub",
];

const IN_BOTH: [&str; 7] = ["iss", "jti", "token_type", "ver", "iat", "exp", "scp"];

/// Whether only Okta sets the claim in an access token.
pub(in crate::inline) fn in_access_token(claim: &str) -> bool {
    IN_BOTH.contains(&claim) || IN_ACCESS_TOKENS.contains(&claim)
}

/// Whether only Okta sets the claim in an ID token.
pub(in crate::inline) fn in_id_token(claim: &str) -> bool {
    IN_BOTH.contains(&claim) || IN_ID_TOKENS.contains(&claim)
}
