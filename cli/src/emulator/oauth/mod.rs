//! `/oauth2/v1`: access tokens for a service app that signs with its private key.

pub mod api;
mod client;

pub use client::{Client, ClientError, Endpoint};

pub const ALL_SCOPES: &str = "okta.users.read okta.users.manage okta.groups.read \
    okta.groups.manage okta.logs.read okta.eventHooks.read okta.eventHooks.manage \
    okta.inlineHooks.read okta.inlineHooks.manage okta.apps.read okta.apps.manage okta.orgs.read \
    okta.schemas.read okta.schemas.manage okta.userTypes.read okta.apiTokens.read \
    okta.apiTokens.manage";
